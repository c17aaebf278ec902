"""Would customers recommend the firm?"""

import streamlit as st

from churn.findings.nps import groups_of_answers
from churn.wording import _
from ui import figures
from ui.asking import question
from ui.compare import compare_by


def show() -> None:
    question(_("NPS"), _ask, lambda version, chosen, asked: figures.nps(version, chosen, *asked))


def _ask(version: int) -> tuple[str, str]:
    """By what to compare, and whose comments to show."""
    groups = {"": _("all")} | groups_of_answers()
    by = compare_by(_("Compare by"))
    return by, st.selectbox(_("Comments of"), list(groups), format_func=groups.__getitem__, key="comments_of", bind="query-params")
