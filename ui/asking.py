"""A page that answers one question: the answer, below it what may be asked of it, then part after part."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from churn.filters import Filters
from churn.findings import Findings
from ui import filters
from ui.desk import firm, the_desk
from ui.show import head, heading, no_customers, parts

Asked = TypeVar("Asked")


def question(title: str, ask: Callable[[int], Asked], find: Callable[[int, Filters, Asked], Findings]) -> None:
    """Draws the page: `ask` draws the choices and gives what was chosen, `find` answers; both get the desk's version first."""
    loaded = firm()
    if loaded is None:
        heading(title, loaded)
        no_customers()
        return
    version = the_desk().version()
    top, choices, rest = st.container(), st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with choices:
        asked = ask(version)
    found = find(version, filters.filters(), asked)
    with top:
        more = head(found, firm=loaded)
    if more:
        with rest:
            parts(found.parts, on_pick=filters.pick)
