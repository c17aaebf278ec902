"""Text files and workbooks of many kinds come out as the same grid, and what is neither gets one clear sentence."""

import datetime
import io
import random
import struct
import zipfile

import pytest
import xlsxwriter

from churn.errors import IntakeError, QuestionError
from churn.intake import Intake, ReadOptions, read

PLAIN = "id,city,spent\n1,Genève,5\n2,Łódź,6.5\n"


def intake_of(data: bytes, file: str = "customers.csv", **options: object) -> Intake:
    return read(data, file=file, options=ReadOptions(**options))


def sentence(data: bytes, file: str = "customers.csv", **options: object) -> str:
    with pytest.raises(IntakeError) as error:
        intake_of(data, file, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


def rows(intake: Intake) -> list[list[object]]:
    return intake.frame.to_numpy(dtype=object).tolist()


EXPECTED = [["1", "Genève", 5.0], ["2", "Łódź", 6.5]]


# Text


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")],
)
def test_an_encoding_is_known_by_its_mark(encoding, told):
    intake = intake_of(PLAIN.encode(encoding))
    assert (intake.encoding, rows(intake), intake.id_column) == (told, EXPECTED, "id")


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_both_orders_of_utf_16_are_read(order):
    assert rows(intake_of(("\ufeff" + PLAIN).encode(order))) == EXPECTED


@pytest.mark.parametrize("encoding", ["cp1250", "utf-16-le"])
def test_an_encoding_can_be_named(encoding):
    text = PLAIN.replace("Genève", "Brno")
    intake = intake_of(text.encode(encoding), encoding=encoding)
    assert (intake.encoding, rows(intake)[1]) == (encoding, EXPECTED[1])


def test_a_mark_does_not_get_into_the_first_header_where_the_encoding_is_named():
    assert intake_of(PLAIN.encode("utf-8-sig"), encoding="utf-8").fields[0].source == "id"


def test_a_file_whose_encoding_is_open_asks_for_it_with_an_example():
    intake = intake_of(PLAIN.replace("Łódź", "x").encode("cp1252"))
    question = intake.questions[0]
    assert (question.option, set(question.choices)) == ("--encoding", {"cp1252", "cp1250"})
    assert "'Genève' (cp1252)" in question.text
    assert "'Genčve' (cp1250)" in question.text


def test_a_file_that_is_not_in_the_named_encoding_names_the_row():
    assert sentence(PLAIN.replace("Łódź", "x").encode("cp1252"), encoding="utf-8") == (
        "customers.csv is not UTF-8 (row 2): say --encoding, for example cp1252, or save it as CSV UTF-8."
    )


def test_a_wrong_encoding_is_told():
    assert sentence(PLAIN.encode(), encoding="ascii").startswith("customers.csv is not ASCII (row 2): say --encoding")
    assert "there is no encoding called 'utf-99'" in sentence(PLAIN.encode(), encoding="utf-99")
    assert "there is no encoding called 'base64'" in sentence(PLAIN.encode(), encoding="base64")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_structure(delimiter):
    intake = intake_of(PLAIN.replace(",", delimiter).encode())
    assert (intake.delimiter, rows(intake)) == (delimiter, EXPECTED)


def test_commas_inside_numbers_do_not_win_over_semicolons():
    assert intake_of(b"id;a;b\n1;4,1;0,6\n2;6,9;4,7\n").delimiter == ";"
    assert intake_of(b"id;a\n1;4,1\n2;6,9\n").delimiter == ";"


def test_commas_in_quotation_marks_are_no_delimiter():
    intake = intake_of(b'id;name\n1;"Smith, Ann, Dr"\n2;"Jones; Bob"\n')
    assert (intake.delimiter, list(intake.frame["name"])) == (";", ["Smith, Ann, Dr", "Jones; Bob"])


