"""The files of what happened that a visit holds: dropped in, opened, each with its table, read and linked to the customers."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from churn.errors import ChurnError
from churn.gathering import Piece, likely_table, pieces_of, table_named
from churn.histories import known_customers
from churn.intake import Intake, Opened, ReadOptions, opened
from churn.intake.workbook import is_workbook
from churn.linking import Known, linked
from churn.tables import TABLES
from churn.wording import _
from ui.desk import limits, the_desk
from ui.reading_words import on_page
from ui.upload import FILE_OPTIONS, Dropped, Reading, Upload, ways, ways_out

KINDS = ("orders", "contacts", "surveys", "changes", "promises")
_FILES, _DROPS, _TOLD = "files of what happened", "drops of what happened", "left out of what happened"


@dataclass(frozen=True, eq=False)
class EventFile:
    """A dropped file, or one sheet of it: what was said of it, and the table that it holds, or why it cannot be opened yet."""

    number: int
    upload: Upload
    dropped: Dropped
    piece: Piece | None
    unopened: Reading | None


def held() -> dict[int, Dropped]:
    """The files of this visit, by number."""
    files: dict[int, Dropped] = st.session_state.setdefault(_FILES, {})
    return files


def left_out() -> list[str]:
    """What of the dropped workbooks was left out, in sentences (plain text)."""
    told: list[str] = st.session_state.get(_TOLD, [])
    return told


def place() -> str:
    """The key of the place to drop files; another one after each drop, so that it is empty again."""
    return f"place of what happened {st.session_state.get(_DROPS, 0)}"


def take() -> None:
    """Moves what was just dropped into this visit's memory; of a workbook with a sheet for each table, each sheet apart."""
    files = held()
    for uploaded in st.session_state.get(place()) or []:
        if isinstance(uploaded, UploadedFile):
            dropped = Dropped(uploaded.name, uploaded.getvalue())
            for sheet in _sheets(dropped):
                number = st.session_state.get("last of what happened", 0) + 1
                st.session_state["last of what happened"] = number
                files[number] = dropped
                if sheet:
                    _upload(number).say("sheet", sheet)
    st.session_state[_DROPS] = st.session_state.get(_DROPS, 0) + 1


def _sheets(dropped: Dropped) -> list[str | None]:
    """The sheets of a workbook that are named after tables of events; [None] for any other file."""
    if not is_workbook(dropped.data):
        return [None]
    try:
        found = pieces_of(dropped.name, dropped.data, options=ReadOptions(limits=limits()), otherwise=KINDS[0])
    except ChurnError:
        return [None]
    sheets = [piece.options.sheet for piece in found.pieces if piece.table in KINDS]
    others = [piece.name for piece in found.pieces if piece.table not in KINDS]
    told = [_("{file} is not loaded here.").format(file=name) for name in others] if sheets else []
    st.session_state[_TOLD] = [*left_out(), *found.told, *told]
    return [*sheets] or [None]


def _upload(number: int, *, disabled: bool = False) -> Upload:
    return Upload(f"event {number}", disabled=disabled)


def forget(number: int) -> None:
    """Lets go of one file and of all that was said of it."""
    _upload(number).forget()
    held().pop(number, None)
    if not held():
        st.session_state.pop(_TOLD, None)


def forget_all() -> None:
    """Lets go of all of them."""
    for number in list(held()):
        forget(number)


def opened_file(number: int, dropped: Dropped, *, disabled: bool) -> EventFile:
    """A dropped file with its table: as was said, by its name, or by its headers. Opened again only where that is said otherwise."""
    upload = _upload(number, disabled=disabled)
    options = upload.options()
    how = [getattr(options, name) for name in FILE_OPTIONS]
    kept = st.session_state.get(upload.named("opened"))
    if kept is None or kept[0] != how:
        kept = (how, _open(dropped, options))
        st.session_state[upload.named("opened")] = kept
    found: Opened | Reading = kept[1]
    if isinstance(found, Reading):
        return EventFile(number, upload, dropped, None, found)
    named = table_named(found.grid.sheet or "") or table_named(dropped.name)
    table = upload.said("table") or (named if named in KINDS else likely_table(found, KINDS))
    upload.recall(found.shape(TABLES[table]))
    return EventFile(number, upload, dropped, Piece(table, found, upload.options()), None)


def _open(dropped: Dropped, options: ReadOptions) -> Opened | Reading:
    try:
        with st.spinner(_("Reading the file"), show_time=True):
            found = opened(dropped.data, file=dropped.name, options=options)
    except ChurnError as error:
        return Reading(options, None, on_page(str(error)), ways_out(str(error), dropped))
    return Reading(options, found, None, ways(found)) if isinstance(found, Intake) else found


def customers_known(pieces: Sequence[Piece]) -> Known | None:
    """The customers of the desk that these files may point to; None where it has none of its own. Raises as `known_customers`."""
    return _known(the_desk().version(), pieces) if pieces else None


@st.cache_resource(max_entries=1, show_spinner=False)
def _known(version: int, _pieces: Sequence[Piece]) -> Known | None:
    return known_customers(the_desk(), None, _pieces)


def linked_reading(file: EventFile, piece: Piece, pieces: Sequence[Piece], known: Known | None) -> Reading:
    """A file as read and linked; read again only when something was said of any of the files, or the desk holds something else."""
    state = (the_desk().version(), piece.table, [(other.table, other.opened.digest, other.options) for other in pieces])
    kept = st.session_state.get(file.upload.named("linked"))
    if kept is not None and kept[0] == state:
        reading: Reading = kept[1]
        return reading
    try:
        with st.spinner(_("Reading the file"), show_time=True):
            intake = linked(piece, pieces, known)
        fresh = Reading(piece.options, intake, None, ways(intake))
    except ChurnError as error:
        fresh = Reading(piece.options, None, on_page(str(error)), ways_out(str(error), file.dropped))
    st.session_state[file.upload.named("linked")] = (state, fresh)
    return fresh
