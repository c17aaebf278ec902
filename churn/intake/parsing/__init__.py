"""A column of text -> typed cells: numbers, days, yes and no, or text, decided from the whole column."""

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.parsing.cells import (
    BLANK,
    Cells,
    Conventions,
    Distinct,
    Doubt,
    Mask,
    Problem,
    Reading,
    Strings,
    as_mask,
    cast_all,
    nearly_all,
)
from churn.intake.parsing.dates import plain_days, read_days
from churn.intake.parsing.digits import distinct, fold_ids, trimmed
from churn.intake.parsing.flags import flag_notes, partial_flags, read_flags
from churn.intake.parsing.missing import missing_notes, missing_text, missing_text_notes, missing_value, own_word
from churn.intake.parsing.numbers import plain_numbers, read_numbers
from churn.intake.parsing.words import speaks_of_days
from churn.tables import Column, Type, header_key
from churn.wording import _, plural, value

__all__ = ["Cells", "Conventions", "Doubt", "Mask", "Problem", "infer", "parse", "parse_as"]

_SERIALS, _COMPACT = (20_000, 60_000), (1900_01_01, 2100_12_31)
_ENOUGH_TO_TELL, _TELLING_SHARE = 5000, 0.053
_SHORTENED = r"^[0-9][.,][0-9]+[eE]\+[0-9]{2}$"
_COMMON_NOTHING = pa.array(["NA", "N/A", "#N/A", "n/a", "NULL", "null", "None", "-"], pa.large_string())
_PLAIN_TYPES: dict[Type, Any] = {"number": pa.float64(), "date": pa.date32()}
_STRING: Any = pd.StringDtype(na_value=np.nan)


def infer(texts: pd.Series, *, native: Mask | None = None, given: Conventions = Conventions(), header: str = "") -> Cells:
    """The cells of a column that no table describes: number, date or flag where all cells, or 95% of 20 or more, are; else text.

    Codes with a leading zero and whole numbers of 16 or more digits keep the column text.
    """
    column = _Column(texts, native, given, days_wanted=speaks_of_days(header))
    return column.plain("number") or column.plain("date") or (column.text() if column.is_surely_text() else column.decided())


def parse(texts: pd.Series, type_: Type, *, native: Mask | None = None, given: Conventions = Conventions()) -> Cells:
    """The cells of a column taken as `type_`; filled cells that are nothing of the kind are its problem."""
    column = _Column(texts, native, given, days_wanted=True)
    if type_ in ("number", "date"):
        return column.plain(type_) or column.read(type_)
    return column.flag() if type_ == "flag" else column.text(type_)


def parse_as(texts: pd.Series, column: Column, *, native: Mask | None = None, given: Conventions = Conventions()) -> Cells:
    """The cells of a column that a table describes, with its row rules applied; choices are given as the table writes them.

    A column with a doubt stays text as written, and its rules wait.
    """
    cells = parse(texts, column.type, native=native, given=given)
    if cells.doubt:
        return cells
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
    kept = tuple(problem for problem in problems if problem.cells.any())
    return Cells(column.type, values, cells.missing, kept, cells.shown, None, cells.notes)


def _choice(text: str, choices: tuple[str, ...]) -> str | None:
    return next((choice for choice in choices if header_key(choice) == header_key(text)), None)


def _without_words(texts: Strings) -> Strings:
    """The cells with the commonest words for nothing as blanks."""
    return pc.if_else(pc.is_in(texts, value_set=_COMMON_NOTHING), BLANK, texts)


