"""A Spark cluster for one command: opened with what goes wrong there as one sentence, and closed."""

import importlib.util
import re
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from churn.errors import StoreError
from churn.store.spark import SETTINGS, spark_session
from churn.wording import _

PATIENCE = 10  # seconds


@contextmanager
def open_cluster(master: str) -> Iterator[Any]:
    """A session on the cluster at `master`, stopped at the end. What Spark says on the way goes to a file that ends with it. Raises
    StoreError where PySpark or Java is missing, or nobody answers."""
    if importlib.util.find_spec("pyspark") is None:
        raise StoreError(_("PySpark is not installed: python -m pip install -r requirements-spark.txt, or say --engine duckdb."))
    _knock(master)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as passing:
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        log = Path(passing) / "spark.log"
        with log.open("wb") as told:
            _start(told, log)
            try:
                session = spark_session(master)
            except Exception as error:
                raise StoreError(_("Spark did not start at {master} ({why}).").format(master=master, why=_first(str(error)))) from error
            try:
                session.sparkContext.setLogLevel("ERROR")
                yield session
            finally:
                session.stop()


@contextmanager
def said_by_spark() -> Iterator[None]:
    """What goes wrong in Spark becomes a StoreError of one line."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise StoreError(_("Spark could not make the snapshot: {why}.").format(why=_first(str(error)))) from error


def _start(told: Any, log: Path) -> None:
    """Starts Java, what it says going to a file. Raises StoreError where there is none that Spark runs on."""
    from pyspark import SparkContext
    from pyspark.conf import SparkConf
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    if SparkContext._gateway is not None:
        return
    try:
        conf = SparkConf(loadDefaults=False).setAll(list(SETTINGS.items()))
        launch: Any = launch_gateway
        gateway = launch(conf=conf, popen_kwargs={"stdout": told, "stderr": told})
    except (PySparkRuntimeError, OSError) as error:
        said = _first(log.read_text("utf-8", "replace"))
        raise StoreError(
            _("Spark needs Java 17, which did not start ({why}): install it, or name its folder in JAVA_HOME.").format(why=said or error)
        ) from error
    SparkContext._ensure_initialized(gateway=gateway)


def _knock(master: str) -> None:
    """Raises StoreError where nobody listens at any address of a standalone cluster: Spark itself would try for a minute."""
    addresses = re.findall(r"([^/,]+):(\d+)", master) if master.startswith("spark://") else []
    why: OSError | None = None
    for host, port in addresses:
        try:
            socket.create_connection((host, int(port)), PATIENCE).close()
        except OSError as error:
            why = error
        else:
            return
    if why is not None:
        raise StoreError(
            _("No Spark master answers at {master} ({why}): start it, or name another.").format(master=master, why=why.strerror or why)
        )


def _first(text: str) -> str:
    """The first line that says something, without the dots at its end."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if lines else "").rstrip(".:")
