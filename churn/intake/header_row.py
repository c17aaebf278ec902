"""Which record of a grid is its header: the one that is most unlike those below it, or holds headers that the desk knows."""

from itertools import islice

import numpy as np

from churn.intake.looks import Sample, is_line, shape_of, speaking
from churn.tables import bare_key, header_key, known_headers

_ROWS_AFTER = 5
_LEAST_UNLIKE, _USUALLY_FILLED = 0.25, 0.9


def header_index(looked_at: Sample) -> tuple[int, bool]:
    """The record of the head that is most like a header, and whether it differs from the rows below it at all."""
    best, best_score, fallback, judged = -1, (False, 0.0), -1, False
    seen: set[tuple[str, ...]] = set()
    for at in range(looked_at.head):
        cells = tuple(looked_at.cells[at])
        if cells in seen or not any(cells) or is_line(cells):
            continue
        seen.add(cells)
        below = looked_at.filled[at + 1 :]
        active = below.any(axis=0) & (below.sum(axis=0) * 10 >= below.any(axis=1).sum())
        here = looked_at.filled[at] & active
        if not here.any() or 2 * here.sum() < active.sum() or not any(map(str.isalnum, "".join(cells))):
            continue
        fallback = at if fallback < 0 else fallback
        contrast, named = _contrast(looked_at, at), _named(looked_at, at)
        if contrast is None and not named:
            continue
        judged = True
        if not best_score[0] and (contrast or 0.0) + named <= best_score[1]:
            continue  # it could not be better, however pure the rows below it are
        purity = _purity(looked_at, at)
        score = ((contrast or 0.0) * (0.5 + 0.5 * here.sum() / active.sum()) + named) * purity
        if (found := (named >= 0.5 and purity >= 0.9, round(float(score), 9))) > best_score:
            best, best_score = at, found
    if best >= 0 and best_score[1] >= _LEAST_UNLIKE:
        return best, True
    first = int(np.flatnonzero(looked_at.filled.any(axis=1))[0])
    return (fallback if fallback >= 0 else first), not judged


def sub_header(looked_at: Sample, at: int) -> int:
    """The record of the header, or the next one where that only names what stands under its blank cells and the cell before those."""
    under = at + 1
    if under + 1 >= looked_at.head:
        return at
    upper, lower, share = looked_at.filled[at], looked_at.filled[under], looked_at.filled[under + 1 :].mean(axis=0)
    blank = (share > 0) & ~upper
    groups = upper & np.append(blank[1:], False)
    alone = upper & ~groups & (share >= _USUALLY_FILLED)
    if not blank.any() or not alone.any() or (blank & ~lower).any() or (lower & ~blank & ~groups).any():
        return at
    return at if (lower & looked_at.figures[under]).any() else under


def _contrast(looked_at: Sample, at: int) -> float | None:
    """The share (0..1) of a record's cells that are unlike those below them, over the columns that could tell; None where none could."""
    told = speaking(looked_at, at + 1)
    here = looked_at.filled[at] & (told.of_figures | told.repeating | told.coded)
    if not here.any():
        return None
    cells = looked_at.cells[at]
    unlike = told.of_figures & ~looked_at.figures[at]
    others = (looked_at.cells[at + 1 :] != cells).any(axis=1)  # the header may be said again further down
    for number in np.flatnonzero(here & told.repeating):
        unlike[number] = cells[number] not in set(looked_at.cells[at + 1 :, number][others])
    for number in np.flatnonzero(here & told.coded):
        unlike[number] = shape_of(cells[number]) != told.shapes[number]
    return float((unlike & here).sum() / here.sum())


def _named(looked_at: Sample, at: int) -> float:
    """The share (0..1) of a record's filled cells that are headers known from the schema in some language."""
    cells = looked_at.cells[at][looked_at.filled[at]]
    return sum(header_key(cell) in known_headers() or bare_key(cell) in known_headers() for cell in cells) / len(cells)


def _purity(looked_at: Sample, at: int) -> float:
    """The share (0..1) of cells in columns of figures, over the next filled records, that are figures."""
    of_figures = speaking(looked_at, at + 1).of_figures
    rows = (row for row in range(at + 1, len(looked_at.places)) if looked_at.filled[row].any() and not is_line(looked_at.cells[row]))
    near = list(islice(rows, _ROWS_AFTER))
    filled = looked_at.filled[near][:, of_figures]
    return float(looked_at.figures[near][:, of_figures].sum() / filled.sum()) if filled.any() else 1.0
