"""Files in and out of the desk through its pages, in a real browser: what is dropped in, what comes back, and what is refused."""

import contextlib
import io
import re
import subprocess
import sys

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from churn.report.spreadsheets import xlsx_bytes
from churn.risk.desk_models import model_of
from churn.store import open_desk
from churn.wording import percent
from tests.browser import ROOT, choose, finished, forget
from tests.made_up import labelled
from tests.models import model_files

NEW = ROOT / "sample_data" / "new_customers.xlsx"
LIBRARIES = """
import sys
from pathlib import Path
import pages.score_sheet, pages.data, pages.overview, pages.customer, pages.calls, pages.reasons, pages.loyalty, pages.nps, pages.trust
import pages.gone, pages.signs
from churn import risk
from churn.intake import read
from churn.report import scored, spreadsheets, template
from churn.report.card import card_html
card = risk.load(Path(sys.argv[1]))
intake = read(Path(sys.argv[2]).read_bytes(), file="new.xlsx")
sheet = scored.scored_sheet(intake.frame, risk.score(card, intake.frame, id_column=intake.id_column))
assert spreadsheets.csv_bytes(sheet) and spreadsheets.xlsx_bytes(sheet) and template.template_xlsx(card) and card_html(card)
print(sorted({"sklearn", "shap", "numba", "lightgbm"} & {name.split(".")[0] for name in sys.modules}))
"""


def drop(page: Page, name: str, data: bytes) -> None:
    """Drops a file onto the page's first place for one."""
    page.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})


def download(page: Page, button: str) -> bytes:
    """What a button gives to take along."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.path().read_bytes()


def cell(page: Page, table: str, row: int, column: int) -> Locator:
    """A cell of a table, which screen readers find beneath its drawing; row 0 is the first below the header."""
    return page.locator(f"[data-testid=stDataFrame]:has([aria-label='{table}'])").get_by_test_id(f"glide-cell-{column}-{row}")


def small_table(rows: int = 150) -> pd.DataFrame:
    """Customers of a firm that is not the sample firm."""
    return labelled(rows, seed=5)


def as_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def four_days() -> tuple[int, int]:
    """How many of the sample firm's customers were there on the four days that can be learned from, and left within 90 days, by pandas."""
    customers = pd.read_csv(ROOT / "sample_data" / "customers.csv", parse_dates=["started_on", "ended_on"])
    cases = left = 0
    for days in (90, 180, 270, 360):
        day = pd.Timestamp(2026, 1, 1) - pd.Timedelta(days=days)
        there = customers[(customers["started_on"] < day) & ~(customers["ended_on"] < day)]
        cases, left = cases + len(there), left + int((there["ended_on"] < day + pd.Timedelta(days=90)).sum())
    return cases, left


def command_line(desk, file, out, *options) -> bytes:
    """The scored CSV that the command line gives for a file."""
    command = [sys.executable, "-m", "churn", "score", file, "--model", model_files(desk)[0], "--out", out, *options]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out.read_bytes()


def test_a_file_dropped_in_comes_back_scored_as_the_command_line_scores_it(page_at, sample_desk, tmp_path):
    page = page_at("score_sheet")
    drop(page, NEW.name, NEW.read_bytes())
    expect(page.get_by_text("150 rows and 19 columns read")).to_be_visible()
    by_command = command_line(sample_desk, NEW, tmp_path / "scored.csv")
    assert download(page, "Download CSV") == by_command
    scored = pd.read_csv(io.BytesIO(by_command))
    pd.testing.assert_frame_equal(pd.read_excel(io.BytesIO(download(page, "Download XLSX")), engine="calamine")[["risk"]], scored[["risk"]])


