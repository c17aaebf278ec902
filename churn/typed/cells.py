"""A batch of typed cells -> the cells as the desk keeps them, and those that break a rule, as the intake would have them as text."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.child.parquet_cells import as_texts
from churn.intake.parsing import Mask, Problem, parse_as
from churn.intake.parsing.cells import as_mask
from churn.intake.parsing.digits import fold_ids, trim
from churn.intake.parsing.missing import missing_text
from churn.tables import Column

_KEPT = {"id": pa.string(), "text": pa.string(), "number": pa.float64(), "date": pa.date32()}
_HALF_A_SECOND = pa.scalar(500_000, pa.duration("us"))


@dataclass(frozen=True, eq=False)
class Judged:
    """The cells as kept (null: missing or unusable), which of them are missing, and which break which rule."""

    values: Any
    missing: Mask
    problems: tuple[Problem, ...]


def kept_type(column: Column, *, words: bool) -> Any:
    """The Arrow type of a column as kept; `words`: as a dictionary."""
    return pa.dictionary(pa.int32(), pa.string()) if words else _KEPT[column.type]


def judged(cells: Any, column: Column) -> Judged:
    """The cells of one column of a batch, by the rules of the schema."""
    if pa.types.is_null(cells.type):
        cells = cells.cast(_KEPT[column.type])
    if column.type == "number":
        return _numbers(cells, column)
    found = _days(cells) if column.type == "date" else _words(cells, column)
    if not column.required or not found.missing.any():
        return found
    return Judged(found.values, found.missing, (*found.problems, *_lacking(found.missing, column)))


def _lacking(missing: Mask, column: Column) -> tuple[Problem, ...]:
    """What the rule says of missing cells, in the words of the intake."""
    why = parse_as(pd.Series([""], dtype="str"), column).problems[-1].why
    return (Problem(missing, why),)


def _numbers(cells: Any, column: Column) -> Judged:
    decimals = pa.types.is_decimal(cells.type)
    numbers = (cells.cast(pa.string()) if decimals else cells).cast(pa.float64(), safe=False)
    missing = as_mask(pc.is_null(numbers, nan_is_null=True))
    if missing.any() and pc.any(pc.is_nan(numbers)).as_py():
        numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
    problems: list[Problem] = []
    ends = pc.min_max(numbers).as_py()
    low, high = ends["min"], ends["max"]
    if low is not None and (np.isinf([low, high]).any() or _beyond(low, high, column)):
        problems += _broken(numbers, column)
    if column.required and missing.any():
        problems += _lacking(missing, column)
    return Judged(numbers, missing, tuple(problems))


def _beyond(low: float, high: float, column: Column) -> bool:
    return (column.low is not None and low < column.low) or (column.high is not None and high > column.high)


def _broken(numbers: Any, column: Column) -> list[Problem]:
    """The numbers that are none or out of bounds: the different ones of them put to the intake's rules."""
    values = numbers.to_numpy(zero_copy_only=False)
    suspicious = np.isinf(values)
    if column.low is not None:
        suspicious |= values < column.low
    if column.high is not None:
        suspicious |= values > column.high
    problems = []
    for some in (suspicious & np.isinf(values), suspicious & np.isfinite(values)):
        different, codes = np.unique(values[some], return_inverse=True)
        if not len(different):
            continue
        texts = as_texts(pa.array(different))[0].to_pandas()
        for problem in parse_as(pd.Series(texts, dtype="str"), column, native=np.ones(len(texts), dtype=bool)).problems:
            cells = np.zeros(len(values), dtype=bool)
            cells[some] = problem.cells[codes]
            problems.append(Problem(cells, problem.why))
    return problems


def _days(cells: Any) -> Judged:
    if pa.types.is_timestamp(cells.type):
        moments = cells.cast(pa.timestamp("us", cells.type.tz), safe=False).cast(pa.timestamp("us"), safe=False)
        cells = pc.floor_temporal(pc.add(moments, _HALF_A_SECOND), unit="day").cast(pa.date32(), safe=False)
    days = cells.cast(pa.date32(), safe=False)
    return Judged(days, as_mask(days.is_null()), ())


def _words(cells: Any, column: Column) -> Judged:
    """Ids and texts; of a dictionary each different one is looked at once."""
    if not pa.types.is_dictionary(cells.type):
        return _texts(cells, column)
    different = _texts(cells.dictionary, column)
    codes = cells.indices.fill_null(0).to_numpy(zero_copy_only=False) if cells.null_count else cells.indices.to_numpy(zero_copy_only=False)
    blank = as_mask(cells.is_null()) if cells.null_count else np.zeros(len(cells), dtype=bool)
    if not len(cells.dictionary):
        return Judged(pa.nulls(len(cells), pa.dictionary(pa.int32(), pa.string())), np.ones(len(cells), dtype=bool), ())
    unusable = blank | as_mask(different.values.is_null())[codes]
    indices = pa.array(codes.astype(np.int32), mask=unusable if unusable.any() else None)
    values = pa.DictionaryArray.from_arrays(indices, different.values.fill_null(""))
    problems = tuple(Problem(problem.cells[codes] & ~blank, problem.why) for problem in different.problems)
    kept = tuple(problem for problem in problems if problem.cells.any())
    return Judged(values, blank | different.missing[codes], kept)


def _texts(cells: Any, column: Column) -> Judged:
    """Ids and texts as the intake keeps them; choices as it knows them."""
    texts = cells if pa.types.is_string(cells.type) else cells.cast(pa.string())
    texts = trim(texts.fill_null("") if texts.null_count else texts)
    if column.choices:
        found = parse_as(pd.Series(texts.to_pandas(), dtype="str"), _not_required(column))
        return Judged(pa.array(found.values, pa.string()), found.missing, found.problems)
    if column.type == "id":
        texts = fold_ids(texts)[0].cast(pa.string())
    missing = missing_text(texts)
    return Judged(pc.if_else(pa.array(~missing), texts, None) if missing.any() else texts, missing, ())


def _not_required(column: Column) -> Column:
    return Column(column.name, column.type, column.meaning, choices=column.choices)
