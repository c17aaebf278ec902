"""Many visitors at once: 20 people click through all pages of one desk of 100,000 customers for five minutes.

Each clicks, waits a few seconds, and clicks again: another page, other filters, another customer. What stood on the page is kept, and
afterwards one visitor alone asks a fresh server for the same: figures and sentences must be the same words, and the number of customers
whom a filter leaves that of a count in pandas. Prints how long a redraw took (median, 95th percentile, longest), what went wrong, and
the server's memory by the minute.

    python -m benchmarks.visitors [VISITORS] [SECONDS] [FOLDER]     FOLDER: a desk; without it, one of 100,000 customers is made
"""

import asyncio
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np

from benchmarks import firm_of
from benchmarks.visitor import Drawn, Visitor
from churn.risk.desk_history import bring_up, foretell
from churn.store import open_desk
from tests.browser import Served, serving

CUSTOMERS, VISITORS, SECONDS = 100_000, 20, 300.0
COLUMNS = ("region", "segment")
PAUSE = (2.0, 10.0)
WATCHED = 5.0
APART = 3  # pages between where one visitor begins and where the next does


Asked = tuple[tuple[str, tuple[str, ...]], ...]
Key = tuple[str, Asked, str]


@dataclass(frozen=True)
class Seen:
    """What stood on a page; `asked` are its filters, `customer` whose page it was."""

    drawn: Drawn
    asked: Asked = ()
    customer: str = ""

    @property
    def key(self) -> Key:
        """What was asked for."""
        return self.drawn.page, self.asked, self.customer


@dataclass(eq=False)
class Day:
    """What all visitors saw, what went wrong in sentences, and the server's memory in MB with the seconds since the start."""

    seen: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)


async def visit(port: int, number: int, customers: list[str], until: float, day: Day, pause: tuple[float, float]) -> None:
    """One visitor's clicks until a moment of the clock: through all pages in turn, from a place of its own."""
    choose = random.Random(number)
    visitor = await Visitor.arrive(port)
    pages = deque(page for page in visitor.pages if page)
    pages.rotate(-APART * number)
    drawn = await visitor.open("overview")
    while time.monotonic() < until:
        customer = ""
        if drawn.boxes and choose.random() < 0.5:
            column = choose.choice(COLUMNS)
            values = drawn.boxes[column]
            visitor.filters = {column: tuple(sorted(choose.sample(values, choose.randint(1, min(2, len(values))))))}
            drawn = await visitor.open(drawn.page)
        else:
            page = pages[0]
            pages.rotate(-1)
            customer = choose.choice(customers) if page == "customer" else ""
            drawn = await visitor.open(page, urlencode({"customer": customer}))
        day.seen.append(Seen(drawn, tuple(visitor.filters.items()) if drawn.boxes else (), customer))
        await asyncio.sleep(choose.uniform(*pause))
    await visitor.leave()


async def watch(process: int, until: float, day: Day) -> None:
    """Notes the memory of the server."""
    start = time.monotonic()
    while time.monotonic() < until:
        status = Path(f"/proc/{process}/status").read_text()
        day.memory.append((time.monotonic() - start, int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1e3))
        await asyncio.sleep(min(WATCHED, max(0.0, until - time.monotonic())))


async def all_visit(served: Served, visitors: int, seconds: float, customers: list[str], pause: tuple[float, float]) -> Day:
    """All visitors at once."""
    day, until = Day(), time.monotonic() + seconds
    port = urlsplit(served.url).port or 0
    visits = [visit(port, number, customers, until, day, pause) for number in range(visitors)]
    ended = await asyncio.gather(watch(served.process.pid, until, day), *visits, return_exceptions=True)
    day.wrong += [f"a visit ended: {error!r}" for error in ended if error is not None]
    return day


async def alone(port: int, seen: Iterable[Seen]) -> dict[Key, Drawn]:
    """The same pages as one visitor alone sees them."""
    visitor = await Visitor.arrive(port)
    found: dict[Key, Drawn] = {}
    for one in seen:
        if one.key not in found:
            visitor.filters = dict(one.asked)
            found[one.key] = await visitor.open(one.drawn.page, urlencode({"customer": one.customer}))
    await visitor.leave()
    return found


