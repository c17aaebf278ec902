"""The page of warning signs: it shows what pandas counts in the sample firm's files, and moves with its thresholds."""

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from churn.signs import SIGNS
from tests.browser import ROOT, choose, finished
from tests.referees_signs import referee_signs
from tests.seen import click_row

DAY = pd.Timestamp(2026, 1, 1)


@pytest.fixture(scope="module")
def counted() -> pd.DataFrame:
    """Who shows which sign, and how grave, by pandas."""
    tables = {}
    for name in ("customers", "orders", "contacts", "surveys", "changes"):
        table = pd.read_csv(ROOT / "sample_data" / f"{name}.csv", keep_default_na=False, na_values=[""])
        tables[name] = table.assign(**{column: pd.to_datetime(table[column]) for column in table.columns if column.endswith("_on")})
    return referee_signs(tables, DAY)


def all_signs(page: Page) -> dict[str, list[str]]:
    """The other cells of each row of the table of all signs, by the sign's title."""
    rows = page.get_by_test_id("stTable").first.locator("tbody tr")
    expect(rows.first).to_be_visible()
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in cells}


def test_the_page_counts_who_shows_which_sign_and_each_customer_is_a_click_away(page_at, counted):
    page = page_at("signs")
    found = all_signs(page)
    for sign, customers in counted.groupby("sign").size().items():
        assert found[SIGNS[str(sign)].title][0] == f"{customers:,}"
    assert found["They complain again and again"][3].startswith("yes, ")
    assert found["Their contract renews soon"][1:3] == ["", ""]
    click_row(page, 0)
    expect(page.get_by_role("heading", name="Warning signs")).to_be_visible()
    who = page.get_by_label("Find a customer by id or name").input_value()
    graver = counted[(counted["customer_id"] == who) & (counted["severity"] == 3)]
    assert len(graver)
    for sign in graver["sign"]:
        expect(page.get_by_text(SIGNS[sign].title)).to_be_visible()


@pytest.mark.long
def test_a_threshold_that_is_set_moves_the_sign(own_desk_url, page_at, counted):
    page = page_at("signs", at=own_desk_url)
    title = SIGNS["payments_late"].title
    choose(page, "Sign", title)
    page.get_by_text("Set where it begins").click()
    page.get_by_label("Watch from").fill("2")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("2 or more invoices of the last 180 days")).to_be_visible()
    finished(page)
    late = counted[(counted["sign"] == "payments_late") & (counted["severity"] >= 2)]
    assert all_signs(page)[title][0] == f"{len(late):,}"
    page.get_by_label("Watch from").fill("9")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("must not fall")).to_be_visible()
