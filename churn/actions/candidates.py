"""Who could be contacted on a day: every customer who may be on a list, what speaks for it and against, and the money expected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.actions import noted
from churn.actions.gains import best_gains
from churn.actions.held_out import held_out
from churn.actions.playbook import Play
from churn.actions.promises import promises_due
from churn.actions.reachable import noted_dead, noted_gone, with_owner
from churn.actions.win_back import monday
from churn.measures.dialect import Frame, days_between, has, is_true, real, small
from churn.money import TYPICAL
from churn.signs import SIGNS, Thresholds
from churn.stored import TablesOf

_KEY = "customer_id"


@dataclass(frozen=True)
class Work:
    """How somebody works: `calls` they can make a day, `owner` whose customers they look at ("": everybody's), `quiet_days` in which nobody
    is contacted twice, a kept customer is worth their monthly value times `months` (`value`, money, where the desk knows no monthly
    values)."""

    calls: int = 15
    owner: str = ""
    quiet_days: int = 7
    months: float = 12.0
    value: float = TYPICAL.value


def candidates(
    frames: TablesOf,
    people: Frame,
    lost: nw.Expr | None,
    *,
    day: date,
    plays: Sequence[Play],
    work: Work,
    scored: bool,
    following_up: Collection[str],
    asked_back: Collection[str] = (),
) -> Frame:
    """One row a customer of that owner who is not held out: customer_id, owner, paid (money a month), value, risk (0..1), is_gone (1 or 0),
    lost_on, reason (why they left), worst and grade (severity of the gravest sign, and of all added up; 0: none), renewal_in (days),
    late_days (since a contact was due), promise (1: one belongs to these days), broken (1: one was due longer ago), follow_up (1 or 0),
    campaign (its number), gain (money) of the best play that fits, promised (1: for these days), owed (1: that, or to be followed up),
    snoozed_until, contacted_on, done_today, has_left (1 or 0). What is not known is null.

    `people` and `lost` as `churn.view` has them; `frames` of the same cursor; `scored`: risks can be trusted; `following_up`
    the customers of `noted.follow_ups`, `asked_back` the lost whom this week asks back, the only ones of the lost (no gain is reckoned of
    them here).
    """
    campaigns = noted.running_campaigns(frames["journal"], day)
    everyone = _here(people, lost, frames, work, day, asked_back)
    known = _together(everyone, _prepared(frames, day, scored=scored), _noted(frames, campaigns, day=day, work=work), frames)
    known = known.filter(nw.col("held").is_null())
    follow_up = nw.col(_KEY).is_in(list(following_up)) if following_up else nw.lit(1) == nw.lit(0)
    whole = known.with_columns(
        _severity("worst", frames),
        _severity("grade", frames),
        _still_late(day),
        follow_up=nw.when(follow_up).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    fresh = is_true(nw.col("promise") == 1)
    here = nw.col("is_gone") == 0
    since = nw.when(here).then(nw.lit(day - timedelta(days=work.quiet_days))).otherwise(nw.lit(monday(day) - timedelta(days=1)))
    reached = nw.col("reached_on") > since
    recent = nw.when(reached).then(nw.col("reached_on"))
    running = {number: play for number, (_title, play, _on) in campaigns.items()}
    paying = _with_gains(whole, frames, plays, work, running, only_renewal="customer_signs" not in frames)
    return paying.with_columns(
        contacted_on=nw.max_horizontal(nw.when(here).then(nw.col("contacted_on")), recent),
        promised=nw.when(fresh & here).then(nw.lit(1)).otherwise(nw.lit(0)),
        owed=nw.when(((nw.col("follow_up") == 1) | fresh) & here).then(nw.lit(1)).otherwise(nw.lit(0)),
    ).drop("held", "reached_on", "shown")


def _prepared(frames: Mapping[str, Frame], day: date, *, scored: bool) -> list[Frame]:
    """What is known of many customers, each with customer_id, a customer once."""
    parts = [frames["scores"].select(_KEY, risk=real("risk"))] if scored else []
    if "customer_standing" in frames:
        columns = [_KEY, "worst", "grade", "shown", "reason"]
        rhythm = "customer_rhythm" in frames
        return [*parts, frames["customer_standing"].select(*columns, *([_late(day)] if rhythm else []))]
    return [*parts, frames["customer_reasons"].select(_KEY, "reason")] if "customer_reasons" in frames else parts


def _noted(frames: Mapping[str, Frame], campaigns: Collection[int], *, day: date, work: Work) -> list[Frame]:
    """What the journal and the latest events say of a few customers, each with customer_id, a customer once."""
    journal = frames["journal"]
    parts = [
        held_out(frames, day).with_columns(held=nw.lit(1)),
        noted.outcomes(journal, day),
        noted_gone(frames).with_columns(has_left=nw.lit(1)),
        noted.snoozed(journal, day),
        promises_due(frames, day).group_by(_KEY).agg(promise=nw.col("fresh").max(), broken=(1 - nw.col("fresh")).max()),
        noted.to_contact(frames, campaigns) if campaigns else None,
        _last_contact(frames, day, work),
    ]
    return [part for part in parts if part is not None]


def _here(people: Frame, lost: nw.Expr | None, frames: Mapping[str, Frame], work: Work, day: date, asked_back: Collection[str]) -> Frame:
    """Everybody of that owner who is not lost or is asked back, with what their own row says."""
    back = nw.col(_KEY).is_in(list(asked_back)) if asked_back else nw.lit(1) == nw.lit(0)
    if lost is not None:
        people = people.filter(~is_true(lost) | back)
    if dead := noted_dead(frames):
        people = people.filter(~nw.col(_KEY).is_in(dead))
    gone = nw.when(back).then(nw.lit(1)).otherwise(nw.lit(0))
    valued = has(people, "monthly_value")
    paid = real("monthly_value") if valued else nw.lit(None, nw.Float64)
    value = paid * nw.lit(work.months) if valued else nw.lit(work.value)
    lost_on = nw.col("lost_on") if has(people, "lost_on") else nw.lit(None, nw.Date)
    renewal = days_between(nw.lit(day), nw.col("renewal_on")) if has(people, "renewal_on") else nw.lit(None, nw.Int64)
    owned = with_owner(people, frames)
    owned = owned.filter(nw.col("owner") == nw.lit(work.owner)) if work.owner else owned
    return owned.select(_KEY, "owner", lost_on=lost_on, renewal_in=renewal, is_gone=gone.cast(nw.Int64), paid=paid, value=value)


def _together(here: Frame, many: Sequence[Frame], few: Sequence[Frame], frames: TablesOf) -> Frame:
    """`here` with what the parts say of each customer, each of which has a customer once; those of few customers are computed once and put
    together before, so that all customers are joined with them but once."""
    types: dict[str, Any] = {
        **dict.fromkeys(("held", "campaign", "done_today", "has_left", "promise", "broken", "worst", "grade", "shown"), nw.Int64),
        **dict.fromkeys(("reached_on", "snoozed_until", "contacted_on"), nw.Date),
        "reason": nw.String,
        **dict.fromkeys(("risk", "late_days"), nw.Float64),
    }
    held, noted = [frames.at_hand(part) for part in few], []
    names = {name: types.pop(name) for part in held for name in part.collect_schema().names() if name in types}
    for part in held:
        there = part.collect_schema()
        cells = (nw.col(name) if name in there else nw.lit(None) for name in names)
        noted.append(part.select(_KEY, *(cell.cast(kind).alias(name) for cell, (name, kind) in zip(cells, names.items(), strict=True))))
    said = nw.concat(noted).group_by(_KEY).agg(*(nw.col(name).max() for name in names))
    here = here.join(frames.at_hand(said), on=_KEY, how="left")
    for part in many:
        own = [name for name in part.collect_schema().names() if name in types]
        here = here.join(part.select(_KEY, *(nw.col(name).cast(types.pop(name)) for name in own)), on=_KEY, how="left")
    return frames.at_hand(here.select(nw.all(), *(nw.lit(None, kind).alias(name) for name, kind in types.items())))


def _severity(name: str, frames: Mapping[str, Frame]) -> nw.Expr:
    """worst or grade, 0 where no sign shows; of a desk without histories that of its contract alone."""
    alone = nw.when(nw.col("is_gone") == 0).then(SIGNS["renewal"].severity(Thresholds()))
    shown = nw.col(name) if "customer_signs" in frames else alone
    return shown.fill_null(nw.lit(0)).cast(nw.Int64).alias(name)


def _late(day: date) -> nw.Expr:
    """late_days: how long a contact has been due by the customer's own rhythm, or that of most where none is known."""
    due = days_between(nw.col("due_on"), nw.lit(day)).cast(nw.Float64)
    return nw.when(due > 0).then(due).alias("late_days")


def _still_late(day: date) -> nw.Expr:
    """late_days where nobody was reached since the contact was due, by what is noted."""
    since = days_between(nw.col("reached_on"), nw.lit(day)).cast(nw.Float64)
    return nw.when(nw.col("reached_on").is_null() | (since > nw.col("late_days"))).then(nw.col("late_days")).alias("late_days")


def _last_contact(frames: Mapping[str, Frame], day: date, work: Work) -> Frame | None:
    if "contacts" not in frames and "customer_features" in frames:
        return noted.in_touch_by_features(frames["customer_features"], frames["dials"], day, work.quiet_days)
    if "contacts" not in frames or not has(frames["contacts"], "contacted_on"):
        return None
    if "customer_spoke" not in frames:
        return noted.in_touch(frames["contacts"], day, work.quiet_days)
    read_at = small(frames["dials"].select("as_of"))["as_of"].iloc[0].date()
    since, day_before = nw.lit(day - timedelta(days=work.quiet_days)), nw.col("last_out_on")
    before = frames["customer_spoke"].filter(day_before > since).select(_KEY, contacted_on=day_before)
    later = noted.in_touch(frames["contacts"].filter(nw.col("contacted_on") >= nw.lit(read_at)), day, work.quiet_days)
    return nw.concat([before, later]).group_by(_KEY).agg(contacted_on=nw.col("contacted_on").max())


def _with_gains(
    known: Frame, frames: TablesOf, plays: Sequence[Play], work: Work, campaigns: Mapping[int, str], *, only_renewal: bool
) -> Frame:
    """`known` with gain, of those who are here; `only_renewal`: no other sign is known."""
    here = known.filter(nw.col("is_gone") == 0)
    rows = here.select(_KEY, "shown", "worst", "campaign", "reason", "risk", "value").collect("pyarrow").to_native()
    cells: dict[str, Any] = {name: rows[name].to_numpy(zero_copy_only=False) for name in rows.column_names}
    shown, campaign = (np.nan_to_num(cells[name].astype(np.float64)).astype(np.int64) for name in ("shown", "campaign"))
    bits = {key: 1 << place for place, key in enumerate(SIGNS)}
    wanted = {play.key: sum({bits.get(sign, 0) for sign in play.signs}) for play in plays}
    answers = {key: shown & want > 0 for key, want in wanted.items()}
    if only_renewal:
        answers = {play.key: (cells["worst"] > 0) & ("renewal" in play.signs) for play in plays}
    running = {key: np.isin(campaign, [number for number, of in campaigns.items() if of == key]) for key in set(campaigns.values())}
    risk, value = (cells[name].astype(np.float64) for name in ("risk", "value"))
    reason = np.where(pd.isna(cells["reason"]), "", cells["reason"]).astype(object)
    gain = best_gains(plays, risk, value, answers=answers, reason=reason, running=running)
    found = pd.DataFrame({_KEY: cells[_KEY], "gain": gain})
    return known.join(frames.at_hand(found).select(_KEY, gain=real("gain")), on=_KEY, how="left")
