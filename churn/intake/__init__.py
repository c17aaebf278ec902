"""FILE: bytes -> grid of text -> matched columns -> typed rows, and rejected rows with reasons."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from churn.errors import IntakeError
from churn.intake.checking import broken_rows, repeated_keys, repetition, superfluous_rows
from churn.intake.conventions import doubts
from churn.intake.grid import Grid, Mask
from churn.intake.guarding import bare_of_formulas, unguarded
from churn.intake.heading import Sheet, find_header
from churn.intake.limits import Limits, Progress
from churn.intake.matching import Match, match
from churn.intake.parsing import Conventions
from churn.intake.reading import read_grid
from churn.intake.results import Duplicates, Field, Intake, Question, ReadOptions, Rejected, SetAside
from churn.intake.supplying import supplied
from churn.tables import CUSTOMERS, Table, header_key
from churn.wording import _, plural

__all__ = [
    "Conventions",
    "Duplicates",
    "Field",
    "Intake",
    "Limits",
    "Opened",
    "Progress",
    "Question",
    "ReadOptions",
    "Rejected",
    "SetAside",
    "opened",
    "read",
    "shape",
    "understood",
]

PREVIEW_ROWS = 5
WHY_UNUSED, ROW_UNUSED = _("why this row was set aside"), _("row in the file")
_EXAMPLES, _EXAMPLES_AMONG = 3, 200


@dataclass(frozen=True, eq=False)
class Opened:
    """A file whose headers are found and whose cells are still text, before it is said which table it holds; `options` are those that it
    was opened with, `grid` has no cells any more."""

    file: str
    digest: str
    grid: Grid
    sheet: Sheet
    options: ReadOptions

    @property
    def headers(self) -> list[str]:
        """The headers of the file, in its order."""
        return self.sheet.headers

    def shape(self, table: Table) -> str:
        """What files with these headers, in any order, and the same table have in common."""
        return shape(self.headers, table)


def shape(headers: Iterable[str], table: Table) -> str:
    """The same of headers."""
    return hashlib.sha256("\n".join([table.name, *sorted(map(header_key, headers))]).encode()).hexdigest()[:16]


def read(
    data: bytes,
    *,
    file: str,
    table: Table = CUSTOMERS,
    options: ReadOptions = ReadOptions(),
    progress: Progress | None = None,
) -> Intake:
    """The file's bytes as rows of `table`; `file` is its name, for messages alone: what it holds is told by its content.

    Raises IntakeError where it cannot be read; what only its owner can say is left as a question (see `Intake.settled`). `progress` gets
    the share done and words for it; what it raises stops the reading.
    """
    found = opened(data, file=file, options=options, progress=progress)
    if isinstance(found, Intake):
        return found
    if progress:
        progress(0.6, _("Understanding the columns"))
    return understood(found, table)


def opened(data: bytes, *, file: str, options: ReadOptions = ReadOptions(), progress: Progress | None = None) -> Opened | Intake:
    """The file's headers and cells; an Intake without rows where a question keeps it from being read. Raises as `read`."""
    tell = progress or (lambda _share, _words: None)
    digest = hashlib.sha256(data).hexdigest()
    if not data:
        raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
    tell(0.0, _("Reading the file"))
    grid = read_grid(data, file=file, options=options, limits=options.limits, progress=lambda share, words: tell(share / 2, words))
    if isinstance(grid, Question):
        return _unread(file, grid, digest)
    tell(0.5, _("Finding the headers"))
    if grid.native is None and b"=" in data:
        grid = _without_formulas(grid)
    if grid.native is None and b"'" in data:
        grid = replace(grid, columns=[unguarded(column) for column in grid.columns])
    sheet = find_header(grid, file=file, header_row=options.header_row)
    if isinstance(sheet, Question):
        return _unread(file, sheet, digest, grid)
    return Opened(file, digest, replace(grid, columns=[], native=None), sheet.without([WHY_UNUSED, ROW_UNUSED]), options)


def understood(found: Opened, table: Table, options: ReadOptions | None = None) -> Intake:
    """An opened file as rows of `table`; `options`, where given, say otherwise what its columns are. Raises as `read`."""
    options = options or found.options
    if found.grid.epoch and options.conventions.epoch is None:
        options = replace(options, conventions=replace(options.conventions, epoch=found.grid.epoch))
    return _understood(found, table, options)


def _without_formulas(grid: Grid) -> Grid:
    bare = [bare_of_formulas(column) for column in grid.columns]
    n = sum(found for _column, found in bare)
    if not n:
        return grid
    note = plural(
        '{n} cell such as ="007" was read as the text that it holds.', '{n} cells such as ="007" were read as the text that they hold.', n
    )
    return replace(grid, columns=[column for column, _found in bare], notes=(*grid.notes, note))


def _unread(file: str, question: Question, digest: str, grid: Grid | None = None) -> Intake:
    sheet, encoding, delimiter = (grid.sheet, grid.encoding, grid.delimiter) if grid else (None, None, None)
    return Intake(file, sheet, encoding, delimiter, 0, 0, pd.DataFrame(), np.empty(0, dtype=np.int64), (), (), (question,), digest)


