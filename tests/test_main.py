"""The command line, as another program would call it: files in, files and JSON out, one clear line where it cannot be done."""

import gzip
import io
import json
import math
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.__main__ import main
from churn.report.card import card_html
from churn.risk import load
from churn.store import open_desk

ROOT = Path(__file__).resolve().parent.parent
FEE, VISITS = "**fee** [x](http://a)", "=visits()"
ADDED = ["risk", "risk_band", "risk_low", "risk_high", "information", "driver_1", "driver_2", "driver_3", "known"]


@dataclass(frozen=True)
class Ran:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def found(self) -> Any:
        """Its JSON; the command went well."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """Its one sentence; the command was refused, and said nothing else."""
        assert (self.code, self.out) == (2, ""), self
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        assert not re.search(r"Traceback|nanobind|Error\b|None:", self.err)
        return self.err.strip()


def churn(*arguments: object) -> Ran:
    """Runs a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Ran(code, out.getvalue(), err.getvalue())


def in_its_own_process(*arguments: object) -> Ran:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def customers(rows: int = 150) -> pd.DataFrame:
    """A made-up firm with headers that a spreadsheet or a page could take for something else."""
    random = np.random.default_rng(0)
    plan = random.choice(["basic", "pro", "team"], rows)
    visits, fee = random.integers(0, 60, rows), random.normal(50, 20, rows).round(2)
    log_odds = 1.5 * (plan == "basic") - 0.06 * visits + 0.02 * (fee - 50)
    gone = random.random(rows) < 1 / (1 + np.exp(-log_odds))
    ids = [f"C{number:03d}" for number in range(rows)]
    cells = {"customer_id": ids, "plan type": plan, VISITS: visits, FEE: fee, "churned": np.where(gone, "Yes", "No")}
    return pd.DataFrame(cells).astype("str")


def noise() -> pd.DataFrame:
    """Forty customers whose columns have the names of those that a score adds, and say nothing; the label is 1 or 0."""
    random = np.random.default_rng(1)
    cells = {"ref": [f"R{number}" for number in range(40)], "risk": random.integers(0, 5, 40), "base": random.integers(0, 3, 40)}
    return pd.DataFrame(cells | {"mark": [float(number % 8 == 0) for number in range(40)]})


def csv(folder: Path, table: pd.DataFrame, name: str = "sheet.csv") -> Path:
    table.to_csv(folder / name, index=False)
    return folder / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("made up")


@pytest.fixture(scope="module")
def learned(folder):
    """What training on the made-up firm printed."""
    return churn("train", csv(folder, customers(), "firm.csv"), "--out", folder / "model.json")


@pytest.fixture(scope="module")
def model(folder, learned):
    assert learned.code == 0, learned.err
    return folder / "model.json"


@pytest.fixture(scope="module")
def odd_model(folder):
    """A model that reads columns called risk and base."""
    ran = churn(
        "train", csv(folder, noise(), "noise.csv"), "--out", folder / "odd.json", "--id", "ref", "--label", "mark", "--lost", "True"
    )
    assert (ran.found["lost"], ran.found["columns_used"]) == ("1", ["risk", "base"])
    return folder / "odd.json"


def scored(table: pd.DataFrame, model: Path, folder: Path, *more: str, ending: str = "csv") -> tuple[pd.DataFrame, Ran]:
    """The scored sheet as read back from its file, and what the command said."""
    out = folder / f"scored.{ending}"
    ran = churn("score", csv(folder, table), "--model", model, "--out", out, *more)
    assert ran.code == 0, ran.err
    return read_back(out), ran


def read_back(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"customer_id": "str"})
    return pd.read_excel(path, engine="calamine") if path.suffix == ".xlsx" else pd.read_parquet(path)


# check


