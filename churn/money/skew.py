"""ARITHMETIC: revenue that gathers in few customers, with one dial."""

import math
from dataclasses import dataclass

from churn.errors import MoneyError
from churn.money import checks
from churn.wording import _, percent

FIFTH = 0.2


@dataclass(frozen=True)
class Skew:
    """Revenue of which the largest 20% of customers bring the share `top` (from 0.2, all alike, to below 1).

    The largest share p of customers then brings p ** k of the revenue, k = ln(top) / ln(0.2): the Lorenz curve (Lorenz, 1905) of a Pareto
    distribution with the shape 1 / (1 - k), read from the largest down. Raises MoneyError for what cannot be.

    >>> skew = Skew(0.8)
    >>> round(skew.shape, 2), round(skew.share_of(0.01), 2), round(skew.times, 9)
    (1.16, 0.53, 16.0)
    """

    top: float

    def __post_init__(self) -> None:
        if not FIFTH <= self.top < 1:
            raise MoneyError(
                _("The top 20% of customers bring from 20% to less than 100% of the revenue, not {share}.").format(share=percent(self.top))
            )

    @property
    def power(self) -> float:
        """k, from 1 (all alike) down to 0 (one brings all)."""
        return math.log(self.top) / math.log(FIFTH)

    @property
    def shape(self) -> float:
        """The shape of the Pareto distribution; inf where all are alike."""
        return 1 / (1 - self.power) if self.power < 1 else math.inf

    def share_of(self, largest: float) -> float:
        """The share of revenue (0..1) that the largest share of customers (0..1) brings."""
        return float(checks.share(_("The share of customers"), largest) ** self.power)

    @property
    def loyal(self) -> float:
        """What each of the top 20% brings on average, as so many times the average customer: top / 0.2."""
        return self.top / FIFTH

    @property
    def other(self) -> float:
        """What each of the other 80% brings on average, as so many times the average customer: (1 - top) / 0.8."""
        return (1 - self.top) / (1 - FIFTH)

    @property
    def times(self) -> float:
        """How many of the others bring what one of the top 20% does, on average."""
        return self.loyal / self.other
