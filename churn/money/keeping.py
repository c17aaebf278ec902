"""ARITHMETIC: keep a customer, or win a new one?"""

from dataclasses import dataclass

from churn.money import checks
from churn.wording import _


@dataclass(frozen=True)
class KeepOrWin:
    """Two ways to have one customer more: `win` is the cost of winning a new one; `keep` the cost of each effort to keep one, which works
    with the chance `works` on somebody who would leave. Of those on whom it is spent `would_leave` is the share who would leave at all.

    A customer kept and a customer won are taken to be worth the same. Money in one currency, shares 0..1. A kept customer takes
    1 / (would_leave works) efforts on average, the mean of a geometric distribution. Raises MoneyError for what cannot be.

    >>> choice = KeepOrWin(win=100, keep=20, works=0.3, would_leave=0.5)
    >>> round(choice.cost_of_kept, 2), round(choice.break_even_ratio, 2), round(choice.break_even_chance, 2)
    (133.33, 6.67, 0.4)
    """

    win: float = 100.0
    keep: float = 20.0
    works: float = 0.3
    would_leave: float = 1.0

    def __post_init__(self) -> None:
        checks.above_nought(_("The cost of winning a customer"), self.win)
        checks.above_nought(_("The cost of an effort to keep a customer"), self.keep)
        checks.some_share(_("The chance that keeping works"), self.works)
        checks.some_share(_("The share who would leave"), self.would_leave)

    @property
    def efforts(self) -> float:
        """Efforts spent for each customer who stays because of one."""
        return 1 / (self.would_leave * self.works)

    @property
    def cost_of_kept(self) -> float:
        """Money spent for each customer who stays because of it: keep / (would_leave works)."""
        return self.keep * self.efforts

    @property
    def ratio(self) -> float:
        """How many times as much winning a customer costs as one effort to keep one."""
        return self.win / self.keep

    @property
    def break_even_ratio(self) -> float:
        """The ratio above which keeping is the cheaper way: 1 / (would_leave works)."""
        return self.efforts

    @property
    def break_even_chance(self) -> float:
        """The chance that keeping works above which it is the cheaper way: keep / (win would_leave); above 1 it never is."""
        return self.keep / (self.win * self.would_leave)

    @property
    def saved(self) -> float:
        """Money saved for each customer by keeping instead of winning; below 0 where winning is cheaper."""
        return self.win - self.cost_of_kept
