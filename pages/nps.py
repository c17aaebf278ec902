"""Would customers recommend the firm?"""

import streamlit as st

from churn.findings.nps import groups_of_answers
from churn.wording import _
from ui import figures, filters
from ui.compare import compare_by
from ui.desk import firm, the_desk
from ui.show import head, heading, no_customers, parts


def show() -> None:
    loaded = firm()
    if loaded is None:
        heading(_("NPS"), loaded)
        no_customers()
        return
    top, options, rest = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    groups = {"": _("all")} | groups_of_answers()
    with options:
        by = compare_by(_("Compare by"))
        group = st.selectbox(_("Comments of"), list(groups), format_func=groups.__getitem__, key="comments_of", bind="query-params")
    found = figures.nps(the_desk().version(), filters.filters(), by, group)
    with top:
        more = head(found, firm=loaded)
    if more:
        with rest:
            parts(found.parts, on_pick=filters.pick)
