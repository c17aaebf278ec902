"""Who of the candidates comes first, and who is left out of a list and why: the ranking, and the cut at what can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.candidates import Work
from churn.measures.dialect import Frame, is_known, is_true, small
from churn.signs.sign import ACT

Order = Literal["gain", "signs", "value"]
SHOWN_ASIDE = 25
LISTED, PROMISED, DONE, CAPACITY = "listed", "promised", "done", "capacity"
_BY = ["by_kind", "by_gain", "by_grade", "by_paid", "customer_id"]


@dataclass(frozen=True, eq=False)
class Cut:
    """The rows of a list, the first to contact first, and last those to whom something is promised (group); the first of those left out
    with `why_not`; and how many are left out by why not."""

    rows: pd.DataFrame
    aside: pd.DataFrame
    left_out: Mapping[str, int]


def placed(known: Frame, work: Work, order: Order, lost: pd.DataFrame, at_hand: Callable[[Frame], Frame]) -> pd.DataFrame:
    """Of each group of the candidates the first rows, in their order: the columns of `candidates`, group, and n, how many it has.

    Groups: listed; promised (something, for these days); and why others are left out: done
    (today), left (somebody noted so), snoozed, contacted (lately, and nothing is owed). Whom no play pays for, without anything promised,
    is in none. `lost`: by customer_id of those who are asked back gain and reason; `at_hand` as in `Desk.reading`.
    """
    ordered = _in_order(known.filter(_in_work(order)).with_columns(group=_group()), order)
    keys = at_hand(ordered.select(*_BY, "group", "is_gone"))
    sizes = small(keys.group_by("group").agg(n=nw.len().cast(nw.Int64)))
    back, most = nw.col("is_gone") == 1, work.calls + SHOWN_ASIDE
    # The first of each group, one group after the other: to number the rows of all takes an engine several times as long.
    first = [keys.filter((nw.col("group") == nw.lit(group)) & ~back).sort(*_BY).head(most) for group in sizes["group"]]
    chosen = nw.concat([*first, keys.filter(back)]).select("customer_id")
    found = small(ordered.join(chosen, on="customer_id", how="semi")).merge(sizes, on="group", how="left")
    return _with_the_lost(found, lost, order).sort_values(_BY).reset_index(drop=True)


def cut(found: pd.DataFrame, work: Work, *, done: int) -> Cut:
    """The list out of `placed` rows: as many as can be contacted after the `done` ones of the day. What is promised is done besides."""
    sizes = {str(group): int(n) for group, n in zip(found["group"], found["n"], strict=True)}
    listed = found[found["group"] == LISTED]
    room = max(0, work.calls - done)
    over = listed.iloc[room:].assign(why_not=CAPACITY)
    promised = found[found["group"] == PROMISED]
    others = found[~found["group"].isin([LISTED, PROMISED])]
    out = pd.concat([others.assign(why_not=others["group"]), over])
    counts = {group: n for group, n in sizes.items() if group != LISTED}
    counts[CAPACITY] = sizes.get(LISTED, 0) - len(listed.head(room))
    counts[PROMISED] = sizes.get(PROMISED, 0) - len(promised)
    aside = out.groupby("why_not", sort=False).head(SHOWN_ASIDE).reset_index(drop=True)
    return Cut(pd.concat([listed.head(room), promised], ignore_index=True), aside, {group: n for group, n in counts.items() if n})


def _in_work(order: Order) -> nw.Expr:
    """Whether there is anything to do: a play pays, or something is promised or agreed; without risks all who are still here."""
    gone, pays = nw.col("is_gone") == 1, is_true(nw.col("gain") > 0)
    unknown = nw.col("gain").is_null() & ((nw.col("worst") > 0) | is_true(nw.col("late_days") > 0))
    promised = (nw.col("owed") == 1) | is_true((nw.col("promise") == 1) | (nw.col("broken") == 1)) | is_known(nw.col("campaign"))
    here = ~gone if order != "gain" else ~gone & (pays | unknown | promised)
    return here | gone | is_true(nw.col("done_today") == 1)


def _group() -> nw.Expr:
    gone = nw.col("is_gone") == 1
    groups = {
        DONE: is_true(nw.col("done_today") == 1),
        "left": is_true(nw.col("has_left") == 1) & ~gone,
        "snoozed": is_known(nw.col("snoozed_until")),
        "contacted": is_known(nw.col("contacted_on")) & (nw.col("owed") == 0),
        PROMISED: nw.col("promised") == 1,
    }
    return nw.coalesce(*(nw.when(condition).then(nw.lit(group)) for group, condition in groups.items()), nw.lit(LISTED))


def _in_order(frame: Frame, order: Order) -> Frame:
    """`frame` with columns to sort by, smallest first: the gain (of whom it is known first), then signs, monthly value
    and id. Without risks the gain is known of the lost alone: they follow those who show a sign that asks to act."""
    kind = nw.when(nw.col("gain").is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
    gain = -nw.col("gain").fill_null(nw.lit(0.0))
    if order != "gain":
        acute = nw.when(nw.col("worst") == ACT).then(nw.lit(0))
        kind = nw.coalesce(acute, nw.when(nw.col("is_gone") == 1).then(nw.lit(1)), nw.lit(2))
        gain = nw.when(nw.col("is_gone") == 1).then(gain).otherwise(nw.lit(0.0))
    paid = -nw.col("paid").fill_null(nw.lit(-1.0))
    return frame.with_columns(by_kind=kind, by_gain=gain, by_grade=-nw.col("grade"), by_paid=paid)


def _with_the_lost(found: pd.DataFrame, lost: pd.DataFrame, order: Order) -> pd.DataFrame:
    """The rows with what is expected of those who are asked back, and their place among the others."""
    gone = found["customer_id"].isin(lost.index)
    mine = lost.reindex(found["customer_id"]).set_axis(found.index)
    gain = found["gain"].astype("float64").where(~gone, mine["gain"])
    kind = found["by_kind"].where(~gone, gain.isna().astype("int64")) if order == "gain" else found["by_kind"]
    by_gain = found["by_gain"].astype("float64").where(~gone, -gain.fillna(0.0))
    return found.assign(gain=gain, reason=found["reason"].astype("object").where(~gone, mine["reason"]), by_kind=kind, by_gain=by_gain)
