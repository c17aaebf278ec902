"""How far the rows of a column lie from those that it was cut on, and how far chance alone would move them."""

import math

import numpy as np
import numpy.typing as npt

from churn.risk.bins import Bins

MOVED, FAR = 0.1, 0.25
MOVED_CELLS, FAR_CELLS = 0.1, 0.2  # an even shift of equal groups takes 16% and 24% of the cells to reach these; a rare group, hardly any
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
    size = groups - 1 if alarms is None else chi_squared_beyond(groups - 1, alarms)
    return size * (1 / rows + 1 / trained)


def chi_squared_beyond(freedom: int, chance: float) -> float:
    """What a chi-squared variable exceeds with that `chance` (0..1), by halving the sum for whole degrees of `freedom` (Abramowitz and
    Stegun 1964, 26.4.4 and 26.4.5). SciPy has it too, and takes longer to import than a sheet to score.

    >>> round(chi_squared_beyond(5, 0.05), 3)
    11.07
    """
    powers = [freedom % 2 / 2 + place for place in range(freedom // 2)]
    low, high = 0.0, 2000.0
    for _halving in range(60):
        half = (low + high) / 4
        above = (math.erfc(math.sqrt(half)) if freedom % 2 else 0.0) + math.exp(-half) * sum(
            half**power / math.gamma(power + 1) for power in powers
        )
        low, high = (2 * half, high) if above > chance else (low, 2 * half)
    return low


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


def surely_beyond(beyond: int, rows: int, trained: int, alarms: float) -> bool:
    """Whether so many of `rows` values above the highest (or below the lowest) of `trained` others are more than chance shows in all but
    a share `alarms` of sheets of the very same population, whatever its distribution.

    The chance of k or more of n values is at most (n / (n + N))^k (Gumbel and von Schelling 1950, exceedances).

    >>> surely_beyond(1, 10, 990, 0.001), surely_beyond(2, 10, 990, 0.001)
    (False, True)
    """
    return beyond > 0 and beyond * math.log(rows / (rows + max(trained, 1))) <= math.log(alarms)
