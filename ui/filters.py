"""The filters that pages share: drawn by the front desk, carried by the address, so that a link opens the same view."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from churn import filters as said
from churn import wording
from churn.filters import ALL_TIME, OWN, TENURES, Filters
from churn.findings.segments import BY_TENURE
from churn.view import DIMENSIONS, columns_of, labels_of, names_of, types_of, viewed
from churn.wording import _, plural
from ui import figures
from ui.desk import Firm, dials, the_desk
from ui.downloads import report

BOUNDS = ("value_from", "value_to")
PERIODS = (ALL_TIME, "3", "12", "24")


def filters() -> Filters:
    """What this visit filters by; columns that the firm's customers do not have are left out, as the bar says."""
    state: dict[str, Any] = {str(key): value for key, value in st.session_state.items()}
    types = types_of(columns_of(the_desk()))
    picked = {key.removeprefix(OWN): tuple(value) for key, value in state.items() if key.startswith(OWN) and value}
    return Filters(
        picked={column: values for column, values in picked.items() if column in types},
        value_from=state.get("value_from"),
        value_to=state.get("value_to"),
        tenures=tuple(state.get("tenure") or ()),
        period=state.get("period") or ALL_TIME,
    )


def bar(firm: Firm) -> bool:
    """Draws the filters in one row with what they say, how many customers are left and the report of them; whether anybody is left to
    show."""
    version = the_desk().version()
    levels = figures.levels(version)
    unheard = _unheard(version, levels)
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        with st.popover(_("Filter"), icon=":material/filter_alt:"):
            _boxes(version, levels)
        chosen = filters()
        customers, of = counted(version, chosen)
        columns = columns_of(the_desk())
        sentence = chosen.sentence(labels_of(columns), names_of(columns))
        if sentence:
            told = _("{customers} of {of}: {sentence}").format(
                customers=wording.number(customers), of=plural("{n} customer", "{n} customers", of), sentence=sentence
            )
            st.markdown(wording.escape(told), width="stretch")
            st.button(_("Reset"), icon=":material/filter_alt_off:", on_click=reset, type="tertiary", key="reset filters")
        else:
            st.caption(plural("All {n} customer", "All {n} customers", of), width="stretch")
        if customers:
            report(firm, chosen)
    if absent := sorted(_absent(levels)):
        st.warning(
            _("The link asks for {columns}, which these customers do not have.").format(columns=wording.escape(wording.listing(absent))),
            icon=":material/link_off:",
        )
    if unheard:
        told = _("The link asks for {values}, which cannot be chosen here: that part of it is left out.")
        st.warning(told.format(values=wording.escape(wording.listing(unheard))), icon=":material/link_off:")
    if not customers:
        st.info(_("No customer fits these filters: take one away, or reset them."), icon=":material/filter_alt_off:")
    return customers > 0


def pick(chosen: Mapping[str, str]) -> None:
    """Narrows the view to the customers who have these values ("" for missing), by safe name of column, or BY_TENURE; to be called from a
    click. Chosen again, a value is taken away."""
    keys = {"tenure" if column == BY_TENURE else f"{OWN}{column}": value for column, value in chosen.items()}
    same = all(st.session_state.get(key) == [value] for key, value in keys.items())
    st.session_state.update({key: [] if same else [value] for key, value in keys.items()})


def reset() -> None:
    """Takes all filters away; to be called from a click."""
    for key in list(st.session_state):
        if str(key).startswith(OWN):
            st.session_state[key] = []
    st.session_state.update({"tenure": [], "period": ALL_TIME} | dict.fromkeys(BOUNDS))


@st.cache_data(max_entries=64, show_spinner=False)
def counted(version: int, chosen: Filters) -> tuple[int, int]:
    """How many customers the filters leave, and of how many."""
    with viewed(the_desk(), chosen) as view:
        return view.customers, view.of


def _boxes(version: int, levels: Mapping[str, tuple[str, ...]]) -> None:
    columns = columns_of(the_desk())
    labels, names = labels_of(columns), names_of(columns)
    if dials() is not None:
        st.selectbox(_("Period"), _periods(version), format_func=said.period_name, key="period", bind="query-params")
    for column in _drawn(levels):
        st.multiselect(
            wording.escape(labels[column]),
            levels[column],
            format_func=partial(_value_name, names.get(column, {})),
            key=f"{OWN}{column}",
            bind="query-params",
            placeholder=_("All"),
        )
    if said.VALUE in labels:
        low, high = st.columns(2)
        low.number_input(_("Monthly value from"), value=None, key="value_from", bind="query-params", placeholder=_("Any"))
        high.number_input(_("Monthly value to"), value=None, key="value_to", bind="query-params", placeholder=_("Any"))
    if dials() is not None:
        st.multiselect(
            _("With us for"), list(TENURES), format_func=said.tenure_name, key="tenure", bind="query-params", placeholder=_("Any time")
        )


def _value_name(names: Mapping[str, str], value: str) -> str:
    return names.get(value) or said.value_name(value)


def _drawn(levels: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The columns with a box: those that every firm has, and of its own those that are filtered by."""
    return [column for column in levels if column in DIMENSIONS or _is_asked(column)]


def _is_asked(column: str) -> bool:
    return bool(st.session_state.get(f"{OWN}{column}")) or f"{OWN}{column}" in st.query_params


def _absent(levels: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {key.removeprefix(OWN) for key in st.query_params if key.startswith(OWN)} - set(levels)


def _unheard(version: int, levels: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The values in the address that no box offers: a box drops them from it, so that they are to be read before it is drawn."""
    names = names_of(columns_of(the_desk()))
    offered = {f"{OWN}{column}": {_value_name(names.get(column, {}), value) for value in levels[column]} for column in levels}
    if dials() is not None:
        offered["period"] = {said.period_name(period) for period in _periods(version)}
        offered["tenure"] = {said.tenure_name(band) for band in TENURES}
    return [value for key, values in offered.items() for value in st.query_params.get_all(key) if value not in values]


@st.cache_data(max_entries=4, show_spinner=False)
def _periods(version: int) -> list[str]:
    """The periods to choose from: all time, the last months, and each year that the desk knows of."""
    with viewed(the_desk()) as view:
        return [*PERIODS, *view.years()]
