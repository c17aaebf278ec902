"""The history of loads, what the desk held before the last one, and what was said of files of the same shape.

A load moves what it takes the place of aside, in the same database; an undo exchanges the two, so that a second undo brings the load back.
Every function takes the cursor of the operation that it is part of.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from churn.errors import StoreError
from churn.stored import BEFORE, PREPARED, Cursor, Json, drop, put_settings, quoted, stored_rows, value
from churn.tables import TABLES
from churn.wording import _

Kind = Literal["load", "undo", "redo", "clear"]

SNAPSHOT = "snapshot"  # the setting of a desk whose prepared tables came as a snapshot, without the tables that they were made of
MOST_SHAPES = 200
_SCORED = ("scores", "settings")
# The same swap for the names of tables, of their columns' tables and of settings.
_OTHER_NAME = f"CASE WHEN starts_with({{name}}, '{BEFORE}') THEN substr({{name}}, {len(BEFORE) + 1}) ELSE '{BEFORE}' || {{name}} END"


@dataclass(frozen=True)
class LoadedTable:
    """One table of a load: the file it came from, its SHA-256, and its rows; None where an older program did not count them.

    `in_force`: the desk's table is from this load.
    """

    table: str
    file: str
    digest: str
    rows_read: int | None
    rows_accepted: int
    rows_rejected: int | None
    in_force: bool


@dataclass(frozen=True)
class Load:
    """One line of the history: when (UTC, None: not said) and by whom ("": not said).

    `tables` are those that a load put in; `of` is the number of the load that an undo took back or a redo brought back.
    """

    number: int
    at: datetime | None
    by: str
    kind: Kind
    of: int | None
    tables: tuple[LoadedTable, ...]


@dataclass(frozen=True)
class Former:
    """What the desk would hold if the last load were undone, or brought back where that was done (`kind`).

    `number` is the last line of the history that changed what the desk holds, `of` the load itself; `tables`: rows and file by table, all
    of them; `changed`: those that come or go; `scored`: customers would have scores; `lost_model`: the file of the model that these need,
    where it is gone.
    """

    number: int
    kind: Literal["undo", "redo"]
    of: int
    tables: Mapping[str, tuple[int, str]]
    changed: frozenset[str]
    scored: bool
    lost_model: str | None


class Counted(Protocol):
    """What the history notes of a file."""

    @property
    def file(self) -> str:
        """Its name."""

    @property
    def digest(self) -> str:
        """Its SHA-256."""

    @property
    def rows_read(self) -> int:
        """The rows that it holds."""

    @property
    def rows_accepted(self) -> int:
        """Those of them that came into the desk."""


def begin(cursor: Cursor, tables: Collection[str], *, scored: bool, alone: bool, at: datetime | None, by: str, whole: bool = False) -> int:
    """Notes a load of these tables and moves aside what it takes the place of; gives its number.

    `scored`: the scores and the settings are kept as they were, and with new customers the scores go; `whole`: no table stays; `alone`: no
    setting either. What was prepared of the tables always goes with them. Raises StoreError where tables would come beside a snapshot.
    """
    if "customers" not in tables:
        kept = cursor.execute("SELECT value FROM _settings WHERE name = ?", [SNAPSHOT]).fetchone()
        refuse_snapshot(json.loads(kept[0]) if kept else None)
    number = _note(cursor, "load", at=at, by=by)
    _forget_former(cursor)
    scope = [*(TABLES if alone or whole else tables), *PREPARED, *(_SCORED if scored or alone else ())]
    _exchange(cursor, scope)
    if "settings" in scope and not alone:
        cursor.execute("INSERT INTO _settings SELECT substr(name, ?), value FROM _settings", [len(BEFORE) + 1])
        if "customers" in tables:
            gone = "SELECT unnest(CASE WHEN EXISTS (FROM _settings WHERE name = $name) THEN [$name, 'wishes'] ELSE [] END)"
            cursor.execute(f"DELETE FROM _settings WHERE name IN ({gone})", {"name": SNAPSHOT})
        if "customers" not in tables and BEFORE + "scores" in _names(cursor):
            cursor.execute(f"CREATE TABLE scores AS FROM {quoted(BEFORE + 'scores')}")
            cursor.execute("INSERT INTO _tables (name, rows) SELECT 'scores', rows FROM _tables WHERE name = ?", [BEFORE + "scores"])
    cursor.execute("INSERT INTO _undo VALUES (?, ?)", [number, scope])
    return number


def note_table(cursor: Cursor, number: int, name: str, of: Counted) -> None:
    """Notes what the load of this number put into one table."""
    counts = [of.rows_read, of.rows_accepted, of.rows_read - of.rows_accepted]
    cursor.execute("INSERT INTO _loaded VALUES (?, ?, ?, ?, ?, ?, ?)", [number, name, of.file, of.digest, *counts])


def refuse_snapshot(kept: Json) -> None:
    """Raises StoreError where a desk holds a snapshot, of which nothing can be made anew; `kept` is its setting SNAPSHOT."""
    if kept is not None:
        raise StoreError(
            _(
                "This desk holds a snapshot, and not what it was made of: make the snapshot anew where those tables are "
                "(python -m churn snapshot) and load it, or load all tables here, customers among them."
            )
        )


def clear(cursor: Cursor, *, at: datetime | None, by: str) -> None:
    """Drops all that the desk holds and what is kept for an undo, and notes that."""
    _forget_former(cursor)
    for name in stored_rows(cursor):
        drop(cursor, name)
    cursor.execute("DELETE FROM _settings")
    _note(cursor, "clear", at=at, by=by)


def history(cursor: Cursor) -> list[Load]:
    """All loads, undos and clearings, newest first; the tables of each in the order of the schema."""
    now = "EXISTS (FROM _tables t WHERE t.name = _loaded.name AND t.load = _loaded.number)"
    tables: dict[int, list[LoadedTable]] = {}
    for number, *of_table in cursor.execute(
        f"SELECT number, name, file, digest, rows_read, rows_accepted, rows_rejected, {now} FROM _loaded"
    ).fetchall():
        tables.setdefault(number, []).append(LoadedTable(*of_table))
    order = list(TABLES)
    return [
        Load(number, at, by, kind, of, tuple(sorted(tables.get(number, []), key=lambda loaded: order.index(loaded.table))))
        for number, at, by, kind, of in cursor.execute("FROM _loads ORDER BY number DESC").fetchall()
    ]


def former(cursor: Cursor, models: Path) -> Former | None:
    """What the desk would hold after an undo, or None where there is nothing to undo."""
    last = cursor.execute("SELECT _undo.number, scope, kind, of_load FROM _undo JOIN _loads USING (number)").fetchone()
    if last is None:
        return None
    number, scope, kind, of_load = last
    noted = {name: (rows, file) for name, rows, file in cursor.execute("SELECT name, rows, source FROM _tables").fetchall()}
    after = {name: (BEFORE if name in scope else "") + name for name in (*TABLES, "scores")}
    tables = {name: noted[after[name]] for name in TABLES if after[name] in noted}
    scored = after["scores"] in noted
    kept = cursor.execute("SELECT name, value FROM _settings WHERE name IN (?, ?)", [BEFORE + "history", BEFORE + "model"]).fetchall()
    names = [json.loads(value) for _name, value in sorted(kept)] if "settings" in scope and scored else []
    model = next(filter(None, names), None)  # that of histories, where there is one
    lost = str(model) if model and not (models / str(model)).is_file() else None
    changed = frozenset(name for name in TABLES if name in scope and {name, BEFORE + name} & set(noted))
    return Former(number, "redo" if kind == "undo" else "undo", of_load or number, tables, changed, scored, lost)


def undo(cursor: Cursor, models: Path, *, at: datetime | None, by: str, number: int | None, scores: bool) -> Former:
    """Exchanges what the last load took the place of with what is there now; gives what is there then.

    Raises StoreError where there is nothing to undo, where `number` is not the last load, and where the model is gone that the former
    scores need; without `scores` the tables come back alone.
    """
    back = former(cursor, models)
    if back is None:
        raise StoreError(_("There is nothing to undo: the desk keeps what it held before the last load, and there was none since."))
    if number not in (None, back.number):
        raise StoreError(_("Somebody has loaded or undone something meanwhile. Look at the history, and decide anew."))
    if scores and back.lost_model:
        raise StoreError(
            _(
                "The former scores need the model file {file}, which is no longer in {folder}: put it back there, or undo without scores."
            ).format(file=back.lost_model, folder=models)
        )
    scope = value(cursor, "SELECT scope FROM _undo")
    _exchange(cursor, scope)
    if not scores and "scores" in scope:
        drop(cursor, "scores")
        put_settings(cursor, {"model": None, "deeper": None, "history": None})
        back = replace(back, scored=False, lost_model=None)
    cursor.execute("UPDATE _undo SET number = ?", [_note(cursor, back.kind, at=at, by=by, of=back.of)])
    return back


def remember(cursor: Cursor, shape: str, answers: Mapping[str, Json]) -> None:
    """Keeps what was said of a file of this shape over what was said before; the oldest beyond `MOST_SHAPES` are dropped."""
    cursor.execute("DELETE FROM _shapes WHERE shape = ?", [shape])
    newest = "SELECT coalesce(max(place), 0) FROM _shapes"
    cursor.execute(f"INSERT INTO _shapes SELECT ?, ?, 1 + ({newest})", [shape, json.dumps(answers)])
    cursor.execute("DELETE FROM _shapes WHERE place NOT IN (SELECT place FROM _shapes ORDER BY place DESC LIMIT ?)", [MOST_SHAPES])


def remembered(cursor: Cursor, shape: str) -> Mapping[str, Json] | None:
    """What was last said of a file of this shape, or None."""
    found = cursor.execute("SELECT answers FROM _shapes WHERE shape = ?", [shape]).fetchone()
    kept: Mapping[str, Json] | None = json.loads(found[0]) if found else None
    return kept


def _note(cursor: Cursor, kind: Kind, *, at: datetime | None, by: str, of: int | None = None) -> int:
    """Adds a line to the history; gives its number."""
    number = 1 + int(value(cursor, "SELECT coalesce(max(number), 0) FROM _loads"))
    cursor.execute("INSERT INTO _loads VALUES (?, ?, ?, ?, ?)", [number, at, by, kind, of])
    return number


def _forget_former(cursor: Cursor) -> None:
    """Drops what is aside."""
    for name in (*TABLES, *PREPARED, "scores"):
        drop(cursor, BEFORE + name)
    cursor.execute("DELETE FROM _settings WHERE starts_with(name, ?)", [BEFORE])
    cursor.execute("DELETE FROM _undo")


def _names(cursor: Cursor) -> set[str]:
    """The tables that are noted, those that are aside among them."""
    return {name for (name,) in cursor.execute("SELECT name FROM _tables").fetchall()}


def _exchange(cursor: Cursor, scope: Collection[str]) -> None:
    """Each table of the scope, there or not, changes places with the one that is aside; so do the settings, all of them, if in it."""
    there = _names(cursor)
    for name in scope:
        moves = [(BEFORE + name, "_passing"), (name, BEFORE + name), ("_passing", name)]
        for old, new in moves:
            if old in there or (old == "_passing" and BEFORE + name in there):
                cursor.execute(f"ALTER TABLE {quoted(old)} RENAME TO {quoted(new)}")
    both = [*scope, *(BEFORE + name for name in scope)]
    for own, column in (("_tables", "name"), ("_columns", "table_name")):
        swapped = _OTHER_NAME.format(name=column)
        cursor.execute(f"UPDATE {own} SET {column} = {swapped} WHERE list_contains(?, {column})", [both])
    if "settings" in scope:
        cursor.execute(f"UPDATE _settings SET name = {_OTHER_NAME.format(name='name')}")
