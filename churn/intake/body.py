"""The records below a header: which of them are data, and which are totals, notes at the foot, headers said again or too wide."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.intake.grid import Grid, Mask
from churn.intake.looks import is_figure
from churn.intake.next_table import next_table
from churn.intake.results import Rejected, SetAside
from churn.intake.side_by_side import side_by_side
from churn.intake.totals import groups, totals
from churn.wording import _, number, plural

_FOOT_ROWS, _FEWEST_WITH_FOOT = 30, 4
_SPARSE = 0.5
_LEAST_TO_TEAR, _FEWEST_TO_TEAR, _SELDOM = 4, 10, 0.05  # columns, rows, share of rows
_USUALLY_FILLED, _OFTEN_FILLED = 0.98, 0.9


@dataclass(frozen=True, eq=False)
class Body:
    """The data rows: trimmed columns, their sheet rows from 1, what was rejected and set aside, and how many rows had fewer cells
    than the header. `wide` has the rows that are too wide, all cells, by sheet row; `another` is the sheet row in which another table
    has its header, which is set aside; `of` picks the data rows from anything that is as long as the grid."""

    columns: list[pd.Series]
    rows: npt.NDArray[np.int64]
    rejected: list[Rejected]
    set_aside: list[SetAside]
    short_rows: int
    below: int
    data: Mask
    wide: pd.DataFrame
    another: int | None = None

    def of(self, values: Mask) -> Mask:
        """The entries of the data rows."""
        return values[self.below :][self.data]


def body_of(grid: Grid, *, at: int, below: int, width: int, names: list[str]) -> Body:
    """The data among the records from `below` on, under the header in record `at` (-1: none) of `width` cells with these `names`."""
    height = max(grid.rows - below, 0)
    columns = side_by_side(lambda column: column.iloc[below:].str.strip(), grid.columns, cells=height * len(grid.columns))
    filled = side_by_side(lambda column: (column != "").to_numpy(dtype=bool), columns, cells=height * len(columns))
    data = np.logical_or.reduce(filled[:width]) if width else np.zeros(height, dtype=bool)
    first = grid.first_row + below
    rejected, wide = _too_wide(columns, filled, grid, below, width, first)
    data &= ~wide
    set_aside: list[SetAside] = []
    cells = columns[:width]
    header = grid.row(at) if at >= 0 else names
    other = next_table(cells, filled[:width], header)
    if other:
        beyond = (other[0] + np.flatnonzero(data[other[0] :])).tolist()
        set_aside += [SetAside(first + row, _("another table"), _text(columns, row)) for row in beyond]
        data[other[0] :] = False
    sums = totals(cells, filled[:width])
    again = _repeats(cells, header)
    for kind, found in (
        (_("header said again"), again & data),
        (_("title"), _titled(filled[:width], again) & data),
        (_("total"), sums & data),
        (_("heading of a group"), groups(cells, filled[:width], sums) & data),
    ):
        set_aside += [SetAside(first + row, kind, _text(columns, row)) for row in np.flatnonzero(found).tolist()]
        data &= ~found
    for row in _foot(cells, filled[:width], data):
        set_aside.append(SetAside(first + row, _("note at the foot"), _text(columns, row)))
        data[row] = False
    torn = _torn(grid, below, width, data)
    for row in np.flatnonzero(torn).tolist():
        rejected.append(Rejected(first + row, "", _text(columns, row), _wrong_width(grid, below + row, width)))
    data &= ~torn
    set_aside.sort(key=lambda found: found.row)
    short = 0 if grid.widths is None else int((grid.widths[below:][data] < width).sum())
    whole = bool(data.all())
    kept = [column.reset_index(drop=True) if whole else column[data].reset_index(drop=True) for column in cells]
    rows = np.arange(first, first + height, dtype=np.int64)[data]
    unfit = wide | torn
    too_wide = pd.DataFrame({number: column[unfit] for number, column in enumerate(columns)}).set_axis(first + np.flatnonzero(unfit))
    return Body(kept, rows, rejected, set_aside, short, below, data, too_wide, first + other[1] if other else None)


def _torn(grid: Grid, below: int, width: int, data: Mask) -> Mask:
    """The rows with fewer than half of the header's cells where hardly any row has so few: pieces of a line that was broken or cut."""
    none = np.zeros(len(data), dtype=bool)
    if grid.widths is None or width < _LEAST_TO_TEAR or data.sum() < _FEWEST_TO_TEAR:
        return none
    torn: Mask = data & (2 * grid.widths[below:] < width)
    return torn if torn.sum() <= max(1, _SELDOM * data.sum()) else none


