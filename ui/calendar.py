"""The contact calendar: the plan, computed once for each version of desk and journal, and its parts on the page."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions.calendar import DAYS, Plan, contact_plan, keep_most_a_day, most_a_day, owners_of
from churn.actions.calendar_words import kind_label, person, why
from churn.actions.due import Span
from churn.actions.playbook import playbook_of
from churn.actions.spread import FRIDAY, work_days
from churn.report.calendar_file import calendar_text
from churn.wording import _, plural
from ui.desk import dials, the_desk, who
from ui.links import open_customer
from ui.listed import Column, listed
from ui.working import now, the_day

EVERYBODY = "\x00everybody"
MOST_NAMES = 8
LOAD_DAYS = 10
WEEK = 7


@st.cache_data(max_entries=16, show_spinner=_("Planning the contacts"))
def plan_of(version: int, noted: int, day: date, most: int, owner: str | None) -> Plan:
    """The plan of the desk at these versions of its tables and its journal."""
    desk = the_desk()
    return contact_plan(desk, dials(), Span(day, DAYS), plays=playbook_of(desk), most=most, owner=owner)


@st.cache_data(max_entries=4, show_spinner=False)
def owners_now(version: int, noted: int, day: date) -> tuple[str, ...]:
    """Who has customers at these versions."""
    return owners_of(the_desk(), dials(), day)


def asked() -> Plan:
    """Draws what the plan is asked for, and gives it."""
    desk, day = the_desk(), the_day()
    stand = (desk.version(), desk.journal.version())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kept = most_a_day(desk)
        most = int(st.number_input(_("Contacts a work day and owner"), 1, 500, kept, key=f"calendar most {kept}", width=220))
        owners = owners_now(*stand, day)
        owner = _ask_owner(owners) if len(owners) > 1 else None
        if most != kept:
            st.button(_("Keep for everybody"), on_click=partial(_keep, most, day), icon=":material/save:")
    return plan_of(*stand, day, most, owner)


def _keep(most: int, day: date) -> None:
    keep_most_a_day(the_desk(), most, day=day, by=who(), at=now())


def _ask_owner(owners: Sequence[str]) -> str | None:
    words = {EVERYBODY: _("All owners"), **{owner: owner or _("Nobody's") for owner in owners}}
    chosen = st.selectbox(
        _("Owner"), list(words), format_func=lambda key: words[key], key="calendar owner", persist_state="session", width=220
    )
    return None if chosen == EVERYBODY else chosen


def alerts(plan: Plan) -> None:
    """The overdue and the silent, those of most value first."""
    if plan.alerts.empty:
        return
    st.subheader(_("Overdue and silent"), anchor=False)
    st.caption(
        _(
            "Silent: more than twice their own usual days without a contact. Overdue: past the day that their rhythm names. The first {n}."
        ).format(n=wording.number(len(plan.alerts)))
    )
    found = plan.alerts.assign(why=[why(row) for row in plan.alerts.to_dict("records")])
    columns: dict[str, Column] = {
        "kind": (_("What"), kind_label),
        "why": (_("Why"), str),
        "value": (_("Monthly value"), wording.money),
        **_owner(plan),
    }
    listed(found, columns, key="calendar alerts", alt=_("Overdue and silent customers, the silent first, those of most value first"))


def week(plan: Plan, days: Sequence[date]) -> None:
    """Five work days side by side, each with its contacts; below each other on a narrow screen."""
    for day, column in zip(days, st.columns(5), strict=False):
        mine = _of_day(plan, day)
        with column.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"**{wording.escape(_day_name(day))}**")
            st.caption(_how_many(plan, day, len(mine)))
            for row in mine.head(MOST_NAMES).to_dict("records"):
                st.button(
                    wording.escape(person(row)),
                    key=f"calendar {day} {row['customer_id']}",
                    on_click=open_customer,
                    args=(row["customer_id"],),
                    help=wording.escape(f"{kind_label(row['kind'])}. {why(row)}"),
                    type="tertiary",
                )
            if len(mine) > MOST_NAMES:
                st.caption(plural("and {n} more, below", "and {n} more, below", len(mine) - MOST_NAMES))


def month(plan: Plan, first: date) -> None:
    """Four weeks and more of work days from a Monday on: how many contacts each day holds, and of which kind most are."""
    for monday in (first + timedelta(days=WEEK * place) for place in range(5)):
        for place, column in enumerate(st.columns(5)):
            day = monday + timedelta(days=place)
            mine = _of_day(plan, day)
            if day < plan.day or not len(mine):
                with column.container(border=True, height="stretch", gap="xsmall"):
                    st.caption(f"{_day_name(day)}  \n{_how_many(plan, day, 0)}")
                continue
            kinds = mine["kind"].value_counts().head(2)
            with column.container(border=True, height="stretch", gap="xsmall"):
                st.button(_day_name(day), key=f"calendar open {day}", on_click=partial(_choose, day), type="tertiary")
                st.markdown(f"**{plural('{n} contact', '{n} contacts', len(mine))}**")
                st.caption(wording.listing([f"{kind_label(str(kind))}: {wording.number(n)}" for kind, n in kinds.items()]))


def one_day(plan: Plan) -> None:
    """All contacts of one day."""
    days = [day.date() for day in plan.planned["planned_on"].drop_duplicates()]
    if not days:
        return
    if st.session_state.get("calendar day") not in days:
        st.session_state["calendar day"] = days[0]
    st.subheader(_("One day"), anchor=False)
    day = st.selectbox(_("Day"), days, format_func=_day_name, key="calendar day", width=220)
    mine = _of_day(plan, day)
    found = mine.assign(why=[_whole(row) for row in mine.to_dict("records")])
    columns: dict[str, Column] = {
        "kind": (_("What"), kind_label),
        "why": (_("Why"), str),
        "value": (_("Monthly value"), wording.money),
        **_owner(plan),
    }
    listed(found, columns, key=f"calendar contacts {day}", alt=_("The contacts of this day, the most urgent first"))


def load(plan: Plan) -> None:
    """How many contacts each owner has on each of the next work days."""
    owners = plan.planned["owner"]
    if owners.nunique() < 2:
        return
    days = plan.planned["planned_on"].drop_duplicates().head(LOAD_DAYS)
    counts = plan.planned[plan.planned["planned_on"].isin(days)].groupby(["owner", "planned_on"]).size().unstack(fill_value=0)
    shown = counts.rename(columns=lambda day: _short(day.date())).reset_index()
    shown["owner"] = shown["owner"].replace("", _("Nobody's"))
    st.subheader(_("Load by owner and day"), anchor=False)
    st.dataframe(
        shown, hide_index=True, alt=_("Contacts by owner and day"), height="content",
        column_config={"owner": st.column_config.TextColumn(_("Owner"), pinned=True)},
    )  # fmt: skip


def download(plan: Plan) -> None:
    """A button for the plan as a calendar file."""
    desk = the_desk()
    owners = plan.planned["owner"].drop_duplicates().tolist()
    owner = owners[0] if len(owners) == 1 and owners[0] else None
    sequence = desk.version() + desk.journal.version()
    st.download_button(
        _("Calendar file"),
        lambda: calendar_text(plan, at=now(), sequence=sequence, owner=owner),
        "contacts.ics",
        "text/calendar",
        key="calendar file",
        on_click="ignore",
        icon=":material/event:",
        help=_("For Outlook, Google, Apple and others. Taken again, it moves what has moved."),
    )


def weeks_of(plan: Plan) -> dict[date, list[date]]:
    """The work days that are planned for, five by five, by the first of them."""
    days = work_days(plan.day, plan.days)
    return {days[place]: days[place : place + 5] for place in range(0, len(days), 5)}


def monday_of(day: date) -> date:
    """The Monday of a day's week, of the week to come where the day is on a weekend."""
    return day + timedelta(days=WEEK - day.weekday()) if day.weekday() > FRIDAY else day - timedelta(days=day.weekday())


