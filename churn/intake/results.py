"""What a reading is asked for and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import QuestionError
from churn.intake.limits import Limits
from churn.intake.parsing import Conventions
from churn.tables import Type

Duplicates = Literal["first", "last", "refuse"]


@dataclass(frozen=True)
class ReadOptions:
    """What the file's owner has said about it; None and empty mean: find out.

    `header_row` counts from 1, 0 means that there is none. `mapping` goes from a header of the file to a column of the table, "" leaves a
    header unmatched. `conventions` settle what cells alone leave open, `limits` say how large a file may be.
    `constants` fill columns of the table that the file lacks, each with one value in all rows.
    """

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    duplicates: Duplicates | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    id_column: str | None = None
    conventions: Conventions = Conventions()
    limits: Limits = Limits()
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """A column of the file as understood.

    `column` is the table's column that it fills, or None; `proposed` one that it may be, for its owner to say. `missing` counts empty
    cells over all rows read; `examples` are cells as written; `confidence` (0 to 1) is that of the match, or of the proposal, or the share
    of filled cells that fit the type where there is neither. `notes` say in plain sentences how the cells were read.
    """

    source: str
    column: str | None
    type: Type
    missing: int
    examples: tuple[str, ...]
    confidence: float
    proposed: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A reason why a row cannot be used; a row may have several. `row` counts from 1 as the sheet does, header and blank rows included."""

    row: int
    column: str
    value: str
    why: str


@dataclass(frozen=True)
class SetAside:
    """A row that is no data: a title, a total, a note at the foot, a header said again. `row` counts from 1 as the sheet does."""

    row: int
    kind: str
    text: str


@dataclass(frozen=True)
class Question:
    """What the desk would not guess: `option` is how the command line answers it, with one of `choices`.

    `columns` are the headers that it is about, empty where it is about the file. `examples` are some of its cells, and `readings` says for
    each choice what it would make of the first of these, or how large that sheet is; both may be empty.
    """

    text: str
    option: str
    choices: tuple[str, ...]
    columns: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Intake:
    """A file as read: the accepted rows typed, the rejected ones with reasons, and the questions left open.

    `frame` has the file's columns in the file's order by their headers: id, text and flag (Yes, No) as "str", number as float64, date as
    datetime64[s], missing cells as NaN or NaT. `rows` holds the sheet row (from 1) of each row of `frame`. `digest` is the SHA-256 of
    the file, `shape` one of its headers: files of the same shape have the same. `spelled` has the columns
    of yes and no, and ids in other digits, as the file spells them. `written` has the first rows as the file writes them,
    `unused` all rejected rows, both as text under the file's headers and indexed by sheet row. While a question keeps the file from being
    read at all, `frame` is empty and `header_row` 0.
    """

    file: str
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    header_row: int
    rows_read: int
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    fields: tuple[Field, ...]
    rejected: tuple[Rejected, ...]
    questions: tuple[Question, ...]
    digest: str
    header_rows: tuple[int, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()
    shape: str = ""
    spelled: Mapping[str, pd.Series] = field(default_factory=dict)
    written: pd.DataFrame = field(default_factory=pd.DataFrame)
    unused: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def rows_accepted(self) -> int:
        """Rows of `frame`; with the distinct rows of `rejected` they make up `rows_read`."""
        return len(self.frame)

    @property
    def as_spelled(self) -> pd.DataFrame:
        """`frame` with yes and no and ids as the file spells them, for its owner."""
        return self.frame.assign(**self.spelled)

    @property
    def id_column(self) -> str | None:
        """The header of the column that holds the customer's id, or None."""
        return next((field.source for field in self.fields if field.column == "customer_id"), None)

    def settled(self) -> Self:
        """This very reading if no question is open; otherwise raises QuestionError with the first, which names its option."""
        if self.questions:
            raise QuestionError(self.questions[0].text)
        return self
