"""Spreadsheets that leave the desk: the scored sheet, the template, and that nothing in them is live."""

import csv
import io
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.intake import read
from churn.report.fitness import as_json, column_table, verdict_words
from churn.report.scored import ADDED, replaced, scored_sheet
from churn.report.spreadsheets import csv_bytes, parquet_bytes, xlsx_bytes
from churn.report.template import examples, template, template_xlsx
from churn.report.understood import understood, understood_csv
from churn.risk import Scorecard, score, train
from churn.risk.bins import fit_bins
from churn.risk.drift import drift

LIVE = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def firm(rows: int = 120) -> pd.DataFrame:
    """Customers of whom those on a monthly contract leave more often."""
    random = np.random.default_rng(3)
    monthly = random.random(rows) < 0.5
    lost = random.random(rows) < np.where(monthly, 0.7, 0.15)
    return pd.DataFrame(
        {
            "id": pd.Series([f"K{number:03}" for number in range(rows)], dtype="str"),
            "contract": pd.Series(np.where(monthly, "monthly", "yearly"), dtype="str"),
            "fee": random.choice([12.5, 40.0, 250.0], rows),
            "churned": pd.Series(np.where(lost, "yes", "no"), dtype="str"),
        }
    )


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return train(firm(), id_column="id")


@pytest.fixture(scope="module")
def scored(card) -> pd.DataFrame:
    return scored_sheet(firm(), score(card, firm(), id_column="id"))


