"""A desk on disk: whole tables or none, whoever reads, writes, crashes or tampers."""

import dataclasses
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from churn.errors import QuestionError, StoreError
from churn.intake import Intake, read
from churn.store import Desk, StoredColumn, open_desk
from churn.tables import CUSTOMERS, ORDERS, Table

ROOT = Path(__file__).resolve().parent.parent


def intake_of(text: str, table: Table = CUSTOMERS) -> Intake:
    return read(text.encode(), file=f"{table.name}.csv", table=table)


THREE = intake_of(
    "Customer ID,Customer name,Plan,MRR,Start date,Seats,Notes,Gone on\n"
    "C3,Zoë,Pro,30.5,2024-03-01,3,,\n"
    "C1,O'Brien & Söhne,Basic,,1999-12-31,1,NA,2025-01-01\n"
    "C2,100%_sure,,10,,,x,\n"
)
TWO = intake_of("id,plan\nA,Pro\nB,Basic\n")
SALES = intake_of("customer_id,ordered_on,amount\nC1,2024-01-02,5\nC3,2024-01-01,7\nC1,2024-01-01,-2\n", ORDERS)
SCORES = pd.DataFrame(
    {"customer_id": ["C3", "C1", "C2"], "risk": [0.25, float("nan"), 0.75], "information": [1.0, 0.4, 0.9], "known": [True, False, True]}
)


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        yield desk


def contents(desk: Desk) -> list[object]:
    """All that a visitor can see, to compare a desk with itself."""
    frames = [desk.frame(table).to_csv() for table in desk.tables()]
    with desk.reading() as tables:
        lazies = {name: table.collect().to_pandas().to_csv() for name, table in tables.items()}
    return [desk.version(), frames, lazies, desk.setting("label")]


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


# In and out


def test_a_new_desk_is_an_empty_folder_with_room_for_models(tmp_path):
    with open_desk(tmp_path / "far" / "desk") as desk:
        assert (desk.tables(), desk.version(), desk.columns("customers")) == ({}, 0, [])
        assert desk.models.is_dir()
        assert (desk.folder / "desk.duckdb").is_file()


def test_a_table_comes_back_as_it_was_read(desk):
    desk.load({"customers": THREE})
    pd.testing.assert_frame_equal(desk.frame("customers"), THREE.frame)
    assert desk.tables() == {"customers": 3}


def test_a_table_comes_back_after_the_desk_was_closed(tmp_path):
    with open_desk(tmp_path) as desk:
        desk.load({"orders": SALES, "customers": THREE}, settings={"label": "Gone on"}, loaded_at=datetime(2026, 1, 31, 9, 30))
    with open_desk(tmp_path) as desk:
        assert desk.tables() == {"customers": 3, "orders": 3}
        assert (desk.setting("label"), desk.version()) == ("Gone on", 1)
        pd.testing.assert_frame_equal(desk.frame("orders"), SALES.frame)


def test_the_order_of_a_long_file_is_kept(desk):
    ids = list(range(50_000))
    random.Random(3).shuffle(ids)
    desk.load({"customers": intake_of("id,plan\n" + "".join(f"{number},p\n" for number in ids))})
    assert desk.frame("customers")["id"].tolist() == [str(number) for number in ids]


def test_columns_have_safe_names_and_keep_their_headers(desk):
    desk.load({"customers": THREE})
    assert desk.columns("customers") == [
        StoredColumn("customer_id", "Customer ID", "id"),
        StoredColumn("name", "Customer name", "text"),
        StoredColumn("plan", "Plan", "text"),
        StoredColumn("monthly_value", "MRR", "number"),
        StoredColumn("started_on", "Start date", "date"),
        StoredColumn("seats", "Seats", "number"),
        StoredColumn("notes", "Notes", "text"),
        StoredColumn("gone_on", "Gone on", "date"),
    ]


def test_headers_of_any_kind_get_names_that_are_safe_and_different(desk):
    expected = {
        "id": "customer_id",
        "Customer": "name",
        "select": "select",
        "2nd": "x_2nd",
        "نام": "x",
        "名": "x_2",
        'a"b': "a_b",
        "a b": "a_b_2",
        "A.B": "a_b_3",
        "Größe (€)": "groe",
        "Année": "annee",
        "_row": "row",
        ";--": "x_3",
        "state": "state",
        "region": "region",
        "Region (2)": "region_2",
        "Customer_ID(old)": "customer_id_old",
        "renewal on?": "x_renewal_on",
    }
    headers = ",".join('"' + header.replace('"', '""') + '"' for header in expected)
    intake = intake_of(f"{headers}\n{','.join('v' * len(expected))}\n")
    desk.load({"customers": intake})
    assert {column.label: column.name for column in desk.columns("customers")} == expected
    pd.testing.assert_frame_equal(desk.frame("customers"), intake.frame)
    with desk.reading() as tables:
        assert tables["customers"].collect_schema().names() == list(expected.values())
        assert tables["customers"].group_by("select").agg(nw.len()).collect().shape == (1, 2)