def test_check_tells_what_a_file_holds(tmp_path):
    text = "Customer Ref;Plan;Joined on;Fee;Churn;Note\n0017;Basic;2024-03-01;5;Yes;a\n0018;;2024-03-02;5.5;No;b\n;Pro;2024-03-03;6;No;c\n"
    (tmp_path / "list.csv").write_text(text, "utf-8")
    found = churn("check", tmp_path / "list.csv", "--id", "Customer Ref").found
    assert found | {"columns": 0, "rejected": 0} == {
        "file": "list.csv", "sheet": None, "encoding": "utf-8", "delimiter": ";", "header_row": 1,
        "rows_read": 3, "rows_accepted": 2, "rows_rejected": 1, "columns": 0, "rejected": 0, "questions": [],
        "header_rows": [1], "notes": [], "set_aside": [],
    }  # fmt: skip
    assert found["rejected"] == [{"row": 4, "column": "Customer Ref", "value": "", "why": "has no customer_id"}]
    columns = {column["source"]: column for column in found["columns"]}
    assert list(columns) == ["Customer Ref", "Plan", "Joined on", "Fee", "Churn", "Note"]
    assert columns["Plan"] == {
        "source": "Plan", "column": "plan", "type": "text", "missing": 1, "examples": ["Basic", "Pro"], "confidence": 1.0,
        "proposed": None, "notes": [], "role": "input", "why": None,
    }  # fmt: skip
    assert [columns[name]["role"] for name in columns] == ["id", "input", "left out", "input", "label", "input"]
    assert [columns[name]["type"] for name in columns] == ["id", "text", "date", "number", "flag", "text"]
    assert columns["Joined on"]["why"]


def test_check_leaves_questions_open_and_the_other_commands_name_the_option(tmp_path, model):
    twice = csv(tmp_path, customers(3).assign(customer_id=["C1", "C2", "C1"]))
    found = churn("check", twice).found
    assert [(question["option"], question["choices"]) for question in found["questions"]] == [("--duplicates", ["first", "last", "refuse"])]
    for arguments in (
        ["train", "--out", "m.json"],
        ["evaluate"],
        ["score", "--model", model, "--out", "s.csv"],
        ["load", "--desk", "desk"],
    ):
        named = [tmp_path / word if word in ("m.json", "s.csv", "desk") else word for word in arguments]
        assert "C1 in rows 2 and 4: say --duplicates" in churn(*named, twice).refusal
    assert churn("score", twice, "--model", model, "--out", tmp_path / "s.csv", "--duplicates", "last").found["rows"] == 2


def test_check_asks_which_sheet_and_reads_the_one_that_is_named(tmp_path):
    book = tmp_path / "book.xlsx"
    with pd.ExcelWriter(book, engine="xlsxwriter") as writer:
        pd.DataFrame({"about": ["x"]}).to_excel(writer, sheet_name="Notes", index=False)
        customers(4).to_excel(writer, sheet_name="Ours", index=False)
    found = churn("check", book).found
    assert [(question["option"], question["choices"]) for question in found["questions"]] == [("--sheet", ["Ours", "Notes"])]
    assert (found["rows_read"], found["columns"]) == (0, [])
    assert "--sheet" in churn("check", book, "--table", tmp_path / "cells.csv").refusal
    assert not (tmp_path / "cells.csv").exists()
    found = churn("check", book, "--sheet", "Ours").found
    assert (found["sheet"], found["rows_accepted"], found["questions"]) == ("Ours", 4, [])


def test_check_writes_the_cells_as_understood(tmp_path):
    (tmp_path / "list.csv").write_text('id,Fee,Since,Note\n007,1e-7,2024-03-01 10:00,"=a, b"\n008,12.50,,NULL\n', "utf-8")
    assert churn("check", tmp_path / "list.csv", "--table", tmp_path / "cells.csv").code == 0
    assert (tmp_path / "cells.csv").read_text("utf-8") == 'id,Fee,Since,Note\n007,0.0000001,2024-03-01,"=a, b"\n008,12.5,,\n'


def test_check_reads_other_tables(tmp_path):
    (tmp_path / "o.csv").write_text("customer,date,total\n1,2024-01-02,5\n", "utf-8")
    columns = churn("check", tmp_path / "o.csv", "--as", "orders").found["columns"]
    assert [column["column"] for column in columns] == ["customer_id", "ordered_on", "amount"]
    assert "no table 'visits'" in churn("check", tmp_path / "o.csv", "--as", "visits").refusal


# train, evaluate


def test_train_tells_what_was_learned_from_what(learned):
    found = learned.found
    gone = int((customers()["churned"] == "Yes").sum())
    assert (found["rows"], found["rows_lost"], found["label"], found["lost"], found["id_column"]) == (
        150,
        gone,
        "churned",
        "Yes",
        "customer_id",
    )
    assert (found["columns_used"], found["left_out"]) == (["plan type", VISITS, FEE], [])
    assert 0.7 < found["evaluation"]["roc_auc"] < 1
    assert found["evaluation"]["grade"] in "ABCD"
    assert [line.split(" ", 1)[1] for line in learned.err.splitlines()][:2] == ["values as bins", "a straight line"]


