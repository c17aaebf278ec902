"""A workbook (XLSX, XLSM, XLSB, XLS, ODS) or a Parquet file -> a grid of text. Told by its content, never by its name."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import IntakeError
from churn.intake.apart import Told, needs_memory, read_apart
from churn.intake.grid import Grid, series_of
from churn.intake.limits import Limits, Progress, refuse_box
from churn.intake.nearest import did_you_mean
from churn.intake.results import Question
from churn.intake.unpacked import is_packed_workbook
from churn.wording import _, listing, number, plural

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1"), b"PAR1"
_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet")


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a workbook does; a ZIP of something else is none."""
    return data.startswith(_OLE) or (data.startswith(_ZIP) and is_packed_workbook(data))


def is_parquet(data: bytes) -> bool:
    """Whether the bytes begin as a Parquet file does."""
    return data.startswith(_PARQUET)


def false_name(file: str) -> str | None:
    """The ending of a workbook in a file's name, or None."""
    return next((ending for ending in _ENDINGS if file.casefold().endswith(ending)), None)


def read_workbook(
    data: bytes, *, file: str, sheet: str | None = None, limits: Limits = Limits(), progress: Progress | None = None
) -> Grid | Question:
    """The grid of `sheet`, or of the only sheet that holds anything; a Question where several do. Raises IntakeError."""
    told = read_apart(data, "workbook", {"sheet": sheet}, file=file, limits=limits, words=_("Reading the workbook"), progress=progress)
    if told.refusal:
        return _refused(told.refusal, file, sheet, limits)
    columns, native = _columns(told)
    first_row, first_column = told.facts["start"]
    return Grid(
        columns,
        native=native,
        sheet=told.facts["sheet"],
        first_row=first_row + 1,
        first_column=first_column + 1,
        merged=_merged(told.facts["merged"], first_row, first_column, len(columns[0]), len(columns)),
        epoch=told.facts["epoch"],
    )


def read_parquet(data: bytes, *, file: str, limits: Limits = Limits(), progress: Progress | None = None) -> Grid:
    """The grid of a Parquet file, its column names in the first row. Raises IntakeError."""
    told = read_apart(data, "parquet", {}, file=file, limits=limits, words=_("Reading the Parquet file"), progress=progress)
    if told.refusal:
        _refused(told.refusal, file, None, limits)
    columns, native = _columns(told)
    notes = []
    if nested := told.facts["nested"]:
        notes.append(_("Cells that hold lists or records were written out as JSON: {columns}.").format(columns=_listed(nested)))
    if zones := told.facts["zones"]:
        notes.append(zones_told(zones))
    return Grid(columns, native=native, notes=tuple(notes))


def zones_told(headers: Iterable[str]) -> str:
    """What is said of columns whose times have a time zone."""
    return _("Times with a time zone are given in UTC: {columns}.").format(columns=_listed(headers))


def _columns(told: Told) -> tuple[list[Any], list[Any]]:
    table = pa.concat_tables(told.batches)
    texts = [series_of(column) for column in table.columns[::2]]
    return texts, [np.asarray(column.combine_chunks().to_numpy(zero_copy_only=False), dtype=bool) for column in table.columns[1::2]]


def _merged(boxes: Iterable[Any], first_row: int, first_column: int, rows: int, columns: int) -> tuple[tuple[int, int, int, int], ...]:
    """Merged boxes as indices into the grid, cut at its edges; those beyond it are left out."""
    found = []
    for (top, left), (bottom, right) in boxes:
        box = (
            max(0, top - first_row),
            max(0, left - first_column),
            min(rows, bottom - first_row + 1) - 1,
            min(columns, right - first_column + 1) - 1,
        )
        if box[0] <= box[2] and box[1] <= box[3]:
            found.append(box)
    return tuple(sorted(found))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _refused(said: dict[str, Any], file: str, sheet: str | None, limits: Limits) -> Question:
    """The question of which sheet; raises IntakeError with the sentence for any other reason."""
    match said["code"]:
        case "sheets":
            return _which_sheet(said["sheets"], file)
        case "box":
            refuse_box(said["rows"], said["columns"], file=file, limits=limits)
        case "tight":
            raise IntakeError(
                _(
                    "{file}: {part} is packed so tightly as no spreadsheet program does it, and would fill the memory: it was not read."
                ).format(file=file, part=said["part"])
            )
        case "memory":
            raise needs_memory(file, limits)
        case "locked":
            raise IntakeError(_("{file} is protected by a password: save a copy without one.").format(file=file))
        case "empty":
            raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
        case "empty_sheet":
            raise IntakeError(
                _("{file}: the sheet '{sheet}' is empty: it needs a header row and at least one row below it.").format(
                    file=file, sheet=said["name"]
                )
            )
        case "no_sheet":
            raise IntakeError(
                _("{file} has no sheet '{sheet}'{near}; its sheets are {sheets}.").format(
                    file=file, sheet=sheet, near=did_you_mean(sheet or "", said["names"]), sheets=_listed(said["names"])
                )
            )
        case "declares":
            raise IntakeError(
                _("{file} declares entities in {part}, which no spreadsheet program writes and which can do harm: it was not read.").format(
                    file=file, part=said["part"]
                )
            )
        case "parts":
            raise IntakeError(_("{file} has {n} parts, more than any workbook: it was not read.").format(file=file, n=number(said["n"])))
        case "damaged_parquet":
            raise IntakeError(_("{file} is a damaged Parquet file ({why}): write it anew.").format(file=file, why=said["why"]))
    raise IntakeError(
        _("{file} is a damaged workbook or none at all ({why}): open it in a spreadsheet program and save it again as XLSX.").format(
            file=file, why=said.get("why", said["code"])
        )
    )


def _which_sheet(sheets: list[tuple[str, int, int]], file: str) -> Question:
    sized = [
        _("'{sheet}' with {rows} rows and {columns} columns").format(sheet=name, rows=number(rows), columns=number(columns))
        for name, rows, columns in sheets
    ]
    text = plural(
        "{file} has {n} filled sheet ({sheets}): say --sheet with the name of one.",
        "{file} has {n} filled sheets ({sheets}): say --sheet with the name of one.",
        len(sheets),
    )
    sizes = tuple(
        _("{rows} rows and {columns} columns").format(rows=number(rows), columns=number(columns)) for _name, rows, columns in sheets
    )
    names = tuple(name for name, _rows, _columns in sheets)
    return Question(text.format(file=file, sheets=listing(sized)), "--sheet", names, readings=sizes)
