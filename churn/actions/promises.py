"""PROMISES: what was promised and is still open, by its due day; how promises were kept so far."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.reachable import called_as, reachable
from churn.errors import ChurnError
from churn.journal import Line
from churn.measures.declared import declared
from churn.measures.dialect import Frame, count_if, is_known, is_true, month_of, small, words
from churn.measures.rates import with_shares
from churn.store import Desk
from churn.store.noting import Noted
from churn.wording import _
from churn.wording import date as in_words

SOON_DAYS, BROKEN_DAYS, STALE_DAYS = 3, 7, 90
KEY = ["customer_id", "promised_on", "what", "due_on"]
OPEN = ("customer_id", "name", "owner", "what", "promised_on", "due_on", "source", "line")

Standing = Literal["broken", "soon", "later"]


@dataclass(frozen=True)
class Promise:
    """One promise: to whom, what, when (None: a loaded table does not say), by which day it is due (None: no day was named), and the line
    of the journal that it stands in (None: it comes from the loaded table)."""

    customer_id: str
    what: str
    promised_on: date | None
    due_on: date | None
    line: int | None = None


def promises_open(desk: Desk, day: date) -> pd.DataFrame:
    """The promises that are open on `day` to customers who may be reached: customer_id, name, owner, what, promised_on, due_on (datetime64;
    NaT: not known), source ("table", "journal"), line (Int64, of the journal; null for a loaded one). By due day, the first first; those
    without one last.

    Open is a loaded promise made by that day and not kept before it, and a noted one that nothing answers. Of promises that are alike in
    everything only one is listed.
    """
    with desk.reading() as frames:
        here = called_as(reachable(desk, frames, day), frames).select("customer_id", "name", "owner")
        found = small(open_promises(frames, day).join(here, on="customer_id", how="inner"))
    return _typed(found).sort_values(["due_on", "customer_id", "what"], na_position="last", ignore_index=True)[list(OPEN)]


def open_promises(frames: Mapping[str, Frame], day: date) -> Frame:
    """The same of all customers, whoever they are: customer_id, what ("": not told), promised_on, due_on, source, line. Loaded promises
    that are alike in everything are one."""
    journal = frames["journal"]
    kept = journal.filter(nw.col("kind") == nw.lit("kept"))
    noted = (
        journal.filter((nw.col("kind") == nw.lit("promise")) & (nw.col("day") <= nw.lit(day)))
        .select("customer_id", "what", promised_on="day", due_on="until", source=nw.lit("journal"), line="number")
        .join(kept.select(line="answers"), on="line", how="anti")
    )
    if not {"promises", "customer_promises"} & set(frames):
        return noted
    loaded = _loaded(frames, day)
    if answered := _answered(small(kept)):
        cells = [nw.col(column).cast(nw.String).fill_null(nw.lit("")) for column in KEY]
        loaded = loaded.filter(~nw.concat_str(*cells, separator="|").is_in(answered))
    named = loaded.select("customer_id", "what", "promised_on", "due_on", source=nw.lit("table"), line=nw.lit(None, nw.Int64))
    return nw.concat([noted, named])


def promises_due(frames: Mapping[str, Frame], day: date, until: date | None = None) -> Frame:
    """Those of `open_promises` that are due by `until` (three days from `day`) and were not more than 90 days before `day`, when nobody
    waits for them any more; also fresh: 1 where they belong to the work of the day, 0 where they were due more than a week before it."""
    until = until or day + timedelta(days=SOON_DAYS)
    near = (nw.col("due_on") <= nw.lit(until)) & (nw.col("due_on") >= nw.lit(day - timedelta(days=STALE_DAYS)))
    fresh = nw.col("due_on") >= nw.lit(day - timedelta(days=BROKEN_DAYS))
    return open_promises(frames, day).filter(near).with_columns(fresh=nw.when(fresh).then(nw.lit(1)).otherwise(nw.lit(0)))


def standing(due_on: date | None, day: date) -> Standing:
    """How an open promise stands on a day: broken (due before it), soon (due on it or within 3 days), later (also where no day is known).

    >>> standing(date(2026, 1, 4), date(2026, 1, 1)), standing(date(2025, 12, 31), date(2026, 1, 1)), standing(None, date(2026, 1, 1))
    ('soon', 'broken', 'later')
    """
    if due_on is None or pd.isna(due_on):
        return "later"
    due = pd.Timestamp(due_on).date()
    return "broken" if due < day else "soon" if due <= day + timedelta(days=SOON_DAYS) else "later"


def belongs_to(due_on: date | None, day: date) -> bool:
    """Whether something promised belongs to the work of a day: it is due within three days, or was a week ago or less."""
    return due_on is not None and day - timedelta(days=BROKEN_DAYS) <= due_on <= day + timedelta(days=SOON_DAYS)


def note_promise(desk: Desk, promise: Promise, *, day: date, by: str = "", at: datetime | None = None) -> int:
    """Notes a promise made on `day`; gives its line. Raises ChurnError where nothing or no day is promised, the day is over, or the
    customer has left, is held out or unknown."""
    what = promise.what.strip()
    if not what:
        raise ChurnError(_("Say what was promised."))
    if promise.due_on is None or promise.due_on < day:
        raise ChurnError(_("A promise wants a day by which it is due, {day} or later.").format(day=in_words(day)))
    with desk.reading() as frames:
        mine = reachable(desk, frames, day).filter(nw.col("customer_id") == nw.lit(promise.customer_id)).select("customer_id")
        known = len(small(mine))
    if not known:
        raise ChurnError(
            _("{customer} is no customer to promise something to: left, held out or unknown.").format(customer=promise.customer_id)
        )
    return desk.journal.note(Line("promise", day, promise.customer_id, by, what, until=promise.due_on), at=at)[0]


def mark_kept(desk: Desk, promise: Promise, *, day: date, by: str = "", at: datetime | None = None) -> None:
    """Notes that a promise was kept on `day`. Raises ChurnError where somebody noted that before."""

    def still_open(noted: Noted) -> None:
        kept = noted("kept", customer_id=promise.customer_id)
        mine = kept["answers"] == promise.line if promise.line else kept["more"].map(lambda more: _said(promise.customer_id, more) == key)
        if mine.fillna(value=False).any():
            raise ChurnError(_("Somebody noted already that this promise was kept."))

    key = _key(promise.customer_id, promise.promised_on, promise.what, promise.due_on)
    more = {} if promise.line else dict(zip(("promised_on", "what", "due_on"), key[1:], strict=True))
    line = Line("kept", day, promise.customer_id, by, promise.what, answers=promise.line, more=more)
    desk.journal.note(line, at=at, check=still_open)


def kept_by_month(desk: Desk, day: date) -> pd.DataFrame:
    """Of the promises due before `day`, to all customers, how many were kept in time, by the month that they were due in: month, promises,
    kept, share with its 95% interval low and high (Wilson, 1927). None of a month: no row. What was noted as kept in the journal counts."""
    noted, kept = desk.journal.lines("promise"), desk.journal.lines("kept")
    days = dict(zip(kept["answers"], kept["day"], strict=True))
    own = noted[noted["until"] < pd.Timestamp(day)]
    in_time = [pd.notna(made := days.get(number)) and made <= until for number, until in zip(own["number"], own["until"], strict=True)]
    parts = [pd.DataFrame({"month": own["until"].dt.to_period("M").dt.to_timestamp(), "promises": 1, "kept": in_time})]
    with desk.reading() as frames:
        if "promises" in frames:
            due = declared(frames)["promises"].filter(nw.col("due_on") < nw.lit(day))
            counted = due.group_by(month_of(nw.col("due_on")).alias("month")).agg(
                nw.len().cast(nw.Int64).alias("promises"),
                count_if(is_true(nw.col("kept_on") <= nw.col("due_on"))).cast(nw.Int64).alias("kept"),
            )
            loaded = _loaded(frames, day, of=_customers(kept)).filter(nw.col("due_on") < nw.lit(day))
            parts += [small(counted), _kept_since(small(loaded), kept)]
    both = pd.concat([part.astype({"month": "datetime64[s]", "promises": "int64", "kept": "int64"}) for part in parts])
    sums = both.groupby("month", as_index=False)[["promises", "kept"]].sum()
    return with_shares(sums, "kept", "promises")[["month", "promises", "kept", "share", "low", "high"]]


def _loaded(frames: Any, day: date, of: list[str] | None = None) -> Frame:
    """The distinct promises of the loaded table made by the day and not kept before it, of some customers where they are named."""
    every = declared(frames)["promises"] if "promises" in frames else frames["customer_promises"]
    rows = every.filter(is_true(nw.col("promised_on") <= nw.lit(day)))
    rows = rows.filter(nw.col("kept_on").is_null() | is_true(nw.col("kept_on") >= nw.lit(day)))
    if of is not None:
        rows = rows.filter(nw.col("customer_id").is_in(of))
    return rows.select("customer_id", words("what").fill_null(nw.lit("")).alias("what"), "promised_on", "due_on").filter(
        is_known(nw.col("customer_id"))
    ).unique()  # fmt: skip


def _answered(kept: pd.DataFrame) -> list[str]:
    """The loaded promises that the journal says are kept: their KEY, joined."""
    told = zip(kept["customer_id"], kept["more"], strict=True)
    return ["|".join(_said(customer, more)) for customer, more in ((who, json.loads(text)) for who, text in told) if "due_on" in more]


def _kept_since(rows: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The loaded promises that were noted as kept in time: month, promises (0: they are counted already), kept."""
    days = {_said(customer, more): made for customer, more, made in zip(kept["customer_id"], kept["more"], kept["day"], strict=True)}
    dues = [(pd.Timestamp(row[3]), days.get(_key(*row))) for row in rows[KEY].itertuples(index=False, name=None) if pd.notna(row[3])]
    months = [due.to_period("M").to_timestamp() for due, made in dues if made is not None and made <= due]
    return pd.DataFrame({"month": pd.Series(months, dtype="datetime64[s]"), "promises": 0, "kept": 1})


def _customers(kept: pd.DataFrame) -> list[str]:
    return sorted(set(kept.loc[kept["answers"].isna(), "customer_id"].dropna()))


def _key(customer: object, promised_on: Any, what: object, due_on: Any) -> tuple[str, str, str, str]:
    return str(customer), _iso(promised_on), str(what), _iso(due_on)


def _said(customer: object, more: Any) -> tuple[str, ...]:
    return (str(customer), *(str(more.get(name, "")) for name in ("promised_on", "what", "due_on")))


def _iso(day: Any) -> str:
    return "" if day is None or pd.isna(day) else pd.Timestamp(day).date().isoformat()


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    days = dict.fromkeys(("promised_on", "due_on"), "datetime64[s]")
    text = dict.fromkeys(("customer_id", "name", "owner", "what", "source"), "str")
    return rows.astype({**days, **text, "line": "Int64"})
