"""What a desk holds: tables in and out of the database, under safe names, with their row counts; scores; settings.

Every function takes the cursor of the operation that it is part of. What was there before the last load is kept in the same database and
noted in the same tables, with `BEFORE` ahead of its name.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.errors import StoreError
from churn.intake.limits import Progress
from churn.intake.nearest import did_you_mean
from churn.tables import TABLES, Type
from churn.wording import _, listing

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

Frames = Mapping[str, nw.LazyFrame[Any]]
Made = nw.LazyFrame[Any] | pd.DataFrame | Callable[[Frames], nw.LazyFrame[Any] | pd.DataFrame]
Prepare = Callable[[Frames], Mapping[str, Made | None]]

BEFORE = "_before_"
PREPARED = (
    "customer_now", "customer_months", "customer_bought", "customer_loyal", "customer_spend",
    "customer_rhythm", "customer_answers", "customer_comments", "customer_reasons", "customer_promises", "customer_features",
    "customer_signs", "customer_people", "customer_quarters", "customer_leaving", "customer_standing",
    "customer_spoke", "customer_products", "sign_record", "silences", "gaps",
    "looked_back", "dials",
)  # fmt: skip
SQL_TYPES: dict[Type, str] = {"id": "VARCHAR", "text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "flag": "VARCHAR"}
SCORES = {"customer_id": "VARCHAR", "risk": "DOUBLE", "information": "DOUBLE", "known": "BOOLEAN"}
_PANDAS_TYPES: dict[Type, str] = {"id": "str", "text": "str", "number": "float64", "date": "datetime64[s]", "flag": "str"}


class Cursor(Protocol):
    """What is asked of the database's cursor here."""

    def execute(self, query: str, parameters: Any = None) -> Any:
        """Runs one statement."""

    def sql(self, query: str) -> Any:
        """A statement's rows, read when they are asked for."""

    def register(self, view_name: str, python_object: object) -> Any:
        """Lends the statements a frame under a name."""

    def unregister(self, view_name: str) -> Any:
        """Takes it back."""


_OWN = {
    "journal": "SELECT * EXCLUDE (book, name) FROM _journal WHERE book = (SELECT book FROM _desk)",
    "members": "SELECT * EXCLUDE (book) FROM _members WHERE book = (SELECT book FROM _desk)",
}

# What is prepared of customers is called so.
RESERVED = {"first_on", "lost_on", "is_lost"}


@dataclass(frozen=True)
class StoredColumn:
    """A column of a table: `name` is safe in queries, `label` is the header in the file."""

    name: str
    label: str
    type: Type


@dataclass(frozen=True)
class Source:
    """Where a table's rows came from: the file's name and SHA-256, and when it was loaded (UTC), if that was said."""

    file: str
    digest: str
    loaded_at: datetime | None


def known_table(name: str) -> None:
    """Raises StoreError where the schema has no such table."""
    if name not in TABLES:
        raise StoreError(
            _("There is no table {name}{near}; a desk has {tables}.").format(
                name=repr(name), near=did_you_mean(name, TABLES), tables=listing(list(TABLES))
            )
        )


def quoted(name: str) -> str:
    """A name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


def value(cursor: Cursor, query: str) -> Any:
    """The single value that a query gives."""
    row = cursor.execute(query).fetchone()
    return row[0] if row else None


def stored_rows(cursor: Cursor) -> dict[str, int]:
    """The number of rows written to each table, scores among them."""
    return dict(cursor.execute("SELECT name, rows FROM _tables WHERE NOT starts_with(name, ?)", [BEFORE]).fetchall())


def stored_contents(cursor: Cursor) -> str:
    """Which load each table is from."""
    loads = "SELECT name, rows, load FROM _tables WHERE load IS NOT NULL AND NOT starts_with(name, ?) ORDER BY name"
    return json.dumps(cursor.execute(loads, [BEFORE]).fetchall())


def stored_columns(cursor: Cursor, table: str) -> list[StoredColumn]:
    """The columns of a table in the order of its file; none where it is not loaded."""
    found = cursor.execute("SELECT name, label, type FROM _columns WHERE table_name = ? ORDER BY place", [table])
    return [StoredColumn(*row) for row in found.fetchall()]


def stored_source(cursor: Cursor, table: str) -> Source:
    """Where a table's rows came from; raises StoreError where it is not loaded."""
    found = cursor.execute("SELECT source, digest, loaded_at FROM _tables WHERE name = ?", [table]).fetchone()
    if found is None:
        raise StoreError(_("The desk holds no table {table}: load one first.").format(table=table))
    return Source(*found)


