"""How far a sheet lies from the table that a score was learned from, and whether its scores should be used."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.risk.bins import Bins, Codes
from churn.risk.column_drift import MOST_EXAMPLES, ColumnDrift, absent_column, column_drift
from churn.risk.lookup import LEAST_INFORMATION, codes_of, information_of
from churn.risk.scorecard import Scorecard
from churn.risk.sheet_columns import sources_of
from churn.risk.stability import FAR
from churn.wording import _, listing, percent, plural

FALSE_ALARMS = 0.001  # share of sheets of the very same population in which any column is called moved

NO_RISK = 0.5
DISPLACED = 0.25
FAR_WEIGHT = 0.05
MOVED_WEIGHT = 0.25
NEW_WEIGHT = 0.05
BEYOND_WEIGHT = 0.1
UNSCORED = 0.05
GOOD_INFORMATION = 0.8

Verdict = Literal["fits", "take care", "do not use"]


@dataclass(frozen=True)
class Held:
    """What rows hold of what the score reads: the mean share (0..1), and the share of rows that hold too little for a risk."""

    information: float
    unscored: float


@dataclass(frozen=True)
class Drift:
    """How far a sheet lies from the training table, by column in the order of the score; what follows for its scores, and why."""

    columns: tuple[ColumnDrift, ...]
    rows: int
    held: Held
    held_trained: Held
    verdict: Verdict
    why: tuple[str, ...]


def drift(card: Scorecard, frame: pd.DataFrame, *, codes: Codes | None = None, said: Mapping[str, str] | None = None) -> Drift:
    """Compares a sheet (columns typed as `churn.intake` types them) with the scorecard's training table: with all its customers or with
    those who were kept, whichever is nearer, since most sheets hold nobody who has left. `codes`: the sheet's rows as bin numbers, where
    scoring has found them already; `said` is as in `score`.

    The verdict weighs columns by what they mean to the score. "do not use": half of the rows hold too little for a risk, a quarter of
    what the score reads is displaced, in columns that are far, or a tenth lies beyond anything seen in training. "take care": 5% of the
    weight is far, 25% has moved, 5% of the values are new or lie beyond, a fifth of the information that training rows held is missing,
    or 5% more of the rows than in training hold too little for a risk. Otherwise "fits".
    """
    sources = sources_of(card, frame, said=said)
    codes = codes_of(card, frame, sources) if codes is None else codes
    total = card.spread.sum()
    weights = card.spread / total if total > 0 else np.full(len(card.bins), 1 / len(card.bins))
    every, kept = (
        [
            column_drift(cut, frame[sources[cut.column]], codes[:, place], weight, FALSE_ALARMS / len(cuts))
            if cut.column in sources
            else absent_column(cut, weight)
            for place, (cut, weight) in enumerate(zip(cuts, weights.tolist(), strict=True))
        ]
        for cuts in (card.bins, bins_of_kept(card))
    )
    found = min(every, kept, key=_displaced)
    held, held_trained = _held(card, codes > 0), _held(card, card.sample > 0)
    grave, care = _doubts(tuple(found), held, held_trained) if len(frame) else ([_("The sheet has no rows.")], [])
    verdict: Verdict = "do not use" if grave else "take care" if care else "fits"
    why = [*grave, *care] or [_("Its customers are like those that the score was learned from.")]
    if any(column.chance > FAR for column in found):
        why.append(_only_great_shifts(len(frame)))
    return Drift(tuple(found), len(frame), held, held_trained, verdict, tuple(why))


def bins_of_kept(card: Scorecard) -> tuple[Bins, ...]:
    """The bins with the training rows of the customers who were kept alone."""
    return tuple(replace(cut, counts=rows) for cut, rows in zip(card.bins, card.stayed, strict=True))


def _displaced(columns: list[ColumnDrift]) -> float:
    """How much of what the score reads lies elsewhere."""
    return float(np.nansum([column.displaced * column.weight for column in columns]))


def _held(card: Scorecard, present: npt.NDArray[np.bool_]) -> Held:
    information = information_of(card, present)
    return Held(float(information.mean()), float((information < LEAST_INFORMATION).mean())) if len(information) else Held(0.0, 1.0)


def _doubts(columns: tuple[ColumnDrift, ...], held: Held, held_trained: Held) -> tuple[list[str], list[str]]:
    """Reasons not to use the scores, and lesser reasons to take care."""
    grave, care = _little_held(columns, held, held_trained)
    far = [column for column in columns if column.band == "far"]
    moved = [column for column in columns if column.band in ("moved", "far")]
    new = [column for column in columns if column.new * column.weight > 0]
    beyond = sum(column.beyond * column.weight for column in columns)
    if beyond >= NEW_WEIGHT:
        most = sorted(columns, key=lambda column: -column.beyond * column.weight)[:MOST_EXAMPLES]
        (grave if beyond >= BEYOND_WEIGHT else care).extend(column.beyond_words for column in most if column.beyond)
    if _weight(far) >= FAR_WEIGHT:
        text = _("Very different from the customers that the score was learned from: {columns} ({share} of the score).")
        displaced = sum(column.displaced * column.weight for column in far)
        (grave if displaced >= DISPLACED else care).append(text.format(columns=_names(far), share=percent(_weight(far), 0)))
    elif _weight(moved) >= MOVED_WEIGHT:
        text = _("Different from the customers that the score was learned from: {columns} ({share} of the score).")
        care.append(text.format(columns=_names(moved), share=percent(_weight(moved), 0)))
    if sum(column.new * column.weight for column in new) >= NEW_WEIGHT:
        care.append(_("Values that the score has never seen, and reads as missing: {columns}.").format(columns=_names(new)))
    return grave, care


def _little_held(columns: tuple[ColumnDrift, ...], held: Held, held_trained: Held) -> tuple[list[str], list[str]]:
    grave: list[str] = []
    care: list[str] = []
    if held.unscored >= NO_RISK or held.unscored - held_trained.unscored >= UNSCORED:
        text = _("{share} of the rows hold too little for a risk ({then} in training).")
        found = text.format(share=percent(held.unscored, 0), then=percent(held_trained.unscored, 0))
        (grave if held.unscored >= NO_RISK else care).append(found)
    if held.information < GOOD_INFORMATION * held_trained.information:
        text = _("On average the rows hold {share} of what the score reads ({then} in training).")
        care.append(text.format(share=percent(held.information, 0), then=percent(held_trained.information, 0)))
    absent = [column for column in columns if column.band == "absent"]
    if absent and (grave or care):
        care.append(_("The sheet lacks {columns}.").format(columns=_names(absent)))
    return grave, care


def _only_great_shifts(rows: int) -> str:
    return plural(
        "With {n} row only great shifts can be told from chance.",
        "With {n} rows only great shifts can be told from chance.",
        rows,
    )


def _weight(columns: list[ColumnDrift]) -> float:
    return sum(column.weight for column in columns)


def _names(columns: list[ColumnDrift]) -> str:
    """The columns, the weightiest first."""
    return listing([column.column for column in sorted(columns, key=lambda column: -column.weight)])
