"""Months, quarters and years: when a span begins, and whether it is over."""

from datetime import date
from typing import Literal

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.months import MOST_MONTHS

Every = Literal["month", "quarter", "year"]

MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}
_TRUNCATED: dict[Every, str] = {"month": "1mo", "quarter": "1q", "year": "1y"}


def span_of(day: nw.Expr, every: Every) -> nw.Expr:
    """The first day of the span that a Date lies in."""
    return day.dt.truncate(_TRUNCATED[every]).cast(nw.Date)


def spans_of(days: pd.Series, every: Every) -> pd.Series:
    """The same for a column in memory."""
    first: pd.Series = days.dt.to_period({"month": "M", "quarter": "Q", "year": "Y"}[every]).dt.start_time
    return first


def over_until(as_of: date) -> pd.Timestamp:
    """The first day that lies in no month which is over by `as_of`: only what came before `as_of` is known."""
    return pd.Timestamp(as_of).replace(day=1)


def earliest_month(as_of: date) -> pd.Timestamp:
    """The first month that `customer_months` can hold when read at `as_of`."""
    return over_until(as_of) - pd.DateOffset(months=MOST_MONTHS - (as_of.day > 1))


def with_times(found: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with these columns as times of one unit, whatever the engine gave."""
    return found.assign(**{column: pd.to_datetime(found[column]).astype("datetime64[us]") for column in columns})
