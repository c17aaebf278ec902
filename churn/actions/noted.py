"""What the journal says of each customer on a day, as today's list reads it: one row a customer in each frame."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.held_out import running
from churn.actions.play import FOLLOW_UP, Play
from churn.journal import says
from churn.measures.dialect import Frame, days_later, has, is_known, is_true, small
from churn.store import Desk

STALE_DAYS = 7


@dataclass(frozen=True)
class FollowUp:
    """A look at what came of a play: `told_on` the day of the line `number`, `outcome` what it said, due so many days (`step`) later."""

    customer_id: str
    number: int
    told_on: date
    outcome: str
    play: str
    step: int
    due_on: date


def put_off(journal: Frame) -> Frame:
    """customer_id, until: who was put off, and nobody was reached since; also where that day has come."""
    reached = _tells() & ~says("outcome", "not_reached")
    last = _last(journal.filter(is_known(nw.col("customer_id")) & ((nw.col("kind") == nw.lit("snooze")) | reached)))
    return last.filter((nw.col("kind") == nw.lit("snooze")) & is_known(nw.col("until"))).select("customer_id", "until")


def snoozed(journal: Frame, day: date) -> Frame:
    """customer_id, snoozed_until: who is not to come before that day."""
    return put_off(journal).filter(nw.col("until") > nw.lit(day)).select("customer_id", snoozed_until="until")


def outcomes(journal: Frame, day: date) -> Frame:
    """customer_id, reached_on (the last day that somebody was reached), done_today (1 or 0)."""
    lines = journal.filter(_tells() & (nw.col("day") <= nw.lit(day)))
    reached = ~says("outcome", "not_reached")
    counted = lines.with_columns(
        reached=nw.when(reached).then(nw.col("day")),
        today=_one(nw.col("day") == nw.lit(day)),
    )
    return counted.group_by("customer_id").agg(
        reached_on=nw.col("reached").max(),
        done_today=nw.col("today").max(),
    )


def done_by(journal: Frame, day: date, by: str) -> list[str]:
    """The customers of whom this rep noted on that day what came of a contact."""
    lines = journal.filter(_tells() & (nw.col("day") == nw.lit(day)) & (nw.col("noted_by") == nw.lit(by)))
    return small(lines.select("customer_id").unique())["customer_id"].tolist()


def in_touch(contacts: Frame, day: date, days: int) -> Frame:
    """customer_id, contacted_on: the last contact outwards (any, where no direction is told) of the last so many days."""
    recent = (nw.col("contacted_on") <= nw.lit(day)) & (nw.col("contacted_on") > nw.lit(day - timedelta(days=days)))
    if has(contacts, "direction"):
        recent = recent & (nw.col("direction") == nw.lit("out"))
    return contacts.filter(recent).group_by("customer_id").agg(contacted_on=nw.col("contacted_on").max())


def in_touch_by_features(features: Frame, dials: Frame, day: date, days: int) -> Frame | None:
    """The same of those still here from their features, where the contacts themselves are not at hand; None where these tell none."""
    since = next((name for name in ("days_since_contact_out", "days_since_contact") if has(features, name)), None)
    if since is None:
        return None
    as_of = pd.Timestamp(small(dials)["as_of"].iloc[0]).date()
    told = features.filter(is_known(nw.col(since))).select("customer_id", contacted_on=days_later(nw.lit(as_of), -nw.col(since)))
    return told.filter(nw.col("contacted_on") > nw.lit(day - timedelta(days=days)))


def running_campaigns(journal: Frame, day: date) -> dict[int, tuple[str, str, date]]:
    """The campaigns that are under way on a day, by number: title, key of the play, first day."""
    return {
        int(row["number"]): (str(row["what"]), str(json.loads(row["more"]).get("play", "")), pd.Timestamp(row["day"]).date())
        for row in small(running(journal, day).sort("number")).to_dict("records")
    }


def to_contact(frames: Mapping[str, Frame], campaigns: Iterable[int]) -> Frame:
    """customer_id, campaign: of these campaigns the last in which somebody is to be contacted and was not yet."""
    lines = frames["journal"]
    begun = lines.filter(nw.col("kind") == nw.lit("campaign")).select(nw.col("number").alias("campaign"), nw.col("day").alias("begun_on"))
    acted = frames["members"].filter((nw.col("arm") == nw.lit("acted")) & nw.col("campaign").is_in(list(campaigns)))
    reached = lines.filter((nw.col("kind") == nw.lit("outcome")) & ~says("outcome", "not_reached"))
    last = reached.group_by("customer_id").agg(reached_on=nw.col("day").max())
    open_yet = acted.join(begun, on="campaign", how="inner").join(last, on="customer_id", how="left")
    waiting = open_yet.filter(~is_true(nw.col("reached_on") >= nw.col("begun_on")))
    return waiting.group_by("customer_id").agg(campaign=nw.col("campaign").max())


def campaign_play(desk: Desk, customer_id: str, day: date) -> str:
    """The play of the campaign in which this customer is to be contacted and was not yet; "" where there is none."""
    with desk.reading() as frames:
        running = running_campaigns(frames["journal"], day)
        mine = small(to_contact(frames, running).filter(nw.col("customer_id") == nw.lit(customer_id))) if running else pd.DataFrame()
    return running[int(mine["campaign"].iloc[0])][1] if len(mine) else ""


def looks(journal: Frame, plays: Sequence[Play], day: date, until: date) -> list[FollowUp]:
    """The days to look again after an outcome that come before `until`, and the last one missed, where that is not a week past.

    A play's own days count from its first outcome; further outcomes within them belong to the same series and tick off what was due. A
    contact without a play is followed where the customer thinks it over or speaks of leaving. "Not reached" changes nothing.
    """
    days_of = {play.key: tuple(sorted(play.follow_up)) for play in plays}
    longest = max([*FOLLOW_UP, *(step for days in days_of.values() for step in days)]) + STALE_DAYS
    since = nw.lit(day - timedelta(days=2 * longest))
    lines = journal.filter((nw.col("kind") == nw.lit("outcome")) & (nw.col("day") <= nw.lit(day)) & (nw.col("day") >= since))
    begun: dict[str, tuple[FollowUp, tuple[int, ...], date]] = {}
    for line in small(lines.select("number", "customer_id", "day", "what", "more").sort("number")).to_dict("records"):
        outcome, who, on = json.loads(line["more"]).get("outcome", ""), line["customer_id"], pd.Timestamp(line["day"]).date()
        former = begun.get(who)
        if outcome in ("left", "came_back"):
            begun.pop(who, None)
        elif former and former[0].play == line["what"] and on <= former[0].told_on + timedelta(days=max(former[1], default=0)):
            begun[who] = (*former[:2], former[2] if outcome == "not_reached" else on)
        elif outcome != "not_reached":
            days = days_of.get(line["what"], FOLLOW_UP) if line["what"] or outcome in ("thinking", "leaving") else ()
            begun[who] = (FollowUp(who, int(line["number"]), on, outcome, line["what"], 0, on), days, on)
    return [look for first, days, last in begun.values() for look in _open(first, days, last, day) if look.due_on < until]


def follow_ups(journal: Frame, plays: Sequence[Play], day: date) -> dict[str, FollowUp]:
    """The looks that are due on a day, by customer."""
    return {look.customer_id: look for look in looks(journal, plays, day, day + timedelta(days=1))}


def _open(first: FollowUp, days: Sequence[int], last: date, day: date) -> list[FollowUp]:
    """The looks of one series after the last contact that nothing later has overtaken on `day`."""
    following = [*days[1:], *(step + STALE_DAYS for step in days[-1:])]
    return [
        replace(first, step=step, due_on=due)
        for step, after in zip(days, following, strict=True)
        if (due := first.told_on + timedelta(days=step)) > last and first.told_on + timedelta(days=after) > day
    ]


def _last(lines: Frame) -> Frame:
    """Each customer's last line."""
    return lines.join(lines.group_by("customer_id").agg(number=nw.col("number").max()).select("number"), on="number", how="semi")


def _tells() -> nw.Expr:
    """Whether a line says what came of a contact: an outcome, or that a lost customer was asked back or answered."""
    asked = (nw.col("kind") == nw.lit("win_back")) & nw.col("what").is_in(["contact", "result"])
    return (nw.col("kind") == nw.lit("outcome")) | asked


def _one(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
