"""How customers answered and how often they were in contact before and after a change."""

import math

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.answers import scored_days
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, count_if, days_after, one_row
from churn.measures.followed import WITHIN, first_events
from churn.measures.lives import given
from churn.measures.rates import Z_95


def around_change(
    tables: Tables,
    dials: Dials,
    what: str = "point_of_contact",
    *,
    nps_days: int = 180,
    contact_days: int = 90,
    within: int | None = WITHIN,
    lived: Frame | None = None,
) -> pd.DataFrame:
    """The same customers before and after a change of this kind, in means: their NPS vote, and their contacts.

    Each with the first change of a year that can be followed (`within` days; None: all), and only who is still there at the end: what the
    lost would have said is not known. The vote is 100 for a promoter, 0 for a passive, -100 for a detractor: the last in the `nps_days`
    before the change and the first from the change on, of customers who gave both, so that the means are NPS. Contacts are counted in the
    `contact_days` before the day of the change and from it on, of customers who were there throughout. `lived`: the `lives` at
    `dials`, where they are at hand. Columns out: what (nps, contacts),
    customers, before, after, difference with its 95% interval low and high (normal, of paired differences; NaN for fewer than two).
    """
    there = given(lived, tables, dials)
    rows = [
        _paired("nps", one_row(_votes(tables, dials, what, nps_days, within, there), _sums())),
        _paired("contacts", one_row(_contacts(tables, dials, what, contact_days, within, there), _sums())),
    ]
    return pd.DataFrame(rows)


def _changed(tables: Tables, dials: Dials, what: str, days: int, within: int | None, lived: Frame, *, before: int) -> Frame:
    """Customers who were there for `before` days before a change and for `days` from it on: customer_id, day."""
    changes = declared(tables)["changes"].filter((nw.col("what") == nw.lit(what)) & (nw.col("changed_on") < nw.lit(dials.as_of)))
    dated = changes.select("customer_id", nw.col("changed_on").alias("day")).unique(["customer_id", "day"])
    known = dated.join(lived.select("customer_id", nw.col("started_on").alias("_since")), on="customer_id", how="inner")
    old = known.filter(nw.col("_since").is_null() | (nw.col("_since") <= days_after(nw.col("day"), -before)))
    followed = first_events(old.select("customer_id", "day"), lived, dials, days, within=within)
    return followed.filter(nw.col("gone") == 0).select("customer_id", "day")


def _votes(tables: Tables, dials: Dials, what: str, days: int, within: int | None, lived: Frame) -> Frame:
    """customer_id, before, after: the votes of who gave both."""
    score = nw.col("score")
    vote = nw.when(score >= 9).then(nw.lit(100.0)).otherwise(nw.when(score <= 6).then(nw.lit(-100.0)).otherwise(nw.lit(0.0)))
    said = scored_days(tables, dials).select("customer_id", nw.col("day").alias("on"), vote.alias("vote"))
    near = _changed(tables, dials, what, days, within, lived, before=0).join(said, on="customer_id", how="inner")
    on, day = nw.col("on"), nw.col("day")
    before = near.filter((on < day) & (on >= days_after(day, -days))).unique(["customer_id"], keep="last", order_by=["on"])
    after = near.filter((on >= day) & (on < days_after(day, days))).unique(["customer_id"], keep="first", order_by=["on"])
    first = before.select("customer_id", nw.col("vote").alias("before"))
    return first.join(after.select("customer_id", nw.col("vote").alias("after")), on="customer_id", how="inner")


def _contacts(tables: Tables, dials: Dials, what: str, days: int, within: int | None, lived: Frame) -> Frame:
    """customer_id, before, after: numbers of contacts."""
    changed = _changed(tables, dials, what, days, within, lived, before=days)
    spoke = declared(tables)["contacts"].select("customer_id", nw.col("contacted_on").alias("on"))
    near = changed.join(spoke, on="customer_id", how="left")
    on, day = nw.col("on"), nw.col("day")
    return near.group_by("customer_id").agg(
        count_if((on < day) & (on >= days_after(day, -days))).cast(nw.Float64).alias("before"),
        count_if((on >= day) & (on < days_after(day, days))).cast(nw.Float64).alias("after"),
    )


def _sums() -> list[nw.Expr]:
    gap = nw.col("after") - nw.col("before")
    return [
        nw.len().alias("n"),
        nw.col("before").mean(),
        nw.col("after").mean(),
        gap.mean().alias("difference"),
        gap.std().alias("deviation"),
    ]


def _paired(what: str, found: dict[str, float]) -> dict[str, object]:
    n = int(found["n"])
    half = Z_95 * found["deviation"] / math.sqrt(n) if n > 1 else math.nan
    gap = found["difference"]
    return {
        "what": what,
        "customers": n,
        "before": found["before"],
        "after": found["after"],
        "difference": gap,
        "low": gap - half,
        "high": gap + half,
    }
