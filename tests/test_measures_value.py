"""Loyal fifths, existing against new customers and RFM: cases worked by hand, referees in plain pandas, and what must hold for any firm."""

import datetime
import math
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import measures
from churn.dials import Dials
from churn.errors import ChurnError
from churn.measures.lives import lives
from tests import referees_value as referees

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
DAYS = {"customers": ["started_on", "ended_on"], "orders": ["ordered_on"]}
CUSTOMERS = "customer_id VARCHAR, started_on DATE, ended_on DATE"
ORDERS = "customer_id VARCHAR, ordered_on DATE, amount DOUBLE, product VARCHAR"
YEAR_END = datetime.date(2026, 1, 1)


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        yield connection


def table(engine, name, columns, rows):
    engine.execute(f"create or replace table {name} ({columns})")
    if rows:
        engine.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", rows)
    return nw.from_native(engine.table(name))


def firm(engine, customers, orders):
    return {"customers": table(engine, "customers", CUSTOMERS, customers), "orders": table(engine, "orders", ORDERS, orders)}


@pytest.fixture(scope="module")
def sample(engine):
    """The sample firm's customers and orders, in memory and lazy, the rows of the lazy ones shuffled."""
    plain = {name: pd.read_csv(SAMPLE / f"{name}.csv", parse_dates=days) for name, days in DAYS.items()}
    lazy = {}
    for name, frame in plain.items():
        engine.register(f"sample_{name}", frame.sample(frac=1, random_state=2))
        lazy[name] = nw.from_native(engine.sql(f"select * from sample_{name}"))
    return plain, lazy


def test_the_top_share_and_the_largest_customers_worked_by_hand(engine):
    values = table(
        engine, "sums", "customer_id VARCHAR, value DOUBLE", [("a", 60), ("b", 20), ("c", 10), ("d", 10), ("e", -5), ("f", None)]
    )
    # Five known values of 100 together, -5 counted as 0: the top two fifths are a and b.
    found = measures.concentration(values)
    assert (found.top(0.4), found.top(0.2), found.top(1)) == pytest.approx((0.8, 0.6, 1.0))
    assert (measures.largest(values, 2), measures.largest(values, 3), measures.largest(values, 99)) == pytest.approx((0.8, 0.9, 1.0))
    assert math.isnan(measures.largest(values.filter(nw.col("value") < 0), 1))


