"""A grid of text -> headers and columns: where the header stands, and which rows below it are data."""

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import IntakeError
from churn.intake.body import Body, body_of
from churn.intake.grid import Box, Grid, Mask
from churn.intake.header_row import header_index, sub_header
from churn.intake.looks import HEAD_ROWS, Sample, is_line, narrow, sample
from churn.intake.merged import said_for_all
from churn.intake.results import Question, Rejected, SetAside
from churn.wording import _, plural

NO_HEADER = 0
_MOST_HEADER_ROWS, _BOXES_OF_A_HEADER = 3, 2
_ROWS_AFTER = 5
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_FAR_LARGER, _FEWEST_HEADERS = 4, 3


@dataclass(frozen=True, eq=False)
class Sheet:
    """Headers, and below them columns of trimmed text ("" where empty), one entry a data row. `rows` are sheet rows from 1.

    `header_rows` are the sheet rows whose cells were joined to headers, none where there are none. Rows with more cells than the
    header has are in `rejected`, and in `wide` with all their cells; titles, repeated headers, totals and footers are in `set_aside`.
    Columns that are blank, header and all, are left out. `another` is the row of the header of another table below, which is set aside.
    `merged_cells` got the words of the merged cell that they are part of.
    """

    headers: list[str]
    columns: list[pd.Series]
    native: list[Mask | None]
    rows: npt.NDArray[np.int64]
    header_rows: tuple[int, ...]
    rejected: list[Rejected]
    set_aside: list[SetAside]
    short_rows: int
    wide: pd.DataFrame
    another: int | None = None
    merged_cells: int = 0

    def texts(self, places: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Some of the rows as the file writes them, by sheet row."""
        cells = {header: column.iloc[places].to_list() for header, column in zip(self.headers, self.columns, strict=True)}
        return pd.DataFrame(cells, index=self.rows[places], dtype="str")

    def without(self, headers: list[str]) -> "Sheet":
        """The same sheet without the columns of these headers."""
        kept = [number for number, header in enumerate(self.headers) if header not in headers]
        if len(kept) == len(self.headers):
            return self
        return replace(
            self,
            headers=[self.headers[number] for number in kept],
            columns=[self.columns[number] for number in kept],
            native=[self.native[number] for number in kept],
        )

    @property
    def header_row(self) -> int:
        """The row right above the data, 0 where no row holds headers."""
        return self.header_rows[-1] if self.header_rows else NO_HEADER


def find_header(grid: Grid, *, file: str, header_row: int | None = None) -> Sheet | Question:
    """The columns of a grid whose header stands in `header_row` (0: nowhere), or where it is found. Raises IntakeError; a Question where
    the first row looks like all the others."""
    looked_at = sample(grid)
    if not looked_at.filled.any():
        raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
    if header_row is None:
        at, sure = header_index(narrow(looked_at))
        if not sure:
            return _no_header(looked_at, at, grid, file)
        at = sub_header(looked_at, at)
    else:
        at = _named_index(grid, file, header_row)
    tops = _tops(grid, looked_at, at) if at >= 0 else []
    below = at + 1 + (at + 1 < looked_at.head and at >= 0 and is_line(list(looked_at.cells[at + 1])))
    titles = _titles(looked_at, grid, tops[0] if tops else at, file) if header_row != NO_HEADER else []
    names = _joined(looked_at, grid, [*tops, at]) if at >= 0 else [""] * len(grid.columns)
    grid, merged_cells = said_for_all(grid, below)
    body = body_of(grid, at=at, below=below, width=_width(grid, at), names=names)
    if header_row is None and (question := _two_tables(grid, looked_at, body, at, file)):
        return question
    return replace(_sheet(grid, body, names, [*tops, at] if at >= 0 else [], titles, file), merged_cells=merged_cells)


def _no_header(looked_at: Sample, at: int, grid: Grid, file: str) -> Question:
    row = grid.first_row + at
    cells = ", ".join(cell for cell in looked_at.cells[at] if cell)
    cells = cells if len(cells) <= 60 else f"{cells[:57]}..."
    text = _(
        "{file}: row {row} ({cells}) looks like the rows below it and not like headers: say --header-row {row} if it holds the headers, "
        "or --header-row 0 if there are none."
    ).format(file=file, row=row, cells=cells)
    return Question(text, "--header-row", (str(row), str(NO_HEADER)), examples=(cells,))


def _two_tables(grid: Grid, looked_at: Sample, body: Body, at: int, file: str) -> Question | None:
    """The question of which of two tables one below the other is meant; None where there is one, or where one is far the larger."""
    if body.another is not None:
        below = sum(found.row > body.another for found in body.set_aside)
        return (
            None if below * _FAR_LARGER < len(body.rows) else _which_table(grid.first_row + at, body.another, len(body.rows), below, file)
        )
    upper = grid.part(at + _ROWS_AFTER)
    for top in range(min(at, looked_at.head) if at < looked_at.head else 0):
        if looked_at.filled[top].sum() < _FEWEST_HEADERS or looked_at.figures[top].any():
            continue
        names = list(looked_at.cells[top])
        above = body_of(upper, at=top, below=top + 1, width=_width(grid, top), names=names)
        if above.another == grid.first_row + at and len(above.rows) * _FAR_LARGER >= len(body.rows):
            return _which_table(grid.first_row + top, above.another, len(above.rows), len(body.rows), file)
        return None
    return None


def _which_table(one: int, other: int, rows: int, below: int, file: str) -> Question:
    text = _(
        "{file} holds two tables, with headers in row {one} and in row {other}: say --header-row {one} or --header-row {other}; the other "
        "table is then left out."
    ).format(file=file, one=one, other=other)
    sizes = tuple(plural("{n} row below it", "{n} rows below it", n) for n in (rows, below))
    return Question(text, "--header-row", (str(one), str(other)), readings=sizes)


def _named_index(grid: Grid, file: str, header_row: int) -> int:
    if header_row == NO_HEADER:
        return -1
    at = header_row - grid.first_row
    if not 0 <= at < grid.rows or not any(grid.row(at)):
        raise IntakeError(
            _("{file} has no header in row {row}, which is blank: say --header-row with the row of the headers.").format(
                file=file, row=header_row
            )
        )
    return at


def _width(grid: Grid, at: int) -> int:
    """How many columns the header has, its own blank ones at the end among them."""
    return len(grid.columns) if at < 0 or grid.widths is None else int(grid.widths[at])


def _tops(grid: Grid, looked_at: Sample, at: int) -> list[int]:
    """The records right above the header whose cells stand over several of its columns, or fill its blank ones; topmost first."""
    tops: list[int] = []
    while at < looked_at.head and at > 0 and len(tops) < _MOST_HEADER_ROWS - 1 and _is_top(grid, looked_at, at - 1, at):
        at -= 1
        tops.insert(0, at)
    return tops


def _is_top(grid: Grid, looked_at: Sample, top: int, at: int) -> bool:
    upper, lower = looked_at.filled[top], looked_at.filled[at]
    active = looked_at.filled[at + 1 :].any(axis=0)
    figures = looked_at.cells[top][upper & looked_at.figures[top]]
    if upper.sum() < 2 or not all(map(_YEAR.fullmatch, figures)):
        return False
    boxes = [box for box in grid.merged if box[0] <= top <= box[2] and 1 < box[3] - box[1] + 1 < active.sum()]
    covered = upper | np.isin(np.arange(len(upper)), [column for box in boxes for column in range(box[1], box[3] + 1)])
    if len(boxes) >= _BOXES_OF_A_HEADER and covered[active].all():
        return True
    fills = upper & ~lower & active
    names = [name for name in looked_at.cells[at] if name]
    return bool(fills.any() and upper[active].sum() >= 2) or (len(set(names)) < len(names) and bool(upper[np.argmax(lower)]))


def _joined(looked_at: Sample, grid: Grid, rows: list[int]) -> list[str]:
    """The header of each column: the cells of the header rows from top to bottom, a cell that stands over several columns for each."""
    parts: list[list[str]] = [[] for _column in grid.columns]
    for place, row in enumerate(rows):
        cells = list(looked_at.cells[row]) if row < looked_at.head else grid.row(row)
        if place < len(rows) - 1:
            cells = _spread(cells, [box for box in grid.merged if box[0] <= row <= box[2]], looked_at.filled[row + 1])
        for number, cell in enumerate(cells):
            if cell and cell not in parts[number]:
                parts[number].append(cell)
    return [" ".join(part) for part in parts]


def _spread(cells: list[str], boxes: list[Box], under: Mask) -> list[str]:
    """The cells of an upper header row, each repeated over the columns that it covers: those of its box, else the blank ones to its right
    under which the next row has a cell."""
    spread = list(cells)
    boxed = {column for box in boxes for column in range(box[1], box[3] + 1)}
    for box in boxes:
        spread[box[1] : box[3] + 1] = [cells[box[1]]] * (box[3] - box[1] + 1)
    if not boxes:
        for number in range(1, len(cells)):
            if not cells[number] and under[number] and number not in boxed:
                spread[number] = spread[number - 1]
    return spread


def _titles(looked_at: Sample, grid: Grid, before: int, file: str) -> list[SetAside]:
    rows = [row for row in range(min(before, HEAD_ROWS)) if row < looked_at.head and looked_at.filled[row].any()]
    return [SetAside(grid.first_row + row, _("title"), " ".join(cell for cell in looked_at.cells[row] if cell)) for row in rows]


def _sheet(grid: Grid, body: Body, names: list[str], header_rows: list[int], titles: list[SetAside], file: str) -> Sheet:
    kept = [number for number, column in enumerate(body.columns) if names[number] or (column != "").any()]
    if not len(body.rows) and not body.rejected:
        row = grid.first_row + header_rows[-1] if header_rows else NO_HEADER
        raise IntakeError(_("{file} has a header in row {row} but no rows below it: add at least one.").format(file=file, row=row))
    headers = _headers(names, grid.first_column)
    native = [None if grid.native is None else body.of(grid.native[number]) for number in kept]
    return Sheet(
        [headers[number] for number in kept],
        [body.columns[number] for number in kept],
        native,
        body.rows,
        tuple(grid.first_row + row for row in header_rows),
        body.rejected,
        [*titles, *body.set_aside],
        body.short_rows,
        _wide(body, headers, kept, grid.first_column),
        body.another,
    )


def _wide(body: Body, headers: list[str], kept: list[int], first_column: int) -> pd.DataFrame:
    """The rows that are too wide, as the file writes them, with what stands beyond the last header."""
    beyond = range(len(body.columns), len(body.wide.columns))
    wide = body.wide[[*kept, *beyond]]
    return wide.set_axis([*(headers[number] for number in kept), *(f"column {number + first_column}" for number in beyond)], axis="columns")


def _headers(cells: list[str], first_column: int) -> list[str]:
    """Names for the columns: a blank one is called by its place in the sheet, a repeated one is numbered.

    >>> _headers(["Plan", "", "Plan"], first_column=1)
    ['Plan', 'column 2', 'Plan (2)']
    """
    taken: set[str] = set()
    counts: dict[str, int] = {}
    headers: list[str] = []
    for place, cell in enumerate(cells, start=first_column):
        name = " ".join(cell.split()) or f"column {place}"
        count = counts.get(name, 1)
        while (header := name if count == 1 else f"{name} ({count})") in taken:
            count += 1
        counts[name] = count
        headers.append(header)
        taken.add(header)
    return headers
