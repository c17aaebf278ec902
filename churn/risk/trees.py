"""Boosted trees on bins, and the same trees as tables. scikit-learn is imported only where trees are grown."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Bins, Codes, Floats
from churn.risk.points import Pair, Tables

MOST_TREES = 800
CHUNK = 100
PRIOR_ROWS = 10
SMALL_ROWS = 2000
NODE = ("is_leaf", "value", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right")

Flags = npt.NDArray[np.bool_]
Meet = tuple[Pair, ...] | Literal["two", "any"]


@dataclass(frozen=True)
class Bag:
    """Trees of one bag. `ranks`: for each column, the rank that each bin has in this bag (levels by their own churn rate)."""

    model: Any
    ranks: tuple[npt.NDArray[np.int16], ...]
    losses: Floats  # summed log-loss of the judging rows after 1, 2, ... trees


def ranks_of(bins: tuple[Bins, ...], codes: Codes, lost: Flags) -> tuple[npt.NDArray[np.int16], ...]:
    """Rank of each bin, 1 upwards: numbers by size, levels by smoothed churn rate in these rows alone; missing stays 0."""
    ranks = []
    overall = lost.mean()
    for column, cut in enumerate(bins):
        order = np.arange(cut.size, dtype=np.int16)
        if cut.kind == "text":
            rows = np.bincount(codes[:, column], minlength=cut.size)
            gone = np.bincount(codes[lost, column], minlength=cut.size)
            rate = (gone + PRIOR_ROWS * overall) / (rows + PRIOR_ROWS)
            order[1:][np.argsort(rate[1:], kind="stable")] = np.arange(1, cut.size)
        ranks.append(order)
    return tuple(ranks)


def ranked(codes: Codes, ranks: tuple[npt.NDArray[np.int16], ...]) -> Floats:
    """Codes as the trees read them: ranks, and nan for missing."""
    columns = [np.where(codes[:, column] == 0, np.nan, rank[codes[:, column]].astype(np.float64)) for column, rank in enumerate(ranks)]
    return np.column_stack(columns)


def constraint(meet: Meet, columns: int) -> Any:
    """scikit-learn's form of which columns may meet in a branch: any two, any at all, or the named pairs."""
    if meet == "any":
        return None
    if meet == "two":
        return "pairwise" if columns > 1 else "no_interactions"
    return [{column} for column in range(columns)] + [set(pair) for pair in meet] if meet else "no_interactions"


def grow(
    previous: Bag | None,
    bins: tuple[Bins, ...],
    codes: Codes,
    lost: Flags,
    judged: Codes,
    judged_lost: Flags,
    meet: Meet,
    seed: int,
    step: int = CHUNK,
) -> Bag:
    """One bag with another `step` trees on the rows `codes`, and its log-loss on the `judged` rows after each of them."""
    bag = previous or Bag(new_model(bins, len(codes), meet, seed), ranks_of(bins, codes, lost), np.empty(0))
    bag.model.set_params(max_iter=len(bag.losses) + step)
    bag.model.fit(ranked(codes, bag.ranks), lost)
    stages = bag.model._staged_raw_predict(ranked(judged, bag.ranks))
    fresh = [np.sum(np.logaddexp(0, stage) - judged_lost * stage) for stage in map(np.ravel, islice(stages, len(bag.losses), None))]
    return Bag(bag.model, bag.ranks, np.concatenate([bag.losses, fresh]))


def new_model(bins: tuple[Bins, ...], rows: int, meet: Meet, seed: int) -> Any:
    """A booster not yet fitted; fewer than 2,000 rows in all get smaller trees and more shrinkage."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    small = rows < SMALL_ROWS * 7 / 8
    return HistGradientBoostingClassifier(
        interaction_cst=constraint(meet, len(bins)),
        learning_rate=0.05,
        max_features=0.7,
        max_bins=max(2, *(cut.size for cut in bins)),  # what is never filled costs time all the same
        max_leaf_nodes=6 if small else 8,
        l2_regularization=5.0 if small else 1.0,
        min_samples_leaf=int(np.clip(rows / 25, 3, 20)) if small else 20,
        early_stopping=False,
        warm_start=True,
        random_state=seed,
    )


def tables_of(bag: Bag, bins: tuple[Bins, ...], trees: int) -> Tables:
    """The first `trees` trees as tables over the common bins: each leaf's value is added to its box."""
    singles = [np.zeros(cut.size) for cut in bins]
    pairs: dict[Pair, Floats] = {}
    intercept = float(np.ravel(bag.model._baseline_prediction)[0])
    for predictors in bag.model._predictors[:trees]:
        for box, value in boxes(predictors[0].nodes, bag.ranks):
            columns = sorted(box)
            if not columns:
                intercept += value
            elif len(columns) == 1:
                singles[columns[0]] += value * box[columns[0]]
            else:
                i, j = columns
                table = pairs.setdefault((i, j), np.zeros((bins[i].size, bins[j].size)))
                table += np.multiply.outer(value * box[i], box[j])
    return Tables(intercept, tuple(singles), pairs)


def boxes(nodes: Any, ranks: tuple[npt.NDArray[np.int16], ...]) -> list[tuple[dict[int, Flags], float]]:
    """Each leaf of a tree: for the columns on its path, which bins reach it, and its value in log-odds."""
    found = []
    waiting: list[tuple[int, dict[int, Flags]]] = [(0, {})]
    leaf, value, column_of, cut, missing_left, lefts, rights = (nodes[name].tolist() for name in NODE)
    while waiting:
        position, box = waiting.pop()
        if leaf[position]:
            found.append((box, value[position]))
            continue
        column = column_of[position]
        left = ranks[column] <= cut[position]
        left[0] = bool(missing_left[position])
        reached = box.get(column)
        waiting.append((lefts[position], {**box, column: left if reached is None else reached & left}))
        waiting.append((rights[position], {**box, column: ~left if reached is None else reached & ~left}))
    return found


def strongest_pairs(model: Tables, codes: Codes) -> list[Pair]:
    """Pairs of a centred model, the one that moves the training rows' log-odds most first."""
    strength = {pair: float(np.mean(points[codes[:, pair[0]], codes[:, pair[1]]] ** 2)) for pair, points in model.pairs.items()}
    return sorted(strength, key=lambda pair: (-strength[pair], pair))
