"""Filters in the browser: a click or a link narrows all pages, each visitor's own, and says what is left."""

import re

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from churn.intake import read
from churn.store import open_desk
from tests.browser import ROOT, choose, finished, serving
from tests.seen import cards, charts, numbers, tables, visit

DAY = pd.Timestamp(2026, 1, 1)


@pytest.fixture(scope="module")
def customers():
    frame = pd.read_csv(ROOT / "sample_data" / "customers.csv", parse_dates=["started_on", "ended_on"])
    return frame.assign(lost=frame["ended_on"].notna())


@pytest.fixture(scope="module")
def small_url(tmp_path_factory):
    """A firm of 60 customers, of whom every third has left, in three towns: 42, 12 and 6 of them; of 5 nobody knows the plan."""
    towns, plans = ["Bern"] * 42 + ["Genf"] * 12 + ["Chur"] * 6, ["A"] * 30 + ["B"] * 25 + [""] * 5
    ends = ["2025-06-30" if place % 3 == 0 else "" for place in range(60)]
    frame = pd.DataFrame({"id": range(60), "region": towns, "plan": plans, "started_on": "2024-01-01", "ended_on": ends})
    folder = tmp_path_factory.mktemp("small")
    with open_desk(folder / "desk") as desk:
        desk.load({"customers": read(frame.to_csv(index=False).encode(), file="small.csv")})
    with serving(folder / "desk", folder / "log") as server:
        yield server.url


def click_bar(page: Page, chart: int, place: int, *, part: int = 0) -> None:
    """Clicks the middle of a bar of the page's chart of this number: the bar at this place of the chart's first or second colour."""
    drawn = page.get_by_test_id("stPlotlyChart").nth(chart)
    drawn.scroll_into_view_if_needed()
    bar = drawn.locator(".barlayer .trace").nth(part).locator(".point path").nth(place)
    expect(bar).to_be_visible()
    finished(page)
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def told(page: Page, sentence: str) -> None:
    """Waits until the bar of filters says this, and the page below it stands."""
    expect(page.locator(".st-key-filters").get_by_text(sentence, exact=True)).to_be_visible()
    finished(page)


