"""FEEDBACK: what customers complained of, wrote and were promised over the last days, for those who make the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.held_out import without_held_out
from churn.measures.declared import declared
from churn.measures.dialect import Frame, count_if, days_between, has, is_known, is_true, one_row, small, words
from churn.measures.rates import Share, share_of
from churn.store import Desk
from churn.view import View
from churn.wording import _

LENGTHS = (30, 90, 365)
AGES = (7, 30, 90)
MOST_GROUPS = 8
MOST_WORDS = 2000
KINDS = ("complaint", "feedback", "cancellation_notice")
GROUPED = ("plan", "segment", "product")
VERBATIMS = ("day", "source", "score", "reason", "plan", "segment", "words")


@dataclass(frozen=True)
class Window:
    """The `days` that end before `until`, the day that the data are read at, and as many before them; the journal is read to the end of
    `day`, the day of work."""

    until: date
    days: int
    day: date

    @property
    def since(self) -> date:
        """Their first day."""
        return self.until - timedelta(days=self.days)

    @property
    def before(self) -> date:
        """The first day of as many days before them."""
        return self.since - timedelta(days=self.days)

    def now(self, column: str) -> nw.Expr:
        """True for a day in them."""
        return is_true((nw.col(column) >= nw.lit(self.since)) & (nw.col(column) < nw.lit(self.until)))

    def then(self, column: str) -> nw.Expr:
        """True for a day in the same number of days before them."""
        return is_true((nw.col(column) >= nw.lit(self.before)) & (nw.col(column) < nw.lit(self.since)))


@dataclass(frozen=True, eq=False)
class Complaints:
    """What was complained of: `kinds` has kind, channel, now, before (contacts); `now` and `then` are the shares of the customers who
    complained among those there; `ages` counts the complaints of customers still here that are open, by days: up to 7, 30, 90, longer;
    `groups` has by column the groups with most customers: group, customers, complained."""

    kinds: pd.DataFrame
    now: Share
    then: Share
    ages: tuple[int, ...]
    groups: Mapping[str, pd.DataFrame]

    def count(self, kind: str, when: str = "now") -> int:
        """How many contacts of a kind there were, "now" or "before"."""
        return int(self.kinds.loc[self.kinds["kind"] == kind, when].sum())


def window(desk: Desk, days: int, day: date) -> Window | None:
    """The days of a digest, up to `day` where the tables know no day; None where the journal knows of nobody who left either."""
    with desk.reading() as frames:
        as_of = small(frames["dials"].select("as_of"))["as_of"].iloc[0] if "dials" in frames else None
    if as_of is None or pd.isna(as_of):
        return Window(day, days, day) if len(desk.journal.lines("exit")) else None
    return Window(pd.Timestamp(as_of).date(), days, day)


def complaints(view: View, span: Window) -> Complaints | None:
    """The complaints in the window and before it; None where no contact has a kind."""
    if not view.reads("contacts", "kind"):
        return None
    contacts, at = declared(view.frames)["contacts"].filter(nw.col("kind").is_in(list(KINDS))), "contacted_on"
    recent = contacts.filter(is_true(nw.col(at) >= nw.lit(span.before)))
    counts = [count_if(span.now(at)).cast(nw.Int64).alias("now"), count_if(span.then(at)).cast(nw.Int64).alias("before")]
    kinds = small(recent.group_by("kind", "channel").agg(*counts))
    complaint = nw.col("kind") == nw.lit("complaint")
    mine = view.at_hand(recent.filter(complaint).group_by("customer_id").agg(*counts).rename({"now": "_now", "before": "_before"}))
    told = [words(column).alias(column) for column in GROUPED if has(view.people, column)]
    people = view.at_hand(view.people.select("customer_id", "first_on", "lost_on", *told).join(mine, on="customer_id", how="left"))
    there = {"now": _there(people, span.since, span.until), "before": _there(people, span.before, span.since)}
    found = one_row(
        people,
        [
            count_if(condition).alias(name)
            for when, here in there.items()
            for name, condition in ((when, here), (f"{when}_said", here & is_true(nw.col(f"_{when}") > 0)))
        ],
    )
    return Complaints(
        kinds=kinds[(kinds["now"] > 0) | (kinds["before"] > 0)].sort_values(["now", "before"], ascending=False, ignore_index=True),
        now=share_of(int(found["now_said"]), int(found["now"])),
        then=share_of(int(found["before_said"]), int(found["before"])),
        ages=_ages(view, contacts.filter(complaint), span),
        groups=_groups(view, people.filter(there["now"]), span),
    )


def broken_promises(view: View, span: Window) -> pd.DataFrame:
    """The promises that were due in the window, by what was promised, those broken most first: what, promises, broken (not kept, or late);
    none where no promise has a due day."""
    due = declared(view.frames)["promises"].filter(span.now("due_on"))
    late = nw.col("kept_on").is_null() | is_true(nw.col("kept_on") > nw.col("due_on")) | is_true(nw.col("kept_on") >= nw.lit(span.until))
    rows = due.group_by(words("what").fill_null(nw.lit(_("not said"))).alias("what")).agg(
        nw.len().cast(nw.Int64).alias("promises"), count_if(late).cast(nw.Int64).alias("broken")
    )
    return small(rows.sort("broken", "what", descending=[True, False])).sort_values(["broken", "what"], ascending=[False, True])


def exits(desk: Desk, span: Window) -> pd.DataFrame:
    """Why customers left, as the journal has it, from twice the days on: day, customer_id, reason, competitor, promise, words, now (in the
    window, else before it)."""
    lines = desk.journal.lines("exit")
    lines = lines[(lines["day"] >= pd.Timestamp(span.before)) & (lines["day"] <= pd.Timestamp(span.day))]
    more = {name: [str(said.get(name) or "") for said in lines["more"]] for name in ("competitor", "promise")}
    rows = lines.rename(columns={"what": "reason", "text": "words"}).assign(now=lines["day"] >= pd.Timestamp(span.since), **more)
    text = dict.fromkeys(("customer_id", "reason", "competitor", "promise", "words"), "str")
    return rows[["day", *text, "now"]].astype(text).reset_index(drop=True)


def verbatims(desk: Desk, view: View, span: Window) -> pd.DataFrame:
    """What customers wrote in the window, newest first, at most 2,000: day (datetime64), source ("exit", "nps", "journal"), score (NPS, 0
    to 6; NaN), reason, plan, segment ("" where there is none), words. No names; nothing of those held out."""
    told = [column for column in ("plan", "segment") if has(view.people, column)]
    people = without_held_out(view.people, view.frames, span.day).select("customer_id", *(words(column).alias(column) for column in told))
    parts = []
    if "customer_comments" in view.frames:
        comments = view.frames["customer_comments"].filter(span.now("answered_on"))
        telling = (nw.col("question") == nw.lit("exit")) | ((nw.col("question") == nw.lit("nps")) & is_true(nw.col("score") <= 6))
        rows = comments.filter(telling).join(people, on="customer_id", how="inner").sort("answered_on", "customer_id", descending=True)
        parts.append(small(rows.head(MOST_WORDS)).rename(columns={"answered_on": "day", "question": "source", "comment": "words"}))
    mine = exits(desk, span)
    mine = mine[mine["now"] & (mine["words"].str.strip() != "")]
    if len(mine):
        known = small(people.filter(nw.col("customer_id").is_in(mine["customer_id"].tolist())))
        parts.append(mine.merge(known, on="customer_id", how="inner").assign(source="journal"))
    if not parts:
        return pd.DataFrame(columns=list(VERBATIMS))
    every = [part.reindex(columns=list(VERBATIMS)).astype({"day": "datetime64[s]", "score": "float64"}) for part in parts if len(part)]
    if not every:
        return pd.DataFrame(columns=list(VERBATIMS))
    found = pd.concat(every, ignore_index=True).sort_values(["day", "words"], ascending=[False, True], ignore_index=True).head(MOST_WORDS)
    texts = {name: found[name].astype("object").where(found[name].notna(), "").astype("str") for name in VERBATIMS[3:]}
    return found.assign(**texts)


def _there(people: Frame, since: date, until: date) -> nw.Expr:
    """True for who was a customer on some of the days; everybody whose days are not known."""
    come = nw.col("first_on").is_null() | is_true(nw.col("first_on") < nw.lit(until))
    return come & (nw.col("lost_on").is_null() | is_true(nw.col("lost_on") >= nw.lit(since)))


def _ages(view: View, made: Frame, span: Window) -> tuple[int, ...]:
    gone = view.left().select("customer_id")
    is_open = is_true(nw.col("contacted_on") < nw.lit(span.until)) & (
        nw.col("resolved_on").is_null() | is_true(nw.col("resolved_on") >= nw.lit(span.until))
    )
    waits = made.filter(is_open).join(gone, on="customer_id", how="anti").with_columns(
        _days=days_between(nw.col("contacted_on"), nw.lit(span.until))
    )  # fmt: skip
    edges = (-1, *AGES, 10**6)
    within = [(nw.col("_days") > low) & (nw.col("_days") <= high) for low, high in pairwise(edges)]
    found = one_row(waits, [count_if(condition).alias(str(place)) for place, condition in enumerate(within)])
    return tuple(int(found[str(place)]) for place in range(len(within)))


def _groups(view: View, people: Frame, span: Window) -> dict[str, pd.DataFrame]:
    """By plan, segment and product (bought in the last year): the groups with most customers, and how many of them complained."""
    found = {}
    for column in GROUPED:
        if column == "product":
            rows = _products(view, people, span)
        else:
            rows = people.with_columns(group=nw.col(column)) if has(people, column) else None
        if rows is None:
            continue
        counted = rows.filter(is_known(nw.col("group"))).group_by("group").agg(
            nw.len().cast(nw.Int64).alias("customers"), count_if(is_true(nw.col("_now") > 0)).cast(nw.Int64).alias("complained")
        )  # fmt: skip
        most = small(counted.sort("customers", "group", descending=[True, False]).head(MOST_GROUPS))
        if len(most) > 1:
            found[column] = most.sort_values(["customers", "group"], ascending=[False, True], ignore_index=True)
    return found


def _products(view: View, people: Frame, span: Window) -> Frame | None:
    if "customer_products" not in view.frames:
        return None
    lately = is_true(nw.col("last_on") >= nw.lit(span.until - timedelta(days=365)))
    pairs = view.frames["customer_products"].filter(lately).select("customer_id", group="product")
    return pairs.join(people.select("customer_id", "_now"), on="customer_id", how="inner")
