"""A visitor's own file: taken in, read, asked about, forgotten. Its bytes live in this visit's memory and nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from churn import wording
from churn.errors import ChurnError
from churn.intake import Intake, Question, ReadOptions, read
from churn.intake.said import ENDINGS, answers_of, conventions_of, said_again
from churn.wording import _
from ui.desk import limits, the_desk
from ui.links import go
from ui.reading_words import on_page

LARGE = 3_000_000  # bytes from which reading shows how far it is
FILE_OPTIONS = ("sheet", "header_row", "encoding", "delimiter")  # what makes other headers of the same bytes
CONVENTIONS = ("decimal", "date_order", "calendar", "epoch", "century")
SCORE_COLUMNS = "columns of the score"
_OF_THE_FILE = (*FILE_OPTIONS, "sheets", "table", "afresh")
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", bytes.fromhex("D0CF11E0A1B11AE1"), b"PAR1")


@dataclass(frozen=True)
class Dropped:
    """A file as it was dropped in."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Reading:
    """A dropped file as read with some options: the intake, or why there is none (plain text); and which of the ways to read the bytes
    (names of ReadOptions) its owner may want to choose otherwise."""

    options: ReadOptions
    intake: Intake | None
    problem: str | None
    ways: frozenset[str] = frozenset()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What stays open."""
        return self.intake.questions if self.intake else ()

    @property
    def is_settled(self) -> bool:
        """Whether the file can be used."""
        return self.intake is not None and not self.questions


class Upload:
    """The one file that a visit holds under `key`, and what its owner has said about it. `disabled` draws all of it at rest."""

    def __init__(self, key: str, *, disabled: bool = False) -> None:
        self.key = key
        self.disabled = disabled

    def ask(self, label: str) -> Dropped | None:
        """Draws where to drop a file, or the file that was dropped with a way to forget it; gives that file."""
        dropped: Dropped | None = st.session_state.get(self.named("file"))
        if dropped is None:
            endings = [ending.removeprefix(".") for ending in ENDINGS]
            st.file_uploader(label, type=endings, key=self._place(), on_change=self._take, disabled=self.disabled)
            return None
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/description: **{wording.escape(dropped.name)}**", width="content")
            label, icon = _("Forget this file"), ":material/delete:"
            st.button(label, icon=icon, on_click=self.forget, key=self.named("forget"), disabled=self.disabled)
        return dropped

    def read(self, dropped: Dropped) -> Reading:
        """The file as it is read with all that was said; what was said of an earlier file of the same shape is said again."""
        reading = self._reading(dropped)
        if reading.intake is None or not self.recall(reading.intake.shape):
            return reading
        return self._reading(dropped)

    def recall(self, shape: str) -> bool:
        """Says of a file what was said of an earlier one of its shape, where nothing was said of it yet; gives whether anything was."""
        if not shape or self.said("shape") == shape:
            return False
        self.say("shape", shape)
        answers = the_desk().remembered(shape)
        if not answers or self._answers(self.options()) or self.said("afresh"):
            return False
        again = said_again(self.options(), answers)
        self.say("mapping", dict(again.mapping) or None)
        self.say("duplicates", again.duplicates)
        self.say(SCORE_COLUMNS, answers.get("score"))
        for name in CONVENTIONS:
            self.say(name, getattr(again.conventions, name))
        self.say("from before", value=True)
        return True

    def start_afresh(self) -> None:
        """Takes back all that was said of the columns, and lets nothing be said again that the desk remembers."""
        for name in ("mapping", "duplicates", "constants", SCORE_COLUMNS, *CONVENTIONS, "from before"):
            self.say(name, None)
        self.say("afresh", value=True)

    def can_be_remembered(self, reading: Reading) -> bool:
        """Whether something was said of the columns that the desk does not remember yet of files like this one."""
        answers = self._answers(reading.options)
        return bool(reading.intake and answers and answers != the_desk().remembered(reading.intake.shape))

    def remember(self, reading: Reading) -> None:
        """Keeps what was said of the columns for files of the same shape; where nothing was, nothing is said of the next one either."""
        if reading.intake is None:
            return
        known, answers = the_desk().remembered(reading.intake.shape) or {}, self._answers(reading.options)
        if answers != known:
            the_desk().remember(reading.intake.shape, answers)

    def _answers(self, options: ReadOptions) -> dict[str, Any]:
        """What was said of the columns, those of the score among them."""
        of_score = self.said(SCORE_COLUMNS)
        return answers_of(options) | ({"score": of_score} if of_score else {})

    def forget(self) -> None:
        """Lets go of the file and of all that was said about it."""
        for name in [name for name in st.session_state if str(name).startswith(self.named(""))]:
            del st.session_state[name]

    def named(self, name: str) -> str:
        """The key under which this visit keeps something about the file."""
        return f"{self.key} file: {name}"

    def said(self, name: str) -> Any:
        """What was said about something; None where nothing was."""
        return st.session_state.get(self.named("said"), {}).get(name)

    def say(self, name: str, value: Any) -> None:
        """Says something about the file, None to take it back; what is said of how its bytes are read makes all else void."""
        said = dict(st.session_state.get(self.named("said"), {}))
        if name in FILE_OPTIONS:
            said = {kept: said[kept] for kept in _OF_THE_FILE if kept in said and not (name == "sheet" and kept == "header_row")}
        st.session_state[self.named("said")] = {known: answer for known, answer in (said | {name: value}).items() if answer is not None}

    def say_column(self, header: str, column: str | None) -> None:
        """Says which column of the desk a header is, "" for none, None to take that back; one header for each."""
        others = {other: name for other, name in (self.said("mapping") or {}).items() if other != header and (name != column or not name)}
        self.say("mapping", others | ({} if column is None else {header: column}) or None)

    def say_constant(self, column: str, value: str | None) -> None:
        """Says what a column that the file lacks holds in all rows, None to take that back."""
        others = {name: known for name, known in (self.said("constants") or {}).items() if name != column}
        self.say("constants", others | ({} if value is None else {column: value}) or None)

    def say_score_column(self, column: str, header: str | None) -> None:
        """Says which header holds a column of the score, "" for none, None to take that back."""
        others: Mapping[str, str] = {name: known for name, known in (self.said(SCORE_COLUMNS) or {}).items() if name != column}
        self.say(SCORE_COLUMNS, {**others, **({} if header is None else {column: header})} or None)

    def _place(self) -> str:
        """The key of the place to drop a file; another for each file, since a browser keeps what was dropped there while a run is cut
        short."""
        return f"{self.key} place {st.session_state.get(f'{self.key} drops', 0)}"

    def _take(self) -> None:
        """Moves the file that was just dropped from Streamlit's own store into this visit's memory."""
        uploaded = st.session_state.get(self._place())
        if not isinstance(uploaded, UploadedFile):  # none, or one that an earlier run has taken already
            return
        st.session_state[f"{self.key} drops"] = st.session_state.get(f"{self.key} drops", 0) + 1
        st.session_state[self.named("file")] = Dropped(uploaded.name, uploaded.getvalue())
        context = get_script_run_ctx()
        remove = getattr(context.uploaded_file_mgr, "remove_file", None) if context else None
        if context and remove:
            remove(session_id=context.session_id, file_id=uploaded.file_id)

    def options(self) -> ReadOptions:
        """All that was said of how the file is read."""
        conventions = conventions_of(**{name: self.said(name) for name in CONVENTIONS})
        said = {name: self.said(name) for name in (*FILE_OPTIONS, "duplicates")}
        mapping, constants = self.said("mapping") or {}, self.said("constants") or {}
        return ReadOptions(**said, mapping=mapping, conventions=conventions, limits=limits(), constants=constants)

    def _reading(self, dropped: Dropped) -> Reading:
        """The file as read with what was said; read again only when that changes."""
        options = self.options()
        kept: Reading | None = st.session_state.get(self.named("reading"))
        if kept is not None and kept.options == options:
            return kept
        try:
            intake = self._read(dropped, options)
            fresh = Reading(options, intake, None, ways(intake))
        except ChurnError as error:
            fresh = Reading(options, None, on_page(str(error)), ways_out(str(error), dropped))
        st.session_state[self.named("reading")] = fresh
        return fresh

    def _read(self, dropped: Dropped, options: ReadOptions) -> Intake:
        """The file read; a large one shows how far it is, and can be stopped."""
        if len(dropped.data) < LARGE:
            with st.spinner(_("Reading the file"), show_time=True):
                return read(dropped.data, file=dropped.name, options=options)
        place = st.empty()
        with place.container():
            st.button(_("Stop reading"), icon=":material/stop_circle:", on_click=self.forget, key=self.named("stop"))
            bar = st.progress(0.0, text=_("Reading the file"))
            found = read(dropped.data, file=dropped.name, options=options, progress=lambda share, text: _show(bar, share, text))
        place.empty()
        return found


def hand_over(upload: Upload, key: str, *, label: str) -> None:
    """Draws a button that takes the file to the page Data."""
    if st.button(label, icon=":material/arrow_forward:", type="primary", key=upload.named("hand over")):
        other = Upload(key)
        other.forget()
        for name in ("file", "said"):
            if upload.named(name) in st.session_state:
                st.session_state[other.named(name)] = st.session_state[upload.named(name)]
        other.say("shape", None)
        other.say(SCORE_COLUMNS, None)
        go("data")


def ways(intake: Intake) -> frozenset[str]:
    """Which ways to read a file that was read its owner may choose otherwise."""
    asked = {question.option.removeprefix("--").replace("-", "_") for question in intake.questions}
    if not intake.fields:
        return frozenset(asked & {"encoding"}) | frozenset({"encoding", "delimiter", "header_row"} if intake.encoding else ())
    return frozenset({"header_row", "sheet"} | ({"encoding", "delimiter"} if intake.encoding else set()))


def ways_out(why: str, dropped: Dropped) -> frozenset[str]:
    """Which other ways to read a file that could not be read may help: those named in the reason, for plain text all."""
    named = {option.replace("-", "_") for option in re.findall(r"(?<!\S)--([a-z-]+)", why)}
    return frozenset(FILE_OPTIONS) & named if dropped.data.startswith(_PACKED) else frozenset({"encoding", "delimiter", "header_row"})


def _show(bar: Any, share: float, text: str) -> None:
    bar.progress(min(max(share, 0.0), 1.0), text=text)
