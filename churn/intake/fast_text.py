"""Delimited text -> columns by Arrow's reader, only where it gives what record by record gives."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from churn.intake.dialect import Dialect
from churn.intake.limits import Limits, refuse_box

_BLOCK = 4 << 20
_LONGEST_CELL = 131_072
_HEAD = 1 << 16


def fast_columns(data: bytes, dialect: Dialect, *, file: str, limits: Limits) -> list[pa.ChunkedArray] | None:
    """The columns of a text in utf-8 whose records all have one width; None where only reading record by record can say that."""
    quote, delimiter = dialect.quote.encode(), dialect.delimiter.encode()
    if len(delimiter) != 1 or b"\0" in data or data[:1] in b"\r\n\xef" or _has_blank_lines(data):
        return None
    signs = np.frombuffer(data, dtype=np.uint8)
    marks = np.flatnonzero(signs == quote[0])
    if not _cleanly_quoted(signs, marks, delimiter):
        return None
    width = _width(data[:_HEAD], delimiter, quote)
    if not 1 < width <= limits.columns:
        return None
    names = [str(place) for place in range(width)]
    try:
        table = csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote,
                newlines_in_values=_quotes_line_ends(data, signs, marks),
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    refuse_box(table.num_rows, width, file=file, limits=limits)
    if any(pc.max(pc.binary_length(column)).as_py() > _LONGEST_CELL for column in table.columns):
        return None
    return list(table.columns)


def _has_blank_lines(data: bytes) -> bool:
    return b"\n\n" in data or (b"\r" in data and (b"\n\r" in data or b"\r\r" in data))


def _width(head: bytes, delimiter: bytes, quote: bytes) -> int:
    """The cells of the first record; 0 where it is not whole in the head. Cells in quotation marks are cleanly so."""
    bare = re.sub(quote + b"[^" + quote + b"]*" + quote, b"", head)
    end = re.search(rb"[\r\n]", bare)
    return 0 if end is None and len(head) == _HEAD else bare[: end.start() if end else None].count(delimiter) + 1


def _quotes_line_ends(data: bytes, signs: npt.NDArray[np.uint8], marks: npt.NDArray[np.int64]) -> bool:
    """Whether a line ends between an opening and a closing quotation mark."""
    if not len(marks):
        return False
    ends = [np.flatnonzero(signs == sign) for sign in (b"\n"[0], b"\r"[0]) if bytes([sign]) in data]
    return any(bool((np.searchsorted(marks, places) % 2).any()) for places in ends)


def _cleanly_quoted(signs: npt.NDArray[np.uint8], marks: npt.NDArray[np.int64], delimiter: bytes) -> bool:
    """Whether each quotation mark opens a cell at its start, closes it at its end, or is doubled inside; then all readers agree."""
    if len(marks) % 2:
        return False
    edges = np.zeros(256, dtype=bool)
    edges[list(delimiter + b"\r\n")] = True
    opens, closes = marks[::2], marks[1::2]
    doubled = np.zeros(len(opens) + 1, dtype=bool)
    doubled[1:-1] = closes[:-1] + 1 == opens[1:]
    at_start = (opens == 0) | edges[signs[np.maximum(opens, 1) - 1]] | doubled[:-1]
    at_end = (closes == len(signs) - 1) | edges[signs[np.minimum(closes, len(signs) - 2) + 1]] | doubled[1:]
    return bool(at_start.all() and at_end.all())
