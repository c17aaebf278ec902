"""Words in a cell that is merged over several rows -> the same words in each of them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from churn.intake.grid import Box, Grid
from churn.intake.looks import is_figure


def said_for_all(grid: Grid, below: int) -> tuple[Grid, int]:
    """The grid with words that are merged over several rows below the header in each of these that holds anything else, and how many
    cells got some. Figures stay where they stand: an amount may be that of all the rows together."""
    boxes = [box for box in grid.merged if box[0] >= below and box[1] == box[3] and box[0] < box[2]]
    if not boxes:
        return grid, 0
    filled = [(column.str.strip() != "").to_numpy(dtype=bool) for column in grid.columns]
    some = np.logical_or.reduce(filled)
    columns, n = list(grid.columns), 0
    by_column: dict[int, list[Box]] = {}
    for box in boxes:
        by_column.setdefault(box[1], []).append(box)
    for number, own in by_column.items():
        cells, lacking = columns[number].to_numpy(dtype=object, copy=True), some & ~filled[number]
        for top, _left, bottom, _right in own:
            if filled[number][top] and not is_figure(cells[top].strip()):
                rows = top + 1 + np.flatnonzero(lacking[top + 1 : bottom + 1])
                cells[rows] = cells[top]
                n += len(rows)
        columns[number] = pd.Series(cells, dtype=columns[number].dtype)
    return (replace(grid, columns=columns), n) if n else (grid, 0)
