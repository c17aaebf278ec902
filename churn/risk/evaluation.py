"""How good are probabilities on rows that were not learned from."""

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Floats
from churn.risk.scorecard import Evaluation, RuleWorth

TINY = 1e-15


def evaluate(risk: Floats, lost: npt.NDArray[np.bool_], *, method: str, rule: str, rule_risk: Floats) -> Evaluation:
    """Measures of `risk` (0..1, of rows not learned from) against `lost`, beside those of a simple rule on the same rows.

    `method` says in words how the rows were kept apart.
    """
    loss, bare = log_losses(risk, lost), log_losses(np.full(len(lost), lost.mean()), lost)
    gain = bare - loss
    return Evaluation(
        rows=len(lost),
        lost=int(lost.sum()),
        method=method,
        roc_auc=roc_auc(risk, lost),
        roc_auc_se=roc_auc_se(risk, lost),
        log_loss=float(loss.mean()),
        brier=float(np.mean((risk - lost) ** 2)),
        calibration_error=calibration_error(risk, lost),
        lift_top_10=lift(risk, lost, 0.1),
        gain=float(gain.mean()),
        gain_se=standard_error(gain),
        rule=rule_worth(rule, rule_risk, loss, lost),
    )


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


def calibration_error(risk: Floats, lost: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance between shown risk and share lost over `bins` groups of equal count, weighted by their rows."""
    order = np.argsort(risk, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    return float(sum(len(group) * abs(risk[group].mean() - lost[group].mean()) for group in groups) / len(risk))


def lift(risk: Floats, lost: npt.NDArray[np.bool_], share: float) -> float:
    """Share lost among the riskiest `share` of rows over the share lost among all; ties at the edge count by their part."""
    wanted = max(1, round(share * len(risk)))
    edge = np.sort(risk)[-wanted]
    above, at = risk > edge, risk == edge
    caught = lost[above].sum() + lost[at].sum() * (wanted - above.sum()) / at.sum()
    return float(caught / wanted / lost.mean())
