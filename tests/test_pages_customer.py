"""The call on one page: what to do and say, what came of it, and who else was there; the playbook behind it."""

import getpass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from churn.actions.fund import Funds, keep_funds
from churn.actions.play import filled
from churn.actions.playbook import DEFAULTS, playbook_of
from churn.intake import read
from churn.prepared import Wishes
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import TABLES
from tests.browser import choose, finished, serving

# The desk of these tests shows no risks: what it can do without.
FIRM = b"""customer_id,name,plan,contact_name,owner,monthly_value
A1,Ann *& Co*,Basic,Ann $x$,Ruth,100
B2,Bob Ltd,Pro,Bob,Sam,50
H3,Held House,Pro,Helen,Sam,70
"""
ACTIONS = b"customer_id,taken_on,action,arm,outcome\nH3,2026-02-01,call,held_out,\n"
CONTACTS = (
    b"customer_id,contacted_on,direction,channel,kind,resolved_on\nA1,2026-02-20,in,phone,complaint,\nB2,2026-02-27,out,email,service,\n"
)


def firm(folder):
    with open_desk(folder) as desk:
        parts = {"customers": FIRM, "contacts": CONTACTS, "actions": ACTIONS}
        intakes = {name: read(text, file=f"{name}.csv", table=TABLES[name]) for name, text in parts.items()}
        desk.load(intakes, alone=True, prepare=preparing(Wishes()))
        keep_funds(desk, Funds(30), day=date(2026, 2, 1))


def note(page: Page, outcome: str, words: str = "") -> None:
    if words:
        page.get_by_label("Note (optional)").fill(words)
    page.get_by_role("radio", name=outcome, exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()


@pytest.mark.long
def test_two_reps_see_each_others_outcomes_and_a_held_out_customer_is_left_alone(page_at, tmp_path):
    firm(tmp_path / "desk")
    with serving(tmp_path / "desk", tmp_path / "log") as server:
        mine, others = (page_at("customer?customer=A1", at=server.url) for _window in range(2))
        expect(mine.get_by_text("Hello Ann $x$, this is Ruth. I sell nothing today")).to_have_count(0)
        expect(mine.get_by_text("The plan Basic, as it is set up for them.")).to_be_visible()
        expect(mine.get_by_text("20 Feb 2026: complaint, phone, they to us, still open")).to_be_visible()
        mine.get_by_text("Draft a message").click()
        expect(mine.get_by_label("Message", exact=True)).to_have_value(
            filled(DEFAULTS[0].message, {"contact_name": "Ann $x$", "owner": "Ruth"})
        )
        note(others, "Thinking about it", "Calls back")
        expect(others.get_by_text("Noted: Thinking about it.")).to_be_visible()
        note(mine, "Agreed", "Glad of it")
        expect(mine.get_by_test_id("stAlert").filter(has_text=f"{getpass.getuser()} noted: Thinking about it")).to_be_visible()
        expect(mine.get_by_text("Calls back").first).to_be_visible()
        finished(mine)
        mine.get_by_role("button", name="Save", exact=True).click()
        expect(mine.get_by_text("Noted: Agreed.")).to_be_visible()
        mine.get_by_text("They leave: note why").click()
        finished(mine)
        choose(mine, "Main reason", "competitor")
        mine.get_by_label("Which competitor").fill("Globex")
        mine.get_by_role("button", name="Save: they leave").click()
        expect(mine.get_by_text("Noted: they leave.")).to_be_visible()
        mine.get_by_role("tab", name="What happened").click()
        expect(mine.get_by_text("5 things happened; the latest 5 of 5 are shown.")).to_be_visible()
        held = page_at("customer?customer=H3", at=server.url)
        expect(held.get_by_text("Please leave them alone: no call, no message, no offer")).to_be_visible()
        for words in ("What to do", "Draft a message", "What came of it?", "They leave: note why"):
            expect(held.get_by_text(words)).to_have_count(0)
        for page in (mine, others, held):
            page.close()
        server.stop()
    with open_desk(tmp_path / "desk") as desk:
        lines = desk.journal.lines("outcome", "exit")
    assert [more.get("outcome", "") for more in lines["more"]] == ["thinking", "agreed", "left", ""]
    assert lines["text"].tolist() == ["Calls back", "Glad of it", "", ""]
    assert lines["more"].iloc[-1] == {"competitor": "Globex", "promise": ""}


def test_the_firm_writes_its_own_words_and_what_cannot_be_is_refused(page_at, tmp_path):
    firm(tmp_path / "desk")
    with serving(tmp_path / "desk", tmp_path / "log") as server:
        page = page_at("playbook", at=server.url)
        expect(page.get_by_text("As it would be for Ann *& Co*.")).to_be_visible()
        page.get_by_label("What to say").fill("Good day {nobody}")
        page.get_by_role("button", name="Keep the words").click()
        expect(page.get_by_text("name {nobody}, which the desk cannot fill in")).to_be_visible()
        page.get_by_label("What to say").fill("Good day {contact_name}, our *best* greetings")
        page.get_by_role("button", name="Keep the words").click()
        expect(page.get_by_text("Kept. It holds for everybody who uses this desk.")).to_be_visible()
        expect(page.get_by_text("Good day Ann $x$, our *best* greetings", exact=True)).to_be_visible()
        search = page.get_by_label("Preview on a customer (id or name)")
        search.fill("Held House")
        search.press("Enter")
        expect(page.get_by_text("They are held out for comparison")).to_be_visible()
        expect(page.get_by_text("Good day Helen")).to_have_count(0)
        page.close()
        server.stop()
    with open_desk(tmp_path / "desk") as desk:
        kept = playbook_of(desk)
    assert kept[0].script == "Good day {contact_name}, our *best* greetings"
    assert kept[1:] == DEFAULTS[1:]
