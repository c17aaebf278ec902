"""The contact calendar: whose contact is due when, by their own rhythm; a fair load; and the file that calendars take."""

import math
import shutil
from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from playwright.sync_api import expect
from typer.testing import CliRunner

from churn.__main__ import app
from churn.actions.calendar import contact_plan, owners_of
from churn.actions.due import Span
from churn.actions.playbook import DEFAULTS, FOLLOW_UP
from churn.actions.spread import spread, work_days
from churn.dials import Dials
from churn.errors import StoreError
from churn.intake import read
from churn.journal import Line
from churn.measures.dialect import small
from churn.measures.lives import lives
from churn.measures.own_rhythm import own_rhythms
from churn.prepared import Wishes, dials_of
from churn.report.calendar_file import calendar_text
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import TABLES
from tests.browser import choose, finished
from tests.firms import AS_OF, ago, made_firm
from tests.histories import lazily, sample_frames
from tests.seen import cards, click_row


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        yield connection


def rhythms(tables, dials=None):
    dials = dials or Dials(AS_OF)
    found = small(own_rhythms(tables, dials, lives(tables, dials))).set_index("customer_id").sort_index()
    return found.assign(**{day: pd.to_datetime(found[day]) for day in ("last_on", "due_on", "new_product_on")})


# The prepared table


def test_a_rhythm_worked_by_hand(engine):
    calls = {"a": [100, 90, 60, 60, 50], "b": [30, 20, 10, -3], "c": [40], "left": [9]}  # a: gaps 10, 30, 10; b: two gaps are too few
    contacts = [(name, ago(days)) for name, days in ((name, days) for name, every in calls.items() for days in every)]
    people = [(name, None, None, None, None, ago(400), ago(5) if name == "left" else None) for name in ("a", "b", "c", "d", "e", "left")]
    orders = [("a", ago(3), 1.0), ("d", ago(70), 1.0)]
    found = rhythms(made_firm(engine, customers=people, contacts=contacts, orders=orders))
    assert found["last_on"].dt.date.astype(object).where(found["last_on"].notna(), None).to_dict() == {
        "a": ago(50), "b": ago(10), "c": ago(40), "d": ago(70), "e": None
    }  # fmt: skip
    assert found["usual_days"].fillna(-1).to_dict() == {"a": 10, "b": -1, "c": -1, "d": -1, "e": -1}
    assert found["times"].to_dict() == {"a": 4, "b": 3, "c": 1, "d": 0, "e": 0}
    assert found["is_own"].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 0, "e": 0}
    due = {name: None if pd.isna(day) else day.date() for name, day in found["due_on"].items()}
    assert due == {"a": ago(40), "b": ago(0), "c": ago(30), "d": ago(60), "e": None}  # the firm's default is that of a, 10 days


def test_orders_stand_in_for_contacts_and_ninety_days_for_an_unknown_rhythm(engine):
    tables = made_firm(engine, orders=[("a", ago(days)) for days in (40, 30, 20, 9)] + [("b", ago(1))])
    assert rhythms(tables)[["usual_days", "times", "is_own"]].loc["a"].tolist() == [10, 4, 1]
    tables = made_firm(engine, contacts=[("a", ago(5)), ("b", ago(1))])
    assert rhythms(tables)["due_on"].dt.date.tolist() == [ago(5 - 90), ago(1 - 90)]


def test_what_is_new_to_a_customer(engine):
    orders = [
        ("a", ago(300), 1, "tea"), ("a", ago(15), 1, "tea"), ("a", ago(12), 1, "cups"), ("a", ago(4), 1, "cups"), ("a", ago(3), 1, None),
        ("b", ago(20), 1, None), ("c", ago(22), 1, "tea"), ("d", ago(9), 1, "tea"), ("d", ago(9), 1, "pots"),
    ]  # fmt: skip
    people = [(name, None, None, None, None, ago(400)) for name in "abcd"]
    found = rhythms(made_firm(engine, customers=people, orders=orders))
    known = [(None if pd.isna(name) else name, None if pd.isna(day) else day.date()) for name, day in
             zip(found["new_product"], found["new_product_on"], strict=True)]  # fmt: skip
    assert known == [("cups", ago(12)), (None, ago(20)), (None, None), ("tea", ago(9))]


