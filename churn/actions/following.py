"""What became of those acted on and of those held out, read from the customers as they stand now and never from a rep's word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.actions.comparing import Arm, Pair
from churn.dials import Dials
from churn.measures.dialect import Frame, count_if, days_between, has, is_known, is_true, one_row, real, small, sum_if
from churn.prepared import dials_of
from churn.store import Desk
from churn.view import lost_of

ARMS = ("acted", "held_out")

State = Literal["running", "stopped", "over"]


@dataclass(frozen=True)
class Trial:
    """A campaign and what became of its customers up to `counted_to`.

    `number` is its line in the journal, None where it stands in a loaded table of actions. `until` is the first day after it, fixed before.
    `pair` counts those still there when it began; `gone` had left before, of `unknown` the customers as they are now say nothing. `cost` is
    what acting cost in all, `members` everybody in it.
    """

    number: int | None
    title: str
    day: date
    until: date
    state: State
    pair: Pair
    cost: float = 0.0
    members: int = 0
    gone: int = 0
    unknown: int = 0
    stopped_on: date | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name that no other campaign has."""
        return f"{self.number or 0} {self.day.isoformat()} {self.title}"

    @property
    def counts(self) -> bool:
        """Whether it went to its end as it was meant to, with customers on both sides."""
        return self.state == "over" and self.pair.complete


@dataclass(frozen=True)
class Trials:
    """All campaigns of a desk, the latest first. `read_on` is the day that outcomes are known to, None where nothing says who left;
    `dated` whether days say who left; `untested` counts campaigns in the loaded table of which nobody was held out; `groups` has
    pairs of each campaign (by key) for the values of a column that was asked for."""

    every: tuple[Trial, ...]
    read_on: date | None
    dated: bool
    untested: int = 0
    groups: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)


def trials(desk: Desk, *, months: float, column: str | None = None) -> Trials:
    """The campaigns of a desk that holds customers. A lost customer takes along the monthly value times `months`: what it was when the
    campaign began, for one that a loaded table tells of what it is now. `column` (safe name) groups those in a campaign by a column of the
    customers."""
    dials, lost = dials_of(desk), None
    if dials is None:
        lost = lost_of(desk, None)
    read_on = read_day(desk, dials) if dials is not None or lost is not None else None
    begun = _begun(desk)
    with desk.reading() as frames:
        fate = _fate(frames["customer_now"], dials, lost, column)
        parts = {"desk": _of_journal(frames)}
        ahead = 0
        if dials is not None and (loaded := loaded_campaigns(frames)) is not None:
            ahead = followed_days(loaded, dials)
            parts["loaded"] = _of_table(loaded, ahead)
        found = {name: _counted(part, fate, read_on, dials is not None, column) for name, part in parts.items()}
    mine = [_mine(line, found["desk"], read_on, months) for line in begun]
    theirs = _theirs(found["loaded"], ahead, read_on, months) if "loaded" in found else []
    tested = [trial for trial in theirs if trial.pair.complete]
    every = sorted([*mine, *tested], key=lambda trial: (trial.day, trial.number or 0, trial.title), reverse=True)
    groups = {} if column is None else _groups(every, found, months)
    return Trials(tuple(every), read_on, dials is not None, len(theirs) - len(tested), groups)


def read_day(desk: Desk, dials: Dials | None) -> date | None:
    """The day that outcomes are known to: that which the data are read at, or without any that of the load of the customers."""
    if dials is not None:
        return dials.as_of
    loaded_at = desk.source("customers").loaded_at
    return None if loaded_at is None else loaded_at.date()


def loaded_campaigns(frames: Mapping[str, Frame]) -> Frame | None:
    """The rows of the loaded table of actions that say who was acted on and who was held out, one for each customer, action and day; None
    where it does not say that."""
    if "actions" not in frames or not all(has(frames["actions"], name) for name in ("taken_on", "action", "arm")):
        return None
    actions = frames["actions"].filter(nw.col("arm").is_in(ARMS) & is_known(nw.col("taken_on")))
    cost = real("cost") if has(actions, "cost") else nw.lit(None, nw.Float64)
    until = nw.col("outcome_on") if has(actions, "outcome_on") else nw.lit(None, nw.Date)
    title = nw.coalesce(nw.col("action").cast(nw.String), nw.lit(""))
    columns = {"title": title, "day": nw.col("taken_on"), "arm": nw.col("arm"), "cost": cost, "outcome_on": until}
    rows = actions.select("customer_id", **columns)
    amounts = [nw.col("arm").max(), nw.col("cost").sum(), nw.col("outcome_on").max()]
    return rows.group_by("customer_id", "title", "day").agg(*amounts)


