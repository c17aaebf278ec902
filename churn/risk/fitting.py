"""Fits one scorecard to coded rows: bags of trees, pairs, the line, the blend and the calibration, each chosen out of fold."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.risk.bagging import Fitting
from churn.risk.bins import Bins, Codes, Floats, rare_below
from churn.risk.calibration import drawn_in, fit_slope
from churn.risk.crew import crew
from churn.risk.deeper import Deeper, deepen
from churn.risk.points import Mask, Pair, Tables, blended, centred, joint_means, mean, neutral
from churn.risk.trees import SMALL_ROWS, Bag, strongest_pairs
from churn.wording import _

Progress = Callable[[float, str], None]
PAIR_COUNTS = (0, 3, 6, 12)
MOST_CHOOSING = 100_000  # rows by which the pairs are chosen


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
    deeper: Deeper


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

    `progress` is told the share done and, in words, what is being done; it may raise to stop the fit.
    """
    tell = progress or (lambda share, text: None)
    with crew(folds.max() + 1) as processes:
        fitting = Fitting(bins, codes, lost, folds, seed, processes)
        few = fitting.fewer(MOST_CHOOSING)
        line, strength = few.line(doing(tell, 0, 0.05, _("a straight line")))
        choosing, growing = (0.8, 0.8) if few is fitting else (0.4, 0.7)
        bags, trees, pairs = best_pairs(few, line, part_of(tell, 0.05, choosing))
        if few is not fitting:
            bags, trees = fitting.grown(pairs, doing(tell, choosing, growing, _("trees of all rows")), [None for _bag in fitting.bags])
        deeper = deepen(fitting, line, doing(tell, growing, 0.98, _("a second opinion")))
        tables = fitting.tables(bags, trees, doing(tell, 0.98, 0.98, _("trees as tables")))
        _loss, weight = fitting.weight(tables, line)
    raw = [blended(a, b, weight) for a, b in zip(tables, line, strict=True)]
    return finished(fitting, raw, deeper, trees, pairs, strength, weight)


def best_pairs(fitting: Fitting, line: list[Tables], tell: Progress) -> tuple[list[Bag], int, tuple[Pair, ...]]:
    """The bags with the pairs of columns that predict best, blended with the line: all that meet, or the strongest few.

    Half of the bags judge; the best choice then gets the others. The ranking has seen all rows, so small tables choose between all
    pairs and none. Gives the bags, their number of trees and the pairs.
    """
    every, at_all = fitting.grown("two", doing(tell, 0, 0.35, _("trees")), [None for _bag in fitting.bags])
    tables = fitting.tables(every, at_all, doing(tell, 0.35, 0.35, _("trees as tables")))
    shares = shares_of(fitting.bins, fitting.codes)
    ranked = tuple(strongest_pairs(mean([centred(model, shares) for model in tables]), fitting.codes))
    half = (len(every) + 1) // 2
    candidates = [(fitting.weight(tables[:half], line)[0], ranked, every)]
    counts = [count for count in PAIR_COUNTS if count < len(ranked)] if len(fitting.codes) >= SMALL_ROWS else [0] * bool(ranked)
    for done, count in enumerate(counts):
        start, end = (0.35 + 0.5 * place / len(counts) for place in (done, done + 1))
        few, trees = fitting.grown(ranked[:count], doing(tell, start, end, _("pairs of columns")), [None for _bag in range(half)])
        tables = fitting.tables(few, trees, doing(tell, end, end, _("pairs of columns")))
        candidates.append((fitting.weight(tables, line)[0], ranked[:count], few))
    _loss, pairs, bags = min(candidates, key=lambda candidate: candidate[0])
    rest = [None for _bag in range(len(every) - len(bags))]
    bags, trees = fitting.grown(pairs, doing(tell, 0.85, 1, _("pairs of columns")), [*bags, *rest]) if rest else (every, at_all)
    return bags, trees, pairs


def part_of(tell: Progress, start: float, end: float) -> Progress:
    """Progress of a part that speaks for itself and takes the whole from `start` to `end`."""
    return lambda share, text: tell(start + (end - start) * share, text)


def doing(tell: Progress, start: float, end: float, text: str) -> Callable[[float], None]:
    """Progress of a part that takes the whole from `start` to `end`."""
    return lambda share: tell(start + (end - start) * share, text)


def finished(
    fitting: Fitting, raw: list[Tables], deeper: Deeper, trees: int, pairs: tuple[Pair, ...], strength: float, weight: float
) -> Fitted:
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
    slope, offset = drawn_in(*fit_slope(unseen[judged], fitting.lost[judged].astype(float)), fitting.lost[judged])
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
        deeper,
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
