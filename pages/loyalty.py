"""How much of the revenue comes from the best customers, and how long customers stay."""

import streamlit as st

from churn.wording import _
from ui import figures, filters
from ui.compare import compare_by
from ui.desk import dials, firm, the_desk
from ui.show import head, heading, no_customers, parts


def show() -> None:
    loaded = firm()
    if loaded is None:
        heading(_("Loyalty"), loaded)
        no_customers()
        return
    top, options, rest = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with options:
        by = compare_by(_("How long they stay, by")) if dials() is not None else ""
    found = figures.loyalty(the_desk().version(), filters.filters(), by)
    with top:
        more = head(found, firm=loaded)
    if more:
        with rest:
            parts(found.parts, on_pick=filters.pick)