def followed_days(loaded: Frame, dials: Dials) -> int:
    """How many days the campaigns of a loaded table were followed, the first and the last counted: up to the latest outcome after an
    action, else as many as the desk looks ahead."""
    longest = one_row(loaded, [days_between(nw.col("day"), nw.col("outcome_on")).max().alias("days")])["days"]
    return dials.look_ahead if np.isnan(longest) or longest < 1 else int(longest) + 1


def _begun(desk: Desk) -> list[dict[str, Any]]:
    """The campaigns in the journal, each with the day that it was stopped on and why, if it was."""
    lines = desk.journal.lines("campaign", "stop")
    stops = lines[lines["kind"] == "stop"].drop_duplicates("answers").set_index("answers")
    rows: list[dict[str, Any]] = []
    for row in lines[lines["kind"] == "campaign"].to_dict("records"):
        stop = stops.loc[row["number"]] if row["number"] in stops.index else None
        told = {"stopped_on": None, "why": ""} if stop is None else {"stopped_on": stop["day"].date(), "why": stop["text"]}
        rows.append({**{str(name): cell for name, cell in row.items()}, **told})
    return rows


def _fate(customers: Frame, dials: Dials | None, lost: nw.Expr | None, column: str | None) -> Frame:
    """customer_id, left_on (Date), gone (1, 0, null: nothing says), now (the monthly value) and group."""
    if dials is not None:
        gone, left_on = nw.col("is_lost"), nw.col("lost_on")
    else:
        no = nw.lit(None, nw.Int64)
        gone = no if lost is None else nw.when(lost).then(nw.lit(1)).otherwise(nw.when(~lost).then(nw.lit(0))).cast(nw.Int64)
        left_on = nw.lit(None, nw.Date)
    now = real("monthly_value") if has(customers, "monthly_value") else nw.lit(None, nw.Float64)
    group = nw.lit("") if column is None else nw.coalesce(nw.col(column).cast(nw.String), nw.lit(""))
    return customers.select("customer_id", gone=gone, left_on=left_on, now=now, group=group)


def _of_journal(frames: Mapping[str, Frame]) -> Frame:
    lines = frames["journal"]
    stop = lines.filter(nw.col("kind") == nw.lit("stop")).group_by("answers").agg(nw.col("day").min().alias("stopped"))
    begun = lines.filter(nw.col("kind") == nw.lit("campaign")).join(stop, left_on="number", right_on="answers", how="left")
    until = nw.min_horizontal(nw.col("until"), nw.coalesce(nw.col("stopped"), nw.col("until")))
    paid = nw.col("amount").cast(nw.Float64)
    campaigns = begun.select(campaign=nw.col("number").cast(nw.Int64), title=nw.col("what"), day=nw.col("day"), until=until, paid=paid)
    cost = nw.when(nw.col("arm") == nw.lit("acted")).then(nw.col("paid"))
    rows = frames["members"].join(campaigns, on="campaign", how="inner").with_columns(cost=cost, worth=real("value"))
    return rows.select("customer_id", "arm", "title", "day", "until", "cost", "worth", number=nw.col("campaign").cast(nw.Int64))


def _of_table(loaded: Frame, ahead: int) -> Frame:
    until = nw.col("day").dt.offset_by(f"{ahead}d").cast(nw.Date)
    worth, number = nw.lit(None, nw.Float64), nw.lit(0).cast(nw.Int64)
    return loaded.select("customer_id", "arm", "title", "day", "cost", until=until, worth=worth, number=number)


