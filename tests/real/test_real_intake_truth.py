"""Files that break importers, against what they hold: the derived ones cell for cell, the others row for row."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn.intake import Intake, ReadOptions, read
from churn.tables import ORDERS, TABLES

ROOT = Path(__file__).parents[2]
UGLY = ROOT.parent / "shared" / "data" / "ugly"
TRUTH = pd.read_csv(UGLY / "TRUTH.csv", dtype="str", keep_default_na=False) if UGLY.exists() else pd.DataFrame()
EXPECT = json.loads((UGLY / "EXPECT.json").read_text()) if UGLY.exists() else {}
RIAL, LARI = 600_000, 2.7
SPOKEN = {
    "Male": {"مرد", "კაცი", "männlich", "M", "male", "Male"},
    "Female": {"زن", "ქალი", "weiblich", "F", "female", "Female"},
    "Month-to-month": {"ماهانه", "ყოველთვიური", "monatlich", "Month-to-month"},
    "One year": {"یک\u200cساله", "يك\u200cساله", "ერთწლიანი", "1 Jahr", "One year"},
    "Two year": {"دوساله", "ორწლიანი", "2 Jahre", "Two year"},
}
DERIVED = [
    # file, options, currency, whether it has a total
    ("fa_customers_rtl.xlsx", [], RIAL, True),
    ("fa_customers_cp1256.csv", [], RIAL, False),
    ("ka_customers_merged_header.xlsx", [], LARI, True),
    ("de_kundenliste_cp1252.csv", [], 1, True),
    ("utf16le_unicode_text.txt", ["--duplicates", "first"], 1, True),
]


@pytest.mark.parametrize(("file", "options", "currency", "totals"), DERIVED, ids=[name for name, *_rest in DERIVED])
def test_a_derived_file_holds_the_truth_in_every_cell(file, options, currency, totals, tmp_path):
    out = tmp_path / "cells.csv"
    command = [sys.executable, "-m", "churn", "check", UGLY / file, "--table", out, *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found, expected = json.loads(run.stdout), EXPECT[file]
    cells = pd.read_csv(out, dtype="str", keep_default_na=False)
    assert (found["rows_read"], found["questions"]) == (expected["rows"], [])
    assert found["header_rows"] == expected.get("header_rows", [expected.get("header_row")])
    if "encoding" in expected:
        assert (found["encoding"], found["delimiter"]) == (expected["encoding"], expected["delimiter"])
    aside = [row["kind"] for row in found["set_aside"]]
    assert (aside.count("title"), aside.count("total")) == (
        expected.get("title_rows", aside.count("title")),
        expected.get("footer_rows", 0),
    )
    assert cells.iloc[:, 0].tolist() == TRUTH["customerID"].tolist()
    assert cells.iloc[:, 2].tolist() == TRUTH["start"].tolist()
    assert cells.iloc[:, -1].tolist() == TRUTH["Churn"].tolist()
    for place, name in ((1, "gender"), (3, "Contract")):
        assert all(word in SPOKEN[true] for word, true in zip(cells.iloc[:, place], TRUTH[name], strict=True))
    amounts = [("MonthlyCharges", 4), *([("TotalCharges", 5)] if totals else [])]
    for name, place in amounts:
        written, true = pd.to_numeric(cells.iloc[:, place]), pd.to_numeric(TRUTH[name])
        assert written.isna().equals(true.isna())
        np.testing.assert_allclose(written, true * currency, rtol=0, atol=0.0051 if currency == LARI else 1e-6)


def intake_of(file: str, **options: object) -> Intake:
    table = TABLES["orders"] if options.pop("orders", False) else TABLES["customers"]
    return read((UGLY / file).read_bytes(), file=file, table=table, options=ReadOptions(**options)).settled()


def types(intake: Intake) -> dict[str, str]:
    return {field.source: field.type for field in intake.fields}


REAL = [
    # file, options, rows read, rows accepted, columns of some types
    ("clientes_pj_latin1_semicolon.csv", {"duplicates": "first"}, 100, 99, {"Nível de preço": "number", "Tipo de indústria": "text"}),
    ("clients_blankrows_unquoted.csv", {}, 122, 122, {"phone": "text", "creditLimit": "number", "postalCode": "text"}),
    ("csv_named_customers.xls", {}, 5630, 5630, {"Tenure": "number", "Gender": "text"}),
    ("csv_named_orders.xls", {}, 5630, 5630, {"Churn": "number", "CashbackAmount": "number"}),
    ("customer_call_list.xlsx", {"duplicates": "first"}, 21, 20, {"Do_Not_Contact": "flag", "Phone_Number": "text"}),
    ("dim_customer_bom_emptycol.csv", {}, 793, 793, {"Year of Birth": "number"}),
    ("klienty_cyrillic.xlsx", {}, 18484, 18484, {"ДатаПервПокуп": "date", "КлиентКод": "id"}),
    ("kunden_semicolon_de.csv", {"duplicates": "first"}, 1104, 1104, {"Einkommen": "number", "Quartal": "text"}),
    ("monatsabrechnung_euro_strings_de.csv", {}, 417, 417, {"MONAT": "date", "BETRAG": "number", "SUMME": "number"}),
    ("readxl_currency_formats.xlsx", {}, 2, 2, {"cost_EUR": "number", "cost_mixed": "number"}),
    ("readxl_deaths_title_footer.xlsx", {"sheet": "arts"}, 10, 10, {"Age": "number", "Has kids": "flag", "Date of birth": "date"}),
    ("readxl_deaths_title_footer.xlsx", {"sheet": "other"}, 10, 10, {"Age": "number", "Date of death": "date"}),
    ("kpmg_sprocket_bikes.xlsx", {"sheet": "CustomerDemographic"}, 4000, 4000, {"DOB": "date", "deceased_indicator": "flag"}),
    ("kpmg_sprocket_bikes.xlsx", {"sheet": "CustomerAddress"}, 3999, 3999, {"address": "text"}),
    ("kpmg_sprocket_bikes.xlsx", {"sheet": "NewCustomerList"}, 1000, 1000, {"DOB": "date", "owns_car": "flag", "Rank": "number"}),
]


@pytest.mark.parametrize(("file", "options", "rows", "accepted", "some"), REAL, ids=[f"{name} {options}" for name, options, *_rest in REAL])
def test_a_real_file_is_read_with_what_it_holds(file, options, rows, accepted, some):
    intake = intake_of(file, **options)
    assert (intake.rows_read, intake.rows_accepted) == (rows, accepted)
    assert intake.rows_accepted + len({reject.row for reject in intake.rejected}) == intake.rows_read
    assert types(intake) | some == types(intake)


def test_euros_and_months_in_words_are_the_figures_that_they_show():
    bill = intake_of("monatsabrechnung_euro_strings_de.csv").frame
    assert bill["BETRAG"].iloc[0] == 46.75
    np.testing.assert_allclose(bill["BETRAG"] + bill["UMLAGE"], bill["SUMME"], atol=0.011)
    assert bill["MONAT"].unique().tolist() == [pd.Timestamp("2020-08-01")]


def test_a_workbook_of_several_sheets_gives_orders_where_that_sheet_is_named():
    data = (UGLY / "kpmg_sprocket_bikes.xlsx").read_bytes()
    options = ReadOptions(sheet="Transactions", mapping={"transaction_date": "ordered_on", "list_price": "amount"})
    intake = read(data, file="bikes.xlsx", table=ORDERS, options=options).settled()
    referee = pd.read_excel(io.BytesIO(data), sheet_name="Transactions", engine="calamine")
    assert intake.rows_accepted == len(referee) == 20_000
    assert intake.frame["list_price"].tolist() == referee["list_price"].tolist()
    assert intake.frame["transaction_date"].tolist() == referee["transaction_date"].tolist()