def labelled(cursor: Cursor, table: str, where: str, *values: object) -> pd.DataFrame:
    """The rows of a table that fit a condition, in the order of its file, with labels and types as `Intake.frame` has them."""
    columns = stored_columns(cursor, table)
    if not columns:
        raise StoreError(_("The desk holds no table {table}: load one first.").format(table=table))
    names = ", ".join(quoted(column.name) for column in columns)
    found = cursor.execute(f"SELECT {names} FROM {quoted(table)} {where} ORDER BY _row", list(values)).df()
    typed: pd.DataFrame = found.astype({column.name: _PANDAS_TYPES[column.type] for column in columns})
    shown: pd.DataFrame = typed.set_axis([column.label for column in columns], axis="columns")
    return shown


def search(cursor: Cursor, text: str, limit: int) -> pd.DataFrame:
    """At most `limit` customers whose id or name contains `text` in any case: customer_id, name; best matches first."""
    names = {column.name for column in stored_columns(cursor, "customers")}
    if not names:
        return pd.DataFrame({"customer_id": pd.Series(dtype="str"), "name": pd.Series(dtype="str")})
    name = "name" if "name" in names else "CAST(NULL AS VARCHAR)"
    found: pd.DataFrame = cursor.execute(
        f"SELECT customer_id, {name} AS name FROM customers "
        f"WHERE contains(lower(customer_id), lower($text)) OR contains(lower({name}), lower($text)) "
        f"ORDER BY lower(customer_id) = lower($text) DESC, starts_with(lower(customer_id), lower($text)) DESC, _row LIMIT $limit",
        {"text": text.strip(), "limit": limit},
    ).df()
    return found.astype("str")


def create(cursor: Cursor, name: str, types: Mapping[str, str], frame: pd.DataFrame) -> None:
    """Makes a table of the frame's rows, numbered in a hidden column `_row`, with the columns named and typed as `types` has them."""
    incoming = frame.set_axis([f"c{place}" for place in range(len(types))], axis="columns")
    incoming.insert(0, "_row", np.arange(len(frame)))
    casts = ", ".join(f"CAST(c{place} AS {type_})" for place, type_ in enumerate(types.values()))
    declared = ", ".join(f"{quoted(column)} {type_}" for column, type_ in types.items())
    cursor.register("_incoming", incoming)
    cursor.execute(f"CREATE TABLE {quoted(name)} (_row BIGINT, {declared})")
    cursor.execute(f"INSERT INTO {quoted(name)} SELECT _row, {casts} FROM _incoming")
    cursor.unregister("_incoming")


