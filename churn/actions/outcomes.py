"""OUTCOMES: what came of a contact, noted once by whoever made it, and why somebody left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

import pandas as pd

from churn.actions.fund import within_fund
from churn.errors import ChurnError
from churn.journal import Line
from churn.store import Desk
from churn.store.noting import Noted
from churn.wording import _, moment

Outcome = Literal["agreed", "thinking", "leaving", "not_reached", "told", "left", "came_back"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
# What one click notes after a contact; the others are for lists of those who left.
IN_ONE_CLICK: tuple[Outcome, ...] = ("agreed", "thinking", "leaving", "not_reached", "told")


@dataclass(frozen=True)
class Contact:
    """What came of one contact on `day`. `play` is the key of what was done ("": none), `cost` what doing it cost, `discount` what was
    given away (0: nothing) out of the fund of `by`."""

    customer_id: str
    day: date
    outcome: Outcome
    by: str = ""
    play: str = ""
    channel: str = ""
    cost: float = 0.0
    discount: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Exit:
    """Why a customer left: `reason` of those the desk knows (or the firm's own), the `competitor` they went to, the `promise` that was made
    and not kept, and their own `words`; "" where that is not known."""

    customer_id: str
    day: date
    reason: str
    competitor: str = ""
    promise: str = ""
    words: str = ""
    by: str = ""


def outcome_label(outcome: str) -> str:
    """What an outcome is called.

    >>> outcome_label("not_reached")
    'Not reached'
    """
    return _LABELS.get(outcome, outcome)


def last_line(desk: Desk, customer_id: str) -> int:
    """The number of the journal's last line about this customer; 0 where there is none."""
    return _last(desk.journal.lines(customer_id=customer_id))


def note_outcome(
    desk: Desk, contact: Contact, *, at: datetime | None = None, seen: int | None = None, also: Sequence[Line] = ()
) -> tuple[int, ...]:
    """Notes what came of a contact, and takes the discount out of the rep's fund, and notes what else belongs to it, all or nothing; gives
    the numbers of the lines.

    `seen` is the last line about this customer that the writer has seen. ChurnError where somebody noted something since, where the fund
    does not hold the discount, and where the outcome cannot be.
    """
    if contact.outcome not in OUTCOMES:
        raise ChurnError(_("{outcome} is no outcome that the desk knows.").format(outcome=contact.outcome))
    more = {"outcome": contact.outcome, "channel": contact.channel}
    cost = contact.cost + contact.discount
    note = contact.note.strip()
    lines = [Line("outcome", contact.day, contact.customer_id, contact.by, contact.play, cost, text=note, more=more), *also]
    holds = None
    if contact.discount:
        holds = within_fund(contact.by, contact.discount, contact.day)
        lines.append(Line("spend", contact.day, contact.customer_id, contact.by, contact.play, contact.discount))

    def check(noted: Noted) -> None:
        unseen(noted, contact.customer_id, seen)
        if holds is not None:
            holds(noted)

    return desk.journal.note(*lines, at=at, check=check)


def note_exit(desk: Desk, why: Exit, *, at: datetime | None = None, seen: int | None = None) -> tuple[int, ...]:
    """Notes that a customer leaves and why, as an outcome and an exit, both or neither; `seen` as in `note_outcome`."""
    if not why.reason.strip():
        raise ChurnError(_("Choose a reason; not stated is one too."))
    outcome = Line("outcome", why.day, why.customer_id, why.by, text=why.words.strip(), more={"outcome": "left", "channel": ""})
    more = {"competitor": why.competitor.strip(), "promise": why.promise.strip()}
    left = Line("exit", why.day, why.customer_id, why.by, why.reason.strip(), text=why.words.strip(), more=more)
    return desk.journal.note(outcome, left, at=at, check=lambda noted: unseen(noted, why.customer_id, seen))


def unseen(noted: Noted, customer_id: str, seen: int | None) -> None:
    """ChurnError where somebody noted something about this customer after the line numbered `seen`: who, what and when."""
    lines = noted(customer_id=customer_id)
    if seen is None or _last(lines) <= seen:
        return
    raise ChurnError(
        _("{told} Nothing of yours was noted. Look at it, then save again if it still holds.").format(told=told(lines.iloc[-1].to_dict()))
    )


def told(line: Mapping[Any, Any]) -> str:
    """Who noted what about a customer, and when, in a sentence; names in it are as in the journal, to be escaped by who draws it."""
    who = line["noted_by"] or _("Somebody")
    when = moment(line["noted_at"]) if pd.notna(line["noted_at"]) else ""
    words = what_of(line)
    text = _("{who} noted: {what} ({when}).") if when else _("{who} noted: {what}.")
    return text.format(who=who, what=words, when=when)


def what_of(line: Mapping[Any, Any]) -> str:
    """What a line of the journal says, in words."""
    kind, more = line["kind"], line["more"]
    if kind == "outcome":
        return outcome_label(str(more.get("outcome", "")))
    label = _KINDS.get(kind, kind)
    return _("{kind}: {what}").format(kind=label, what=line["what"]) if line["what"] else label


def _last(lines: pd.DataFrame) -> int:
    return int(lines["number"].iloc[-1]) if len(lines) else 0


_LABELS = MappingProxyType(
    {
        "agreed": _("Agreed"),
        "thinking": _("Thinking about it"),
        "leaving": _("Wants to leave"),
        "not_reached": _("Not reached"),
        "told": _("Told them only"),
        "left": _("Left"),
        "came_back": _("Came back"),
    }
)
_KINDS = MappingProxyType(
    {
        "snooze": _("Put off"),
        "hand_over": _("Handed over to"),
        "spend": _("Spent from the fund"),
        "exit": _("Why they leave"),
        "promise": _("Promised"),
        "kept": _("Promise kept"),
        "win_back": _("Winning back"),
        "interview": _("Interview"),
        "testimonial": _("Testimonial"),
        "thanks": _("Thanks"),
    }
)
