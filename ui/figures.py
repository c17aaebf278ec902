"""The findings of each page, made once for each version of the desk and each choice of filters, and shared by all who look at them."""

from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd
import streamlit as st

from churn import findings, measures
from churn.actions.held_out import held_out as of_the_day
from churn.filters import Filters
from churn.findings import Asked, Findings, stating
from churn.findings.risks import scores
from churn.findings.segments import besides as besides_of
from churn.findings.segments import comparable as comparable_of
from churn.measures.dialect import small
from churn.risk.desk_models import shows_deeper
from churn.risk.scorecard import Scorecard
from churn.view import everybody, levels_of, viewed
from ui.desk import dials, has_signal, model, the_desk
from ui.working import the_day


@st.cache_resource(max_entries=32, show_spinner=False)
def overview(version: int, chosen: Filters) -> Findings:
    """The firm at a glance."""
    with viewed(the_desk(), chosen) as view:
        return findings.overview(view, _trusted(), deeper=shows_deeper(the_desk()))


@st.cache_data(max_entries=32, show_spinner=False)
def _riskiest(version: int, noted: int, day: date, chosen: Filters) -> pd.DataFrame:
    with viewed(the_desk(), chosen) as view:
        return findings.riskiest(view, day)


def riskiest(version: int, chosen: Filters) -> pd.DataFrame:
    """The active customers with most at risk, without those who are held out."""
    return _riskiest(version, the_desk().journal.version(), the_day(), chosen)


@st.cache_data(max_entries=8, show_spinner=False)
def held_out(version: int, noted: int, day: date) -> frozenset[str]:
    """The ids of the customers whom no list may name; `noted` is the version of the journal."""
    with the_desk().reading() as frames:
        return frozenset(small(of_the_day(frames, day))["customer_id"])


def who_is_held_out() -> frozenset[str]:
    """The same as things stand now."""
    desk = the_desk()
    return held_out(desk.version(), desk.journal.version(), the_day())


@st.cache_data(max_entries=4, show_spinner=False)
def reason_sources(version: int) -> dict[str, str]:
    """Where reasons are stated, by key of `stating.sources`, and what to call each."""
    with viewed(the_desk()) as view:
        return stating.sources(view)


def reasons(version: int, chosen: Filters, asked: Asked | None) -> Findings:
    """Why customers say they leave."""
    return _reasons(version, the_desk().journal.version(), the_day(), chosen, asked)


@st.cache_resource(max_entries=32, show_spinner=False)
def _reasons(version: int, noted: int, day: date, chosen: Filters, asked: Asked | None) -> Findings:
    with viewed(the_desk(), chosen) as view:
        return findings.reasons(view, asked, _trusted(), day=day)


@st.cache_resource(max_entries=32, show_spinner=False)
def segments(version: int, chosen: Filters, first: str, second: str) -> Findings:
    """Which customers leave, by one or two of their columns."""
    with viewed(the_desk(), chosen) as view:
        return findings.segments(view, first, second)


@st.cache_resource(max_entries=32, show_spinner=False)
def loyalty(version: int, chosen: Filters, by: str) -> Findings:
    """Who the loyal are and what they bring."""
    with viewed(the_desk(), chosen) as view:
        return findings.loyalty(view, by=by)


def nps(version: int, chosen: Filters, by: str, group: str) -> Findings:
    """Would customers recommend the firm?"""
    return _nps(version, the_desk().journal.version(), the_day(), chosen, by, group)


@st.cache_resource(max_entries=32, show_spinner=False)
def _nps(version: int, noted: int, day: date, chosen: Filters, by: str, group: str) -> Findings:
    with viewed(the_desk(), chosen) as view:
        return findings.nps(view, by=by, group=group, day=day)


@st.cache_data(max_entries=4, show_spinner=False)
def levels(version: int) -> dict[str, tuple[str, ...]]:
    """The columns of customers to compare and to filter by, and their values."""
    return levels_of(the_desk())


@st.cache_data(max_entries=4, show_spinner=False)
def besides(version: int) -> dict[str, str]:
    """Ways to tell customers apart that are no column of theirs, and what to call each."""
    with viewed(the_desk()) as view:
        return besides_of(view)


@st.cache_data(max_entries=4, show_spinner=False)
def comparable(version: int) -> list[str]:
    """The columns of customers to compare by, in the order in which they are offered."""
    with viewed(the_desk()) as view:
        return comparable_of(view, levels(version))


@st.cache_resource(max_entries=2, show_spinner=False)
def standing(version: int) -> pd.DataFrame:
    """How every customer stands; one frame for all, not to be changed."""
    with viewed(the_desk()) as view:
        return measures.standing(view.people, scores(view), nw.col("customer_id").is_null() if view.lost is None else view.lost)


@st.cache_resource(max_entries=2, show_spinner=False)
def looked_back(version: int) -> pd.DataFrame:
    """How those customers stood whose outcome is known, as `standing`; with histories on the day by which the score was judged."""
    with the_desk().reading() as frames:
        if "looked_back" in frames:
            return measures.stood(everybody(frames, dials()), frames["looked_back"])
    return standing(version)


def _trusted() -> Scorecard | None:
    """The model, where it finds a signal."""
    card = model()
    return card if card is not None and has_signal(card) else None
