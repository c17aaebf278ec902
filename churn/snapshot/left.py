"""What a snapshot left behind: the tables that it was made of, which the desk knows of and cannot read."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from churn.loads import SNAPSHOT
from churn.snapshot.people import KEPT
from churn.store import Desk
from churn.wording import _, listing
from churn.wording import date as in_words


def made_of(desk: Desk) -> Mapping[str, tuple[str, ...]]:
    """The columns of each table that the desk's snapshot was made of and does not hold; none where it holds no snapshot."""
    kept: Any = desk.setting(SNAPSHOT) or {}
    return {name: tuple(about["columns"]) for name, about in kept.get("made_of", {}).items() if name not in KEPT}


def left_behind(desk: Desk, *tables: str) -> str:
    """A sentence on those of these tables that the desk's snapshot was made of; "" where there are none."""
    kept: Any = desk.setting(SNAPSHOT) or {}
    return sentence(made_of(desk), kept.get("as_of", ""), tables)


def sentence(there: Iterable[str], as_of: str, tables: Iterable[str]) -> str:
    """The same of the tables that are `there`.

    >>> sentence({"orders", "contacts"}, "2026-01-01", ["contacts", "surveys"])
    'This desk holds a snapshot as of 1 Jan 2026: what it tells of contacts was worked out elsewhere, and single rows stayed there.'
    """
    named = [table for table in tables if table in set(there)]
    if not named:
        return ""
    told = _("This desk holds a snapshot as of {day}: what it tells of {tables} was worked out elsewhere, and single rows stayed there.")
    return told.format(day=in_words(date.fromisoformat(as_of)), tables=listing(named))
