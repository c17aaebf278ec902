"""Promises, loyal customers and feedback as their users meet them: noted, taken along, and nobody who is held out."""

import io

import pandas as pd
import pytest
from playwright.sync_api import expect

from churn.store import open_desk
from tests.browser import finished, serving
from tests.retained import firm


@pytest.mark.long
def test_a_promise_is_added_and_thanks_are_given_within_the_budget(page_at, tmp_path):
    firm(tmp_path / "desk").close()
    with serving(tmp_path / "desk", tmp_path / "log") as server:
        page = page_at("promises", at=server.url)
        page.get_by_text("Add a promise").click()
        page.get_by_label("Customer", exact=True).fill("hidden")
        page.get_by_label("Customer", exact=True).press("Enter")
        expect(page.get_by_text("Nobody who can be chosen")).to_be_visible()
        page.get_by_label("Customer", exact=True).fill("bob")
        page.get_by_label("Customer", exact=True).press("Enter")
        expect(page.get_by_role("combobox", name="Which one?")).to_have_value("Bob Ltd (B2)")
        page.get_by_label("What was promised?").fill("a visit")
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_text("Promise noted.")).to_be_visible()
        finished(page)
        page.close()
        page = page_at("loyal_customers", at=server.url)
        expect(page.get_by_text("Of 3 customers who are here")).to_be_visible()
        page.get_by_text("Budget for thanks").click()
        page.get_by_label("Money for thanks in a calendar year").fill("5")
        page.get_by_role("button", name="Set", exact=True).click()
        expect(page.get_by_test_id("stMetricValue").nth(1)).to_have_text("5")
        page.get_by_role("tab", name="Thanks").click()
        page.get_by_label("What do you give?").fill("a card")
        page.get_by_label("What it costs").fill("6")
        page.get_by_role("button", name="Give it").click()
        expect(page.get_by_text("more than is left of this year's budget")).to_be_visible()
        page.close()
        server.stop()
    with open_desk(tmp_path / "desk") as desk:
        promise = desk.journal.lines("promise").iloc[0]
        assert (promise["customer_id"], promise["what"]) == ("B2", "a visit")
        assert desk.journal.lines("thanks").empty


def test_the_list_of_promises_and_the_words_for_the_product_team_are_taken_along(page_at):
    page = page_at("promises")
    page.get_by_role("button", name="Take along").click()
    finished(page)
    with page.expect_download() as taken:  # on a slow machine what comes later may move the list beyond the window
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="CSV").dispatch_event("click")
    sheet = pd.read_csv(io.BytesIO(taken.value.path().read_bytes()))
    assert list(sheet.columns)[:3] == ["Subject", "Regarding", "Due Date"]
    assert sheet["Subject"].str.startswith("Keep the promise: ").all()
    page.close()
    page = page_at("feedback")
    expect(page.get_by_text("In their own words")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Their words (CSV)").click()
    assert list(pd.read_csv(taken.value.path()).columns)[-1] == "Words"
