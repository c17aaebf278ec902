"""A small made-up history with one planted cause: a broken promise."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

AS_OF = date(2025, 7, 1)
MONTH, MONTHS = 30, 6


def history(customers: int = 300, *, seed: int = 0, cause: bool = True) -> dict[str, pd.DataFrame]:
    """customers (customer_id, started_on, size, ended_on) and promises (customer_id, promised_on, due_on, kept_on), days as dates or None.

    In six months up to AS_OF, each of 30 days, one customer in ten is given a promise that is not kept and two in ten one that is. Of those
    with a promise not kept one in three leaves in each later month, of the others one in fifty; without a `cause` one in twelve of all.
    """
    chance = np.random.default_rng(seed)
    first = AS_OF - timedelta(days=MONTH * MONTHS)
    names = [f"c{place:04}" for place in range(customers)]
    ended: list[date | None] = [None] * customers
    promises: list[tuple[str, date, date, date | None]] = []
    for place, name in enumerate(names):
        broken = False
        for month in range(MONTHS):
            begin = first + timedelta(days=MONTH * month)
            if chance.random() < ((1 / 3 if broken else 1 / 50) if cause else 1 / 12):
                ended[place] = begin + timedelta(days=int(chance.integers(MONTH)))
                break
            fate = chance.random()
            if fate < 0.3:
                day = begin + timedelta(days=int(chance.integers(10)))
                promises.append((name, day, day + timedelta(days=10), None if fate < 0.1 else day + timedelta(days=5)))
                broken |= bool(fate < 0.1)
    started = [first - timedelta(days=int(days)) for days in chance.integers(0, 900, customers)]
    who = {"customer_id": names, "started_on": started, "size": chance.integers(1, 100, customers), "ended_on": ended}
    return {
        "customers": pd.DataFrame(who),
        "promises": pd.DataFrame(promises, columns=["customer_id", "promised_on", "due_on", "kept_on"]),
    }
