"""What a file was understood to hold."""

from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import pandas as pd

from churn import wording
from churn.intake import Intake
from churn.putting import Poured
from churn.risk.bins import as_text
from churn.risk.columns import label_columns, why_not
from churn.wording import _

Role = Literal["id", "label", "input", "left out", "not read"]


def understood(intake: Intake) -> dict[str, Any]:
    """A reading in plain types, for JSON: the file, its columns with their roles, rows set aside, and open questions."""
    return {
        "file": intake.file,
        "sheet": intake.sheet,
        "encoding": intake.encoding,
        "delimiter": intake.delimiter,
        "header_row": intake.header_row,
        "header_rows": list(intake.header_rows),
        "rows_read": intake.rows_read,
        "rows_accepted": intake.rows_accepted,
        "rows_rejected": intake.rows_read - intake.rows_accepted,
        "columns": [asdict(field) | {"role": role(intake, field.source), "why": why(intake, field.source)} for field in intake.fields],
        "notes": list(intake.notes),
        "set_aside": [asdict(row) for row in intake.set_aside],
        "rejected": [asdict(rejected) for rejected in intake.rejected],
        "questions": [asdict(question) for question in intake.questions],
    }


def role(intake: Intake, source: str) -> Role:
    """What a column is for: it names the customer, marks the lost, or goes into a score; or it does not, or is not even read."""
    if source == intake.id_column:
        return "id"
    if source not in intake.frame:
        return "not read"
    if source in label_columns(intake.frame):
        return "label"
    return "left out" if why_not(intake.frame[source]) else "input"


def why(intake: Intake, source: str) -> str | None:
    """Why a score would leave a column out; None where it would not."""
    return why_not(intake.frame[source]) if role(intake, source) == "left out" else None


def set_aside(intake: Intake | Poured) -> str:
    """How many rows were set aside, and the first reason; "" where none was."""
    if not intake.rejected:
        return ""
    first = intake.rejected[0]
    rows = wording.plural("{n} row was set aside", "{n} rows were set aside", intake.rows_read - intake.rows_accepted)
    column = _(", column '{column}'").format(column=first.column) if first.column else ""
    told = _("{file}: {rows}, the first at row {row}{column}: '{value}' {why}.").format(
        file=intake.file,
        rows=rows,
        row=wording.number(first.row),
        column=column,
        value=excerpt(first.value),
        why=first.why,
    )
    return told + " " + _("See python -m churn check.") if isinstance(intake, Intake) else told


def excerpt(cell: str) -> str:
    """As much of a cell as a sentence can hold.

    >>> excerpt("Pro"), excerpt("a" * 99)
    ('Pro', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...')
    """
    return cell if len(cell) <= 40 else f"{cell[:37]}..."


def understood_csv(intake: Intake) -> bytes:
    """The cells as understood: ISO days, plain numbers, nothing for missing."""
    cells = {column: plain(intake.frame[column]) for column in intake.frame}
    return pd.DataFrame(cells, dtype="str").to_csv(index=False, lineterminator="\n").encode()


def plain(cells: "pd.Series[str] | pd.Series[float]") -> list[str | None]:
    """Each cell as plain text, None where it is missing: no number is written with an exponent.

    >>> plain(pd.Series([5.0, 1e-7, float("nan")]))
    ['5', '0.0000001', None]
    """
    if pd.api.types.is_numeric_dtype(cells):
        return [None if np.isnan(number) else np.format_float_positional(number, trim="-") for number in cells.to_numpy(float)]
    return list(as_text(cells))
