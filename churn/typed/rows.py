"""The rows of typed files -> batches as the desk keeps them, rejected rows counted and the first of them named."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake import Progress, Rejected
from churn.intake.child.parquet_cells import as_texts
from churn.intake.parsing import Mask
from churn.intake.parsing.cells import as_mask
from churn.tables import Column
from churn.typed.cells import Judged, judged, kept_type
from churn.typed.files import ROWS_AT_A_TIME, Typed, opened
from churn.wording import _

MOST_NAMED, ROW_GROUP = 1_000, 122_880
_FIRST_ROW = 2  # the headers are in row 1, as the intake counts


@dataclass
class Tally:
    """What became of the rows so far: rows read and accepted, cells that broke a rule by column and reason, and the first of these."""

    rows_read: int = 0
    rows_accepted: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)

    def note(self, rows: "np.ndarray[Any, np.dtype[np.int64]]", texts: list[str], header: str, why: str) -> None:
        """Adds cells of a column that break a rule."""
        self.reasons[header, why] += len(rows)
        self.rejected += [Rejected(int(row), header, text, why) for row, text in zip(rows, texts, strict=True)]


def kept_schema(found: Typed) -> Any:
    """The columns of `batches`: the row's number, then c0, c1 and on."""
    columns = [(f"c{place}", kept_type(column, words=_in_words(column))) for place, column in enumerate(found.columns.values())]
    return pa.schema([("_row", pa.int64()), *columns])


def in_row_groups(rows: Iterator[Any]) -> Iterator[Any]:
    """The same rows in batches that the database can write as they are: its own row groups, so that nothing is left to be put together
    at a checkpoint."""
    held: list[Any] = []
    for batch in rows:
        held.append(batch)
        while sum(part.num_rows for part in held) >= ROW_GROUP:
            whole = _as_one(held)
            yield whole.slice(0, ROW_GROUP)
            held = [whole.slice(ROW_GROUP)]
    if held:
        yield _as_one(held)


def _as_one(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    return pa.Table.from_batches(parts).unify_dictionaries().combine_chunks().to_batches()[0]


def batches(found: Typed, tally: Tally, *, nobody: Any = None, progress: Progress | None = None) -> Iterator[Any]:
    """The rows that can be used, as batches of `kept_schema`. `nobody` are ids that are no customer's, whose rows are rejected too;
    what `progress` raises ends the reading."""
    words = [header for header, column in found.columns.items() if _in_words(column)]
    schema, done = kept_schema(found), 0
    for path in found.paths:
        with opened(path, words=words) as file:
            for batch in file.iter_batches(ROWS_AT_A_TIME, columns=list(found.columns)):
                yield _kept(found, batch, tally, first=_FIRST_ROW + done, nobody=nobody, schema=schema)
                done += batch.num_rows
                if progress:
                    progress(done / found.rows, _("reading {table}").format(table=found.table.name))


def _in_words(column: Column) -> bool:
    """Whether the cells are read as a dictionary: words repeat, ids hardly."""
    return column.type == "text"


def _kept(found: Typed, batch: Any, tally: Tally, *, first: int, nobody: Any, schema: Any) -> Any:
    """The usable rows of a batch; the others go into the tally."""
    cells = {header: batch.column(header) for header in found.columns}
    read = {header: judged(_in_dictionary(cells[header], column), column) for header, column in found.columns.items()}
    rows = np.arange(first, first + batch.num_rows, dtype=np.int64)
    blank = _blank(found, read, batch.num_rows)
    bad = blank.copy()
    named: list[tuple[str, Mask, str]] = []
    for header, column in read.items():
        for problem in column.problems:
            named.append((header, problem.cells & ~blank, problem.why))
            bad |= problem.cells
    if nobody is not None:
        strays = as_mask(pc.is_in(read[found.id_header].values, value_set=nobody)) & ~bad
        named.append((found.id_header, strays, _("no such customer")))
        bad |= strays
    _tell(tally, named, cells, rows)
    tally.rows_read += batch.num_rows - int(blank.sum())
    arrays = [pa.array(rows), *(column.values for column in read.values())]
    kept = pa.RecordBatch.from_arrays([array.cast(kind) for array, kind in zip(arrays, schema.types, strict=True)], schema=schema)
    kept = kept.filter(pa.array(~bad)) if bad.any() else kept
    tally.rows_accepted += kept.num_rows
    return kept


def _in_dictionary(cells: Any, column: Column) -> Any:
    if not _in_words(column) or pa.types.is_dictionary(cells.type) or pa.types.is_null(cells.type):
        return cells.dictionary_decode() if column.type != "text" and pa.types.is_dictionary(cells.type) else cells
    return cells.cast(pa.string()).dictionary_encode()


def _blank(found: Typed, read: Mapping[str, Judged], rows: int) -> Mask:
    """The rows in which nothing is filled, which are none, as for the intake; where the files have other columns, nobody has looked."""
    blank = np.zeros(rows, dtype=bool)
    if len(found.columns) < len(found.headers) or not read[found.id_header].missing.any():
        return blank
    for number, column in enumerate(read.values()):
        blank = column.missing if number == 0 else blank & column.missing
    return blank


def _tell(tally: Tally, named: list[tuple[str, Mask, str]], cells: Mapping[str, Any], rows: Any) -> None:
    """Counts the cells that break a rule; keeps the first, in the order of rows."""
    fresh = Tally()
    for header, hurt, why in named:
        places = np.flatnonzero(hurt)
        if not len(places):
            continue
        tally.reasons[header, why] += len(places)
        some = places[: max(0, MOST_NAMED - len(tally.rejected))]
        if len(some):
            fresh.note(rows[some], _written(cells[header].take(pa.array(some))), header, why)
    room = MOST_NAMED - len(tally.rejected)
    tally.rejected += sorted(fresh.rejected, key=lambda reject: reject.row)[:room]


def _written(cells: Any) -> list[str]:
    """The cells as the intake would show them."""
    return [text.strip() for text in as_texts(cells)[0].to_pylist()]
