"""What a warning sign is: what it needs, when it fires, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Self

import narwhals.stable.v2 as nw
import pandas as pd

from churn.signs.thresholds import Steps, Thresholds

EVIDENCE: Mapping[str, Any] = MappingProxyType(
    {
        "since": nw.Date,
        "days": nw.Int64,
        "usual": nw.Float64,
        "count": nw.Int64,
        "amount": nw.Float64,
        "before": nw.String,
        "after": nw.String,
    }
)
WATCH, WARN, ACT = 1, 2, 3


@dataclass(frozen=True)
class Shown:
    """A sign that a customer shows. `since` is the day of it (the last, where there are several), `days` how long ago that was (how soon,
    for a renewal) or, beside a count, the days that were counted over; `usual` is what is usual for this customer or was before, `count`
    how often, `amount` money or a score, `before` and `after` names. None where the sign has no such evidence.
    """

    sign: str
    severity: int
    since: date | None = None
    days: int | None = None
    usual: float | None = None
    count: int | None = None
    amount: float | None = None
    before: str | None = None
    after: str | None = None

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Self:
        """From a row of the frame of `signs`, in whatever types an engine hands it over."""
        known = {name: row[name] for name in EVIDENCE if name in row and not pd.isna(row[name])}
        as_python: dict[str, Callable[[Any], Any]] = {
            "since": lambda day: pd.Timestamp(day).date(),
            "days": int,
            "usual": float,
            "count": int,
            "amount": float,
            "before": str,
            "after": str,
        }
        return cls(str(row["sign"]), int(row["severity"]), **{name: as_python[name](cell) for name, cell in known.items()})


@dataclass(frozen=True)
class Sign:
    """One warning sign, declared once.

    `needs`: columns by table without which it is not computed. `severity` (Int64: 0 does not fire, 1 watch, 2 warn, 3 act) and `evidence`
    are expressions over the columns of `facts`. `has_past` is False where the tables hold only how things are today, so that nobody can
    tell what they were.
    """

    key: str
    title: str
    needs: Mapping[str, tuple[str, ...]]
    severity: Callable[[Thresholds], nw.Expr]
    evidence: Mapping[str, nw.Expr]
    has_past: bool = True


def from_step(size: nw.Expr, steps: Steps) -> nw.Expr:
    """1, 2 or 3 where `size` has reached the first, second or third step; 0 below the first and where the size is unknown."""
    watch, warn, act = steps
    falls = watch > act
    reached = [size <= nw.lit(step) if falls else size >= nw.lit(step) for step in (watch, warn, act)]
    above = nw.when(reached[1]).then(nw.lit(WARN)).otherwise(nw.when(reached[0]).then(nw.lit(WATCH)).otherwise(nw.lit(0)))
    return nw.when(reached[2]).then(nw.lit(ACT)).otherwise(above).cast(nw.Int64)


def only_if(condition: nw.Expr, severity: nw.Expr) -> nw.Expr:
    """The severity where the condition holds, else 0."""
    return nw.when(condition).then(severity).otherwise(nw.lit(0)).cast(nw.Int64)
