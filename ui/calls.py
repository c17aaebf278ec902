"""What calling brings, computed once for each version of the desk and each set of costs; and what a visitor sets: costs and length."""

import pandas as pd
import streamlit as st

from churn import actions
from churn.actions import CallPlan, LookBack, Terms
from churn.actions.calling import MONTHS
from churn.money import TYPICAL, CallList, Offer
from churn.risk.of_desk import first_drivers
from churn.wording import _, number
from ui.desk import model, the_desk
from ui.figures import looked_back, standing, who_is_held_out

MOST_DRIVERS = 1000
_MOST_MONEY = 1e12
_OWN, _SAME = "own", "same"


@st.cache_resource(max_entries=4, show_spinner=False)
def plan(version: int, terms: Terms) -> CallPlan:
    """What calling brings; one plan for all, not to be changed."""
    return actions.call_plan(standing(version), terms)


@st.cache_data(max_entries=16, show_spinner=False)
def look_back(version: int, terms: Terms) -> LookBack | None:
    """What calling would have brought; None where no outcome is known of anybody whose risk is from a score that had not seen it."""
    return actions.look_back(looked_back(version), terms)


@st.cache_data(max_entries=4, show_spinner=False)
def _drivers(version: int, terms: Terms, held_out: frozenset[str]) -> list[str]:
    """What moves the risk of each of the first customers to call."""
    card = model()
    return first_drivers(the_desk(), card, list(plan(version, terms).first(MOST_DRIVERS, held_out)["customer_id"])) if card else []


def the_list(version: int, terms: Terms, calls: int) -> pd.DataFrame:
    """The list of so many customers without those held out, as `CallPlan.first` has it, with driver_1 in words for the first
    thousand unless that takes long."""
    held_out = who_is_held_out()
    rows = plan(version, terms).first(calls, held_out)
    told = _drivers(version, terms, held_out)[: len(rows)]
    if not told:
        return rows
    return rows.assign(driver_1=pd.Series([*told, *[""] * (len(rows) - len(told))], dtype="str"))


def most_valuable(version: int, most: int) -> pd.DataFrame:
    """The customers who pay most, as `actions.most_valuable` has them, without those held out."""
    return actions.most_valuable(standing(version), most, who_is_held_out())


def ask_terms(*, own_values: bool) -> Terms:
    """Draws the choice of costs; `own_values`: the desk knows what customers pay a month."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = _SAME
        if own_values:
            words = {_OWN: _("months of value"), _SAME: _("one value for all")}
            by = st.selectbox(
                _("A kept customer is worth"), list(words), format_func=lambda key: words[key], key="calls worth", persist_state="session"
            )
        months = _ask_whole(_("Months"), MONTHS, most=600, key="calls months") if by == _OWN else None
        value = TYPICAL.value if by == _OWN else _ask_money(_("Value of a kept customer"), TYPICAL.value, key="calls value")
        cost = _ask_money(_("Offer, where it is taken"), TYPICAL.cost, key="calls cost")
        contact = _ask_money(_("Each call"), TYPICAL.contact, key="calls contact")
        share = _ask_whole(_("Leavers who accept, %"), round(100 * TYPICAL.acceptance), most=99, key="calls acceptance")
    return Terms(Offer(value, cost, contact, share / 100), months)


def ask_length(version: int, found: CallList) -> int:
    """Draws a slider and a field for the length of the list, which move together; the best length until the visitor chooses one."""
    chosen = f"calls chosen at {version}"
    kept = st.session_state.get(chosen)
    length = found.best.calls if kept is None else min(int(kept), found.customers)
    slid, typed = "calls slider", "calls number"
    st.session_state[slid] = st.session_state[typed] = length
    left, right = st.columns([3, 2], vertical_alignment="bottom", gap="medium")
    left.slider(_("How many customers to call?"), 0, found.customers, key=slid, on_change=_choose, args=(chosen, slid))
    with right.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(_("Exactly"), 0, found.customers, key=typed, on_change=_choose, args=(chosen, typed), width=140)
        best = _("Best: {calls}").format(calls=number(found.best.calls))
        st.button(best, disabled=length == found.best.calls, on_click=_choose, args=(chosen, None), key="calls best")
    return length


def _choose(chosen: str, widget: str | None) -> None:
    st.session_state[chosen] = None if widget is None else st.session_state[widget]


def _ask_money(label: str, first: float, *, key: str) -> float:
    return st.number_input(label, 0.0, _MOST_MONEY, first, key=key, persist_state="session", width=150)


def _ask_whole(label: str, first: int, *, most: int, key: str) -> int:
    return st.number_input(label, 1, most, first, key=key, persist_state="session", width=150)
