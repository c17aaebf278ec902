"""TODAY: whom to contact on a day, those first from whom most money is expected, and who is left out and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions import noted
from churn.actions.asking_back import week_of
from churn.actions.calling import MONTHS
from churn.actions.candidates import Work, candidates
from churn.actions.doing import work_of
from churn.actions.fund import left_of
from churn.actions.held_out import held_out
from churn.actions.places import Order, cut, placed
from churn.actions.playbook import Play, playbook_of, plays_for
from churn.actions.reachable import with_owner
from churn.actions.script import offered
from churn.actions.why import Now, Told, why_now
from churn.dials import Dials
from churn.measures.dialect import Frame, has, small
from churn.prepared import dials_of
from churn.risk.desk_models import finds_signal, model_of
from churn.risk.of_desk import first_drivers
from churn.store import Desk
from churn.stored import Frames
from churn.view import everybody, lost_of


@dataclass(frozen=True, eq=False)
class Today:
    """A day's list. `rows`, the first to contact first, then those to whom something is promised for these days: customer_id, name,
    owner, why (a sentence), play (key), first (its title), expected_gain (money), risk (0..1), value (money; a kept customer's), promised
    (1 or 0), is_gone (1: to be won back); NaN and "" where unknown. `aside` are the first of those left out: customer_id, name, why_not
    (done, left, snoozed, contacted, capacity), snoozed_until, contacted_on. `left_out` counts all of them by why_not, and those
    to whom more is promised; `held_out` those whom no list names.

    `order` says what the list goes by: the money expected, else signs and then monthly value, else monthly value alone. `done` customers
    have an outcome by this rep today. `paid`: the desk knows what customers pay. `last_line`: the last line of the journal that was read.
    """

    day: date
    rows: pd.DataFrame
    aside: pd.DataFrame
    left_out: Mapping[str, int]
    held_out: int
    order: Order
    done: int
    paid: bool
    last_line: int

    @property
    def calls(self) -> pd.DataFrame:
        """The rows that the calls of the day are for."""
        return self.rows[self.rows["promised"] == 0]

    @property
    def promised(self) -> pd.DataFrame:
        """The rows of those to whom something is promised for these days."""
        return self.rows[self.rows["promised"] == 1]


def todays_list(
    desk: Desk,
    dials: Dials | None,
    *,
    day: date,
    plays: Sequence[Play],
    work: Work | None = None,
    by: str = "",
    scored: bool,
    asked_back: pd.DataFrame | None = None,
) -> Today:
    """The list of a day. `dials` are the desk's; `by` is the rep who looks at it; `scored`: the desk has risks that beat guessing.

    Of the lost it has those whom this week asks back (`asked_back`, where that is known: `asking_back.week_of`). One row a customer; who is
    held out of a campaign is never on it.
    """
    work, lost = work or Work(), lost_of(desk, dials)
    back = _of_the_lost(week_of(desk, dials, day) if asked_back is None else asked_back, plays, work)
    left = left_of(desk, by, day)
    with desk.reading() as frames:
        people = everybody(frames, dials)
        due = noted.follow_ups(frames["journal"], plays, day)
        known = candidates(
            frames, people, lost, day=day, plays=plays, work=work, scored=scored, following_up=due.keys(), asked_back=back.index.tolist()
        )
        order: Order = "gain" if scored else "signs" if "customer_signs" in frames else "value"
        done = _done(frames, people, day=day, work=work, by=by)
        found = cut(_named(people, placed(known, work, order, back, frames.at_hand)), work, done=done)
        now = Now(day, {play.key: play for play in plays}, due, dials.look_ahead if dials else None)
        told = why_now(frames, found.rows, now)
        running = {number: play for number, (_title, play, _on) in noted.running_campaigns(frames["journal"], day).items()}
        last = small(frames["journal"].select(nw.col("number").max()))["number"].iloc[0]
        out = small(people.join(held_out(frames, day), on="customer_id", how="semi").select(n=nw.len()))["n"].iloc[0]
        paid = has(people, "monthly_value")
    told = _because(desk, told, found.rows["customer_id"]) if scored else told
    return Today(
        day=day,
        rows=_rows(found.rows, told, _first(found.rows, told, plays, work=work, left=left, running=running), plays),
        aside=found.aside[["customer_id", "name", "why_not", "snoozed_until", "contacted_on"]],
        left_out=found.left_out,
        held_out=int(out),
        order=order,
        done=done,
        paid=paid,
        last_line=0 if pd.isna(last) else int(last),
    )


def as_tasks(found: Today) -> pd.DataFrame:
    """The rows of a list as `churn.report.crm` takes them: what to do first is the title, due on the day of the list."""
    return found.rows.rename(columns={"first": "title"}).assign(due=pd.Timestamp(found.day))


def today_tasks(desk: Desk, day: date) -> pd.DataFrame:
    """`as_tasks` of the list of a day, worked as anybody last said."""
    card = model_of(desk)
    scored = card is not None and finds_signal(desk, card)
    return as_tasks(todays_list(desk, dials_of(desk), day=day, plays=playbook_of(desk), work=work_of(desk, ""), scored=scored))


def owners(desk: Desk) -> list[str]:
    """Everybody who has customers, by the table or since a hand-over."""
    with desk.reading() as frames:
        found = small(with_owner(frames["customer_now"], frames).select("owner").unique())["owner"]
    return sorted(name for name in found if name)


def _of_the_lost(asked_back: pd.DataFrame, plays: Sequence[Play], work: Work) -> pd.DataFrame:
    """Of those who are asked back, by customer_id: reason, and gain (money; NaN: not known) of the cheapest play that answers it, which is
    the chance of their return times what they are worth less what it costs."""
    gains = []
    for row in asked_back.to_dict("records"):
        play = next(iter(plays_for(plays, reason=row["reason"])), None)
        value = row["value"] * work.months / MONTHS
        gains.append(float("nan") if play is None else row["chance"] * (value - play.offer) - play.contact)
    found = asked_back.reindex(columns=["customer_id", "reason"]).assign(gain=pd.Series(gains, index=asked_back.index, dtype="float64"))
    return found.set_index("customer_id")


def _done(frames: Frames, people: Frame, *, day: date, work: Work, by: str) -> int:
    """How many of the customers looked at this rep has noted something of today for."""
    ids = noted.done_by(frames["journal"], day, by)
    if not ids or not work.owner:
        return len(ids)
    mine = small(with_owner(people.filter(nw.col("customer_id").is_in(ids)), frames).select("owner"))
    return int((mine["owner"] == work.owner).sum())


def _because(desk: Desk, told: Sequence[Told], customer_ids: Iterable[str]) -> list[Told]:
    """What is told of each customer, with the column that raises the risk most where nothing graver than the risk is told."""
    ids = list(customer_ids)
    by_risk = [name for name, why in zip(ids, told, strict=True) if why.by_risk]
    card = model_of(desk) if by_risk else None
    drivers = {} if card is None else dict(zip(by_risk, first_drivers(desk, card, by_risk, raising=True), strict=False))
    return [why.because(drivers.get(name, "")) for name, why in zip(ids, told, strict=True)]


def _named(people: Frame, found: pd.DataFrame) -> pd.DataFrame:
    """The rows with name, missing where the desk has none."""
    if found.empty or not has(people, "name"):
        return found.assign(name=pd.Series(pd.NA, index=found.index, dtype="str"))
    names = small(people.filter(nw.col("customer_id").is_in(found["customer_id"].tolist())).select("customer_id", "name"))
    return found.merge(names, on="customer_id", how="left")


def _first(
    rows: pd.DataFrame, told: Sequence[Told], plays: Sequence[Play], *, work: Work, left: float, running: Mapping[int, str]
) -> list[str]:
    """The key of the play to do first with each row ("": none): to keep a promise where one is owed, of who is asked back the cheapest that
    answers why they left, else what the customer's own page offers first."""
    keys = []
    for row, why in zip(rows.to_dict("records"), told, strict=True):
        reason = row["reason"] if isinstance(row["reason"], str) else ""
        if row["is_gone"]:
            found: Sequence[Play] = plays_for(plays, reason=reason)
        else:
            risk, value = (None if pd.isna(cell) else float(cell) for cell in (row["risk"], row["paid"] * work.months))
            signs = ["promise_broken"] if why.promised else list(why.evidence)
            campaign = "" if pd.isna(row["campaign"]) or why.promised else running.get(int(row["campaign"]), "")
            found = offered(plays, signs=signs, reason=reason, risk=risk, value=value, left=left, running=campaign).plays
        keys.append(found[0].key if found else "")
    return keys


def _rows(rows: pd.DataFrame, told: Sequence[Told], keys: Sequence[str], plays: Sequence[Play]) -> pd.DataFrame:
    """The rows of the list with their sentences and the play to do first."""
    known = {play.key: play for play in plays}
    words = {name: rows[name].astype(object).where(rows[name].notna(), "").astype("str") for name in ("name", "owner")}
    whys = [why.why(known[key].signs if key and not gone else ()) for why, key, gone in zip(told, keys, rows["is_gone"], strict=True)]
    texts = {"why": whys, "play": keys, "first": [known[key].title if key else "" for key in keys]}
    written = {name: pd.Series(cells, index=rows.index, dtype="str") for name, cells in texts.items()}
    value = rows["value"].where(rows["paid"].notna())  # where the desk knows no payments gains are reckoned with one value for all
    listed = rows.rename(columns={"gain": "expected_gain"}).assign(**words, **written, value=value)
    columns = ["customer_id", "name", "owner", "why", "play", "first", "expected_gain", "risk", "value", "promised", "is_gone"]
    types = {**dict.fromkeys(("expected_gain", "risk", "value"), "float64"), **dict.fromkeys(("promised", "is_gone"), "int64")}
    typed: pd.DataFrame = listed[columns].astype(types)
    return typed
