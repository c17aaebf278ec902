"""Which Parquet files are typed as a table of the schema wants, and which of their columns are which."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from churn.errors import IntakeError
from churn.intake.matching import LEAST_FIT
from churn.intake.workbook import zones_told
from churn.tables import Column, Table, bare_key, header_key
from churn.typed.cells import judged
from churn.wording import _

LARGE = 200_000  # rows; smaller files take the intake's road, which also finds titles, totals and customers by other columns
ROWS_AT_A_TIME = 122_880
_ODD_YEARS = ((1300, 1500), (2400, 2700))  # which the intake reads by other calendars
_LARGEST_PLAIN = 1e15  # from here on the intake asks whether a number is a code


@dataclass(frozen=True, eq=False)
class Typed:
    """The files of one table of events: `file` is their name for messages, `columns` the schema's columns by their headers in the file, in
    its order; `headers` are all of them. `notes` say what was left out and why."""

    table: Table
    file: str
    paths: tuple[Path, ...]
    rows: int
    headers: tuple[str, ...]
    columns: Mapping[str, Column]
    notes: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file; of those of all where there are several."""
        each = [digest_of(path) for path in self.paths]
        return each[0] if len(each) == 1 else hashlib.sha256("".join(each).encode()).hexdigest()

    @property
    def id_header(self) -> str:
        """The header of the customer's id."""
        return next(header for header, column in self.columns.items() if column.name == "customer_id")


def typed(paths: Sequence[Path], table: Table, *, file: str) -> Typed | None:
    """The files as one table, read as far as their columns tell; None where the intake has to read them: a column that is needed is not
    there or typed otherwise, or its cells leave something open. Raises IntakeError where a file is damaged."""
    schemas, rows = [], 0
    for path in paths:
        with opened(path) as found:
            schemas.append(found.schema_arrow)
            rows += found.metadata.num_rows
    headers = schemas[0].names
    if not rows or any(sorted(schema.names) != sorted(headers) for schema in schemas) or len(set(headers)) < len(headers):
        return None
    named: dict[str, Column] = {}
    misfits: list[str] = []
    for column in table.columns:
        for header in _candidates(column, [header for header in headers if header not in named]):
            if not all(_fits(column, schema.field(header).type) and _is_plain(paths, header, column) for schema in schemas):
                return None
            misfit = _misfit(paths, header, column)
            if misfit is None:
                named[header] = column
                break
            misfits.append(misfit)
    if any(column.required and column not in named.values() for column in table.columns):
        return None
    columns = {header: named[header] for header in headers if header in named}
    zones = [header for header in headers if any(pa.types.is_timestamp(kind := each.field(header).type) and kind.tz for each in schemas)]
    notes = (*([zones_told(zones)] if zones else []), *misfits)
    return Typed(table, file, tuple(paths), rows, tuple(headers), columns, notes)


@contextmanager
def opened(path: Path, *, words: Sequence[str] = ()) -> Iterator[Any]:
    """A Parquet file, columns of `words` as a dictionary. Raises IntakeError where it is damaged."""
    try:
        with parquet.ParquetFile(path, read_dictionary=list(words), arrow_extensions_enabled=False) as found:
            yield found
    except (pa.ArrowException, OSError, ValueError) as error:
        why = str(error).splitlines()[0][:100]
        raise IntakeError(_("{file} is a damaged Parquet file ({why}): write it anew.").format(file=path.name, why=why)) from error


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _candidates(column: Column, headers: Sequence[str]) -> list[str]:
    """The headers that may be the column, in the order in which the intake tries them."""
    outright = sorted((column.keys[key], at) for at, header in enumerate(headers) if (key := header_key(header)) in column.keys)
    bare = sorted((column.keys[key], at) for at, header in enumerate(headers) if (key := bare_key(header)) in column.keys)
    return [headers[at] for at in dict.fromkeys(at for _place, at in (*outright, *bare))]


