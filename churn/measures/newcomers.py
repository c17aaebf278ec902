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
    if not holds(tables, "orders", "ordered_on", "amount"):
        raise ChurnError(_("Existing and new customers cannot be compared: the desk holds no orders with amounts."))
    first = (pd.Timestamp(dials.as_of) - pd.DateOffset(months=months)).date()
    people = _present(tables, dials, first).join(_bought(tables, dials, first), on="customer_id", how="left")
    spent, there = nw.col("spent").fill_null(nw.lit(0.0)), nw.col("days") / MONTH
    sums = small(
        people.group_by("new").agg(
            nw.len().alias("customers"),
            count_if(nw.col("tried")).cast(nw.Int64).alias("tried"),
            there.sum().alias("m"),
            spent.sum().alias("y"),
            (there * there).sum().alias("mm"),
            (spent * there).sum().alias("ym"),
            (spent * spent).sum().alias("yy"),
        )
    )
    told = holds(tables, "orders", "product")
    existing, new = (_buyers(sums[sums["new"] == kind], told) for kind in (0, 1))
    return ExistingAgainstNew(first, (pd.Timestamp(dials.as_of) - pd.Timedelta(days=1)).date(), existing, new)


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


def _buyers(row: pd.DataFrame, products_known: bool) -> Buyers:
    if row.empty:
        return Buyers(0, 0.0, share_of(0, 0), math.nan, math.nan, math.nan)
    sums = row.iloc[0]
    n, spend = int(sums["customers"]), float(sums["y"] / sums["m"])
    squares = max(float(sums["yy"] - 2 * spend * sums["ym"] + spend**2 * sums["mm"]), 0.0)
    half = Z_95 * math.sqrt(squares * n / (n - 1)) / float(sums["m"]) if n > 1 else math.nan
    tried = share_of(int(sums["tried"]), n) if products_known else share_of(0, 0)
    return Buyers(n, float(sums["m"]), tried, spend, spend - half, spend + half)
