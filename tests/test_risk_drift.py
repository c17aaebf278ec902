"""How far a sheet lies from the training table: indexes by hand and by chance, and what follows for the scores."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from churn.intake import read
from churn.risk.bins import fit_bins
from churn.risk.column_drift import ColumnDrift, band_of
from churn.risk.drift import Drift, drift
from churn.risk.evaluation import evaluate
from churn.risk.known import Known
from churn.risk.points import Tables
from churn.risk.scorecard import Member, Provenance, Scorecard
from churn.risk.scoring import score
from churn.risk.stability import (
    by_chance,
    chi_squared_beyond,
    groups_of,
    new_by_chance,
    stability_index,
    surely_beyond,
)
from tests.made_up import firm
from tests.models import sheet_model

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
COLUMNS = ("visits", "plan", "months", "colour")


def text(*words: str | None) -> "pd.Series[str]":
    return pd.Series(list(words), dtype="str")


def card_of(frame: pd.DataFrame, weights: tuple[float, ...] | None = None) -> Scorecard:
    """A scorecard that knows the columns of `frame` and gives everybody the same risk; `weights` say what the columns mean to it."""
    bins = tuple(fit_bins(column, frame[column]) for column in frame)
    flat = Member(Tables(0.0, tuple(np.zeros(cut.size) for cut in bins), {}), {})
    rows = len(frame)
    return Scorecard(
        bins=bins,
        whole=flat,
        bags=(flat,),
        shares=tuple(cut.counts / rows for cut in bins),
        stayed=tuple(cut.counts for cut in bins),
        spread=np.array(weights or [1.0] * len(bins)),
        importance=np.ones(len(bins)),
        sample=np.column_stack([cut.code(frame[cut.column]) for cut in bins])[:2000],
        known=Known("", np.empty(0, np.uint64), np.empty(0, np.int8), ""),
        provenance=Provenance("", "", None, "lost", "yes", rows, rows // 4, 0, (), (), 0, 0, 0, 0.0),
        evaluation=evaluate(np.full(100, 0.25), np.arange(100) < 25, method="", rule="", rule_risk=np.full(100, 0.25)),
    )


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return card_of(firm(4000)[0])


def column(found: Drift, name: str) -> ColumnDrift:
    return next(each for each in found.columns if each.column == name)


def test_an_index_worked_out_by_hand():
    thirds = stability_index([500_000, 500_000], [600_000, 400_000])
    assert thirds == pytest.approx(0.1 * math.log(0.6 / 0.5) - 0.1 * math.log(0.4 / 0.5), abs=1e-5)
    assert stability_index([10, 30], [20, 60]) == pytest.approx(0, abs=1e-3)


def test_an_index_is_finite_where_a_group_is_empty_on_either_side():
    assert 5 < stability_index([0, 1000], [1000, 0]) < 20
    assert 0 < stability_index([0, 1000], [1, 999]) < 0.02


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=12))
def test_an_index_is_never_negative_and_groups_have_no_order(pairs):
    then, now = np.array(pairs).T
    assert stability_index(then, now) >= -1e-12
    assert stability_index(then[::-1], now[::-1]) == pytest.approx(stability_index(then, now))


def test_what_chance_shows_is_the_chi_squared_law_of_yurdakul():
    assert by_chance(6, 30, 7000) == pytest.approx(5 * (1 / 30 + 1 / 7000))
    assert by_chance(6, 30, 7000, 0.01) == pytest.approx(stats.chi2.isf(0.01, 5) * (1 / 30 + 1 / 7000))
    assert by_chance(1, 30, 7000, 0.01) == 0
    for freedom in range(1, 13):
        chances = [0.5, 0.01, 1e-3, 1e-6]
        np.testing.assert_allclose([chi_squared_beyond(freedom, chance) for chance in chances], stats.chi2.isf(chances, freedom))


def test_chance_makes_of_the_same_population_what_the_law_says():
    random = np.random.default_rng(0)
    sheets = [(random.multinomial(1000, [0.4, 0.3, 0.2, 0.1]), random.multinomial(100, [0.4, 0.3, 0.2, 0.1])) for _ in range(2000)]
    found = np.array([stability_index(*sheet) for sheet in sheets])
    assert found.mean() == pytest.approx(by_chance(4, 100, 1000), rel=0.1)
    assert (found > by_chance(4, 100, 1000, 0.05)).mean() == pytest.approx(0.05, abs=0.02)
    careful = np.array([stability_index(*sheet, prior=4) for sheet in sheets])
    assert (careful > by_chance(4, 100, 1000, 0.005)).mean() <= 0.01


def test_bins_are_joined_until_ten_rows_are_expected_in_each_group():
    cut = fit_bins("n", pd.Series(np.arange(6400.0)))
    assert cut.size == 1 + 64
    for rows, groups in ((5, 1), (30, 3), (100, 10), (100_000, 10)):
        of = groups_of(cut, rows)
        assert (of[0], of[1:].min(), of.max()) == (0, 1, groups)
        held = np.bincount(of, weights=cut.counts)[1:]
        assert held.min() >= 6400 / groups * 0.9
        assert (np.diff(of) >= 0).all()


def test_levels_too_rare_for_a_group_of_their_own_share_one():
    cut = fit_bins("plan", text(*["a"] * 60, *["b"] * 30, *["c"] * 5, *["d"] * 5))
    np.testing.assert_array_equal(groups_of(cut, 100), [0, 1, 2, 3, 3])


def test_a_column_that_was_never_filled_has_one_group_beside_the_missing():
    cut = fit_bins("empty", pd.Series([math.nan] * 40))
    np.testing.assert_array_equal(groups_of(cut, 100), [0, 1][: cut.size])


@pytest.mark.parametrize(
    ("index", "displaced", "sure", "band"),
    [
        (0.09, 0.15, True, "steady"),
        (0.1, 0.15, True, "moved"),
        (0.25, 0.3, True, "moved"),
        (0.26, 0.3, True, "far"),
        (0.26, 0.19, True, "moved"),
        (0.26, 0.05, True, "steady"),
        (0.5, 0.3, False, "steady"),
        (math.nan, math.nan, False, "steady"),
    ],
)
def test_the_bands_are_the_usual_ones_where_it_is_no_chance_and_no_handful_of_cells(index, displaced, sure, band):
    assert band_of(index, displaced=displaced, sure=sure) == band


def test_the_training_table_itself_fits(card):
    found = drift(card, firm(4000)[0])
    assert (found.verdict, found.why) == ("fits", ("Its customers are like those that the score was learned from.",))
    assert [each.column for each in found.columns] == list(COLUMNS)
    assert {each.index for each in found.columns} == {0.0}
    assert found.held == found.held_trained or found.held.information == pytest.approx(found.held_trained.information, abs=0.02)


@given(rows=st.integers(1, 400), trained=st.sampled_from([60, 300, 2000]), seed=st.integers(1, 10**6))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_sheet_of_the_same_population_is_never_far_however_small(rows, trained, seed):
    found = drift(card_of(firm(trained, seed)[0]), firm(rows, seed + 1)[0])
    assert {(each.band, each.beyond) for each in found.columns} == {("steady", 0)}
    assert rows < 60 or found.verdict == "fits"


def test_a_long_tail_of_levels_brings_new_ones_by_chance_and_is_not_far():
    random = np.random.default_rng(3)
    cities = pd.DataFrame({"city": pd.Series(random.zipf(1.5, 3000).clip(max=9999).astype(str), dtype="str")})
    cut = fit_bins("city", cities["city"])
    once = (cities["city"].value_counts() == 1).mean() * cities["city"].nunique() / 3000
    assert new_by_chance(cut) == pytest.approx(once, rel=0.5)
    fresh = pd.DataFrame({"city": pd.Series(random.zipf(1.5, 500).clip(max=9999).astype(str), dtype="str")})
    found = drift(card_of(cities.assign(a=1.0, b=2.0)), fresh.assign(a=1.0, b=2.0))
    assert found.columns[0].unseen > 0.02
    assert (found.columns[0].band, found.verdict) == ("steady", "fits")


@given(rows=st.integers(60, 400), seed=st.integers(1, 10**6))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_column_whose_values_all_lie_higher_is_far(card, rows, seed):
    sheet = firm(rows, seed)[0]
    found = drift(card, sheet.assign(months=sheet["months"] + 30))
    assert column(found, "months").band == "far"
    assert {each.band for each in found.columns if each.column != "months"} == {"steady"}
    assert found.verdict == "take care"
    assert found.why[0] == "Very different from the customers that the score was learned from: months (25% of the score)."


def test_a_column_that_moved_a_little_says_so_and_spoils_nothing_by_itself():
    sheet = pd.DataFrame({"plan": text(*["a"] * 500, *["b"] * 500), "n": [1.0, 2.0] * 500})
    moved = sheet.assign(plan=text(*["a"] * 680, *["b"] * 320))
    found = drift(card_of(sheet, (0.2, 0.8)), moved)
    assert found.columns[0].index == pytest.approx(0.18 * (math.log(0.68 / 0.5) - math.log(0.32 / 0.5)) - 0.002, abs=1e-3)
    assert (found.columns[0].band, found.verdict) == ("moved", "fits")
    assert found.columns[0].words == "plan has moved: 18% of it lies elsewhere than in the training table."
    weighty = drift(card_of(sheet, (0.8, 0.2)), moved)
    assert (weighty.verdict, weighty.why) == (
        "take care",
        ("Different from the customers that the score was learned from: plan (80% of the score).",),
    )


def test_where_what_matters_most_is_far_the_scores_should_not_be_used():
    frame = firm(4000)[0]
    found = drift(card_of(frame, (0.1, 0.1, 0.7, 0.1)), frame.assign(months=frame["months"] * 100))
    assert found.verdict == "do not use"
    assert found.why == (
        "99% of months lies above anything seen in training (0.2 to 117.9). Is it in other units?",
        "Very different from the customers that the score was learned from: months (70% of the score).",
    )


def test_a_column_that_means_nothing_to_the_score_spoils_nothing():
    frame = firm(4000)[0]
    found = drift(card_of(frame, (0.4, 0.3, 0.29, 0.01)), frame.assign(colour=text(*["red"] * 4000)))
    assert (column(found, "colour").band, found.verdict) == ("far", "fits")


def test_levels_never_seen_are_counted_and_named_the_most_frequent_first():
    frame = pd.DataFrame({"plan": text(*["Basic"] * 600, *["Pro"] * 400), "n": [1.0, 2.0] * 500})
    sheet = pd.DataFrame({"plan": text(*["Basic"] * 52, *["Pro"] * 34, *["Gold"] * 3, *["Lead"] * 7, *[None] * 4), "n": [1.0, 2.0] * 50})
    found = drift(card_of(frame), sheet)
    plan = found.columns[0]
    assert (plan.unseen, plan.missing, plan.missing_trained, plan.examples) == (10 / 96, 0.04, 0, ("Lead", "Gold"))
    assert plan.words.endswith("10.4% of its values are new to the score, such as Lead and Gold.")
    assert found.verdict == "take care"
    assert "Values that the score has never seen, and reads as missing: plan." in found.why


def test_words_where_numbers_are_wanted_are_values_never_seen():
    found = drift(card_of(pd.DataFrame({"n": np.arange(500.0)})), pd.DataFrame({"n": text("7", "many", None, "12")}))
    assert (found.columns[0].unseen, found.columns[0].examples) == (pytest.approx(1 / 3), ("many",))


def test_a_sheet_without_half_of_what_the_score_reads_should_not_be_used(card):
    found = drift(card, firm(500, 1)[0][["colour"]])
    assert found.verdict == "do not use"
    assert found.why == (
        "100% of the rows hold too little for a risk (0% in training).",
        "On average the rows hold 25% of what the score reads (95% in training).",
        "The sheet lacks visits, plan and months.",
    )
    assert column(found, "plan").band == "absent"
    assert column(found, "plan").words == "plan is not in the sheet."
    assert math.isnan(column(found, "plan").index)


def test_one_column_that_is_missing_asks_for_care():
    frame = firm(4000)[0]
    found = drift(card_of(frame, (0.25, 0.3, 0.25, 0.2)), firm(500, 1)[0].drop(columns="visits"))
    assert found.verdict == "take care"
    assert found.why[-1] == "The sheet lacks visits."


def test_cells_that_were_filled_and_now_are_not_are_told():
    frame = firm(4000)[0]
    found = drift(card_of(frame), firm(500, 1)[0].assign(months=lambda sheet: sheet["months"].where(sheet.index % 3 > 0)))
    assert column(found, "months").band == "far"
    assert "33.4% of it is missing, 0.0% then." in column(found, "months").words


def test_a_population_that_lacks_much_in_training_too_fits():
    frame = firm(4000)[0].assign(months=math.nan, visits=math.nan)
    assert drift(card_of(frame), frame.head(500)).verdict == "fits"


def test_a_small_sheet_says_how_little_can_be_told_from_it(card):
    found = drift(card, firm(30, 5)[0])
    assert found.verdict == "fits"
    assert found.why[-1] == "With 30 rows only great shifts can be told from chance."
    assert drift(card, firm(1, 5)[0]).why[-1] == "With 1 row only great shifts can be told from chance."


def test_values_beyond_any_in_training_worked_out_by_hand():
    frame = pd.DataFrame({"n": np.arange(1000.0), "plan": text(*["a", "b"] * 500)})
    sheet = pd.DataFrame({"n": [*[-1.0] * 10, *np.linspace(0, 999, 40), *[1000.0] * 30, *[math.nan] * 20], "plan": text(*["a", "b"] * 50)})
    n = drift(card_of(frame), sheet).columns[0]
    assert (n.low, n.high, n.below, n.above, n.beyond) == (0, 999, 10 / 80, 30 / 80, pytest.approx(0.4))
    assert n.beyond_words == "38% of n lies above anything seen in training (0 to 999). Is it in other units?"
    assert n.beyond_words in n.words
    fewer = drift(card_of(frame), sheet.head(50)).columns[0]
    assert (fewer.above, fewer.beyond_words) == (0, "20% of n lies below anything seen in training (0 to 999).")


@pytest.mark.parametrize(("weight", "verdict"), [(0.04, "fits"), (0.06, "take care"), (0.11, "do not use")])
def test_a_column_beyond_training_spoils_as_much_as_it_means_to_the_score(weight, verdict):
    frame = pd.DataFrame({"n": np.arange(1000.0), "plan": text(*["a", "b"] * 500)})
    found = drift(card_of(frame, (weight, 1 - weight)), frame.assign(n=frame["n"] + 1000))
    assert found.verdict == verdict
    assert (found.why[0] == "100% of n lies above anything seen in training (0 to 999). Is it in other units?") == (verdict != "fits")


def test_where_nobody_noted_the_ends_nothing_lies_beyond(card):
    old = replace(card, bins=tuple(replace(cut, low=math.nan, high=math.nan) for cut in card.bins))
    assert column(drift(old, firm(300)[0].assign(months=1e6)), "months").beyond == 0


def test_the_chance_of_values_beyond_is_the_law_of_exceedances():
    random = np.random.default_rng(1)
    beyond = np.array([(random.random(200) > random.random(800).max()).sum() for _sheet in range(4000)])
    for least, alarms in ((1, 0.21), (2, 0.041), (3, 0.0081)):
        assert [surely_beyond(count, 200, 800, alarms) for count in (least - 1, least)] == [False, True]
        assert 0.7 * alarms < (beyond >= least).mean() < 1.3 * alarms


@pytest.fixture(scope="module")
def firms_card(sample_desk) -> Scorecard:
    return sheet_model(sample_desk)


def test_months_that_are_passed_as_days_are_told_by_column_and_units(firms_card):
    sheet = read((SAMPLE / "new_customers.xlsx").read_bytes(), file="new.xlsx").settled().frame
    assert drift(firms_card, sheet).verdict != "do not use"
    found = drift(firms_card, sheet.assign(tenure_months=sheet["tenure_months"] * 30))
    assert found.verdict == "do not use"
    assert re.fullmatch(r"\d+% of tenure_months lies above anything seen in training \(.+\)\. Is it in other units\?", found.why[0])


def test_any_draw_of_the_sample_firms_own_customers_fits(firms_card):
    customers = read((SAMPLE / "customers.csv").read_bytes(), file="customers.csv").settled().frame
    verdicts = [drift(firms_card, customers.sample(rows, random_state=seed)).verdict for rows in (20, 150, 1000) for seed in range(20)]
    assert set(verdicts) == {"fits"}


def test_codes_that_scoring_found_give_the_same_answer(card):
    sheet = firm(300, 2)[0].assign(months=lambda frame: frame["months"] * 30)
    for some in (sheet, sheet.drop(columns="visits"), sheet.assign(visits=math.nan)):
        assert repr(drift(card, some, codes=score(card, some).codes)) == repr(drift(card, some))


def test_headers_are_matched_as_scoring_matches_them(card):
    sheet = firm(300, 2)[0]
    found = drift(card, sheet.rename(columns=str.upper))
    assert found == drift(card, sheet)


def test_a_sheet_without_rows_is_of_no_use(card):
    found = drift(card, firm(10)[0].head(0))
    assert (found.verdict, found.why, found.rows) == ("do not use", ("The sheet has no rows.",), 0)


@given(seed=st.integers(0, 10**6), rows=st.integers(1, 200))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_never_matters(card, seed, rows):
    sheet = firm(rows, seed)[0].assign(plan=lambda frame: frame["plan"].replace("Pro", "Gold"))
    assert repr(drift(card, sheet)) == repr(drift(card, sheet.sample(frac=1, random_state=seed)))
