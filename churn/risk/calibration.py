"""Slope and offset that turn log-odds into honest probabilities."""

import numpy as np

from churn.risk.bins import Floats
from churn.risk.points import probability

PRIOR_SPREAD = 0.5


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
