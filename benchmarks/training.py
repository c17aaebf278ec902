"""One training against LightGBM's search over four settings, as `accuracy` does it inside a fold (three folds a setting, then one fit),
in one run; and what a large table takes in seconds and memory.

    python -m benchmarks.training            a made-up table of 7,000 x 19
    python -m benchmarks.training SET        a public data set, by its name in sets.toml
    python -m benchmarks.training 1000000    training alone, on so many made-up rows x 20 columns
"""

import os
import sys
import threading
import time
import tomllib
from collections import defaultdict
from pathlib import Path
from types import TracebackType

import numpy as np
import pandas as pd

from benchmarks.accuracy import DATA, SETTINGS, inputs, light_tuned, table_of
from benchmarks.scoring import made_up, seconds
from churn import risk

ROWS = 7_000
PROCESSES = Path("/proc")


class Watched:
    """Peak memory of this process and all below it, in GB (nan where the system does not tell), and how progress came: the longest
    silence, and the longest time in which its share stood still, in seconds."""

    def __init__(self) -> None:
        self.peak, self.silence, self.standstill, self.share = float("nan"), 0.0, 0.0, 0.0
        self._start = self._heard = self._moved = time.perf_counter()
        self._text, self._ended = "", threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watched":
        self._watch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._watch.join()

    def tell(self, share: float, text: str) -> None:
        """What the training calls."""
        now = time.perf_counter()
        self.silence = max(self.silence, now - self._heard)
        self._heard = now
        if share < self.share:
            raise AssertionError(f"progress went back from {self.share} to {share}")
        if share > self.share:
            self.standstill = max(self.standstill, now - self._moved)
            self.share, self._moved = share, now
        if text != self._text:
            print(f"    {now - self._start:6.0f} s  {share:4.0%}  {text}", flush=True)
            self._text = text

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            self.peak = np.fmax(self.peak, memory())


def memory() -> float:
    """Memory of this process and all below it, in GB; pages that several share count once."""
    below = defaultdict(list)
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            below[int((folder / "stat").read_text().rpartition(")")[2].split()[1])].append(int(folder.name))
        except (OSError, ValueError):
            continue
    total, waiting = float("nan"), [os.getpid()]
    while waiting:
        process = waiting.pop()
        waiting += below[process]
        try:
            lines = (PROCESSES / str(process) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total = np.nansum([total, *(int(line.split()[1]) * 1024 / 1e9 for line in lines if line.startswith("Pss:"))])
    return float(total)


def large(rows: int) -> None:
    """Prints what one training on a large table takes."""
    frame = made_up(rows, 0).assign(**{"number 10": np.random.default_rng(1).gamma(2, 30, rows).round(2)})
    with Watched() as watched:
        start = time.perf_counter()
        card = risk.train(frame, progress=watched.tell)
        took = time.perf_counter() - start
    found = card.evaluation
    print(f"{rows:,} rows x {frame.shape[1] - 1} columns: {took:.0f} s, {watched.peak:.2f} GB at most, all processes together")
    print(f"progress was silent for at most {watched.silence:.0f} s, and its share stood still for at most {watched.standstill:.0f} s")
    print(f"log-loss {found.log_loss:.5f} on {found.rows:,} unseen rows; {card.provenance.pairs} pairs, {card.provenance.trees} trees")


def against(name: str, frame: pd.DataFrame, lost: np.ndarray) -> None:
    """Prints the seconds of one training and of the search, and the ratio; the search with as many threads as do it best."""
    labelled = frame.assign(**{"label of the set": pd.Series(np.where(lost, "yes", "no"), dtype="str")})
    plain = inputs(frame)
    search = {threads: seconds(lambda threads=threads: light_tuned(plain, lost, plain.head(1), threads=threads)) for threads in (1, -1)}
    ours = [seconds(lambda: risk.train(labelled, label="label of the set", lost="yes")) for _time in range(2)]
    threads, best = min(search.items(), key=lambda found: found[1])
    print(f"{name}: {len(frame):,} rows x {frame.shape[1]} columns, {os.cpu_count()} processors")
    print(f"one training                        {ours[1]:8.1f} s   ({ours[0]:.1f} s where its processes have yet to be started)")
    print(f"search over {len(SETTINGS)} settings, one thread   {search[1]:8.1f} s")
    print(f"search over {len(SETTINGS)} settings, all threads  {search[-1]:8.1f} s")
    print(f"one training takes {ours[1] / best:.1f} times the search with {'one thread' if threads == 1 else 'all threads'}")


def main(what: str = "") -> None:
    """Does what was asked for."""
    if what.isdigit():
        large(int(what))
    elif what:
        against(what, *table_of(tomllib.loads((DATA / "sets.toml").read_text("utf-8"))[what]))
    else:
        frame = made_up(ROWS, 0)
        against("made up", frame.drop(columns="churn"), (frame["churn"] == "yes").to_numpy())


if __name__ == "__main__":
    main(*sys.argv[1:2])
