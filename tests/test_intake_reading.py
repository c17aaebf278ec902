"""Bytes of every kind of table come out as the same grid, column by column."""

import csv
import datetime
import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from churn.errors import IntakeError
from churn.intake.dialect import Dialect, find_dialect
from churn.intake.fast_text import fast_columns
from churn.intake.grid import Grid
from churn.intake.limits import Limits
from churn.intake.reading import read_grid
from churn.intake.results import ReadOptions
from churn.intake.text_file import by_records

PLAIN = "id,city\n1,Genève\n2,Łódź\n"
CELLS = [["id", "city"], ["1", "Genève"], ["2", "Łódź"]]


def grid_of(data: bytes | str, file: str = "f.csv", limits: Limits = Limits(), **options: object) -> Grid:
    raw = data.encode() if isinstance(data, str) else data
    grid = read_grid(raw, file=file, options=ReadOptions(**options), limits=limits)
    assert isinstance(grid, Grid), grid
    assert all(column.dtype == "str" and not column.isna().any() for column in grid.columns)
    return grid


def cells(grid: Grid) -> list[list[str]]:
    return [list(row) for row in zip(*grid.columns, strict=True)]


def sentence(data: bytes | str, file: str = "f.csv", limits: Limits = Limits(), **options: object) -> str:
    with pytest.raises(IntakeError) as error:
        grid_of(data, file, limits, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


# Packed files


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return file.getvalue()


def test_what_is_packed_is_unpacked_and_noted():
    raw = PLAIN.encode()
    grid = grid_of(gzip.compress(raw), file="clients.csv.gz")
    assert (cells(grid), grid.notes) == (CELLS, ("Unpacked from clients.csv.gz.",))
    assert cells(grid_of(gzip.compress(raw[:10]) + gzip.compress(raw[10:]))) == CELLS
    clutter = {"__MACOSX/._a.csv": b"x", "export/": b"", "export/.DS_Store": b"x", "export/a.csv": raw}
    grid = grid_of(zipped(clutter), file="export.zip")
    assert (cells(grid), grid.notes) == (CELLS, ("Read from a.csv inside export.zip.",))
    assert cells(grid_of(gzip.compress(zipped({"a.csv": gzip.compress(raw)})), file="x")) == CELLS


def test_a_zip_of_several_files_names_them():
    assert (
        sentence(zipped({"a.csv": b"x", "b/c.csv": b"y"}), file="e.zip")
        == "e.zip holds 2 files (a.csv and c.csv): unpack it and choose one."
    )
    assert sentence(zipped({"empty/": b""}), file="e.zip") == "e.zip is a ZIP without a file in it."


def test_a_gzip_cut_short_is_told():
    packed = gzip.compress(PLAIN.encode() * 100)
    assert sentence(packed[:-20], file="a.gz") == "a.gz is damaged or cut short and cannot be unpacked: fetch or save it again."


# Text


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id;sum\n1;34,920,000\n2;69,960,000\n", ";"),
        ("a|b|c\n1|2,5|x\n2|3,5|y\n", "|"),
        ("a,b\n1,x;y\n2,z;w\n", ","),
        ("Kunden;;\nStand: 1.2.2026, 10:30;;\n\nid;n;sum\n1;a;2,50\n2;b;3,50\n", ";"),
        ("a^b^c\n1^2^3\n4^5^6\n", "^"),
        ("a~b~c\n1~2~3\n4~5~6\n", "~"),
        ("name,day\nw;;;x,1\ny,2\nz,3\n", ","),
        ("at;n\n10:30:15;1\n10:31:15;2\n", ";"),
    ],
)
def test_the_delimiter_is_that_of_the_structure(text, delimiter):
    assert grid_of(text).delimiter == delimiter


def test_a_line_that_names_the_delimiter_is_obeyed_and_no_data():
    grid = grid_of("sep=|\na|b;c\n1|2;3\n")
    assert (cells(grid), grid.delimiter, grid.first_row) == ([["a", "b;c"], ["1", "2;3"]], "|", 2)


