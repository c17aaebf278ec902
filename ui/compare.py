"""What a page compares by: a choice that its address carries."""

import streamlit as st

from churn import wording
from churn.view import columns_of, labels_of
from ui import figures
from ui.desk import the_desk


def compare_by(label: str, *, key: str = "by", besides: dict[str, str] | None = None, none: str = "") -> str:
    """A choice among the columns of customers (and `besides`, keys and names); its key, "" where there are none or, with `none` (what to
    call it), where nothing is to be compared. The same key on two pages is one choice."""
    labels = labels_of(columns_of(the_desk()))
    ordered = figures.comparable(the_desk().version())
    options = ({"": none} if none else {}) | {column: wording.escape(labels[column]) for column in ordered} | (besides or {})
    if not options:
        return ""
    return str(st.selectbox(label, list(options), format_func=options.__getitem__, key=key, bind="query-params"))
