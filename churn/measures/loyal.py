"""The loyal fifth: those who bring most, those who have been here longest and buy most often, and how far they are the same."""

from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.errors import ChurnError
from churn.measures.declared import Tables, declared, holds
from churn.measures.dialect import Frame, days_between, is_known, ranked, real, small, sum_if
from churn.measures.lives import active, lives
from churn.measures.rates import Share, share_of
from churn.wording import _

YEAR = 365
LOYAL = ("customer_id", "revenue", "tenure", "frequency", "lost")


@dataclass(frozen=True)
class Fifth:
    """A fifth of the customers: how many, their revenue in the year before and its share of all (NaN without any), how many of them
    have left since, and of the other four fifths."""

    customers: int
    revenue: float
    revenue_share: float
    lost: Share
    others_lost: Share


@dataclass(frozen=True)
class LoyalFifths:
    """The `customers` active on `day`, and two fifths of them: `by_revenue`, who brought most in the year before, and `by_habit`, who had
    been there longest and bought most often. `both` counts who is in both, `revenue` is of all in the year before."""

    day: date
    customers: int
    revenue: float
    by_revenue: Fifth
    by_habit: Fifth
    both: int

    @property
    def frame(self) -> pd.DataFrame:
        """One row a fifth: fifth ("by_revenue", "by_habit"), customers, revenue, revenue_share, lost_share (with low and high),
        others_lost_share."""
        rows = [("by_revenue", self.by_revenue), ("by_habit", self.by_habit)]
        return pd.DataFrame(
            {
                "fifth": [name for name, _fifth in rows],
                "customers": [fifth.customers for _name, fifth in rows],
                "revenue": [fifth.revenue for _name, fifth in rows],
                "revenue_share": [fifth.revenue_share for _name, fifth in rows],
                "lost_share": [fifth.lost.share for _name, fifth in rows],
                "low": [fifth.lost.low for _name, fifth in rows],
                "high": [fifth.lost.high for _name, fifth in rows],
                "others_lost_share": [fifth.others_lost.share for _name, fifth in rows],
            }
        )


def loyal_fifths(tables: Tables, dials: Dials, *, followed: int = YEAR) -> LoyalFifths:
    """The loyal fifths as they stood `followed` days before `dials.as_of`, and who of them has left since.

    They are chosen by what was known on that day alone, among those active on it: chosen today, a long tenure would be the
    prize for not having left. By revenue: the orders of the 365 days before. By habit: the mean of two ranks, by tenure (an unknown
    start counts as none) and by orders a year of tenure (at least one year, so that a first order is no habit); equal values share the
    best rank. Equal customers go by customer_id; a fifth is rounded up.

    Tables in: customers, orders, as `lives` reads them. Raises ChurnError where there are no orders.
    """
    return loyal_fifths_of(loyal_customers(tables, dials, followed=followed), dials, followed=followed)


def loyal_customers(tables: Tables, dials: Dials, *, followed: int = YEAR) -> Frame:
    """Who was active `followed` days before `dials.as_of`, with what the loyal fifths are chosen by; a load prepares it.

    Columns out: customer_id, revenue (of the 365 days before that day), tenure (days; 0 where the start is unknown), frequency (orders a
    year), lost (Int64: 1 for who has left since, else 0), rich, habitual (Int64: 1 for who is in the fifth by revenue, or by habit, of all
    of them, else 0). Tables in, and raises: as `loyal_fifths`.
    """
    if not holds(tables, "orders", "ordered_on"):
        raise ChurnError(_("The loyal fifth of the customers cannot be told: the desk holds no orders."))
    left = lives(tables, dials).select("customer_id", lost=nw.when(is_known(nw.col("lost_on"))).then(nw.lit(1)).otherwise(nw.lit(0)))
    known = _known(tables, dials.at(dials.as_of - timedelta(days=followed))).join(left, on="customer_id", how="left")
    lost = nw.col("lost").fill_null(nw.lit(0)).cast(nw.Int64)
    return _chosen(known.with_columns(lost=lost)).select(*LOYAL, "rich", "habitual")


def loyal_fifths_of(known: Frame, dials: Dials, *, followed: int = YEAR) -> LoyalFifths:
    """`loyal_fifths` of some customers of `loyal_customers`; the fifths are those of these customers alone.

    `followed` is that of `loyal_customers`.
    """
    day = dials.as_of - timedelta(days=followed)
    counts = small(
        _chosen(known.select(*LOYAL)).group_by("rich", "habitual").agg(
            nw.len().alias("customers"), nw.col("revenue").sum(), nw.col("lost").sum().cast(nw.Int64)
        )
    )  # fmt: skip
    fifths = {name: _fifth(counts, counts[name] == 1, followed) for name in ("rich", "habitual")}
    both = counts.loc[(counts["rich"] == 1) & (counts["habitual"] == 1), "customers"].sum()
    customers, revenue = int(counts["customers"].sum()), float(counts["revenue"].sum())
    return LoyalFifths(day, customers, revenue, fifths["rich"], fifths["habitual"], int(both))


def _chosen(known: Frame) -> Frame:
    """The customers with rich and habitual: 1 for those in the fifth by revenue, or by habit, else 0."""
    counted = known.with_columns(_all=nw.lit(1))
    habits = counted.with_columns(_habit=-_rank("tenure") - _rank("frequency"))
    return _with_top(_with_top(habits, "revenue", "rich"), "_habit", "habitual")


def _known(tables: Tables, then: Dials) -> Frame:
    """The customers active on the day: customer_id, revenue of the year before, tenure (days), frequency (orders a year)."""
    day = nw.lit(then.as_of)
    orders = declared(tables)["orders"].filter(nw.col("ordered_on") < day)
    recent = nw.col("ordered_on") >= nw.lit(then.as_of - timedelta(days=YEAR))
    bought = orders.group_by("customer_id").agg(
        nw.len().alias("orders"), sum_if(recent & is_known(real("amount")), real("amount")).alias("revenue")
    )
    joined = active(lives(tables, then)).join(bought, on="customer_id", how="left")
    tenure = days_between(nw.col("started_on"), day).fill_null(nw.lit(0))
    return joined.with_columns(tenure=tenure).select(
        "customer_id",
        nw.col("revenue").fill_null(nw.lit(0.0)),
        "tenure",
        (nw.col("orders").fill_null(nw.lit(0)) * float(YEAR) / nw.max_horizontal("tenure", nw.lit(YEAR))).alias("frequency"),
    )


def _rank(column: str) -> nw.Expr:
    """1 for the greatest; equal values share the best rank."""
    return nw.col(column).rank("min", descending=True).over("_all").cast(nw.Int64)


def _with_top(frame: Frame, amount: str, name: str) -> Frame:
    """The frame with a column that is 1 for the fifth with the greatest amounts, rounded up, else 0."""
    inside = (nw.col("rank") - 1) * 5 < nw.col("_all").sum().over("_all")
    return ranked(frame, amount).with_columns(nw.when(inside).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64).alias(name))


def _fifth(counts: pd.DataFrame, inside: pd.Series, followed: int) -> Fifth:
    own, others = counts[inside], counts[~inside]
    revenue, total = float(own["revenue"].sum()), float(counts["revenue"].sum())
    customers = int(own["customers"].sum())
    return Fifth(
        customers=customers,
        revenue=revenue,
        revenue_share=revenue / total if total > 0 else float("nan"),
        lost=share_of(int(own["lost"].sum()), customers if followed else 0),
        others_lost=share_of(int(others["lost"].sum()), int(others["customers"].sum()) if followed else 0),
    )
