"""A large load: how much memory and disk it may take, what it says of itself, and how it is stopped, whatever it is doing."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import big_firm
from churn import terminal
from churn.errors import StoppedError, StoreError
from churn.intake import Intake, read
from churn.opening import Room, room_of
from churn.store import Desk, open_desk
from churn.stored import PREPARED
from tests.test_main import churn

ROOT = Path(__file__).resolve().parent.parent
GAPS = f"preparing what pages show, part {PREPARED.index('gaps') + 1} of {len(PREPARED)}"
FIRM = "customer_id,name\n" + "".join(f"C{number},Name {number}\n" for number in range(4000))


def intake() -> Intake:
    return read(FIRM.encode(), file="customers.csv")


def costly(size: int) -> Callable[[Any], Any]:
    """What prepares a table of every pair of so many customers, sorted."""

    def prepare(tables: Any) -> Any:
        own = tables["customers"].select("customer_id").head(size)
        pairs = own.join(own, how="cross", suffix="_other")
        key = nw.concat_str("customer_id_other", "customer_id")
        return {"gaps": pairs.with_columns(key=key).group_by("key").agg(nw.len().alias("n"))}

    return prepare


def held(desk: Desk) -> Any:
    return desk.version(), desk.tables(), desk.loads(), desk.frame("customers").to_csv()


@pytest.mark.parametrize(
    ("setting", "amount", "says"),
    [
        ("RETENTION_DESK_MEMORY", "much", "RETENTION_DESK_MEMORY wants an amount such as 4GB or 500MB, and is 'much'."),
        ("RETENTION_DESK_MEMORY", "-4GB", "RETENTION_DESK_MEMORY wants an amount such as 4GB or 500MB, and is '-4GB'."),
        ("RETENTION_DESK_MEMORY", "1MB", "RETENTION_DESK_MEMORY is 1MB, and a desk needs 100MB at least."),
        ("RETENTION_DESK_SPILL", "20", "RETENTION_DESK_SPILL wants an amount such as 4GB or 500MB, and is '20'."),
        (
            "RETENTION_DESK_SPILL_FOLDER",
            "{file}",
            "RETENTION_DESK_SPILL_FOLDER names {file}, which cannot be made (File exists): name another folder.",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_line(tmp_path, monkeypatch, setting, amount, says):
    file = tmp_path / "customers.csv"
    file.write_text(FIRM)
    monkeypatch.setenv(setting, amount.format(file=file))
    ran = churn("load", file, "--desk", tmp_path / "desk")
    assert (ran.code, ran.err) == (2, says.format(file=file) + "\n")


def test_settings_reach_the_database_and_stay(tmp_path):
    folder = str(tmp_path / "o'spill")
    said = {"RETENTION_DESK_MEMORY": "300MB", "RETENTION_DESK_SPILL": "1.5 GB", "RETENTION_DESK_SPILL_FOLDER": folder}
    settings = ["max_temp_directory_size", "memory_limit", "temp_directory"]
    with open_desk(tmp_path / "desk", room_of(said)) as desk, desk._cursor() as cursor:
        found = cursor.execute("SELECT value FROM duckdb_settings() WHERE name IN (SELECT unnest(?)) ORDER BY name", [settings]).fetchall()
        assert [value for (value,) in found] == ["1.3 GiB", "286.1 MiB", folder]
        with pytest.raises(Exception, match="locked"):
            cursor.execute("SET memory_limit = '1GB'")
    assert room_of({}) == Room()


@pytest.mark.parametrize("spill", ["0KB", "20MB"])
def test_where_the_disk_does_not_suffice_the_setting_is_named_and_the_desk_is_as_before(tmp_path, spill):
    names = "needs more disk for passing results than RETENTION_DESK_SPILL allows: raise it, or RETENTION_DESK_MEMORY."
    with open_desk(tmp_path / "desk", Room("100MB", spill)) as desk:
        desk.load({"customers": intake()})
        before = held(desk)
        with pytest.raises(StoreError) as error:
            desk.load({"customers": intake()}, prepare=costly(4000))
        assert str(error.value) == f"The work in {tmp_path / 'desk'} {names}"
        assert held(desk) == before


def test_what_is_under_way_is_told_step_by_step(tmp_path):
    told: list[tuple[float, str]] = []
    with open_desk(tmp_path) as desk:
        desk.load({"customers": intake()}, prepare=costly(3), progress=lambda share, words: told.append((share, words)))
    assert [words for _share, words in told] == ["looking through the tables", GAPS, "writing it all down"]
    assert [share for share, _words in told] == sorted(share for share, _words in told)


def test_a_load_that_takes_long_says_what_it_does_and_a_quick_one_nothing(tmp_path, monkeypatch):
    path = tmp_path / "in" / "customers.csv"
    path.parent.mkdir()
    path.write_text(FIRM)
    rows = 200_000
    days = pa.array([19_000] * rows, pa.int32()).cast(pa.date32())
    ids = pa.array([f"C{row % 4000}" for row in range(rows)])
    pq.write_table(pa.table({"customer_id": ids, "ordered_on": days, "amount": [1.0] * rows}), path.parent / "orders.parquet")
    ran = churn("load", path.parent, "--desk", tmp_path / "desk", "--no-train")
    assert (ran.code, ran.err, ran.found["tables"]) == (0, "", {"customers": 4000, "orders": rows})
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 0.001)
    ran = churn("load", path.parent, "--desk", tmp_path / "other", "--no-train")
    assert "% reading orders\n" in ran.err
    assert "% preparing what pages show, part " in ran.err


def test_what_progress_raises_ends_a_load_and_so_does_an_interruption(tmp_path):
    class EnoughError(Exception):
        pass

    def enough(_share: float, _words: str) -> None:
        raise EnoughError

    with open_desk(tmp_path) as desk:
        desk.load({"customers": intake()})
        before = held(desk)
        with pytest.raises(EnoughError):
            desk.load({"customers": intake()}, prepare=costly(3), progress=enough)
        begun, loading = threading.Event(), threading.get_ident()

        def interrupt() -> None:
            begun.wait()
            time.sleep(0.5)
            desk.interrupt(thread=0)
            time.sleep(0.2)
            desk.interrupt(thread=loading)

        threading.Thread(target=interrupt).start()
        start = time.monotonic()
        with pytest.raises(StoppedError):
            desk.load({"customers": intake()}, prepare=costly(4000), progress=lambda share, _words: begun.set() if share else None)
        assert time.monotonic() - start < 20
        assert held(desk) == before
        desk.interrupt()
        desk.load({"customers": intake()})


SLOW = """
import signal
import sys
from pathlib import Path
from benchmarks import big_firm
from churn import terminal
from churn.__main__ import refuse
from churn.store import open_desk
from tests.test_large import costly, intake
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background may have been told to ignore it
with open_desk(Path(sys.argv[1])) as desk, terminal.patiently(desk):
    desk.load({"customers": intake()})
    tell = lambda share, words: print(words, flush=True)
    desk.load({"customers": intake()}, prepare=costly(4000), progress=tell)
