"""A workbook's sheet -> batches of columns of text, by calamine."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from churn.intake.child.cell_box import boxes
from churn.intake.child.error_cells import error_cells
from churn.intake.child.frames import BATCH, META, progress, refuse, send, tell
from churn.intake.child.packed_parts import look_at_parts, parts_of, pieces_of

_ZIP, _OLE = b"PK", bytes.fromhex("D0CF11E0A1B11AE1")
_LONGEST_WHOLE_NUMBER = 1e21
_PLAIN_BELOW = 1e16  # from here on Python writes floats with a power
# An XLS workbook opens with this record, and where it has a password the record of that follows; another tells from where days count.
_XLS_BOOK, _XLS_BOOK_LENGTH, _XLS_PASSWORD = bytes.fromhex("0908100000060500"), 20, bytes.fromhex("2F00")
_XLS_FROM_1904 = bytes.fromhex("220002000100")
_XLSX_FROM_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)[\"']", re.IGNORECASE)
_XLSB_FROM_1904 = re.compile(rb"\x99\x01[\x08-\x7f](.)", re.DOTALL)
_ROWS_AT_A_TIME = 10_000

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
Read = TypeVar("Read")


def read_workbook(data: bytes, asked: Mapping[str, Any]) -> None:
    """Sends the sheet that is asked for, or the only one that holds anything; refuses what is no workbook or too much of one."""
    if data.startswith(_OLE):
        _refuse_locked_xls(data)
        parts, counts_from_1904 = [], _XLS_FROM_1904 in data[: 1 << 20]
    else:
        parts = parts_of(data)
        look_at_parts(data, parts, asked["memory_bytes"] // 2)
        _refuse_locked_ods(data, parts)
        for rows, columns in boxes(data, parts, asked["columns"], asked["cells"]):
            _refuse_box(rows, columns, asked)
        counts_from_1904 = _is_from_1904(data, parts)
    progress(0.2)
    book = _guarded(lambda: load_workbook(io.BytesIO(data)))
    sheet = _chosen(book, asked["sheet"], asked)
    progress(0.6)
    errors = list(error_cells(data, parts, sheet.name))
    _send_sheet(sheet, 1904 if counts_from_1904 else 1900, errors, asked)


def _guarded(read: Callable[[], Read]) -> Read:
    """What `read` gives; whatever the library throws, a panic of its native code too, is a damaged workbook."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        if isinstance(error, PasswordError) or "Password required" in str(error):
            refuse("locked")
        lines = str(error).splitlines()
        return refuse("damaged", why=lines[0][:100] if lines else type(error).__name__)


def _refuse_locked_xls(data: bytes) -> None:
    book = data.find(_XLS_BOOK)
    if "EncryptedPackage".encode("utf-16-le") in data or (book >= 0 and data.startswith(_XLS_PASSWORD, book + _XLS_BOOK_LENGTH)):
        refuse("locked")


def _refuse_locked_ods(data: bytes, parts: list[zipfile.ZipInfo]) -> None:
    """The library only says that it cannot tell the format."""
    for part in parts:
        if part.filename == "META-INF/manifest.xml" and b"encryption-data" in b"".join(pieces_of(data, part)):
            refuse("locked")
        if part.flag_bits & 1:
            refuse("locked")


def _is_from_1904(data: bytes, parts: list[zipfile.ZipInfo]) -> bool:
    for part in parts:
        if part.filename == "xl/workbook.xml":
            return bool(_XLSX_FROM_1904.search(b"".join(pieces_of(data, part))))
        if part.filename == "xl/workbook.bin":
            told = _XLSB_FROM_1904.search(b"".join(pieces_of(data, part)))
            return bool(told and told[1][0] & 1)
    return False


def _refuse_box(rows: int, columns: int, asked: Mapping[str, Any]) -> None:
    if rows > asked["rows"] or columns > asked["columns"] or rows * columns > asked["cells"]:
        refuse("box", rows=rows, columns=columns)


