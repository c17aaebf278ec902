"""Scene: the loyal 20%."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from churn.charts.look import Chart
from churn.charts.workshop import Axis, Line, lines
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, bracket, figure, fraction, power, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step, money_dial
from churn.measures import Concentration
from churn.money import FIFTH, Skew
from churn.wording import _, money, number, percent, plural

_S, _P = symbol("S"), symbol("p")


@dataclass(frozen=True, eq=False)
class LoyalFifth(Stage):
    """What the top 20% bring of the revenue, what a customer brings on average, how many of the top 20% leave; `own` is the firm's
    curve."""

    key: ClassVar[str] = "loyal"
    top: float = 0.8
    mean: float = 50.0
    gone: float = 1.0
    highest: float = 50.0
    own: Concentration | None = None

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("The loyal 20%")

    def dials(self) -> tuple[Dial, ...]:
        """The skew, the mean and the number lost."""
        return (
            Dial("top", _("The top 20% bring of the revenue"), 0.2, 0.98, 0.01, "share"),
            money_dial("mean", _("A customer brings on average"), self.highest),
            Dial("gone", _("So many of the top 20% leave"), 1, 50, 1),
        )

    def scene(self) -> Scene:
        """What losing one of the top 20% costs, beside one of the others."""
        skew, gone = Skew(self.top), round(self.gone)
        lost, alike = gone * self.mean * skew.loyal, gone * skew.times
        who = plural("Losing {n} of the top 20%", "Losing {n} of the top 20%", gone)
        own = () if self.own is None else (_own(self.own),)
        return Scene(
            title=_("What does it cost to lose one of the loyal 20%?"),
            question=_("Few customers may bring most of the revenue. How few differs from firm to firm."),
            said=_("{who} costs as much as losing {n} of the others.").format(who=who, n=number(alike, 0 if alike >= 10 else 1)),
            figures=(
                Figure(who, money(lost), _("Revenue, in the time for which the average is given")),
                Figure(
                    _("One of the top 20% brings"),
                    money(self.mean * skew.loyal),
                    _("{n} times the average").format(n=number(skew.loyal, 1)),
                ),
                Figure(
                    _("One of the others brings"),
                    money(self.mean * skew.other, digits=1),
                    _("{n} times the average").format(n=number(skew.other, 2)),
                ),
                Figure(_("The top 1% bring"), percent(skew.share_of(0.01), 0), _("Of all revenue, at this skew")),
                *own,
            ),
            words=_("One of the top 20% = so many of the others: (their share (S) ÷ 20%) ÷ (the rest ÷ 80%)"),
            formulas=(_formula(_S, bracket(Formula.of(figure("1"), "\u2212", _S))), self._filled(skew)),
            chart=self._chart(skew),
            derived=_derived(),
            notes=(_("That the loyal 20% bring 80% has no primary source. Concentration differs: compute it."),),
        )

    def _filled(self, skew: Skew) -> Formula:
        return Formula.of(_formula(figure(percent(self.top, 0)), figure(percent(1 - self.top, 0))), "=", figure(number(skew.times, 1)))

    def _chart(self, skew: Skew) -> Chart:
        span = np.linspace(0, 1, 101)
        drawn = [Line(_("as the dial says"), span, np.array([skew.share_of(float(share)) for share in span]))]
        if self.own is not None:
            curve = self.own.curve
            drawn.append(Line(_("this firm"), curve["share_of_customers"].to_numpy(), curve["share_of_revenue"].to_numpy(), second=True))
        alt = _("The share of revenue that the largest customers bring: the top 20% bring {top}.")
        return lines(
            drawn,
            x=Axis(_("customers, the largest first"), "share"),
            y=Axis(_("bring so much of the revenue"), "share"),
            mark=(FIFTH, self.top),
            alt=alt.format(top=percent(self.top, 0)),
            named_at=0.6,
        )


def _own(found: Concentration) -> Figure:
    on = plural("Top 20% of {n} customer, all counted", "Top 20% of {n} customers, all counted", found.customers)
    return Figure(_("In this firm"), percent(found.top_share, 0), on)


def _formula(top: Formula, rest: Formula) -> Formula:
    return fraction(Formula.of(top, "/", figure("0.2")), Formula.of(rest, "/", figure("0.8")))


def _derived() -> tuple[Step, ...]:
    one, k = figure("1"), symbol("k")
    return (
        Step(_("A fifth of the customers brings the share S. So one of them brings S / 0.2 times the average customer.")),
        Step(_("The other four fifths bring the rest: each (1 − S) / 0.8 times the average. Divide one by the other.")),
        Step(
            _("The curve: the largest share p of customers brings p to a power of the revenue. The power is set so that 20% bring S."),
            Formula.of(power(_P, k), ",", k, "=", fraction(Formula.of(symbol("ln"), _S), Formula.of(symbol("ln"), figure("0.2")))),
        ),
        Step(
            _("That is the curve of a Pareto distribution with this shape; 1.16 gives 80 to 20."),
            Formula.of(symbol("\u03b1"), "=", fraction(one, Formula.of(one, "\u2212", k))),
        ),
        Step(_("Averages hide much: the largest single customer brings far more than the average of the top 20%.")),
    )
