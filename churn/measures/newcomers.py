"""Existing customers against new ones: who tries a product that they had not bought before, and what they spend."""

import math
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.errors import ChurnError
from churn.measures.declared import Tables, declared, holds
from churn.measures.dialect import Frame, count_if, days_after, days_between, is_known, real, small, sum_if
from churn.measures.lives import lives
from churn.measures.rates import Z_95, Share, share_of
from churn.wording import _

QUOTED_TRY, QUOTED_SPEND = 1.5, 1.31
MONTH = 365.25 / 12


@dataclass(frozen=True)
class Buyers:
    """So many customers, who were customers for `months` months of the window together. `tried` are those who bought a product that they
    had not bought before (of nobody where orders name no products). `spend` is their revenue for each month as a customer, with its
    95% interval; NaN for nobody, the interval also for one."""

    customers: int
    months: float
    tried: Share
    spend: float
    spend_low: float
    spend_high: float


@dataclass(frozen=True)
class ExistingAgainstNew:
    """Those who were customers before `first`, and those who came from then to `last`, both days inside the window."""

    first: date
    last: date
    existing: Buyers
    new: Buyers

    @property
    def try_ratio(self) -> float:
        """How many times likelier the existing are to try; to be set beside `QUOTED_TRY`. NaN where no new customer tried."""
        return self.existing.tried.share / self.new.tried.share if self.new.tried.count else math.nan

    @property
    def spend_ratio(self) -> float:
        """How many times as much a month the existing spend; to be set beside `QUOTED_SPEND`."""
        return self.existing.spend / self.new.spend if self.new.spend > 0 else math.nan


def quoted_existing_standing() -> str:
    """What is known of the quoted claim that existing customers try and spend more."""
    return _("Found in blogs only; no study was found behind it.")


def existing_against_new(tables: Tables, dials: Dials, *, months: int = 12) -> ExistingAgainstNew:
    """The two kinds of customers in the last `months` months before `dials.as_of`; who was a customer in them counts, buyer or not.

    To try is to buy, in the window, a product for the first time and not on the day of one's very first order: what a new customer
    begins with is no trial. The new had less time in which to try: `months` of each says how much. Spend is the ratio of two sums,
    revenue and months as a customer, with its linearised standard error (Cochran, 1977). Invoices count when they are sent: where
    they are sent for several months ahead, new customers seem to spend more than they do.

    Tables in: customers, orders, as `lives` reads them. Raises ChurnError where there are no orders.
    """
    return existing_against_new_of(buyers(tables, dials, months=months), dials, months=months)


def buyers(tables: Tables, dials: Dials, *, months: int = 12) -> Frame:
    """Who was a customer in the last `months` months before `dials.as_of`, with what they did in them; a load prepares it.

    Columns out: customer_id, new (Int64: 1 for who came in them, else 0), days (there in them), spent (money), tried (Int64, 1 or 0: bought
    a product for the first time, later than on the day of the very first order; null where orders name no products). Tables in, and raises:
    as `existing_against_new`.
    """
    if not holds(tables, "orders", "ordered_on", "amount"):
        raise ChurnError(_("Existing and new customers cannot be compared: the desk holds no orders with amounts."))
    first = _first(dials, months)
    people = _present(tables, dials, first).join(_bought(tables, dials, first), on="customer_id", how="left")
    tried = nw.when(nw.col("tried")).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
    return people.select(
        "customer_id",
        nw.col("new").cast(nw.Int64),
        "days",
        nw.col("spent").fill_null(nw.lit(0.0)),
        (tried if holds(tables, "orders", "product") else nw.lit(None, nw.Int64)).alias("tried"),
    )


def existing_against_new_of(buyers: Frame, dials: Dials, *, months: int = 12) -> ExistingAgainstNew:
    """`existing_against_new` of some customers of `buyers`, of as many `months`."""
    spent, there = nw.col("spent"), nw.col("days") / MONTH
    sums = small(
        buyers.group_by("new").agg(
            nw.len().alias("customers"),
            nw.col("tried").count().alias("told"),
            count_if(nw.col("tried") == 1).cast(nw.Int64).alias("tried"),
            there.sum().alias("m"),
            spent.sum().alias("y"),
            (there * there).sum().alias("mm"),
            (spent * there).sum().alias("ym"),
            (spent * spent).sum().alias("yy"),
        )
    )
    existing, new = (_buyers(sums[sums["new"] == kind]) for kind in (0, 1))
    return ExistingAgainstNew(_first(dials, months), (pd.Timestamp(dials.as_of) - pd.Timedelta(days=1)).date(), existing, new)


def _first(dials: Dials, months: int) -> date:
    """The first day of the last so many months."""
    return (pd.Timestamp(dials.as_of) - pd.DateOffset(months=months)).date()


def _present(tables: Tables, dials: Dials, first: date) -> Frame:
    """Who was a customer in the window: customer_id, new (1 or 0), days there in it."""
    begin, known = nw.lit(first), lives(tables, dials).filter(nw.col("lost_on").is_null() | (nw.col("lost_on") >= nw.lit(first)))
    came = nw.col("started_on") >= begin
    until = nw.coalesce(days_after(nw.col("lost_on"), 1), nw.lit(dials.as_of))
    spans = known.with_columns(
        new=nw.when(came).then(nw.lit(1)).otherwise(nw.lit(0)),
        days=days_between(nw.when(came).then(nw.col("started_on")).otherwise(begin), until),
    )
    return spans.filter(nw.col("days") > 0).select("customer_id", "new", "days")


def _bought(tables: Tables, dials: Dials, first: date) -> Frame:
    """Who bought by now: customer_id, spent in the window, tried (some product for the first time in it, later than the first of all)."""
    orders = declared(tables)["orders"].filter(nw.col("ordered_on") < nw.lit(dials.as_of)).with_columns(amount=real("amount"))
    inside = (nw.col("ordered_on") >= nw.lit(first)) & is_known(nw.col("amount"))
    products = orders.group_by("customer_id", "product").agg(
        nw.col("ordered_on").min().alias("since"), sum_if(inside, nw.col("amount")).alias("spent")
    )
    named = nw.when(is_known(nw.col("product"))).then(nw.col("since"))
    bought = products.group_by("customer_id").agg(
        nw.col("spent").sum(), nw.col("since").min().alias("_first"), named.max().alias("_newest")
    )
    tried = (nw.col("_newest") >= nw.lit(first)) & (nw.col("_newest") > nw.col("_first"))
    return bought.select("customer_id", "spent", tried.alias("tried"))


def _buyers(row: pd.DataFrame) -> Buyers:
    if row.empty:
        return Buyers(0, 0.0, share_of(0, 0), math.nan, math.nan, math.nan)
    sums = row.iloc[0]
    n, spend = int(sums["customers"]), float(sums["y"] / sums["m"])
    squares = max(float(sums["yy"] - 2 * spend * sums["ym"] + spend**2 * sums["mm"]), 0.0)
    half = Z_95 * math.sqrt(squares * n / (n - 1)) / float(sums["m"]) if n > 1 else math.nan
    tried = share_of(int(sums["tried"]), n) if sums["told"] else share_of(0, 0)
    return Buyers(n, float(sums["m"]), tried, spend, spend - half, spend + half)
