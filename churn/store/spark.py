"""Spark sessions as measures and features need them."""

import os
import sys
from typing import Any

# Spark seeks what follows from what in a plan; in one as deep as that of the signs it does not come to an end within minutes.
SETTINGS = {
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def spark_session(master: str, *, name: str = "Retention Desk", **settings: str) -> Any:
    """A session on the cluster at `master` (spark://HOST:PORT, or local[N] for this process alone); who opens it stops it.

    Workers run the Python that PYSPARK_PYTHON names, else this one. `settings` are Spark's, with `__` for a dot:
    sql__shuffle__partitions="4".
    """
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName(name)
    for key, value in (SETTINGS | {f"spark.{key.replace('__', '.')}": value for key, value in settings.items()}).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
