"""Win-back on the page: the list of this week, the three steps with one customer, messages that keep warm, and what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions.asking_back import (
    QUOTED_BACK,
    RESULTS,
    STEPS,
    WISHES,
    because,
    caution,
    keep_odds,
    note_result,
    note_step,
    note_warm,
    odds_of,
    progress,
    return_rates,
    week_of,
)
from churn.actions.playbook import playbook_of, plays_for
from churn.actions.win_back import Lost, Odds, lost_customers
from churn.wording import _, plural
from ui import tables
from ui.desk import dials, the_desk, who
from ui.listed import Column, listed
from ui.outward import take_along
from ui.working import now, the_day

LATER_DAYS = 90
MOST_WARM = 50
STEP_LABELS = {"why": _("Why did they stop?"), "how": _("How are they now?"), "contact": _("Contact, with what answers the cause")}
RESULT_LABELS = {"came_back": _("Came back"), "no": _("Does not want to"), "later": _("Ask again later")}


@st.cache_data(max_entries=8, show_spinner=_("Looking for those who left"))
def lost_now(version: int, noted: int, day: date, odds: str) -> Lost | None:
    """The lost at these versions of tables and journal; `odds` tells apart what is assumed."""
    desk = the_desk()
    return lost_customers(desk, dials(), day, odds_of(desk))


def the_lost() -> Lost | None:
    """The lost of the day of work."""
    desk = the_desk()
    return lost_now(desk.version(), desk.journal.version(), the_day(), repr(odds_of(desk)))


def asked_back() -> pd.DataFrame:
    """Whom the week of the day of work asks back."""
    desk = the_desk()
    lines = desk.journal.lines("exit", "campaign", "stop", "wishes")
    lines = lines[(lines["kind"] != "wishes") | (lines["what"] == WISHES)]
    return _asked_back(desk.version(), int(lines["number"].max()) if len(lines) else 0, the_day())


@st.cache_data(max_entries=8, show_spinner=False)
def _asked_back(version: int, noted: int, day: date) -> pd.DataFrame:
    """The same at this version of the tables; of what is noted in a week only those who leave, campaigns and its own wishes change it."""
    return week_of(the_desk(), dials(), day)


def noted() -> pd.DataFrame:
    """All that was noted of asking back."""
    return the_desk().journal.lines("win_back")


def ranked(found: pd.DataFrame, lines: pd.DataFrame, *, key: str, alt: str, with_steps: bool) -> None:
    """Customers who left, each a click away."""
    shown = found.assign(why=[because(row) for row in found.to_dict("records")])
    columns: dict[str, Column] = {
        "reason": (_("Reason"), str),
        "value": (_("Value a year"), wording.money),
        "chance": (_("Chance assumed"), wording.percent),
        "why": (_("What is known"), str),
    }
    if with_steps:
        shown["steps"] = [_state(lines, customer) for customer in shown["customer_id"]]
        columns = {"steps": (_("State"), str), **columns}
    listed(shown, columns, key=key, alt=alt)


def take(found: pd.DataFrame, *, file: str, title: str = "") -> None:
    """These customers for another program, as tasks of the day where they have a title."""
    rows = found.assign(why=[because(row) for row in found.to_dict("records")])
    if title:
        rows = rows.assign(title=title, due=pd.Timestamp(the_day()))
    take_along(lambda: rows, rows=len(rows), file=file, key=f"take {file}")


def steps(chosen: pd.DataFrame, lines: pd.DataFrame) -> None:
    """The three steps with one customer, and what came of it."""
    st.subheader(_("Three steps with one of them"), anchor=False)
    rows = {row["customer_id"]: row for row in chosen.to_dict("records")}
    one = st.selectbox(_("Customer"), list(rows), format_func=lambda key: _name(rows[key]), key="win back one", width=400)
    row, found = rows[one], progress(lines, one)
    st.markdown(_("Reason: **{reason}**. {known}").format(reason=wording.escape(row["reason"]), known=wording.escape(because(row))))
    if mind := caution(row["reason"]):
        st.warning(mind, icon=":material/warning:")
    for step in STEPS[:3]:
        with st.container(border=True):
            mark = ":material/check_circle:" if step in found.done else ":material/radio_button_unchecked:"
            st.markdown(f"{mark} **{STEP_LABELS[step]}**")
            if step == "contact":
                _offers(row)
            if found.done.get(step):
                st.caption(wording.escape(found.done[step]))
            st.text_area(_HINTS[step], key=f"win back {step} of {one}", max_chars=2000, height=80)
            st.button(_("Note it"), key=f"win back note {step} of {one}", on_click=_note, args=(row, step))
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        key = f"win back result of {one}"
        result = st.selectbox(_("What came of it?"), RESULTS, index=None, format_func=RESULT_LABELS.__getitem__, key=key, width=220)
        st.button(_("Save"), key=f"win back save {one}", on_click=_save, args=(row,), type="primary", disabled=result is None)
        if found.result:
            st.caption(_("Noted: {result}").format(result=RESULT_LABELS[found.result]))


_HINTS = {
    "why": _("What they say, in their words. Do not assume that it was the price."),
    "how": _("What they use now, what works and what does not."),
    "contact": _("What was offered, and what they said."),
}


def _offers(row: Mapping[Any, Any]) -> None:
    plays = plays_for(playbook_of(the_desk()), reason=row["reason"])[:3]
    for play in plays:
        cost = _("costs {cost}").format(cost=wording.money(play.contact + play.offer))
        st.markdown(f"- {wording.escape(play.title)} ({wording.escape(cost)})")
    if plays:
        st.caption(_("From the playbook, for this reason: the cheapest first, a discount last."))


def keep_warm(found: Lost, odds: Odds) -> None:
    """Who is due a message that is useful and asks for nothing."""
    st.subheader(_("Keep warm"), anchor=False)
    due = found.listed[found.listed["warm_due"] == 1].head(MOST_WARM)
    said = plural(
        "{n} customer had no message for {weeks}.", "{n} customers had no message for {weeks}.", found.warm
    ).format(weeks=plural("{n} week", "{n} weeks", odds.warm_weeks))  # fmt: skip
    st.caption(said)
    if due.empty:
        return
    text = st.text_area(_("A plain, useful message; no offer in it"), _MESSAGE, key="win back message", max_chars=4000, height=140)
    listed(due, {"reason": (_("Reason"), str)}, key="win back warm", alt=_("Customers due a message, those of most value first"))
    label = plural("Note as sent to {n}", "Note as sent to {n}", len(due))
    st.button(label, on_click=_warm, args=(tuple(due["customer_id"]), text), icon=":material/mark_email_read:", key="win back sent")


_MESSAGE = _(
    "Hello,\n\nno offer today, only something that may be of use: our short guide to what changed this season, and whom to ask where "
    "something does not work, customer or not.\n\nYour data stays yours: tell us, and we delete it."
)


def outcomes(found: Lost, lines: pd.DataFrame, odds: Odds) -> None:
    """How many came back, by reason, beside what is assumed."""
    st.subheader(_("What came of asking"), anchor=False)
    rates = return_rates(lines)
    lost = found.counts.set_index("reason")["customers"]
    reasons = [*lost.index, *(reason for reason in rates if reason and reason not in lost.index)]
    rows = [
        [reason, wording.number(lost.get(reason, 0)), *_rate(rates.get(reason)), wording.percent(odds.of(reason), 0)] for reason in reasons
    ]
    rows.append([_("All"), wording.number(found.customers), *_rate(rates[""]), ""])
    heads = [_("Reason"), _("Lost, on the list"), _("Asked"), _("Came back"), _("Assumed")]
    tables.said(heads, rows, alt=_("Return rate by reason beside what is assumed"))
    low, high = (wording.percent(share, 0) for share in QUOTED_BACK)
    st.caption(
        _(
            "Often claimed: {low} to {high} can be won back (Griffin and Lowenstein, 2001, through others). How it was counted "
            "is not known, and the desk does not use it."
        )
        .format(low=low, high=high)
    )  # fmt: skip
    _ask_odds(odds, reasons)


def _ask_odds(odds: Odds, reasons: list[str]) -> None:
    with st.expander(_("Change what is assumed"), icon=":material/tune:"), st.form("win back odds", border=False):
        with st.container(horizontal=True):
            week = st.number_input(_("Asked each week"), 1, 500, odds.a_week, width=160)
            warm = st.number_input(_("Weeks between messages"), 1, 104, odds.warm_weeks, width=180)
            chance = st.number_input(_("Chance, %"), 0.0, 90.0, 100 * odds.chance, 0.5, width=160)
        given = pd.DataFrame(
            {"reason": reasons, "chance": [100 * odds.by_reason[one] if one in odds.by_reason else None for one in reasons]}
        )
        edited = st.data_editor(
            given.astype({"chance": "float64"}), hide_index=True, key="win back chances", alt=_("The chance assumed by reason"),
            column_config={
                "reason": st.column_config.TextColumn(_("Reason"), disabled=True),
                "chance": st.column_config.NumberColumn(_("Chance for this reason, %"), min_value=0, max_value=90),
            },
        )  # fmt: skip
        st.caption(
            _(
                "Times {sign} with a sign of return, times {strong} after a strong first life; half after one year, a third after two."
            ).format(sign=wording.number(odds.sign_times, 1), strong=wording.number(odds.strong_times, 1))
        )
        if st.form_submit_button(_("Keep for everybody")):
            own = {str(row["reason"]): row["chance"] / 100 for row in edited.to_dict("records") if pd.notna(row["chance"])}
            new = replace(odds, chance=chance / 100, by_reason=own, a_week=int(week), warm_weeks=int(warm))
            keep_odds(the_desk(), new, day=the_day(), by=who(), at=now())
            st.rerun()


def _rate(share: Any) -> list[str]:
    if share is None or not share.total:
        return [wording.number(0), _("nobody asked yet")]
    said = _("{share} ({range})").format(share=wording.percent(share.share, 0), range=wording.share_range(share.low, share.high, 0))
    return [wording.number(share.total), said]


def _state(lines: pd.DataFrame, customer_id: str) -> str:
    found = progress(lines, customer_id)
    return RESULT_LABELS[found.result] if found.result else _("{n} of 3 steps").format(n=wording.number(found.steps))


def _name(row: Mapping[Any, Any]) -> str:
    return str(row["customer_id"]) if pd.isna(row["name"]) else f"{row['name']} ({row['customer_id']})"


def _note(row: Mapping[Any, Any], step: Any) -> None:
    one = row["customer_id"]
    text = st.session_state[f"win back {step} of {one}"]
    note_step(the_desk(), one, step, day=the_day(), text=text, reason=row["reason"], by=who(), at=now())
    st.session_state[f"win back {step} of {one}"] = ""


def _save(row: Mapping[Any, Any]) -> None:
    one = row["customer_id"]
    result, until = st.session_state[f"win back result of {one}"], the_day() + timedelta(days=LATER_DAYS)
    note_result(the_desk(), one, result, day=the_day(), until=until, reason=row["reason"], by=who(), at=now())


def _warm(customers: tuple[str, ...], text: str) -> None:
    note_warm(the_desk(), customers, day=the_day(), text=text, by=who(), at=now())
