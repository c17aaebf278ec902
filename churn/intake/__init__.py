"""FILE: bytes -> grid of text -> matched columns -> typed rows, and rejected rows with reasons."""

import hashlib

import numpy as np
import pandas as pd

from churn.errors import IntakeError
from churn.intake.checking import broken_rows, repeated_keys, repetition, superfluous_rows
from churn.intake.grid import Grid
from churn.intake.heading import Sheet, find_header
from churn.intake.matching import Match, match
from churn.intake.parsing import Mask
from churn.intake.reading import read_grid
from churn.intake.results import Duplicates, Field, Intake, Question, ReadOptions, Rejected
from churn.tables import CUSTOMERS, Table
from churn.wording import _

__all__ = ["Duplicates", "Field", "Intake", "Question", "ReadOptions", "Rejected", "read"]

_EXAMPLES = 3


def read(data: bytes, *, file: str, table: Table = CUSTOMERS, options: ReadOptions = ReadOptions()) -> Intake:
    """The file's bytes as rows of `table`; `file` is its name, for messages and to notice a false ending.

    Raises IntakeError where it cannot be read; what only its owner can say is left as a question (see `Intake.settled`).
    """
    digest = hashlib.sha256(data).hexdigest()
    grid = read_grid(data, file=file, options=options)
    if isinstance(grid, Question):
        return Intake(file, None, None, None, 0, 0, pd.DataFrame(), np.empty(0, dtype=np.int64), (), (), (grid,), digest)
    return _understood(grid, digest, file, table, options)


def _understood(grid: Grid, digest: str, file: str, table: Table, options: ReadOptions) -> Intake:
    sheet = find_header(grid, file=file, header_row=options.header_row)
    if len(sheet.headers) == 1 and table.keeps_extra:
        delimiter, elsewhere = _("is the delimiter right? say --delimiter"), _("is this the right sheet? say --sheet or --header-row")
        hint = delimiter if grid.delimiter else elsewhere
        raise IntakeError(_("{file} has one column only ('{column}'): {hint}.").format(file=file, column=sheet.headers[0], hint=hint))
    matches = match(sheet, table, file=file, options=options)
    kept = [match for match in matches if match.column or table.keeps_extra]
    broken, rejected = broken_rows(sheet, kept)
    extra, questions = _repeated(sheet, kept, table, ~broken, file, options)
    usable = ~broken & ~np.isin(sheet.rows, [reject.row for reject in extra])
    rejected = sorted([*sheet.rejected, *rejected, *extra], key=lambda reject: reject.row)
    if not usable.any():
        first = rejected[0]
        raise IntakeError(_("{file}: no row can be used; {where} {why}.").format(file=file, where=_where(first), why=first.why))
    frame = pd.DataFrame({match.source: match.cells.values[usable] for match in kept}).reset_index(drop=True)
    fields = tuple(_field(match, texts) for match, texts in zip(matches, sheet.columns, strict=True))
    return Intake(
        file,
        grid.sheet,
        grid.encoding,
        grid.delimiter,
        sheet.header_row,
        len(sheet.rows) + len(sheet.rejected),
        frame,
        sheet.rows[usable],
        fields,
        tuple(rejected),
        questions,
        digest,
    )


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
    examples = tuple(texts[~match.cells.missing].unique()[:_EXAMPLES].tolist())
    column = match.column.name if match.column else None
    return Field(match.source, column, match.cells.type, int(match.cells.missing.sum()), examples, match.confidence)
