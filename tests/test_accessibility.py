"""Those who cannot see well or use no mouse get on with the desk: every page checked by machine (axe-core), and a walk by keyboard."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page, expect

from tests.browser import finished

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# Faults of Streamlit 1.67 itself that no page can avoid, by axe's rule and the part of the screen.
FAULTS_OF_STREAMLIT = {
    "list": "[data-testid=stSidebarNavItems]",  # the list of pages: its sections stand between the list and its items
    "listitem": "[data-testid=stSidebarNavItems]",
}

FIND = """async ([rules, known]) => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  const grave = found.violations.filter(rule => ["serious", "critical"].includes(rule.impact));
  return grave.flatMap(rule => rule.nodes
    .filter(node => !(rule.id in known && document.querySelector(node.target[0])?.closest(known[rule.id])))
    .map(node => `${rule.id}: ${node.html.slice(0, 160)} ${node.any.map(check => check.message).join("; ")}`));
}"""
FOCUSED = """() => {
  const it = document.activeElement;
  const name = it.getAttribute("aria-label") || it.innerText || it.dataset.testid || "";
  return ["MAIN", "BODY"].includes(it.tagName) ? "" : name.replace(/\\s+/g, " ");
}"""
MOST_STEPS = 60


def faults(page: Page) -> list[str]:
    """The serious and critical faults of a page that it can avoid."""
    page.evaluate(f"{AXE}; null")
    found: list[str] = page.evaluate(FIND, [RULES, FAULTS_OF_STREAMLIT])
    return found


def test_no_page_has_a_serious_fault_that_it_can_avoid(page_at):
    page = page_at("overview")
    links = page.get_by_test_id("stSidebarNavLink")
    found: dict[str, list[str]] = {}
    for place in range(links.count()):
        link = links.nth(place)
        address = str(link.get_attribute("href"))
        link.click()
        page.wait_for_url(f"**{address}*")
        finished(page)
        found[address] = faults(page)
    assert len(found) > 10
    assert {address: told for address, told in found.items() if told} == {}


def test_a_serious_fault_would_be_seen(page_at):
    page = page_at("trust")
    page.locator("h1").evaluate(
        "element => { element.style.color = '#aaaaaa'; element.insertAdjacentHTML('afterend', '<button></button>') }"
    )
    told = " ".join(faults(page))
    assert "color-contrast" in told
    assert "button-name" in told


def step_to(page: Page, wanted: str) -> None:
    """Presses Tab until what is wanted has the focus."""
    seen: list[Any] = []
    while len(seen) < MOST_STEPS:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if wanted in seen[-1]:
            return
    raise AssertionError(f"Tab does not reach {wanted}: {seen}")


def test_keys_alone_reach_and_work_the_pages_the_filters_a_charts_picture_and_numbers_and_tables(page_at):
    page = page_at("reasons")
    step_to(page, "Overview")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    finished(page)
    step_to(page, "Filter")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    page.keyboard.press("Escape")
    step_to(page, "Download plot")
    with page.expect_download() as picture:
        page.keyboard.press("Enter")
    assert picture.value.suggested_filename.endswith(".png")
    step_to(page, "Numbers")
    with page.expect_download() as numbers:
        page.keyboard.press("Enter")
    assert "," in Path(numbers.value.path()).read_text("utf-8-sig").splitlines()[1]
    # Streamlit 1.67 draws tables on a canvas, whose buttons no key presses: a customer is opened by keyboard through the search.
    step_to(page, "data-grid-canvas")
    step_to(page, "Whom it pays to call")