def test_evaluate_tells_how_good_a_score_would_be(folder, odd_model):
    found = churn("evaluate", folder / "noise.csv", "--id", "ref", "--label", "mark", "--lost", "1", "--ignore", "base").found
    assert (found["rows"], found["lost"], found["columns_used"], found["leaks"]) == (40, 5, ["risk"], [])
    for measure in ("roc_auc", "roc_auc_se", "log_loss", "brier", "calibration_error", "lift_top_10"):
        assert math.isfinite(found[measure]), measure
    assert found["grade"] == "F"
    assert found["rule"]["name"]
    for other in ("rule", "deeper"):
        assert math.isfinite(found[other]["roc_auc"] + found[other]["log_loss"])
    assert found["deeper"]["better"] in (True, False)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--label", "chrned"], "no column 'chrned' (did you mean 'churned'?)"),
        (["--label", "plan type"], "Which value of the column 'plan type' means lost: basic, pro and team? Say --lost VALUE"),
        (["--lost", "2"], "No row has '2' in the label column 'churned': it holds No and Yes"),
        (["--ignore", "plan typ"], "no column 'plan typ' (did you mean 'plan type'?)"),
        (["--id", "fees"], "has no column 'fees'"),
        (["--ignore", "plan type", "--ignore", VISITS, "--ignore", FEE], "No column is left to learn from"),
    ],
)
def test_what_cannot_be_learned_is_said_before_the_work(tmp_path, options, says):
    firm = csv(tmp_path, customers())
    assert says in churn("train", firm, "--out", tmp_path / "m.json", *options).refusal
    assert says in churn("evaluate", firm, *options).refusal
    assert not (tmp_path / "m.json").exists()


# score


def test_score_keeps_the_rows_and_adds_its_columns(tmp_path, model):
    table = customers().sample(frac=1, random_state=3)
    sheet, ran = scored(table, model, tmp_path)
    counts = {"rows": 150, "with_risk": 150, "known": 150, "absent": [], "unread": [], "out": str(tmp_path / "scored.csv")}
    assert {name: ran.found[name] for name in counts} == counts
    assert set(ran.found) == {*counts, "drift"}
    assert ran.err == ""
    assert list(sheet) == ["customer_id", "plan type", "'" + VISITS, FEE, "churned", *ADDED]
    assert sheet["customer_id"].tolist() == table["customer_id"].tolist()
    assert sheet["'" + VISITS].astype("str").tolist() == table[VISITS].tolist()
    assert sheet["risk"].between(0, 1).all()
    assert sheet["risk"].between(sheet["risk_low"], sheet["risk_high"]).all()
    assert sheet["risk_band"].tolist() == ["low" if risk < 0.2 else "medium" if risk < 0.5 else "high" for risk in sheet["risk"]]
    assert np.allclose(sheet["information"], 1, rtol=0, atol=1e-12)
    assert sheet["known"].all()
    assert sheet["driver_1"].str.fullmatch(r"(plan type|'=visits\(\)|\*\*fee\*\* \[x\]\(http://a\)) is .+: [+-]?[0-9.]+ points").all()


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_contributions_sum_to_the_log_odds_of_the_written_risk(tmp_path, model, ending):
    table = customers().assign(customer_id=[f"N{number}" for number in range(150)])
    table.loc[:9, FEE] = ""
    sheet, _ran = scored(table, model, tmp_path, "--contributions", ending=ending)
    parts = sheet.filter(like="because:")
    assert list(parts) == ["because:base", "because:plan type", f"because:{VISITS}", f"because:{FEE}"]
    assert np.allclose(parts.sum(axis=1), np.log(sheet["risk"] / (1 - sheet["risk"])), rtol=0, atol=1e-6)
    assert not sheet["known"].any()
    assert (sheet["information"][:10] < 0.999).all()


def test_risk_is_the_same_in_every_kind_of_file(tmp_path, model):
    sheets = [scored(customers(), model, tmp_path, ending=ending)[0] for ending in ("csv", "xlsx", "parquet")]
    for sheet in sheets[1:]:
        assert np.allclose(sheet["risk"], sheets[0]["risk"], rtol=1e-14, atol=0)
        assert sheet["driver_1"].tolist() == sheets[0]["driver_1"].str.removeprefix("'").tolist()


def test_a_sheet_of_one_row_gets_the_score_that_it_gets_among_others(tmp_path, model):
    together, _ran = scored(customers(), model, tmp_path)
    for place in (0, 77):
        alone, _ran = scored(customers().iloc[[place]], model, tmp_path)
        assert alone["risk"].tolist() == [together["risk"][place]]


