"""A grid of text -> headers and columns: where the header stands, and which rows below it are data."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import IntakeError
from churn.intake.grid import Grid
from churn.intake.results import Rejected
from churn.wording import _, number, plural


@dataclass(frozen=True, eq=False)
class Sheet:
    """Headers, and below them columns of trimmed text ("" where empty), one entry a data row. `rows` are sheet rows from 1.

    Rows with more cells than the header has are in `rejected`, not in the columns. Columns that are blank, header and all, are left out.
    """

    headers: list[str]
    columns: list[pd.Series]
    rows: npt.NDArray[np.int64]
    header_row: int
    rejected: list[Rejected]


def find_header(grid: Grid, *, file: str, header_row: int | None = None) -> Sheet:
    """The columns of a grid whose header stands in `header_row`, or in its first row that is not blank. Raises IntakeError."""
    at = _header_index(grid, file, header_row)
    width = len(grid.cells[at])
    body, rows, rejected = _rows_of_width(grid, at, width)
    columns = [pd.Series(cells, dtype="str").str.strip() for cells in (zip(*body, strict=True) if body else [()] * width)]
    filled = np.zeros(len(body), dtype=bool)
    kept = []
    for place, column in enumerate(columns):
        here = (column != "").to_numpy(dtype=bool)
        filled |= here
        if here.any() or grid.cells[at][place].strip():
            kept.append(place)
    if not filled.any() and not rejected:
        row = grid.first_row + at
        raise IntakeError(_("{file} has a header in row {row} but no rows below it: add at least one.").format(file=file, row=row))
    headers = _headers(grid.cells[at], grid.first_column)
    return Sheet(
        [headers[place] for place in kept],
        [columns[place][filled].reset_index(drop=True) for place in kept],
        rows[filled],
        grid.first_row + at,
        rejected,
    )


def _header_index(grid: Grid, file: str, header_row: int | None) -> int:
    if header_row is None:
        first = next((at for at, cells in enumerate(grid.cells) if _is_filled(cells)), None)
        if first is None:
            raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
        return first
    at = header_row - grid.first_row
    if not 0 <= at < len(grid.cells) or not _is_filled(grid.cells[at]):
        raise IntakeError(
            _("{file} has no header in row {row}, which is blank: say --header-row with the row of the headers.").format(
                file=file, row=header_row
            )
        )
    return at


def _is_filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _rows_of_width(grid: Grid, at: int, width: int) -> tuple[list[list[str]], npt.NDArray[np.int64], list[Rejected]]:
    """The rows below the header, each filled up or cut to `width` cells, with their sheet rows; and those that cannot be cut."""
    below, first = grid.cells[at + 1 :], grid.first_row + at + 1
    if all(len(cells) == width for cells in below):
        return below, np.arange(first, first + len(below), dtype=np.int64), []
    body: list[list[str]] = []
    rows: list[int] = []
    rejected: list[Rejected] = []
    for row, cells in enumerate(below, start=first):
        if len(cells) > width and _is_filled(cells[width:]):
            rejected.append(Rejected(row, "", cells[width], _too_wide(len(cells), width)))
            continue
        if len(cells) != width:
            cells = cells[:width] + [""] * (width - len(cells))
        body.append(cells)
        rows.append(row)
    return body, np.array(rows, dtype=np.int64), rejected


@cache
def _too_wide(cells: int, width: int) -> str:
    text = plural("has {n} cell where the header has {width}", "has {n} cells where the header has {width}", cells)
    return text.format(width=number(width))


def _headers(cells: list[str], first_column: int) -> list[str]:
    """Names for the columns: a blank one is called by its place in the sheet, a repeated one is numbered.

    >>> _headers(["Plan", "", "Plan"], first_column=1)
    ['Plan', 'column 2', 'Plan (2)']
    """
    headers: list[str] = []
    for place, cell in enumerate(cells, start=first_column):
        name = cell.strip() or f"column {place}"
        count = 1
        while (header := name if count == 1 else f"{name} ({count})") in headers:
            count += 1
        headers.append(header)
    return headers
