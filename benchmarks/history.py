"""Each measure of a history on DuckDB against the same in pandas: 100,000 customers, 2,000,000 orders, 1,000,000 contacts, in one run.

A generator writes the tables to Parquet once. Then each side runs in a process of its own: the desk's from a DuckDB file with the
settings of a desk, pandas from frames in memory. Reading Parquet counts for neither; what is prepared at load (a row a customer
and month) is a line of its own, and both sides read it prepared in the others. Prints seconds (the shorter of two runs), their ratio,
the sums, the processor seconds of all runs (DuckDB uses all processors, which is no gain on a busy machine), and the peak memory of each
process, with the tables that pandas must hold. That both give the same is what the tests hold.

benchmarks/growth.py runs a third side too, Spark: the desk's own functions on PySpark, from Parquet, on all processors, once.

    python -m benchmarks.history [CUSTOMERS]     20 orders and 10 contacts a customer

To add a line, add a `Line` to `LINES` of history_lines.py: its name, what the desk does, what pandas does.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.history_lines import DAY, DIALS, LINES, Firm
from churn.measures.months import customer_months
from churn.store.spark import spark_session
from tests import referees_value

CUSTOMERS, REPEATS, PART = 100_000, 2, 1_000_000
FIRST, DAYS = np.datetime64("2022-01-01"), 1461
TABLES = ("customers", "orders", "contacts", "surveys", "changes", "promises")
SETTINGS = (
    "memory_limit = '2GB'",
    "max_temp_directory_size = '8GB'",
    "disabled_optimizers = 'compressed_materialization'",
    "TimeZone = 'UTC'",
)


PREPARED = "customers by month (at load)"


def make(folder: Path, customers: int) -> None:
    """Writes the tables to Parquet in parts of a million rows, the same bytes for the same number of customers."""
    random = np.random.default_rng(0)
    names = np.char.add("C", np.char.zfill(np.arange(customers).astype(str), 7))
    start = random.integers(0, DAYS - 1, customers)
    length = np.minimum(1 + random.exponential(1200, customers).astype(int), DAYS - start)
    gone = start + length < DAYS
    value = random.lognormal(4, 1, customers).round(2)
    shares = np.cumsum(length * random.gamma(2, 1, customers))

    def events(name: str, number: int, day: str, more: Callable[[Any, np.random.Generator], dict[str, Any]]) -> None:
        def part(rows: int) -> pa.Table:
            who = np.searchsorted(shares, random.random(rows) * shares[-1], side="right")
            days = start[who] + (random.random(rows) * length[who]).astype(int)
            return pa.table({"customer_id": names[who], day: FIRST + days, **more(days, random)})

        _in_parts(folder / f"{name}.parquet", (part(min(PART, number - done)) for done in range(0, number, PART)))

    own = {
        "customer_id": names,
        "segment": random.choice(["Large", "Mid-size", "Small", "Self-employed"], customers, p=[0.05, 0.2, 0.4, 0.35]),
        "region": random.choice(["North", "South", "East", "West", "Abroad"], customers),
        "plan": random.choice(["Basic", "Plus", "Pro"], customers),
        "started_on": FIRST + start,
        "ended_on": pa.array(FIRST + start + length, mask=~gone),
        "monthly_value": value,
    }
    _in_parts(folder / "customers.parquet", iter([pa.table(own)]))
    events("orders", 20 * customers, "ordered_on", _orders)
    events("contacts", 10 * customers, "contacted_on", _contacts)
    events("surveys", 2 * customers, "answered_on", _surveys)
    events("changes", customers, "changed_on", _changes)
    events("promises", customers, "promised_on", _promises)


def _in_parts(file: Path, parts: Iterator[pa.Table]) -> None:
    first = next(parts)
    with pq.ParquetWriter(file, first.schema) as writer:
        for part in chain([first], parts):
            writer.write_table(part)


def _until_now(days: Any) -> pa.Array:
    """Days, those still to come left out."""
    return pa.array(FIRST + days, mask=days >= DAYS)


def _orders(days: Any, random: np.random.Generator) -> dict[str, Any]:
    due, paid = days + 30, days + random.poisson(25, len(days))
    amounts = random.lognormal(4, 1, len(days)).round(2)
    products = random.choice([f"Product {number}" for number in range(12)], len(days))
    return {"amount": amounts, "product": products, "due_on": FIRST + due, "paid_on": _until_now(paid)}


def _contacts(days: Any, random: np.random.Generator) -> dict[str, Any]:
    return {
        "direction": random.choice(["in", "out"], len(days)),
        "channel": random.choice(["phone", "email", "chat", "visit", "web", "social"], len(days)),
        "kind": random.choice(["enquiry", "complaint", "feedback", "service", "renewal"], len(days)),
        "sentiment": random.uniform(-1, 1, len(days)).round(1),
        "resolved_on": _until_now(days + random.poisson(5, len(days))),
    }


def _surveys(days: Any, random: np.random.Generator) -> dict[str, Any]:
    question = random.choice(["nps", "csat", "exit"], len(days), p=[0.8, 0.15, 0.05])
    reasons = random.choice(["price", "felt unvalued", "competitor", "needs changed"], len(days))
    return {"question": question, "score": random.integers(0, 11, len(days)), "reason": pa.array(reasons, mask=question != "exit")}


def _changes(days: Any, random: np.random.Generator) -> dict[str, Any]:
    what = random.choice(["point_of_contact", "plan", "price", "status"], len(days))
    words = {"point_of_contact": ("one", "other"), "plan": ("Plus", "Basic"), "price": ("10", "12"), "status": ("active", "paused")}
    before, after = (np.array([words[kind][side] for kind in what]) for side in (0, 1))
    return {"what": what, "before": before, "after": after}


def _promises(days: Any, random: np.random.Generator) -> dict[str, Any]:
    return {"due_on": FIRST + days + 14, "kept_on": _until_now(days + random.poisson(12, len(days)))}


def run_desk(folder: Path) -> dict[str, float]:
    """The seconds of each line on DuckDB, from a file."""
    with duckdb.connect(folder / "desk.duckdb") as desk:
        for setting in SETTINGS:
            desk.execute(f"SET {setting}")
        for name in TABLES:
            desk.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder / name}.parquet')")
        desk.execute("CHECKPOINT")
        tables = {name: nw.from_native(desk.table(name)) for name in TABLES}
        start, used = time.perf_counter(), time.process_time()
        customer_months(tables, DIALS).to_native().create("customer_months")
        desk.execute("CHECKPOINT")
        taken = {PREPARED: time.perf_counter() - start}
        firm = Firm(tables, nw.from_native(desk.table("customer_months")))
        taken |= {line.name: seconds(lambda line=line: line.desk(firm)) for line in LINES}
        return taken | {"processor": time.process_time() - used}


def run_spark(folder: Path) -> dict[str, float]:
    """The seconds of each line on Spark, on all processors of this machine, from Parquet; one run of each."""
    session = spark_session("local[*]", sql__shuffle__partitions="8", driver__memory="3g")
    tables = {name: nw.from_native(session.read.parquet(str(folder / f"{name}.parquet"))) for name in TABLES}
    start, used = time.perf_counter(), time.process_time()
    customer_months(tables, DIALS).to_native().write.mode("overwrite").parquet(str(folder / "by_month"))
    taken = {PREPARED: time.perf_counter() - start}
    firm = Firm(tables, nw.from_native(session.read.parquet(str(folder / "by_month"))))
    for line in LINES:
        start = time.perf_counter()
        line.desk(firm)
        taken[line.name] = time.perf_counter() - start
    session.stop()
    return taken | {"processor": time.process_time() - used}


def run_pandas(folder: Path) -> dict[str, float]:
    """The seconds of each line in pandas, from frames in memory."""
    tables = {name: pq.read_table(folder / f"{name}.parquet").to_pandas(date_as_object=False) for name in TABLES}
    start, used = time.perf_counter(), time.process_time()
    months = referees_value.customer_months(tables["customers"], tables["orders"], tables["contacts"], DAY)
    taken = {PREPARED: time.perf_counter() - start}
    firm = Firm(tables, months)
    taken |= {line.name: seconds(lambda line=line: line.pandas(firm)) for line in LINES}
    return taken | {"processor": time.process_time() - used}


def seconds(work: Callable[[], object]) -> float:
    """The shorter of two runs."""
    taken = []
    for _repeat in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def peak() -> float:
    """The most memory that this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)


