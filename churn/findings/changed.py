"""What changed since the month before, and what it comes with: one or two sentences that say no more than the figures bear."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from churn import measures, wording
from churn.filters import Span
from churn.findings import stating
from churn.findings.words import SMALL, against, beyond_chance, of
from churn.measures import Aliases, Share
from churn.measures.lives import lives_of
from churn.measures.rates import share_of
from churn.measures.told import told_reasons
from churn.view import DIMENSIONS, View
from churn.wording import _

FEWEST_REASONS = 5


@dataclass(frozen=True)
class Moved:
    """Two months that followed each other, the later first: their first days, and who of the customers at their start left in each."""

    month: pd.Timestamp
    before: pd.Timestamp
    now: Share
    then: Share


def changed(view: View, rates: pd.DataFrame) -> str:
    """How churn moved in the last whole month (of the period) against the one before, in which group most of it lies where it is more than
    chance, and the reason that most of those who left gave; the counts alone where one of them began with fewer than ten customers, ""
    where one began with none. `rates` comes from `churn_by_month`."""
    moved = _moved(view, rates)
    if moved is None:
        return ""
    month, when = wording.span(moved.month, "month"), _("in {month}").format(month=wording.span(moved.before, "month"))
    if min(moved.now.total, moved.then.total) < SMALL:
        few = _("In {month} {now} customers left, the month before {then}.")
        return few.format(month=month, now=of(moved.now), then=of(moved.then))
    told = _("In {month} {share} of the customers left ({of}), {against}.").format(
        month=month, share=wording.percent(moved.now.share), of=of(moved.now), against=against(moved.now, moved.then, when)
    )
    return " ".join(filter(None, [told, _where(view, moved), _why(view, moved)]))


def _moved(view: View, rates: pd.DataFrame) -> Moved | None:
    if view.span is None:
        return None
    month = pd.Period(view.span.until, "M").start_time - pd.DateOffset(months=1)
    before = month - pd.DateOffset(months=1)
    whole = rates[rates["complete"] & (rates["at_start"] > 0) & rates["month"].isin([before, month])]
    if len(whole) < 2:
        return None
    then, now = (share_of(int(row["lost"]), int(row["at_start"])) for row in whole.to_dict("records"))
    return Moved(month, before, now, then)


def _where(view: View, moved: Moved) -> str:
    """The group with most of the change, where churn moved by more than chance."""
    columns = [column for column in view.columns if column.name in DIMENSIONS]
    if view.dials is None or view.first_month is None or not beyond_chance(moved.now, moved.then):
        return ""
    sign = 1 if moved.now.share > moved.then.share else -1
    shifts: list[tuple[float, str]] = []
    for column in columns:
        found = measures.churn_by_month_of(lives_of(view.people, column.name), view.dials.as_of, view.first_month)
        for group, rows in found[found["group"].notna()].groupby("group"):
            lost: Any = rows.set_index("month")["lost"]
            now, then = int(lost.get(moved.month, 0)), int(lost.get(moved.before, 0))
            named = _("{column} {group}: {now} left, {then} the month before").format(
                column=view.labels[column.name], group=group, now=wording.number(now), then=wording.number(then)
            )
            shifts.append((sign * (now - then * moved.now.total / moved.then.total), named))
    if not shifts or max(shifts)[0] <= 0:
        return ""
    return _("The largest part of the difference is {group}.").format(group=max(shifts)[1])


def _why(view: View, moved: Moved) -> str:
    """The reason given most in the month, with its counts."""
    found = next(iter(stating.sources(view)), None)
    if found is None:
        return ""
    span = Span(moved.before.date(), (moved.month + pd.DateOffset(months=1)).date())
    told = told_reasons(stating.said(view, found, span), aliases=Aliases()).stated
    now, then = (told[told["month"] == month].groupby("reason")["customers"].sum() for month in (moved.month, moved.before))
    if now.sum() < FEWEST_REASONS:
        return ""
    now = now.sort_index().sort_values(ascending=False, kind="stable")
    return _("Of the {stated} who left then and said why, {n} named '{reason}' (the month before {m} of {all}).").format(
        stated=wording.number(now.sum()),
        n=wording.number(now.iloc[0]),
        reason=now.index[0],
        m=wording.number(then.get(now.index[0], 0)),
        all=wording.number(then.sum()),
    )
