"""Shares of customers with their intervals, and who counts as lost."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, count_if, is_known, one_row, words

Z_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Share:
    """`count` of `total`, and the 95% interval of the share; `share`, `low` and `high` are NaN where the total is 0."""

    count: int
    total: int
    share: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """The share `count` / `total` with its 95% score interval (Wilson, 1927).

    >>> tenth = share_of(1, 10)
    >>> round(tenth.low, 4), round(tenth.high, 4)
    (0.0179, 0.4042)
    """
    if total == 0:
        return Share(0, 0, math.nan, math.nan, math.nan)
    share = count / total
    shrink = 1 + Z_95**2 / total
    middle = (share + Z_95**2 / (2 * total)) / shrink
    half = Z_95 / shrink * math.sqrt(share * (1 - share) / total + Z_95**2 / (4 * total**2))
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == total else middle + half
    return Share(count, total, share, low, high)


def with_shares(counts: pd.DataFrame, count: str, total: str) -> pd.DataFrame:
    """`counts` with share, low and high: of each row's `total` the `count`, and the 95% interval as in `share_of`."""
    shares = [share_of(int(one), int(of)) for one, of in zip(counts[count], counts[total], strict=True)]
    return counts.assign(**{name: [float(getattr(share, name)) for share in shares] for name in ("share", "low", "high")})


def lost_expression(column: str, lost_value: str | float | None = None) -> nw.Expr:
    """True for lost customers, false for others, null where the column does not say.

    `lost_value` None: whoever has the column filled in is lost (`ended_on`), and nobody is null. Otherwise whose value equals
    `lost_value` without case or spaces around it, where 1, 1.0, "1" and True are one, and so are 0, "0" and False.
    """
    if lost_value is None:
        return is_known(nw.col(column))
    return words(column).str.to_lowercase().is_in(_spellings(lost_value))


def churn(customers: Frame, lost: nw.Expr) -> Share:
    """The share of lost customers among those of whom it is known whether they are lost.

    Columns in: those that `lost` reads, one row a customer.
    """
    counts = one_row(customers, [count_if(lost).alias("count"), count_if(is_known(lost)).alias("total")])
    return share_of(int(counts["count"]), int(counts["total"]))


def _spellings(value: str | float) -> list[str]:
    """All texts that the engines write for the value, in lower case.

    >>> _spellings(True), _spellings("2"), _spellings(" Yes ")
    (['1', '1.0', 'true'], ['2', '2.0'], ['yes'])
    """
    text = str(value).strip().lower()
    text = {"true": "1", "false": "0"}.get(text, text)
    try:
        number = float(text)
    except ValueError:
        return [text]
    if not number.is_integer():
        return sorted({text, repr(number)})
    return [str(int(number)), repr(number), *{1.0: ["true"], 0.0: ["false"]}.get(number, [])]
