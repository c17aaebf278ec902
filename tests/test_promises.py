"""Promises: which are open, marked kept once, and how they were kept."""

from datetime import date

import pandas as pd
import pytest

from churn.actions.person import person
from churn.actions.promises import Promise, kept_by_month, mark_kept, note_promise, promises_open, standing
from churn.errors import ChurnError
from churn.journal import Line
from tests.retained import DAY, firm


@pytest.fixture
def desk(tmp_path):
    with firm(tmp_path / "desk") as desk:
        yield desk


def listed(desk, day=DAY):
    found = promises_open(desk, day)
    return [(row["customer_id"], row["what"], standing(row["due_on"], day), row["source"]) for row in found.to_dict("records")]


def test_open_promises_go_by_due_day_and_leave_out_the_lost_the_dead_and_the_held_out(desk):
    line = note_promise(desk, Promise("B2", " a visit ", None, date(2026, 1, 2)), day=DAY, by="Ruth")
    assert listed(desk) == [
        ("A1", "credit note", "broken", "table"),
        ("B2", "a visit", "soon", "journal"),
        ("A1", "visit", "soon", "table"),
        ("C3", "send an offer", "later", "table"),
    ]
    assert promises_open(desk, DAY)["line"].dropna().tolist() == [line]
    # What the table says was kept on 30 December was still open before, and what is promised later was not made yet.
    assert listed(desk, date(2025, 12, 1)) == [
        ("B2", "call back", "broken", "table"),
        ("A1", "credit note", "later", "table"),
        ("A1", "visit", "later", "table"),
    ]


def test_a_promise_is_marked_kept_once_wherever_it_stands(desk):
    noted = Promise("B2", "visit", DAY, date(2026, 1, 2), note_promise(desk, Promise("B2", "visit", DAY, date(2026, 1, 2)), day=DAY))
    loaded = Promise("A1", "credit note", date(2025, 12, 1), date(2025, 12, 20))
    for promise in (noted, loaded):
        mark_kept(desk, promise, day=DAY, by="Ruth")
        with pytest.raises(ChurnError, match="noted already"):
            mark_kept(desk, promise, day=DAY)
    assert [what for _customer, what, _when, _source in listed(desk)] == ["visit", "send an offer"]


@pytest.mark.parametrize(("customer", "why"), [("D4", "left"), ("X6", "left"), ("H5", "held out"), ("nobody", "unknown")])
def test_nothing_is_promised_to_whom_no_list_would_remind_of_it(desk, customer, why):
    with pytest.raises(ChurnError, match=why):
        note_promise(desk, Promise(customer, "visit", None, date(2026, 1, 5)), day=DAY)


def test_who_left_by_the_journal_is_reminded_of_no_more_until_they_come_back(desk):
    desk.journal.note(Line("exit", DAY, "A1", what="price"), Line("outcome", DAY, "C3", more={"outcome": "left"}))
    assert listed(desk) == []
    desk.journal.note(Line("outcome", DAY, "C3", more={"outcome": "came_back"}))
    assert listed(desk) == [("C3", "send an offer", "later", "table")]


def test_the_share_kept_in_time_counts_the_table_and_the_journal_by_the_month_of_the_due_day(desk):
    def by_month(day):
        found = kept_by_month(desk, day)
        return {str(row["month"])[:7]: (row["promises"], row["kept"]) for row in found.to_dict("records")}

    assert by_month(DAY) == {"2025-10": (1, 0), "2025-11": (2, 1), "2025-12": (1, 0)}
    number = note_promise(desk, Promise("B2", "visit", None, date(2026, 1, 2)), day=DAY)
    mark_kept(desk, Promise("B2", "visit", DAY, date(2026, 1, 2), number), day=date(2026, 1, 2))
    mark_kept(desk, Promise("A1", "visit", date(2025, 12, 1), date(2026, 1, 3)), day=date(2026, 1, 2))
    later = by_month(date(2026, 2, 1))
    assert later["2026-01"] == (4, 2)  # B2's of the journal and A1's are kept in time; those of H5 and X6 are not
    assert later["2025-12"] == (1, 0)


def test_what_is_kept_before_its_day_counts_only_once_the_day_is_over(desk):
    mark_kept(desk, Promise("A1", "visit", date(2025, 12, 1), date(2026, 1, 3)), day=DAY)
    assert "2026-01" not in set(kept_by_month(desk, date(2026, 1, 2))["month"].astype(str).str[:7])
    shares = kept_by_month(desk, date(2026, 1, 3))
    assert (shares["kept"] <= shares["promises"]).all()


def test_a_promise_without_a_day_that_was_kept_is_open_nowhere(desk):
    mark_kept(desk, Promise("C3", "send an offer", date(2025, 12, 30), None), day=DAY)
    assert "C3" not in [customer for customer, *_ in listed(desk)]
    assert person(desk, "C3", DAY).promises == ()


def test_a_desk_with_customers_alone_keeps_promises_too(tmp_path):
    with firm(tmp_path / "alone", "customers") as desk:
        assert promises_open(desk, DAY).empty
        assert kept_by_month(desk, DAY).empty
        note_promise(desk, Promise("A1", "visit", None, DAY), day=DAY)
        found = promises_open(desk, DAY)
        assert found[["customer_id", "name", "owner", "source"]].to_numpy().tolist() == [["A1", "Ann & Co", "Ruth", "journal"]]
        assert found["due_on"].tolist() == [pd.Timestamp(DAY)]
