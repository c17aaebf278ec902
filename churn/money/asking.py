"""ARITHMETIC: how sure a net promoter score is that rests on few answers."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from churn.errors import MoneyError
from churn.measures.nps import nps_from_counts
from churn.measures.rates import Z_95
from churn.money import checks
from churn.wording import _


@dataclass(frozen=True)
class Crowd:
    """All customers, of whom the share `promoters` would give 9 or 10 and the share `detractors` 0 to 6 (0..1), so many that those asked
    are few among them. Raises MoneyError for what cannot be.

    >>> crowd = Crowd(promoters=0.4, detractors=0.2)
    >>> round(crowd.score, 9), round(crowd.error(100), 2), crowd.needed(5)
    (20.0, 7.48, 861)
    """

    promoters: float
    detractors: float

    def __post_init__(self) -> None:
        checks.share(_("The share of promoters"), self.promoters)
        checks.share(_("The share of detractors"), self.detractors)
        if self.promoters + self.detractors > 1 + 1e-12:
            raise MoneyError(_("Promoters and detractors together cannot be more than all customers."))

    @property
    def score(self) -> float:
        """The net promoter score of all, -100 to 100."""
        return 100 * (self.promoters - self.detractors)

    def error(self, answers: float) -> float:
        """The standard error, in points, of a score from so many answers: 100 sqrt((p + d - (p - d)^2) / n), the multinomial's."""
        asked = checks.above_nought(_("The number of answers"), answers)
        return nps_from_counts(self.promoters * asked, self.detractors * asked, asked).standard_error

    def margin(self, answers: int) -> float:
        """Half the width of the score's 95% interval, in points."""
        return Z_95 * self.error(answers)

    def needed(self, margin: float) -> int:
        """Answers from which on the 95% interval is no wider than `margin` points to either side: (1.96 / margin)^2 times the variance."""
        wide = Z_95 * self.error(1) / checks.above_nought(_("The margin"), margin)
        return max(1, math.ceil(round(wide**2, 9)))

    def drawn(self, answers: int, *, times: int, seed: int) -> npt.NDArray[np.float64]:
        """The scores of so many surveys of so many answers each, drawn at random; the same seed draws the same."""
        checks.above_nought(_("The number of answers"), answers)
        passive = max(0.0, 1 - self.promoters - self.detractors)
        chances = np.array([self.promoters, self.detractors, passive])
        counts = np.random.default_rng(seed).multinomial(answers, chances / chances.sum(), size=times)
        return np.asarray(100 * (counts[:, 0] - counts[:, 1]) / answers, dtype=np.float64)