def test_a_sheet_that_lacks_a_column_is_scored_with_less_information(tmp_path, model):
    sheet, ran = scored(customers().drop(columns=FEE), model, tmp_path, "--contributions")
    assert ran.found["absent"] == [FEE]
    assert (sheet["information"] < 0.999).all()
    assert (sheet[f"because:{FEE}"] == 0).all()
    assert np.allclose(sheet.filter(like="because:").sum(axis=1), np.log(sheet["risk"] / (1 - sheet["risk"])), rtol=0, atol=1e-6)


def test_a_sheet_that_lacks_too_much_is_refused_with_the_columns_that_it_lacks(tmp_path, model):
    sheet = csv(tmp_path, customers()[["customer_id", FEE]])
    refusal = churn("score", sheet, "--model", model, "--out", tmp_path / "s.csv").refusal
    assert f"it lacks plan type and {VISITS}." in refusal
    assert not (tmp_path / "s.csv").exists()


def test_a_row_that_lacks_too_much_has_no_risk_and_no_explanation(tmp_path, model):
    table = customers(2)
    table.loc[1, ["plan type", VISITS, FEE]] = ""
    sheet, ran = scored(table, model, tmp_path, "--contributions")
    assert (ran.found["rows"], ran.found["with_risk"]) == (2, 1)
    assert sheet.loc[1, ["risk", "driver_1", "because:base", f"because:{FEE}"]].isna().all()
    assert sheet["risk_band"][1] == "unknown"
    assert sheet["information"][1] == pytest.approx(0, abs=1e-12)


def test_what_the_model_does_not_know_is_told_and_taken_as_missing(tmp_path, model):
    table = customers(4)
    table["plan type"] = ["weekly", " BASIC ", "weekly", "pro"]
    table[VISITS] = ["12 times", "3", "4", "5"]
    sheet, ran = scored(table, model, tmp_path)
    told = [(column["column"], column["cells"], column["examples"]) for column in ran.found["unread"]]
    assert told == [("plan type", 2, ["weekly"]), (VISITS, 1, ["12 times"])]
    told = "the model knows nothing of 2 cells of plan type, such as 'weekly', and cells of 1 column more: taken as missing."
    assert ran.err.splitlines()[0] == f"sheet.csv: {told}"
    assert ran.err.splitlines()[1].startswith("sheet.csv: Take care with these scores.")
    assert (sheet["information"] < 0.999).tolist() == [True, False, True, False]


def test_a_file_that_fits_the_score_is_said_to_in_json_alone(tmp_path, model):
    _sheet, ran = scored(customers(), model, tmp_path)
    assert ran.err == ""
    assert (ran.found["drift"]["verdict"], [column["band"] for column in ran.found["drift"]["columns"]]) == ("fits", ["steady"] * 3)


def test_a_column_in_other_units_and_one_that_is_missing_are_told_in_one_line(tmp_path, model):
    table = customers().drop(columns="plan type")
    table[VISITS] = (table[VISITS].astype(int) * 30).astype(str)
    _sheet, ran = scored(table, model, tmp_path)
    drift = ran.found["drift"]
    assert ran.err == f"sheet.csv: Do not use these scores: they may well be wrong. {' '.join(drift['why'])}\n"
    assert re.search(rf"9\d% of {re.escape(VISITS)} lies above anything seen in training \(0 to 59\)\. Is it in other units\?", ran.err)
    columns = {column["column"]: column for column in drift["columns"]}
    assert columns["plan type"]["band"] == "absent"
    assert columns["plan type"]["index"] is None
    assert columns[VISITS]["above"] > 0.9
    assert columns[FEE]["words"] == f"{FEE} lies where it lay in the training table."


def test_yes_and_no_are_read_in_any_case_and_true_is_a_value(tmp_path, model):
    table = customers(4).assign(active=["True", "FALSE", "true", ""])
    sheet, _ran = scored(table, model, tmp_path, ending="parquet")
    assert sheet["active"].iloc[:3].tolist() == ["True", "FALSE", "true"]
    assert pd.isna(sheet["active"].iloc[3])


def test_hostile_cells_and_headers_come_back_as_text(tmp_path, model):
    table = customers(5).assign(customer_id=["۱۲۳", "=1+1", "+49", "-5", "@x"])
    table["=cmd()"], table["# *head*"], table["a,b"] = "=cmd()", "1", 'say "x"'
    sheet, _ran = scored(table, model, tmp_path, ending="xlsx")
    assert sheet["customer_id"].tolist() == table["customer_id"].tolist()
    assert sheet[["=cmd()", "a,b"]].to_numpy().tolist() == [["=cmd()", 'say "x"']] * 5
    sheet, _ran = scored(table, model, tmp_path)
    assert sheet["customer_id"].tolist() == ["۱۲۳", "'=1+1", "'+49", "'-5", "'@x"]
    assert set(sheet["'=cmd()"]) == {"'=cmd()"}


