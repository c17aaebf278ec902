"""Tables written into the database: those read whole, and those of typed files, poured in batch by batch.

Every function takes the cursor of the operation that it is part of, as in `churn.stored`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from churn.errors import IntakeError
from churn.intake import Intake, Progress, Rejected
from churn.linking import nobody_told, strays_told, unnamed_told, zeros_told
from churn.stored import RESERVED, SQL_TYPES, Cursor, StoredColumn, create, quoted, value
from churn.tables import CUSTOMERS, Table
from churn.typed import Tally, Typed, batches
from churn.typed.rows import in_row_groups, kept_schema
from churn.wording import _

_ROW_AS_ID = "\x00 row as id"


@dataclass(frozen=True, eq=False)
class Poured:
    """What became of the rows of typed files: the first `rejected` cells, how many there are by column and reason, and sentences on what
    was done."""

    file: str
    digest: str
    rows_read: int
    rows_accepted: int
    rejected: tuple[Rejected, ...]
    reasons: Mapping[tuple[str, str], int]
    notes: tuple[str, ...]


def put_table(cursor: Cursor, table: Table, intake: Intake, loaded_at: datetime | None, load: int) -> None:
    """Writes the intake's rows as a table that is not there, by the load of that number; customers of a file without ids go by their sheet
    rows, unlisted."""
    columns = _named_columns(table, intake)
    types, frame = {column.name: SQL_TYPES[column.type] for column in columns}, intake.frame
    if "customer_id" not in types:
        types, frame = {"customer_id": "VARCHAR"} | types, frame.assign(**{_ROW_AS_ID: intake.rows.astype("str")})[[_ROW_AS_ID, *frame]]
    create(cursor, table.name, types, frame)
    _note(cursor, table, columns, intake, loaded_at, load)


def pour(cursor: Cursor, found: Typed, *, load: int, loaded_at: datetime | None, progress: Progress | None = None) -> Poured:
    """Writes the rows of typed files as a table that is not there, by the load of that number, without those that point to none of the
    customers in the database. Raises IntakeError where no row is left."""
    columns = _poured_columns(cursor, found)
    tally = Tally()
    _insert(cursor, found, columns, batches(found, tally, progress=progress))
    told, strays = _strays(cursor, found, tally)
    if strays is not None:
        cursor.execute(f"DROP TABLE {quoted(found.table.name)}")
        tally = Tally()
        _insert(cursor, found, columns, batches(found, tally, nobody=strays, progress=progress))
    if not tally.rows_accepted:
        if not tally.rejected:
            raise IntakeError(_("{file}: no row holds anything.").format(file=found.file))
        first = tally.rejected[0]
        text = _("{file}: no row can be used; row {row}, column '{column}' {why}.")
        raise IntakeError(text.format(file=found.file, row=first.row, column=first.column, why=first.why))
    unnamed = sum(n for (header, _why), n in tally.reasons.items() if header == found.id_header and _why != _("no such customer"))
    notes = (*found.notes, *([unnamed_told(unnamed, found.id_header)] if unnamed else []), *told)
    done = Poured(found.file, found.digest, tally.rows_read, tally.rows_accepted, tuple(tally.rejected), tally.reasons, notes)
    _note(cursor, found.table, columns, done, loaded_at, load)
    return done


def _poured_columns(cursor: Cursor, found: Typed) -> list[StoredColumn]:
    """The columns under their headers, the id under that of the customers, as everywhere in the desk."""
    own = value(cursor, f"SELECT label FROM _columns WHERE table_name = '{CUSTOMERS.name}' AND name = 'customer_id'")
    labels = {found.id_header: own} if own and own not in found.headers else {}
    return [StoredColumn(column.name, labels.get(header, header), column.type) for header, column in found.columns.items()]


def _insert(cursor: Cursor, found: Typed, columns: list[StoredColumn], rows: Iterator[Any]) -> None:
    """Makes the table of the batches. What their reading raises is raised, and not what the database makes of it."""
    failed: list[BaseException] = []

    def guarded() -> Iterator[Any]:
        try:
            yield from rows
        except BaseException as error:
            failed.append(error)
            raise

    declared = ", ".join(f"{quoted(column.name)} {SQL_TYPES[column.type]}" for column in columns)
    cursor.execute(f"CREATE TABLE {quoted(found.table.name)} (_row BIGINT, {declared})")
    cursor.register("_incoming", pa.RecordBatchReader.from_batches(kept_schema(found), in_row_groups(guarded())))
    try:
        cursor.execute(f"INSERT INTO {quoted(found.table.name)} FROM _incoming")
    except Exception:
        if failed:
            raise failed[0] from None
        raise
    cursor.unregister("_incoming")


def _strays(cursor: Cursor, found: Typed, tally: Tally) -> tuple[list[str], Any]:
    """What to tell of rows that point to no customer, and their ids; None where there are none. Raises IntakeError where all do."""
    pointing_to_none = f"{quoted(found.table.name)} ANTI JOIN {CUSTOMERS.name} USING (customer_id)"
    by_id = f"SELECT customer_id, count(*) AS n FROM {pointing_to_none} GROUP BY customer_id ORDER BY min(_row)"
    strays = cursor.sql(by_id).to_arrow_table()
    if not len(strays):
        return [], None
    cursor.register("_incoming", strays)
    bare = f"SELECT ltrim(customer_id, '0') FROM {CUSTOMERS.name}"
    ((alike,),) = cursor.execute(f"SELECT sum(n)::BIGINT FROM _incoming WHERE ltrim(customer_id, '0') IN ({bare})").fetchall()
    cursor.unregister("_incoming")
    ids: pd.Series[str] = strays.column("customer_id").to_pandas().astype("str")
    rows, zeros = sum(strays.column("n").to_pylist()), zeros_told(int(alike or 0))
    if rows == tally.rows_accepted:
        where = value(cursor, f"SELECT source FROM _tables WHERE name = '{CUSTOMERS.name}'")
        raise IntakeError(nobody_told(found.file, found.id_header, ids, where, zeros))
    return [strays_told(rows, ids, zeros)], strays.column("customer_id").combine_chunks().cast(pa.string())


def _note(
    cursor: Cursor, table: Table, columns: Iterable[StoredColumn], of: Intake | Poured, loaded_at: datetime | None, load: int
) -> None:
    """Notes a table and its columns."""
    noted = [table.name, of.rows_accepted, of.file, of.digest, loaded_at, load]
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
