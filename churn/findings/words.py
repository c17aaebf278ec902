"""Sentences that several findings say alike."""

import math

from churn import wording
from churn.measures import Share
from churn.measures.rates import Z_95
from churn.wording import _, plural

FEW = 30
SMALL = 10


def few(n: int, counted: str) -> str:
    """A caution where figures rest on fewer than 30; `counted` is `n` in words, such as "12 answers". "" for more."""
    if n >= FEW:
        return ""
    return _("Only {counted}: chance alone can move these figures a lot.").format(counted=counted)


def customers(n: int) -> str:
    """So many customers, in words."""
    return plural("{n} customer", "{n} customers", n)


def of(share: Share) -> str:
    """What a share was counted on: "46 of 2,990"."""
    return _("{count} of {total}").format(count=wording.number(share.count), total=wording.number(share.total))


def interval(share: Share) -> str:
    """The interval of a share: "95% interval 1.1% to 2.0%"."""
    return _("95% interval {range}").format(range=wording.share_range(share.low, share.high))


def said_share(share: Share, digits: int = 1) -> str:
    """A share as it may stand alone: a percentage, or for a small group its counts only."""
    return wording.percent(share.share, digits) if share.total >= SMALL else of(share)


def beyond_chance(now: Share, before: Share) -> bool:
    """Whether two shares of different customers differ by more than chance would in 95 of 100 cases (the pooled z test of proportions)."""
    both = now.total + before.total
    if not (now.total and before.total):
        return False
    pooled = (now.count + before.count) / both
    error = math.sqrt(pooled * (1 - pooled) * (1 / now.total + 1 / before.total))
    return error > 0 and abs(now.share - before.share) > Z_95 * error


def against(now: Share, before: Share, when: str) -> str:
    """How a share differs from that of `when` ("in November 2025"): "0.4 points more than in November 2025, no more than chance"; "" where
    one of them is of few."""
    if min(now.total, before.total) < SMALL:
        return ""
    apart = now.share - before.share
    if apart == 0:
        return _("as much as {when}").format(when=when)
    size = _("{points} points").format(points=wording.number(100 * abs(apart), 1))
    more = _("{size} more than {when}") if apart > 0 else _("{size} less than {when}")
    told = more.format(size=size, when=when)
    if beyond_chance(now, before):
        return _("{told}, more than chance alone would do").format(told=told)
    return _("{told}, no more than chance alone may do").format(told=told)
