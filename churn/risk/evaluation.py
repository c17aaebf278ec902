"""How good are probabilities on rows that were not learned from."""

import numpy as np
import numpy.typing as npt

from churn.measures.rates import share_of
from churn.risk.bins import Floats
from churn.risk.resampled import GROUPS, TINY, Ranking, draws, error_by_chance, groups, measured, ranking, within
from churn.risk.scorecard import CalibrationGroup, Evaluation, Range, Ranges, RuleWorth, Top

SHARES = (0.05, 0.1, 0.2)
GAINS = 20


def evaluate(risk: Floats, lost: npt.NDArray[np.bool_], *, method: str, rule: str, rule_risk: Floats, seed: int = 0) -> Evaluation:
    """Measures of `risk` (0..1, of rows not learned from) against `lost`, beside those of a simple rule on the same rows.

    `method` says in words how the rows were kept apart; `seed` draws the rows anew for the intervals.
    """
    rows = ranking(risk, lost)
    found = measured(rows, np.ones(len(lost)), SHARES)
    loss, bare = log_losses(risk, lost), log_losses(np.full(len(lost), lost.mean()), lost)
    drawn = draws(rows, SHARES, seed)
    top = tops(rows, found.precision, found.rate, drawn)
    return Evaluation(
        rows=len(lost),
        lost=int(lost.sum()),
        method=method,
        roc_auc=found.roc_auc,
        roc_auc_se=roc_auc_se(risk, lost),
        pr_auc=found.pr_auc,
        log_loss=found.log_loss,
        brier=found.brier,
        calibration_error=found.calibration_error,
        calibration_by_chance=error_by_chance(rows, seed),
        lift_top_10=top[SHARES.index(0.1)].lift,
        ranges=ranges_of(drawn, found.calibration_error),
        top=top,
        calibration=calibration(rows),
        gains=gains(rows),
        gain=float((bare - loss).mean()),
        gain_se=standard_error(bare - loss),
        rule=rule_worth(rule, rule_risk, loss, lost),
    )


def ranges_of(drawn: Floats, calibration_error: float) -> Ranges:
    """The intervals of the single measures; that of the calibration error is mirrored at its value, since drawing rows anew adds to it."""
    auc, precision, loss, brier, error = [range_of(drawn[:, place]) for place in range(5)]
    mirrored = Range(max(0.0, 2 * calibration_error - error.high), max(calibration_error, 2 * calibration_error - error.low))
    return Ranges(auc, precision, loss, brier, mirrored)


def range_of(drawn: Floats) -> Range:
    """The middle 95% of what was drawn; nan where nothing could be."""
    return Range(*map(float, np.quantile(drawn, [0.025, 0.975]))) if len(drawn) else Range(np.nan, np.nan)


def tops(rows: Ranking, precision: Floats, rate: float, drawn: Floats) -> tuple[Top, ...]:
    """The riskiest shares, with the intervals that stand after those of the five single measures."""
    many, all_lost = len(rows.risk), rows.lost.sum()
    found = []
    for place, (share, among) in enumerate(zip(SHARES, precision.tolist(), strict=True)):
        sure, lift = (range_of(drawn[:, 5 + place + shift]) for shift in (0, len(SHARES)))
        found.append(Top(share, round(share * many), among, sure, among / rate, lift, float(among * share * many / all_lost)))
    return tuple(found)


def calibration(rows: Ranking) -> tuple[CalibrationGroup, ...]:
    """Ten groups of equal count, the lowest risks first; fewer where there are fewer rows."""
    group = groups(rows, np.ones(len(rows.risk)))
    found = []
    for number in reversed(range(GROUPS)):
        inside = group == number
        if inside.any():
            share = share_of(int(rows.lost[inside].sum()), int(inside.sum()))
            found.append(CalibrationGroup(share.total, float(rows.risk[inside].mean()), share.share, share.low, share.high))
    return tuple(found)


def gains(rows: Ranking) -> tuple[tuple[float, float], ...]:
    """Shares of the rows from 0 to 1, riskiest first, and the share of the lost among them."""
    shares = np.linspace(0, 1, GAINS + 1)
    caught = within(rows, np.ones(len(rows.risk)), shares * len(rows.risk)) / rows.lost.sum()
    return tuple(zip(shares.tolist(), caught.tolist(), strict=True))


def rule_worth(name: str, risk: Floats, loss: Floats, lost: npt.NDArray[np.bool_]) -> RuleWorth:
    """A rule's own measures, and the log-loss that the score's `loss` saves against it on the same rows."""
    own = log_losses(risk, lost)
    return RuleWorth(name, roc_auc(risk, lost), float(own.mean()), float((own - loss).mean()), standard_error(own - loss))


def standard_error(values: Floats) -> float:
    """Of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def log_losses(risk: Floats, lost: npt.NDArray[np.bool_]) -> Floats:
    """Log-loss of each row, in nats."""
    return np.asarray(-np.log(np.clip(np.where(lost, risk, 1 - risk), TINY, 1)), dtype=np.float64)


def _midranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def roc_auc(risk: Floats, lost: npt.NDArray[np.bool_]) -> float:
    """Chance that a lost customer has a higher risk than a kept one, ties counting half (Mann and Whitney 1947).

    >>> roc_auc(np.array([.1, .4, .35, .8]), np.array([False, False, True, True]))
    0.75
    """
    gone, stayed = int(lost.sum()), int((~lost).sum())
    return float((_midranks(risk)[lost].sum() - gone * (gone + 1) / 2) / (gone * stayed))


def roc_auc_se(risk: Floats, lost: npt.NDArray[np.bool_]) -> float:
    """Standard error of the ROC-AUC (DeLong et al. 1988, by midranks as Sun and Xu 2014); nan with fewer than 2 of either kind."""
    gone, stayed = int(lost.sum()), int((~lost).sum())
    if min(gone, stayed) < 2:
        return float("nan")
    every = _midranks(risk)
    above = (every[lost] - _midranks(risk[lost])) / stayed
    below = 1 - (every[~lost] - _midranks(risk[~lost])) / gone
    return float(np.sqrt(above.var(ddof=1) / gone + below.var(ddof=1) / stayed))