def to(page: Page, name: str) -> None:
    """Goes to another page by its link in the list."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    finished(page)


def test_a_click_on_a_bar_narrows_all_pages_and_its_link_opens_the_same_view_elsewhere(page_at, customers):
    by = customers.groupby("segment")["lost"].agg(["size", "sum"]).sort_values("size", ascending=False)
    page = page_at("segments")
    charts(page, 3)
    click_bar(page, 1, 1, part=1)
    small = customers[customers["segment"] == by.index[1]]
    sentence = f"{len(small):,} of 4,000 customers: Segment is {by.index[1]}"
    told(page, sentence)
    assert charts(page, 3)[0] == f"have left: {by.index[1]} {small['lost'].mean():.1%}."
    to(page, "Overview")
    told(page, sentence)
    found = cards(page, 7)
    assert found["Active customers"].value == f"{(~small['lost']).sum():,}"
    to(page, "Segments")
    link, narrowed = page.url, cards(page, 2)
    assert "is.segment=" in link
    other = page_at(link.split("/", 3)[3])
    told(other, sentence)
    assert cards(other, 2) == narrowed
    other.goto(link.replace("/segments", "/overview"))
    finished(other)
    told(other, sentence)
    assert cards(other, 7) == found


def test_the_bar_of_those_who_left_and_a_cell_of_two_columns_narrow_too_and_a_second_click_widens(page_at, customers):
    page = page_at("segments?by=Region&and_by=Plan")
    charts(page, 4)
    by = customers["region"].value_counts()
    click_bar(page, 1, 0)
    told(page, f"{by.iloc[0]:,} of 4,000 customers: Region is {by.index[0]}")
    charts(page, 4)
    click_bar(page, 1, 0)
    told(page, "All 4,000 customers")


@pytest.mark.long
def test_each_visitor_has_filters_of_their_own_and_takes_them_away(page_at, customers):
    page, other = page_at("overview?is.region=South"), page_at("overview?is.region=North&is.plan=Pro")
    south = customers[customers["region"] == "South"]
    both = customers[(customers["region"] == "North") & (customers["plan"] == "Pro")]
    for window, kept, sentence in ((page, south, "Region is South"), (other, both, "Plan is Pro, Region is North")):
        told(window, f"{len(kept):,} of 4,000 customers: {sentence}")
        assert cards(window, 7)["Active customers"].value == f"{(~kept['lost']).sum():,}"
    page.get_by_role("button", name="Reset").click()
    told(page, "All 4,000 customers")
    assert cards(page, 7)["Active customers"].value == f"{(~customers['lost']).sum():,}"
    assert "is.region" not in page.url
    other.reload()
    finished(other)
    told(other, f"{len(both):,} of 4,000 customers: Plan is Pro, Region is North")


@pytest.mark.long
def test_filters_that_leave_nobody_and_links_that_ask_for_what_is_not_there_say_so(page_at, desk_url, chromium):
    page = page_at("overview?is.owner=Ken+Mori&value_from=9000000")
    told(page, "0 of 4,000 customers: Owner is Ken Mori, monthly value from 9,000,000")
    expect(page.get_by_test_id("stAlert")).to_contain_text("No customer fits these filters: take one away, or reset them.")
    charts(page, 0)
    page.get_by_role("button", name="Reset").click()
    told(page, "All 4,000 customers")
    charts(page, 3)
    for asked, sentence in (
        ("is.colour=red&is.region=South", "The link asks for colour, which these customers do not have."),
        ("is.region=Nowhere&is.region=South", "The link asks for Nowhere, which cannot be chosen here: that part of it is left out."),
    ):
        with visit(chromium, f"{desk_url}/nps?{asked}") as page:
            expect(page.get_by_test_id("stAlert")).to_contain_text(sentence)


def test_values_tenures_and_periods_are_chosen_in_the_bar_and_narrow_the_trend(page_at, customers):
    page = page_at("overview")
    charts(page, 3)
    page.get_by_test_id("stPopover").get_by_role("button").click()
    choose(page, "Period", "in the last 3 months")
    choose(page, "With us for", "under a year")
    page.keyboard.press("Escape")
    page.get_by_label("Monthly value to").fill("100")
    page.get_by_label("Monthly value to").press("Enter")
    days = (customers["ended_on"].fillna(DAY) - customers["started_on"]).dt.days
    kept = customers[(days < 365) & (customers["monthly_value"] <= 100)]
    told(page, f"{len(kept):,} of 4,000 customers: monthly value up to 100, with us for under a year, in the last 3 months")
    page.keyboard.press("Escape")
    trend = dict(numbers(page))["churn_by_month"]
    assert trend["From"].tolist() == ["2025-10-01", "2025-11-01", "2025-12-01"]
    month = pd.Timestamp(2025, 12, 1)
    there = kept[(kept["started_on"] < month) & ~(kept["ended_on"] < month)]
    assert trend.iloc[-1][["Lost", "Customers at the start"]].tolist() == [there["lost"].sum(), len(there)]
    gone = kept[kept["ended_on"] >= "2025-10-01"]
    assert f"{len(gone)} customers who left in the last 3 months" in cards(page, 7)["Monthly value lost"].on


@pytest.mark.long
def test_groups_of_fewer_than_ten_are_counted_and_get_no_percentage(page_at, small_url):
    page = page_at("segments?by=Region&and_by=Plan", at=small_url)
    found = charts(page, 3)
    assert "Chur 2 of 6" in found[0]
    assert "Bern 33.3%" in found[0]
    assert found[1] == "Customers by group: Bern 42; 14 left, Genf 12; 4 left and Chur 6; 2 left."
    worth = dict(tables(page))["Groups with their worth"]
    assert worth.loc["Chur", ["Have left", "95% interval"]].tolist() == ["2 of 6", "–"]
    marked = page.get_by_test_id("stPlotlyChart").nth(2).locator("text").all_text_contents()
    assert "1 of 1" in marked
    assert "33%" in marked
    narrow = page_at("segments?is.region=Chur", at=small_url)
    told(narrow, "6 of 60 customers: Region is Chur")
    expect(narrow.get_by_test_id("stAlert").first).to_contain_text("Only 6 customers: chance alone can move these figures a lot.")
    assert "%" not in " ".join(charts(narrow, 2))
    missing = page_at("segments?is.plan=%28missing%29", at=small_url)
    told(missing, "5 of 60 customers: Plan is (missing)")
    expect(missing.get_by_test_id("stMain")).not_to_contain_text(re.compile(r"\d%(?! interval)"))
