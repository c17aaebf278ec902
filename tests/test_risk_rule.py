"""The best simple rule."""

import numpy as np
import pandas as pd

from churn.risk.bins import fit_bins
from churn.risk.rule import best_rule
from tests.made_up import firm


def rule_of(frame: pd.DataFrame, lost: np.ndarray):
    bins = tuple(fit_bins(column, frame[column]) for column in frame)
    codes = np.column_stack([cut.code(frame[cut.column]) for cut in bins])
    return best_rule(bins, codes, lost), codes


def test_a_planted_rule_of_two_conditions_is_found_and_said():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"calls": random.integers(0, 6, 800).astype(float), "plan": pd.Series(random.choice(["Basic", "Pro"], 800), dtype="str")}
    )
    frame["noise"] = random.normal(size=800)
    caught = ((frame["calls"] > 3) & (frame["plan"] == "Basic")).to_numpy()
    rule, codes = rule_of(frame, np.where(random.random(800) < 0.95, caught, ~caught))
    assert rule.name in ("leaves if calls is above 3.5 and plan is Basic", "leaves if plan is Basic and calls is above 3.5")
    np.testing.assert_array_equal(rule.risk(codes) > 0.5, caught)


def test_a_rule_for_staying_is_said_as_such():
    frame = pd.DataFrame({"months": np.repeat([1.0, 30.0], [60, 240])})
    rule, _codes = rule_of(frame, (frame["months"] == 1).to_numpy())
    assert rule.name in ("leaves if months is at most 15.5", "stays if months is above 15.5")
    assert rule.rates[0] != rule.rates[1]


def test_a_rule_beats_the_bare_rate_on_rows_it_was_found_on():
    frame, lost = firm(500)
    rule, codes = rule_of(frame, lost)
    risk = rule.risk(codes)
    assert len(rule.conditions) <= 2
    assert abs(risk[lost].mean()) > risk[~lost].mean()


def test_columns_that_say_nothing_give_everybody_the_churn_rate():
    frame = pd.DataFrame({"same": np.ones(50)})
    lost = np.arange(50) % 5 == 0
    rule, codes = rule_of(frame, lost)
    np.testing.assert_allclose(rule.risk(codes), 0.2)
    assert rule.name == "everybody alike"
