"""What should the product team hear from our customers?"""

import streamlit as st

from churn.wording import _
from ui import feedback
from ui.desk import firm, the_desk
from ui.show import head, heading, no_customers, parts
from ui.working import the_day


def show() -> None:
    loaded = firm()
    if loaded is None:
        heading(_("Feedback"), loaded)
        no_customers()
        return
    desk, day = the_desk(), the_day()
    top, choices, rest = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with choices:
        days = feedback.ask_days()
    found = feedback.digest(desk.version(), desk.journal.version(), days, day)
    with top:
        more = head(found, firm=loaded)
    if more:
        with choices:
            feedback.take_along(loaded, found, days, day)
        with rest:
            parts(found.parts)