@pytest.mark.parametrize(("said", "sign"), [("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), ("Semicolon", ";"), ("pipe", "|"), ("~", "~")])
def test_the_delimiter_can_be_named(said, sign):
    intake = intake_of(PLAIN.replace(",", sign).encode(), delimiter=said)
    assert (intake.delimiter, rows(intake)) == (sign, EXPECTED)


@pytest.mark.parametrize("said", ["ab", '"', "\n", " "])
def test_what_cannot_be_a_delimiter_is_refused(said):
    assert "is no delimiter; say --delimiter with one sign, such as ; or tab." in sentence(PLAIN.encode(), delimiter=said)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_machine_ends_them(ending):
    assert rows(intake_of(PLAIN.replace("\n", ending).encode())) == EXPECTED


def test_quotation_marks_inside_cells_are_kept():
    intake = intake_of(b'id,name\n1,"the ""best"" one"\n2,5" pipe\n3,"left" and right\n')
    assert list(intake.frame["name"]) == ['the "best" one', '5" pipe', "left and right"]


def test_a_quotation_mark_left_open_is_told_with_its_row():
    assert sentence(b'id,name\n1,a\n2,"b\n3,c\n4,d\n') == (
        "customers.csv: row 3 opens a quotation mark that is never closed; close or remove it."
    )
    long = b"5,e\n" * 50_000
    assert sentence(b'id,name\n1,a\n2,"b\n' + long) == (
        "customers.csv: row 3 cannot be split into cells (field larger than field limit (131072)); is a quotation mark left open there?"
    )


@pytest.mark.parametrize("junk", [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 50])
def test_what_is_neither_text_nor_a_workbook_is_refused(junk):
    assert sentence(junk) == "customers.csv holds neither readable text nor a workbook: save it as CSV (UTF-8) or XLSX."


@pytest.mark.parametrize("name", ["customers.xlsx", "Customers.XLS", "customers.ods"])
def test_a_text_file_with_the_name_of_a_workbook_is_read_as_text(name):
    assert rows(intake_of(PLAIN.encode(), file=name)) == EXPECTED


# Workbooks

Cells = list[list[object]]


def workbook(sheets: dict[str, Cells], *, corner: tuple[int, int] = (0, 0), hidden: tuple[str, ...] = ()) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(cells, start=corner[0]):
                for column, cell in enumerate(line, start=corner[1]):
                    if isinstance(cell, datetime.date):
                        sheet.write_datetime(row, column, cell, moment if isinstance(cell, datetime.datetime) else day)
                    elif cell is not None:
                        sheet.write(row, column, cell)
            if name in hidden:
                sheet.hide()
    return file.getvalue()


TABLE: Cells = [["id", "city", "spent"], [1, "Genève", 5], [2, "Łódź", 6.5]]


def test_a_workbook_is_read_as_the_same_rows_as_its_csv():
    intake = intake_of(workbook({"Clients": TABLE}), file="customers.xlsx")
    assert (intake.sheet, intake.encoding, intake.delimiter, rows(intake)) == ("Clients", None, None, EXPECTED)
    assert intake.frame.dtypes.tolist() == intake_of(PLAIN.encode()).frame.dtypes.tolist()


def test_a_workbook_is_told_by_its_content_and_not_by_its_name():
    assert rows(intake_of(workbook({"Clients": TABLE}), file="customers.csv")) == EXPECTED


def test_cells_of_every_kind_become_text_first():
    moment = datetime.datetime(2024, 1, 31, 9, 30)
    cells: Cells = [
        ["id", "share", "active", "seen", "code", "account", "hour"],
        [7, 0.1, True, datetime.date(2024, 1, 31), "007", 4111111111111110, 1e-7],
        [8, 12.0, False, moment, "12", 5, 1e22],
    ]
    intake = intake_of(workbook({"S": cells}), file="f.xlsx")
    assert [field.type for field in intake.fields] == ["id", "number", "flag", "date", "text", "text", "number"]
    assert rows(intake)[0][:5] == ["7", 0.1, "Yes", datetime.datetime(2024, 1, 31), "007"]
    assert list(intake.frame["account"]) == ["4111111111111110", "5"]
    assert list(intake.frame["hour"]) == [1e-7, 1e22]
    assert intake.fields[3].examples == ("2024-01-31", "2024-01-31 09:30:00")


def test_a_table_away_from_the_corner_keeps_the_rows_and_columns_of_its_sheet():
    cells: Cells = [["id", None, "spent"], [1, "x", 5], [None, None, None], [2, "y", "much"]]
    body: Cells = [[n, "z", n] for n in range(3, 40)]
    intake = intake_of(workbook({"S": [*cells, *body]}, corner=(4, 2)), file="f.xlsx")
    assert (intake.header_row, list(intake.frame)) == (5, ["id", "column 4", "spent"])
    assert intake.rows[:2].tolist() == [6, 9]
    assert [(reject.row, reject.column, reject.value) for reject in intake.rejected] == [(8, "spent", "much")]
    named = intake_of(workbook({"S": [["Title"], *TABLE]}, corner=(4, 2)), file="f.xlsx", header_row=6)
    assert rows(named) == EXPECTED


def test_several_sheets_are_a_question_with_their_names():
    data = workbook({"Data Dict": [["a", "b"], [1, 2]], "E Comm": TABLE, "Blank": []})
    intake = intake_of(data, file="shop.xlsx")
    assert intake.questions[0].option == "--sheet"
    assert intake.questions[0].choices == ("E Comm", "Data Dict")
    assert (len(intake.frame), intake.rows_read, intake.fields) == (0, 0, ())
    with pytest.raises(QuestionError) as error:
        intake.settled()
    assert str(error.value) == (
        "shop.xlsx has 2 filled sheets ('E Comm' with 3 rows and 3 columns and 'Data Dict' with 2 rows and 2 columns): "
        "say --sheet with the name of one."
    )
    answered = intake_of(data, file="shop.xlsx", sheet="E Comm").settled()
    assert (answered.sheet, rows(answered)) == ("E Comm", EXPECTED)


def test_hidden_and_blank_sheets_are_no_choice_but_can_be_named():
    data = workbook({"Blank": [], "Clients": TABLE, "Codes": [["a", "b"], [1, 2]]}, hidden=("Codes",))
    assert intake_of(data, file="f.xlsx").sheet == "Clients"
    assert intake_of(data, file="f.xlsx", sheet="Codes").sheet == "Codes"
    assert sentence(data, file="f.xlsx", sheet="Blank").startswith("f.xlsx: the sheet 'Blank' is empty")


def test_an_unknown_sheet_is_answered_with_the_nearest():
    assert sentence(workbook({"Clients": TABLE, "Codes": TABLE}), file="f.xlsx", sheet="clents") == (
        "f.xlsx has no sheet 'clents' (did you mean 'Clients'?); its sheets are 'Clients', 'Codes'."
    )


def test_an_empty_workbook_is_refused():
    assert sentence(workbook({"S": []}), file="f.xlsx") == "f.xlsx is empty: it needs a header row and at least one row below it."


def test_one_column_of_a_workbook_does_not_ask_for_a_delimiter():
    assert sentence(workbook({"S": [["id"], [1]]}), file="f.xlsx") == (
        "f.xlsx has one column only ('id'): is this the right sheet? say --sheet or --header-row."
    )


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_cut_short_is_refused(part):
    data = workbook({"S": TABLE})
    assert sentence(data[: int(len(data) * part)], file="f.xlsx").startswith("f.xlsx is a damaged workbook or none at all (")


def test_a_workbook_with_changed_bytes_is_read_or_refused():
    data, chance = workbook({"S": TABLE}), random.Random(7)
    told = []
    for _ in range(15):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 3, 20])):
            damaged[chance.randrange(4, len(data))] = chance.randrange(256)
        try:
            intake_of(bytes(damaged), file="f.xlsx")
        except IntakeError as error:
            told.append(str(error))
    assert len(told) > 5
    assert all(text.startswith("f.xlsx") for text in told)


