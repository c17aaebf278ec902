"""Measures of a score against scikit-learn's, and the slope against its logistic regression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from churn.risk.calibration import fit_slope
from churn.risk.evaluation import evaluate, roc_auc, roc_auc_se
from churn.risk.points import probability
from churn.risk.scorecard import Evaluation


def scored(seed: int, rows: int = 300, digits: int = 2) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    risk = random.beta(1, 3, rows).round(digits)
    return np.clip(risk, 0.01, 0.99), random.random(rows) < risk


def judged(risk: np.ndarray, lost: np.ndarray, rule_risk: np.ndarray | None = None) -> Evaluation:
    return evaluate(risk, lost, method="", rule="", rule_risk=np.full(len(lost), lost.mean()) if rule_risk is None else rule_risk)


@given(seed=st.integers(0, 1000))
@settings(max_examples=20)
def test_measures_agree_with_scikit_learn_ties_included(seed):
    risk, lost = scored(seed)
    found = judged(risk, lost)
    assert found.roc_auc == pytest.approx(roc_auc_score(lost, risk))
    assert found.log_loss == pytest.approx(log_loss(lost, risk))
    assert found.brier == pytest.approx(brier_score_loss(lost, risk))
    assert found.pr_auc == pytest.approx(average_precision_score(lost, risk))


def test_the_standard_error_of_the_auc_is_that_of_many_draws():
    every = [scored(seed) for seed in range(400)]
    spread = np.std([roc_auc(risk, lost) for risk, lost in every])
    told = np.mean([roc_auc_se(risk, lost) for risk, lost in every])
    assert told == pytest.approx(spread, rel=0.12)


def test_calibration_error_and_groups_of_a_hand_worked_case():
    risk = np.repeat([0.1, 0.6], 50)
    lost = np.array([True] * 10 + [False] * 40 + [True] * 25 + [False] * 25)
    shuffled = np.random.default_rng(0).permutation(100)
    found = judged(risk[shuffled], lost[shuffled])
    assert sum(group.rows for group in found.calibration) == 100
    assert [group.risk for group in found.calibration] == pytest.approx([0.1] * 5 + [0.6] * 5)
    assert sum(group.lost * group.rows for group in found.calibration) == 35
    alike = judged(np.linspace(0.1, 0.9, 10), np.arange(10) >= 5)
    assert alike.calibration_error == pytest.approx(np.abs(np.linspace(0.1, 0.9, 10) - (np.arange(10) >= 5)).mean())


def test_the_riskiest_share_counts_ties_at_the_edge_by_their_part():
    risk = np.repeat([0.9, 0.5, 0.1], [10, 20, 70])
    lost = np.isin(np.arange(100), [*range(8), *range(10, 20)])
    five, ten, twenty = judged(risk, lost).top
    assert (five.rows, ten.rows, twenty.rows) == (5, 10, 20)
    assert [five.precision, ten.precision, twenty.precision] == pytest.approx([0.8, 0.8, (8 + 5) / 20])
    assert [ten.lift, ten.caught, twenty.caught] == pytest.approx([0.8 / 0.18, 8 / 18, 13 / 18])
    assert judged(risk, lost).gains[4] == pytest.approx((0.2, 13 / 18))


def test_the_intervals_hold_the_truth_about_as_often_as_they_say():
    many = scored(9, 50_000, 6)
    truth = judged(*many)
    held = np.zeros(4)
    for seed in range(24):
        found = judged(*scored(seed, 400, 6))
        inside = (found.ranges.roc_auc, found.ranges.pr_auc, found.ranges.log_loss, found.top[2].precision_range)
        at = (truth.roc_auc, truth.pr_auc, truth.log_loss, truth.top[2].precision)
        held += [each.low <= value <= each.high for each, value in zip(inside, at, strict=True)]
    assert (held >= 20).all()


def test_a_perfect_score_passes_for_calibrated_and_one_that_is_off_by_a_third_does_not():
    calibrated = [judged(*scored(seed, 1000, 6)).calibrated for seed in range(30)]
    assert sum(calibrated) >= 25
    risk, lost = scored(1, 1000, 6)
    assert not judged(risk * 0.66, lost).calibrated


def test_noise_shows_no_signal_and_a_good_score_does():
    random = np.random.default_rng(0)
    lost = random.random(2000) < 0.25
    assert not judged(np.full(2000, 0.25), lost).has_signal
    risk, truly = scored(1, 2000)
    assert judged(risk, truly).has_signal


def test_the_slope_without_prior_is_that_of_a_logistic_regression():
    risk, lost = scored(3, 2000)
    log_odds = np.log(risk / (1 - risk)) * 2 - 1
    slope, offset = fit_slope(log_odds, lost.astype(float), spread=None)
    referee = LogisticRegression(C=np.inf).fit(log_odds[:, None], lost)
    assert slope == pytest.approx(referee.coef_[0, 0], rel=1e-3)
    assert offset == pytest.approx(referee.intercept_[0], rel=1e-2)


def test_a_slope_that_would_be_negative_becomes_the_bare_rate():
    random = np.random.default_rng(0)
    log_odds = random.normal(size=400)
    lost = (random.random(400) < probability(-2 * log_odds)).astype(float)
    slope, offset = fit_slope(log_odds, lost)
    assert slope == 0
    assert probability(np.array([offset]))[0] == pytest.approx(lost.mean())


def test_the_prior_holds_the_slope_of_few_rows_near_one():
    log_odds, lost = np.array([-1.0, 1.0]), np.array([0.0, 1.0])
    slope, _offset = fit_slope(log_odds, lost)
    assert 1 < slope < 1.3


def test_the_grade_says_how_surely_the_score_beats_guessing_and_the_rule():
    random = np.random.default_rng(0)
    risk = random.beta(1, 3, 4000)
    lost = random.random(4000) < risk
    assert judged(np.full(4000, 0.25), lost).grade == "F"
    assert judged(risk, lost, risk).grade == "D"
    assert judged(risk, lost, np.clip(risk * 0.9, 0.01, 1)).grade in "DC"
    assert judged(risk, lost).grade == "B" or judged(risk, lost).grade == "A"
    grades = [judged(risk, lost, probability(np.log(risk / (1 - risk)) * part)).grade for part in (1, 0.6, 0.3, 0)]
    assert grades == sorted(grades, reverse=True)
    assert judged(1 - risk, lost).grade == "F"
