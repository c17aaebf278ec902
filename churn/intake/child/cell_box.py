"""How large a box the cells of each sheet span, asked before the library that would fill the box."""

import re
import zipfile

from churn.intake.child.packed_parts import pieces_of, tokens_of

Box = tuple[int, int]

_XLSX_SHEET, _XLSB_SHEET = re.compile(r"/?xl/.*sheet[^/]*\.xml", re.IGNORECASE), re.compile(r"/?xl/.*sheet[^/]*\.bin", re.IGNORECASE)
_PLAIN_CELL = re.compile(rb'<c r="([A-Za-z]{1,7}[0-9]{1,12})"')
_ANY_CELL = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,7}[0-9]{1,12})[\"']")
_DIGITS, _LETTERS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PLACED_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,7})([0-9]{1,12})[\"'](?:[^>]*[^/])?>")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*[^/>])?>")
_CELL, _ROW = re.compile(rb"<(?:\w+:)?c[\s>]"), re.compile(rb"<(?:\w+:)?row[\s>/]")
_ODS_TOKEN = re.compile(rb"<(/?)(?:[\w.-]+:)?(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated\s*=\s*[\"'](\d{1,12})")
_ROW_RECORD, _FIRST_CELL, _LAST_CELL = 0, 2, 11
_WIDEST = 16_384


def boxes(data: bytes, parts: list[zipfile.ZipInfo], most_columns: int, most_cells: int) -> list[Box]:
    """Rows and columns of every sheet of a packed workbook, counted from the corner; a box within the limits may be told too large."""
    found: list[Box] = []
    for part in parts:
        if _XLSX_SHEET.fullmatch(part.filename):
            box = _xlsx_box(data, part)
            within = box[1] <= most_columns and box[0] * box[1] <= most_cells
            found.append(box if within else _filled_xlsx_box(data, part) or box)
        elif _XLSB_SHEET.fullmatch(part.filename):
            found.append(_xlsb_box(b"".join(pieces_of(data, part))))
        elif part.filename == "content.xml":
            found += _ods_boxes(data, part)
    return found


def _xlsx_box(data: bytes, part: zipfile.ZipInfo) -> Box:
    """The box around all cells, those that are empty and only have a format too; quickly found."""
    height = width = unplaced = lines = 0
    columns: set[bytes] = set()
    for text in tokens_of(data, part):
        plain = _PLAIN_CELL.findall(text)
        if len(plain) != text.count(b"<c") - text.count(b"<col") or b":c" in text:
            cells = len(_CELL.findall(text))
            plain = _ANY_CELL.findall(text)
            unplaced += max(0, cells - len(plain))
            lines += len(_ROW.findall(text))
        if plain:
            joined = b",".join(plain)
            columns.update(joined.translate(None, _DIGITS).split(b","))
            height = max(height, *map(int, set(joined.translate(None, _LETTERS).split(b","))))
    width = max(map(column_of, columns), default=0)
    return max(height, lines), max(width, min(_WIDEST, unplaced))


def _filled_xlsx_box(data: bytes, part: zipfile.ZipInfo) -> Box | None:
    """The box around the cells that hold something; None where some do not say where they stand."""
    height = width = 0
    for text in tokens_of(data, part):
        placed = _PLACED_CELL.findall(text)
        if len(placed) < len(_FILLED_CELL.findall(text)):
            return None
        for column, row in placed:
            height, width = max(height, int(row)), max(width, column_of(column))
    return height, width


def column_of(letters: bytes) -> int:
    """The place of a column by its letters, A is 1."""
    place = 0
    for letter in letters.upper():
        place = place * 26 + letter - 64
    return place


def _xlsb_box(data: bytes) -> Box:
    at = height = width = row = 0
    while at < len(data):
        kind, at = _varying(data, at, 2)
        size, at = _varying(data, at, 4)
        if kind == _ROW_RECORD:
            row = int.from_bytes(data[at : at + 4], "little") + 1
        elif _FIRST_CELL <= kind <= _LAST_CELL:
            height, width = max(height, row), max(width, int.from_bytes(data[at : at + 4], "little") + 1)
        at += size
    return height, width


def _varying(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where the next one begins."""
    value = 0
    for place in range(most):
        byte = data[at] if at < len(data) else 0
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return value, at


def _ods_boxes(data: bytes, part: zipfile.ZipInfo) -> list[Box]:
    found: list[Box] = []
    height = width = row = column = last = 0
    repeated = 1
    for text in tokens_of(data, part):
        for closing, name, attributes in _ODS_TOKEN.findall(text):
            if name == b"table-row":
                if closing or attributes.endswith(b"/"):
                    row += repeated if closing else _times(attributes)
                    height, width = (row, max(width, last)) if closing and last else (height, width)
                else:
                    column, last, repeated = 0, 0, _times(attributes)
            elif name == b"table":
                if closing:
                    found.append((height, width))
                height = width = row = 0
            elif not closing:
                column += _times(attributes)
                last = column if b"value" in attributes or not attributes.endswith(b"/") else last
    return found


def _times(attributes: bytes) -> int:
    told = _REPEATED.search(attributes)
    return int(told[1]) if told else 1
