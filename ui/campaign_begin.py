"""Beginning a campaign: whom it takes, what it could show, and the draw."""

import math
import secrets

import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.actions import campaign
from churn.actions.campaign import Crowd, Plan
from churn.actions.following import read_day
from churn.actions.playbook import playbook_of
from churn.actions.power import SHARES, points, power, power_sentence, powers
from churn.filters import Filters
from churn.view import viewed
from churn.wording import _, plural
from ui import campaign_news, filters, tables
from ui.desk import Firm, dials, the_desk, who
from ui.show import chart
from ui.working import now, the_day

FOLLOWED = 90
LEAST_CHURN, USUAL_CHURN = 0.1, 10.0


def show(loaded: Firm) -> None:
    """Asks what a campaign needs, shows what it could show, and begins it."""
    st.caption(_("Narrow down whom it is for. Some of them are held out at random, in no list and no export, until it is over."))
    if not filters.bar(loaded):
        return
    desk, chosen = the_desk(), filters.filters()
    found = _crowd(desk.version(), desk.journal.version(), chosen, the_day().isoformat())
    st.markdown(f"**{wording.escape(_whom(found))}**")
    if found.free < 10:
        st.info(_("That is too few for a campaign: choose more customers."), icon=":material/group_off:")
        return
    _ask(found, chosen)


@st.cache_data(max_entries=32, show_spinner=False)
def _crowd(version: int, noted: int, chosen: Filters, day: str) -> Crowd:
    return campaign.crowd(the_desk(), chosen, pd.Timestamp(day).date())


@st.cache_data(max_entries=4, show_spinner=False)
def _lost_share(version: int) -> float:
    with viewed(the_desk()) as view:
        found = view.churn()
    return math.nan if found is None else found.share


def _whom(found: Crowd) -> str:
    text = plural("{n} active customer can be in it.", "{n} active customers can be in it.", found.free)
    if found.busy:
        busy = plural("{n} more is in a campaign under way.", "{n} more are in a campaign under way.", found.busy)
        text = f"{text} {busy}"
    return text


def _ask(found: Crowd, chosen: Filters) -> None:
    read = dials()
    left, right = st.columns(2, gap="large")
    with left:
        title = st.text_input(_("Name of the campaign"), key="campaign title", max_chars=80)
        plays = {play.key: play for play in playbook_of(the_desk())}
        words = {key: play.title for key, play in plays.items()}
        play = st.selectbox(
            _("What will be done"), list(plays), index=None, format_func=lambda key: words.get(key, key), accept_new_options=True,
            placeholder=_("A play of the playbook, or your own words"), key="campaign play",
        )  # fmt: skip
        cost_of = plays[play].contact if play in plays else 0.0
        with st.container(horizontal=True):
            cost = st.number_input(_("Cost of each contact"), 0.0, 1e9, cost_of, key=f"campaign cost {cost_of}", width=170)
            days = st.number_input(_("Days followed"), 7, 730, read.look_ahead if read else FOLLOWED, key="campaign days", width=150)
        share = st.select_slider(
            _("Held out"), list(SHARES), value=0.1, format_func=lambda share: wording.percent(share, 0), key="campaign share"
        )
        guess, source = _expected(found, int(days))
        churn = st.number_input(_("Would leave in that time, %"), LEAST_CHURN, 99.9, guess, 0.5, key="campaign churn", width=200) / 100
        st.caption(source)
    with right:
        _power(found.free, share=float(share), churn=churn)
    plan = (title.strip(), (play or "").strip(), float(cost), int(days), float(share))
    _confirm(found, plan, chosen)


def _expected(found: Crowd, days: int) -> tuple[float, str]:
    """How many per cent would leave within so many days, and where that comes from."""
    read = dials()
    if not math.isnan(found.risk) and read is not None:
        share = 1 - (1 - min(found.risk, 0.999)) ** (days / read.look_ahead)
        source = _("From their mean risk, {risk} within {days} days.").format(
            risk=wording.percent(found.risk), days=wording.number(read.look_ahead)
        )
    elif not math.isnan(found.risk):
        share, source = found.risk, _("From their mean risk, which has no days: put in what you expect in that time.")
    else:
        share, source = (
            _lost_share(the_desk().version()),
            _("From the share of all customers who are lost. It has no days: put in what you expect in that time."),
        )
    if math.isnan(share):
        return USUAL_CHURN, _("Nothing says how many leave: put in what you expect.")
    return round(min(99.0, max(LEAST_CHURN, 100 * share)), 1), source


def _power(customers: int, *, share: float, churn: float) -> None:
    found = power(customers, share=share, churn=churn)
    said = wording.escape(power_sentence(found))
    if found.sees_nothing:
        st.warning(said, icon=":material/visibility_off:")
    else:
        st.markdown(said)
    table = powers(customers, churn=churn)
    chart(charts.smallest_differences(table, churn=churn, chosen=share), key="smallest differences")
    heads = [_("Held out"), _("Customers given up"), _("of them would leave"), _("Differences seen")]
    rows = [
        (
            wording.percent(row["share"], 0),
            wording.number(row["held_out"]),
            wording.number(row["given_up"], 1),
            _("above {points} points").format(points=points(row["smallest"])) if row["held_out"] else _("none"),
        )
        for row in table.to_dict("records")
    ]
    tables.said(heads, rows, alt=_("What each share shows and how many customers are not contacted for it"))


def _confirm(found: Crowd, asked: tuple[str, str, float, int, float], chosen: Filters) -> None:
    title, play, cost, days, share = asked
    held = round(found.free * share)
    text = _("{acted} are contacted, {held} held out for {days}. The end is fixed now: until then nothing is said of it but clear harm.")
    told = text.format(acted=wording.number(found.free - held), held=wording.number(held), days=plural("{n} day", "{n} days", days))
    sure = st.checkbox(wording.escape(told), key="campaign sure")
    if st.button(_("Begin"), type="primary", key="campaign begin", disabled=not (sure and title)):
        plan = Plan(title, play, cost, days, share, secrets.randbelow(2**31))
        number = campaign.begin(the_desk(), plan, chosen, day=the_day(), at=now(), by=who())
        st.session_state[campaign_news.NEWS] = _("{title} has begun: campaign {number}. Its list to contact is under What it did.").format(
            title=title, number=wording.number(number)
        )
        st.rerun()
    if read_day(the_desk(), dials()) is None:
        st.caption(_("Nothing says yet who has left: it can be judged after a later load that says it."))
