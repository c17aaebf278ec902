"""The range of one score: by hand, against a plain second computation, and against true probabilities."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from churn import risk
from churn.risk.lookup import refit
from churn.risk.points import Tables, mean, probability
from churn.risk.ranges import STUDENT, half_width, is_wide, risk_range
from churn.risk.scorecard import Member, Scorecard
from tests.made_up import firm_with_risk, labelled


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return risk.train(labelled(400), id_column="customer_id")


def bag(*points: float) -> Member:
    return Member(Tables(0.0, (np.array(points),), {}), {})


def test_the_points_of_students_t_are_those_of_the_tables():
    np.testing.assert_allclose(STUDENT, stats.t.ppf(0.975, range(1, 8)), atol=5e-8)


def test_half_a_width_worked_out_by_hand():
    codes = np.array([[0], [1]], dtype=np.int16)
    np.testing.assert_allclose(half_width([bag(0, 1), bag(0, 3)], codes), [0, 12.7062047])
    np.testing.assert_allclose(half_width([bag(0, 1), bag(0, 3), bag(0, 5)], codes)[1], 4.3026527 * np.sqrt(2 / 3 * 8))
    assert np.isnan(half_width([bag(0, 1)], codes)).all()


def test_a_range_is_wide_from_30_points():
    low, high = risk_range(np.array([0.0, 0.0, 0.0]), np.array([0.0, 3.0, np.nan]))
    np.testing.assert_allclose(low, [0.5, 1 / (1 + np.exp(3)), np.nan])
    assert is_wide(low, high).tolist() == [False, True, False]
    assert is_wide(np.array([0.1, 0.1]), np.array([0.4, 0.399])).tolist() == [True, False]


def with_pairs(card: Scorecard) -> Scorecard:
    """The scorecard with eight other bags, in which columns meet; the first bag has a pair less."""
    random = np.random.default_rng(0)
    sizes = [cut.size for cut in card.bins]
    bags = []
    for number in range(8):
        pairs = {(i, j): random.normal(0, 0.2, (sizes[i], sizes[j])) for i, j in ((0, 1), (1, 2), (0, 3))[not number :]}
        singles = tuple(random.normal(0, 0.4, size) for size in sizes)
        bags.append(Member(Tables(random.normal(), singles, pairs), {pair: random.normal(0, 0.1) for pair in pairs}))
    joint = {pair: float(np.mean([member.joint.get(pair, 0.0) for member in bags])) for pair in ((0, 1), (1, 2), (0, 3))}
    return replace(card, whole=Member(mean(member.tables for member in bags), joint), bags=tuple(bags))


@pytest.mark.parametrize("absent", [(), ("months",), ("visits", "colour")])
def test_the_range_is_the_jackknife_of_the_bags_own_log_odds(card, absent):
    card = with_pairs(card)
    sheet, _lost, _risk = firm_with_risk(20_000, seed=7)
    scores = risk.score(card, sheet.drop(columns=list(absent)))
    places = frozenset(card.columns.index(column) for column in absent)
    each = np.array([member.explain(scores.codes, places).log_odds for member in card.bags])
    error = np.sqrt(7 / 8 * ((each - each.mean(axis=0)) ** 2).sum(axis=0)) * refit(card, places)[0]
    half = stats.t.ppf(0.975, 7) * error
    shown = ~np.isnan(scores.risk)
    np.testing.assert_allclose(scores.low[shown], probability(scores.log_odds - half)[shown], rtol=1e-6)
    np.testing.assert_allclose(scores.high[shown], probability(scores.log_odds + half)[shown], rtol=1e-6)


def test_a_range_holds_the_risk_that_is_shown_and_there_is_none_without_a_risk(card):
    sheet = labelled(400).assign(months=lambda frame: frame["months"].where(frame.index % 2 > 0))
    sheet.loc[:20, ["visits", "plan"]] = None
    scores = risk.score(card, sheet, id_column="customer_id")
    shown = ~np.isnan(scores.risk)
    assert scores.known.any()
    assert not shown.all()
    assert (scores.low[shown] >= 0).all()
    assert (scores.low[shown] <= scores.risk[shown]).all()
    assert (scores.risk[shown] <= scores.high[shown]).all()
    assert (scores.high[shown] <= 1).all()
    assert np.isnan([scores.low[~shown], scores.high[~shown]]).all()


def test_most_true_probabilities_lie_in_the_range_and_it_is_no_empty_claim(card):
    sheet, _lost, true = firm_with_risk(4000, seed=8)
    scores = risk.score(card, sheet)
    full = sheet.notna().all(axis=1).to_numpy()
    inside = (scores.low <= true) & (true <= scores.high)
    assert 0.6 < inside[full].mean() < 0.95
    assert np.median((scores.high - scores.low)[full]) < 0.3
