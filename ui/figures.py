"""The figures of each page, computed once for each version of the desk and shared by all who look at it."""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import streamlit as st

from churn import measures
from churn.measures import Concentration, Nps, Period, ReasonMix
from churn.measures.dialect import small
from churn.prepared import DAYS
from churn.risk.desk_models import label_of
from churn.store import Desk
from churn.tables import header_key
from ui.desk import dials, the_desk

EXIT_SURVEYS = ""
GROUPS = ("segment", "region", "plan")
_REASON_COLUMNS = ("churnreason", "reasonforleaving", "churncategory", "leavingreason", "exitreason")
_RISKIEST = 10

Frames = dict[str, nw.LazyFrame[Any]]


@dataclass(frozen=True)
class Loyalty:
    """How revenue gathers among customers, and whether it was counted from orders (of `period`) or from monthly values."""

    found: Concentration
    from_orders: bool
    period: Period | None


@dataclass(frozen=True)
class Recommendation:
    """What customers answered to the NPS question, and on which days."""

    found: Nps
    period: Period | None
    groups: tuple[str, ...]


@st.cache_resource(max_entries=32, show_spinner=False)
def overview(version: int, chosen: Filters) -> Findings:
    """The firm at a glance."""
    card = model()
    with viewed(the_desk(), chosen) as view:
        return findings.overview(view, card if card is not None and has_signal(card) else None, deeper=shows_deeper(the_desk()))


@st.cache_data(max_entries=32, show_spinner=False)
def riskiest(version: int, chosen: Filters) -> pd.DataFrame:
    """The active customers with most at risk."""
    with viewed(the_desk(), chosen) as view:
        return findings.riskiest(view)


@st.cache_resource(max_entries=2, show_spinner=False)
def standing(version: int) -> pd.DataFrame:
    """How every customer stands; one frame for all, not to be changed."""
    desk = the_desk()
    lost = lost_of(desk)
    with desk.reading() as frames:
        gone = nw.col("customer_id").is_null() if lost is None else lost
        return measures.standing(everybody(frames), _scores(frames), gone)


@st.cache_resource(max_entries=2, show_spinner=False)
def looked_back(version: int) -> pd.DataFrame:
    """How those customers stood whose outcome is known, as `standing`; with histories on the day by which the score was judged."""
    with the_desk().reading() as frames:
        if "looked_back" in frames:
            return measures.stood(everybody(frames), frames["looked_back"])
    return standing(version)


@st.cache_data(max_entries=4, show_spinner=False)
def reason_sources(version: int) -> dict[str, str]:
    """Where reasons are stated, by safe column name of the customers table and label; EXIT_SURVEYS for the exit surveys."""
    desk = the_desk()
    asked = {column.name for column in desk.columns("surveys")}
    found = {EXIT_SURVEYS: ""} if {"customer_id", "question", "reason"} <= asked else {}
    own = {header_key(column.label): column for column in desk.columns("customers") if column.type in ("text", "flag")}
    return found | {own[key].name: own[key].label for key in _REASON_COLUMNS if key in own}


@st.cache_data(max_entries=16, show_spinner=False)
def reasons(version: int, source: str) -> ReasonMix:
    """The mix of stated reasons from one of `reason_sources`."""
    desk = the_desk()
    lost = lost_of(desk)
    with desk.reading() as frames:
        if source == EXIT_SURVEYS:
            return measures.reason_mix(_known(frames, "surveys"), everybody(frames), lost)
        return measures.reason_mix_from(everybody(frames), source, ~nw.col("customer_id").is_null() if lost is None else lost)


@st.cache_data(max_entries=4, show_spinner=False)
def loyalty(version: int) -> Loyalty | None:
    """The concentration of revenue; None where the desk has neither orders nor monthly values."""
    with the_desk().reading() as frames:
        if "orders" in frames:
            orders = _known(frames, "orders")
            return Loyalty(measures.concentration(measures.values_from_orders(orders)), True, measures.period(orders, "ordered_on"))
        if "monthly_value" in frames["customers"].collect_schema().names():
            return Loyalty(measures.concentration(measures.values_from_customers(frames["customers"])), False, None)
    return None


@st.cache_data(max_entries=4, show_spinner=False)
def recommendation(version: int) -> Recommendation | None:
    """The NPS; None where the desk holds no surveys."""
    desk = the_desk()
    groups = tuple(column.name for column in desk.columns("customers") if column.name in GROUPS)
    with desk.reading() as frames:
        if "surveys" not in frames:
            return None
        surveys = _known(frames, "surveys")
        asked = surveys.filter(nw.col("question") == nw.lit("nps"))
        return Recommendation(measures.nps(surveys), measures.period(asked, "answered_on"), groups)


@st.cache_data(max_entries=16, show_spinner=False)
def recommendation_by(version: int, group: str) -> pd.DataFrame:
    """The NPS by a column of the customers table."""
    with the_desk().reading() as frames:
        return measures.nps_by(_known(frames, "surveys"), frames["customers"], group)


def lost_of(desk: Desk) -> nw.Expr | None:
    """True for the lost among `everybody`: by the days that say who left, else by the desk's label; None where nothing says who is lost."""
    if dials() is not None:
        return nw.col("is_lost") == nw.lit(1)
    columns = desk.columns("customers")
    label = label_of(desk)
    name = next((column.name for column in columns if label and column.label == label.column), None)
    if label is not None and name is not None:
        return measures.lost_expression(name, label.lost)
    return measures.lost_expression("ended_on") if any(column.name == "ended_on" for column in columns) else None


def everybody(frames: Frames) -> nw.LazyFrame[Any]:
    """The customers whom `lost_of` tells apart: where days say who left, those who have come, with is_lost and lost_on as prepared; else
    all, as loaded."""
    if dials() is None:
        return frames["customers"]
    return frames["customer_now"].filter(~nw.col("is_lost").is_null())


def _known(frames: Frames, table: str) -> nw.LazyFrame[Any]:
    """The rows of a table of events from before the day that the history is read at; all where no day says who left."""
    now = dials()
    return frames[table] if now is None else frames[table].filter(nw.col(DAYS[table]) < nw.lit(now.as_of))


def _count(frame: nw.LazyFrame[Any]) -> int:
    return int(small(frame.select(n=nw.len()))["n"].iloc[0])


def _scores(frames: Frames) -> nw.LazyFrame[Any]:
    """The scores, or a table of the same shape that knows no risk."""
    if "scores" in frames:
        return frames["scores"]
    return frames["customers"].select("customer_id", nw.lit(None, nw.Float64).alias("risk"))
