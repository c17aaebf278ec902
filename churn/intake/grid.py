"""Bytes -> a grid of text with the coordinates of the sheet that it came from."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Box = tuple[int, int, int, int]
Mask = npt.NDArray[np.bool_]

_TEXT = pd.StringDtype(na_value=np.nan)


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of one sheet or text file as text, column by column, "" where empty, not yet trimmed.

    `native` marks, per column, the cells that the file itself types (numbers, days, booleans), written plainly: 1234.5, 2026-01-31, TRUE;
    None for text files. `widths` are the cells of each record as written (0: a blank line); None where all have len(columns). `first_row`
    and `first_column` are where the grid starts, counted from 1 as the sheet counts. `merged` are boxes of merged cells (first row, first
    column, last row, last column) as indices into the grid. `epoch` is the year from which a workbook counts its days. `notes` are
    sentences about what was done while reading.
    """

    columns: list[pd.Series]
    native: list[Mask] | None = None
    widths: npt.NDArray[np.int32] | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    first_row: int = 1
    first_column: int = 1
    merged: tuple[Box, ...] = ()
    epoch: Literal[1900, 1904] | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many records there are, blank lines among them."""
        return len(self.columns[0]) if self.columns else 0

    def part(self, rows: int) -> "Grid":
        """The first records."""
        native = None if self.native is None else [mask[:rows] for mask in self.native]
        widths = None if self.widths is None else self.widths[:rows]
        return replace(self, columns=[column[:rows] for column in self.columns], native=native, widths=widths)

    def row(self, at: int) -> list[str]:
        """The trimmed cells of one record."""
        return [column.iloc[at].strip() for column in self.columns]


def series_of(texts: pa.ChunkedArray) -> pd.Series:
    """A column of text as pandas keeps it, in one piece, since many pieces make it slow to pick rows; there must be no nulls."""
    return pd.Series(_TEXT.__from_arrow__(texts.combine_chunks()))  # type: ignore[attr-defined]
