"""The journal: lines that outlive loads, undos and crashes, and are checked in the middle of a write."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from subprocess import PIPE, Popen

import pandas as pd
import pytest

from churn.errors import StoreError
from churn.intake import read
from churn.journal import Line
from churn.store import Desk, open_desk
from churn.tables import CUSTOMERS as SCHEMA

DAY = date(2026, 3, 2)
CUSTOMERS = "customer_id,name,plan\nA1,Ann,Basic\nB2,Bob,Pro\nC3,Cy,Pro\n"
OTHERS = "customer_id,name,plan\nA1,Xenia,Basic\nB2,Yves,Pro\nC3,Zoe,Pro\n"


def load(desk: Desk, text: str) -> None:
    desk.load({"customers": read(text.encode(), file="customers.csv", table=SCHEMA)}, alone=True)


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        load(desk, CUSTOMERS)
        yield desk


def test_what_was_noted_is_read_back_as_it_was(desk):
    whole = Line("outcome", DAY, "A1", "Ruth", "call", 12.5, date(2026, 4, 1), 7, "Glad, 'quoted' and =1+1", {"said": ["a", None], "n": 2})
    assert desk.journal.note(Line("snooze", DAY, "B2"), whole, at=datetime(2026, 3, 2, 9, 30)) == (1, 2)
    bare, found = desk.journal.lines().to_dict("records")
    assert {key: bare[key] for key in ("number", "kind", "customer_id", "noted_by", "what", "text", "more")} == {
        "number": 1, "kind": "snooze", "customer_id": "B2", "noted_by": "", "what": "", "text": "", "more": {},
    }  # fmt: skip
    assert pd.isna([bare["amount"], bare["until"], bare["answers"]]).all()
    assert (found["noted_at"], found["day"], found["until"]) == (
        pd.Timestamp("2026-03-02 09:30"),
        pd.Timestamp(DAY),
        pd.Timestamp("2026-04-01"),
    )
    assert [found[key] for key in ("noted_by", "what", "amount", "answers", "text", "more")] == [
        "Ruth", "call", 12.5, 7, whole.text, {"said": ["a", None], "n": 2},
    ]  # fmt: skip
    assert desk.journal.lines("outcome")["number"].tolist() == [2]
    assert desk.journal.lines(customer_id="B2")["number"].tolist() == [1]
    assert desk.journal.lines("outcome", customer_id="B2").empty


def test_notes_leave_the_version_of_the_tables_alone(desk):
    version = desk.version()
    desk.journal.note(Line("snooze", DAY, "A1"))
    assert (desk.version(), desk.journal.version()) == (version, 1)


def test_a_check_that_refuses_leaves_nothing_and_nobody_writes_between_check_and_line(desk):
    def at_most_ten(noted):
        if len(noted("spend")) >= 10:
            time.sleep(0)
            raise StoreError("enough")

    def spend(number: int) -> bool:
        try:
            desk.journal.note(Line("spend", DAY, amount=number), check=at_most_ten)
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(spend, range(40)))
    lines = desk.journal.lines("spend")
    assert (sum(done), len(lines), lines["number"].tolist()) == (10, 10, list(range(1, 11)))


def test_members_come_with_their_campaign_and_are_read_beside_the_tables(desk):
    members = pd.DataFrame(
        {"customer_id": ["A1", "B2"], "arm": ["acted", "held_out"], "stratum": [0, 1], "risk": [0.2, None], "value": [None, 3.0]}
    )
    [number] = desk.journal.note(Line("campaign", DAY, what="call"), members=members)
    with desk.reading() as frames:
        found = frames["members"].collect("pandas").to_native()
        assert set(frames) == {"customers"}
        assert frames["journal"].collect("pandas").to_native()["kind"].tolist() == ["campaign"]
    assert found["campaign"].tolist() == [number] * 2
    assert found["arm"].tolist() == ["acted", "held_out"]


def test_the_journal_outlives_a_new_table_of_the_same_customers_and_its_undo(desk, tmp_path):
    desk.journal.note(Line("snooze", DAY, "A1"), Line("snooze", DAY, "B2"))
    load(desk, CUSTOMERS.replace("C3,Cy,Pro\n", "D4,Di,Pro\n"))
    assert len(desk.journal.lines()) == 2
    desk.undo()
    assert len(desk.journal.lines()) == 2


def test_other_customers_have_a_book_of_their_own_also_under_the_same_ids(desk, tmp_path):
    desk.journal.note(Line("snooze", DAY, "A1"), Line("snooze", DAY, "B2"))
    load(desk, OTHERS)
    assert desk.journal.lines().empty
    desk.journal.note(Line("outcome", DAY, "A1"))
    load(desk, CUSTOMERS)
    assert desk.journal.lines()["kind"].tolist() == ["snooze", "snooze"]
    desk.undo()
    assert desk.journal.lines()["kind"].tolist() == ["outcome"]
    load(desk, "customer_id,name\nQ1,Quin\n")
    assert desk.journal.lines().empty


def test_a_journal_that_names_nobody_goes_with_the_desk(desk, tmp_path):
    desk.journal.note(Line("playbook", DAY))
    load(desk, OTHERS)
    assert len(desk.journal.lines()) == 1


def test_clearing_the_desk_drops_the_journal(desk):
    desk.journal.note(Line("snooze", DAY, "A1"))
    desk.clear()
    assert desk.journal.lines().empty


def test_a_log_cut_short_after_notes_is_seen_when_the_desk_is_opened(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        desk.journal.note(Line("snooze", DAY, "A1"))
    (tmp_path / "desk" / "desk.writes").write_text("2\n")
    with pytest.raises(StoreError, match="as it was after 1 write where 2 were made"):
        open_desk(tmp_path / "desk")


WRITER = """
import os, sys
from datetime import date
from pathlib import Path
import pandas as pd
from churn.journal import Line
from churn.store import open_desk