def test_three_hundred_columns_are_carried_along(tmp_path, model):
    extra = pd.DataFrame({f"extra {number}": ["x", ""] * 2 for number in range(295)})
    sheet, _ran = scored(pd.concat([customers(4), extra], axis=1), model, tmp_path, "--contributions", ending="xlsx")
    assert sheet.shape == (4, 300 + len(ADDED) + 4)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_scored_file_can_be_scored_again(tmp_path, model, ending):
    first, _ran = scored(customers(), model, tmp_path, "--contributions", ending=ending)
    ran = churn("score", tmp_path / f"scored.{ending}", "--model", model, "--out", tmp_path / f"again.{ending}")
    assert ran.found["known"] == 150
    again = read_back(tmp_path / f"again.{ending}")
    assert list(again) == [column for column in first if not column.startswith("because:")]
    assert again["risk"].tolist() == first["risk"].tolist()
    assert "already had risk" in ran.err


def test_the_files_own_columns_of_such_names_are_kept(tmp_path, model):
    sheet, ran = scored(customers(2).assign(risk="own", known="yes"), model, tmp_path)
    assert list(sheet)[5:] == ["risk (2)", "known (2)", *ADDED]
    assert sheet["risk (2)"].tolist() == ["own", "own"]
    assert ran.err == ""


def test_a_model_may_read_columns_that_are_called_risk_and_base(tmp_path, odd_model):
    sheet, ran = scored(noise(), odd_model, tmp_path, "--contributions")
    assert ran.found["known"] == 40
    assert sheet["risk (2)"].tolist() == noise()["risk"].tolist()
    assert list(sheet.filter(like="because:")) == ["because:base", "because:risk", "because:base (2)"]
    assert np.allclose(sheet.filter(like="because:").sum(axis=1), np.log(sheet["risk"] / (1 - sheet["risk"])), rtol=0, atol=1e-6)
    again = churn("score", tmp_path / "scored.csv", "--model", odd_model, "--out", tmp_path / "again.csv")
    assert "was scored before, so its risk is not what the model reads" in again.refusal


def test_customers_are_known_by_the_id_that_the_model_was_trained_with(tmp_path, odd_model):
    _sheet, ran = scored(noise().assign(ref=[f"N{number}" for number in range(40)]), odd_model, tmp_path)
    assert ran.found["known"] == 0
    _sheet, ran = scored(noise().rename(columns={"ref": "customer id"}), odd_model, tmp_path)
    assert ran.found["known"] == 40


# load


def test_a_card_says_how_far_a_model_can_be_trusted(tmp_path, model):
    ran = churn("card", "--model", model, "--out", tmp_path / "card.html")
    assert ran.found == {"model": str(model), "grade": load(model).evaluation.grade, "out": str(tmp_path / "card.html")}
    assert (tmp_path / "card.html").read_text("utf-8") == card_html(load(model))
    assert "is not a model file" in churn("card", "--model", tmp_path / "card.html", "--out", tmp_path / "other.html").refusal
    assert "name another one to write to" in churn("card", "--model", model, "--out", model).refusal


def test_packed_files_of_a_folder_are_named_after_their_tables(tmp_path):
    (tmp_path / "firm").mkdir()
    (tmp_path / "firm" / "customers.csv.gz").write_bytes(gzip.compress(b"customer_id,plan\nA,Pro\nB,Basic\n"))
    (tmp_path / "firm" / "orders.csv.gz").write_bytes(gzip.compress(b"customer_id,ordered_on,amount\nA,2026-01-02,5\n"))
    assert churn("load", tmp_path / "firm", "--desk", tmp_path / "desk").found["tables"] == {"customers": 2, "orders": 1}


