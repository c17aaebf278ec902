"""What the columns of one file tell about each other: a convention that all columns with proof share settles those without."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from typing import Protocol, TypeVar

from churn.intake.parsing import Cells, Conventions, Doubt
from churn.intake.results import Question
from churn.wording import _, listing

_OPTIONS = {"decimal": "--decimal", "date_order": "--date-order", "calendar": "--calendar", "epoch": "--epoch", "century": "--century"}


class Matched(Protocol):
    """A column of the file: its place, its header and its cells."""

    @property
    def at(self) -> int: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def cells(self) -> Cells: ...  # noqa: D102


Column = TypeVar("Column", bound=Matched)


def settled_together(columns: Sequence[Column], kept: Collection[int], again: Callable[[Column, Conventions], Column]) -> list[Column]:
    """The columns, those in doubt read `again` by what every other column that shows anything shows; doubts that remain stay."""
    if not any(column.cells.doubt for column in columns if column.at in kept):
        return list(columns)
    shown = _agreed([column.cells.shown for column in columns])
    settled = []
    for column in columns:
        doubt = column.cells.doubt
        settles = doubt is not None and getattr(shown, doubt.about) is not None
        settled.append(_noted(again(column, shown), doubt) if doubt and settles else column)
    return settled


def _agreed(shown: Sequence[Conventions]) -> Conventions:
    """What all that show a convention agree on."""
    agreed = {}
    for convention in fields(Conventions):
        values = {getattr(one, convention.name) for one in shown} - {None, "ymd"}  # days with the year first say nothing of the others
        agreed[convention.name] = values.pop() if len(values) == 1 else None
    return Conventions(**agreed)


def _noted(column: Column, doubt: Doubt) -> Column:
    note = _("{example} could be read in two ways; read as in the other columns").format(example=doubt.examples[0])
    return replace(column, cells=replace(column.cells, notes=(*column.cells.notes, note)))  # type: ignore[type-var]


def doubts(columns: Sequence[Matched], *, file: str) -> list[Question]:
    """One question for each convention that some of the columns leave open."""
    found = []
    for about in _OPTIONS:
        asking = [(column.source, column.cells.doubt) for column in columns if column.cells.doubt and column.cells.doubt.about == about]
        if asking:
            found.append(_question(file, [source for source, _doubt in asking], asking[0][1]))
    return found


def _question(file: str, sources: list[str], doubt: Doubt) -> Question:
    option = _OPTIONS[doubt.about]
    example = doubt.examples[0]
    ways = _(" or ").join(
        _("{option} {choice} ({reading})").format(option=option, choice=choice, reading=reading) for choice, reading in doubt.choices
    )
    text = _("{file}: '{example}' in {columns} can be read in more than one way: say {ways}.").format(
        file=file, example=example, columns=listing([f"'{source}'" for source in sources[:5]]), ways=ways
    )
    choices = tuple(choice for choice, _reading in doubt.choices)
    return Question(text, option, choices, tuple(sources), doubt.examples, tuple(reading for _choice, reading in doubt.choices))
