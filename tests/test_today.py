"""Today's list: who is on it and why, by hand; its ranking against plain pandas; what two reps do to it; and what it brings."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from benchmarks import ranking
from churn import risk, wording
from churn.actions import doing
from churn.actions.asking_back import keep_odds, note_asked, note_step, progress, week_of
from churn.actions.calendar import contact_plan
from churn.actions.campaign import acted_list
from churn.actions.candidates import Work
from churn.actions.due import Span
from churn.actions.outcomes import Contact, note_outcome
from churn.actions.person import person
from churn.actions.playbook import Play
from churn.actions.promises import promises_open
from churn.actions.scored_list import scored_list
from churn.actions.today import owners, todays_list
from churn.actions.why import Told
from churn.actions.win_back import Odds, lost_customers
from churn.errors import ChurnError
from churn.intake import read
from churn.journal import Line
from churn.prepared import dials_of
from churn.risk.of_desk import adopt, train_desk
from churn.store import Desk, open_desk
from churn.tables import TABLES
from sample_data import generate
from sample_data.firm import found
from tests.made_up import labelled

DAY = date(2026, 1, 1)
CALL = Play("call", "Call", ("",), (), "phone", 10, 0, 0.3, "", "")
KEEP = Play("keep", "Keep the promise", ("promise_broken",), (), "phone", 5, 0, 0.4, "", "")
SETTLE = Play("settle", "Settle the complaint", ("complaint_open",), (), "phone", 20, 0, 0.5, "", "")
PLAYS = (CALL, KEEP, SETTLE)
CUSTOMERS = """customer_id,name,started_on,ended_on,monthly_value,renewal_on,owner
A,Ann,2023-01-01,,100,,Ruth
B,Bob,2023-01-01,,200,,Ruth
C,Cy,2023-01-01,,10,,Tom
D,Di,2023-01-01,,,,Tom
E,Eve,2023-01-01,2025-06-30,300,,Ruth
F,Fay,2023-01-01,2025-05-31,50,,Tom
G,Gus,2023-01-01,,100,2026-01-20,Tom
"""
CONTACTS = """customer_id,contacted_on,direction,channel,kind,resolved_on
A,2025-09-01,in,phone,complaint,
B,2025-12-30,out,phone,service,2025-12-30
C,2025-12-20,in,email,enquiry,2025-12-20
"""
PROMISES = "customer_id,promised_on,due_on,what,kept_on\nC,2025-12-20,2026-01-03,call back,\nA,2025-12-01,2025-12-05,visit,2025-12-04\n"
RISKS = {"A": 0.5, "B": 0.2, "C": 0.1, "D": 0.3, "G": 0.05}


def load(desk: Desk, **tables: str) -> None:
    adopt(desk, {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name]) for name, text in tables.items()}, None)


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        load(desk, customers=CUSTOMERS, contacts=CONTACTS, promises=PROMISES)
        score(desk, RISKS)
        yield desk


def score(desk: Desk, risks: dict[str, float]) -> None:
    rows = pd.DataFrame({"customer_id": list(risks), "risk": list(risks.values()), "information": 1.0, "known": False})
    desk.write_scores(rows, settings={}, of=desk.source("customers"))


def listed(desk: Desk, *, day: date = DAY, by: str = "Ruth", scored: bool = True, plays: tuple[Play, ...] = PLAYS, **work: object):
    return todays_list(desk, dials_of(desk), day=day, plays=plays, work=Work(**work), by=by, scored=scored)  # type: ignore[arg-type]


def ids(found) -> list[str]:
    return found.rows["customer_id"].tolist()


def why_not(found) -> dict[str, str]:
    return dict(zip(found.aside["customer_id"], found.aside["why_not"], strict=True))


def done(desk: Desk, customer_id: str, outcome: str = "agreed", *, day: date = DAY, by: str = "Ruth", play: str = "call") -> None:
    note_outcome(desk, Contact(customer_id, day, outcome, by, play, "phone", 10.0))  # type: ignore[arg-type]


def test_the_list_by_hand(desk):
    found = listed(desk)
    rows = found.rows.set_index("customer_id")
    # A .5 * .5 * 1200 - 20 = 280; G .05 * .3 * 1200 - 10 = 8; C is promised something; of the lost the chance of their return, halved after
    # a year: E .05 * 1.5 / (1 + 185 / 365) * 3600 - 10 = 169.18, F .05 * 1.5 / (1 + 215 / 365) * 600 - 10 = 18.32
    assert ids(found) == ["A", "E", "F", "G", "C"]
    assert rows["expected_gain"].round(2).to_dict() == {"C": -6.4, "A": 280.0, "E": 169.18, "F": 18.32, "G": 8.0}
    assert rows["first"].to_dict()["C"] == "Keep the promise"
    assert rows["first"].to_dict()["A"] == "Settle the complaint"
    assert rows.loc["C", "why"] == "Promised: call back, due on 3 Jan 2026, in 2 days."
    assert rows.loc["A", "why"] == "1 complaint is open, since 1 Sep 2025, 121 days ago."
    assert rows.loc["E", "why"] == "Left on 30 Jun 2025; paid 300 a month."
    assert rows.loc["G", "why"] == "Contract renews on 20 Jan 2026, in 19 days."
    assert (found.order, found.done, found.held_out) == ("gain", 0, 0)
    assert why_not(found) == {"B": "contacted"}
    assert found.left_out == {"contacted": 1}


def test_who_shows_nothing_graver_than_a_risk_is_told_of_by_what_raises_it_most(tmp_path):
    """Customers of a table alone; where the strongest driver lowers the risk none is told."""
    frame = labelled(400, seed=1)
    with open_desk(tmp_path / "plain") as plain:
        load(plain, customers=frame.to_csv(index=False))
        card = train_desk(plain, label="churned")
        rows = listed(plain, plays=(replace(CALL, contact=0.0),), calls=400).rows.query("is_gone == 0")
        table = plain.frame("customers")
    scores = risk.score(card, table, id_column="customer_id")
    first = pd.Series([said[0] if said else "" for said in risk.drivers(scores, table, most=1)], index=table["customer_id"])
    rises = pd.Series(": +" in said for said in first).set_axis(first.index)
    known = rows.set_index("customer_id")["why"]
    expected = [f"Risk of leaving is {wording.percent(share, 0)}; signs are not known." for share in rows["risk"]]
    drivers = [f" Main driver: {first[name]}." if rises[name] else "" for name in known.index]
    assert known.tolist() == [sentence + driver for sentence, driver in zip(expected, drivers, strict=True)]
    assert 0 < sum(map(bool, drivers)) < len(drivers)


def test_a_renewal_that_is_over_by_the_day_of_work_is_not_told_of(desk):
    rows = {day: listed(desk, day=day).rows.set_index("customer_id")["why"] for day in (date(2026, 1, 20), date(2026, 1, 21))}
    assert rows[date(2026, 1, 20)]["G"] == "Contract renews on 20 Jan 2026, in 0 days."
    assert not rows[date(2026, 1, 21)].str.contains("renews").any()


def test_a_contact_that_was_made_since_it_was_due_is_not_late(tmp_path):
    """A is in touch every ten days, B was once, on 20 November: by what is usual the next was due on the 30th."""
    days = [date(2025, 9, 3) + timedelta(days=10 * place) for place in range(7)]
    contacts = "customer_id,contacted_on,direction\n" + "".join(f"A,{day},out\n" for day in days) + "B,2025-11-20,out\n"
    whys = []
    with open_desk(tmp_path / "desk") as desk:
        load(desk, customers="customer_id,monthly_value\nA,100\nB,50\n", contacts=contacts)
        score(desk, {"A": 0.5, "B": 0.4})
        for noted in ((), (Contact("B", date(2025, 12, 1), "told", "Ruth"),)):
            for contact in noted:
                note_outcome(desk, contact)
            whys.append(listed(desk, day=date(2025, 12, 20)).rows.set_index("customer_id")["why"]["B"])
    assert "A contact is 20 days overdue by the usual rhythm." in whys[0]
    assert "overdue" not in whys[1]


def test_of_a_lost_customer_whose_payments_nobody_noted_only_the_day_is_told(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        load(desk, customers="customer_id,started_on,ended_on\nA,2023-01-01,2025-06-30\nB,2023-01-01,\n")
        rows = listed(desk, scored=False).rows.set_index("customer_id")
    assert rows.loc["A", "why"] == "Left on 30 Jun 2025."


def test_the_sentence_tells_of_what_the_first_play_answers():
    both = {"renewal": "Renews soon.", "complaint_open": "1 complaint is open.", "quiet": "No contact for 90 days."}
    told = Told("Contract renews on 4 Jan 2026.", both, promised=False, owed=False)
    assert told.why(("quiet", "complaint_open")) == "1 complaint is open. Contract renews on 4 Jan 2026."
    assert told.why(("renewal",)) == told.why(()) == "Contract renews on 4 Jan 2026."
    assert Told("1 complaint is open.", both, promised=False, owed=False).why(("complaint_open",)) == "1 complaint is open."
    assert Told("Promised: visit, due today.", both, promised=True, owed=True).why(("quiet",)) == "Promised: visit, due today."


def test_the_lost_on_the_list_are_those_whom_win_back_asks_this_week_and_what_is_noted_counts_there(desk):
    def week(day: date) -> list[str]:
        return week_of(desk, dials_of(desk), day)["customer_id"].tolist()

    keep_odds(desk, Odds(a_week=1), day=DAY)
    assert [row for row in ids(listed(desk)) if row in "EF"] == ["E"] == week(DAY)
    note_asked(desk, Contact("E", DAY, "not_reached", "Ruth"))
    assert why_not(listed(desk))["E"] == "done"
    assert "E" in ids(listed(desk, day=DAY + timedelta(days=1)))
    note_asked(desk, Contact("E", DAY, "thinking", "Ruth", "call", "phone", 10.0), reason="price")
    assert progress(desk.journal.lines("win_back"), "E").steps == 1
    assert why_not(listed(desk, day=DAY + timedelta(days=1)))["E"] == "contacted"
    later = DAY + timedelta(days=7)
    assert [row for row in ids(listed(desk, day=later)) if row in "EF"] == ["F"] == week(later)
    note_step(desk, "F", "contact", day=later, by="Ruth")
    assert why_not(listed(desk, day=later))["F"] == "done"
    assert listed(desk, day=later).done == 1


def test_what_is_done_shortens_the_list_and_each_left_out_says_why(desk):
    assert ids(listed(desk, calls=2)) == ["A", "E", "C"]
    done(desk, "A")
    doing.note(desk, doing.snooze_line("G", day=DAY, by="Tom", until=date(2026, 1, 9), reason="on holiday"), seen=0)
    found = listed(desk, calls=2)
    assert ids(found) == ["E", "C"]
    assert found.done == 1
    assert why_not(found) == {"A": "done", "B": "contacted", "F": "capacity", "G": "snoozed"}
    assert ids(listed(desk, calls=2, by="Tom")) == ["E", "F", "C"]
    assert "G" in ids(listed(desk, day=date(2026, 1, 9)))
    assert "G" not in ids(listed(desk, day=date(2026, 1, 8)))


@pytest.mark.long
def test_a_customer_not_reached_comes_back_tomorrow_and_one_who_was_after_some_days_or_when_it_is_time_to_look_again(desk):
    done(desk, "A", "not_reached", play="settle")
    assert "A" not in ids(listed(desk))
    assert "A" in ids(listed(desk, day=DAY + timedelta(days=1)))
    done(desk, "G", "thinking")
    tomorrow = listed(desk, day=DAY + timedelta(days=1)).rows.set_index("customer_id")
    assert tomorrow.loc["G", "why"] == "Look again after “Call” of 1 Jan 2026: thinking about it."
    assert tomorrow.loc["G", "promised"] == 0
    done(desk, "G", "agreed", day=DAY + timedelta(days=1))
    assert why_not(listed(desk, day=DAY + timedelta(days=1), calls=9))["G"] == "done"
    assert {n for n in range(2, 20) if "G" in ids(listed(desk, day=DAY + timedelta(days=n))) if n < 8} == {2, 3, 4, 5, 6, 7}
    done(desk, "G", "left", day=DAY + timedelta(days=2))
    later = DAY + timedelta(days=30)
    assert listed(desk, day=later).rows.set_index("customer_id").loc["G", "is_gone"] == 1  # to be asked back
    keep_odds(desk, Odds(a_week=1), day=DAY)
    assert why_not(listed(desk, day=later))["G"] == "left"


def test_a_hand_over_changes_whose_customer_it_is(desk):
    assert "A" in ids(listed(desk, owner="Ruth"))
    doing.note(desk, doing.hand_over_line("A", day=DAY, by="Ruth", to="Zoe", reason="knows them"), seen=0)
    assert "A" not in ids(listed(desk, owner="Ruth"))
    assert ids(listed(desk, owner="Zoe")) == ["A"]
    assert ids(listed(desk, owner="nobody's name")) == []
    assert owners(desk) == ["Ruth", "Tom", "Zoe"]


def test_a_hand_over_holds_on_every_list_and_file(desk):
    for customer in ("A", "C", "E"):
        doing.note(desk, doing.hand_over_line(customer, day=DAY, by="Ruth", to="Zoe", reason="knows them"), seen=0)
    members = pd.DataFrame({"customer_id": ["A", "G"], "arm": "acted", "stratum": 0, "risk": 0.1, "value": 1.0})
    [number] = desk.journal.note(Line("campaign", DAY, what="Calls", until=date(2026, 3, 1)), members=members)
    plan = contact_plan(desk, dials_of(desk), Span(DAY, 60)).planned
    lists = {
        "calendar": plan, "promises": promises_open(desk, DAY), "scored": scored_list(desk, DAY),
        "campaign": acted_list(desk, number, DAY), "win-back": lost_customers(desk, dials_of(desk), DAY).listed,
    }  # fmt: skip
    found = {name: rows.groupby("customer_id")["owner"].first().reindex(["A", "C", "E"]).dropna() for name, rows in lists.items()}
    assert {name: list(mine.index) for name, mine in found.items()} == {
        "calendar": ["A", "C"], "promises": ["C"], "scored": ["A", "C"], "campaign": ["A"], "win-back": ["E"],
    }  # fmt: skip
    assert {owner for mine in found.values() for owner in mine} == {"Zoe"}
    assert person(desk, "A", DAY).owner == "Zoe"


@pytest.mark.long
def test_today_and_the_calendar_look_again_and_put_off_alike(desk):
    done(desk, "G", "thinking", play="")  # a contact without a play is followed too
    done(desk, "A", "told", play="settle")
    for days in range(1, 30):
        day = DAY + timedelta(days=days)
        plan = contact_plan(desk, dials_of(desk), Span(day, 60), plays=PLAYS).planned
        waits = set(plan.loc[(plan["kind"] == "follow_up") & (plan["due_on"] <= pd.Timestamp(day)), "customer_id"])
        rows = listed(desk, day=day, calls=50).rows
        assert waits == set(rows.loc[rows["why"].str.startswith("Look again"), "customer_id"]) == ({"A", "G"} if days < 21 else set())
    doing.note(desk, doing.snooze_line("B", day=DAY, by="Tom", until=date(2026, 2, 1), reason="on holiday"), seen=0)
    assert why_not(listed(desk, quiet_days=0))["B"] == "snoozed"
    done(desk, "B", "thinking", day=DAY + timedelta(days=1), by="Tom")  # they called by themselves
    assert "B" in ids(listed(desk, day=DAY + timedelta(days=3)))
    plan = contact_plan(desk, dials_of(desk), Span(DAY + timedelta(days=3), 60), plays=PLAYS).planned
    assert "snooze" not in set(plan.loc[plan["customer_id"] == "B", "kind"])


def test_two_reps_on_one_customer_see_each_others_outcome(desk):
    seen = listed(desk).last_line
    done(desk, "A", by="Tom")
    with pytest.raises(ChurnError, match="Tom noted: Agreed"):
        doing.note(desk, doing.snooze_line("A", day=DAY, by="Ruth", until=date(2026, 2, 1), reason="later"), seen=seen)
    with pytest.raises(ChurnError, match="Tom noted: Agreed"):
        note_outcome(desk, Contact("A", DAY, "told", "Ruth"), seen=seen)
    doing.note(desk, doing.snooze_line("G", day=DAY, by="Ruth", until=date(2026, 2, 1), reason="later"), seen=seen)
    assert why_not(listed(desk, by="Ruth"))["A"] == "done"


def test_what_cannot_be_is_said(desk):
    with pytest.raises(ChurnError, match="Say why"):
        doing.snooze_line("A", day=DAY, by="", until=date(2026, 2, 1), reason=" ")
    with pytest.raises(ChurnError, match="Choose a day after 1 Jan 2026"):
        doing.snooze_line("A", day=DAY, by="", until=DAY, reason="x")
    with pytest.raises(ChurnError, match="Say to whom"):
        doing.hand_over_line("A", day=DAY, by="", to=" ", reason="x")


def test_promises_of_the_journal_count_until_they_are_kept_and_loaded_ones_too(desk):
    [number] = desk.journal.note(Line("promise", DAY, "G", what="send a plan", until=date(2026, 1, 2)))
    assert "send a plan" in listed(desk).rows.set_index("customer_id").loc["G", "why"]
    desk.journal.note(Line("kept", DAY, "G", answers=number))
    assert "send a plan" not in listed(desk).rows.set_index("customer_id").loc["G", "why"]
    more = {"promised_on": "2025-12-20", "what": "call back", "due_on": "2026-01-03"}
    desk.journal.note(Line("kept", DAY, "C", more=more))
    assert "C" not in ids(listed(desk))


def test_a_campaign_brings_its_members_until_they_are_contacted_and_never_those_held_out(desk):
    members = pd.DataFrame({"customer_id": ["G", "A"], "arm": ["acted", "held_out"], "stratum": 0, "risk": 0.1, "value": 1.0})
    line = Line("campaign", DAY, what="Spring", until=date(2026, 3, 1), more={"play": "settle"})
    desk.journal.note(line, members=members)
    found = listed(desk)
    rows = found.rows.set_index("customer_id")
    assert rows.loc["G", "play"] == "settle"
    assert "A" not in ids(found)
    assert "A" not in why_not(found)
    assert found.held_out == 1
    assert "A" in ids(listed(desk, day=date(2026, 3, 1)))
    assert listed(desk, day=date(2026, 3, 1)).rows.set_index("customer_id")["play"].get("G") != "settle"


def test_a_row_whose_sign_cleared_leaves_by_itself(desk):
    before = listed(desk).rows.set_index("customer_id").loc["A"]
    load(desk, customers=CUSTOMERS, contacts=CONTACTS.replace("complaint,\n", "complaint,2025-12-29\n"), promises=PROMISES)
    score(desk, RISKS | {"A": 0.01})
    assert before["play"] == "settle"
    assert "A" not in ids(listed(desk))


def test_without_risks_signs_come_first_and_without_anything_those_who_pay_most(desk, tmp_path):
    found = listed(desk, scored=False)
    assert found.order == "signs"
    assert (ids(found)[0], ids(found)[-1]) == ("A", "C")
    with open_desk(tmp_path / "bare") as bare:
        load(bare, customers="customer_id,monthly_value\nA,1\nB,3\nC,2\nD,\n")
        found = listed(bare, scored=False)
        assert (found.order, ids(found), found.paid) == ("value", ["B", "C", "A", "D"], True)
        assert found.rows["why"].iloc[0] == "Pays 3 a month; nothing else is known that asks for a contact."
        score(bare, {"B": 0.4, "A": 0.1, "C": 0.1, "D": 0.1})
        assert listed(bare, plays=(replace(CALL, contact=0.0),)).rows["why"].iloc[0] == "Risk of leaving is 40%; signs are not known."
        load(bare, customers="customer_id,plan\nA,x\nB,y\n")
        found = listed(bare, scored=False)
        assert (ids(found), found.paid, found.rows["first"].tolist()) == (["A", "B"], False, ["Call", "Call"])
        assert found.rows["value"].isna().all()


def test_how_a_rep_works_is_kept_and_the_last_word_is_their_own(desk):
    doing.keep_work(desk, Work(calls=5, owner="Ruth"), day=DAY, by="Ruth", at=datetime(2026, 1, 1))
    doing.keep_work(desk, Work(calls=9, months=24.0), day=DAY, by="Tom")
    assert doing.work_of(desk, "Ruth") == Work(calls=5, owner="Ruth")
    assert doing.work_of(desk, "Zoe") == Work(calls=9, months=24.0)


def test_the_ranking_is_that_of_plain_pandas(tmp_path):
    random = np.random.default_rng(3)
    n = 300
    frame = pd.DataFrame({
        "customer_id": [f"c{number:03d}" for number in range(n)],
        "monthly_value": random.gamma(1, 100, n).round(2),
        "risk": random.beta(1, 5, n),
    })  # fmt: skip
    frame.loc[random.random(n) < 0.1, "monthly_value"] = np.nan
    plays = (CALL, Play("gift", "Gift", ("",), (), "phone", 1, 40, 0.6, "", ""))
    with open_desk(tmp_path / "desk") as desk:
        load(desk, customers=frame.drop(columns="risk").to_csv(index=False))
        score(desk, dict(zip(frame["customer_id"], frame["risk"], strict=True)))
        found = listed(desk, plays=plays, calls=400)
    value = 12 * frame["monthly_value"]
    gains = pd.DataFrame({
        "call": frame["risk"] * 0.3 * value - 10,
    })  # fmt: skip
    gains["gift"] = frame["risk"] * (0.6 * (value - 40)) - (1 - frame["risk"]) * 40 - 1
    plain = gains["call"] > 0  # a discount only where nothing else pays
    best = frame.assign(gain=gains["call"].where(plain, gains.max(axis=1)), play=np.where(plain, "call", "gift"))
    best = best[best["gain"] > 0].sort_values(["gain", "customer_id"], ascending=[False, True])
    assert 50 < len(best) < 250
    assert ids(found) == best["customer_id"].tolist()
    assert found.rows["play"].tolist() == best["play"].tolist()
    np.testing.assert_allclose(found.rows["expected_gain"], best["gain"])


def test_a_list_by_expected_gain_brings_far_more_money_than_one_by_risk():
    both = np.zeros((len(ranking.LENGTHS), 2))
    for seed in range(3):
        random = np.random.default_rng(seed)
        firm = found(random, 1500)
        truth = ranking.truth_of(firm, generate.leave(random, firm))
        odds = np.log(np.clip(truth.without, 1e-9, 1 - 1e-9) / (1 - np.clip(truth.without, 1e-9, 1 - 1e-9)))
        risk = 1 / (1 + np.exp(-(odds.clip(-6, 6) + random.normal(0, 0.7, len(odds)))))
        both += ranking.compared(truth, risk)[["by_gain", "by_risk"]].to_numpy()
    by_gain, by_risk = both.T
    assert (by_gain > 0).all()
    assert (by_gain > 1.5 * by_risk).all()
