"""The workshop before a room: every scene by its link, its figures against plain arithmetic, its dials by the keyboard, its handout."""

import csv
import math
import re
from collections import Counter, defaultdict

import pytest
from playwright.sync_api import Page, expect
from scipy.stats import beta

from tests.browser import ROOT, Visitor, finished, serving

SCENES = ("worth", "points", "keep", "loyal", "calls", "bucket", "nps", "quiz", "claims")


@pytest.fixture(scope="module")
def bare_url(tmp_path_factory):
    """A server without any customers."""
    folder = tmp_path_factory.mktemp("bare")
    with serving(folder / "desk", folder / "log") as server:
        yield server.url


def figure(page: Page, label: str) -> str:
    """The figure under a label, as it was given to be typeset."""
    heading = page.get_by_role("heading", name=label, exact=True)
    typeset = heading.locator("xpath=following::*[local-name()='annotation'][1]").text_content() or ""
    shown = re.fullmatch(r"\\(?:Huge|large)\\textsf\{(.*)\}", typeset)
    assert shown, typeset
    return shown[1].replace("\\", "")


def number(text: str) -> float:
    found = re.search(r"[-+]?[\d,]+(\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))


def rows(table: str) -> list[dict[str, str]]:
    with (ROOT / "sample_data" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def money_of_riskiest(cut_off: float, value: float, offer: float, contact: float, accept: float, harder: float) -> tuple[float, float]:
    """What calling all above a risk brings, and what as many calls of the most promising bring, customer by customer."""
    risks = [float(beta.ppf((place + 0.5) / 1000, 0.8, 3.2)) for place in range(1000)]
    gains = [p * (accept * (1 - p) ** harder * (value - offer) - contact) - (1 - p) * (offer + contact) for p in risks]
    called = [gain for p, gain in zip(risks, gains, strict=True) if p > cut_off]
    return sum(called), sum(sorted(gains, reverse=True)[: len(called)])


def opened(page: Page, link: str) -> Page:
    """The same window at another link of the workshop."""
    page.goto(f"{page.url.split('/workshop')[0]}/workshop?{link}")
    finished(page)
    return page


@pytest.mark.long
def test_every_scene_opens_by_its_link_with_the_firms_numbers(page_at):
    page = page_at("workshop")
    for scene in SCENES:
        opened(page, f"scene={scene}&numbers=firm")
        expect(page.get_by_role("button", name="Download the handout")).to_be_visible()
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        if scene not in ("keep", "claims"):
            expect(page.get_by_text("Sample firm: invented data").last).to_be_visible()
        assert page.get_by_role("slider").count() == (0 if scene == "claims" else page.get_by_test_id("stSlider").count())


def test_without_a_firm_the_quiz_has_the_quoted_mix_alone_and_the_claims_stand_alone(page_at, bare_url):
    page = page_at("workshop?scene=quiz&quiz_revealed=true", at=bare_url)
    expect(page.get_by_role("heading", name="67% felt unvalued")).to_be_visible()
    expect(page.get_by_text("No customers are loaded: these are textbook numbers.")).to_be_visible()
    opened(page, "scene=claims&numbers=firm")
    expect(page.get_by_text("No customers are loaded, so the claims stand alone.")).to_be_visible()
    assert figure(page, "The loyal 20% bring 80% of the business") == "not known here"


@pytest.mark.long
def test_the_figures_of_textbook_scenes_are_those_of_plain_arithmetic(page_at, bare_url):
    page = page_at("workshop?worth_value=100&worth_margin=30&worth_churn=5&worth_discount=12", at=bare_url)
    rate = 1.12 ** (1 / 12) - 1
    assert number(figure(page, "A customer is worth")) == round(sum(30 * (0.95 / (1 + rate)) ** month for month in range(1, 2000)))
    assert figure(page, "They stay on average") == "20 months"

    opened(page, "scene=points&points_retention=90")
    worth = [sum((kept / 1.1) ** year for year in range(1, 2000)) for kept in (0.9, 0.95)]
    assert figure(page, "90% to 95%") == f"+{round(100 * (worth[1] / worth[0] - 1))}%" == "+41%"
    assert figure(page, "80% to 85%, discount 10%") == "+28%"
    assert figure(page, "60% to 65%, discount 10%") == "+20%"

    opened(page, "scene=keep&keep_keep=30&keep_works=25&keep_would_leave=50")
    assert number(figure(page, "Each kept customer costs")) == 30 / 0.25 / 0.5
    assert figure(page, "Break-even: winning costs") == "8.0 times"

    opened(page, "scene=loyal&loyal_top=60&loyal_mean=80&loyal_gone=3")
    assert number(figure(page, "Losing 3 of the top 20%")) == round(3 * 80 * 0.6 / 0.2)
    expect(page.get_by_role("heading", name="costs as much as losing 18 of the others")).to_be_visible()

    opened(page, "scene=calls&calls_cut_off=40&calls_value=300&calls_harder=1.5")
    riskiest, best = money_of_riskiest(0.4, 300, 10, 1, 0.3, 1.5)
    assert number(figure(page, "The riskiest first bring")) == round(riskiest)
    assert number(figure(page, "As many, the best first")) == round(best) > round(riskiest)

    opened(page, "scene=bucket&bucket_start=600&bucket_new=45&bucket_churn=3")
    customers = 600.0
    for _month in range(12):
        customers += 45 - 0.03 * customers
    assert (number(figure(page, "Ceiling")), number(figure(page, "In a year"))) == (1500, round(customers))


@pytest.mark.long
def test_another_draw_gives_another_score_and_the_same_draw_the_same(page_at, bare_url):
    link = "workshop?scene=nps&nps_promoters=50&nps_detractors=30&nps_answers=30"
    page = page_at(link, at=bare_url)
    assert figure(page, "The score of all") == "+20"
    assert number(figure(page, "For ± 5 you need")) == math.ceil((1.959964 / 0.05) ** 2 * (0.8 - 0.2**2))
    first = figure(page, "This survey says")
    page.get_by_role("button", name="Draw again").click()
    expect(page.get_by_text("30 answers, draw 2")).to_be_visible()
    finished(page)
    second = figure(page, "This survey says")
    assert first != second
    assert figure(page_at(f"{link}&nps_draw=2", at=bare_url), "This survey says") == second


@pytest.mark.long
def test_a_dial_moves_by_the_keyboard_and_its_link_restores_it_for_somebody_else(page_at, chromium):
    page = page_at("workshop")
    assert number(figure(page, "A customer is worth")) == 400
    dial = page.get_by_role("slider", name="Churn a month")
    dial.focus()
    for _step in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Who brings 20 a month and stays 20 months")).to_be_visible()
    finished(page)
    rate = 1.1 ** (1 / 12) - 1
    moved = figure(page, "A customer is worth")
    assert number(moved) == round(20 * 0.95 / (rate + 0.05))
    visitor = Visitor(chromium)
    assert figure(visitor.open(page.url), "A customer is worth") == moved
    assert visitor.leave() == []


def test_the_quiz_hides_the_answer_until_it_is_asked_for(page_at):
    page = page_at("workshop?scene=quiz&quiz_competitor=50&quiz_unvalued=30&quiz_dissatisfied=20")
    assert figure(page, "Your guesses sum to") == "100%"
    assert "67%" not in page.locator("body").inner_text()
    page.get_by_text("Reveal", exact=True).click()
    expect(page.get_by_role("heading", name="67% felt unvalued")).to_be_visible()
    quoted, guess = [67, 14, 9, 5, 3, 1], [30, 20, 50, 0, 0, 0]
    away = sum(abs(one / 99 - other / 100) for one, other in zip(quoted, guess, strict=True)) / 2
    assert figure(page, "You were away by") == f"{round(100 * away)}%"


def test_claims_stand_beside_what_the_firms_own_tables_say(page_at):
    page = page_at("workshop?scene=claims")
    spent: dict[str, float] = defaultdict(float)
    for order in rows("orders"):
        spent[order["customer_id"]] += float(order["amount"])
    largest = sorted(spent.values(), reverse=True)
    top = sum(largest[: len(largest) // 5]) / sum(largest)
    assert len(largest) % 5 == 0
    assert figure(page, "The loyal 20% bring 80% of the business") == f"{round(100 * top)}%"
    left = {customer["customer_id"] for customer in rows("customers") if customer["ended_on"]}
    last = {
        answer["customer_id"]: answer
        for answer in sorted(rows("surveys"), key=lambda row: row["answered_on"])
        if answer["question"] == "exit"
    }
    said = Counter(answer["reason"].lower() for customer, answer in last.items() if customer in left and answer["reason"].strip())
    said.pop("not stated", None)
    shown = page.get_by_role("heading", name=re.compile("^67% of those who leave")).inner_text()
    assert figure(page, shown) == f"{round(100 * said['felt unvalued'] / said.total())}%"
    expect(page.get_by_text(f"Of {said.total()} stated reasons")).to_be_visible()
    expect(page.get_by_text("Sample firm: invented data").first).to_be_visible()


def test_the_handout_holds_every_scene_as_its_dials_stand_and_loads_nothing(page_at, tmp_path):
    page = page_at("workshop?scene=bucket&bucket_new=80&bucket_churn=4")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the handout").click()
    download.value.save_as(tmp_path / "handout.html")
    text = (tmp_path / "handout.html").read_text("utf-8")
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text
    assert not re.search(r"<script|<link|<img|https?://", text.replace("http://www.w3.org/1998/Math/MathML", ""))
    page.goto((tmp_path / "handout.html").as_uri())
    expect(page.locator("h2")).to_have_count(len(SCENES))
    expect(page.get_by_text("firm grows to 2,000 customers")).to_be_visible()
    expect(page.get_by_text("New customers a month: 80; Churn a month: 4.0%", exact=False)).to_be_visible()
    expect(page.get_by_text("felt unvalued", exact=False).first).to_be_visible()
    assert page.locator("math").count() >= 20
