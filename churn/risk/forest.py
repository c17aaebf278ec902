"""The deeper second opinion as it is kept: trees as plain arrays, blended with a line. Their scores need NumPy alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Codes, Floats
from churn.risk.points import Tables

Ranks = npt.NDArray[np.int16]
BLOCK = 2_000_000  # rows x trees that are followed at a time


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees over the ranks of bins, node after node; `starts` are the roots. A row goes left where the rank of its bin in `column` is at
    most `cut`, and where it is missing as `missing_left` says. A leaf points to itself and holds `value` (log-odds)."""

    ranks: tuple[Ranks, ...]  # for each column, the rank that each bin has for these trees; missing is 0
    start: float
    starts: npt.NDArray[np.int32]
    column: npt.NDArray[np.int16]
    cut: npt.NDArray[np.int16]
    missing_left: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Floats

    def ranked(self, codes: Codes) -> Ranks:
        """Rows x columns of ranks, 0 for missing."""
        return np.column_stack([rank[codes[:, column]] for column, rank in enumerate(self.ranks)]).astype(np.int16)

    def log_odds(self, codes: Codes) -> Floats:
        """The sum of the leaves that each row reaches."""
        found = np.empty(len(codes))
        for rows in blocks(len(codes), max(1, BLOCK // max(1, len(self.starts)))):
            ranks = self.ranked(codes[rows])
            row = np.arange(len(ranks))[:, None]
            node = np.repeat(self.starts[None, :], len(ranks), axis=0)
            while True:
                rank = ranks[row, self.column[node]]
                left = np.where(rank == 0, self.missing_left[node], rank <= self.cut[node])
                onward = np.where(left, self.left[node], self.right[node])
                if np.array_equal(onward, node):
                    break
                node = onward
            found[rows] = self.start + self.value[node].sum(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Second:
    """The deeper model: for each bag a forest and a line, `weight` of the line and the rest of the trees, then slope and offset."""

    forests: tuple[Forest, ...]
    lines: tuple[Tables, ...]
    weight: float
    slope: float
    offset: float

    def log_odds(self, codes: Codes, bag: int | None = None) -> Floats:
        """Calibrated log-odds by one bag, or the mean of all."""
        bags = range(len(self.forests)) if bag is None else [bag]
        return np.asarray(np.mean([self.part(codes, each) for each in bags], axis=0) * self.slope + self.offset, dtype=np.float64)

    def part(self, codes: Codes, bag: int) -> Floats:
        """One bag's log-odds, not calibrated."""
        blend = (1 - self.weight) * self.forests[bag].log_odds(codes) + self.weight * self.lines[bag].log_odds(codes)
        return np.asarray(blend, dtype=np.float64)


def blocks(rows: int, size: int) -> Iterator[slice]:
    """So many rows in parts of `size`."""
    for start in range(0, rows, size):
        yield slice(start, start + size)
