"""The arithmetic of contacting customers: worked by hand, by its own definition, and against the empulse package."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.charts.money import money_by_calls
from churn.errors import MoneyError
from churn.money import (
    MOST_POINTS,
    Calls,
    Offer,
    break_even_risk,
    call_list,
    expected_gain,
    expected_maximum_profit,
    maximum_profit,
)

RISK = [0.9, 0.5, 0.1, 0.3]
SHARES = st.floats(0, 1)
OFFERS = st.builds(Offer, st.floats(0, 1000), st.floats(0, 100), st.floats(0, 20), st.floats(0.01, 0.99))


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[float], list[bool]]:
    """Risks, many of them tied, and who was lost."""
    rows = draw(st.integers(1, 30))
    risks = draw(st.lists(st.integers(0, 10).map(lambda tenth: tenth / 10), min_size=rows, max_size=rows))
    return risks, draw(st.lists(st.booleans(), min_size=rows, max_size=rows))


def test_the_break_even_of_the_published_costs_is_a_sixth_and_not_a_half():
    assert break_even_risk(200, offer=10, contact=1, acceptance=0.3) == pytest.approx(11 / 67)
    assert round(Offer().break_even, 3) == 0.164


def test_a_contact_that_costs_nothing_always_pays_and_one_that_never_pays_has_no_break_even():
    assert break_even_risk(200, offer=0, contact=0, acceptance=0.3) == 0
    assert break_even_risk(200, offer=10, contact=57, acceptance=0.3) == 1
    assert break_even_risk(200, offer=10, contact=57.01, acceptance=0.3) == math.inf
    assert break_even_risk(0, offer=0, contact=0, acceptance=1) == math.inf


@pytest.mark.parametrize(
    ("offer", "complaint"),
    [
        ({"value": -1}, "The value of a customer must be an amount from 0 up, not -1.00."),
        ({"value": math.nan}, "The value of a customer must be an amount from 0 up"),
        ({"cost": -0.5}, "The cost of the offer must be an amount from 0 up, not -0.50."),
        ({"contact": math.inf}, "The cost of a contact must be an amount from 0 up"),
        ({"acceptance": 0}, "must be above 0% and at most 100%, not 0.0%."),
        ({"acceptance": 1.2}, "must be above 0% and at most 100%, not 120.0%."),
    ],
)
def test_costs_that_cannot_be_are_refused_by_name(offer, complaint):
    with pytest.raises(MoneyError, match=complaint.replace(".", r"\.")):
        Offer(**offer)
    asked = {"value": 200, "cost": 10, "contact": 1, "acceptance": 0.3} | offer
    with pytest.raises(MoneyError, match=complaint.replace(".", r"\.")):
        break_even_risk(asked["value"], offer=asked["cost"], contact=asked["contact"], acceptance=asked["acceptance"])


def test_a_sure_leaver_brings_the_value_where_the_offer_is_taken_and_a_sure_stayer_costs_the_offer():
    taken, not_taken = 200 - 10 - 1, -1
    np.testing.assert_allclose(expected_gain([0, 1]), [-10 - 1, 0.3 * taken + 0.7 * not_taken])


@given(OFFERS)
def test_at_the_break_even_nothing_is_gained_and_above_it_something_is(offer):
    if math.isfinite(offer.break_even):
        scale = 1 + offer.value + offer.cost
        assert abs(float(expected_gain(offer.break_even, offer))) < 1e-9 * scale
        assert float(expected_gain(1, offer)) >= -1e-9 * scale
    else:
        assert float(expected_gain(1, offer)) <= 0


def test_each_customer_may_have_a_value_of_their_own():
    gain = expected_gain([0.5, 0.5, 0.5], values=[10, 100, math.nan])
    np.testing.assert_allclose(gain, [0.5 * 10 - 11, 0.5 * 37 - 11, math.nan])


@pytest.mark.parametrize(
    ("use", "complaint"),
    [
        (lambda: expected_gain([0.2, 1.5]), "A risk is a share between 0 and 1, not 1.500."),
        (lambda: expected_gain([0.2, 0.3], values=[1, 2, 3]), "one value for all customers, or one for each risk"),
        (lambda: expected_gain(0.2, values=math.inf), "it is infinite"),
        (lambda: call_list(0.5), "a risk for each customer"),
        (lambda: call_list(RISK, lost=[1, 0]), "It must be known for each customer"),
        (lambda: maximum_profit(RISK, [1, 0, 0, 2]), "It must be known for each customer"),
        (lambda: maximum_profit([math.nan, 0.2], [1, 0]), "a risk for every customer"),
        (lambda: maximum_profit([], []), "at least one customer"),
        (lambda: expected_maximum_profit(RISK, [1, 0, 0, 0], Offer(acceptance=1)), "The acceptance must be below 100%"),
    ],
)
def test_risks_values_and_outcomes_that_cannot_be_are_refused(use, complaint):
    with pytest.raises(MoneyError, match=complaint):
        use()


def test_a_list_begins_with_whom_most_is_expected_of_and_its_money_adds_up():
    found = call_list(RISK)
    gains = [0.9 * 67 - 11, 0.5 * 67 - 11, 0.3 * 67 - 11, 0.1 * 67 - 11]
    expected = pd.DataFrame(
        {
            "calls": [0, 1, 2, 3, 4],
            "caught": [0, 0.9, 1.4, 1.7, 1.8],
            "wasted": [0, 0.1, 0.6, 1.3, 2.2],
            "money": np.cumsum([0, *gains]),
            "best": [False, False, False, True, False],
        }
    )
    pd.testing.assert_frame_equal(found.curve, expected)
    assert (found.best.calls, found.customers, found.unknown) == (3, 4, 0)
    assert found.best.money == pytest.approx(sum(gains[:3]))
    assert found.leaving == pytest.approx(1.8)
    assert found.at(2) == Calls(2, pytest.approx(1.4), pytest.approx(0.6), pytest.approx(sum(gains[:2])))
    assert found.at(99).calls == 4


def test_a_valuable_customer_comes_before_a_riskier_one_of_little_value():
    found = call_list([0.9, 0.4], values=[20, 500])
    assert found.at(1).caught == pytest.approx(0.4)
    assert found.best.calls == 2


def test_customers_without_a_risk_or_a_value_are_counted_and_on_no_list():
    found = call_list([0.9, math.nan, 0.8], values=[200, 200, math.nan])
    assert (found.customers, found.unknown, found.best.calls) == (1, 2, 1)
    nobody = call_list([math.nan])
    assert nobody.best == Calls(0, 0, 0, 0)
    assert len(nobody.curve) == 1


def test_where_no_contact_pays_the_best_list_is_empty():
    assert call_list([0.1, 0.05]).best == Calls(0, 0, 0, 0)


def test_looking_back_the_list_is_made_from_the_risks_and_counts_who_left():
    found = call_list(RISK, lost=[0, 1, 0, 1])
    assert found.curve["caught"].tolist() == [0, 0, 1, 2, 2]
    assert found.best == Calls(3, 2, 1, pytest.approx(2 * 56 - 11))
    assert found.leaving == 2


def test_customers_whom_nothing_tells_apart_share_what_they_bring():
    found = call_list([0.5, 0.5, 0.5, 0.9], lost=[1, 0, 0, 1])
    np.testing.assert_allclose(found.curve["caught"], [0, 1, 4 / 3, 5 / 3, 2])


@given(rankings(), OFFERS, st.randoms(use_true_random=False))
def test_the_order_of_customers_never_matters(ranking, offer, random):
    risk, lost = ranking
    values = [float(random.choice([20, 200, 2000])) for _ in risk]
    rows = list(range(len(risk)))
    random.shuffle(rows)

    def mixed(column: list) -> list:
        return [column[row] for row in rows]

    for labels, shuffled in ((None, None), (lost, mixed(lost))):
        one = call_list(risk, offer, values=values, lost=labels)
        other = call_list(mixed(risk), offer, values=mixed(values), lost=shuffled)
        pd.testing.assert_frame_equal(one.curve, other.curve)
    assert maximum_profit(risk, lost, offer) == maximum_profit(mixed(risk), mixed(lost), offer)
    assert expected_maximum_profit(risk, lost, offer) == expected_maximum_profit(mixed(risk), mixed(lost), offer)


@given(st.lists(SHARES, min_size=1, max_size=40), OFFERS)
def test_no_list_brings_more_than_the_best_and_everybody_on_it_is_above_the_break_even(risk, offer):
    found = call_list(risk, offer)
    assert found.best.money >= found.curve["money"].max() - 1e-9
    assert found.best.calls == pytest.approx(
        sum(p > offer.break_even for p in risk), abs=sum(abs(p - offer.break_even) < 1e-9 for p in risk)
    )
    np.testing.assert_allclose(found.curve["caught"] + found.curve["wasted"], found.curve["calls"])


def test_a_long_list_is_drawn_by_few_points_the_best_among_them():
    risk = np.random.default_rng(0).random(5000)
    found = call_list(risk)
    assert len(found.curve) <= MOST_POINTS
    assert found.curve["calls"].iloc[[0, -1]].tolist() == [0, 5000]
    assert found.curve.loc[found.curve["best"], "calls"].tolist() == [found.best.calls] == [(risk > 11 / 67).sum()]
    assert found.curve["money"].max() == found.best.money
    assert (found.order == np.argsort(-risk)).all()
    first = np.sort(risk)[::-1][:1234]
    assert found.at(1234) == Calls(
        1234, pytest.approx(first.sum()), pytest.approx(1234 - first.sum()), pytest.approx((67 * first - 11).sum())
    )


def by_every_cut_off(risk: list[float], lost: list[bool], offer: Offer) -> float:
    """The maximum profit by trying every cut-off."""
    brings = [offer.acceptance * (offer.value - offer.cost) - offer.contact, -offer.cost - offer.contact]
    lists = [[brings[0] if left else brings[1] for p, left in zip(risk, lost, strict=True) if p >= cut] for cut in [2.0, *risk]]
    return max(sum(each) for each in lists) / len(risk)


def test_the_maximum_profit_of_four_customers():
    found = maximum_profit([0.9, 0.8, 0.2, 0.1], [1, 0, 1, 0])
    assert (found.profit, found.share) == (pytest.approx((2 * 56 - 11) / 4), 0.75)
    nothing = maximum_profit([0.9, 0.8], [0, 0])
    assert (nothing.profit, nothing.share) == (0, 0)


@given(rankings(), OFFERS)
def test_the_maximum_profit_is_that_of_the_best_of_all_cut_offs(ranking, offer):
    assert maximum_profit(*ranking, offer).profit == pytest.approx(by_every_cut_off(*ranking, offer), abs=1e-9)


def test_the_expected_maximum_profit_where_every_acceptance_is_as_likely():
    """Two leavers first, two stayers after them: contacting the two brings (100 g - 20) / 2 a customer, which pays from g = .2 on."""
    found = expected_maximum_profit([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], Offer(110, 10, 20, 0.5), answers=2)
    assert found.profit == pytest.approx((50 * (1 - 0.2**2) - 20 * 0.8) / 2)
    assert found.share == pytest.approx(0.8 / 2)


@given(rankings(), OFFERS)
@settings(max_examples=20)
def test_the_expected_maximum_profit_is_the_mean_of_the_maximum_over_the_acceptance(ranking, offer):
    halves = (np.arange(200) + 0.5) / 200
    mean = np.mean([maximum_profit(*ranking, replace(offer, acceptance=g)).profit for g in halves])
    found = expected_maximum_profit(*ranking, replace(offer, acceptance=0.5), answers=2)
    assert found.profit == pytest.approx(mean, abs=1e-4 * (1 + offer.value))


@given(rankings(), OFFERS)
def test_not_knowing_the_acceptance_is_worth_something_as_each_list_may_be_cut_to_it(ranking, offer):
    fixed = maximum_profit(*ranking, offer).profit
    assert expected_maximum_profit(*ranking, offer).profit >= fixed - 1e-9 * (1 + offer.value)
    assert expected_maximum_profit(*ranking, offer, answers=1e7).profit == pytest.approx(fixed, abs=0.01 * (1 + offer.value))


def test_both_measures_agree_with_the_empulse_package():
    from empulse.metrics import empc_score, mpc_score

    random = np.random.default_rng(0)
    for rows, digits in ((12, 1), (300, 2), (1000, 9)):
        lost = (random.random(rows) < 0.3).astype(int)
        risk = np.clip((random.random(rows) + 0.3 * lost) / 1.3, 0, 1).round(digits)
        for offer in (Offer(), Offer(80, 10, 5, 0.3), Offer(500, 20, 0, 0.5)):
            costs = {"clv": offer.value, "incentive_cost": offer.cost, "contact_cost": offer.contact}
            shape = {"alpha": 20 * offer.acceptance, "beta": 20 * (1 - offer.acceptance)}
            emp, mp = expected_maximum_profit(risk, lost, offer), maximum_profit(risk, lost, offer)
            assert emp.profit == pytest.approx(empc_score(lost, risk, **costs, **shape), rel=1e-9)
            assert emp.share == pytest.approx(empc_score.optimal_rate(lost, risk, **costs, **shape), rel=1e-9)
            assert mp.profit == pytest.approx(mpc_score(lost, risk, accept_rate=offer.acceptance, **costs), rel=1e-9)
            assert mp.share == pytest.approx(mpc_score.optimal_rate(lost, risk, accept_rate=offer.acceptance, **costs), rel=1e-9)


def test_the_curve_is_drawn_and_told_with_its_best_and_the_chosen_length():
    chart = money_by_calls(call_list(RISK), calls=1, currency="USD")
    assert chart.alt == (
        "Money by customers contacted. Best: 3 contacted, 2 who would leave, 1 who would stay and $81 in all. "
        "Chosen: 1 contacted, 1 who would leave, 0 who would stay and $49 in all."
    )
    line, marker = chart.figure.data
    assert list(line.x) == [0, 1, 2, 3, 4]
    assert (marker.x[0], marker.customdata[0].split("<br>")[-1]) == (1, "&#36;49 in all")
    assert all(later > earlier for earlier, later in pairwise(line.y[:4]))
