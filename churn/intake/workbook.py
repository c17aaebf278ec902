"""A workbook (XLSX, XLS, ODS) -> a grid of text. Told by its content, never by its name."""

import datetime
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from churn.errors import IntakeError
from churn.intake.grid import Grid
from churn.intake.nearest import did_you_mean
from churn.intake.results import Question
from churn.wording import _, plural

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_LONGEST_WHOLE_NUMBER = 1e21
# An XLS workbook opens with this record, and where it has a password the record of that follows.
_XLS_BOOK, _XLS_BOOK_LENGTH, _XLS_PASSWORD = bytes.fromhex("0908100000060500"), 20, bytes.fromhex("2F00")
_MANIFEST_LOOKED_AT = 1_000_000

Read = TypeVar("Read")
Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a workbook does."""
    return data.startswith((_ZIP, _OLE))


def refuse_false_name(file: str) -> None:
    """Raises IntakeError where a file that is no workbook is named like one."""
    ending = next((ending for ending in _ENDINGS if file.casefold().endswith(ending)), None)
    if ending:
        raise IntakeError(_("{file} is named {ending} but holds plain text: save it as CSV or XLSX.").format(file=file, ending=ending))


def read_workbook(data: bytes, *, file: str, sheet: str | None = None) -> Grid | Question:
    """The grid of `sheet`, or of the only sheet that holds anything; a Question where several do. Raises IntakeError."""
    if _is_locked(data):
        raise _locked(file)
    book = _guarded(lambda: load_workbook(io.BytesIO(data)), file)
    if sheet is not None:
        return _grid(_sheet(book, _known(book, sheet, file), file), file)
    filled = [found for found in _sheets(book, file) if found.height]
    if not filled:
        raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
    if len(filled) > 1:
        names = tuple(found.name for found in filled)
        text = plural(
            "{file} has {n} filled sheet ({sheets}): say --sheet with the name of one.",
            "{file} has {n} filled sheets ({sheets}): say --sheet with the name of one.",
            len(names),
        )
        return Question(text.format(file=file, sheets=_listed(names)), "--sheet", names)
    return _grid(filled[0], file)


def _sheets(book: CalamineWorkbook, file: str) -> list[CalamineSheet]:
    """The visible worksheets; all worksheets where none is visible."""
    worksheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet for sheet in worksheets if sheet.visible == SheetVisibleEnum.Visible]
    return [_sheet(book, sheet.name, file) for sheet in visible or worksheets]


def _sheet(book: CalamineWorkbook, name: str, file: str) -> CalamineSheet:
    return _guarded(lambda: book.get_sheet_by_name(name), file)


def _known(book: CalamineWorkbook, sheet: str, file: str) -> str:
    names = book.sheet_names
    if sheet in names:
        return sheet
    raise IntakeError(
        _("{file} has no sheet '{sheet}'{near}; its sheets are {sheets}.").format(
            file=file, sheet=sheet, near=did_you_mean(sheet, names), sheets=_listed(names)
        )
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _guarded(read: Callable[[], Read], file: str) -> Read:
    """What `read` gives; whatever the workbook library throws, a panic of its native code too, becomes an IntakeError."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if isinstance(error, PasswordError) or "Password required" in str(error):
            raise _locked(file) from None
        raise IntakeError(
            _("{file} is a damaged workbook or none at all ({why}): open it in a spreadsheet program and save it again as XLSX.").format(
                file=file, why=_first_line(error)
            )
        ) from None


def _locked(file: str) -> IntakeError:
    return IntakeError(_("{file} is protected by a password: save a copy without one.").format(file=file))


def _is_locked(data: bytes) -> bool:
    """Whether the contents are encrypted; asked before reading, since the library then only says that it cannot tell the format."""
    if data.startswith(_OLE):
        book = data.find(_XLS_BOOK)
        return "EncryptedPackage".encode("utf-16-le") in data or (book >= 0 and data.startswith(_XLS_PASSWORD, book + _XLS_BOOK_LENGTH))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed, packed.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(_MANIFEST_LOOKED_AT)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        return False


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0][:100] if lines else type(error).__name__


def _grid(sheet: CalamineSheet, file: str) -> Grid:
    rows = _guarded(lambda: sheet.to_python(skip_empty_area=True), file)
    if not rows or sheet.start is None:
        raise IntakeError(
            _("{file}: the sheet '{sheet}' is empty: it needs a header row and at least one row below it.").format(
                file=file, sheet=sheet.name
            )
        )
    cells = [[cell if isinstance(cell, str) else _text(cell) for cell in row] for row in rows]
    return Grid(cells, sheet=sheet.name, first_row=sheet.start[0] + 1, first_column=sheet.start[1] + 1)


def _text(cell: Cell) -> str:
    """A cell as text: whole numbers without ".0", days and times as ISO writes them.

    >>> _text(5.0), _text(0.1), _text(True), _text(datetime.datetime(2026, 1, 31, 9, 30))
    ('5', '0.1', 'TRUE', '2026-01-31 09:30:00')
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < _LONGEST_WHOLE_NUMBER
        return str(int(cell)) if whole else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "seconds")
    return str(cell)
