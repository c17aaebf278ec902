"""Scene: five points more retention."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from churn.charts.look import Chart
from churn.charts.workshop import Axis, Line, lines
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, bracket, figure, fraction, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step, discount_dial
from churn.money import customer_value, gain_of_points
from churn.wording import _, number, percent, points

FIVE = 0.05
BEST = 0.99
_V, _M, _R, _D = (symbol(letter) for letter in "Vmrd")
_THEN = symbol("r'")


@dataclass(frozen=True, eq=False)
class FivePoints(Stage):
    """The share that stays a year, the points that it rises by, and the discount rate a year."""

    key: ClassVar[str] = "points"
    retention: float = 0.8
    more: float = FIVE
    discount: float = 0.1

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("Five points more")

    def dials(self) -> tuple[Dial, ...]:
        """Retention, points and discount."""
        return (
            Dial("retention", _("Retention a year"), 0.1, 0.95, 0.01, "share"),
            Dial("more", _("Points more"), 0.01, 0.2, 0.01, "points"),
            discount_dial(),
        )

    @property
    def added(self) -> float:
        """The points that fit below 99%."""
        return min(self.more, BEST - self.retention)

    def scene(self) -> Scene:
        """The gain under three conventions, beside the gains that are often shown."""
        before, after = percent(self.retention, 0), percent(self.retention + self.added, 0)
        gain = gain_of_points(self.retention, self.added, discount=self.discount)
        certain = gain_of_points(self.retention, self.added, discount=self.discount, first_certain=True)
        longer = gain_of_points(self.retention, self.added, first_certain=True)
        known = [_published(kept) for kept in (0.6, 0.8, 0.9)]
        cut = _("Retention is not taken beyond 99%, so {points} are added.").format(points=points(self.added, 0))
        return Scene(
            title=_("What do five points more retention bring?"),
            question=_("How much more each customer is worth where fewer leave."),
            said=_("From {before} to {after}: each customer is worth {gain} more.").format(
                before=before, after=after, gain=percent(gain, 0)
            ),
            figures=(
                Figure(
                    _("{before} to {after}").format(before=before, after=after),
                    _more(gain),
                    _("First payment after a year, if still there"),
                ),
                Figure(_("First payment certain"), _more(certain), _("The same, paid at the start of each year")),
                Figure(_("They stay longer by"), _more(longer), _("Nothing discounted: 1 / churn, before and after")),
                Figure(_("Worth in margins"), self._margins(), _("Before and after")),
                *known,
            ),
            words=_("Gain = worth at the new retention (r') ÷ worth at the old (r) − 1; d is the discount rate"),
            formulas=(_formula(_R, _THEN, _D), self._filled(gain)),
            chart=self._chart(gain),
            derived=self._derived(),
            notes=(*((cut,) if self.added < self.more else ()), standing()),
        )

    def _margins(self) -> str:
        ends = [customer_value(1, retention=kept, discount=self.discount) for kept in (self.retention, self.retention + self.added)]
        return _("{before} to {after}").format(before=number(ends[0], 2), after=number(ends[1], 2))

    def _filled(self, gain: float) -> Formula:
        kept, then = number(self.retention, 2), number(self.retention + self.added, 2)
        found = _formula(figure(kept), figure(then), figure(number(self.discount, 2)))
        return Formula.of(found, "=", figure(_more(gain)))

    def _chart(self, gain: float) -> Chart:
        span = np.arange(10, round(100 * (BEST - self.added)) + 1) / 100
        found = np.array([gain_of_points(float(kept), self.added, discount=self.discount) for kept in span])
        alt = _("The gain by the retention that one starts from: {gain} at {kept}. It is highest where most stay already.")
        shown = span >= min(0.4, self.retention)
        return lines(
            [Line(_("gain"), span[shown], found[shown])],
            x=Axis(_("retention a year before"), "share"),
            y=Axis(_("each customer is worth so much more"), "share"),
            mark=(self.retention, gain),
            alt=alt.format(gain=_more(gain), kept=percent(self.retention, 0)),
        )

    def _derived(self) -> tuple[Step, ...]:
        one = figure("1")
        value = Formula.of(_V, "=", _M, "\u00d7", fraction(_R, Formula.of(one, "+", _D, "\u2212", _R)))
        told = _("Here it goes from {margins} margins: one divided by the other, less 1, is the gain.")
        return (
            Step(
                _("A customer is worth this, with r the share who stay a year and d the discount rate a year (see the first scene)."), value
            ),
            Step(_("Put in the retention before and after, and divide. The margin falls out: the gain is the same for all firms.")),
            Step(told.format(margins=self._margins())),
            Step(
                _(
                    "What counts is the leak: from 80% to 85% stay, but only 15% in place of 20% leave. So the gain "
                    "grows the fewer leave already."
                )
            ),
            Step(_("It is value for each customer, not the firm's profit, and what the five points cost is not in it.")),
        )


def standing() -> str:
    """What is known of the quoted claim."""
    return _(
        "The claim: five points more retention raise profit 25 to 95%. It is value for each customer in "
        "certain industries (Reichheld, 1990), not profit."
    )


def _published(kept: float) -> Figure:
    gain = gain_of_points(kept, FIVE, discount=0.1)
    label = _("{before} to {after}, discount 10%").format(before=percent(kept, 0), after=percent(kept + FIVE, 0))
    return Figure(label, _more(gain), _("Always the same, to compare with"))


def _formula(kept: Formula, then: Formula, rate: Formula) -> Formula:
    worth = [bracket(fraction(share, Formula.of(figure("1"), "+", rate, "\u2212", share))) for share in (then, kept)]
    return Formula.of(fraction(*worth), "\u2212", figure("1"))


def _more(gain: float) -> str:
    return _("+{share}").format(share=percent(gain, 0))