def test_the_sample_firms_rhythms_are_those_counted_customer_by_customer(engine):
    frames, dials = sample_frames(), Dials(date(2026, 1, 1))
    tables = lazily(engine, frames, "sample")
    found = rhythms(tables, dials)
    day = pd.Timestamp(dials.as_of)
    contacts, orders = frames["contacts"], frames["orders"]
    contacts, orders = contacts[contacts["contacted_on"] < day], orders[orders["ordered_on"] < day]
    calls = {key: group.drop_duplicates().sort_values() for key, group in contacts.groupby("customer_id")["contacted_on"]}
    bought = {key: group.sort_values("ordered_on") for key, group in orders.groupby("customer_id")}
    usual = {key: days.diff().dropna().dt.days.median() if len(days) > 3 else math.nan for key, days in calls.items()}
    default = pd.Series({key: days for key, days in usual.items() if key in found.index}).median()
    assert len(found) > 500
    assert found["is_own"].mean() > 0.5
    for key, row in found.iterrows():
        last = calls[key].iloc[-1] if key in calls else bought[key]["ordered_on"].iloc[-1] if key in bought else pd.NaT
        own = usual.get(key, math.nan)
        due = last + timedelta(days=math.floor((default if math.isnan(own) else own) + 0.5)) if not pd.isna(last) else pd.NaT
        assert (row["last_on"], row["due_on"]) == (last, due) or pd.isna(last)
        assert row["usual_days"] == pytest.approx(own, nan_ok=True)
        firsts = bought[key].groupby("product")["ordered_on"].min() if key in bought else pd.Series(dtype="datetime64[s]")
        lately = firsts[firsts >= day - timedelta(days=21)]
        assert row["new_product_on"] == (lately.max() if len(lately) else pd.NaT) or (pd.isna(row["new_product_on"]) and lately.empty)


# A fair load

TASK = st.tuples(
    st.sampled_from("abcdefgh"), st.sampled_from(["contact", "renewal", "promise"]), st.integers(-5, 20), st.integers(0, 3),
    st.one_of(st.none(), st.integers(0, 3)),
)  # fmt: skip


def frame_of(rows):
    """Tasks of rows; each customer has one owner."""
    columns = ["customer_id", "kind", "due", "urgency", "value"]
    made = pd.DataFrame(rows, columns=columns).drop_duplicates(["customer_id", "kind", "due"], ignore_index=True)
    owners = {name: "x" if name in "abcde" else "y" for name in "abcdefgh"}
    due_on = [AS_OF + timedelta(days=days) for days in made.pop("due")]
    return made.assign(owner=made["customer_id"].map(owners), due_on=due_on, value=made["value"].astype("float64"))


@settings(max_examples=80)
@given(st.lists(TASK, min_size=1, max_size=40), st.integers(1, 3), st.integers(1, 20), st.randoms())
def test_the_load_is_fair(rows, most, days, random):
    tasks = frame_of(rows)
    found = spread(tasks, AS_OF, days=days, most=most)
    placed = found[found["planned_on"].notna()].assign(on=lambda rows: rows["planned_on"].dt.date)
    contacts = placed[~placed["with_other"]]
    assert (placed["on"] >= placed["due_on"]).all()
    assert placed["on"].map(lambda day: day.weekday() < 5 and AS_OF <= day < AS_OF + timedelta(days=days)).all()
    counts = contacts.groupby(["owner", "on"]).size()
    assert counts.empty or counts.max() <= most
    assert not contacts.duplicated(["customer_id", "on"]).any()  # nobody twice a day
    assert placed.merge(contacts[["customer_id", "on"]]).shape[0] == len(placed)  # who goes with another goes with a contact of that day
    rank = found.assign(_worth=-found["value"].fillna(0)).sort_values(["urgency", "_worth", "due_on", "customer_id", "kind"])
    place = {index: number for number, index in enumerate(rank.index)}
    for index, task in found.iterrows():  # no day that a task could have had has room, or anything less urgent
        until = task["planned_on"].date() if pd.notna(task["planned_on"]) else date.max
        for day in work_days(AS_OF, days):
            if max(task["due_on"], AS_OF) <= day < until:
                there = contacts[(contacts["owner"] == task["owner"]) & (contacts["on"] == day)]
                assert len(there) == most
                assert all(place[other] < place[index] for other in there.index)
    shuffled = list(rows)
    random.shuffle(shuffled)
    columns = ["customer_id", "kind", "due_on", "urgency", "value"]
    if not pd.DataFrame(rows).duplicated([0, 1, 2]).any():
        again = spread(frame_of(shuffled), AS_OF, days=days, most=most)
        key = lambda frame: set(frame[[*columns, "planned_on", "with_other"]].astype("str").itertuples(index=False, name=None))  # noqa: E731
        assert key(found) == key(again)


