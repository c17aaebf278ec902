"""A visitor's own file: taken in, read, asked about, forgotten. Its bytes live in this visit's memory and nowhere else."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from churn import wording
from churn.errors import ChurnError
from churn.intake import Intake, ReadOptions, read
from churn.intake.workbook import is_workbook
from churn.wording import _, plural
from ui.reading_words import choice_label, on_page

ENDINGS = ["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods"]
ENCODINGS = ["utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256"]
DELIMITERS = [",", ";", "\t", "|"]
NO_ID = ""


@dataclass(frozen=True)
class Dropped:
    """A file as it was dropped in."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Reading:
    """A dropped file as read with some options: the intake, or why there is none (plain text)."""

    options: ReadOptions
    intake: Intake | None
    problem: str | None


@dataclass(frozen=True)
class Headers:
    """The headers of the file, and the one that was taken for the id."""

    all: list[str]
    id_column: str | None


class Upload:
    """The one file that a visit holds under `key`, and what its owner has said about it.

    `disabled` draws all of it at rest; `folds_id` folds the choice of the id away with the others, else the page draws it by `ask_id`.
    """

    def __init__(self, key: str, *, disabled: bool = False, folds_id: bool = True) -> None:
        self.key = key
        self.folds_id = folds_id
        self.disabled = disabled

    def ask(self, label: str) -> Dropped | None:
        """Draws where to drop a file, or the file that was dropped with a way to forget it; gives that file."""
        dropped: Dropped | None = st.session_state.get(self.named("file"))
        if dropped is None:
            st.file_uploader(label, type=ENDINGS, key=self.named("drop"), on_change=self._take, disabled=self.disabled)
            return None
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/description: **{wording.escape(dropped.name)}**", width="content")
            label, icon = _("Forget this file"), ":material/delete:"
            st.button(label, icon=icon, on_click=self.forget, key=self.named("forget"), disabled=self.disabled)
        return dropped

    def read(self, dropped: Dropped) -> Intake | None:
        """Draws what stays unclear about the file and how it is read, and gives the intake once nothing is open."""
        reading = self._reading(dropped, self._options())
        if reading.problem:
            st.error(wording.escape(reading.problem), icon=":material/error:")
        questions = reading.intake.questions if reading.intake else ()
        for question in questions:
            if question.option == "--sheet":
                st.session_state[self.named("sheets")] = list(question.choices)
            st.warning(wording.escape(on_page(question.text)), icon=":material/help:")
        is_open = bool(reading.problem or questions)
        with st.container(border=True) if is_open else st.expander(_("How this file is read")), st.container(horizontal=True):
            self._ask_how(dropped)
            if is_open or self.folds_id:
                self.ask_id()
            if self._said("headers"):
                self._choice(_("Rows with the same id"), ["first", "last"], "duplicates", unsaid=_("ask"))
        return None if is_open else reading.intake

    def forget(self) -> None:
        """Lets go of the file and of all that was said about it."""
        for name in [name for name in st.session_state if str(name).startswith(self.named(""))]:
            del st.session_state[name]

    def named(self, name: str) -> str:
        """The key under which this visit keeps something about the file."""
        return f"{self.key} file: {name}"

    def _said(self, name: str) -> Any:
        return st.session_state.get(self.named(name))

    def _take(self) -> None:
        """Moves the file that was just dropped from Streamlit's own store into this visit's memory."""
        uploaded = self._said("drop")
        if not isinstance(uploaded, UploadedFile):  # none, or one that an earlier run has taken already
            return
        st.session_state[self.named("file")] = Dropped(uploaded.name, uploaded.getvalue())
        context = get_script_run_ctx()
        remove = getattr(context.uploaded_file_mgr, "remove_file", None) if context else None
        if context and remove:
            remove(session_id=context.session_id, file_id=uploaded.file_id)

    def _options(self) -> ReadOptions:
        said = {name: self._said(name) for name in ("sheet", "header_row", "encoding", "delimiter", "duplicates")}
        headers: Headers | None = self._said("headers")
        found, id_column = headers.id_column if headers else None, self._said("id")
        if id_column == NO_ID and found:
            return ReadOptions(**said, mapping={found: ""})
        return ReadOptions(**said, id_column=None if id_column in (found, NO_ID) else id_column)

    def _reading(self, dropped: Dropped, options: ReadOptions) -> Reading:
        """The file as read with these options; read again only when they change."""
        kept: Reading | None = self._said("reading")
        if kept is not None and kept.options == options:
            return kept
        try:
            with st.spinner(_("Reading the file"), show_time=True):
                intake = read(dropped.data, file=dropped.name, options=options)
            fresh = Reading(options, intake, None)
            if intake.fields and self._said("headers") is None:
                st.session_state[self.named("headers")] = Headers([field.source for field in intake.fields], intake.id_column)
        except ChurnError as error:
            fresh = Reading(options, None, on_page(str(error)))
        st.session_state[self.named("reading")] = fresh
        return fresh

    def _ask_how(self, dropped: Dropped) -> None:
        """The choices that only the file's owner can make."""
        if not is_workbook(dropped.data):
            self._choice(_("Encoding"), ENCODINGS, "encoding", unsaid=_("found by itself"), on_change=self._other_headers)
            self._choice(_("Separator"), DELIMITERS, "delimiter", unsaid=_("found by itself"), on_change=self._other_headers)
        elif sheets := self._said("sheets"):
            self._choice(_("Sheet"), sheets, "sheet", unsaid=_("choose one"), on_change=self._other_headers)
        st.number_input(
            _("Row of the headers"),
            min_value=1,
            value=None,
            placeholder=_("found by itself"),
            key=self.named("header_row"),
            persist_state="session",
            on_change=self._other_headers,
            disabled=self.disabled,
        )

    def ask_id(self) -> None:
        """Draws the choice of the id, once the headers are known."""
        headers: Headers | None = self._said("headers")
        if headers is not None:
            index = headers.all.index(headers.id_column) if headers.id_column else len(headers.all)
            self._choice(_("Which column is the customer's id?"), [*headers.all, NO_ID], "id", index=index)

    def _other_headers(self) -> None:
        for name in ("headers", "id"):
            st.session_state.pop(self.named(name), None)

    def _choice(
        self, label: str, options: list[str], name: str, *, index: int | None = None, unsaid: str | None = None, on_change: Any = None
    ) -> None:
        st.selectbox(
            label,
            options,
            index=index,
            format_func=choice_label,
            placeholder=unsaid,
            key=self.named(name),
            persist_state="session",
            on_change=on_change,
            disabled=self.disabled,
        )


def rows_line(intake: Intake) -> str:
    """What was read, in one sentence (plain text)."""
    where = _("{file}, sheet {sheet}").format(file=intake.file, sheet=intake.sheet) if intake.sheet else intake.file
    rows = plural("{n} row", "{n} rows", intake.rows_accepted)
    columns = plural("{n} column", "{n} columns", len(intake.frame.columns))
    return _("{where}: {rows} and {columns} read.").format(where=where, rows=rows, columns=columns)


def set_aside(intake: Intake) -> None:
    """Draws the rows that cannot be used, each with the reason; nothing where there are none."""
    if not intake.rejected:
        return
    rows = plural("{n} row was set aside: see why", "{n} rows were set aside: see why", intake.rows_read - intake.rows_accepted)
    with st.expander(rows, icon=":material/warning:"):
        found = [(why.row, why.column, why.value, why.why) for why in intake.rejected]
        headers = [_("Row"), _("Column"), _("Value"), _("Why")]
        st.dataframe(pd.DataFrame(found, columns=headers), hide_index=True, alt=_("Rows of the file that cannot be used"))
