"""The history of loads, a step back from the last one, and what is remembered of files of the same shape."""

import gzip
import json
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from churn.errors import QuestionError, StoreError
from churn.intake import Intake, read
from churn.report.history import as_json, comes_back, now, rows, same_file, what
from churn.risk.of_desk import adopt
from churn.store import Desk, open_desk
from churn.tables import ACTIONS, CUSTOMERS, ORDERS, Table

ROOT = Path(__file__).resolve().parent.parent
MORNING, NOON = datetime(2026, 1, 31, 9, 30), datetime(2026, 1, 31, 12, 0)
OLD_DESK = ROOT / "tests" / "desk_format_1.duckdb.gz"


def intake_of(text: str, table: Table = CUSTOMERS, file: str = "") -> Intake:
    return read(text.encode(), file=file or f"{table.name}.csv", table=table)


TWO = intake_of("id,plan\nA,Pro\nB,Basic\n")
THREE = intake_of("id,plan,Seats\nC,Pro,1\nD,Basic,2\nE,Pro,3\n,Pro,4\n", file="three.csv")
SALES = intake_of("customer_id,ordered_on,amount\nA,2024-01-02,5\n", ORDERS)
MORE_SALES = intake_of("customer_id,ordered_on,amount\nA,2024-01-02,5\nB,2024-01-03,6\n", ORDERS, "more.csv")
CALLS = intake_of("customer_id,taken_on,action\nA,2024-01-02,called\n", ACTIONS)


def scores_of(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(ids), "risk": 0.25, "information": 1.0, "known": True})


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        yield desk


def held(desk: Desk) -> list[object]:
    """All that a visitor can see, but for the version and the history."""
    frames = {table: (desk.frame(table).to_csv(), desk.columns(table), desk.source(table)) for table in desk.tables()}
    with desk.reading() as tables:
        lazies = {name: table.collect().to_pandas().to_csv() for name, table in tables.items()}
    return [frames, lazies, [desk.setting(name, "absent") for name in ("model", "label", "lost", "deeper", "own")]]


def keep_model(desk: Desk, name: str) -> dict[str, Any]:
    """Settings as a trained model leaves them, with its file."""
    (desk.models / name).write_text("{}")
    return {"model": name, "label": "Plan", "lost": "Pro", "deeper": None}


def two_firms(desk: Desk) -> tuple[list[object], list[object]]:
    """Loads one firm and in its place another; what the desk held of each."""
    one, other = keep_model(desk, "m1.json"), keep_model(desk, "m2.json")
    desk.load({"customers": TWO, "orders": SALES}, scores=scores_of("A", "B"), settings=one, loaded_at=MORNING, by="ana")
    first = held(desk)
    desk.load({"customers": THREE}, scores=scores_of("C", "D", "E"), settings=other, loaded_at=NOON, by="ben", alone=True)
    return first, held(desk)


# History


def test_the_history_tells_who_loaded_which_file_when_and_how_many_rows(desk):
    assert desk.loads() == []
    two_firms(desk)
    newest, oldest = desk.loads()
    assert (newest.number, newest.kind, newest.by, newest.at, newest.of) == (2, "load", "ben", NOON, None)
    (of_three,) = newest.tables
    assert (of_three.table, of_three.file, of_three.digest) == ("customers", "three.csv", THREE.digest)
    assert (of_three.rows_read, of_three.rows_accepted, of_three.rows_rejected, of_three.in_force) == (4, 3, 1, True)
    assert [(table.table, table.in_force) for table in oldest.tables] == [("customers", False), ("orders", False)]
    assert (oldest.by, oldest.at) == ("ana", MORNING)


def test_the_history_outlives_every_load_undo_and_clearing_and_closing(tmp_path):
    with open_desk(tmp_path) as desk:
        two_firms(desk)
        desk.undo(by="ana")
        desk.undo(by="ana")
        desk.clear(by="ben", at=NOON)
    with open_desk(tmp_path) as desk:
        told = [(load.number, load.kind, load.of, load.by) for load in desk.loads()]
    one, two = (1, "load", None, "ana"), (2, "load", None, "ben")
    assert told == [(5, "clear", None, "ben"), (4, "redo", 2, "ana"), (3, "undo", 2, "ana"), two, one]


