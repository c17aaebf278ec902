"""What followed when something changed for customers: the person they speak to, their plan, the price, the status.

Customers with a change are compared with those without one on the same days. It is an association: what else differs between them
is not taken out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, count_if, days_after, one_row, period_of, small
from churn.measures.lives import given
from churn.measures.rates import Z_95, share_of

RECENT = 180
WITHIN = 365
MOST_MONTHS = 120


@dataclass(frozen=True)
class ChangeRisk:
    """Leaving by month with and without a recent change; customers and losses are summed over months, a customer once in each.

    `ratio` says how many times as often customers with a recent change left, in the same months (Mantel and Haenszel's risk ratio), with
    its 95% interval; NaN where it cannot be told.
    """

    changed: int
    changed_lost: int
    others: int
    others_lost: int
    ratio: float
    low: float
    high: float


def changes_by_month(tables: Tables, dials: Dials, what: str = "point_of_contact") -> pd.DataFrame:
    """How many changes of this kind there were in each month before `dials.as_of`, and to how many customers.

    Columns out: month (its first day), changes, customers; months without a change are not in it.
    """
    dated = _changes(tables, dials, what).with_columns(month=period_of(nw.col("day"), "month"))
    by_customer = dated.group_by("month", "customer_id").agg(nw.len().alias("n"))
    counts = [nw.col("n").sum().cast(nw.Int64).alias("changes"), nw.len().cast(nw.Int64).alias("customers")]
    return small(by_customer.group_by("month").agg(*counts).sort("month"))


def leaving_by_change(
    tables: Tables, dials: Dials, what: str = "point_of_contact", *, recent: int = RECENT, lived: Frame | None = None
) -> pd.DataFrame:
    """Of the customers there on the first day of each whole month, how many left in it, with a recent change and without.

    A change is recent for `recent` days; `lived`: the `lives` at `dials`, where they are at hand. Columns out: month, changed,
    changed_lost, others, others_lost; the months before which somebody had a recent change, at most the last 120.
    """
    lived = given(lived, tables, dials)
    changed = _changes(tables, dials, what).select("customer_id", "day")
    reach = range(1, recent // 28 + 2)
    months = [changed.with_columns(month=period_of(nw.col("day"), "month").dt.offset_by(f"{ahead}mo").cast(nw.Date)) for ahead in reach]
    recently = nw.concat(months).filter(nw.col("month") <= days_after(nw.col("day"), recent)).select("customer_id", "month")
    joined = recently.unique(["customer_id", "month"]).join(lived, on="customer_id", how="inner")
    there = joined.filter(_there(nw.col("month")))
    gone = count_if(nw.col("lost_on") < nw.col("month").dt.offset_by("1mo").cast(nw.Date))
    counts = there.group_by("month").agg(nw.len().cast(nw.Int64).alias("changed"), gone.cast(nw.Int64).alias("changed_lost"))
    found = small(counts.sort("month"))
    over = pd.Series([_next(_day(month)) <= dials.as_of for month in found["month"]], dtype=bool)
    whole = found[over].tail(MOST_MONTHS).reset_index(drop=True)
    spans = [(_day(month), _next(_day(month))) for month in whole["month"]]
    everybody = _everybody(lived, spans)
    return whole.assign(others=everybody["there"] - whole["changed"], others_lost=everybody["lost"] - whole["changed_lost"])


def change_risk(months: pd.DataFrame) -> ChangeRisk:
    """How many times as often customers with a recent change left, over the months of `leaving_by_change`.

    Mantel and Haenszel (1959), interval of Greenland and Robins (1985). Each month's losses are of that month alone, so that no loss
    counts twice.
    """
    a, n1, c, n0 = (months[name].to_numpy(float) for name in ("changed_lost", "changed", "others_lost", "others"))
    total = n1 + n0
    above, below = float((a * n0 / total).sum()), float((c * n1 / total).sum())
    sums = {name: int(months[name].sum()) for name in ("changed", "changed_lost", "others", "others_lost")}
    if above <= 0 or below <= 0:
        return ChangeRisk(**sums, ratio=math.nan, low=math.nan, high=math.nan)
    error = math.sqrt(float(((n1 * n0 * (a + c) - a * c * total) / total**2).sum()) / (above * below))
    ratio = above / below
    return ChangeRisk(**sums, ratio=ratio, low=ratio * math.exp(-Z_95 * error), high=ratio * math.exp(Z_95 * error))


def lost_after_change(
    tables: Tables,
    dials: Dials,
    what: str = "point_of_contact",
    *,
    days: Sequence[int] = (90, 180),
    recent: int = RECENT,
    lived: Frame | None = None,
) -> pd.DataFrame:
    """The share lost in the `days` from the first of the month after a change on, beside that of others in the same days.

    Changed: customers still there on that day, each with the first change of a year that can be followed. Others: those there on the same
    days without a change in the `recent` days (31 or more) before, weighted by month as the changed are (direct standardisation).
    `lived`: the `lives` at `dials`, where they are at hand. Columns out: days, customers, lost, share with its 95% interval
    low and high (Wilson, 1927), others_share, others_low, others_high (normal; the months are taken as wholly dependent, since the same
    customers are in them), difference, difference_low, difference_high.
    """
    there = given(lived, tables, dials)
    return pd.DataFrame([_followed(tables, dials, what, length, recent, there) for length in days], columns=_FOLLOWED)


_FOLLOWED = [
    *("days", "customers", "lost", "share", "low", "high"),
    *("others_share", "others_low", "others_high", "difference", "difference_low", "difference_high"),
]


def _followed(tables: Tables, dials: Dials, what: str, days: int, recent: int, lived: Frame) -> dict[str, float]:
    last = dials.as_of - timedelta(days=days)
    begins = nw.col("begin")
    dated = _changes(tables, dials, what).with_columns(begin=period_of(nw.col("day"), "month").dt.offset_by("1mo").cast(nw.Date))
    inside = dated.filter((begins <= nw.lit(last)) & (begins > nw.lit(last - timedelta(days=WITHIN))))
    joined = inside.select("customer_id", "begin").join(lived, on="customer_id", how="inner").filter(_there(begins))
    first = joined.group_by("customer_id").agg(begins.min(), nw.col("lost_on").min())
    gone = count_if(nw.col("lost_on") < days_after(begins, days))
    found = small(first.group_by("begin").agg(nw.len().cast(nw.Int64).alias("n"), gone.cast(nw.Int64).alias("lost")).sort("begin"))
    spans = [(_day(begin), _day(begin) + timedelta(days=days)) for begin in found["begin"]]
    others = _everybody(lived, spans) - _recently(tables, dials, what, lived, spans, recent)
    own = share_of(int(found["lost"].sum()), int(found["n"].sum()))
    some = others["there"] > 0
    weights = found["n"][some] / found["n"][some].sum()
    rates = others["lost"][some] / others["there"][some]
    share = float((weights * rates).sum()) if len(rates) else math.nan
    error = float((weights * (rates * (1 - rates) / others["there"][some]) ** 0.5).sum()) if len(rates) else math.nan
    gap = own.share - share
    apart = Z_95 * math.sqrt(error**2 + own.share * (1 - own.share) / own.total) if own.total else math.nan
    ends = (max(share - Z_95 * error, 0.0), min(share + Z_95 * error, 1.0)) if len(rates) else (math.nan, math.nan)
    row = (days, own.total, own.count, own.share, own.low, own.high, share, *ends, gap, gap - apart, gap + apart)
    return dict(zip(_FOLLOWED, row, strict=True))


def _changes(tables: Tables, dials: Dials, what: str) -> Frame:
    """Changes of this kind before `as_of`: customer_id, day."""
    changes = declared(tables)["changes"].filter((nw.col("what") == nw.lit(what)) & (nw.col("changed_on") < nw.lit(dials.as_of)))
    return changes.select("customer_id", nw.col("changed_on").alias("day"))


def _there(day: nw.Expr) -> nw.Expr:
    """Whether a customer had come before the day and was not lost as of it."""
    return (nw.col("started_on").is_null() | (nw.col("started_on") < day)) & (nw.col("lost_on").is_null() | (nw.col("lost_on") >= day))


def _everybody(lived: Frame, spans: Sequence[tuple[date, date]]) -> pd.DataFrame:
    """How many customers were there on the first day of each span, and how many of them were lost before its end: there, lost."""
    counts = []
    for place, (begin, end) in enumerate(spans):
        there = _there(nw.lit(begin))
        counts += [count_if(there).alias(f"there_{place}"), count_if(there & (nw.col("lost_on") < nw.lit(end))).alias(f"lost_{place}")]
    found = one_row(lived, counts) if counts else {}
    return pd.DataFrame({name: [int(found[f"{name}_{place}"]) for place in range(len(spans))] for name in ("there", "lost")}, dtype="int64")


def _recently(tables: Tables, dials: Dials, what: str, lived: Frame, spans: Sequence[tuple[date, date]], recent: int) -> pd.DataFrame:
    """As `_everybody`, of the customers with a change in the `recent` days before each span."""
    changed = _changes(tables, dials, what).join(lived, on="customer_id", how="inner")
    flags = []
    for place, (begin, _end) in enumerate(spans):
        new = (nw.col("day") < nw.lit(begin)) & (nw.col("day") >= nw.lit(begin - timedelta(days=recent))) & _there(nw.lit(begin))
        flags.append(count_if(new).alias(f"n_{place}"))
    by_customer = changed.group_by("customer_id", "lost_on").agg(*flags) if flags else changed
    counts = []
    for place, (_begin, end) in enumerate(spans):
        new = nw.col(f"n_{place}") > 0
        counts += [count_if(new).alias(f"there_{place}"), count_if(new & (nw.col("lost_on") < nw.lit(end))).alias(f"lost_{place}")]
    found = one_row(by_customer, counts) if counts else {}
    return pd.DataFrame({name: [int(found[f"{name}_{place}"]) for place in range(len(spans))] for name in ("there", "lost")}, dtype="int64")


def _day(month: object) -> date:
    return pd.Timestamp(month).date()  # type: ignore[arg-type]


def _next(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
