"""Scores of public data that are honest where there is little to learn from, or nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn.intake import Intake, read
from churn.risk import evaluate_out_of_fold, score, train
from churn.risk.evaluation import log_losses, roc_auc
from churn.risk.labelled import Labelled

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.timeout(1800)


def intake_of(path: str) -> Intake:
    return read((DATA / path).read_bytes(), file=Path(path).name).settled()


def test_labels_that_are_random_get_an_f_in_words(record_property):
    sheet = intake_of("ravenstack/ravenstack_accounts.csv")
    found = evaluate_out_of_fold(sheet.frame, id_column=sheet.id_column, label="churn_flag", lost="True").evaluation
    record_property("gain over its standard error", found.gain / found.gain_se)
    assert found.grade == "F"
    assert not found.has_signal


def test_five_hundred_rows_are_scored_as_well_as_they_say(record_property):
    sheet = intake_of("custchurn/CUSTCHURN.csv")
    found = evaluate_out_of_fold(sheet.frame, label="Churn", lost="Y", ignore=["Duration"]).evaluation
    for measure in ("roc_auc", "log_loss", "calibration_error", "calibration_by_chance"):
        record_property(measure, getattr(found, measure))
    assert found.calibrated
    assert found.ranges.log_loss.low < found.log_loss < found.ranges.log_loss.high


@pytest.mark.parametrize("seed", range(3))
def test_sixty_rows_are_learned_from_and_the_score_keeps_what_it_says_on_the_others(record_property, seed):
    sheet = intake_of("telco_ibm/Telco-Customer-Churn.csv")
    some = np.random.default_rng(seed).permutation(len(sheet.frame))
    few, others = (sheet.frame.iloc[rows].reset_index(drop=True) for rows in (some[:60], some[60:]))
    card = train(few, id_column=sheet.id_column)
    lost = (others["Churn"] == "Yes").to_numpy()
    risk = score(card, others, id_column=sheet.id_column).risk
    shown = ~np.isnan(risk)
    found, bare = card.evaluation, log_losses(np.full(shown.sum(), card.churn_rate), lost[shown]).mean()
    loss, auc = log_losses(risk[shown], lost[shown]).mean(), roc_auc(risk[shown], lost[shown])
    for name, value in (("grade", found.grade), ("log_loss on the others", loss), ("bare rate", bare), ("roc_auc on the others", auc)):
        record_property(name, value)
    assert found.calibrated
    assert loss < bare + 0.02
    assert shown.mean() > 0.9
    if found.has_signal:
        assert found.ranges.roc_auc.low - 0.02 < auc < found.ranges.roc_auc.high + 0.02
        assert found.ranges.log_loss.low - 0.02 < loss < found.ranges.log_loss.high + 0.02


def leaks_of(frame: pd.DataFrame, id_column: str | None, label: str, lost: str) -> set[str]:
    return {column.column for column in Labelled(frame, id_column=id_column, label=label, lost=lost).left_out if column.leak}


def test_leaks_are_found_where_they_are_and_nowhere_else():
    sheet, status = (intake_of(f"telco_ibm_ext/Telco_customer_churn{part}.xlsx").frame for part in ("", "_status"))
    status = status.rename(columns={"Customer ID": "CustomerID"})
    joined = sheet.merge(status[["CustomerID", *(name for name in status if name not in sheet)]], on="CustomerID")
    told = leaks_of(joined, "CustomerID", "Churn Value", "1")
    assert {"Churn Score", "Satisfaction Score", "Customer Status", "Churn Reason", "Churn Category", "Churn Label"} <= told
    assert leaks_of(intake_of("isp_churn/internet_service_churn.csv").frame, "id", "churn", "1") == {"reamining_contract"}
    for path, id_column, label, lost in (
        ("telco_ibm/Telco-Customer-Churn.csv", "customerID", "Churn", "Yes"),
        ("bank_churn_modelling/Churn_Modelling.csv", "CustomerId", "Exited", "1"),
        ("gym_churn/gym_churn_us.csv", None, "Churn", "1"),
    ):
        assert leaks_of(intake_of(path).frame, id_column, label, lost) == set()
