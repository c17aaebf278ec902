"""Several files of one table -> one intake, one below the other, each read by itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from churn.errors import IntakeError, QuestionError
from churn.intake import Duplicates, Field, Intake, Rejected
from churn.tables import Table, Type, header_key
from churn.wording import _, listing

_WORDS = {"id", "text", "flag"}
_DTYPES: dict[Type, str] = {"id": "str", "text": "str", "number": "float64", "date": "datetime64[s]", "flag": "str"}


def stacked(intakes: Sequence[Intake], table: Table, *, duplicates: Duplicates | None = None) -> Intake:
    """The rows of all files, in their order; cells of columns that a file lacks are empty. `file` names them all, and `rows` counts
    through, since rows of several sheets have none of their own.

    Of a key that is in several files the row of the first or last is kept, as `duplicates` says: QuestionError where nothing is said.
    IntakeError where a column holds numbers or days in one file and words in another.
    """
    if len(intakes) == 1:
        return intakes[0]
    fields = _together(intakes)
    frame = pd.concat([_renamed(intake, fields) for intake in intakes], ignore_index=True)
    usable, repeated = _once(frame, table, fields, intakes, duplicates)
    frame = frame[usable].reset_index(drop=True)
    return replace(
        intakes[0],
        file=listing([intake.file for intake in intakes]),
        sheet=None,
        frame=frame,
        rows=np.arange(1, len(frame) + 1, dtype=np.int64),
        rows_read=sum(intake.rows_read for intake in intakes),
        fields=tuple(replace(field, missing=int(frame[field.source].isna().sum())) for field in fields.values()),
        rejected=(*(reject for intake in intakes for reject in intake.rejected), *repeated),
        set_aside=tuple(row for intake in intakes for row in intake.set_aside),
        questions=tuple(question for intake in intakes for question in intake.questions),
        digest=hashlib.sha256("".join(intake.digest for intake in intakes).encode()).hexdigest(),
        notes=tuple(_("{file}: {note}").format(file=intake.file, note=note) for intake in intakes for note in intake.notes),
        shape="",
        spelled={},
        written=pd.DataFrame(),
        unused=pd.concat([intake.unused for intake in intakes]).fillna(""),
    )


def _key(field: Field) -> str:
    """What is the same for a column in all files: the table's column that it is, else its header."""
    return field.column or header_key(field.source)


def _together(intakes: Sequence[Intake]) -> dict[str, Field]:
    """A field for each column of any file, by `_key`: under its header, or its name in the table where files head it differently."""
    found: dict[str, list[tuple[Intake, Field]]] = {}
    for intake in intakes:
        for field in intake.fields:
            if field.source in intake.frame:
                found.setdefault(_key(field), []).append((intake, field))
    fields = {}
    for key, each in found.items():
        first = each[0][1]
        label = first.source if all(field.source == first.source for _intake, field in each) else first.column or first.source
        filled = [(intake, field) for intake, field in each if intake.frame[field.source].notna().any()] or each
        types = {field.type for _intake, field in filled}
        if len(types) > 1 and types - _WORDS:
            one, other = filled[0], next(pair for pair in filled if pair[1].type != filled[0][1].type)
            text = _("The column {column} holds {one} in {file} and {two} in {other}: mend one of them, or load one alone.")
            said = {"one": one[1].type, "file": one[0].file, "two": other[1].type, "other": other[0].file}
            raise IntakeError(text.format(column=label, **said))
        fields[key] = replace(first, source=label, type="text" if len(types) > 1 else next(iter(types)), proposed=None)
    return fields


def _renamed(intake: Intake, fields: dict[str, Field]) -> pd.DataFrame:
    """The file's rows under the labels and with the types of all; words as the file spells them where another file has other words."""
    wholes = {field.source: fields[_key(field)] for field in intake.fields if field.source in intake.frame}
    words = [field.source for field in intake.fields if field.source in wholes and wholes[field.source].type == "text" != field.type]
    cells: dict[str, pd.Series] = {}
    for source, whole in wholes.items():
        cells[whole.source] = (intake.as_spelled if source in words else intake.frame)[source]
    return pd.DataFrame(cells).astype({whole.source: _DTYPES[whole.type] for whole in wholes.values()})


def _once(
    frame: pd.DataFrame, table: Table, fields: dict[str, Field], intakes: Sequence[Intake], duplicates: Duplicates | None
) -> tuple["pd.Series[bool]", list[Rejected]]:
    """Which rows to keep so that each key is there once, and why the others go."""
    labels = [fields[name].source for name in table.key if name in fields]
    everything = pd.Series(True, index=frame.index)
    if not labels or len(labels) < len(table.key):
        return everything, []
    if without := [intake.file for intake in intakes if not {field.column for field in intake.fields} >= set(table.key)]:
        text = _("{file} has no {column}, and other files of {table} have: say --map SOURCE={column}.")
        raise IntakeError(text.format(file=without[0], column=listing(list(table.key)), table=table.name))
    keep = duplicates if duplicates in ("first", "last") else "first"
    superfluous = frame.duplicated(labels, keep=keep)
    if not superfluous.any():
        return everything, []
    value = str(frame.loc[superfluous, labels[0]].iloc[0])
    if duplicates not in ("first", "last"):
        text = _("{files} both hold {column} {value}: say --duplicates first or last to keep one row of each.")
        raise QuestionError(text.format(files=listing([intake.file for intake in intakes]), column=table.key[0], value=value))
    rows = np.concatenate([intake.rows for intake in intakes])[superfluous.to_numpy()]
    why, values = _("is in another of the files too, which is kept"), frame.loc[superfluous, labels[0]]
    return ~superfluous, [Rejected(int(row), labels[0], str(value), why) for row, value in zip(rows, values, strict=True)]
