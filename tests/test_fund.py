"""The daily fund: never overspent, whoever spends from it at the same time and in whatever order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn.actions.fund import EACH_DAY, Funds, funds_of, keep_funds, left_of, spend
from churn.errors import ChurnError
from churn.intake import read
from churn.store import open_desk

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(b"customer_id,name\nA1,Ann\nB2,Bob\n", file="customers.csv")})
        yield desk


def test_a_rep_spends_until_nothing_is_left_and_has_a_new_fund_on_the_next_day(desk):
    assert left_of(desk, "Ruth", DAY) == EACH_DAY
    spend(desk, "Ruth", 30, day=DAY, what="discount", customer_id="A1")
    assert left_of(desk, "Ruth", DAY) == 20
    with pytest.raises(ChurnError) as refused:
        spend(desk, "Ruth", 20.01, day=DAY, what="discount")
    assert str(refused.value) == ("20.01 is more than is left in the fund of Ruth for today: 20 of 50. Offer less, or wait until tomorrow.")
    spend(desk, "Ruth", 20, day=DAY, what="discount")
    assert (left_of(desk, "Ruth", DAY), left_of(desk, "Ruth", NEXT), left_of(desk, "Sam", DAY)) == (0, 50, 50)
    assert desk.journal.lines("spend")["amount"].tolist() == [30, 20]


def test_the_firm_sets_the_fund_for_all_and_for_some(desk):
    keep_funds(desk, Funds(10, {"Ruth": 5.5}), day=DAY, by="Boss")
    assert funds_of(desk) == Funds(10, {"Ruth": 5.5})
    assert (left_of(desk, "Ruth", DAY), left_of(desk, "Sam", DAY)) == (5.5, 10)
    spend(desk, "Sam", 9, day=DAY, what="discount")
    keep_funds(desk, Funds(4), day=DAY)
    assert left_of(desk, "Sam", DAY) == 0
    with pytest.raises(ChurnError, match="0 of 4"):
        spend(desk, "Sam", 1, day=DAY, what="discount")


@pytest.mark.parametrize("amount", [0, -1, float("nan"), float("inf"), 0.001])
def test_an_amount_that_cannot_be_is_refused(desk, amount):
    with pytest.raises(ChurnError, match=r"An amount must be 0\.01 or more"):
        spend(desk, "Ruth", amount, day=DAY, what="discount")
    assert desk.journal.lines("spend").empty


def test_a_fund_below_nought_is_refused(desk):
    with pytest.raises(ChurnError, match="An amount must be 0 or more"):
        keep_funds(desk, Funds(5, {"Ruth": -1}), day=DAY)
    assert funds_of(desk) == Funds()


def test_eight_threads_of_two_reps_spend_each_fund_to_the_last_and_no_further(desk):
    keep_funds(desk, Funds(1), day=DAY)

    def take(place: int) -> bool:
        try:
            spend(desk, ("Ruth", "Sam")[place % 2], 0.1, day=DAY, what="discount")
        except ChurnError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(take, range(64)))
    lines = desk.journal.lines("spend")
    assert sum(done) == len(lines) == 20
    assert lines.groupby("noted_by")["amount"].sum().round(9).to_dict() == {"Ruth": 1.0, "Sam": 1.0}
    assert (left_of(desk, "Ruth", DAY), left_of(desk, "Sam", DAY)) == (0, 0)


HUNDREDTHS = st.integers(1, 3000).map(lambda cents: cents / 100)
STEPS = st.one_of(
    st.tuples(st.just("spend"), st.sampled_from(["Ruth", "Sam"]), st.sampled_from([DAY, NEXT]), HUNDREDTHS),
    st.tuples(st.just("set"), st.just(""), st.just(DAY), HUNDREDTHS),
)


@given(steps=st.lists(STEPS, max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_spent_in_whatever_order_no_step_takes_more_than_was_left(desk, steps):
    desk.clear()
    desk.load({"customers": read(b"customer_id,name\nA1,Ann\n", file="customers.csv")})
    fund, spent = Decimal(50), dict.fromkeys([(rep, day) for rep in ("Ruth", "Sam") for day in (DAY, NEXT)], Decimal(0))
    for what, rep, day, amount in steps:
        exact = Decimal(str(amount))
        if what == "set":
            keep_funds(desk, Funds(amount), day=day)
            fund = exact
        elif spent[rep, day] + exact <= fund:
            spend(desk, rep, amount, day=day, what="discount")
            spent[rep, day] += exact
        else:
            with pytest.raises(ChurnError, match="is more than is left"):
                spend(desk, rep, amount, day=day, what="discount")
        assert left_of(desk, rep or "Ruth", day) == float(max(Decimal(0), fund - spent[rep or "Ruth", day]))