def test_quotes_may_be_single_and_may_have_backslashes():
    assert cells(grid_of("'a','b'\n'1','x, y'\n'2','O''Brien'\n")) == [["a", "b"], ["1", "x, y"], ["2", "O'Brien"]]
    assert cells(grid_of('a,b\n1,"5\\" pipe, long"\n2,"C:\\dir"\n')) == [["a", "b"], ["1", '5" pipe, long'], ["2", "C:\\dir"]]
    assert cells(grid_of("a,b\n1,O'Brien\n2,'t Hooft\n"))[1:] == [["1", "O'Brien"], ["2", "'t Hooft"]]


def test_records_of_unequal_width_and_blank_lines_keep_their_width():
    grid = grid_of("Title\n\na,b,c\n1,2,3\n4,5\n6,7,8,9\n\n")
    assert grid.widths.tolist() == [1, 0, 3, 3, 2, 4]
    assert cells(grid)[4:] == [["4", "5", "", ""], ["6", "7", "8", "9"]]


def test_columns_at_constant_places_are_cut_there():
    lines = [f" {n:05d} 1997{n % 12 + 1:02d}01 {n % 9:2d} {n * 1.5:7.2f}" for n in range(30)]
    grid = grid_of(" id  date units  dollars\n" + "\n".join(lines) + "\n")
    assert (len(grid.columns), grid.delimiter) == (4, None)
    assert [cell.strip() for cell in cells(grid)[3]] == ["00002", "19970301", "2", "3.00"]
    assert cells(grid)[0] == ["id", "date", "units", "dollars"]
    assert "constant places" in grid.notes[0]


def test_prose_is_not_cut_into_columns():
    words = ["I like it here", "much too dear", "the phone never answers", "good", "they were kind to me"]
    assert len(grid_of("comment\n" + "\n".join(words * 10)).columns) == 1


@pytest.mark.parametrize("text", ["<html><table><tr><td>1</td></tr></table></html>", '<?xml version="1.0"?><Workbook/>'])
def test_a_web_page_named_as_a_workbook_is_refused(text):
    assert sentence(text, file="a.xls") == (
        "a.xls is a web page or XML, not a table: open it in a spreadsheet program and save it as XLSX or CSV."
    )


def test_a_sheet_of_what_has_no_sheets_is_refused():
    assert sentence(PLAIN, sheet="Clients") == "f.csv is no workbook and has no sheets: leave out --sheet."


CELL = st.text(st.sampled_from(["a", "é", "1", ".", " ", ",", ";", '"', "'", "\n", "\r", "\t", "\\", "\ufeff", "𝄞"]), max_size=5)


@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6)),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_the_fast_way_gives_what_record_by_record_gives_or_stands_back(rows, delimiter, quoting, ending):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=ending).writerows(rows)
    text = file.getvalue().rstrip("\r\n")
    fast = fast_columns(text.encode(), Dialect(delimiter), file="f", limits=Limits())
    if fast is not None:
        slow = by_records(text, Dialect(delimiter), file="f", limits=Limits())
        assert slow.widths is None
        assert [column.to_pylist() for column in fast] == [column.tolist() for column in slow.columns]


@given(st.text(st.sampled_from(["a", ",", '"', "\n", "\r", " ", "\0"]), min_size=1, max_size=30))
def test_the_fast_way_never_reads_odd_text_otherwise(text):
    fast = fast_columns(text.encode(), Dialect(","), file="f", limits=Limits())
    if fast is not None:
        slow = by_records(text, Dialect(","), file="f", limits=Limits())
        assert slow.widths is None
        assert [column.to_pylist() for column in fast] == [column.tolist() for column in slow.columns]


def test_the_fast_way_is_taken_for_plain_files():
    text = 'id,name\n1,"Smith, Ann"\n2,"say ""hi"""\n3,"two\nlines"\n'
    dialect, rest = find_dialect(text, file="f")
    assert [column.to_pylist()[1:] for column in fast_columns(rest.encode(), dialect, file="f", limits=Limits())] == [
        ["1", "2", "3"],
        ["Smith, Ann", 'say "hi"', "two\nlines"],
    ]


