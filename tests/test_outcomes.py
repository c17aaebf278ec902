"""Outcomes: noted once, with the discount or not at all, and never over the head of somebody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest

from churn.actions.fund import Funds, keep_funds, left_of
from churn.actions.outcomes import Contact, Exit, last_line, note_exit, note_outcome
from churn.actions.person import person
from churn.actions.playbook import DEFAULTS, plays_for
from churn.actions.timeline import timeline
from churn.errors import ChurnError
from churn.intake import read
from churn.journal import Line
from churn.store import open_desk

DAY = date(2026, 3, 2)


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(b"customer_id,name\nA1,Ann\nB2,Bob\n", file="customers.csv")})
        yield desk


def test_an_outcome_with_a_discount_is_two_lines_in_one_note(desk):
    note_outcome(desk, Contact("A1", DAY, "agreed", "Ruth", "discount", "phone", cost=5, discount=20, note=" Glad "))
    said, spent = desk.journal.lines(customer_id="A1").to_dict("records")
    assert (said["kind"], said["what"], said["amount"], said["text"], said["noted_by"]) == ("outcome", "discount", 25, "Glad", "Ruth")
    assert said["more"] == {"outcome": "agreed", "channel": "phone"}
    assert (spent["kind"], spent["amount"], spent["noted_by"], spent["day"].date()) == ("spend", 20, "Ruth", DAY)
    assert left_of(desk, "Ruth", DAY) == 30
    assert desk.journal.version() == 1


def test_a_discount_that_the_fund_does_not_hold_leaves_no_outcome_either(desk):
    keep_funds(desk, Funds(10), day=DAY)
    with pytest.raises(ChurnError, match="20 is more than is left in the fund of Ruth for today: 10 of 10"):
        note_outcome(desk, Contact("A1", DAY, "agreed", "Ruth", "discount", discount=20))
    assert desk.journal.lines("outcome", "spend").empty


def test_who_did_not_see_what_another_noted_is_told_and_can_save_again(desk):
    seen = last_line(desk, "A1")
    note_outcome(desk, Contact("A1", DAY, "thinking", "Sam"), at=datetime(2026, 3, 2, 9, 30), seen=seen)
    mine = Contact("A1", DAY, "agreed", "Ruth")
    with pytest.raises(ChurnError) as stopped:
        note_outcome(desk, mine, seen=seen)
    assert str(stopped.value) == (
        "Sam noted: Thinking about it (2 Mar 2026, 09:30 UTC). Nothing of yours was noted. Look at it, then save again if it still holds."
    )
    assert len(desk.journal.lines("outcome")) == 1
    note_outcome(desk, Contact("B2", DAY, "agreed", "Ruth"), seen=last_line(desk, "B2"))
    note_outcome(desk, mine, seen=last_line(desk, "A1"))
    assert desk.journal.lines("outcome", customer_id="A1")["noted_by"].tolist() == ["Sam", "Ruth"]


def test_of_eight_reps_who_save_at_once_over_one_view_only_one_is_noted(desk):
    seen = last_line(desk, "A1")

    def save(rep: int) -> bool:
        try:
            note_outcome(desk, Contact("A1", DAY, "agreed", f"rep {rep}"), seen=seen)
        except ChurnError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(8))) == 1
    assert len(desk.journal.lines("outcome")) == 1


def test_leaving_is_noted_with_its_reason_competitor_and_broken_promise(desk):
    desk.journal.note(Line("promise", DAY, "A1", what="Call back"))
    with pytest.raises(ChurnError, match=r"Somebody noted: Promised: Call back. Nothing of yours"):
        note_exit(desk, Exit("A1", DAY, "competitor"), seen=0)
    with pytest.raises(ChurnError, match="Choose a reason"):
        note_exit(desk, Exit("A1", DAY, " "))
    note_exit(desk, Exit("A1", DAY, "competitor", " Globex ", "Call back", "They are nearer", "Ruth"), seen=last_line(desk, "A1"))
    [outcome] = desk.journal.lines("outcome").to_dict("records")
    [left] = desk.journal.lines("exit").to_dict("records")
    assert outcome["more"]["outcome"] == "left"
    assert (left["what"], left["text"], left["noted_by"]) == ("competitor", "They are nearer", "Ruth")
    assert left["more"] == {"competitor": "Globex", "promise": "Call back"}
    assert "compare_fairly" in {play.key for play in plays_for(DEFAULTS, reason=person(desk, "A1", DAY).reason)}
    assert [promise.what for promise in person(desk, "A1", DAY).promises] == ["Call back"]
    assert timeline(desk, "A1")["text"].tolist() == [
        "Why they leave: competitor, to Globex, not kept: Call back, They are nearer", "Left, They are nearer", "Promised: Call back",
    ]  # fmt: skip
