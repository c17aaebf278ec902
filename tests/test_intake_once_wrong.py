"""The smallest files that were once read wrong."""

import datetime
import io

import pandas as pd
import pytest
import xlsxwriter

from churn.errors import IntakeError
from churn.intake import Intake, ReadOptions, read
from churn.intake.parsing import infer

HEADER = "customer_id,plan,note"


def intake_of(text: str, encoding: str = "utf-8", **options: object) -> Intake:
    return read(text.encode(encoding), file="list.csv", options=ReadOptions(**options))


def test_backslashes_before_quotes_are_seen_where_no_delimiter_stands_between_them():
    intake = intake_of("\n".join([HEADER, '"1","A","says \\"no\\" twice"', '"2","B","quiet"']))
    assert intake.frame["note"].to_list() == ['says "no" twice', "quiet"]


def test_backslashes_before_quotes_do_not_hide_the_delimiter():
    rows = [f'"{row}","A","said \\"too dear\\", will think"' for row in range(5)]
    intake = intake_of("\n".join([HEADER, *rows]))
    assert (intake.delimiter, set(intake.frame["note"])) == (",", {'said "too dear", will think'})


def test_single_quotes_are_seen_whatever_ends_the_lines():
    intake = intake_of("\r".join(["'customer_id','plan','note'", "'1','A','tea, milk'", "'2','B','none'"]))
    assert intake.frame["note"].to_list() == ["tea, milk", "none"]


def test_one_single_quote_left_open_does_not_make_the_others_part_of_the_text():
    rows = [f"'{row}';'A';'x'" for row in range(9)]
    intake = intake_of("\n".join(["'customer_id';'plan';'note'", *rows, "'9';'B"]))
    assert (list(intake.frame), intake.frame["plan"].to_list()) == (HEADER.split(","), ["A"] * 9 + ["B"])


def test_a_quotation_mark_that_closes_in_a_later_cell_does_not_swallow_the_rows_between():
    with pytest.raises(IntakeError, match="row 2 opens a quotation mark that is closed in the middle of a later cell"):
        intake_of("\n".join([HEADER, '1,A,"open', "2,B,fine", '3,C,"a, b"', "4,D,fine"]))


def test_a_quotation_mark_left_open_is_told_where_lines_end_as_on_old_macs():
    with pytest.raises(IntakeError, match="row 3 opens a quotation mark that is never closed"):
        intake_of("\r".join([HEADER, "1,A,fine", '2,B,"open', "3,C,fine"]))


def test_a_stray_byte_behind_the_mark_of_utf_8_is_damage_and_no_other_encoding():
    intake = read(b"\xef\xbb\xbfcustomer_id,plan\n1,A\xffB\n2,C\n", file="list.csv")
    assert intake.frame["plan"].to_list() == ["A\ufffdB", "C"]
    assert intake.notes == ("1 cell (row 2) holds bytes that are not utf-8-sig; each is shown as \ufffd.",)


def test_control_signs_are_told_where_the_encoding_is_named():
    intake = read(b"customer_id,plan\n1,A\x81B\n2,caf\xe9\n", file="list.csv", options=ReadOptions(encoding="iso8859-15"))
    assert (intake.frame["plan"][0], intake.notes) == ("A\x81B", ("1 cell holds signs that cannot be seen, left in.",))


def test_zero_bytes_are_told():
    intake = intake_of(f"{HEADER}\n1,A,x\0y\n2,B,{'z' * 100}")
    assert (intake.frame["note"][0], intake.notes) == ("x\0y", ("1 cell holds signs that cannot be seen, left in.",))


def test_headers_below_the_blank_cells_of_others_are_no_customer():
    rows = [f"{row},Firm {row},{row}.5,{row}.25,Anna" for row in range(9)]
    intake = intake_of("\n".join(["customer_id,name,Money,,owner", ",,paid,owed,", *rows]))
    assert list(intake.frame) == ["customer_id", "name", "Money paid", "Money owed", "owner"]
    assert (intake.header_rows, intake.rows_accepted, intake.rejected) == ((1, 2), 9, ())
    lacking = intake_of("\n".join(["customer_id,name,,owner", "1,,x,", *rows]))
    assert lacking.header_rows == (1,)


