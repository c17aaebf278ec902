"""What a campaign can show, before it begins: the smallest difference that a comparison of its size would see."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from churn import wording
from churn.wording import _

SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
_Z = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8)


@dataclass(frozen=True)
class Power:
    """What a campaign among `customers` shows where a `share` of them (0..1) is held out and a share `churn` (0..1) would leave within the
    days that it is followed. `smallest` is the smallest difference of shares seen four times in five."""

    customers: int
    held_out: int
    share: float
    churn: float
    smallest: float

    @property
    def sees_nothing(self) -> bool:
        """Whether even keeping everybody could not be seen."""
        return self.smallest > self.churn

    @property
    def given_up(self) -> float:
        """How many of the held out leave, whatever acting might have done."""
        return self.held_out * self.churn


def smallest_difference(acted: int, held_out: int, churn: float) -> float:
    """The smallest difference of two shares that a test at 5% sees with a chance of 80%: (z.975 + z.80) sqrt(p (1 - p) (1/n1 + 1/n0)), as
    in Fleiss (1981); inf where a side is empty.

    >>> round(smallest_difference(270, 30, 0.1), 3), round(smallest_difference(150, 150, 0.1), 3)
    (0.162, 0.097)
    """
    if acted < 1 or held_out < 1:
        return float("inf")
    return float(_Z * (churn * (1 - churn) * (1 / acted + 1 / held_out)) ** 0.5)


def power(customers: int, *, share: float, churn: float) -> Power:
    """What a campaign among so many customers would see."""
    held = round(customers * share)
    return Power(customers, held, share, churn, smallest_difference(customers - held, held, churn))


def powers(customers: int, *, churn: float, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """The same for shares to choose from: share, held_out, smallest, given_up (customers held out who leave)."""
    found = [power(customers, share=share, churn=churn) for share in shares]
    rows = [(one.share, one.held_out, one.smallest, one.given_up) for one in found]
    return pd.DataFrame(rows, columns=["share", "held_out", "smallest", "given_up"])


def power_sentence(found: Power) -> str:
    """What a person reads before a campaign begins.

    >>> print(power_sentence(power(300, share=0.1, churn=0.1)))
    With 300 customers, 10% held out and 10% churn you would see only differences above 16 points; half and half, above 10. Even keeping \
everybody could not be seen: that is a difference of 10 points.
    """
    if not found.held_out:
        return _("Of so few customers nobody would be held out: nothing could be told.")
    half = power(found.customers, share=0.5, churn=found.churn)
    told = _("With {customers} customers, {share} held out and {churn} churn you would see only differences above {points} points")
    text = told.format(
        customers=wording.number(found.customers),
        share=wording.percent(found.share, 0),
        churn=wording.percent(found.churn, 0),
        points=points(found.smallest),
    )
    if found.share < half.share:
        text = _("{told}; half and half, above {points}").format(told=text, points=points(half.smallest))
    text += _(".")
    if found.sees_nothing:
        never = _("Even keeping everybody could not be seen: that is a difference of {points} points.")
        text += " " + never.format(points=points(found.churn))
    return text


def points(difference: float) -> str:
    """The size of a difference of shares as a bare number of points, one decimal below ten.

    >>> points(0.162), points(0.0312), points(0.0971)
    ('16', '3.1', '10')
    """
    size = abs(difference)
    return wording.number(100 * size, 0 if size >= 0.095 else 1)
