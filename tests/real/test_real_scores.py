"""Scores of public data that nobody in this project made, trained and given from the command line with nothing edited by hand."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.__main__ import main
from churn.intake import read
from churn.risk import load, score
from churn.risk.points import probability

DATA = Path(__file__).parents[3] / "shared" / "data"
TELCO = DATA / "telco_ibm" / "Telco-Customer-Churn.csv"
BANK = DATA / "bank_churn_modelling" / "Churn_Modelling.csv"
SHOP = DATA / "ecommerce_churn" / "E Commerce Dataset.xlsx"
GYM = DATA / "gym_churn" / "gym_churn_us.csv"
DATABEL = DATA / "databel" / "Databel - Data.csv"

SHEET = {SHOP: ["--sheet", "E Comm"]}
# What databel's customers said on leaving is filled for the lost alone.
LEAKS = {DATABEL: ["--ignore", "Churn Category", "--ignore", "Churn Reason"]}

# A training takes a minute or two, an evaluation five times that.
pytestmark = pytest.mark.timeout(2400)


def churn(*arguments: object) -> Any:
    """The JSON that a command prints."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    assert code == 0, err.getvalue()
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def model_of(tmp_path_factory):
    """The model that `train` makes of a file, and what it printed; each trained once."""
    folder = tmp_path_factory.mktemp("models")

    @cache
    def trained(file: Path) -> tuple[Path, Any]:
        model = folder / f"{file.stem}.json"
        return model, churn("train", file, "--out", model, *SHEET.get(file, []), *LEAKS.get(file, []))

    return trained


@pytest.mark.parametrize("file", [TELCO, BANK, SHOP], ids=lambda file: file.parent.name)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_contributions_sum_to_the_log_odds_of_the_shown_risk_on_every_row(tmp_path, model_of, file, ending):
    model, trained = model_of(file)
    out = tmp_path / f"scored.{ending}"
    found = churn("score", file, "--model", model, "--out", out, "--contributions", *SHEET.get(file, []))
    sheet = pd.read_csv(out) if ending == "csv" else pd.read_excel(out, engine="calamine")
    assert (found["rows"], found["known"], len(sheet)) == (trained["rows"],) * 3
    assert sheet[trained["id_column"]].is_unique
    assert sheet["risk"].isna().equals(sheet["information"] < 0.5)
    assert found["with_risk"] == sheet["risk"].count() > 0.95 * len(sheet)
    gap = sheet.filter(like="because:").sum(axis=1) - np.log(sheet["risk"] / (1 - sheet["risk"]))
    assert gap[sheet["risk"].notna()].abs().max() < 1e-6


def test_row_numbers_and_surnames_are_left_out_by_themselves(model_of):
    _model, trained = model_of(BANK)
    assert {"RowNumber", "Surname"} <= {column["column"] for column in trained["left_out"]}
    assert trained["id_column"] == "CustomerId"
    assert len(trained["columns_used"]) == 10


@pytest.mark.parametrize(("file", "roc_auc", "log_loss"), [(TELCO, 0.847, 0.414), (BANK, 0.866, 0.334)], ids=["telco_ibm", "bank"])
def test_scores_are_good_on_customers_that_were_not_seen(record_property, file, roc_auc, log_loss):
    found = churn("evaluate", file)
    for measure in ("roc_auc", "roc_auc_se", "log_loss", "brier", "calibration_error", "lift_top_10", "grade"):
        record_property(measure, found[measure])
    assert found["roc_auc"] >= roc_auc
    assert found["log_loss"] <= log_loss


@pytest.mark.parametrize("file", [GYM, DATABEL], ids=lambda file: file.parent.name)
def test_a_column_that_a_sheet_lacks_hardly_moves_the_mean_risk(record_property, model_of, file):
    model, trained = model_of(file)
    card, intake = load(model), read(file.read_bytes(), file=file.name)

    def mean_risk(frame: pd.DataFrame) -> float:
        """Over all rows, also those that are shown no risk for want of information."""
        return float(probability(score(card, frame, id_column=intake.id_column).log_odds).mean())

    whole = mean_risk(intake.frame)
    assert whole == pytest.approx(trained["rows_lost"] / trained["rows"], abs=0.01)
    moved = {column: mean_risk(intake.frame.drop(columns=column)) - whole for column in card.columns}
    worst = max(moved, key=lambda column: abs(moved[column]))
    record_property("churn rate", card.churn_rate)
    record_property(f"moved most, by {worst}", moved[worst])
    assert abs(moved[worst]) < card.churn_rate / 5
