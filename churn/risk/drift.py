"""How far a sheet lies from the table that a score was learned from, and whether its scores should be used."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.risk.bins import Bins, Codes, as_text
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import LEAST_INFORMATION, information_of, sources_of
from churn.risk.stability import FAR, MOVED, by_chance, groups_of, new_by_chance, stability_index
from churn.wording import _, listing, number, percent, plural

FALSE_ALARMS = 0.001  # share of sheets of the very same population in which any column is called moved
MOST_EXAMPLES = 3
MISSING_APART = 0.05

NO_RISK = 0.5
DISPLACED = 0.25
FAR_WEIGHT = 0.05
MOVED_WEIGHT = 0.25
NEW_WEIGHT = 0.05
UNSCORED = 0.05
GOOD_INFORMATION = 0.8

Band = Literal["steady", "moved", "far", "absent"]
Verdict = Literal["fits", "take care", "do not use"]


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column of a sheet lies from the training table. `weight` (0..1): its share of the variance of all contributions.

    `index`: the population stability index above what chance alone would show, never below 0; `chance`: what the index reaches by
    chance in hardly any sheet of this size; `displaced`: the share of cells in other groups of bins than training would have
    them (half the sum of |a - e|). All are nan where the sheet lacks the column or has no rows.
    `missing`, `missing_trained`: share of empty cells in the sheet and in training. `unseen`: share of the filled cells that the score
    does not know (a level never seen, a word where numbers are wanted), `unseen_by_chance` what the training population would show of it;
    `examples`: the most frequent of them.
    """

    column: str
    band: Band
    weight: float
    index: float
    chance: float
    displaced: float
    missing: float
    missing_trained: float
    unseen: float
    unseen_by_chance: float
    examples: tuple[str, ...]

    @property
    def new(self) -> float:
        """Share of all cells whose value is new to the score, beyond what the training population would show."""
        return max(0.0, self.unseen - self.unseen_by_chance) * (1 - self.missing)

    @property
    def words(self) -> str:
        """What there is to say of the column, in a sentence or two."""
        texts = {
            "steady": _("{column} lies where it lay in the training table."),
            "moved": _("{column} has moved since the training table (index {index})."),
            "far": _("{column} lies far from the training table (index {index}): {displaced} of it lies elsewhere."),
            "absent": _("{column} is not in the sheet."),
        }
        said = [texts[self.band].format(column=self.column, index=number(self.index, 2), displaced=percent(self.displaced, 0))]
        if abs(self.missing - self.missing_trained) >= MISSING_APART and self.band != "absent":
            said.append(_("{now} of it is missing, {then} then.").format(now=percent(self.missing), then=percent(self.missing_trained)))
        if self.unseen > 0:
            said.append(
                _("{share} of its values are new to the score, such as {examples}.").format(
                    share=percent(self.unseen), examples=listing(self.examples)
                )
            )
        return " ".join(said)


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


def drift(card: Scorecard, frame: pd.DataFrame) -> Drift:
    """Compares a sheet (columns typed as `churn.intake` types them) with the scorecard's training table.

    The verdict weighs columns by what they mean to the score. "do not use": half of the rows hold too little for a risk, or a quarter of
    what the score reads is displaced, in columns that are far. "take care": 5% of the weight is far, 25% has moved, 5% of the values are
    new, a fifth of the information that training rows held is missing, or 5% more of the rows than in training hold too little for a
    risk. Otherwise "fits".
    """
    sources = sources_of(card, [str(header) for header in frame])
    total = card.spread.sum()
    weights = card.spread / total if total > 0 else np.full(len(card.bins), 1 / len(card.bins))
    present = np.zeros((len(frame), len(card.bins)), dtype=bool)
    found = []
    for place, cut in enumerate(card.bins):
        if cut.column in sources:
            values = frame[sources[cut.column]]
            codes = cut.code(values)
            present[:, place] = codes > 0
            found.append(_column(cut, values, codes, float(weights[place]), FALSE_ALARMS / len(card.bins)))
        else:
            found.append(_absent(cut, float(weights[place])))
    held, held_trained = _held(card, present), _held(card, card.sample > 0)
    grave, care = _doubts(tuple(found), held, held_trained) if len(frame) else ([_("The sheet has no rows.")], [])
    verdict: Verdict = "do not use" if grave else "take care" if care else "fits"
    why = [*grave, *care] or [_("What the score reads lies where it lay in the training table.")]
    if any(column.chance > FAR for column in found):
        why.append(_only_great_shifts(len(frame)))
    return Drift(tuple(found), len(frame), held, held_trained, verdict, tuple(why))


