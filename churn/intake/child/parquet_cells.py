"""A Parquet file -> batches of columns of text. The first row holds the names of the columns."""

import datetime
import decimal
import json
import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from churn.intake.child.frames import META, progress, refuse, tell
from churn.intake.child.workbook_cells import send_arrays, text_of

_ROWS_AT_A_TIME = 20_000


def read_parquet(data: bytes, asked: Mapping[str, Any]) -> None:
    """Sends the columns of a Parquet file; refuses what is too much or damaged."""
    try:
        file = parquet.ParquetFile(pa.BufferReader(data), arrow_extensions_enabled=False)
        schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        refuse("damaged_parquet", why=str(error).splitlines()[0][:100])
    if not schema.names or not rows:
        refuse("empty")
    if rows + 1 > asked["rows"] or len(schema.names) > asked["columns"] or (rows + 1) * len(schema.names) > asked["cells"]:
        refuse("box", rows=rows, columns=len(schema.names))
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    zones = [field.name for field in schema if pa.types.is_timestamp(field.type) and field.type.tz]
    tell(META, {"width": len(schema.names), "nested": nested, "zones": zones})
    arrays: list[pa.Array] = []
    for name in schema.names:
        arrays += [pa.array([name], pa.large_string()), pa.array([False])]
    send_arrays(arrays)
    done = 0
    try:
        for batch in file.iter_batches(_ROWS_AT_A_TIME, use_threads=False):
            send_arrays([array for column in batch.columns for array in as_texts(column)])
            done += batch.num_rows
            progress(done / rows)
    except MemoryError:
        refuse("memory")
    except (pa.ArrowException, OSError, ValueError) as error:
        refuse("damaged_parquet", why=str(error).splitlines()[0][:100])


def as_texts(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The cells of a column as text, "" where there is none, and which of them the file types."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        texts = column.cast(pa.large_string()).fill_null("")
        filled = column.is_valid() if pa.types.is_integer(kind) else pa.array([False] * len(column), pa.bool_())
        return texts, filled
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
        column = column.cast(pa.timestamp("us"), safe=False) if kind.tz else column
    if pa.types.is_date(kind):
        return column.cast(pa.date32()).cast(pa.large_string()).fill_null(""), column.is_valid()
    cells = [_text(cell) for cell in column.to_pylist()]
    typed = pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind)
    typed = typed or pa.types.is_timestamp(kind)
    return pa.array(cells, pa.large_string()), pa.array([typed and cell != "" for cell in cells], pa.bool_())


def _text(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, decimal.Decimal):
        return f"{cell:f}"
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "backslashreplace")
    if isinstance(cell, dict | list | tuple):
        return json.dumps(cell, default=str, ensure_ascii=False)
    if isinstance(cell, datetime.time | datetime.timedelta | str):
        return str(cell)
    return text_of(cell)
