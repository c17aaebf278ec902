"""What an amount or a share may be, said in the reader's language where it cannot."""

import math

from churn.errors import MoneyError
from churn.wording import _, number, percent


def amount(what: str, given: float) -> float:
    """`given` where it is an amount from 0 up; `what` names it. Raises MoneyError."""
    if not 0 <= given < math.inf:
        raise MoneyError(_("{what} must be an amount from 0 up, not {amount}.").format(what=what, amount=number(given, 2)))
    return given


def above_nought(what: str, given: float) -> float:
    """`given` where it is a finite number above 0; `what` names it. Raises MoneyError."""
    if not 0 < given < math.inf:
        raise MoneyError(_("{what} must be above 0, not {amount}.").format(what=what, amount=number(given, 2)))
    return given


def share(what: str, given: float) -> float:
    """`given` where it is a share, 0..1; `what` names it. Raises MoneyError."""
    if not 0 <= given <= 1:
        raise MoneyError(_("{what} must be from 0% to 100%, not {share}.").format(what=what, share=percent(given)))
    return given


def some_share(what: str, given: float) -> float:
    """`given` where it is a share above 0; `what` names it. Raises MoneyError."""
    if not 0 < given <= 1:
        raise MoneyError(_("{what} must be above 0% and at most 100%, not {share}.").format(what=what, share=percent(given)))
    return given