def test_an_unquoted_delimiter_is_told_where_the_last_cell_is_blank():
    rows = [f"{row},Firm {row},{row}.5,Anna" for row in range(9)]
    intake = intake_of("\n".join(["customer_id,name,amount,owner", *rows, "9,Firm, 9,,"]))
    assert [(reject.row, reject.why) for reject in intake.rejected] == [(11, "has 5 cells where the header has 4")]
    closed = intake_of("\n".join(["customer_id,name,amount,owner", *(f"{row}," for row in rows)]))
    assert (closed.rows_accepted, closed.rejected) == (9, ())


def test_a_workbook_says_from_where_its_day_numbers_count():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": True}) as book:
        book.add_worksheet().add_table(
            0,
            0,
            3,
            1,
            {"data": [["A1", "44561"], ["A2", "44592"], ["A3", "44620"]], "columns": [{"header": "id"}, {"header": "Start date"}]},
        )
    intake = read(buffer.getvalue(), file="list.xlsx")
    assert (intake.questions, intake.frame["Start date"][0].date().isoformat()) == ((), "2026-01-01")


def test_the_rest_of_a_broken_line_is_no_customer():
    rows = [f"{row},Firm {row},Pro,{row}.5,Anna" for row in range(12)]
    intake = intake_of("\n".join(["customer_id,name,plan,amount,owner", *rows, "12,Firm,Pro,3.5,An", "na", "13,Firm,Pro,3.5,Anna"]))
    assert [(reject.row, reject.value, reject.why) for reject in intake.rejected] == [(15, "na", "has 1 cell where the header has 5")]
    assert (intake.rows_read, intake.rows_accepted, intake.unused.index.tolist()) == (15, 14, [15])


def test_an_encoding_that_one_cell_alone_tells_is_said():
    rows = [f"{row},Firm {row},x" for row in range(12)]
    intake = intake_of("\n".join([HEADER, *rows, "12,Firm,Müller"]), "cp1252")
    assert intake.notes == ("Read as cp1252, which 1 cell alone tells: 'Müller'.",)


def test_totals_of_groups_and_the_rows_that_name_groups_are_no_customers():
    north = ["North,,", "Ann,Pro,10", "Bob,Basic,20", "Total North,,30", ",,"]
    south = ["South,,", "Cyd,Pro,5", "Dan,Pro,6", "South total,,11", "TOTAL,,41"]
    intake = intake_of("\n".join(["Customer,Plan,Revenue", *north, *south]))
    assert intake.frame["Customer"].to_list() == ["Ann", "Bob", "Cyd", "Dan"]
    assert [(row.row, row.kind) for row in intake.set_aside] == [
        (2, "heading of a group"),
        (5, "total"),
        (7, "heading of a group"),
        (10, "total"),
        (11, "total"),
    ]


@pytest.mark.parametrize("foot", ["Average,,12.5", "Total (4 customers),,50", "Summe EUR,,50", "Gesamtergebnis,,50"])
def test_averages_and_totals_that_say_more_are_no_customers(foot):
    intake = intake_of("\n".join(["Customer,Plan,Revenue", "Ann,Pro,10", "Bob,Pro,20", "Cyd,Basic,15", "Dan,Basic,5", foot]))
    assert (intake.rows_accepted, [row.kind for row in intake.set_aside]) == (4, ["total"])


def test_a_total_that_lacks_no_cell_is_told_by_its_sum():
    rows = ["Ann;1.200,50 €", "Bob;5,00 €", "Cyd;4,50 €"]
    assert intake_of("\n".join(["Customer;Revenue", *rows, "Total;1.210,00 €"])).frame["Customer"].to_list() == ["Ann", "Bob", "Cyd"]
    assert "Total" in set(intake_of("\n".join(["Customer;Revenue", *rows, "Total;7,00 €", "Eve;8,00 €"])).frame["Customer"])


