"""Filters: which customers they leave, what they say, and that a measure of a filtered view is that of a filtered file."""

from datetime import date
from io import StringIO

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import measures
from churn.dials import Dials
from churn.errors import FilterError
from churn.filters import Filters, Span, filters_from
from churn.intake import read
from churn.measures.months import customer_months
from churn.prepared import Wishes, prepared
from churn.store import open_desk
from churn.tables import TABLES
from churn.view import levels_of, viewed

CUSTOMERS = """customer_id,region,tier,monthly_value,started_on,ended_on
a,North,1,10,2022-01-05,
b,North,2,20,2024-11-01,2025-03-10
c,South,1,30,2020-06-01,
d,,3,,2024-03-01,
e,"East, far",1,50,2023-05-01,2024-07-01
"""
ORDERS = """customer_id,ordered_on,amount
a,2025-01-02,5
b,2025-02-02,7
c,2025-06-30,9
e,2024-06-02,11
"""
DIALS = Dials(as_of=date(2025, 7, 1), gone_after=None, look_ahead=90)
COUNTS = ["at_start", "started", "lost"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with open_desk(tmp_path_factory.mktemp("filtered") / "desk") as opened:
        loaded(opened, CUSTOMERS)
        yield opened


def loaded(desk, customers):
    tables = {"customers": customers, "orders": ORDERS}
    files = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name]) for name, text in tables.items()}
    desk.load(files, prepare=lambda frames: prepared(frames, Wishes(as_of=DIALS.as_of, gone_after=0)))


def left_by(desk, filters):
    with viewed(desk, filters) as view:
        return sorted(view.people.collect("pandas").to_native()["customer_id"])


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(), "abcde"),
        (Filters({"region": ("North",)}), "ab"),
        (Filters({"region": ("South", "East, far")}), "ce"),
        (Filters({"region": ("",)}), "d"),
        (Filters({"region": ("", "South")}), "cd"),
        (Filters({"tier": ("1",)}), "ace"),
        (Filters({"tier": ("1",), "region": ("North",)}), "a"),
        (Filters(value_from=20), "bce"),
        (Filters(value_to=20), "ab"),
        (Filters(value_from=20, value_to=30), "bc"),
        (Filters(tenures=("under_1",)), "b"),
        (Filters(tenures=("1_to_2",)), "de"),
        (Filters(tenures=("over_5", "2_to_5")), "ac"),
        (Filters({"region": ("Nowhere",)}), ""),
        (Filters({"rfm": ("new", "at_risk")}), "ce"),
        (Filters(period="3"), "abcde"),
    ],
)
def test_filters_leave_the_customers_who_fit(desk, filters, kept):
    assert left_by(desk, filters) == list(kept)


def test_filters_narrow_every_table_by_customer_and_events_by_period(desk):
    with viewed(desk, Filters({"region": ("North",)}, period="2025")) as view:
        orders = view.within("orders").collect("pandas").to_native()
        assert sorted(orders["customer_id"]) == ["a", "b"]
        assert set(view.months().collect("pandas").to_native()["customer_id"]) == {"a", "b"}
        assert list(view.left().collect("pandas").to_native()["customer_id"]) == ["b"]
        assert (view.customers, view.of, view.churn().count) == (2, 5, 1)


def test_filters_are_one_sentence():
    filters = Filters({"region": ("South", "North", "")}, value_from=1000, tenures=("over_5",), period="2025")
    told = "Region is (missing), North or South, monthly value from 1,000, with us for 5 years or more, in 2025"
    assert filters.sentence({"region": "Region"}) == told
    assert Filters().sentence({}) == ""


@pytest.mark.parametrize(
    ("period", "span"),
    [
        ("all", Span(None, date(2025, 7, 16))),
        ("3", Span(date(2025, 4, 1), date(2025, 7, 1))),
        ("2024", Span(date(2024, 1, 1), date(2025, 1, 1))),
        ("2025", Span(date(2025, 1, 1), date(2025, 7, 16))),
        ("2024-11..2025-01", Span(date(2024, 11, 1), date(2025, 2, 1))),
    ],
)
def test_a_period_ends_before_the_day_that_the_data_are_read_at(period, span):
    assert Filters(period=period).span(date(2025, 7, 16)) == span


def test_what_cannot_be_filtered_by_is_said():
    with pytest.raises(FilterError, match="There is no period 'soon'"):
        Filters(period="soon")
    with pytest.raises(FilterError, match=r"no period .2025-06\.\.2025-01."):
        Filters(period="2025-06..2025-01")
    with pytest.raises(FilterError, match="no column planet"):
        Filters({"planet": ("Mars",)}).expression({"region": "text"})
    with pytest.raises(FilterError, match="'many' is no number"):
        Filters({"tier": ("many",)}).expression({"tier": "number"})
    with pytest.raises(FilterError, match="There is no tenure long"):
        filters_from({"tenure": ["long"]})


def test_the_levels_are_what_a_column_holds_and_how_they_bought(desk):
    found = levels_of(desk)
    assert found["region"] == ("East, far", "North", "South", "")
    assert found["tier"] == ("1", "2", "3")
    assert found["rfm"] == measures.SEGMENTS
    assert "ended_on" not in found


@pytest.mark.long
@settings(max_examples=25)
@given(region=st.sets(st.sampled_from(["North", "South", "East, far", ""])), tier=st.sets(st.sampled_from(["1", "2"])))
def test_a_measure_of_a_filtered_view_is_that_of_the_filtered_file(desk, region, tier):
    whole = pd.read_csv(StringIO(CUSTOMERS), dtype=str, keep_default_na=False)
    fits = (whole["region"].isin(region) | (not region)) & (whole["tier"].isin(tier) | (not tier))
    filters = Filters({"region": tuple(region), "tier": tuple(tier)})
    with viewed(desk, filters) as view:
        found = measures.churn_by_month(view.months(), view.dials.as_of)
        assert view.customers == fits.sum()
    if not fits.any():
        assert found.empty
        return
    tables = {"customers": lazy(whole[fits]), "orders": lazy(pd.read_csv(StringIO(ORDERS)))}
    alone = measures.churn_by_month(customer_months(tables, DIALS), DIALS.as_of)
    merged = found[["month", *COUNTS]].merge(alone[["month", *COUNTS]], on="month", how="outer", suffixes=("", " alone")).fillna(0)
    assert [list(merged[name]) for name in COUNTS] == [list(merged[f"{name} alone"]) for name in COUNTS]


def lazy(frame):
    types = {
        column: "DATE" if column.endswith("_on") else "DOUBLE" if column in ("amount", "monthly_value") else "VARCHAR" for column in frame
    }
    cells = ", ".join(f"nullif(cast({name} as varchar), '')::{type_} AS {name}" for name, type_ in types.items())
    return nw.from_native(duckdb.from_df(frame).query("file", f"SELECT {cells} FROM file"))
