"""The curve of one column: worked out by hand, and where too few customers say anything."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from churn.risk import Scorecard, train
from churn.risk.bins import fit_bins
from churn.risk.curves import curve_of, ends, jackknife_half, typical_risk
from churn.risk.points import Tables
from churn.risk.scorecard import Member
from tests.made_up import labelled


@pytest.fixture(scope="module")
def card() -> Scorecard:
    frame = labelled(300)
    frame.loc[frame.index[frame["plan"].isna()][1:], "plan"] = "Basic"
    return train(frame, id_column="customer_id")


def test_a_level_has_its_points_its_risk_and_the_interval_of_the_bags(card):
    def member(points: float) -> Member:
        singles = tuple(np.zeros(cut.size) for cut in card.bins)
        singles[card.columns.index("plan")][1] = points
        return Member(Tables(-2.0, singles, {(0, 1): np.zeros((2, 2))}), {(0, 1): 0.5})

    by_hand = replace(card, whole=member(3.0), bags=tuple(map(member, (1.0, 2.0, 3.0, 4.0, 5.0))))
    found = curve_of(by_hand, "plan").set_index("level")
    plan = card.bins[card.columns.index("plan")]
    row = found.loc[plan.levels[0]]
    half = 2.776445 * np.sqrt(4 / 5 * 10)  # t with 4 degrees of freedom; squared distances from the mean add up to 10
    assert (row["customers"], row["points"]) == (plan.counts[1], 3.0)
    assert (row["low"], row["high"]) == (pytest.approx(3 - half), pytest.approx(3 + half))
    assert typical_risk(by_hand) == pytest.approx(1 / (1 + np.exp(1.5)))
    assert (row["risk"], row["risk_low"]) == (pytest.approx(1 / (1 + np.exp(-1.5))), pytest.approx(1 / (1 + np.exp(half - 1.5))))
    other = found.loc[plan.levels[1]]
    assert (other["points"], other["low"], other["high"], other["risk"]) == (0, 0, 0, pytest.approx(typical_risk(by_hand)))


def test_the_jackknife_gives_the_standard_error_of_a_mean():
    values = np.random.default_rng(0).normal(size=8)
    without = (values.sum() - values) / 7
    assert jackknife_half(without[:, None]) == pytest.approx(2.364624 * values.std(ddof=1) / np.sqrt(8))


def test_every_training_row_is_counted_once_and_a_rare_value_is_neutral(card):
    for column in card.columns:
        assert curve_of(card, column)["customers"].sum() == card.provenance.rows
    missing = curve_of(card, "plan").iloc[0]
    assert (missing["level"], missing["customers"], missing["neutral"]) == ("missing", 1, True)
    assert (missing["points"], missing["low"], missing["high"]) == (0, 0, 0)
    assert not curve_of(card, "visits")["neutral"].any()
    assert "missing" not in set(curve_of(card, "months")["level"])


def test_a_curve_shows_what_was_planted(card):
    months = curve_of(card, "months")
    assert months["risk"].iloc[0] > typical_risk(card) > months["risk"].iloc[-1]
    assert ((months["risk_low"] <= months["risk"]) & (months["risk"] <= months["risk_high"])).all()
    assert (months["start"].to_numpy()[1:] == months["end"].to_numpy()[:-1]).all()


@pytest.mark.parametrize(
    ("values", "start", "end"),
    [
        ([0.0, 1, 2, 3] * 10, [0, 0.5, 1.5, 2.5], [0.5, 1.5, 2.5, 3.5]),
        ([-1.0] * 10 + [1.0] * 10, [-2, 0], [0, 2]),
        ([7.0] * 20, [7], [7]),
        ([*range(1, 100), 1e6], [1, *range(10, 100, 10)], range(10, 101, 10)),
    ],
    ids=["counts end half a step past the last", "below nought", "one value", "a huge value leaves room for the rest"],
)
def test_bins_end_where_a_picture_can_show_them(values, start, end):
    found = ends(fit_bins("x", pd.Series(values)))
    assert [edge[1:].tolist() for edge in found] == [pytest.approx(list(start)), pytest.approx(list(end))]
    assert np.isnan([edge[0] for edge in found]).all()
