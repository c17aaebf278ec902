"""Campaigns: who can be in one, how one begins and is stopped, and who of it is to be contacted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn import wording
from churn.actions.allotting import DEFAULT_SHARE, allot
from churn.actions.following import ARMS, followed_days, loaded_campaigns
from churn.actions.held_out import held_out, in_running
from churn.actions.reachable import noted_gone, still_here, with_owner
from churn.errors import ChurnError
from churn.filters import Filters
from churn.journal import Line
from churn.measures.dialect import Frame, count_if, days_after, has, is_known, is_true, one_row, real, small
from churn.store import Desk
from churn.store.noting import Check, Noted
from churn.view import View, labels_of, names_of, types_of, viewed
from churn.wording import _

STOP_RULE = "harm at 3.29 standard errors"


@dataclass(frozen=True)
class Plan:
    """A campaign to begin: `title`, the `play` (what will be done), what each contact costs (money), for how many days its customers are
    followed, the share that is held out (0..1), and the seed that the draw is fixed by."""

    title: str
    play: str
    cost: float
    days: int
    share: float = DEFAULT_SHARE
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ChurnError(_("The campaign needs a name."))
        if self.days < 1 or self.cost < 0:
            raise ChurnError(_("A campaign is followed for a day or more, and a contact costs nothing or more."))


@dataclass(frozen=True)
class Crowd:
    """Whom a campaign could take: `fit` active customers fit the filters, `busy` of them are in a campaign under way, `free` can be in it.
    `risk` is the mean risk of the free (nan where none has one), `scored` how many of them have one."""

    fit: int
    busy: int
    risk: float
    scored: int

    @property
    def free(self) -> int:
        """How many can be in it."""
        return self.fit - self.busy


def crowd(desk: Desk, filters: Filters, day: date) -> Crowd:
    """Whom a campaign that begins on `day` could take."""
    with viewed(desk) as view:
        found = _candidates(view, filters, day)
        sums = [nw.len().alias("fit"), count_if(nw.col("busy") == 1).alias("busy")]
        counts = one_row(found, sums)
        free = found.filter(nw.col("busy") == 0)
        risks = one_row(free, [nw.col("risk").mean().alias("risk"), count_if(is_known(nw.col("risk"))).alias("scored")])
    return Crowd(int(counts["fit"]), int(counts["busy"]), risks["risk"], int(risks["scored"]))


def begin(desk: Desk, plan: Plan, filters: Filters, *, day: date, at: datetime | None = None, by: str = "") -> int:
    """Draws who is acted on and who is held out, and writes the campaign with all of them; gives its number.

    Raises ChurnError where there are too few customers, or another campaign began while this one was drawn.
    """
    seen = _numbers(desk.journal.lines)
    with viewed(desk) as view:
        free = _candidates(view, filters, day).filter(nw.col("busy") == 0).select("customer_id", "risk", "value")
        customers: pd.DataFrame = free.sort("customer_id").collect("pyarrow").to_native().to_pandas()
        sentence = filters.sentence(labels_of(view.columns), names_of(view.columns))
    members = allot(customers, share=plan.share, seed=plan.seed)

    def check(noted: Noted) -> None:
        if _numbers(noted) != seen:
            raise ChurnError(_("Another campaign began or stopped meanwhile. Look again at who is free, and begin then."))

    line = Line(
        "campaign",
        day,
        noted_by=by,
        what=plan.title.strip(),
        amount=plan.cost,
        until=day + timedelta(days=plan.days),
        more={
            "play": plan.play.strip(),
            "share": plan.share,
            "seed": plan.seed,
            "horizon_days": plan.days,
            "filters": sentence,
            "stop_rule": STOP_RULE,
        },
    )
    return desk.journal.note(line, at=at, check=check, members=members)[0]


def stop(desk: Desk, number: int, *, reason: str, day: date, at: datetime | None = None, by: str = "") -> None:
    """Ends a campaign before its day, for a reason that stands beside its figures from then on. Raises ChurnError without a reason, and
    where it is over or stopped already."""
    if not reason.strip():
        raise ChurnError(_("Say why it is stopped: the reason stands beside its figures."))
    desk.journal.note(
        Line("stop", day, noted_by=by, answers=number, text=reason.strip()), at=at, check=_still_running(number, day), members=None
    )


def acted_list(desk: Desk, number: int, day: date) -> pd.DataFrame:
    """Who is to be contacted in a campaign: customer_id, and name, contact_name, owner, monthly_value where the desk has them, in the order
    of their ids. Nobody held out of any campaign that runs on `day`, and nobody who has left."""
    with viewed(desk) as view:
        rows = still_here(view.everybody, view.lost, view.frames, day)
        mine = view.frames["members"].filter((nw.col("campaign") == number) & (nw.col("arm") == nw.lit(ARMS[0])))
        rows = rows.join(mine.select("customer_id"), on="customer_id", how="semi")
        rows = with_owner(rows, view.frames)
        columns = [name for name in ("name", "contact_name", "owner", "monthly_value") if has(rows, name)]
        found: pd.DataFrame = rows.select("customer_id", *columns).sort("customer_id").collect("pyarrow").to_native().to_pandas()
    return found if (found["owner"] != "").any() else found.drop(columns="owner")


def said_of(desk: Desk, number: int) -> pd.DataFrame:
    """What reps noted of a campaign's customers while it ran: arm, outcome (as they noted it), customers; of each the last word."""
    with desk.reading() as frames:
        lines = frames["journal"]
        mine = frames["members"].filter(nw.col("campaign") == number).select("customer_id", "arm", "campaign")
        line = lines.filter(nw.col("number") == number).select(nw.col("number").alias("campaign"), begun="day", end="until")
        noted = lines.filter(nw.col("kind") == nw.lit("outcome")).select("customer_id", "number", "day")
        joined = noted.join(mine, on="customer_id", how="inner").join(line, on="campaign", how="inner")
        within = joined.filter((nw.col("day") >= nw.col("begun")) & (nw.col("day") < nw.col("end")))
        last = small(within.group_by("customer_id", "arm").agg(nw.col("number").max()))
    if last.empty:
        return pd.DataFrame({"arm": [], "outcome": [], "customers": []})
    lines_said = desk.journal.lines("outcome").set_index("number")["more"]
    last["outcome"] = [str(lines_said[number].get("outcome", "")) for number in last["number"]]
    counted: pd.DataFrame = last.groupby(["arm", "outcome"]).size().reset_index(name="customers")
    return counted


