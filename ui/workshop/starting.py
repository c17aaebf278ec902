"""The loaded firm's own numbers for each scene, computed when it is opened and once for each version of the desk."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from churn import measures
from churn.findings import stating
from churn.findings.nps import column_of, score_of
from churn.findings.overview import revenue_of
from churn.findings.workshop import Claims, Flow, ReasonQuiz, Stage, Started, flow, start
from churn.measures import Aliases, Concentration, ExistingAgainstNew, Nps, ReasonMix
from churn.measures.told import reason_mix_told, told_reasons
from churn.view import viewed
from churn.wording import _
from ui import figures
from ui.desk import firm, has_signal, model, the_desk

TEXTBOOK, FIRM = "textbook", "firm"


@dataclass(frozen=True, eq=False)
class Begun:
    """A stage as it begins: whose numbers it has (`source`), what they were computed on, or why the firm's are not to be had, and whether
    they are."""

    stage: Stage
    said: tuple[str, ...]
    source: str
    has_own: bool


def begun(kind: type[Stage], source: str) -> Begun:
    """A stage with the numbers that are asked for, where they are to be had. The quiz always knows the firm's mix."""
    own = started(kind)
    if own is None:
        return Begun(kind(), (lacking(kind),), TEXTBOOK, has_own=False)
    if kind is ReasonQuiz:
        return Begun(own.stage, own.said, TEXTBOOK, has_own=True)
    return Begun(own.stage, own.said, FIRM, has_own=True) if source == FIRM else Begun(kind(), (), TEXTBOOK, has_own=True)


def started(stage: type[Stage]) -> Started | None:
    """A stage with the firm's numbers to begin with; None where no firm is loaded or it lacks what the stage needs."""
    loaded = firm()
    if loaded is None:
        return None
    version = the_desk().version()
    match stage.key:
        case "worth":
            return start.worth_of(_flow(version))
        case "points":
            return start.points_of(_flow(version))
        case "loyal":
            return start.loyal_of(_revenue(version), from_orders="orders" in loaded.known)
        case "calls":
            return start.calls_of(_flow(version), _risks(version))
        case "bucket":
            return start.bucket_of(_flow(version))
        case "nps":
            return start.nps_of(_nps(version))
        case "quiz":
            return start.quiz_of(_reasons(version))
    return None


def claims() -> Claims:
    """The claims beside what the loaded data say."""
    if firm() is None:
        return Claims()
    version = the_desk().version()
    return Claims(True, _flow(version), _reasons(version), _revenue(version), _existing(version))


def lacking(stage: type[Stage]) -> str:
    """Why a stage cannot begin with the firm's numbers."""
    if firm() is None:
        return _("No customers are loaded: these are textbook numbers.")
    sentences = {
        "worth": _("The loaded data hold neither monthly values nor days on which customers left: textbook numbers."),
        "points": _("The loaded data hold no days on which customers left: textbook numbers."),
        "keep": _("What winning and keeping cost is in no table: put in your own."),
        "loyal": _("The loaded data hold neither orders nor monthly values: textbook numbers."),
        "calls": _("The loaded data have no risks that can be trusted: made-up customers."),
        "bucket": _("The loaded data hold no days on which customers came and left: textbook numbers."),
        "nps": _("The loaded data hold no NPS answers: textbook numbers."),
        "quiz": _("The loaded data hold no stated reasons, so only the quoted mix is revealed."),
    }
    return sentences.get(stage.key, "")


@st.cache_data(max_entries=4, show_spinner=False)
def _flow(version: int) -> Flow:
    with viewed(the_desk()) as view:
        return flow(view)


@st.cache_data(max_entries=4, show_spinner=False)
def _revenue(version: int) -> Concentration | None:
    with viewed(the_desk()) as view:
        return revenue_of(view)


@st.cache_data(max_entries=4, show_spinner=False)
def _nps(version: int) -> Nps | None:
    with viewed(the_desk()) as view:
        if view.holds("surveys", "question", "score"):
            return score_of(view)
        column = column_of(view)
        return None if column is None else measures.nps_from(view.people, column)


@st.cache_data(max_entries=4, show_spinner=False)
def _reasons(version: int) -> ReasonMix | None:
    with viewed(the_desk()) as view:
        source = next(iter(stating.sources(view)), None)
        return None if source is None else reason_mix_told(told_reasons(stating.said(view, source), aliases=Aliases()))


@st.cache_data(max_entries=4, show_spinner=False)
def _existing(version: int) -> ExistingAgainstNew | None:
    with viewed(the_desk()) as view:
        if view.dials is None or "customer_spend" not in view.frames:
            return None
        return measures.existing_against_new_of(view.frames["customer_spend"], view.dials)


def _risks(version: int) -> npt.NDArray[np.float64] | None:
    card = model()
    if card is None or not has_signal(card):
        return None
    found = figures.standing(version)
    risks = np.asarray(found.loc[found["lost"] != 1, "risk"], dtype=np.float64)
    return np.asarray(risks[~np.isnan(risks)])
