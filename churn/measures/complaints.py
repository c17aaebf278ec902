"""How often customers complain, how long it takes until they are answered, and what came of it."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Every, Frame, count_if, days_between, period_of, small, words
from churn.measures.followed import WITHIN, first_events, lost_shares
from churn.measures.lives import given
from churn.measures.rates import Z_95, with_shares

LONGEST = 366
MOST_GROUPS = 20
COMPLAINTS = ("complaint",)
Floats = npt.NDArray[np.float64]


def complaint_rate(months: Frame) -> pd.DataFrame:
    """Complaints for each 100 customers who were there in the month.

    Columns in: month, complaints, one row a customer and month (`measures.customer_months`). Columns out: month, customers, complaints,
    per_100 with its 95% interval low and high: Byar's for a Poisson count (Rothman and Boice, 1979), of the count divided by how much
    more customers differ than a Poisson's would, where they do.
    """
    number = nw.col("complaints").cast(nw.Float64)
    sums = [
        nw.len().cast(nw.Int64).alias("customers"),
        nw.col("complaints").sum().cast(nw.Int64),
        (number * number).sum().alias("_squares"),
    ]
    found = small(months.group_by("month").agg(*sums).sort("month"))
    n, count = found["customers"].to_numpy(float), found["complaints"].to_numpy(float)
    mean = count / n
    spread = found["_squares"].to_numpy(float) / n - mean**2
    clustering = np.maximum(1.0, np.divide(spread, mean, out=np.ones_like(mean), where=mean > 0))
    low, high = (clustering * end / n * 100 for end in _byar(count / clustering))
    return found.drop(columns="_squares").assign(per_100=100 * mean, low=low, high=high)


def settling(
    tables: Tables, dials: Dials, *, kinds: Sequence[str] = COMPLAINTS, by: str | None = None, every: Every | None = None
) -> pd.DataFrame:
    """Days from contact to settlement of contacts of these kinds before `dials.as_of`; those still open then count as longer than so far.

    Columns out: group (`by`, a column of contacts such as kind or channel; the 20 largest) or period (its first day), contacts, settled,
    open, median_days and ninetieth_days: the first day by which half and nine tenths are settled, by the product limit (Kaplan and Meier,
    1958; NaN where it is not reached within a year). Contacts settled before they were made are counted as `impossible` and nowhere else.
    """
    waits, key = _waits(tables, dials, kinds, by, every)
    rows = []
    for value, days in waits.groupby(key, dropna=False, sort=False):
        settled, left_open = _days(days, "settled"), _days(days, "open")
        unsettled = product_limit(settled, left_open)
        rows.append(
            {
                key: value,
                "contacts": int(settled.sum() + left_open.sum()),
                "settled": int(settled.sum()),
                "open": int(left_open.sum()),
                "impossible": int(days["impossible"].sum()),
                "median_days": _first_at(unsettled, 0.5),
                "ninetieth_days": _first_at(unsettled, 0.1),
            }
        )
    columns = [key, "contacts", "settled", "open", "impossible", "median_days", "ninetieth_days"]
    return _in_order(pd.DataFrame(rows, columns=columns), key)


def settled_within(
    tables: Tables,
    dials: Dials,
    *,
    days: Sequence[int] = (1, 7, 30),
    kinds: Sequence[str] = COMPLAINTS,
    by: str | None = None,
    every: Every | None = None,
) -> pd.DataFrame:
    """The share of contacts of these kinds settled within so many days, of those made longer than that before `dials.as_of`.

    Columns out: group or period as in `settling`, days, contacts (made early enough), settled (of those, within the days), share with its
    95% interval low and high (Wilson, 1927).
    """
    waits, key = _waits(tables, dials, kinds, by, every, days=days)
    parts = [waits[[key]].assign(days=length, contacts=waits[f"old_{length}"], settled=waits[f"in_{length}"]) for length in days]
    sums = pd.concat(parts).groupby([key, "days"], dropna=False, sort=False, as_index=False)[["contacts", "settled"]].sum()
    return _in_order(with_shares(sums, "settled", "contacts"), key, "days")


def lost_after_complaint(
    tables: Tables, dials: Dials, *, settled_in: int = 7, days: int = 90, within: int | None = WITHIN, lived: Frame | None = None
) -> pd.DataFrame:
    """The share of customers lost in the `days` after the first `settled_in` days from a complaint on, by whether it was settled in these.

    One complaint a customer and day (settled where all of that day's were), one a customer as in `first_events`. `lived`: the `lives`
    at `dials`, where they are at hand. Columns out: settled (True, False), customers, lost, share with its 95% interval low and high
    (Wilson, 1927).
    """
    made = declared(tables)["contacts"].filter((nw.col("kind") == nw.lit("complaint")) & (nw.col("contacted_on") < nw.lit(dials.as_of)))
    wait = days_between(nw.col("contacted_on"), nw.col("resolved_on"))
    late = nw.when(wait <= settled_in).then(nw.lit(0)).otherwise(nw.lit(1)).cast(nw.Int64)
    daily = (
        made.filter(wait.is_null() | (wait >= 0))
        .with_columns(late=late)
        .group_by("customer_id", nw.col("contacted_on").alias("day"))
        .agg(nw.col("late").max())
    )
    found = first_events(daily, given(lived, tables, dials), dials, days, after=settled_in + 1, within=within)
    shares = lost_shares(found, "late")
    return shares.assign(settled=shares["late"] == 0)[["settled", "customers", "lost", "share", "low", "high"]]


def product_limit(ended: Floats, censored: Floats) -> Floats:
    """The share that lasts longer than each day 0, 1, 2 ..., from how many ended on it and how many were last seen on it, not ended.

    Kaplan and Meier (1958); who was last seen on a day was still at risk on it. 1 throughout where there is nobody.
    """
    at_risk = np.cumsum((ended + censored)[::-1])[::-1]
    return np.asarray(np.cumprod(1 - np.divide(ended, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)))


def _waits(
    tables: Tables, dials: Dials, kinds: Sequence[str], by: str | None, every: Every | None, *, days: Sequence[int] = ()
) -> tuple[pd.DataFrame, str]:
    """Contacts by group or period and days waited (at most 366), and the name of the first."""
    key = "period" if every else "group"
    value = period_of(nw.col("contacted_on"), every) if every else words(by) if by else nw.lit("all")
    today = nw.lit(dials.as_of)
    made = declared(tables)["contacts"].filter((nw.col("contacted_on") < today) & nw.col("kind").is_in(list(kinds)))
    settled = nw.when(nw.col("resolved_on") < today).then(nw.col("resolved_on"))
    known = made.with_columns(
        value.alias(key),
        days_between(nw.col("contacted_on"), settled).alias("_took"),
        (days_between(nw.col("contacted_on"), today) - 1).alias("_seen"),
    )
    took, seen = nw.col("_took"), nw.col("_seen")
    possible = took.is_null() | (took >= 0)
    waited = nw.coalesce(took, seen)
    counted = known.with_columns(days=nw.when(waited < LONGEST).then(waited).otherwise(nw.lit(LONGEST)).cast(nw.Int64))
    within = [count_if(possible & (seen >= length)).cast(nw.Int64).alias(f"old_{length}") for length in days]
    within += [count_if((took >= 0) & (took <= length) & (seen >= length)).cast(nw.Int64).alias(f"in_{length}") for length in days]
    found = counted.group_by(key, "days").agg(
        count_if(took >= 0).cast(nw.Int64).alias("settled"),
        count_if(took.is_null()).cast(nw.Int64).alias("open"),
        count_if(took < 0).cast(nw.Int64).alias("impossible"),
        *within,
    )
    return small(found.sort(key, "days", nulls_last=True)), key


def _days(waits: pd.DataFrame, column: str) -> Floats:
    """How many waited 0, 1 ... 366 days."""
    possible = waits[waits["days"] >= 0]
    return np.bincount(possible["days"], weights=possible[column], minlength=LONGEST + 1).astype(np.float64)


def _first_at(unsettled: Floats, share: float) -> float:
    """The first day on which at most this share is left, NaN where there is none within a year."""
    there = np.flatnonzero(unsettled[:LONGEST] <= share + 1e-12)
    return float(there[0]) if len(there) else np.nan


def _in_order(found: pd.DataFrame, key: str, *then: str) -> pd.DataFrame:
    """By period; or the 20 groups with most contacts, these first."""
    if key == "period":
        return found.sort_values([key, *then]).reset_index(drop=True)
    most = found.groupby("group", dropna=False)["contacts"].max().reset_index().sort_values(["contacts", "group"], ascending=[False, True])
    largest = most[["group"]].head(MOST_GROUPS).reset_index(drop=True)
    return largest.merge(found, on="group", how="left")


def _byar(count: Floats) -> tuple[Floats, Floats]:
    """The ends of the 95% interval of a Poisson count's mean; from 0 for nothing counted."""
    some = np.maximum(count, 1e-9)
    low = np.where(count > 0, some * np.maximum(1 - 1 / (9 * some) - Z_95 / (3 * np.sqrt(some)), 0) ** 3, 0.0)
    more = count + 1
    return low, more * (1 - 1 / (9 * more) + Z_95 / (3 * np.sqrt(more))) ** 3