def rows_of(data: bytes) -> list[list[str]]:
    """The cells of a CSV file as a spreadsheet would take them."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_workbook_holds_no_live_formula_and_no_link():
    hostile = pd.DataFrame({"=HEADER()": pd.Series([*LIVE, "http://elsewhere.example", "mailto:a@b.example"], dtype="str")})
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(hostile))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
        assert "=HEADER()" in book.read("xl/sharedStrings.xml").decode()
        assert not [name for name in book.namelist() if "externalLink" in name or "vba" in name]


@pytest.mark.parametrize("text", LIVE)
def test_text_that_could_run_gets_an_apostrophe_in_csv(text):
    assert rows_of(csv_bytes(pd.DataFrame({"note": pd.Series([text], dtype="str")})))[1:] == [["'" + text]]


def test_a_header_that_could_run_gets_an_apostrophe_too():
    assert rows_of(csv_bytes(pd.DataFrame({"=x": [1]})))[0] == ["'=x"]


def test_numbers_stay_numbers_even_below_zero():
    table = pd.DataFrame({"balance": [-5.25, 1e-9, np.nan], "known": [True, False, True]})
    assert rows_of(csv_bytes(table))[1:] == [["-5.25", "True"], ["1e-09", "False"], ["", "True"]]
    back = pd.read_excel(io.BytesIO(xlsx_bytes(table)), engine="calamine")
    assert back["balance"].tolist()[:2] == [-5.25, 1e-9]
    assert back["balance"].isna().tolist() == [False, False, True]
    assert back["known"].tolist() == [True, False, True]


def test_a_workbook_keeps_days_as_days_and_long_ids_as_text():
    table = pd.DataFrame(
        {"id": pd.Series(["00123456789012345678"], dtype="str"), "day": pd.to_datetime(["2025-12-31"]).astype("datetime64[s]")}
    )
    back = read(xlsx_bytes(table.rename(columns={"day": "started_on"})), file="back.xlsx")
    assert back.frame["id"].tolist() == ["00123456789012345678"]
    assert back.frame["started_on"].tolist() == [pd.Timestamp("2025-12-31")]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20), min_size=1, max_size=5))
def test_every_text_survives_a_workbook_and_is_harmless_in_csv(texts):
    table = pd.DataFrame({"text": pd.Series(texts, dtype="str"), "row": range(len(texts))})
    back = pd.read_excel(io.BytesIO(xlsx_bytes(table)), engine="calamine", dtype=str, keep_default_na=False)
    assert [cell for cell in back["text"] if isinstance(cell, str) and cell] == [text for text in texts if text]
    written = [row[0] for row in rows_of(csv_bytes(table))[1:]]
    assert not [cell for cell in written if cell.startswith(("=", "+", "-", "@"))]
    assert [cell.removeprefix("'") if cell[:2] in {"'=", "'+", "'-", "'@"} else cell for cell in written] == texts


def test_the_scored_sheet_keeps_the_rows_order_and_adds_its_columns(scored):
    assert list(scored) == ["id", "contract", "fee", "churned", *ADDED]
    assert scored["id"].tolist() == firm()["id"].tolist()
    assert scored["risk"].between(0, 1).all()
    assert set(scored["risk_band"]) <= {"low", "medium", "high"}
    assert scored["known"].all()


def test_a_driver_says_column_value_and_points(scored):
    assert scored["driver_1"].str.fullmatch(r"(contract|fee) is \S+: [+-]?\d+\.\d points").all()


def test_a_row_with_too_little_information_has_no_risk_and_no_drivers(card):
    blank = firm(3).assign(contract=pd.Series([None] * 3, dtype="str"), fee=np.nan)
    sheet = scored_sheet(blank, score(card, blank, id_column="id"))
    assert sheet["risk"].isna().all()
    assert sheet["risk_band"].tolist() == ["unknown"] * 3
    assert sheet["driver_1"].tolist() == [""] * 3
    assert sheet["information"].tolist() == [0, 0, 0]


def test_an_earlier_scoring_is_replaced_and_named(card, scored):
    again = scored_sheet(scored.assign(risk=9.0), score(card, scored, id_column="id"))
    assert replaced(scored) == list(ADDED)
    pd.testing.assert_frame_equal(again, scored)


def test_a_scoring_from_before_there_were_ranges_is_replaced_and_a_column_of_such_a_name_is_kept(card, scored):
    former = scored.drop(columns=["risk_low", "risk_high"])
    assert replaced(former) == [name for name in ADDED if name not in ("risk_low", "risk_high")]
    pd.testing.assert_frame_equal(scored_sheet(former, score(card, former, id_column="id")), scored)
    own = scored_sheet(former.assign(risk_low="own"), score(card, former, id_column="id"))
    assert own["risk_low (2)"].tolist() == ["own"] * len(own)


def test_whether_a_file_fits_stands_in_words_the_doubtful_columns_first(card):
    sheet = firm().assign(fee=lambda frame: frame["fee"] * 100, contract=lambda frame: frame["contract"].replace("yearly", "weekly"))
    found = drift(card, sheet)
    assert as_json(found)["verdict"] == "do not use"
    assert verdict_words(found).startswith("Do not use these scores: they may well be wrong. ")
    assert "100% of fee lies above anything seen in training (12.5 to 250). Is it in other units?" in verdict_words(found)
    rows = {row["Column"]: row for row in column_table(found).to_dict("records")}
    assert rows["fee"]["Never seen in training"] == "100% above 250"
    assert re.fullmatch(r"\d\d\.\d% unknown, such as 'weekly'", rows["contract"]["Never seen in training"])
    assert re.fullmatch(r"far off: \d\d% lies elsewhere", rows["contract"]["Has it moved?"])
    fits = column_table(drift(card, firm().drop(columns="fee")))
    assert fits["Column"].tolist() == ["fee", "contract"]
    assert fits["Has it moved?"].tolist() == ["not in the file", "as in training"]


def test_base_and_contributions_sum_to_the_log_odds_of_the_risk_in_the_sheet(card):
    sheet = scored_sheet(firm(), score(card, firm(), id_column="id"), contributions=True)
    total = sheet[[column for column in sheet if column.startswith("because:")]].sum(axis="columns")
    assert np.allclose(total, np.log(sheet["risk"] / (1 - sheet["risk"])), atol=1e-9)


@pytest.mark.parametrize(("write", "back"), [(csv_bytes, pd.read_csv), (parquet_bytes, pd.read_parquet)])
def test_the_risk_is_not_rounded_in_a_file(write, back, scored):
    assert back(io.BytesIO(write(scored)))["risk"].tolist() == scored["risk"].tolist()


def test_the_risk_in_a_workbook_is_right_to_fifteen_figures(scored):
    back = pd.read_excel(io.BytesIO(xlsx_bytes(scored)), engine="calamine")
    assert np.allclose(back["risk"], scored["risk"], rtol=1e-14, atol=0)


def test_a_filled_template_can_be_scored(card):
    back = read(template_xlsx(card), file="template.xlsx").settled()
    scores = score(card, back.frame, id_column=back.id_column)
    assert scores.absent == ()
    assert scores.information.tolist() == [1, 1, 1]


def test_the_template_has_the_id_and_the_columns_of_the_score_with_values_it_met(card):
    sheet = template(card)
    assert list(sheet) == ["id", *card.columns]
    assert set(sheet["contract"]) == {"monthly", "yearly"}
    assert sheet["fee"].is_monotonic_increasing
    assert set(sheet["fee"]) <= {12.0, 40.0, 250.0}


def test_examples_are_the_usual_levels_and_low_middle_and_high_numbers():
    levels = fit_bins("plan", pd.Series(["Pro"] * 20 + ["Basic"] * 30, dtype="str"))
    assert examples(levels) == ["Basic", "Pro", "Basic"]
    assert examples(fit_bins("visits", pd.Series([1.0] * 10 + [2.0] * 10 + [3.0] * 10))) == [1, 2, 3]


def test_rows_accepted_and_rejected_make_up_the_rows_read():
    found = understood(read(b"customer_id,monthly_value\nA,5\nB,many\nC,7\nD,8\nE,9\nF,1\nG,2\nH,3\nI,4\nJ,6\nK,5\n", file="a.csv"))
    assert (found["rows_read"], found["rows_accepted"], found["rows_rejected"]) == (11, 10, 1)
    assert found["rejected"][0]["row"] == 3


def test_the_cells_as_understood_are_plain():
    back = understood_csv(read(b"customer_id;started_on;monthly_value\nA;2025-03-01;5.50\nB;;\n", file="a.csv")).decode()
    assert back == "customer_id,started_on,monthly_value\nA,2025-03-01,5.5\nB,,\n"
