"""Fits one scorecard to coded rows: bags of trees, pairs, the line, the blend and the calibration, each chosen out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Bins, Codes, Floats, rare_below
from churn.risk.calibration import fit_slope
from churn.risk.line import STRENGTHS, lines
from churn.risk.points import Mask, Pair, Tables, blended, centred, joint_means, mean, neutral
from churn.risk.trees import CHUNK, MOST_TREES, Bag, grow, strongest_pairs, tables_of

Progress = Callable[[float, str], None]
PAIR_COUNTS = (0, 3, 6, 12)
LINE_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
PATIENCE = 60
LEAST_GAIN = 0.0002  # nats a row that another 100 trees must bring
BAGS, BIG_BAGS, BIG_ROWS = 8, 4, 200_000
MOST_JUDGED = 50_000


@dataclass(frozen=True)
class Fitted:
    """A fitted scorecard: the mean `tables`, those of each bag, and how they were chosen.

    `folds` gives for each row the bag that did not see it (-1: none did); `unseen` its log-odds from that bag, or from the mean.
    """

    tables: Tables
    bags: tuple[Tables, ...]
    joints: tuple[dict[Pair, float], ...]  # the mean model's first, then each bag's
    shares: tuple[Floats, ...]
    folds: npt.NDArray[np.int8]
    unseen: Floats
    trees: int
    pairs: tuple[Pair, ...]
    strength: float
    line_weight: float
    slope: float
    offset: float


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
        self.weighed = sum(len(rows) for rows in self.judged)

    def loss(self, models: Sequence[Tables]) -> float:
        """Mean log-loss of each bag on the rows that judge it."""
        return self.loss_of([model.log_odds(self.codes[rows]) for model, rows in zip(models, self.judged, strict=True)])

    def loss_of(self, scores: Sequence[Floats]) -> float:
        """Mean log-loss of log-odds given for each bag's judging rows."""
        losses = [np.logaddexp(0, score) - self.lost[rows] * score for score, rows in zip(scores, self.judged, strict=True)]
        return float(np.concatenate(losses).mean())

    def trees(self, pairs: tuple[Pair, ...] | None, tell: Callable[[float], None]) -> tuple[list[Tables], int]:
        """The bags' trees as tables, all with the one number of trees at which the pooled log-loss is least.

        `tell` hears the share of the most trees that may be grown, and may raise to stop.
        """
        from joblib import delayed

        bags: list[Bag | None] = [None for _ in self.bags]
        while True:
            bags = self.parallel(
                delayed(grow)(
                    bag, self.bins, self.codes[seen], self.lost[seen], self.codes[judged], self.lost[judged], pairs, self.seed + number
                )
                for number, (bag, seen, judged) in enumerate(zip(bags, self.seen, self.judged, strict=True))
            )
            losses = np.sum([bag.losses for bag in bags if bag], axis=0)
            tell(len(losses) / MOST_TREES)
            best = int(np.argmin(losses))
            gained = losses[:-CHUNK].min() - losses.min() if len(losses) > CHUNK else np.inf
            if best < len(losses) - PATIENCE or gained < LEAST_GAIN * self.weighed or len(losses) >= MOST_TREES:
                return [tables_of(bag, self.bins, best + 1) for bag in bags if bag], best + 1

    def line(self) -> tuple[list[Tables], float]:
        """The bags' ridge regressions, all with the strength that does best on the judging rows."""
        from joblib import delayed

        found = self.parallel(delayed(lines)(self.bins, self.codes[seen], self.lost[seen], self.seed) for seen in self.seen)
        losses = [self.loss([bag[number] for bag in found]) for number in range(len(STRENGTHS))]
        best = int(np.argmin(losses))
        return [bag[best] for bag in found], STRENGTHS[best]

    def weight(self, trees: Sequence[Tables], line: Sequence[Tables]) -> tuple[float, float]:
        """The least log-loss of a blend of trees and line, and the line's weight in it."""
        a = [model.log_odds(self.codes[rows]) for model, rows in zip(trees, self.judged, strict=True)]
        b = [model.log_odds(self.codes[rows]) for model, rows in zip(line, self.judged, strict=True)]
        return min((self.loss_of([(1 - w) * x + w * y for x, y in zip(a, b, strict=True)]), w) for w in LINE_WEIGHTS)


