"""What the columns of one file tell about each other: a convention that all columns with proof share settles those without."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace

from churn.intake.parsing import Cells, Conventions, Doubt
from churn.intake.results import Question
from churn.wording import _, listing

_OPTIONS = {"decimal": "--decimal", "date_order": "--date-order", "calendar": "--calendar", "epoch": "--epoch", "century": "--century"}


def settled_together(
    columns: Sequence[Cells], said: Conventions, kept: Collection[int], again: Callable[[int, Conventions], Cells]
) -> list[Cells]:
    """The columns of a file, those in doubt read `again` (by place) as every other column that shows anything shows, save where the owner
    has `said` otherwise; doubts that remain stay. Nothing is read again where none of the `kept` columns is in doubt."""
    if not any(columns[at].doubt for at in kept):
        return list(columns)
    shown = _agreed([cells.shown for cells in columns])
    own = {name: value for name, value in asdict(said).items() if value is not None}
    settled = []
    for at, cells in enumerate(columns):
        settles = cells.doubt is not None and getattr(shown, cells.doubt.about) is not None
        settled.append(_noted(again(at, replace(shown, **own)), cells.doubt) if cells.doubt and settles else cells)
    return settled


def _agreed(shown: Sequence[Conventions]) -> Conventions:
    """What all that show a convention agree on."""
    agreed = {}
    for convention in fields(Conventions):
        values = {getattr(one, convention.name) for one in shown} - {None, "ymd"}  # days with the year first say nothing of the others
        agreed[convention.name] = values.pop() if len(values) == 1 else None
    return Conventions(**agreed)


def _noted(cells: Cells, doubt: Doubt) -> Cells:
    note = _("{example} could be read in two ways; read as in the other columns").format(example=doubt.examples[0])
    return replace(cells, notes=(*cells.notes, note))


def doubts(columns: Mapping[str, Cells], *, file: str) -> list[Question]:
    """One question for each convention that some of the columns (by header) leave open."""
    found = []
    for about in _OPTIONS:
        asking = {source: cells.doubt for source, cells in columns.items() if cells.doubt and cells.doubt.about == about}
        if asking:
            found.append(_question(file, list(asking), next(iter(asking.values()))))
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
