"""The customers as a snapshot keeps them: under safe names and with the types that a desk gives them."""

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from churn.measures.declared import Tables
from churn.measures.dialect import Frame
from churn.stored import RESERVED, StoredColumn, safe_name
from churn.tables import CUSTOMERS, Type

_KINDS: Mapping[Type, Any] = {"id": nw.String, "text": nw.String, "number": nw.Float64, "date": nw.Date, "flag": nw.String}


def as_kept(tables: Tables) -> tuple[Tables, tuple[StoredColumn, ...]]:
    """The tables with the customers' columns as a desk names and types them, and these columns."""
    schema = tables["customers"].collect_schema()
    columns: list[StoredColumn] = []
    for label, kind in schema.items():
        own = CUSTOMERS.column(label)
        reserved = {column.name for column in CUSTOMERS.columns} | RESERVED
        name = label if own else safe_name(label, reserved, {column.name for column in columns})
        columns.append(StoredColumn(name, label, own.type if own else _type_of(kind)))
    cells = [_cell(column, schema[column.label]) for column in columns]
    customers: Frame = tables["customers"].select(*cells)
    return {**tables, "customers": customers}, tuple(columns)


def _type_of(kind: Any) -> Type:
    if kind == nw.Boolean:
        return "flag"
    if kind.is_numeric():
        return "number"
    return "date" if kind == nw.Date or isinstance(kind, nw.Datetime) else "text"


def _cell(column: StoredColumn, kind: Any) -> nw.Expr:
    cell = nw.col(column.label)
    if kind == nw.Boolean:
        cell = nw.when(cell).then(nw.lit("Yes")).when(~cell).then(nw.lit("No"))
    return cell.cast(_KINDS[column.type]).alias(column.name)
