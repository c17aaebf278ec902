"""Links from one page to another, by the page's address."""

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

_PAGES = "pages of this visit"
_HERE = "page of this visit"
_CUSTOMER = "customer"
_SEARCH = "search for a customer"


def remember(pages: Mapping[str, st.Page], here: str) -> None:
    """Keeps the pages of this visit by address, and which of them is open; the front desk does so before it opens one."""
    st.session_state[_PAGES], st.session_state[_HERE] = pages, here


def link(address: str, *, label: str, icon: str | None = None) -> None:
    """Draws a link to a page; `label` is markdown."""
    st.page_link(st.session_state[_PAGES][address], label=label, icon=icon)


def go(address: str) -> NoReturn:
    """Opens another page at once."""
    st.switch_page(st.session_state[_PAGES][address])


def open_customer(customer_id: str) -> None:
    """Opens the page of one customer; to be called from a click."""
    if st.session_state[_HERE] == "customer":
        st.query_params[_CUSTOMER] = customer_id
    else:
        st.switch_page(st.session_state[_PAGES]["customer"], query_params={_CUSTOMER: customer_id})


def customer_search(label: str) -> str:
    """A search for customers that the page's address carries, so that it can be shared; returns what is searched for."""
    st.session_state[_SEARCH] = st.query_params.get(_CUSTOMER, "")
    return st.text_input(label, type="search", key=_SEARCH, on_change=_into_address, max_chars=200).strip()


def _into_address() -> None:
    st.query_params[_CUSTOMER] = st.session_state[_SEARCH]
