"""Whether a reading of an odd file bends anything in silence: every cell as the truth has it, or asked, or rejected, or refused."""

import datetime
import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from churn.errors import IntakeError
from churn.intake import Conventions, Field, Intake, ReadOptions, read
from tests.odd_files import Cell, OddFile

Fate = Literal["read", "asked", "rejected", "refused"]
_OF_CONVENTIONS = {"--decimal", "--date-order", "--calendar", "--epoch", "--century"}


@dataclass(frozen=True)
class Verdict:
    """What became of a file, and whatever is wrong with that; `notes` are those on what it holds, `said` is for whoever mends a fault."""

    file: OddFile
    fate: Fate
    faults: tuple[str, ...]
    asked: tuple[str, ...] = ()
    rejected: int = 0
    said: str = ""
    notes: tuple[str, ...] = ()


def judged(file: OddFile) -> Verdict:
    """Reads a file, answers what is asked with the truth, and compares every cell."""
    options, asked = ReadOptions(), []
    try:
        intake = read(file.data, file=file.name, options=options)
        while intake.questions and len(asked) < 8:
            question = intake.questions[0]
            asked.append(question.option)
            options = answered(options, question.option, question.choices, file)
            intake = read(file.data, file=file.name, options=options)
    except IntakeError as error:
        said = str(error)
        return Verdict(file, "refused", () if said and "\n" not in said and said.endswith(".") else (f"no sentence: {said!r}",), said=said)
    faults = list(compared(intake, file)) if not intake.questions else [f"asks for ever: {intake.questions[0].text}"]
    rejected = len({reject.row for reject in intake.rejected})
    fate: Fate = "rejected" if rejected else "asked" if asked else "read"
    said = f"{intake.encoding} {intake.delimiter!r} {intake.notes}"
    return Verdict(file, fate, tuple(faults), tuple(asked), rejected, said, _of_content(intake.notes, file))


def _of_content(notes: tuple[str, ...], file: OddFile) -> tuple[str, ...]:
    """The notes without those that say what the file was packed in."""
    return tuple(note for note in notes if file.name not in note)


def answered(options: ReadOptions, option: str, choices: tuple[str, ...], file: OddFile) -> ReadOptions:
    """The options with the truth's answer to one more question."""
    answer: Any = file.answers[option]
    if option in _OF_CONVENTIONS:
        name = option.removeprefix("--").replace("-", "_")
        answer = int(answer) if name in ("epoch", "century") else answer
        return replace(options, conventions=Conventions(**(vars(options.conventions) | {name: answer})))
    if option == "--header-row":
        answer = int(answer)
    return replace(options, **{option.removeprefix("--").replace("-", "_"): answer})


def compared(intake: Intake, file: OddFile) -> list[str]:
    """Everything in which the reading differs from the truth without a word of it."""
    faults = []
    rejected = {reject.row for reject in intake.rejected}
    if intake.rows_read != intake.rows_accepted + len(rejected) or rejected & set(intake.rows.tolist()):
        faults.append(f"counts: read {intake.rows_read}, accepted {intake.rows_accepted}, rejected {len(rejected)}")
    if [field.source for field in intake.fields] != list(file.headers):
        return [*faults, f"headers: {[field.source for field in intake.fields]} for {list(file.headers)}"]
    place = {row: number for number, row in enumerate(file.rows)}
    said = " ".join(_of_content(intake.notes, file))
    for reject in intake.rejected:
        if not reject.why or (reject.row in place and reject.column and not _is_there(reject.value, file, place[reject.row])):
            faults.append(f"rejected without its cell: {reject}")
        if reject.row in place and place[reject.row] not in file.spoilt:
            faults.append(f"sound row rejected: {reject}")
    gone = sorted(set(file.rows) - rejected - set(intake.rows.tolist()))
    faults += [f"a customer is gone: row {row} {[aside for aside in intake.set_aside if aside.row == row]}" for row in gone]
    read_cells = list(zip(*(intake.frame[field.source].to_list() for field in intake.fields), strict=True))
    for at, row in enumerate(intake.rows.tolist()):
        if row not in place:
            if not said:
                faults.append(f"no customer, but taken for one: row {row} {read_cells[at]}")
            continue
        for field, cell, truth in zip(intake.fields, read_cells[at], file.cells[place[row]], strict=True):
            if not same(cell, truth) and not (said and place[row] in file.spoilt) and not _is_left(cell, truth, field, said):
                faults.append(f"row {row}, {field.source}: {cell!r} for {truth!r} ({field.type}, {field.notes})")
    return faults


def _is_left(cell: Any, truth: Cell, field: Field, said: str) -> bool:
    """Whether a note says why the cell's column was left as text."""
    if field.type != "text" or not isinstance(cell, str) or isinstance(truth, str | None):
        return False
    return bool(said) or any(note.startswith("Left as text") for note in field.notes)


def _is_there(value: str, file: OddFile, place: int) -> bool:
    """Whether a rejected value stands in its row; of a spoilt row its beginning may be all that is left."""
    written = [cell.strip() for cell in file.written[place]]
    return value.strip() in written or (place in file.spoilt and any(cell.startswith(value.strip()) for cell in written))


def same(cell: Any, truth: Cell) -> bool:
    """Whether a cell as read is the truth: numbers to the last bit that a decimal has, text letter for letter."""
    if truth is None:
        return bool(pd.isna(cell))
    if isinstance(truth, float):
        return isinstance(cell, float) and math.isclose(cell, truth, rel_tol=1e-15)
    if isinstance(truth, datetime.date):
        return isinstance(cell, pd.Timestamp) and cell == pd.Timestamp(truth)
    return isinstance(cell, str) and cell == truth
