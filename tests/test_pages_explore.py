"""The pages that look: they show what pandas, by itself, finds in the sample firm's files, and say what is lacking where it is."""

import contextlib
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from churn.actions import CallPlan, Terms, call_plan
from churn.intake import read
from churn.report.card import card_html
from churn.risk import drivers, score
from churn.risk.of_desk import train_desk
from churn.risk.of_history import in_words
from churn.store import open_desk
from tests.browser import ROOT, choose, finished, serving
from tests.models import called, collected, history_model
from tests.seen import cards, cells, charts, click_row, shown

PAGES = ("overview", "reasons", "segments", "signs", "loyalty", "nps", "trust", "customer", "playbook", "calls", "gone")
SAMPLE = ROOT / "sample_data"


def search(page: Page, text: str) -> None:
    box = page.get_by_label("Find a customer by id or name")
    box.fill(text)
    box.press("Enter")
    page.wait_for_url(re.compile(r"customer="))
    expect(page.get_by_text("Or begin with those who have most at risk.")).to_have_count(0)  # the address changes before the page
    finished(page)


def facts(page: Page) -> None:
    page.get_by_role("tab", name="Facts").click()
    expect(page.get_by_role("tabpanel").get_by_test_id("stDataFrame").first).to_be_visible()
    finished(page)


@pytest.fixture(scope="module")
def customers(sample_desk, tmp_path_factory):
    """The sample firm's customers as pandas reads them, with the risks that the desk holds."""
    copy = tmp_path_factory.mktemp("looked_at") / "desk.duckdb"
    shutil.copy(sample_desk / "desk.duckdb", copy)
    with duckdb.connect(copy) as store:
        risks = dict(store.execute("SELECT customer_id, risk FROM scores").fetchall())
    frame = pd.read_csv(SAMPLE / "customers.csv", dtype={"customer_id": str})
    return frame.assign(risk=frame["customer_id"].map(risks), lost=frame["ended_on"].notna())


@pytest.fixture(scope="module")
def sample_card(sample_desk):
    """The model that foretells in the sample firm's desk."""
    return in_words(history_model(sample_desk))


@pytest.fixture(scope="module")
def foretold(sample_desk, sample_card, tmp_path_factory):
    """Everybody's score by that model, worked out from the features in the desk's file."""
    features = called(collected(sample_desk, "customer_features", tmp_path_factory.mktemp("features")))
    return features, score(sample_card, features, id_column="customer_id")


@pytest.fixture(scope="module")
def empty_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    with serving(folder / "desk", folder / "log") as server:
        yield server.url


@contextlib.contextmanager
def trained(frame: pd.DataFrame, file: str, folder: Path, keep: tuple[str, ...] = ()) -> Iterator[str]:
    """A server on a desk that holds these customers, scored."""
    with open_desk(folder / "desk") as desk:
        desk.load({"customers": read(frame.to_csv(index=False).encode(), file=file)})
        train_desk(desk, keep=keep)
    with serving(folder / "desk", folder / "log") as server:
        yield server.url


@pytest.fixture(scope="module")
def odd_customers():
    """A firm of 240 customers with unkind names, no revenue and no surveys; of the second, nothing is known."""
    chance = np.random.default_rng(3)
    visits = chance.normal(size=240).round(3)
    lost = (chance.random(240) < 1 / (1 + np.exp(-3 * visits))).astype(int)
    names = ["<b>*x*</b> [a](http://b) $y$ :red[z]", "Blank & Sons", *(f"Firm {n}" for n in range(2, 240))]
    visits[1] = np.nan
    return pd.DataFrame({"Customer ID": [f"K{n}" for n in range(240)], "Name": names, "visits *a* week": visits, "Churn": lost})


@pytest.fixture(scope="module")
def odd_url(odd_customers, tmp_path_factory):
    with trained(odd_customers, "odd <firm>.csv", tmp_path_factory.mktemp("odd")) as url:
        yield url


@pytest.fixture(scope="module")
def noise_url(tmp_path_factory):
    """A firm whose customers leave by the toss of a coin."""
    chance = np.random.default_rng(5)
    tossed, size = chance.integers(0, 2, 200), chance.normal(size=200).round(3)
    noise = pd.DataFrame({"id": [f"N{n}" for n in range(200)], "size": size, "monthly value": np.arange(200) % 97, "churn": tossed})
    with trained(noise, "noise.csv", tmp_path_factory.mktemp("noise")) as url:
        yield url


