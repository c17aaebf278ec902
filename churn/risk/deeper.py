"""A second opinion: the same bags of trees, but any columns may meet in a branch. It tells what a scorecard of pairs cannot see."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.risk.bagging import Fitting
from churn.risk.bins import Bins, Codes, Floats
from churn.risk.calibration import fit_slope
from churn.risk.evaluation import log_losses, roc_auc, standard_error
from churn.risk.points import Tables
from churn.risk.scorecard import DeeperWorth
from churn.risk.trees import Bag, boxes, ranked

SURELY = 2.0  # standard errors
MOST_NAMED = 3


@dataclass(frozen=True)
class Deeper:
    """The deeper model: bags of trees, blended with the line and calibrated like the scorecard. `unseen` holds each row's log-odds from the
    bag that did not see it (from all of them where none did); `interplay` the columns that meet most, three or more at a time."""

    bags: tuple[Bag, ...]
    line: tuple[Tables, ...]
    weight: float
    slope: float
    offset: float
    unseen: Floats
    interplay: tuple[str, ...]

    def log_odds(self, codes: Codes) -> Floats:
        """The mean of the bags, calibrated."""
        every = [part(bag, line, self.weight, codes) for bag, line in zip(self.bags, self.line, strict=True)]
        return np.asarray(np.mean(every, axis=0) * self.slope + self.offset, dtype=np.float64)


def part(bag: Bag, line: Tables, weight: float, codes: Codes) -> Floats:
    """One bag's log-odds, not calibrated."""
    trees = bag.model._raw_predict(ranked(codes, bag.ranks)).ravel()
    return np.asarray((1 - weight) * trees + weight * line.log_odds(codes), dtype=np.float64)


def deepen(fitting: Fitting, line: list[Tables], tell: Callable[[float], None]) -> Deeper:
    """Grows the deeper bags on the rows of a fit under way; `line` holds the fit's own line of each bag."""
    bags, trees = fitting.grown("any", tell, [None for _bag in fitting.bags])
    for bag in bags:
        bag.model._predictors = bag.model._predictors[:trees]
    codes, folds = fitting.codes, fitting.folds
    judged = [bag.model._raw_predict(ranked(codes[rows], bag.ranks)).ravel() for bag, rows in zip(bags, fitting.judged, strict=True)]
    _loss, weight = fitting.weight_of(judged, line)
    unseen = np.empty(len(codes))
    for number, (bag, straight) in enumerate(zip(bags, line, strict=True)):
        rows = folds == number
        unseen[rows] = part(bag, straight, weight, codes[rows])
    apart = folds == -1
    if apart.any():
        unseen[apart] = np.mean([part(bag, straight, weight, codes[apart]) for bag, straight in zip(bags, line, strict=True)], axis=0)
    rows = apart if apart.any() else ~apart
    slope, offset = fit_slope(unseen[rows], fitting.lost[rows].astype(float))
    return Deeper(tuple(bags), tuple(line), weight, slope, offset, unseen * slope + offset, interplay(bags, fitting.bins))


def interplay(bags: list[Bag], bins: tuple[Bins, ...]) -> tuple[str, ...]:
    """The columns that meet on the weightiest paths of three columns or more, at most three of them; none where no path has so many."""
    weight: Counter[int] = Counter()
    for bag in bags:
        for predictors in bag.model._predictors:
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
