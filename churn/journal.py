"""JOURNAL: what people do with the desk, line after line. Nothing ever changes a line; a later one answers it.

A load replaces tables whole and an undo brings them back; the journal belongs to the customers whom it names and outlives both. Where the
desk comes to hold other customers, theirs is another book of it, and the former one is found again with its customers. Every function takes
the cursor of the operation that it is part of.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import narwhals.stable.v2 as nw
import pandas as pd

from churn.stored import Cursor, Json, value

Kind = Literal[
    "outcome",
    "snooze",
    "hand_over",
    "spend",
    "exit",
    "campaign",
    "stop",
    "promise",
    "kept",
    "win_back",
    "interview",
    "testimonial",
    "thanks",
    "playbook",
    "wishes",
]

# A customer of the same id is the same one unless the names differ; half of them must be there.
_FITS = """
    SELECT noted.book, count(*) AS named, count(here.customer_id) AS there FROM (
        SELECT book, customer_id, max(name) AS name
        FROM (SELECT book, customer_id, name FROM _journal UNION ALL SELECT book, customer_id, NULL FROM _members)
        WHERE customer_id IS NOT NULL GROUP BY book, customer_id
    ) AS noted LEFT JOIN ({here}) AS here ON here.customer_id = noted.customer_id
        AND (here.name = noted.name OR here.name IS NULL OR noted.name IS NULL)
    GROUP BY noted.book
"""


@dataclass(frozen=True)
class Line:
    """One line of the journal, as it is written. `day` is the day of work; `what` names the thing done, by the kind of line; `amount` is
    money; `until` a day that it holds until; `answers` the number of the line that it answers or belongs to; `text` what somebody wrote;
    `more` what else there is. None and "" where a line has no such thing."""

    kind: Kind
    day: date
    customer_id: str | None = None
    noted_by: str = ""
    what: str = ""
    amount: float | None = None
    until: date | None = None
    answers: int | None = None
    text: str = ""
    more: Mapping[str, Json] = field(default_factory=dict)


def says(name: str, value: str) -> nw.Expr:
    """Whether `more` of a line, as a lazy frame of the journal has it, holds this word under this name."""
    return nw.col("more").str.contains(json.dumps({name: value}).strip("{}"), literal=True)


def append(cursor: Cursor, lines: Sequence[Line], at: datetime | None) -> list[int]:
    """Adds the lines to the book of the desk's customers; gives their numbers."""
    first = 1 + int(value(cursor, "SELECT coalesce(max(number), 0) FROM _journal"))
    named = bool(value(cursor, "SELECT count(*) FROM _columns WHERE table_name = 'customers' AND name = 'name'"))
    name = "(SELECT max(name) FROM customers WHERE customer_id = $customer)" if named else "NULL"
    for number, line in enumerate(lines, first):
        cursor.execute(
            f"INSERT INTO _journal SELECT book, $number, $at, $day, $by, $kind, $customer, {name}, $what, $amount, $until, $answers, "
            "$text, $more FROM _desk",
            {
                "number": number,
                "at": at,
                "day": line.day,
                "by": line.noted_by,
                "kind": line.kind,
                "customer": line.customer_id,
                "what": line.what,
                "amount": line.amount,
                "until": line.until,
                "answers": line.answers,
                "text": line.text,
                "more": json.dumps(dict(line.more)),
            },
        )
    return list(range(first, first + len(lines)))


def enlist(cursor: Cursor, campaign: int, members: pd.DataFrame) -> None:
    """Writes who is in a campaign: customer_id, arm (acted, held_out), stratum, risk, value."""
    cursor.register("_incoming", members[["customer_id", "arm", "stratum", "risk", "value"]])
    cursor.execute(
        "INSERT INTO _members SELECT book, $campaign, CAST(customer_id AS VARCHAR), arm, CAST(stratum AS BIGINT), "
        "CAST(risk AS DOUBLE), CAST(value AS DOUBLE) FROM _incoming, _desk",
        {"campaign": campaign},
    )
    cursor.unregister("_incoming")


def read(cursor: Cursor, kinds: Sequence[str] = (), customer_id: str | None = None) -> pd.DataFrame:
    """The lines of these kinds (none named: all), of one customer where one is named, oldest first: number, noted_at (UTC), day (both
    datetime64), noted_by, kind, customer_id, what, amount, until, answers, text, more (a dictionary)."""
    found = cursor.execute(
        "SELECT * EXCLUDE (book, name) FROM _journal WHERE book = (SELECT book FROM _desk) "
        "AND (len($kinds) = 0 OR list_contains($kinds, kind)) AND ($customer IS NULL OR customer_id = $customer) ORDER BY number",
        {"kinds": list(kinds), "customer": customer_id},
    ).df()
    typed: pd.DataFrame = found.astype(
        {
            **dict.fromkeys(("noted_at", "day", "until"), "datetime64[s]"),
            **dict.fromkeys(("noted_by", "kind", "customer_id", "what", "text"), "str"),
            "amount": "float64",
            "answers": "Int64",
        }
    )
    return typed.assign(more=[json.loads(more) for more in found["more"]])


def settle_book(cursor: Cursor) -> None:
    """Opens the book of the customers that the desk now holds: the one that is open if it names nobody or half of whom it names are there,
    else the one that fits best, else a new one."""
    labels = [name for (name,) in cursor.execute("SELECT name FROM _columns WHERE table_name = 'customers'").fetchall()]
    if not labels:
        return
    here = f"SELECT customer_id, {'name' if 'name' in labels else 'CAST(NULL AS VARCHAR) AS name'} FROM customers"
    fits = {book: (named, there) for book, named, there in cursor.execute(_FITS.format(here=here)).fetchall()}
    now = int(value(cursor, "SELECT book FROM _desk"))
    good = {book: there / named for book, (named, there) in fits.items() if 2 * there >= named}
    if now in fits and now not in good:
        last = "SELECT greatest((SELECT book FROM _desk), (SELECT coalesce(max(book), 0) FROM _journal))"
        book = max(good, key=lambda book: good[book]) if good else 1 + int(value(cursor, last))
        cursor.execute("UPDATE _desk SET book = ?", [book])


def forget(cursor: Cursor) -> None:
    """Drops all books."""
    cursor.execute("DELETE FROM _journal")
    cursor.execute("DELETE FROM _members")