def due_by(plan: Plan, until: date) -> int:
    """How many contacts are planned before a day."""
    return int((plan.planned["planned_on"] < pd.Timestamp(until)).sum())


def _of_day(plan: Plan, day: date) -> pd.DataFrame:
    return plan.planned[plan.planned["planned_on"] == pd.Timestamp(day)]


def _whole(row: Mapping[Any, Any]) -> str:
    also = row["also"]
    more = (
        [_("Also: {what}.").format(what=wording.listing([kind_label(kind) for kind in also]))] if isinstance(also, tuple) and also else []
    )
    return " ".join([why(row), *more])


def _owner(plan: Plan) -> dict[str, Column]:
    return {"owner": (_("Owner"), str)} if plan.planned["owner"].any() else {}


def _how_many(plan: Plan, day: date, n: int) -> str:
    return _("past") if day < plan.day else plural("{n} contact", "{n} contacts", n) if n else _("nothing due")


def _choose(day: date) -> None:
    st.session_state["calendar day"] = day


def _day_name(day: date) -> str:
    return _("{weekday} {day}").format(weekday=WEEKDAYS[day.weekday()], day=wording.date(day))


def _short(day: date) -> str:
    return _("{weekday} {day}").format(weekday=WEEKDAYS[day.weekday()], day=wording.number(day.day))


WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
