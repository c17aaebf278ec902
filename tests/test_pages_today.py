"""Today's page in a browser: a rep works through the list, by keyboard too."""

import re

from playwright.sync_api import expect

from tests.browser import finished


def test_a_rep_works_through_the_list(own_desk_url, page_at):
    page = page_at("today", at=own_desk_url)
    expect(page.get_by_text("15 customers to contact")).to_be_visible()
    cards = page.locator("[class*='st-key-card']").filter(has_not_text="promised")
    expect(cards).to_have_count(15)
    names = [card.get_by_role("button").first.inner_text().strip() for card in cards.all()]
    first = re.sub(r"^\d+\.\s*", "", names[0])

    done = cards.first.get_by_role("button", name="Done")
    done.focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Thinking about it").or_(page.get_by_role("option", name="Thinking about it")).first.click()
    expect(page.get_by_text(f"{first}: thinking about it. Noted.")).to_be_visible()
    expect(page.get_by_text("14 customers to contact")).to_be_visible()
    finished(page)

    second = re.sub(r"^\d+\.\s*", "", cards.first.get_by_role("button").first.inner_text().strip())
    cards.first.get_by_role("button", name="Later").click()
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_text("Say why")).to_be_visible()
    page.get_by_label("Why?").fill("on holiday")
    page.get_by_label("Why?").press("Enter")
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_text(f"{second} comes back on 8 Jan 2026.")).to_be_visible()
    expect(page.get_by_text("1 is put off until later.")).to_be_visible()
    finished(page)

    narrow = page_at("today", at=own_desk_url, width=390)
    expect(narrow.get_by_text("1 is done today.")).to_be_visible()
    assert narrow.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    # Two at once: what the one has set meanwhile is not undone by what the other sets.
    months = "Months of value that a kept customer is worth"
    for window, label, value in ((page, months, "24"), (narrow, "How many calls can you make?", "6")):
        window.get_by_text("What the list goes by").click()
        window.get_by_label(label).fill(value)
        window.get_by_label(label).press("Enter")
        expect(window.get_by_label(months).first).to_have_value("24.00")
        finished(window)
    expect(narrow.get_by_label("How many calls can you make?").first).to_have_value("6")
    cards.first.get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"/customer\?customer="))
    finished(page)
