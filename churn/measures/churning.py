"""How many customers leave in a month, a quarter or a year."""

from datetime import date

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.measures.dialect import Frame, count_if, has, small, words
from churn.measures.lifetimes import Presence, dated, lifetimes
from churn.measures.rates import Share, share_of
from churn.measures.spans import MONTHS, Every, earliest_month, over_until, span_of, spans_of, with_times

MOST_GROUPS = 20
_NOBODY = ""
_COUNTS = ["at_start", "started", "lost", "lost_new"]


def grouped(customers: Frame, column: str) -> Frame:
    """The customers with the group that a column puts them in: customer_id, group (null: the column does not say)."""
    return customers.select("customer_id", words(column).alias("group"))


def churn_by_month(months: Frame, as_of: date, *, groups: Frame | None = None, every: Every = "month") -> pd.DataFrame:
    """How many of the customers at the start of each month, quarter or year left within it, in the order of time.

    The rate is `lost` / `at_start`: in the denominator is who was a customer before the first day and still on it. Those who came and
    left within one span are in `lost_new` and in no rate. So at_start + started - lost - lost_new is at_start of the next span.

    Columns in: those of `customer_months`; groups.customer_id, group. Columns out: month (the span's first day), with `groups` also group
    (None: missing; the 20 groups with most customers), at_start, started, lost, lost_new, rate with its 95% interval low and high
    (Wilson, 1927), retention = 1 - rate (all four NaN where nobody was there), complete (False: the span is not over by `as_of`, or
    began before the first month; it is then counted from that month).
    """
    keys = ["month"] if groups is None else ["month", "group"]
    found = with_times(small(_counted(months if groups is None else _within(months, groups), keys, as_of, every)), "month")
    return _rated(found, keys, as_of, every)


def churn_by_month_of(lives: Frame, as_of: date, first_month: date, *, every: Every = "month") -> pd.DataFrame:
    """`churn_by_month` from the days on which customers came and left alone, which is far quicker.

    Columns in: those of `lives` as of `as_of`, and group (then as with `groups`; null: none), one row a customer. `first_month` is the
    first month that the firm has (that of the prepared table dials): who came on an unknown day is there from it on.
    """
    grouped = has(lives, "group")
    found = lifetimes(lives, *(["group"] if grouped else []))
    if grouped:
        found["group"] = found["group"].astype(object).where(found["group"].notna(), _NOBODY)
        sizes = found.groupby("group")["customers"].sum().reset_index().sort_values(["customers", "group"], ascending=[False, True])
        found = found[found["group"].isin(sizes["group"].head(MOST_GROUPS))]
    return _rated(
        _counted_of(Presence(found, as_of, first_month), as_of, every), ["month", "group"] if grouped else ["month"], as_of, every
    )


def _counted_of(presence: Presence, as_of: date, every: Every) -> pd.DataFrame:
    """What `_counted` gives, in memory."""
    found = presence.found
    rows, groups = pd.factorize(found["group"]) if "group" in found else (np.zeros(len(found), dtype=np.int64), np.array([_NOBODY]))
    step, came = MONTHS[every], presence.came
    earliest = earliest_month(as_of)
    begin = np.maximum(presence.end - presence.end % step, earliest.year * 12 + earliest.month - 1)
    old, left = presence.cohort < begin, presence.end >= 0
    counts = {
        "at_start": presence.at_start(rows, len(groups)),
        "started": presence.counted(rows, len(groups), presence.cohort, came),
        "lost": presence.counted(rows, len(groups), presence.end, left & old),
        "lost_new": presence.counted(rows, len(groups), presence.end, left & ~old),
    }
    months = dated(np.arange(presence.first, presence.last + 1))
    wide = {"month": np.tile(months, len(groups)), "group": np.repeat(np.asarray(groups, dtype=object), len(months))}
    told = pd.DataFrame(wide | {name: cells.ravel() for name, cells in counts.items()})
    return told[told["at_start"] + told["started"] > 0].reset_index(drop=True)


def _rated(found: pd.DataFrame, keys: list[str], as_of: date, every: Every) -> pd.DataFrame:
    """The counts of each month put together by span, with their rates."""
    found["first"] = spans_of(found["month"], every)
    begin = found["month"].min()
    found["at_start"] = found["at_start"].where(found["month"] == found["first"].clip(lower=begin), 0)
    spans = found.groupby(["first", *keys[1:]], as_index=False, sort=True)[_COUNTS].sum().rename(columns={"first": "month"})
    over = spans["month"] + pd.DateOffset(months=MONTHS[every]) <= over_until(as_of)
    rates = [share_of(int(lost), int(there)) for lost, there in zip(spans["lost"], spans["at_start"], strict=True)]
    told = spans.assign(
        rate=[rate.share for rate in rates],
        low=[rate.low for rate in rates],
        high=[rate.high for rate in rates],
        retention=[1 - rate.share for rate in rates],
        complete=over & (spans["month"] >= begin),
    )
    if "group" in keys:
        told["group"] = told["group"].astype(object).where(told["group"] != _NOBODY, None)
    return told


def average_churn(rates: pd.DataFrame, *, last: int = 12) -> Share:
    """The average rate over the last complete spans: all who left in them against all who were there at the start of each, with the 95%
    interval (Wilson, 1927), customers counted once in each span that they begin.

    `rates` comes from `churn_by_month`; NaN where no span is complete.
    """
    whole = rates[rates["complete"]]
    latest = whole[whole["month"].isin(whole["month"].drop_duplicates().nlargest(last))]
    return share_of(int(latest["lost"].sum()), int(latest["at_start"].sum()))


def _within(months: Frame, groups: Frame) -> Frame:
    """The months with the group of each customer, of the groups with most customers."""
    named = groups.select("customer_id", nw.col("group").fill_null(nw.lit(_NOBODY)))
    sizes = named.group_by("group").agg(nw.len().alias("customers")).sort("customers", "group", descending=[True, False])
    return months.join(named.join(sizes.head(MOST_GROUPS).select("group"), on="group", how="semi"), on="customer_id", how="inner")


def _counted(months: Frame, keys: list[str], as_of: date, every: Every) -> Frame:
    """The counts of each month; lost are those who were there when the span began, or when the months begin that are kept at all."""
    begin = nw.max_horizontal(span_of(nw.col("month"), every), nw.lit(earliest_month(as_of).date()))
    old = nw.col("cohort").is_null() | (nw.col("cohort") < begin)
    left = nw.col("lost") == 1
    return months.group_by(*keys).agg(
        count_if(nw.col("at_start") == 1).alias("at_start"),
        count_if(nw.col("started") == 1).alias("started"),
        count_if(left & old).alias("lost"),
        count_if(left & ~old).alias("lost_new"),
    )
