"""A ridge logistic regression on the same bins, as tables: what wins on small and on plain data."""

import warnings

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Bins, Codes, Floats
from churn.risk.points import Tables

STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
MOST_ROWS = 100_000


def inputs_of(bins: tuple[Bins, ...]) -> list[Floats]:
    """For each column a matrix bins x inputs: a number's standardised bin mean (and a mark for missing), or a mark a level."""
    matrices = []
    for cut in bins:
        if cut.kind == "text":
            matrix = np.eye(cut.size)
        else:
            counts, centres = cut.counts[1:], cut.centres[1:]
            rows = max(counts.sum(), 1)
            middle = (counts * centres).sum() / rows
            spread = np.sqrt((counts * (centres - middle) ** 2).sum() / rows)
            matrix = np.zeros((cut.size, 2))
            matrix[1:, 0] = (centres - middle) / (spread if spread > 0 else 1.0)
            matrix[0, 1] = 1.0
        matrices.append(matrix)
    return matrices


def lines(bins: tuple[Bins, ...], codes: Codes, lost: npt.NDArray[np.bool_], seed: int) -> list[Tables]:
    """One additive model for each strength in STRENGTHS (inverse ridge penalty), fitted on at most 100,000 of the rows."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(codes) > MOST_ROWS:
        some = np.random.default_rng(seed).choice(len(codes), MOST_ROWS, replace=False)
        codes, lost = codes[some], lost[some]
    matrices = inputs_of(bins)
    inputs = np.hstack([matrix[codes[:, column]] for column, matrix in enumerate(matrices)])
    edges = np.cumsum([0, *(matrix.shape[1] for matrix in matrices)])
    found = []
    for strength in STRENGTHS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=50).fit(inputs, lost)
        weights = fitted.coef_[0]
        singles = tuple(matrix @ weights[a:b] for matrix, a, b in zip(matrices, edges[:-1], edges[1:], strict=True))
        found.append(Tables(float(fitted.intercept_[0]), singles, {}))
    return found
