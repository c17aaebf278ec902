"""Spreadsheets that a visitor takes along; they are made when the button is pressed."""

from collections.abc import Callable
from pathlib import PurePath

import pandas as pd
import streamlit as st

from churn.filters import Filters
from churn.report.card import card_html
from churn.report.of_desk import desk_report
from churn.report.spreadsheets import MOST_SHEET_ROWS, csv_bytes, xlsx_bytes
from churn.report.template import template_xlsx
from churn.risk import Scorecard
from churn.wording import _
from ui.desk import Firm, the_desk
from ui.working import the_day

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def both(made: Callable[[], pd.DataFrame], *, rows: int, file: str, key: str, ending: str = "scored") -> None:
    """Buttons for a whole table of so many rows as XLSX (where a sheet can hold it) and as CSV, named after `file` with an `ending`."""
    stem = f"{PurePath(file).stem}_{ending}"
    if rows <= MOST_SHEET_ROWS:
        st.download_button(
            _("Download XLSX"),
            lambda: xlsx_bytes(made()),
            f"{stem}.xlsx",
            XLSX,
            key=f"{key} xlsx",
            on_click="ignore",
            icon=":material/download:",
            type="primary",
        )
    st.download_button(
        _("Download CSV"),
        lambda: csv_bytes(made()),
        f"{stem}.csv",
        "text/csv",
        key=f"{key} csv",
        on_click="ignore",
        icon=":material/download:",
    )


def blank_sheet(card: Scorecard, *, key: str) -> None:
    """A button for a sheet with the columns that the score reads, to fill in."""
    st.download_button(
        _("Download a template"),
        lambda: template_xlsx(card),
        "customers_to_score.xlsx",
        XLSX,
        key=key,
        on_click="ignore",
        icon=":material/download:",
        help=_("A sheet with the columns that the score reads and three example rows. Put your customers in their place."),
    )


def model_card(card: Scorecard) -> None:
    """A button for the trust page as one file."""
    st.download_button(
        _("Download this page as a file"),
        lambda: card_html(card).encode(),
        "model_card.html",
        "text/html",
        key="model card",
        on_click="ignore",
        icon=":material/download:",
        help=_("One HTML file that opens in any browser, loads nothing and can be printed. It holds the curves of all columns."),
    )


def report(firm: Firm, chosen: Filters) -> None:
    """A button for the whole desk, filtered as it is looked at, as one file to send and to print."""
    desk = the_desk()
    st.download_button(
        _("Report"),
        lambda: desk_report(desk, chosen, is_sample=firm.is_sample, today=the_day()).encode(),
        "retention_report.html",
        "text/html",
        key="report",
        type="tertiary",
        on_click="ignore",
        icon=":material/summarize:",
        help=_("One HTML file (5 MB) that opens without a network and prints: figures, live charts and their numbers."),
    )