def test_a_zip_of_one_file_is_that_file():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("customers.csv", PLAIN)
    assert rows(intake_of(file.getvalue(), file="customers.zip")) == EXPECTED


MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</m:manifest>'


def ods(cells: list[list[str]], manifest: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(map(text.format, line))}</table:table-row>" for line in cells)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Clients">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", MANIFEST.format(manifest))
        packed.writestr("content.xml", content)
    return file.getvalue()


def test_an_open_document_is_read():
    intake = intake_of(ods([["id", "city", "spent"], ["1", "Genève", "5"], ["2", "Łódź", "6.5"]]), file="customers.ods")
    assert (intake.sheet, rows(intake)) == ("Clients", EXPECTED)


def compound_file(stream: str, content: bytes) -> bytes:
    """A container as XLS and encrypted workbooks use it, with one stream: header, allocation table, directory, stream."""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    sectors = len(content) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    magic, versions = bytes.fromhex("D0CF11E0A1B11AE1"), (0x3E, 3, 0xFFFE, 9, 6)
    header = struct.pack("<8s16x5H6x9I", magic, *versions, 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I108I", 0, *[free] * 108)
    table = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    table += [free] * (128 - len(table))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le") if name else b""
        return struct.pack("<64sHBBIII16xI8x8xIQ", text, len(text), kind, 1, free, free, child, 0, start, size)

    directory = entry("Root Entry", 5, 1, end, 0) + entry(stream, 2, free, 2, len(content)) + entry("", 0, free, 0, 0) * 2
    return header + struct.pack("<128I", *table) + directory + content


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def beginning(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def xls(cells: Cells) -> bytes:
    """A workbook of Excel 97 with one sheet, in as few records as it takes."""

    def cell(row: int, column: int, value: object) -> bytes:
        if isinstance(value, str):
            return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le"))
        return record(0x0203, struct.pack("<HHHd", row, column, 0, value))

    name = b"Clients"
    sheet_at = len(beginning(5)) + 4 + 8 + len(name) + 4
    book = beginning(5) + record(0x0085, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name) + record(0x000A)
    body = b"".join(cell(row, column, value) for row, line in enumerate(cells) for column, value in enumerate(line))
    return compound_file("Workbook", book + beginning(0x10) + body + record(0x000A))


def test_a_workbook_of_excel_97_is_read():
    intake = intake_of(xls(TABLE), file="customers.xls")
    assert (intake.sheet, rows(intake)) == ("Clients", EXPECTED)


LOCKED = {
    "f.xlsx": compound_file("EncryptedPackage", b"secret"),
    "f.xls": compound_file("Workbook", beginning(5) + record(0x002F, b"\1\0\1\0\1\0" + b"x" * 48) + record(0x000A)),
    "f.ods": ods([["a", "b"]], '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'),
}


@pytest.mark.parametrize("file", LOCKED)
def test_a_workbook_with_a_password_asks_for_a_copy_without(file):
    assert sentence(LOCKED[file], file=file) == f"{file} is protected by a password: save a copy without one."


def test_a_compound_file_that_is_no_workbook_is_refused():
    assert "f.xls is a damaged workbook or none at all" in sentence(compound_file("WordDocument", b"hello"), file="f.xls")
