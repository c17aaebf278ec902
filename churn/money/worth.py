"""ARITHMETIC: how long a customer stays, what that is worth, and what more retention adds."""

import math

from churn.errors import MoneyError
from churn.money import checks
from churn.wording import _, percent


def lifetime(churn: float) -> float:
    """Periods that a customer stays on average, 1 / churn, the one in which they leave counted whole; inf where nobody leaves.

    `churn` is the share (0..1) that leaves in each period, the same in all. The mean of a geometric distribution.

    >>> lifetime(0.05)
    20.0
    """
    checks.share(_("Churn"), churn)
    return 1 / churn if churn else math.inf


def kept_after(churn: float, periods: float) -> float:
    """The share of customers (0..1) still there after so many periods, (1 - churn) ** periods.

    >>> round(kept_after(0.02, 12), 4)
    0.7847
    """
    return float((1 - checks.share(_("Churn"), churn)) ** checks.amount(_("The number of periods"), periods))


def discount_within(discount: float, periods: float) -> float:
    """The discount rate of each of so many periods that make up one, (1 + discount) ** (1 / periods) - 1: of a month, where the rate is
    of a year and the periods are 12.

    >>> round(discount_within(0.10, 12), 5)
    0.00797
    """
    rate, parts = checks.amount(_("The discount rate"), discount), checks.above_nought(_("The number of periods"), periods)
    return float((1 + rate) ** (1 / parts) - 1)


def customer_value(margin: float, *, retention: float, discount: float = 0.0, first_certain: bool = False) -> float:
    """What a customer brings in all, in today's money, who brings `margin` in each period for as long as they stay.

    `retention` is the share (0..1) that stays from one period to the next, `discount` the rate by which money a period later counts less.
    With the first payment at the end of the first period, and only from those still there: margin r / (1 + d - r) (Gupta & Lehmann, 2003).
    With the first payment certain and at once: margin (1 + d) / (1 + d - r) (Berger & Nasr, 1998). The two differ by the first margin.
    Raises MoneyError for what cannot be, and where a customer who never leaves brings money without end.

    >>> [round(customer_value(100, retention=0.8, discount=0.1, first_certain=certain), 2) for certain in (False, True)]
    [266.67, 366.67]
    """
    checks.amount(_("The margin"), margin)
    kept, rate = checks.share(_("Retention"), retention), checks.amount(_("The discount rate"), discount)
    if rate + (1 - kept) <= 0:
        raise MoneyError(_("A customer who never leaves is worth a finite amount only where later money counts less: set a discount rate."))
    return margin * (1 + rate if first_certain else kept) / (rate + (1 - kept))


def gain_of_points(retention: float, more: float, *, discount: float = 0.0, first_certain: bool = False) -> float:
    """By what share a customer's value grows where retention (0..1) rises by `more` (0.05: five points), as `customer_value` has it.

    (value at r + more) / (value at r) - 1; the margin falls out. With the first payment certain that is more / (1 + d - r - more). Raises
    MoneyError for a retention that cannot be, or where there is no value to grow from.

    >>> [round(gain_of_points(kept, 0.05, discount=0.1), 3) for kept in (0.6, 0.8, 0.9)]
    [0.204, 0.275, 0.407]
    """
    if first_certain is False and retention == 0:
        raise MoneyError(_("Where nobody stays there is no value that could grow."))
    if not 0 <= retention + more <= 1 + 1e-12:
        raise MoneyError(_("Retention cannot become {share}.").format(share=percent(retention + more)))
    then = customer_value(1, retention=min(1.0, retention + more), discount=discount, first_certain=first_certain)
    return round(then / customer_value(1, retention=retention, discount=discount, first_certain=first_certain) - 1, 12)
