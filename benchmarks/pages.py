"""The server's time to draw each manager's page anew after a filter change: 100,000 customers, 2,000,000 orders, 1,000,000 contacts.

For each page: the median of several filters that nobody has asked for yet, on a warm desk, of all that the server does to answer: the
queries, the arithmetic, the sentences, and the figures as the browser gets them; beside it the share that is spent in queries. Reading the
same page from raw orders (the Lorenz curve and the loyal fifths as `measures` makes them of all tables) stands below for comparison.

    python -m benchmarks.pages [CUSTOMERS] [FOLDER]     FOLDER: a desk that benchmarks.firm_of has made
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from benchmarks import firm_of
from churn import findings, measures
from churn.filters import Filters
from churn.findings import Asked, Findings, stating
from churn.risk.desk_history import bring_up
from churn.store import Desk, open_desk
from churn.view import View, viewed

CUSTOMERS = 100_000
CHOICES = [
    Filters({"region": ("North", "South")}),
    Filters({"segment": ("Small",)}),
    Filters({"region": ("East",)}, period="12"),
    Filters({"plan": ("Basic", "Plus")}),
    Filters(value_from=50.0),
    Filters(tenures=("1_to_2", "2_to_5")),
    Filters({"owner": ("Owner 03", "Owner 05")}, period="24"),
]
PAGES: dict[str, Callable[[View], Findings]] = {
    "overview": lambda view: findings.overview(view),
    "reasons": lambda view: findings.reasons(view, Asked(next(iter(stating.sources(view))), by="segment")),
    "segments": lambda view: findings.segments(view, "segment", "region"),
    "loyalty": lambda view: findings.loyalty(view, by="segment"),
    "nps": lambda view: findings.nps(view, by="segment"),
}


def drawn(found: Findings) -> int:
    """The page's figures as the browser gets them, in bytes."""
    return sum(len(part.chart.figure.to_json()) for part in found.parts if part.chart is not None)


@contextmanager
def timed_queries() -> Iterator[list[float]]:
    """Notes the seconds of every query while the block lasts."""
    spent: list[float] = []
    collect = nw.LazyFrame.collect

    def noted(self: Any, *given: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return collect(self, *given, **named)
        finally:
            spent.append(time.perf_counter() - start)

    nw.LazyFrame.collect = noted  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        nw.LazyFrame.collect = collect  # type: ignore[method-assign]


def seconds(desk: Desk, page: Callable[[View], Findings]) -> tuple[float, float, int]:
    """Median seconds over the choices, the median share of queries, and how many queries one drawing makes."""
    taken, shares, asked = [], [], 0
    for chosen in CHOICES:
        with timed_queries() as spent:
            start = time.perf_counter()
            with viewed(desk, chosen) as view:
                drawn(page(view))
            taken.append(time.perf_counter() - start)
        shares.append(sum(spent) / taken[-1])
        asked = max(asked, len(spent))
    return statistics.median(taken), statistics.median(shares), asked


def from_raw_orders(desk: Desk) -> float:
    """Median seconds of the Lorenz curve and the loyal fifths where every order is read again."""
    taken = []
    for chosen in CHOICES:
        start = time.perf_counter()
        with viewed(desk, chosen) as view:
            measures.concentration(measures.values_from_orders(view.frames["orders"]))
            if view.dials is not None:
                measures.loyal_fifths(view.frames, view.dials)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main(customers: int, folder: Path) -> None:
    """Makes the firm where it is not there, and prints one line a page."""
    if not folder.exists():
        firm_of.make(folder, customers)
    with open_desk(folder) as desk:
        bring_up(desk)
        for page in PAGES.values():
            seconds(desk, page)
        print(f"{'page':10} {'seconds':>8} {'in queries':>11} {'queries':>8}")
        for name, page in PAGES.items():
            median, share, asked = seconds(desk, page)
            print(f"{name:10} {median:8.3f} {share:11.0%} {asked:8}")
        print(f"{'the curve and the loyal fifths from raw orders':46} {from_raw_orders(desk):.3f}")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS
    with tempfile.TemporaryDirectory() as place:
        main(wanted, Path(sys.argv[2]) if len(sys.argv) > 2 else Path(place) / "desk")