@pytest.mark.long
def test_the_riskiest_customer_stands_first_and_bands_and_search_narrow_the_table(page_at, sample_desk, tmp_path):
    scored = pd.read_csv(io.BytesIO(command_line(sample_desk, NEW, tmp_path / "scored.csv")))
    page = page_at("score_sheet")
    drop(page, NEW.name, NEW.read_bytes())
    expect(page.get_by_text("150 of 150 rows shown")).to_be_visible()
    top = scored.sort_values("risk", ascending=False).iloc[0]
    expect(cell(page, "Customers with their risk and what moves it", 0, 0)).to_have_text(top["customer_id"])
    high = int((scored["risk_band"] == "high").sum())
    page.get_by_role("button", name=f"high ({high})").click()
    expect(page.get_by_text(f"{high} of 150 rows shown")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill(str(top["customer_id"]).lower())
    expect(page.get_by_text("1 of 150 rows shown")).to_be_visible()


def test_rows_that_the_model_knows_are_counted(page_at):
    page = page_at("score_sheet")
    first = b"".join((ROOT / "sample_data" / "customers.csv").read_bytes().splitlines(keepends=True)[:41])
    drop(page, "known.csv", first)
    expect(page.get_by_text("40 rows are customers the score was trained on")).to_be_visible()


def test_a_column_that_is_missing_is_named(page_at):
    page = page_at("score_sheet")
    drop(page, "less.csv", as_csv(pd.read_excel(NEW, engine="calamine").drop(columns="contract")))
    expect(page.get_by_text(re.compile("13 of the 14 columns .* missing: contract"))).to_be_visible()


def test_whether_a_file_fits_the_score_is_one_line_in_a_colour_and_behind_it_each_column(page_at):
    page = page_at("score_sheet")
    own = pd.read_csv(ROOT / "sample_data" / "customers.csv", dtype="str").drop(columns="ended_on").sample(200, random_state=2)
    drop(page, "own.csv", as_csv(own))
    expect(page.get_by_test_id("stAlertContentSuccess").locator("p")).to_have_text(
        "The file fits the score. Its customers are like those that the score was learned from."
    )
    forget(page)
    sheet = pd.read_excel(NEW, engine="calamine")
    drop(page, "days.csv", as_csv(sheet.assign(tenure_months=sheet["tenure_months"] * 30)))
    told = page.get_by_test_id("stAlertContentError")
    expect(told).to_contain_text("Do not use these scores: they may well be wrong.")
    expect(told).to_contain_text(re.compile(r"of tenure_months lies above anything seen in training \(1 to 29\)\. Is it in other units\?"))
    page.get_by_text("How each column compares").click()
    table = "The columns of the file beside those of the training table"
    expect(cell(page, table, 0, 0)).to_have_text("tenure_months")
    expect(cell(page, table, 0, 2)).to_have_text(re.compile(r"far off: \d\d% lies elsewhere"))
    expect(cell(page, table, 0, 5)).to_have_text(re.compile("above 29"))


@pytest.mark.long
def test_the_range_of_a_risk_is_shown_where_it_is_wide(page_at, sample_desk, tmp_path):
    scored = pd.read_csv(io.BytesIO(command_line(sample_desk, NEW, tmp_path / "scored.csv"))).sort_values("risk", ascending=False)
    wide = (scored["risk_high"] - scored["risk_low"] >= 0.3).tolist()
    row = next(place for place in range(10) if wide[place])
    page = page_at("score_sheet")
    drop(page, NEW.name, NEW.read_bytes())
    words = f"{percent(scored['risk_low'].iloc[row], 0)} to {percent(scored['risk_high'].iloc[row], 0)}"
    expect(cell(page, "Customers with their risk and what moves it", row, 3)).to_have_text(words)


def test_the_template_comes_back_scored(page_at):
    page = page_at("score_sheet")
    drop(page, "template.xlsx", download(page, "Download a template"))
    expect(page.get_by_text("All 14 columns that the score reads are in it")).to_be_visible()
    expect(page.get_by_text("3 of 3 rows shown")).to_be_visible()


@pytest.mark.long
def test_a_file_is_seen_by_its_visitor_alone_and_gone_when_forgotten(page_at):
    page = page_at("score_sheet")
    drop(page, NEW.name, NEW.read_bytes())
    expect(page.get_by_text("150 of 150 rows shown")).to_be_visible()
    page.get_by_role("link", name="Customer", exact=True).click()
    page.get_by_role("link", name="Score a spreadsheet").click()
    expect(page.get_by_text("150 of 150 rows shown")).to_be_visible()
    expect(page_at("score_sheet").get_by_text("new_customers")).to_have_count(0)
    forget(page)
    expect(page.get_by_text("rows shown")).to_have_count(0)
    drop(page, "again.xlsx", NEW.read_bytes())
    expect(page.get_by_text("again.xlsx, sheet New customers")).to_be_visible()


def test_open_questions_are_choices_on_the_page(page_at):
    page = page_at("score_sheet")
    twice = pd.concat([pd.read_excel(NEW, engine="calamine").head(5)] * 2)
    drop(page, "twice.csv", as_csv(twice))
    expect(page.get_by_role("radiogroup", name="twice.csv has customer_id C04001 in rows 2 and 7")).not_to_contain_text("--")
    page.get_by_text("keep the last").click()
    expect(page.get_by_text("5 rows were set aside")).to_be_visible()
    expect(page.get_by_text("5 of 5 rows shown")).to_be_visible()


BAD = {
    "empty": ("empty.csv", b"", "empty.csv is empty"),
    "no rows": ("header.csv", b"customer_id,plan,contract\n", "has a header in row 1 but no rows below it"),
    "one column": ("one.csv", b"customer_id\nA\nB\n", "one.csv has one column only"),
    "too many columns": ("wide.csv", b",".join(b"c%d" % n for n in range(2100)) + b"\n1,2\n", "ask whoever runs this desk to raise"),
    "cut short": ("cut.xlsx", NEW.read_bytes()[:5000], "cut.xlsx is a damaged workbook"),
    "no such row": ("no_row.csv", b"customer_id,plan\n\n\n", "has a header in row 1 but no rows below it"),
    "too little": (
        "little.csv",
        b"customer_id,height\nA,180\nB,170\n",
        "holds too little of what the model reads to give a risk",
    ),
}


@pytest.mark.parametrize(("name", "data", "sentence"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_to_score_is_told_in_one_sentence_and_changes_nothing(name, data, sentence, page_at, served):
    before = served.writes()
    page = page_at("score_sheet")
    drop(page, name, data)
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stAlert")).to_contain_text(sentence)
    expect(page.get_by_test_id("stAlert")).not_to_contain_text("--")
    assert served.writes() == before


BAD_TO_LOAD = {key: value for key, value in BAD.items() if key != "too little"} | {
    "one value": ("one_value.csv", as_csv(small_table().assign(churned="no")), "has one value only"),
    "few rows": ("few.csv", as_csv(small_table(12)), "too little to learn from"),
}


@pytest.mark.parametrize(("name", "data", "sentence"), BAD_TO_LOAD.values(), ids=BAD_TO_LOAD.keys())
def test_a_bad_table_to_load_is_told_in_one_sentence_and_the_desk_is_as_before(name, data, sentence, page_at, served):
    before = served.writes()
    page = page_at("data")
    drop(page, name, data)
    if name in ("one_value.csv", "few.csv"):
        if name == "one_value.csv":
            choose(page, "Which value means that they left?", "no")
        page.get_by_role("button", name="Load and train").click()
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stAlert")).to_contain_text(sentence)
    expect(page.get_by_text("Sample firm: invented data").first).to_be_visible()
    assert served.writes() == before


def test_own_customers_are_learned_from_and_shown_and_the_sample_firm_comes_back(own_desk, page_at):
    page = page_at("data", at=own_desk.url)
    drop(page, "my_firm.csv", as_csv(small_table()))
    expect(page.get_by_text("my_firm.csv: 150 rows and 6 columns read.")).to_be_visible()
    page.get_by_role("button", name="Load and train").click()
    expect(page.get_by_text("150 customers loaded and scored.")).to_be_visible()
    expect(page.get_by_text("The score was learned from 150 customers of my_firm.csv")).to_be_visible()
    expect(page.get_by_text("Sample firm: invented data")).to_have_count(0)
    expect(cell(page, "Tables of the desk", 0, 2)).to_have_text("150")
    overview = page_at("overview", at=own_desk.url)
    expect(overview.get_by_text("my_firm.csv").first).to_be_visible()
    page.get_by_role("button", name="Load the sample firm").click()
    expect(page.get_by_text("Learning from what happened").or_(page.get_by_text("learned from what happened")).first).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. The tables stay as they are, and who leaves next was not learned anew.")).to_be_visible()
    expect(page.get_by_text("The score was learned from 4,000 customers of customers.csv")).to_be_visible()
    expect(page.get_by_text("Sample firm: invented data").first).to_be_visible()
    page.close()
    overview.close()
    own_desk.stop()
    with open_desk(own_desk.desk) as desk:
        assert list(desk.tables().values()) == [4000, 25087, 22123, 8665, 4229, 1994, 1383]
        found = model_of(desk).provenance
        assert (found.source, found.look_ahead) == ("customers.csv", None)


def test_customers_that_nobody_marked_as_lost_are_loaded_without_a_score(own_desk, page_at):
    page = page_at("data", at=own_desk.url)
    drop(page, "plain.csv", as_csv(small_table().drop(columns="churned")))
    expect(page.get_by_text("there is no score").first).to_be_visible()
    page.get_by_role("button", name="Load without a score").click()
    expect(page.get_by_text("150 customers loaded. Nothing says who has left")).to_be_visible()
    page.get_by_role("link", name="Score a spreadsheet").click()
    expect(page.get_by_text("The desk has no score yet")).to_be_visible()


@pytest.mark.long
def test_a_load_stands_in_the_history_and_is_undone_once_asked_twice_and_only_by_who_has_seen_it(own_desk, page_at):
    page, other = page_at("data", at=own_desk.url), page_at("data", at=own_desk.url)
    plain, loads = as_csv(small_table().drop(columns="churned")), "Loads of the desk, the newest first"
    drop(page, "plain.csv", plain)
    page.get_by_role("button", name="Load without a score").click()
    expect(page.get_by_text("150 customers loaded.")).to_be_visible()
    expect(cell(page, loads, 0, 3)).to_have_text("customers from plain.csv")
    expect(cell(page, loads, 0, 4)).to_have_text("150")
    expect(cell(page, loads, 1, 3)).to_have_text("customers from customers.csv and 6 more tables")
    drop(page, "again.csv", plain)
    expect(page.get_by_text(re.compile(r"again\.csv: this very file was loaded on .* UTC\b.*\. The desk holds it now\."))).to_be_visible()
    other.reload()
    for visitor in (page, other):
        visitor.get_by_role("button", name="Undo the last load").click()
        expect(visitor.get_by_role("dialog")).to_contain_text("the desk holds customers (4,000 rows of customers.csv), orders,")
    before = own_desk.writes()
    page.get_by_role("button", name="Leave it as it is").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert own_desk.writes() == before
    page.get_by_role("button", name="Undo the last load").click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_text(re.compile("The last load is undone. The desk now holds customers .* with scores"))).to_be_visible()
    expect(page.get_by_text("Sample firm: invented data").first).to_be_visible()
    cases, left = four_days()
    learned = page.get_by_text("The score was learned from how customers stood on 6 Jan 2025")
    expect(learned).to_contain_text(f": {cases:,} cases in all, {left:,} of whom then left within 90 days")
    expect(cell(page, loads, 0, 3)).to_have_text("load 2 undone")
    other.get_by_role("button", name="Yes, do it").click()
    expect(other.get_by_text("Somebody has loaded or undone something meanwhile.")).to_be_visible()
    finished(other)
    other.get_by_role("button", name="Bring the last load back").click()
    other.get_by_role("button", name="Yes, do it").click()
    expect(other.get_by_text("The last load is back. The desk now holds customers (150 rows of plain.csv)")).to_be_visible()


@pytest.mark.long
def test_a_training_that_is_stopped_leaves_the_desk_as_it_was_and_keeps_others_from_loading_meanwhile(own_desk, page_at):
    before = own_desk.writes()
    page, other = page_at("data", at=own_desk.url), page_at("data", at=own_desk.url)
    drop(other, "plain.csv", as_csv(small_table().drop(columns="churned")))
    expect(other.get_by_role("button", name="Load without a score")).to_be_enabled()
    drop(page, "big.csv", as_csv(small_table(6000)))
    page.get_by_role("button", name="Load and train").click()
    expect(page.get_by_text(re.compile(r"\d% learned"))).to_be_visible()
    other.get_by_role("button", name="Load without a score").click()
    expect(other.get_by_text("Another table is being loaded just now")).to_be_visible()
    other.get_by_role("button", name="Undo the last load").click()
    expect(other.get_by_text("Another table is being loaded just now")).to_have_count(0)
    other.get_by_role("button", name="Yes, do it").click()
    expect(other.get_by_text("Another table is being loaded just now")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. The desk is as it was.")).to_be_visible()
    finished(page)
    assert own_desk.writes() == before
    expect(page.get_by_text("Sample firm: invented data").first).to_be_visible()
    loaded = other.get_by_text("150 customers loaded.")
    while not loaded.is_visible():  # the training comes to its end in its own time, and the button goes once the load goes through
        with contextlib.suppress(TimeoutError):
            other.get_by_role("button", name="Load without a score", disabled=False).click(timeout=3000)
        other.wait_for_timeout(500)
    finished(other)


@pytest.mark.long
def test_an_id_and_a_sheet_are_chosen_on_the_page(page_at):
    page = page_at("data")
    table = small_table(40).rename(columns={"customer_id": "reference"})
    first, second = io.BytesIO(xlsx_bytes(table)), io.BytesIO()
    with pd.ExcelWriter(second, engine="xlsxwriter") as book:
        pd.read_excel(first, engine="calamine").to_excel(book, sheet_name="People", index=False)
        pd.DataFrame({"a": [1], "b": [2]}).to_excel(book, sheet_name="Notes", index=False)
    drop(page, "two.xlsx", second.getvalue())
    expect(page.get_by_role("combobox", name="Encoding")).to_have_count(0)
    page.get_by_role("radiogroup", name="Which sheet holds your customers?").get_by_text("People (41 rows and 6 columns)").click()
    expect(page.get_by_text("two.xlsx, sheet People: 40 rows and 6 columns read.")).to_be_visible()
    choose(page, "Which column is the customer's id?", "reference")
    expect(page.get_by_role("button", name="reference: customer's id")).to_be_visible()
    expect(cell(page, "The columns of the file as understood", 0, 1)).to_have_text("customer's id")
    choose(page, "Sheet", "Notes")
    expect(page.get_by_text("two.xlsx, sheet Notes: 1 row and 2 columns read.")).to_be_visible()
    expect(page.get_by_role("button", name="reference: customer's id")).to_have_count(0)


def test_looking_and_scoring_need_no_library_that_trains(sample_desk):
    command = [sys.executable, "-c", LIBRARIES, model_files(sample_desk)[0], NEW]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
