"""Churn, revenue retention and cohorts over time: cases worked by hand, referees in plain pandas, and what must hold for any firm."""

import datetime
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import measures
from churn.dials import Dials
from churn.measures.months import customer_months
from tests import referees_value as referees

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
DAYS = {"customers": ["started_on", "ended_on"], "orders": ["ordered_on"], "contacts": ["contacted_on"]}
COLUMNS = {
    "customers": "customer_id VARCHAR, started_on DATE, ended_on DATE, region VARCHAR",
    "orders": "customer_id VARCHAR, ordered_on DATE, amount DOUBLE",
    "contacts": "customer_id VARCHAR, contacted_on DATE, kind VARCHAR",
}


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        yield connection


def tables_of(engine, **rows):
    """Lazy frames of literal rows, in the columns above."""
    found = {}
    for name, declaration in COLUMNS.items():
        engine.execute(f"create or replace table {name} ({declaration})")
        if rows.get(name):
            engine.executemany(f"insert into {name} values ({', '.join('?' * len(rows[name][0]))})", rows[name])
        found[name] = nw.from_native(engine.table(name))
    return found


def kept(engine, frame, name="months"):
    """The frame as a table, as a desk keeps it, and in memory."""
    engine.register("_arrow", frame.collect("pyarrow").to_native())
    engine.execute(f"create or replace table {name} as from _arrow")
    return nw.from_native(engine.table(name)), engine.table(name).df()


def same(ours, theirs, keys):
    """Both frames hold the same rows and numbers, in any order of rows, with their days in any unit."""
    ours, theirs = (frame[list(theirs)].sort_values(keys).reset_index(drop=True) for frame in (ours, theirs))
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=1e-9, atol=1e-7)


SMALL = {
    "customers": [
        ("a", "2025-01-05", None, "north"),
        ("b", "2025-01-10", "2025-03-20", "north"),
        ("c", "2025-02-01", "2025-02-25", "north"),
        ("d", "2025-02-03", "2025-03-01", None),
        ("e", "2025-03-12", None, " "),
    ],
    "orders": [("a", "2025-01-06", 10.0), ("a", "2025-03-06", 20.0), ("c", "2025-02-02", 6.0), ("a", "2025-04-02", 50.0)],
}
MID_APRIL = day("2025-04-15")


@pytest.fixture
def small_firm(engine):
    tables = tables_of(engine, **SMALL)
    return tables, kept(engine, customer_months(tables, Dials(MID_APRIL)))[0]


