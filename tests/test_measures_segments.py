"""Customers by one or two of their columns: a case worked by hand, a referee in plain pandas, and that the parts make up the whole."""

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import measures
from tests.histories import lazily, sample_frames, written
from tests.referees_value import wilson

CUSTOMERS = "customer_id VARCHAR, plan VARCHAR, region VARCHAR, is_lost BIGINT, monthly_value DOUBLE"
LOST = nw.col("is_lost") == 1


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        yield connection


def test_segments_worked_by_hand(engine):
    rows = [
        ("a", "Pro", "North", 1, 10.0), ("b", "Pro", "North", 0, 30.0), ("c", "Pro", "North", None, None),
        ("d", "Pro", None, 0, 5.0), ("e", " ", "North", 1, None),
    ]  # fmt: skip
    tables = written(engine, customers=(CUSTOMERS, rows), bought=("customer_id VARCHAR, revenue_year DOUBLE", [("a", 7.0), ("b", 8.0)]))
    found = measures.segments(tables["customers"], ("plan", "region"), LOST, bought=tables["bought"])
    cells = found.cells
    assert cells[["plan", "region"]].to_numpy().tolist() == [["Pro", "North"], ["Pro", None], [None, "North"]]
    names = ["customers", "known", "lost", "share", "valued", "mean_value", "sum_value", "revenue_year"]
    assert cells[names].iloc[0].tolist() == [3, 2, 1, 0.5, 2, 20, 40, 15]
    assert cells[names].iloc[1].tolist() == [1, 1, 0, 0, 1, 5, 5, 0]
    assert cells[["customers", "known", "lost", "share", "valued", "revenue_year"]].iloc[2].tolist() == [1, 1, 1, 1, 0, 0]
    assert cells[["mean_value", "sum_value"]].iloc[2].isna().all()
    assert (found.by, found.cells_left, found.customers_left) == (("plan", "region"), 0, 0)
    alone = measures.segments(tables["customers"].drop("monthly_value"), ("plan",), LOST)
    assert alone.cells["customers"].tolist() == [4, 1]
    assert alone.cells[["mean_value", "revenue_year"]].isna().all().all()


def test_the_cells_beyond_two_hundred_are_counted(engine):
    rows = [(f"c{place}", f"plan {place % 201}", f"region {place % 2}", 0, 1.0) for place in range(402 + 3)]
    found = measures.segments(written(engine, customers=(CUSTOMERS, rows))["customers"], ("plan", "region"), LOST)
    assert len(found.cells) == 200
    assert (found.cells_left, found.customers_left) == (202, 405 - found.cells["customers"].sum())
    nobody = measures.segments(written(engine, customers=(CUSTOMERS, []))["customers"], ("plan", "region"), LOST)
    assert (len(nobody.cells), nobody.cells_left, nobody.customers_left) == (0, 0, 0)


def test_the_sample_firms_segments_are_those_of_pandas(engine):
    frames = sample_frames()
    people, orders = frames["customers"], frames["orders"]
    tables, as_of = lazily(engine, {name: frames[name] for name in ("customers", "orders")}, "sample"), pd.Timestamp("2026-01-01")
    bought = measures.bought(tables["orders"], as_of.date())
    found = measures.segments(tables["customers"], ("segment", "region"), ~nw.col("ended_on").is_null(), bought=bought)
    recent = orders[(orders["ordered_on"] < as_of) & (orders["ordered_on"] >= as_of - pd.Timedelta(days=365))]
    year = people["customer_id"].map(recent.groupby("customer_id")["amount"].sum()).fillna(0)
    people = people.assign(year=year, lost=people["ended_on"].notna())
    theirs = people.groupby(["segment", "region"], dropna=False).agg(
        customers=("customer_id", "size"), lost=("lost", "sum"), share=("lost", "mean"), mean_value=("monthly_value", "mean"),
        sum_value=("monthly_value", "sum"), revenue_year=("year", "sum"),
    )  # fmt: skip
    theirs["low"], theirs["high"] = wilson(theirs["lost"], theirs["customers"])
    ours = found.cells.set_index(["segment", "region"]).sort_index()
    pd.testing.assert_frame_equal(ours[list(theirs)], theirs.sort_index(), check_dtype=False, check_index_type=False)


CELL = st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from(["p", "q", ""]), st.sampled_from([0, 1, None]), st.integers(0, 9))


@settings(max_examples=30)
@given(st.lists(CELL, max_size=20))
def test_the_parts_make_up_the_whole(engine, people):
    rows = [(f"c{place}", *person) for place, person in enumerate(people)]
    customers = written(engine, customers=(CUSTOMERS, rows))["customers"]
    found = measures.segments(customers, ("plan", "region"), LOST).cells
    assert found["customers"].sum() == len(rows)
    assert found["sum_value"].sum() == sum(value for *_rest, value in people)
    share = measures.churn(customers, LOST)
    assert (found["lost"].sum(), found["known"].sum()) == (share.count, share.total)
    assert (found["low"].isna() == (found["known"] == 0)).all()
    assert np.all(np.diff(found["customers"]) <= 0)