def _fits(column: Column, kind: Any) -> bool:
    """Whether cells of an Arrow type need no understanding to be the column's."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind):
        return True
    if column.type == "number":
        return bool(pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind) or pa.types.is_decimal(kind))
    if column.type == "date":
        return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    words = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return bool(words or (pa.types.is_integer(kind) and not column.choices))


def _is_plain(paths: Sequence[Path], header: str, column: Column) -> bool:
    """Whether no number may be a code and no day one of another calendar."""
    if column.type == "number":
        low, high = _extremes(paths, header)
        return low is None or max(abs(low), abs(high)) < _LARGEST_PLAIN
    if column.type == "date":
        years = _years(paths, header)
        return not any(first <= year <= last for year in years for first, last in _ODD_YEARS)
    return True


def _extremes(paths: Sequence[Path], header: str) -> tuple[Any, Any]:
    """The least and the greatest of the numbers that are finite; None, None where there are none."""
    told = _told(paths, header)
    if told and all(np.isfinite(float(end)) for ends in told for end in ends):
        return min(float(low) for low, _high in told), max(float(high) for _low, high in told)
    low, high = np.inf, -np.inf
    for cells in column_of(paths, header):
        numbers = pc.cast(cells, pa.float64(), safe=False).drop_null().to_numpy(zero_copy_only=False)
        finite = numbers[np.isfinite(numbers)]
        low, high = min(low, finite.min(initial=np.inf)), max(high, finite.max(initial=-np.inf))
    return (None, None) if low > high else (low, high)


def _years(paths: Sequence[Path], header: str) -> set[int]:
    """Years of the days, as far as they tell whether one is odd."""
    told = _told(paths, header)
    ends = {end.year for pair in told or () for end in pair}
    if told and min(ends) > _ODD_YEARS[0][1] and max(ends) < _ODD_YEARS[1][0]:
        return ends
    return {
        year for cells in column_of(paths, header) if len(cells.drop_null()) for year in pc.unique(pc.year(cells.drop_null())).to_pylist()
    }


def _told(paths: Sequence[Path], header: str) -> list[tuple[Any, Any]] | None:
    """The ends of the column as the files' own statistics give them, row group by row group; None where one gives none."""
    ends = []
    for path in paths:
        with opened(path) as found:
            place = found.schema_arrow.names.index(header)
            if place != found.schema.names.index(header) or len(found.schema.names) != len(found.schema_arrow.names):
                return None
            for group in range(found.metadata.num_row_groups):
                told = found.metadata.row_group(group).column(place)
                if told.statistics is not None and told.statistics.null_count == told.num_values:
                    continue
                if told.statistics is None or not told.statistics.has_min_max:
                    return None
                ends.append((told.statistics.min, told.statistics.max))
    return ends or None


def column_of(paths: Sequence[Path], header: str, *, words: bool = False) -> Iterator[Any]:
    """The cells of one column, batch by batch."""
    for path in paths:
        with opened(path, words=[header] if words else []) as found:
            for batch in found.iter_batches(ROWS_AT_A_TIME, columns=[header]):
                yield batch.column(0)


def _misfit(paths: Sequence[Path], header: str, column: Column) -> str | None:
    """Why a column is not the table's although it is called so: more than a tenth of it breaks its rules. None where it is."""
    bounded = column.low is not None or column.high is not None
    if bounded:
        low, high = _extremes(paths, header)
        bounded = low is not None and ((column.low is not None and low < column.low) or (column.high is not None and high > column.high))
    if not (column.choices or bounded):
        return None
    filled = broken = 0
    why = ""
    for cells in column_of(paths, header, words=bool(column.choices)):
        found = judged(cells, column)
        filled += len(cells) - int(found.missing.sum())
        for problem in found.problems:
            hurt = problem.cells & ~found.missing
            broken, why = broken + int(hurt.sum()), why if why or not hurt.any() else problem.why
    if broken <= (1 - LEAST_FIT) * filled:
        return None
    text = _("'{source}' could be {column}, but more than a tenth of it {why}, so it was left out.")
    return text.format(source=header, column=column.name, why=why)