@pytest.fixture(scope="module")
def leak_url(tmp_path_factory):
    """A firm whose score was told to learn from what is only known afterwards."""
    chance = np.random.default_rng(4)
    lost = chance.random(200) < 0.4
    frame = pd.DataFrame({"id": range(200), "last *call*": lost * 5 + chance.normal(size=200), "churn": lost.astype(int)})
    with trained(frame, "leak.csv", tmp_path_factory.mktemp("leak"), keep=("last *call*",)) as url:
        yield url


def test_the_desks_risks_are_those_that_the_history_foretells_for_all_who_are_still_there(customers, foretold):
    features, scores = foretold
    kept = customers.set_index("customer_id")["risk"]
    assert set(features["customer_id"]) == set(customers.loc[~customers["lost"], "customer_id"])
    np.testing.assert_allclose(kept[features["customer_id"]].to_numpy(), scores.risk, atol=1e-12)
    assert kept[customers.loc[customers["lost"], "customer_id"]].isna().all()


def test_a_customers_page_can_be_shared_and_shows_the_desks_risk(page_at, customers, foretold, sample_card):
    one = customers.loc[customers.loc[~customers["lost"], "risk"].idxmax()]
    features, scores = foretold
    place = features["customer_id"].tolist().index(one["customer_id"])
    page = page_at(f"customer?customer={one['customer_id']}")
    expect(page.locator("h2").first).to_have_text(one["name"])
    found = cards(page, 1)["Risk of leaving within 90 days"]
    assert found.value == f"{one['risk']:.1%} (high)" == f"{scores.risk[place]:.1%} (high)"
    made = sample_card.provenance
    assert f"{made.rows_lost / made.rows:.1%} left within 90 days ({made.rows:,} cases)" in found.on
    path = charts(page, 1)[0]
    assert path.startswith("From ")
    assert f" to {one['risk']:.1%} for this one" in path
    told = page.get_by_test_id("stMarkdownContainer").locator("li").all_inner_texts()
    assert told == drivers(scores, features)[place]
    assert len(told) == 3
    expect(page.get_by_text("had not seen them")).to_be_visible()
    facts(page)
    assert dict(cells(page))["contract"] == one["contract"]


def test_the_exact_log_odds_stand_behind_a_switch(page_at, customers):
    one = customers.iloc[0]
    page = page_at(f"customer?customer={one['customer_id']}")
    page.get_by_text("Exact log-odds").click()
    told = re.compile(rf" to {math.log(one['risk'] / (1 - one['risk'])):.2f} for this one")
    expect(page.get_by_test_id("stPlotlyChart").first).to_have_attribute("aria-label", told)


def test_a_lost_customers_page_says_when_they_left(page_at, customers):
    one = customers[customers["lost"]].iloc[0]
    page = page_at(f"customer?customer={one['customer_id']}")
    day = pd.Timestamp(one["ended_on"])
    expect(page.get_by_test_id("stAlert")).to_have_text(re.compile(rf"This customer left on {day.day} {day:%b %Y}"))


def test_a_customers_rows_of_other_tables_are_the_latest(page_at, customers):
    orders = pd.read_csv(SAMPLE / "orders.csv")
    one = orders["customer_id"].value_counts().index[0]
    page = page_at(f"customer?customer={one}")
    facts(page)
    days = pd.to_datetime(orders.loc[orders["customer_id"] == one, "ordered_on"]).sort_values(ascending=False)
    expect(page.get_by_text(f"orders: the latest 5 of {len(days)}")).to_be_visible()
    assert [row[0] for row in cells(page, 1)] == [f"{day.day} {day:%b %Y}" for day in days.head(5)]


def test_a_search_by_name_lists_who_fits_and_a_click_opens_one(page_at, customers):
    word = "Linden"
    page = page_at("customer")
    search(page, word.lower())
    fit = customers[customers["name"].str.contains(word)].head(20)
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text(fit["customer_id"].iloc[0])  # the table before is drawn over
    assert [row[1] for row in cells(page)] == list(fit["customer_id"])
    click_row(page, 1)
    page.wait_for_url(f"**/customer?customer={fit['customer_id'].iloc[1]}")
    finished(page)
    expect(page.locator("h2").first).to_have_text(fit["name"].iloc[1])


