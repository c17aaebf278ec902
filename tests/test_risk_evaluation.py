"""Measures of a score against scikit-learn's, and the slope against its logistic regression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from churn.risk.calibration import fit_slope
from churn.risk.evaluation import calibration_error, evaluate, lift, roc_auc, roc_auc_se
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


def test_the_standard_error_of_the_auc_is_that_of_many_draws():
    every = [scored(seed) for seed in range(400)]
    spread = np.std([roc_auc(risk, lost) for risk, lost in every])
    told = np.mean([roc_auc_se(risk, lost) for risk, lost in every])
    assert told == pytest.approx(spread, rel=0.12)


def test_calibration_error_of_a_hand_worked_case():
    risk = np.repeat([0.1, 0.6], 10)
    lost = np.array([True] * 2 + [False] * 8 + [True] * 5 + [False] * 5)
    assert calibration_error(risk, lost, bins=2) == pytest.approx((0.1 + 0.1) / 2)


def test_lift_counts_ties_at_the_edge_by_their_part():
    risk = np.array([0.9, 0.5, 0.5, 0.1])
    lost = np.array([True, True, False, False])
    assert lift(risk, lost, 0.25) == pytest.approx(2)
    assert lift(risk, lost, 0.5) == pytest.approx((1 + 0.5) / 2 / 0.5)


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
