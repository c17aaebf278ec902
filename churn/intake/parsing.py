"""A column of text -> typed cells: numbers, days or text, decided from the whole column."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.tables import Column, Type, header_key
from churn.wording import _, value

_MISSING_VALUES = ("", "na", "n/a", "#n/a", "nan", "null")
_MISSING_TEXTS = ("", "NaN", "nan", "NULL", "null", "#N/A")
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_CODE = r"[+-]?(0[0-9].*|[0-9]{16,})"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?( ?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
_ENOUGH_ROWS, _ENOUGH_SHARE = 20, 0.95

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Problem:
    """Cells of a column that break one rule, and what to say of them."""

    cells: Mask
    why: str


@dataclass(frozen=True, eq=False)
class Cells:
    """A column as typed: id and text are "str", number float64, date datetime64[s]; missing and unusable cells are NaN or NaT."""

    type: Type
    values: pd.Series
    missing: Mask
    problems: tuple[Problem, ...] = ()

    @property
    def fit(self) -> float:
        """The share of the filled cells that break no rule; 1 where nothing is filled."""
        filled = len(self.missing) - int(self.missing.sum())
        broken = np.zeros(len(self.missing), dtype=bool)
        for problem in self.problems:
            broken |= problem.cells & ~self.missing
        return 1 - int(broken.sum()) / filled if filled else 1.0


def infer(texts: pd.Series) -> Cells:
    """The cells of a column that no table describes: number or date where all cells, or 95% of 20 or more, are; else text.

    Codes with a leading zero and whole numbers of 16 or more digits keep the column text.
    """
    filled = texts[~_missing(texts, "number")]
    if len(filled) and _nearly_all(filled.str.fullmatch(_NUMBER)):
        return parse(texts, "text" if filled.str.fullmatch(_CODE).any() else "number")
    if len(filled) and _nearly_all(filled.str.fullmatch(_DAY)):
        return parse(texts, "date")
    return parse(texts, "text")


def parse(texts: pd.Series, type_: Type) -> Cells:
    """The cells of a column taken as `type_`; filled cells that are nothing of the kind are its problem."""
    missing = _missing(texts, type_)
    if type_ == "number":
        values, why = _numbers(texts, missing), _("is not a number such as 1234.5")
    elif type_ == "date":
        values, why = _days(texts, missing), _("is not a date such as 2026-01-31")
    else:
        return Cells(type_, texts.mask(missing), missing)
    wrong = values.isna().to_numpy(dtype=bool) & ~missing
    return Cells(type_, values, missing, (Problem(wrong, why),) if wrong.any() else ())


def parse_as(texts: pd.Series, column: Column) -> Cells:
    """The cells of a column that a table describes, with its row rules applied; choices are given as the table writes them."""
    cells = parse(texts, column.type)
    values, problems = cells.values, list(cells.problems)
    if column.choices:
        values = values.map({text: _choice(text, column.choices) for text in values.dropna().unique()}).astype("str")
        why = _("is not one of {choices}").format(choices=", ".join(column.choices))
        problems.append(Problem((values.isna() & cells.values.notna()).to_numpy(dtype=bool), why))
    if column.low is not None:
        why = _("is below {bound}").format(bound=value(column.low, "number"))
        problems.append(Problem((values < column.low).to_numpy(dtype=bool), why))
    if column.high is not None:
        why = _("is above {bound}").format(bound=value(column.high, "number"))
        problems.append(Problem((values > column.high).to_numpy(dtype=bool), why))
    if column.required:
        problems.append(Problem(cells.missing, _("has no {column}").format(column=column.name)))
    return Cells(column.type, values, cells.missing, tuple(problem for problem in problems if problem.cells.any()))


def _missing(texts: pd.Series, type_: Type) -> Mask:
    if type_ in ("number", "date"):
        return texts.str.lower().isin(_MISSING_VALUES).to_numpy(dtype=bool)
    return texts.isin(_MISSING_TEXTS).to_numpy(dtype=bool)


def _nearly_all(fitting: "pd.Series[bool]") -> bool:
    return bool(fitting.all()) or (len(fitting) >= _ENOUGH_ROWS and float(fitting.mean()) >= _ENOUGH_SHARE)


def _numbers(texts: pd.Series, missing: Mask) -> pd.Series:
    usable = ~missing & texts.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    numbers = np.full(len(texts), np.nan)
    numbers[usable] = texts[usable].to_numpy(dtype=object).astype(np.float64)
    numbers[np.isinf(numbers)] = np.nan
    return pd.Series(numbers, index=texts.index)


def _days(texts: pd.Series, missing: Mask) -> pd.Series:
    """The days written; a time of day is passed over, and so is an offset: the day stands as the file has it."""
    usable = ~missing & texts.str.fullmatch(_DAY).to_numpy(dtype=bool)
    return pd.to_datetime(texts.where(usable).str.slice(0, 10), format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")


def _choice(text: str, choices: tuple[str, ...]) -> str | None:
    return next((choice for choice in choices if header_key(choice) == header_key(text)), None)