def _text(columns: list[pd.Series], row: int) -> str:
    return " ".join(cell for column in columns if (cell := column.iloc[row]))


def _too_wide(columns: list[pd.Series], filled: list[Mask], grid: Grid, below: int, width: int, first: int) -> tuple[list[Rejected], Mask]:
    """The rows with something in a cell beyond the header's last, which might belong anywhere; and those with more cells than the header
    and most rows have, since in them it may be a blank last cell that was pushed there."""
    wide = np.zeros(max(grid.rows - below, 0), dtype=bool)
    for beyond in filled[width:]:
        wide |= beyond
    if grid.widths is not None and len(filled) > width:
        some = np.logical_or.reduce(filled)
        widths = grid.widths[below:]
        if some.any():
            wide |= some & (widths > max(width, int(np.median(widths[some]))))
    rejected = [
        Rejected(first + row, "", columns[width].iloc[row], _wrong_width(grid, below + row, width)) for row in np.flatnonzero(wide).tolist()
    ]
    return rejected, wide


def _wrong_width(grid: Grid, row: int, width: int) -> str:
    return _other_than(int(grid.widths[row]) if grid.widths is not None else len(grid.columns), width)


@cache
def _other_than(cells: int, width: int) -> str:
    text = plural("has {n} cell where the header has {width}", "has {n} cells where the header has {width}", cells)
    return text.format(width=number(width))


def _repeats(cells: list[pd.Series], names: list[str]) -> Mask:
    """Which rows say the header again, cell for cell."""
    named = [(column, name) for column, name in zip(cells, names, strict=False) if name]
    if len(named) < 2:
        return np.zeros(len(cells[0]) if cells else 0, dtype=bool)
    again = np.ones(len(cells[0]), dtype=bool)
    for column, name in named:
        again &= (column == name).to_numpy(dtype=bool)
        if not again.any():
            break
    return again


def _titled(filled: list[Mask], again: Mask) -> Mask:
    """Which rows are a single cell right above a header that is said again, behind a blank row."""
    found = np.zeros(len(again), dtype=bool)
    if again.any():
        counts = np.add.reduce([here.astype(np.int32) for here in filled])
        found[1:-1] = again[2:] & (counts[1:-1] == 1) & (counts[:-2] == 0)
    return found


def _foot(cells: list[pd.Series], filled: list[Mask], data: Mask) -> list[int]:
    """The last rows that are notes: sparse where rows are usually full, and blank where every row has something or set apart by a
    blank row."""
    places = np.flatnonzero(data)
    if len(places) < _FEWEST_WITH_FOOT or len(cells) < 2:
        return []
    counts = np.add.reduce([here.astype(np.int32) for here in filled])
    ahead = places[places < np.flatnonzero(counts[: places[-1]] == 0).max(initial=0)]  # a long foot behind few rows is no majority
    usual = float(np.median(counts[ahead if ahead.size else places]))
    full = data & (counts > _SPARSE * usual)
    always = [number for number, here in enumerate(filled) if here[full].any() and here[full].mean() >= _USUALLY_FILLED]
    notes: list[int] = []
    for row in places[::-1][:_FOOT_ROWS].tolist():
        words = [cells[number].iloc[row] for number, here in enumerate(filled) if here[row]]
        if counts[row] > _SPARSE * usual or any(map(is_figure, words)):
            break
        gap = row > 0 and not any(here[row - 1] for here in filled)
        lacks = any(not filled[number][row] for number in always)
        alone = counts[row] == 1 and _is_prose(cells, filled, row, full)
        if not (alone or (lacks and (notes or gap or not filled[always[0]][row]))):
            break
        notes.append(row)
    return sorted(notes) if len(notes) < len(places) else []


def _is_prose(cells: list[pd.Series], filled: list[Mask], row: int, full: Mask) -> bool:
    """Whether a row's only cell is unlike the others of its column: words with spaces where they have none, or longer than all of them."""
    number = next(place for place, here in enumerate(filled) if here[row])
    cell, others = cells[number].iloc[row], cells[number][full & filled[number]]
    if others.empty:
        return True
    spaced = float(others.str.contains(" ", regex=False).mean())
    return (" " in cell.strip() and spaced < 0.05) or len(cell) > int(others.str.len().max())
