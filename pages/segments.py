"""Which customers leave, by one or two of their columns."""

import streamlit as st

from churn.wording import _
from ui import figures, filters
from ui.compare import compare_by
from ui.desk import firm, the_desk
from ui.show import head, heading, no_customers, parts


def show() -> None:
    loaded = firm()
    if loaded is None:
        heading(_("Segments"), loaded)
        no_customers()
        return
    version = the_desk().version()
    top, options, rest = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with options:
        besides = figures.besides(version)
        first = compare_by(_("Compare by"), besides=besides)
        second = compare_by(_("And by"), key="and_by", besides=besides, none=_("nothing else"))
    found = figures.segments(version, filters.filters(), first, second)
    with top:
        more = head(found, firm=loaded)
    if more:
        with rest:
            parts(found.parts, on_pick=filters.pick)
