"""What a scene of the workshop is made of: dials to turn, and what it then says."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from churn import wording
from churn.charts.look import Chart
from churn.findings.blocks import Figure, Table
from churn.findings.workshop.formula import Formula
from churn.wording import _

Unit = Literal["share", "points", "money", "number"]


@dataclass(frozen=True)
class Dial:
    """A number that a room can turn: the `field` of the stage that it sets, its name, from `low` to `high` in steps, in shares (0..1),
    money or numbers; `digits` after the point, those of percents for shares. Points are shares shown without their sign."""

    field: str
    label: str
    low: float
    high: float
    step: float
    unit: Unit = "number"
    digits: int = 0

    def held(self, value: float) -> float:
        """The nearest value that the dial can stand at."""
        steps = round((value - self.low) / self.step)
        return min(max(round(self.low + steps * self.step, 9), self.low), self.high)

    @property
    def scale(self) -> int:
        """What a value is shown times: 100 for shares."""
        return 100 if self.unit in ("share", "points") else 1

    def said(self, value: float) -> str:
        """A value in words."""
        if self.unit == "share":
            return wording.percent(value, self.digits)
        return wording.money(value) if self.unit == "money" else wording.number(self.scale * value, self.digits)


@dataclass(frozen=True)
class Step:
    """One step of a derivation: a sentence, and what it comes to in symbols where there is something."""

    said: str
    formula: Formula | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """A scene as it stands: the answer in a sentence, figures (the first is the great one), the formula in words, in symbols and with the
    numbers put in, at most one chart, a table where a file needs one, the steps that lead there, and what else has to be known."""

    title: str
    question: str
    said: str
    figures: tuple[Figure, ...]
    words: str = ""
    formulas: tuple[Formula, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    derived: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene with its dials where somebody has set them; the fields of each kind of stage begin at textbook numbers."""

    key: ClassVar[str]

    @classmethod
    def name(cls) -> str:
        """The short name, for a row of buttons."""
        raise NotImplementedError

    def dials(self) -> tuple[Dial, ...]:
        """What can be turned, with bounds that fit the numbers that the stage begins with."""
        return ()

    def scene(self) -> Scene:
        """What it says with the dials as they stand. Raises MoneyError for what cannot be."""
        raise NotImplementedError

    def turned(self, **fields: float) -> Self:
        """The same with dials turned."""
        return replace(self, **fields)

    def settings(self) -> str:
        """Where the dials stand, in a line."""
        return "; ".join(f"{dial.label}: {dial.said(getattr(self, dial.field))}" for dial in self.dials())


def money_dial(field: str, label: str, start: float) -> Dial:
    """A dial for an amount, from nearly nothing to a few times where it starts.

    >>> money_dial("value", "Value", 431)
    Dial(field='value', label='Value', low=5, high=1000, step=5, unit='money', digits=0)
    """
    step = step_for(start)
    return Dial(field, label, step, step * 200, step, "money")


def step_for(start: float) -> int:
    """The step of a dial of 200 steps on which `start` lies in the lower half: 1, 2, 5, 10, 20 and so on.

    >>> step_for(50), step_for(431)
    (1, 5)
    """
    step = 1
    while step * 200 < start * 2:
        step = {"1": 2, "2": 5, "5": 10}[str(step)[0]] * 10 ** (len(str(step)) - 1)
    return step


def discount_dial() -> Dial:
    """The dial for a discount rate a year."""
    return Dial("discount", _("Discount rate a year"), 0.0, 0.3, 0.01, "share")