def test_columns_without_any_value_keep_their_types(desk):
    intake = intake_of("id,ended_on,mrr,notes\n1,,,\n2,,,\n")
    desk.load({"customers": intake})
    pd.testing.assert_frame_equal(desk.frame("customers"), intake.frame)


def test_a_customers_rows_are_found_in_each_table(desk):
    desk.load({"customers": THREE, "orders": SALES})
    assert desk.rows("customers", "C1")["Customer name"].tolist() == ["O'Brien & Söhne"]
    assert desk.rows("orders", "C1")["amount"].tolist() == [5.0, -2.0]
    assert desk.rows("orders", "' OR true --").empty
    assert list(desk.rows("orders", "nobody")) == ["customer_id", "ordered_on", "amount"]


def test_a_table_without_ids_holds_no_rows_of_anyone(desk):
    desk.load({"customers": intake_of("plan,tenure\na,1\nb,2\n")})
    assert desk.rows("customers", "1").empty
    assert list(desk.search("a")) == ["customer_id", "name"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("c", ["C3", "C1", "C2"]),
        ("ZOË", ["C3"]),
        ("o'b", ["C1"]),
        ("%", ["C2"]),
        ("_", ["C2"]),
        (" c2 ", ["C2"]),
        ("'", ["C1"]),
        ("zz", []),
    ],
)
def test_customers_are_searched_by_part_of_id_or_name_in_any_case(desk, text, found):
    desk.load({"customers": THREE})
    assert desk.search(text)["customer_id"].tolist() == found


def test_a_search_gives_the_exact_id_first_and_no_more_than_asked(desk):
    desk.load({"customers": intake_of("id,plan\n210,a\n21,b\n121,c\n1,d\n")})
    assert desk.search("21")["customer_id"].tolist() == ["21", "210", "121"]
    assert desk.search("1", limit=2)["customer_id"].tolist() == ["1", "121"]
    assert desk.search("1")["name"].isna().all()


def test_a_search_of_an_empty_desk_finds_nobody(desk):
    assert desk.search("a").empty


# Lazy frames


def test_all_tables_can_be_joined_while_reading(desk):
    desk.load({"customers": THREE, "orders": SALES})
    desk.write_scores(SCORES)
    with desk.reading() as tables:
        assert set(tables) == {"customers", "orders", "scores"}
        spent = tables["orders"].group_by("customer_id").agg(nw.col("amount").sum())
        joined = tables["customers"].join(spent, on="customer_id").join(tables["scores"], on="customer_id").sort("customer_id")
        rows = joined.select("name", "amount", "risk", "known").collect().rows()
    assert rows == [("O'Brien & Söhne", 3.0, None, False), ("Zoë", 7.0, 0.25, True)]


def test_a_reader_sees_one_moment_while_another_thread_writes(desk):
    desk.load({"customers": THREE, "orders": SALES})
    with desk.reading() as tables:
        thread = threading.Thread(target=desk.load, args=({"customers": TWO},))
        thread.start()
        thread.join()
        assert len(tables["customers"].collect()) == 3
        assert "monthly_value" in tables["customers"].collect_schema().names()
    assert desk.tables() == {"customers": 2, "orders": 3}


def test_no_query_reaches_a_file(desk):
    desk.load({"customers": TWO})
    outside = desk.folder / "outside.csv"
    outside.write_text("a\n1\n")
    with pytest.raises(StoreError, match="could not be read or written: Permission Error"), desk.reading() as tables:
        tables["customers"].to_native().query("t", f"SELECT * FROM read_csv('{outside}')").fetchall()


READING = """
import sys
from pathlib import Path
import narwhals.stable.v2 as nw
from churn.intake import read
from churn.store import open_desk
desk = open_desk(Path(sys.argv[1]))
desk.load({"customers": read(b"id,plan\\n1,a\\n2,b\\n", file="f.csv")})
with desk.reading() as tables:
    amount = nw.when(nw.col("plan") == "a").then(nw.lit(1)).count().alias("n")
    print(tables["customers"].with_columns(x=nw.len().over("plan")).group_by("x").agg(amount).collect().rows())
"""


def test_a_program_that_reads_and_ends_says_nothing_on_standard_error(tmp_path):
    process = run(READING, tmp_path)
    assert (*process.communicate(), process.returncode) == ("[(1, 1)]\n", "", 0)


# Whole or not at all


