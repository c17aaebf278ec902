"""Files made to do harm: each ends soon with a sentence or a right reading, and the process that reads them goes on."""

import contextlib
import datetime
import gzip
import io
import os
import signal
import subprocess
import threading
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from churn.errors import IntakeError
from churn.intake import apart
from churn.intake.grid import Grid
from churn.intake.limits import Limits
from churn.intake.reading import read_grid
from churn.intake.results import Question, ReadOptions

MOST_SECONDS = 10
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{SPACE}" xmlns:r="{KINDS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)


def xlsx(sheet: str | bytes, *, head: str = "", **more: bytes) -> bytes:
    """A workbook of one sheet whose XML is given; `head` goes before it."""
    body = sheet if isinstance(sheet, bytes) else sheet.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr("_rels/.rels", RELATIONS.format(f'<Relationship Id="r1" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/>'))
        packed.writestr("xl/workbook.xml", BOOK)
        book = RELATIONS.format(f'<Relationship Id="r1" Type="{KINDS}/worksheet" Target="worksheets/sheet1.xml"/>')
        packed.writestr("xl/_rels/workbook.xml.rels", book)
        opening = f'<?xml version="1.0"?>{head}<worksheet xmlns="{SPACE}"><sheetData>'.encode()
        packed.writestr("xl/worksheets/sheet1.xml", opening + body + b"</sheetData></worksheet>")
        for name, content in more.items():
            packed.writestr(name, content)
    return file.getvalue()