def test_a_load_that_fails_is_not_in_the_history(desk):
    desk.load({"customers": TWO})
    with pytest.raises(QuestionError):
        desk.load({"customers": intake_of("id,plan\nA,1\nA,2\n")})
    with pytest.raises(StoreError, match="The scores have no column risk"):
        desk.load({"customers": THREE}, scores=scores_of("C").drop(columns="risk"))
    assert [load.number for load in desk.loads()] == [1]
    assert desk.undoable().number == 1


def test_the_very_same_file_is_noticed_by_its_digest_whatever_its_name(desk):
    two_firms(desk)
    again = intake_of("id,plan\nA,Pro\nB,Basic\n", file="copy.csv")
    earlier = desk.earlier_loads(again.digest)
    assert [load.number for load in earlier] == [1]
    assert same_file("copy.csv", earlier, again.digest) == (
        "copy.csv: this very file was loaded on 31 Jan 2026, 09:30 UTC by ana. The desk no longer holds it."
    )
    assert "The desk holds it now." in same_file("x", desk.earlier_loads(THREE.digest), THREE.digest)
    other = intake_of("id,plan\nA,Pro\nB,Basic \n")
    assert same_file("x", desk.earlier_loads(other.digest), other.digest) == ""


def test_the_history_is_told_in_words_and_in_json(desk):
    two_firms(desk)
    desk.load({"orders": MORE_SALES}, loaded_at=NOON)
    desk.undo(at=NOON)
    undone, more, three, two = desk.loads()
    assert [what(load) for load in (undone, more, two)] == [
        "load 3 undone",
        "orders from more.csv",
        "customers from customers.csv and orders from orders.csv",
    ]
    assert (now(more), now(three), now(undone)) == ("no", "yes", "")
    assert comes_back(desk.undoable()) == "With the last load the desk holds customers and orders (2 rows of more.csv), with scores."
    assert (rows(three), rows(undone)) == (("3", "1"), ("", ""))
    assert json.loads(json.dumps(as_json([three])))[0]["tables"][0]["rows_rejected"] == 1
    assert as_json([three])[0]["at"] == "2026-01-31T12:00:00"


# A step back


def test_an_undo_puts_back_tables_scores_and_settings_and_a_second_one_brings_the_load_back(desk):
    first, second = two_firms(desk)
    assert first != second
    done = desk.undo()
    assert (done.kind, done.of, done.scored) == ("undo", 2, True)
    assert done.tables == {"customers": (2, "customers.csv"), "orders": (1, "orders.csv")}
    assert held(desk) == first
    done = desk.undo()
    assert (done.kind, done.of, held(desk) == second) == ("redo", 2, True)
    desk.undo()
    assert held(desk) == first


def test_the_first_load_undone_leaves_an_empty_desk(desk):
    desk.load({"customers": TWO}, settings={"own": 1})
    assert comes_back(desk.undoable()) == "Without the last load the desk is empty, as it was before."
    desk.undo()
    assert (desk.tables(), desk.setting("own")) == ({}, None)
    desk.undo()
    assert (desk.tables(), desk.setting("own")) == ({"customers": 2}, 1)


def test_one_load_is_kept_back_and_no_more(desk):
    two_firms(desk)
    desk.load({"orders": MORE_SALES})
    desk.undo()
    assert desk.tables() == {"customers": 3}
    desk.load({"customers": TWO})
    desk.undo()
    assert desk.tables() == {"customers": 3}


def test_a_load_of_other_tables_is_undone_without_touching_customers_scores_or_actions(desk):
    desk.load({"customers": TWO, "orders": SALES, "actions": CALLS}, settings={"own": 1})
    desk.load({"orders": MORE_SALES})
    desk.write_scores(scores_of("A", "B"), settings=keep_model(desk, "m.json"))
    with desk._write() as cursor:  # as a rep's action will be written
        cursor.execute("INSERT INTO actions FROM actions")
        cursor.execute("UPDATE _tables SET rows = 2 WHERE name = 'actions'")
    assert desk.undoable().changed == {"orders"}
    desk.undo()
    assert desk.tables() == {"customers": 2, "orders": 1, "actions": 2}
    assert (desk.setting("model"), desk.setting("own")) == ("m.json", 1)
    with desk.reading() as tables:
        assert len(tables["scores"].collect()) == 2


def test_what_was_trained_or_chosen_since_goes_with_its_customers_and_comes_back_with_them(desk):
    first, _ = two_firms(desk)
    desk.write_scores(scores_of("C", "D", "E"), settings=keep_model(desk, "m3.json") | {"deeper": True})
    since = held(desk)
    desk.undo()
    assert held(desk) == first
    desk.undo()
    assert held(desk) == since