# A desk

DAY = date(2026, 1, 1)  # a Thursday
PLAY = next(play for play in DEFAULTS if play.follow_up == FOLLOW_UP)
CUSTOMERS = "customer_id,name,owner,monthly_value,renewal_on,started_on,ended_on\n" + "\n".join(
    [
        'a,"Ash; Co, Ltd",Ann,10,,2024-01-01,', "b,Birch,Ann,20,,2024-01-01,", "c,Cedar,Bob,30,2026-01-20,2024-01-01,",
        "d,Dill,Bob,5,,2024-01-01,", "gone,Gone,Bob,99,2026-01-20,2024-01-01,2025-06-01",
    ]
)  # fmt: skip
CONTACTS = "customer_id,contacted_on\n" + "\n".join(
    [
        *(f"a,2025-{month:02}-01" for month in range(5, 11)),
        *(f"b,2025-12-{day:02}" for day in (1, 8, 15, 22)),
        "c,2025-12-31",
        "d,2025-12-30",
    ]
)
PROMISES = "customer_id,promised_on,due_on,what,kept_on\nd,2025-12-30,2026-01-04,a call,\nc,2025-12-01,2025-12-20,a visit,2025-12-19\n"


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        files = {"customers": CUSTOMERS, "contacts": CONTACTS, "promises": PROMISES}
        intakes = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name]) for name, text in files.items()}
        desk.load(intakes, prepare=preparing(Wishes(as_of=DAY)))
        yield desk


def planned(desk, day=DAY, **options):
    rows = contact_plan(desk, dials_of(desk), Span(day, 60), plays=DEFAULTS, **options).planned
    return {(row["customer_id"], row["kind"], row["step"]): row["planned_on"].date() for row in rows.to_dict("records")}


def test_each_kind_of_contact_finds_its_day(desk):
    found = planned(desk)
    assert found == {
        ("a", "silent", 0): DAY,  # last on 1 October, usually every 31 days
        ("b", "overdue", 0): DAY,  # last on 22 December, every 7 days
        ("c", "contact", 0): date(
            2026, 1, 19
        ),  # 31 December and the firm's default, 19 days: it renews on the 20th, and was contacted since
        ("d", "promise", 0): date(2026, 1, 2),  # due on a Sunday: the Friday before
        ("d", "contact", 0): date(2026, 1, 19),  # the 18th is a Sunday
    }
    assert planned(desk, owner="Ann").keys() == {("a", "silent", 0), ("b", "overdue", 0)}
    plan = contact_plan(desk, dials_of(desk), Span(DAY, 60))
    assert (plan.customers, plan.silent, plan.overdue) == (4, 1, 1)
    assert owners_of(desk, dials_of(desk), DAY) == ("Ann", "Bob")
    few = contact_plan(desk, dials_of(desk), Span(DAY, 2), most=1, owner="Ann")
    assert (len(few.planned), few.waiting) == (2, 0)
    assert contact_plan(desk, dials_of(desk), Span(DAY, 1), most=1, owner="Ann").waiting == 1  # also those that no query brought
    assert plan.alerts["customer_id"].tolist() == ["a", "b"]


