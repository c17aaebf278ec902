"""What became of customers who showed a sign, and of those who did not: how well each sign told in the past."""

import math
from collections.abc import Sequence
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.errors import ChurnError
from churn.measures.declared import Tables
from churn.measures.dialect import count_if, is_known, one_row
from churn.measures.lives import lives
from churn.measures.rates import Share, share_of
from churn.signs.showing import graded_facts, severity_of, told
from churn.signs.thresholds import Thresholds
from churn.wording import _
from churn.wording import date as in_words


def record_of(tables: Tables, dials: Dials, thresholds: Thresholds, days: Sequence[date]) -> pd.DataFrame:
    """How many of the customers who showed each sign left within the days looked ahead, against those who did not show it.

    Each active customer counts once on each of the `days`, whose days looked ahead must have ended by `dials.as_of` (ChurnError). Columns
    out, one row a sign that can be computed and has a past: sign; fired (customers and days), left (of these), share with its 95% interval
    low, high; without, without_left, without_share, without_low, without_high; lift (share / without_share); difference with its 95%
    interval difference_low, difference_high; beyond_chance (that interval does not hold 0); days, first_day, last_day. What
    cannot be divided is NaN. Intervals: Wilson (1927), and for the difference Newcombe (1998, method 10). They take a customer's days as
    independent, which they are not quite, so they are somewhat too narrow where one customer shows a sign on several days.
    """
    late = [day for day in days if dials.at(day).known_by > dials.as_of]
    if late:
        raise ChurnError(_("What came after {day} is not known yet: choose an earlier day.").format(day=in_words(late[0])))
    keys = [key for key, sign in told(tables).items() if sign.has_past]
    counts = pd.DataFrame([_counted(tables, dials.at(day), thresholds, keys) for day in days])
    total = {str(name): int(counts[name].sum()) for name in counts}
    spans = {"days": len(days), "first_day": min(days, default=None), "last_day": max(days, default=None)}
    return pd.DataFrame([{"sign": key, **_compared(total, key), **spans} for key in keys] if days else [], columns=_COLUMNS)


_COLUMNS = [
    *("sign", "fired", "left", "share", "low", "high", "without", "without_left", "without_share", "without_low", "without_high"),
    *("lift", "difference", "difference_low", "difference_high", "beyond_chance", "days", "first_day", "last_day"),
]


def _counted(tables: Tables, dials: Dials, thresholds: Thresholds, keys: Sequence[str]) -> dict[str, float]:
    """Of one day: active, left, and fired_<key>, left_<key> for each sign."""
    graded = graded_facts(tables, dials, thresholds).select("customer_id", *(severity_of(key) for key in keys))
    ends = lives(tables, dials.at(dials.known_by)).select("customer_id", "lost_on")
    known = graded.join(ends, on="customer_id", how="left")
    left = is_known(nw.col("lost_on"))
    counts = [nw.len().alias("active"), count_if(left).alias("left")]
    for key in keys:
        fired = nw.col(severity_of(key)) > 0
        counts += [count_if(fired).alias(f"fired_{key}"), count_if(fired & left).alias(f"left_{key}")]
    return one_row(known, counts)


def _compared(total: dict[str, int], key: str) -> dict[str, float]:
    fired, left = total[f"fired_{key}"], total[f"left_{key}"]
    those, others = share_of(left, fired), share_of(total["left"] - left, total["active"] - fired)
    low, high = difference_interval(those, others)
    return {
        "fired": fired,
        "left": left,
        "share": those.share,
        "low": those.low,
        "high": those.high,
        "without": others.total,
        "without_left": others.count,
        "without_share": others.share,
        "without_low": others.low,
        "without_high": others.high,
        "lift": those.share / others.share if others.count else math.nan,
        "difference": those.share - others.share,
        "difference_low": low,
        "difference_high": high,
        "beyond_chance": low > 0 or high < 0,
    }


def difference_interval(one: Share, other: Share) -> tuple[float, float]:
    """The 95% interval of the difference of two independent shares, from their Wilson intervals (Newcombe, 1998, method 10).

    NaN where one of them is of nobody.

    >>> [round(end, 4) for end in difference_interval(share_of(56, 70), share_of(48, 80))]
    [0.0524, 0.3339]
    """
    difference = one.share - other.share
    return (
        difference - math.hypot(one.share - one.low, other.high - other.share),
        difference + math.hypot(one.high - one.share, other.share - other.low),
    )
