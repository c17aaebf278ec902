"""Scene: what a customer is worth."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from churn.charts.look import Chart
from churn.charts.workshop import Axis, Line, lines
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, bracket, figure, fraction, power, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step, discount_dial, money_dial
from churn.money import customer_value, discount_within, lifetime
from churn.wording import _, money, number, percent

MONTHS = 12
_V, _M, _R, _D, _C = (symbol(letter) for letter in "Vmrdc")


@dataclass(frozen=True, eq=False)
class CustomerWorth(Stage):
    """Value a month, the share of it that is margin, the share that leaves a month, and the discount rate a year."""

    key: ClassVar[str] = "worth"
    value: float = 50.0
    margin: float = 0.4
    churn: float = 0.04
    discount: float = 0.1
    highest: float = 50.0

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("What a customer is worth")

    def dials(self) -> tuple[Dial, ...]:
        """Value, margin, churn and discount."""
        return (
            money_dial("value", _("A customer pays a month"), self.highest),
            Dial("margin", _("Margin"), 0.01, 1.0, 0.01, "share"),
            Dial("churn", _("Churn a month"), 0.001, 0.3, 0.001, "share", 1),
            discount_dial(),
        )

    def at(self, churn: float, *, first_certain: bool = False) -> float:
        """The value of a customer at some churn a month."""
        rate = discount_within(self.discount, MONTHS)
        return customer_value(self.value * self.margin, retention=1 - churn, discount=rate, first_certain=first_certain)

    def scene(self) -> Scene:
        """Its value, its lifetime, and both under other conventions."""
        worth, certain, months = self.at(self.churn), self.at(self.churn, first_certain=True), lifetime(self.churn)
        margin = self.value * self.margin
        said = _("Who brings {margin} a month and stays {months} months on average is worth {worth} today.")
        return Scene(
            title=_("What is a customer worth?"),
            question=_("All that one customer will bring, in today's money."),
            said=said.format(margin=money(margin), months=_shown(months), worth=money(worth)),
            figures=(
                Figure(_("A customer is worth"), money(worth), _("First payment in a month, if still there")),
                Figure(_("They stay on average"), _("{n} months").format(n=_shown(months)), _("1 / churn")),
                Figure(_("First payment certain"), money(certain), _("One margin of {margin} more").format(margin=money(margin))),
                Figure(_("Nothing discounted"), money(margin * months), _("Margin × months, first payment certain")),
            ),
            words=_("Worth (V) = margin (m) × share who stay (r) ÷ (1 + discount rate (d) − share who stay), all a month"),
            formulas=(Formula.of(_V, "=", _formula(_M, _R, _D)), self._filled(worth)),
            chart=self._chart(worth),
            derived=_derived(),
            notes=(self._monthly(),),
        )

    def _filled(self, worth: float) -> Formula:
        rate = figure(number(discount_within(self.discount, MONTHS), 4))
        margin, kept = figure(money(self.value * self.margin, digits=2)), figure(number(1 - self.churn, 3))
        return Formula.of(_formula(margin, kept, rate), "\u2248", figure(money(worth)))

    def _monthly(self) -> str:
        rate = percent(discount_within(self.discount, MONTHS), 2)
        return _("A discount rate of {year} a year is {month} a month: (1 + yearly rate) to the power of 1/12, less 1.").format(
            year=percent(self.discount, 0), month=rate
        )

    def _chart(self, worth: float) -> Chart:
        span = np.linspace(0.005, max(0.15, 1.5 * self.churn), 80)
        alt = _("What a customer is worth at each churn a month, falling steeply: {worth} at {churn}.")
        return lines(
            [Line(_("worth"), span, np.array([self.at(float(churn)) for churn in span]))],
            x=Axis(_("churn a month"), "share", 1),
            y=Axis(_("a customer is worth"), "money"),
            mark=(self.churn, worth),
            alt=alt.format(worth=money(worth), churn=percent(self.churn)),
        )


def _shown(months: float) -> str:
    return number(months, 1 if months < 20 else 0)


def _formula(margin: Formula, kept: Formula, rate: Formula) -> Formula:
    return Formula.of(margin, "\u00d7", fraction(kept, Formula.of(figure("1"), "+", rate, "\u2212", kept)))


def _derived() -> tuple[Step, ...]:
    told = _("All of it takes churn to be the same in every month. Where those who stay longer leave less often, customers are worth more.")
    return (*_lifetime(), *_value(), Step(told))


def _lifetime() -> tuple[Step, ...]:
    one, life = figure("1"), symbol("L")
    stays = Formula.of(one, "\u2212", _R)
    series = Formula.of(one, "+", _R, "+", power(_R, figure("2")), "+", power(_R, figure("3")), "+", "\u2026")
    solved = Formula.of(bracket(stays), life, "=", one, ",", life, "=", fraction(one, stays), "=", fraction(one, _C))
    return (
        Step(
            _("Each month the share c leaves and r = 1 − c stays. A customer is there in the first month, in the second with the chance r.")
        ),
        Step(_("In the third with r × r, and so on. The months that they stay on average are the sum."), Formula.of(life, "=", series)),
        Step(_("Multiply the sum by r and take it from itself: only the 1 is left. So the lifetime is 1 / churn."), solved),
    )


def _value() -> tuple[Step, ...]:
    later = Formula.of(figure("1"), "+", _D)
    paid = [fraction(power(_R, at), power(bracket(later), at)) for at in (figure("2"), figure("3"))]
    series = Formula.of(_V, "=", _M, bracket(Formula.of(fraction(_R, later), "+", paid[0], "+", paid[1], "+", "\u2026")))
    certain = Formula.of(_V, "=", _M, "\u00d7", fraction(later, Formula.of(figure("1"), "+", _D, "\u2212", _R)))
    late = _("Each month's delay makes money count only 1 / (1 + d). With the first payment in a month, from those who are still there:")
    same = _("The same trick with r / (1 + d) in place of r gives the value (Gupta and Lehmann, 2003).")
    once = _("Where the first payment is certain and comes at once, there is one margin more (Berger and Nasr, 1998).")
    return (Step(late, series), Step(same, Formula.of(_V, "=", _formula(_M, _R, _D))), Step(once, certain))
