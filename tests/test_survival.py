"""Survival curves: by hand, against scipy, by their properties, and the known truth of simulated lives."""

import warnings
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from churn.measures.survival import expected_remaining, median_days, remaining_days, started_in, survival

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def _frame(engine, columns, rows):
    name = f"t{engine.execute('select count(*) from duckdb_tables()').fetchall()[0][0]}"
    incoming = pd.DataFrame(rows, columns=[column.split()[0] for column in columns.split(", ")])
    engine.register("incoming", incoming)
    casts = ", ".join(f"cast({column} as {type_}) as {column}" for column, type_ in map(str.split, columns.split(", ")))
    engine.execute(f"create table {name} as select {casts} from incoming")
    return nw.from_native(engine.table(name))


def _lives(engine, spans):
    """Lives of so many days: (days, lost); who is not lost was seen for exactly so long."""
    rows = [
        (f"c{place}", DAY - timedelta(days=1 + days), DAY - timedelta(days=1) if lost else None) for place, (days, lost) in enumerate(spans)
    ]
    return _frame(engine, "customer_id VARCHAR, started_on DATE, lost_on DATE", rows)


def _curve(engine, spans):
    return survival(_lives(engine, spans), DAY).curves


def test_a_curve_of_six_customers_worked_by_hand(engine):
    # Lost after 1, 2 and 5 days, seen for 2, 4 and 6 days and still here: 5/6, then times 4/5, then times 1/2.
    curve = _curve(engine, [(1, True), (2, True), (2, False), (4, False), (5, True), (6, False)])
    assert curve["days"].tolist() == [0, 1, 2, 5, 6]
    assert curve["at_risk"].tolist() == [6, 6, 5, 2, 1]
    assert curve["lost"].tolist() == [0, 1, 1, 1, 0]
    assert curve["still_here"].tolist() == pytest.approx([1, 5 / 6, 2 / 3, 1 / 3, 1 / 3])
    assert curve[["customers", "events"]].drop_duplicates().to_numpy().tolist() == [[6, 3]]
    assert median_days(curve) == 5
    # Of those who stayed longer than a day: (1 day at 1, 3 days at 4/5, 1 day at 2/5) in the next five days.
    found = remaining_days(curve, 1, within=5)
    assert found.days == pytest.approx(1 + 3 * 0.8 + 0.4)
    # 1 lost of 5 with 2.8 to come, 1 of 2 with 0.4 to come: 2.8^2 / 20 + 0.4^2 / 2.
    assert (found.low, found.high) == (pytest.approx(3.8 - 1.96 * np.sqrt(2.8**2 / 20 + 0.4**2 / 2), abs=1e-4), 5)
    assert remaining_days(curve, 1, within=6) is None


def test_who_is_here_on_the_day_before_is_seen_to_stay_longer_than_that(engine):
    lives = _frame(
        engine,
        "customer_id VARCHAR, started_on DATE, lost_on DATE",
        [("a", DAY - timedelta(days=10), None), ("b", DAY - timedelta(days=1), None)],
    )
    curve = survival(lives, DAY).curves
    assert curve["days"].tolist() == [0, 9]
    assert curve["still_here"].tolist() == [1, 1]
    assert median_days(curve) is None


def test_unknown_starts_and_ends_before_starts_are_left_out_and_counted(engine):
    rows = [
        ("a", None, None),
        ("b", DAY - timedelta(days=5), DAY - timedelta(days=9)),
        ("c", DAY - timedelta(days=9), DAY - timedelta(days=5)),
        ("d", None, DAY - timedelta(days=5)),
    ]
    found = survival(_frame(engine, "customer_id VARCHAR, started_on DATE, lost_on DATE", rows), DAY)
    assert (found.unknown, found.rest) == (3, 0)
    assert found.curves["customers"].unique().tolist() == [1]
    assert found.curves["still_here"].tolist() == [1, 0]
    nobody = survival(_frame(engine, "customer_id VARCHAR, started_on DATE, lost_on DATE", rows[:1]), DAY)
    assert nobody.curves.empty
    assert nobody.unknown == 1


SPANS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)


