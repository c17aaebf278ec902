"""Bytes -> a grid of text with the coordinates of the sheet that it came from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet or text file as text, "" where empty. `first_row` and `first_column` are where it starts, counted from 1."""

    cells: list[list[str]]
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    first_row: int = 1
    first_column: int = 1
