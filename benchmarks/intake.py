"""How long a file takes to become a checked table, as ratios against pandas and DuckDB in the same run."""

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from churn.intake import read
from churn.report.spreadsheets import xlsx_bytes

ROWS, SHEET_ROWS, REPEATS = 1_000_000, 100_000, 3
MEMORY = """
import re, resource, sys
from pathlib import Path
from churn.intake import read
read(Path(sys.argv[1]).read_bytes(), file="book.xlsx").settled()
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])  # getrusage would count the process that began this one
print(own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def customers(rows: int) -> pd.DataFrame:
    """Made-up customers: an id, four columns of words, two of days, five of numbers."""
    random = np.random.default_rng(0)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 2000, 2 * rows), unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:07}" for number in range(rows)],
            "region": random.choice(["North", "South", "East", "West"], rows),
            "plan": random.choice(["Basic", "Pro", "Enterprise"], rows),
            "city": random.choice([f"City {number}" for number in range(500)], rows),
            "owner": random.choice([f"Person {number}" for number in range(40)], rows),
            "started_on": days[:rows].strftime("%Y-%m-%d"),
            "renewal_on": days[rows:].strftime("%Y-%m-%d"),
            "monthly_value": random.gamma(2, 40, rows).round(2),
            "visits": random.poisson(6, rows),
            "tenure": random.integers(0, 72, rows),
            "share": random.random(rows).round(4),
            "churn": random.integers(0, 2, rows),
        }
    )


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The shortest of some runs."""
    taken = []
    for _repeat in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def compare_csv(folder: Path) -> None:
    path = folder / "customers.csv"
    customers(ROWS).to_csv(path, index=False)
    own = seconds(lambda: read(path.read_bytes(), file=path.name).settled())
    pandas = seconds(lambda: pd.read_csv(path))
    dates = seconds(lambda: pd.read_csv(path, parse_dates=["started_on", "renewal_on"]))
    database = seconds(lambda: duckdb.connect().execute("CREATE TABLE customers AS FROM read_csv(?)", [str(path)]))
    print(f"CSV {ROWS:,} x 12, {path.stat().st_size / 1e6:.0f} MB: {own:.2f} s to a checked table")
    print(f"  pandas.read_csv {pandas:.2f} s: {own / pandas:.2f} times its time; with its days parsed {dates:.2f} s: {own / dates:.2f}")
    print(f"  DuckDB read_csv into a table {database:.2f} s: {own / database:.2f} times its time")


def compare_workbook(folder: Path) -> None:
    path = folder / "customers.xlsx"
    path.write_bytes(xlsx_bytes(customers(SHEET_ROWS)))
    data = path.read_bytes()
    own = seconds(lambda: read(data, file=path.name).settled())
    other = seconds(lambda: pd.read_excel(io.BytesIO(data), engine="openpyxl"), repeats=1)
    run = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True, check=True)
    print(f"XLSX {SHEET_ROWS:,} x 12, {len(data) / 1e6:.0f} MB: {own:.2f} s to a checked table")
    print(f"  pandas with openpyxl {other:.2f} s: {other / own:.1f} times as fast")
    print(f"  memory at most {int(run.stdout) / 1000:.0f} MB, in the process and the one that reads together")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare_csv(Path(folder))
        compare_workbook(Path(folder))


if __name__ == "__main__":
    main()
