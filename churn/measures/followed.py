"""Who left within some days after something happened to them, counted without looking ahead.

Each customer counts once, with the first such event of a year. The last one would be chosen by what came later: the last event of
one who left is always shortly before leaving.
"""

from datetime import timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.dialect import Frame, count_if, days_after, small
from churn.measures.rates import with_shares

WITHIN = 365


def first_events(events: Frame, lives: Frame, dials: Dials, days: int, *, after: int = 0, within: int | None = WITHIN) -> Frame:
    """Each customer's first event that can be followed, with whether they left after it.

    Columns in: events.customer_id, day (Date) and more, one row a customer and day; lives as in `measures.lives`. The `days` (one or more)
    begin `after` days after the event; the customer must have come by the event and be there when they begin. They end by `dials.as_of`; of
    the days on which an event could be followed the last `within` count (None: all). Columns out: those of `events` and gone (1 or 0: left
    within the days).
    """
    last = dials.as_of - timedelta(days=days + after)
    in_time = nw.col("day") <= nw.lit(last)
    if within is not None:
        in_time = in_time & (nw.col("day") > nw.lit(last - timedelta(days=within)))
    begin, end = days_after(nw.col("day"), after), days_after(nw.col("day"), days + after)
    known = events.filter(in_time).join(lives, on="customer_id", how="inner")
    came = nw.col("started_on").is_null() | (nw.col("started_on") <= nw.col("day"))
    there = known.filter(came & (nw.col("lost_on").is_null() | (nw.col("lost_on") >= begin)))
    gone = nw.when(nw.col("lost_on") < end).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
    first = there.with_columns(gone=gone).unique(["customer_id"], keep="first", order_by=["day"])
    return first.select(*events.collect_schema().names(), "gone")


def lost_shares(events: Frame, by: str) -> pd.DataFrame:
    """Of the events of `first_events`, the share after which the customer left, for each value of the column `by`.

    Columns out: `by`, customers, lost, share with its 95% interval low and high (Wilson, 1927).
    """
    counts = [nw.len().cast(nw.Int64).alias("customers"), count_if(nw.col("gone") == 1).cast(nw.Int64).alias("lost")]
    return with_shares(small(events.group_by(by).agg(*counts).sort(by)), "lost", "customers")
