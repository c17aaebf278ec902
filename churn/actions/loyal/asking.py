"""Interviews with loyal customers, and their words that may be shown to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.reachable import called_as, reachable
from churn.errors import ChurnError
from churn.journal import Line
from churn.measures.dialect import small
from churn.store import Desk
from churn.store.noting import Noted
from churn.wording import _

# Open questions about what happened, none that suggests its answer.
INTERVIEW: Mapping[str, str] = MappingProxyType(
    {
        "before": _("What was going on when you first came to us?"),
        "stays": _("What keeps you with us?"),
        "last": _("Tell me of the last time that we helped you, or let you down."),
        "elsewhere": _("When did you last look elsewhere, and what for?"),
        "miss": _("What would you miss if we were gone tomorrow?"),
        "better": _("What one thing should we do better?"),
        "tell": _("What do you say of us when somebody asks?"),
    }
)


@dataclass(frozen=True)
class Quote:
    """What a customer said of the firm, word for word; whether they agreed that it is shown, and the last day that they did so for (None:
    without end)."""

    customer_id: str
    words: str
    consent: bool
    until: date | None = None


def note_interview(desk: Desk, customer_id: str, answers: Mapping[str, str], *, day: date, by: str = "", at: datetime | None = None) -> int:
    """Notes an interview: the answers by the keys of `INTERVIEW`, those left empty not at all; gives its line. Raises ChurnError where none
    is answered, or the customer has left, is held out or unknown."""
    said = {key: answers[key].strip() for key in INTERVIEW if answers.get(key, "").strip()}
    if not said:
        raise ChurnError(_("Write down at least one answer."))
    _known(desk, customer_id, day)
    text = "\n".join(f"{INTERVIEW[key]} {words}" for key, words in said.items())
    return desk.journal.note(Line("interview", day, customer_id, by, text=text, more={"answers": said}), at=at)[0]


def keep_testimonial(desk: Desk, said: Quote, *, day: date, by: str = "", at: datetime | None = None) -> int:
    """Notes a testimonial; gives its line. Raises ChurnError where it has no words, its last day is over, or the customer has left, is held
    out or unknown."""
    if not said.words.strip():
        raise ChurnError(_("Write down what the customer said."))
    if said.until is not None and said.until < day:
        raise ChurnError(_("The last day of the consent is over already."))
    _known(desk, said.customer_id, day)
    more = {"consent": said.consent}
    return desk.journal.note(
        Line("testimonial", day, said.customer_id, by, "said", until=said.until, text=said.words.strip(), more=more), at=at
    )[0]


def withdraw(desk: Desk, line: int, *, day: date, by: str = "", at: datetime | None = None) -> None:
    """Notes that the consent to the testimonial on this line is withdrawn; from then on it is not shown. Raises ChurnError where there is
    no such testimonial."""

    def there(noted: Noted) -> None:
        found = noted("testimonial")
        if not ((found["number"] == line) & (found["what"] == "said")).any():
            raise ChurnError(_("There is no such testimonial."))

    desk.journal.note(Line("testimonial", day, noted_by=by, what="withdrawn", answers=line, more={"consent": False}), at=at, check=there)


def quotes(desk: Desk, day: date) -> pd.DataFrame:
    """All quotes of customers who may be reached on `day`, newest first: line, customer_id, name, said_on, words, until (NaT: without
    end), standing ("usable", "no consent", "withdrawn", "over")."""
    lines = desk.journal.lines("testimonial")
    said = lines[lines["what"] == "said"]
    withdrawn = set(lines.loc[lines["what"] == "withdrawn", "answers"].dropna())
    with desk.reading() as frames:
        wanted = reachable(desk, frames, day).filter(nw.col("customer_id").is_in(said["customer_id"].tolist()))
        nobody = pd.DataFrame({"customer_id": [], "name": []})
        names = small(called_as(wanted, frames).select("customer_id", "name")) if len(said) else nobody
    standing = [
        "withdrawn" if number in withdrawn else "no consent" if more.get("consent") is not True else _at(until, day)
        for number, more, until in zip(said["number"], said["more"], said["until"], strict=True)
    ]
    found = said.assign(standing=standing).merge(names.astype("str"), on="customer_id", how="inner")
    found = found.rename(columns={"number": "line", "day": "said_on", "text": "words"}).sort_values("line", ascending=False)
    return found[["line", "customer_id", "name", "said_on", "words", "until", "standing"]].reset_index(drop=True)


def usable(said: pd.DataFrame) -> pd.DataFrame:
    """The quotes that may be shown to others: name, said_on, words, until."""
    return said.loc[said["standing"] == "usable", ["name", "said_on", "words", "until"]].reset_index(drop=True)


def _at(until: Any, day: date) -> str:
    return "over" if pd.notna(until) and until < pd.Timestamp(day) else "usable"


def _known(desk: Desk, customer_id: str, day: date) -> None:
    with desk.reading() as frames:
        mine = reachable(desk, frames, day).filter(nw.col("customer_id") == nw.lit(customer_id)).select("customer_id")
        if not len(small(mine)):
            raise ChurnError(_("{customer} is nobody to ask: left, held out or unknown.").format(customer=customer_id))
