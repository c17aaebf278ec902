"""A real Spark cluster on this machine: one master and some workers, each a process of its own, reachable from here alone.

A test asks for the fixture `spark` (a session on a cluster that all tests share, started once) or `spark_master` (that cluster's address,
for a command that brings its own session); a test that ends a worker starts a cluster of its own: `with cluster(tmp_path) as own:`.
"""

import contextlib
import importlib.util
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds; a slow machine that others use too

# Ends a process group once nobody holds its standard input any more: when the cluster is given back, and also when the tests are killed.
GUARD = """
cat >/dev/null
kill -TERM "-$0" 2>/dev/null
for second in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "-$0" 2>/dev/null || exit 0
    sleep 1
done
kill -KILL "-$0" 2>/dev/null
"""


class NotThereError(Exception):
    """Java or PySpark is missing, or the cluster did not start; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A cluster under way: its address (spark://127.0.0.1:PORT), and its workers, each the leader of a process group with its executors."""

    url: str
    workers: tuple[subprocess.Popen[bytes], ...]


def java_home() -> str:
    """The folder of a Java that Spark runs on; raises NotThereError where there is none."""
    search = subprocess.run(["sh", ROOT / "tools/java.sh"], capture_output=True, text=True, check=False)
    if search.returncode:
        raise NotThereError(search.stderr.strip())
    return search.stdout.strip()


@contextlib.contextmanager
def cluster(folder: Path, *, workers: int = 2) -> Iterator[Cluster]:
    """A fresh cluster from when its workers are ready until the end of the block; logs and passing files go into `folder`.

    Each worker has 2 cores and 3 GB to give. A program that does not say otherwise gets one executor of 1 core and 1 GB on each of two
    workers, so that two programs can run at a time: the tests' own session, and a command that a test runs. Raises NotThereError.
    """
    with contextlib.ExitStack() as ends:
        ends.enter_context(_running(folder, "master", "--port", "0"))
        url = _wait_for(folder, lambda: re.findall(r"Starting Spark master at (spark://\S+)", _log(folder, "master")))[0]
        room = ("--cores", "2", "--memory", "3g", "--work-dir", str(folder / "work"), url)
        crew = tuple(ends.enter_context(_running(folder, f"worker-{place}", *room)) for place in range(workers))
        _wait_for(folder, lambda: re.findall("Registering worker", _log(folder, "master"))[workers - 1 :])
        yield Cluster(url, crew)


@contextlib.contextmanager
def _running(folder: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A master or worker, leader of its own process group: Ctrl+C reaches the tests, which then end it; where they are killed, the guard
    does."""
    package = importlib.util.find_spec("pyspark")
    if package is None or package.origin is None:
        raise NotThereError("PySpark is not installed: make test-spark installs it.")
    spark, role = Path(package.origin).parent, name.split("-")[0]
    settings = {
        "JAVA_HOME": java_home(),
        "SPARK_HOME": str(spark),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_MASTER_OPTS": "-Dspark.deploy.defaultCores=2",
    }
    daemon = f"org.apache.spark.deploy.{role}.{role.capitalize()}"
    command = [spark / "bin/spark-class", daemon, "--host", "127.0.0.1", "--webui-port", "0", *arguments]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    guard = subprocess.Popen(["sh", "-c", GUARD, str(process.pid)], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield process
    finally:
        assert guard.stdin is not None
        guard.stdin.close()
        process.wait()
        guard.wait()


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text("utf-8", "replace")


def _wait_for(folder: Path, look: Callable[[], list[str]]) -> list[str]:
    """What `look` finds; raises NotThereError with the ends of the logs where it finds nothing in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    told = "\n".join(f"{path.name}: {_log(folder, path.stem)[-2000:]}" for path in sorted(folder.glob("*.log")))
    raise NotThereError(f"The Spark cluster did not start.\n{told}")
