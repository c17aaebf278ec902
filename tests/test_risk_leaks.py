"""Columns that know too much are left out, honest ones stay."""

import numpy as np
import pandas as pd
import pytest

from churn.risk.columns import Label, choose, put_back
from churn.risk.leaks import alone_auc, why_leak
from tests.made_up import labelled

SHEET = labelled(600)
LOST = (SHEET["churned"] == "yes").to_numpy()
RANDOM = np.random.default_rng(0)


def column(name: str, values: object) -> "pd.Series[str]":
    return pd.Series(values, name=name)


def test_honest_columns_are_no_leaks():
    for name in ("visits", "plan", "months", "colour"):
        assert why_leak(SHEET[name], LOST) == ""


def test_a_column_filled_only_for_the_lost_is_a_leak():
    assert why_leak(column("note", np.where(LOST, "moved", None)), LOST) == "filled only for customers who were lost"
    few = np.where(LOST & (np.cumsum(LOST) <= 4), "moved", None)
    assert why_leak(column("note", few), LOST) == ""


@pytest.mark.parametrize("share", [0.0, 0.03])
def test_a_column_that_tells_almost_surely_is_a_leak(share):
    wrong = RANDOM.random(len(LOST)) < share
    why = why_leak(column("status", np.where(LOST ^ wrong, "closed", "open")), LOST)
    assert why.startswith("by itself it tells who was lost almost surely (ROC-AUC 0.9") or "1.00" in why


def test_a_telling_name_is_a_leak_only_where_the_column_tells_something():
    weak = np.where(RANDOM.random(len(LOST)) < 0.35, LOST, RANDOM.random(len(LOST)) < 0.5).astype(float)
    assert 0.6 < alone_auc(column("x", weak), LOST) < 0.92
    assert why_leak(column("calls", weak), LOST) == ""
    assert why_leak(column("churn score", weak), LOST).startswith("its name speaks of leaving")
    assert why_leak(column("churn score", RANDOM.random(len(LOST))), LOST) == ""


def test_no_column_of_noise_is_judged_better_than_chance():
    every = [alone_auc(column("noise", np.random.default_rng(seed).normal(size=len(LOST))), LOST) for seed in range(40)]
    assert np.mean(every) == pytest.approx(0.5, abs=0.02)


def test_leaks_are_left_out_with_the_reason_and_can_be_put_back():
    sheet = SHEET.assign(reason=column("reason", np.where(LOST, "price", None)))
    label = Label("churned", "yes")
    used, left_out = choose(sheet, id_column="customer_id", label=label)
    assert used == ["visits", "plan", "months", "colour"]
    assert [(out.column, out.leak) for out in left_out] == [("reason", True)]
    assert "reason" in choose(sheet, id_column="customer_id", label=label, keep=["reason"])[0]
    assert [(back.column, back.why) for back in put_back(sheet, label=label, keep=["reason", "visits"])] == [
        ("reason", "filled only for customers who were lost")
    ]


def test_a_day_that_only_the_lost_have_is_a_leak_and_another_day_is_only_of_no_use():
    days = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta(RANDOM.integers(0, 300, len(LOST)), unit="D"), name="day")
    sheet = SHEET.assign(closed_on=days.where(LOST), since=days)
    _used, left_out = choose(sheet, id_column="customer_id", label=Label("churned", "yes"))
    assert {out.column: out.leak for out in left_out} == {"closed_on": True, "since": False}
