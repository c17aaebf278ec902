"""What a file was understood to hold."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from churn.intake import Intake
from churn.risk.bins import as_text
from churn.risk.columns import label_columns, why_not


def understood(intake: Intake) -> dict[str, Any]:
    """A reading in plain types, for JSON: the file, its columns with their roles, rows set aside, and open questions."""
    return {
        "file": intake.file,
        "sheet": intake.sheet,
        "encoding": intake.encoding,
        "delimiter": intake.delimiter,
        "header_row": intake.header_row,
        "rows_read": intake.rows_read,
        "rows_accepted": intake.rows_accepted,
        "rows_rejected": intake.rows_read - intake.rows_accepted,
        "columns": [asdict(field) | {"role": role(intake, field.source)} for field in intake.fields],
        "rejected": [asdict(rejected) for rejected in intake.rejected],
        "questions": [asdict(question) for question in intake.questions],
    }


def role(intake: Intake, source: str) -> str:
    """What a column is for: id, label, input of a score, or why it is none."""
    if source == intake.id_column:
        return "id"
    if source not in intake.frame:
        return "not read"
    if source in label_columns(intake.frame):
        return "label"
    return why_not(intake.frame[source]) or "input"


def understood_csv(intake: Intake) -> bytes:
    """The cells as understood: ISO days, plain numbers, nothing for missing."""
    cells = {column: as_text(intake.frame[column]) for column in intake.frame}
    return pd.DataFrame(cells, dtype="str").to_csv(index=False, lineterminator="\n").encode()