def test_what_is_noted_moves_the_calendar(desk):
    desk.journal.note(Line("outcome", DAY, "b", more={"outcome": "not_reached", "channel": "phone"}))
    assert planned(desk)["b", "overdue", 0] == DAY
    desk.journal.note(Line("outcome", DAY, "b", what=PLAY.key, more={"outcome": "told", "channel": "phone"}))
    mine = {key[1:]: day for key, day in planned(desk).items() if key[0] == "b"}
    assert mine == {
        ("follow_up", 1): date(2026, 1, 2),
        ("follow_up", 2): date(2026, 1, 5),  # the 3rd is a Saturday
        ("follow_up", 5): date(2026, 1, 6),
        ("contact", 0): date(2026, 1, 8),
        ("follow_up", 14): date(2026, 1, 15),
    }
    later = planned(desk, DAY + timedelta(days=4))
    assert ("b", "follow_up", 1) not in later  # the next step has come
    desk.journal.note(Line("outcome", DAY + timedelta(days=4), "b", what=PLAY.key, more={"outcome": "told"}))
    assert ("b", "follow_up", 2) not in planned(desk, DAY + timedelta(days=4))
    desk.journal.note(Line("snooze", DAY, "a", until=date(2026, 1, 14), text="on holiday"), Line("hand_over", DAY, "d", what="Cid"))
    assert planned(desk)["a", "snooze", 0] == date(2026, 1, 14)
    assert ("d", "promise", 0) in planned(desk, owner="Cid")
    desk.journal.note(Line("kept", DAY, "d", more={"promised_on": "2025-12-30", "what": "a call", "due_on": "2026-01-04"}))
    assert ("d", "promise", 0) not in planned(desk)
    desk.journal.note(Line("promise", DAY, "a", what="a price list", until=date(2026, 1, 7)))
    assert planned(desk)["a", "promise", 0] == date(2026, 1, 7)  # a promise is not put off
    desk.journal.note(Line("outcome", DAY, "c", more={"outcome": "left"}))
    assert not any(key[0] == "c" for key in planned(desk))


def test_who_is_held_out_is_in_no_calendar(desk):
    members = pd.DataFrame({"customer_id": ["a", "d"], "arm": "held_out", "stratum": 0, "risk": 0.1, "value": 1.0})
    desk.journal.note(Line("campaign", DAY, what="New Year", until=date(2026, 2, 1)), members=members)
    desk.journal.note(Line("outcome", DAY, "a", what=PLAY.key, more={"outcome": "told"}))
    plan = contact_plan(desk, dials_of(desk), Span(DAY, 60), plays=DEFAULTS)
    assert set(plan.planned["customer_id"]) == {"b", "c"}
    assert set(plan.alerts["customer_id"]) == {"b"}


# The file


def events(text):
    return {str(event["UID"]): event for event in Calendar.from_ical(text).walk("VEVENT")}


def test_a_calendar_that_takes_the_file_again_moves_events_and_cancels_those_no_longer_due(desk):
    def text(before=b"", **options):
        plan = contact_plan(desk, dials_of(desk), Span(DAY, 60), plays=DEFAULTS, **options)
        return calendar_text(plan, at=datetime(2026, 1, 1, 9), sequence=desk.version() + desk.journal.version(), before=before)

    first = text()
    parsed = Calendar.from_ical(first)
    assert (parsed["METHOD"], parsed["X-WR-CALNAME"], parsed["REFRESH-INTERVAL"].dt) == ("PUBLISH", "Contacts", timedelta(hours=6))
    old = events(first)
    assert len(old) == len(planned(desk))
    named = {str(event["SUMMARY"]): uid for uid, event in old.items()}
    ash = old[named["Silent: Ash; Co, Ltd"]]
    assert (ash.start, ash.end, ash["SEQUENCE"], ash["DTSTAMP"].dt) == (DAY, date(2026, 1, 2), desk.version() + desk.journal.version(),
                                                                       datetime(2026, 1, 1, 9, tzinfo=UTC))  # fmt: skip
    assert text() == first
    desk.journal.note(Line("outcome", DAY, "a", more={"outcome": "told"}))
    desk.journal.note(Line("kept", DAY, "d", more={"promised_on": "2025-12-30", "what": "a call", "due_on": "2026-01-04"}))
    new = events(text(first))
    assert new.keys() == old.keys()
    moved, over = new[named["Silent: Ash; Co, Ltd"]], new[named["Promise due: Dill"]]
    assert moved.start == date(2026, 2, 2)  # 31 days on is a Sunday
    assert (moved["SUMMARY"], moved["STATUS"]) == ("Contact due: Ash; Co, Ltd", "CONFIRMED")
    assert moved["SEQUENCE"] > ash["SEQUENCE"]
    assert (over["STATUS"], over["SUMMARY"]) == ("CANCELLED", "No longer due")  # whoever is held out since is not named
    with pytest.raises(StoreError, match="no calendar file"):
        text(b"name,day\nAsh,1\n")