def faults(day: Day, expected: dict[Key, Drawn], left: dict[Asked, int]) -> list[str]:
    """What is not as it should be, in sentences; `left` are the customers whom each choice of filters leaves."""
    found = list(day.wrong)
    for one in day.seen:
        drawn, alone = one.drawn, expected[one.key]
        where = f"{drawn.page} {dict(one.asked)} {one.customer}".strip()
        if drawn.wrong:
            found.append(f"{where}: {drawn.wrong}")
        elif (drawn.figures, drawn.texts) != (alone.figures, alone.texts):
            differing = sorted({*drawn.texts, *map(str, drawn.figures.items())} ^ {*alone.texts, *map(str, alone.figures.items())})
            found.append(f"{where}: not what one visitor alone sees: {differing[:2]}")
        elif one.asked and not any(text.replace("\\", "").startswith(f"{left[one.asked]:,} of ") for text in drawn.texts):
            found.append(f"{where}: the filter leaves {left[one.asked]:,} customers, and the page does not say so")
    return found


def counted(desk: Path, seen: Iterable[Seen]) -> dict[Asked, int]:
    """How many customers each choice of filters leaves, by pandas."""
    with open_desk(desk) as opened:
        frame = opened.frame("customers").rename(columns={column.label: column.name for column in opened.columns("customers")})
    choices = {one.asked for one in seen if one.asked}
    return {asked: int(np.logical_and.reduce([frame[column].isin(values) for column, values in asked]).sum()) for asked in choices}


def whole_day(desk: Path, place: Path, *, visitors: int, seconds: float, pause: tuple[float, float] = PAUSE) -> tuple[Day, list[str]]:
    """What the visitors of a copy of a desk saw, and what was not as it should be."""
    for name in ("many", "alone"):
        shutil.copytree(desk, place / name)
    with open_desk(place / "many") as opened:
        customers = opened.ids()
    with serving(place / "many", place / "many.log") as served:
        day = asyncio.run(all_visit(served, visitors, seconds, customers, pause))
    log = (place / "many.log").read_text(errors="replace")
    day.wrong += ["the server's log holds an error: " + log[log.index(word) :][:500] for word in ("Traceback", "ERROR") if word in log]
    with serving(place / "alone", place / "alone.log") as served:
        expected = asyncio.run(alone(urlsplit(served.url).port or 0, day.seen))
    return day, faults(day, expected, counted(place / "alone", day.seen))


def told(day: Day, wrong: list[str]) -> str:
    """The table of what a redraw took, the server's memory by the minute, and what went wrong."""
    pages = sorted({one.drawn.page for one in day.seen})
    lines = [f"{'page':18}{'redraws':>8}{'median':>9}{'p95':>9}{'longest':>9}"]
    for page in ["all", *pages]:
        taken = np.array([one.drawn.seconds for one in day.seen if page in ("all", one.drawn.page)])
        lines.append(f"{page:18}{len(taken):8}{np.median(taken):9.2f}{np.quantile(taken, 0.95):9.2f}{taken.max():9.2f}")
    minutes = sorted({int(at // 60) for at, _megabytes in day.memory})
    by_minute = [statistics.median(megabytes for at, megabytes in day.memory if int(at // 60) == minute) for minute in minutes]
    lines.append("the server's memory by the minute, MB: " + ", ".join(f"{megabytes:.0f}" for megabytes in by_minute))
    return "\n".join([*lines, f"wrong: {len(wrong)} of {len(day.seen)} redraws", *wrong[:10]])


def made(folder: Path) -> Path:
    """A desk of the benchmark's firm with a score learned from its histories."""
    firm_of.make(folder, CUSTOMERS)
    with open_desk(folder) as desk:
        bring_up(desk)
        foretell(desk)
    return folder


if __name__ == "__main__":
    number, seconds, *desk = sys.argv[1:] or (VISITORS, SECONDS)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        print(told(*whole_day(Path(desk[0]) if desk else made(place / "desk"), place, visitors=int(number), seconds=float(seconds))))
