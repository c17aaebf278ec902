"""Win-back: who of the lost is asked back, in what order, by which steps; and what came of it."""

from datetime import date, timedelta

import pandas as pd
import pytest
from playwright.sync_api import expect

from churn.actions.asking_back import (
    caution,
    keep_odds,
    note_result,
    note_step,
    note_warm,
    odds_of,
    progress,
    return_rates,
    this_week,
    waiting,
)
from churn.actions.win_back import Odds, lost_customers
from churn.intake import read
from churn.journal import Line
from churn.prepared import Wishes, dials_of
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import TABLES
from tests.browser import choose, finished
from tests.seen import cards

DAY = date(2026, 1, 1)  # a Thursday
FILES = {
    "customers": "customer_id,name,monthly_value,started_on,ended_on\n"
    "a,Ash,10,2025-01-01,2025-01-01\n"  # a year ago
    "b,Birch,10,2025-01-01,2025-12-31\n"
    "c,Cedar,10,2020-01-01,2025-12-31\n"  # two years and more
    "d,Dill,10,2025-06-01,2025-12-20\n"  # called since
    "e,Elm,1000,2025-01-01,2025-12-31\n"  # died
    "f,Fern,,2025-01-01,2025-12-31\n"
    "here,Here,1000,2025-01-01,\n",
    "contacts": "customer_id,contacted_on,direction\nd,2025-12-24,in\nb,2025-12-30,in\nc,2025-12-31,in\na,2025-06-01,out\n",
    "surveys": "customer_id,answered_on,question,reason\na,2025-01-01,exit,Much too expensive\nb,2025-12-31,exit,competitor\n"
    "e,2025-12-31,exit,Passed away\nc,2025-12-31,exit,\nf,2025-12-31,exit,odd\n",
}


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        intakes = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name]) for name, text in FILES.items()}
        desk.load(intakes, prepare=preparing(Wishes(as_of=DAY)))
        yield desk


def found(desk, day=DAY, odds=None):
    return lost_customers(desk, dials_of(desk), day, odds)


def week(desk, day=DAY, **odds):
    return this_week(found(desk, day), desk.journal.lines("win_back"), day, Odds(**odds))["customer_id"].tolist()


def test_the_lost_stand_by_value_times_chance_worked_by_hand(desk):
    lost = found(desk)
    listed = lost.listed.set_index("customer_id")
    assert listed.index.tolist() == ["d", "c", "b", "a", "f"]  # nobody who died or is here; whose value is unknown comes last
    years = {name: days / 365 for name, days in {"a": 365, "b": 1, "c": 1, "d": 12, "f": 1}.items()}
    times = {"a": 1, "b": 1, "c": 1.5, "d": 3, "f": 1}
    assert listed["chance"].to_dict() == pytest.approx({name: 0.05 * times[name] / (1 + years[name]) for name in times})
    assert listed["worth"]["a"] == pytest.approx(120 * 0.05 / 2)
    assert listed["reason"].to_dict() == {"a": "price", "b": "competitor", "c": "not stated", "d": "not stated", "f": "odd"}
    assert (lost.customers, lost.signs, lost.strong, lost.valued) == (5, 1, 1, True)
    assert listed["warm_due"].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 0, "f": 0}
    dearer = found(desk, odds=Odds(by_reason={"price": 0.8})).listed
    assert dearer["customer_id"].iloc[0] == "a"
    assert caution("price")
    assert caution("not stated")
    assert not caution("competitor")


def test_who_left_by_the_journal_is_lost_and_who_came_back_is_not(desk):
    desk.journal.note(Line("outcome", DAY, "here", more={"outcome": "left"}), Line("exit", DAY, "here", what="promise broken"))
    desk.journal.note(Line("outcome", DAY - timedelta(days=7), "b", more={"outcome": "came_back"}))
    listed = found(desk).listed.set_index("customer_id")
    assert listed.index[0] == "here"
    assert (listed["reason"]["here"], listed["lost_on"]["here"]) == ("promise broken", pd.Timestamp(DAY))
    assert "b" not in listed.index
    members = pd.DataFrame({"customer_id": ["here"], "arm": "held_out", "stratum": 0, "risk": 0.1, "value": 1.0})
    desk.journal.note(Line("campaign", DAY, what="x", until=date(2026, 2, 1)), members=members)
    assert "here" not in found(desk).listed["customer_id"].tolist()


def test_who_came_back_and_left_again_months_later_is_lost_again(desk):
    """The journal knows that they came back in June; the data, that they left on the last day of the year."""
    for customer, outcome in (("b", "came_back"), ("c", "no")):
        note_result(desk, customer, outcome, day=DAY - timedelta(days=200))
    assert {"b", "c"} <= set(found(desk).listed["customer_id"])
    note_result(desk, "b", "came_back", day=DAY - timedelta(days=8))
    assert "b" not in set(found(desk).listed["customer_id"])


