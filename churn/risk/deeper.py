"""A deeper second opinion: the same bags, but any columns may meet in a branch. It tells what a scorecard of pairs cannot see."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.risk.bagging import Fitting
from churn.risk.bins import Bins, Codes, Floats
from churn.risk.calibration import fit_slope
from churn.risk.evaluation import log_losses, roc_auc, standard_error
from churn.risk.forest import Forest, Second
from churn.risk.points import Tables
from churn.risk.scorecard import DeeperWorth
from churn.risk.trees import Bag, boxes

SURELY = 2.0  # standard errors
MOST_NAMED = 3


@dataclass(frozen=True)
class Deeper:
    """The deeper model, blended with the line and calibrated like the scorecard. `unseen` holds each row's log-odds from the
    bag that did not see it (from all of them where none did); `interplay` the columns that meet most, three or more at a time."""

    model: Second
    unseen: Floats
    interplay: tuple[str, ...]


def deepen(fitting: Fitting, line: list[Tables], tell: Callable[[float], None]) -> Deeper:
    """Grows the deeper bags on the rows of a fit under way; `line` holds the fit's own line of each bag."""
    bags, trees = fitting.grown("any", tell, [None for _bag in fitting.bags])
    forests = tuple(forest_of(bag, trees) for bag in bags)
    codes, folds = fitting.codes, fitting.folds
    judged = [forest.log_odds(codes[rows]) for forest, rows in zip(forests, fitting.judged, strict=True)]
    _loss, weight = fitting.weight_of(judged, line)
    raw = Second(forests, tuple(line), weight, slope=1.0, offset=0.0)
    unseen = unseen_by(raw, codes, folds)
    rows = folds == -1 if (folds == -1).any() else np.ones(len(folds), dtype=bool)
    slope, offset = fit_slope(unseen[rows], fitting.lost[rows].astype(float))
    model = Second(forests, tuple(line), weight, slope, offset)
    return Deeper(model, unseen * slope + offset, interplay(bags, trees, fitting.bins))


def unseen_by(model: Second, codes: Codes, folds: npt.NDArray[np.int8]) -> Floats:
    """Each row's log-odds from the bag that did not see it, from all of them where none did."""
    unseen = np.empty(len(codes))
    for bag in np.unique(folds):
        unseen[folds == bag] = model.log_odds(codes[folds == bag], None if bag < 0 else int(bag))
    return unseen


def forest_of(bag: Bag, trees: int) -> Forest:
    """The first `trees` trees of a bag as plain arrays."""
    every = [predictors[0].nodes for predictors in bag.model._predictors[:trees]]
    sizes = [len(nodes) for nodes in every]
    starts = np.cumsum([0, *sizes[:-1]]).astype(np.int32)
    nodes, root = np.concatenate(every), np.repeat(starts, sizes)
    leaf, here = nodes["is_leaf"].astype(bool), np.arange(len(nodes), dtype=np.int32)
    most = np.iinfo(np.int16).max
    return Forest(
        ranks=bag.ranks,
        start=float(np.ravel(bag.model._baseline_prediction)[0]),
        starts=starts,
        column=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int16),
        cut=np.where(leaf, most, np.clip(np.floor(nodes["num_threshold"]), 0, most)).astype(np.int16),
        missing_left=leaf | nodes["missing_go_to_left"].astype(bool),
        left=np.where(leaf, here, nodes["left"] + root).astype(np.int32),
        right=np.where(leaf, here, nodes["right"] + root).astype(np.int32),
        value=np.where(leaf, nodes["value"], 0.0),
    )


def interplay(bags: list[Bag], trees: int, bins: tuple[Bins, ...]) -> tuple[str, ...]:
    """The columns that meet on the weightiest paths of three columns or more, at most three of them; none where no path has so many."""
    weight: Counter[int] = Counter()
    for bag in bags:
        for predictors in bag.model._predictors[:trees]:
            for box, value in boxes(predictors[0].nodes, bag.ranks):
                if len(box) > 2:
                    weight.update(dict.fromkeys(box, abs(value)))
    return tuple(bins[column].column for column, _weight in weight.most_common(MOST_NAMED))


def deeper_worth(deeper: Floats, risk: Floats, lost: npt.NDArray[np.bool_], names: tuple[str, ...]) -> DeeperWorth:
    """What the deeper model's probabilities are worth beside the scorecard's `risk`, both on the same unseen rows."""
    loss = log_losses(deeper, lost)
    saved = log_losses(risk, lost) - loss
    better = saved.mean() > SURELY * standard_error(saved)
    return DeeperWorth(roc_auc(deeper, lost), float(loss.mean()), bool(better), float(saved.mean()), standard_error(saved), names)
