"""A delimited text file -> a grid of text: the fast way where it says exactly the same, else record by record."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import IntakeError
from churn.intake.codepages import UNREADABLE
from churn.intake.dialect import Dialect, find_dialect
from churn.intake.encodings import Decoded, decode, odd_note, refuse_junk, unreadable_note
from churn.intake.fast_text import fast_columns
from churn.intake.fixed_width import find_places, grid_at_places
from churn.intake.grid import Grid, series_of
from churn.intake.limits import Limits, Progress, refuse_box
from churn.intake.results import Question
from churn.intake.side_by_side import side_by_side
from churn.wording import _, plural

_NOTHING = ' \t\r\n,;|"'
_SIGNS_LOOKED_AT = 4096
_RECORDS_AT_A_TIME = 5_000
_FEW_TELL = 2
_ENDS_IN_BLANK_LINES = re.compile(r"(?:\r\n|\n|\r(?!\n)){2}\Z")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x80-\x84\x86-\x9f]")
_LOOKS_LIKE_MARKUP = ("<!doctype html", "<html", "<table", "<?xml", "<head", "<body")


def read_text(
    data: bytes, *, file: str, encoding: str | None, delimiter: str | None, limits: Limits, progress: Progress | None = None
) -> Grid | Question:
    """The grid of a text file whose encoding and delimiter are named or found. Raises IntakeError where it is none."""
    _told(progress, 0.05, _("Finding the encoding"))
    found = decode(data, file=file, encoding=encoding)
    if isinstance(found, Question):
        return found
    refuse_junk(found.text[:_SIGNS_LOOKED_AT], file)
    _refuse_markup(found.text, file)
    if not found.text[:_SIGNS_LOOKED_AT].strip(_NOTHING) and not found.text.strip(_NOTHING):
        raise _is_empty(file)
    _told(progress, 0.2, _("Splitting the lines into cells"))
    dialect, text = find_dialect(found.text, file=file, delimiter=delimiter)
    places = None if delimiter or dialect.consistent >= 0.5 else find_places(text)
    if places:
        grid = grid_at_places(text, places, file=file, limits=limits)
    else:
        as_found = found.utf_8 if text is found.text else None
        grid = delimited(text, dialect, utf_8=as_found, file=file, limits=limits, progress=progress)
    grid = replace(grid, encoding=found.encoding)
    return replace(grid, notes=(*grid.notes, *_notes(grid, found, guessed=encoding is None)))


def delimited(text: str, dialect: Dialect, *, utf_8: bytes | None, file: str, limits: Limits, progress: Progress | None = None) -> Grid:
    """The grid of a text in a known dialect, the fast way where that is exact; `utf_8` is the text in bytes where it is at hand."""
    if _ENDS_IN_BLANK_LINES.search(text[-4:]):
        text, utf_8 = text.rstrip("\r\n"), None
    columns = fast_columns(text.encode("utf-8") if utf_8 is None else utf_8, dialect, file=file, limits=limits)
    if columns is None:
        return by_records(text, dialect, file=file, limits=limits, progress=progress)
    texts = side_by_side(series_of, columns, cells=len(columns) * len(columns[0]))
    return Grid(texts, delimiter=dialect.delimiter, first_row=dialect.first_row)


def by_records(text: str, dialect: Dialect, *, file: str, limits: Limits, progress: Progress | None = None) -> Grid:
    """The grid of a text, record by record: for records of unequal width, blank lines and quotation marks in odd places."""
    reader = _records(text, dialect, file)
    pieces: list[list[list[str]]] = []
    widths: list[int] = []
    lines = text.count("\n") + text.count("\r") + 1
    while records := _next_records(reader, len(widths) + dialect.first_row, file):
        widths.extend(map(len, records))
        refuse_box(len(widths), max(widths), file=file, limits=limits)
        pieces.append(_columns_of(records))
        _told(progress, 0.2 + 0.7 * min(1.0, len(widths) / lines), _("Splitting the lines into cells"))
    if not widths:
        raise _is_empty(file)
    width = max(widths)
    columns = [_whole(place, pieces) for place in range(width)]
    uneven = None if min(widths) == width else np.array(widths, dtype=np.int32)
    return Grid(columns, widths=uneven, delimiter=dialect.delimiter, first_row=dialect.first_row)


def _records(text: str, dialect: Dialect, file: str) -> Iterator[list[str]]:
    """The records of a text. Raises IntakeError where a quotation mark joins lines that do not belong together."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=dialect.delimiter, quotechar=dialect.quote)
    for row, record in enumerate(reader, dialect.first_row):
        if len(taken) > 1:
            _refuse_lines_run_together(taken, row, dialect, file)
        taken.clear()
        yield record