def test_the_sample_firms_concentration_is_that_of_pandas(sample):
    plain, lazy = sample
    top, gini = referees.concentration(plain["orders"])
    values = measures.values_from_orders(lazy["orders"])
    found = measures.concentration(values)
    assert found.customers % 5 == 0
    assert (found.top_share, found.gini, measures.largest(values, found.customers // 5)) == pytest.approx((top, gini, top))


FIVE = [
    ("a", "2020-01-01", None),
    ("b", "2021-01-01", "2025-06-01"),
    ("c", "2024-01-01", None),
    ("d", "2024-06-01", "2025-03-01"),
    ("e", "2024-09-01", None),
    ("gone", "2019-01-01", "2024-05-01"),
    ("later", "2025-02-01", None),
]


def test_the_loyal_fifths_worked_by_hand(engine):
    # Ranks of tenure a 1, b 2, c 3, d 4, e 5. Orders a year: d 2 and e 1 in less than a year, which counts as one; c 2 in 366 days, a 10 in
    # 1,827 and b 4 in 1,461: d 1, a 2, c 3, e 4, b 5. Sums a 3, d 5, c 6, b 7, e 9.
    orders = [("a", f"2024-{month:02}-05", 10, "x") for month in range(1, 11)] + [
        ("b", f"2024-0{month}-05", 1, "x") for month in range(1, 5)
    ]
    orders += [("c", "2024-03-01", 500, "x"), ("d", "2024-07-01", 1, "x"), ("d", "2024-08-01", 1, "x"), ("e", "2024-10-01", 1, "x")]
    orders += [
        ("gone", "2024-02-01", 900, "x"),
        ("later", "2025-02-01", 900, "x"),
        ("e", "2025-02-01", 900, "x"),
        ("c", "2023-12-31", 900, "x"),
    ]
    found = measures.loyal_fifths(firm(engine, FIVE, orders), Dials(YEAR_END))
    assert (found.day, found.customers, found.both) == (datetime.date(2025, 1, 1), 5, 0)
    assert found.revenue == 100 + 4 + 500 + 2 + 1
    assert (found.by_revenue.customers, found.by_revenue.revenue) == (1, 500)
    assert (found.by_habit.customers, found.by_habit.revenue) == (1, 100)
    assert found.by_habit.revenue_share == pytest.approx(100 / 607)
    assert found.by_habit.lost == measures.share_of(0, 1)
    assert found.by_habit.others_lost == measures.share_of(2, 4)
    assert found.frame["fifth"].tolist() == ["by_revenue", "by_habit"]


def test_equal_customers_enter_the_loyal_fifth_by_their_id(engine):
    customers = [(name, "2024-01-01", "2025-06-01" if name == "a" else None) for name in "fedcba"]
    found = measures.loyal_fifths(firm(engine, customers, [(name, "2024-05-01", 5, "x") for name in "abcdef"]), Dials(YEAR_END))
    assert (found.by_revenue.customers, found.by_habit.customers, found.both) == (2, 2, 2)  # a fifth of six, rounded up: a and b
    assert found.by_habit.lost == measures.share_of(1, 2)


def test_the_loyal_fifth_of_today_has_been_followed_for_no_day(engine):
    found = measures.loyal_fifths(firm(engine, FIVE, [("a", "2025-05-01", 5, "x")]), Dials(YEAR_END), followed=0)
    assert found.customers == 4
    assert math.isnan(found.by_revenue.lost.share)


def test_without_orders_nobody_is_called_loyal(engine):
    with pytest.raises(ChurnError, match="holds no orders"):
        measures.loyal_fifths({"customers": firm(engine, FIVE, [])["customers"]}, Dials(YEAR_END))
    with pytest.raises(ChurnError, match="no orders with amounts"):
        measures.existing_against_new({"customers": firm(engine, FIVE, [])["customers"]}, Dials(YEAR_END))


@pytest.mark.parametrize("gone_after", [None, 120])
def test_the_sample_firms_loyal_fifths_are_those_of_pandas(sample, gone_after):
    plain, lazy = sample
    found = measures.loyal_fifths(lazy, Dials(YEAR_END, gone_after))
    frame, both = referees.loyal_fifths(plain["customers"], plain["orders"], pd.Timestamp(YEAR_END), gone_after=gone_after)
    pd.testing.assert_frame_equal(found.frame[list(frame)], frame, check_dtype=False)
    assert found.both == both


def test_existing_and_new_customers_worked_by_hand(engine):
    """From 1 January to 31 December 2025. old tries z, kept buys what it knew, left is there for 31 days (1 to 31 January); new begins
    with x and y on one day and tries z later, fresh begins with x, silent buys nothing; gone and later are in no group."""
    customers = [
        ("old", "2024-01-01", None), ("kept", None, None), ("left", "2023-05-05", "2025-01-31"), ("gone", "2023-01-01", "2024-12-31"),
        ("new", "2025-07-02", None), ("fresh", "2025-12-01", None), ("silent", "2025-12-01", None), ("later", "2026-01-01", None),
    ]  # fmt: skip
    orders = [
        ("old", "2024-02-01", 99, "x"), ("old", "2025-02-01", 40, "x"), ("old", "2025-03-01", 20, "z"),
        ("kept", "2024-12-31", 1, "x"), ("kept", "2025-01-01", 30, "x"), ("left", "2025-01-02", 10, None), ("left", "2024-01-02", 10, "x"),
        ("new", "2025-07-02", 50, "x"), ("new", "2025-07-02", 50, "y"), ("new", "2025-09-01", 20, "z"), ("fresh", "2025-12-02", 7, "x"),
        ("fresh", "2026-01-01", 999, "z"),
    ]  # fmt: skip
    found = measures.existing_against_new(firm(engine, customers, orders), Dials(YEAR_END))
    assert (found.first, found.last) == (datetime.date(2025, 1, 1), datetime.date(2025, 12, 31))
    month = 365.25 / 12
    assert (found.existing.customers, found.new.customers) == (3, 3)
    assert found.existing.months == pytest.approx((365 + 365 + 31) / month)
    assert found.new.months == pytest.approx((183 + 31 + 31) / month)
    assert (found.existing.tried, found.new.tried) == (measures.share_of(1, 3), measures.share_of(1, 3))
    assert found.try_ratio == 1
    assert found.existing.spend == pytest.approx(100 / (761 / month))
    assert found.spend_ratio == pytest.approx((100 / 761) / (127 / 245))
    # Half the width: 1.96 sqrt(3 / 2 * sum of squared (spent - spend * months)) / months, here with days for months
    daily = 127 / 245
    squares = (120 - daily * 183) ** 2 + (7 - daily * 31) ** 2 + (0 - daily * 31) ** 2
    assert found.new.spend_high - found.new.spend == pytest.approx(1.959964 * math.sqrt(1.5 * squares) / 245 * month, rel=1e-6)


def test_a_group_of_one_has_no_interval_and_one_of_nobody_no_figure(engine):
    found = measures.existing_against_new(firm(engine, [("a", "2025-03-01", None)], [("a", "2025-03-01", 5, "x")]), Dials(YEAR_END))
    assert (found.existing.customers, found.new.customers) == (0, 1)
    assert found.new.spend > 0
    assert all(math.isnan(x) for x in (found.new.spend_low, found.existing.spend, found.spend_ratio, found.try_ratio))


def test_where_orders_name_no_products_nobody_is_said_to_have_tried(engine):
    tables = firm(engine, FIVE, [("a", "2025-05-01", 5, "x")])
    found = measures.existing_against_new({**tables, "orders": tables["orders"].drop("product")}, Dials(YEAR_END))
    assert (found.existing.tried.total, found.existing.customers) == (0, 5)


@pytest.mark.parametrize(("gone_after", "months"), [(None, 12), (150, 6)])
def test_the_sample_firms_existing_and_new_customers_are_those_of_pandas(sample, gone_after, months):
    plain, lazy = sample
    found = measures.existing_against_new(lazy, Dials(YEAR_END, gone_after), months=months)
    theirs = referees.existing_against_new(plain["customers"], plain["orders"], pd.Timestamp(YEAR_END), months, gone_after)
    for kind, own in (("existing", found.existing), ("new", found.new)):
        ours = [own.customers, own.months, own.tried.count, own.spend, own.spend_low, own.spend_high]
        assert ours == pytest.approx(theirs.loc[kind].tolist())


TEN = [(f"c{place}", place, orders, amount) for place, (orders, amount) in enumerate(
    [(9, 90), (5, 10), (5, 80), (1, 5), (1, 50), (3, 30), (1, 5), (1, 5), (2, 60), (1, 5)]
)]  # fmt: skip


def test_rfm_scores_worked_by_hand(engine):
    """Ten customers, the last order place + 1 days ago. f: five with one order share the lowest rank (1), then 2, 3, 5, 5, 10 orders
    rank 6, 7, 8, 8, 10: floor(5 * 5 / 10) + 1 = 3, 4, 4, 4, 5. m: four of 5 share score 1, then 10, 30, 50, 60, 80, 90 rank 5 to 10."""
    rows = [
        (name, YEAR_END - datetime.timedelta(place + 1), amount / orders, "x")
        for name, place, orders, amount in TEN
        for _order in range(orders)
    ]
    rows += [("c3", YEAR_END, 1000.0, "x"), ("c0", datetime.date(2020, 1, 1), None, "x")]
    found = measures.rfm(table(engine, "orders", ORDERS, rows), YEAR_END).sort("customer_id").collect("pandas").to_native()
    assert found["recency_days"].tolist() == list(range(1, 11))
    assert found["frequency"].tolist() == [10, 5, 5, 1, 1, 3, 1, 1, 2, 1]
    assert found["monetary"].tolist() == pytest.approx([90, 10, 80, 5, 50, 30, 5, 5, 60, 5])
    assert found["r"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert found["f"].tolist() == [5, 4, 4, 1, 1, 4, 1, 1, 3, 1]
    assert found["m"].tolist() == [5, 3, 5, 1, 4, 3, 1, 1, 4, 1]
    assert found["segment"].tolist() == [
        "champions", "promising", "loyal", "new", "needs_attention",
        "needs_attention", "hibernating", "hibernating", "at_risk", "long_gone",
    ]  # fmt: skip


def test_rfm_segments_hold_every_segment_and_add_up(sample):
    plain, lazy = sample
    scored = measures.rfm(lazy["orders"], YEAR_END)
    ours = measures.rfm_segments(scored, lives(lazy, Dials(YEAR_END)))
    assert tuple(ours["segment"]) == measures.SEGMENTS
    assert ours["revenue_share"].sum() == pytest.approx(1)
    assert (ours["customers"].sum(), ours["lost"].sum()) == (4000, plain["customers"]["ended_on"].notna().sum())
    scores = referees.rfm(plain["orders"], pd.Timestamp(YEAR_END))
    theirs = referees.rfm_segments(scores, referees.lives(plain["customers"], plain["orders"], pd.Timestamp(YEAR_END)))
    found = ours[ours["customers"] > 0].set_index("segment").loc[theirs.index, list(theirs)]
    pd.testing.assert_frame_equal(found, theirs, check_dtype=False)
    same = scored.sort("customer_id").collect("pandas").to_native()
    pd.testing.assert_frame_equal(same, scores.sort_values("customer_id").reset_index(drop=True)[list(same)], check_dtype=False)


def test_a_segment_without_customers_has_no_shares(engine):
    scored = measures.rfm(table(engine, "orders", ORDERS, [("a", "2025-12-01", 5, "x")]), YEAR_END)
    found = measures.rfm_segments(scored, lives(firm(engine, [("a", "2025-01-01", None)], [("a", "2025-12-01", 5, "x")]), Dials(YEAR_END)))
    assert found["customers"].sum() == 1
    assert found.loc[found["customers"] == 0, "lost_share"].isna().all()


def test_every_segment_has_a_name_of_its_own():
    names = [measures.segment_name(segment) for segment in measures.SEGMENTS]
    assert len(set(names)) == len(names) == 10


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(0, 400), st.integers(-5, 50)), min_size=1, max_size=25), st.randoms())
def test_rfm_scores_equal_customers_alike_in_any_order_of_rows(engine, bought, random):
    rows = [(name, YEAR_END - datetime.timedelta(1 + ago), float(amount), None) for name, ago, amount in bought]
    first = measures.rfm(table(engine, "orders", ORDERS, rows), YEAR_END).sort("customer_id").collect("pandas").to_native()
    random.shuffle(rows)
    second = measures.rfm(table(engine, "orders", ORDERS, rows), YEAR_END).sort("customer_id").collect("pandas").to_native()
    pd.testing.assert_frame_equal(first, second)
    for cells, score in (("recency_days", "r"), ("frequency", "f"), ("monetary", "m")):
        assert first.groupby(cells)[score].nunique().eq(1).all()
        assert first[score].between(1, 5).all()
    assert first.sort_values("frequency")["f"].is_monotonic_increasing


def test_measures_of_value_of_filtered_tables_are_those_of_the_filtered_file(engine, sample):
    plain, lazy = sample
    north = lazy["customers"].filter(nw.col("region") == "North")
    filtered = {"customers": north, "orders": lazy["orders"].join(north.select("customer_id"), on="customer_id", how="semi")}
    ids = plain["customers"].loc[plain["customers"]["region"] == "North", "customer_id"]
    file = {name: nw.from_native(engine.from_df(frame[frame["customer_id"].isin(ids)])) for name, frame in plain.items()}
    dials = Dials(YEAR_END)
    pd.testing.assert_frame_equal(measures.loyal_fifths(filtered, dials).frame, measures.loyal_fifths(file, dials).frame)
    assert measures.existing_against_new(filtered, dials).spend_ratio == pytest.approx(
        measures.existing_against_new(file, dials).spend_ratio
    )
    scores = [measures.rfm(tables["orders"], YEAR_END).sort("customer_id").collect("pandas").to_native() for tables in (filtered, file)]
    pd.testing.assert_frame_equal(*scores)
