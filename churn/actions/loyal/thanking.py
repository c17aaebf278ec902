"""Points and unexpected thanks, out of a yearly budget that is never overspent."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.reachable import reachable
from churn.errors import ChurnError
from churn.journal import Line
from churn.measures.dialect import small
from churn.store import Desk
from churn.store.noting import Noted
from churn.wording import _, money, number

WISH = "thanks_budget"


@dataclass(frozen=True)
class Budget:
    """Money for thanks in one calendar year: the `whole` of it (None: nobody has set one), and what is `spent`."""

    whole: float | None
    spent: float

    @property
    def left(self) -> float:
        """What may still be given; 0 where no budget is set."""
        return float(max(Decimal(0), _exact(self.whole or 0.0) - _exact(self.spent)))


def budget_of(desk: Desk, day: date) -> Budget:
    """The budget of the calendar year of a day."""
    return _budget(desk.journal.lines, day)


def set_budget(desk: Desk, amount: float, *, day: date, by: str = "", at: datetime | None = None) -> None:
    """Sets the budget of every calendar year from now on, until it is set anew. Raises ChurnError for less than nought, or less than is
    spent already this year."""
    wanted = _checked(amount)

    def enough(noted: Noted) -> None:
        spent = _budget(noted, day).spent
        if wanted < _exact(spent):
            raise ChurnError(_("{spent} is given already this year: the budget cannot be less.").format(spent=money(spent, digits=2)))

    desk.journal.note(Line("wishes", day, noted_by=by, what=WISH, more={"amount": float(wanted)}), at=at, check=enough)


def give_thanks(
    desk: Desk, customer_id: str, what: str, amount: float, *, day: date, points: int = 0, by: str = "", at: datetime | None = None
) -> int:
    """Notes what was given as thanks, `amount` in money, with so many points; gives its line. Raises ChurnError where nothing is named, the
    budget of the year does not hold the amount, or the customer has left, died, is held out or unknown."""
    wanted = _checked(amount)
    if not what.strip():
        raise ChurnError(_("Say what is given."))
    if points < 0:
        raise ChurnError(_("Points cannot be less than nought."))
    with desk.reading() as frames:
        mine = reachable(desk, frames, day).filter(nw.col("customer_id") == nw.lit(customer_id)).select("customer_id")
        known = len(small(mine))
    if not known:
        raise ChurnError(_("{customer} is no customer to thank: left, held out or unknown.").format(customer=customer_id))

    def holds(noted: Noted) -> None:
        budget = _budget(noted, day)
        if wanted > _exact(budget.left):
            if budget.whole is None:
                raise ChurnError(_("Set a budget for thanks first: nobody has said how much may be given in a year."))
            raise ChurnError(
                _("{amount} is more than is left of this year's budget for thanks: {left} of {whole}.").format(
                    amount=money(amount, digits=2), left=money(budget.left, digits=2), whole=money(budget.whole, digits=2)
                )
            )

    line = Line("thanks", day, customer_id, by, what.strip(), float(wanted), more={"points": points})
    return desk.journal.note(line, at=at, check=holds)[0]


def thanked(desk: Desk, customer_id: str) -> pd.DataFrame:
    """What a customer was given as thanks, newest first: day (datetime64), what, amount, points."""
    lines = desk.journal.lines("thanks", customer_id=customer_id)
    found = lines.assign(points=[int(more.get("points", 0)) for more in lines["more"]])
    return found.sort_values("number", ascending=False, ignore_index=True)[["day", "what", "amount", "points"]]


def _budget(noted: Noted, day: date) -> Budget:
    wishes, given = noted("wishes"), noted("thanks")
    said = wishes.loc[wishes["what"] == WISH, "more"]
    spent = sum((_exact(amount) for amount in given.loc[given["day"].dt.year == day.year, "amount"]), Decimal(0))
    return Budget(float(said.iloc[-1]["amount"]) if len(said) else None, float(spent))


def _checked(amount: float) -> Decimal:
    """An amount of money to the cent. ChurnError for less than nought and what is no number."""
    if not math.isfinite(amount) or amount < 0:
        raise ChurnError(_("{amount} is no amount to give: say 0 or more.").format(amount=number(amount, 2)))
    return _exact(amount)


def _exact(amount: float) -> Decimal:
    return Decimal(str(float(amount))).quantize(Decimal("0.01"))
