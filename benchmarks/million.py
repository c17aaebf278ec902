"""What is computed at a load, at a training and at a scoring, stage by stage, each in a process of its own: seconds and memory.

    python -m benchmarks.million FOLDER [CUSTOMERS] [STAGE ...]

FOLDER holds the tables of a firm as NAME.parquet, as `benchmarks/history.py make` and `benchmarks/firm_of.py` make them; of a greater firm
the first so many CUSTOMERS are taken. They are read into a DuckDB file once, typed as a desk has them and by a desk's settings; then each
stage opens it, works, and prints its seconds, the processor seconds of all its threads and processes, its peak memory (all its processes
together) and what DuckDB had spilled to disk at most. The sheet is `benchmarks/scoring.py`'s, of as many rows and 19 columns.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd

from benchmarks.history import SETTINGS, TABLES, peak
from benchmarks.history_lines import DIALS
from benchmarks.scoring import made_up
from benchmarks.training import Watched
from churn import risk
from churn.features import features
from churn.prepared import Wishes, prepared
from churn.risk.desk_history import everybodys_scores
from churn.risk.keeping import load, save
from churn.risk.of_history import READ_AT, Past, in_memory, learn_past, past_of
from churn.stored import PREPARED
from churn.tables import TABLES as SCHEMA

CUSTOMERS = 1_000_000
WISHES = Wishes(as_of=DIALS.as_of, gone_after=0)
KINDS = {"id": "VARCHAR", "text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "flag": "VARCHAR"}
MADE = tuple(name for name in PREPARED if name not in ("looked_back",))
LEARNED = ("features", "past", "learn past", "score all", "explain all", "train sheet", "score sheet")

Taken = dict[str, float]


class Place:
    """A folder with the firm in a DuckDB file, and what the stages leave to each other."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.spill, self.past, self.card, self.sheet_card = (folder / name for name in ("spill", "past.parquet", "card.json", "sheet.json"))

    @contextmanager
    def tables(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, nw.LazyFrame[Any]]]]:
        """The connection, and all tables by name."""
        with duckdb.connect(self.folder / "desk.duckdb") as desk:
            for setting in (*SETTINGS, f"temp_directory = '{self.spill}'"):
                desk.execute(f"SET {setting}")
            names = [name for (name,) in desk.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            yield desk, {name: nw.from_native(desk.table(name)) for name in names}

    def read(self, parquet: Path, customers: int) -> None:
        """Reads the first so many customers, and what they did."""
        with self.tables() as (desk, _none):
            desk.execute(f"CREATE TEMP TABLE chosen AS SELECT customer_id FROM '{parquet}/customers.parquet' ORDER BY 1 LIMIT {customers}")
            for name in TABLES:
                there = {row[0] for row in desk.execute(f"DESCRIBE FROM '{parquet}/{name}.parquet'").fetchall()}
                columns = [column for column in SCHEMA[name].columns if column.name in there]
                casts = ", ".join(f"CAST({column.name} AS {KINDS[column.type]}) AS {column.name}" for column in columns)
                desk.execute(f"CREATE TABLE {name} AS SELECT {casts} FROM '{parquet}/{name}.parquet' SEMI JOIN chosen USING (customer_id)")


def run(place: Place, stage: str, rows: int) -> Taken:
    """Works one stage; what it took."""
    if stage in PREPARED:
        return of_prepared(place, stage)
    return {
        "features": of_features,
        "past": of_past,
        "learn past": of_learning,
        "score all": of_scores,
        "explain all": of_explaining,
        "train sheet": of_training,
        "score sheet": of_sheet,
    }[stage](place, rows)


def of_prepared(place: Place, name: str) -> Taken:
    """One prepared table, written to the file."""
    with place.tables() as (desk, found):
        tables = {name: found[name] for name in TABLES}
        with Taking(place.spill) as taking:
            made = prepared(tables, WISHES)
            written(desk, name, made[name])
        return taking.taken


def written(desk: duckdb.DuckDBPyConnection, name: str, made: Any) -> None:
    """Writes a frame as a table."""
    desk.execute(f"DROP TABLE IF EXISTS {name}")
    if isinstance(made, pd.DataFrame):
        desk.register("_incoming", made)
        desk.execute(f"CREATE TABLE {name} AS FROM _incoming")
    else:
        made.to_native().create(name)


def of_features(place: Place, _rows: int) -> Taken:
    """The features alone, written to a table."""
    with place.tables() as (desk, found):
        desk.execute("DROP TABLE IF EXISTS customer_features")
        with Taking(place.spill) as taking:
            features({name: found[name] for name in TABLES}, DIALS).to_native().create("customer_features")
        return taking.taken


def of_past(place: Place, _rows: int) -> Taken:
    """How customers stood on earlier days, for learning."""
    with place.tables() as (_desk, found):
        with Taking(place.spill) as taking:
            past = past_of({name: found[name] for name in TABLES}, WISHES)
        past.rows.to_parquet(place.past)
        return taking.taken


def of_learning(place: Place, _rows: int) -> Taken:
    """A score learned from that."""
    rows = pd.read_parquet(place.past)
    past = Past(rows, DIALS.look_ahead, tuple(sorted(day.date() for day in rows[READ_AT].unique())))
    with Taking(place.spill) as taking:
        found = learn_past(past)
    save(found.card, place.card)
    return taking.taken


def of_scores(place: Place, _rows: int) -> Taken:
    """Everybody's score, from the prepared features to a table."""
    card = load(place.card)
    with place.tables() as (desk, found), Taking(place.spill) as taking:
        written(desk, "scores", everybodys_scores(card, found))
    return taking.taken


def of_explaining(place: Place, _rows: int) -> Taken:
    """Everybody's score taken apart, from features in memory."""
    card = load(place.card)
    with place.tables() as (_desk, found):
        rows = in_memory(found["customer_features"])
    with Taking(place.spill) as taking:
        risk.score(card, rows, id_column="customer_id")
    return taking.taken


def of_training(place: Place, rows: int) -> Taken:
    """A score learned from a labelled sheet."""
    sheet = made_up(rows, 0)
    with Taking(place.spill) as taking:
        card = risk.train(sheet, progress=lambda share, text: None)
    save(card, place.sheet_card)
    return taking.taken


def of_sheet(place: Place, rows: int) -> Taken:
    """Another sheet scored and taken apart."""
    card, sheet = load(place.sheet_card), made_up(rows, 1)
    with Taking(place.spill) as taking:
        risk.score(card, sheet)
    return taking.taken


class Taking:
    """The seconds, processor seconds of this process, peak memory and spilled bytes (GB) of what is done within."""

    def __init__(self, spill: Path):
        self.spill, self.taken, self._spilled, self._ended = spill, Taken(), 0, threading.Event()
        self._watch, self._all = threading.Thread(target=self._look, daemon=True), Watched()

    def __enter__(self) -> "Taking":
        self._watch.start()
        self._all.__enter__()
        self._start, self._used = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.taken |= {"seconds": time.perf_counter() - self._start, "processor": time.process_time() - self._used}
        self._ended.set()
        self._all.__exit__(None, None, None)
        self._watch.join()
        self.taken |= {"memory": max(self._all.peak, peak()), "spilled": self._spilled / 1e9}

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            sizes = []
            for file in self.spill.glob("*"):
                try:
                    sizes.append(file.stat().st_blocks * 512)
                except OSError:
                    continue
            self._spilled = max(self._spilled, sum(sizes))


def in_a_process(folder: Path, stage: str, rows: int) -> Taken:
    """What another run of this module, told to work one stage, prints; processor seconds with those of its own processes."""
    command = [sys.executable, "-m", "benchmarks.million", "stage", str(folder), stage, str(rows)]
    with Popen(command, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not lines:
        return {}
    taken: Taken = json.loads(lines[-1])
    return taken | {"whole": used.ru_utime + used.ru_stime}


def main(parquet: Path, customers: int, stages: list[str]) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        Place(Path(folder)).read(parquet, customers)
        size = (Path(folder) / "desk.duckdb").stat().st_size
        print(f"{customers:,} customers, read into {size / 1e9:.2f} GB in {time.perf_counter() - start:.0f} s")
        print(f"{'':22}{'seconds':>9}{'processor':>11}{'memory, GB':>12}{'spilled, GB':>13}", flush=True)
        for stage in stages or (*MADE, *LEARNED):
            taken = in_a_process(Path(folder), stage, customers)
            if not taken:
                print(f"{stage:22}  failed", flush=True)
                continue
            used = max(taken["processor"], taken["whole"]) if stage in ("learn past", "train sheet") else taken["processor"]
            print(f"{stage:22}{taken['seconds']:9.2f}{used:11.1f}{taken['memory']:12.2f}{taken['spilled']:13.2f}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["stage", folder, stage, rows]:
            print(json.dumps(run(Place(Path(folder)), stage, int(rows))))
        case [parquet, *rest]:
            main(Path(parquet), int(rest[0]) if rest else CUSTOMERS, rest[1:])
