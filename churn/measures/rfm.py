"""Customers by how lately, how often and for how much they bought."""

from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, count_if, days_between, is_known, real, small, sum_if
from churn.measures.rates import share_of
from churn.wording import _

YEAR = 365
RFM = "rfm"
SEGMENTS = (
    "champions", "loyal", "promising", "new", "needs_attention", "about_to_leave", "cannot_lose", "at_risk", "hibernating", "long_gone",
)  # fmt: skip


def segment_name(segment: str) -> str:
    """What a page calls a segment."""
    return {
        "champions": _("champions"),
        "loyal": _("loyal"),
        "promising": _("promising"),
        "new": _("new"),
        "needs_attention": _("needs attention"),
        "about_to_leave": _("about to leave"),
        "cannot_lose": _("cannot lose them"),
        "at_risk": _("at risk"),
        "hibernating": _("hibernating"),
        "long_gone": _("long gone"),
    }[segment]


def rfm(orders: Frame, as_of: date) -> Frame:
    """One row a customer who bought before `as_of`: customer_id, recency_days (since the last order), frequency (orders), monetary (their
    sum), r, f, m (scores 1 to 5, 5 for the latest, most frequent, greatest) and segment, one of `SEGMENTS`.

    A score is 1 + floor(5 (rank - 1) / n), the fifth in which the customer ranks among all n (Hughes, 1994). Equal values share the lowest
    rank, so that they are never split: where half of all bought once, they all have f = 1 and nobody has f = 2.

    Columns in: customer_id, ordered_on, amount (missing counts as 0).
    """
    return _scored(orders, as_of).select("customer_id", "recency_days", "frequency", "monetary", "r", "f", "m", "segment")


def bought(orders: Frame, as_of: date) -> Frame:
    """What a load prepares of `rfm`: customer_id, last_on (Date, of the last order), recency_days, orders, revenue (of all of them),
    revenue_year (of the 365 days before `as_of`), r, f, m, rfm (one of `SEGMENTS`); scored among all of `orders`.

    Columns in: as `rfm`.
    """
    named = {"last_on": "_last", "orders": "frequency", "revenue": "monetary", "revenue_year": "_year", "rfm": "segment"}
    names = ("last_on", "recency_days", "orders", "revenue", "revenue_year", "r", "f", "m", RFM)
    return _scored(orders, as_of).select("customer_id", *(nw.col(named.get(name, name)).alias(name) for name in names))


def rfm_segments_of(bought: Frame, lives: Frame) -> pd.DataFrame:
    """`rfm_segments` of some customers of `bought`, with the scores that they have among all customers of the firm.

    Columns in: those of `bought`; those of `lives`.
    """
    return rfm_segments(bought.select("customer_id", nw.col("rfm").alias("segment"), nw.col("revenue").alias("monetary")), lives)


def rfm_segments(scored: Frame, lives: Frame) -> pd.DataFrame:
    """The segments in their order, those without customers too: segment, customers, revenue, revenue_share (of all), lost, lost_share with
    its 95% interval low and high (Wilson, 1927; NaN for nobody).

    Columns in: those of `rfm`; those of `lives`. Who is lost buys no more, so that low recency goes with loss in any firm: the shares
    describe the segments and foretell nothing.
    """
    left = lives.select("customer_id", _lost=is_known(nw.col("lost_on")))
    joined = scored.join(left, on="customer_id", how="left")
    counts = small(
        joined.group_by("segment").agg(
            nw.len().alias("customers"), nw.col("monetary").sum().alias("revenue"), count_if(nw.col("_lost")).alias("lost")
        )
    )
    found = counts.set_index("segment").reindex(list(SEGMENTS)).fillna(0.0).rename_axis("segment").reset_index()
    shares = [share_of(int(lost), int(customers)) for lost, customers in zip(found["lost"], found["customers"], strict=True)]
    total = found["revenue"].sum()
    return found.assign(
        customers=found["customers"].astype("int64"),
        revenue_share=found["revenue"] / (total if total > 0 else float("nan")),
        lost=found["lost"].astype("int64"),
        lost_share=[share.share for share in shares],
        low=[share.low for share in shares],
        high=[share.high for share in shares],
    )[["segment", "customers", "revenue", "revenue_share", "lost", "lost_share", "low", "high"]]


def _scored(orders: Frame, as_of: date) -> Frame:
    amount = nw.when(is_known(real("amount"))).then(real("amount")).otherwise(nw.lit(0.0))
    days = orders.select("customer_id", nw.col("ordered_on").cast(nw.Date), amount=amount)
    known = days.filter(nw.col("ordered_on") < nw.lit(as_of))
    bought = known.group_by("customer_id").agg(
        nw.col("ordered_on").max().alias("_last"),
        nw.len().cast(nw.Int64).alias("frequency"),
        nw.col("amount").sum().alias("monetary"),
        sum_if(nw.col("ordered_on") >= nw.lit(as_of - timedelta(days=YEAR)), nw.col("amount")).alias("_year"),
    )
    counted = bought.with_columns(recency_days=days_between(nw.col("_last"), nw.lit(as_of)), _all=nw.lit(1))
    scored = counted.with_columns(_score("_last").alias("r"), _score("frequency").alias("f"), _score("monetary").alias("m"))
    return scored.with_columns(segment=_segment())


def _score(column: str) -> nw.Expr:
    behind = nw.col(column).rank("min").over("_all").cast(nw.Int64) - 1
    return ((behind * 5).cast(nw.Float64) / nw.len().over("_all")).floor().cast(nw.Int64) + 1


def _segment() -> nw.Expr:
    """From r, and from f + m (2 to 10)."""
    r, worth = nw.col("r"), nw.col("f") + nw.col("m")
    rules = [
        ("champions", (r == 5) & (worth >= 8)),
        ("loyal", (r >= 3) & (worth >= 8)),
        ("promising", (r >= 4) & (worth >= 5)),
        ("new", r >= 4),
        ("needs_attention", (r == 3) & (worth >= 5)),
        ("about_to_leave", r == 3),
        ("cannot_lose", worth >= 8),
        ("at_risk", worth >= 5),
        ("hibernating", r == 2),
    ]
    named = nw.lit("long_gone")
    for name, rule in reversed(rules):
        named = nw.when(rule).then(nw.lit(name)).otherwise(named)
    return named
