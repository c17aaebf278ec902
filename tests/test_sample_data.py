"""The sample firm is what its README says: reproducible, small, obedient to the schema, and caused by the planted causes."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from churn.tables import CUSTOMERS, TABLES
from sample_data.generate import CAUSES, REASONS, generate

FOLDER = Path(__file__).parents[1] / "sample_data"
AS_OF = pd.Timestamp(2025, 12, 31)
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with freshly generated files."""
    folder = tmp_path_factory.mktemp("firm")
    generate(folder)
    return folder


@pytest.fixture(scope="module")
def tables() -> Tables:
    """The committed tables, dates parsed strictly."""
    return {name: _read(name) for name in TABLES}


@pytest.fixture(scope="module")
def customers(tables: Tables) -> pd.DataFrame:
    """The customers with their snapshot day, on which the snapshot columns are known."""
    table = tables["customers"].set_index("customer_id")
    return table.assign(lost=table["ended_on"].notna(), snapshot=(table["ended_on"] - pd.Timedelta(days=30)).fillna(AS_OF))


def _read(name: str) -> pd.DataFrame:
    table = pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""])
    for column in table.columns[table.columns.str.endswith("_on")]:
        table[column] = pd.to_datetime(table[column], format="%Y-%m-%d")
    return table


def _sheet(file: Path) -> pd.DataFrame:
    header, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    return pd.DataFrame(rows, columns=[str(name) for name in header])


def _events(tables: Tables) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Each event table with the name of its first date column, and each row beside its customer's life."""
    lives = tables["customers"].set_index("customer_id")[["started_on", "ended_on"]]
    for name, table in tables.items():
        if name != "customers":
            when = next(column.name for column in TABLES[name].columns if column.type == "date")
            yield name, when, table.join(lives, on="customer_id", validate="many_to_one")


