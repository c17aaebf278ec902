"""Who was there in which month, from the days on which customers came and left alone: what the rows of customers and months hold of it."""

from datetime import date

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.measures.dialect import Frame, month_of, small
from churn.measures.spans import earliest_month, with_times

Ints = npt.NDArray[np.int64]


def lifetimes(lives: Frame, *by: str) -> pd.DataFrame:
    """How many customers came in one month and left in one: the columns `by`, cohort, end (months; NaT: unknown, still here), customers.

    Columns in: those of `lives`, and `by`.
    """
    months = lives.select(*by, month_of(nw.col("started_on")).alias("cohort"), month_of(nw.col("lost_on")).alias("end"))
    return with_times(small(months.group_by(*by, "cohort", "end").agg(nw.len().cast(nw.Int64).alias("customers"))), "cohort", "end")


def numbered(months: pd.Series) -> Ints:
    """Months since the year 0; -1 for a missing one."""
    numbers = months.dt.year * 12 + months.dt.month - 1
    found: Ints = numbers.fillna(-1).to_numpy(np.int64)
    return found


def dated(numbers: Ints) -> pd.DatetimeIndex:
    """The first days of these months."""
    return pd.DatetimeIndex(np.array(numbers - 1970 * 12, dtype="datetime64[M]").astype("datetime64[us]"))


class Presence:
    """Who was there, by the rows of `lifetimes`: of each row's customers the months `enter` to `leave` (numbers), `cohort` and `end` (-1:
    none), as in the rows of `customer_months`, which begin in `first`."""

    def __init__(self, found: pd.DataFrame, as_of: date, first_month: date) -> None:
        last = as_of.year * 12 + as_of.month - 1 - (as_of.day == 1)
        earliest = earliest_month(as_of)
        self.first = max(first_month.year * 12 + first_month.month - 1, earliest.year * 12 + earliest.month - 1)
        self.last = max(last, self.first)
        cohort, end = numbered(found["cohort"]), numbered(found["end"])
        enter, leave = np.maximum(cohort, self.first), np.where(end < 0, last, end)
        there = enter <= leave
        self.found = found[there].reset_index(drop=True)
        self.cohort, self.end, self.enter, self.leave = (numbers[there] for numbers in (cohort, end, enter, leave))
        self.customers = self.found["customers"].to_numpy(np.int64)
        self.came = self.cohort == self.enter

    def at_start(self, rows: Ints, groups: int) -> Ints:
        """How many were there as each month began: groups down, by each row's number in `rows`, months across."""
        changes = np.zeros((groups, self.last - self.first + 3), dtype=np.int64)
        np.add.at(changes, (rows, self.enter + self.came - self.first), self.customers)
        np.add.at(changes, (rows, self.leave + 1 - self.first), -self.customers)
        counts: Ints = changes.cumsum(axis=1)[:, : self.last - self.first + 1]
        return counts

    def counted(self, rows: Ints, groups: int, months: Ints, which: npt.NDArray[np.bool_]) -> Ints:
        """How many of `which` fall in each of `months`, in the same shape."""
        counts = np.zeros((groups, self.last - self.first + 1), dtype=np.int64)
        np.add.at(counts, (rows[which], months[which] - self.first), self.customers[which])
        return counts