def test_the_command_writes_over_its_own_file(sample_desk, tmp_path):
    shutil.copytree(sample_desk, tmp_path / "desk")
    out = tmp_path / "contacts.ics"
    for options in (["--days", "10"], ["--days", "10", "--owner", "Ken Mori"]):
        result = CliRunner().invoke(app, ["calendar", "--desk", str(tmp_path / "desk"), "--out", str(out), *options])
        assert result.exit_code == 0, result.output
    found = events(out.read_bytes())
    status = pd.Series([str(event["STATUS"]) for event in found.values()]).value_counts()
    assert 0 < status["CONFIRMED"] <= 8 * 15  # eight work days
    assert status["CANCELLED"] > 3 * status["CONFIRMED"]  # those of the other six owners


def test_the_page_shows_who_is_overdue_the_days_and_hands_out_the_file(page_at):
    page = page_at("calendar")
    found = cards(page, 4)
    silent, overdue = (int(found[label].value.replace(",", "")) for label in ("Silent", "Overdue"))
    assert silent > 0 < overdue
    choose(page, "Owner", "Ken Mori")
    page.get_by_text("Month", exact=True).click()
    expect(page.get_by_text("15 contacts").first).to_be_visible()
    finished(page)
    mine = cards(page, 4)
    assert int(mine["Overdue"].value.replace(",", "")) < overdue
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar file").click()
    parsed = events(waiting.value.path().read_bytes())
    assert len(parsed) == int(mine["Planned in all"].value.replace(",", ""))
    assert all("Owner: Ken Mori" in event["DESCRIPTION"] for event in parsed.values())
    click_row(page, 0)
    expect(page.get_by_label("Find a customer by id or name")).to_be_visible()


def test_where_everybody_has_left_there_is_a_calendar_with_nothing_in_it(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        intake = read(b"customer_id,started_on,ended_on\nA,2020-01-01,2025-01-01\nB,2020-01-01,2025-02-01\n", file="customers.csv")
        desk.load({"customers": intake}, prepare=preparing(Wishes()))
        plan = contact_plan(desk, dials_of(desk), Span(DAY, 60))
        assert (len(plan.planned), plan.customers, plan.waiting) == (0, 0, 0)
        assert not events(calendar_text(plan, at=datetime(2026, 1, 1), sequence=1))


def test_where_everybody_has_their_own_rhythm_and_a_promise_has_no_words_the_calendar_says_so(tmp_path):
    spoken = "".join(f"A,{DAY - timedelta(days=days)}\n" for days in range(10, 80, 10))
    texts = {
        "customers": "customer_id,started_on,ended_on\nA,2020-01-01,\n",
        "contacts": f"customer_id,contacted_on\n{spoken}",
        "promises": "customer_id,promised_on,due_on,what\nA,2025-12-20,2026-01-05,\n",
    }
    with open_desk(tmp_path / "desk") as desk:
        intakes = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name]) for name, text in texts.items()}
        desk.load(intakes, prepare=preparing(Wishes(as_of=DAY)))
        planned = contact_plan(desk, dials_of(desk), Span(DAY, 60)).planned
        assert planned["kind"].tolist()[:2] == ["contact", "promise"]
        assert planned["about"].tolist()[:2] == ["", "5 Jan 2026"]
