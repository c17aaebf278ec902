"""When each customer came and left, by the dials."""

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, days_after, is_known, words


def lives(tables: Tables, dials: Dials) -> Frame:
    """One row a customer who came before `dials.as_of`: customer_id, started_on, lost_on (Date), as known as of that day.

    `started_on` is that of the customers table, else the day of the first order, else null (who then counts as there from the
    beginning, but where silence decides: who has neither, nor has ended, has not come yet). `lost_on` is `ended_on` where that day has
    come, else `dials.gone_after` days after the last order; null for who is still there as of that day. Who is lost on a day is a customer
    for the last time on it.
    """
    found = declared(tables)
    day = nw.lit(dials.as_of)
    bought = found["orders"].filter(nw.col("ordered_on") < day).group_by("customer_id")
    spans = bought.agg(nw.col("ordered_on").min().alias("_first"), nw.col("ordered_on").max().alias("_last"))
    known = found["customers"].select("customer_id", "started_on", "ended_on").join(spans, on="customer_id", how="left")
    gone: nw.Expr = nw.when(nw.col("ended_on") < day).then(nw.col("ended_on"))
    there = nw.col("started_on") < day
    if dials.gone_after is not None:
        gone = nw.coalesce(gone, days_after(nw.col("_last"), dials.gone_after))
        there = there | (nw.col("started_on").is_null() & is_known(nw.col("lost_on")))
    else:
        there = there | nw.col("started_on").is_null()
    dated = known.with_columns(started_on=nw.coalesce(nw.col("started_on"), nw.col("_first")), lost_on=gone)
    return dated.filter(there).select(
        "customer_id", "started_on", nw.when(nw.col("lost_on") < day).then(nw.col("lost_on")).alias("lost_on")
    )


def lives_of(customer_now: Frame, by: str | None = None) -> Frame:
    """The `lives` that a load has prepared, without looking at any order; nobody where no day says who left.

    Columns in: those of the prepared table customer_now. With `by`, one of its columns, also group, what that says (null: nothing).
    """
    come = customer_now.filter(is_known(nw.col("is_lost")))
    groups = [] if by is None else [words(by).alias("group")]
    return come.select("customer_id", nw.col("first_on").alias("started_on"), "lost_on", *groups)


def given(lived: Frame | None, tables: Tables, dials: Dials) -> Frame:
    """The `lives` at `dials` that are at hand, else made of the tables."""
    return lives(tables, dials) if lived is None else lived


def active(lives: Frame) -> Frame:
    """Those of `lives` who are still there: customer_id, started_on."""
    return lives.filter(nw.col("lost_on").is_null()).select("customer_id", "started_on")
