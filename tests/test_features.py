"""Features of customers as of a day: worked by hand, worked out again in pandas, and blind to all that comes on the day or later."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.dials import Dials
from churn.errors import ChurnError
from churn.features import every, features, held, labels, panel_dates
from churn.tables import TABLES
from tests.firms import AS_OF, KINDS, ago, made_firm
from tests.referees_features import features_in_pandas

FOLDER = Path(__file__).parents[1] / "sample_data"


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        yield connection


@pytest.fixture(scope="module")
def sample() -> dict[str, pd.DataFrame]:
    tables = {name: pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""]) for name in TABLES}
    return {name: _dated(table) for name, table in tables.items()}


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: pd.to_datetime(table[name]) for name in table if name.endswith("_on")})


def _loaded(engine, frames):
    """Lazy tables of pandas frames."""
    tables = {}
    for name, frame in frames.items():
        days = {column: frame[column].dt.date for column in frame if column.endswith("_on")}
        schema = pa.schema([(column, _kind(name, column, frame)) for column in frame])
        tables[name] = nw.from_native(engine.from_arrow(pa.Table.from_pandas(frame.assign(**days), schema, preserve_index=False)))
    return tables


def _kind(table, column, frame):
    known = TABLES[table].column(column)
    return KINDS[known.type] if known else pa.float64() if frame[column].dtype.kind in "if" else pa.string()


def read(lazy) -> pd.DataFrame:
    return lazy.collect("pandas").to_native().set_index("customer_id").sort_index()


def check(found: pd.DataFrame, customer: str, expected: dict[str, object]) -> None:
    row = found.loc[customer]
    for name, value in expected.items():
        if value is None or isinstance(value, str):
            assert (None if pd.isna(row[name]) else row[name]) == value, name
        else:
            assert row[name] == pytest.approx(value, abs=1e-12), name


def test_orders_worked_by_hand(engine):
    rows = [("a", ago(200), 100), ("a", ago(120), 50), ("a", ago(100), 60), ("a", ago(100), 40), ("a", ago(10), 30), ("a", AS_OF, 999)]
    edges = [("b", ago(days), 1) for days in (30, 31, 90, 91, 180, 181)]
    found = read(features(made_firm(engine, orders=[*rows, *edges]), Dials(AS_OF)))
    expected = {
        "days_since_order": 10,
        "usual_order_gap": 80,  # of 80, 20, 90
        "order_silence": 10 / 80,
        "order_silence_share": 10 / 400,
        "orders_30": 1,
        "orders_90": 1,
        "orders_365": 5,
        "orders_ever": 5,
        "order_days": 4,
        "amount_30": 30,
        "amount_90": 30,
        "amount_365": 280,
        "amount_ever": 280,
        "average_order": 56,
        "orders_trend": (1 - 3) / 4,
        "amount_trend_90": (30 - 150) / 180,
        "amount_trend_365": 1,
        "order_size_trend": (45 - 100) / 145,
        "tenure_days": 400,
    }
    check(found, "a", expected)
    check(found, "b", {"orders_30": 1, "orders_90": 3, "orders_365": 6, "orders_trend": (3 - 2) / 5})


def test_late_payments_worked_by_hand(engine):
    rows = [
        ("a", ago(330), 1, None, ago(300), ago(300)),  # on the very day
        ("a", ago(230), 2, None, ago(200), ago(190)),  # 10 days late
        ("a", ago(80), 4, None, ago(50), ago(60)),  # early
        ("a", ago(50), 8, None, ago(20), None),  # 20 days late, and open
        ("a", ago(31), 16, None, ago(1), AS_OF),  # a day late; that it is paid is not yet known
        ("a", ago(30), 32, None, AS_OF, None),  # not yet late
        ("b", ago(30), 64, None, AS_OF, None),
    ]
    found = read(features(made_firm(engine, orders=rows), Dials(AS_OF)))
    check(found, "a", {"days_paid_late": 31 / 5, "share_paid_late": 3 / 5, "late_180": 2, "late_trend": 2 - 1, "invoices_overdue": 2})
    check(found, "a", {"amount_overdue": 24})
    check(found, "b", {"days_paid_late": None, "share_paid_late": None, "late_180": 0, "late_trend": 0, "invoices_overdue": 0})


def test_contacts_worked_by_hand(engine):
    rows = [
        ("a", ago(100), "in", "phone", "complaint", -0.5, ago(94)),
        ("a", ago(90), "out", "email", "service", None, ago(90)),
        ("a", ago(60), "in", "web", "complaint", -1.0, None),
        ("a", ago(60), "in", "web", "complaint", 0.0, AS_OF),  # that it is settled is not yet known
        ("a", ago(20), "out", None, "thanks", None, None),
        ("a", AS_OF, "in", "social", "complaint", 1.0, None),
        ("b", ago(400), "out", "social", "thanks", 0.5, None),
    ]
    found = read(features(made_firm(engine, contacts=rows), Dials(AS_OF)))
    expected = {
        "days_since_contact": 20,
        "days_since_contact_in": 60,
        "days_since_contact_out": 20,
        "usual_contact_gap": 30,  # of 10, 30, 40
        "contact_silence": 20 / 30,
        "contacts_30": 1,
        "contacts_90": 4,
        "contacts_365": 5,
        "contacts_in_90": 2,
        "contacts_in_365": 3,
        "contacts_out_30": 1,
        "contacts_out_365": 2,
        "contacts_trend": (4 - 1) / 5,
        "complaints_30": 0,
        "complaints_90": 2,
        "complaints_180": 3,
        "complaints_trend": (2 - 1) / 3,
        "complaints_open": 2,
        "days_since_complaint": 60,
        "days_to_resolution": (6 + 0) / 2,
        "sentiment_365": -0.5,
        "last_sentiment": -0.5,  # two of one day
        "share_web": 2 / 4,
        "share_phone": 1 / 4,
        "share_social": 0,
        "web_30": 0,
        "web_90": 2,
        "social_90": 0,
    }
    check(found, "a", expected)
    check(found, "b", {"share_web": None, "sentiment_365": None, "last_sentiment": 0.5, "days_since_contact_in": None, "contacts_365": 0})


def test_answers_changes_and_promises_worked_by_hand(engine):
    tables = made_firm(
        engine,
        surveys=[
            ("a", ago(300), "nps", 9),
            ("a", ago(40), "nps", 6),
            ("a", ago(40), "nps", 5),
            ("a", ago(10), "csat", 1),
            ("a", AS_OF, "nps", 10),
            ("b", ago(200), "nps", 8),
        ],
        changes=[
            ("a", ago(181), "point_of_contact", "Al", "Bo"),
            ("a", ago(180), "point_of_contact", "Bo", "Cy"),
            ("a", ago(365), "plan", "Plus", "Pro"),
            ("a", ago(90), "price", "200", "150.0"),
            ("a", ago(50), "price", "150", "on request"),
            ("a", ago(30), "status", "active", " Paused "),
            ("a", AS_OF, "status", "paused", "active"),
            ("b", ago(10), "price", "0", "5"),
        ],
        promises=[
            ("a", ago(400), ago(366), "visit", None),  # overdue, but of long ago
            ("a", ago(90), ago(60), "visit", ago(61)),
            ("a", ago(90), ago(60), "visit", ago(59)),  # kept late
            ("a", ago(30), ago(1), "visit", AS_OF),  # overdue: that it is kept is not yet known
            ("a", ago(30), AS_OF, "visit", None),  # open
        ],
    )
    found = read(features(tables, Dials(AS_OF)))
    check(found, "a", {"last_nps": 5.5, "nps_change": 5.5 - 9, "days_since_nps": 40})
    check(found, "b", {"last_nps": 8, "nps_change": None, "days_since_nps": 200})
    check(found, "a", {"contact_changes_180": 1, "days_since_contact_change": 180, "plan_changes_365": 1, "last_status": "paused"})
    check(found, "a", {"price_change": -25, "days_since_price_change": 50})
    check(found, "b", {"price_change": None, "days_since_price_change": 10, "contact_changes_180": 0, "last_status": None})
    check(found, "a", {"promises_open": 3, "promises_overdue": 2, "promises_broken_365": 2})
    check(found, "b", {"promises_open": 0, "promises_overdue": 0, "promises_broken_365": 0})


def test_plan_and_price_are_those_of_the_day(engine):
    customers = [
        (name, None, "Small", " ", "Pro", ago(400), None, 150.0, day) for name, day in (("a", ago(-10)), ("b", ago(1)), ("c", None))
    ]
    changes = [
        ("a", ago(5), "plan", "Basic", "Plus"),
        ("a", ago(-5), "plan", "Plus", "Max"),
        ("a", ago(-9), "plan", "Max", "Pro"),
        ("a", AS_OF, "price", "100", "120"),
        ("a", ago(-9), "price", "120", "150"),
        ("b", AS_OF, "price", "10", "15"),  # the price of one seat
        ("c", AS_OF, "price", "dear", "150"),
    ]
    found = read(features(made_firm(engine, customers=customers, changes=changes), Dials(AS_OF)))
    check(found, "a", {"plan": "Plus", "monthly_value": 100, "days_to_renewal": 10, "segment": "Small", "region": None})
    check(found, "b", {"plan": "Pro", "monthly_value": 100, "days_to_renewal": None})
    check(found, "c", {"plan": "Pro", "monthly_value": 150, "days_to_renewal": None})


def test_only_what_the_firm_has_is_made_into_features(engine, sample):
    customers = _loaded(engine, {"customers": sample["customers"].head(50)})
    assert [feature.name for feature in held(customers)] == ["days_to_renewal", "tenure_days", "segment", "region", "plan", "monthly_value"]
    everything = _loaded(engine, {name: table.head(50) for name, table in sample.items()})
    assert list(read(features(everything, Dials(AS_OF)))) == list(every())
    bare = _loaded(engine, {"customers": sample["customers"][["customer_id"]], "orders": sample["orders"].iloc[:, :3]})
    found = read(features(bare, Dials(AS_OF)))
    assert list(found) == [feature.name for feature in held(bare)]
    assert {"orders_90", "tenure_days"} <= set(found)
    assert not {"late_180", "contacts_90", "plan"} & set(found)


def test_steady_columns_come_along_but_days_do_not(engine, sample):
    tables = _loaded(engine, {"customers": sample["customers"].head(20)})
    found = read(features(tables, Dials(AS_OF), steady=["contract", "plan", "complaints"]))
    assert list(found)[-2:] == ["contract", "complaints"]
    assert found["complaints"].dtype == float
    with pytest.raises(ChurnError, match="no column 'contrakt'"):
        features(tables, Dials(AS_OF), steady=["contrakt"])
    with pytest.raises(ChurnError, match="'started_on' holds days"):
        features(tables, Dials(AS_OF), steady=["started_on"])


def test_every_feature_says_what_it_means_and_no_two_mean_the_same():
    meanings = [feature.meaning for feature in every().values()]
    assert all(meanings)
    assert len(set(meanings)) == len(meanings)
    assert [feature.name for feature in every().values() if not feature.learn] == ["notices_180", "exit_answers_180", "days_to_renewal"]


@pytest.mark.parametrize(("as_of", "gone_after"), [(date(2025, 12, 31), None), (date(2025, 3, 1), 120)])
def test_the_sample_firms_features_are_those_of_pandas(engine, sample, as_of, gone_after):
    found = read(features(_loaded(engine, sample), Dials(as_of, gone_after)))
    expected = features_in_pandas(sample, pd.Timestamp(as_of), gone_after)
    assert set(every()) - set(expected) == {"days_to_renewal", "segment", "region", "plan", "monthly_value"}
    assert len(expected) > 1500
    pd.testing.assert_frame_equal(found[list(expected)], expected, check_dtype=False, check_exact=False, rtol=1e-9, atol=1e-9)


def test_the_features_are_the_snapshot_columns_of_those_still_there(engine, sample):
    found = read(features(_loaded(engine, sample), Dials(date(2025, 12, 31))))
    still = sample["customers"][sample["customers"]["ended_on"].isna()].set_index("customer_id")
    found = found.loc[still.index]
    columns = {"late_payments": "late_180", "complaints": "complaints_180", "days_since_contact": "days_since_contact"}
    columns |= {"last_nps": "last_nps", "plan": "plan", "monthly_value": "monthly_value"}
    for theirs, ours in columns.items():
        pd.testing.assert_series_equal(found[ours], still[theirs], check_names=False, check_dtype=False, check_exact=True)
    assert ((found["contact_changes_180"] > 0) == (still["contact_changed"] == "yes")).all()


def test_other_customers_and_the_order_of_rows_do_not_matter(engine, sample):
    dials = Dials(date(2025, 3, 1), 120)
    some = sample["customers"]["customer_id"].sample(1000, random_state=0)
    fewer = {name: table[table["customer_id"].isin(some)].sample(frac=1, random_state=1) for name, table in sample.items()}
    found, all_of_them = read(features(_loaded(engine, fewer), dials)), read(features(_loaded(engine, sample), dials))
    assert len(found) > 300
    pd.testing.assert_frame_equal(found, all_of_them[all_of_them.index.isin(some)], check_exact=False, rtol=1e-9, atol=1e-9)


names = st.sampled_from(["a", "b", "c"])
past, future = st.integers(1, 800).map(ago), st.integers(0, 400).map(lambda days: ago(-days))
unknown = st.one_of(st.none(), future)
amounts = st.integers(-50, 100).map(float)
directions, kinds = st.sampled_from(["in", "out"]), st.sampled_from(["complaint", "service"])
channels = st.sampled_from(["web", "social", "phone", None])
prices = st.sampled_from(["100", "90.5", "n/a"])


def rows_of(day):
    """A strategy for the rows of each table that lie on a `day`; a date inside a row that is left out is to be filled in."""
    changes = st.tuples(names, day, st.sampled_from(["point_of_contact", "status"]), st.just("x"), st.sampled_from(["active", "paused"]))
    return {
        "orders": st.tuples(names, day, amounts, st.none(), st.one_of(past, future), past),
        "contacts": st.tuples(names, day, directions, channels, kinds, st.sampled_from([-1.0, 0.5, None]), past),
        "surveys": st.tuples(names, day, st.sampled_from(["nps", "csat", "exit"]), st.integers(0, 10).map(float)),
        "changes": changes,
        "promises": st.tuples(names, day, st.one_of(past, future), st.none(), past),
        "actions": st.tuples(names, day, st.just("call"), st.just("acted"), st.just(1.0), st.none(), unknown),
    }


@st.composite
def two_futures(draw):
    """The rows of two firms that are the same until the day before AS_OF and differ in whatever comes then."""
    worlds: list[dict[str, list[tuple[object, ...]]]] = [{}, {}]
    started = draw(st.tuples(past, past, st.none()))
    for world in worlds:
        people = [(name, None, "S", "N", "Pro", day, draw(unknown), 10.0) for name, day in zip("abc", started, strict=True)]
        world["customers"] = [*people, *([("new", None, "S", "N", "Pro", draw(future))] if draw(st.booleans()) else [])]
    after = rows_of(future)
    for table, row in rows_of(past).items():
        known = draw(st.lists(row, max_size=6))
        is_open = [draw(st.booleans()) and table in ("orders", "contacts", "promises") for _ in known]
        for world in worlds:
            seen = [(*cells[:-1], draw(unknown)) if opened else cells for cells, opened in zip(known, is_open, strict=True)]
            world[table] = draw(st.permutations([*seen, *draw(st.lists(after[table], max_size=4))]))
    risen = draw(st.lists(st.tuples(names, past, st.just("price"), prices, prices), max_size=2))
    for world in worlds:
        world["changes"] = [*risen, *world["changes"]]
    return worlds


@settings(max_examples=6)
@given(st.lists(two_futures(), min_size=3, max_size=3), st.sampled_from([None, 100]))
def test_nothing_on_the_day_or_later_changes_a_feature(pairs, gone_after):
    """But for later changes of plan and price, which are undone: see below. All firms are read at once, as one with many customers."""
    rows = {}
    for number, pair in enumerate(pairs):
        for side, world in zip("xy", pair, strict=True):
            for table, cells in world.items():
                rows.setdefault(table, []).extend((f"{side} {number} {row[0]}", *row[1:]) for row in cells)
    with duckdb.connect() as engine:
        found = read(features(made_firm(engine, **rows), Dials(AS_OF, gone_after)))
    one, other = (found[found.index.str.startswith(side)].rename(index=lambda name: name[2:]) for side in "xy")
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9, atol=1e-9)


def test_plans_and_prices_that_change_later_are_undone(engine):
    random = np.random.default_rng(0)
    customers, changes, first = [], [], {}
    for steps in range(1, 6):
        name, days = f"{steps} changes", np.sort(random.choice(300, steps, replace=False))
        plans = [f"plan {step}" for step in range(steps + 1)]
        costs = [float(cost) for cost in (100 * np.cumprod(random.uniform(0.5, 2, steps + 1))).round(2)]
        for step, day in enumerate(days):
            changes.append((name, ago(-int(day)), "plan", plans[step], plans[step + 1]))
            changes.append((name, ago(-int(day)), "price", str(costs[step]), str(costs[step + 1])))
        customers.append((name, None, None, None, plans[-1], ago(10), None, costs[-1]))
        first[name] = {"plan": "plan 0", "monthly_value": costs[0], "plan_changes_365": 0, "price_change": None}
    found = read(features(made_firm(engine, customers=customers, changes=changes), Dials(AS_OF)))
    for name, expected in first.items():
        check(found, name, expected)


def test_labels_say_who_ended_within_the_horizon(engine):
    days = {"before": ago(1), "that day": AS_OF, "last day": ago(-89), "too late": ago(-90), "stays": None}
    customers = [(name, None, None, None, None, ago(400), day) for name, day in days.items()]
    tables = made_firm(engine, customers=[*customers, ("comes later", None, None, None, None, AS_OF, ago(-1))])
    assert read(labels(tables, Dials(AS_OF, None, 90)))["lost"].to_dict() == {"last day": 1, "stays": 0, "that day": 1, "too late": 0}
    assert list(read(features(tables, Dials(AS_OF, None, 90))).index) == ["last day", "stays", "that day", "too late"]


def test_labels_say_who_fell_silent_within_the_horizon(engine):
    # Gone 60 days after the last order, read 90 days ahead: lost is who is not seen to order after the 30th day ahead.
    rows = [("long gone", ago(61)), ("gone first", ago(60)), ("gone", ago(5)), ("back too early", ago(5)), ("back too early", ago(-29))]
    rows += [("back", ago(5)), ("back", ago(-30)), ("back after a silence", ago(60)), ("back after a silence", ago(-80)), ("ends", ago(1))]
    ended = {"ends": ago(-3)}
    customers = [(name, None, None, None, None, ago(400), ended.get(name)) for name in dict.fromkeys(name for name, _day in rows)]
    found = read(labels(made_firm(engine, customers=customers, orders=[(*row, 1.0) for row in rows]), Dials(AS_OF, 60, 90)))["lost"]
    assert found.to_dict() == {"back": 0, "back after a silence": 0, "back too early": 1, "ends": 1, "gone": 1, "gone first": 1}


def test_days_to_learn_from_lie_a_horizon_apart_and_end_where_the_tables_end():
    first, last = date(2025, 1, 1), date(2025, 12, 27)  # 360 days
    assert panel_dates(first, last, Dials(last, None, 90)) == [date(2025, 9, 28), date(2025, 6, 30), date(2025, 4, 1)]
    assert panel_dates(first, last, Dials(last, 270, 90)) == [date(2025, 9, 28)]
    assert panel_dates(first, last, Dials(last, 271, 90)) == []
    assert len(panel_dates(first, last, Dials(last, None, 10))) == 8
    assert panel_dates(first, last, Dials(last, None, 90), most=1) == [date(2025, 9, 28)]
