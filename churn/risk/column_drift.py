"""How far one column of a sheet lies from the training table: where its values fell then and fall now, what is new, what is missing."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.risk.bins import Bins, Codes, as_numbers, as_text
from churn.risk.stability import (
    FAR,
    FAR_CELLS,
    MOVED,
    MOVED_CELLS,
    by_chance,
    groups_of,
    new_by_chance,
    stability_index,
    surely_beyond,
)
from churn.wording import _, listing, percent, value

MOST_EXAMPLES = 3
MISSING_APART = 0.05
MOSTLY = 0.5

Band = Literal["steady", "moved", "far", "absent"]


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column of a sheet lies from the training table. `weight` (0..1): its share of the variance of all contributions.

    `index`: the population stability index above what chance alone would show, never below 0; `chance`: what the index reaches by
    chance in hardly any sheet of this size; `displaced`: the share of cells in other groups of bins than training would have
    them (half the sum of |a - e|). All are nan where the sheet lacks the column or has no rows.
    `missing`, `missing_trained`: share of empty cells in the sheet and in training. `unseen`: share of the filled cells that the score
    does not know (a level never seen, a word where numbers are wanted), `unseen_by_chance` what the training population would show of it;
    `examples`: the most frequent of them. `below`, `above`: share of the filled cells below the lowest and above the highest training
    value, which are `low` and `high` (nan for text); 0 where chance may show as many.
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
    below: float = 0.0
    above: float = 0.0
    low: float = np.nan
    high: float = np.nan

    @property
    def beyond(self) -> float:
        """Share of all cells whose number lies beyond any in training."""
        return (self.below + self.above) * (1 - self.missing)

    @property
    def beyond_words(self) -> str:
        """What lies beyond, in a sentence that asks for the units where it is most of the column; "" where nothing does."""
        if not self.below + self.above:
            return ""
        higher = _("{share} of {column} lies above anything seen in training ({low} to {high}).")
        lower = _("{share} of {column} lies below anything seen in training ({low} to {high}).")
        said = (higher if self.above >= self.below else lower).format(
            share=percent(max(self.above, self.below), 0),
            column=self.column,
            low=value(self.low, "number"),
            high=value(self.high, "number"),
        )
        return f"{said} {_('Is it in other units?')}" if self.below + self.above >= MOSTLY else said

    @property
    def new(self) -> float:
        """Share of all cells whose value is new to the score, beyond what the training population would show."""
        return max(0.0, self.unseen - self.unseen_by_chance) * (1 - self.missing)

    @property
    def words(self) -> str:
        """What there is to say of the column, in a sentence or two."""
        texts = {
            "steady": _("{column} lies where it lay in the training table."),
            "moved": _("{column} has moved: {displaced} of it lies elsewhere than in the training table."),
            "far": _("{column} lies far from the training table: {displaced} of it lies elsewhere."),
            "absent": _("{column} is not in the sheet."),
        }
        said = [texts[self.band].format(column=self.column, displaced=percent(self.displaced, 0))]
        if abs(self.missing - self.missing_trained) >= MISSING_APART and self.band != "absent":
            said.append(_("{now} of it is missing, {then} then.").format(now=percent(self.missing), then=percent(self.missing_trained)))
        if self.beyond_words:
            said.append(self.beyond_words)
        if self.unseen > 0:
            said.append(
                _("{share} of its values are new to the score, such as {examples}.").format(
                    share=percent(self.unseen), examples=listing(self.examples)
                )
            )
        return " ".join(said)


def column_drift(cut: Bins, values: "pd.Series[str] | pd.Series[float]", codes: Codes, weight: float, alarms: float) -> ColumnDrift:
    """One column of a sheet and its codes against the training rows; `alarms`: in how many sheets of the same population it may seem to
    have moved."""
    filled = values.notna().to_numpy()
    unknown = filled & (codes == 0)
    apart = _apart(cut, np.where(unknown & bool(cut.pooled), cut.size - 1, codes), alarms)
    below, above = _beyond(cut, values, alarms / 2) if cut.kind == "number" else (0.0, 0.0)
    return ColumnDrift(
        column=cut.column,
        band=band_of(apart.index, displaced=apart.displaced, sure=apart.sure),
        weight=weight,
        index=apart.index,
        chance=apart.chance,
        displaced=apart.displaced,
        missing=float((~filled).mean()) if len(codes) else np.nan,
        missing_trained=_missing_trained(cut),
        unseen=float(unknown.sum() / max(filled.sum(), 1)),
        unseen_by_chance=new_by_chance(cut),
        examples=_examples(values[unknown]) if unknown.any() else (),
        below=below,
        above=above,
        low=cut.low,
        high=cut.high,
    )


def _beyond(cut: Bins, values: "pd.Series[str] | pd.Series[float]", alarms: float) -> tuple[float, float]:
    """Shares of the numbers below the lowest and above the highest training value, 0 where that may be chance or nobody noted those."""
    numbers = as_numbers(values)
    filled, trained = int((~np.isnan(numbers)).sum()), int(cut.counts[1:].sum())
    below, above = int((numbers < cut.low).sum()), int((numbers > cut.high).sum())
    lower, upper = (rows / filled if surely_beyond(rows, filled, trained, alarms) else 0.0 for rows in (below, above))
    return lower, upper


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


def band_of(index: float, *, displaced: float, sure: bool) -> Band:
    """The band of an index; what may be chance is steady, and so is what cannot be told (nan), and what few cells make: a group that was
    empty in training swells the index, whatever few rows fall into it."""
    if not sure or not index >= MOVED or displaced < MOVED_CELLS:
        return "steady"
    return "far" if index > FAR and displaced >= FAR_CELLS else "moved"


def absent_column(cut: Bins, weight: float) -> ColumnDrift:
    """A column that the sheet lacks."""
    return ColumnDrift(cut.column, "absent", weight, np.nan, np.nan, np.nan, 1.0, _missing_trained(cut), 0.0, 0.0, ())


def _examples(values: "pd.Series[str] | pd.Series[float]") -> tuple[str, ...]:
    """The most frequent values, as text; equally frequent ones by the alphabet."""
    words, rows = np.unique(as_text(values).astype(str), return_counts=True)
    return tuple(str(word) for word in words[np.argsort(-rows, kind="stable")][:MOST_EXAMPLES])
