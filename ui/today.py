"""Today's list as a rep works through it: one card a customer, what can be done with each, and who is left out and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions import doing
from churn.actions.asking_back import note_asked
from churn.actions.candidates import Work
from churn.actions.outcomes import IN_ONE_CLICK, Contact, Outcome, note_outcome, outcome_label
from churn.actions.playbook import Play, playbook_of
from churn.actions.today import Today, as_tasks, owners, todays_list
from churn.errors import ChurnError
from churn.journal import Line
from churn.wording import _
from ui import tables
from ui.desk import dials, has_signal, model, the_desk, who
from ui.links import open_customer
from ui.outward import take_along
from ui.win_back import asked_back
from ui.working import now, the_day

CARDS = 15
OF_LOST: tuple[Outcome, ...] = ("came_back", "thinking", "told", "not_reached")
_MOST_CALLS = 500
_SAID = "said of today's list"


@st.cache_data(max_entries=32, show_spinner=False)
def todays(version: int, noted: int, day: date, work: Work, by: str) -> Today:
    """The list of a day, as the tables and the journal stand."""
    desk, card = the_desk(), model()
    scored = card is not None and has_signal(card)
    return todays_list(desk, dials(), day=day, plays=playbook_of(desk), work=work, by=by, scored=scored, asked_back=asked_back())


@st.cache_data(max_entries=4, show_spinner=False)
def _owners_of(version: int, handed_over: int) -> list[str]:
    return owners(the_desk())


def _owners() -> list[str]:
    """Everybody who has customers, as the tables and the last hand-over say."""
    desk = the_desk()
    lines = desk.journal.lines("hand_over")
    return _owners_of(desk.version(), int(lines["number"].max()) if len(lines) else 0)


def the_list(work: Work) -> Today:
    """The list as it stands now."""
    desk = the_desk()
    return todays(desk.version(), desk.journal.version(), the_day(), work, who())


def ask_work() -> Work:
    """Draws how many calls somebody can make and whose customers they look at, and what else a list goes by; keeps what is changed."""
    desk = the_desk()
    kept = doing.work_of(desk, who())
    names = _owners()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        calls = st.number_input(_("How many calls can you make?"), 1, _MOST_CALLS, kept.calls, key=f"today calls {kept.calls}", width=230)
        owner = kept.owner if kept.owner in names else ""
        if names:
            every, words = ["", *names], {"": _("Everybody's")}
            owner = st.selectbox(
                _("Whose customers"),
                every,
                every.index(owner),
                format_func=lambda name: words.get(name, name),
                width=230,
                key=f"today of {owner}",
            )
    with st.expander(_("What the list goes by"), icon=":material/tune:"):
        asked = _ask_more(kept)
    said = replace(asked, calls=int(calls), owner=owner)
    if said != kept:
        doing.keep_work(desk, said, day=the_day(), by=who(), at=now())
    return said


def _ask_more(kept: Work) -> Work:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        months = st.number_input(
            _("Months of value that a kept customer is worth"), 1.0, 600.0, kept.months, 1.0, key=f"today months {kept.months}"
        )
        quiet = st.number_input(_("Days between two contacts, at least"), 0, 365, kept.quiet_days, key=f"today quiet {kept.quiet_days}")
    st.caption(
        _(
            "Expected gain: the risk of leaving, times the share who stay for what you do (as the playbook has it), times what they are "
            "worth, less what it costs. All of these are your own figures to set, not findings. The lost on the list are those whom "
            "Win-back asks this week; how many and with what chance is set there."
        )
    )
    return replace(kept, months=float(months), quiet_days=int(quiet))


def said_before() -> None:
    """What came of the last click."""
    told = st.session_state.pop(_SAID, None)
    if told:
        done, sentence = told
        (st.success if done else st.warning)(wording.escape(sentence), icon=":material/check:" if done else ":material/sync_problem:")


def cards(found: Today) -> None:
    """The rows of the list: a card for each of the first, the others as a table."""
    plays = {play.key: play for play in playbook_of(the_desk())}
    for place, row in enumerate(found.calls.head(CARDS).to_dict("records"), 1):
        _card(_("{place}. {name}").format(place=place, name=_name(row)), row, found, plays)
    rest = found.calls.iloc[CARDS:]
    if len(rest):
        st.subheader(_("After these"), anchor=False)
        st.caption(_("They move up as the ones above are done."))
        tables.customers(_as_table(rest), key="today rest", alt=_("The rest of today's list"), height="auto")
    if len(found.promised):
        st.subheader(_("Promised for these days"), anchor=False)
        st.caption(_("Promises that fall due within three days, or are up to a week late. They do not count as calls."))
        for row in found.promised.to_dict("records"):
            _card(_name(row), row, found, plays)


def _name(row: dict[Any, Any]) -> str:
    return f"**{wording.escape(str(row['name'] or row['customer_id']))}**"


def _card(label: str, row: dict[Any, Any], found: Today, plays: dict[str, Play]) -> None:
    with st.container(border=True, gap="small", key=f"card {row['customer_id']}"):
        _filled(label, row, found, plays)


def _filled(label: str, row: dict[Any, Any], found: Today, plays: dict[str, Play]) -> None:
    customer_id, name = str(row["customer_id"]), str(row["name"] or row["customer_id"])
    told, buttons = st.columns([4, 3], vertical_alignment="center")
    with told, st.container(gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                label,
                key=f"open {customer_id}",
                type="tertiary",
                on_click=open_customer,
                args=(customer_id,),
                help=_("Open this customer's page"),
            )
            for text, colour in _marks(row):
                st.badge(wording.escape(text), color=colour)
        st.markdown(wording.escape(row["why"]))
        if row["first"]:
            st.markdown(_("First: **{play}**").format(play=wording.escape(row["first"])))
    with buttons:
        _ways(row, customer_id, name, found.last_line, plays.get(row["play"]))


def _ways(row: dict[Any, Any], customer_id: str, name: str, seen: int, play: Play | None) -> None:
    """What can be done with a card."""
    with st.container(horizontal=True, gap="small"):
        st.menu_button(
            _("Done"),
            OF_LOST if row["is_gone"] else IN_ONE_CLICK,
            key=f"done {customer_id}",
            format_func=outcome_label,
            type="primary",
            icon=":material/check:",
            on_click=_done,
            args=(customer_id, name, play, seen, bool(row["is_gone"])),
            help=_("What came of it?"),
        )
        if st.button(_("Later"), key=f"later {customer_id}", icon=":material/snooze:"):
            _later(customer_id, name, seen)
        if st.button(_("Hand over"), key=f"hand {customer_id}", icon=":material/person_add:"):
            _hand_over(customer_id, name, str(row["owner"]), seen)


def _marks(row: dict[Any, Any]) -> list[tuple[str, Any]]:
    """The figures of a card, each with its colour."""
    marks: list[tuple[str, Any]] = []
    if row["promised"]:
        marks.append((_("promised"), "orange"))
    if row["is_gone"]:
        marks.append((_("win back"), "violet"))
    if row["expected_gain"] > 0:
        marks.append((_("gain {money}").format(money=wording.money(row["expected_gain"])), "green"))
    if not pd.isna(row["risk"]) and not row["is_gone"]:
        marks.append((_("risk {risk}").format(risk=wording.percent(row["risk"], 0)), "gray"))
    if not pd.isna(row["value"]):
        marks.append((_("worth {money}").format(money=wording.money(row["value"])), "gray"))
    return [*marks, (row["owner"], "gray")] if row["owner"] else marks


def _done(customer_id: str, name: str, play: Play | None, seen: int, lost: bool) -> None:
    outcome: Outcome = st.session_state[f"done {customer_id}"]
    contact = Contact(customer_id, the_day(), outcome, who())
    if play is not None:
        discount = play.offer if outcome == "agreed" else 0.0
        contact = replace(contact, play=play.key, channel=play.channel, cost=play.contact, discount=discount)
    told = _("{name}: {outcome}. Noted.").format(name=name, outcome=outcome_label(outcome).lower())
    note_it = note_asked if lost else note_outcome
    _note(lambda: note_it(the_desk(), contact, seen=seen, at=now()), told)


def _later(customer_id: str, name: str, seen: int) -> None:
    """Asks until when, and why."""

    @st.dialog(_("Later: {name}").format(name=wording.escape(name)))
    def ask() -> None:
        day = the_day()
        until = st.date_input(_("Back on the list on"), day + timedelta(days=7), min_value=day + timedelta(days=1), key="later until")
        reason = st.text_input(_("Why?"), key="later why", max_chars=300)
        if st.button(_("Put off"), type="primary", key="later go"):
            told = _("{name} comes back on {day}.").format(name=name, day=wording.date(until))
            _try(lambda: doing.snooze_line(customer_id, day=day, by=who(), until=until, reason=reason), seen, told)

    ask()


def _hand_over(customer_id: str, name: str, owner: str, seen: int) -> None:
    """Asks to whom, and why."""

    @st.dialog(_("Hand over: {name}").format(name=wording.escape(name)))
    def ask() -> None:
        others = [other for other in _owners() if other != owner]
        to = st.selectbox(_("To whom?"), others, index=None, accept_new_options=True, key="hand to", placeholder=_("Choose or type a name"))
        reason = st.text_input(_("Why?"), key="hand why", max_chars=300)
        if st.button(_("Hand over"), type="primary", key="hand go"):
            told = _("{name} is handed over to {to}.").format(name=name, to=to)
            _try(lambda: doing.hand_over_line(customer_id, day=the_day(), by=who(), to=to or "", reason=reason), seen, told)

    ask()


def _try(made: Callable[[], Line], seen: int, told: str) -> None:
    """Writes the line and draws the list anew; in a dialog, which stays open where the line cannot be."""
    try:
        line = made()
    except ChurnError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")
        return
    _note(lambda: doing.note(the_desk(), line, seen=seen, at=now()), told)
    st.rerun()


def _note(write: Callable[[], object], told: str) -> None:
    """Writes; what came of it is said above the list."""
    try:
        write()
    except ChurnError as error:
        st.session_state[_SAID] = (False, str(error))
    else:
        st.session_state[_SAID] = (True, told)


def take(found: Today) -> None:
    """The list as it is shown, as tasks for another program."""
    rows = found.rows
    if len(rows):
        take_along(lambda: as_tasks(found), rows=len(rows), file="today", key="today")


def _as_table(rows: pd.DataFrame) -> pd.DataFrame:
    kept = rows[["customer_id", "name", "why", "first", "expected_gain", "risk", "value"]].rename(columns={"why": "sign", "first": "play"})
    named = kept.assign(name=kept["name"].where(kept["name"] != "", None))
    return named.dropna(axis="columns", how="all")
