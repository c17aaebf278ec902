"""What a visitor says of their own table: which column marks the lost, by which value, and what to leave out."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from churn import wording
from churn.errors import ChurnError
from churn.intake import Field, Intake
from churn.report.understood import role
from churn.risk.bins import as_text
from churn.risk.columns import Label, choose, find_label, label_columns
from churn.wording import _
from ui.upload import Upload

NOTHING = ""
_MOST_VALUES = 50


@dataclass(frozen=True)
class Said:
    """The label (None: no column marks the lost), the columns to leave out, and whether all is said that is needed."""

    label: Label | None
    ignore: tuple[str, ...]
    complete: bool


def ask(upload: Upload, customers: Intake) -> Said:
    """Draws the choices, what was found already chosen."""
    read = [field.source for field in customers.fields if field.source in customers.frame]
    columns = [column for column in read if column != customers.id_column]
    found = label_columns(customers.frame)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        upload.ask_id()
        column = st.selectbox(
            _("Which column says who has left?"),
            [NOTHING, *columns],
            index=columns.index(found[0]) + 1 if found else 0,
            format_func=lambda name: name or _("none of them"),
            key=upload.named("label"),
            disabled=upload.disabled,
        )
        label = _ask_lost(upload, customers, column) if column else None
    ignore = st.multiselect(
        _("Leave out"),
        [name for name in columns if name != column],
        default=[name for name in found if name != column] if column else [],
        placeholder=_("columns that the score must not use"),
        help=_("Leave out what is only known once a customer has left, and what must play no part in a decision."),
        key=upload.named(f"ignore with {column}"),
        disabled=upload.disabled,
    )
    return Said(label, tuple(ignore), complete=not column or label is not None)


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


def preview(customers: Intake, said: Said) -> None:
    """Draws the columns as understood: type, part in the score, empty cells, examples.

    Raises TrainingError where none is left to learn from.
    """
    left_out = {}
    if said.label:
        _used, unused = choose(customers.frame, id_column=customers.id_column, label=said.label, ignore=said.ignore)
        left_out = {column.column: column.why for column in unused}
    types = {"id": _("id"), "text": _("text"), "number": _("number"), "date": _("date")}
    rows = [
        (field.source, types[field.type], _part(customers, said, left_out, field.source), wording.number(field.missing), examples(field))
        for field in customers.fields
    ]
    headers = [_("Column"), _("Type"), _("Part in the score"), _("Empty cells"), _("Examples")]
    st.dataframe(pd.DataFrame(rows, columns=headers), hide_index=True, height="auto", alt=_("The columns of the file as understood"))


def examples(field: Field) -> str:
    """A few cells of a column as they are written in the file."""
    return wording.listing(field.examples)


def _part(customers: Intake, said: Said, left_out: dict[str, str], column: str) -> str:
    """What a column is for."""
    if column == customers.id_column:
        return _("the customer's id")
    if said.label is None:
        return _("shown") if role(customers, column) != "not read" else _("not read")
    if column == said.label.column:
        return _("says who has left")
    why = left_out.get(column)
    return _("left out: {why}").format(why=why) if why else _("learned from")
