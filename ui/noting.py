"""What pages that write to the journal share: a customer to choose, and what became of a write."""

from collections.abc import Callable
from datetime import date

import narwhals.stable.v2 as nw
import streamlit as st

from churn import wording
from churn.actions.reachable import called_as, reachable
from churn.errors import ChurnError
from churn.measures.dialect import small
from churn.wording import _
from ui.desk import the_desk

MOST_FOUND = 20


def choose_customer(day: date, *, key: str) -> str | None:
    """Draws a search for a customer who may be reached, and a choice of those found; the chosen id, None for nobody."""
    wanted = st.text_input(_("Customer"), placeholder=_("name or id"), key=f"{key} search", max_chars=200)
    if not wanted.strip():
        return None
    desk = the_desk()
    hits = desk.search(wanted, MOST_FOUND)["customer_id"].tolist()
    with desk.reading() as frames:
        found = small(called_as(reachable(desk, frames, day).filter(nw.col("customer_id").is_in(hits or [""])), frames))
    if found.empty:
        st.caption(_("Nobody who can be chosen: customers who left, and those held out of a campaign, are not found here."))
        return None
    names = dict(zip(found["customer_id"], found["name"], strict=True))
    inside = [customer for customer in hits if customer in names]
    label = {customer: names[customer] if names[customer] == customer else f"{names[customer]} ({customer})" for customer in inside}
    chosen: str | None = st.selectbox(_("Which one?"), inside, format_func=label.__getitem__, key=f"{key} choice")
    return chosen


def noted(write: Callable[[], object], *, told: str) -> bool:
    """Runs a write; says that it is noted, or in one sentence why not. Whether it was."""
    try:
        write()
    except ChurnError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")
        return False
    st.toast(told, icon=":material/check:")
    return True