def test_a_search_for_nobody_says_so_letter_for_letter(page_at):
    page = page_at("customer")
    search(page, "*no* $one$ [x](y)")
    expect(page.get_by_test_id("stAlert")).to_contain_text("No customer has *no* $one$ [x](y) in their id or name.")


def test_the_trust_page_shows_the_grade_what_it_rests_on_and_a_columns_curve(page_at, customers, sample_card):
    found = sample_card.evaluation
    page = page_at("trust")
    expect(page.get_by_role("heading", name=f"Grade {found.grade}")).to_be_visible()
    there = customers[(customers["started_on"] < "2025-10-03") & ~(customers["ended_on"] < "2025-10-03")]
    left = (there["ended_on"] < "2026-01-01").sum()
    expect(page.get_by_text(f"Measured on {len(there):,} customers, {left:,} of whom left within 90 days")).to_be_visible()
    assert cards(page, 3)["Ranks right"].value == f"{found.roc_auc:.0%}"
    calibration, lift, moves, curve = charts(page, 4)
    assert calibration.startswith("Customers in groups by risk: ")
    assert f"the riskiest 10% hold {found.top[1].caught:.0%} of those who left" in lift
    assert moves.startswith("What moves the scores, by column: ")
    assert f"by {sample_card.columns[sample_card.importance.argmax()]}: highest" in curve
    choose(page, "Column", "Plan")
    told = re.compile(r"by Plan: highest [\d.]+% \(Basic\), lowest [\d.]+% \(Pro\)")
    expect(page.get_by_test_id("stPlotlyChart").last).to_have_attribute("aria-label", told)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this page as a file").click()
    assert Path(download.value.path()).read_text("utf-8") == card_html(sample_card)


@pytest.mark.long
def test_a_leak_that_was_put_back_is_warned_of_wherever_the_score_is_used(page_at, leak_url):
    for path in ("overview", "trust", "score_sheet"):
        warning = page_at(path, at=leak_url).get_by_test_id("stAlert").filter(has_text="The score will look better than it is")
        expect(warning).to_be_visible()
        expect(warning).to_contain_text("last *call* (by itself it tells who was lost almost surely")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_that_the_sample_firm_is_invented(path, page_at):
    expect(page_at(path).get_by_test_id("stMain").get_by_text("Sample firm: invented data")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_narrow_dark_page_needs_no_scrolling_sideways(path, page_at):
    page = page_at(path, width=390, scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_desk_is_one_sentence_and_the_way_to_the_data(path, page_at, empty_url):
    page = page_at(path, at=empty_url)
    expect(page.get_by_test_id("stAlert")).to_contain_text("No customers are loaded yet.")
    assert charts(page, 0) == []
    page.get_by_test_id("stMain").get_by_role("link", name="Go to Data").click()
    expect(page.locator("h1")).to_have_text("Data")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("reasons", "There are no stated reasons"),
        ("segments", "The customers have no column to tell groups by"),
        ("loyalty", "There is no revenue"),
        ("nps", "Nobody was asked"),
    ],
)
def test_a_page_without_its_table_says_which(path, sentence, page_at, odd_url):
    page = page_at(path, at=odd_url)
    expect(page.get_by_test_id("stAlert")).to_contain_text(sentence)
    expect(page.get_by_test_id("stMain").get_by_role("link", name="Go to Data")).to_be_visible()
    assert charts(page, 0) == []


def test_without_monthly_values_the_riskiest_are_listed(page_at, odd_url, odd_customers):
    page = page_at("overview", at=odd_url)
    found, lost = cards(page, 3), odd_customers["Churn"].sum()
    assert set(found) == {"Active customers", "Share who have left", "Expected losses"}
    assert found["Active customers"] == (str(240 - lost), f"Of 240 customers; {lost} have left")
    assert found["Share who have left"].value == f"{lost / 240:.1%}"
    assert f"{lost} of 240 in the table have left, whenever that was; 95% interval " in found["Share who have left"].on
    expect(page.get_by_text("No day says when customers left")).to_be_visible()
    active = odd_customers[(odd_customers["Churn"] == 0)]
    assert {row[1] for row in cells(page)} <= set(active["Customer ID"])
    expect(page.get_by_role("heading", name="Highest risk")).to_be_visible()
    expect(page.get_by_text("odd <firm>.csv")).to_be_visible()


