"""The day of work, and how whoever looks at the page works."""

from datetime import UTC, date, datetime

import streamlit as st

from churn.actions.working import work_day
from churn.wording import _
from churn.wording import date as in_words
from ui.desk import dials, firm


def the_day() -> date:
    """The day that lists, calendars and lines are of."""
    return work_day(dials(), _today())


def now() -> datetime:
    """The present moment in UTC, as a journal notes it."""
    return datetime.now(UTC).replace(tzinfo=None)


def say_the_day() -> None:
    """Says of which day the page is, where that is not today, and of which day the data are, where that is earlier."""
    day, loaded = the_day(), firm()
    if day == _today():
        found = dials()
        if found is not None and found.as_of < day:
            st.caption(_("The data are read at {day}: risks, signs and their days are as of then.").format(day=in_words(found.as_of)))
        return
    if loaded is not None and loaded.is_sample:
        st.caption(_("The sample firm's data end here, so this is the work of {day}.").format(day=in_words(day)))
    else:
        st.caption(
            _("The data are read at {day}, so this is the work of that day; load newer data to work with today's.").format(
                day=in_words(day)
            )
        )


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
