"""The additive score: points for each column's bins and for pairs of columns, in log-odds, with its exact explanation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Codes, Floats

Pair = tuple[int, int]
Mask = npt.NDArray[np.bool_]
LIMIT = 15.0


@dataclass(frozen=True)
class Tables:
    """An additive model in log-odds: `intercept`, one array of points a column, one matrix a pair of columns (i < j)."""

    intercept: float
    singles: tuple[Floats, ...]
    pairs: Mapping[Pair, Floats]

    def log_odds(self, codes: Codes) -> Floats:
        """Sum of the points of each row; `codes` is rows x columns."""
        total = np.full(len(codes), self.intercept)
        for column, points in enumerate(self.singles):
            total += points[codes[:, column]]
        for (i, j), points in self.pairs.items():
            total += points[codes[:, i], codes[:, j]]
        return total

    def scaled(self, slope: float, offset: float = 0.0) -> "Tables":
        """The model whose log-odds are `slope` times these, plus `offset`."""
        singles = tuple(points * slope for points in self.singles)
        return Tables(self.intercept * slope + offset, singles, {pair: points * slope for pair, points in self.pairs.items()})


@dataclass(frozen=True)
class Explained:
    """Scores taken apart: `base` and `contributions` (rows x columns) are log-odds, and their sum is `log_odds`."""

    base: Floats
    contributions: Floats
    log_odds: Floats


def mean(models: Iterable[Tables]) -> Tables:
    """The average of several additive models over the same bins."""
    every = list(models)
    pairs: dict[Pair, Floats] = {}
    for model in every:
        for pair, points in model.pairs.items():
            pairs[pair] = pairs.get(pair, 0.0) + points / len(every)
    return Tables(
        float(np.mean([model.intercept for model in every])),
        tuple(np.mean(points, axis=0) for points in zip(*(model.singles for model in every), strict=True)),
        dict(sorted(pairs.items())),
    )


def blended(trees: Tables, line: Tables, weight: float) -> Tables:
    """`weight` of the line and the rest of the trees, in log-odds; the line has no pairs."""
    a, b = trees.scaled(1 - weight), line.scaled(weight)
    pairs = a.pairs if weight < 1 else {}
    return Tables(a.intercept + b.intercept, tuple(x + y for x, y in zip(a.singles, b.singles, strict=True)), pairs)


def centred(model: Tables, shares: tuple[Floats, ...]) -> Tables:
    """The same model in its one pure form: each single table has mean 0, each pair table has mean 0 along both its columns.

    Means are over the product of the two columns' `shares`, so the form is unique even where some cells hold no row
    (Lengerich et al. 2020 purify by the joint counts, which is not identifiable there).
    """
    intercept = model.intercept
    singles = [points.copy() for points in model.singles]
    pairs = {}
    for (i, j), points in model.pairs.items():
        along_i, along_j = points @ shares[j], shares[i] @ points
        middle = float(shares[i] @ along_i)
        singles[i] += along_i - middle
        singles[j] += along_j - middle
        intercept += middle
        pairs[i, j] = points - along_i[:, None] - along_j[None, :] + middle
    for column, points in enumerate(singles):
        level = float(shares[column] @ points)
        points -= level
        intercept += level
    return Tables(float(intercept), tuple(singles), pairs)


def joint_means(model: Tables, codes: Codes, known: tuple[Mask, ...]) -> dict[Pair, float]:
    """Mean of each pair table over the rows whose bins are `known` (not rare) in both columns."""
    means = {}
    for (i, j), points in model.pairs.items():
        both = known[i][codes[:, i]] & known[j][codes[:, j]]
        means[i, j] = float(points[codes[both, i], codes[both, j]].mean()) if both.any() else 0.0
    return means


def neutral(model: Tables, joint: Mapping[Pair, float], known: tuple[Mask, ...]) -> Tables:
    """The centred model with rare bins made neutral: their points are 0, their pairs the population's mean."""
    singles = tuple(np.where(mask, points, 0.0) for points, mask in zip(model.singles, known, strict=True))
    pairs = {(i, j): np.where(known[i][:, None] & known[j][None, :], points, joint[i, j]) for (i, j), points in model.pairs.items()}
    return Tables(model.intercept, singles, pairs)


def explain(model: Tables, joint: Mapping[Pair, float], codes: Codes, absent: frozenset[int] = frozenset()) -> Explained:
    """Exact interventional Shapley values of the centred `model` against the training population, as lookups.

    A column's contribution is its single table's points plus half of (each pair's entry minus the pair's population mean);
    the base is the score of a typical customer. Columns in `absent` contribute nothing. Owen (2014) gives the half.
    """
    contributions = np.zeros((len(codes), len(model.singles)))
    for column, points in enumerate(model.singles):
        if column not in absent:
            contributions[:, column] = points[codes[:, column]]
    for (i, j), points in model.pairs.items():
        if i not in absent and j not in absent:
            half = ((points - joint[i, j]) / 2)[codes[:, i], codes[:, j]]
            contributions[:, i] += half
            contributions[:, j] += half
    base = np.full(len(codes), model.intercept + sum(joint.values()))
    return held(Explained(base, contributions, base + contributions.sum(axis=1)))


def held(explained: Explained) -> Explained:
    """The same with log-odds within +-15: where they go past it, a row's contributions shrink together."""
    past = np.abs(explained.log_odds) > LIMIT
    if not past.any():
        return explained
    base = np.clip(explained.base, -LIMIT, LIMIT)
    log_odds = np.clip(explained.log_odds, -LIMIT, LIMIT)
    total = explained.contributions.sum(axis=1)
    shrink = np.where(past, (log_odds - base) / np.where(total == 0, 1.0, total), 1.0)
    return Explained(np.where(past, base, explained.base), explained.contributions * shrink[:, None], log_odds)


def probability(log_odds: Floats) -> Floats:
    """Log-odds as probability, 0..1."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
