"""Where the headers stand, and which rows below them are customers."""

import io

import pytest
import xlsxwriter

from churn.errors import IntakeError, QuestionError
from churn.intake import Conventions, Intake, ReadOptions, read
from churn.report.rejected import rejected_sheet
from churn.report.spreadsheets import csv_bytes, xlsx_bytes
from churn.tables import CUSTOMERS, bare_key, find_column, known_headers

BODY = [f"C-{row:03},Pro,{row}.5" if row % 3 else f"C-{row:03},Basic,{row}.25" for row in range(12)]
HEADER = "customer_id,plan,monthly_value"


def intake_of(*lines: str, **options: object) -> Intake:
    return read("\n".join(lines).encode(), file="list.csv", options=ReadOptions(**options))


def aside(intake: Intake) -> list[tuple[int, str]]:
    return [(row.row, row.kind) for row in intake.set_aside]


def test_titles_and_blank_rows_stand_above_the_headers():
    intake = intake_of("Customers of the north,,", "As of 1 October,,", "", HEADER, *BODY)
    assert (intake.header_row, intake.rows_accepted, list(intake.frame)) == (4, 12, HEADER.split(","))
    assert aside(intake) == [(1, "title"), (2, "title")]
    assert intake.rows.tolist() == list(range(5, 17))


def test_a_title_that_fills_many_cells_is_no_header():
    intake = intake_of("At,the,top", "many,like,notes", HEADER, *BODY)
    assert (intake.header_row, aside(intake)) == (3, [(1, "title"), (2, "title")])


def test_a_line_drawn_under_the_headers_is_no_row():
    assert intake_of(HEADER, "-----,-----,=====", *BODY).rows_read == 12


@pytest.mark.parametrize("word", ["Total", "SUMME", "Итого:", "جمع كل", "სულ", "Toplam"])
def test_a_total_is_no_customer(word):
    intake = intake_of(HEADER, *BODY, f"{word},,66")
    assert (intake.rows_read, aside(intake)) == (12, [(14, "total")])


def test_a_customer_called_total_is_a_customer():
    lines = [f"{row},Firm {row},Pro,{row}" for row in range(8)]
    intake = intake_of("customer_id,name,plan,monthly_value", *lines, "8,Total,Pro,9")
    assert (intake.rows_accepted, intake.set_aside) == (9, ())


def test_totals_between_the_rows_are_set_aside():
    intake = intake_of(HEADER, *BODY[:6], "Subtotal,,15", *BODY[6:], "Total,,66")
    assert (intake.rows_accepted, aside(intake)) == (12, [(8, "total"), (15, "total")])


def test_notes_at_the_foot_are_set_aside_and_a_customer_without_an_id_is_not():
    intake = intake_of(HEADER, *BODY, "", "Source: the billing system,,", "Ask Anna,,")
    assert aside(intake) == [(15, "note at the foot"), (16, "note at the foot")]
    lacking = intake_of(HEADER, *BODY, ",,9")
    assert (lacking.rows_read, lacking.set_aside, lacking.rejected[0].why) == (13, (), "has no customer_id")


def test_headers_said_again_are_no_rows():
    intake = intake_of(HEADER, *BODY[:5], HEADER, *BODY[5:])
    assert (intake.rows_accepted, aside(intake)) == (12, [(7, "header said again")])


def test_headers_in_two_rows_are_joined():
    lines = [f"{row},{row},{row * 2},{row * 3},{row * 4}" for row in range(10)]
    intake = intake_of("Customer,2025,,2026,", ",Visits,Spent,Visits,Spent", *lines)
    assert intake.header_rows == (1, 2)
    assert list(intake.frame) == ["Customer", "2025 Visits", "2025 Spent", "2026 Visits", "2026 Spent"]


def test_merged_headers_of_a_workbook_are_joined():
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as file:
        sheet = file.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "Customer")
        sheet.merge_range(0, 2, 0, 3, "Amount")
        sheet.merge_range(0, 4, 1, 4, "Left")
        for row, cells in enumerate([["code", "sex", "monthly", "total"], *([f"C{row}", "f", row, 2 * row] for row in range(9))], 1):
            sheet.write_row(row, 0, cells)
        sheet.write_column(2, 4, ["yes", "no"] * 4 + ["no"])
    intake = read(book.getvalue(), file="merged.xlsx")
    assert intake.header_rows == (1, 2)
    assert list(intake.frame) == ["Customer code", "Customer sex", "Amount monthly", "Amount total", "Left"]


def test_a_file_without_headers_asks():
    with pytest.raises(QuestionError, match=r"row 1 .* looks like the rows below it .*--header-row 0"):
        intake_of(*BODY).settled()
    intake = intake_of(*BODY, header_row=0)
    assert (list(intake.frame), intake.rows_accepted) == (["column 1", "column 2", "column 3"], 12)
    assert intake_of(*BODY, header_row=1).rows_accepted == 11


