"""How far the risk of one customer may lie from the one that is shown: the spread of the bags, each learned without a part of the rows."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Codes, Floats
from churn.risk.points import Pair, probability
from churn.risk.scorecard import Member

WIDE = 0.3
ROWS_AT_ONCE = 8_000
# 97.5% points of Student's t for 1 to 7 degrees of freedom
STUDENT = (12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119, 2.3646243)


def risk_range(log_odds: Floats, half: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest risk (0..1) in the range of `half` a width to either side, in log-odds; nan where that is nan."""
    return probability(log_odds - half), probability(log_odds + half)


def is_wide(low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """Whether a range is wide enough to be shown beside the risk: 30 points of risk or more. False where it is unknown."""
    return np.asarray((high - low).round(9) >= WIDE)


def jackknife_factor(groups: int) -> float:
    """Half a 95% interval over the root of the summed squares about the mean of G estimates, each without another group of the rows.

    Student's t with G - 1 degrees of freedom times sqrt((G - 1) / G) (Kott 2001); nan with one group.
    """
    if groups < 2:
        return np.nan
    return float(STUDENT[min(groups - 1, len(STUDENT)) - 1] * np.sqrt((groups - 1) / groups))


def half_width(bags: Sequence[Member], codes: Codes, absent: frozenset[int] = frozenset()) -> Floats:
    """Half the width of each row's range, in log-odds, from the bags' own log-odds b without the `absent` columns; nan with one bag.

    Delete-a-group jackknife of G groups (Kott 2001): the standard error is sqrt((G - 1) / G * sum of (b - mean)^2), and half
    the width is Student's t for 95% and G - 1 degrees of freedom times that. It holds what chance did to the training rows, not what the
    bags have in common, such as how much they smooth.
    """
    groups = len(bags)
    if groups < 2:
        return np.full(len(codes), np.nan)
    factor = jackknife_factor(groups)
    start, tables = _apart(bags, codes.shape[1], absent)
    found = np.empty(len(codes))
    for rows in _slices(len(codes)):
        found[rows] = factor * np.sqrt((_sums(start, tables, codes[rows]) ** 2).sum(axis=1))
    return found


def _apart(bags: Sequence[Member], columns: int, absent: frozenset[int]) -> tuple[Floats, Mapping[Pair, Floats]]:
    """How far each bag lies from the bags' mean: to begin with, and for each bin of a column (i, i) and each cell of a pair (i, j); bags
    are the last axis. A pair of which a column is absent counts with its population mean, as in `points.explain`.
    """
    singles = {(i, i): np.stack([bag.tables.singles[i] for bag in bags], axis=-1) for i in range(columns) if i not in absent}
    start = np.array([bag.tables.intercept for bag in bags])
    pairs: dict[Pair, Floats] = {}
    for pair in sorted({pair for bag in bags for pair in bag.tables.pairs}):
        if absent & set(pair):
            start += [bag.joint.get(pair, 0.0) for bag in bags]
        else:
            shape = next(bag.tables.pairs[pair].shape for bag in bags if pair in bag.tables.pairs)
            pairs[pair] = np.stack([bag.tables.pairs.get(pair, np.zeros(shape)) for bag in bags], axis=-1)
    return start - start.mean(), {place: table - table.mean(axis=-1, keepdims=True) for place, table in (singles | pairs).items()}


def _sums(start: Floats, tables: Mapping[Pair, Floats], codes: Codes) -> Floats:
    total = np.tile(start, (len(codes), 1))
    for (i, j), table in tables.items():
        total += table[codes[:, i]] if i == j else table[codes[:, i], codes[:, j]]
    return total


def _slices(rows: int) -> Iterator[slice]:
    for start in range(0, rows, ROWS_AT_ONCE):
        yield slice(start, start + ROWS_AT_ONCE)
