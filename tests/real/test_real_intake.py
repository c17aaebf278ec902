"""The intake on public data that nobody in this project made."""

from pathlib import Path

import pandas as pd
import pytest

from churn.errors import QuestionError
from churn.intake import Intake, ReadOptions, read
from churn.store import open_desk
from churn.tables import CONTACTS, CUSTOMERS, Table

DATA = Path(__file__).parents[3] / "shared" / "data"


def intake_of(path: str, table: Table = CUSTOMERS, **options: object) -> Intake:
    file = DATA / path
    return read(file.read_bytes(), file=file.name, table=table, options=ReadOptions(**options))


def missing(intake: Intake) -> dict[str, int]:
    return {field.source: field.missing for field in intake.fields if field.missing}


def matched(intake: Intake) -> dict[str, str]:
    return {field.column: field.source for field in intake.fields if field.column}


SETS = [
    # file, rows, columns of each type (number, date, text and id), matched columns
    ("telco_ibm/Telco-Customer-Churn.csv", 7043, (4, 0, 17), {"customer_id": "customerID", "monthly_value": "MonthlyCharges"}),
    ("bank_churn_modelling/Churn_Modelling.csv", 10_000, (10, 0, 4), {"customer_id": "CustomerId", "region": "Geography"}),
    ("databel/Databel - Data.csv", 6687, (13, 0, 16), {"customer_id": "Customer ID", "region": "State", "monthly_value": "Monthly Charge"}),
    ("gym_churn/gym_churn_us.csv", 4000, (14, 0, 0), {}),
    ("isp_churn/internet_service_churn.csv", 72_274, (10, 0, 1), {"customer_id": "id"}),
    ("custchurn/CUSTCHURN.csv", 500, (6, 0, 2), {}),
    ("pysurvival_saas/churn.csv", 2000, (9, 0, 5), {}),
    ("mlc_churn/mlc_churn.csv", 5000, (16, 0, 5), {"region": "state"}),
    ("iranian_churn/Customer_Churn.csv", 3150, (13, 0, 1), {"plan": "Tariff Plan"}),
    ("flo_rfm_tr/flo_data_20k.csv", 19_945, (4, 4, 4), {}),
    (
        "telco_ibm_ext/Telco_customer_churn.xlsx",
        7043,
        (10, 0, 23),
        {"customer_id": "CustomerID", "region": "Country", "monthly_value": "Monthly Charges"},
    ),
    (
        "ravenstack/ravenstack_accounts.csv",
        500,
        (1, 1, 8),
        {
            "customer_id": "account_id",
            "name": "account_name",
            "segment": "industry",
            "region": "country",
            "started_on": "signup_date",
            "plan": "plan_tier",
        },
    ),
]


@pytest.mark.parametrize(("path", "rows", "types", "columns"), SETS, ids=[path for path, *_ in SETS])
def test_a_set_is_read_whole_with_its_types(path, rows, types, columns):
    intake = intake_of(path).settled()
    assert (intake.rows_read, intake.rows_accepted, intake.rejected) == (rows, rows, ())
    found = [field.type for field in intake.fields]
    assert (found.count("number"), found.count("date"), sum(found.count(type_) for type_ in ("text", "id", "flag"))) == types
    assert matched(intake) == columns
    assert intake.rows.tolist() == list(range(2, rows + 2))


@pytest.mark.parametrize(
    ("path", "cells"),
    [
        ("telco_ibm/Telco-Customer-Churn.csv", {"TotalCharges": 11}),
        ("telco_ibm_ext/Telco_customer_churn.xlsx", {"Total Charges": 11, "Churn Reason": 5174}),
        ("databel/Databel - Data.csv", {"Churn Category": 4918, "Churn Reason": 4918}),
        ("isp_churn/internet_service_churn.csv", {"reamining_contract": 21_572, "download_avg": 381, "upload_avg": 381}),
        ("mlc_churn/mlc_churn.csv", {}),
    ],
)
def test_blank_cells_are_missing(path, cells):
    assert missing(intake_of(path)) == cells


@pytest.mark.parametrize(
    "path", ["telco_ibm/Telco-Customer-Churn.csv", "bank_churn_modelling/Churn_Modelling.csv", "flo_rfm_tr/flo_data_20k.csv"]
)
def test_every_number_is_the_one_that_pandas_reads(path):
    intake, referee = intake_of(path), pd.read_csv(DATA / path)
    numbers = [field.source for field in intake.fields if field.type == "number"]
    for name in numbers:
        assert intake.frame[name].equals(pd.to_numeric(referee[name], errors="coerce").astype("float64")), name


def test_none_and_no_are_values_where_they_are_categories():
    assert set(intake_of("telco_ibm/Telco-Customer-Churn.csv").frame["MultipleLines"]) == {"Yes", "No", "No phone service"}


def test_the_second_sheet_of_a_workbook_is_asked_for():
    path = "ecommerce_churn/E Commerce Dataset.xlsx"
    with pytest.raises(QuestionError, match=r"'E Comm' with .* 'Data Dict' with .*--sheet"):
        intake_of(path).settled()
    intake = intake_of(path, sheet="E Comm").settled()
    assert (intake.rows_accepted, intake.id_column, intake.frame["CustomerID"][0]) == (5630, "CustomerID", "50001")
    assert missing(intake)["DaySinceLastOrder"] == 307


def test_tickets_become_contacts():
    intake = intake_of("ravenstack/ravenstack_support_tickets.csv", table=CONTACTS).settled()
    assert matched(intake) == {"customer_id": "account_id", "contacted_on": "submitted_at", "resolved_on": "closed_at"}
    mapped = intake_of("ravenstack/ravenstack_support_tickets.csv", table=CONTACTS, mapping={"closed_at": "resolved_on"})
    assert (mapped.rows_accepted, list(mapped.frame)) == (2000, ["account_id", "submitted_at", "closed_at"])


def test_tickets_are_no_customers():
    with pytest.raises(QuestionError, match=r"has account_id A-712f1c in rows 2, 578.*--duplicates"):
        intake_of("ravenstack/ravenstack_support_tickets.csv").settled()


def test_utf_16_with_tabs_and_repeated_customers_is_read():
    intake = intake_of("ugly/utf16le_unicode_text.txt", duplicates="first").settled()
    assert (intake.encoding, intake.delimiter, intake.rows_read, intake.rows_accepted) == ("utf-16", "\t", 408, 400)


def test_a_set_comes_back_from_a_desk_as_it_was_read(tmp_path):
    accounts = intake_of("ravenstack/ravenstack_accounts.csv")
    tickets = intake_of("ravenstack/ravenstack_support_tickets.csv", table=CONTACTS)
    with open_desk(tmp_path) as desk:
        desk.load({"customers": accounts, "contacts": tickets})
        assert desk.tables() == {"customers": 500, "contacts": 2000}
        assert desk.frame("customers").equals(accounts.frame)
        assert desk.search("company_49")["name"].tolist()[:2] == ["Company_49", "Company_490"]
