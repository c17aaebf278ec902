"""CALENDAR: whose contact is due on which day, spread fairly over the work days; who is overdue and who is silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.due import Span, lasting, people, standing, tasks
from churn.actions.play import Play
from churn.actions.series import follow_ups, promised
from churn.actions.spread import MOST_A_DAY, spread, work_days
from churn.dials import Dials
from churn.journal import Line
from churn.measures.dialect import Frame, small
from churn.store import Desk
from churn.view import lost_of

DAYS = 60
MOST_TASKS = 20_000
MOST_ALERTS = 50
WISHES = "calendar"
PERSON = ["customer_id", "name", "owner", "value", "last_on", "every", "is_own", "renewal_on"]


@dataclass(frozen=True, eq=False)
class Plan:
    """The contacts of the days from `day` on, at most `most` a work day and owner.

    `planned`: one row a contact, in the order of days and urgency: planned_on (datetime64), customer_id, name (null: none), owner ("":
    nobody), kind (of KINDS), step, due_on, value (a month), last_on (NaT: never), every (days), renewal_on, about (what was promised, or
    the play that is followed), key (tells it from others of its kind), also (what else is done in the same contact: kinds, as a tuple).
    `waiting` counts the tasks for which no day had room, `customers` all who may be contacted, `silent`, `overdue` and `never` those of
    them of whom that is true, and `alerts` names the first 50 overdue, silent before others: the columns of a person and kind.
    """

    day: date
    days: int
    most: int
    planned: pd.DataFrame
    waiting: int
    customers: int
    silent: int
    overdue: int
    never: int
    alerts: pd.DataFrame


def contact_plan(
    desk: Desk, dials: Dials | None, span: Span, *, plays: Sequence[Play] = (), most: int = MOST_A_DAY, owner: str | None = None
) -> Plan:
    """The plan of a desk that holds customers; of one owner's customers alone where one is named. Nobody who is held out is in it."""
    lost = lost_of(desk, dials)
    with desk.reading() as frames:
        everyone = people(frames, dials, lost, span.day)
        mine = everyone if owner is None else everyone.filter(nw.col("owner") == nw.lit(owner))
        known = frames.at_hand(lasting(mine, frames, span.day))
        stands = known.with_columns(kind=standing(span.day))
        counts = small(stands.group_by("kind").agg(nw.len().alias("n"))).set_index("kind")["n"].to_dict()
        late = stands.filter(nw.col("kind").is_in(["silent", "overdue"])).with_columns(_worth=nw.col("value").fill_null(nw.lit(0.0)))
        alerts = small(late.sort("kind", "_worth", "due_on", "customer_id", descending=[True, True, False, False]).head(MOST_ALERTS))
        few = pd.concat([promised(frames, span), follow_ups(frames, plays, span)], ignore_index=True)
        many = small(_first(known, span, most))
        left_out = int(many.drop_duplicates(["owner", "due_on"])["of_day"].sum()) - len(many)
        found = _joined(few, many.drop(columns="of_day"), known, span)
    found = spread(found, span.day, days=span.days, most=most)
    return Plan(
        day=span.day,
        days=span.days,
        most=most,
        planned=_contacts(found),
        waiting=int(found["planned_on"].isna().sum()) + left_out,
        customers=int(sum(counts.values())),
        silent=int(counts.get("silent", 0)),
        overdue=int(counts.get("overdue", 0)),
        never=int(counts.get("first", 0)),
        alerts=_dated(alerts)[[*PERSON, "due_on", "kind"]],
    )


def owners_of(desk: Desk, dials: Dials | None, day: date) -> tuple[str, ...]:
    """Who has customers that may be contacted on a day, by name; "" where some are nobody's."""
    with desk.reading() as frames:
        found = small(people(frames, dials, lost_of(desk, dials), day).select("owner").unique())
    return tuple(found["owner"].sort_values())


def most_a_day(desk: Desk) -> int:
    """How many contacts a work day holds, as was last said of this desk; else 15."""
    lines = desk.journal.lines("wishes")
    said = lines[lines["what"] == WISHES]
    return int(said["more"].iloc[-1]["most_a_day"]) if len(said) else MOST_A_DAY


def keep_most_a_day(desk: Desk, most: int, *, day: date, by: str = "", at: datetime | None = None) -> None:
    """Keeps how many contacts a work day holds, for everybody who uses the desk."""
    desk.journal.note(Line("wishes", day, noted_by=by, what=WISHES, more={"most_a_day": most}), at=at)


def _first(known: Frame, span: Span, most: int) -> Frame:
    """Those of the tasks that can find a place: of each owner and day no more than all days together hold; of_day counts all of them."""
    room = max(1, most * len(work_days(span.day, span.days)))
    person = known.select(*PERSON, _descending=-nw.col("value").fill_null(nw.lit(0.0)))
    joined = tasks(known, span).join(person, on="customer_id", how="left").with_columns(_one=nw.lit(1))
    order = ["urgency", "_descending", "customer_id", "kind", "step"]
    place = nw.col("_one").cum_sum().over("owner", "due_on", order_by=order)
    every = nw.col("_one").sum().over("owner", "due_on").cast(nw.Int64)
    fitting = joined.with_columns(_place=place, of_day=every).filter(nw.col("_place") <= nw.lit(room))
    return (
        fitting.sort("urgency", "_descending", "due_on", "customer_id", "kind", "step")
        .head(MOST_TASKS)
        .drop("_one", "_place", "_descending")
    )


def _joined(few: pd.DataFrame, many: pd.DataFrame, known: Frame, span: Span) -> pd.DataFrame:
    """All tasks with the person; of the few those alone whose customers may be contacted."""
    ids = few["customer_id"].unique().tolist()
    persons = small(known.filter(nw.col("customer_id").is_in(ids)).select(*PERSON, "until"))
    own = few.merge(_dated(persons), on="customer_id", how="inner").assign(due_on=lambda rows: pd.to_datetime(rows["due_on"]))
    put_off = own["until"].where(own["kind"] != "promise").fillna(pd.Timestamp(span.day))
    own["due_on"] = own["due_on"].where(own["due_on"] >= put_off, put_off)
    own = own[own["due_on"] < pd.Timestamp(span.until)].drop(columns="until")
    many = _dated(many).assign(about="", key=many["step"].astype("str"))
    whole = pd.concat([own[list(many)], many], ignore_index=True)
    today = pd.Timestamp(span.day)
    return whole.assign(due_on=whole["due_on"].where(whole["due_on"] >= today, today))


def _contacts(found: pd.DataFrame) -> pd.DataFrame:
    """One row a contact of the tasks that have a day."""
    planned = found[found["planned_on"].notna()]
    also: dict[tuple[str, pd.Timestamp], dict[str, None]] = {}
    for row in planned[planned["with_other"]].to_dict("records"):
        also.setdefault((row["customer_id"], row["planned_on"]), {})[row["kind"]] = None
    own = planned[~planned["with_other"]].sort_values("planned_on", kind="stable").drop(columns="with_other").reset_index(drop=True)
    keys = zip(own["customer_id"], own["planned_on"], strict=True)
    return own.assign(also=pd.Series([tuple(also.get(key, ())) for key in keys], dtype="object"))


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its days as datetime64."""
    days = [name for name in frame.columns.astype("str") if name.endswith("_on") or name == "until"]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})