def _refuse_lines_run_together(lines: list[str], row: int, dialect: Dialect, file: str) -> None:
    """Refuses a record of several lines whose quotation mark closes nowhere, or before more letters of a cell."""
    try:
        for _record in csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            text = _("{file}: row {row} opens a quotation mark that is never closed; close or remove it.")
        else:
            text = _("{file}: row {row} opens a quotation mark that is closed in the middle of a later cell; close or remove it.")
        raise IntakeError(text.format(file=file, row=row)) from None


def _next_records(reader: Iterator[list[str]], row: int, file: str) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        records.extend(islice(reader, _RECORDS_AT_A_TIME))
    except csv.Error as error:
        raise IntakeError(
            _("{file}: row {row} cannot be split into cells ({why}); is a quotation mark left open there?").format(
                file=file, row=row + len(records), why=error
            )
        ) from None
    return records


def _columns_of(records: list[list[str]]) -> list[pa.Array]:
    width = max(map(len, records))
    if min(map(len, records)) < width:
        records = [record + [""] * (width - len(record)) for record in records]
    return [pa.array(cells, pa.large_string()) for cells in zip(*records, strict=True)] or [_blank(len(records))]


def _blank(cells: int) -> pa.Array:
    return pa.array([""], pa.large_string()).take(pa.array(np.zeros(cells, dtype=np.int64)))


def _whole(place: int, pieces: list[list[pa.Array]]) -> pd.Series:
    return series_of(pa.chunked_array([piece[place] if place < len(piece) else _blank(len(piece[0])) for piece in pieces]))


def _refuse_markup(text: str, file: str) -> None:
    if text[:_SIGNS_LOOKED_AT].lstrip().casefold().startswith(_LOOKS_LIKE_MARKUP):
        raise IntakeError(
            _("{file} is a web page or XML, not a table: open it in a spreadsheet program and save it as XLSX or CSV.").format(file=file)
        )


def _notes(grid: Grid, found: Decoded, *, guessed: bool) -> list[str]:
    """Sentences on cells that the encoding does not explain, and on an encoding that few cells explain."""
    notes = []
    cells, first = 0, grid.rows
    for column in grid.columns if UNREADABLE in found.text else ():
        held = column.str.contains(UNREADABLE, regex=False).to_numpy(dtype=bool)
        if held.any():
            cells, first = cells + int(held.sum()), min(first, int(held.argmax()))
    if cells:
        notes.append(unreadable_note(cells, grid.first_row + first, found.encoding))
    one_byte = not found.encoding.startswith("utf")
    if "\0" in found.text or (one_byte and _UNSEEN.search(found.text)):
        notes.append(_unseen_note(sum(int(column.str.contains(_UNSEEN.pattern).sum()) for column in grid.columns)))
    if one_byte and guessed:
        notes += _hardly_told(grid, found.encoding)
    if found.odd:
        words = list(dict.fromkeys(word.strip(" 0123456789.,'") for word in found.odd))
        notes.append(odd_note(sum(_holding(column, words) for column in grid.columns), words[0], found.encoding))
    return notes


def _hardly_told(grid: Grid, encoding: str) -> list[str]:
    """A sentence where only one or two cells tell the encoding, so that a wrong guess would go unseen."""
    telling: list[str] = []
    for column in grid.columns:
        cells = pa.array(column, pa.large_string())
        telling += cells.filter(pc.invert(pc.string_is_ascii(cells))).slice(0, _FEW_TELL + 1).to_pylist()
        if len(telling) > _FEW_TELL:
            return []
    text = plural(
        "Read as {encoding}, which {n} cell alone tells: '{cell}'.",
        "Read as {encoding}, which {n} cells alone tell: '{cell}'.",
        len(telling),
    )
    return [text.format(encoding=encoding, cell=telling[0].strip()[:40])] if telling else []


def _unseen_note(cells: int) -> str:
    return plural("{n} cell holds signs that cannot be seen, left in.", "{n} cells hold signs that cannot be seen, left in.", cells)


def _holding(column: pd.Series, words: Iterable[str]) -> int:
    """How many cells hold one of the words."""
    pattern = "|".join(map(re.escape, words))
    return pc.sum(pc.match_substring_regex(pa.array(column, pa.large_string()), pattern)).as_py() or 0


def _is_empty(file: str) -> IntakeError:
    return IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))


def _told(progress: Progress | None, share: float, words: str) -> None:
    if progress:
        progress(share, words)
