"""What came after: who was lost within the days looked ahead, and the days at which it is known of whom."""

from datetime import date, timedelta

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.measures.declared import Tables
from churn.measures.dialect import Frame
from churn.measures.lives import active, lives

MOST_DATES = 8
LEAST_HISTORY = 90


def labels(tables: Tables, dials: Dials) -> Frame:
    """One row for each customer active at `dials.as_of`: customer_id, lost (Int64: 1 where lost as of `dials.known_by`, else 0).

    True only where the tables are known up to `dials.known_by`.
    """
    after = lives(tables, dials.at(dials.known_by)).select("customer_id", "lost_on")
    joined = active(lives(tables, dials)).select("customer_id").join(after, on="customer_id", how="left")
    lost = nw.when(nw.col("lost_on").is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    return joined.select("customer_id", lost.cast(nw.Int64).alias("lost"))


def panel_dates(first: date, last: date, dials: Dials, most: int = MOST_DATES) -> list[date]:
    """The days to read customers at in order to learn from them, newest first; none where the history is too short.

    `first` is the day of the first event; `last` the day as of which the tables are known, so that what comes on it is not. The newest
    looks ahead to `last`, the others lie `dials.look_ahead` days apart: what is foretold at one is known at the next. None lies less
    than 90 days, or `dials.gone_after` where that is more, after `first`: before that nobody can be seen to go.
    """
    history = timedelta(days=max(LEAST_HISTORY, dials.gone_after or 0))
    step = timedelta(days=dials.look_ahead)
    days = [last - step * back for back in range(1, most + 1)]
    return [day for day in days if day >= first + history]