def _held(card: Scorecard, present: npt.NDArray[np.bool_]) -> Held:
    information = information_of(card, present)
    return Held(float(information.mean()), float((information < LEAST_INFORMATION).mean())) if len(information) else Held(0.0, 1.0)


def _column(cut: Bins, values: "pd.Series[str] | pd.Series[float]", codes: Codes, weight: float, alarms: float) -> ColumnDrift:
    filled = values.notna().to_numpy()
    unknown = filled & (codes == 0)
    apart = _apart(cut, np.where(unknown & bool(cut.pooled), cut.size - 1, codes), alarms)
    return ColumnDrift(
        column=cut.column,
        band=band_of(apart.index, sure=apart.sure),
        weight=weight,
        index=apart.index,
        chance=apart.chance,
        displaced=apart.displaced,
        missing=float((~filled).mean()) if len(codes) else np.nan,
        missing_trained=_missing_trained(cut),
        unseen=float(unknown.sum() / max(filled.sum(), 1)),
        unseen_by_chance=new_by_chance(cut),
        examples=_examples(values[unknown]) if unknown.any() else (),
    )


@dataclass(frozen=True)
class _Apart:
    index: float
    chance: float
    displaced: float
    sure: bool


def _apart(cut: Bins, codes: npt.NDArray[np.integer], alarms: float) -> _Apart:
    """How far the codes of a column lie from its training rows; `sure`: farther than chance moves all but a share `alarms` of sheets."""
    if not len(codes):
        return _Apart(np.nan, np.nan, np.nan, False)
    groups = groups_of(cut, len(codes))
    then = np.bincount(groups, weights=cut.counts)
    now = np.bincount(groups[codes], minlength=len(then))
    then, now = then[(then > 0) | (now > 0)], now[(then > 0) | (now > 0)]
    mean, most = (by_chance(len(then), len(codes), int(then.sum()), share) for share in (None, alarms))
    return _Apart(
        index=max(0.0, stability_index(then, now) - mean),
        chance=most - mean,
        displaced=float(np.abs(now / now.sum() - then / then.sum()).sum() / 2),
        sure=stability_index(then, now, prior=len(then)) > most,
    )


def _missing_trained(cut: Bins) -> float:
    return float(cut.counts[0] / cut.counts.sum())


def band_of(index: float, *, sure: bool) -> Band:
    """The band of an index; what may be chance is steady, and so is what cannot be told (nan)."""
    return "steady" if not sure or index < MOVED else "far" if index > FAR else "moved"


def _absent(cut: Bins, weight: float) -> ColumnDrift:
    return ColumnDrift(cut.column, "absent", weight, np.nan, np.nan, np.nan, 1.0, _missing_trained(cut), 0.0, 0.0, ())


def _examples(values: "pd.Series[str] | pd.Series[float]") -> tuple[str, ...]:
    """The most frequent values, as text; equally frequent ones by the alphabet."""
    words, rows = np.unique(as_text(values).astype(str), return_counts=True)
    return tuple(str(word) for word in words[np.argsort(-rows, kind="stable")][:MOST_EXAMPLES])


def _doubts(columns: tuple[ColumnDrift, ...], held: Held, held_trained: Held) -> tuple[list[str], list[str]]:
    """Reasons not to use the scores, and lesser reasons to take care."""
    grave, care = _little_held(columns, held, held_trained)
    far = [column for column in columns if column.band == "far"]
    moved = [column for column in columns if column.band in ("moved", "far")]
    new = [column for column in columns if column.new * column.weight > 0]
    if _weight(far) >= FAR_WEIGHT:
        text = _("Far from the training table: {columns}. Of what moves the score, {share} comes from there.")
        displaced = sum(column.displaced * column.weight for column in far)
        (grave if displaced >= DISPLACED else care).append(text.format(columns=_names(far), share=percent(_weight(far), 0)))
    elif _weight(moved) >= MOVED_WEIGHT:
        text = _("Moved since the training table: {columns}. Of what moves the score, {share} comes from there.")
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