class _Column:
    """A column on its way to be typed; its distinct cells are found when they are first asked for."""

    def __init__(self, texts: pd.Series, native: Mask | None, given: Conventions, *, days_wanted: bool) -> None:
        self._index, self._texts, self._native = texts.index, trimmed(texts), native
        self._given, self._days_wanted = given, days_wanted

    @cached_property
    def _cells(self) -> Distinct:
        return distinct(self._texts, self._native)

    def plain(self, type_: Type) -> Cells | None:
        """The cells where all are plain numbers such as 1234.5, or ISO days, and nothing is open; else None."""
        values = self._plain_values(type_, self._texts)
        if values is None and cast_all(_without_words(self._texts.slice(0, 1000)), _PLAIN_TYPES[type_]) is not None:
            values = self._plain_values(type_, _without_words(self._texts))
        if values is None or (type_ == "number" and self._may_be_days(values)):
            return None
        missing = np.asarray(pd.isna(values))
        kept = pd.Series(values.astype("datetime64[s]") if type_ == "date" else values, index=self._index)
        return Cells(type_, kept, missing, notes=missing_text_notes(self._texts, missing))

    def _plain_values(self, type_: Type, texts: Strings) -> Any:
        return plain_days(texts) if type_ == "date" else plain_numbers(texts, self._native)

    def _may_be_days(self, numbers: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> bool:
        known = numbers[~np.isnan(numbers)]
        if not known.size:
            return False
        low, high = known.min(), known.max()
        return bool((low >= _COMPACT[0] and high <= _COMPACT[1]) or (self._days_wanted and low >= _SERIALS[0] and high <= _SERIALS[1]))

    def is_surely_text(self) -> bool:
        """Whether so many of the first cells are nothing else that no rest could make another type of the column."""
        rows = len(self._texts)
        if rows < _ENOUGH_TO_TELL:
            return False
        first = int(rows * _TELLING_SHARE)
        native = None if self._native is None else self._native[:first]
        cells = distinct(self._texts.slice(0, first), native)
        missing = missing_value(cells)
        misfits = ~missing & ~read_numbers(cells, missing).fits & ~partial_flags(cells)
        if cells.count(misfits) <= (1 - 0.95) * rows or misfits.sum() < 2:
            return False
        misfits &= ~read_days(cells, missing, wanted=True).fits
        return bool(cells.count(misfits) > (1 - 0.95) * rows and misfits.sum() >= 2)

    def decided(self) -> Cells:
        """The cells as what the whole column is."""
        cells = self._cells
        missing = missing_value(cells)
        if (yes_or_no := read_flags(cells, missing)) is not None:
            return self._flagged(yes_or_no, missing)
        if missing.all():
            return self.text()
        numbers = read_numbers(cells, missing, self._given)
        are_numbers = self._is(numbers, missing)
        # A stray day among amounts makes no days of them, unless the header says so; 20260131 is a number and a day.
        days = None
        if not are_numbers or self._days_wanted or (numbers.fits[~missing].all() and self._may_be_days(numbers.values)):
            days = read_days(cells, missing, self._given, wanted=self._days_wanted)
        if are_numbers and (days is None or not days.fits[~missing].all()):
            if numbers.code or numbers.refusal:
                return self.text(notes=(numbers.refusal,) if numbers.refusal else ())
            return self._typed("number", numbers, missing)
        return self._typed("date", days, missing) if days and self._is(days, missing) else self.text()

    def _is(self, reading: Reading, missing: Mask) -> bool:
        """Whether enough cells have the shape of a type, and half of them a value; the firm's own word for nothing aside."""
        own = own_word(self._cells, ~missing & ~reading.fits)
        filled, fitting = self._cells.count(~missing & ~own), reading.fits & ~missing
        if not filled or not nearly_all(self._cells.count(fitting), filled):
            return False
        return bool(reading.refusal) or 2 * self._cells.count(fitting & ~pd.isna(reading.values)) >= filled

    def read(self, type_: Type) -> Cells:
        """The cells as numbers or days, whatever they look like."""
        missing = missing_value(self._cells)
        reading = read_numbers(self._cells, missing, self._given) if type_ == "number" else self._days(missing)
        return self._typed(type_, reading, missing)

    def _days(self, missing: Mask) -> Reading:
        return read_days(self._cells, missing, self._given, wanted=True)

    def _typed(self, type_: Type, reading: Reading, missing: Mask) -> Cells:
        cells = self._cells
        if reading.doubt:
            return self._as_written(reading)
        own = own_word(cells, ~missing & ~reading.fits)
        missing = missing | own
        values = pd.Series(reading.values[cells.codes], index=self._index)
        if type_ == "date":
            values = values.astype("datetime64[s]")
        wrong = (pd.isna(reading.values) & ~missing)[cells.codes]
        why = _("is not a number such as 1234.5") if type_ == "number" else _("is not a date such as 2026-01-31")
        if reading.refusal:
            why = _("cannot be told as a number beside the column's other cells")
        problems = (Problem(wrong, why),) if wrong.any() else ()
        notes = (*((reading.refusal,) if reading.refusal else ()), *reading.notes, *missing_notes(cells, missing))
        return Cells(type_, values, missing[cells.codes], problems, reading.shown, None, notes)

    def _as_written(self, reading: Reading) -> Cells:
        missing = missing_text(self._texts)
        return Cells("text", self._strings(self._texts, missing), missing, (), reading.shown, reading.doubt)

    def flag(self) -> Cells:
        """The cells as Yes and No; others are problems."""
        cells = self._cells
        missing = missing_value(cells)
        known = partial_flags(cells) & ~missing
        found = read_flags(cells, ~known)
        values = np.full(len(missing), None, dtype=object) if found is None else found
        return self._flagged(values, missing)

    def _flagged(self, values: "np.ndarray[tuple[int], np.dtype[np.object_]]", missing: Mask) -> Cells:
        cells = self._cells
        strings = pd.Series(values[cells.codes], index=self._index, dtype=_STRING)
        wrong = (np.array([cell is None for cell in values], dtype=bool) & ~missing)[cells.codes]
        problems = (Problem(wrong, _("is neither yes nor no")),) if wrong.any() else ()
        return Cells("flag", strings, missing[cells.codes], problems, notes=(*flag_notes(cells, missing), *missing_notes(cells, missing)))

    def text(self, type_: Type = "text", notes: tuple[str, ...] = ()) -> Cells:
        """The cells as text or ids, letter for letter; Persian and Arabic digits of ids as 0-9."""
        texts = self._texts
        if type_ == "id":
            texts, foreign = fold_ids(texts)
            if n := int(foreign.sum()):
                notes = (*notes, plural("Digits written as 0 to 9 in {n} id", "Digits written as 0 to 9 in {n} ids", n))
        if type_ == "id" and (n := int(as_mask(pc.match_substring_regex(texts, _SHORTENED)).sum())):
            text = plural(
                "{n} id is such as 1.23E+15: a spreadsheet cut its digits",
                "{n} ids are such as 1.23E+15: a spreadsheet cut their digits",
                n,
            )
            notes = (*notes, text)
        missing = missing_text(texts)
        return Cells(type_, self._strings(texts, missing), missing, (), notes=(*notes, *missing_text_notes(texts, missing)))

    def _strings(self, texts: Strings, missing: Mask) -> pd.Series:
        kept = pc.if_else(pa.array(missing), None, texts) if missing.any() else texts
        return pd.Series(_STRING.__from_arrow__(kept), index=self._index)
