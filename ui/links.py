"""Links from one page to another, by the page's address."""

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

_PAGES = "pages of this visit"


def remember(pages: Mapping[str, st.Page]) -> None:
    """Keeps the pages of this visit by address; the front desk does so before it opens one."""
    st.session_state[_PAGES] = pages


def link(address: str, *, label: str, icon: str | None = None, **parameters: str) -> None:
    """Draws a link to a page; `label` is markdown, `parameters` go into the address."""
    st.page_link(st.session_state[_PAGES][address], label=label, icon=icon, query_params=parameters or None)


def go(address: str, **parameters: str) -> NoReturn:
    """Opens another page at once."""
    st.switch_page(st.session_state[_PAGES][address], query_params=parameters or None)
