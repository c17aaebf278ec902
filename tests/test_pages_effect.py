"""The page of what campaigns did: begin one, take its list along, stop it."""

import pandas as pd
from playwright.sync_api import expect

from churn.store import open_desk
from tests.browser import finished


def test_a_campaign_is_begun_taken_along_and_stopped(page_at, own_desk, tmp_path):
    page = page_at("effect", at=own_desk.url)
    expect(page.get_by_text("It helped. Of 1,075 contacted 8.1% left, of 144 held out 13.9%")).to_be_visible()
    expect(page.get_by_text("Not over until 2 Mar 2026.", exact=True)).to_be_visible()
    page.get_by_text("Begin a campaign", exact=True).click()
    finished(page)
    expect(page.get_by_text("only differences above")).to_be_visible()
    begin = page.get_by_role("button", name="Begin", exact=True)
    expect(begin).to_be_disabled()
    page.get_by_label("Name of the campaign").fill("Spring <b>calls</b>")
    page.get_by_label("Name of the campaign").press("Tab")
    page.get_by_test_id("stCheckbox").click()
    expect(begin).to_be_enabled()
    begin.click()
    expect(page.get_by_text("Spring <b>calls</b> has begun: campaign 1.")).to_be_visible()
    expect(page.get_by_text("0 active customers can be in it.")).to_be_visible()
    page.get_by_text("What it did", exact=True).first.click()
    finished(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    listed = pd.read_csv(waiting.value.path())
    page.get_by_text("Stop this campaign").click()
    page.get_by_label("Why?").fill("no budget")
    page.get_by_label("Why?").press("Tab")
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Spring <b>calls</b> is stopped.")).to_be_visible()
    expect(page.get_by_text("Stopped because: no budget")).to_be_visible()
    page.goto("about:blank")
    own_desk.stop()
    with open_desk(own_desk.desk) as desk, desk.reading() as frames:
        members = frames["members"].collect("pandas").to_native()
        line = desk.journal.lines("campaign").iloc[0]
    arms = members.groupby("arm")["customer_id"].agg(set)
    assert set(listed["customer_id"]) == arms["acted"]
    assert not set(listed["customer_id"]) & arms["held_out"]
    assert line["what"] == "Spring <b>calls</b>"
    assert abs(len(arms["held_out"]) - 0.1 * len(members)) < 1
