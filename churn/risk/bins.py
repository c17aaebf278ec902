"""From values to bins: the only form in which the score sees a customer. Bin 0 is missing, and a level never seen."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.intake.parsing.flags import as_flag

Codes = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

MOST_BINS = 64
MOST_LEVELS = 250


_FLAGS = {"yes", "no"}


@dataclass(frozen=True)
class Bins:
    """How one column is cut. `cuts` (numbers): a value belongs to the first bin whose cut is not below it.

    `levels` (text): the shown form of each level, one bin each; `pooled`: rare levels that share one bin after those.
    `counts`: training rows in each bin, missing first; `centres` (numbers): mean training value in each bin; `low`, `high` (numbers): the
    lowest and highest training value, nan where nobody noted them.
    """

    column: str
    kind: Literal["number", "text"]
    counts: Counts
    cuts: Floats
    centres: Floats
    levels: tuple[str, ...] = ()
    pooled: tuple[str, ...] = ()
    low: float = np.nan
    high: float = np.nan

    @property
    def size(self) -> int:
        """Number of bins, the missing one included."""
        return len(self.counts)

    def code(self, values: "pd.Series[str] | pd.Series[float]") -> Codes:
        """The bin of each value; what is missing, not a number where numbers are wanted, or never seen is 0."""
        if self.kind == "number":
            numbers = as_numbers(values)
            codes = 1 + np.searchsorted(self.cuts, numbers, side="left")
            return np.where(np.isnan(numbers), 0, codes).astype(np.int16)
        index, distinct = told_apart(values)
        bin_of = {level_key(level): position for position, level in enumerate(self.levels, 1)}
        bin_of |= {level_key(level): len(self.levels) + 1 for level in self.pooled}
        keys = map(_as_flag_key if bin_of.keys() <= _FLAGS else level_key, distinct)
        found = np.array([bin_of.get(key, 0) for key in keys] + [0], dtype=np.int16)
        return found[index]


def level_key(level: str) -> str:
    """The form in which two levels are compared: without case and outer blanks; 2, 2.0 and 2.00 are one, 02 is another.

    >>> level_key(" Basic "), level_key("2.50"), level_key("02")
    ('basic', '2.5', '02')
    """
    plain = unicodedata.normalize("NFC", level.strip()).casefold()
    return plain.rstrip("0").rstrip(".") if re.fullmatch(r"-?(0|[1-9]\d*)\.\d+", plain) else plain


def _as_flag_key(level: str) -> str:
    """The form of a level of a column of yes and no, in whatever words the sheet at hand has them."""
    return level_key(as_flag(level) or level)


def as_numbers(values: "pd.Series[str] | pd.Series[float]") -> Floats:
    """Values as floats; what is no finite number is nan."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def as_text(values: "pd.Series[str] | pd.Series[float]") -> npt.NDArray[np.object_]:
    """Values as text, whole floats without their .0, days as ISO; missing values are None."""
    if isinstance(values.dtype, pd.StringDtype):
        return np.asarray(values.astype(object).where(values.notna(), None), dtype=object)
    index, distinct = pd.factorize(values, use_na_sentinel=True)
    return np.array([*map(_word, distinct), None], dtype=object)[index]


def told_apart(values: "pd.Series[str] | pd.Series[float]") -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """The distinct texts of `as_text`, and for each value which of them it is; -1 where it is missing."""
    words = values if isinstance(values.dtype, pd.StringDtype) else as_text(values)
    index, distinct = pd.factorize(words, use_na_sentinel=True)
    return index, np.asarray(distinct, dtype=object)


def _word(value: Any) -> str:
    if isinstance(value, pd.Timestamp | np.datetime64):
        return str(pd.Timestamp(value).date())
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)


def rare_below(rows: int) -> float:
    """Bins and levels with fewer training rows than this are rare: a fiftieth of the rows, from 3 to 20.

    >>> rare_below(60), rare_below(500), rare_below(7000)
    (3.0, 10.0, 20.0)
    """
    return float(np.clip(rows / 50, 3, 20))


def number_bins(column: str, values: Iterable[float]) -> Bins:
    """Quantile bins, at most min(64, max(4, sqrt(rows))); one bin a value where there are fewer values.

    A bin with few rows is joined to its neighbour: a customer with nine complaints is like those with eight, not like nobody.
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.sort(numbers[~np.isnan(numbers)])
    distinct = np.unique(known)
    most = int(min(MOST_BINS, max(4, np.sqrt(len(numbers)))))
    if len(distinct) <= most:
        cuts = (distinct[:-1] + distinct[1:]) / 2
    else:
        cuts = np.unique(np.quantile(known, np.arange(1, most) / most, method="inverted_cdf"))
        cuts = cuts[cuts < distinct[-1]]
    cuts = joined(cuts, known, rare_below(len(numbers)))
    codes = np.searchsorted(cuts, known, side="left")
    counts = np.bincount(codes, minlength=len(cuts) + 1)
    centres = np.bincount(codes, weights=known, minlength=len(cuts) + 1) / np.maximum(counts, 1)
    missing = len(numbers) - len(known)
    low, high = (float(known[0]), float(known[-1])) if len(known) else (np.nan, np.nan)
    return Bins(column, "number", np.concatenate([[missing], counts]), cuts, np.concatenate([[np.nan], centres]), low=low, high=high)


def joined(cuts: Floats, known: Floats, least: float) -> Floats:
    """Those of the cuts that leave at least `least` of the sorted `known` numbers in every bin, from the lowest up."""
    below = np.searchsorted(known, cuts, side="right")
    kept: list[int] = []
    for place, rows in enumerate(below):
        if rows - (below[kept[-1]] if kept else 0) >= least and len(known) - rows >= least:
            kept.append(place)
    return cuts[kept]


def text_bins(column: str, words: npt.NDArray[np.object_]) -> Bins:
    """One bin a level, most frequent first; levels with few rows, and those past the 250th, share one bin."""
    index, distinct = pd.factorize(words, use_na_sentinel=True)
    shown: dict[str, str] = {}
    rows_of: dict[str, int] = {}
    for level, rows in zip(distinct, np.bincount(index[index >= 0], minlength=len(distinct)), strict=True):
        shown.setdefault(level_key(level), level)
        rows_of[level_key(level)] = rows_of.get(level_key(level), 0) + int(rows)
    ranked = sorted(rows_of, key=lambda key: (-rows_of[key], key))
    kept = [key for key in ranked[:MOST_LEVELS] if rows_of[key] >= rare_below(len(words))]
    pooled = ranked[len(kept) :]
    counts = [int((index < 0).sum()), *(rows_of[key] for key in kept)]
    if pooled:
        counts.append(sum(rows_of[key] for key in pooled))
    levels, rest = tuple(shown[key] for key in kept), tuple(shown[key] for key in pooled)
    return Bins(column, "text", np.array(counts), np.empty(0), np.empty(0), levels, rest)


def fit_bins(column: str, values: "pd.Series[str] | pd.Series[float]") -> Bins:
    """The bins of one training column: numbers by their quantiles, everything else by its levels."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return number_bins(column, as_numbers(values))
    return text_bins(column, as_text(values))
