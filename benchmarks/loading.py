"""Loading 20,000,000 orders from Parquet into a desk, against DuckDB's own copy of the same file, in one run.

Each side runs in a process of its own. DuckDB: CREATE TABLE AS FROM read_parquet into a file, and a checkpoint, with the memory limit of a
desk. The desk: opening it, the rules of rows, rows of nobody, the history and what an undo needs, the checkpoint on closing; its customers
are there already, and nothing is prepared of the tables, which other benchmarks time. A second load of the same file moves the first
aside. Prints seconds, their ratio to DuckDB's, and the peak memory of each process.

    python -m benchmarks.loading [FOLDER]     FOLDER: tables that benchmarks.big_firm made; else 1,000,000 customers are made first
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks import big_firm, firm_of, history
from churn.opening import Room
from churn.store import open_desk
from churn.tables import TABLES
from churn.typed import apart


def run_duckdb(tables: Path, place: Path) -> dict[str, float]:
    start = time.perf_counter()
    with duckdb.connect(place / "copy.duckdb") as copy:
        copy.execute(f"SET memory_limit = '{Room().memory}'")
        copy.execute(f"CREATE TABLE orders AS FROM read_parquet('{tables / 'orders.parquet'}')")
        copy.execute("CHECKPOINT")
    return {"copy": time.perf_counter() - start}


def prepare_desk(tables: Path, place: Path) -> dict[str, float]:
    """A desk with the customers alone."""
    customers = pq.read_table(tables / "customers.parquet").to_pandas(date_as_object=False)
    with open_desk(place / "desk") as desk:
        desk.load({"customers": firm_of.intake("customers", customers)})
    return {}


def run_desk(tables: Path, place: Path) -> dict[str, float]:
    """One load of the orders, the seconds of opening and closing the desk among them."""
    start = time.perf_counter()
    (orders,) = apart({TABLES["orders"]: [tables / "orders.parquet"]}, large=0)
    with open_desk(place / "desk") as desk:
        done = desk.load({"orders": orders})["orders"]
    assert done.rows_read == done.rows_accepted == pq.read_metadata(tables / "orders.parquet").num_rows
    return {"load": time.perf_counter() - start}


SIDES = {"duckdb": run_duckdb, "customers": prepare_desk, "desk": run_desk}


def in_a_process(side: str, *places: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.loading", side, *map(str, places)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def main(tables: Path | None) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if tables is None:
            tables = place / "tables"
            big_firm.make(tables, big_firm.CUSTOMERS)
        rows = pq.read_metadata(tables / "orders.parquet").num_rows
        print(f"{rows:,} orders, {(tables / 'orders.parquet').stat().st_size / 1e6:.0f} MB of Parquet")
        in_a_process("customers", tables, place)
        copy, first, again = in_a_process("duckdb", tables, place), in_a_process("desk", tables, place), in_a_process("desk", tables, place)
    print(f"{'':36}{'seconds':>9}{'times the copy':>16}{'peak memory, GB':>17}")
    for name, found in {"DuckDB's own copy": copy, "load into a desk": first, "load in place of the first": again}.items():
        seconds = found.get("copy") or found["load"]
        print(f"{name:36}{seconds:9.1f}{seconds / copy['copy']:16.2f}{found['peak']:17.2f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case [("duckdb" | "customers" | "desk") as side, tables, place]:
            print(json.dumps(SIDES[side](Path(tables), Path(place)) | {"peak": history.peak()}))
        case said:
            main(Path(said[0]) if said else None)
