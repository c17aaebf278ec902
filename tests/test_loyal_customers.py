"""Loyal customers: who they are, whose words may be shown, a budget that holds, and what they might try next."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from churn.actions.loyal import (
    Quote,
    budget_of,
    give_thanks,
    keep_testimonial,
    loyal,
    next_products,
    note_interview,
    quotes,
    set_budget,
    thanked,
    usable,
    withdraw,
)
from churn.errors import ChurnError
from churn.intake import read
from churn.prepared import Wishes
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import TABLES
from tests.retained import DAY, firm


@pytest.fixture
def desk(tmp_path):
    with firm(tmp_path / "desk") as desk:
        yield desk


def test_the_loyal_are_those_whom_two_things_mark_and_no_detractor_lost_or_held_out(desk):
    found = loyal(desk, DAY)
    assert found.customers == 3  # A1, B2, C3
    assert found.rows["customer_id"].tolist() == ["A1"]
    assert found.rows.iloc[0][["promoter", "value", "score"]].tolist() == [1, 2000.0, 10.0]
    assert "B2" not in set(found.rows["customer_id"])  # gave a 3


def test_with_customers_alone_tenure_and_monthly_value_tell_the_loyal(tmp_path):
    with firm(tmp_path / "alone", "customers") as desk:
        found = loyal(desk, DAY)
        assert found.marks == ("long_here", "pays_most")
        assert found.needed == 2
        # X6 counts here: without surveys nothing says that they died. The upper fifth of 2 + 2 years and 100, 80, 50, 20 begins above 80.
        assert found.rows["customer_id"].tolist() == ["A1"]


@pytest.mark.parametrize(("many", "marked"), [(20, 20), (70, 0), (40, 10)])
def test_where_many_are_even_the_fifth_is_those_above_them_or_nobody(tmp_path, many, marked):
    """Of 100 customers so many pay 20 a month; where they are too many for a fifth, those who pay 30 are it, or none."""
    above = 10 if many == 40 else 0
    pays = [20] * many + [30] * above + [10] * (100 - many - above)
    rows = "".join(f"c{place:03},{pay},2024-01-01\n" for place, pay in enumerate(pays))
    with open_desk(tmp_path / "desk") as desk:
        text = f"customer_id,monthly_value,started_on\n{rows}"
        desk.load({"customers": read(text.encode(), file="customers.csv", table=TABLES["customers"])}, prepare=preparing(Wishes(as_of=DAY)))
        found = loyal(desk, DAY)
    assert found.marks == (("pays_most",) if marked else ())
    assert len(found.rows) == marked


def test_what_to_try_next_counts_those_who_have_all_of_the_same_products(desk):
    found = next_products(desk, "A1", DAY)
    assert (found.has, found.others) == (("Chair", "Desk"), 2)  # B2 and D4 have both; C3 only one
    assert found.products[["product", "customers", "share"]].to_numpy().tolist() == [["Lamp", 2, 1.0], ["Rug", 1, 0.5]]
    assert next_products(desk, "H5", DAY) is None
    assert next_products(desk, "A1", date(2025, 1, 1)) is None  # nothing was bought yet


def test_only_words_with_a_consent_that_holds_may_be_shown(desk):
    shown = keep_testimonial(desk, Quote("A1", "They listen.", consent=True), day=DAY)
    keep_testimonial(desk, Quote("A1", "Until June.", consent=True, until=date(2026, 6, 30)), day=DAY)
    keep_testimonial(desk, Quote("C3", "Between us.", consent=False), day=DAY)
    assert set(usable(quotes(desk, DAY))["words"]) == {"They listen.", "Until June."}
    assert usable(quotes(desk, date(2026, 7, 1)))["words"].tolist() == ["They listen."]
    withdraw(desk, shown, day=DAY)
    found = quotes(desk, DAY)
    assert usable(found)["words"].tolist() == ["Until June."]
    assert dict(zip(found["words"], found["standing"], strict=True)) == {
        "They listen.": "withdrawn",
        "Until June.": "usable",
        "Between us.": "no consent",
    }
    with pytest.raises(ChurnError, match="no such testimonial"):
        withdraw(desk, 10_000, day=DAY)


def test_the_budget_for_thanks_is_never_overspent_by_eight_at_once(desk):
    with pytest.raises(ChurnError, match="Set a budget"):
        give_thanks(desk, "A1", "card", 0.01, day=DAY)
    set_budget(desk, 1.0, day=DAY)

    def give(_time):
        try:
            give_thanks(desk, "A1", "card", 0.3, day=DAY, points=5)
        except ChurnError as error:
            return "refused" if "more than is left" in str(error) else str(error)
        return "given"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(give, range(24))) == {"given": 3, "refused": 21}
    budget = budget_of(desk, DAY)
    assert (budget.spent, budget.left) == (0.9, 0.1)
    assert give_thanks(desk, "A1", "stamp", 0.1, day=DAY)
    assert budget_of(desk, DAY).left == 0
    with pytest.raises(ChurnError, match="cannot be less"):
        set_budget(desk, 0.5, day=DAY)
    assert budget_of(desk, date(2027, 1, 1)).left == 1.0  # a new year
    assert thanked(desk, "A1")["points"].tolist() == [0, 5, 5, 5]


@pytest.mark.parametrize("customer", ["D4", "X6", "H5"])
def test_who_left_died_or_is_held_out_gets_no_thanks_and_is_not_asked(desk, customer):
    set_budget(desk, 100, day=DAY)
    for write in (
        lambda: give_thanks(desk, customer, "card", 1, day=DAY),
        lambda: note_interview(desk, customer, {"stays": "you"}, day=DAY),
        lambda: keep_testimonial(desk, Quote(customer, "Good", consent=True), day=DAY),
    ):
        with pytest.raises(ChurnError, match="held out"):
            write()
    assert desk.journal.lines("thanks", "interview", "testimonial").empty


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_an_amount_that_cannot_be_is_refused(desk, amount):
    set_budget(desk, 100, day=DAY)
    with pytest.raises(ChurnError, match="no amount to give"):
        give_thanks(desk, "A1", "card", amount, day=DAY)


def test_where_nothing_tells_customers_from_one_another_nobody_is_loyal(tmp_path):
    with open_desk(tmp_path / "plain") as desk:
        intake = read(b"customer_id,plan\nA,Pro\nB,Basic\n", file="customers.csv", table=TABLES["customers"])
        desk.load({"customers": intake}, prepare=preparing(Wishes()))
        found = loyal(desk, DAY)
        assert (found.customers, found.found, found.marks) == (2, 0, ())
        assert found.rows.empty
