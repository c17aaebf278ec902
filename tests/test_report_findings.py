"""The report: one file that opens without a network, holds users' words as text, and can be printed."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from churn import charts
from churn.__main__ import main
from churn.desk_commands import filters_said
from churn.errors import FilterError
from churn.findings import Figure, Findings, Part, Table
from churn.report.findings_page import About, report_html
from tests.test_charts import COHORTS, CURVES, RATES, TREND

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = "</script><b>bold</b><img src=x onerror=alert(1)>"
ABOUT = About(HOSTILE, filters=f"Region is {HOSTILE}", as_of=date(2025, 12, 31), digest="0f1e2d", is_sample=True)
GROUPS = pd.DataFrame(
    {"group": [HOSTILE, "South"], "part": [10, 20], "whole": [40, 90], "share": [0.25, 0.22], "low": [0.14, 0.15], "high": [0.4, 0.32]}
)
FOUND = [
    Findings(
        f"Overview {HOSTILE}",
        "How many leave?",
        figures=(Figure(HOSTILE, "12.5%", "5 of 40", change="+1 point"), Figure("Lost", "5", "of 40")),
        said=f"Most leave in {HOSTILE}.",
        caution="Only 40 customers.",
        parts=(
            Part("trend", "Churn by month", about="All customers", chart=charts.churn_trend(RATES), half=True),
            Part("by/region", HOSTILE, chart=charts.ranked(GROUPS, title=HOSTILE), notes=(HOSTILE,), half=True),
            Part("cohorts", "Who stays", chart=charts.cohort_heat(COHORTS)),
            Part("table", "A table", table=Table(pd.DataFrame({HOSTILE: [HOSTILE]}), alt=HOSTILE)),
        ),
    ),
    Findings(
        "Reasons",
        "Why do they leave?",
        parts=(
            Part("mix", "Over time", chart=charts.shares_over_time(TREND)),
            Part("stay", "How long", chart=charts.survival(CURVES)),
            Part("nothing", "Exit answers", chart=charts.churn_trend(RATES), lacking="Load a surveys table."),
        ),
    ),
    Findings("NPS", "Would they recommend us?", lacking="There are no NPS answers."),
]
CHARTS = 5


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(report_html(FOUND, ABOUT), "utf-8")
    return file


@pytest.fixture
def opened(chromium: Browser, report: Path):
    """Opens the report without a network, in light or dark; nothing may be asked for or go wrong."""
    contexts, wrong = [], []

    def open_report(scheme: str = "light", width: int = 1280) -> Page:
        context = chromium.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith((report.as_uri(), "data:", "blob:")) else None)
        page.goto(report.as_uri())
        expect(page.locator(".chart .main-svg .cartesianlayer")).to_have_count(CHARTS)
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert wrong == []


def test_the_same_findings_give_the_same_file_and_no_date_of_their_own():
    assert report_html(FOUND, ABOUT) == report_html(FOUND, ABOUT)


def test_a_report_says_what_it_is_of(report):
    text = report.read_text("utf-8")
    for sentence in (
        "Sample firm: invented data",
        "31 Dec 2025",
        "0f1e2d",
        "Load a surveys table.",
        "There are no NPS answers.",
        "5 of 40",
    ):
        assert sentence in text
    assert "All customers, no filter." in report_html(FOUND[2:], replace(ABOUT, filters=""))


def test_a_report_without_charts_holds_no_script():
    text = report_html(FOUND[2:], ABOUT)
    assert "<script" not in text
    assert len(text) < 20_000


def test_it_may_ask_nobody_for_anything(report):
    text = report.read_text("utf-8")
    rule = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    assert rule == "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
    assert HOSTILE not in text


def test_its_charts_are_live_without_a_network_and_hostile_names_are_text(opened):
    page = opened()
    assert page.locator("main b b, main b img, img").count() == 0
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Retention report: {HOSTILE}")
    bar = page.locator("#chart-2 .bars path").first.bounding_box()
    page.mouse.move(bar["x"] + 5, bar["y"] + bar["height"] / 2)
    expect(page.locator("#chart-2 .hoverlayer .hovertext")).to_contain_text("10 of 40")
    page.get_by_text("Numbers: Churn by month").click()
    expect(page.locator("details[open] td").nth(1)).to_have_text("0.1")
    expect(page.get_by_role("figure", name="Churn rate: 10.0% in Jan 2025")).to_be_visible()


def test_its_charts_are_legible_in_light_in_dark_and_on_paper(opened):
    words = ".chart .xtick text"
    colour = "element => getComputedStyle(element).fill"
    page = opened("dark")
    assert page.locator(words).first.evaluate(colour) == "rgb(236, 238, 242)"
    page.emulate_media(color_scheme="light")
    expect(page.locator(words).first).to_have_css("fill", "rgb(31, 36, 48)")
    page.emulate_media(color_scheme="dark", media="print")
    expect(page.locator(words).first).to_have_css("fill", "rgb(31, 36, 48)")


def test_it_prints_on_a4_with_no_chart_cut(opened, tmp_path):
    page = opened("dark", width=390)
    file = tmp_path / "report.pdf"
    page.pdf(path=file, format="A4", print_background=True)
    assert file.read_bytes().startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", file.read_bytes())) >= 3
    page.emulate_media(media="print")
    assert page.locator(".chart").first.evaluate("element => getComputedStyle(element).breakInside") == "avoid"


def test_the_command_line_writes_the_report_of_a_desk_as_it_is_filtered(sample_desk, tmp_path, capsys):
    desk, out = tmp_path / "desk", tmp_path / "report.html"
    shutil.copytree(sample_desk, desk)
    words = ["report", "--desk", str(desk), "--out", str(out), "--filter"]
    assert main([*words, "region=North", "--filter", "period=12"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["filter"] == "Region is North, in the last 12 months"
    text = out.read_text("utf-8")
    assert "Only customers of whom this is true: Region is North, in the last 12 months." in text
    assert "Sample firm: invented data" in text
    assert text.count('class="chart"') >= 6
    customers = pd.read_csv(ROOT / "sample_data" / "customers.csv")
    north = customers[customers["region"] == "North"]
    assert f"<b>{north['ended_on'].isna().sum():,}</b>" in text

    assert main([*words, "region=Nowhere"]) == 2
    assert capsys.readouterr().err == "No customer fits these filters: Region is Nowhere.\n"


@pytest.mark.parametrize("pair", ["North", "=North"])
def test_a_filter_that_is_no_pair_is_refused(pair):
    with pytest.raises(FilterError, match="wants COLUMN=VALUE"):
        filters_said([pair], {})
