"""A file's bytes -> a grid of text, whatever kind of table it holds; told by content, not by name."""

from dataclasses import replace

from churn.errors import IntakeError
from churn.intake.grid import Grid
from churn.intake.limits import Limits, Progress
from churn.intake.results import Question, ReadOptions
from churn.intake.text_file import read_text
from churn.intake.unpacked import unpacked
from churn.intake.workbook import false_name, is_parquet, is_workbook, read_parquet, read_workbook
from churn.wording import _


def read_grid(
    data: bytes, *, file: str, options: ReadOptions, limits: Limits = Limits(), progress: Progress | None = None
) -> Grid | Question:
    """The cells of a file as its owner says, else as found; a Question where only the owner can say which sheet or encoding.

    `file` is its name, for messages. Raises IntakeError with one sentence for whatever cannot be read or goes beyond the limits.
    """
    if not data:
        raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
    inside = unpacked(data, file=file, limits=limits)
    found = _read(inside.data, inside.file, options, limits, progress)
    return replace(found, notes=(*inside.notes, *found.notes)) if isinstance(found, Grid) else found


def _read(data: bytes, file: str, options: ReadOptions, limits: Limits, progress: Progress | None) -> Grid | Question:
    if is_workbook(data):
        return read_workbook(data, file=file, sheet=options.sheet, limits=limits, progress=progress)
    if is_parquet(data):
        _refuse_sheet(options.sheet, file)
        return read_parquet(data, file=file, limits=limits, progress=progress)
    _refuse_sheet(options.sheet, file)
    if not data:
        raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
    grid = read_text(data, file=file, encoding=options.encoding, delimiter=options.delimiter, limits=limits, progress=progress)
    ending = false_name(file)
    if ending and isinstance(grid, Grid):
        note = _("{file} is named {ending} but holds plain text, and was read as text.").format(file=file, ending=ending)
        return replace(grid, notes=(note, *grid.notes))
    return grid


def _refuse_sheet(sheet: str | None, file: str) -> None:
    if sheet is not None:
        raise IntakeError(_("{file} is no workbook and has no sheets: leave out --sheet.").format(file=file))
