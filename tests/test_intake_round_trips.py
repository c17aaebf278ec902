"""Tables written by pandas and XlsxWriter in a random style come back equal, or are asked about; exports hold no live formula."""

import csv
import datetime
import io
import math
import re
import zipfile
from typing import Any

import pandas as pd
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from churn.errors import IntakeError
from churn.intake import Conventions, Intake, ReadOptions, read
from churn.report.spreadsheets import csv_bytes, xlsx_bytes

DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%Y-%m-%d 00:00:00")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
LIVE = ("=1+1", "+49 30 123", "-5 to 9", "@SUM(A1)", "'quoted", "'=1", "tab\tinside", "=cmd|' /C calc'!A0", "https://a.b/c", "{=1}", "é=1")
texts = (
    st.sampled_from(("north", "süd", "O'Brien", 'a "b" c', "x, y; z", "one\ntwo", "Größe", "007 b", "1e5x", "100 %ig", "a|b")) | st.none()
)
amounts = st.decimals(-9_999_999, 9_999_999, places=2).map(float) | st.none()
wholes = st.integers(0, 9_999)
days = st.dates(datetime.date(1990, 1, 1), datetime.date(2035, 12, 31)) | st.none()
flags = st.booleans()
some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
few = settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A table of at least eight rows, with an id, an amount, a count, a day, words and yes or no."""
    rows = draw(st.integers(8, 30))

    def column(cells: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(cells, min_size=rows, max_size=rows))

    return pd.DataFrame(
        {
            "customer_id": pd.Series([f"{number:04}" for number in range(rows)], dtype="str"),
            "balance": pd.Series(column(amounts), dtype="float64"),
            "visits": pd.Series(column(wholes), dtype="float64"),
            "last day": pd.to_datetime(pd.Series(column(days), dtype="object")).astype("datetime64[s]"),
            "remarks": pd.Series(column(texts), dtype="str"),
            "newsletter": pd.Series(column(flags.map({True: "yes", False: "no"}.get)), dtype="str"),
        }
    )


def answered(data: bytes, file: str, answers: dict[str, Any]) -> Intake:
    """The file as read, what is asked answered by the truth."""
    options = ReadOptions()
    for _time in range(6):
        intake = read(data, file=file, options=options)
        if not intake.questions:
            break
        name = intake.questions[0].option.removeprefix("--").replace("-", "_")
        if name in ("decimal", "date_order"):
            options = ReadOptions(**(vars(options) | {"conventions": Conventions(**(vars(options.conventions) | {name: answers[name]}))}))
        else:
            options = ReadOptions(**(vars(options) | {name: answers[name]}))
    return intake.settled()


def differences(intake: Intake, table: pd.DataFrame) -> list[str]:
    """Where the reading differs from the table; a column of which nothing is filled may have any type."""
    if len(intake.frame) != len(table) or intake.rejected:
        return [f"{len(intake.frame)} rows, {intake.rejected[:2]}"]
    pairs = [(name, cell, truth) for name in table for cell, truth in zip(intake.frame[name], table[name], strict=True)]
    return [f"{name}: {cell!r} for {truth!r}" for name, cell, truth in pairs if not _same(cell, truth)]


def _same(cell: Any, truth: Any) -> bool:
    if pd.isna(truth) or pd.isna(cell):
        return bool(pd.isna(truth) and pd.isna(cell))
    if isinstance(truth, float):
        return isinstance(cell, float) and math.isclose(cell, truth, rel_tol=1e-14)
    if truth in ("yes", "no"):
        return bool(cell == truth.capitalize())
    return bool(cell == truth)


@some
@given(
    tables(), st.sampled_from(ENCODINGS), st.sampled_from(",;\t|"), st.sampled_from(".,"), st.sampled_from(DAY_FORMATS),
    st.sampled_from(("\n", "\r\n", "\r")), st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)),
)  # fmt: skip
def test_what_pandas_writes_as_text_comes_back_equal_or_is_asked(table, encoding, sep, decimal, day_format, line_end, quoting):
    buffer = io.BytesIO()
    if line_end == "\r" and quoting == csv.QUOTE_MINIMAL:
        quoting = csv.QUOTE_ALL  # the writer leaves "\n" bare among lines that end otherwise
    table.to_csv(
        buffer, index=False, sep=sep, decimal=decimal, date_format=day_format, lineterminator=line_end, quoting=quoting, encoding=encoding
    )
    order = {"%d/%m/%Y": "dmy", "%m/%d/%Y": "mdy"}.get(day_format, "dmy")
    answers = {"decimal": decimal, "date_order": order, "encoding": encoding, "delimiter": sep, "header_row": 1}
    intake = answered(buffer.getvalue(), "table.csv", answers)
    assert differences(intake, table) == []


@few
@given(tables())
def test_what_pandas_writes_as_a_workbook_comes_back_equal(table):
    buffer = io.BytesIO()
    table.to_excel(buffer, index=False, engine="xlsxwriter")
    assert differences(answered(buffer.getvalue(), "table.xlsx", {}), table) == []


@few
@given(tables(), st.booleans(), st.booleans(), st.booleans())
def test_typed_and_written_cells_of_a_workbook_come_back_equal(table, from_1904, text_numbers, booleans):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": from_1904, "strings_to_formulas": False}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(0, 0, list(table))
        for row, cells in enumerate(table.itertuples(index=False), 1):
            for column, cell in enumerate(cells):
                if pd.isna(cell):
                    continue
                if isinstance(cell, pd.Timestamp):
                    page.write_datetime(row, column, cell.to_pydatetime(), day)
                elif isinstance(cell, float) and not (text_numbers and row % 2):
                    page.write_number(row, column, cell)
                elif booleans and cell in ("yes", "no"):
                    page.write_boolean(row, column, cell == "yes")
                else:
                    page.write_string(row, column, f"{cell:.2f}" if isinstance(cell, float) else cell)
    assert differences(answered(buffer.getvalue(), "table.xlsx", {}), table) == []


LIVE_AT_ENDS = ("\tafter a tab", "\rafter a return", "\nafter a break", " =after a space")


def with_live_text(table: pd.DataFrame, cells: list[str]) -> pd.DataFrame:
    """The table with text that a spreadsheet may take for a formula, as header too."""
    live = pd.Series([cells[row % len(cells)] for row in range(len(table))], dtype="str")
    return table.assign(**{"=1+1": live, "-minus": live})


def trimmed(table: pd.DataFrame) -> pd.DataFrame:
    """The table as the intake reads it, without blanks around its text."""
    return table.assign(**{name: table[name].str.strip() for name in ("=1+1", "-minus")})


@some
@given(tables(), st.lists(st.sampled_from((*LIVE, *LIVE_AT_ENDS)), min_size=1, max_size=4, unique=True))
def test_a_table_that_leaves_as_csv_is_no_formula_and_comes_back_letter_for_letter(table, cells):
    live = with_live_text(table, cells)
    data = csv_bytes(live)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for row in rows:
        assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r", "\n")) or re.match(r"-(?![0-9.]+$)", cell)]
    kept = [re.sub(r"^'(?='*[=+\-@\t\r\n])", "", row[-1]) for row in rows[1:]]
    assert kept == live["-minus"].to_list()
    assert differences(read(data, file="table.csv").settled(), trimmed(live)) == []


@few
@given(tables(), st.lists(st.sampled_from((*LIVE, *LIVE_AT_ENDS)), min_size=1, max_size=4, unique=True))
def test_a_table_that_leaves_as_a_workbook_has_no_formula_and_comes_back_letter_for_letter(table, cells):
    live = with_live_text(table, cells)
    data = xlsx_bytes(live)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = b"".join(parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/"))
    assert not re.search(rb"<f[ >/]|<hyperlink", xml)
    kept = [row[-1] for row in load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]]
    assert kept == live["-minus"].to_list()
    assert differences(read(data, file="table.xlsx").settled(), trimmed(live)) == []


@settings(max_examples=150)
@given(st.binary(max_size=300) | st.text(st.sampled_from("a1,;\"'\t\n\r\\ .-=é۱€\0"), max_size=200).map(str.encode))
def test_whatever_the_bytes_they_are_read_or_refused_in_a_sentence(data):
    said, intake = "", None
    try:
        intake = read(data, file="any.csv")
    except IntakeError as error:
        said = str(error)
    assert intake or re.fullmatch(r".+\.", said)
    if intake:
        assert intake.questions or intake.rows_read == intake.rows_accepted + len({reject.row for reject in intake.rejected})
