"""How long customers stay, those who are still here among them, and how long they may yet stay given that they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.measures.dialect import Frame, count_if, days_between, has, is_known, small
from churn.measures.rates import Z_95

TENURES = (30, 90, 180, 365, 730)
MOST_GROUPS = 20

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Survival:
    """How many customers are still here so many days after their start.

    `curves` has for each group one row for day 0, one for each day on which somebody left, and one for the last day that anybody was seen:
    group, days (since the start), at_risk (customers seen for so long, just before that day's losses), lost (on that day), still_here
    (probability of staying longer than that, 0..1), low, high (its 95% interval, NaN before the first loss and after the last customer),
    customers, events (of the group, and how many of them left). `unknown` counts customers who are in no curve, since their start is
    unknown or after their end; `rest` those without a group, or in one that is not among the 20 largest.
    """

    curves: pd.DataFrame
    unknown: int
    rest: int


@dataclass(frozen=True)
class Remaining:
    """Days that a customer may be expected to stay on within the next `within` days, with the 95% interval."""

    days: float
    low: float
    high: float
    within: int


def survival(lives: Frame, as_of: date, groups: Frame | None = None) -> Survival:
    """The curves of Kaplan and Meier (1958) with log-log intervals (Kalbfleisch and Prentice, 2002).

    Columns in: lives.customer_id, started_on, lost_on (Date), as known as of `as_of`, and group, or groups.customer_id, group (null: no
    group; where there is neither all customers are one group, called ""). A customer who is still here has stayed longer than to the day
    before `as_of`.
    """
    seen_to = nw.coalesce(nw.col("lost_on"), nw.lit(as_of - timedelta(days=1)))
    if groups is not None:
        grouped = lives.join(groups, on="customer_id", how="left")
    else:
        grouped = lives if has(lives, "group") else lives.with_columns(group=nw.lit(""))
    spans = grouped.with_columns(days=days_between(nw.col("started_on"), seen_to))
    counts = spans.group_by("group", "days").agg(nw.len().alias("customers"), count_if(is_known(nw.col("lost_on"))).alias("lost"))
    found = small(counts)
    usable = found["days"].notna() & (found["days"] >= 0)
    known = found[usable & found["group"].notna()].sort_values(["group", "days"])
    sizes = known.groupby("group")["customers"].sum().sort_values(ascending=False, kind="stable")
    kept = sorted(sizes.index[:MOST_GROUPS])
    curves = [_curve(str(group), known[known["group"] == group]) for group in kept]
    return Survival(
        curves=pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=_COLUMNS),
        unknown=int(found.loc[~usable, "customers"].sum()),
        rest=int(found.loc[usable, "customers"].sum() - sizes.iloc[:MOST_GROUPS].sum()),
    )


def started_in(lives: Frame, period: Literal["year", "quarter"]) -> Frame:
    """The cohorts of `lives` as groups: customer_id, group, such as "2024" or "2024 Q3"; null where the start is unknown."""
    day = nw.col("started_on")
    year = day.dt.year().cast(nw.String)
    if period == "year":
        return lives.select("customer_id", year.alias("group"))
    month = day.dt.month()
    quarter = nw.lit("Q4")
    for number in (3, 2, 1):
        quarter = nw.when(month <= 3 * number).then(nw.lit(f"Q{number}")).otherwise(quarter)
    return lives.select("customer_id", nw.concat_str([year, quarter], separator=" ").alias("group"))


def median_days(curve: pd.DataFrame) -> int | None:
    """The first day by which half of a group's customers have left; None where the curve, one group of `Survival.curves`, ends before."""
    halved = curve.loc[curve["still_here"] <= 0.5, "days"]
    return None if halved.empty else int(halved.iloc[0])


def remaining_days(curve: pd.DataFrame, days_here: int, *, within: int = 365) -> Remaining | None:
    """How many of the next `within` days customers stay on average, given that they have stayed longer than `days_here` days.

    `curve` is one group of `Survival.curves`. The restricted mean residual life: the area below S(t) / S(days_here) from `days_here` to
    `days_here + within`; its variance is the sum over the days on which some left of (area still to come)^2 d / (n (n - d))
    (Klein and Moeschberger, 2003, section 4.5). None where nobody was seen for so long.
    """
    days, here = curve["days"].to_numpy(np.int64), curve["still_here"].to_numpy(np.float64)
    end = days_here + within
    now = here[np.searchsorted(days, days_here, side="right") - 1]
    if now == 0 or (days[-1] < end and here[-1] > 0):
        return None
    inside = (days > days_here) & (days < end)
    edges = np.concatenate([[days_here], days[inside], [end]])
    height = np.concatenate([[1.0], here[inside] / now])
    area = np.diff(edges) * height
    to_come = np.cumsum(area[::-1])[::-1][1:]
    lost, at_risk = curve["lost"].to_numpy(np.float64)[inside], curve["at_risk"].to_numpy(np.float64)[inside]
    survived = at_risk - lost
    spread = np.divide(lost, at_risk * survived, out=np.zeros_like(lost), where=survived > 0)
    mean, half = float(area.sum()), Z_95 * math.sqrt(float((to_come**2 * spread).sum()))
    return Remaining(mean, max(mean - half, 0.0), min(mean + half, float(within)), within)


def expected_remaining(curves: pd.DataFrame, tenures: Sequence[int] = TENURES, *, within: int = 365) -> pd.DataFrame:
    """`remaining_days` for customers of several tenures in each group of `Survival.curves`.

    Columns out: group, days_here, seen (customers who were seen for longer than that), remaining, low, high (days of the next `within`;
    NaN where nobody was seen long enough).
    """
    rows = []
    for group, curve in curves.groupby("group", sort=False):
        for days_here in tenures:
            found = remaining_days(curve, days_here, within=within)
            later = curve.loc[curve["days"] > days_here, "at_risk"]
            seen = 0 if later.empty else int(later.iloc[0])
            days, low, high = (math.nan, math.nan, math.nan) if found is None else (found.days, found.low, found.high)
            rows.append((group, days_here, seen, days, low, high))
    return pd.DataFrame(rows, columns=["group", "days_here", "seen", "remaining", "low", "high"])


_COLUMNS = ["group", "days", "at_risk", "lost", "still_here", "low", "high", "customers", "events"]


def _curve(group: str, counts: pd.DataFrame) -> pd.DataFrame:
    """One group's curve, from its customers and losses by days, in order."""
    days, there, lost = (counts[name].to_numpy(np.int64) for name in ("days", "customers", "lost"))
    if days[0] > 0:
        days, there, lost = (np.concatenate([[0], column]) for column in (days, there, lost))
    at_risk = there[::-1].cumsum()[::-1]
    still_here = np.cumprod(1 - lost / at_risk)
    low, high = _log_log(still_here, lost, at_risk)
    curve = pd.DataFrame(
        {"group": group, "days": days, "at_risk": at_risk, "lost": lost, "still_here": still_here, "low": low, "high": high}
    )
    totals = curve.assign(customers=int(there.sum()), events=int(lost.sum()))
    told: pd.DataFrame = totals[(totals["lost"] > 0) | (totals["days"] == 0) | (totals.index == totals.index[-1])]
    return told


def _log_log(still_here: Floats, lost: npt.NDArray[np.int64], at_risk: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The 95% interval of each height of a curve, on the scale of log(-log S); NaN where S is 1 or 0."""
    staying = np.where(at_risk > lost, at_risk - lost, 1)
    spread = np.sqrt(np.cumsum(lost / (at_risk * staying)))
    inside = (still_here > 0) & (still_here < 1)
    logs = np.log(np.where(inside, still_here, 0.5))
    half = Z_95 * spread / np.abs(logs)
    low, high = (np.exp(logs * np.exp(sign * half)) for sign in (1, -1))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)
