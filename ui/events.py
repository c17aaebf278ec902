"""Files of what happened, put beside the customers: which table each is, how it is understood, whose its rows are, and the load."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from churn import wording
from churn.errors import ChurnError
from churn.gathering import Piece, refuse_twice
from churn.intake import Intake
from churn.intake.said import ENDINGS
from churn.intake.supplying import header_of, supplied
from churn.linking import Known
from churn.tables import TABLES, Column
from churn.wording import _, plural
from ui import answers, preview, training
from ui.event_files import KINDS, EventFile, customers_known, forget, forget_all, held, left_out, linked_reading, opened_file, place, take
from ui.questions import problem
from ui.reading_words import column_label, on_page
from ui.upload import Reading, Upload

EVENTS = "events"


def ask(ordered: str | None) -> None:
    """Draws where to drop the files, each of those dropped, and the button that loads them; loads them where that was ordered."""
    disabled = ordered is not None
    endings = [ending.removeprefix(".") for ending in ENDINGS]
    st.file_uploader(
        _("Orders, contacts, surveys, changes or promises: a file for each, several of one kind too, or a workbook with a sheet for each"),
        type=endings,
        accept_multiple_files=True,
        key=place(),
        on_change=take,
        disabled=disabled,
    )
    files = [opened_file(number, dropped, disabled=disabled) for number, dropped in held().items()]
    if not files:
        return
    for sentence in left_out():
        st.caption(wording.escape(sentence))
    pieces = [file.piece for file in files if file.piece is not None]
    try:
        known = customers_known(pieces)
        refuse_twice(pieces)
    except ChurnError as error:
        st.error(wording.escape(on_page(str(error))), icon=":material/error:")
        known, disabled = None, True
    readings = [_drawn(file, pieces, known) for file in files]
    _load(files, readings, known, disabled=disabled, ordered=ordered)


def _load(files: Sequence[EventFile], readings: Sequence[Reading], known: Known | None, *, disabled: bool, ordered: str | None) -> None:
    """The button, and what it does."""
    tables = list(dict.fromkeys(file.piece.table for file in files if file.piece is not None))
    ready = all(reading.is_settled for reading in readings)
    if known is None and ready and not disabled:
        st.caption(_("The desk holds no customers of its own: they will be those of these files."))
    elif ready:
        named = wording.listing([_kind(table).lower() for table in tables])
        st.caption(_("This takes the place of the {tables} in the desk. Customers and settings stay.").format(tables=named))
    label = plural("Load this file", "Load these files", len(files))
    st.button(label, type="primary", on_click=training.order, args=(EVENTS,), disabled=disabled or not ready, key="load events")
    if ordered == EVENTS and ready:
        for file, reading in zip(files, readings, strict=True):
            file.upload.remember(reading)
        read = [(file.piece.table, reading.intake) for file, reading in zip(files, readings, strict=True) if file.piece and reading.intake]
        training.load_events(read, known, forget_all)


def _drawn(file: EventFile, pieces: Sequence[Piece], known: Known | None) -> Reading:
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
            st.button(label, icon=icon, on_click=forget, args=(file.number,), key=upload.named("forget"), disabled=upload.disabled)
        if file.piece is None:
            assert file.unopened is not None
            problem(upload, file.unopened)
            preview.understood(upload, file.unopened, unfolded=False)
            return file.unopened
        reading = linked_reading(file, file.piece, pieces, known)
        table, lacking = TABLES[file.piece.table], _lacking(file.piece) if reading.intake is None else []
        if lacking:
            _ask_lacking(upload, file.piece, lacking)
        else:
            problem(upload, reading)
        answers.said(upload, reading)
        if reading.intake is None and not lacking:
            _ask_which(upload, file.piece, table.columns[0])
        elif reading.intake is not None:
            st.markdown(wording.escape(preview.rows_line(reading.intake)) + " " + wording.escape(_columns(reading.intake)))
            preview.left_out(reading.intake, table)
            preview.propose(upload, reading.intake)
        preview.understood(upload, reading, unfolded=False, table=table)
        return reading


def _columns(intake: Intake) -> str:
    """Which header is what, in one sentence."""
    text = _("{header} is the {column}")
    found = [text.format(header=field.source, column=column_label(field.column)) for field in intake.fields if field.column]
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


def _lacking(piece: Piece) -> list[Column]:
    """The columns that the table needs and that no header is, as far as nothing else tells what they hold."""
    table, options = TABLES[piece.table], piece.options
    told_by_others = supplied(piece.opened.sheet, table, replace(options, constants={}))[0].headers
    headers = [*told_by_others, *options.constants]
    return [column for column in table.columns if column.required and header_of(headers, table, column.name, options) is None]


def _ask_lacking(upload: Upload, piece: Piece, lacking: Sequence[Column]) -> None:
    """Draws for each of these columns which header it is, or what it is in all rows."""
    names = wording.listing([column_label(column.name) for column in lacking])
    told = _("{table} need the {columns}, and no header says which column that is.").format(table=_kind(piece.table), columns=names)
    st.warning(wording.escape(told), icon=":material/help:")
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
