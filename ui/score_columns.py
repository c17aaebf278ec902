"""Which columns of a visitor's sheet the score reads: found by name, asked about where only likely, changed where wrong."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from churn import wording
from churn.intake import Intake, ReadOptions
from churn.risk import Scorecard
from churn.risk.sheet_columns import Source, apart, match_columns
from churn.wording import _
from ui.preview import examples
from ui.upload import SCORE_COLUMNS, Upload

_MOST_ASKED = 3


def said(upload: Upload, intake: Intake, card: Scorecard) -> dict[str, str]:
    """What the visitor said of the score's columns, as far as this file has such headers; what was said of the desk's among them."""
    of_desk = {header: column for header, column in (upload.said("mapping") or {}).items() if column}
    known: Mapping[str, str] = apart(ReadOptions(mapping=of_desk), card)[1] | (upload.said(SCORE_COLUMNS) or {})
    return {column: header for column, header in known.items() if column in card.columns and (not header or header in intake.frame)}


def sources(upload: Upload, intake: Intake, card: Scorecard) -> list[Source]:
    """Each column of the score with its source in the file; found once for a reading and what was said."""
    key, answers = upload.named("sources"), said(upload, intake, card)
    kept = st.session_state.get(key)
    if kept is None or kept[0] is not intake or kept[1] is not card or kept[2] != answers:
        kept = (intake, card, answers, match_columns(card, intake.frame, said=answers))
        st.session_state[key] = kept
    found: list[Source] = kept[3]
    return found


def ask(upload: Upload, intake: Intake, found: Sequence[Source]) -> None:
    """Draws what is only likely, to be said yes or no to."""
    for source in [source for source in found if source.header and not source.is_used][:_MOST_ASKED]:
        header = source.header or ""
        with st.container(horizontal=True, vertical_alignment="center"):
            field = next(field for field in intake.fields if field.source == header)
            asked = _("Is your column **{header}** ({examples}) what the score knows as **{column}**?").format(
                header=wording.escape(header),
                examples=wording.escape(examples(field)),
                column=wording.escape(source.column),
            )
            st.markdown(asked, width="content")
            for label, answer in ((_("Yes"), header), (_("No"), "")):
                key = upload.named(f"{label} {source.column}")
                st.button(label, on_click=upload.say_score_column, args=(source.column, answer), key=key)


def change(upload: Upload, intake: Intake, found: Sequence[Source], *, unfolded: bool) -> None:
    """Draws which column is which, and a way to say otherwise."""
    with st.container(border=True) if unfolded else st.expander(_("Which of your columns the score reads")):
        rows = [(source.column, source.header or "", _how_sure(source)) for source in found]
        heads = [_("The score's column"), _("Your column"), _("Found")]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, height="auto", alt=_("The columns of the score and of the file"))
        with st.container(horizontal=True):
            names = [source.column for source in found]
            column = st.selectbox(
                _("The score's column"), names, index=None, placeholder=_("choose one to change"), key=upload.named("score's column")
            )
            if column is not None:
                now = next(source for source in found if source.column == column)
                headers = ["", *map(str, intake.frame)]
                key = upload.named(f"source of {column}")
                st.selectbox(
                    _("Your column"),
                    headers,
                    index=headers.index(now.header) if now.header and now.is_used else 0,
                    format_func=lambda name: name or _("none of them"),
                    key=key,
                    on_change=_say_chosen,
                    args=(upload, column, key),
                )


def _how_sure(source: Source) -> str:
    if source.header is None:
        return _("missing")
    return _("yes") if source.is_used else _("perhaps")


def _say_chosen(upload: Upload, column: str, key: str) -> None:
    upload.say_score_column(column, st.session_state[key])
