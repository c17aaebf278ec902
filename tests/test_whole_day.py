"""A rep's whole day in a browser: a campaign, the list, a call, its outcome, and what then moved."""

import re
from datetime import date
from pathlib import Path

import pandas as pd
from icalendar import Calendar
from playwright.sync_api import Page, expect

from churn.actions.held_out import held_out
from churn.store import open_desk
from tests.browser import finished

DAY = date(2026, 1, 1)


def contacts_of(page: Page, customer_id: str) -> tuple[dict[str, date], dict[str, date]]:
    """The calendar file of the page as a calendar reads it: the days of all events by UID, and of those of one customer."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar file").click()
    read = Calendar.from_ical(Path(waiting.value.path()).read_bytes())
    events = {str(event["UID"]): event for event in read.walk("VEVENT")}
    mine = {uid: event.start for uid, event in events.items() if f"Customer: {customer_id}" in event["DESCRIPTION"]}
    return {uid: event.start for uid, event in events.items()}, mine


def go(page: Page, title: str, *, heading: str | None = None) -> None:
    """Opens another page of the same visit."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.locator("h1")).to_have_text(heading or title)
    finished(page)


def campaigns_list(page: Page) -> pd.DataFrame:
    """Whom the campaign contacts, out of its file."""
    page.get_by_text("What it did", exact=True).first.click()
    finished(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    return pd.read_csv(waiting.value.path(), dtype="str")


def begin_a_campaign(page: Page) -> None:
    page.get_by_text("Begin a campaign", exact=True).click()
    finished(page)
    page.get_by_label("Name of the campaign").fill("Winter calls")
    page.get_by_label("Name of the campaign").press("Tab")
    page.get_by_test_id("stCheckbox").click()
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.get_by_text("Winter calls has begun")).to_be_visible()
    finished(page)


def test_a_whole_day_from_the_list_to_the_effect(page_at, own_desk):
    page = page_at("effect", at=own_desk.url)
    begin_a_campaign(page)
    campaign = campaigns_list(page)

    go(page, "Today")
    expect(page.get_by_text("15 customers to contact")).to_be_visible()
    cards = page.locator("[class*='st-key-card']").filter(has_not_text="promised").filter(has_not_text="win back").all()
    names = [re.sub(r"^\d+\.\s*", "", card.get_by_role("button").first.inner_text().strip()) for card in cards]
    name, card = next((name, card) for name, card in zip(names, cards, strict=True) if name in set(campaign["name"]))
    first = card.get_by_text("First:").inner_text().removeprefix("First:").strip()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Take along").click()
        page.get_by_role("button", name="CSV").click()
    taken = Path(waiting.value.path()).read_text("utf-8-sig")
    assert name in taken
    page.keyboard.press("Escape")

    card.get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"/customer\?customer="))
    finished(page)
    customer_id = page.url.rpartition("=")[2]
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    expect(page.get_by_role("combobox", name="Begin with what pays best and gives nothing away")).to_have_value(first)

    go(page, "Contact calendar")
    before, mine = contacts_of(page, customer_id)
    page.go_back()
    finished(page)
    page.get_by_label("Note (optional)").fill("Glad that we called")
    page.get_by_role("radio", name="Agreed", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Noted: Agreed.")).to_be_visible()
    finished(page)

    go(page, "Today")
    expect(page.get_by_text("14 customers to contact")).to_be_visible()
    expect(page.get_by_text("1 is done today.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(rf"^\d+\. {re.escape(name)}$"))).to_have_count(0)

    go(page, "Contact calendar")
    after, now_mine = contacts_of(page, customer_id)
    assert now_mine != mine
    assert min(now_mine.values(), default=DAY) > DAY or not now_mine
    assert len(set(after) & set(before)) > 0.9 * len(before)  # a calendar that takes the file again moves what it has

    go(page, "Did it help?")
    page.get_by_text("What it did", exact=True).first.click()
    expect(page.get_by_text("What was noted on those contacted (no part of the figures above): agreed to stay 1.")).to_be_visible()
    page.goto("about:blank")
    own_desk.stop()

    with open_desk(own_desk.desk) as desk, desk.reading() as frames:
        held = held_out(frames, DAY).collect("pandas").to_native()["customer_id"].tolist()
        names = desk.rows("customers", *held)["name"].tolist()
        assert desk.journal.lines("outcome")[["customer_id", "text"]].to_numpy().tolist() == [[customer_id, "Glad that we called"]]
    assert len(held) > 200
    assert customer_id in set(campaign["customer_id"])
    assert not set(campaign["customer_id"]) & set(held)
    assert not [held_name for held_name in names if f'"{held_name}"' in taken or f",{held_name}," in taken]
