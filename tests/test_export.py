"""Files for other programs: their columns as documented, nobody in them who must not be, and nothing that runs."""

import importlib.util
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from churn.__main__ import main
from churn.actions.scored_list import scored_list
from churn.errors import ChurnError
from churn.report.crm import PROGRAMS, accounts, file_bytes, merged, tasks
from churn.report.crm.merging import filled
from churn.report.crm.shapes import SHAPES
from tests.retained import DAY, firm

ROOT = Path(__file__).resolve().parent.parent
ROWS = pd.DataFrame(
    {
        "customer_id": ["001A0000012345678B", "=1+1"],
        "name": ["Ann & Co", None],
        "owner": ["Ruth", "005A00000123456"],
        "why": ["They went quiet", ""],
        "title": ["Call", ""],
        "due": [DAY, DAY],
        "risk": [2 / 3, None],
        "value": [100.25, None],
        "message": ["Hello\n" + "x" * 2000, "=cmd()"],
    }
)


def test_the_page_of_columns_is_current():
    spec = importlib.util.spec_from_file_location("exports", ROOT / "tools" / "exports.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "docs" / "export.md").read_text("utf-8") == tool.page(), "make docs"


@pytest.mark.parametrize(("program", "what"), list(SHAPES))
def test_every_file_has_the_columns_of_its_program_and_what_it_requires(program, what):
    shape = SHAPES[program, what]
    found = {"tasks": tasks, "accounts": accounts}[what](program, ROWS)
    assert list(found.columns) == [field.header for field in shape.fields]
    for field in shape.fields:
        cells = found[field.header]
        if field.required:
            assert cells.notna().all()
            assert (cells.astype(str) != "").all()
        if field.kind in ("text", "choice"):
            assert field.source == "customer_id" or not field.most or cells.str.len().max() <= field.most
        else:
            assert pd.api.types.is_datetime64_any_dtype(cells) if field.kind == "date" else pd.api.types.is_float_dtype(cells)


def test_a_task_says_whom_what_when_and_how_urgent_in_each_programs_words():
    dynamics, hubspot, salesforce = (tasks(program, ROWS).iloc[0] for program in ("dynamics", "hubspot", "salesforce"))
    assert dynamics[["Subject", "Regarding", "Priority"]].tolist() == ["Call: Ann & Co", "Ann & Co", "High"]
    assert dynamics["Description"].startswith("They went quiet\n\nHello")
    assert dynamics["Description"].endswith("…")
    assert hubspot[["Task Title", "Priority", "Due Date"]].tolist() == ["Call: Ann & Co", "HIGH", pd.Timestamp(DAY)]
    assert salesforce[["Status", "WhatId", "OwnerId"]].tolist() == ["Not Started", "001A0000012345678B", ""]
    second = tasks("salesforce", ROWS).iloc[1]
    assert second[["Subject", "Priority", "WhatId", "OwnerId"]].tolist() == ["Contact: =1+1", "Normal", "", "005A00000123456"]
    assert accounts("hubspot", ROWS)["Churn Risk"].iloc[0] == 100 * (2 / 3)  # never rounded


def test_what_a_program_requires_is_asked_for():
    with pytest.raises(ChurnError, match="HubSpot wants Due Date in every row"):
        tasks("hubspot", ROWS.drop(columns="due"))
    with pytest.raises(ChurnError, match="needs customer_id"):
        accounts("hubspot", ROWS.drop(columns="customer_id"))


@pytest.mark.parametrize("program", list(PROGRAMS))
def test_a_cell_that_looks_like_a_formula_stays_text_in_both_files(program):
    text = file_bytes(program, ROWS, ".csv")
    assert text.startswith(b"\xef\xbb\xbf") == (program != "salesforce")
    cells = pd.read_csv(io.BytesIO(text), dtype=str, encoding="utf-8-sig").fillna("").to_numpy().ravel().tolist()
    assert not [cell for cell in cells if cell.startswith("=")]
    assert "'=1+1" in cells
    book = CalamineWorkbook.from_filelike(io.BytesIO(file_bytes(program, ROWS, ".xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    assert any("=1+1" in map(str, row) for row in rows)  # a text, not the 2 that it would come to
    if program != "salesforce":
        assert DAY in [cell for row in rows for cell in row]


def test_a_mail_merge_fills_the_gaps_once():
    rows = pd.DataFrame({"customer_id": ["1", "2"], "name": ["{owner}", "Bob"], "contact_name": ["", "Al"], "owner": ["Ruth", "Ken"]})
    told = filled("Dear {contact_name}, yours {owner}", rows)
    assert told == ["Dear {owner}, yours Ruth", "Dear Al, yours Ken"]
    assert merged(rows.assign(message=told))[["Greeting", "Message"]].to_numpy().tolist()[1] == ["Al", "Dear Al, yours Ken"]
    with pytest.raises(ChurnError, match="phone"):
        filled("Call {phone}", rows)


def test_the_scored_list_leaves_out_the_lost_the_dead_and_the_held_out(tmp_path):
    with firm(tmp_path / "desk") as desk:
        found = scored_list(desk, DAY)
        assert found["customer_id"].tolist() == ["A1", "B2", "C3"]
        assert found["value"].tolist() == [100.0, 50.0, 20.0]
        assert found["risk"].isna().all()  # nothing was learned here


@pytest.mark.parametrize("program", list(PROGRAMS))
def test_the_command_writes_the_file(tmp_path, capsys, program):
    firm(tmp_path / "desk").close()
    out = tmp_path / f"{program}.csv"
    assert main(["export", "--desk", str(tmp_path / "desk"), "--as", program, "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    text = out.read_text("utf-8-sig")
    assert "Ann & Co" in text
    assert "Hidden" not in text
    assert main(["export", "--desk", str(tmp_path / "desk"), "--as", program, "--out", str(tmp_path / "x.pdf")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_sample_firms_riskiest_come_first_with_what_moves_their_risk(sample_desk, tmp_path):
    import shutil

    from churn.store import open_desk

    with open_desk(shutil.copytree(sample_desk, tmp_path / "desk")) as desk:
        found = scored_list(desk, DAY)
    assert found["risk"].is_monotonic_decreasing
    assert (found["why"].head(100) != "").all()
    assert len(found) == len(set(found["customer_id"])) > 2000