def test_loading_replaces_a_table_whole_and_leaves_the_others(desk):
    desk.load({"customers": THREE, "orders": SALES})
    desk.load({"customers": TWO})
    assert desk.tables() == {"customers": 2, "orders": 3}
    pd.testing.assert_frame_equal(desk.frame("customers"), TWO.frame)
    assert [column.name for column in desk.columns("customers")] == ["customer_id", "plan"]


def test_new_customers_drop_the_scores_of_the_old_and_new_orders_do_not(desk):
    desk.load({"customers": THREE})
    desk.write_scores(SCORES, settings={"model": "m.json"})
    desk.load({"orders": SALES})
    with desk.reading() as tables:
        assert "scores" in tables
    desk.load({"customers": TWO})
    with desk.reading() as tables:
        assert set(tables) == {"customers", "orders"}


def test_each_write_raises_the_version_by_one_and_reading_does_not(desk):
    versions = [desk.version()]
    for write in (
        lambda: desk.load({"customers": THREE, "orders": SALES}, settings={"a": 1, "b": 2}),
        lambda: desk.write_scores(SCORES, settings={"c": 3}),
        lambda: desk.set_settings({"d": 4, "e": 5}),
        desk.clear,
    ):
        write()
        contents(desk)
        versions.append(desk.version())
    assert versions == [0, 1, 2, 3, 4]


def test_a_load_that_fails_midway_leaves_everything_as_it_was(desk):
    desk.load({"customers": THREE}, settings={"label": "Plan"})
    desk.write_scores(SCORES)
    before = contents(desk)
    wrong = dataclasses.replace(SALES, frame=SALES.frame.assign(amount=["5", "many", "7"]))
    with pytest.raises(StoreError, match="could not be read or written"):
        desk.load({"customers": TWO, "orders": wrong}, settings={"label": "other"})
    assert contents(desk) == before
    desk.load({"customers": TWO, "orders": SALES})
    assert desk.tables() == {"customers": 2, "orders": 3}


def test_an_open_question_keeps_a_file_out(desk):
    desk.load({"customers": THREE})
    before = contents(desk)
    with pytest.raises(QuestionError, match="--duplicates"):
        desk.load({"orders": SALES, "customers": intake_of("id,plan\nA,1\nA,2\n")})
    assert contents(desk) == before


def test_a_cleared_desk_is_empty_but_keeps_its_models(desk):
    desk.load({"customers": THREE, "orders": SALES}, settings={"label": "Plan"})
    desk.write_scores(SCORES)
    (desk.models / "m.json").write_text("{}")
    desk.clear()
    with desk.reading() as tables:
        assert tables == {}
    assert (desk.tables(), desk.setting("label"), desk.columns("customers")) == ({}, None, [])
    assert (desk.models / "m.json").exists()


@pytest.mark.parametrize("value", [None, True, 3, 0.1, "Gone", ["a", 1], {"lost": ["Yes"], "as_of": None}, "'; DROP TABLE _desk; --"])
def test_a_setting_comes_back_as_it_was_put(desk, value):
    desk.set_settings({"x": "before"})
    desk.set_settings({"x": value})
    assert desk.setting("x", "absent") == value
    assert desk.setting("y", "absent") == "absent"


def test_scores_without_a_column_are_refused(desk):
    with pytest.raises(StoreError) as error:
        desk.write_scores(SCORES.drop(columns=["known", "risk"]))
    assert str(error.value) == "The scores have no column risk and known; they need customer_id, risk, information, known."


def test_an_unknown_table_is_answered_with_the_nearest(desk):
    for ask in (desk.frame, desk.columns, lambda name: desk.rows(name, "1"), lambda name: desk.load({name: TWO})):
        with pytest.raises(StoreError, match=r"There is no table 'custmers' \(did you mean 'customers'\?\); a desk has customers, orders"):
            ask("custmers")


def test_a_table_that_is_not_loaded_is_told(desk):
    with pytest.raises(StoreError, match="The desk holds no table orders: load one first"):
        desk.frame("orders")


# Threads and processes


def test_eight_threads_reading_and_writing_always_see_a_whole_table(desk):
    intakes = [intake_of("id,plan\n" + "".join(f"{row},p{size}\n" for row in range(size))) for size in (100, 2500)]
    desk.load({"customers": intakes[0]})

    def work(thread: int) -> set[tuple[int, ...]]:
        seen: set[tuple[int, ...]] = set()
        for turn in range(12):
            if thread < 2:
                desk.load({"customers": intakes[(turn + thread) % 2]}, settings={f"thread {thread}": turn})
            else:
                frame = desk.frame("customers")
                with desk.reading() as tables:
                    lazy = tables["customers"]
                    counts = lazy.group_by("plan").agg(nw.len()).collect().rows()
                    assert counts == [(f"p{len(lazy.collect())}", len(lazy.collect()))]
                seen.add((len(frame), int(frame["plan"].unique().item()[1:])))
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = set().union(*pool.map(work, range(8)))
    assert seen <= {(100, 100), (2500, 2500)}
    assert desk.version() == 25
    assert (desk.setting("thread 0"), desk.setting("thread 1")) == (11, 11)


