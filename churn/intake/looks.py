"""How cells look before anything is known of them: figures (numbers, days, codes of mostly digits) or words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from churn.intake.grid import Grid, Mask

HEAD_ROWS = 60
_BODY_ROWS, _LAST_ROWS = 200, 30
_COLUMNS_LOOKED_AT = 100
_LINE = re.compile(r"[-=_+*~#|.\s]{2,}")
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
_CODE = re.compile(r"[^\W\d_]+\d")
_OF_ITS_KIND, _FEWEST_TO_REPEAT = 0.8, 5


@dataclass(frozen=True, eq=False)
class Sample:
    """Some records of a grid: their places in it (the first ones without gap, some from the middle, the last ones), their trimmed cells
    (records x columns), which of them are filled and which look like figures."""

    places: npt.NDArray[np.int64]
    cells: npt.NDArray[np.object_]
    filled: Mask
    figures: Mask

    @property
    def head(self) -> int:
        """How many of the records are the grid's first ones."""
        return int((self.places == np.arange(len(self.places))).cumprod().sum())


def sample(grid: Grid) -> Sample:
    """A sample of the grid's records, all of them where they are few."""
    height = grid.rows
    first, last = min(HEAD_ROWS, height), max(height - _LAST_ROWS, 0)
    middle = np.linspace(first, max(last, first), _BODY_ROWS).astype(np.int64)
    places = np.unique(np.concatenate([np.arange(first), middle, np.arange(last, height)]))
    places = places[places < height] if len(grid.columns) <= _COLUMNS_LOOKED_AT else np.arange(first)
    cells = np.empty((len(places), len(grid.columns)), dtype=object)
    for number, column in enumerate(grid.columns):
        cells[:, number] = [cell.strip() for cell in column.iloc[places].to_list()]
    filled = cells != ""
    figures = np.zeros(cells.shape, dtype=bool)
    figures[filled] = [is_figure(cell) for cell in cells[filled]]
    return Sample(places, cells, filled, figures)


def narrow(whole: Sample) -> Sample:
    """The sample's first columns, which are enough to tell a header."""
    first = slice(None), slice(_COLUMNS_LOOKED_AT)
    return Sample(whole.places, whole.cells[first], whole.filled[first], whole.figures[first])


def is_figure(cell: str) -> bool:
    """Whether digits are at least half of the letters and digits of a cell, in any script, and no word comes right before them.

    >>> [is_figure(cell) for cell in ("1,234.5 €", "14-Jul-21", "EUR 12", "۳۴٬۹۲۰", "Q10", "6296-DDOOR", "Name")]
    [True, True, False, True, False, False, False]
    """
    digits = sum(map(str.isdigit, cell))
    return digits > 0 and 2 * digits >= sum(map(str.isalnum, cell)) and not _CODE.match(cell)


def is_line(cells: Sequence[str]) -> bool:
    """Whether a record only draws a line under its header, as exports of databases do.

    >>> is_line(["-----", "", "======"]), is_line(["-", ""])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_LINE.fullmatch(cell) for cell in filled)


@dataclass(frozen=True, eq=False)
class Speaking:
    """The columns that could tell a header from what is below it: those of figures, those of words that repeat, and those of codes of one
    shape (`shapes`, "" for the others)."""

    of_figures: Mask
    repeating: Mask
    shapes: list[str]

    @property
    def coded(self) -> Mask:
        """The columns of codes."""
        return np.array([bool(shape) for shape in self.shapes], dtype=bool)


def speaking(sample: Sample, below: int) -> Speaking:
    """The columns that could tell a header from the records from `below` on."""
    filled, figures = sample.filled[below:], sample.figures[below:]
    count = filled.sum(axis=0)
    of_figures = (count > 0) & (figures.sum(axis=0) >= _OF_ITS_KIND * count)
    repeating, shapes = np.zeros(len(count), dtype=bool), [""] * len(count)
    for number in np.flatnonzero(~of_figures & (count > 0)):
        words = sample.cells[below:, number][filled[:, number]]
        repeating[number] = count[number] >= _FEWEST_TO_REPEAT and 2 * len(set(words)) <= len(words)
        commonest, times = Counter(map(shape_of, words)).most_common(1)[0]
        if "9" in commonest and times >= _OF_ITS_KIND * len(words) and len(words) > 1:
            shapes[number] = commonest
    return Speaking(of_figures, repeating, shapes)


@lru_cache(maxsize=4096)
def shape_of(cell: str) -> str:
    """What a cell looks like: a for letters in a row, 9 for digits in a row.

    >>> shape_of("K0310"), shape_of("6296-DDOOR"), shape_of("Ann")
    ('a9', '9-a', 'a')
    """
    return _DIGITS.sub("9", _LETTERS.sub("a", cell))