def fit(
    bins: tuple[Bins, ...],
    codes: Codes,
    lost: npt.NDArray[np.bool_],
    folds: npt.NDArray[np.int8],
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Fitted:
    """Fits the scorecard. `codes` is rows x columns, `lost` the label, `folds` as `deal` gives them.

    `progress` is told the share done and what is being done; it may raise to stop the fit.
    """
    from joblib import Parallel
    from threadpoolctl import threadpool_limits

    tell = progress or (lambda share, text: None)
    with threadpool_limits(1), Parallel(n_jobs=-1, backend="loky", inner_max_num_threads=1) as parallel:
        fitting = Fitting(bins, codes, lost, folds, seed, parallel)
        line, strength = fitting.line()
        tell(0.05, "line")
        every, number = fitting.trees(None, part_of(tell, 0.05, 0.3, "trees"))
        tell(0.3, "trees")
        weights = shares_of(bins, codes)
        ranked = strongest_pairs(mean([centred(model, weights) for model in every]), codes)
        candidates = [(*fitting.weight(every, line), number, tuple(ranked), every)]
        counts = [count for count in PAIR_COUNTS if count < len(ranked)]
        for done, count in enumerate(counts, 1):
            within = part_of(tell, 0.3 + 0.6 * (done - 1) / len(counts), 0.3 + 0.6 * done / len(counts), "pairs")
            trees, number = fitting.trees(tuple(ranked[:count]), within)
            candidates.append((*fitting.weight(trees, line), number, tuple(ranked[:count]), trees))
            tell(0.3 + 0.6 * done / len(counts), "pairs")
    _, weight, number, pairs, trees = min(candidates, key=lambda candidate: candidate[0])
    raw = [blended(a, b, weight) for a, b in zip(trees, line, strict=True)]
    return finished(fitting, raw, number, pairs, strength, weight)


def part_of(tell: Progress, start: float, end: float, text: str) -> Callable[[float], None]:
    """Progress of a part that takes the whole from `start` to `end`."""
    return lambda share: tell(start + (end - start) * share, text)


def finished(fitting: Fitting, raw: list[Tables], trees: int, pairs: tuple[Pair, ...], strength: float, weight: float) -> Fitted:
    """Centres, neutralises and calibrates the bags' tables, and averages them."""
    bins, codes, folds = fitting.bins, fitting.codes, fitting.folds
    shares, known = shares_of(bins, codes), known_bins(bins, len(codes))
    pure = [centred(model, shares) for model in (mean(raw), *raw)]
    joints = [joint_means(model, codes, known) for model in pure]
    tables = [neutral(model, joint, known) for model, joint in zip(pure, joints, strict=True)]
    unseen = np.empty(len(codes))
    for bag in np.unique(folds):
        rows = folds == bag
        unseen[rows] = tables[bag + 1].log_odds(codes[rows])
    judged = folds == -1 if (folds == -1).any() else np.ones(len(folds), dtype=bool)
    slope, offset = fit_slope(unseen[judged], fitting.lost[judged].astype(float))
    calibrated = [model.scaled(slope, offset) for model in tables]
    scaled = [{pair: value * slope for pair, value in joint.items()} for joint in joints]
    return Fitted(
        calibrated[0],
        tuple(calibrated[1:]),
        tuple(scaled),
        shares,
        folds,
        unseen * slope + offset,
        trees,
        pairs,
        strength,
        weight,
        slope,
        offset,
    )


def known_bins(bins: tuple[Bins, ...], rows: int) -> tuple[Mask, ...]:
    """For each column, which bins hold enough training rows to speak."""
    return tuple(cut.counts >= rare_below(rows) for cut in bins)


def shares_of(bins: tuple[Bins, ...], codes: Codes) -> tuple[Floats, ...]:
    """Share of the training rows in each bin of each column, among the bins that hold enough rows to speak."""
    shares = []
    for cut, known in zip(bins, known_bins(bins, len(codes)), strict=True):
        counts = np.where(known, cut.counts, 0) if known.any() else cut.counts
        shares.append(counts / counts.sum())
    return tuple(shares)
