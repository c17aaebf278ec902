"""Small histories written out in tests, and the sample firm's, as lazy tables on DuckDB."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"
TABLES = ("customers", "orders", "contacts", "surveys", "changes", "promises", "actions")


def written(engine: duckdb.DuckDBPyConnection, **tables: tuple[str, Sequence[Sequence[Any]]]) -> dict[str, Frame]:
    """Lazy tables of literal rows: customers=("customer_id VARCHAR, started_on DATE", [("a", day), ...])."""
    return {name: _table(engine, name, columns, rows) for name, (columns, rows) in tables.items()}


def _table(engine: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> Frame:
    engine.execute(f"create or replace table {name} ({columns})")
    if rows:
        engine.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", rows)
    return nw.from_native(engine.sql(f"select * from {name}"))


def sample_frames() -> dict[str, pd.DataFrame]:
    """The sample firm's tables in pandas, days as datetime64."""
    frames = {name: pd.read_csv(SAMPLE / f"{name}.csv", dtype={"before": "str", "after": "str"}) for name in TABLES}
    return {
        name: frame.assign(**{day: pd.to_datetime(frame[day]) for day in frame if day.endswith("_on")}) for name, frame in frames.items()
    }


def lazily(engine: duckdb.DuckDBPyConnection, frames: dict[str, pd.DataFrame], into: str) -> dict[str, Frame]:
    """The frames as tables of a schema of their own."""
    engine.execute(f"create schema {into}")
    for name, frame in frames.items():
        days = ", ".join(f"{day}::DATE as {day}" for day in frame if day.endswith("_on"))
        engine.register("passing", frame)
        engine.execute(f"create table {into}.{name} as select * replace ({days}) from passing")
        engine.unregister("passing")
    return {name: nw.from_native(engine.table(f"{into}.{name}")) for name in frames}
