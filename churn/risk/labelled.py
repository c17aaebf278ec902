"""A labelled table made ready to learn from."""

import hashlib
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import TrainingError
from churn.risk.bins import Bins, Codes, as_text, fit_bins
from churn.risk.columns import LeftOut, choose, find_label, lost_rows, no_column, put_back
from churn.risk.known import Digests, digests_of, row_digests
from churn.wording import _, number, plural

FEWEST_ROWS = 30
FEWEST_OF_EACH = 5
DISTINCT_ROWS = 0.8


class Labelled:
    """A labelled table made ready: the rows with a label, the columns to learn from, and what makes two rows the same customer."""

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        id_column: str | None,
        label: str | None,
        lost: str | None,
        as_of: str | None = None,
        ignore: Collection[str] = (),
        keep: Collection[str] = (),
    ):
        self.label = find_label(frame, label, lost)
        is_lost, labelled = lost_rows(frame, self.label)
        self.frame = frame[labelled].reset_index(drop=True)
        self.lost = is_lost[labelled]
        self.unlabelled = int((~labelled).sum())
        self.id_column = id_column
        self.columns: list[str]
        self.left_out: list[LeftOut]
        enough(self.lost)
        self.read_at = None if as_of is None else days_in(self.frame, as_of)
        self.columns, self.left_out = choose(self.frame, id_column=id_column, label=self.label, as_of=as_of, ignore=ignore, keep=keep)
        self.put_back = put_back(self.frame, label=self.label, keep=keep)
        self.salt = hashlib.sha256(f"{len(frame)} {list(frame)}".encode()).hexdigest()[:16]
        self.digests, self.by = self.told_apart()

    def told_apart(self) -> tuple[Digests, str]:
        """A digest for each row by which it is known again: of its id, else of its values where most rows differ, else its place."""
        if self.id_column is not None:
            return digests_of(as_text(self.frame[self.id_column]), self.salt), "id"
        rows = row_digests(self.frame[self.columns], self.salt)
        if len(np.unique(rows)) >= DISTINCT_ROWS * len(rows):
            return rows, "row"
        return np.arange(len(rows), dtype=np.uint64), ""

    def bins(self, rows: npt.NDArray[np.intp] | slice = slice(None)) -> tuple[Bins, ...]:
        """The bins of the columns, from some of the rows."""
        return tuple(fit_bins(column, self.frame[column].iloc[rows]) for column in self.columns)

    def codes(self, bins: tuple[Bins, ...], rows: npt.NDArray[np.intp] | slice = slice(None)) -> Codes:
        """Rows x columns of bin numbers."""
        return np.column_stack([cut.code(self.frame[cut.column].iloc[rows]) for cut in bins])


def enough(lost: npt.NDArray[np.bool_]) -> None:
    """Raises TrainingError where there are too few rows, or too few of either kind, to say anything true."""
    if len(lost) < FEWEST_ROWS:
        rows = plural("{n} labelled row", "{n} labelled rows", len(lost))
        raise TrainingError(
            _("There is too little to learn from: {rows}, and a score needs at least {least}.").format(rows=rows, least=number(FEWEST_ROWS))
        )
    gone, stayed = int(lost.sum()), int((~lost).sum())
    if min(gone, stayed) < FEWEST_OF_EACH:
        raise TrainingError(
            _(
                "There is too little to learn from: {lost} lost and {kept} kept customers, and a score needs at least {least} of each."
            ).format(lost=number(gone), kept=number(stayed), least=number(FEWEST_OF_EACH))
        )


def days_in(frame: pd.DataFrame, column: str) -> npt.NDArray[np.datetime64]:
    """The days of a column that must hold one in every row. Raises TrainingError."""
    if column not in frame:
        raise TrainingError(no_column(column, frame))
    if not pd.api.types.is_datetime64_any_dtype(frame[column]) or frame[column].isna().any():
        raise TrainingError(_("The column '{column}' must hold a day in every row: the day that the row is read at.").format(column=column))
    return frame[column].to_numpy(dtype="datetime64[s]")
