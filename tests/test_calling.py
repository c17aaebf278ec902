"""Whom to call, from the desk's tables to the list: worked by hand, and on the sample firm."""

import math
import shutil
from dataclasses import replace

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from churn import actions, measures, risk
from churn.actions import Terms
from churn.intake import read
from churn.money import Calls, Offer, expected_maximum_profit
from churn.risk.desk_models import id_column_of, model_of
from churn.risk.of_desk import first_drivers
from churn.risk.of_history import in_words
from churn.store import open_desk
from tests.browser import ROOT
from tests.models import called, collected, history_model, sheet_model

NAN = math.nan
PEOPLE = pd.DataFrame(
    {
        "customer_id": ["A", "B", "C", "D", "E", "F"],
        "name": ["Ash", "Birch", "Cedar", "Dill", "Elm", "Fir"],
        "monthly_value": [10.0, 100.0, 20.0, 50.0, NAN, 1.0],
        "risk": [0.5, 0.1, 0.9, 0.8, 0.7, NAN],
        "known": [1.0, 1.0, NAN, 1.0, 1.0, 1.0],
        "lost": [0.0, 0.0, NAN, 1.0, 0.0, 0.0],
    }
)
OWN = Terms(Offer(cost=10, contact=1, acceptance=0.5), months=10)
SAME = Terms(Offer(100, 10, 1, 0.5))


def test_the_list_goes_by_what_is_expected_of_each_customers_own_value_and_leaves_out_the_lost_and_the_unknown():
    """At 10 months: A .5 (.5 * 90 + 10) - 11 = 16.5, B .1 (.5 * 990 + 10) - 11 = 39.5, C .9 (.5 * 190 + 10) - 11 = 83.5."""
    plan = actions.call_plan(PEOPLE, OWN)
    expected = pd.DataFrame(
        {
            "customer_id": ["C", "B", "A"],
            "name": ["Cedar", "Birch", "Ash"],
            "risk": [0.9, 0.1, 0.5],
            "value": [200.0, 1000.0, 100.0],
            "expected_gain": [83.5, 39.5, 16.5],
        }
    )
    pd.testing.assert_frame_equal(plan.first(10), expected)
    pd.testing.assert_frame_equal(plan.first(2), expected.head(2))
    assert plan.found.at(2) == Calls(2, pytest.approx(1.0), pytest.approx(1.0), pytest.approx(123.0))
    assert (plan.found.customers, plan.found.unknown, plan.never) == (3, 2, 0)
    assert (plan.value, plan.break_even) == (200, pytest.approx(11 / 105))


def test_with_one_value_for_all_the_list_goes_by_risk():
    plan = actions.call_plan(PEOPLE.drop(columns=["monthly_value", "name"]), SAME)
    assert list(plan.first(9)) == ["customer_id", "risk", "value", "expected_gain"]
    assert plan.first(9)["customer_id"].tolist() == ["C", "E", "A", "B"]
    assert (plan.found.best.calls, plan.value, plan.break_even) == (3, 100, pytest.approx(11 / 55))


def test_who_is_worth_too_little_to_be_called_at_any_risk_is_counted():
    """Not even a sure leaver is worth a call below d + f / g = 12; A is worth 10, B 100, C 20."""
    plan = actions.call_plan(PEOPLE, replace(OWN, months=1))
    assert (plan.never, plan.found.best.calls, plan.value) == (1, 1, 20)
    nobody = actions.call_plan(PEOPLE[PEOPLE["lost"] == 1], OWN)
    assert (nobody.found.customers, nobody.value, nobody.never, len(nobody.first(5))) == (0, 0, 0, 0)


def test_looking_back_counts_who_left_among_those_whose_outcome_the_score_had_not_seen():
    """A, B and D: gains 16.5, 39.5 and .8 (.5 * 490 + 10) - 11 = 193; all are called, and D alone left."""
    looked = actions.look_back(PEOPLE, OWN)
    assert looked is not None
    by_hand = (-11) + (-11) + (0.5 * 490 - 1)
    assert (looked.customers, looked.left) == (3, 1)
    assert looked.called == Calls(3, 1, 2, pytest.approx(by_hand))
    assert looked.expected == pytest.approx(16.5 + 39.5 + 193)
    assert looked.at_random == pytest.approx(by_hand)
    mean = Offer((100 + 1000 + 500) / 3, 10, 1, 0.5)
    assert (looked.value, looked.worth) == (mean.value, expected_maximum_profit([0.5, 0.1, 0.8], [0, 0, 1], mean))


