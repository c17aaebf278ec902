"""A list of customers taken along as a file that another program imports; any page calls `take_along` with its own rows.

    outward.take_along(lambda: tasks_of(rows), rows=len(rows), file="today", key="today")

The frame has customer_id and any others of `churn.report.crm.FIELDS`; with a title or a due day it becomes tasks, else scored accounts.
Who is held out must not be in it: lists leave them out before they are shown.
"""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from churn.report.crm import PROGRAMS, Program, file_bytes
from churn.report.spreadsheets import MOST_SHEET_ROWS
from churn.wording import _
from ui.downloads import XLSX


def take_along(made: Callable[[], pd.DataFrame], *, rows: int, file: str, key: str) -> None:
    """Draws a choice of the program and buttons for its file as XLSX (where a sheet can hold it) and CSV; the file is made when one is
    pressed. `file` is the first part of its name."""
    with st.popover(_("Take along"), icon=":material/download:"):
        program: Program = st.selectbox(_("For which program?"), list(PROGRAMS), format_func=PROGRAMS.__getitem__, key=f"{key} program")
        stem = f"{file}_{program}"
        with st.container(horizontal=True):
            if rows <= MOST_SHEET_ROWS:
                _button(_("XLSX"), lambda: file_bytes(program, made(), ".xlsx"), f"{stem}.xlsx", XLSX, key=f"{key} xlsx")
            _button(_("CSV"), lambda: file_bytes(program, made(), ".csv"), f"{stem}.csv", "text/csv", key=f"{key} csv")
        st.caption(_("A file for you to import there: nothing is sent by itself. Whoever is held out of a campaign is not in it."))


def _button(label: str, made: Callable[[], bytes], name: str, mime: str, *, key: str) -> None:
    st.download_button(label, made, name, mime, key=key, on_click="ignore", icon=":material/download:")
