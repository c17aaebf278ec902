"""Measures of a score on weighted rows, and how far they would range if the customers were drawn anew (bootstrap, Efron 1979)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Floats

DRAWS = 300
GROUPS = 10
TINY = 1e-15


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows by risk, highest first. `ends`: the last row of each run of equal risks; `loss`: log-loss of each row in nats."""

    risk: Floats
    lost: Floats
    ends: npt.NDArray[np.intp]
    loss: Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """What a ranking is worth; `precision` is the share lost among the riskiest of each asked-for share."""

    roc_auc: float
    pr_auc: float
    log_loss: float
    brier: float
    calibration_error: float
    rate: float
    precision: Floats

    def row(self) -> Floats:
        """All as numbers, the lift (precision over the bare rate) last."""
        single = [self.roc_auc, self.pr_auc, self.log_loss, self.brier, self.calibration_error]
        return np.concatenate([single, self.precision, self.precision / self.rate])


def ranking(risk: Floats, lost: npt.NDArray[np.bool_]) -> Ranking:
    """The rows sorted once for all draws."""
    order = np.argsort(-risk, kind="stable")
    sorted_risk, sorted_lost = risk[order], lost[order].astype(np.float64)
    loss = -np.log(np.clip(np.where(sorted_lost > 0, sorted_risk, 1 - sorted_risk), TINY, 1))
    return Ranking(sorted_risk, sorted_lost, np.flatnonzero(np.append(np.diff(sorted_risk) != 0, True)), loss)


def measured(rows: Ranking, weights: Floats, shares: tuple[float, ...]) -> Measured:
    """The measures where each row counts `weights` times; some of either kind must count.

    ROC-AUC by the trapezoid over runs of equal risk (Mann and Whitney 1947); PR-AUC is average precision, as in scikit-learn.
    """
    every, gone = np.cumsum(weights)[rows.ends], np.cumsum(weights * rows.lost)[rows.ends]
    all_rows, all_lost = every[-1], gone[-1]
    caught, before = gone / all_lost, np.concatenate([[0.0], gone[:-1] / all_lost])
    apart = np.diff((every - gone) / (all_rows - all_lost), prepend=0.0)
    precision = np.divide(gone, every, out=np.zeros_like(gone), where=every > 0)
    wanted = np.array(shares) * all_rows
    return Measured(
        roc_auc=float(np.sum(apart * (caught + before) / 2)),
        pr_auc=float(np.sum((caught - before) * precision)),
        log_loss=float(weights @ rows.loss / all_rows),
        brier=float(weights @ (rows.risk - rows.lost) ** 2 / all_rows),
        calibration_error=group_error(rows, rows.lost, weights),
        rate=float(all_lost / all_rows),
        precision=within(rows, weights, wanted) / wanted,
    )


def within(rows: Ranking, weights: Floats, wanted: Floats) -> Floats:
    """Lost rows among the first `wanted` rows, of a run of equal risks its part."""
    every, gone = np.cumsum(weights)[rows.ends], np.cumsum(weights * rows.lost)[rows.ends]
    found: Floats = np.interp(wanted, np.concatenate([[0.0], every]), np.concatenate([[0.0], gone]))
    return found


def groups(rows: Ranking, weights: Floats) -> npt.NDArray[np.intp]:
    """Which of ten groups of equal count each row is in, 0 the riskiest."""
    middle: Floats = np.cumsum(weights) - weights / 2
    group: npt.NDArray[np.intp] = np.minimum((middle / weights.sum() * GROUPS).astype(np.intp), GROUPS - 1)
    return group


def group_error(rows: Ranking, lost: Floats, weights: Floats) -> float:
    """Mean distance between risk and share lost over ten groups of equal count, weighted by their rows."""
    group = groups(rows, weights)
    return float(np.abs(np.bincount(group, weights * (rows.risk - lost), GROUPS)).sum() / weights.sum())


def draws(rows: Ranking, shares: tuple[float, ...], seed: int) -> Floats:
    """The measures of tables drawn anew from the rows, a row each; draws without either kind are left out."""
    every = weights_drawn(len(rows.risk), seed)
    found = [measured(rows, weights, shares).row() for weights in every if 0 < weights @ rows.lost < len(rows.risk)]
    return np.array(found).reshape(len(found), 5 + 2 * len(shares))


def weights_drawn(rows: int, seed: int) -> Iterator[Floats]:
    """How often each row is drawn, over and over."""
    random = np.random.default_rng(seed)
    for _draw in range(DRAWS):
        yield np.bincount(random.integers(0, rows, rows), minlength=rows).astype(np.float64)


def error_by_chance(rows: Ranking, seed: int) -> float:
    """The calibration error that a perfect score with these very risks stays below in 95 of 100 tables."""
    random = np.random.default_rng(seed)
    ones = np.ones(len(rows.risk))
    errors = [group_error(rows, (random.random(len(ones)) < rows.risk).astype(np.float64), ones) for _draw in range(DRAWS)]
    return float(np.quantile(errors, 0.95))