def _chosen(book: CalamineWorkbook, name: str | None, asked: Mapping[str, Any]) -> CalamineSheet:
    if name is not None:
        if name not in book.sheet_names:
            refuse("no_sheet", names=list(book.sheet_names))
        return _guarded(lambda: book.get_sheet_by_name(name))
    worksheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet for sheet in worksheets if sheet.visible == SheetVisibleEnum.Visible]
    sheets = [_guarded(partial(book.get_sheet_by_name, sheet.name)) for sheet in visible or worksheets]
    filled = [sheet for sheet in sheets if sheet.height]
    if not filled:
        refuse("empty")
    if len(filled) > 1:
        for sheet in filled:
            _refuse_box(sheet.height, sheet.width, asked)
        ranked = sorted(filled, key=lambda sheet: -_fullness(sheet))
        refuse("sheets", sheets=[(sheet.name, sheet.height, sheet.width) for sheet in ranked])
    return filled[0]


def _fullness(sheet: CalamineSheet) -> int:
    """How many cells hold something."""
    return sum(len(row) - row.count("") for row in _guarded(lambda: sheet.to_python(skip_empty_area=True)))


def _send_sheet(sheet: CalamineSheet, epoch: int, errors: list[tuple[int, int, str]], asked: Mapping[str, Any]) -> None:
    if not sheet.height or sheet.start is None:
        refuse("empty_sheet", name=sheet.name)
    _refuse_box(sheet.height, sheet.width, asked)
    merged = sheet.merged_cell_ranges or []
    tell(META, {"sheet": sheet.name, "start": sheet.start, "epoch": epoch, "merged": merged, "width": sheet.width})
    rows = _guarded(lambda: sheet.to_python(skip_empty_area=True))
    for row, column, text in errors:
        top, left = row - sheet.start[0], column - sheet.start[1]
        if 0 <= top < len(rows) and 0 <= left < len(rows[top]):
            rows[top][left] = text
    rows.reverse()
    done, whole = 0, len(rows)
    while rows:
        some = rows[: -_ROWS_AT_A_TIME - 1 : -1]
        del rows[-_ROWS_AT_A_TIME:]
        send_columns(zip(*some, strict=True))
        done += len(some)
        progress(0.6 + 0.4 * done / whole)


def send_columns(columns: Iterable[Iterable[Cell]]) -> None:
    """Sends one batch: for each column its text, and which of its cells the file types."""
    arrays: list[pa.Array] = []
    for column in columns:
        cells = list(column)
        kinds = list(map(type, cells))
        typed = pa.array([kind in _TYPED for kind in kinds], pa.bool_())
        arrays += [_texts(cells, set(kinds), typed), typed]
    send_arrays(arrays)


def _texts(cells: list[Cell], kinds: set[type], typed: pa.Array) -> pa.Array:
    """The cells as `text_of` writes them; many of one kind at once."""
    if kinds <= {str}:
        return pa.array(cells, pa.large_string())
    if kinds <= {str, float} and all(-_PLAIN_BELOW < cell < _PLAIN_BELOW for cell in cells if isinstance(cell, float)):
        written = pa.array([cell if type(cell) is str else repr(cell) for cell in cells], pa.large_string())
        whole = pc.replace_substring_regex(pc.replace_substring_regex(written, r"\.0$", ""), "^-0$", "0")
        return pc.if_else(typed, whole, written)
    if kinds <= {str, datetime.date}:
        return pa.array([cell.isoformat() if isinstance(cell, datetime.date) else cell for cell in cells], pa.large_string())
    return pa.array([cell if type(cell) is str else text_of(cell) for cell in cells], pa.large_string())


def send_arrays(arrays: list[pa.Array]) -> None:
    """Sends one batch as an Arrow stream."""
    batch = pa.record_batch(arrays, names=[str(place) for place in range(len(arrays))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    send(BATCH, sink.getvalue())


_TYPED = frozenset({int, float, bool, datetime.date, datetime.datetime})


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without ".0", days and times as ISO writes them.

    >>> text_of(5.0), text_of(0.1), text_of(True), text_of(datetime.datetime(2026, 1, 31, 9, 30))
    ('5', '0.1', 'TRUE', '2026-01-31 09:30:00')
    """
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < _LONGEST_WHOLE_NUMBER
        return str(int(cell)) if whole else repr(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime):
        if cell.microsecond >= 500_000 and cell.year < datetime.MAXYEAR:
            cell += datetime.timedelta(seconds=1)
        cell = cell.replace(microsecond=0)
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "seconds")
    return str(cell)