@settings(max_examples=40)
@given(SPANS)
def test_the_curve_and_its_interval_are_scipys(engine, spans):
    curve = _curve(engine, spans)
    here = curve["still_here"].to_numpy()
    assert ((here >= 0) & (here <= 1)).all()
    assert (np.diff(here) <= 0).all()
    lost, seen = ([days for days, gone in spans if gone is kind] for kind in (True, False))
    theirs = ecdf(CensoredData(uncensored=lost, right=seen)).sf
    assert here == pytest.approx(theirs.evaluate(curve["days"]), abs=1e-12)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The confidence interval is undefined")
        interval = theirs.confidence_interval(method="log-log")
    inside = (here > 0) & (here < 1)
    for ours, bound in ((curve["low"], interval.low), (curve["high"], interval.high)):
        assert ours[inside].to_numpy() == pytest.approx(bound.evaluate(curve["days"][inside]), abs=1e-9)
        assert ours[~inside].isna().all()


@settings(max_examples=15)
@given(SPANS, st.integers(0, 30), st.integers(1, 30))
def test_remaining_days_are_the_area_below_the_curve_day_by_day(engine, spans, days_here, within):
    curve = _curve(engine, spans)
    found = remaining_days(curve, days_here, within=within)

    def here(day):
        return curve.loc[curve["days"] <= day, "still_here"].iloc[-1]

    if found is None:
        assert here(days_here) == 0 or (curve["days"].iloc[-1] < days_here + within and here(10_000) > 0)
        return
    assert found.days == pytest.approx(sum(here(days_here + step) for step in range(within)) / here(days_here))
    assert 0 <= found.low <= found.days <= found.high <= within


def test_lives_that_end_at_a_constant_rate_give_the_known_remaining_time(engine):
    rng = np.random.default_rng(7)
    rate, n, within = 1 / 400, 20_000, 365
    life, seen = rng.exponential(1 / rate, n), rng.integers(0, 1500, n)
    curve = _curve(engine, [(int(min(days, until)), bool(days <= until)) for days, until in zip(life, seen, strict=True)])
    truth = (1 - np.exp(-rate * within)) / rate
    for days_here in (0, 200, 700):
        found = remaining_days(curve, days_here, within=within)
        assert found.high - found.low < 20
        assert abs(found.days - truth) < 2 * (found.high - found.low) / 2 + 0.5
    assert median_days(curve) == pytest.approx(np.log(2) / rate, rel=0.05)


def test_groups_have_their_own_curves_and_filters_commute(engine):
    spans = [(place % 37, place % 3 == 0) for place in range(200)]
    lives = _lives(engine, spans)
    of = ["north" if place % 5 else "south" if place % 2 else None for place in range(200)]
    groups = _frame(engine, "customer_id VARCHAR, area VARCHAR", [(f"c{place}", area) for place, area in enumerate(of)])
    found = survival(lives, DAY, groups.select("customer_id", nw.col("area").alias("group")))
    assert found.curves["group"].unique().tolist() == ["north", "south"]
    assert found.rest == of.count(None)
    north = _curve(engine, [span for span, area in zip(spans, of, strict=True) if area == "north"]).assign(group="north")
    pd.testing.assert_frame_equal(found.curves[found.curves["group"] == "north"].reset_index(drop=True), north)
    table = expected_remaining(found.curves, (0, 10, 99), within=20)
    assert table[["group", "days_here"]].to_numpy().tolist() == [[group, days] for group in ("north", "south") for days in (0, 10, 99)]
    assert table.loc[1, "remaining"] == remaining_days(north, 10, within=20).days
    assert table.loc[1, "seen"] == sum(days > 10 for (days, _), area in zip(spans, of, strict=True) if area == "north")
    assert table.loc[2, ["seen"]].tolist() == [0]
    assert table["remaining"].isna().tolist() == [False, False, True] * 2


def test_cohorts_are_the_years_or_quarters_of_the_start(engine):
    days = [date(2024, 1, 1), date(2024, 3, 31), date(2024, 4, 1), date(2025, 12, 31), None]
    lives = _frame(
        engine, "customer_id VARCHAR, started_on DATE, lost_on DATE", [(f"c{place}", day, None) for place, day in enumerate(days)]
    )
    for period, expected in (("year", ["2024"] * 3 + ["2025"]), ("quarter", ["2024 Q1", "2024 Q1", "2024 Q2", "2025 Q4"])):
        found = started_in(lives, period).sort("customer_id").collect("pandas").to_native()["group"]
        assert found[:4].tolist() == expected
        assert found.isna().tolist() == [False] * 4 + [True]
