"""How cost grows with customers: each stage and page at 10,000, 100,000 and 1,000,000 of them, on DuckDB, pandas and Spark, in one run.

For each size the firm of benchmarks/big_firm.py is made; then each side works in processes of its own. On all three: what is prepared by
month, every measure of benchmarks/history_lines.py, features and signs. On DuckDB and Spark: a whole snapshot. On DuckDB, as nobody else
does them: the load, learning from histories and scoring everybody, and every page of benchmarks/redraws.py. Prints seconds on DuckDB,
how many times as long the others took, and each side's peak memory; keeps all figures in FOLDER/growth.json, of which the picture is made.

    python -m benchmarks.growth FOLDER [CUSTOMERS ...]
    python -m benchmarks.growth picture FOLDER/growth.json docs/growth.svg
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import big_firm, history, redraws
from benchmarks.growth_picture import picture
from benchmarks.history_lines import DIALS
from benchmarks.training import Watched
from churn.prepared import Wishes
from churn.risk import desk_models
from churn.risk.desk_history import foretell, preparing
from churn.store import open_desk
from ui import desk as served

SIZES = (10_000, 100_000, 1_000_000)
WISHES = Wishes(as_of=DIALS.as_of, gone_after=0)
ALL, LOAD, LEARN, SNAPSHOT = "all measures", "load", "learn and score", "snapshot"


@dataclass(frozen=True)
class Cost:
    """What one stage cost: seconds and, where the stage had its processes to itself, their peak memory in GB."""

    stage: str
    engine: str
    customers: int
    seconds: float
    memory: float | None = None


def of_measures(folder: Path, customers: int) -> Iterable[Cost]:
    """Each line of the histories' benchmark, and each side's memory."""
    for engine, side in {"DuckDB": "desk", "pandas": "pandas", "Spark": "spark"}.items():
        with Watched() as watched:
            taken = history.in_a_process(side, folder)
        taken = {name: seconds for name, seconds in taken.items() if name not in ("processor", "peak")}
        yield from (Cost(name, engine, customers, seconds) for name, seconds in taken.items())
        yield Cost(ALL, engine, customers, sum(taken.values()), float(watched.peak))
        (folder / "desk.duckdb").unlink(missing_ok=True)


def of_command(stage: str, engine: str, customers: int, *command: object) -> Cost:
    """A command of this Python, its seconds and memory."""
    start = time.perf_counter()
    with Watched() as watched:
        subprocess.run([sys.executable, "-m", *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return Cost(stage, engine, customers, time.perf_counter() - start, float(watched.peak))


def of_the_desk(folder: Path, place: Path, customers: int) -> Iterable[Cost]:
    """The load, the learning, and every page."""
    desk = place / "desk"
    yield of_command(LOAD, "DuckDB", customers, "churn", "load", folder, "--desk", desk, "--no-train")
    with open_desk(desk) as opened:
        opened.prepare(preparing(WISHES), settings={"wishes": WISHES.as_setting()})
    yield of_command(LEARN, "DuckDB", customers, "benchmarks.growth", "learn", desk)
    with Watched() as watched:
        found = json.loads(subprocess.check_output([sys.executable, "-m", "benchmarks.growth", "pages", desk], text=True).splitlines()[-1])
    yield from (Cost(f"page: {page}", "DuckDB", customers, seconds) for page, seconds in found.items())
    yield Cost("all pages", "DuckDB", customers, sum(found.values()), float(watched.peak))


def of_snapshots(folder: Path, place: Path, customers: int) -> Iterable[Cost]:
    """A whole snapshot on either engine."""
    asked = ("churn", "snapshot", "--in", folder, "--as-of", DIALS.as_of.isoformat(), "--gone-after", 0)
    for engine in ("DuckDB", "Spark"):
        yield of_command(SNAPSHOT, engine, customers, *asked, "--engine", engine.lower(), "--out", place / f"snapshot-{engine}")


def learn(desk: Path) -> None:
    """Learns from a desk's histories and scores everybody."""
    with open_desk(desk) as opened:
        foretell(opened)


def pages(desk: Path) -> dict[str, float]:
    """The median seconds of each page's redraws."""
    os.environ["RETENTION_DESK"] = str(desk)
    for module in (desk_models, served):
        module.finds_signal = lambda desk, card: True  # type: ignore[attr-defined]
    found = {page: sorted(clock for clock, _used in redraws.redraws(page)[1]) for page in redraws.CHANGES}
    return {page: taken[len(taken) // 2] for page, taken in found.items()}


def main(place: Path, sizes: Iterable[int]) -> None:
    """Prints a table for each size, and writes all figures down as they come."""
    costs: list[Cost] = []
    for customers in sizes:
        own = place / str(customers)
        big_firm.make(own / "tables", customers)
        for part in (
            of_measures(own / "tables", customers),
            of_the_desk(own / "tables", own, customers),
            of_snapshots(own / "tables", own, customers),
        ):
            for cost in part:
                costs.append(cost)
                (place / "growth.json").write_text(json.dumps([asdict(cost) for cost in costs], indent=1))
        print(table([cost for cost in costs if cost.customers == customers]), flush=True)


def table(costs: list[Cost]) -> str:
    """One size: seconds and memory on DuckDB, and how many times as much the others took."""
    lines = [
        f"{costs[0].customers:,} customers".ljust(34) + f"{'DuckDB, s':>12}{'pandas':>9}{'Spark':>9}{'GB':>7}{'pandas':>9}{'Spark':>9}"
    ]
    for stage in dict.fromkeys(cost.stage for cost in costs):
        own = {cost.engine: cost for cost in costs if cost.stage == stage}
        base = own["DuckDB"]
        times = [f"{own[name].seconds / base.seconds:8.1f}x" if name in own else " " * 9 for name in ("pandas", "Spark")]
        memory = f"{base.memory:7.2f}" if base.memory is not None else " " * 7
        held = [f"{own[name].memory:9.2f}" if name in own and own[name].memory is not None else "" for name in ("pandas", "Spark")]
        lines.append(f"{stage:34}{base.seconds:12.2f}{''.join(times)}{memory}{''.join(held)}")
    return "\n".join(lines)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["learn", desk]:
            learn(Path(desk))
        case ["pages", desk]:
            print(json.dumps(pages(Path(desk))))
        case ["picture", figures, out]:
            Path(out).write_text(picture([Cost(**cost) for cost in json.loads(Path(figures).read_text())]))
        case [place, *sizes]:
            main(Path(place), [int(size) for size in sizes] or SIZES)
