"""Where below a table another one begins: a row of words behind a blank row, with figures under words where the table has none of them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.intake.grid import Mask
from churn.intake.looks import is_figure
from churn.intake.parsing.words import nothing

Rows = npt.NDArray[np.int64]

_FEWEST_HEADERS, _MOST_TRIED, _BLOCK = 2, 1000, 20


def next_table(cells: list[pd.Series], filled: list[Mask], names: list[str]) -> tuple[int, int] | None:
    """The row in which another table's title or header stands, and the row of its header; None where there is no other table.

    Its header has words alone that stand nowhere above it, and a column of figures below one of them. `names` is the header of this table,
    which may be said again.
    """
    if len(cells) < _FEWEST_HEADERS or len(cells[0]) < _FEWEST_HEADERS:
        return None
    counts = np.add.reduce([here.astype(np.int32) for here in filled])
    blank = counts == 0
    behind = np.flatnonzero(blank[:-1] & ~blank[1:]) + 1
    tops = behind[behind > np.argmin(blank)]
    following = np.minimum(tops + 1, len(counts) - 1)
    headers = np.where((counts[tops] == 1) & (counts[following] >= _FEWEST_HEADERS), following, tops)
    likely = (counts[headers] >= _FEWEST_HEADERS) & ~blank[np.minimum(headers + 1, len(counts) - 1)] & ~_have_digits(cells, headers)
    for top, header in list(zip(tops[likely].tolist(), headers[likely].tolist(), strict=True))[:_MOST_TRIED]:
        words = {number: column.iloc[header] for number, column in enumerate(cells) if filled[number][header]}
        if not _are_headers(words) or all(names[number] == word for number, word in words.items()):
            continue
        if _stand_over_figures(words, cells, filled, header) and not _stand_above(words, cells, top):
            return _with_title(counts, top), header
    return None


def _have_digits(cells: list[pd.Series], rows: Rows) -> Mask:
    found = np.zeros(len(rows), dtype=bool)
    for column in cells:
        found |= column.iloc[rows].str.contains(r"\d", regex=True).to_numpy(dtype=bool)
    return found


def _are_headers(words: dict[int, str]) -> bool:
    known = list(words.values())
    return len(set(known)) == len(known) and not any(word.lower() in nothing() for word in known)


def _stand_over_figures(words: dict[int, str], cells: list[pd.Series], filled: list[Mask], header: int) -> bool:
    """Whether below some of the words stand figures alone, up to the next blank row."""
    below = range(header + 1, min(header + 1 + _BLOCK, len(cells[0])))
    end = next((row for row in below if not any(here[row] for here in filled)), below.stop)
    blocks = ([cell for cell in cells[number].iloc[header + 1 : end] if cell] for number in words)
    return any(block and all(map(is_figure, block)) for block in blocks)


def _stand_above(words: dict[int, str], cells: list[pd.Series], top: int) -> bool:
    return any((cells[number].iloc[:top] == word).any() for number, word in words.items())


def _with_title(counts: npt.NDArray[np.int32], top: int) -> int:
    """The row of a title that stands alone above a header and a blank row, else the header's own."""
    above = top - 2
    alone = above >= 1 and counts[above] == 1 and counts[above - 1] == 0
    return above if alone else top