def test_settings_stay_with_a_load_that_is_not_alone_and_go_back_with_it(desk):
    desk.load({"customers": TWO}, settings={"own": 1, "label": "Plan"})
    desk.load({"customers": THREE}, settings={"label": "Seats"})
    assert (desk.setting("own"), desk.setting("label")) == (1, "Seats")
    desk.undo()
    assert (desk.setting("own"), desk.setting("label")) == (1, "Plan")


def test_scores_whose_model_is_gone_do_not_come_back_but_the_tables_may(desk):
    two_firms(desk)
    before = held(desk)
    (desk.models / "m1.json").unlink()
    assert desk.undoable().lost_model == "m1.json"
    with pytest.raises(StoreError) as error:
        desk.undo()
    assert str(error.value) == (
        f"The former scores need the model file m1.json, which is no longer in {desk.models}: put it back there, or undo without scores."
    )
    assert held(desk) == before
    done = desk.undo(scores=False)
    assert (done.scored, desk.tables()) == (False, {"customers": 2, "orders": 1})
    with desk.reading() as tables:
        assert "scores" not in tables
    assert (desk.setting("model"), desk.setting("label")) == (None, "Plan")
    desk.undo()
    assert held(desk) == before


def test_scores_of_customers_that_went_meanwhile_are_not_written(desk):
    two_firms(desk)
    of = desk.source("customers")
    desk.undo()
    before = held(desk)
    with pytest.raises(StoreError, match="Other customers were loaded meanwhile"):
        desk.write_scores(scores_of("C", "D", "E"), of=of)
    assert held(desk) == before
    desk.undo()
    desk.write_scores(scores_of("C", "D", "E"), of=of)


def test_nothing_to_undo_is_told(desk):
    with pytest.raises(StoreError, match="There is nothing to undo"):
        desk.undo()
    desk.load({"customers": TWO})
    desk.clear()
    assert desk.undoable() is None
    with pytest.raises(StoreError, match="There is nothing to undo"):
        desk.undo()


