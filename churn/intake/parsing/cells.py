"""What a column of text has become: typed cells, what they prove, and what they leave open."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.tables import Type

Mask = npt.NDArray[np.bool_]
Strings = Any  # an Arrow array of text, without nulls; pyarrow ships no types
BLANK = pa.scalar("", pa.large_string())

_ENOUGH_ROWS, _ENOUGH_SHARE = 20, 0.95


@dataclass(frozen=True)
class Conventions:
    """How numbers and days are written: what the owner said, or what other columns of the file show; None: find out from the column."""

    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    calendar: Literal["gregorian", "persian", "islamic"] | None = None
    epoch: Literal[1900, 1904] | None = None
    century: Literal[1900, 2000] | None = None


@dataclass(frozen=True)
class Doubt:
    """What a column leaves open: up to three cells as written, and each choice with what the first of them would then be."""

    about: Literal["decimal", "date_order", "calendar", "epoch", "century"]
    examples: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Problem:
    """Cells of a column that break one rule, and what to say of them."""

    cells: Mask
    why: str


@dataclass(frozen=True, eq=False)
class Cells:
    """A column as typed: id, text and flag ("Yes", "No") are "str", number float64, date datetime64[s].

    Missing and unusable cells are NaN or NaT. With a `doubt` the column stays text as written until it is resolved.
    `shown` is what the cells prove, for the other columns.
    """

    type: Type
    values: pd.Series
    missing: Mask
    problems: tuple[Problem, ...] = ()
    shown: Conventions = Conventions()
    doubt: Doubt | None = None
    notes: tuple[str, ...] = ()

    @property
    def fit(self) -> float:
        """The share of the filled cells that break no rule; 1 where nothing is filled."""
        filled = len(self.missing) - int(self.missing.sum())
        broken = np.zeros(len(self.missing), dtype=bool)
        for problem in self.problems:
            broken |= problem.cells & ~self.missing
        return 1 - int(broken.sum()) / filled if filled else 1.0


@dataclass(frozen=True, eq=False)
class Distinct:
    """The different cells of a column: as trimmed, and folded (see `digits.fold`); `native` where the file itself types them.

    `counts` says how often each comes, `codes` which one stands in each row.
    """

    texts: Strings
    folded: Strings
    native: Mask
    counts: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64]

    def count(self, cells: Mask) -> int:
        """The rows that hold one of these cells."""
        return int(self.counts[cells].sum())

    def is_in(self, words: frozenset[str]) -> Mask:
        """Which cells are one of the words, in any case."""
        found = pc.is_in(pc.utf8_lower(self.folded), value_set=pa.array(sorted(words), pa.large_string()))
        return as_mask(found)

    def examples(self, cells: Mask, most: int = 3) -> tuple[str, ...]:
        """Some of these cells as written, in the order in which they come."""
        return tuple(self.texts[int(at)].as_py() for at in np.flatnonzero(cells)[:most])


@dataclass(frozen=True, eq=False)
class Reading:
    """The different cells taken as one type: which have its shape, their values (NaN or NaT: none), and why it cannot be the type.

    `code` says that they are codes rather than numbers.
    """

    fits: Mask
    values: npt.NDArray[Any]
    doubt: Doubt | None = None
    refusal: str = ""
    notes: tuple[str, ...] = ()
    shown: Conventions = Conventions()
    code: bool = False


def as_mask(found: Any) -> Mask:
    """An Arrow array of booleans as a mask; nulls are False."""
    mask: Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False).astype(bool)
    return mask


def cast_all(texts: Strings, type_: Any) -> Any:
    """The texts cast, blanks as nulls, or None where some cannot be: a few are tried first, since a failing cast of many is slow."""
    cells = pc.if_else(pc.equal(texts, BLANK), None, texts)
    try:
        for some in (cells.slice(0, 100), cells.slice(0, 10_000), cells):
            cast = pc.cast(some, type_)
    except pa.ArrowInvalid:
        return None
    return cast


def nearly_all(fitting: int, filled: int) -> bool:
    """Whether the cells that fit make the type: all, or 95% of 20 or more."""
    return fitting == filled or (filled >= _ENOUGH_ROWS and fitting >= _ENOUGH_SHARE * filled)
