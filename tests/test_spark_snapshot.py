"""A snapshot made on a real Spark cluster is the one that DuckDB makes, whatever happens to a worker."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from churn.prepared import Wishes
from churn.risk.desk_history import bring_up
from churn.risk.keeping import load
from churn.snapshot import snapshot
from churn.snapshot.kept import file_of, kept_in
from churn.snapshot.taking import take
from churn.store import open_desk
from churn.view import viewed
from tests.histories import sample_frames
from tests.models import model_files
from tests.spark_cluster import ROOT, Cluster, cluster, java_home
from tests.test_snapshot import ROW_OF, alike, parquet
from tests.test_snapshot_usable import CLEAN, CUSTOMERS, DAY, ORDERS, UNTIDY, ids, more, written

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1800)]
AS_OF = date(2026, 1, 1)
FEW = ("customers", "promises", "actions")


def order(master: str, tables: Path, out: Path, *more: object) -> subprocess.Popen[str]:
    """The command, started."""
    told = ["--engine", "spark", "--master", master, "--in", tables, "--out", out, "--as-of", AS_OF, *more]
    return subprocess.Popen(
        [sys.executable, "-m", "churn", "snapshot", *map(str, told)],
        cwd=ROOT,
        env=os.environ | {"JAVA_HOME": java_home(), "SPARK_LOCAL_IP": "127.0.0.1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read(folder: Path, table: str) -> pd.DataFrame:
    """A table of a snapshot, in one file or in parts."""
    kept = kept_in(folder)
    files = [str(folder / part.path) for part in kept.parts if part.path.partition("/")[0] == file_of(table)]
    frame: pd.DataFrame = ds.dataset(files, format="parquet").to_table().to_pandas()
    return frame


def same(found: Path, expected: Path) -> None:
    """Both snapshots hold the same tables with the same rows, to 1e-9."""
    one, other = kept_in(found), kept_in(expected)
    assert one.rows == other.rows
    assert (one.columns, one.wishes, one.made_of, one.scored) == (other.columns, other.wishes, other.made_of, other.scored)
    for table in one.rows:
        rows = read(expected, table)
        alike(read(found, table), rows, *ROW_OF.get(table, tuple(rows)))


def test_a_snapshot_of_the_sample_firm_is_that_of_duckdb_and_a_desk_loads_it(spark_master, sample_desk, tmp_path):
    """Scores and explanations too: workers take them from what the command sends them."""
    tables, model = parquet(tmp_path / "in", **sample_frames()), model_files(sample_desk)[1]
    with order(spark_master, tables, tmp_path / "spark", "--model", model) as run:
        said, told = run.communicate()
    assert run.returncode == 0, told
    assert all("%" in line for line in told.splitlines())
    assert '"scores": 2981' in said
    snapshot(tables, tmp_path / "duckdb", Wishes(as_of=AS_OF), load(model))
    same(tmp_path / "spark", tmp_path / "duckdb")
    churn = []
    for engine in ("spark", "duckdb"):
        with open_desk(tmp_path / f"desk of {engine}") as desk:
            take(desk, tmp_path / engine)
            bring_up(desk)
            with viewed(desk) as view:
                churn.append(view.churn())
    assert churn[0] == churn[1]
    assert churn[0] is not None


def test_untidy_tables_are_taken_and_left_out_as_on_one_machine(spark_master, tmp_path):
    tables = written(
        tmp_path / "in", **CLEAN | UNTIDY["rows that break a rule"][0] | {"actions": UNTIDY["choices in any case"][0]["actions"]}
    )
    for name, table in {"customers": CUSTOMERS, "orders": more(ids(ORDERS, float), customer_id=7.0, ordered_on=DAY, amount=1.0)}.items():
        pq.write_table(pa.table(table), tables / f"{name}.parquet")
    with order(spark_master, tables, tmp_path / "spark") as run:
        _said, told = run.communicate()
    assert run.returncode == 0, told
    notes: list[str] = []
    snapshot(tables, tmp_path / "duckdb", Wishes(as_of=AS_OF), None, note=notes.append)
    assert len(notes) == 2  # gossip, and an order of nobody
    assert [line for line in told.splitlines() if "%" not in line] == notes
    same(tmp_path / "spark", tmp_path / "duckdb")


def executor_of(own: Cluster, worker: int) -> str | None:
    """The number of the executor that runs on a worker, once it has run a task; None until then."""
    listed = subprocess.run(["ps", "-wweo", "pgid=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
    group = str(own.workers[worker].pid)
    words = next((line.split() for line in listed if line.split()[0] == group and "--executor-id" in line), None)
    return words[words.index("--executor-id") + 1] if words else None


def test_a_worker_killed_in_the_middle_changes_nothing(tmp_path):
    """It is killed after its executor ran tasks and before the snapshot is there; the other goes on alone."""
    tables = parquet(tmp_path / "in", **{name: frame for name, frame in sample_frames().items() if name in FEW})
    (tmp_path / "own").mkdir()
    with cluster(tmp_path / "own") as own, order(own.url, tables, tmp_path / "spark") as run:
        began = time.monotonic()
        ran, written = 0, tmp_path / "spark.new" / "customer_months.parquet" / "_SUCCESS"
        while not (ran and written.exists()):
            assert run.poll() is None, run.communicate()
            assert time.monotonic() - began < 1200
            number = executor_of(own, 0)
            logs = (tmp_path / "own").glob(f"work/*/{number}/stderr")
            ran = sum(log.read_text("utf-8", "replace").count("Finished task") for log in logs) if number else 0
            time.sleep(0.2)
        os.killpg(own.workers[0].pid, signal.SIGKILL)
        assert not (tmp_path / "spark").exists()
        said, told = run.communicate()
        assert run.returncode == 0, told
        assert '"customers": 4000' in said
        assert own.workers[0].wait() == -signal.SIGKILL
    snapshot(tables, tmp_path / "duckdb", Wishes(as_of=AS_OF), None)
    same(tmp_path / "spark", tmp_path / "duckdb")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("spark://127.0.0.1:1", "in"), "No Spark master answers at spark://127.0.0.1:1 (Connection refused)"),
        (("local[1]", "nowhere"), "has no customers.parquet: a snapshot is made of"),
        (("local[1]", "twice"), "holds a customer twice"),
        (("local[1]", "lacking"), "has no column customer_id"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, arguments, says):
    people = pd.DataFrame({"customer_id": ["a", "b"], "ended_on": [date(2025, 1, 1), None]})
    parquet(tmp_path / "in", customers=people)
    parquet(tmp_path / "twice", customers=pd.concat([people, people]))
    parquet(tmp_path / "lacking", customers=people.rename(columns={"customer_id": "who"}))
    master, tables = arguments
    with order(master, tmp_path / tables, tmp_path / "out") as run:
        said, told = run.communicate()
    assert (run.returncode, said, len(told.splitlines())) == (2, "", 1), told
    assert says in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "lacking", "twice"]