def ods(rows: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        content = f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table>'
        packed.writestr("content.xml", content + "</office:spreadsheet></office:body></office:document-content>")
    return file.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return file.getvalue()


def children() -> list[str]:
    """The processes under this one, where the system tells."""
    found: list[str] = []
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += task.read_text().split()
    return found


def outcome(data: bytes, file: str = "f.xlsx", limits: Limits = Limits()) -> Grid | Question | str:
    """What comes of a file: what was read or the sentence. It must come soon, leave no process and give its memory back."""
    before, began = children(), time.monotonic()
    try:
        result: Grid | Question | str = read_grid(data, file=file, options=ReadOptions(), limits=limits)
    except IntakeError as error:
        result = str(error)
        assert "\n" not in result
    assert time.monotonic() - began < MOST_SECONDS
    assert children() == before
    return result


def cell(place: str, text: str = "x") -> str:
    row = "".join(sign for sign in place if sign.isdigit())
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def test_two_cells_in_far_corners_are_too_large_a_box():
    assert outcome(xlsx(cell("A1") + cell("XFD1048576"))) == (
        "f.xlsx has 16,384 columns, and the limit is 2,000: keep those that are needed, or say --most-columns."
    )
    tall = outcome(xlsx(cell("A1") + cell("ALL1048576")), limits=Limits())
    assert tall == "f.xlsx has 1,048,576 rows x 1,000 columns, and the limit is 100,000,000 cells: split it, or say --most-cells."


def test_cells_that_do_not_say_where_they_stand_are_counted():
    rows = "<row>" + "<c><v>1</v></c>" * 3000 + "</row>"
    assert outcome(xlsx("<row></row>" * 100 + rows)).startswith("f.xlsx has 3,000 columns, and the limit is 2,000")


def test_a_far_cell_that_only_has_a_format_is_no_matter():
    grid = outcome(xlsx(cell("A1") + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'))
    assert isinstance(grid, Grid)
    assert (grid.rows, len(grid.columns)) == (1, 1)


def test_repeated_cells_of_an_open_document_are_a_box_too():
    value = 'office:value-type="string"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-cell table:number-columns-repeated="1000" {value}'
    bomb = ods(f'<table:table-row table:number-rows-repeated="1048576">{row}</table:table-row>')
    assert "1,048,576 rows x 1,000 columns, and the limit is 100,000,000 cells" in outcome(bomb, "f.ods")
    plain = ods(
        f'<table:table-row><table:table-cell {value}<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    grid = outcome(plain, "f.ods")
    assert isinstance(grid, Grid)
    assert (grid.rows, len(grid.columns)) == (1, 1)


def test_forty_million_cells_are_too_many_where_the_limit_says_so():
    row = "".join(f'<c r="{letter}{{0}}"><v>1</v></c>' for letter in "ABCDEFGHIJ")
    few = "".join(f'<row r="{at}">{row.format(at)}</row>' for at in (1, 4_000_000))
    assert outcome(xlsx(few), limits=Limits(cells=30_000_000)).startswith(
        "f.xlsx has 4,000,000 rows x 10 columns, and the limit is 30,000,000"
    )


def test_a_zip_bomb_is_not_unpacked_to_its_end():
    zeros = b"0" * 200_000_000
    assert "xl/worksheets/sheet1.xml is packed so tightly as no spreadsheet program does it" in outcome(xlsx(zeros))
    assert "unpacks to more than 100 megabytes" in outcome(zipped({"a.csv": zeros}), "a.zip", Limits(megabytes=100))
    assert "unpacks to more than 100 megabytes" in outcome(gzip.compress(zeros, 1), "a.csv.gz", Limits(megabytes=100))
    assert "needs more than 150 megabytes of memory" in outcome(xlsx(zeros[:99_000_000] + b"1"), limits=Limits(memory_megabytes=150))


def test_a_part_that_lies_about_its_size_is_found_out():
    bomb = bytearray(xlsx(b" " * 120_000_000))
    at = bomb.rfind(b"PK\x01\x02", 0, bomb.rfind(b"xl/worksheets/sheet1.xml"))
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert "is packed so tightly" in outcome(bytes(bomb))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_entities_are_never_expanded(encoding):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>' + cell("A1", "&l9;")
    outside = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + cell("A1", "&f;")
    for text in (sheet, outside):
        assert outcome(xlsx(text.encode(encoding))).startswith("f.xlsx declares entities in xl/worksheets/sheet1.xml, which no")


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_zip_cut_short_is_told(share):
    data = xlsx(cell("A1"))
    assert outcome(data[: int(len(data) * share)]).startswith("f.xlsx is a damaged workbook or none at all (")


def test_formulas_are_read_as_their_values_and_never_run():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "sum"])
        sheet.write_formula(1, 0, "=1+1", value=2)
        sheet.write_formula(1, 1, '=WEBSERVICE("http://127.0.0.1:1/")', value="text")
    grid = outcome(file.getvalue())
    assert isinstance(grid, Grid)
    assert [column.iloc[1] for column in grid.columns] == ["2", "text"]


def test_wide_and_long_headers_end_in_a_sentence_or_a_reading():
    long = outcome(b"a" * 1_000_000 + b",b\n1,2\n", "f.csv")
    assert isinstance(long, str)
    assert "row 1 cannot be split into cells" in long
    wide = ",".join(f"c{n}" for n in range(10_000))
    told = "f.csv has 10,000 columns, and the limit is 2,000: keep those that are needed, or say --most-columns."
    assert outcome(f"{wide}\n1\n".encode(), "f.csv") == told
    grid = outcome(f"{wide}\n1,2\n".encode(), "f.csv", Limits(columns=20_000))
    assert isinstance(grid, Grid)
    assert len(grid.columns) == 10_000


def test_one_record_with_far_more_cells_does_not_fill_the_memory():
    text = b"a,b\n" * 100_000 + b"1," * 1999 + b"1\n"
    assert "100,001 rows x 2,000 columns, and the limit is 100,000,000 cells" in outcome(text, "f.csv")


def test_zero_bytes_in_text_are_kept_or_refused():
    grid = outcome(b"id,name\n" + b"1,abc\n" * 50 + b"2,a\0b\n", "f.csv")
    assert isinstance(grid, Grid)
    assert grid.columns[1].iloc[51] == "a\0b"
    assert "holds neither readable text nor a workbook" in outcome(b"id,name\n" + b"\0" * 500, "f.csv")


def test_names_that_climb_out_of_their_folder_are_only_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grid = outcome(zipped({"../../evil.csv": b"a,b\n1,2\n"}), "z.zip")
    assert isinstance(grid, Grid)
    assert grid.notes == ("Read from evil.csv inside z.zip.",)
    assert list(tmp_path.iterdir()) == []


def test_nested_packing_has_an_end():
    data = b"a,b\n1,2\n"
    for _ in range(5):
        data = gzip.compress(data)
    assert outcome(data, "a.gz") == "a.gz is packed more than 3 times over: unpack it first."


def test_ten_thousand_parts_are_too_many():
    data = zipped({f"xl/{n}": b"" for n in range(11_000)})
    assert outcome(data) == "f.xlsx has 11,000 parts, more than any workbook: it was not read."


def test_memory_and_time_are_limited_where_the_checks_see_nothing():
    text = "x" * 30_000
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_001))
    strings = f'<?xml version="1.0"?><sst xmlns="{SPACE}"><si><t>{text}</t></si></sst>'.encode()
    data = bytearray(xlsx(rows, **{"xl/sharedStrings.xml": strings}))
    assert outcome(bytes(data), limits=Limits(memory_megabytes=1500)) == (
        "f.xlsx needs more than 1,500 megabytes of memory, which is the limit: save it as CSV, or split it."
    )
    file = io.BytesIO()
    parquet.write_table(pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0] * 300_000), pa.array(["x" * 100_000]))}), file)
    assert "needs more than 1,500 megabytes of memory" in outcome(file.getvalue(), "f.parquet", Limits(memory_megabytes=1500))
    assert "takes more than 0 seconds to read" in outcome(xlsx(cell("A1")), limits=Limits(seconds=0))


def test_a_child_that_is_killed_is_told(monkeypatch):
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*arguments: object, **options: object) -> object:
        child = popen(*arguments, **options)
        started.append(child)
        os.kill(child.pid, signal.SIGKILL)
        return child

    monkeypatch.setattr(apart.subprocess, "Popen", start)
    assert outcome(xlsx(cell("A1"))).startswith("f.xlsx broke the program that reads it, which ended alone: open it")
    assert started[0].returncode == -signal.SIGKILL


def test_files_read_at_once_do_not_disturb_each_other():
    day = datetime.date(2026, 1, 31)
    found: list[object] = []
    threads = [threading.Thread(target=lambda n=n: found.append(outcome_of(n))) for n in range(4)]

    def outcome_of(n: int) -> tuple[int, str]:
        grid = read_grid(xlsx(cell("A1", f"{day} {n}")), file="f.xlsx", options=ReadOptions())
        assert isinstance(grid, Grid)
        return n, grid.columns[0].iloc[0]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(n, f"{day} {n}") for n in range(4)]