def test_load_puts_a_table_and_its_scores_into_a_desk(tmp_path, folder, odd_model):
    options = ["--id", "ref", "--label", "mark", "--lost", "1"]
    found = churn("load", folder / "noise.csv", "--desk", tmp_path / "desk", *options).found
    assert found["tables"] == {"customers": 40}
    sheet, _ran = scored(noise(), tmp_path / "desk" / "models" / found["model"], tmp_path)
    with open_desk(tmp_path / "desk") as desk, desk.reading() as tables:
        assert tables["scores"].collect().to_native().to_pandas()["risk"].tolist() == sheet["risk"].tolist()
        before = desk.version()

    one_value = csv(tmp_path, noise().assign(mark=1), "customers.csv")
    refusal = churn("load", one_value, "--desk", tmp_path / "desk", *options).refusal
    assert "has one value only (1)" in refusal
    assert refusal.endswith("Or load without a score: --no-train.")
    with open_desk(tmp_path / "desk") as desk:
        assert (desk.version(), desk.tables(), desk.setting("model")) == (before, {"customers": 40}, found["model"])

    other = churn("load", csv(tmp_path, customers(3), "customers.csv"), "--desk", tmp_path / "desk", "--no-train").found
    assert (other["tables"], other["model"]) == ({"customers": 3}, None)
    with open_desk(tmp_path / "desk") as desk:
        assert (desk.setting("label"), desk.setting("lost")) == (None, None)


def test_load_takes_a_folder_by_the_names_of_its_files(tmp_path):
    (tmp_path / "in").mkdir()
    csv(tmp_path / "in", customers(3).drop(columns="churned"), "Customers.csv")
    (tmp_path / "in" / "orders.csv").write_text("customer_id,date,total\nC000,2024-01-02,5\n", "utf-8")
    (tmp_path / "in" / "readme.md").write_text("no table")
    found = churn("load", tmp_path / "in", "--desk", tmp_path / "desk").found
    assert found == {"desk": str(tmp_path / "desk"), "tables": {"customers": 3, "orders": 1}, "model": None, "history": None}
    more = churn("load", tmp_path / "in" / "orders.csv", "--desk", tmp_path / "new").found
    assert more["tables"] == {"customers": 1, "orders": 1}
    again = churn("load", tmp_path / "nowhere", "--desk", tmp_path / "desk", "--if-empty").found
    assert again["tables"] == {"customers": 3, "orders": 1}


def test_a_load_is_in_the_history_noticed_when_it_comes_again_and_undone(tmp_path, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ana")
    desk, file = tmp_path / "desk", csv(tmp_path, customers(3).drop(columns="churned"), "customers.csv")
    assert churn("load", file, "--desk", desk).err == ""
    again = churn("load", file, "--desk", desk).err
    assert re.fullmatch(r"customers\.csv: this very file was loaded on .+ UTC by ana\. The desk holds it now\.\n", again)
    csv(tmp_path, customers(2).drop(columns="churned"), "customers.csv")
    churn("load", file, "--desk", desk)
    undone = churn("undo", "--desk", desk).found
    assert undone == {"desk": str(desk), "done": "undo", "load": 3, "tables": {"customers": 3}, "model": None}
    assert churn("undo", "--desk", desk).found["tables"] == {"customers": 2}
    lines = churn("loads", "--desk", desk).found["loads"]
    assert [(line["number"], line["kind"], line["of"], line["by"]) for line in lines[:2]] == [(5, "redo", 3, "ana"), (4, "undo", 3, "ana")]
    assert [line["tables"][0]["rows_accepted"] for line in lines[2:]] == [2, 3, 3]
    assert "There is no desk in" in churn("undo", "--desk", tmp_path / "nowhere").refusal
    assert not (tmp_path / "nowhere").exists()


def test_an_undo_says_that_the_model_is_gone_and_how_to_go_on(tmp_path, folder):
    options = ["--id", "ref", "--label", "mark", "--lost", "1"]
    model = churn("load", folder / "noise.csv", "--desk", tmp_path / "desk", *options).found["model"]
    churn("load", csv(tmp_path, customers(3), "customers.csv"), "--desk", tmp_path / "desk", "--no-train")
    (tmp_path / "desk" / "models" / model).unlink()
    assert f"need the model file {model}, which is no longer in" in churn("undo", "--desk", tmp_path / "desk").refusal
    found = churn("undo", "--without-scores", "--desk", tmp_path / "desk").found
    assert (found["tables"], found["model"]) == ({"customers": 40}, None)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"customers.csv": "id,plan\n1,a\n", "orders.csv": "customer_id,total\n1,5\n"}, "orders.csv has no column for ordered_on"),
        ({"notes.md": "x"}, "No table was found"),
        ({"customers.csv": "id,plan\n1,a\n", "customers.tsv": "id\tplan\n1\ta\n"}, "hold customers: name one of them"),
    ],
)
def test_load_puts_all_tables_into_the_desk_or_none(tmp_path, files, says):
    churn("load", csv(tmp_path, customers(3), "customers.csv"), "--desk", tmp_path / "desk", "--no-train")
    (tmp_path / "in").mkdir()
    for name, text in files.items():
        (tmp_path / "in" / name).write_text(text, "utf-8")
    assert says in churn("load", tmp_path / "in", "--desk", tmp_path / "desk", "--no-train").refusal
    with open_desk(tmp_path / "desk") as desk:
        assert desk.tables() == {"customers": 3}
        assert desk.frame("customers")["customer_id"].tolist() == ["C000", "C001", "C002"]