def test_firms_with_total_in_their_names_are_customers():
    rows = ["Ann,Pro,10", "Total Energies,Pro,20", "Total Wine,,", "Cyd,Basic,15", "Dan,Basic,5"]
    assert intake_of("\n".join(["Customer,Plan,Revenue", *rows])).rows_accepted == 5


UPPER = ["Customer ID,Plan,Revenue", "1,Pro,10", "2,Basic,20", "3,Pro,5", ",,"]
LOWER = ["Lost customers,,", "Customer ID,Reason,Date", "7,Price,2025-01-02", "8,Service,2025-02-03"]


def test_of_two_tables_one_below_the_other_none_is_taken_unasked():
    sheet = "\n".join(["Customers 2025,,", *UPPER, *LOWER])
    asked = intake_of(sheet).questions[0]
    assert (asked.option, asked.choices, asked.readings) == ("--header-row", ("2", "8"), ("3 rows below it", "2 rows below it"))
    assert intake_of(sheet, header_row=2).frame["Revenue"].to_list() == [10, 20, 5]
    assert intake_of(sheet, header_row=8).frame["Reason"].to_list() == ["Price", "Service"]


def test_a_small_table_below_the_customers_is_left_out_and_told():
    rows = [f"Firm {row},Pro,{row}.5" for row in range(30)]
    intake = intake_of("\n".join(["Name,Plan,Revenue", *rows, ",,", "Plan,Count,Share", "Pro,20,0.5", "Basic,10,0.5"]))
    assert (intake.rows_accepted, [row.row for row in intake.set_aside], intake.rejected) == (30, [33, 34, 35], ())
    assert intake.notes == (
        "Another table has its headers in row 33 and was left out: say --header-row 33 to read it in place of this one.",
    )


def test_customers_behind_a_blank_row_are_no_other_table():
    rows = [f"Firm {row},Pro,{row}.5" for row in range(5)]
    intake = intake_of(
        "\n".join(["Name,Plan,Revenue", *rows, ",,", "New firm,Pro,unknown", "Firm 9,Pro,3.5", ",,", "Other,Gold,n/a", "X,Gold,2"])
    )
    assert (intake.rows_accepted, intake.notes, intake.set_aside) == (9, (), ())


def test_a_title_above_headers_said_again_is_no_customer():
    rows = [f"A{row},Pro,{row}.5" for row in range(5)]
    intake = intake_of("\n".join(["Customer ID,Plan,Revenue", *rows, ",,", "Lost,,", "Customer ID,Plan,Revenue", "B1,Pro,3.5"]))
    assert (intake.frame["Customer ID"].to_list()[-2:], [row.kind for row in intake.set_aside]) == (
        ["A4", "B1"],
        ["title", "header said again"],
    )


def column_of(*cells: str, header: str = "amount") -> Intake:
    return intake_of("\n".join([f"customer_id;{header}", *(f"A{row};{cell}" for row, cell in enumerate(cells))]))


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("1.234,- €", "5,-- €", "7,50 €"), [1234, 5, 7.5]),
        (("CHF 1'234.50", "CHF 99.–", "CHF 5.-"), [1234.5, 99, 5]),
        (("Rs. 1,23,456/-", "Rs. 99/-"), [123456, 99]),
        (("-5,-", "7,50"), [-5, 7.5]),
    ],
)
def test_a_dash_in_place_of_the_cents_is_no_minus(cells, numbers):
    assert column_of(*cells).frame["amount"].to_list() == numbers


def test_a_dash_beside_a_currency_is_nought_as_accounts_write_it():
    intake = column_of(" $ 1,234.50 ", " $ (12.00)", " $ -   ", " $ 9.00 ")
    assert intake.frame["amount"].to_list() == [1234.5, -12, 0, 9]
    assert "A dash beside a currency read as 0 in 1 cell" in intake.fields[1].notes
    assert column_of("- kg", "5").fields[1].type == "text"


