"""The day that work is planned for."""

from datetime import date, timedelta

from churn.dials import Dials

FRESH_DAYS = 31


def work_day(dials: Dials | None, today: date) -> date:
    """The day that lists, calendars and lines of the journal are of.

    It is `today` where the data are read at a day no more than 31 days before it, or tell no day at all; else the day that they are read
    at: with data of last year everybody would be overdue.

    >>> work_day(Dials(date(2026, 3, 1)), date(2026, 3, 9)), work_day(Dials(date(2025, 3, 1)), date(2026, 3, 9))
    (datetime.date(2026, 3, 9), datetime.date(2025, 3, 1))
    """
    if dials is None or timedelta(0) <= today - dials.as_of <= timedelta(days=FRESH_DAYS):
        return today
    return dials.as_of
