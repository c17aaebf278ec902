"""How much of a file is read, and what is said where it holds more."""

from collections.abc import Callable
from dataclasses import dataclass

from churn.errors import IntakeError
from churn.wording import _, number

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and words for it; whatever it raises stops the work."""

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one file may take: megabytes as it is and unpacked, rows, columns and cells of one table, seconds, and memory of the reader."""

    megabytes: int = 500
    rows: int = 5_000_000
    columns: int = 2_000
    cells: int = 100_000_000
    seconds: int = 300
    memory_megabytes: int = 4_000

    @property
    def bytes(self) -> int:
        """The megabytes in bytes."""
        return self.megabytes * MEGABYTE


def refuse_size(size: int, *, file: str, limits: Limits) -> None:
    """Raises IntakeError where `size` bytes are more than the limit."""
    if size > limits.bytes:
        raise IntakeError(
            _("{file} has {size} megabytes, and the limit is {most}: split it, or say --most-megabytes.").format(
                file=file, size=number(size / MEGABYTE), most=number(limits.megabytes)
            )
        )


def unpacks_to_too_much(file: str, limits: Limits) -> IntakeError:
    """What to say of packed content that goes beyond the limit."""
    return IntakeError(
        _("{file} unpacks to more than {most} megabytes, which is the limit: split it, or say --most-megabytes.").format(
            file=file, most=number(limits.megabytes)
        )
    )


def refuse_box(rows: int, columns: int, *, file: str, limits: Limits) -> None:
    """Raises IntakeError where a table has more rows, columns or cells than the limits allow."""
    if rows > limits.rows:
        raise IntakeError(
            _("{file} has {rows} rows, and the limit is {most}: split it, or say --most-rows.").format(
                file=file, rows=number(rows), most=number(limits.rows)
            )
        )
    if columns > limits.columns:
        raise IntakeError(
            _("{file} has {columns} columns, and the limit is {most}: keep those that are needed, or say --most-columns.").format(
                file=file, columns=number(columns), most=number(limits.columns)
            )
        )
    if rows * columns > limits.cells:
        raise IntakeError(
            _("{file} has {rows} rows x {columns} columns, and the limit is {most} cells: split it, or say --most-cells.").format(
                file=file, rows=number(rows), columns=number(columns), most=number(limits.cells)
            )
        )
