"""A snapshot as it comes into the database, streamed: the customers, what is prepared of them, their scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from churn import journal, loads
from churn.errors import StoreError
from churn.intake.limits import Progress
from churn.stored import PREPARED, SCORES, SQL_TYPES, Cursor, Json, StoredColumn, put_settings, quoted, value
from churn.wording import _


@dataclass(frozen=True)
class Taken:
    """A snapshot to be put into a desk: `rows` of each table, `read` gives one's batches (a `pyarrow.RecordBatchReader`), `columns` are
    those of the tables of the schema; `file` and `digest` say for the history what it is."""

    file: str
    digest: str
    columns: Mapping[str, tuple[StoredColumn, ...]]
    rows: Mapping[str, int]
    read: Callable[[str], Any]
    settings: Mapping[str, Json]


@dataclass(frozen=True)
class _File:
    """What the history notes of one table of a snapshot."""

    file: str
    digest: str
    rows_read: int
    rows_accepted: int


def put_taken(cursor: Cursor, taken: Taken, *, at: datetime | None, by: str, progress: Progress | None = None) -> None:
    """Puts a snapshot in the place of all tables; what people noted and settings of other things stay. Raises StoreError where a table does
    not hold as many rows as it should."""
    files = {name: _File(taken.file, taken.digest, taken.rows[name], taken.rows[name]) for name in taken.columns}
    number = loads.begin(cursor, files, scored=True, alone=False, whole=True, at=at, by=by)
    tell = progress or (lambda _share, _words: None)
    names = [*taken.columns, *(name for name in (*PREPARED, "scores") if name in taken.rows)]
    for name, columns in taken.columns.items():
        _tell(tell, names, name)
        loads.note_table(cursor, number, name, files[name])
        types = ", ".join(f"{quoted(column.name)} {SQL_TYPES[column.type]}" for column in columns)
        _put(cursor, taken, name, f"_row BIGINT, {types}", "row_number() OVER () - 1, ")
        came = [taken.file, taken.digest, at, number, name]
        cursor.execute("UPDATE _tables SET source = ?, digest = ?, loaded_at = ?, load = ? WHERE name = ?", came)
        for place, column in enumerate(columns):
            cursor.execute("INSERT INTO _columns VALUES (?, ?, ?, ?, ?)", [name, place, column.name, column.label, column.type])
    for name in names[len(taken.columns) :]:
        _tell(tell, names, name)
        if name == "scores":
            types = ", ".join(f"{column} {type_}" for column, type_ in SCORES.items())
            _put(cursor, taken, name, f"_row BIGINT, {types}", "row_number() OVER () - 1, ", ", ".join(SCORES))
        else:
            _put(cursor, taken, name)
    put_settings(cursor, taken.settings)
    journal.settle_book(cursor)


def _tell(tell: Progress, names: list[str], name: str) -> None:
    tell(names.index(name) / len(names), _("reading the snapshot, part {n} of {all}").format(n=names.index(name) + 1, all=len(names)))


def _put(cursor: Cursor, taken: Taken, name: str, declared: str = "", ahead: str = "", cells: str = "*") -> None:
    """Makes a table of the batches that are read under its name, with the columns `declared`, or those that the batches have."""
    cursor.register("_incoming", taken.read(name))
    if declared:
        cursor.execute(f"CREATE TABLE {quoted(name)} ({declared})")
        cursor.execute(f"INSERT INTO {quoted(name)} SELECT {ahead}{cells} FROM _incoming")
    else:
        cursor.execute(f"CREATE TABLE {quoted(name)} AS FROM _incoming")
    cursor.unregister("_incoming")
    rows = value(cursor, f"SELECT count(*) FROM {quoted(name)}")
    if rows != taken.rows[name]:
        text = _("The snapshot is damaged: {table} holds {rows} rows where {noted} were written. Make it anew.")
        raise StoreError(text.format(table=name, rows=rows, noted=taken.rows[name]))
    cursor.execute("INSERT INTO _tables (name, rows) VALUES (?, ?)", [name, rows])
