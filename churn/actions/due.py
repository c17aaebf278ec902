"""DUE: what is to be done for whom from a day on, as lazy tasks: contacts by the customers' own rhythm, renewals, what follows a sale.

A task is customer_id, kind (of KINDS), step (Int64: its day in a series, else 0), due_on (Date), urgency (Int64, less is more urgent).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions import noted
from churn.actions.noted import STALE_DAYS
from churn.actions.reachable import still_here, with_owner
from churn.dials import Dials
from churn.measures.dialect import Frame, days_after, days_between, days_later, has, is_known, is_true, real, small, words
from churn.measures.own_rhythm import DEFAULT_DAYS
from churn.view import everybody

Kind = Literal["promise", "follow_up", "after_sale", "snooze", "renewal", "silent", "overdue", "contact", "first"]
KINDS: tuple[Kind, ...] = get_args(Kind)
URGENCY: dict[Kind, int] = {
    "promise": 0, "follow_up": 1, "after_sale": 1, "snooze": 1, "renewal": 2, "silent": 3, "overdue": 4, "contact": 5, "first": 6
}  # fmt: skip
AFTER_SALE = (1, 2, 5, 14)
RENEWAL_AHEAD = 30
SILENT = 2.0


@dataclass(frozen=True)
class Span:
    """The days planned for: from `day` on, before `until`."""

    day: date
    days: int

    @property
    def until(self) -> date:
        """The day after the last."""
        return self.day + timedelta(days=self.days)


def people(frames: Mapping[str, Frame], dials: Dials | None, lost: nw.Expr | None, day: date) -> Frame:
    """Whoever may be contacted on `day`: still here by the data and the journal, held out of nothing.

    Columns out: customer_id, name, owner (the one last handed over to; "": nobody), value (Float64, a month), renewal_on,
    told_on (Date: when somebody was last reached by the journal), until (Date: put off until then, else null). `lost` as `lost_of`.
    """
    here = still_here(everybody(frames, dials), lost, frames, day)
    cells: dict[str, Any] = {"name": nw.String, "owner": nw.String, "renewal_on": nw.Date}
    known = here.select(
        "customer_id",
        *((words(name) if kind is nw.String else nw.col(name)).cast(kind).alias(name) if has(here, name)
          else nw.lit(None, kind).alias(name) for name, kind in cells.items()),
        (real("monthly_value") if has(here, "monthly_value") else nw.lit(None, nw.Float64)).alias("value"),
    )  # fmt: skip
    told = noted.outcomes(frames["journal"], day).select("customer_id", told_on="reached_on")
    owned = with_owner(known, frames)
    return owned.join(told, on="customer_id", how="left").join(noted.put_off(frames["journal"]), on="customer_id", how="left")


def lasting(people: Frame, frames: Mapping[str, Frame], day: date) -> Frame:
    """The people with their rhythm: also last_on (Date: the last contact in the data or the journal; null: none), every (Int64: days to the
    next), due_on (Date: last_on and every; `day` where there was none), is_own (1: by their own rhythm), new_product_on."""
    if "customer_rhythm" not in frames:
        known = people.with_columns(
            last_on=nw.col("told_on"), every=nw.lit(int(DEFAULT_DAYS)), is_own=nw.lit(0), new_product_on=nw.lit(None, nw.Date)
        )
    else:
        rhythm = frames["customer_rhythm"]
        every = days_between(nw.col("last_on"), nw.col("due_on"))
        usual = small(rhythm.filter(nw.col("is_own") == nw.lit(0)).select(usual=every.max()))["usual"].iloc[0]
        default = nw.lit(int(DEFAULT_DAYS if pd.isna(usual) else usual))
        timed = rhythm.select("customer_id", "last_on", "is_own", "new_product_on", every=nw.coalesce(every, default))
        joined = people.join(timed, on="customer_id", how="left")
        later = nw.when(is_true(nw.col("last_on") >= nw.col("told_on"))).then(nw.col("last_on"))
        known = joined.with_columns(
            last_on=nw.coalesce(later, nw.col("told_on"), nw.col("last_on")),
            every=nw.coalesce(nw.col("every"), default),
            is_own=nw.col("is_own").fill_null(nw.lit(0)),
        )
    due = nw.coalesce(days_later(nw.col("last_on"), nw.col("every")), nw.lit(day))
    return known.with_columns(due_on=due)


def tasks(lasting: Frame, span: Span) -> Frame:
    """What is due before the span ends of the people of `lasting`, on its first day where it was due before; what was put off, when that
    ends."""
    parts = [_contacts(lasting, span.day), _renewals(lasting, span), _put_off(lasting, span), *_after_sale(lasting, span.day)]
    off = lasting.select("customer_id", "until")
    every = nw.concat(parts).join(off, on="customer_id", how="left")
    late = nw.when(is_true(nw.col("until") > nw.col("due_on"))).then(nw.col("until")).otherwise(nw.col("due_on"))
    every = every.with_columns(due_on=late).drop("until")
    return every.filter(nw.col("due_on") < nw.lit(span.until)).with_columns(due_on=not_before(span.day))


def not_before(day: date) -> nw.Expr:
    """The column due_on, `day` where it is earlier."""
    return nw.when(nw.col("due_on") < nw.lit(day)).then(nw.lit(day)).otherwise(nw.col("due_on"))


def standing(day: date) -> nw.Expr:
    """How a contact of `lasting` stands on a day: silent (more than twice their own rhythm), overdue, contact (to come), first (never)."""
    silence = days_between(nw.col("last_on"), nw.lit(day)).cast(nw.Float64)
    quiet = (nw.col("is_own") == 1) & (silence > nw.col("every").cast(nw.Float64) * SILENT)
    past = nw.when(nw.col("due_on") < nw.lit(day)).then(nw.lit("overdue")).otherwise(nw.lit("contact"))
    return (
        nw.when(nw.col("last_on").is_null()).then(nw.lit("first")).otherwise(nw.when(is_true(quiet)).then(nw.lit("silent")).otherwise(past))
    )


def _task(frame: Frame, kind: Kind | nw.Expr, step: int = 0) -> Frame:
    said = nw.lit(kind) if isinstance(kind, str) else kind
    urgency: Any = nw.lit(URGENCY["first"])
    for name, grade in URGENCY.items():
        urgency = nw.when(nw.col("kind") == nw.lit(name)).then(nw.lit(grade)).otherwise(urgency)
    named = frame.with_columns(kind=said, step=nw.lit(step).cast(nw.Int64)).with_columns(urgency=urgency.cast(nw.Int64))
    return named.select("customer_id", "kind", "step", "due_on", "urgency")


def _contacts(lasting: Frame, day: date) -> Frame:
    return _task(lasting, standing(day))


def _renewals(lasting: Frame, span: Span) -> Frame:
    """A renewal asks for a contact from 30 days before it on, unless there was one since then."""
    ahead = lasting.filter((nw.col("renewal_on") >= nw.lit(span.day)) & is_known(nw.col("renewal_on")))
    dated = ahead.with_columns(due_on=days_after(nw.col("renewal_on"), -RENEWAL_AHEAD))
    return _task(dated.filter(~is_true(nw.col("last_on") >= nw.col("due_on"))), "renewal")


def _put_off(lasting: Frame, span: Span) -> Frame:
    recent = nw.col("until") > nw.lit(span.day - timedelta(days=STALE_DAYS))
    return _task(lasting.filter(is_true(recent)).with_columns(due_on=nw.col("until")), "snooze")


def _after_sale(lasting: Frame, day: date) -> list[Frame]:
    """The days of the series after something was bought for the first time: those to come, and the last one missed."""
    sold = lasting.filter(is_known(nw.col("new_product_on")))
    return [_task(sold.filter(_asks(step, following, day)).with_columns(due_on=_on(step)), "after_sale", step)
            for step, following in zip(AFTER_SALE, (*AFTER_SALE[1:], AFTER_SALE[-1] + STALE_DAYS), strict=True)]  # fmt: skip


def _on(step: int) -> nw.Expr:
    return days_after(nw.col("new_product_on"), step)


def _asks(step: int, following: int, day: date) -> nw.Expr:
    """Whether a step is not over: the next one has not come, and nobody was in contact since."""
    return (_on(following) > nw.lit(day)) & ~is_true(nw.col("last_on") >= _on(step))
