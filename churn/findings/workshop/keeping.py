"""Scene: keep a customer, or win a new one?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from churn.charts.look import Chart
from churn.charts.workshop import Axis, Line, lines
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, figure, fraction, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step, money_dial
from churn.money import KeepOrWin
from churn.wording import _, money, number, percent

_W, _K, _P, _Q = (symbol(letter) for letter in "wkpq")


@dataclass(frozen=True, eq=False)
class KeepOrAcquire(Stage):
    """What winning and keeping cost, how often keeping works, and how many of those on whom it is spent would have left."""

    key: ClassVar[str] = "keep"
    win: float = 100.0
    keep: float = 20.0
    works: float = 0.3
    would_leave: float = 1.0

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("Keep or win")

    def dials(self) -> tuple[Dial, ...]:
        """Both costs and both chances."""
        return (
            money_dial("win", _("Winning a new customer costs"), 100),
            money_dial("keep", _("One effort to keep one costs"), 50),
            Dial("works", _("It works on a leaver"), 0.01, 1.0, 0.01, "share"),
            Dial("would_leave", _("Of those it is spent on would leave"), 0.01, 1.0, 0.01, "share"),
        )

    def scene(self) -> Scene:
        """What each kept customer costs, and where the break-even lies."""
        choice = KeepOrWin(self.win, self.keep, self.works, self.would_leave)
        cheaper = _("Keeping is cheaper: each kept customer costs {kept}, a new one {won}.")
        dearer = _("Winning is cheaper: each kept customer costs {kept}, a new one only {won}.")
        said = (cheaper if choice.saved > 0 else dearer).format(kept=money(choice.cost_of_kept), won=money(self.win))
        if choice.saved == 0:
            said = _("It is all the same: both cost {won}.").format(won=money(self.win))
        chance = percent(choice.break_even_chance, 0) if choice.break_even_chance <= 1 else _("never")
        return Scene(
            title=_("Keep a customer, or win a new one?"),
            question=_("What one customer more costs, either way."),
            said=said,
            figures=(
                Figure(
                    _("Each kept customer costs"),
                    money(choice.cost_of_kept),
                    _("{n} efforts for each who stays").format(n=number(choice.efforts, 1)),
                ),
                Figure(
                    _("Break-even: winning costs"),
                    _("{n} times").format(n=number(choice.break_even_ratio, 1)),
                    _("What an effort costs; above that keeping is cheaper"),
                ),
                Figure(
                    _("Now winning costs"),
                    _("{n} times").format(n=number(choice.ratio, 1)),
                    _("What an effort costs"),
                ),
                Figure(_("Keeping has to work on"), chance, _("Of leavers, to be as cheap as winning")),
            ),
            words=_("Cost of a kept customer = cost of an effort (k) ÷ (share who would leave (q) × chance that it works (p))"),
            formulas=(
                _formula(_K, _Q, _P),
                Formula.of(
                    _formula(figure(money(self.keep)), *map(figure, (percent(self.would_leave, 0), percent(self.works, 0)))),
                    "\u2248",
                    figure(money(choice.cost_of_kept)),
                ),
            ),
            chart=self._chart(choice),
            derived=_derived(),
            notes=(
                _("Often claimed: a new customer costs 5 to 25 times a kept one. No table holds these costs: they are yours to put in."),
                _("A customer kept and a customer won are taken to be worth the same."),
            ),
        )

    def _chart(self, choice: KeepOrWin) -> Chart:
        least = min(0.05, self.works)
        span = np.unique(np.append(np.linspace(least, 1, 96), self.works))
        costs = np.array([KeepOrWin(self.win, self.keep, float(works), self.would_leave).cost_of_kept for works in span])
        shown = (costs <= 4 * max(self.win, choice.cost_of_kept)) | (span >= self.works)
        alt = _("What each kept customer costs by how often keeping works: {kept} at {works}. Winning one costs {won}.")
        return lines(
            [Line(_("a kept customer"), span[shown], costs[shown])],
            x=Axis(_("keeping works on so many leavers"), "share"),
            y=Axis(_("each kept customer costs"), "money"),
            mark=(self.works, choice.cost_of_kept),
            level=(self.win, _("winning one: {won}").format(won=money(self.win))),
            alt=alt.format(kept=money(choice.cost_of_kept), works=percent(self.works, 0), won=money(self.win)),
        )


def _formula(keep: Formula, would_leave: Formula, works: Formula) -> Formula:
    return fraction(keep, Formula.of(would_leave, "\u00d7", works))


def _derived() -> tuple[Step, ...]:
    one, leak = figure("1"), Formula.of(_Q, "\u00d7", _P)
    return (
        Step(
            _(
                "Of those on whom an effort is spent the share q would leave; on those it works with the chance p. "
                "So q × p of all efforts keep somebody."
            )
        ),
        Step(_("For one who stays because of it there are so many efforts, on average:"), fraction(one, leak)),
        Step(_("Each costs k, so a kept customer costs this much:"), _formula(_K, _Q, _P)),
        Step(
            _("Keeping is cheaper where that is less than the cost w of winning one:"),
            Formula.of(fraction(_W, _K), ">", fraction(one, leak)),
        ),
        Step(_("The effort is wasted on those who would have stayed. That is why it matters whom one calls.")),
    )