# bad input


BAD_SHEETS = {
    "empty.csv": (b"", "empty.csv is empty: it needs a header row"),
    "blank.csv": (b" \n\n,,\n", "blank.csv is empty"),
    "no rows.csv": (b"customer_id,plan,churn\n", "no rows.csv has a header in row 1 but no rows below it"),
    "one column.csv": (b"churn\n1\n0\n", "one column.csv has one column only ('churn')"),
    "page.xls": (b"<html><table><tr><td>customer_id</td></tr></table></html>", "page.xls is a web page or XML"),
    "cut.xlsx": (b"PK\x03\x04 and no more", "cut.xlsx is a damaged workbook"),
    "twice.csv": (b"customer_id,plan,churn\n1,a,1\n1,b,0\n", "customer_id 1 in rows 2 and 3: say --duplicates"),
}


@pytest.mark.parametrize("name", BAD_SHEETS)
def test_a_bad_sheet_is_refused_by_every_command_in_one_sentence(tmp_path, model, name):
    data, says = BAD_SHEETS[name]
    churn("load", csv(tmp_path, customers(3), "customers.csv"), "--desk", tmp_path / "desk", "--no-train")
    (tmp_path / name).write_bytes(data)
    for command in (["train", "--out", tmp_path / "m.json"], ["evaluate"], ["score", "--model", model, "--out", tmp_path / "s.csv"]):
        assert says in churn(*command, tmp_path / name).refusal
    assert says in churn("load", tmp_path / name, "--desk", tmp_path / "desk").refusal
    if name != "twice.csv":
        assert says in churn("check", tmp_path / name).refusal
    with open_desk(tmp_path / "desk") as desk:
        assert desk.tables() == {"customers": 3}
    assert not (tmp_path / "m.json").exists()
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (["1"] * 40, "The label column 'churn' has one value only (1)"),
        ([""] * 40, "The label column 'churn' is empty"),
        (["1"] * 2 + ["0"] * 38, "2 lost and 38 kept"),
        (["1"] * 10 + ["0"] * 10, "20 labelled rows"),
    ],
)
def test_a_label_that_says_too_little_is_refused(tmp_path, labels, says):
    sheet = csv(tmp_path, pd.DataFrame({"id": range(len(labels)), "visits": [place % 5 for place in range(len(labels))], "churn": labels}))
    assert says in churn("train", sheet, "--out", tmp_path / "m.json").refusal
    assert says in churn("evaluate", sheet).refusal
    assert says in churn("load", sheet, "--desk", tmp_path / "desk").refusal
    with open_desk(tmp_path / "desk") as desk:
        assert desk.tables() == {}


def test_a_label_that_no_header_tells_is_asked_for(tmp_path):
    sheet = csv(tmp_path, customers().rename(columns={"churned": "state"}))
    assert "Which column marks the lost customers?" in churn("train", sheet, "--out", tmp_path / "m.json").refusal
    sheet = csv(tmp_path, customers().assign(left="No"))
    assert "churned and left? Say --label COLUMN" in churn("evaluate", sheet).refusal