def test_codes_in_the_first_row_are_no_headers_and_headers_with_numbers_are():
    with pytest.raises(QuestionError, match="--header-row 0"):
        intake_of("A1,Ann,Pro", "A2,Bob,Basic", "A3,Cid,Pro", "A4,Dan,Pro").settled()
    assert intake_of("id,Q1,Q2", "A1,5,4", "A2,3,2", "A3,1,1").header_row == 1


def test_short_rows_are_counted():
    assert intake_of(HEADER, *BODY, "C-900,Pro").notes == ("1 row has fewer cells than the header: those at its end are taken as empty.",)


def test_the_first_rows_are_kept_as_written():
    written = intake_of(HEADER, *BODY).written
    assert (written.index.tolist(), written.iloc[0].tolist()) == ([2, 3, 4, 5, 6], ["C-000", "Basic", "0.25"])


@pytest.mark.parametrize("to_bytes", [csv_bytes, xlsx_bytes])
def test_rejected_rows_are_mended_in_their_own_sheet_and_read_again(to_bytes):
    broken = [",Basic,1.5", "C-901,Basic,-2.5", "C-902,Basic,3,4"]
    intake = intake_of(HEADER, *BODY, *broken)
    sheet = rejected_sheet(intake)
    assert sheet["row in the file"].tolist() == [14, 15, 16]
    assert sheet["customer_id"].tolist() == ["", "C-901", "C-902"]
    assert sheet["why this row was set aside"].tolist() == [
        "customer_id: has no customer_id",
        "monthly_value: is below 0",
        "has 4 cells where the header has 3",
    ]
    assert sheet.loc[2, "column 4"] == "4"
    mended = sheet.assign(customer_id=["C-900", "C-901", "C-902"], monthly_value=["1.5", "2.5", "3.4"]).drop(columns="column 4")
    again = read(to_bytes(mended), file="mended").settled()
    assert list(again.frame) == HEADER.split(",")
    assert again.frame["monthly_value"].tolist() == [1.5, 2.5, 3.4]


def test_rejected_rows_and_rows_set_aside_add_up():
    intake = intake_of("A title,,", HEADER, *BODY, ",Basic,1", "x,y,z,q", "Total,,3")
    assert (intake.rows_read, intake.rows_accepted, len(intake.unused), len(intake.set_aside)) == (14, 12, 2, 2)


def test_a_file_of_titles_alone_is_refused_with_a_sentence():
    with pytest.raises(IntakeError):
        intake_of("Only, a, title")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("شناسه مشتری", "customer_id"),
        ("كد مشتري", "customer_id"),
        ("Kundennummer", "customer_id"),
        ("Müşteri No", "customer_id"),
        ("Номер клиента", "customer_id"),
        ("رقم العميل", "customer_id"),
        ("მომხმარებლის კოდი", "customer_id"),
        ("N° client", "customer_id"),
        ("Número de cliente", "customer_id"),
        ("Kunde seit", "started_on"),
        ("تاریخ عضویت", "started_on"),
        ("Aylık Ücret", "monthly_value"),
        ("Абонентская плата", "monthly_value"),
    ],
)
def test_headers_are_known_in_the_languages_of_the_users(header, column):
    assert find_column(CUSTOMERS, header).name == column


def test_a_unit_in_brackets_is_no_part_of_a_header():
    assert bare_key("مبلغ ماهانه (ریال)") in CUSTOMERS.column("monthly_value").keys
    assert bare_key("Churn ?") in known_headers()


def test_a_header_almost_right_is_proposed_and_not_taken():
    intake = intake_of("customer_id,plan,monthly_valeu", *BODY)
    field = intake.fields[2]
    assert (field.column, field.proposed, field.confidence) == (None, "monthly_value", pytest.approx(0.74, abs=0.02))
    assert (
        intake_of("customer_id,plan,monthly_valeu", *BODY, mapping={"monthly_valeu": "monthly_value"}).fields[2].column == "monthly_value"
    )


def test_codes_of_their_own_are_proposed_as_the_id():
    field = intake_of("Ref,plan,monthly_value", *BODY).fields[0]
    assert (field.column, field.proposed) == (None, "customer_id")


def test_files_with_the_same_headers_have_the_same_shape():
    first, other = intake_of(HEADER, *BODY), intake_of("Monthly Value,Customer ID,Plan", "1,A,b", "2,B,c")
    assert first.shape == other.shape != intake_of("customer_id,region,monthly_value", *BODY).shape


def test_what_the_owner_says_stays_said_where_other_columns_settle_the_rest():
    lines = ["customer_id,joined,born", *(f"C{row},2{row}/01/2024,0{row + 1}/0{row + 3}/45" for row in range(5))]
    assert [question.option for question in intake_of(*lines).questions] == ["--century"]
    intake = intake_of(*lines, conventions=Conventions(century=1900)).settled()
    assert intake.frame["born"].dt.strftime("%Y-%m-%d").tolist()[:2] == ["1945-03-01", "1945-04-02"]


def test_reading_goes_forward_alone():
    shares = []
    read("\n".join([HEADER, *BODY]).encode(), file="list.csv", progress=lambda share, _words: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] < 1