def _candidates(view: View, filters: Filters, day: date) -> Frame:
    """The active customers who fit the filters: customer_id, risk, value (null: unknown), busy (1: in a campaign under way)."""
    people = view.everybody if view.lost is None else view.everybody.filter(~is_true(view.lost))
    people = people.join(noted_gone(view.frames), on="customer_id", how="anti")
    condition = filters.expression(types_of(view.columns))
    fit = people if condition is None else people.filter(condition)
    value = real("monthly_value") if has(fit, "monthly_value") else nw.lit(None, nw.Float64)
    rows = fit.select("customer_id", value=value)
    if "scores" in view.frames:
        rows = rows.join(view.frames["scores"].select("customer_id", risk=real("risk")), on="customer_id", how="left")
    else:
        rows = rows.with_columns(risk=nw.lit(None, nw.Float64))
    busy = _busy(view, day).with_columns(busy=nw.lit(1))
    return rows.join(busy, on="customer_id", how="left").with_columns(busy=nw.col("busy").fill_null(0))


def _busy(view: View, day: date) -> Frame:
    """customer_id of everybody who is in a campaign that runs on `day`, acted on or held out."""
    parts = [in_running(view.frames, day).select("customer_id"), held_out(view.frames, day)]
    loaded = loaded_campaigns(view.frames) if view.dials is not None else None
    if loaded is not None and view.dials is not None:
        ahead = followed_days(loaded, view.dials)
        under_way = (nw.col("day") <= nw.lit(day)) & (days_after(nw.col("day"), ahead) > nw.lit(day))
        parts.append(loaded.filter(under_way).select("customer_id"))
    return nw.concat(parts).unique()


def _numbers(noted: Noted | Callable[..., pd.DataFrame]) -> list[int]:
    return [int(number) for number in noted("campaign", "stop")["number"]]


def _still_running(number: int, day: date) -> Check:
    def check(noted: Noted) -> None:
        lines = noted("campaign", "stop")
        mine = lines[(lines["kind"] == "campaign") & (lines["number"] == number)]
        if mine.empty:
            raise ChurnError(_("There is no such campaign in this desk."))
        if mine["until"].iloc[0].date() <= day:
            until = wording.date(mine["until"].iloc[0].date())
            raise ChurnError(_("That campaign is over since {day}: there is nothing to stop.").format(day=until))
        if (lines["answers"] == number).any():
            raise ChurnError(_("That campaign was stopped already."))

    return check
