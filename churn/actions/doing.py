"""What a rep does with a row of today's list besides contacting: put off, handed over; and how they wish to work."""

from dataclasses import asdict, fields
from datetime import date, datetime

from churn.actions.candidates import Work
from churn.actions.outcomes import unseen
from churn.errors import ChurnError
from churn.journal import Line
from churn.store import Desk
from churn.wording import _
from churn.wording import date as in_words

WISHES = "today"


def snooze_line(customer_id: str, *, day: date, by: str, until: date, reason: str) -> Line:
    """Puts a customer off until a later day. Raises ChurnError without a reason, or where the day is not later."""
    if until <= day:
        raise ChurnError(_("Choose a day after {day} for this customer to come back.").format(day=in_words(day)))
    return Line("snooze", day, customer_id, by, until=until, text=_reason(reason))


def hand_over_line(customer_id: str, *, day: date, by: str, to: str, reason: str) -> Line:
    """Hands a customer over to another owner. Raises ChurnError without an owner or a reason."""
    if not to.strip():
        raise ChurnError(_("Say to whom you hand this customer over."))
    return Line("hand_over", day, customer_id, by, what=to.strip(), text=_reason(reason))


def note(desk: Desk, line: Line, *, seen: int, at: datetime | None = None) -> int:
    """Writes a line on a customer; gives its number. Raises ChurnError where somebody noted something on the customer after the line
    numbered `seen`, the last that the list was made of."""
    return desk.journal.note(line, at=at, check=lambda noted: unseen(noted, str(line.customer_id), seen))[0]


def work_of(desk: Desk, by: str) -> Work:
    """How this rep works: as they last said, else as anybody last said, else as a desk begins."""
    lines = desk.journal.lines("wishes")
    lines = lines[lines["what"] == WISHES]
    own = lines[lines["noted_by"] == by]
    last = own if len(own) else lines
    kept = last["more"].iloc[-1] if len(last) else {}
    return Work(**{field.name: kept[field.name] for field in fields(Work) if field.name in kept})


def keep_work(desk: Desk, work: Work, *, day: date, by: str, at: datetime | None = None) -> None:
    """Keeps how a rep works."""
    desk.journal.note(Line("wishes", day, noted_by=by, what=WISHES, more=asdict(work)), at=at)


def _reason(text: str) -> str:
    if not text.strip():
        raise ChurnError(_("Say why: whoever looks at this customer next reads it."))
    return text.strip()
