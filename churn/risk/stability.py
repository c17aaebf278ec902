"""How far the rows of a column lie from those that it was cut on, and how far chance alone would move them."""

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from churn.risk.bins import Bins

MOVED, FAR = 0.1, 0.25
MOST_GROUPS = 10
ROWS_IN_GROUP = 10
LEAST_OF_GROUP = 0.75  # of the size that all groups would have if they were equal

Groups = npt.NDArray[np.intp]


def stability_index(expected: npt.ArrayLike, actual: npt.ArrayLike, *, prior: float = 1.0) -> float:
    """Population stability index of two distributions over the same groups, given as rows in each: sum of (a - e) ln(a / e).

    e and a are the shares of `expected` and `actual`. No group is empty: `expected` gets half a row more in each, `actual` `prior` more
    rows in all, spread as e is. With one, the index less what chance shows is true on average; with as many as there are groups it is
    small enough for `by_chance` to hold even where only ten rows are expected in each. Bands as in Siddiqi (2006): below .1 steady, to
    .25 moved, above far. An index of identical shares is 0.

    >>> round(stability_index([5000, 5000], [7000, 3000]), 2)
    0.17
    """
    then, now = np.asarray(expected, dtype=np.float64) + 0.5, np.asarray(actual, dtype=np.float64)
    e = then / then.sum()
    a = (now + e) / (now.sum() + 1)
    return float(np.sum((a - e) * np.log(a / e)))


def by_chance(groups: int, rows: int, trained: int, alarms: float | None = None) -> float:
    """What the index of `groups` groups shows by chance in `rows` rows of the very population of the `trained` rows: its mean; or with
    `alarms`, what it exceeds in that share of such sheets.

    The index is (1/n + 1/N) times a chi-squared variable of groups - 1 degrees of freedom (Yurdakul 2018).

    >>> by_chance(10, 100, 900)
    0.1
    """
    if groups < 2:
        return 0.0
    size = groups - 1 if alarms is None else float(chdtri(groups - 1, alarms))
    return size * (1 / rows + 1 / trained)


def groups_of(cut: Bins, rows: int) -> Groups:
    """For each bin the group in which it is compared: missing is 0, neighbours (text: levels from the most frequent down) share one.

    There are at most ten beside the missing, of like size as far as the bins allow, and fewer where the sheet or the training table has
    few rows: about ten must be expected in each, or chance would rule.
    """
    filled = cut.counts[1:]
    left, held, group = int(filled.sum()), 0, 1
    expected = min(left, rows * left / max(int(cut.counts.sum()), 1))
    most = int(np.clip(expected // ROWS_IN_GROUP, 1, MOST_GROUPS))
    least = LEAST_OF_GROUP * left / most
    groups = np.zeros(cut.size, dtype=np.intp)
    for place, count in enumerate(filled.tolist(), 1):
        if group < most and held >= max(least, left / (most - group + 1)):
            group, left, held = group + 1, left - held, 0
        groups[place] = group
        held += count
    if group > 1 and held < least:
        groups[groups == group] = group - 1
    return groups


def new_by_chance(cut: Bins) -> float:
    """Share of rows of the very same population whose level was never seen in training: that of levels seen once (Good 1953).

    Bins keep only how many rare levels share how many rows: their rows are taken to be geometrically distributed.
    """
    rare = len(cut.pooled)
    return rare**2 / float(cut.counts[-1]) / float(cut.counts.sum()) if rare else 0.0
