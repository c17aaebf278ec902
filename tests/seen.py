"""What stands on a page of the desk, read in one visit: figures, charts with their numbers, tables."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from playwright.sync_api import Browser, Page, expect

from tests.browser import Visitor, finished


class Card(NamedTuple):
    """A figure as it stands on a page, and what it says it was computed on."""

    value: str
    on: str


@dataclass(frozen=True)
class Seen:
    """A page: its figures by label, what its charts tell those who cannot see them and the numbers that each hands out by name, its small
    tables by what they list, its messages and all its words."""

    cards: dict[str, Card]
    charts: list[str]
    numbers: dict[str, pd.DataFrame]
    tables: dict[str, pd.DataFrame]
    alerts: list[str]
    text: str


def seen(page: Page, *, figures: int, charts_drawn: int) -> Seen:
    """A page that stands there whole with so many figures and charts."""
    return Seen(
        cards=cards(page, figures),
        charts=charts(page, charts_drawn),
        numbers=dict(numbers(page)),
        tables=dict(tables(page)),
        alerts=page.get_by_test_id("stAlert").all_inner_texts(),
        text=page.get_by_test_id("stMain").inner_text(),
    )


@contextlib.contextmanager
def visit(browser: Browser, address: str) -> Iterator[Page]:
    """A page in a window of its own, in which nothing may go wrong."""
    visitor = Visitor(browser)
    try:
        yield visitor.open(address)
    finally:
        wrong = visitor.leave()
    assert wrong == []


def cards(page: Page, number: int) -> dict[str, Card]:
    """The so many figures of a page by their labels."""
    metrics = page.get_by_test_id("stMetric")
    expect(metrics).to_have_count(number)
    found = {}
    for metric in metrics.all():
        box = metric.locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]")
        label, value = metric.get_by_test_id("stMetricLabel").inner_text(), metric.get_by_test_id("stMetricValue").inner_text()
        found[label] = Card(value, box.get_by_test_id("stCaptionContainer").inner_text())
    return found


def charts(page: Page, number: int) -> list[str]:
    """What each of the so many charts of a page tells those who cannot see it."""
    drawn = page.get_by_test_id("stPlotlyChart")
    expect(drawn).to_have_count(number)
    return [str(chart.get_attribute("aria-label")) for chart in drawn.all()]


def numbers(page: Page) -> Iterator[tuple[str, pd.DataFrame]]:
    """What the charts of a page hand out, by name."""
    for button in page.get_by_role("button", name="Numbers").all():
        with page.expect_download() as download:
            button.click()
        yield Path(download.value.suggested_filename).stem, pd.read_csv(download.value.path())


def tables(page: Page) -> Iterator[tuple[str, pd.DataFrame]]:
    """The small tables of a page in words, by what they list, with the first column as index."""
    for table in page.get_by_test_id("stTableStyledTable").all():
        head, *rows = [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in table.locator("tr").all()]
        yield str(table.get_attribute("aria-label")), pd.DataFrame(rows, columns=head).set_index(head[0])


def shown(page: Page) -> set[str]:
    """Which figures stand on a page that is drawn in full."""
    return set(page.get_by_test_id("stMetricLabel").all_inner_texts())


def cells(page: Page, table: int = 0) -> list[list[str]]:
    """The rows of a table of a page, as unformatted as the browser holds them."""
    rows = page.get_by_test_id("stDataFrame").nth(table).locator("tbody tr")
    expect(rows.first).to_be_attached()
    return [row.locator("td").all_inner_texts() for row in rows.all()]


def click_row(page: Page, row: int) -> None:
    """Clicks the first cell of a row of the page's first table, which is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    table.click(position={"x": 60, "y": 35 + 35 * row + 17})
    page.wait_for_url(re.compile(r"/customer\?customer="))
    finished(page)
