"""FUND: what each rep may give away on one day, never overspent, whoever spends it at the same time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from churn.errors import ChurnError
from churn.journal import Line
from churn.store import Desk
from churn.store.noting import Check, Noted
from churn.stored import Json
from churn.wording import _, money

WISH = "fund"
EACH_DAY = 50.0  # an assumption, for a firm that has said nothing


@dataclass(frozen=True)
class Funds:
    """Money that each rep may give away on one day: `each`, and of some by name another amount."""

    each: float = EACH_DAY
    reps: Mapping[str, float] = field(default_factory=dict)

    def of(self, rep: str) -> float:
        """What this rep may give away on one day."""
        return self.reps.get(rep, self.each)


def funds_of(desk: Desk) -> Funds:
    """The funds as last set; 50 a day for everybody where nobody set any."""
    return _funds(desk.journal.lines)


def keep_funds(desk: Desk, funds: Funds, *, day: date, by: str = "", at: datetime | None = None) -> None:
    """Sets the funds for everybody who uses the desk. ChurnError where an amount cannot be."""
    for amount in (funds.each, *funds.reps.values()):
        _amount(amount, least=Decimal(0))
    more: dict[str, Json] = {"amount": funds.each, "reps": dict(funds.reps)}
    desk.journal.note(Line("wishes", day, noted_by=by, what=WISH, more=more), at=at)


def left_of(desk: Desk, rep: str, day: date) -> float:
    """Money that is left in a rep's fund of that day, never below nought."""
    return float(_left(desk.journal.lines, rep, day))


def spenders(desk: Desk, day: date) -> list[tuple[str, float, float]]:
    """Every rep with a fund of their own or who spent on that day, by name: rep, money left, the whole fund."""
    spent, funds = desk.journal.lines("spend"), funds_of(desk)
    names = sorted({*funds.reps, *spent.loc[spent["day"].dt.date == day, "noted_by"]})
    return [(rep, left_of(desk, rep, day), funds.of(rep)) for rep in names]


def spend(desk: Desk, rep: str, amount: float, *, day: date, what: str, at: datetime | None = None, customer_id: str | None = None) -> None:
    """Takes an amount out of a rep's fund of that day. ChurnError where no more than less is left, and nothing is taken."""
    line = Line("spend", day, customer_id, rep, what, amount)
    desk.journal.note(line, at=at, check=within_fund(rep, amount, day))


def within_fund(rep: str, amount: float, day: date) -> Check:
    """A check, to be run in the middle of the write, that the rep's fund of that day holds the amount."""
    wanted = _amount(amount, least=Decimal("0.01"))

    def check(noted: Noted) -> None:
        left = _left(noted, rep, day)
        if wanted > left:
            raise ChurnError(
                _(
                    "{wanted} is more than is left in the fund of {rep} for today: {left} of {whole}. Offer less, or wait until tomorrow."
                ).format(wanted=_words(wanted), rep=rep or _("this desk"), left=_words(left), whole=_words(_exact(_funds(noted).of(rep))))
            )

    return check


def _funds(noted: Noted) -> Funds:
    lines = noted("wishes")
    said = lines.loc[lines["what"] == WISH, "more"]
    if said.empty:
        return Funds()
    kept: dict[str, Any] = said.iloc[-1]
    return Funds(float(kept["amount"]), {str(rep): float(amount) for rep, amount in kept["reps"].items()})


def _left(noted: Noted, rep: str, day: date) -> Decimal:
    lines = noted("spend")
    mine = lines.loc[(lines["noted_by"] == rep) & (lines["day"].dt.date == day), "amount"]
    return max(Decimal(0), _exact(_funds(noted).of(rep)) - sum(map(_exact, mine), Decimal(0)))


def _amount(amount: float, *, least: Decimal) -> Decimal:
    """The amount, if it can be one: at least `least`, in whole hundredths. ChurnError."""
    exact = _exact(amount)
    if not exact.is_finite() or exact < least or exact != round(exact, 2):
        raise ChurnError(_("An amount must be {least} or more, with at most two digits after the point.").format(least=_words(least)))
    return exact


def _exact(amount: float) -> Decimal:
    """As it is written: ten times 0.1 is 1."""
    return Decimal(str(amount))


def _words(amount: Decimal) -> str:
    return money(amount, digits=0 if amount == round(amount) else 2)
