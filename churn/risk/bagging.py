"""Bags of trees grown side by side: who sees which rows, and when they have enough trees."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Bins, Codes, Floats
from churn.risk.crew import Crew
from churn.risk.line import STRENGTHS, lines
from churn.risk.points import Tables
from churn.risk.trees import CHUNK, MOST_TREES, Bag, Meet, grow, tables_of

LINE_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
PATIENCE = 60
LEAST_GAIN = 0.0002  # nats a row that another 100 trees must bring
BAGS, BIG_BAGS, BIG_ROWS = 8, 4, 200_000
MOST_JUDGED = 50_000
BIG_STEP = 50  # trees of a big table that are grown between two signs of progress

Rows = npt.NDArray[np.intp]
Folds = npt.NDArray[np.int8]


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


def onward(tell: Callable[[float], None], trees: int, step: int) -> Callable[[float], None]:
    """Progress of the next `step` trees where there are so many, as a share of the most that may be grown."""
    return lambda share: tell((trees + share * step) / MOST_TREES)


def rows_of(folds: Folds, bag: int, seed: int) -> tuple[Rows, Rows]:
    """The rows that a bag learns from, and those that judge it: of a part that no bag sees at most 50,000."""
    seen, judged = np.flatnonzero((folds != bag) & (folds != -1)), np.flatnonzero(folds == -1)
    if len(judged) > MOST_JUDGED:
        judged = np.sort(np.random.default_rng(seed).choice(judged, MOST_JUDGED, replace=False))
    return seen, judged if len(judged) else np.flatnonzero(folds == bag)


def grow_on(table: Sequence[Path], number: int, seed: int, bag: Bag | None, bins: tuple[Bins, ...], meet: Meet, step: int) -> Bag:
    """One bag with another `step` trees, from a shared table (codes, lost, folds); done in a process of its own."""
    codes, lost, folds = (np.load(path, mmap_mode="r") for path in table)
    seen, judged = rows_of(folds, number, seed)
    return grow(bag, bins, codes[seen], lost[seen], codes[judged], lost[judged], meet, seed + number, step)


def lines_on(table: Sequence[Path], number: int, seed: int, bins: tuple[Bins, ...]) -> list[Tables]:
    """One bag's ridge regressions, from a shared table."""
    codes, lost, folds = (np.load(path, mmap_mode="r") for path in table)
    seen, _judged = rows_of(folds, number, seed)
    return lines(bins, codes[seen], lost[seen], seed)


class Fitting:
    """One fit under way: the rows, who sees which, and the processes that grow the bags side by side."""

    def __init__(self, bins: tuple[Bins, ...], codes: Codes, lost: npt.NDArray[np.bool_], folds: Folds, seed: int, crew: Crew):
        self.bins, self.codes, self.lost, self.folds, self.seed, self.crew = bins, codes, lost, folds, seed, crew
        self.bags = range(folds.max() + 1)
        self.seen, self.judged = zip(*(rows_of(folds, bag, seed) for bag in self.bags), strict=True)
        self.table = [crew.share(values) for values in (codes, lost, folds)]
        self.step = BIG_STEP if len(codes) > BIG_ROWS else CHUNK

    def fewer(self, most: int) -> "Fitting":
        """The same fit on `most` of the rows, by chance; on all where there are no more."""
        if len(self.codes) <= most:
            return self
        some = np.sort(np.random.default_rng(self.seed).choice(len(self.codes), most, replace=False))
        return Fitting(self.bins, self.codes[some], self.lost[some], self.folds[some], self.seed, self.crew)

    def loss(self, models: Sequence[Tables]) -> float:
        """Mean log-loss of the first bags, each on the rows that judge it."""
        return self.loss_of([model.log_odds(self.codes[rows]) for model, rows in zip(models, self.judged, strict=False)])

    def loss_of(self, scores: Sequence[Floats]) -> float:
        """The same of log-odds given for each bag's judging rows."""
        losses = [np.logaddexp(0, score) - self.lost[rows] * score for score, rows in zip(scores, self.judged, strict=False)]
        return float(np.concatenate(losses).mean())

    def tables(self, bags: Sequence[Bag], trees: int, tell: Callable[[float], None]) -> list[Tables]:
        """The bags' first `trees` trees as tables; at most two columns may have met in them."""
        return self.crew.each([partial(tables_of, bag, self.bins, trees) for bag in bags], tell)

    def grown(self, meet: Meet, tell: Callable[[float], None], bags: Sequence[Bag | None]) -> tuple[list[Bag], int]:
        """The first bags of the fit, each grown on from what there is of it, and the one number of trees at which their pooled log-loss is
        least. `tell` hears the share of the most trees that may be grown, and may raise to stop.
        """
        now = list(bags)
        weighed = sum(len(rows) for _bag, rows in zip(now, self.judged, strict=False))
        while True:
            sizes = sizes_of(now)
            least = min(sizes)
            short = [number for number, size in enumerate(sizes) if size == least]
            jobs = [partial(grow_on, self.table, number, self.seed, now[number], self.bins, meet, self.step) for number in short]
            done = self.crew.each(jobs, onward(tell, least, self.step))
            for number, bag in zip(short, done, strict=True):
                now[number] = bag
            if len(set(sizes_of(now))) > 1:
                continue
            losses = np.sum([bag.losses for bag in now if bag], axis=0)
            best = int(np.argmin(losses))
            gained = losses[:-CHUNK].min() - losses.min() if len(losses) > CHUNK else np.inf
            if best < len(losses) - PATIENCE or gained < LEAST_GAIN * weighed or len(losses) >= MOST_TREES:
                return [bag for bag in now if bag], best + 1

    def line(self, tell: Callable[[float], None]) -> tuple[list[Tables], float]:
        """The bags' ridge regressions, all with the strength that does best on the judging rows."""
        found = self.crew.each([partial(lines_on, self.table, number, self.seed, self.bins) for number in self.bags], tell)
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
