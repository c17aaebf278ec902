"""What stands between the cells of a text and around them: found by structure over many lines."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from churn.errors import IntakeError
from churn.wording import _

COMMON = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_RARE = ("^", "~", "\x1f", ":")
_SAID = re.compile(r'"?sep=([^"\r\n])"?\r?\n?', re.IGNORECASE)
_NUMBERS_PART = {sign: re.compile(rf"\d{re.escape(sign)}\d") for sign in (",", ":", "|", ";")}
_LOOKED_AT, _ROWS_LOOKED_AT = 400_000, 1_000
_CONSISTENT, _CLEARLY, _IN_NUMBERS, _TITLES_COUNT = 0.8, 0.95, 0.9, 0.5
_LEAST_RARE_ROWS, _LEAST_RARE_WIDTH = 3, 3
_MANY_QUOTES = 20


@dataclass(frozen=True)
class Dialect:
    """How a text is written: the `delimiter`, the `quote`, whether a quote inside is written with a backslash, and the row where it begins.

    `consistent` is the share of rows that have the same number of cells, from the first such row on; 0 where no delimiter makes cells.
    """

    delimiter: str
    quote: Literal['"', "'"] = '"'
    backslash: bool = False
    first_row: int = 1
    consistent: float = 0.0


def find_dialect(text: str, *, file: str, delimiter: str | None = None) -> tuple[Dialect, str]:
    """The dialect of a text and the text that is to be read in it, without a line that only names the delimiter. Raises IntakeError."""
    said = _SAID.match(text)
    first_row = 1
    if said and said.end() < len(text):
        delimiter, text, first_row = delimiter or said[1], text[said.end() :], 2
    sample = _sample(text)
    quote = _quote(sample)
    if delimiter:
        sign, consistent = named_delimiter(delimiter, file), 1.0
    else:
        sign, consistent = _delimiter(sample, quote)
        if f"\\{quote}" in sample:
            sign, consistent = max((sign, consistent), _delimiter(_doubled(sample, quote), quote), key=lambda found: found[1])
    dialect = Dialect(sign, quote, _writes_backslashes(sample, sign, quote), first_row, consistent)
    return dialect, _doubled(text, quote) if dialect.backslash else text


def named_delimiter(delimiter: str, file: str) -> str:
    """The sign that the owner means. Raises IntakeError where it can be none."""
    by_name = {"\\t": "\t"} | {name: sign for sign, name in COMMON.items()}
    sign = by_name.get(delimiter.casefold(), delimiter)
    if len(sign) != 1 or sign in '"\r\n ':
        raise IntakeError(
            _("{file}: {delimiter} is no delimiter; say --delimiter with one sign, such as ; or tab.").format(
                file=file, delimiter=repr(delimiter)
            )
        )
    return sign


def _sample(text: str) -> str:
    """The first whole lines of a text."""
    if len(text) <= _LOOKED_AT:
        return text
    return text[: max(text.rfind("\n", 0, _LOOKED_AT), text.rfind("\r", 0, _LOOKED_AT)) + 1] or text[:_LOOKED_AT]


def _quote(sample: str) -> Literal['"', "'"]:
    """The single quote only where cells begin and end with it, evenly but for one of many, and none does so with the double one."""
    sample = sample.replace("\r", "\n")
    opens, closes = (len(re.findall(pattern, sample, re.MULTILINE)) for pattern in (r"(?:^|[,;\t|])'", r"'(?=[,;\t|\r\n]|\Z)"))
    doubles = re.search(r'(?:^|[,;\t|])"', sample, re.MULTILINE)
    return "'" if opens >= 2 and abs(opens - closes) <= (opens >= _MANY_QUOTES) and not doubles else '"'


def _writes_backslashes(sample: str, delimiter: str, quote: str) -> bool:
    """Whether quotes inside cells have a backslash before them: only where fewer quoted cells then end in the middle of a cell, or rows
    are of one width more often."""
    if f"\\{quote}" not in sample:
        return False
    plain, escaped = (
        (-_misplaced_quotes(text, delimiter, quote), _structure(text, delimiter, quote)[0]) for text in (sample, _doubled(sample, quote))
    )
    return escaped > plain


def _misplaced_quotes(text: str, delimiter: str, quote: str) -> int:
    """How many rows have a closing quote with neither a delimiter nor the end of the row behind it."""
    lines, found = io.StringIO(text, newline=""), 0
    while True:
        try:
            for _row in csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True):
                pass
        except csv.Error:
            found += 1
        else:
            return found


def _doubled(text: str, quote: str) -> str:
    """The text with each quote after a backslash doubled instead."""
    return re.sub(rf"(?<!\\)((?:\\\\)*)\\{quote}", rf"\1{quote}{quote}", text)


def _delimiter(sample: str, quote: str) -> tuple[str, float]:
    """The sign under which the rows have the same number of cells, more than one; among equals the one with more cells."""
    found = {sign: _structure(sample, sign, quote) for sign in COMMON}
    good = [sign for sign, (share, width, _rows) in found.items() if width > 1 and share >= _CONSISTENT]
    if len(good) > 1:
        outside = [sign for sign in good if not _stands_in_numbers(sample, sign)]
        good = outside or good
    if good:
        best = max(good, key=lambda sign: found[sign][:2])
        return best, found[best][0]
    for sign in _RARE:
        share, width, rows = _structure(sample, sign, quote)
        if share >= _CLEARLY and width >= _LEAST_RARE_WIDTH and rows >= _LEAST_RARE_ROWS and not _stands_in_numbers(sample, sign):
            return sign, share
    best = max(found, key=lambda sign: (found[sign][1] > 1, *found[sign][:2]))
    return best, found[best][0]


def _stands_in_numbers(sample: str, sign: str) -> bool:
    pattern = _NUMBERS_PART.get(sign)
    return pattern is not None and len(pattern.findall(sample)) >= _IN_NUMBERS * sample.count(sign)


def _structure(sample: str, delimiter: str, quote: str) -> tuple[float, int, int]:
    """The share of rows of the commonest width, that width, and how many rows were looked at; rows above the first such count less."""
    widths: list[int] = []
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
                if len(widths) >= _ROWS_LOOKED_AT:
                    break
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0, max(widths, default=0), len(widths)
    width = max(wide, key=lambda width: (wide[width], width))
    first = widths.index(width)
    return wide[width] / (len(widths) - first + first * _TITLES_COUNT), width, len(widths)