def test_without_monthly_values_everybody_is_worth_the_same_and_the_riskiest_are_called_first(page_at, odd_url, odd_customers):
    page = page_at("calls", at=odd_url)
    expect(page.get_by_text("Calling pays above a risk of 16.4%.")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(0)
    active = set(odd_customers.loc[odd_customers["Churn"] == 0, "Customer ID"])
    assert len(rows := cells(page)) > 5
    assert {row[1] for row in rows} <= active
    assert all("visits *a* week is " in row[-1] for row in rows)
    expect(page.get_by_text("Expected gain")).to_have_count(1)


def test_names_are_shown_letter_for_letter(page_at, odd_url, odd_customers):
    page = page_at("customer?customer=k0", at=odd_url)
    expect(page.locator("h2").first).to_have_text(odd_customers["Name"][0].replace(":", ":\u2060", 1))
    expect(page.get_by_test_id("stMarkdownContainer").locator("li").first).to_contain_text("visits *a* week is ")


def test_a_customer_of_whom_too_little_is_known_gets_no_risk(page_at, odd_url):
    page = page_at("customer?customer=K1", at=odd_url)
    expect(page.get_by_text("There is not enough information for a risk. Missing: visits *a* week.")).to_be_visible()
    assert "Risk" not in shown(page)
    assert charts(page, 0) == []


@pytest.mark.parametrize("path", ["overview", "trust", "customer?customer=N3", "calls"])
def test_a_score_without_signal_shows_no_risks(path, page_at, noise_url):
    page = page_at(path, at=noise_url)
    expect(page.get_by_text("The score finds no signal")).to_be_visible()
    assert charts(page, 0) == []
    assert {"Risk", "Expected losses"}.isdisjoint(shown(page))


def test_without_a_signal_those_who_pay_most_are_listed_and_no_gain_is_named(page_at, noise_url):
    page = page_at("calls", at=noise_url)
    expect(page.get_by_text("this list goes by monthly value")).to_be_visible()
    pays = [float(row[-1]) for row in cells(page)]
    assert pays == sorted(pays, reverse=True)
    assert len(pays) > 5
    expect(page.get_by_text("Expected gain")).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)


def library_list(customers: pd.DataFrame) -> CallPlan:
    """The plan for the sample firm's active customers, from its file and the desk's risks."""
    frame = customers[["customer_id", "name", "monthly_value", "risk"]].assign(lost=customers["lost"].astype(float), known=1.0)
    return call_plan(frame.sort_values("customer_id"), Terms(months=12))


@pytest.mark.long
def test_the_slider_moves_calls_caught_wasted_and_money_together_as_the_library_counts_them(page_at, customers):
    page, plan = page_at("calls"), library_list(customers)
    slider, best = page.get_by_role("slider"), plan.found.best.calls
    for key, length in (("", best), ("ArrowLeft", best - 1), ("Home", 0), ("ArrowRight", 1)):
        if key:
            slider.press(key)
        expect(page.get_by_test_id("stMetricValue").first).to_have_text(f"{length:,}")
        finished(page)
        at, found = plan.found.at(length), cards(page, 4)
        whole = [f"{figure:,.0f}" for figure in (at.calls, at.caught, at.wasted, at.money)]
        assert [found[name].value for name in ("Calls", "Caught", "Wasted", "Money")] == whole
        assert (
            f"Chosen: {whole[0]} contacted, {whole[1]} who would leave, {whole[2]} who would stay and {whole[3]} in all"
            in charts(page, 1)[0]
        )
    page.get_by_label("Exactly").fill("40")
    page.get_by_label("Exactly").press("Enter")
    expect(page.get_by_text("40 of 40 shown")).to_be_visible()
    finished(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    taken = pd.read_csv(waiting.value.path())
    pd.testing.assert_frame_equal(
        taken[["customer_id", "value", "expected_gain"]], plan.first(40)[["customer_id", "value", "expected_gain"]]
    )
    assert taken["driver_1"].str.endswith(" points").all()


@pytest.mark.long
def test_costs_at_which_no_call_pays_are_said_to_be_so(page_at):
    page = page_at("calls")
    choose(page, "A kept customer is worth", "one value for all")
    expect(page.get_by_text("Calling pays above a risk of 16.4%.")).to_be_visible()
    page.get_by_label("Each call").fill("60")
    page.get_by_label("Each call").press("Enter")
    expect(page.get_by_text("At these costs calling pays for nobody")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue")).to_have_text(["0"] * 4)
    expect(page.get_by_text("it would have paid to call nobody")).to_be_visible()
