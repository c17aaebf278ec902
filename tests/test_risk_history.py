"""Rows read at several days: judged by time, and nothing from after the day that a row is read at is learned from."""

import numpy as np
import pandas as pd
import pytest

from churn.errors import TrainingError
from churn.risk import evaluate_out_of_fold
from churn.risk.judging import learned_from, outer_folds, rule_out_of_fold
from churn.risk.labelled import Labelled

DAYS = pd.to_datetime(["2025-01-01", "2025-04-01", "2025-07-01"])
PLANTED = ["next_order_on", "orders_after", "days_to_next_order"]


def history(customers: int = 150) -> pd.DataFrame:
    """Customers read at three days, with what they did before and, planted, what they did within 90 days after: the lost do nothing."""
    random = np.random.default_rng(0)
    silent = random.exponential(30, (len(DAYS), customers)).round()
    lost = random.random(silent.shape) < 1 / (1 + np.exp(-(silent / 20 - 2.5)))
    gap = np.where(lost, np.nan, random.integers(0, 80, silent.shape))
    at = np.repeat(DAYS.to_numpy()[:, None], customers, axis=1)
    return pd.DataFrame(
        {
            "customer_id": pd.Series([f"c{number}" for _day in DAYS for number in range(customers)], dtype="str"),
            "as_of": at.ravel(),
            "days_silent": silent.ravel(),
            "last_order_on": (pd.Series(at.ravel()) - pd.to_timedelta(silent.ravel() + 1, unit="D")),
            "next_order_on": pd.Series(at.ravel()) + pd.to_timedelta(pd.Series(gap.ravel()), unit="D"),
            "orders_after": np.where(lost, 0.0, random.poisson(2, silent.shape) + 1.0).ravel(),
            "days_to_next_order": gap.ravel(),
            "churned": pd.Series(np.where(lost, "yes", "no").ravel(), dtype="str"),
        }
    )


def made_ready(frame: pd.DataFrame, **options: object) -> Labelled:
    return Labelled(frame, id_column="customer_id", label="churned", lost="yes", as_of="as_of", **options)  # type: ignore[arg-type]


def test_features_planted_from_after_the_day_are_refused():
    table = made_ready(history())
    assert table.columns == ["days_silent"]
    why = {out.column: out.why for out in table.left_out if out.leak}
    assert list(why) == PLANTED
    assert why["next_order_on"] == "it holds days on or after the day that the row is read at"
    assert "next_order_on" not in made_ready(history(), keep=["next_order_on"]).columns


def test_the_last_day_is_judged_by_what_was_learned_from_earlier_days():
    frame = history()
    table = made_ready(frame)
    outer = outer_folds(table, 0)
    assert set(frame["as_of"][outer == 0]) == {DAYS[2]}
    assert set(frame["as_of"].iloc[learned_from(table, outer, 0)]) == {DAYS[0], DAYS[1]}
    found = evaluate_out_of_fold(frame, id_column="customer_id", label="churned", lost="yes", as_of="as_of")
    assert found.evaluation.rows == 150
    assert np.isnan(found.risk[:300]).all()
    assert found.evaluation.method == "learned from earlier days, judged on the last"
    assert found.evaluation.roc_auc > 0.6


def test_the_rule_that_the_score_is_compared_with_knows_nothing_of_later_days_either():
    frame = history()
    last = (frame["as_of"] == DAYS[2]).to_numpy()
    found = []
    for silent in (0.0, 400.0):  # on the last day nobody leaves, so the day before is judged, whatever the last day looks like
        table = made_ready(frame.assign(churned=frame["churned"].where(~last, "no"), days_silent=frame["days_silent"].where(~last, silent)))
        outer = outer_folds(table, 0)
        assert set(frame["as_of"][outer == 0]) == {DAYS[1]}
        table.bins = lambda table=table, outer=outer: Labelled.bins(table, np.flatnonzero(outer != -1))
        found.append(rule_out_of_fold(table, outer)[1][outer == 0])
    np.testing.assert_array_equal(*found)


def test_rows_without_their_day_or_with_too_few_days_are_refused_in_a_sentence():
    frame = history()
    with pytest.raises(TrainingError, match="'days_silent' must hold a day in every row"):
        Labelled(frame, id_column="customer_id", label="churned", lost="yes", as_of="days_silent")
    with pytest.raises(TrainingError, match="There are too few days to judge by"):
        outer_folds(made_ready(frame[frame["as_of"] == DAYS[0]]), 0)
