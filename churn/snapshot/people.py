"""The customers, and what was done with them, as a snapshot keeps them: under safe names and with the types that a desk gives them."""

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from churn.measures.declared import Tables
from churn.measures.dialect import Frame
from churn.putting import safe_name
from churn.stored import RESERVED, StoredColumn
from churn.tables import TABLES, Type

Columns = Mapping[str, tuple[StoredColumn, ...]]

KEPT = ("customers", "actions")
_KINDS: Mapping[Type, Any] = {"id": nw.String, "text": nw.String, "number": nw.Float64, "date": nw.Date, "flag": nw.String}


def as_kept(tables: Tables) -> tuple[Tables, Columns]:
    """The tables, those that are kept with columns as a desk names and types them, and these columns."""
    columns = {name: _columns(name, tables[name].collect_schema()) for name in KEPT if name in tables}
    return {**tables, **{name: _typed(tables[name], columns[name]) for name in columns}}, columns


def _columns(table: str, schema: Mapping[str, Any]) -> tuple[StoredColumn, ...]:
    columns: list[StoredColumn] = []
    reserved = {column.name for column in TABLES[table].columns} | RESERVED
    for label, kind in schema.items():
        own = TABLES[table].column(label)
        name = label if own else safe_name(label, reserved, {column.name for column in columns})
        if own or TABLES[table].keeps_extra:
            columns.append(StoredColumn(name, label, own.type if own else _type_of(kind)))
    return tuple(columns)


def _type_of(kind: Any) -> Type:
    if kind == nw.Boolean:
        return "flag"
    if kind.is_numeric():
        return "number"
    return "date" if kind == nw.Date or isinstance(kind, nw.Datetime) else "text"


def _typed(frame: Frame, columns: tuple[StoredColumn, ...]) -> Frame:
    schema = frame.collect_schema()
    return frame.select(*(_cell(column, schema[column.label]) for column in columns))


def _cell(column: StoredColumn, kind: Any) -> nw.Expr:
    cell = nw.col(column.label)
    if kind == nw.Boolean:
        cell = nw.when(cell).then(nw.lit("Yes")).when(~cell).then(nw.lit("No"))
    return cell.cast(_KINDS[column.type]).alias(column.name)