def test_churn_by_month_counts_who_was_there_on_the_first_day(small_firm):
    # b and d leave in March, d on its first day and so still there; c comes and leaves in February; April is not over.
    found = measures.churn_by_month(small_firm[1], MID_APRIL)
    assert found["month"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"]
    assert found[["at_start", "started", "lost", "lost_new"]].to_numpy().tolist() == [
        [0, 2, 0, 0],
        [2, 2, 0, 1],
        [3, 1, 2, 0],
        [2, 0, 0, 0],
    ]
    assert found["rate"].tolist() == pytest.approx([np.nan, 0, 2 / 3, 0], nan_ok=True)
    assert found["retention"][2] == pytest.approx(1 / 3)
    # Wilson with z^2 = 3.8415: (2 * 2 + 3.8415 -+ 1.95996 sqrt(3.8415 + 4 * 2 * 1/3)) / (2 * 6.8415)
    assert (found["low"][2], found["high"][2]) == pytest.approx((0.2077, 0.9385), abs=1e-4)
    assert found["complete"].tolist() == [True, True, True, False]


def test_the_average_rate_is_all_who_left_against_all_who_were_there_in_whole_months(small_firm):
    rates = measures.churn_by_month(small_firm[1], MID_APRIL)
    assert measures.average_churn(rates) == measures.share_of(2, 5)
    assert measures.average_churn(rates, last=1) == measures.share_of(2, 3)


def test_a_quarter_follows_those_who_were_there_on_its_first_day(small_firm):
    found = measures.churn_by_month(small_firm[1], MID_APRIL, every="quarter")
    assert found[["at_start", "started", "lost", "lost_new"]].to_numpy().tolist() == [[0, 5, 0, 3], [2, 0, 0, 0]]
    assert found["complete"].tolist() == [True, False]
    assert measures.churn_by_month(small_firm[1], MID_APRIL, every="year")["complete"].tolist() == [False]


def test_churn_by_group_keeps_those_without_one_under_no_name(small_firm):
    tables, months = small_firm
    found = measures.churn_by_month(months, MID_APRIL, groups=measures.grouped(tables["customers"], "region"))
    march = found[found["month"] == "2025-03-01"]
    rows = march[["group", "at_start", "lost", "started"]].to_numpy().tolist()
    assert sorted(rows, key=str) == [["north", 2, 1, 0], [None, 1, 1, 1]]


def test_only_the_twenty_groups_with_most_customers_are_shown(engine):
    rows = [(f"{place}-{copy}", "2025-01-05", None, f"city {place:02}") for place in range(22) for copy in range(1 + (place > 1))]
    tables = tables_of(engine, customers=rows)
    months = customer_months(tables, Dials(MID_APRIL))
    found = measures.churn_by_month(months, MID_APRIL, groups=measures.grouped(tables["customers"], "region"))
    assert sorted(set(found["group"])) == [f"city {place:02}" for place in range(2, 22)]


def test_cohorts_worked_by_hand(small_firm):
    found = measures.cohorts(small_firm[1], MID_APRIL)
    cells = found.cells.assign(cohort=found.cells["cohort"].dt.strftime("%m"))
    assert cells[["cohort", "period", "customers", "there", "revenue"]].to_numpy().tolist() == [
        ["01", 0, 2, 2, 10.0], ["01", 1, 2, 2, 0.0], ["01", 2, 2, 2, 20.0],
        ["02", 0, 2, 2, 6.0], ["02", 1, 2, 1, 0.0], ["03", 0, 1, 1, 0.0],
    ]  # fmt: skip
    assert cells["share"].tolist() == [1, 1, 1, 1, 0.5, 1]
    assert cells["revenue_share"].tolist() == pytest.approx([1, 0, 2, 1, 0, np.nan], nan_ok=True)
    assert found.mean[["period", "cohorts", "customers"]].to_numpy().tolist() == [[0, 3, 5], [1, 2, 4], [2, 1, 2]]
    assert found.mean["share"].tolist() == [1, 0.75, 1]
    assert found.mean["revenue_share"].tolist() == [1, 0, 2]


def test_a_cohort_that_is_gone_stays_in_the_table_with_nobody(engine):
    tables = tables_of(engine, customers=[("a", "2025-01-05", "2025-01-20", None), ("b", "2025-03-02", None, None)])
    cells = measures.cohorts(customer_months(tables, Dials(MID_APRIL)), MID_APRIL).cells
    assert cells[cells["cohort"] == "2025-01-01"]["there"].tolist() == [1, 0, 0]


def paid_months(engine, histories):
    """Months of customers there since before January 2025 or who come later: name, first month, revenues, whether lost in the last."""
    rows = []
    for name, first, revenues, lost in histories:
        for place, revenue in enumerate(revenues):
            here, last = first + place, place == len(revenues) - 1
            before = first == 1 or place > 0
            cohort = day("2024-12-01") if first == 1 else day(f"2025-{first:02}-01")
            rows.append((name, day(f"2025-{here:02}-01"), cohort, int(before), int(not before), int(lost and last), revenue))
    engine.execute(
        "create or replace table months (customer_id VARCHAR, month DATE, cohort DATE, at_start BIGINT, started BIGINT, lost BIGINT, "
        "revenue DOUBLE)"
    )
    engine.executemany("insert into months values (?, ?, ?, ?, ?, ?, ?)", rows)
    return nw.from_native(engine.table("months"))


def test_revenue_of_two_windows_of_two_months_worked_by_hand(engine):
    # a grows by 5; b is invoiced every second month, 6 less; c leaves in March and brings 8 less; d left in February, 10 less; e is new.
    histories = [
        ("a", 1, [10, 10, 15, 10], False), ("b", 1, [30, 0, 24, None], False), ("c", 1, [8, 8, 8], True), ("d", 1, [5, 5], True),
        ("e", 2, [7, 7, 7], False),
    ]  # fmt: skip
    found = measures.revenue_retention(paid_months(engine, histories), day("2025-05-01"), window=2)
    assert len(found) == 1
    row = found.iloc[0]
    assert row["month"] == pd.Timestamp("2025-04-01")
    parts = ["customers", "start", "lost", "contraction", "expansion", "new", "end"]
    assert row[parts].tolist() == [4, 76, 18, 6, 5, 14, 71]
    assert (row["nrr"], row["grr"], row["lost_share"]) == pytest.approx((57 / 76, 52 / 76, 18 / 76))


@pytest.mark.parametrize("window", [1, 2])
def test_where_half_leave_each_month_net_retention_is_a_half_to_the_power_of_the_window(engine, window):
    lengths = [1] * 8 + [2] * 4 + [3] * 2 + [4] + [5]
    histories = [(f"c{place}", 1, [3.0] * length, True) for place, length in enumerate(lengths)]
    found = measures.revenue_retention(paid_months(engine, histories), day("2025-05-01"), window=window)
    assert found["nrr"].tolist() == pytest.approx([0.5**window] * len(found))
    assert found["grr"].tolist() == pytest.approx(found["nrr"].tolist())
    assert (found["contraction"] == 0).all()


def test_quarters_of_revenue_end_with_quarters(engine):
    months = paid_months(engine, [("a", 1, [10.0] * 12, False)])
    found = measures.revenue_retention(months, day("2026-01-01"), window=3, every="quarter")
    assert found["month"].dt.month.tolist() == [6, 9, 12]
    assert found["nrr"].tolist() == [1, 1, 1]
    assert measures.revenue_retention(months, day("2025-12-31"), window=3, every="quarter")["month"].dt.month.tolist() == [6, 9]


def test_a_firm_without_customers_has_empty_tables_and_no_rate(engine):
    months = customer_months(tables_of(engine), Dials(MID_APRIL))
    rates = measures.churn_by_month(months, MID_APRIL)
    assert rates.empty
    assert measures.average_churn(rates).total == 0
    assert measures.revenue_retention(months, MID_APRIL).empty
    assert measures.cohorts(months, MID_APRIL).cells.empty


def test_who_has_no_start_was_there_from_the_first_month_on_and_is_in_no_cohort(engine):
    tables = tables_of(engine, customers=[("a", None, None, None), ("b", None, "2025-02-05", None), ("c", "2025-01-07", None, None)])
    months = customer_months({"customers": tables["customers"]}, Dials(MID_APRIL))
    assert measures.churn_by_month(months, MID_APRIL)[["at_start", "started", "lost"]].to_numpy().tolist() == [
        [2, 1, 0], [3, 0, 1], [2, 0, 0], [2, 0, 0],
    ]  # fmt: skip
    assert measures.cohorts(months, MID_APRIL).mean["customers"].tolist() == [1, 1, 1]


def test_a_long_history_is_counted_from_the_first_month_that_is_kept(engine):
    # The 120 months to April 2025 begin in May 2015: a and b were there by then, b left in August; c came in June and left in July.
    customers = [("a", "2012-03-01", None), ("b", "2015-02-05", "2015-08-09"), ("c", "2015-06-02", "2015-07-02"), ("d", "2016-01-02", None)]
    months = customer_months(tables_of(engine, customers=[(*row, None) for row in customers]), Dials(MID_APRIL))
    years = measures.churn_by_month(months, MID_APRIL, every="year")
    assert years.loc[0, ["at_start", "started", "lost", "lost_new", "complete"]].tolist() == [2, 1, 1, 1, False]
    assert years.loc[1, ["at_start", "started", "lost", "lost_new", "complete"]].tolist() == [1, 1, 0, 0, True]
    assert set(measures.cohorts(months, MID_APRIL, every="year").cells["cohort"].dt.year) == {2016}


@pytest.fixture(scope="module")
def sample(engine):
    """The sample firm's tables in memory and lazy, read within a month, and its months."""
    plain = {name: pd.read_csv(SAMPLE / f"{name}.csv", parse_dates=days) for name, days in DAYS.items()}
    lazy = {}
    for name, frame in plain.items():
        engine.register(f"sample_{name}", frame)
        lazy[name] = nw.from_native(engine.sql(f"select * from sample_{name}"))
    months, in_memory = kept(engine, customer_months(lazy, Dials(day("2025-11-20"))), "sample_months")
    return plain, lazy, months, in_memory


SAMPLE_DAY = pd.Timestamp("2025-11-20")


def test_the_sample_firms_months_are_those_of_pandas(sample):
    plain, _lazy, _months, in_memory = sample
    theirs = referees.customer_months(plain["customers"], plain["orders"], plain["contacts"], SAMPLE_DAY)
    same(in_memory, theirs, ["customer_id", "month"])


@pytest.mark.parametrize("every", ["month", "quarter", "year"])
def test_the_sample_firms_churn_is_that_of_pandas(sample, every):
    plain, lazy, months, in_memory = sample
    ours = measures.churn_by_month(months, SAMPLE_DAY.date(), every=every)
    same(ours, referees.churn_by_month(in_memory, SAMPLE_DAY, every=every), ["month"])
    groups = plain["customers"][["customer_id", "region"]].rename(columns={"region": "group"})
    by_region = measures.churn_by_month(months, SAMPLE_DAY.date(), groups=measures.grouped(lazy["customers"], "region"), every=every)
    same(by_region, referees.churn_by_month(in_memory, SAMPLE_DAY, groups, every), ["month", "group"])
    counts = ["at_start", "started", "lost", "lost_new"]
    assert by_region.groupby("month")[counts].sum().to_numpy().tolist() == ours[counts].to_numpy().tolist()


@pytest.mark.parametrize("window", [1, 3, 12])
def test_the_sample_firms_revenue_retention_is_that_of_pandas(sample, window):
    ours = measures.revenue_retention(sample[2], SAMPLE_DAY.date(), window=window)
    theirs = referees.revenue_retention(sample[3], SAMPLE_DAY, window)
    same(ours, theirs, ["month"])
    assert len(ours) == 28 - 2 * window + 1  # 28 whole months, July 2023 to October 2025


@pytest.mark.parametrize("every", ["month", "quarter", "year"])
def test_the_sample_firms_cohorts_are_those_of_pandas(sample, every):
    ours = measures.cohorts(sample[2], SAMPLE_DAY.date(), every=every)
    theirs = referees.cohorts(sample[3], SAMPLE_DAY, every)
    lived = ours.cells.merge(theirs[["cohort", "period"]], on=["cohort", "period"])
    same(lived, theirs, ["cohort", "period"])
    rest = ours.cells.merge(theirs[["cohort", "period"]], on=["cohort", "period"], how="left", indicator=True)
    assert (rest.loc[rest["_merge"] == "left_only", "there"] == 0).all()
    weighed = theirs.groupby("period").apply(lambda rows: np.average(rows["share"], weights=rows["customers"]))
    assert ours.mean["share"].tolist() == pytest.approx(weighed.tolist())


def test_measures_over_time_of_filtered_months_are_those_of_the_filtered_file(engine, sample):
    plain, lazy, months, _in_memory = sample
    as_of = SAMPLE_DAY.date()
    north = lazy["customers"].filter(nw.col("region") == "North")
    filtered = months.join(north.select("customer_id"), on="customer_id", how="semi")
    ids = plain["customers"].loc[plain["customers"]["region"] == "North", "customer_id"]
    files = {}
    for name, frame in plain.items():
        engine.register(f"north_{name}", frame[frame["customer_id"].isin(ids)].sample(frac=1, random_state=1))
        files[name] = nw.from_native(engine.sql(f"select * from north_{name}"))
    own = kept(engine, customer_months(files, Dials(as_of)), "north_months")[0]
    pd.testing.assert_frame_equal(measures.churn_by_month(filtered, as_of), measures.churn_by_month(own, as_of))
    pd.testing.assert_frame_equal(measures.revenue_retention(filtered, as_of), measures.revenue_retention(own, as_of))
    pd.testing.assert_frame_equal(measures.cohorts(filtered, as_of).cells, measures.cohorts(own, as_of).cells)


SPAN = st.integers(0, 900)


@st.composite
def firms(draw):
    """Up to twelve customers over some two and a half years, with orders inside their time, in any order of rows."""
    first = datetime.date(2023, 5, 20)
    customers, orders = [], []
    for place in range(draw(st.integers(1, 12))):
        start, length, gone = draw(SPAN), draw(SPAN), draw(st.booleans())
        began, ended = first + datetime.timedelta(start), first + datetime.timedelta(start + length)
        customers.append((f"c{place}", began, ended if gone else None, None))
        bought = draw(st.lists(st.tuples(st.integers(0, length), st.integers(-20, 100)), max_size=6))
        orders += [(f"c{place}", began + datetime.timedelta(offset), float(amount)) for offset, amount in bought]
    return {"customers": draw(st.permutations(customers)), "orders": orders}


@settings(max_examples=8)
@given(firms(), st.sampled_from(["month", "quarter", "year"]), st.integers(1, 4))
def test_parts_sum_to_the_whole_in_any_firm(engine, rows, every, window):
    tables, as_of = tables_of(engine, **rows), datetime.date(2026, 1, 1)
    months, in_memory = kept(engine, customer_months(tables, Dials(as_of)))
    churned = measures.churn_by_month(months, as_of, every=every)
    left_over = churned["at_start"] + churned["started"] - churned["lost"] - churned["lost_new"]
    spans = churned["month"].dt.to_period({"month": "M", "quarter": "Q", "year": "Y"}[every])
    there = churned["at_start"].set_axis(spans)
    assert left_over[:-1].tolist() == there.reindex(spans[:-1] + 1, fill_value=0).tolist()
    paid = measures.revenue_retention(months, as_of, window=window)
    summed = paid["start"] - paid["lost"] - paid["contraction"] + paid["expansion"] + paid["new"]
    assert summed.tolist() == pytest.approx(paid["end"].tolist(), abs=1e-6)
    same(paid, referees.revenue_retention(in_memory, pd.Timestamp(as_of), window), ["month"])
    cells = measures.cohorts(months, as_of, every=every).cells
    assert cells["share"].between(0, 1).all()
    assert (cells.sort_values("period").groupby("cohort")["there"].diff().dropna() <= 0).all()
    whole = in_memory["revenue"].sum()
    assert cells["revenue"].sum() == pytest.approx(whole, abs=1e-6)


def test_without_any_start_months_begin_with_the_first_contact(engine):
    rows = {"customers": [("a", None, None, "x")], "contacts": [("a", day("2025-01-20"), "complaint"), ("a", day("2025-03-02"), None)]}
    tables = {name: frame for name, frame in tables_of(engine, **rows).items() if name != "orders"}
    found = customer_months(tables, Dials(day("2025-04-01"))).sort("month").collect("pandas").to_native()
    assert found[["contacts", "complaints", "at_start"]].values.tolist() == [[1, 1, 1], [0, 0, 1], [1, 0, 1]]
    assert found["month"].astype(str).tolist() == ["2025-01-01", "2025-02-01", "2025-03-01"]
