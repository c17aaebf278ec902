"""The server's time to draw every page anew, as a visitor's browser asks for it: the whole page, its figures as JSON among it.

Each page is drawn twice, so that what stays is warm, then after each of several changes that nobody has asked for before: the filters of
the managers' pages, the main choice of the others, and a line noted in the journal. Seconds by the clock, and of the processors: on a
machine that others use the clock tells of them, too. Scores count as beating guessing, whatever the invented firm's are worth.

    python -m benchmarks.redraws FOLDER [PAGE]...     FOLDER: a desk, best a copy, since lines are noted in it
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from churn.journal import Line
from churn.prepared import dials_of
from churn.risk import desk_models
from ui import desk as served

FRONT = Path(__file__).resolve().parent.parent / "front" / "desk.py"
PATIENCE = 600.0
Change = Callable[[Any], None]


def state(**said: object) -> Change:
    """Sets what widgets hold, by key."""

    def change(app: Any) -> None:
        for key, value in said.items():
            app.session_state[key.replace("__", ".")] = value

    return change


def chosen(kind: str, label: str, value: object) -> Change:
    """Chooses in the widget of that label."""
    return lambda app: next(widget for widget in getattr(app, kind) if widget.label == label).set_value(value)


def customer(name: str) -> Change:
    """Opens a customer."""

    def change(app: Any) -> None:
        app.query_params["customer"] = name

    return change


def noting(numbers: Iterator[int]) -> Change:
    """Notes a contact with somebody."""

    def change(app: Any) -> None:
        desk = served.the_desk()
        found = dials_of(desk)
        if found is not None:
            line = Line("outcome", found.as_of, f"C{next(numbers):07}", "benchmark", more={"outcome": "reached", "channel": "phone"})
            desk.journal.note(line, at=datetime(2026, 1, 1))

    return change


FILTERED = [
    state(is__region=["North", "South"]),
    state(is__region=[], is__segment=["Small"]),
    state(is__segment=[], is__plan=["Basic", "Plus"]),
    state(is__plan=[], tenure=["1_to_2", "2_to_5"]),
    state(tenure=[], value_from=50.0),
]
NOTE = noting(count(100))
CALLS, WHOSE = "How many calls can you make?", "Whose customers"
CHANGES: dict[str, list[Change]] = {
    **dict.fromkeys(("overview", "reasons", "segments", "loyalty", "nps"), FILTERED),
    "today": [chosen("number_input", CALLS, 20), NOTE, NOTE],
    "today, one owner": [chosen("selectbox", WHOSE, f"Owner {number:02}") for number in (3, 5)] + [NOTE],
    "customer": [customer(name) for name in ("C0000777", "C0004242", "C0009999")],
    "calendar": [chosen("selectbox", "Owner", f"Owner {number:02}") for number in (3, 7)] + [NOTE],
    "win_back": [NOTE] * 3,
    "promises": [NOTE] * 3,
    "loyal_customers": [NOTE] * 3,
    "effect": [state(effect_part="begin"), state(effect_part="elsewhere"), NOTE],
    "playbook": [NOTE] * 3,
    "signs": [NOTE] * 3,
    "feedback": [state(**{"feedback days": 30}), state(**{"feedback days": 365}), NOTE],
    "calls": [chosen("number_input", "Each call", cost) for cost in (2.0, 3.0)] + [NOTE],
    **dict.fromkeys(("trust", "score_sheet", "workshop", "data", "gone"), [NOTE] * 3),
}


def drawn(app: Any) -> tuple[float, float]:
    """Seconds by the clock and of the processors of one drawing."""
    start, used = time.perf_counter(), time.process_time()
    app.run()
    if app.exception:
        raise SystemExit(app.exception[0].value)
    return time.perf_counter() - start, time.process_time() - used


def redraws(page: str) -> tuple[tuple[float, float], list[tuple[float, float]]]:
    """The first drawing of a page, and those after each change."""
    app = AppTest.from_file(str(FRONT), default_timeout=PATIENCE)
    app._page_hash = calc_hash(page.split(",")[0])
    first = drawn(app)
    drawn(app)
    taken = []
    for change in CHANGES[page]:
        change(app)
        taken.append(drawn(app))
    return first, taken


def main(folder: str, pages: list[str]) -> None:
    """Prints one line a page."""
    os.environ["RETENTION_DESK"] = folder
    for module in (desk_models, served):
        module.finds_signal = lambda desk, card: True  # type: ignore[attr-defined]
    print(f"{'':18}{'seconds by the clock':>30}{'of the processors':>28}")
    print(f"{'page':18}{'first':>10}{'median':>10}{'most':>10}{'median':>18}{'most':>10}")
    for page in pages or CHANGES:
        first, taken = redraws(page)
        clock, used = ([pair[place] for pair in taken] for place in (0, 1))
        cells = f"{first[0]:10.2f}{statistics.median(clock):10.2f}{max(clock):10.2f}"
        print(f"{page:18}{cells}{statistics.median(used):18.2f}{max(used):10.2f}", flush=True)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == 'darwin' else 1e6):.1f} GB at the most")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