def write(folder, kind):
    with open_desk(folder) as desk:
        for n in range(10**6):
            members = pd.DataFrame({"customer_id": ["A1", "B2"], "arm": "acted", "stratum": 0, "risk": .5, "value": 1.0})
            line = Line(kind, date(2026, 3, 2), "A1", amount=float(n))
            numbers = desk.journal.note(line, Line(kind, date(2026, 3, 2), "B2"), members=members if kind == "campaign" else None)
            os.write(1, f"{numbers[-1]}\\n".encode())

# Each round is a child of this process, which has imported everything and holds no desk.
for line in sys.stdin:
    child = os.fork()
    if not child:
        kind, folder = line.strip().split(" ", 1)
        write(Path(folder), kind)
    os.write(1, f"pid {child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"over\\n")
"""


@pytest.mark.parametrize("kind", ["campaign", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("outcome", "snooze", "spend"))])
def test_every_line_acknowledged_outlives_kill_9_in_the_middle_fifty_times(kind, tmp_path):
    """Notes of two lines each, killed after a time that differs from round to round."""
    folder = tmp_path / "desk"
    with open_desk(folder) as desk:
        load(desk, CUSTOMERS)
    acknowledged = 0
    with Popen([sys.executable, "-c", WRITER], stdin=PIPE, stdout=PIPE, text=True, cwd=Path(__file__).parent.parent) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for round_ in range(50):
            writer.stdin.write(f"{kind} {folder}\n")
            writer.stdin.flush()
            child, seen = 0, 0
            for said in writer.stdout:
                if said.startswith("pid"):
                    child = int(said.split()[1])
                elif said.startswith("over"):
                    break
                else:
                    acknowledged, seen = int(said), seen + 1
                if child and seen == 1 + round_ % 5:
                    time.sleep(0.0007 * (round_ % 7))
                    os.kill(child, signal.SIGKILL)
                    seen += 100
            with open_desk(folder) as desk:
                lines = desk.journal.lines()
                assert len(lines) >= acknowledged
                assert lines["number"].tolist() == list(range(1, len(lines) + 1))
                assert len(lines) % 2 == 0
                with desk.reading() as frames:
                    members = frames["members"].collect("pandas").to_native()["campaign"].value_counts()
                first = lines.loc[(lines["kind"] == "campaign") & (lines["customer_id"] == "A1"), "number"]
                assert members.to_dict() == dict.fromkeys(first, 2)
            acknowledged = len(lines)
        writer.stdin.close()