def in_a_process(*arguments: object) -> dict[str, float]:
    """What another run of this module, told by its arguments to be one side, prints."""
    command = [sys.executable, "-m", "benchmarks.history", *(str(argument) for argument in arguments)]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    found: dict[str, float] = json.loads(lines[-1])
    return found


def main(customers: int) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        in_a_process("make", folder, customers)
        size = sum(path.stat().st_size for path in Path(folder).glob("*.parquet"))
        print(f"{customers:,} customers, {20 * customers:,} orders, {10 * customers:,} contacts: {size / 1e6:.0f} MB of Parquet", end="")
        print(f", made in {time.perf_counter() - start:.0f} s")
        desk, pandas = in_a_process("desk", folder), in_a_process("pandas", folder)
    memory, processor = ((desk.pop(name), pandas.pop(name)) for name in ("peak", "processor"))
    print(f"{'seconds':30}{'desk':>8}{'pandas':>9}{'pandas / desk':>16}")
    for name in desk:
        print(f"{name:30}{desk[name]:8.2f}{pandas[name]:9.2f}{pandas[name] / desk[name]:16.1f}")
    total = sum(desk.values()), sum(pandas.values())
    for name, (own, other) in {"sum": total, "processor seconds, all runs": processor, "peak memory, GB": memory}.items():
        print(f"{name:30}{own:8.2f}{other:9.2f}{other / own:16.1f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder, customers]:
            make(Path(folder), int(customers))
            print(json.dumps({}))
        case ["desk" | "pandas" | "spark" as side, folder]:
            found = {"desk": run_desk, "pandas": run_pandas, "spark": run_spark}[side](Path(folder))
            print(json.dumps(found | {"peak": peak()}))
        case arguments:
            main(int(arguments[0]) if arguments else CUSTOMERS)
