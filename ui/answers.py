"""What was said of a visitor's file: shown in short, each of it to be taken back, and kept for files like it where that is wanted."""

from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from churn import wording
from churn.wording import _
from ui.reading_words import choice_label, column_label
from ui.upload import CONVENTIONS, FILE_OPTIONS, SCORE_COLUMNS, Reading, Upload

Taken = tuple[str, Callable[..., None], tuple[Any, ...]]


def said(upload: Upload, reading: Reading, *, to_remember: bool = False) -> None:
    """Draws all that was said of the file, here or of an earlier one of its kind; a click takes it back, so that it is found or asked
    anew. Nothing where nothing was said. `to_remember` offers to keep what is new of it for files of the same headers."""
    answers = list(_answers(upload))
    if not answers:
        return
    before = upload.said("from before")
    told = (
        _("Read as the last file of this kind. Click an answer to change it:") if before else _("You said (click an answer to change it):")
    )
    with st.container(border=True, gap="small"):
        st.caption(told)
        with st.container(horizontal=True, gap="small"):
            for number, (words, take_back, what) in enumerate(answers):
                key = upload.named(f"take back {number}")
                st.button(wording.escape(words), icon=":material/edit:", on_click=take_back, args=what, key=key, disabled=upload.disabled)
            if before:
                key, icon = upload.named("afresh"), ":material/restart_alt:"
                st.button(_("Start afresh"), icon=icon, type="tertiary", on_click=upload.start_afresh, key=key, disabled=upload.disabled)
            if to_remember and upload.can_be_remembered(reading):
                _offer_to_remember(upload, reading)


def _offer_to_remember(upload: Upload, reading: Reading) -> None:
    st.button(
        _("Remember this for files like it"),
        icon=":material/bookmark_add:",
        type="tertiary",
        help=_("The desk keeps your answers and the names of the columns that they are about, and nothing else of the file."),
        on_click=upload.remember,
        args=(reading,),
        key=upload.named("remember"),
    )


def _answers(upload: Upload) -> Iterator[Taken]:
    """What was said in words, and how to take it back."""
    for name in (*FILE_OPTIONS, *CONVENTIONS, "duplicates"):
        if (value := upload.said(name)) is not None:
            yield _in_words(name, str(value)), upload.say, (name, None)
    for header, column in (upload.said("mapping") or {}).items():
        yield _("{header}: {column}").format(header=header, column=column_label(column)), upload.say_column, (header, None)
    for column, value in (upload.said("constants") or {}).items():
        yield _("{column}: '{value}' in all rows").format(column=column_label(column), value=value), upload.say_constant, (column, None)
    for column, header in (upload.said(SCORE_COLUMNS) or {}).items():
        words = _("the score's {column}: {header}") if header else _("the score's {column}: not in the file")
        yield words.format(column=column, header=header), upload.say_score_column, (column, None)


def _in_words(name: str, value: str) -> str:
    if name == "header_row" and value == "0":
        return _("no row of headers")
    if name == "decimal":
        return _("decimal comma") if value == "," else _("decimal point")
    words = {
        "sheet": _("sheet {value}"),
        "header_row": _("headers in row {value}"),
        "encoding": _("encoding {value}"),
        "delimiter": _("separator {value}"),
        "epoch": _("days counted from {value}"),
        "century": _("years of two digits from {value} on"),
        "duplicates": _("same id: {value}"),
    }.get(name, "{value}")
    return words.format(value=choice_label(value))