def test_a_weeks_list_stays_for_the_week_and_the_next_week_goes_on(desk):
    assert week(desk, a_week=2) == ["d", "c"]
    note_step(desk, "d", "why", day=DAY, text=" They moved ", reason="not stated")
    note_step(desk, "d", "contact", day=DAY, text="called", reason="not stated")
    note_result(desk, "c", "later", day=DAY, until=date(2026, 1, 20))
    assert week(desk, a_week=2) == ["d", "c"]
    noted = desk.journal.lines("win_back")
    assert progress(noted, "d").done == {"why": "They moved", "contact": "called"}
    assert (progress(noted, "c").result, progress(noted, "b").steps) == ("later", 0)
    monday = date(2026, 1, 5)
    assert week(desk, monday, a_week=2) == ["b", "a"]
    lost = found(desk, monday)
    assert waiting(lost, noted, lost.listed.head(0))["customer_id"].tolist() == ["d"]
    assert "c" in week(desk, date(2026, 1, 20), a_week=2)
    note_step(desk, "c", "contact", day=date(2026, 1, 20))
    assert "c" in week(desk, date(2026, 1, 21), a_week=2)
    assert "c" not in week(desk, date(2026, 1, 26), a_week=9)  # asked again: they do not wait for a day any more
    assert "c" in waiting(lost, desk.journal.lines("win_back"), lost.listed.head(0))["customer_id"].tolist()
    note_result(desk, "d", "no", day=DAY)
    assert "d" not in found(desk, monday).listed["customer_id"].tolist()


def test_what_came_of_it_is_counted_by_reason(desk):
    note_step(desk, "a", "contact", day=DAY, reason="price")
    note_step(desk, "b", "contact", day=DAY, reason="competitor")
    note_result(desk, "b", "came_back", day=DAY, reason="competitor")
    note_step(desk, "c", "why", day=DAY, reason="not stated")  # not asked yet
    rates = return_rates(desk.journal.lines("win_back"))
    assert {reason: (share.count, share.total) for reason, share in rates.items()} == {"": (1, 2), "price": (0, 1), "competitor": (1, 1)}
    assert "b" in found(desk).listed["customer_id"].tolist()  # the week's list stays
    assert "b" not in found(desk, date(2026, 1, 5)).listed["customer_id"].tolist()
    assert return_rates(desk.journal.lines("win_back").head(0))[""].total == 0


def test_messages_keep_warm_every_so_many_weeks_and_what_is_assumed_is_kept(desk):
    def due(day):
        listed = found(desk, day).listed
        return set(listed.loc[listed["warm_due"] == 1, "customer_id"])

    assert due(DAY) == {"a"}
    note_warm(desk, ["a"], day=DAY, text="Something useful")
    assert due(DAY) == set()
    assert due(DAY + timedelta(weeks=8)) == {"a", "b", "c", "d", "f"}
    assert odds_of(desk) == Odds()
    keep_odds(desk, Odds(chance=0.1, by_reason={"price": 0.2}, a_week=7), day=DAY)
    assert odds_of(desk) == Odds(chance=0.1, by_reason={"price": 0.2}, a_week=7)


def test_without_a_day_or_a_mark_nobody_is_known_to_be_lost(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        text = "customer_id,plan\nA,Pro\nB,Basic\n"
        desk.load({"customers": read(text.encode(), file="customers.csv", table=TABLES["customers"])}, prepare=preparing(Wishes()))
        assert lost_customers(desk, None, DAY) is None
        desk.journal.note(Line("outcome", DAY, "A", more={"outcome": "left"}))
        lost = lost_customers(desk, None, DAY)
        assert lost.listed["customer_id"].tolist() == ["A"]
        assert not lost.valued


@pytest.mark.long
def test_a_step_that_is_noted_on_the_page_counts(page_at, own_desk_url):
    page = page_at("win_back", at=own_desk_url)
    assert cards(page, 4)["To ask this week"].value == "5"
    box = page.get_by_label("What was offered, and what they said.")
    box.fill("A call from the manager")
    page.get_by_role("button", name="Note it").nth(2).click()
    expect(page.get_by_text("A call from the manager", exact=True)).to_be_visible()
    expect(page.get_by_text(":material/check_circle:")).to_have_count(0)
    choose(page, "What came of it?", "Came back")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Noted: Came back")).to_be_visible()
    finished(page)
    rates = page.get_by_test_id("stTable").last
    expect(rates).to_contain_text("100% (")
