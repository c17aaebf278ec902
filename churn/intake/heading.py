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
    width = len(grid.columns) if grid.widths is None else int(grid.widths[at])
    below = [column.iloc[at + 1 :].str.strip().reset_index(drop=True) for column in grid.columns]
    fits, rejected = _rows_of_width(grid, below, at, width)
    texts = [column[fits].reset_index(drop=True) for column in below[:width]]
    header = [column.iloc[at] for column in grid.columns[:width]]
    filled = np.zeros(int(fits.sum()), dtype=bool)
    kept = []
    for place, column in enumerate(texts):
        here = (column != "").to_numpy(dtype=bool)
        filled |= here
        if here.any() or header[place].strip():
            kept.append(place)
    if not filled.any() and not rejected:
        row = grid.first_row + at
        raise IntakeError(_("{file} has a header in row {row} but no rows below it: add at least one.").format(file=file, row=row))
    headers = _headers(header, grid.first_column)
    rows = np.arange(grid.first_row + at + 1, grid.first_row + grid.rows, dtype=np.int64)[fits]
    return Sheet(
        [headers[place] for place in kept],
        [texts[place][filled].reset_index(drop=True) for place in kept],
        rows[filled],
        grid.first_row + at,
        rejected,
    )


def _header_index(grid: Grid, file: str, header_row: int | None) -> int:
    if header_row is None:
        first = next((at for at in range(grid.rows) if _is_filled(grid, at)), None)
        if first is None:
            raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
        return first
    at = header_row - grid.first_row
    if not 0 <= at < grid.rows or not _is_filled(grid, at):
        raise IntakeError(
            _("{file} has no header in row {row}, which is blank: say --header-row with the row of the headers.").format(
                file=file, row=header_row
            )
        )
    return at


def _is_filled(grid: Grid, at: int) -> bool:
    return any(column.iloc[at].strip() for column in grid.columns)


def _rows_of_width(grid: Grid, below: list[pd.Series], at: int, width: int) -> tuple[npt.NDArray[np.bool_], list[Rejected]]:
    """Which rows below the header fit its width, and those that do not, with the first cell too many."""
    fits = np.ones(grid.rows - at - 1, dtype=bool)
    rejected: list[Rejected] = []
    if grid.widths is not None:
        for column in below[width:]:
            fits &= (column == "").to_numpy(dtype=bool)
        for place in np.flatnonzero(~fits).tolist():
            cells = int(grid.widths[at + 1 + place])
            rejected.append(
                Rejected(grid.first_row + at + 1 + place, "", grid.columns[width].iloc[at + 1 + place], _too_wide(cells, width))
            )
    return fits, rejected


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
