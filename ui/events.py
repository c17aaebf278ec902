"""Files of what happened, put beside the customers: which table each is, how it is understood, whose its rows are, and the load."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from churn import wording
from churn.errors import ChurnError
from churn.gathering import Piece, likely_table, pieces_of, refuse_twice, table_named
from churn.histories import known_customers
from churn.intake import Intake, Opened, ReadOptions, opened
from churn.intake.said import ENDINGS
from churn.intake.supplying import header_of, supplied
from churn.intake.workbook import is_workbook
from churn.linking import Known, linked
from churn.tables import TABLES, Column
from churn.wording import _, plural
from ui import answers, preview, training
from ui.desk import limits, the_desk
from ui.questions import problem
from ui.reading_words import column_label, on_page
from ui.upload import FILE_OPTIONS, Dropped, Reading, Upload, ways, ways_out

EVENTS = "events"
KINDS = ("orders", "contacts", "surveys", "changes", "promises")
_FILES, _DROPS = "files of what happened", "drops of what happened"


@dataclass(frozen=True, eq=False)
class _File:
    """A dropped file, or one sheet of it: what was said of it, and the table that it holds, or why it cannot be opened yet."""

    number: int
    upload: Upload
    dropped: Dropped
    piece: Piece | None
    unopened: Reading | None


def ask(ordered: str | None) -> None:
    """Draws where to drop the files, each of those dropped, and the button that loads them; loads them where that was ordered."""
    disabled = ordered is not None
    endings = [ending.removeprefix(".") for ending in ENDINGS]
    st.file_uploader(
        _("Orders, contacts, surveys, changes or promises: a file for each, several of one kind too, or a workbook with a sheet for each"),
        type=endings,
        accept_multiple_files=True,
        key=_place(),
        on_change=_take,
        disabled=disabled,
    )
    files = [_opened(number, dropped, disabled=disabled) for number, dropped in _held().items()]
    if not files:
        return
    pieces = [file.piece for file in files if file.piece is not None]
    try:
        known = known_customers(the_desk(), None, pieces)
        refuse_twice(pieces)
    except ChurnError as error:
        st.error(wording.escape(on_page(str(error))), icon=":material/error:")
        known, disabled = None, True
    readings = [_drawn(file, pieces, known) for file in files]
    _load(files, readings, known, disabled=disabled, ordered=ordered)


def _load(files: Sequence[_File], readings: Sequence[Reading], known: Known | None, *, disabled: bool, ordered: str | None) -> None:
    """The button, and what it does."""
    tables = list(dict.fromkeys(file.piece.table for file in files if file.piece is not None))
    ready = all(reading.is_settled for reading in readings)
    if known is None and ready and not disabled:
        st.caption(_("The desk holds no customers of its own: they will be those of these files."))
    elif ready:
        named = wording.listing([_kind(table).lower() for table in tables])
        st.caption(_("This takes the place of the {tables} in the desk. Customers, scores and settings stay.").format(tables=named))
    label = plural("Load this file", "Load these files", len(files))
    st.button(label, type="primary", on_click=training.order, args=(EVENTS,), disabled=disabled or not ready, key="load events")
    if ordered == EVENTS and ready:
        for file, reading in zip(files, readings, strict=True):
            file.upload.remember(reading)
        read = [(file.piece.table, reading.intake) for file, reading in zip(files, readings, strict=True) if file.piece and reading.intake]
        training.load_events(read, known, lambda: [_forget(file.number) for file in files])


def _drawn(file: _File, pieces: Sequence[Piece], known: Known | None) -> Reading:
    """Draws one file: its table, what it leaves open, how many rows can be used and why others cannot, and how its columns are read."""
    upload = file.upload
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            sheet = upload.said("sheet")
            name = _("{file}, sheet {sheet}").format(file=file.dropped.name, sheet=sheet) if sheet else file.dropped.name
            st.markdown(f":material/description: **{wording.escape(name)}**")
            if file.piece is not None:
                _ask_table(upload, file.piece)
            label, icon = _("Forget this file"), ":material/delete:"
            st.button(label, icon=icon, on_click=_forget, args=(file.number,), key=upload.named("forget"), disabled=upload.disabled)
        if file.piece is None:
            assert file.unopened is not None
            problem(upload, file.unopened)
            preview.understood(upload, file.unopened, unfolded=False)
            return file.unopened
        reading = _read(file, file.piece, pieces, known)
        problem(upload, reading)
        answers.said(upload, reading)
        table = TABLES[file.piece.table]
        if reading.intake is None:
            _ask_lacking(upload, file.piece)
        else:
            st.markdown(wording.escape(preview.rows_line(reading.intake)) + " " + wording.escape(_columns(reading.intake)))
            preview.left_out(reading.intake, table)
            preview.propose(upload, reading.intake)
        preview.understood(upload, reading, unfolded=False, table=table)
        return reading


def _columns(intake: Intake) -> str:
    """Which header is what, in one sentence."""
    found = [
        _("{header} is the {column}").format(header=field.source, column=column_label(field.column))
        for field in intake.fields
        if field.column
    ]
    return wording.listing(found) + "."


def _ask_table(upload: Upload, piece: Piece) -> None:
    key = upload.named("choice of table")
    st.session_state[key] = piece.table
    st.selectbox(
        _("What the file holds"),
        KINDS,
        format_func=_kind,
        key=key,
        on_change=_say_table,
        args=(upload, key),
        disabled=upload.disabled,
        label_visibility="collapsed",
        width=200,
    )


def _say_table(upload: Upload, key: str) -> None:
    for name in ("mapping", "constants", "shape", "from before"):
        upload.say(name, None)
    upload.say("table", st.session_state[key])


def _kind(table: str) -> str:
    names = {
        "orders": _("Orders"),
        "contacts": _("Contacts"),
        "surveys": _("Surveys"),
        "changes": _("Changes"),
        "promises": _("Promises"),
    }
    return names.get(table, table)


def _ask_lacking(upload: Upload, piece: Piece) -> None:
    """For each column that the table needs and that no header is: which one it is, or what it is in all rows."""
    table, options = TABLES[piece.table], piece.options
    headers = (
        supplied(piece.opened.sheet, table, options)[0].headers if not options.constants else [*piece.opened.headers, *options.constants]
    )
    lacking = [column for column in table.columns if column.required and header_of(headers, table, column.name, options) is None]
    with st.container(horizontal=True):
        for column in lacking:
            _ask_which(upload, piece, column)


def _ask_which(upload: Upload, piece: Piece, column: Column) -> None:
    key = upload.named(f"which is {column.name}")
    rows = {f"={choice}": _("{choice} in all rows").format(choice=choice) for choice in column.choices}
    st.selectbox(
        _("Which column is the {column}?").format(column=column_label(column.name)),
        [*piece.opened.headers, *rows],
        index=None,
        format_func=lambda choice: rows.get(choice, choice),
        placeholder=_("choose a column"),
        key=key,
        on_change=_say_which,
        args=(upload, column.name, key),
        disabled=upload.disabled,
    )
    if column.type == "date":
        day = upload.named(f"day of {column.name}")
        st.date_input(
            _("or one day for all rows"), value=None, key=day, on_change=_say_day, args=(upload, column.name, day), disabled=upload.disabled
        )


def _say_which(upload: Upload, column: str, key: str) -> None:
    chosen = st.session_state[key]
    if chosen and chosen.startswith("="):
        upload.say_constant(column, chosen[1:])
    elif chosen:
        upload.say_column(chosen, column)


def _say_day(upload: Upload, column: str, key: str) -> None:
    if day := st.session_state[key]:
        upload.say_constant(column, day.isoformat())


def _held() -> dict[int, Dropped]:
    """The files of this visit, by number."""
    files: dict[int, Dropped] = st.session_state.setdefault(_FILES, {})
    return files


def _place() -> str:
    """The key of the place to drop files; another one after each drop, so that it is empty again."""
    return f"place of what happened {st.session_state.get(_DROPS, 0)}"


def _take() -> None:
    """Moves what was just dropped into this visit's memory; of a workbook with a sheet for each table, each sheet apart."""
    files = _held()
    for uploaded in st.session_state.get(_place()) or []:
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
    return [piece.options.sheet for piece in found.pieces if piece.table in KINDS] or [None]


def _upload(number: int, *, disabled: bool = False) -> Upload:
    return Upload(f"event {number}", disabled=disabled)


def _forget(number: int) -> None:
    _upload(number).forget()
    _held().pop(number, None)


def _opened(number: int, dropped: Dropped, *, disabled: bool) -> _File:
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
        return _File(number, upload, dropped, None, found)
    named = table_named(found.grid.sheet or "") or table_named(dropped.name)
    table = upload.said("table") or (named if named in KINDS else likely_table(found, KINDS))
    upload.recall(found.shape(TABLES[table]))
    return _File(number, upload, dropped, Piece(table, found, upload.options()), None)


def _open(dropped: Dropped, options: ReadOptions) -> Opened | Reading:
    try:
        with st.spinner(_("Reading the file"), show_time=True):
            found = opened(dropped.data, file=dropped.name, options=options)
    except ChurnError as error:
        return Reading(options, None, on_page(str(error)), ways_out(str(error), dropped))
    return Reading(options, found, None, ways(found)) if isinstance(found, Intake) else found


def _read(file: _File, piece: Piece, pieces: Sequence[Piece], known: Known | None) -> Reading:
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