LOADING = """
import sys
from pathlib import Path
from churn.intake import read
from churn.store import open_desk
intakes = [read(("id,plan\\n" + "".join(f"{row},p{size}\\n" for row in range(size))).encode(), file="f.csv") for size in (30_000, 40_000)]
desk = open_desk(Path(sys.argv[1]))
for turn in range(int(sys.argv[2])):
    desk.load({"customers": intakes[turn % 2]})
    print(turn, flush=True)
import os
os._exit(0)
"""


def test_killed_while_loading_a_desk_holds_the_old_table_or_the_new_one_whole(tmp_path):
    chance = random.Random(5)
    done = 0
    for _ in range(4):
        process = run(LOADING, tmp_path, 1_000_000)
        process.stdout.readline()
        time.sleep(chance.uniform(0.01, 0.3))
        process.kill()
        printed, _ = process.communicate()
        done += 1 + printed.count("\n")
        with open_desk(tmp_path) as desk:
            plans = desk.frame("customers")["plan"].value_counts().to_dict()
            assert plans in ({"p30000": 30_000}, {"p40000": 40_000})
            assert desk.version() >= done
            done = desk.version()


def test_a_desk_held_by_another_process_is_told_with_its_number(tmp_path):
    with open_desk(tmp_path):
        _, errors = run(LOADING, tmp_path, 1).communicate()
    assert errors.splitlines()[-1] == (
        f"churn.errors.StoreError: The desk in {tmp_path} is open in another process (process {os.getpid()}): "
        "close it there first, or use another folder."
    )


def test_a_desk_opened_twice_in_one_process_is_told(tmp_path):
    with open_desk(tmp_path) as desk:
        with pytest.raises(StoreError, match="is already open in this process: use the open one"):
            open_desk(tmp_path)
        assert desk.tables() == {}


def test_a_closed_desk_is_told(tmp_path):
    desk = open_desk(tmp_path)
    desk.close()
    with pytest.raises(StoreError, match="is closed: open it again"):
        desk.tables()


# Damage


def test_a_log_cut_short_is_found_when_the_desk_is_opened(tmp_path):
    process = run(LOADING, tmp_path, 3)
    assert process.communicate() == ("0\n1\n2\n", "")
    log = tmp_path / "desk.duckdb.wal"
    os.truncate(log, log.stat().st_size * 9 // 10)
    with pytest.raises(StoreError) as error:
        open_desk(tmp_path)
    assert str(error.value) == (
        f"The desk in {tmp_path} is damaged: it is as it was after 2 writes where 3 were made. "
        "Put back copies of desk.duckdb and desk.duckdb.wal, or delete desk.writes to go on with the older tables."
    )
    (tmp_path / "desk.writes").unlink()
    with open_desk(tmp_path) as desk:
        assert desk.tables() == {"customers": 40_000}


@pytest.mark.parametrize(
    ("tampering", "rows"), [("DELETE FROM orders WHERE amount < 0", 2), ("DROP TABLE orders", 0), ("INSERT INTO orders FROM orders", 6)]
)
def test_rows_changed_behind_its_back_are_found_when_the_desk_is_opened(tmp_path, tampering, rows):
    with open_desk(tmp_path) as desk:
        desk.load({"customers": THREE, "orders": SALES})
    with duckdb.connect(tmp_path / "desk.duckdb") as connection:
        connection.execute(tampering)
    with pytest.raises(StoreError) as error:
        open_desk(tmp_path)
    assert str(error.value) == (
        f"The desk in {tmp_path} is damaged: orders holds {rows} rows where 3 were written. "
        "Put back a copy of desk.duckdb, or delete it and load the tables again."
    )


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "desk.duckdb").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match=r"cannot be opened \(IO Error: .*not a valid DuckDB database.*\): put back a copy"):
        open_desk(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "desk").write_text("")
    with pytest.raises(StoreError, match=r"No desk can be made in .* \(.*\): choose another folder"):
        open_desk(tmp_path / "desk")


def test_a_desk_of_a_newer_program_is_refused(tmp_path):
    open_desk(tmp_path).close()
    with duckdb.connect(tmp_path / "desk.duckdb") as connection:
        connection.execute("UPDATE _desk SET format = 4")
    with pytest.raises(StoreError, match="has format 4 and this program knows 3: open it with the newer program"):
        open_desk(tmp_path)
