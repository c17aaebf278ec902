"""What a visitor says of their own table: which column marks the lost, by which value, and what the score may use."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from churn import wording
from churn.errors import ChurnError
from churn.intake import Field, Intake
from churn.risk.bins import as_text
from churn.risk.columns import Label, LeftOut, choose, find_label, label_columns
from churn.wording import _
from ui.preview import ask_id
from ui.upload import Upload

NOTHING = ""
_MOST_VALUES = 50


@dataclass(frozen=True)
class Said:
    """The label (None: no column marks the lost), the columns to leave out and to use all the same, what stays out and why, and whether
    all is said that is needed."""

    label: Label | None
    ignore: tuple[str, ...]
    keep: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    complete: bool


def ask(upload: Upload, customers: Intake) -> Said:
    """Draws the choices, what was found already chosen. Raises TrainingError where no column is left to learn from."""
    columns = [field.source for field in customers.fields if field.source in customers.frame and field.source != customers.id_column]
    found = label_columns(customers.frame)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ask_id(upload, customers)
        column = st.selectbox(
            _("Which column says who has left?"),
            [NOTHING, *columns],
            index=columns.index(found[0]) + 1 if found else 0,
            format_func=lambda name: name or _("none of them"),
            key=upload.named("label"),
            disabled=upload.disabled,
        )
        label = _ask_lost(upload, customers, column) if column else None
    if label is None:
        return Said(None, (), (), (), complete=not column)
    return _ask_what_to_use(upload, customers, label, [name for name in columns if name != column])


def _ask_lost(upload: Upload, customers: Intake, column: str) -> Label | None:
    """The label in a column, once it is known which value means lost."""
    cells = customers.frame[column]
    if pd.api.types.is_datetime64_any_dtype(cells):
        st.markdown(_("Whoever has a day in it has left."), width="content")
        return Label(column, None)
    values = list(dict.fromkeys(value for value in as_text(cells) if value is not None))[:_MOST_VALUES]
    found = _found_lost(customers, column)
    lost = st.selectbox(
        _("Which value means that they left?"),
        values,
        index=values.index(found) if found in values else None,
        placeholder=_("choose one"),
        key=upload.named(f"lost in {column}"),
        disabled=upload.disabled,
    )
    return Label(column, lost) if lost is not None else None


def _found_lost(customers: Intake, column: str) -> str | None:
    try:
        return find_label(customers.frame, column, None).lost
    except ChurnError:
        return None


def _ask_what_to_use(upload: Upload, customers: Intake, label: Label, columns: list[str]) -> Said:
    """Which columns the score learns from: all but those left out for a reason, which may be put back, and those named here."""
    left_out = _left_out(upload, customers, label)
    found = {column.column: column for column in left_out}
    with st.container(horizontal=True):
        ignore = st.multiselect(
            _("Leave out"),
            [name for name in columns if name not in found],
            placeholder=_("none"),
            help=_("Leave out what is only known once a customer has left, and what must play no part in a decision."),
            key=upload.named(f"ignore with {label.column}"),
            disabled=upload.disabled,
        )
        keep = st.multiselect(
            _("Use all the same"),
            list(found),
            placeholder=_("none"),
            help=_("Columns that stay out for the reason given below, unless you put them back."),
            key=upload.named(f"keep with {label.column}"),
            disabled=upload.disabled,
        )
    if leaks := [name for name in keep if found[name].leak]:
        told = _("{columns}: {why}. The score will look better than it is.").format(columns=wording.listing(leaks), why=found[leaks[0]].why)
        st.warning(wording.escape(told), icon=":material/warning:")
    return Said(label, tuple(ignore), tuple(keep), tuple(left_out), complete=True)


def _left_out(upload: Upload, customers: Intake, label: Label) -> list[LeftOut]:
    """The columns that the score would leave out by itself; found once for a reading and a label."""
    kept = st.session_state.get(upload.named("left out"))
    if kept is None or kept[0] is not customers or kept[1] != label:
        with st.spinner(_("Looking at the columns"), show_time=True):
            kept = (customers, label, choose(customers.frame, id_column=customers.id_column, label=label)[1])
        st.session_state[upload.named("left out")] = kept
    found: list[LeftOut] = kept[2]
    return found


def parts(customers: Intake, said: Said) -> dict[str, str]:
    """What part each column has in the score, by header."""
    return {field.source: _part(customers, said, field) for field in customers.fields}


def _part(customers: Intake, said: Said, field: Field) -> str:
    """What a column is for."""
    if field.source == customers.id_column:
        return _("the customer's id")
    if field.source not in customers.frame:
        return _("not read")
    if said.label is None:
        return _("shown")
    if field.source == said.label.column:
        return _("says who has left")
    if field.source in said.ignore:
        return _("left out as you wish")
    why = next((column.why for column in said.left_out if column.column == field.source and field.source not in said.keep), None)
    return _("left out: {why}").format(why=why) if why else _("learned from")
