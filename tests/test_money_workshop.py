"""The arithmetic of the workshop: worked by hand, as published, and against customers who are drawn one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from churn.errors import MoneyError
from churn.money import (
    Bucket,
    Crowd,
    KeepOrWin,
    Offer,
    Skew,
    acceptance_by_risk,
    call_list,
    customer_value,
    discount_within,
    expected_gain,
    gain_of_points,
    kept_after,
    lifetime,
    riskiest_first,
    typical_risks,
    values_where_harder,
)

MANY = 200_000
ERRORS = 4  # standard errors that a simulation may be away from its formula: 1 run in 16,000 by chance, and the seeds are fixed


def agrees(drawn: np.ndarray, formula: float) -> bool:
    """Whether the mean of independent draws is within sampling error of what a formula says."""
    return abs(drawn.mean() - formula) <= ERRORS * drawn.std(ddof=1) / math.sqrt(len(drawn))


def lives(churn: float, seed: int) -> np.ndarray:
    """For many customers the period in which each leaves, by asking each in every period who is left."""
    random, there, stayed = np.random.default_rng(seed), np.arange(MANY), np.zeros(MANY)
    while len(there):
        stayed[there] += 1
        there = there[random.random(len(there)) >= churn]
    return stayed


@pytest.mark.parametrize("churn", [0.03, 0.2, 0.7])
def test_customers_drawn_one_by_one_stay_one_over_churn_periods(churn):
    stayed = lives(churn, seed=1)
    assert agrees(stayed, lifetime(churn))
    assert agrees((stayed > 4).astype(float), kept_after(churn, 4))


@pytest.mark.parametrize("discount", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("churn", [0.05, 0.3])
def test_customers_drawn_one_by_one_bring_their_value_under_both_conventions(churn, discount):
    stayed = lives(churn, seed=2).astype(int)
    worth = 7.0 / (1 + discount) ** np.arange(stayed.max() + 1)
    at_once, from_the_first_end = np.concatenate([[0], np.cumsum(worth)]), np.concatenate([[0], np.cumsum(worth[1:])])
    certain = customer_value(7, retention=1 - churn, discount=discount, first_certain=True)
    assert agrees(at_once[stayed], certain)
    assert agrees(from_the_first_end[stayed - 1], customer_value(7, retention=1 - churn, discount=discount))
    assert certain - customer_value(7, retention=1 - churn, discount=discount) == pytest.approx(7)


@pytest.mark.parametrize(("before", "certain"), [(0.6, False), (0.8, False), (0.9, False), (0.8, True)])
def test_five_points_more_retention_bring_customers_drawn_one_by_one_what_the_formula_says(before, certain):
    worth = np.cumsum(np.concatenate([[0], 1.1 ** -np.arange(2000.0)]))
    first = 0 if certain else 1
    drawn = [worth[lives(1 - kept, seed).astype(int)] - first for kept, seed in ((before, 3), (before + 0.05, 4))]
    means, errors = [each.mean() for each in drawn], [each.std(ddof=1) / math.sqrt(MANY) for each in drawn]
    ratio = means[1] / means[0]
    error = ratio * math.hypot(errors[0] / means[0], errors[1] / means[1])
    assert abs(ratio - 1 - gain_of_points(before, 0.05, discount=0.1, first_certain=certain)) <= ERRORS * error
    assert error < 0.01


def test_the_published_gains_of_five_points():
    gains = [gain_of_points(kept, 0.05, discount=0.1) for kept in (0.6, 0.8, 0.9)]
    assert gains == pytest.approx([0.65 / 0.45 / (0.6 / 0.5) - 1, 0.275, (0.95 / 0.15) / (0.9 / 0.2) - 1])
    assert [math.floor(100 * gain + 0.5) for gain in gains] == [20, 28, 41]


def test_with_the_first_payment_certain_five_points_bring_a_third_only_where_nothing_is_discounted():
    assert gain_of_points(0.8, 0.05, first_certain=True) == pytest.approx(1 / 3)
    assert gain_of_points(0.8, 0.05, discount=0.1, first_certain=True) == pytest.approx(0.3 / 0.25 - 1)


def test_a_lifetime_and_a_value_worked_by_hand():
    assert lifetime(0.05) == pytest.approx(20)
    assert lifetime(0) == math.inf
    assert customer_value(40, retention=0.95, first_certain=True) == pytest.approx(40 * 20)
    assert customer_value(100, retention=0, discount=0.1, first_certain=True) == 100
    assert customer_value(100, retention=1, discount=0.1) == pytest.approx(1000)
    assert (1 + discount_within(0.1, 12)) ** 12 == pytest.approx(1.1)


@pytest.mark.parametrize("would_leave", [1.0, 0.4])
def test_customers_kept_one_by_one_cost_what_the_break_even_says(would_leave):
    choice = KeepOrWin(win=100, keep=20, works=0.3, would_leave=would_leave)
    random, waiting, efforts = np.random.default_rng(5), np.arange(MANY), np.zeros(MANY)
    while len(waiting):
        efforts[waiting] += 1
        leaves, works = random.random(len(waiting)) < would_leave, random.random(len(waiting)) < 0.3
        waiting = waiting[~(leaves & works)]
    assert agrees(20.0 * efforts, choice.cost_of_kept)
    assert agrees(100 - 20.0 * efforts, choice.saved)
    assert choice.saved > 0 if would_leave == 1 else choice.saved < 0


@given(st.floats(0.01, 1e6), st.floats(0.01, 1), st.floats(0.01, 1))
def test_at_either_break_even_keeping_costs_just_what_winning_does(keep, works, would_leave):
    ratio = KeepOrWin(1, keep, works, would_leave).break_even_ratio
    assert KeepOrWin(keep * ratio, keep, works, would_leave).saved == pytest.approx(0, abs=1e-9 * keep * ratio)
    chance = KeepOrWin(keep * ratio, keep, works, would_leave).break_even_chance
    assert chance == pytest.approx(works)


def test_a_bucket_of_customers_who_leave_one_by_one_fills_as_the_formula_says():
    bucket, random, runs = Bucket(start=500, new=40, churn=0.08), np.random.default_rng(6), 4000
    there = np.full(runs, 500)
    for month in range(1, 37):
        there = there - random.binomial(there, 0.08) + random.poisson(40, runs)
        if month in (1, 12, 36):
            assert agrees(there.astype(float), bucket.after(month))
    np.testing.assert_allclose(bucket.over(36)[[0, 12, 36]], [500, bucket.after(12), bucket.after(36)])


def test_a_bucket_worked_by_hand():
    bucket = Bucket(start=1000, new=100, churn=0.05)
    assert bucket.over(2).tolist() == pytest.approx([1000, 1000 - 50 + 100, 1050 - 52.5 + 100])
    assert bucket.ceiling == pytest.approx(2000)
    half = bucket.months_to(0.5)
    assert bucket.after(half) == pytest.approx(1500)
    assert bucket.after(bucket.months_to(0.9)) == pytest.approx(1900)
    assert (bucket.months_to(0), bucket.months_to(1)) == (0, math.inf)
    assert Bucket(10, 3, 1).over(2).tolist() == [10, 3, 3]
    assert Bucket(5000, 100, 0.05).after(300) == pytest.approx(2000, rel=1e-3)


@pytest.mark.parametrize("top", [0.3, 0.4])
def test_the_top_fifth_of_customers_drawn_one_by_one_bring_what_the_dial_says(top):
    """Means of many firms of many customers; below 0.45 the values have a variance, so that means settle."""
    skew = Skew(top)
    values = np.sort(1 + np.random.default_rng(7).pareto(skew.shape, size=(50, MANY // 10)), axis=1)[:, ::-1]
    for share in (0.01, 0.2, 0.5):
        bring = values[:, : round(share * values.shape[1])].sum(axis=1) / values.sum(axis=1)
        assert agrees(bring, skew.share_of(share))
    fifth = values.shape[1] // 5
    assert agrees(values[:, :fifth].mean(axis=1) / values.mean(axis=1), skew.loyal)
    assert agrees(values[:, fifth:].mean(axis=1) / values.mean(axis=1), skew.other)


def test_eighty_to_twenty_worked_by_hand():
    skew = Skew(0.8)
    assert (skew.loyal, skew.other, skew.times) == pytest.approx((4, 0.25, 16))
    assert skew.shape == pytest.approx(math.log(5) / math.log(4))
    assert skew.share_of(0.04) == pytest.approx(0.8**2)
    alike = Skew(0.2)
    assert (alike.share_of(0.37), alike.times, alike.shape) == (pytest.approx(0.37), pytest.approx(1), math.inf)


@pytest.mark.parametrize(("promoters", "detractors", "answers"), [(0.4, 0.2, 50), (0.7, 0.1, 20), (0.1, 0.6, 200)])
def test_scores_of_answers_drawn_one_by_one_scatter_as_the_standard_error_says(promoters, detractors, answers):
    crowd, runs = Crowd(promoters, detractors), 20_000
    said = np.random.default_rng(8).random((runs, answers))
    scores = 100 * ((said < promoters).mean(axis=1) - (said > 1 - detractors).mean(axis=1))
    assert agrees(scores, crowd.score)
    assert agrees((scores - crowd.score) ** 2, crowd.error(answers) ** 2)
    drawn = crowd.drawn(answers, times=runs, seed=9)
    assert agrees(drawn, crowd.score)
    assert agrees((drawn - crowd.score) ** 2, crowd.error(answers) ** 2)
    assert (drawn == crowd.drawn(answers, times=runs, seed=9)).all()


def test_answers_needed_worked_by_hand():
    crowd = Crowd(0.4, 0.2)
    assert crowd.error(100) == pytest.approx(100 * math.sqrt((0.6 - 0.04) / 100))
    needed = crowd.needed(5)
    assert needed == math.ceil((1.959964 * 100 / 5) ** 2 * 0.56)
    assert crowd.margin(needed) <= 5 < crowd.margin(needed - 1)


@pytest.mark.parametrize("harder", [0.0, 1.5])
def test_calls_made_one_by_one_bring_what_the_list_promises(harder):
    offer, risk = Offer(), typical_risks(300, mean=0.2)
    values = values_where_harder(risk, offer, harder=harder)
    found, random = call_list(risk, offer, values=values), np.random.default_rng(10)
    called = found.order[: found.best.calls]
    runs = (20_000, len(called))
    leaves = random.random(runs) < risk[called]
    stays = leaves & (random.random(runs) < (0.3 * (1 - risk) ** harder)[called])
    money = (200 * stays - 10 * (stays | ~leaves) - 1).sum(axis=1)
    assert agrees(money, found.best.money)


def test_the_riskiest_are_the_best_to_call_only_where_they_are_as_easily_kept():
    offer, risk = Offer(), typical_risks(1000, mean=0.2)
    np.testing.assert_allclose(riskiest_first(risk, offer), call_list(risk, offer).money)
    harder = values_where_harder(risk, offer, harder=2)
    best, first = call_list(risk, offer, values=harder), riskiest_first(risk, offer, values=harder)
    assert [best.at(calls).money > 1.2 * first[calls] for calls in (20, 50, 100)] == [True] * 3
    assert risk[best.order[0]] < risk.max() - 0.3


def test_an_acceptance_that_falls_with_the_risk_is_reckoned_into_the_gain():
    offer, risk = Offer(200, 10, 1, 0.3), np.array([0.0, 0.5, 1.0])
    own = [float(expected_gain(p, Offer(200, 10, 1, g))) for p, g in zip(risk[:2], [0.3, 0.15], strict=True)]
    gains = expected_gain(risk, offer, values=values_where_harder(risk, offer, harder=1))
    assert gains[:2] == pytest.approx(own)
    assert acceptance_by_risk(risk, offer, harder=2).tolist() == pytest.approx([0.3, 0.075, 0])
    assert gains[2] == pytest.approx(-1)


def test_made_up_risks_are_even_quantiles_of_a_beta_distribution():
    risk = typical_risks(1000, mean=0.2)
    np.testing.assert_allclose(risk, beta.ppf((np.arange(1000) + 0.5) / 1000, 0.8, 3.2), rtol=1e-8)
    assert risk.mean() == pytest.approx(0.2, abs=1e-3)


@pytest.mark.parametrize(
    ("use", "complaint"),
    [
        (lambda: lifetime(1.2), "Churn must be from 0% to 100%, not 120.0%."),
        (lambda: lifetime(math.nan), "Churn must be from 0% to 100%"),
        (lambda: customer_value(-1, retention=0.8), "The margin must be an amount from 0 up, not -1.00."),
        (lambda: customer_value(1, retention=0.8, discount=-0.1), "The discount rate must be an amount from 0 up"),
        (lambda: customer_value(1, retention=1), "set a discount rate"),
        (lambda: gain_of_points(0.97, 0.05), "Retention cannot become 102.0%."),
        (lambda: gain_of_points(0, 0.05), "no value that could grow"),
        (lambda: discount_within(0.1, 0), "The number of periods must be above 0, not 0.00."),
        (lambda: KeepOrWin(win=0), "The cost of winning a customer must be above 0"),
        (lambda: KeepOrWin(works=0), "The chance that keeping works must be above 0% and at most 100%, not 0.0%."),
        (lambda: Bucket(0, 10, 0), "Churn must be above 0% and at most 100%"),
        (lambda: Bucket(-1, 10, 0.1), "The number of customers must be an amount from 0 up"),
        (lambda: Skew(1), "from 20% to less than 100% of the revenue, not 100.0%."),
        (lambda: Skew(0.1), "from 20% to less than 100% of the revenue, not 10.0%."),
        (lambda: Crowd(0.7, 0.4), "cannot be more than all customers"),
        (lambda: Crowd(0.4, 0.2).error(0), "The number of answers must be above 0"),
        (lambda: values_where_harder([0.1], Offer(), harder=-1), "How much harder the riskiest are to keep must be an amount from 0 up"),
        (lambda: typical_risks(5, mean=0), "The share who would leave must be above 0%"),
    ],
)
def test_what_cannot_be_is_refused_by_name(use, complaint):
    with pytest.raises(MoneyError, match=complaint.replace(".", r"\.")):
        use()
