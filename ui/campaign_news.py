"""What just came of a click on campaigns, and what all of them say, once for each write."""

import streamlit as st

from churn import wording
from churn.actions.following import Trials, trials
from ui.desk import the_desk

NEWS = "news of campaigns"


def show_news() -> None:
    """What just came of a click, once."""
    if news := st.session_state.pop(NEWS, ""):
        st.success(wording.escape(news), icon=":material/check:")


@st.cache_resource(max_entries=8, show_spinner=False)
def found_trials(version: int, noted: int, months: float, column: str | None) -> Trials:
    """The campaigns of the desk and its journal at these versions."""
    return trials(the_desk(), months=months, column=column)
