"""Odd workbooks: the truth of `odd_files` in XLSX, with cells that the workbook types, cells of text in some style, or both."""

import datetime
import io
from collections.abc import Iterator
from random import Random
from typing import Any

import xlsxwriter

from tests.odd_damage import RECORDS
from tests.odd_files import DAY_STYLES, DAYS, FLAG, MONTHLY, NUMBER_STYLES, NUMBERS, SHARE, Cell, Making, OddFile, Style, finished, started
from tests.odd_words import SPEECHES

SHEET = "Kunden 2025"
OWN = ("three sheets", "a hidden sheet", "set in", "errors", "counts from 1904", "day numbers")
DAMAGES = (
    "none", "titles", "blank rows", "totals", "notes at the foot", "header again", "two-row header", "missing words", "an id twice",
    "empty columns", "repeated headers", "padded",
)  # fmt: skip


def errors(making: Making) -> None:
    for column in NUMBERS:
        cells, whose = making.records[making.random.choice(making.data_at)]
        cells[column], making.cells[whose][column] = making.random.choice(("#N/A", "#DIV/0!", "#REF!")), None


def book(name: str, style: Style) -> OddFile:
    """The workbook of a style; `packed` says which cells it types: all, none, or some."""
    random = Random(f"{name} {style}")
    making = started(style, random)
    {**RECORDS, "errors": errors}.get(style.damage, lambda _making: None)(making)
    first_row = 5 if style.damage == "set in" else 1
    _expect(making, first_row)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "date_1904": style.damage == "counts from 1904"}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        if style.damage == "three sheets":
            workbook.add_worksheet("Notes").write_string(0, 0, making.speech.title)
        page = workbook.add_worksheet(SHEET)
        formats = {"day": workbook.add_format({"num_format": "dd.mm.yyyy"}), "share": workbook.add_format({"num_format": "0.0%"})}
        for row, (cells, whose) in enumerate(making.records, first_row - 1):
            for column, text in enumerate(cells, 2 if style.damage == "set in" else 0):
                _write(page, row, column, text, _typed(making, cells, whose, column if first_row == 1 else column - 2), formats)
        if style.damage == "two-row header":
            page.merge_range(0, MONTHLY, 0, SHARE, making.records[0][0][MONTHLY])
        if style.damage in ("three sheets", "a hidden sheet"):
            other = workbook.add_worksheet("Pivot")
            other.write_row(0, 0, ["Plan", "Sum"])
            other.write_row(1, 0, ["Basic", 12])
            if style.damage == "a hidden sheet":
                other.hide()
    return finished(making, f"{name} {style.language}.xlsx", buffer.getvalue(), first_row)


def _expect(making: Making, first_row: int) -> None:
    style = making.style
    making.answers["--header-row"] = str(int(making.answers["--header-row"]) + first_row - 1)
    making.answers["--sheet"] = SHEET
    if style.packed == "typed":
        making.open -= {"--decimal", "--date-order", "--calendar", "--epoch", "--century"}
    making.open -= {"--epoch"}  # the workbook says from where it counts
    if style.damage == "three sheets":
        making.open.add("--sheet")


def _typed(making: Making, cells: list[str], whose: int, column: int) -> Cell | bool:
    """What the workbook types the cell as; None leaves it text."""
    typed = making.style.packed == "typed" or (making.style.packed == "some typed" and making.random.random() < 0.5)
    if whose < 0 or not typed or making.style.damage == "empty columns" or column not in (*NUMBERS, *DAYS, FLAG) or not cells[column]:
        return None
    truth = making.cells[whose][column]
    return truth == "Yes" if column == FLAG and truth and making.style.packed == "typed" else None if column == FLAG else truth


def _write(page: Any, row: int, column: int, text: str, typed: Cell | bool, formats: dict[str, Any]) -> None:
    if isinstance(typed, bool):
        page.write_boolean(row, column, typed)
    elif isinstance(typed, float):
        page.write_number(row, column, typed, formats["share"] if abs(typed) < 1 else None)
    elif isinstance(typed, datetime.date):
        page.write_datetime(row, column, typed, formats["day"])
    elif text.startswith("#"):
        page.write_formula(row, column, "=NA()" if text == "#N/A" else "=1/0" if text == "#DIV/0!" else "=#REF!", None, text)
    elif text:
        page.write_string(row, column, text)


def odd_books() -> Iterator[OddFile]:
    """All workbooks of the corpus."""
    random = Random(5)
    for number, damage in enumerate([*DAMAGES, *OWN]):
        language = random.choice(list(SPEECHES))
        numbers = [name for name in NUMBER_STYLES if name != "persian" or language == "fa"]
        days = [name for name in DAY_STYLES if language == "fa" or name not in ("jalali", "open lunar")]
        day = "serial" if damage == "day numbers" else random.choice(days)
        packed = "text" if damage == "day numbers" else random.choice(("typed", "text", "some typed"))
        yield book(f"book {number}", Style(language, "utf-8", number=random.choice(numbers), day=day, damage=damage, packed=packed))
