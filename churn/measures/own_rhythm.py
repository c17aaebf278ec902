"""When each customer is due to be contacted again, by their own rhythm or else the firm's; and what they bought for the first time."""

from datetime import timedelta

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, days_between, days_later, is_known, latest, words
from churn.measures.lives import active

FEWEST_GAPS = 3
DEFAULT_DAYS = 90.0
NEW_FOR_DAYS = 21


def own_rhythms(tables: Tables, dials: Dials, lived: Frame) -> Frame:
    """One row for each customer still here at `dials.as_of`; a load prepares it as customer_rhythm.

    Columns out: customer_id, last_on (Date: the last day of contact either way, else of the last order; null: neither is known), usual_days
    (Float64: the median of the days between one day of contact and the next where there are at least three such gaps, else null; where the
    firm has no contacts the days of orders stand in), times (Int64: days of contact that it was read from), due_on (Date: last_on and
    usual_days, or the firm's default where that is unknown: the median of the customers' usual_days, 90 where nobody has any; null where
    last_on is), is_own (Int64: 1 where due_on is by their own rhythm, else 0), new_product, new_product_on (their latest first order of a
    product not had before, in the last 21 days; null: none; a very first order without a product has the day alone). `lived` are the
    `lives` at `dials`.
    """
    found, day, here = declared(tables), nw.lit(dials.as_of), active(lived).select("customer_id")
    contacts = found["contacts"].select("customer_id", nw.col("contacted_on").alias("day")).filter(nw.col("day") < day)
    orders = found["orders"].select("customer_id", nw.col("ordered_on").alias("day"), words("product").alias("product"))
    orders = orders.filter(nw.col("day") < day)
    contacts, orders = (frame.join(here, on="customer_id", how="semi") for frame in (contacts, orders))
    ordered = orders.group_by("customer_id").agg(nw.col("day").max().alias("_ordered"))
    gaps = _gaps(contacts if "contacts" in tables else orders.select("customer_id", "day"))
    joined = here.join(gaps, on="customer_id", how="left").join(ordered, on="customer_id", how="left")
    joined = joined.join(_new(orders, dials), on="customer_id", how="left")
    whole = joined.with_columns(
        last_on=nw.coalesce(nw.col("_last"), nw.col("_ordered")),
        times=nw.col("times").fill_null(nw.lit(0)).cast(nw.Int64),
        is_own=nw.when(is_known(nw.col("usual_days"))).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64),
        _every=nw.lit(1),
    )
    usual = nw.coalesce(nw.col("usual_days"), nw.col("usual_days").median().over("_every"), nw.lit(DEFAULT_DAYS))
    due = days_later(nw.col("last_on"), (usual + 0.5).floor())
    return whole.with_columns(due_on=due).select(
        "customer_id", "last_on", "usual_days", "times", "due_on", "is_own", "new_product", "new_product_on"
    )


def _gaps(days: Frame) -> Frame:
    """One row for each customer of `days` (customer_id, day): _last, usual_days, times."""
    following = nw.col("day").shift(-1).over("customer_id", order_by="day")
    timed = days.with_columns(gap=days_between(nw.col("day"), following)).filter(nw.col("gap").is_null() | (nw.col("gap") > nw.lit(0)))
    own = timed.group_by("customer_id").agg(
        nw.col("day").max().alias("_last"),
        nw.col("gap").cast(nw.Float64).median().alias("_usual"),
        nw.col("gap").count().alias("_gaps"),
        nw.len().alias("times"),
    )
    usual = nw.when(nw.col("_gaps") >= FEWEST_GAPS).then(nw.col("_usual"))
    return own.with_columns(usual_days=usual).select("customer_id", "_last", "usual_days", "times")


def _new(orders: Frame, dials: Dials) -> Frame:
    """One row for each customer who bought something for the first time lately: customer_id, new_product, new_product_on."""
    since = nw.lit(dials.as_of - timedelta(days=NEW_FOR_DAYS))
    named = orders.with_columns(product=nw.coalesce(nw.col("product"), nw.lit("")))
    fresh = named.group_by("customer_id", "product").agg(nw.col("day").min().alias("day")).filter(nw.col("day") >= since)
    # A day without a product is news only where nothing at all was bought before it.
    known = orders.group_by("customer_id").agg(nw.col("day").min().alias("_first"))
    fresh = fresh.join(known, on="customer_id", how="inner")
    fresh = fresh.filter((nw.col("product") != nw.lit("")) | (nw.col("day") == nw.col("_first"))).select("customer_id", "day", "product")
    last = latest(fresh, "day", "product")
    return last.select(
        "customer_id",
        nw.when(nw.col("product") != nw.lit("")).then(nw.col("product")).alias("new_product"),
        nw.col("day").alias("new_product_on"),
    )
