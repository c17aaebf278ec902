"""What the event tables say about every customer on a given day, from the days before it alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WINDOW_DAYS = 180


@dataclass(frozen=True)
class Signs:
    """One value a customer: counts over WINDOW_DAYS days, days since the last contact either way, the last NPS answer (NaN: none)."""

    late_payments: Ints
    complaints: Ints
    contact_changed: npt.NDArray[np.bool_]
    days_since_contact: Ints
    last_nps: Floats


@dataclass(frozen=True)
class Record:
    """Event tables laid out by customer (rows) and day (columns), so that any day can be looked up at once.

    The running counts in column d, and the number of the latest event there (-1: none), cover the days before d only.
    """

    late: Ints
    complaints: Ints
    contact_changes: Ints
    latest_contact: Ints
    latest_nps: Ints
    contact_day: Ints
    nps_score: Floats

    def on(self, day: Ints) -> Signs:
        """The signs of each customer on their own `day` (days since the firm opened)."""
        row = np.arange(len(day))
        answer = self.latest_nps[row, day]
        return Signs(
            late_payments=_in_window(self.late, day),
            complaints=_in_window(self.complaints, day),
            contact_changed=_in_window(self.contact_changes, day) > 0,
            days_since_contact=day - self.contact_day[self.latest_contact[row, day]],
            last_nps=np.where(answer < 0, np.nan, self.nps_score[answer]),
        )


def record(tables: dict[str, pd.DataFrame], *, customers: int, days: int) -> Record:
    """Lay out `tables` (orders, contacts, surveys, changes; a column `customer` numbers the customers from 0, dates are days from 0).

    An invoice counts as late from the day after it fell due unpaid.
    """
    contacts = tables["contacts"].sort_values("contacted_on", kind="stable")
    nps = tables["surveys"].query("question == 'nps'").sort_values("answered_on", kind="stable")
    orders = tables["orders"]
    late = orders[~(orders["paid_on"] <= orders["due_on"])]
    people = tables["changes"].query("what == 'point_of_contact'")
    shape = (customers, days + 1)
    return Record(
        late=_running_count(late, "due_on", shape),
        complaints=_running_count(contacts[contacts["kind"] == "complaint"], "contacted_on", shape),
        contact_changes=_running_count(people, "changed_on", shape),
        latest_contact=_latest(contacts, "contacted_on", shape),
        latest_nps=_latest(nps, "answered_on", shape),
        contact_day=contacts["contacted_on"].to_numpy(np.int64),
        nps_score=nps["score"].to_numpy(np.float64),
    )


def _cells(events: pd.DataFrame, when: str, days: int) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Row and column of the first cell that knows of each event, and which events are known in time."""
    column = events[when].to_numpy(np.int64) + 1
    return events["customer"].to_numpy(np.int64), column, column < days


def _running_count(events: pd.DataFrame, when: str, shape: tuple[int, int]) -> Ints:
    row, column, known = _cells(events, when, shape[1])
    grid = np.zeros(shape, np.int64)
    np.add.at(grid, (row[known], column[known]), 1)
    return np.cumsum(grid, axis=1)


def _latest(events: pd.DataFrame, when: str, shape: tuple[int, int]) -> Ints:
    """Number of the latest event; `events` are in order of day."""
    row, column, known = _cells(events, when, shape[1])
    grid = np.full(shape, -1, np.int64)
    np.maximum.at(grid, (row[known], column[known]), np.flatnonzero(known))
    return np.asarray(np.maximum.accumulate(grid, axis=1))


def _in_window(running: Ints, day: Ints) -> Ints:
    row = np.arange(len(day))
    return np.asarray(running[row, day] - running[row, np.maximum(day - WINDOW_DAYS, 0)])
