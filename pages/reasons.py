"""Why customers say they leave, beside what is often quoted."""

import streamlit as st

from churn.findings import Asked
from churn.wording import _
from ui import figures, filters
from ui.compare import compare_by
from ui.desk import firm, the_desk
from ui.show import head, heading, no_customers, parts


def show() -> None:
    loaded = firm()
    if loaded is None:
        heading(_("Reasons"), loaded)
        no_customers()
        return
    version = the_desk().version()
    top, options, rest = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with options:
        asked = _asked(figures.reason_sources(version))
    found = figures.reasons(version, filters.filters(), asked)
    with top:
        more = head(found, firm=loaded)
    if more:
        with rest:
            parts(found.parts, on_pick=filters.pick)


def _asked(sources: dict[str, str]) -> Asked | None:
    """What to show: from where, how, and by what."""
    if not sources:
        return None
    source = next(iter(sources))
    if len(sources) > 1:
        source = st.selectbox(_("Reasons from"), list(sources), format_func=sources.__getitem__, key="reasons_from", bind="query-params")
    by = compare_by(_("Compare by"))
    grouped = st.toggle(
        _("Put like reasons together"),
        True,
        key="grouped",
        bind="query-params",
        help=_("Too expensive, cheaper elsewhere and the price are one reason then. Off: each text for itself, as it was stated."),
    )
    return Asked(source, grouped, by)