def _understood(found: Opened, table: Table, options: ReadOptions) -> Intake:
    file, grid = found.file, found.grid
    if len(found.headers) == 1 and table.keeps_extra:
        delimiter, elsewhere = _("is the delimiter right? say --delimiter"), _("is this the right sheet? say --sheet or --header-row")
        hint = delimiter if grid.delimiter else elsewhere
        raise IntakeError(_("{file} has one column only ('{column}'): {hint}.").format(file=file, column=found.headers[0], hint=hint))
    sheet, told = supplied(found.sheet, table, options)
    matches, questions = match(sheet, table, file=file, options=options)
    kept = [match for match in matches if match.column or table.keeps_extra]
    questions += doubts({match.source: match.cells for match in kept}, file=file)
    broken, rejected = broken_rows(sheet, kept)
    extra, repeated = _repeated(sheet, kept, table, ~broken, file, options)
    usable = ~broken & ~np.isin(sheet.rows, [reject.row for reject in extra])
    rejected = sorted([*sheet.rejected, *rejected, *extra], key=lambda reject: reject.row)
    if not usable.any():
        first = rejected[0]
        raise IntakeError(_("{file}: no row can be used; {where} {why}.").format(file=file, where=_where(first), why=first.why))
    return Intake(
        file,
        grid.sheet,
        grid.encoding,
        grid.delimiter,
        sheet.header_row,
        len(sheet.rows) + len(sheet.rejected),
        pd.DataFrame({match.source: _rows(match.cells.values, usable) for match in kept}),
        sheet.rows[usable],
        tuple(_field(match, sheet.columns[match.at]) for match in matches),
        tuple(rejected),
        (*questions, *repeated),
        found.digest,
        sheet.header_rows,
        tuple(sheet.set_aside),
        (*grid.notes, *_notes(sheet), *told),
        found.shape(table),
        {match.source: _rows(spelled, usable) for match in kept if (spelled := _spelled(sheet, match)) is not None},
        sheet.texts(np.arange(min(PREVIEW_ROWS, len(sheet.rows)))),
        pd.concat([sheet.texts(np.flatnonzero(~usable)), sheet.wide]).sort_index().fillna(""),
    )


def _rows(values: pd.Series, usable: Mask) -> pd.Series:
    return values.reset_index(drop=True) if usable.all() else values[usable].reset_index(drop=True)


def _spelled(sheet: Sheet, match: Match) -> pd.Series | None:
    """The cells of a column as the file spells them, where they were understood as other words; None where they stand as they are."""
    if match.cells.type not in ("id", "flag"):
        return None
    texts = sheet.columns[match.at]
    return None if texts.equals(match.cells.values) else texts.where(~match.cells.missing)


def _notes(sheet: Sheet) -> list[str]:
    """What was done to the rows of the sheet, in sentences."""
    notes = []
    if sheet.short_rows:
        text = plural(
            "{n} row has fewer cells than the header: those at its end are taken as empty.",
            "{n} rows have fewer cells than the header: those at their ends are taken as empty.",
            sheet.short_rows,
        )
        notes.append(text)
    if sheet.merged_cells:
        text = plural(
            "{n} cell is merged with the one above and has its words.",
            "{n} cells are merged with those above and have their words.",
            sheet.merged_cells,
        )
        notes.append(text)
    if sheet.another is not None:
        text = _("Another table has its headers in row {row} and was left out: say --header-row {row} to read it in place of this one.")
        notes.append(text.format(row=sheet.another))
    return notes


def _repeated(
    sheet: Sheet, kept: list[Match], table: Table, usable: Mask, file: str, options: ReadOptions
) -> tuple[list[Rejected], tuple[Question, ...]]:
    """What becomes of repeated keys: rows to leave out, or a question, or an IntakeError, as the options say."""
    repeated = repeated_keys(sheet, kept, table, usable)
    if repeated is None:
        return [], ()
    if options.duplicates in ("first", "last"):
        return superfluous_rows(repeated, options.duplicates), ()
    question = repetition(repeated, file=file)
    if options.duplicates == "refuse":
        raise IntakeError(question.text)
    return [], (question,)


def _where(rejected: Rejected) -> str:
    row, column, value = rejected.row, rejected.column, rejected.value
    if column and value:
        return _("row {row}, column '{column}': '{value}'").format(row=row, column=column, value=value)
    if column:
        return _("row {row}, column '{column}'").format(row=row, column=column)
    return _("row {row}: '{value}'").format(row=row, value=value) if value else _("row {row}").format(row=row)


def _field(match: Match, texts: pd.Series) -> Field:
    examples = list(dict.fromkeys(texts[:_EXAMPLES_AMONG][~match.cells.missing[:_EXAMPLES_AMONG]].to_list()))[:_EXAMPLES]
    if not examples:
        examples = texts[~match.cells.missing].unique()[:_EXAMPLES].tolist()
    column, proposed = match.column.name if match.column else None, match.proposed
    return Field(
        match.source,
        column,
        match.cells.type,
        int(match.cells.missing.sum()),
        tuple(examples),
        proposed.confidence if proposed else match.confidence,
        proposed.column.name if proposed else None,
        match.cells.notes,
    )
