"""A delimited text file -> a grid of text."""

import codecs
import csv
import io
import re
from collections import Counter
from contextlib import suppress
from itertools import islice

from churn.errors import IntakeError
from churn.intake.grid import Grid
from churn.wording import _

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL_SIGNS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_NOTHING = ' \t\r\n,;|"'
_LINES_LOOKED_AT = 100
_SIGNS_LOOKED_AT = 4096


def read_text(data: bytes, *, file: str, encoding: str | None = None, delimiter: str | None = None) -> Grid:
    """The grid of a text file whose `encoding` and `delimiter` are named or found; raises IntakeError where it is none."""
    named, encoding = encoding is not None, encoding or _encoding(data)
    if not named and encoding == "utf-8":
        _refuse_junk(data[:_SIGNS_LOOKED_AT].decode("latin-1"), file)
    text = _decoded(data, file, encoding)
    _refuse_junk(text[:_SIGNS_LOOKED_AT], file)
    if not text.strip(_NOTHING):
        raise IntakeError(_("{file} is empty: it needs a header row and at least one row below it.").format(file=file))
    delimiter = _named_delimiter(delimiter, file) if delimiter else _delimiter(text)
    return Grid(_records(text, delimiter, file), encoding=encoding, delimiter=delimiter)


def _encoding(data: bytes) -> str:
    return next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")


def _refuse_junk(start: str, file: str) -> None:
    if len(_CONTROL_SIGNS.findall(start)) > len(start) / 100:
        raise IntakeError(_("{file} holds neither readable text nor a workbook: save it as CSV (UTF-8) or XLSX.").format(file=file))


def _decoded(data: bytes, file: str, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise IntakeError(
            _("{file}: there is no encoding called {encoding}; say --encoding utf-8, utf-16, cp1252 or another.").format(
                file=file, encoding=repr(encoding)
            )
        ) from None
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        name = encoding.removesuffix("-sig").upper()
        raise IntakeError(
            _("{file} is not {encoding} (row {row}): say --encoding, for example cp1252, or save it as CSV UTF-8.").format(
                file=file, encoding=name, row=row
            )
        ) from None
    except UnicodeError as error:
        raise IntakeError(
            _("{file} is not {encoding} ({why}): say --encoding, for example utf-8.").format(
                file=file, encoding=encoding.upper(), why=error
            )
        ) from None


def _named_delimiter(delimiter: str, file: str) -> str:
    by_name = {"\\t": "\t"} | {name: sign for sign, name in _DELIMITERS.items()}
    sign = by_name.get(delimiter.casefold(), delimiter)
    if len(sign) != 1 or sign in '"\r\n ':
        raise IntakeError(
            _("{file}: {delimiter} is no delimiter; say --delimiter with one sign, such as ; or tab.").format(
                file=file, delimiter=repr(delimiter)
            )
        )
    return sign


def _delimiter(text: str) -> str:
    """The sign under which most of the first rows have the same number of cells, more than one; among equals the one with more cells."""
    return max(_DELIMITERS, key=lambda sign: _structure(text, sign))


def _structure(text: str, delimiter: str) -> tuple[bool, float, int]:
    widths: list[int] = []
    with suppress(csv.Error):
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _LINES_LOOKED_AT)
        widths.extend(len(row) for row in rows if any(cell.strip() for cell in row))
    width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
    if width > 1:
        return True, count / len(widths), width
    return False, 0.0, max(widths, default=0)


def _records(text: str, delimiter: str, file: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise IntakeError(
            _("{file}: row {row} cannot be split into cells ({why}); is a quotation mark left open there?").format(
                file=file, row=len(records) + 1, why=error
            )
        ) from None
    if records[-1] and "\n" in records[-1][-1] and not text.rstrip().endswith('"'):
        raise IntakeError(
            _("{file}: row {row} opens a quotation mark that is never closed; close or remove it.").format(file=file, row=len(records))
        )
    return records
