"""Slope and offset that turn log-odds into honest probabilities."""

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Floats
from churn.risk.points import probability

PRIOR_SPREAD = 0.5
DRAWN_IN = 15  # rows; what was chosen on the rows that judge it looks the better the fewer they are


def fit_slope(log_odds: Floats, target: Floats, *, spread: float | None = PRIOR_SPREAD) -> tuple[float, float]:
    """Slope (never below 0) and offset of the logistic curve from `log_odds` to `target` (0..1, labels or probabilities).

    Platt (1999), with a normal prior of mean 1 and the given `spread` on the slope; None for no prior. Newton's method,
    with steps halved until the loss falls.
    """
    slope, offset = 1.0, 0.0
    weight = 0.0 if spread is None else 1 / spread**2

    def loss(a: float, b: float) -> float:
        z = a * log_odds + b
        return float(np.sum(np.logaddexp(0, z) - target * z) + weight * (a - 1) ** 2 / 2)

    for _ in range(100):
        p = probability(slope * log_odds + offset)
        curve = np.maximum(p * (1 - p), 1e-12)
        gradient = np.array([np.sum((p - target) * log_odds) + weight * (slope - 1), np.sum(p - target)])
        cross = np.sum(curve * log_odds)
        hessian = np.array([[np.sum(curve * log_odds**2) + weight, cross], [cross, np.sum(curve)]]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        size, now = 1.0, loss(slope, offset)
        while size > 1e-6 and loss(slope - size * step[0], offset - size * step[1]) > now:
            size /= 2
        slope, offset = slope - size * step[0], offset - size * step[1]
        if np.abs(step).max() * size < 1e-10:
            break
    if slope < 0:
        rate = float(np.clip(np.mean(target), 1e-7, 1 - 1e-7))
        return 0.0, float(np.log(rate / (1 - rate)))
    return float(slope), float(offset)


def drawn_in(slope: float, offset: float, lost: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset drawn towards the churn rate by rows / (rows + 15), for choices made on the very rows of `lost`.

    >>> slope, offset = drawn_in(1.0, 0.0, np.array([True, False, False] * 5))
    >>> slope, round(offset, 3)
    (0.5, -0.347)
    """
    share, rate = len(lost) / (len(lost) + DRAWN_IN), lost.mean()
    return slope * share, offset * share + float(np.log(rate / (1 - rate))) * (1 - share)
