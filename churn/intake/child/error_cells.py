"""The cells of an XLSX sheet that hold an error such as #N/A, which calamine leaves empty."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from churn.intake.child.cell_box import column_of
from churn.intake.child.packed_parts import pieces_of

_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\st\s*=\s*[\"']e[\"'])[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,7})([0-9]{1,12})[\"'][^>]*>"
    rb"(?:(?!</?(?:\w+:)?c[\s>]).)*?<(?:\w+:)?v>([^<]*)</",
    re.DOTALL,
)
_IS_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def error_cells(data: bytes, parts: list[zipfile.ZipInfo], sheet: str) -> Iterator[tuple[int, int, str]]:
    """Row, column (from 0) and text of each error in the named sheet; none where the workbook is no XLSX."""
    by_name = {part.filename.lstrip("/"): part for part in parts}
    part = by_name.get(_part_of(data, by_name, sheet))
    content = b"".join(pieces_of(data, part)) if part else b""
    if (b'"e"' in content or b"'e'" in content) and _IS_ERROR.search(content):
        for column, row, text in _CELL.findall(content):
            yield int(row) - 1, column_of(column) - 1, text.decode("utf-8", "replace")


def _part_of(data: bytes, parts: dict[str, zipfile.ZipInfo], sheet: str) -> str:
    """The name of the part that holds the sheet, "" where it is not told."""
    if _BOOK not in parts or _RELATIONS not in parts:
        return ""
    try:
        book, relations = (ElementTree.fromstring(b"".join(pieces_of(data, parts[name]))) for name in (_BOOK, _RELATIONS))
    except ElementTree.ParseError:
        return ""
    for found in book.iter():
        if found.tag.endswith("}sheet") and found.get("name") == sheet:
            reference = next((value for key, value in found.attrib.items() if key.endswith("}id")), None)
            for relation in relations:
                if relation.get("Id") == reference:
                    return posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
    return ""