def test_as_many_calls_at_random_bring_their_part_of_what_calling_everybody_brings():
    """With one value, D and E and A are called, of whom D left: 44 - 11 - 11; everybody: 44 - 3 * 11, and three of four calls of that."""
    looked = actions.look_back(PEOPLE, SAME)
    assert looked is not None
    assert looked.called == Calls(3, 1, 2, pytest.approx(22))
    assert looked.at_random == pytest.approx(11 * 3 / 4)


def test_there_is_no_looking_back_where_every_risk_comes_from_a_score_that_knew_the_outcome():
    assert actions.look_back(PEOPLE.assign(known=0.0), OWN) is None
    assert actions.look_back(PEOPLE.assign(lost=NAN), OWN) is None


def test_without_a_risk_to_trust_those_who_pay_most_come_first():
    found = actions.most_valuable(PEOPLE, 3)
    assert found.to_dict("list") == {"customer_id": ["B", "C", "A"], "name": ["Birch", "Cedar", "Ash"], "monthly_value": [100, 20, 10]}
    assert actions.most_valuable(PEOPLE, 9)["customer_id"].tolist() == ["B", "C", "A", "F"]


def test_everybody_stands_as_the_desks_tables_say(tmp_path):
    table = b"customer_id,monthly_value,churned\nB,20,no\nA,,yes\nC,5,\n"
    scores = pd.DataFrame({"customer_id": ["A", "B"], "risk": [0.25, NAN], "information": [1.0, 0.1], "known": [True, False]})
    lost = measures.lost_expression("churned", "yes")
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(table, file="three.csv")}, scores=scores)
        with desk.reading() as frames:
            found = measures.standing(frames["customers"], frames["scores"], lost)
            bare = measures.standing(frames["customers"], frames["scores"].select("customer_id", "risk"), nw.col("customer_id").is_null())
    expected = {"monthly_value": [NAN, 20, 5], "lost": [1, 0, NAN], "risk": [0.25, NAN, NAN], "known": [1, 0, NAN]}
    assert found["customer_id"].tolist() == ["A", "B", "C"]
    assert list(found) == ["customer_id", *expected]
    np.testing.assert_array_equal(found[list(expected)].to_numpy(), np.array(list(expected.values()), dtype=float).T)
    assert bare["known"].isna().all()
    assert (bare["lost"] == 0).all()


def test_the_main_driver_of_some_customers_is_the_first_of_all_their_drivers(sample_desk, tmp_path):
    shutil.copytree(sample_desk, tmp_path / "desk")
    with open_desk(tmp_path / "desk") as desk:
        gone = desk.frame("customers").dropna(subset="ended_on")["customer_id"].iloc[0]
        asked = ["C03999", "nobody", "C00002", gone, "C01234"]
        found = first_drivers(desk, model_of(desk), asked)
        desk.set_settings({"deeper": True})
        assert first_drivers(desk, model_of(desk), asked) == []
    card, features = in_words(history_model(sample_desk)), called(collected(sample_desk, "customer_features", tmp_path))
    told = risk.drivers(risk.score(card, features, id_column="customer_id"), features)
    everybody = dict(zip(features["customer_id"], told, strict=True))
    assert found == ["" if name in ("nobody", gone) else everybody[name][0] for name in asked]
    assert all(" points" in sentence for sentence in np.array(found)[[0, 2, 4]])


def test_the_main_driver_is_told_of_customers_without_ids_too(sample_desk, tmp_path):
    lines = (ROOT / "sample_data" / "customers.csv").read_bytes().splitlines()[:13]
    table = b"\n".join(line.partition(b",")[2] for line in lines)
    card = sheet_model(sample_desk)
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(table, file="no_ids.csv")})
        frame, asked = desk.frame("customers"), desk.ids()[::-1]
        assert id_column_of(desk) is None
        assert first_drivers(desk, card, asked) == [first[0] for first in risk.drivers(risk.score(card, frame), frame)][::-1]