@pytest.mark.parametrize(
    "damage", [lambda text: text[: len(text) // 2], lambda text: text.replace("firm.csv", "film.csv"), lambda text: "{}", lambda text: ""]
)
def test_a_damaged_model_is_refused(tmp_path, folder, model, damage):
    (tmp_path / "bad.json").write_text(damage(model.read_text("utf-8")), "utf-8")
    assert "bad.json" in churn("score", folder / "firm.csv", "--model", tmp_path / "bad.json", "--out", tmp_path / "s.csv").refusal
    assert not (tmp_path / "s.csv").exists()


def test_paths_that_lead_nowhere_are_refused(tmp_path, folder, model):
    firm = folder / "firm.csv"
    (tmp_path / "inner.csv").mkdir()
    score = ["score", firm, "--model", model, "--out"]
    assert "There is no file" in churn("check", tmp_path / "nothing.csv").refusal
    assert "is a folder: name one file in it" in churn("check", tmp_path).refusal
    assert "cannot be read" in churn("score", firm, "--model", tmp_path / "nothing.json", "--out", tmp_path / "s.csv").refusal
    assert "cannot be read" in churn("score", firm, "--model", tmp_path, "--out", tmp_path / "s.csv").refusal
    assert "There is no folder" in churn(*score, tmp_path / "nowhere" / "s.csv").refusal
    assert "is a folder and cannot be written to" in churn(*score, tmp_path / "inner.csv").refusal
    assert "s.doc must end in one of .csv, .xlsx, .parquet" in churn(*score, tmp_path / "s.doc").refusal
    assert "There is no folder" in churn("train", firm, "--out", tmp_path / "nowhere" / "m.json").refusal
    assert "is a folder and cannot be written to" in churn("train", firm, "--out", tmp_path / "inner.csv").refusal
    assert "There is no folder" in churn("check", firm, "--table", tmp_path / "nowhere" / "t.csv").refusal
    assert "No desk can be made" in churn("load", firm, "--desk", firm, "--no-train").refusal


def test_nothing_is_written_over_the_file_that_is_read(tmp_path, model):
    sheet = csv(tmp_path, customers(3))
    before = sheet.read_bytes()
    for command in (["score", "--model", model, "--out"], ["train", "--out"], ["check", "--table"]):
        assert "is the file that is read" in churn(*command, sheet, sheet).refusal
    assert sheet.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["check"],
        ["check", "a.csv", "--bogus"],
        ["check", "a.csv", "--header-row", "one"],
        ["score", "a.csv"],
        ["check", "a.csv", "--map", "x"],
    ],
)
def test_a_command_that_is_not_understood_is_refused_in_one_line(arguments):
    assert churn(*arguments).refusal


@pytest.mark.parametrize("arguments", [[], ["--help"], ["score", "--help"]])
def test_help_is_given_where_it_is_asked_for(capsys, arguments):
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Usage: python -m churn")
    assert captured.err == ""


def test_rows_that_are_set_aside_are_told_beside_the_result(tmp_path, model):
    table = customers(4)
    table.loc[2, "customer_id"] = ""
    sheet, ran = scored(table, model, tmp_path)
    assert sheet["customer_id"].tolist() == ["C000", "C001", "C003"]
    assert (
        ran.err
        == "sheet.csv: 1 row was set aside, the first at row 4, column 'customer_id': '' has no customer_id. See python -m churn check.\n"
    )


def test_a_cell_cannot_play_with_the_terminal(tmp_path, model):
    table = customers(4)
    table["plan type"] = ["\x1b[2Jgone\nTraceback", "pro", "pro", "x" * 5000]
    _sheet, ran = scored(table, model, tmp_path)
    assert [line.split(" ")[1] for line in ran.err.splitlines()] == ["the", "Take"]
    assert f"such as ' [2Jgone Traceback' and '{'x' * 37}...'" in ran.err


def test_the_result_is_json_even_where_the_terminal_cannot_show_it(tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text("شناسه,plan\n۱,a\n۲,b\n", "utf-8")
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", ascii_only)
    assert main(["check", str(tmp_path / "list.csv")]) == 0
    assert json.loads(ascii_only.buffer.getvalue())["columns"][0]["source"] == "شناسه"


# A process of its own


def test_scoring_and_explaining_import_neither_sklearn_nor_shap(tmp_path, folder, model):
    code = (
        "import sys; from churn.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "print('loaded', sorted({name.split('.')[0] for name in sys.modules} & {'sklearn', 'shap', 'scipy', 'streamlit', 'duckdb'}))\n"
        "sys.exit(code)"
    )
    arguments = ["score", folder / "firm.csv", "--model", model, "--out", tmp_path / "s.xlsx", "--contributions"]
    ran = in_its_own_process("-c", code, *arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "loaded []"


def test_a_refusal_is_all_that_a_process_leaves_on_standard_error(tmp_path):
    sheet = csv(tmp_path, customers(40).assign(churned="Yes"), "customers.csv")
    ran = in_its_own_process("-m", "churn", "load", sheet, "--desk", tmp_path / "desk")
    assert "has one value only (Yes)" in ran.refusal
    ran = in_its_own_process("-m", "churn", "load", sheet, "--desk", tmp_path / "desk", "--no-train")
    assert (ran.found["tables"], ran.err) == ({"customers": 40}, "")
