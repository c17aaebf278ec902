"""Odd files dropped into the desk's pages: asked about in choices, answered, remembered, mended, loaded; and hostile ones."""

import contextlib
import datetime
import io
import time

import jdatetime
import pandas as pd
import pytest
import xlsxwriter
from playwright.sync_api import TimeoutError, expect

from churn.report.spreadsheets import csv_bytes
from churn.store import open_desk
from tests.browser import PATIENCE, ROOT, choose, finished, forget
from tests.test_intake_unsafe import cell as xml_cell
from tests.test_intake_unsafe import xlsx
from tests.test_pages_files import NEW, cell, command_line, download, drop

PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def ambiguous() -> bytes:
    """Customers whose days could all be read in two ways, and their amounts too."""
    table = pd.read_excel(NEW, engine="calamine")
    days = [f"0{place % 9 + 1}/{place % 12 + 1:02}/2025" for place in range(len(table))]
    paid = [f"{place % 9 + 1}.{place * 7 % 900 + 100}" for place in range(len(table))]
    return table.assign(started_on=days, renewal_on=days, monthly_value=paid).to_csv(index=False, sep=";").encode()


def persian(rows: int) -> tuple[bytes, list[datetime.date]]:
    """A workbook in Persian (a title above the headers, Persian digits, days of the Persian calendar, yes and no in words, a total below),
    two of its rows with a cell that cannot be; and the days that customers came."""
    file, came = io.BytesIO(), [datetime.date(2024, 1, 1) + datetime.timedelta(days=3 * row) for row in range(rows)]
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("مشتریان")
        sheet.write_row(0, 0, ["گزارش مشتریان شرکت"])
        sheet.write_row(2, 0, ["شناسه مشتری", "تاریخ عضویت", "مبلغ ماهانه", "اینترنت", "سرویس"])
        for row, day in enumerate(came):
            shown = jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d").translate(PERSIAN_DIGITS)
            paid = f"{1000 + row:,}".translate(PERSIAN_DIGITS).replace(",", "٬")
            cells = [
                f"M{row:03}",
                "۱۴۰۳/۱۲/۳۱" if row == 4 else shown,
                "زیاد" if row == 7 else paid,
                "بله" if row % 3 else "خیر",
                "طلایی" if row % 2 else "پایه",
            ]
            sheet.write_row(3 + row, 0, cells)
        sheet.write_row(3 + rows, 0, ["جمع کل", "", "۱۲۳٬۴۵۶", "", ""])
    return file.getvalue(), came


@pytest.mark.long
def test_what_a_file_leaves_open_is_asked_answered_changed_and_scored_as_the_command_line_does(page_at, sample_desk, tmp_path):
    page = page_at("score_sheet")
    drop(page, "open.csv", ambiguous())
    expect(page.get_by_test_id("stAlert")).to_contain_text("2 answers are needed first.")
    page.get_by_role("radiogroup", name="What is '1.100' in 'monthly_value'?").get_by_text("1100 (the comma is the decimal sign)").click()
    days = page.get_by_role("radiogroup", name="Which day is '01/10/2025' in 'started_on' and 'renewal_on'?")
    expect(page.get_by_text("One answer is needed first.")).to_be_visible()
    finished(page)
    days.get_by_text("(month first)").click()
    expect(page.get_by_text("150 of 150 rows shown")).to_be_visible()
    page.get_by_role("button", name="month first").click()
    expect(page.get_by_text("One answer is needed first.")).to_be_visible()
    finished(page)
    days.get_by_text("(day first)").click()
    expect(page.get_by_role("button", name="day first")).to_be_visible()
    expect(page.get_by_text("150 of 150 rows shown")).to_be_visible()
    (tmp_path / "open.csv").write_bytes(ambiguous())
    by_command = command_line(sample_desk, tmp_path / "open.csv", tmp_path / "out.csv", "--decimal", ",", "--date-order", "dmy")
    assert download(page, "Download CSV") == by_command


@pytest.mark.long
def test_columns_of_other_names_are_proposed_and_chosen(page_at):
    page = page_at("score_sheet")
    sheet = pd.read_excel(NEW, engine="calamine").rename(
        columns={"customer_id": "Ref", "monthly_value": "monthly_valeu", "last_nps": "would tell friends"}
    )
    drop(page, "almost.csv", csv_bytes(sheet))
    expect(page.get_by_text("12 of the 14 columns")).to_be_visible()
    asked = page.get_by_test_id("stLayoutWrapper").filter(has_text="Is your column Ref (C04001, C04002 and C04003) the customer's id?").last
    asked.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("button", name="Ref: customer's id")).to_be_visible()
    asked = page.get_by_test_id("stLayoutWrapper").filter(has_text="what the score knows as monthly_value?").last
    asked.get_by_role("button", name="No").click()
    expect(page.get_by_text("Is your column")).to_have_count(0)
    page.get_by_role("button", name="the score's monthly_value: not in the file").click()
    asked.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("13 of the 14 columns")).to_be_visible()
    page.get_by_text("Which of your columns the score reads").click()
    choose(page, "The score's column", "last_nps")
    choose(page, "Your column", "would tell friends")
    expect(page.get_by_text("All 14 columns that the score reads are in it.")).to_be_visible()
    expect(cell(page, "Customers with their risk and what moves it", 0, 0)).to_have_text("C04003")


