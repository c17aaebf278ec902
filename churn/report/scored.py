"""The scored sheet: the file's own columns, then the risk and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn import wording
from churn.errors import IntakeError
from churn.intake import Intake
from churn.report.understood import excerpt
from churn.risk import Scores, drivers
from churn.risk.bins import as_text
from churn.risk.columns import BECAUSE, RANGE, SCORED, score_columns
from churn.wording import _

ADDED = (*SCORED[:2], *RANGE, *SCORED[2:])
DRIVERS = tuple(name for name in ADDED if name.startswith("driver_"))
BASE = f"{BECAUSE}base"


def scored_sheet(frame: pd.DataFrame, scores: Scores, *, contributions: bool = False) -> pd.DataFrame:
    """`frame` in its order, with risk (0..1, empty where too little is known), risk_band, the ends of its range risk_low and risk_high
    (0..1), information (0..1), driver_1 .. driver_3 in words, known; with `contributions` also because:base and because:<column> in
    log-odds, empty where there is no risk.

    An earlier scoring is replaced; the file's own columns of such names are kept under a numbered one. Whole numbers are Int64.
    """
    sentences = drivers(scores, frame)
    added: dict[str, object] = {
        "risk": scores.risk,
        "risk_band": [wording.risk_band(risk) for risk in scores.risk],
        "risk_low": scores.low,
        "risk_high": scores.high,
        "information": scores.information,
        **{name: [row[place] if place < len(row) else "" for row in sentences] for place, name in enumerate(DRIVERS)},
        "known": scores.known,
    }
    if contributions:
        shown = ~np.isnan(scores.risk)
        added[BASE] = np.where(shown, scores.base, np.nan)
        own_names = numbered(tuple(BECAUSE + column for column in scores.columns), taken={BASE})
        added |= {name: np.where(shown, scores.contributions[:, place], np.nan) for place, name in enumerate(own_names)}
    own = frame.drop(columns=replaced(frame)).reset_index(drop=True).apply(whole)
    own.columns = pd.Index(numbered(tuple(map(str, own)), taken=set(added)))
    return pd.concat([own, pd.DataFrame(added)], axis=1)


@dataclass(frozen=True)
class Unread:
    """Cells of a column that hold something of which the score knows nothing, and counts as missing: how many, and some of them."""

    column: str
    cells: int
    examples: tuple[str, ...]


def unread(frame: pd.DataFrame, scores: Scores) -> list[Unread]:
    """The columns with cells that are filled, and yet count as missing: text for a number, or a value that no training row had."""
    found = []
    for place, column in enumerate(scores.columns):
        if source := scores.sources.get(column):
            cells = frame[source][frame[source].notna().to_numpy() & ~scores.present[:, place]]
            if len(cells):
                found.append(Unread(source, len(cells), tuple(as_text(cells.drop_duplicates().head(3)))))
    return found


def not_known(columns: Sequence[Unread]) -> str:
    """The same in a sentence, the columns with most such cells first."""
    first, *others = sorted(columns, key=lambda column: -column.cells)
    more = wording.plural(", and cells of {n} column more", ", and cells of {n} columns more", len(others)) if others else ""
    return _("the model knows nothing of {cells} of {column}, such as {examples}{more}: taken as missing.").format(
        cells=wording.plural("{n} cell", "{n} cells", first.cells),
        column=first.column,
        examples=wording.listing([f"'{excerpt(example)}'" for example in first.examples]),
        more=more,
    )


def earlier(intake: Intake, scores: Scores) -> list[str]:
    """The columns of an earlier scoring. Raises IntakeError where the model would read them in the place of the customers' own."""
    old = replaced(intake.frame)
    if read := [name for name in old if name in scores.sources.values()]:
        raise IntakeError(
            _("{file} was scored before, so its {columns} is not what the model reads: score the file it was made from.").format(
                file=intake.file, columns=wording.listing(read)
            )
        )
    return old


def replaced(frame: pd.DataFrame) -> list[str]:
    """The columns of `frame` that an earlier scoring added; none where it does not hold all that every scoring adds."""
    return score_columns([str(header) for header in frame])


def numbered(names: tuple[str, ...], *, taken: set[str]) -> list[str]:
    """The names, those in `taken` with the first number that no other has.

    >>> numbered(("tenure", "risk", "risk (2)"), taken={"risk"})
    ['tenure', 'risk (3)', 'risk (2)']
    """
    used = taken | set(names)
    found = []
    for name in names:
        number = 2
        while name in taken and f"{name} ({number})" in used:
            number += 1
        found.append(f"{name} ({number})" if name in taken else name)
        used.add(found[-1])
    return found


def whole(cells: "pd.Series[float]") -> "pd.Series[int] | pd.Series[float]":
    """Whole numbers as such, so that a 5 does not come back as 5.0; any other column as it is."""
    if not pd.api.types.is_float_dtype(cells):
        return cells
    numbers = cells.dropna()
    return cells.astype("Int64") if len(numbers) and ((numbers % 1 == 0) & (numbers.abs() < 2**53)).all() else cells