def test_a_cleared_desk_keeps_nothing_of_the_former_tables(desk):
    two_firms(desk)
    desk.clear()
    with desk._cursor() as cursor:  # nothing else sees what is kept aside
        names = {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert names == {"_desk", "_tables", "_columns", "_settings", "_loads", "_loaded", "_undo", "_shapes", "_journal", "_members"}


def test_what_was_not_seen_is_not_undone(desk):
    two_firms(desk)
    seen = desk.undoable().number
    desk.load({"customers": TWO})
    before = held(desk)
    with pytest.raises(StoreError, match="Somebody has loaded or undone something meanwhile"):
        desk.undo(number=seen)
    assert held(desk) == before
    desk.undo(number=desk.undoable().number)


def test_adopted_tables_go_back_in_one_step(desk):
    desk.load({"customers": TWO, "orders": SALES, "actions": CALLS}, settings={"own": 1})
    first = held(desk)
    adopt(desk, {"customers": THREE}, None, by="ana")
    assert desk.tables() == {"customers": 3}
    assert desk.loads()[0].by == "ana"
    desk.undo()
    assert held(desk) == first


def test_what_is_kept_aside_is_checked_when_the_desk_is_opened(tmp_path):
    with open_desk(tmp_path) as desk:
        two_firms(desk)
    with duckdb.connect(tmp_path / "desk.duckdb") as connection:
        connection.execute("DELETE FROM _before_orders")
    with pytest.raises(StoreError, match=r"is damaged: orders from before the last load holds 0 rows where 1 were written"):
        open_desk(tmp_path)


def test_a_reader_sees_one_moment_through_loads_and_undos(desk):
    first, _ = two_firms(desk)
    desk.undo()
    with desk.reading() as tables:
        desk.load({"customers": THREE}, alone=True)
        desk.load({"customers": THREE})
        desk.undo()
        assert tables["customers"].select("plan").collect().rows() == [("Pro",), ("Basic",)]
        assert len(tables["orders"].collect()) == len(tables["scores"].collect().rows()) - 1 == 1
    assert held(desk) != first


def test_threads_that_load_and_undo_at_once_leave_the_desk_whole(tmp_path):
    with open_desk(tmp_path) as desk:
        two_firms(desk)

        def work(thread: int) -> None:
            for _ in range(6):
                if thread % 2:
                    desk.undo()
                else:
                    desk.load({"customers": THREE if thread else TWO}, alone=True)
                with desk.reading() as tables:
                    assert len(tables["customers"].collect()) in (2, 3)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert [load.number for load in desk.loads()] == list(range(26, 0, -1))
        seen = held(desk)
    with open_desk(tmp_path) as desk:
        assert held(desk) == seen


LOADING = """
import sys
from pathlib import Path
from churn.intake import read
from churn.store import open_desk
intakes = [read(("id,plan\\n" + "".join(f"{row},p{size}\\n" for row in range(size))).encode(), file="f.csv") for size in (30_000, 40_000)]
with open_desk(Path(sys.argv[1])) as desk:
    desk.load({"customers": intakes[0]}, settings={"size": 30_000})
    for turn in range(1_000_000):
        desk.load({"customers": intakes[1]}, settings={"size": 40_000}, alone=True)
        print("load", flush=True)
        desk.undo()
        print("undo", flush=True)
        desk.load({"customers": intakes[0]}, settings={"size": 30_000}, alone=True)
        print("load", flush=True)
"""


def test_killed_while_loading_or_undoing_a_desk_and_what_it_keeps_aside_are_whole(tmp_path):
    chance = random.Random(7)
    noted = 0
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", LOADING, tmp_path], cwd=ROOT, text=True, stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(chance.uniform(0.01, 0.3))
        process.kill()
        printed, _ = process.communicate()
        with open_desk(tmp_path) as desk:
            assert len(desk.loads()) >= noted + 2 + printed.count("\n")
            for _ in range(2):
                (plan,) = desk.frame("customers")["plan"].unique()
                assert plan == f"p{desk.tables()['customers']}" == f"p{desk.setting('size')}"
                desk.undo()
            noted = len(desk.loads())


# Desks of the program before


def old_desk(folder: Path) -> Path:
    """A desk as the program wrote it before it kept a history: two customers with scores, one order."""
    folder.mkdir()
    (folder / "desk.duckdb").write_bytes(gzip.decompress(OLD_DESK.read_bytes()))
    (folder / "desk.writes").write_text("2\n")
    return folder


def test_a_desk_without_a_history_gains_one_and_is_otherwise_as_it_was(tmp_path):
    folder = old_desk(tmp_path / "old")
    with open_desk(folder) as desk:
        assert (desk.tables(), desk.version(), desk.setting("model")) == ({"customers": 2, "orders": 1}, 2, "m.json")
        assert desk.frame("customers")["plan"].tolist() == ["Pro", "Basic"]
        (load,) = desk.loads()
        assert (load.at, load.by, [loaded.file for loaded in load.tables]) == (MORNING, "", ["customers.csv", "orders.csv"])
        assert (load.tables[0].rows_read, load.tables[0].rows_accepted, load.tables[0].in_force) == (None, 2, True)
        assert rows(load) == ("3", "unknown")
        assert [earlier.number for earlier in desk.earlier_loads(TWO.digest)] == [1]
        assert desk.undoable() is None
        before = held(desk)
    with open_desk(folder) as desk:
        assert (held(desk), len(desk.loads())) == (before, 1)
        desk.load({"customers": THREE}, alone=True)
        (folder / "models" / "m.json").write_text("{}")
        desk.undo()
        assert held(desk) == before


# Files of the same shape


def test_what_was_said_of_a_file_is_remembered_through_everything(tmp_path):
    answers = {"mapping": {"Kunde": "customer_id"}, "decimal": ",", "duplicates": None}
    with open_desk(tmp_path) as desk:
        assert desk.remembered("a|b") is None
        desk.remember("a|b", {"decimal": "."})
        desk.remember("a|b", answers)
        two_firms(desk)
        desk.undo()
        desk.clear()
    with open_desk(tmp_path) as desk:
        assert desk.remembered("a|b") == answers
        assert desk.remembered("b|a") is None


def test_the_oldest_of_more_than_two_hundred_shapes_is_forgotten(desk):
    for shape in range(200):
        desk.remember(f"shape {shape}", {"n": shape})
    desk.remember("shape 0", {"n": "again"})
    desk.remember("new", {})
    kept = [shape for shape in range(200) if desk.remembered(f"shape {shape}")]
    assert kept == [0, *range(2, 200)]
    assert desk.remembered("new") == {}