def _top_fifth_share(amounts: pd.Series) -> float:
    ordered = np.sort(amounts.to_numpy())[::-1]
    return float(ordered[: len(ordered) // 5].sum() / ordered.sum())


def _causes(customers: pd.DataFrame) -> pd.DataFrame:
    """The snapshot columns as numbers, named after the cause that each stands for, and the two noise columns."""
    return pd.DataFrame(
        {
            "plan_basic": customers["plan"] == "Basic",
            "plan_pro": customers["plan"] == "Pro",
            "contract_monthly": customers["contract"] == "Monthly",
            "contract_two_year": customers["contract"] == "Two-year",
            "tenure_per_year": customers["tenure_months"] / 12,
            "value_per_tenfold": np.log10(customers["monthly_value"]),
            "late_payment": customers["late_payments"].clip(upper=3),
            "complaint": customers["complaints"].clip(upper=4),
            "silence": customers["days_since_contact"] / 100,
            "contact_changed": customers["contact_changed"] == "yes",
            "nps_point_below_8": (8 - customers["last_nps"]).clip(lower=0).fillna(0),
            "noise: paper": customers["invoice_format"] == "Paper",
            "noise: e-invoice": customers["invoice_format"] == "E-invoice",
            "noise: newsletter": customers["newsletter"] == "yes",
        },
        dtype=float,
    )


def _fit(x: pd.DataFrame, lost: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Plain logistic regression by Newton's method: coefficients and their z values, intercept first."""
    design = np.column_stack([np.ones(len(x)), x.to_numpy()])
    beta: npt.NDArray[np.float64] = np.zeros(design.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-design @ beta))
        covariance = np.linalg.inv(design.T * (p * (1 - p)) @ design)
        beta = beta + covariance @ design.T @ (lost.to_numpy() - p)
    index = ["intercept", *x.columns]
    return pd.Series(beta, index), pd.Series(beta / np.sqrt(np.diag(covariance)), index)


def test_the_generator_writes_the_committed_files(made: Path):
    for name in TABLES:
        assert (made / f"{name}.csv").read_bytes() == (FOLDER / f"{name}.csv").read_bytes(), (
            f"{name}.csv: run python -m sample_data.generate"
        )
    pd.testing.assert_frame_equal(_sheet(made / "new_customers.xlsx"), _sheet(FOLDER / "new_customers.xlsx"))


def test_the_files_stay_under_four_megabytes(made: Path):
    assert sum(file.stat().st_size for file in made.iterdir()) < 4_000_000


def test_every_cell_obeys_the_schema(tables: Tables):
    for name, table in tables.items():
        schema = TABLES[name]
        assert list(table.columns)[: len(schema.columns)] == [column.name for column in schema.columns]
        assert schema.keeps_extra or len(table.columns) == len(schema.columns)
        for column in schema.columns:
            cells = table[column.name].dropna()
            assert not column.required or len(cells) == len(table)
            assert not column.choices or set(cells) == set(column.choices)
            assert column.low is None or (cells >= column.low).all()
            assert column.high is None or (cells <= column.high).all()
        if schema.key:
            assert not table.duplicated(list(schema.key)).any()
    surveys = tables["surveys"]
    assert surveys.loc[surveys["question"] == "csat", "score"].between(1, 5).all()
    assert surveys.loc[surveys["question"] == "nps", "score"].between(0, 10).all()


def test_events_lie_within_the_life_of_their_customer(tables: Tables):
    for name, when, events in _events(tables):
        assert events["started_on"].notna().all(), f"{name}: customers unknown to customers.csv"
        last = events["ended_on"].fillna(AS_OF)
        assert (events[when] >= events["started_on"]).all(), name
        for column in {when, "paid_on", "resolved_on", "kept_on", "outcome_on"} & set(events.columns):
            known = events[column].notna()
            assert (events.loc[known, column] <= last[known]).all(), f"{name}.{column} after the end"
            assert (events.loc[known, column] >= events.loc[known, when]).all(), f"{name}.{column} before {when}"


def test_customers_start_before_they_end_and_end_before_the_last_day(customers: pd.DataFrame):
    assert customers["started_on"].between(pd.Timestamp(2023, 7, 1), AS_OF).all()
    lost = customers[customers["lost"]]
    assert lost["ended_on"].max() <= AS_OF
    assert (lost["ended_on"] - lost["started_on"]).min() >= pd.Timedelta(days=60)
    assert len(customers) == 4000
    assert 0.22 <= customers["lost"].mean() <= 0.30


def test_counts_over_180_days_equal_what_the_tables_say(tables: Tables, customers: pd.DataFrame):
    orders = tables["orders"]
    late = orders[orders["paid_on"].isna() | (orders["paid_on"] > orders["due_on"])]
    complaints = tables["contacts"].query("kind == 'complaint'")
    people = tables["changes"].query("what == 'point_of_contact'")

    def counted(events: pd.DataFrame, when: str) -> pd.Series:
        age = customers["snapshot"].reindex(events["customer_id"]).to_numpy() - events[when].to_numpy()
        recent = events[(age > np.timedelta64(0, "D")) & (age <= np.timedelta64(180, "D"))]
        return recent.groupby("customer_id").size().reindex(customers.index, fill_value=0)

    assert (counted(late, "due_on") == customers["late_payments"]).all()
    assert (counted(complaints, "contacted_on") == customers["complaints"]).all()
    assert ((counted(people, "changed_on") > 0) == (customers["contact_changed"] == "yes")).all()


def test_latest_contact_answer_and_tenure_equal_what_the_tables_say(tables: Tables, customers: pd.DataFrame):
    def latest(events: pd.DataFrame, when: str) -> pd.DataFrame:
        before = events[events[when] < customers["snapshot"].reindex(events["customer_id"]).to_numpy()]
        return before.sort_values(when, kind="stable").groupby("customer_id").last().reindex(customers.index)

    silence = (customers["snapshot"] - latest(tables["contacts"], "contacted_on")["contacted_on"]).dt.days
    assert (silence == customers["days_since_contact"]).all()
    answers = latest(tables["surveys"].query("question == 'nps'"), "answered_on")["score"]
    pd.testing.assert_series_equal(answers, customers["last_nps"], check_names=False)
    ticks = [
        (_add_months(start, n), _add_months(start, n + 1))
        for start, n in zip(customers["started_on"], customers["tenure_months"], strict=True)
    ]
    assert all(low <= day.date() < high for (low, high), day in zip(ticks, customers["snapshot"], strict=True))


def _add_months(day: pd.Timestamp, months: int) -> date:
    return (day + pd.DateOffset(months=months)).date()


def test_the_customers_table_agrees_with_the_changes(tables: Tables, customers: pd.DataFrame):
    latest = tables["changes"].groupby(["customer_id", "what"])["after"].last().unstack()
    for what, column in (("plan", "plan"), ("point_of_contact", "contact_name")):
        after = latest[what].dropna()
        assert (after == customers.loc[after.index, column]).all()
    closed = latest.index[latest["status"] == "closed"]
    assert set(closed) == set(customers.index[customers["lost"]])


def test_invoices_bill_whole_months_of_the_monthly_value(tables: Tables, customers: pd.DataFrame):
    changed = tables["changes"].query("what in ['plan', 'price']")["customer_id"].unique()
    orders = tables["orders"][~tables["orders"]["customer_id"].isin(changed)]
    months = orders["amount"].to_numpy() / customers["monthly_value"].reindex(orders["customer_id"]).to_numpy()
    assert set(np.round(months, 2)) == {1, 3, 6}


def test_a_fifth_of_the_customers_brings_about_eighty_percent_of_the_revenue(tables: Tables, customers: pd.DataFrame):
    revenue = tables["orders"].groupby("customer_id")["amount"].sum().reindex(customers.index, fill_value=0)
    assert 0.77 <= _top_fifth_share(revenue) <= 0.83
    assert 0.75 <= _top_fifth_share(customers["monthly_value"]) <= 0.83


def test_stated_reasons_lie_near_the_quoted_mix(tables: Tables, customers: pd.DataFrame):
    exits = tables["surveys"].query("question == 'exit'")
    assert customers["lost"].reindex(exits["customer_id"]).all()
    assert not exits["customer_id"].duplicated().any()
    stated = exits[exits["reason"] != "not stated"]
    assert 0.75 <= len(stated) / customers["lost"].sum() <= 0.92
    shares = stated["reason"].value_counts(normalize=True) * 100
    for reason, quoted in {
        "felt unvalued": 67,
        "dissatisfied (low quality)": 14,
        "competitor": 9,
        "friend or relative elsewhere": 5,
    }.items():
        assert abs(shares[reason] - quoted) < 3.5, reason
    for reason, quoted in {"moved or stopped of own accord": 3, "died": 1}.items():
        assert abs(shares[reason] - quoted) < 1.5, reason
    assert set(shares.index) <= set(REASONS)


def test_reasons_fit_what_happened(tables: Tables, customers: pd.DataFrame):
    said = customers.join(tables["surveys"].query("question == 'exit'").set_index("customer_id")["reason"])
    mean = said.groupby("reason")[["complaints", "days_since_contact"]].mean()
    assert mean.loc["dissatisfied (low quality)", "complaints"] > 2 * mean.loc["felt unvalued", "complaints"]
    assert mean.loc["felt unvalued", "days_since_contact"] > mean.loc["dissatisfied (low quality)", "days_since_contact"]
    assert (said.loc[said["reason"] == "died", "segment"] == "Self-employed").all()


def test_a_logistic_regression_finds_the_planted_causes_and_nothing_in_the_noise(customers: pd.DataFrame):
    beta, z = _fit(_causes(customers), customers["lost"])
    for cause, planted in asdict(CAUSES).items():
        if cause not in ("intercept", "acted_on"):
            assert beta[cause] * planted > 0, cause
            assert abs(z[cause]) > 2, cause
    assert (z.filter(like="noise").abs() < 1.96).all()


def test_the_causes_together_rank_well_and_no_column_alone_gives_the_label_away(customers: pd.DataFrame):
    x, lost = _causes(customers), customers["lost"]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    together = roc_auc_score(lost, cross_val_predict(model, x, lost, cv=5, method="predict_proba")[:, 1])
    assert 0.80 <= together <= 0.88
    for column in x:
        alone = roc_auc_score(lost, x[column])
        assert max(alone, 1 - alone) < 0.75, column


def test_extra_columns_are_filled_alike_for_the_lost_and_the_others(customers: pd.DataFrame):
    extra = [column for column in customers.columns if CUSTOMERS.column(column) is None and column not in ("lost", "snapshot")]
    filled = customers[extra].notna().groupby(customers["lost"]).mean()
    assert (filled.drop(columns="last_nps") == 1).all(axis=None)
    assert filled["last_nps"].between(0.5, 0.9).all()


def test_those_held_out_leave_more_often_than_those_acted_on(tables: Tables):
    actions = tables["actions"]
    assert 0.07 < (actions["arm"] == "held_out").mean() < 0.13
    assert (actions.loc[actions["arm"] == "held_out", "cost"] == 0).all()
    known = actions.dropna(subset=["outcome"])
    left = (known["outcome"] == "left").groupby(known["arm"]).mean()
    assert left["held_out"] > left["acted"]


def test_new_customers_are_unlabelled_unknown_and_some_lack_cells(customers: pd.DataFrame):
    new = _sheet(FOLDER / "new_customers.xlsx")
    assert list(new.columns) == [column for column in _read("customers").columns if column != "ended_on"]
    assert len(new) == 150
    assert not set(new["customer_id"]) & set(customers.index)
    assert new["customer_id"].is_unique
    missing = (new.drop(columns="last_nps") == "").sum(axis=1)
    assert 5 <= (missing >= 3).sum() <= 15
    assert (missing == 0).sum() >= 135
    assert {type(cell) for cell in new["started_on"]} <= {date, str}