"""


def test_ctrl_c_ends_a_statement_of_the_database_at_once(tmp_path):
    running = subprocess.Popen([sys.executable, "-c", SLOW, tmp_path], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout.readline() == "looking through the tables\n"
    assert running.stdout.readline() == f"{GAPS}\n"
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    printed, errors = running.communicate(timeout=60)
    assert printed == ""
    assert errors.splitlines()[-1].startswith(("KeyboardInterrupt", "churn.errors.StoppedError"))
    with open_desk(tmp_path) as desk:
        assert [load.number for load in desk.loads()] == [1]


POURING = """
import sys
from pathlib import Path
from churn.store import open_desk
from churn.tables import TABLES
from churn.typed import apart
from tests.test_large import intake
desk = open_desk(Path(sys.argv[1]))
desk.load({"customers": intake()})
for turn in range(1000):
    (orders,) = apart({TABLES["orders"]: [Path(sys.argv[2 + turn % 2])]}, 0)
    desk.load({"orders": orders})
    print(turn, flush=True)
"""


@pytest.mark.long
@pytest.mark.timeout(600)
def test_killed_while_typed_files_are_poured_a_desk_holds_one_of_them_whole(tmp_path):
    files = []
    for rows in (700_000, 900_000):
        ids = pa.array([f"C{row % 4000}" for row in range(rows)])
        days = pa.array([19_000] * rows, pa.int32()).cast(pa.date32())
        pq.write_table(pa.table({"customer_id": ids, "ordered_on": days, "amount": [float(rows)] * rows}), tmp_path / f"{rows}.parquet")
        files.append(tmp_path / f"{rows}.parquet")
    for wait in (0.2, 0.7, 1.5, 3.0):
        running = subprocess.Popen([sys.executable, "-c", POURING, tmp_path / "desk", *files], cwd=ROOT, stdout=subprocess.PIPE)
        running.stdout.readline()
        time.sleep(wait)
        running.kill()
        running.communicate()
        with open_desk(tmp_path / "desk") as desk:
            amounts = desk.frame("orders")["amount"].value_counts().to_dict()
            assert amounts in ({700_000.0: 700_000}, {900_000.0: 900_000})


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_firm_of_100_000_customers_is_loaded_with_all_that_pages_show_within_300_mb_of_the_database(tmp_path, monkeypatch):
    """All in one transaction, in which the database knows no statistics of what was just written."""
    big_firm.make(tmp_path / "firm", 100_000)
    monkeypatch.setenv("RETENTION_DESK_MEMORY", "300MB")
    run = churn("load", tmp_path / "firm", "--desk", tmp_path / "desk", "--no-train")
    assert run.found["tables"]["orders"] == 2_000_000
    with open_desk(tmp_path / "desk") as desk, desk.reading() as frames:
        assert set(PREPARED) - {"looked_back"} <= set(frames)
