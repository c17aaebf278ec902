"""Scene: whom to call with an offer?"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from churn.charts.look import Chart
from churn.charts.workshop import Axis, Line, lines
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, bracket, figure, fraction, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step, money_dial
from churn.money import Offer, call_list, riskiest_first, typical_risks, values_where_harder
from churn.wording import _, money, number, percent, plural

CUSTOMERS = 1000
MEAN_RISK = 0.2
MOST_POINTS = 120
SHORTEST = 50
_V, _D, _F, _G = (symbol(letter) for letter in "Vdfg")


@dataclass(frozen=True, eq=False)
class WhomToCall(Stage):
    """Above which risk to call, what a call costs and brings, how much harder the riskiest are to keep; `own` are the firm's risks, None
    for 1,000 made-up ones."""

    key: ClassVar[str] = "calls"
    cut_off: float = 0.5
    value: float = 200.0
    offer: float = 10.0
    contact: float = 1.0
    acceptance: float = 0.3
    harder: float = 2.0
    highest: float = 200.0
    own: npt.NDArray[np.float64] | None = None

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("Whom to call")

    def dials(self) -> tuple[Dial, ...]:
        """The cut-off, the costs and who listens."""
        return (
            Dial("cut_off", _("Call all above a risk of"), 0.0, 0.95, 0.01, "share"),
            money_dial("value", _("A kept customer is worth"), self.highest),
            Dial("offer", _("The offer costs"), 0, 100, 1, "money"),
            Dial("contact", _("A call costs"), 0, 50, 1, "money"),
            Dial("acceptance", _("Leavers who accept"), 0.01, 1.0, 0.01, "share"),
            Dial("harder", _("The riskiest listen less (0: no)"), 0, 3, 0.5, "number", 1),
        )

    @property
    def terms(self) -> Offer:
        """What a call costs and brings."""
        return Offer(self.value, self.offer, self.contact, self.acceptance)

    def scene(self) -> Scene:
        """Money of the list above the cut-off, beside as many who bring most."""
        risk = typical_risks(CUSTOMERS, mean=MEAN_RISK) if self.own is None else self.own
        values = values_where_harder(risk, self.terms, harder=self.harder)
        best, first = call_list(risk, self.terms, values=values), riskiest_first(risk, self.terms, values=values)
        calls = int((risk > self.cut_off).sum())
        chosen = best.at(calls)
        told = plural(
            "Calling the {n} riskiest brings {one}; calling the {n} best brings {other}.",
            "Calling the {n} riskiest brings {one}; calling the {n} best brings {other}.",
            calls,
        )
        even = self.terms.break_even
        return Scene(
            title=_("Whom does it pay to call?"),
            question=_("Calls cost, offers cost, and the riskiest need not be the best to call."),
            said=told.format(one=money(first[calls]), other=money(chosen.money)),
            figures=(
                Figure(
                    _("The riskiest first bring"),
                    money(first[calls]),
                    plural("{n} call: all above {cut}", "{n} calls: all above {cut}", calls).format(cut=percent(self.cut_off, 0)),
                ),
                Figure(_("As many, the best first"), money(chosen.money), _("By what each is expected to bring")),
                Figure(_("The best list of all"), money(best.best.money), plural("{n} call", "{n} calls", best.best.calls)),
                Figure(_("A call pays above a risk of"), percent(even) if math.isfinite(even) else _("never"), _("Where all listen alike")),
            ),
            words=_("A call pays above a risk of (offer (d) + call (f)) ÷ (acceptance (g) × (value (V) − d) + d)"),
            formulas=(_break_even(_D, _F, _G, _V), self._filled()),
            chart=self._chart(best.money, first, calls),
            derived=_derived(),
            notes=(*((self._made_up(),) if self.own is None else ()), _ascarza()),
        )

    def _filled(self) -> Formula:
        offer, contact = (figure(money(amount)) for amount in (self.offer, self.contact))
        even = self.terms.break_even
        found = _break_even(offer, contact, figure(number(self.acceptance, 2)), figure(money(self.value)))
        return Formula.of(found, "\u2248", figure(percent(even))) if math.isfinite(even) else found

    def _made_up(self) -> str:
        told = _("{n} made-up customers; on average {mean} would leave, few of them surely.")
        return told.format(n=number(CUSTOMERS), mean=percent(MEAN_RISK, 0))

    def _chart(self, best: npt.NDArray[np.float64], first: npt.NDArray[np.float64], calls: int) -> Chart:
        pays = np.flatnonzero(best >= -best.max() / 2)
        last = min(len(best) - 1, max(int(pays[-1]), round(1.2 * calls), SHORTEST))
        lengths = np.unique([*np.linspace(0, last, MOST_POINTS).round().astype(int), calls])
        alt = _("Money by the number of calls, the riskiest first and the best first. At {calls} calls: {one} and {other}.")
        return lines(
            [
                Line(_("the best first"), lengths.astype(float), best[lengths]),
                Line(_("the riskiest first"), lengths.astype(float), first[lengths], second=True),
            ],
            x=Axis(_("customers called")),
            y=Axis(_("money"), "money"),
            mark=(calls, float(first[calls])),
            level=(0.0, ""),
            alt=alt.format(calls=number(calls), one=money(first[calls]), other=money(best[calls])),
            named_at=0.5,
            above=False,
        )


def _ascarza() -> str:
    return _(
        "How much less the riskiest listen is an assumption. Only a random group that is not called shows what calls do (Ascarza, 2018)."
    )


def _break_even(offer: Formula, contact: Formula, accept: Formula, value: Formula) -> Formula:
    below = Formula.of(accept, "\u00d7", bracket(Formula.of(value, "\u2212", offer)), "+", offer)
    return fraction(Formula.of(offer, "+", contact), below)


def _derived() -> tuple[Step, ...]:
    p, one = symbol("p"), figure("1")
    leaver = Formula.of(_G, "\u00d7", bracket(Formula.of(_V, "\u2212", _D)), "\u2212", _F)
    return (
        Step(
            _(
                "Somebody who would leave takes the offer with the chance g and stays: that keeps the value V less "
                "the offer d. The call costs f."
            ),
            leaver,
        ),
        Step(
            _("Somebody who would stay takes the offer and stays: the offer and the call are wasted."),
            Formula.of("\u2212", _D, "\u2212", _F),
        ),
        Step(
            _("With the risk p a call brings, on average, p times the one and 1 − p times the other."),
            Formula.of(p, bracket(leaver), "\u2212", bracket(Formula.of(one, "\u2212", p)), bracket(Formula.of(_D, "+", _F))),
        ),
        Step(
            _("That is nought at the break-even (Verbraken, Verbeke and Baesens, 2013):"), Formula.of(p, "=", _break_even(_D, _F, _G, _V))
        ),
        Step(
            _(
                "Where the riskiest listen less, g falls with the risk: g × (1 − p) to the power on the dial. Then "
                "the middle of the list brings more than its top."
            )
        ),
    )
