"""What orders suggest for the dials: silences worked by hand, counted again one by one, and against survival curves."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.dials import Dials
from churn.measures.lives import active, lives
from churn.measures.rhythm import orders_decide, return_curve, suggest_as_of, suggest_gone_after, suggested, usual_gaps, what_it_means
from tests.firms import AS_OF, ago, made_firm


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        yield connection


def orders_of(days_ago: dict[str, list[int]]) -> list[tuple[str, date, float]]:
    return [(customer, ago(days), 1.0) for customer, days in days_ago.items() for days in days]


def test_usual_gaps_are_the_medians_of_each_customers_own(engine):
    orders = orders_of({"a": [100, 90, 60, 60, 10], "b": [50, 30], "c": [20], "d": [9, -5]})  # 10, 30, 50; 20; none; none yet
    found = usual_gaps(made_firm(engine, orders=orders), AS_OF)
    assert found["quantile"].tolist() == [0.1, 0.25, 0.5, 0.75, 0.9]
    assert found["days"].tolist() == pytest.approx([21, 22.5, 25, 27.5, 29])
    assert found["customers"].unique().tolist() == [2]
    assert usual_gaps(made_firm(engine, orders=[]), AS_OF)["days"].isna().all()


def test_silences_that_ended_in_an_order_worked_by_hand(engine):
    # Longer than 10 days, seen for 20: begun 21 days ago or earlier.
    back, just_back, too_late, never = [50, 39], [50, 30], [50, 29], [21]
    not_silent, too_young = [50, 40], [20]
    orders = orders_of(dict(zip("abcdef", (back, just_back, too_late, never, not_silent, too_young), strict=True)))
    found = return_curve(made_firm(engine, orders=orders), AS_OF, grid=[10]).iloc[0]
    # Silences from the later orders count as well where they began 21 days ago or earlier: those of a, b, c and e, none of which ended.
    assert (found["days"], found["look_ahead"], found["silences"], found["returned"]) == (10, 10, 8, 2)
    assert found["share"] == 0.25
    assert found["low"] < 0.25 < found["high"]
    longer = return_curve(made_firm(engine, orders=orders), AS_OF, look_ahead=11, grid=[10]).iloc[0]
    assert (longer["silences"], longer["returned"]) == (7, 3)


def _counted_one_by_one(orders: list[tuple[str, int]], days: int, more: int) -> tuple[int, int]:
    """How many silences longer than `days` were seen for `more` further days, and how many ended in these; orders: days before the end."""
    silences, returned = 0, 0
    for customer, begun in set(orders):
        later = [begun - ago for other, ago in set(orders) if other == customer and ago < begun]
        if begun > days + more and not any(gap <= days for gap in later):
            silences += 1
            returned += any(gap <= days + more for gap in later)
    return silences, returned


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 60)), max_size=25), st.integers(1, 20), st.integers(1, 20))
def test_silences_are_those_counted_one_by_one(engine, orders, days, more):
    tables = made_firm(engine, orders=[(customer, ago(day), 1.0) for customer, day in orders])
    found = return_curve(tables, AS_OF, look_ahead=more, grid=[days]).iloc[0]
    assert (found["silences"], found["returned"]) == _counted_one_by_one(orders, days, more)


def leavers(customers: int, gap: float, leave: float, days: int) -> list[tuple[str, date, float]]:
    """Orders of customers who order again after `gap` days on average (exponential) or, with chance `leave`, never."""
    random = np.random.default_rng(0)
    orders = []
    for customer in range(customers):
        day = float(random.uniform(0, days))
        while day < days:
            orders.append((f"c{customer}", ago(days - int(day)), 1.0))
            if random.random() < leave:
                break
            day += random.exponential(gap)
    return orders


def test_the_share_that_orders_again_is_the_planted_one(engine):
    """Of those silent for N days s = (1 - q) e^(-N/g) / (q + (1 - q) e^(-N/g)) have not left; 1 - e^(-N/g) of these return in N more."""
    gap, leave = 40.0, 0.1
    found = return_curve(made_firm(engine, orders=leavers(3000, gap, leave, 720)), AS_OF, grid=[30, 60, 90, 120])
    still = (1 - leave) * np.exp(-found["days"] / gap)
    planted = still / (leave + still) * (1 - np.exp(-found["days"] / gap))
    assert ((found["low"] < planted) & (planted < found["high"])).sum() >= 3
    assert (abs(found["share"] - planted) < 0.03).all()


def test_gone_after_is_where_few_come_back_and_fewer_later(engine):
    tables = made_firm(engine, orders=leavers(3000, 40.0, 0.1, 720))
    # By the formula above 34% of those silent for 90 days return within as many more, 28% after 120, 9% after 180.
    assert suggest_gone_after(tables, AS_OF) == 180
    monthly = made_firm(engine, orders=[(f"c{n}", ago(30 * month + 1), 1.0) for n in range(60) for month in range(12)])
    # Nobody orders in the second week, nor in the third and fourth: that must not mislead. Nobody was silent for longer: three usual gaps.
    assert suggest_gone_after(monthly, AS_OF) == 90


def test_gone_after_where_there_is_little_to_go_by(engine):
    regular = {f"c{n}": [20, 10, 1] for n in range(3)}
    assert suggest_gone_after(made_firm(engine, orders=orders_of(regular)), AS_OF) == 28  # three times 9.5 days, halves to even
    assert suggest_gone_after(made_firm(engine, orders=orders_of({"a": [20]})), AS_OF) == 90
    assert suggest_gone_after(made_firm(engine, orders=[]), AS_OF) is None
    ended = [("a", None, None, None, None, ago(50), ago(1))]
    tables = made_firm(engine, customers=ended, orders=orders_of(regular))
    assert not orders_decide(tables)
    assert suggested(tables) == Dials(AS_OF, None, 90)


def test_the_day_to_read_at_is_the_day_after_the_last_event(engine):
    contacts = [("a", ago(day), None, None, None, None, ago(day - 2)) for day in range(10, 210)]
    orders = [("a", ago(20), 1.0, None, ago(-300), None)]
    customers = [("a", None, None, None, None, ago(400), ago(-40), None, ago(-700))]
    tables = made_firm(engine, customers=customers, orders=orders, contacts=contacts)
    assert suggest_as_of(tables) == ago(7)  # settled 8 days ago; what is due, renewed or ended later has not happened
    assert suggest_as_of({"customers": tables["customers"]}) == ago(-41)


def test_a_year_written_wrong_moves_nothing_but_a_late_order_does(engine):
    contacts = [("a", ago(day)) for day in range(10, 210)]
    for stray, expected in (([-3650, -7000], ago(9)), ([10 - 180], ago(-171)), ([10 - 181], ago(9)), ([-3650] * 4, ago(-3651))):
        tables = made_firm(engine, contacts=[*contacts, *(("b", ago(day)) for day in stray)])
        assert suggest_as_of(tables) == expected, stray
    few = made_firm(engine, contacts=[("a", ago(400)), ("a", ago(10))])
    assert suggest_as_of(few) == ago(9)
    assert suggest_as_of({"customers": made_firm(engine)["customers"].select("customer_id")}) is None


def test_what_each_choice_means_is_what_the_lives_say(engine):
    days_ago = {"a": [100, 3], "b": [100, 8], "c": [31], "d": [30], "e": [500], "new": [-4]}
    customers = [(name, None, None, None, None, ago(600)) for name in [*days_ago, "never ordered"]]
    customers += [("comes later", None, None, None, None, AS_OF), ("ended", None, None, None, None, ago(600), ago(1))]
    tables = made_firm(engine, customers=customers, orders=orders_of(days_ago))
    found = what_it_means(tables, AS_OF, grid=[7, 30, 365]).set_index("days")
    assert found["gone"].to_dict() == {7: 5, 30: 3, 365: 2}
    for days in found.index:
        alive = lives(tables, Dials(AS_OF, days))
        assert len(alive.collect("pandas")) == found.loc[days].sum()
        assert len(active(alive).collect("pandas")) == found.loc[days, "active"]


def test_the_suggested_dials_look_as_far_ahead_as_they_look_back(engine):
    tables = made_firm(engine, orders=leavers(3000, 40.0, 0.1, 720))
    last = max(day for _customer, day, _amount in leavers(3000, 40.0, 0.1, 720))
    dials = suggested(tables)
    assert dials is not None
    assert (dials.as_of, dials.gone_after, dials.look_ahead) == (last + timedelta(days=1), 180, 180)
    assert suggested({"customers": made_firm(engine)["customers"].select("customer_id")}) is None
    assert isinstance(return_curve(tables, dials.as_of), pd.DataFrame)