def test_errors_of_workbooks_in_other_languages_and_days_of_noughts_are_empty():
    assert column_of("1,50", "#NV", "#WERT!", "#Н/Д", "#YOK").frame["amount"].count() == 1
    days = column_of("00.00.0000", "31.01.2026", header="left")
    assert (days.frame["left"].count(), days.rejected) == (1, ())
    assert days.fields[1].notes[-1] == "'00.00.0000' taken as empty in 1 cell"


@pytest.mark.parametrize("time", ["09:05:00 ص", "09:05 ÖS", "09:05 Uhr", "at 9:05 AM", "um 9:05"])
def test_times_of_day_are_seen_as_other_languages_write_them(time):
    assert column_of(f"31/01/2026 {time}", f"01/02/2026 {time}", header="made").frame["made"].dt.day.to_list() == [31, 1]


@pytest.mark.parametrize("cell", ['="{id}"', '"=""{id}"""'])
def test_a_formula_that_only_keeps_the_zeros_of_an_id_is_the_id(cell):
    intake = intake_of("\n".join([HEADER, *(f"{cell.format(id=id)},A,x" for id in ("00123", "00124", "00125"))]))
    assert intake.frame["customer_id"].to_list() == ["00123", "00124", "00125"]
    assert intake.notes == ('3 cells such as ="007" were read as the text that they hold.',)


def test_korean_days_of_the_first_years_of_a_century_are_asked_about():
    assert [choice for choice, _reading in infer(pd.Series(["01. 1. 2."], dtype="str")).doubt.choices] == ["dmy", "ymd"]


def test_words_merged_over_several_rows_are_those_of_each_and_amounts_are_not():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(
            [["Region", "Customer", "Plan", "Paid"], ["", "Ann", "Pro"], ["", "Bob", "Basic"], ["South", "Cyd", "Pro", 5]]
        ):
            sheet.write_row(row, 0, cells)
        sheet.merge_range(1, 0, 2, 0, "North")
        sheet.merge_range(1, 3, 2, 3, 30)
    intake = read(buffer.getvalue(), file="list.xlsx")
    assert intake.frame["Region"].to_list() == ["North", "North", "South"]
    assert intake.frame["Paid"].fillna(-1).to_list() == [30, -1, 5]
    assert intake.notes == ("1 cell is merged with the one above and has its words.",)


def test_a_foot_longer_than_the_table_is_no_customer():
    rows = [f"0015g00000ABcD{row}A1,Acme {row},{row}.50" for row in range(3)]
    foot = [
        ",,",
        "Sales report,,",
        "Copyright (c) 2000-2026 Firm. All rights reserved.,,",
        "Do not distribute,,",
        "Generated by: Joe Doe 2/2/2026 10:05 AM,,",
    ]
    intake = intake_of("\n".join(["Account ID,Account Name,Revenue", *rows, *foot]))
    assert (intake.rows_accepted, [row.kind for row in intake.set_aside]) == (3, ["note at the foot"] * 4)


def test_days_that_a_workbook_may_have_swapped_are_told():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["customer_id", "Start date"])
        for row, (month, number) in enumerate([(1, 2), (3, 4), (11, 10)], start=1):
            sheet.write(row, 0, f"A{row}")
            sheet.write_datetime(row, 1, datetime.datetime(2026, number, month), day)
        sheet.write_row(4, 0, ["A4", "01/25/2026"])
    note = "Day and month may have been swapped by the workbook in 3 cells: days after the 12th stand as text"
    assert note in read(buffer.getvalue(), file="list.xlsx").fields[1].notes


def test_an_order_in_which_a_cell_is_no_day_is_offered_as_such():
    question = column_of("1/31/2026", "13/1/2026", header="made").questions[0]
    assert question.readings == ("no day", "2026-01-31")


def test_ids_whose_digits_a_spreadsheet_cut_are_told():
    intake = intake_of("customer_id;plan\n1,23457E+15;A\n1,23458E+15;B\n7;C")
    assert intake.fields[0].notes == ("2 ids are such as 1.23E+15: a spreadsheet cut their digits",)
