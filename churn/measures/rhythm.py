"""The customers' rhythm of ordering, and what it suggests for the dials: when a silent customer counts as gone."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared, holds
from churn.measures.dialect import Frame, count_if, days_after, days_between, is_known, small
from churn.measures.lives import lives
from churn.measures.rates import share_of

GRID = (7, 14, 30, 45, 60, 90, 120, 180, 270, 365, 540, 730)
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
MOST_RETURNING = 0.15
FEWEST_SILENCES = 30
LOOK_AHEAD = 90
HOLE_DAYS = 180
STRAY_SHARE = 0.01

_HAPPENED = {
    "orders": ("ordered_on", "paid_on"),
    "contacts": ("contacted_on", "resolved_on"),
    "surveys": ("answered_on",),
    "changes": ("changed_on",),
    "promises": ("promised_on", "kept_on"),
    "actions": ("taken_on", "outcome_on"),
}


def usual_gaps(tables: Tables, as_of: date) -> pd.DataFrame:
    """How the customers' own usual gaps differ: columns quantile (0..1), days, and customers (how many have a gap at all).

    A customer's usual gap is the median of the days between one day with an order before `as_of` and the next. Without gaps `days` is NaN.
    """
    own = _silences(tables, as_of).group_by("customer_id").agg(nw.col("gap").cast(nw.Float64).median().alias("usual"))
    cuts = [nw.col("usual").quantile(quantile, interpolation="linear").alias(f"at_{place}") for place, quantile in enumerate(QUANTILES)]
    row = small(own.select(nw.col("usual").count().alias("customers"), *cuts)).iloc[0]
    days = [float("nan") if pd.isna(row[f"at_{place}"]) else float(row[f"at_{place}"]) for place in range(len(QUANTILES))]
    return pd.DataFrame({"quantile": QUANTILES, "days": days, "customers": int(row["customers"])})


def return_curve(tables: Tables, as_of: date, *, look_ahead: int | None = None, grid: Sequence[int] = GRID) -> pd.DataFrame:
    """How many of the silent order again. One row for each N of `grid`: days (N), look_ahead, silences, returned, share, low, high.

    A silence begins with a day with an order and lasts until the customer's next. `silences` counts those longer than N days that began
    early enough for `look_ahead` further days (None: N, as many again) to lie before `as_of`; `returned` those of them that ended within
    these. Which are counted hangs on the day of the order alone, so silences cut short by the end of the data bend nothing. `share` (0..1,
    NaN of none) has a 95% interval by Wilson (1927), as if the silences of one customer had nothing to do with each other.
    """
    further = [days if look_ahead is None else look_ahead for days in grid]
    gap, room = nw.col("gap"), nw.col("room")
    counts = []
    for place, (days, more) in enumerate(zip(grid, further, strict=True)):
        silent = (room > nw.lit(days + more)) & (gap.is_null() | (gap > nw.lit(days)))
        counts.append(count_if(silent).alias(f"silent_{place}"))
        counts.append(count_if(silent & (gap <= nw.lit(days + more))).alias(f"back_{place}"))
    row = small(_silences(tables, as_of).select(*counts)).iloc[0]
    shares = [share_of(int(row[f"back_{place}"]), int(row[f"silent_{place}"])) for place in range(len(grid))]
    return pd.DataFrame(
        {
            "days": list(grid),
            "look_ahead": further,
            "silences": [share.total for share in shares],
            "returned": [share.count for share in shares],
            "share": [share.share for share in shares],
            "low": [share.low for share in shares],
            "high": [share.high for share in shares],
        }
    )


def suggest_gone_after(tables: Tables, as_of: date) -> int | None:
    """The days of silence after which a customer may be counted as gone; None where `ended_on` says who left, or there are no orders.

    It is the smallest N of GRID that is no shorter than the usual gap of nine customers in ten, and such that of the silences longer than N
    days no more than 15% ended within N days more, nor for any longer N that at least 30 silences were seen for. So of those who are called
    gone about one in seven at most is called so wrongly in the time ahead that the score then looks at, which is N too. A longer N would be
    right more often, but later, when there is less to save. The usual gap and the longer N are asked because many a silence outlasts a
    short N and a short look ahead and ends after both: with invoices once a month nobody orders in the second week.

    Where even the longest N seen is too short, it is that one. Where none was seen, three times the usual gap of the customer in the
    middle; where nobody ordered twice, 90.
    """
    if not orders_decide(tables):
        return None
    usual = usual_gaps(tables, as_of).set_index("quantile")["days"]
    if math.isnan(usual[0.5]):
        return LOOK_AHEAD
    curve = return_curve(tables, as_of)
    seen = curve[(curve["silences"] >= FEWEST_SILENCES) & (curve["days"] >= usual[0.9])]
    if seen.empty:
        return max(1, round(3 * float(usual[0.5])))
    returning = seen["days"][seen["share"] > MOST_RETURNING]
    longer = seen["days"][seen["days"] > returning.max()] if len(returning) else seen["days"]
    return int(longer.min() if len(longer) else seen["days"].max())


def orders_decide(tables: Tables) -> bool:
    """Whether only their orders can tell who left: there are some, and no customer has a day on which they ended."""
    found = declared(tables)
    ended = small(found["customers"].select(nw.col("ended_on").count().alias("n")))["n"].iloc[0]
    ordered = small(found["orders"].select(nw.col("ordered_on").count().alias("n")))["n"].iloc[0]
    return int(ended) == 0 and int(ordered) > 0


def suggest_as_of(tables: Tables) -> date | None:
    """The day after the last day on which anything happened, in any table; None where there is no day.

    Days that look ahead (due_on, renewal_on) do not count. Those of customers (started_on, ended_on) count only where there are neither
    orders nor contacts: an end may be agreed for a day to come. Days after a hole of more than 180 days are taken for slips of the pen
    where they make up 1% or less of all that happened: so in a table of 100 rows or more, one year written wrong moves nothing.
    """
    days = _days(tables)
    while len(days) > 1:
        holes = days.index.to_series().diff().dt.days > HOLE_DAYS
        stray = holes.cumsum() == holes.sum()
        if not holes.any() or days[stray].sum() > STRAY_SHARE * days.sum():
            break
        days = days[~stray]
    return None if days.empty else days.index[-1].date() + timedelta(days=1)


def what_it_means(tables: Tables, as_of: date, *, grid: Sequence[int] = GRID) -> pd.DataFrame:
    """What each choice of N makes of the customers: one row for each N of `grid`, days (N), gone, active (customers, as `lives` tells)."""
    found = declared(tables)
    last = (
        found["orders"].filter(nw.col("ordered_on") < nw.lit(as_of)).group_by("customer_id").agg(nw.col("ordered_on").max().alias("_last"))
    )
    ended = found["customers"].select("customer_id", "ended_on")
    there = (
        lives(tables, Dials(as_of, 1))
        .select("customer_id")
        .join(ended, on="customer_id", how="left")
        .join(last, on="customer_id", how="left")
    )
    gone = [
        count_if(
            nw.coalesce(nw.when(nw.col("ended_on") < nw.lit(as_of)).then(nw.col("ended_on")), days_after(nw.col("_last"), days))
            < nw.lit(as_of)
        ).alias(f"gone_{days}")
        for days in grid
    ]
    row = small(there.select(nw.len().alias("all"), *gone)).iloc[0]
    lost = [int(row[f"gone_{days}"]) for days in grid]
    return pd.DataFrame({"days": list(grid), "gone": lost, "active": [int(row["all"]) - n for n in lost]})


def suggested(tables: Tables) -> Dials | None:
    """The dials that the tables suggest: read at `suggest_as_of`, gone after `suggest_gone_after` days, looking as many days ahead (90
    where `ended_on` says who left). None where the tables hold no day."""
    as_of = suggest_as_of(tables)
    if as_of is None:
        return None
    gone_after = suggest_gone_after(tables, as_of)
    return Dials(as_of, gone_after, gone_after or LOOK_AHEAD)


def _silences(tables: Tables, as_of: date) -> Frame:
    """One row for each customer and day with an order before `as_of`: customer_id, gap (days to the next such day; null for the last), room
    (days to `as_of`). Further orders of a day have a gap of 0, and are left out."""
    orders = declared(tables)["orders"].select("customer_id", "ordered_on").filter(nw.col("ordered_on") < nw.lit(as_of))
    following = nw.col("ordered_on").shift(-1).over("customer_id", order_by="ordered_on")
    timed = orders.with_columns(gap=days_between(nw.col("ordered_on"), following), room=days_between(nw.col("ordered_on"), nw.lit(as_of)))
    return timed.filter(nw.col("gap").is_null() | (nw.col("gap") > nw.lit(0))).select("customer_id", "gap", "room")


def _days(tables: Tables) -> "pd.Series[int]":
    """How much happened on each day, in order of days."""
    counted: list[pd.Series[int]] = []
    for table, column in _held(tables):
        day = tables[table].select(nw.col(column).cast(nw.Date).alias("day")).filter(is_known(nw.col("day")))
        frame = small(day.group_by("day").agg(nw.len().alias("n")))
        counted.append(pd.Series(frame["n"].to_numpy("int64"), index=pd.to_datetime(frame["day"])))
    return pd.concat(counted).groupby(level=0).sum() if counted else pd.Series(dtype="int64")


def _held(tables: Tables) -> Iterator[tuple[str, str]]:
    held = dict(_HAPPENED)
    if "orders" not in tables and "contacts" not in tables:
        held["customers"] = ("started_on", "ended_on")
    yield from ((table, column) for table, columns in held.items() for column in columns if holds(tables, table, column))
