"""On a real Spark cluster everything is as on DuckDB."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.spark_cluster import ROOT

pytestmark = pytest.mark.spark


def test_programs_run_in_executors_on_both_workers(spark):
    def where(batches):
        import pyarrow as pa

        for batch in batches:
            yield pa.RecordBatch.from_pylist([{"process": os.getpid(), "rows": batch.num_rows}])

    told = spark.range(1000, numPartitions=8).mapInArrow(where, "process long, rows long").toArrow().to_pandas()
    executors = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    assert (told["rows"].sum(), executors, os.getpid() in set(told["process"])) == (1000, 2, False)


def is_there(group: int) -> bool:
    """Whether anything of a process group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_over_when_the_tests_are_broken_off(tmp_path, ending):
    program = (
        "import time; from pathlib import Path; from tests.spark_cluster import cluster\n"
        f"with cluster(Path({str(tmp_path)!r}), workers=1) as own:\n"
        "    print(*(worker.pid for worker in own.workers), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tests:
        groups = [int(pid) for pid in tests.stdout.readline().split()]
        assert len(groups) == 1
        assert all(map(is_there, groups))
        tests.send_signal(ending)
    end = time.monotonic() + 30
    while any(map(is_there, groups)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(is_there, groups))
