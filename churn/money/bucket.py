"""ARITHMETIC: a leaky bucket of customers, filled at one end and emptied at the other."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.money import checks
from churn.wording import _


@dataclass(frozen=True)
class Bucket:
    """`start` customers today, `new` ones each month, of whom the share `churn` (above 0, at most 1) leaves each month.

    Who is there when a month begins leaves in it with that share; who comes in it is there from the next on: N' = N (1 - c) + n. Solved:
    N(t) = n / c + (N(0) - n / c) (1 - c) ** t. Raises MoneyError for what cannot be.

    >>> bucket = Bucket(start=0, new=100, churn=0.05)
    >>> bucket.ceiling, round(bucket.after(12)), round(bucket.months_to(0.5), 1)
    (2000.0, 919, 13.5)
    """

    start: float
    new: float
    churn: float

    def __post_init__(self) -> None:
        checks.amount(_("The number of customers"), self.start)
        checks.amount(_("The number of new customers"), self.new)
        checks.some_share(_("Churn"), self.churn)

    @property
    def ceiling(self) -> float:
        """Customers at which as many leave as come, n / c: the bucket nears it from either side."""
        return self.new / self.churn

    def after(self, months: float) -> float:
        """Customers after so many months."""
        left = (1 - self.churn) ** checks.amount(_("The number of months"), months)
        return float(self.ceiling + (self.start - self.ceiling) * left)

    def over(self, months: int) -> npt.NDArray[np.float64]:
        """Customers today and after each of so many months."""
        return np.asarray(self.ceiling + (self.start - self.ceiling) * (1 - self.churn) ** np.arange(months + 1), dtype=np.float64)

    def months_to(self, way: float) -> float:
        """Months until that share (0..1, below 1) of the way from the start to the ceiling is gone: ln(1 - way) / ln(1 - c). It does
        not depend on the start, nor on how many are new."""
        checks.share(_("The share of the way"), way)
        if way == 1:
            return math.inf
        return math.log(1 - way) / math.log(1 - self.churn) if self.churn < 1 else 1.0
