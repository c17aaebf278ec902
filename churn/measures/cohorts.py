"""How many of those who came together are still there, and what they bring."""

from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.measures.dialect import Frame, count_if, small
from churn.measures.lifetimes import Presence, dated, lifetimes
from churn.measures.spans import MONTHS, Every, earliest_month, over_until, span_of, spans_of, with_times


@dataclass(frozen=True, eq=False)
class Cohorts:
    """`cells` has one row for each cohort and each period since its start that is over by the day of reading: cohort (first day of the
    month, quarter or year in which its customers came), period (0 is that of the start), customers (all who came), there (of them, those
    still there as the period began; in period 0 all), share (there / customers), revenue of the period and revenue_share, that as a share
    of period 0's (NaN without any). Period 0 is a short one for most: a revenue share can be above 1 without any growth.

    `mean` has one row a period, over the cohorts that have lived it: period, cohorts, customers, share and revenue_share; larger cohorts
    (by customers, or by the revenue of period 0) weigh more.
    """

    cells: pd.DataFrame
    mean: pd.DataFrame


def cohorts(months: Frame, as_of: date, *, every: Every = "month") -> Cohorts:
    """The customers followed by when they came.

    Columns in: those of `customer_months`. Whose start is not known is left out, as are cohorts older than the months that are kept.
    """
    found = with_times(small(_lived(months, every)), "cohort", "month")
    found["span"] = spans_of(found["month"], every)
    found["there"] = np.where(found["span"] == found["cohort"], found["started"], found["there"].where(found["month"] == found["span"], 0))
    summed = found[found["cohort"] >= earliest_month(as_of)].groupby(["cohort", "span"], as_index=False)[["there", "revenue"]].sum()
    cells = _grid(summed, as_of, MONTHS[every])
    return Cohorts(cells, _mean(cells))


def cohorts_of(lives: Frame, months: Frame, as_of: date, first_month: date, *, every: Every = "month") -> Cohorts:
    """`cohorts` where only the revenue is read from rows of customers and months, and who was there from their days.

    Columns in: those of `lives` as of `as_of`; months.cohort, month, revenue, of the same customers, where a row without revenue may be
    left out. `first_month` as in `churn_by_month_of`.
    """
    presence = Presence(lifetimes(lives), as_of, first_month)
    step, known = MONTHS[every], presence.cohort >= 0
    rows, born = pd.factorize(presence.cohort - presence.cohort % step)
    there = presence.at_start(rows, len(born)) * (np.asarray(born) >= 0)[:, None]
    started = presence.counted(rows, len(born), presence.cohort, presence.came & known)
    numbers = np.arange(presence.first, presence.last + 1)
    wide = pd.DataFrame(
        {
            "cohort": np.repeat(np.asarray(born), len(numbers)),
            "number": np.tile(numbers, len(born)),
            "all": there.ravel(),
            "new": started.ravel(),
        }
    )
    wide = wide[(wide["cohort"] >= 0) & (wide["all"] + wide["new"] > 0)]
    wide["span"] = wide["number"] - wide["number"] % step
    wide["there"] = np.where(wide["span"] == wide["cohort"], wide["new"], wide["all"].where(wide["number"] == wide["span"], 0))
    summed = wide.groupby(["cohort", "span"], as_index=False)["there"].sum()
    summed = summed.assign(**{name: dated(summed[name].to_numpy(np.int64)) for name in ("cohort", "span")})
    paid = _paid(months, every)
    joined = summed.merge(paid, on=["cohort", "span"], how="left").fillna({"revenue": 0.0})
    cells = _grid(joined[joined["cohort"] >= earliest_month(as_of)], as_of, step)
    return Cohorts(cells, _mean(cells))


def _paid(months: Frame, every: Every) -> pd.DataFrame:
    """Revenue by cohort and span; months are put together in memory, where they are few."""
    known = months.filter(~nw.col("cohort").is_null())
    found = with_times(small(known.group_by("cohort", "month").agg(nw.col("revenue").sum())), "cohort", "month")
    spans = {"cohort": spans_of(found["cohort"], every), "span": spans_of(found["month"], every)}
    summed = found.assign(**spans).groupby(["cohort", "span"], as_index=False)[["revenue"]].sum()
    return with_times(summed, "cohort", "span")


def _lived(months: Frame, every: Every) -> Frame:
    known = months.filter(~nw.col("cohort").is_null()).with_columns(cohort=span_of(nw.col("cohort"), every))
    return known.group_by("cohort", "month").agg(
        count_if(nw.col("started") == 1).alias("started"), count_if(nw.col("at_start") == 1).alias("there"), nw.col("revenue").sum()
    )


def _grid(summed: pd.DataFrame, as_of: date, step: int) -> pd.DataFrame:
    """Every cohort with every period of it that is over; where nobody was left there is a row, too."""
    until = over_until(as_of)
    born = summed.loc[summed["span"] == summed["cohort"], ["cohort", "there", "revenue"]]
    born = born.rename(columns={"there": "customers", "revenue": "at_first"})
    whole = ((until.year - born["cohort"].dt.year) * 12 + until.month - born["cohort"].dt.month) // step
    rows = born.loc[born.index.repeat(whole.clip(lower=0))].reset_index(drop=True)
    rows["period"] = rows.groupby("cohort").cumcount()
    lived = (summed["span"].dt.year - summed["cohort"].dt.year) * 12 + summed["span"].dt.month - summed["cohort"].dt.month
    cells = rows.merge(summed.assign(period=lived // step)[["cohort", "period", "there", "revenue"]], on=["cohort", "period"], how="left")
    cells = cells.fillna({"there": 0, "revenue": 0.0}).astype({"there": "int64", "customers": "int64"})
    cells["share"] = cells["there"] / cells["customers"]
    cells["revenue_share"] = cells["revenue"] / cells["at_first"].where(cells["at_first"] > 0)
    return cells[["cohort", "period", "customers", "there", "share", "revenue", "revenue_share"]]


def _mean(cells: pd.DataFrame) -> pd.DataFrame:
    first = cells.loc[cells["period"] == 0].set_index("cohort")["revenue"]
    weighed = cells.assign(at_first=cells["cohort"].map(first), cohorts=1)
    sums = weighed.groupby("period", as_index=False)[["cohorts", "customers", "there", "revenue", "at_first"]].sum()
    sums["share"] = sums["there"] / sums["customers"]
    sums["revenue_share"] = sums["revenue"] / sums["at_first"].where(sums["at_first"] > 0)
    return sums[["period", "cohorts", "customers", "share", "revenue_share"]]