def test_a_sheet_that_the_score_cannot_read_is_taken_along_to_be_learned_from(page_at):
    page = page_at("score_sheet")
    rows = "".join(f"K{row};{150 + row};{row},50 €;{'ja' if row % 3 else 'nein'}\n" for row in range(40))
    drop(page, "fremd.csv", f"Kundennummer;Größe;Umsatz;Gekündigt\n{rows}".encode("cp1252"))
    expect(page.get_by_test_id("stAlert")).to_contain_text("holds too little of what the model reads")
    expect(page.get_by_text("Its column Gekündigt says who has left")).to_be_visible()
    page.get_by_role("button", name="Train on this file").click()
    expect(page.get_by_text("fremd.csv: 40 rows and 4 columns read.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Which value means that they left?")).to_have_value("Yes")


@pytest.mark.long
def test_rows_set_aside_are_mended_and_added_to_customers_in_the_desk_and_answers_are_said_again(own_desk, page_at):
    book, came = persian(60)
    page = page_at("data", at=own_desk.url)
    drop(page, "moshtarian.xlsx", book)
    expect(page.get_by_text("58 of 60 rows and 5 columns read.")).to_be_visible()
    expect(page.get_by_text("Not taken for customers: row 1 (title: ")).to_be_visible()
    expect(page.get_by_role("combobox", name="Encoding")).to_have_count(0)
    choose(page, "Change what a column is", "سرویس")
    choose(page, "It is", "plan")
    expect(page.get_by_role("button", name="سرویس: plan")).to_be_visible()
    page.get_by_text("2 rows were set aside: see why").click()
    aside = pd.read_csv(io.BytesIO(download(page, "Download CSV")), dtype="str")
    assert aside.iloc[:, 0].tolist() == ["8", "11"]
    page.get_by_role("button", name="Load without a score").click()
    expect(page.get_by_text("58 customers loaded.")).to_be_visible()
    finished(page)
    aside["تاریخ عضویت"] = ["۱۴۰۳/۰۱/۰۵", aside["تاریخ عضویت"][1]]
    aside["مبلغ ماهانه"] = [aside["مبلغ ماهانه"][0], "۱٬۰۰۷"]
    known = {"شناسه مشتری": "M000", "تاریخ عضویت": "۱۴۰۲/۱۰/۱۱", "مبلغ ماهانه": "۹٬۹۹۹", "اینترنت": "بله", "سرویس": "نقره"}
    drop(page, "mended.csv", csv_bytes(pd.concat([aside, pd.DataFrame([known])], ignore_index=True)))
    expect(page.get_by_text("Read as the last file of this kind")).to_be_visible()
    expect(page.get_by_text("mended.csv: 3 rows and 5 columns read.")).to_be_visible()
    page.get_by_text("Add to the customers already there").click()
    expect(page.get_by_text("1 customer is in the desk already and takes this file's cells; 2 are new.")).to_be_visible()
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_role("button", name="سرویس: plan")).to_have_count(0)
    page.get_by_role("button", name="Add to the desk").click()
    expect(page.get_by_text("3 customers added or brought up to date.")).to_be_visible()
    page.close()
    own_desk.stop()
    with open_desk(own_desk.desk) as desk:
        held = desk.frame("customers").sort_values("شناسه مشتری", ignore_index=True)
    assert held["شناسه مشتری"].tolist() == [f"M{row:03}" for row in range(60)]
    assert held["مبلغ ماهانه"].tolist() == [9999.0, *(1000.0 + row for row in range(1, 60))]
    assert held["اینترنت"].tolist() == ["Yes", *("Yes" if row % 3 else "No" for row in range(1, 60))]
    assert held["سرویس"].tolist() == ["نقره", *("طلایی" if row % 2 else "پایه" for row in range(1, 60))]
    came[4] = datetime.date(2024, 3, 24)
    assert held["تاریخ عضویت"].dt.date.tolist() == came


@pytest.mark.long
def test_a_hostile_workbook_ends_in_a_sentence_while_others_go_on(page_at):
    page, other = page_at("score_sheet"), page_at("reasons")
    drop(page, "bomb.xlsx", xlsx(b"0" * 99_000_000 + b"1"))
    expect(page.get_by_test_id("stSpinner")).to_be_visible()
    other.get_by_role("link", name="NPS").click()
    expect(other.get_by_role("heading", name="NPS", level=1)).to_be_visible()
    finished(other)
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("bomb.xlsx is empty")
    forget(page)
    drop(page, "corners.xlsx", xlsx(xml_cell("A1") + xml_cell("XFD1048576")))
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("corners.xlsx has 16,384 columns, and the limit is 2,000")
    forget(page)
    drop(page, NEW.name, NEW.read_bytes())
    expect(page.get_by_text("150 of 150 rows shown")).to_be_visible()


def test_a_large_file_can_be_stopped_while_it_is_read(page_at, tmp_path):
    page, file = page_at("data"), tmp_path / "long.csv"
    file.write_bytes(b"customer_id,plan,note\n\n" + b"".join(b"%d,Pro,some words\n" % row for row in range(1_000_000)))
    again, end = page.get_by_role("button", name="Forget this file"), time.monotonic() + PATIENCE
    stopped = False
    while not stopped and time.monotonic() < end:  # a quick machine may be done before the click
        page.locator("input[type=file]").first.set_input_files(file)
        with contextlib.suppress(TimeoutError):
            page.get_by_role("button", name="Stop reading").click(timeout=30_000)
            stopped = True
        if not stopped:
            again.click()
    assert stopped
    expect(page.get_by_role("button", name="Forget this file")).to_have_count(0)
    finished(page)
    drop(page, "known.csv", (ROOT / "sample_data" / "customers.csv").read_bytes())
    expect(page.get_by_text("known.csv: 4,000 rows and 20 columns read.")).to_be_visible()
