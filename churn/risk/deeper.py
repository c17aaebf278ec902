"""A deeper second opinion: the same bags, but any columns may meet in a branch. It tells what a scorecard of pairs cannot see."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from churn.risk.bagging import Fitting
from churn.risk.bins import Bins, Floats
from churn.risk.calibration import drawn_in, fit_slope
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
    bag that did not see it; where a part was kept aside, from all of them, and nan for the other rows. `interplay`: the columns that meet
    most, three or more at a time."""

    model: Second
    unseen: Floats
    interplay: tuple[str, ...]


def deepen(fitting: Fitting, line: list[Tables], tell: Callable[[float], None]) -> Deeper:
    """Grows the deeper bags on the rows of a fit under way; `line` holds the fit's own line of each bag."""
    bags, trees = fitting.grown("any", lambda share: tell(0.9 * share), [None for _bag in fitting.bags])
    forests = tuple(forest_of(bag, trees) for bag in bags)
    codes, folds = fitting.codes, fitting.folds
    apart = np.flatnonzero(folds == -1)
    rows = [apart if len(apart) else judged for judged in fitting.judged]
    jobs = [partial(forest.log_odds, codes[places]) for forest, places in zip(forests, rows, strict=True)]
    grown = fitting.crew.each(jobs, lambda share: tell(0.9 + 0.1 * share))
    judged = [scores[np.isin(places, few)] for scores, places, few in zip(grown, rows, fitting.judged, strict=True)]
    _loss, weight = fitting.weight_of(judged, line)
    straight = [model.log_odds(codes[places]) for model, places in zip(line, rows, strict=True)]
    every = [(1 - weight) * curved + weight * plain for curved, plain in zip(grown, straight, strict=True)]
    unseen = np.full(len(codes), np.nan)
    if len(apart):
        unseen[apart] = np.mean(every, axis=0)
    else:
        unseen[np.concatenate(rows)] = np.concatenate(every)
    known = ~np.isnan(unseen)
    slope, offset = drawn_in(*fit_slope(unseen[known], fitting.lost[known].astype(float)), fitting.lost[known])
    model = Second(forests, tuple(line), weight, slope, offset)
    return Deeper(model, unseen * slope + offset, interplay(bags, trees, fitting.bins))


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
