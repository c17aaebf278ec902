"""Why customers say they leave, beside what is often quoted."""

import streamlit as st

from churn.findings import Asked
from churn.wording import _
from ui import figures
from ui.asking import question
from ui.compare import compare_by


def show() -> None:
    question(_("Reasons"), _ask, figures.reasons)


def _ask(version: int) -> Asked | None:
    """What to show: from where, how, and by what."""
    sources = figures.reason_sources(version)
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
