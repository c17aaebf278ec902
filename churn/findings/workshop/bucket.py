"""Scene: the leaky bucket."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from churn.charts.look import Chart
from churn.charts.workshop import Axis, Line, lines
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, bracket, figure, fraction, power, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step, step_for
from churn.money import Bucket
from churn.wording import _, number, percent, plural

MONTHS = 60
_N, _C = symbol("n"), symbol("c")


@dataclass(frozen=True, eq=False)
class LeakyBucket(Stage):
    """Customers today, new ones a month, the share that leaves a month, and another churn to compare with."""

    key: ClassVar[str] = "bucket"
    start: float = 1000.0
    new: float = 100.0
    churn: float = 0.05
    other: float = 0.04
    largest: float = 1000.0
    most_new: float = 100.0

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("The leaky bucket")

    def dials(self) -> tuple[Dial, ...]:
        """How full, how much flows in, and both leaks."""
        return (
            _count_dial("start", _("Customers today"), self.largest),
            _count_dial("new", _("New customers a month"), self.most_new),
            Dial("churn", _("Churn a month"), 0.001, 0.3, 0.001, "share", 1),
            Dial("other", _("And at a churn of"), 0.001, 0.3, 0.001, "share", 1),
        )

    def scene(self) -> Scene:
        """The ceiling, how soon it is near, and the ceiling at the other churn."""
        bucket, other = (Bucket(self.start, self.new, churn) for churn in (self.churn, self.other))
        grows = _("With {new} new a month and {churn} leaving, the firm grows to {ceiling} customers and no further.")
        shrinks = _("With {new} new a month and {churn} leaving, the firm shrinks to {ceiling} customers.")
        said = grows if bucket.ceiling >= self.start else shrinks
        return Scene(
            title=_("How full can the leaky bucket get?"),
            question=_("New customers flow in, a share of all flows out."),
            said=said.format(new=number(self.new), churn=percent(self.churn), ceiling=number(bucket.ceiling)),
            figures=(
                Figure(_("Ceiling"), number(bucket.ceiling), _("New a month ÷ churn a month")),
                Figure(_("At a churn of {churn}").format(churn=percent(self.other)), number(other.ceiling), _("The other ceiling")),
                Figure(_("In a year"), number(bucket.after(12)), _("Customers, from {n} today").format(n=number(self.start))),
                Figure(
                    _("Half way there"),
                    _months(bucket.months_to(0.5)),
                    _("And nine tenths of the way after {months}").format(months=_months(bucket.months_to(0.9))),
                ),
            ),
            words=_("Ceiling = new customers a month (n) ÷ churn a month (c)"),
            formulas=(
                fraction(_N, _C),
                Formula.of(fraction(figure(number(self.new)), figure(percent(self.churn))), "\u2248", figure(number(bucket.ceiling))),
            ),
            chart=self._chart(bucket, other),
            derived=_derived(),
            notes=(_("Churn is taken to be the same for new and old customers. New ones often leave sooner: then the ceiling is lower."),),
        )

    def _chart(self, bucket: Bucket, other: Bucket) -> Chart:
        months = np.arange(MONTHS + 1, dtype=float)
        alt = _("Customers over {months} months: {one} at a churn of {churn}, {two} at {other}. The ceiling is {ceiling}.")
        names = [_("churn {churn}").format(churn=percent(churn)) for churn in (self.churn, self.other)]
        return lines(
            [Line(names[0], months, bucket.over(MONTHS)), Line(names[1], months, other.over(MONTHS), second=True)],
            x=Axis(_("months from today")),
            y=Axis(_("customers")),
            level=(bucket.ceiling, _("ceiling {n}").format(n=number(bucket.ceiling))),
            alt=alt.format(
                months=number(MONTHS),
                one=number(bucket.after(MONTHS)),
                churn=percent(self.churn),
                two=number(other.after(MONTHS)),
                other=percent(self.other),
                ceiling=number(bucket.ceiling),
            ),
            above=other.ceiling >= bucket.ceiling,
        )


def _count_dial(field: str, label: str, start: float) -> Dial:
    step = step_for(start)
    return Dial(field, label, 0, step * 200, step)


def _months(months: float) -> str:
    return plural("{n} month", "{n} months", round(months))


def _derived() -> tuple[Step, ...]:
    then, now, one = symbol("N", "t+1"), symbol("N", "t"), figure("1")
    start, stays = symbol("N", "0"), Formula.of(one, "\u2212", _C)
    ceiling = fraction(_N, _C)
    return (
        Step(_("Next month there are those who stay, and the new ones:"), Formula.of(then, "=", now, bracket(stays), "+", _N)),
        Step(
            _("The more customers there are, the more leave. At the ceiling as many leave as come:"),
            Formula.of(_C, "\u00d7", symbol("N"), "=", _N, ",", symbol("N"), "=", ceiling),
        ),
        Step(
            _("The distance to the ceiling shrinks by the share c each month:"),
            Formula.of(now, "=", ceiling, "+", bracket(Formula.of(start, "\u2212", ceiling)), power(bracket(stays), symbol("t"))),
        ),
        Step(
            _("So half of the way takes as long however many are new. Only churn sets the pace."),
            Formula.of(symbol("t"), "=", fraction(Formula.of(symbol("ln"), figure("0.5")), Formula.of(symbol("ln"), bracket(stays)))),
        ),
        Step(_("Twice as many new customers double the ceiling. So does half the churn.")),
    )
