"""Which columns a score may learn from, which one is the label, and why the others are left out."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import QuestionError, TrainingError
from churn.intake.nearest import did_you_mean
from churn.intake.parsing.flags import as_flag
from churn.risk.bins import as_text
from churn.risk.leaks import why_leak
from churn.tables import CUSTOMERS, find_column, header_key
from churn.tables.labels import KEPT_WORDS, LABEL_ALIASES, LOST_WORDS
from churn.wording import _, listing

MOST_DISTINCT = 0.1
FEW_DISTINCT = 20
SCORED = ("risk", "risk_band", "information", "driver_1", "driver_2", "driver_3", "known")
RANGE = ("risk_low", "risk_high")
BECAUSE = "because:"
NAME_OF_NUMBER = ("id", "no", "nr", "number", "code", "key", "index")


@dataclass(frozen=True)
class Label:
    """Which rows are lost: those whose `column` holds `lost`; with None, those where it is filled (a day of leaving)."""

    column: str
    lost: str | None


@dataclass(frozen=True)
class LeftOut:
    """A column that the score does not learn from, and why; a `leak` knows who was lost."""

    column: str
    why: str
    leak: bool = False


def one_form(value: object) -> str:
    """The form in which label values are compared: without case; 1, 1.0, "1" and True are one.

    >>> one_form(True) == one_form("1") == one_form(1.0), one_form(" Yes ")
    (True, 'yes')
    """
    text = str(value).strip().casefold()
    text = {"true": "1", "false": "0"}.get(text, text)
    try:
        return repr(float(text))
    except ValueError:
        return text


def find_label(frame: pd.DataFrame, column: str | None, lost: str | None) -> Label:
    """The label that was named, or the one that the headers and values show. Raises QuestionError where that is unclear."""
    if column is None:
        column = label_column(frame)
    elif column not in frame:
        raise TrainingError(no_column(column, frame))
    if lost is None and pd.api.types.is_datetime64_any_dtype(frame[column]):
        return Label(column, None)
    values = sorted({str(value) for value in as_text(frame[column]) if value is not None})
    forms = {one_form(value): value for value in values}
    if len(forms) < 2:
        found = _("has one value only ({value})").format(value=values[0]) if values else _("is empty")
        raise TrainingError(
            _("The label column '{column}' {found}: it must mark some customers as lost and others as kept.").format(
                column=column, found=found
            )
        )
    if lost is not None:
        if one_form(lost) not in forms and forms.keys() <= {"yes", "no"}:
            lost = as_flag(lost) or lost
        if one_form(lost) not in forms:
            raise TrainingError(
                _("No row has '{lost}' in the label column '{column}': it holds {values}.").format(
                    lost=lost, column=column, values=listing(values[:8])
                )
            )
        return Label(column, forms[one_form(lost)])
    lost_words = [value for form, value in forms.items() if form in {one_form(word) for word in LOST_WORDS}]
    kept_words = [value for form, value in forms.items() if form in {one_form(word) for word in KEPT_WORDS}]
    if len(forms) == 2 and len(lost_words) == 1 and len(kept_words) == 1:
        return Label(column, lost_words[0])
    raise QuestionError(
        _("Which value of the column '{column}' means lost: {values}? Say --lost VALUE.").format(column=column, values=listing(values[:8]))
    )


def no_column(name: str, frame: pd.DataFrame) -> str:
    """The sentence for a column that was named and is not there."""
    return _("There is no column '{name}'{near}.").format(name=name, near=did_you_mean(name, map(str, frame)))


def label_columns(frame: pd.DataFrame) -> list[str]:
    """The columns whose headers say that they mark the lost; where there is none, the day of leaving."""
    keys = {header_key(alias) for alias in LABEL_ALIASES}
    headers = [str(header) for header in frame]
    named = [header for header in headers if header_key(header) in keys]
    return named or [header for header in headers if (found := find_column(CUSTOMERS, header)) and found.name == "ended_on"]


def label_column(frame: pd.DataFrame) -> str:
    """The one column that marks the lost. Raises QuestionError for none or several."""
    named = label_columns(frame)
    if len(named) == 1:
        return named[0]
    if not named:
        raise QuestionError(_("Which column marks the lost customers? None of the headers says so. Say --label COLUMN."))
    raise QuestionError(_("Which column marks the lost customers: {columns}? Say --label COLUMN.").format(columns=listing(named)))


def lost_rows(frame: pd.DataFrame, label: Label) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """For each row: is it lost, and is it labelled at all (an empty label is no label, save where filled means lost)."""
    if label.lost is None:
        filled = frame[label.column].notna().to_numpy()
        return filled, np.ones(len(frame), dtype=bool)
    words = as_text(frame[label.column])
    index, distinct = pd.factorize(words, use_na_sentinel=True)
    is_lost = np.array([*(one_form(value) == one_form(label.lost) for value in distinct), False], dtype=bool)
    return is_lost[index], index >= 0


def choose(
    frame: pd.DataFrame,
    *,
    id_column: str | None,
    label: Label,
    as_of: str | None = None,
    ignore: Collection[str] = (),
    keep: Collection[str] = (),
) -> tuple[list[str], list[LeftOut]]:
    """The columns to learn from, and those left out with the reason. `keep` puts columns back that would be left out, even as asked, but
    nothing puts back days on or after `as_of`, the column with the day that each row is read at."""
    for name in (*ignore, *keep):
        if name not in frame:
            raise TrainingError(no_column(name, frame))
    used: list[str] = []
    left_out: list[LeftOut] = []
    lost, labelled = lost_rows(frame, label)
    scored = score_columns(list(map(str, frame)))
    for column in map(str, frame):
        if column in (id_column, label.column, as_of):
            continue
        if as_of is not None and after_reading(frame[column], frame[as_of]):
            left_out.append(LeftOut(column, _("it holds days on or after the day that the row is read at"), leak=True))
            continue
        if column in scored and column not in keep:
            left_out.append(LeftOut(column, _("an earlier score, not a fact about the customer")))
            continue
        if column in keep or not (found := left_out_why(frame[column], lost, labelled, asked=column in ignore)):
            used.append(column)
        else:
            left_out.append(found)
    if not used:
        raise TrainingError(_("No column is left to learn from: a score needs at least one besides the id and the label."))
    return used, left_out


def put_back(frame: pd.DataFrame, *, label: Label, keep: Collection[str]) -> list[LeftOut]:
    """Those of the columns in `keep` that look like leaks, and why; they are learned from all the same."""
    lost, labelled = lost_rows(frame, label)
    found = [left_out_why(frame[name], lost, labelled, asked=False) for name in dict.fromkeys(keep)]
    return [column for column in found if column and column.leak]


def score_columns(headers: Collection[str]) -> list[str]:
    """Those of the headers that an earlier scoring added; none where one that every scoring adds is not there. The range came later."""
    if not set(SCORED) <= set(headers):
        return []
    ranged = RANGE if set(RANGE) <= set(headers) else ()
    return [header for header in headers if header in (*SCORED, *ranged) or header.startswith(BECAUSE)]


def left_out_why(
    values: "pd.Series[str] | pd.Series[float]", lost: npt.NDArray[np.bool_], labelled: npt.NDArray[np.bool_], *, asked: bool
) -> LeftOut | None:
    """The column as left out: because it was `asked`, because it says nothing, or because it says too much; None if it is of use."""
    name = str(values.name)
    if asked:
        return LeftOut(name, _("left out as asked"))
    dated = pd.api.types.is_datetime64_any_dtype(values)
    nothing = why_not(values)
    if nothing and not dated:
        return LeftOut(name, nothing)
    if why := why_leak(day_numbers(values[labelled]) if dated else values[labelled], lost[labelled]):
        return LeftOut(name, why, leak=True)
    return LeftOut(name, nothing) if nothing else None


def day_numbers(days: "pd.Series[Any]") -> "pd.Series[float]":
    """Days as numbers, nan where missing."""
    return pd.Series((days - pd.Timestamp(0)).dt.days.astype("float64"), name=days.name)


def after_reading(values: "pd.Series[Any]", read_at: "pd.Series[Any]") -> bool:
    """Whether a column holds days on or after the day that its row is read at: nobody can have known them then."""
    return pd.api.types.is_datetime64_any_dtype(values) and bool((values >= read_at).any())


def why_not(values: "pd.Series[str] | pd.Series[float]") -> str:
    """Why a column cannot be learned from, or an empty text."""
    distinct = int(values.nunique())
    if distinct == 0:
        return _("empty")
    if distinct == 1 and values.notna().all():
        return _("the same in every row")
    if pd.api.types.is_datetime64_any_dtype(values):
        return _("a date, which says little without the day on which the sheet was made")
    if pd.api.types.is_numeric_dtype(values):
        return _("a row number or a code") if is_running_number(values) else ""
    if distinct > max(FEW_DISTINCT, MOST_DISTINCT * len(values)):
        return _("too many different values: a name, a code or free text")
    return ""


def is_running_number(values: "pd.Series[str] | pd.Series[float]") -> bool:
    """Whether a number column only counts the rows, or is a code: all whole, all different, and in steps of one or named so."""
    numbers = values.dropna().to_numpy(dtype=float)
    if len(numbers) < FEW_DISTINCT or len(np.unique(numbers)) < len(numbers) or (numbers % 1 != 0).any():
        return False
    words = str(values.name).replace("_", " ").casefold()
    named = any(words.endswith(name) for name in NAME_OF_NUMBER)
    return named or bool(numbers.max() - numbers.min() == len(numbers) - 1)