# Workbooks and Parquet


def workbook(rows: list[list[object]], **options: object) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("S")
        for row, line in enumerate(rows):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(row, column, cell, day)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(row, column, cell, value="#N/A")
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write(row, column, cell)
    return file.getvalue()


def test_a_workbook_says_which_cells_it_types_itself():
    grid = grid_of(workbook([["a", "b", "c"], [5, "5", True], [datetime.date(2026, 1, 31), "007", 0.1], ["=NA()", None, 1e7]]))
    assert cells(grid) == [["a", "b", "c"], ["5", "5", "TRUE"], ["2026-01-31", "007", "0.1"], ["#N/A", "", "10000000"]]
    assert np.array(grid.native).T.tolist() == [[False] * 3, [True, False, True], [True, False, True], [False, False, True]]
    assert (grid.epoch, grid.sheet, grid.widths, grid.encoding) == (1900, "S", None, None)


def test_a_workbook_that_counts_from_1904_says_so():
    grid = grid_of(workbook([["d"], [datetime.date(2026, 1, 31)]], default_date_format="yyyy-mm-dd", date_1904=True))
    assert (grid.epoch, cells(grid)[1]) == (1904, ["2026-01-31"])


def test_merged_cells_are_told_as_places_in_the_grid():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("C4:D4", "Money")
        sheet.write_row("C5", ["in", "out"])
    grid = grid_of(file.getvalue())
    assert (grid.first_row, grid.first_column, grid.merged) == (4, 3, ((0, 0, 0, 1),))


def test_parquet_is_read_with_its_types_and_missing_cells():
    frame = pd.DataFrame(
        {"id": ["007", None], "n": [1.5, None], "k": [1, 2], "on": [pd.Timestamp("2026-01-31"), pd.Timestamp("2026-02-01 09:30")]}
    )
    file = io.BytesIO()
    table = pa.Table.from_pandas(frame).append_column("tags", pa.array([["a", "b"], None]))
    parquet.write_table(table.append_column("open", pa.array([True, None])), file)
    grid = grid_of(file.getvalue(), file="a.parquet")
    assert cells(grid) == [
        ["id", "n", "k", "on", "tags", "open"],
        ["007", "1.5", "1", "2026-01-31", '["a", "b"]', "TRUE"],
        ["", "", "2", "2026-02-01 09:30:00", "", ""],
    ]
    assert np.array(grid.native).T.tolist()[1:] == [[False, True, True, True, False, True], [False, False, True, True, False, False]]
    assert grid.notes == ("Cells that hold lists or records were written out as JSON: 'tags'.",)
    assert "is a damaged Parquet file" in sentence(file.getvalue()[:-30], file="a.parquet")


def test_progress_is_told_and_may_stop_the_reading():
    told: list[tuple[float, str]] = []

    def stop(share: float, words: str) -> None:
        told.append((share, words))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_grid(workbook([["a"], [1]]), file="f.xlsx", options=ReadOptions(), progress=stop)
    assert told == [(0.0, "Reading the workbook")]


# Limits


def test_each_limit_is_named_with_the_option_that_raises_it():
    text = "a,b\n" + "1,2\n" * 2000
    assert sentence(text, limits=Limits(rows=100)) == "f.csv has 2,001 rows, and the limit is 100: split it, or say --most-rows."
    assert "has 2 columns, and the limit is 1" in sentence(workbook([["a", "b"], [1, 2]]), limits=Limits(columns=1))
    assert "2,001 rows x 2 columns, and the limit is 4,000 cells" in sentence(text, limits=Limits(cells=4000))
    assert "has 2 megabytes, and the limit is 1" in sentence(b"a,b\n" + b"1,2\n" * 400_000, limits=Limits(megabytes=1))
    assert "unpacks to more than 1 megabytes" in sentence(gzip.compress(b"a,b\n" * 400_000), limits=Limits(megabytes=1))
