"""From which day to which a table speaks."""

import datetime
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, has, small


@dataclass(frozen=True)
class Period:
    """The first and the last day that a table holds, both inside."""

    first: datetime.date
    last: datetime.date


def period(frame: Frame, *columns: str) -> Period | None:
    """The earliest and the latest day in those of the `columns` that there are; None where they hold no day."""
    held = [column for column in columns if has(frame, column)]
    if not held:
        return None
    ends = [nw.col(column).min().alias(f"first_{column}") for column in held]
    ends += [nw.col(column).max().alias(f"last_{column}") for column in held]
    days = [pd.Timestamp(day).date() for day in small(frame.select(*ends)).iloc[0] if not pd.isna(day)]
    return Period(min(days), max(days)) if days else None
