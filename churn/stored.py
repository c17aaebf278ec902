"""What a desk holds: tables in and out of the database, under safe names, with their row counts; scores; settings.

Every function takes the cursor of the operation that it is part of. What was there before the last load is kept in the same database and
noted in the same tables, with `BEFORE` ahead of its name.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.errors import StoreError
from churn.intake import Intake
from churn.intake.nearest import did_you_mean
from churn.tables import TABLES, Table, Type
from churn.wording import _, listing

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

Frames = Mapping[str, nw.LazyFrame[Any]]
Made = nw.LazyFrame[Any] | pd.DataFrame | Callable[[Frames], pd.DataFrame]
Prepare = Callable[[Frames], Mapping[str, Made]]

BEFORE = "_before_"
PREPARED = (
    "customer_now",
    "customer_months",
    "customer_bought",
    "customer_loyal",
    "customer_spend",
    "customer_rhythm",
    "customer_answers",
    "customer_comments",
    "customer_reasons",
    "customer_promises",
    "customer_features",
    "customer_signs",
    "sign_record",
    "silences",
    "gaps",
    "looked_back",
    "dials",
)
SQL_TYPES: dict[Type, str] = {"id": "VARCHAR", "text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "flag": "VARCHAR"}
_SCORES = {"customer_id": "VARCHAR", "risk": "DOUBLE", "information": "DOUBLE", "known": "BOOLEAN"}
_ROW_AS_ID = "\x00 row as id"
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


def put_table(cursor: Cursor, table: Table, intake: Intake, loaded_at: datetime | None, load: int) -> None:
    """Writes the intake's rows as a table that is not there, by the load of that number; customers of a file without ids go by their sheet
    rows, unlisted."""
    columns = _named_columns(table, intake)
    types, frame = {column.name: SQL_TYPES[column.type] for column in columns}, intake.frame
    if "customer_id" not in types:
        types, frame = {"customer_id": "VARCHAR"} | types, frame.assign(**{_ROW_AS_ID: intake.rows.astype("str")})[[_ROW_AS_ID, *frame]]
    create(cursor, table.name, types, frame)
    noted = [table.name, intake.rows_accepted, intake.file, intake.digest, loaded_at, load]
    cursor.execute("INSERT INTO _tables (name, rows, source, digest, loaded_at, load) VALUES (?, ?, ?, ?, ?, ?)", noted)
    for place, column in enumerate(columns):
        cursor.execute("INSERT INTO _columns VALUES (?, ?, ?, ?, ?)", [table.name, place, column.name, column.label, column.type])


def _named_columns(table: Table, intake: Intake) -> list[StoredColumn]:
    """The frame's columns with safe names: the schema's where matched, else made from the header, each one once."""
    fields = {field.source: field for field in intake.fields}
    reserved = {column.name for column in table.columns} | RESERVED
    columns: list[StoredColumn] = []
    for label in intake.frame.columns:
        name = fields[label].column or safe_name(label, reserved, {column.name for column in columns})
        columns.append(StoredColumn(name, label, fields[label].type))
    return columns


def safe_name(label: str, reserved: set[str], taken: set[str]) -> str:
    """A name of a-z, 0-9 and _ that begins with a letter, is none of the schema's and not yet taken.

    >>> [safe_name(label, {"plan"}, {"x"}) for label in ("Monthly Charge (€)", "2nd plan", "Plan", "نام")]
    ['monthly_charge', 'x_2nd_plan', 'x_plan', 'x_2']
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not slug or slug[0].isdigit() or slug in reserved:
        slug = f"x_{slug}".rstrip("_")
    name, count = slug, 1
    while name in taken | reserved:
        count += 1
        name = f"{slug}_{count}"
    return name


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


def prepare_all(cursor: Cursor, prepare: Prepare) -> None:
    """Makes anew what is prepared of the tables, and the scores where `prepare` gives some, or what makes them of the prepared tables."""
    made = prepare({name: frame for name, frame in TablesOf(cursor).items() if name not in PREPARED})
    for name in PREPARED:
        drop(cursor, name)
        if name in made:
            _put_prepared(cursor, name, made[name])
    if "scores" in made:
        scores: Any = made["scores"]
        put_scores(cursor, scores(TablesOf(cursor)) if callable(scores) else scores)


def _put_prepared(cursor: Cursor, name: str, frame: Any) -> None:
    """Writes a prepared table: a lazy frame of this cursor, or a frame in memory."""
    if isinstance(frame, pd.DataFrame):
        cursor.register("_incoming", frame)
        cursor.execute(f"CREATE TABLE {quoted(name)} AS FROM _incoming")
        cursor.unregister("_incoming")
    else:
        frame.to_native().create(name)
    cursor.execute("INSERT INTO _tables (name, rows) VALUES (?, ?)", [name, value(cursor, f"SELECT count(*) FROM {quoted(name)}")])


def put_scores(cursor: Cursor, frame: pd.DataFrame) -> None:
    """Writes everybody's score in the place of the former ones. Raises StoreError where a column is missing."""
    lacking = [name for name in _SCORES if name not in frame]
    if lacking:
        raise StoreError(
            _("The scores have no column {lacking}; they need {columns}.").format(lacking=listing(lacking), columns=", ".join(_SCORES))
        )
    drop(cursor, "scores")
    create(cursor, "scores", _SCORES, frame[list(_SCORES)])
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
