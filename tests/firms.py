"""Small firms written by hand: lazy tables of DuckDB, and days counted back from one day."""

from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pyarrow as pa

from churn.tables import TABLES

AS_OF = date(2025, 7, 1)
KINDS = {"id": pa.string(), "text": pa.string(), "number": pa.float64(), "date": pa.date32(), "flag": pa.string()}


def made_firm(engine, **rows):
    """Lazy tables of rows by hand, each in the order of the schema's columns; the rest of a row is empty. Customers `a` and `b` came 400
    days before AS_OF, where none are given."""
    rows.setdefault("customers", [("a", None, None, None, None, ago(400)), ("b", None, None, None, None, ago(400))])
    tables = {}
    for name, given_rows in rows.items():
        columns = TABLES[name].columns
        cells = [dict(zip([column.name for column in columns], row, strict=False)) for row in given_rows]
        schema = pa.schema([(column.name, KINDS[column.type]) for column in columns])
        tables[name] = nw.from_native(engine.from_arrow(pa.Table.from_pylist(cells, schema=schema)))
    return tables


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)
