"""The history of loads in words and in plain types: what was loaded when and by whom, and what an undo would bring."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from churn import wording
from churn.loads import Former, Load
from churn.wording import _, plural

_MOST_TOLD = 2  # tables that a line can tell of at length


def as_json(loads: Sequence[Load]) -> list[dict[str, Any]]:
    """The history in plain types; `at` as ISO (UTC)."""
    return [asdict(load) | {"at": load.at.isoformat() if load.at else None} for load in loads]


def what(load: Load) -> str:
    """What a line of the history did."""
    if load.kind == "undo":
        return _("load {number} undone").format(number=wording.number(load.of))
    if load.kind == "redo":
        return _("load {number} brought back").format(number=wording.number(load.of))
    if load.kind == "clear":
        return _("desk cleared")
    tables = [_("{table} from {file}").format(table=loaded.table, file=loaded.file) for loaded in load.tables]
    if len(tables) <= _MOST_TOLD:
        return wording.listing(tables)
    return plural("{first} and {n} more table", "{first} and {n} more tables", len(tables) - 1).format(first=tables[0])


def now(load: Load) -> str:
    """Whether the desk still holds what a load put in; "" for what is no load."""
    held = [loaded.table for loaded in load.tables if loaded.in_force]
    if load.kind != "load":
        return ""
    if not held:
        return _("no")
    if len(held) < len(load.tables):
        return _("only {tables}").format(tables=wording.listing(held))
    return _("yes")


def rows(load: Load) -> tuple[str, str]:
    """The rows loaded and those set aside, over all tables of a load; "" for what is no load, "unknown" where nobody counted."""
    if load.kind != "load":
        return "", ""
    rejected = [loaded.rows_rejected for loaded in load.tables]
    aside = None if None in rejected else sum(count for count in rejected if count is not None)
    return wording.number(sum(loaded.rows_accepted for loaded in load.tables)), wording.number(aside)


def same_file(file: str, earlier: Sequence[Load], digest: str) -> str:
    """When and by whom this very file was loaded last, and whether the desk holds it now; "" where it never was."""
    if not earlier:
        return ""
    held = any(loaded.in_force and loaded.digest == digest for load in earlier for loaded in load.tables)
    stands = _("The desk holds it now.") if held else _("The desk no longer holds it.")
    return _("{file}: this very file was loaded {when}. {stands}").format(file=file, when=when_and_by(earlier[0]), stands=stands)


def when_and_by(load: Load) -> str:
    """The moment and the name of a line of the history, as far as they are known."""
    moment = _("on {moment}").format(moment=wording.moment(load.at)) if load.at else _("before")
    return _("{moment} by {name}").format(moment=moment, name=load.by) if load.by else moment


def comes_back(former: Former) -> str:
    """What an undo would put back."""
    if not former.tables:
        return _("Without the last load the desk is empty, as it was before.")
    words = _("With the last load the desk holds {tables}, {scores}.")
    if former.kind == "undo":
        words = _("Without the last load the desk holds {tables}, {scores}.")
    return words.format(tables=_tables(former), scores=_scores(former))


def is_back(former: Former) -> str:
    """What the desk holds after an undo."""
    if not former.tables:
        return _("The desk is empty again, as it was before.")
    return _("The desk now holds {tables}, {scores}.").format(tables=_tables(former), scores=_scores(former))


def _tables(former: Former) -> str:
    """The tables, those that come back with their rows and files: all of them where they are few, else the first."""
    back = [table for table in former.tables if table in former.changed]
    told = back if len(back) <= _MOST_TOLD else back[:1]
    detailed = {table: (plural("{n} row", "{n} rows", former.tables[table][0]), former.tables[table][1]) for table in told}
    return wording.listing(
        [
            _("{table} ({rows} of {file})").format(table=table, rows=detailed[table][0], file=detailed[table][1])
            if table in detailed
            else table
            for table in former.tables
        ]
    )


def _scores(former: Former) -> str:
    if former.lost_model:
        return _("without scores, since their model file {file} is gone").format(file=former.lost_model)
    return _("with scores") if former.scored else _("without scores")
