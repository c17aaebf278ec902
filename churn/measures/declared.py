"""The tables of a desk as the schema declares them, whatever a firm has of them."""

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from churn.measures.dialect import Frame, has
from churn.tables import TABLES, Column, Table, Type

Tables = Mapping[str, Frame]

_TYPES: dict[Type, Any] = {"id": nw.String, "text": nw.String, "number": nw.Float64, "date": nw.Date, "flag": nw.String}


def declared(tables: Tables) -> dict[str, Frame]:
    """All tables of the schema with the columns that it declares and no other, in its order; what a firm does not have is null, a table
    that it does not have has no rows. `tables` holds at least customers."""
    return {name: _declared(tables, table) for name, table in TABLES.items()}


def at_hand(tables: Tables, frame: Frame) -> Frame:
    """The frame, computed once where the tables have a place to hold it (`at_hand`): an engine may plan for ever what is built on it."""
    hold = getattr(tables, "at_hand", None)
    held: Frame = frame if hold is None else hold(frame)
    return held


def holds(tables: Tables, table: str, *columns: str) -> bool:
    """Whether there is such a table, with all these columns."""
    return table in tables and all(has(tables[table], column) for column in columns)


def _declared(tables: Tables, table: Table) -> Frame:
    frame = tables[table.name] if table.name in tables else tables["customers"].head(0)
    there = set(tables[table.name].collect_schema().names()) if table.name in tables else set()
    cells = [_typed(nw.col(column.name) if column.name in there else nw.lit(None), column) for column in table.columns]
    return frame.with_columns(*cells).select(*(column.name for column in table.columns))


def _typed(cells: nw.Expr, column: Column) -> nw.Expr:
    return cells.cast(_TYPES[column.type]).alias(column.name)
