"""Tables as spreadsheet bytes. Text stays text: nothing that a cell holds is ever run as a formula or followed as a link."""

import io
from typing import Any

import pandas as pd

from churn.intake.guarding import guarded
from churn.wording import _

MOST_SHEET_ROWS = 1_048_575
FIRST_DAY = pd.Timestamp("1900-03-01")  # workbooks count days from 1900 and hold a 29 February of that year; earlier days stay text


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The table as utf-8 CSV with a byte order mark (so that spreadsheets read it right); text that a spreadsheet could take for a
    formula gets a leading apostrophe, numbers stay numbers, days are ISO."""
    safe = frame.copy(deep=False)
    for column in safe.select_dtypes(include=["str", "object"]):
        safe[column] = guarded(safe[column].where(safe[column].isna(), safe[column].astype("str")).astype("str"))
    safe.columns = guarded(pd.Series(list(map(str, safe.columns)), dtype="str")).to_list()
    return b"\xef\xbb\xbf" + safe.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\r\n").encode()


def xlsx_bytes(frame: pd.DataFrame, *, sheet: str | None = None) -> bytes:
    """The table as an XLSX workbook with one sheet, called Scores unless named, its header row held in place."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet(sheet or _("Scores"))
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for place, column in enumerate(frame.columns):
            page.write_string(0, place, str(column), bold)
            _write_column(page, place, frame[column], day)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(frame), 1), max(len(frame.columns) - 1, 0))
    return buffer.getvalue()


def _write_column(page: Any, place: int, cells: Any, day: Any) -> None:
    is_day, is_flag = pd.api.types.is_datetime64_any_dtype(cells), pd.api.types.is_bool_dtype(cells)
    is_number = pd.api.types.is_numeric_dtype(cells) and not is_flag
    for row, (cell, missing) in enumerate(zip(cells, cells.isna(), strict=True), 1):
        if missing:
            continue
        if is_day:
            if cell >= FIRST_DAY:
                page.write_datetime(row, place, cell.to_pydatetime(), day)
            else:
                page.write_string(row, place, cell.date().isoformat())
        elif is_flag:
            page.write_boolean(row, place, bool(cell))
        elif is_number:
            page.write_number(row, place, float(cell))
        else:
            page.write_string(row, place, str(cell)[:32767])


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """The table as Parquet."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


WRITERS = {".csv": csv_bytes, ".xlsx": xlsx_bytes, ".parquet": parquet_bytes}
