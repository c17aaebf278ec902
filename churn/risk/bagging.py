"""Bags of trees grown side by side: who sees which rows, and when they have enough trees."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Bins, Codes, Floats
from churn.risk.line import STRENGTHS, lines
from churn.risk.points import Tables
from churn.risk.trees import CHUNK, MOST_TREES, Bag, Meet, grow, tables_of

LINE_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
PATIENCE = 60
LEAST_GAIN = 0.0002  # nats a row that another 100 trees must bring
BAGS, BIG_BAGS, BIG_ROWS = 8, 4, 200_000
MOST_JUDGED = 50_000


def fold_of(groups: npt.NDArray[np.uint64], lost: npt.NDArray[np.bool_], parts: int, seed: int) -> npt.NDArray[np.int8]:
    """One of `parts` folds for each row, by chance: equal `groups` (the same customer) stay together, and each fold holds a like
    share of the lost."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    part = np.empty(len(first), dtype=np.int8)
    random = np.random.default_rng(seed)
    start = 0
    for label in (True, False):
        members = random.permutation(np.flatnonzero(lost[first] == label))
        part[members] = (np.arange(len(members)) + start) % parts
        start += len(members)
    return part[group]


def deal(groups: npt.NDArray[np.uint64], lost: npt.NDArray[np.bool_], seed: int) -> npt.NDArray[np.int8]:
    """Which bag does not see each row, 0 upwards; -1: none does. Eight bags; above 200,000 rows four, and a fifth of the rows
    that no bag sees."""
    big = len(groups) > BIG_ROWS
    parts = BIG_BAGS + 1 if big else int(min(BAGS, lost.sum(), (~lost).sum()))
    folds = fold_of(groups, lost, parts, seed)
    return np.where(folds == BIG_BAGS, -1, folds).astype(np.int8) if big else folds


def sizes_of(bags: Sequence[Bag | None]) -> list[int]:
    """How many trees each bag has."""
    return [len(bag.losses) if bag else 0 for bag in bags]


class Fitting:
    """One fit under way: the rows, who sees which, and the processes that grow the bags side by side."""

    def __init__(
        self, bins: tuple[Bins, ...], codes: Codes, lost: npt.NDArray[np.bool_], folds: npt.NDArray[np.int8], seed: int, parallel: Any
    ):
        self.bins, self.codes, self.lost, self.folds, self.seed, self.parallel = bins, codes, lost, folds, seed, parallel
        outside = np.flatnonzero(folds == -1)
        if len(outside) > MOST_JUDGED:
            outside = np.sort(np.random.default_rng(seed).choice(outside, MOST_JUDGED, replace=False))
        self.bags = range(folds.max() + 1)
        self.seen = [np.flatnonzero((folds != bag) & (folds != -1)) for bag in self.bags]
        self.judged = [outside if len(outside) else np.flatnonzero(folds == bag) for bag in self.bags]

    def loss(self, models: Sequence[Tables]) -> float:
        """Mean log-loss of the first bags, each on the rows that judge it."""
        return self.loss_of([model.log_odds(self.codes[rows]) for model, rows in zip(models, self.judged, strict=False)])

    def loss_of(self, scores: Sequence[Floats]) -> float:
        """The same of log-odds given for each bag's judging rows."""
        losses = [np.logaddexp(0, score) - self.lost[rows] * score for score, rows in zip(scores, self.judged, strict=False)]
        return float(np.concatenate(losses).mean())

    def tables(self, bags: Sequence[Bag], trees: int) -> list[Tables]:
        """The bags' first `trees` trees as tables; at most two columns may have met in them."""
        return [tables_of(bag, self.bins, trees) for bag in bags]

    def grown(self, meet: Meet, tell: Callable[[float], None], bags: Sequence[Bag | None]) -> tuple[list[Bag], int]:
        """The first bags of the fit, each grown on from what there is of it, and the one number of trees at which their pooled log-loss is
        least. `tell` hears the share of the most trees that may be grown, and may raise to stop.
        """
        now = list(bags)
        weighed = sum(len(rows) for _bag, rows in zip(now, self.judged, strict=False))
        while True:
            sizes = sizes_of(now)
            short = [number for number, size in enumerate(sizes) if size == min(sizes)]
            for number, bag in zip(short, self.parallel(self.work(number, now[number], meet) for number in short), strict=True):
                now[number] = bag
            if len(set(sizes_of(now))) > 1:
                continue
            losses = np.sum([bag.losses for bag in now if bag], axis=0)
            tell(len(losses) / MOST_TREES)
            best = int(np.argmin(losses))
            gained = losses[:-CHUNK].min() - losses.min() if len(losses) > CHUNK else np.inf
            if best < len(losses) - PATIENCE or gained < LEAST_GAIN * weighed or len(losses) >= MOST_TREES:
                return [bag for bag in now if bag], best + 1

    def work(self, number: int, bag: Bag | None, meet: Meet) -> Any:
        """The growing of one bag, to be done in a process of its own."""
        from joblib import delayed

        seen, rows = self.seen[number], self.judged[number]
        return delayed(grow)(bag, self.bins, self.codes[seen], self.lost[seen], self.codes[rows], self.lost[rows], meet, self.seed + number)

    def line(self) -> tuple[list[Tables], float]:
        """The bags' ridge regressions, all with the strength that does best on the judging rows."""
        from joblib import delayed

        found = self.parallel(delayed(lines)(self.bins, self.codes[seen], self.lost[seen], self.seed) for seen in self.seen)
        losses = [self.loss([bag[number] for bag in found]) for number in range(len(STRENGTHS))]
        best = int(np.argmin(losses))
        return [bag[best] for bag in found], STRENGTHS[best]

    def weight(self, trees: Sequence[Tables], line: Sequence[Tables]) -> tuple[float, float]:
        """The least log-loss of a blend of the first bags' trees with the line, and the line's weight in it."""
        return self.weight_of([model.log_odds(self.codes[rows]) for model, rows in zip(trees, self.judged, strict=False)], line)

    def weight_of(self, trees: Sequence[Floats], line: Sequence[Tables]) -> tuple[float, float]:
        """The same, for the trees' log-odds of each bag's judging rows."""
        straight = [model.log_odds(self.codes[rows]) for _trees, model, rows in zip(trees, line, self.judged, strict=False)]
        return min((self.loss_of([(1 - w) * x + w * y for x, y in zip(trees, straight, strict=True)]), w) for w in LINE_WEIGHTS)
