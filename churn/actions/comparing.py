"""The arithmetic of a comparison: those acted on against those held out, in shares and in money.

A stratum is a comparison of its own (a campaign); several are put together with the weights of Mantel and Haenszel (1959), so that none
is compared with the customers of another.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
HARM_ERRORS = 3.29
LEAST_LEFT = 5


@dataclass(frozen=True)
class Arm:
    """One side of a comparison: how many were `followed`, how many of them `left` (or had whatever is counted), of how many an amount is
    known (`valued`), the `mean` of it and its `variance` (squared money, of a sample). Without a known amount the last two are 0."""

    followed: int
    left: int
    valued: int = 0
    mean: float = 0.0
    variance: float = 0.0

    @property
    def share(self) -> float:
        """Who left among the followed, 0 to 1; nan where nobody was followed."""
        return self.left / self.followed if self.followed else float("nan")


@dataclass(frozen=True)
class Pair:
    """Those acted on and those held out of one campaign, drawn at random out of the same customers."""

    acted: Arm
    held_out: Arm

    @property
    def complete(self) -> bool:
        """Whether somebody stands on both sides."""
        return self.acted.followed > 0 and self.held_out.followed > 0

    @property
    def valued(self) -> bool:
        """Whether two amounts or more are known on both sides, so that their spread is."""
        return self.acted.valued > 1 and self.held_out.valued > 1


@dataclass(frozen=True)
class Difference:
    """Two shares (0 to 1) and the acted less the held out, with its interval. Below nought: fewer of the acted left."""

    acted: float
    held_out: float
    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves nought out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Gain:
    """Money gained on all those acted on (below nought: lost), with its 95% interval, of which `cost` is already taken off."""

    money: float
    low: float
    high: float
    cost: float


def difference(pairs: Sequence[Pair], *, comparisons: int = 1) -> Difference | None:
    """The difference of the shares who left, with its 95% interval; None where no pair has both sides.

    The shares are weighted sums over the pairs, weights n1 n0 / (n1 + n0) (Mantel and Haenszel, 1959). Each share's interval is the score
    interval (Wilson, 1927) with 1 / sum(w^2 / n) customers, and the two are joined by squares (Newcombe, 1998, method 10; stratified
    much as in Yan and Su, 2010). Of one pair this is Newcombe's interval itself. `comparisons` widens it for so many at once (Dunn, 1961).

    >>> found = difference([Pair(Arm(70, 56), Arm(80, 48))])
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    whole = [pair for pair in pairs if pair.complete]
    if not whole:
        return None
    acted, held = [pair.acted for pair in whole], [pair.held_out for pair in whole]
    weight = np.array([one.followed * other.followed / (one.followed + other.followed) for one, other in zip(acted, held, strict=True)])
    weight = weight / weight.sum()
    z = NormalDist().inv_cdf(1 - (1 - LEVEL) / comparisons / 2)
    first, low_first, high_first = _share(acted, weight, z)
    second, low_second, high_second = _share(held, weight, z)
    return Difference(
        acted=first,
        held_out=second,
        difference=first - second,
        low=first - second - float(np.hypot(first - low_first, high_second - second)),
        high=first - second + float(np.hypot(high_first - first, second - low_second)),
    )


def _share(arms: Sequence[Arm], weight: Floats, z: float) -> tuple[float, float, float]:
    """A weighted share and its score interval."""
    sizes = np.array([arm.followed for arm in arms])
    share = float(weight @ np.array([arm.share for arm in arms]))
    n = 1 / float(np.sum(weight**2 / sizes))
    shrink = 1 + z**2 / n
    middle, half = (share + z**2 / (2 * n)) / shrink, z / shrink * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return share, min(share, max(0.0, float(middle - half))), max(share, min(1.0, float(middle + half)))


def kept(pairs: Sequence[Pair], *, cost: float) -> Gain | None:
    """Money kept by acting, where each side's amounts are what its customers took along; None where fewer than five left on a side, or a
    side has fewer than two known amounts: their spread is then not known either.

    All acted on times the mean lost among the held out less that among the acted, less the `cost`; interval as in `brought`.
    """
    whole = [pair for pair in pairs if pair.valued]
    left = [sum(arm.left for arm in side) for side in ([pair.acted for pair in whole], [pair.held_out for pair in whole])]
    if not whole or min(left) < LEAST_LEFT:
        return None
    return brought(whole, cost=cost, sign=-1)


def brought(pairs: Sequence[Pair], *, cost: float = 0.0, sign: int = 1) -> Gain | None:
    """All acted on times the difference of the mean amounts (acted less held out, times `sign`), less the `cost`, with its 95% interval;
    None where a side has fewer than two known amounts.

    The interval is Welch's (1947), but no side's variance counts for less than that of both: the few held out seldom hold one of the large
    customers who make the spread, and with their own variance alone 10 to 19 of 100 intervals missed the truth of the sample firm.
    """
    whole = [pair for pair in pairs if pair.acted.valued > 1 and pair.held_out.valued > 1]
    if not whole:
        return None
    money, parts = 0.0, list[tuple[float, int]]()
    for pair in whole:
        money += sign * pair.acted.followed * (pair.acted.mean - pair.held_out.mean)
        arms = (pair.acted, pair.held_out)
        both = sum((arm.valued - 1) * arm.variance for arm in arms) / sum(arm.valued - 1 for arm in arms)
        parts += [(pair.acted.followed**2 * max(arm.variance, both) / arm.valued, arm.valued - 1) for arm in arms]
    variance = sum(part for part, _freedom in parts)
    freedom = variance**2 / sum(part**2 / free for part, free in parts) if variance else 1.0
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * variance**0.5
    return Gain(money - cost, money - cost - half, money - cost + half, cost)


def does_harm(pair: Pair) -> bool:
    """Whether, before the end, so many more of the acted than of the held out have left that it is time to stop: 3.29 standard errors (the
    rule of Haybittle, 1971, and Peto, 1976), which a look now and then does not wear out."""
    acted, held = pair.acted, pair.held_out
    if not pair.complete:
        return False
    share = (acted.left + held.left) / (acted.followed + held.followed)
    error = math.sqrt(share * (1 - share) * (1 / acted.followed + 1 / held.followed))
    return error > 0 and acted.share - held.share > HARM_ERRORS * error