def _counted(rows: Frame, fate: Frame, read_on: date | None, dated: bool, column: str | None) -> pd.DataFrame:
    """The rows counted by campaign and arm, and group where a column is asked for."""
    joined = rows.join(fate, on="customer_id", how="left")
    before = is_true(nw.col("left_on") < nw.col("day")) if dated else nw.lit(False)
    within = nw.min_horizontal(nw.col("until"), nw.lit(read_on or date.min))
    left = is_true(nw.col("left_on") < within) if dated else is_true(nw.col("gone") == 1)
    known = is_known(nw.col("gone")) & ~before
    value = nw.coalesce(nw.col("worth"), nw.col("now"))
    taken = nw.when(left).then(value).otherwise(value * 0.0)
    ready = joined.with_columns(_before=before, _known=known, _left=known & left, _valued=known & is_known(value), _taken=taken)
    by = ["number", "title", "day", "arm", *(["group"] if column is not None else [])]
    sums = {
        "members": nw.len().cast(nw.Int64),
        "followed": count_if(nw.col("_known")),
        "gone": count_if(nw.col("_before")),
        "left": count_if(nw.col("_left")),
        "valued": count_if(nw.col("_valued")),
        "taken": sum_if(nw.col("_valued"), nw.col("_taken")),
        "squares": sum_if(nw.col("_valued"), nw.col("_taken") * nw.col("_taken")),
        "cost": nw.col("cost").fill_null(0.0).sum(),
    }
    return small(ready.group_by(by).agg(*[sum_.alias(name) for name, sum_ in sums.items()])).sort_values(by)


def _arm(rows: pd.DataFrame, arm: str, months: float) -> Arm:
    """One side of one campaign."""
    one = rows[rows["arm"] == arm][["followed", "left", "valued", "taken", "squares"]].sum()
    n, total, squares = int(one["valued"]), float(one["taken"]) * months, float(one["squares"]) * months**2
    variance = max(0.0, (squares - total**2 / n) / (n - 1)) if n > 1 else 0.0
    return Arm(int(one["followed"]), int(one["left"]), n, total / n if n else 0.0, variance)


def _pair(rows: pd.DataFrame, months: float) -> Pair:
    return Pair(_arm(rows, "acted", months), _arm(rows, "held_out", months))


def _mine(line: Mapping[str, Any], counted: pd.DataFrame, read_on: date | None, months: float) -> Trial:
    """A campaign of the journal."""
    rows = counted[counted["number"] == line["number"]]
    until, stopped = line["until"].date(), line["stopped_on"]
    over: State = "over" if read_on is not None and read_on >= until else "running"
    state: State = "stopped" if stopped is not None and stopped < until else over
    return Trial(
        number=int(line["number"]),
        title=line["what"],
        day=line["day"].date(),
        until=until,
        state=state,
        pair=_pair(rows, months),
        stopped_on=stopped,
        more={**line["more"], "why": line["why"], "amount": float(line["amount"])},
        **_sums(rows),
    )


def _theirs(counted: pd.DataFrame, ahead: int, read_on: date | None, months: float) -> list[Trial]:
    """The campaigns of a loaded table."""
    found = []
    for (title, day), rows in counted.assign(day=pd.to_datetime(counted["day"]).dt.date).groupby(["title", "day"], sort=True):
        begun = cast(date, day)
        until = begun + timedelta(days=ahead)
        state: State = "over" if read_on is not None and read_on >= until else "running"
        found.append(Trial(None, str(title), begun, until, state, _pair(rows, months), **_sums(rows)))
    return found


def _sums(rows: pd.DataFrame) -> dict[str, Any]:
    members, gone = int(rows["members"].sum()), int(rows["gone"].sum())
    unknown = members - gone - int(rows["followed"].sum())
    return {"cost": float(rows["cost"].sum()), "members": members, "gone": gone, "unknown": unknown}


def _groups(every: list[Trial], found: Mapping[str, pd.DataFrame], months: float) -> dict[str, dict[str, Pair]]:
    groups: dict[str, dict[str, Pair]] = {}
    for trial in every:
        counted = found["loaded" if trial.number is None else "desk"]
        rows = counted[counted["number"] == (trial.number or 0)]
        if trial.number is None:
            rows = rows[(rows["title"] == trial.title) & (pd.to_datetime(rows["day"]).dt.date == trial.day)]
        groups[trial.key] = {str(group): _pair(part, months) for group, part in rows.groupby("group")}
    return groups
