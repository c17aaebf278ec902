"""The digest for the product team: made once for each version of the desk, and taken along as a page and a sheet."""

from datetime import date

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions.feedback import LENGTHS, Complaints, complaints, window
from churn.findings import Findings
from churn.findings.feedback import feedback, verbatim_sheet
from churn.prepared import dials_of
from churn.report.findings_page import About, report_html
from churn.report.of_desk import data_digest
from churn.report.spreadsheets import csv_bytes
from churn.view import viewed
from churn.wording import _
from ui.desk import Firm, the_desk


@st.cache_resource(max_entries=8, show_spinner=False)
def _complaints(version: int, days: int, day: date) -> Complaints | None:
    """`complaints`, which no line of the journal changes."""
    desk = the_desk()
    span = window(desk, days, day)
    with viewed(desk) as view:
        return complaints(view, span) if span is not None else None


@st.cache_resource(max_entries=8, show_spinner=False)
def digest(version: int, journal: int, days: int, day: date) -> Findings:
    """`feedback`."""
    desk = the_desk()
    with viewed(desk) as view:
        return feedback(desk, view, days, day, found=_complaints(version, days, day))


def ask_days() -> int:
    """Draws the choice of how many days; the address carries it."""
    chosen = st.segmented_control(
        _("The last"), list(LENGTHS), default=90, required=True, format_func=_days, key="feedback days", persist_state="session"
    )
    return int(chosen or 90)


def take_along(firm: Firm, found: Findings, days: int, day: date) -> None:
    """Draws the buttons for the page as one file and for the customers' words."""
    with st.container(horizontal=True):
        st.download_button(
            _("Page for the product team"),
            lambda: _page(firm, found).encode(),
            f"feedback_{days}_days.html",
            "text/html",
            key="feedback page",
            on_click="ignore",
            icon=":material/summarize:",
            help=_("One HTML file that opens without a network and prints."),
        )
        st.download_button(
            _("Their words (CSV)"),
            lambda: csv_bytes(_words(days, day)),
            f"feedback_{days}_days_words.csv",
            "text/csv",
            key="feedback words",
            on_click="ignore",
            icon=":material/download:",
            help=_("What customers wrote in these days, without their names; nothing of those held out of a campaign."),
        )


def _page(firm: Firm, found: Findings) -> str:
    desk = the_desk()
    dials = dials_of(desk)
    name = _("Sample firm") if firm.is_sample else firm.file
    about = About(name, as_of=dials.as_of if dials else None, digest=data_digest(desk), is_sample=firm.is_sample)
    return report_html([found], about)


def _words(days: int, day: date) -> pd.DataFrame:
    desk = the_desk()
    with viewed(desk) as view:
        return verbatim_sheet(desk, view, days, day)


def _days(days: int) -> str:
    return _("{n} days").format(n=wording.number(days))
