"""How the features of several tables are cut: days before the day read at, windows of days, trends, own rhythm."""

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.measures.dialect import Frame, count_if, days_between, ratio

WINDOWS = (30, 90, 365)
TREND_DAYS = 90

AGE = nw.col("_age")


def before(frame: Frame, day: str, dials: Dials, who: Frame) -> Frame:
    """The rows of the customers `who` from before the day read at, with `_age`: days from the row's day to that day (1 or more)."""
    known = frame.filter(nw.col(day) < nw.lit(dials.as_of)).join(who.select("customer_id"), on="customer_id", how="semi")
    return known.with_columns(_age=days_between(nw.col(day), nw.lit(dials.as_of)))


def known_day(column: str, dials: Dials) -> nw.Expr:
    """A date inside a row, null where it lies on or after the day read at: it is not known then."""
    return nw.when(nw.col(column) < nw.lit(dials.as_of)).then(nw.col(column))


def within(days: int) -> nw.Expr:
    """Whether a row lies within so many days before the day read at."""
    return nw.lit(days) >= AGE


def just_before(days: int) -> nw.Expr:
    """Whether a row lies within as many days before those."""
    return (nw.lit(days) < AGE) & (nw.lit(2 * days) >= AGE)


def counts(name: str, condition: nw.Expr | None = None, windows: tuple[int, ...] = WINDOWS) -> list[nw.Expr]:
    """Aggregates `name`_30, `name`_90 ...: how many rows that meet the condition lie within so many days."""
    return [count_if(within(days) if condition is None else within(days) & condition).alias(f"{name}_{days}") for days in windows]


def trend(late: str, early: str) -> nw.Expr:
    """How much greater `late` is than `early`, from -1 (all gone) over 0 (the same, or nothing in either) to 1 (nothing before)."""
    now, then = nw.col(late).cast(nw.Float64), nw.col(early).cast(nw.Float64)
    return ratio(now - then, now.abs() + then.abs()).fill_null(nw.lit(0.0))


def with_gaps(frame: Frame, day: str) -> Frame:
    """The frame with `_gap` (Int64): days since the customer's day before this one; null on the first, and on further rows of one day."""
    earlier = nw.col(day).shift(1).over("customer_id", order_by=day)
    gapped = frame.with_columns(_gap=days_between(earlier, nw.col(day)))
    return gapped.with_columns(_gap=nw.when(nw.col("_gap") > nw.lit(0)).then(nw.col("_gap")))
