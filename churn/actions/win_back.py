"""WIN-BACK: the customers who left, never deleted: whom it is worth to ask back, and why they left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.held_out import without_held_out
from churn.actions.reachable import with_owner
from churn.dials import Dials
from churn.journal import says
from churn.measures import Aliases
from churn.measures.dialect import Frame, count_if, days_after, days_between, has, is_known, is_true, one_row, real, small, words
from churn.measures.reasons import NOT_STATED, put_in_groups, texts_of
from churn.store import Desk
from churn.stored import Json
from churn.view import everybody, lost_of

MOST_LISTED = 500
DIED, PRICE = "died", "price"
LONG_DAYS = 730
YEAR = 365
MOST_CHANCE = 0.9
SAME_LEAVING = 31  # days after a return in which a last day is still that of the leaving before


@dataclass(frozen=True)
class Odds:
    """What is assumed of those who left, all of it adjustable. `chance` (0..1): the share who come back when asked, `by_reason` where it
    differs; times `sign_times` for a sign of return and `strong_times` for a strong first life, and half after one year, a third after two.
    `a_week` are asked each week, and a message keeps the others warm every `warm_weeks` weeks."""

    chance: float = 0.05
    by_reason: Mapping[str, float] = field(default_factory=dict)
    sign_times: float = 3.0
    strong_times: float = 1.5
    a_week: int = 5
    warm_weeks: int = 8

    def of(self, reason: str) -> float:
        """The chance of those who left for a reason."""
        return self.by_reason.get(reason, self.chance)

    def as_json(self) -> dict[str, Json]:
        """In plain types, for the journal."""
        return {
            "chance": self.chance, "by_reason": dict(self.by_reason), "sign_times": self.sign_times, "strong_times": self.strong_times,
            "a_week": self.a_week, "warm_weeks": self.warm_weeks,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lost:
    """The lost on a day. `listed`: the first 500 by value times chance: customer_id, name, owner, contact_name, reason (not stated: none),
    lost_on (NaT: no day), since_days, tenure_days, value (a year; nan), strong, sign (0, 1), chance, worth (value times chance; the chance
    where nobody's value is known), warm_due (0, 1: no message for so long). `counts` has customers by reason: reason, customers. Of all who
    may be asked, `customers` counts all, `signs` those with a sign of return, `strong` those with a strong first life, `warm` those due a
    message, `valued` says whether values are known."""

    listed: pd.DataFrame
    counts: pd.DataFrame
    customers: int
    signs: int
    strong: int
    warm: int
    valued: bool


def lost_customers(desk: Desk, dials: Dials | None, day: date, odds: Odds | None = None) -> Lost | None:
    """Those who left by the data or by the journal and may be asked on `day`; None where nothing says who is lost.

    Nobody who died, is held out, came back, or said no before this week, unless they left again after that.
    """
    odds = odds or Odds()
    lost = lost_of(desk, dials)
    with desk.reading() as frames:
        lines = frames["journal"].filter(is_known(nw.col("customer_id")))
        left = _said_left(lines, monday(day))
        if lost is None and not int(one_row(left, [nw.len().alias("n")])["n"]):
            return None
        people = _lost(frames, dials, lost, left)
        asked = without_held_out(people, frames, day).join(_answered(lines, monday(day)), on="customer_id", how="left")
        people = asked.filter(nw.col("_answered").is_null() | _left_since("_answered")).drop("_answered")
        people = _with_reason(people, frames, lines).filter(nw.col("reason") != nw.lit(DIED))
        people = _with_first_life(_with_signs(people, frames, dials, day), frames)
        valued = has(frames["customer_now"], "monthly_value") or "customer_bought" in frames
        known = frames.at_hand(_with_warm(_with_worth(people, odds, day, valued=valued), lines, odds, day))
        listed = small(known.sort("worth", "customer_id", descending=[True, False]).head(MOST_LISTED))
        flags = [count_if(nw.col(name) == 1).cast(nw.Int64).alias(name) for name in ("sign", "strong", "warm_due")]
        counts = small(known.group_by("reason").agg(nw.len().cast(nw.Int64).alias("customers"), *flags))
    return Lost(
        listed=listed.assign(lost_on=pd.to_datetime(listed["lost_on"])),
        counts=counts[["reason", "customers"]].sort_values(["customers", "reason"], ascending=[False, True]).reset_index(drop=True),
        customers=int(counts["customers"].sum()),
        signs=int(counts["sign"].sum()),
        strong=int(counts["strong"].sum()),
        warm=int(counts["warm_due"].sum()),
        valued=valued,
    )


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _said_left(lines: Frame, before: date) -> Frame:
    """Whoever left or, before a day, came back by the journal, the last of both: customer_id, _left, _back (Date; the other is null)."""
    said = lines.filter(nw.col("kind") == nw.lit("outcome"))
    gone, back = says("outcome", "left"), says("outcome", "came_back")
    last = said.filter(gone | (back & (nw.col("day") < nw.lit(before)))).unique(["customer_id"], keep="last", order_by=["number"])
    return last.select("customer_id", nw.when(gone).then(nw.col("day")).alias("_left"), nw.when(~gone).then(nw.col("day")).alias("_back"))


def _lost(frames: Mapping[str, Frame], dials: Dials | None, lost: nw.Expr | None, left: Frame) -> Frame:
    here = with_owner(everybody(frames, dials), frames)
    gone = nw.lit(False) if lost is None else is_true(lost)
    marked = here.with_columns(_gone=gone).join(left, on="customer_id", how="left")
    by_data = nw.col("_gone") & nw.col("_left").is_null() & (nw.col("_back").is_null() | _left_since("_back"))
    chosen = marked.filter(by_data | is_known(nw.col("_left")))
    texts = [(words(name) if has(here, name) else nw.lit(None, nw.String)).alias(name) for name in ("name", "owner", "contact_name")]
    value = (real("monthly_value") if has(here, "monthly_value") else nw.lit(None, nw.Float64)) * 12
    day = nw.coalesce(nw.col("_left"), nw.col("lost_on").cast(nw.Date)).alias("lost_on")
    return chosen.select("customer_id", *texts, day, nw.col("tenure_days").cast(nw.Int64), value.alias("value"))


def _left_since(day: str) -> nw.Expr:
    """Whether they left again after a day: a last day soon after it is that of the leaving before."""
    return is_true(nw.col("lost_on").cast(nw.Date) > days_after(nw.col(day), SAME_LEAVING))


def _answered(lines: Frame, before: date) -> Frame:
    """Whoever's last result, noted before a day, is that they came back or do not want to: customer_id, _answered (Date)."""
    results = lines.filter((nw.col("kind") == nw.lit("win_back")) & (nw.col("what") == nw.lit("result")) & (nw.col("day") < nw.lit(before)))
    last = results.unique(["customer_id"], keep="last", order_by=["number"])
    return last.filter(says("result", "came_back") | says("result", "no")).select("customer_id", nw.col("day").alias("_answered"))


def _with_reason(people: Frame, frames: Mapping[str, Frame], lines: Frame) -> Frame:
    """With the reason that was noted in the desk when they left, else of the last exit survey, grouped by what it names."""
    exits = lines.filter(nw.col("kind") == nw.lit("exit")).unique(["customer_id"], keep="last", order_by=["number"])
    people = people.join(exits.select("customer_id", words("what").alias("_noted")), on="customer_id", how="left")
    if "customer_reasons" in frames:
        said = frames["customer_reasons"].select("customer_id", nw.col("reason").alias("_said"))
        people = people.join(said, on="customer_id", how="left")
    else:
        people = people.with_columns(_said=nw.lit(None, nw.String))
    people = people.with_columns(reason=nw.coalesce(nw.col("_noted"), nw.col("_said"))).drop("_noted", "_said")
    texts = texts_of(people.select("reason", nw.lit(True).alias("lost")), Aliases())
    return people.with_columns(put_in_groups(texts)).with_columns(reason=nw.coalesce(nw.col("reason"), nw.lit(NOT_STATED)))


def _with_signs(people: Frame, frames: Mapping[str, Frame], dials: Dials | None, day: date) -> Frame:
    """With sign: 1 for whoever wrote, called or ordered after they left, else 0."""
    if dials is not None:
        return _with_prepared_signs(people, frames)
    until, gone = nw.lit(day), people.select("customer_id", "lost_on")
    found = []
    for table, column in (("contacts", "contacted_on"), ("orders", "ordered_on")):
        if table in frames and has(frames[table], column):
            rows = frames[table].filter(nw.col(column) < until)
            if table == "contacts" and has(rows, "direction"):
                rows = rows.filter(nw.col("direction") == nw.lit("in"))
            rows = rows.select("customer_id", nw.col(column).cast(nw.Date).alias("_day")).join(gone, on="customer_id", how="inner")
            found.append(rows.filter(nw.col("_day") > nw.col("lost_on")).select("customer_id"))
    if not found and "customer_bought" in frames:
        last = frames["customer_bought"].select("customer_id", _day="last_on").join(gone, on="customer_id", how="inner")
        found.append(last.filter(nw.col("_day") > nw.col("lost_on")).select("customer_id"))
    if not found:
        return people.with_columns(sign=nw.lit(0))
    marked = nw.concat(found).unique().with_columns(_sign=nw.lit(1))
    return people.join(marked, on="customer_id", how="left").with_columns(sign=nw.col("_sign").fill_null(nw.lit(0))).drop("_sign")


def _with_prepared_signs(people: Frame, frames: Mapping[str, Frame]) -> Frame:
    """The same by the last days that a load has prepared, as of the day that the data are read at."""
    last = {"customer_spoke": "last_in_on", "customer_bought": "last_on"}
    since = []
    for name, column in last.items():
        if name in frames:
            people = people.join(frames[name].select("customer_id", nw.col(column).alias(f"_{name}")), on="customer_id", how="left")
            since.append(is_true(nw.col(f"_{name}") > nw.col("lost_on")))
    back = nw.any_horizontal(*since, ignore_nulls=True) if since else nw.lit(False)
    marked = people.with_columns(sign=nw.when(back).then(nw.lit(1)).otherwise(nw.lit(0)))
    return marked.drop(*(f"_{name}" for name in last if name in frames))


def _with_first_life(people: Frame, frames: Mapping[str, Frame]) -> Frame:
    """With strong: 1 for who was with us two years or in a loyal fifth, else 0; and a value from orders where none is known."""
    loyal = nw.lit(0)
    if "customer_loyal" in frames:
        fifths = frames["customer_loyal"].filter((nw.col("rich") == 1) | (nw.col("habitual") == 1)).select("customer_id")
        people = people.join(fifths.with_columns(_loyal=nw.lit(1)), on="customer_id", how="left")
        loyal = nw.col("_loyal").fill_null(nw.lit(0))
    if "customer_bought" in frames:
        people = people.join(frames["customer_bought"].select("customer_id", _bought=real("revenue")), on="customer_id", how="left")
        yearly = nw.col("_bought") * float(YEAR) / nw.max_horizontal("tenure_days", nw.lit(90)).cast(nw.Float64)
        people = people.with_columns(value=nw.coalesce(nw.col("value"), yearly)).drop("_bought")
    strong = (loyal == 1) | is_true(nw.col("tenure_days") >= LONG_DAYS)
    people = people.with_columns(strong=nw.when(strong).then(nw.lit(1)).otherwise(nw.lit(0)))
    return people.drop("_loyal") if has(people, "_loyal") else people


def _with_worth(people: Frame, odds: Odds, day: date, *, valued: bool) -> Frame:
    chance = nw.lit(float(odds.chance))
    for reason, own in odds.by_reason.items():
        chance = nw.when(nw.col("reason") == nw.lit(reason)).then(nw.lit(float(own))).otherwise(chance)
    chance = chance * nw.when(nw.col("sign") == 1).then(nw.lit(odds.sign_times)).otherwise(nw.lit(1.0))
    chance = chance * nw.when(nw.col("strong") == 1).then(nw.lit(odds.strong_times)).otherwise(nw.lit(1.0))
    years = nw.col("since_days").fill_null(nw.lit(0)).cast(nw.Float64) / float(YEAR)
    timed = people.with_columns(since_days=days_between(nw.col("lost_on"), nw.lit(day))).with_columns(chance=chance / (years + 1.0))
    capped = nw.when(nw.col("chance") > MOST_CHANCE).then(nw.lit(MOST_CHANCE)).otherwise(nw.col("chance"))
    timed = timed.with_columns(chance=capped)
    worth = nw.col("value").fill_null(nw.lit(0.0)) * nw.col("chance") if valued else nw.col("chance")
    return timed.with_columns(worth=worth)


def _with_warm(people: Frame, lines: Frame, odds: Odds, day: date) -> Frame:
    """With warm_due: 1 where neither the day of leaving nor anything noted since is newer than so many weeks."""
    noted = lines.filter(nw.col("kind") == nw.lit("win_back")).group_by("customer_id").agg(nw.col("day").max().alias("_touched"))
    old = nw.lit(day - timedelta(weeks=odds.warm_weeks))
    due = ~is_true(nw.col("_touched") > old) & ~is_true(nw.col("lost_on") > old)
    joined = people.join(noted, on="customer_id", how="left")
    return joined.with_columns(warm_due=nw.when(due).then(nw.lit(1)).otherwise(nw.lit(0))).drop("_touched")
