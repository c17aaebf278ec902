"""SPREAD: a fair load for each work day and owner."""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

MOST_A_DAY = 15
FRIDAY = 4


def work_days(day: date, days: int) -> list[date]:
    """The days from Monday to Friday among the `days` days from `day` on.

    >>> [found.day for found in work_days(date(2026, 1, 2), 5)]
    [2, 5, 6]
    """
    return [found for found in (day + timedelta(days=ahead) for ahead in range(days)) if found.weekday() <= FRIDAY]


def spread(tasks: pd.DataFrame, day: date, *, days: int, most: int) -> pd.DataFrame:
    """Each task of these on a work day no earlier than it is due, at most `most` customers a day and owner.

    Columns in: customer_id, owner, due_on (date), kind, urgency (less is more urgent), value (money; nan: unknown). On each day the most
    urgent of those that are due come first, then those of most value, then the longest due, then by customer_id and kind, so that the order
    of rows means nothing. Who is contacted is contacted once for all that is due: those tasks are on the same day, and all but the first
    have `with_other` true. Columns out: also planned_on (date; NaT where all days are full), with_other. The index stays.
    """
    by = ["urgency", "_value", "due_on", "customer_id", "kind"]
    ordered = tasks.assign(_value=-tasks["value"].fillna(0.0)).sort_values(by, kind="stable")
    planned: dict[int, tuple[date, bool]] = {}
    for _owner, mine in ordered.groupby("owner", sort=False):
        planned |= dict(_of_one(mine, work_days(day, days), most))
    found = ordered.drop(columns="_value")
    days_of = [planned.get(place, (None, False)) for place in found.index]
    return found.assign(planned_on=pd.to_datetime(pd.Series([on for on, _also in days_of], index=found.index, dtype="object")),
                        with_other=pd.Series([also for _on, also in days_of], index=found.index, dtype="bool"))  # fmt: skip


def _of_one(mine: pd.DataFrame, days: list[date], most: int) -> Iterator[tuple[int, tuple[date, bool]]]:
    """The day of each task of one owner that finds one, and whether it goes with another; `mine` in the order of urgency."""
    customers, places = mine["customer_id"].tolist(), mine.index.tolist()
    dues = [due.date() for due in pd.to_datetime(mine["due_on"])]
    waiting = sorted(range(len(mine)), key=lambda row: (dues[row], row))
    due: list[int] = []
    of_customer: dict[str, list[int]] = defaultdict(list)
    done: set[int] = set()
    arrived = 0
    for day in days:
        while arrived < len(waiting) and dues[waiting[arrived]] <= day:
            row = waiting[arrived]
            heapq.heappush(due, row)
            of_customer[customers[row]].append(row)
            arrived += 1
        taken = 0
        while due and taken < most:
            row = heapq.heappop(due)
            if row in done:
                continue
            taken += 1
            for other in of_customer.pop(customers[row]):
                done.add(other)
                yield places[other], (day, other != row)