class TablesOf(Mapping[str, nw.LazyFrame[Any]]):
    """All tables by name as lazy frames of one cursor, without the numbers of their rows; each is looked up when it is first asked for.

    "journal" and "members" can be asked for too, but are not listed: they are no tables of the firm's.
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor, self._names = cursor, tuple(stored_rows(cursor))
        self._found: dict[str, nw.LazyFrame[Any]] = {}
        self._held = 0

    def __getitem__(self, name: str) -> nw.LazyFrame[Any]:
        if name not in self:
            raise KeyError(name)
        if name not in self._found:
            hidden = "" if name in PREPARED else " EXCLUDE (_row)"
            query = _OWN.get(name, f"SELECT *{hidden} FROM {quoted(name)}")
            self._found[name] = nw.from_native(self._cursor.sql(query))
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names or name in _OWN

    def at_hand(self, frame: nw.LazyFrame[Any] | pd.DataFrame) -> nw.LazyFrame[Any]:
        """A frame made of these, computed once and held by the database for as long as they last: for what several queries read."""
        self._held, name = self._held + 1, f"_at_hand_{self._held}"
        native: Any = self._cursor.register("_incoming", frame) if isinstance(frame, pd.DataFrame) else frame.to_native()
        query = "FROM _incoming" if isinstance(frame, pd.DataFrame) else native.sql_query()
        self._cursor.execute(f"CREATE TEMP TABLE {name} AS {query}")
        held: nw.LazyFrame[Any] = nw.from_native(self._cursor.sql(f"FROM {name}"))
        return held

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def prepare_all(cursor: Cursor, prepare: Prepare, progress: Progress | None = None, *, keep: bool = False) -> None:
    """Makes anew what is prepared of the tables, and the scores where `prepare` gives some, or what makes them of the prepared tables and
    tells how far it is. What it gives as None goes, and with `keep` that alone: what it does not give stays. What `progress` raises ends
    the work."""
    tell = progress or (lambda _share, _words: None)
    tell(0.0, _("looking through the tables"))
    made = prepare({name: frame for name, frame in TablesOf(cursor).items() if name not in PREPARED})
    for place, name in enumerate(PREPARED):
        if name in made or not keep:
            drop(cursor, name)
        if name in made:
            told = _("preparing what pages show, part {n} of {all}").format(n=place + 1, all=len(PREPARED))
            tell((place + 1) / (len(PREPARED) + 2), told)  # before it is asked for, which may be what takes long
            if made[name] is not None:
                _put_prepared(cursor, name, made[name])
    if "scores" in made:
        scores: Any = made["scores"]
        words, part = _("scoring everybody"), 1 / (len(PREPARED) + 2)
        tell(1 - part, words)
        rows = scores(TablesOf(cursor), progress=lambda share, _words: tell(1 - part + share * part, words)) if callable(scores) else scores
        put_scores(cursor, rows)


def _put_prepared(cursor: Cursor, name: str, frame: Any) -> None:
    """Writes a prepared table: a lazy frame of this cursor, a frame in memory, or what makes one of the tables so far."""
    frame = frame(TablesOf(cursor)) if callable(frame) else frame
    if isinstance(frame, pd.DataFrame):
        cursor.register("_incoming", frame)
        cursor.execute(f"CREATE TABLE {quoted(name)} AS FROM _incoming")
        cursor.unregister("_incoming")
    else:
        frame.to_native().create(name)
    cursor.execute("INSERT INTO _tables (name, rows) VALUES (?, ?)", [name, value(cursor, f"SELECT count(*) FROM {quoted(name)}")])


def put_scores(cursor: Cursor, frame: pd.DataFrame) -> None:
    """Writes everybody's score in the place of the former ones. Raises StoreError where a column is missing."""
    lacking = [name for name in SCORES if name not in frame]
    if lacking:
        raise StoreError(
            _("The scores have no column {lacking}; they need {columns}.").format(lacking=listing(lacking), columns=", ".join(SCORES))
        )
    drop(cursor, "scores")
    create(cursor, "scores", SCORES, frame[list(SCORES)])
    cursor.execute("INSERT INTO _tables (name, rows) VALUES ('scores', ?)", [len(frame)])


def drop(cursor: Cursor, name: str) -> None:
    """Drops a table and what is noted of it."""
    cursor.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
    cursor.execute("DELETE FROM _tables WHERE name = ?", [name])
    cursor.execute("DELETE FROM _columns WHERE table_name = ?", [name])


def put_settings(cursor: Cursor, settings: Mapping[str, Json]) -> None:
    """Writes each setting over its former value."""
    for name, value in settings.items():
        cursor.execute("DELETE FROM _settings WHERE name = ?", [name])
        cursor.execute("INSERT INTO _settings VALUES (?, ?)", [name, json.dumps(value)])
