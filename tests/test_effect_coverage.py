"""The planted truth: campaigns among the sample firm's customers, by its own mechanism, judged with no knowledge of what was planted."""

import numpy as np
import pytest

from churn.actions.comparing import difference, kept
from tests.planted import PlantedFirm

CAMPAIGNS, TOGETHER = 200, 8


@pytest.fixture(scope="module")
def firm():
    return PlantedFirm()


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_the_planted_effect_lies_within_the_interval_of_182_to_198_of_200_campaigns(firm, share, seed, record_property):
    rng = np.random.default_rng(seed)
    campaigns = [firm.campaign(rng, share=share) for _ in range(CAMPAIGNS)]
    found = [difference([one.pair]) for one in campaigns]
    within = sum(told.low <= one.truth <= told.high for one, told in zip(campaigns, found, strict=True))
    record_property("within", within)
    assert np.mean([one.truth for one in campaigns]) < -0.04
    assert 182 <= within <= 198
    assert sum(told.low > 0 for told in found) <= 2


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_of_200_campaigns_that_do_nothing_2_to_18_seem_to_do_something(firm, share, seed, record_property):
    rng = np.random.default_rng(seed)
    campaigns = [firm.campaign(rng, share=share, works=False) for _ in range(CAMPAIGNS)]
    assert {one.truth for one in campaigns} == {0.0}
    alarms = sum(difference([one.pair]).is_clear for one in campaigns)
    record_property("alarms", alarms)
    assert 2 <= alarms <= 18


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_campaigns_put_together_find_what_single_ones_cannot(firm, share):
    rng = np.random.default_rng(4)
    campaigns = [[firm.campaign(rng, share=share) for _ in range(TOGETHER)] for _ in range(25)]
    within = clear = alone = money = 0
    for some in campaigns:
        pairs = [one.pair for one in some]
        weight = np.array([pair.acted.followed * pair.held_out.followed / (pair.acted.followed + pair.held_out.followed) for pair in pairs])
        truth = float(weight @ [one.truth for one in some] / weight.sum())
        found, gain = difference(pairs), kept(pairs, cost=0)
        within += found.low <= truth <= found.high
        clear += found.is_clear
        alone += sum(difference([pair]).is_clear for pair in pairs)
        money += gain.low <= sum(one.worth * one.pair.acted.followed for one in some) <= gain.high
    assert within >= 22
    assert money >= 22
    assert clear > 2 * alone / TOGETHER
