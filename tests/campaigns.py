"""Campaigns and desks by hand, for the tests of what campaigns did."""

from datetime import date, datetime, timedelta

import pandas as pd

from churn.actions.comparing import Arm, Pair
from churn.actions.following import Trial
from churn.intake import read
from churn.prepared import wishes_of
from churn.risk.desk_history import preparing
from churn.store import Desk
from churn.tables import TABLES

DAY = date(2026, 1, 1)


def trial(acted, held, *, state="over", days=90) -> Trial:
    """A campaign of so many customers and leavers on each side."""
    pair = Pair(Arm(*acted), Arm(*held))
    stopped = date(2026, 2, 1) if state == "stopped" else None
    return Trial(1, "call", DAY, DAY + timedelta(days=days), state, pair, members=acted[0] + held[0], stopped_on=stopped)


def load(desk: Desk, *, read_on: date | None = None, loaded_at: datetime | None = None, **frames: pd.DataFrame) -> None:
    """Loads tables and prepares them, read on a day where one is given."""
    intakes = {name: read(frame.to_csv(index=False).encode(), file=f"{name}.csv", table=TABLES[name]) for name, frame in frames.items()}
    if read_on is not None:
        desk.set_settings({"wishes": {**wishes_of(desk).as_setting(), "as_of": read_on.isoformat()}})
    desk.load(intakes, prepare=preparing(wishes_of(desk)), loaded_at=loaded_at)
