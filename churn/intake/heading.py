"""A grid of text -> headers and columns: where the header stands, and which rows below it are data."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import IntakeError
from churn.intake.grid import Grid
from churn.intake.results import Rejected


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
    for number, column in enumerate(columns):
        here = (column != "").to_numpy(dtype=bool)
        filled |= here
        if here.any() or grid.cells[at][number].strip():
            kept.append(number)
    if not filled.any() and not rejected:
        raise IntakeError(f"{file} has a header in row {grid.first_row + at} but no rows below it: add at least one.")
    headers = _headers(grid.cells[at], grid.first_column)
    return Sheet(
        [headers[number] for number in kept],
        [columns[number][filled].reset_index(drop=True) for number in kept],
        rows[filled],
        grid.first_row + at,
        rejected,
    )


def _header_index(grid: Grid, file: str, header_row: int | None) -> int:
    if header_row is None:
        first = next((at for at, cells in enumerate(grid.cells) if _is_filled(cells)), None)
        if first is None:
            raise IntakeError(f"{file} is empty: it needs a header row and at least one row below it.")
        return first
    at = header_row - grid.first_row
    if not 0 <= at < len(grid.cells) or not _is_filled(grid.cells[at]):
        raise IntakeError(f"{file} has no header in row {header_row}, which is blank: say --header-row with the row of the headers.")
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
            rejected.append(Rejected(row, "", cells[width], f"has {len(cells)} cells where the header has {width}"))
            continue
        if len(cells) != width:
            cells = cells[:width] + [""] * (width - len(cells))
        body.append(cells)
        rows.append(row)
    return body, np.array(rows, dtype=np.int64), rejected


def _headers(cells: list[str], first_column: int) -> list[str]:
    """Names for the columns: a blank one is called by its place in the sheet, a repeated one is numbered.

    >>> _headers(["Plan", "", "Plan"], first_column=1)
    ['Plan', 'column 2', 'Plan (2)']
    """
    headers: list[str] = []
    for place, cell in enumerate(cells, start=first_column):
        name = cell.strip() or f"column {place}"
        number = 1
        while (header := name if number == 1 else f"{name} ({number})") in headers:
            number += 1
        headers.append(header)
    return headers
