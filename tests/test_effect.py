"""The arithmetic of a comparison by hand and against independent referees; what a person reads of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from churn.actions.comparing import Arm, Pair, brought, difference, does_harm, kept
from churn.actions.power import power, power_sentence, powers, smallest_difference
from churn.actions.verdict import groups, money_sentence, together, verdict
from tests.campaigns import trial

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


def pair(acted: tuple[int, int], held: tuple[int, int]) -> Pair:
    return Pair(Arm(*acted), Arm(*held))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((70, 56), (80, 48), 0.0524, 0.3339),
        ((10, 9), (10, 3), 0.1705, 0.8090),
        ((7, 6), (7, 2), 0.0582, 0.8062),
        ((56, 5), (29, 0), -0.0381, 0.1926),
        ((10, 0), (20, 0), -0.1611, 0.2775),
        ((10, 10), (10, 0), 0.6075, 1.0000),
    ],
)
def test_one_campaign_has_the_interval_that_newcombe_published(first, second, low, high):
    """Newcombe (1998), table II, method 10, contrasts a, b, c, d, f and g."""
    found = difference([pair(first, second)])
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(COUNTS, COUNTS)
def test_an_interval_holds_its_difference_and_turns_with_its_sides(one, other):
    there, back = difference([pair(one, other)]), difference([pair(other, one)])
    assert -1 <= there.low <= there.difference <= there.high <= 1
    assert math.isclose(there.low, -back.high, abs_tol=1e-12)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=6))
def test_campaigns_put_together_have_the_difference_of_mantel_and_haenszel_in_any_order(rows):
    pairs = [pair(*row) for row in rows]
    found = difference(pairs)
    top = sum((x1 * n0 - x0 * n1) / (n1 + n0) for (n1, x1), (n0, x0) in rows)
    assert math.isclose(found.difference, top / sum(n1 * n0 / (n1 + n0) for (n1, _), (n0, _) in rows), abs_tol=1e-12)
    back = difference(pairs[::-1])
    assert math.isclose(found.low, back.low, abs_tol=1e-9)
    assert found.low <= found.difference <= found.high


def test_campaigns_of_unlike_customers_are_never_compared_with_each_other():
    """Within each campaign nothing differs; thrown together, the contacted would seem to leave more (Simpson)."""
    even = [pair((1000, 300), (100, 30)), pair((100, 5), (1000, 50))]
    assert math.isclose(difference(even).difference, 0, abs_tol=1e-12)
    assert 305 / 1100 - 80 / 1100 > 0.2


def test_money_is_what_the_held_out_lose_more_times_all_contacted_less_the_cost():
    rng = np.random.default_rng(5)
    first = rng.exponential(100, 400)
    taken = [first, first[:100] + 30]
    arms = [Arm(len(one), 40, len(one), float(one.mean()), float(one.var(ddof=1))) for one in taken]
    found = kept([Pair(*arms)], cost=1000)
    assert math.isclose(found.money, 400 * (taken[1].mean() - taken[0].mean()) - 1000)
    referee = stats.ttest_ind(taken[1], taken[0], equal_var=False).confidence_interval()
    both = ((399 * arms[0].variance) + 99 * arms[1].variance) / 498
    wider = math.sqrt(max(arms[0].variance, both) / 400 + max(arms[1].variance, both) / 100)
    ratio = wider / math.sqrt(arms[0].variance / 400 + arms[1].variance / 100)
    assert 1 < ratio < 1.2
    assert math.isclose(found.high - found.low, 400 * ratio * (referee.high - referee.low), rel_tol=0.02)
    assert math.isclose(found.high - found.money, found.money - found.low)


def test_money_is_silent_on_fewer_than_five_leavers_of_a_side():
    assert kept([Pair(Arm(400, 40, 400, 9, 4), Arm(40, 4, 40, 9, 4))], cost=0) is None
    assert "nothing can be said" in money_sentence(None, months=12)
    assert brought([Pair(Arm(400, 0, 1, 9, 0), Arm(40, 0, 40, 9, 4))]) is None


def test_the_power_of_three_hundred_customers_reads_as_it_should():
    text = power_sentence(power(300, share=0.1, churn=0.1))
    assert "with 300 customers, 10% held out and 10% churn you would see only differences above 16 points; half and half, above 10" in (
        text[0].lower() + text[1:]
    )
    assert "Even keeping everybody could not be seen" in text
    assert "Even keeping" not in power_sentence(power(30_000, share=0.1, churn=0.1))


def test_the_smallest_difference_is_seen_four_times_in_five():
    least, rng = smallest_difference(4000, 4000, 0.3), np.random.default_rng(3)
    rows = zip(rng.binomial(4000, 0.3 - least / 2, 2000), rng.binomial(4000, 0.3 + least / 2, 2000), strict=True)
    seen = sum(difference([pair((4000, int(one)), (4000, int(other)))]).is_clear for one, other in rows)
    assert 0.77 < seen / 2000 < 0.83


def test_more_held_out_show_more_and_give_up_more():
    table = powers(2000, churn=0.1)
    assert table["smallest"].is_monotonic_decreasing
    assert table["given_up"].tolist() == [10, 20, 40, 60, 80, 100]


def test_before_the_end_only_clear_harm_speaks():
    assert verdict(trial((900, 20), (100, 12), state="running")).sentence.startswith("Not over until")
    harm = verdict(trial((900, 300), (100, 3), state="running"))
    assert (harm.kind, harm.difference) == ("stop", None)
    assert not does_harm(pair((900, 20), (100, 12)))
    assert not does_harm(pair((900, 0), (100, 0)))


def test_the_rule_of_harm_fires_at_three_and_a_bit_standard_errors():
    """Of 148 and 100 of 1000 the error is sqrt(2 (.124) (.876) / 1000) = .01474, and .048 is less than 3.29 of it; of 149 it is more."""
    assert [does_harm(pair((1000, left), (1000, 100))) for left in (147, 148, 149, 150)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("acted", "held", "kind", "said"),
    [
        ((1000, 50), (1000, 100), "helped", "It helped. Of 1,000 contacted 5.0% left, of 1,000 held out 10.0%: 5.0 points fewer"),
        ((1000, 100), (1000, 50), "harmed", "It did harm."),
        ((153, 12), (17, 2), "unsure", "even keeping everybody could not have been seen"),
        ((1000, 100), (1000, 102), "unsure", "only a difference above 3.8 points would have been seen"),
        ((1000, 0), (1000, 0), "unsure", "there was nothing to keep"),
        ((30, 26), (3, 3), "unsure", "All of the held out left, so it cannot be told"),
        ((1000, 0), (0, 0), "nobody", "on one side there is nobody"),
    ],
)
def test_a_verdict_is_honest(acted, held, kind, said):
    found = verdict(trial(acted, held))
    assert found.kind == kind
    assert said in found.sentence


def test_a_stopped_campaign_proves_nothing_and_stays_out_of_the_whole():
    stopped = trial((1000, 50), (1000, 100), state="stopped")
    assert "Stopped on 1 Feb 2026 before its end, so nothing can be said." in verdict(stopped).sentence
    assert together([stopped]).kind == "nobody"
    whole = together([stopped, trial((1000, 100), (1000, 102))])
    assert (whole.acted, whole.acted_left) == (1000, 100)
    assert "weighted" not in whole.sentence


def test_of_several_campaigns_the_shares_are_said_to_be_weighted():
    """Weights 100 * 100 / 200 = 50 and 900 * 100 / 1000 = 90: (50 * 10% + 90 * 1%) / 140 is 4.2%, though 19 of 1,000 left."""
    whole = together([trial((100, 10), (100, 20)), trial((900, 9), (100, 5))])
    assert "Of 1,000 contacted 4.2% left, of 200 held out 10.4% (shares weighted campaign by campaign)" in whole.sentence


def test_the_costs_of_a_campaign_whose_money_is_not_known_are_not_taken_off_that_of_others():
    known = Pair(Arm(200, 20, 200, 10.0, 4.0), Arm(200, 40, 200, 30.0, 4.0))
    one = replace(trial((200, 20), (200, 40)), pair=known, cost=1000.0)
    other = replace(trial((14, 1), (1, 0)), pair=Pair(Arm(14, 1, 14, 5.0, 1.0), Arm(1, 0, 1, 5.0)), cost=12600.0)
    whole = together([one, other])
    assert whole.gain == together([one]).gain
    assert "1 campaign, of which too few amounts are known, is not in it." in money_sentence(whole.gain, months=12, unvalued=whole.unvalued)
    assert "not in it" not in money_sentence(whole.gain, months=12, unvalued=together([one]).unvalued)
    assert together([one]).gain.cost == 1000


def test_groups_speak_only_where_they_are_large_and_their_intervals_are_widened():
    large, few, rare = pair((500, 20), (500, 60)), pair((500, 20), (49, 10)), pair((500, 4), (500, 60))
    split = groups({"North": [large], "East": [few], "West": [rare], "South": [large]})
    assert [one.name for one in split.told] == ["North", "South"]
    assert split.small == ("East", "West")
    alone = difference([large])
    assert split.told[0].difference.low < alone.low < alone.high < split.told[0].difference.high
