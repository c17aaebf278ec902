"""A file as it was understood: what was left out, which column is which, the first rows before and after, and how to read it otherwise."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from churn import wording
from churn.intake import Field, Intake
from churn.report.rejected import rejected_sheet
from churn.tables import CUSTOMERS, Table
from churn.wording import _, plural
from ui import downloads
from ui.reading_words import choice_label, column_label, on_page, type_label
from ui.upload import Reading, Upload

ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256")
DELIMITERS = (",", ";", "\t", "|")
_MOST_NAMED, _MOST_REASONS = 3, 1000


def rows_line(intake: Intake) -> str:
    """What was read, in one sentence (plain text)."""
    file, sheet = wording.isolated(intake.file), wording.isolated(intake.sheet or "")
    where = _("{file}, sheet {sheet}").format(file=file, sheet=sheet) if sheet else file
    rows = plural("{n} row", "{n} rows", intake.rows_read)
    if intake.rows_accepted < intake.rows_read:
        rows = _("{n} of {rows}").format(n=wording.number(intake.rows_accepted), rows=rows)
    columns = plural("{n} column", "{n} columns", len(intake.frame.columns))
    return _("{where}: {rows} and {columns} read.").format(where=where, rows=rows, columns=columns)


def left_out(intake: Intake, table: Table = CUSTOMERS) -> None:
    """Draws what of the file is not used: titles, totals and notes in a line, and the rows that cannot be used with the reason of each
    and a sheet of them to mend; nothing where all is used."""
    lines = [on_page(note) for note in intake.notes]
    if intake.header_row > 1:
        lines.append(_("The headers were found in row {row}.").format(row=wording.number(intake.header_row)))
    if intake.set_aside:
        text = _("Not taken for customers: {rows}.") if table is CUSTOMERS else _("Left out as no data: {rows}.")
        lines.append(text.format(rows=_no_customers(intake)))
    if lines:
        st.caption(wording.escape(" ".join(lines)))
    if not intake.rejected:
        return
    rows = plural("{n} row was set aside: see why", "{n} rows were set aside: see why", intake.rows_read - intake.rows_accepted)
    with st.expander(rows, icon=":material/warning:"):
        found = [(why.row, why.column, why.value, why.why) for why in intake.rejected[:_MOST_REASONS]]
        headers = [_("Row"), _("Column"), _("Value"), _("Why")]
        st.dataframe(pd.DataFrame(found, columns=headers), hide_index=True, alt=_("Rows of the file that cannot be used"))
        if len(intake.rejected) > _MOST_REASONS:
            st.caption(_("The first {n} reasons are shown; the sheet below has all.").format(n=wording.number(_MOST_REASONS)))
        st.caption(_("Take these rows along, mend them there and load the sheet again; the column that says why may stay in it."))
        with st.container(horizontal=True):
            key = f"rejected of {intake.digest[:12]}"
            downloads.both(lambda: rejected_sheet(intake), rows=len(intake.unused), file=intake.file, key=key, ending="set_aside")


def _no_customers(intake: Intake) -> str:
    """The rows that are no data: each where they are few, else how many of each kind."""
    if len(intake.set_aside) <= _MOST_NAMED:
        each = _("row {row} ({kind}: '{text}')")
        return wording.listing([each.format(row=row.row, kind=row.kind, text=wording.isolated(row.text)) for row in intake.set_aside])
    kinds = [row.kind for row in intake.set_aside]
    return wording.listing([f"{kind} ({wording.number(kinds.count(kind))})" for kind in dict.fromkeys(kinds)])


def understood(
    upload: Upload, reading: Reading, *, unfolded: bool, parts: Mapping[str, str] | None = None, table: Table = CUSTOMERS
) -> None:
    """Draws how the file was understood, with the ways to change that: unfolded where it is to be judged, behind a click where it is not.
    `parts` say by header what part a column has in the score."""
    intake = reading.intake
    if not reading.ways:
        return
    with st.container(border=True) if unfolded else st.expander(_("How this file is read")):
        if intake is not None and intake.fields:
            _columns(intake, parts or {})
            _before_and_after(intake)
            _ask_which(upload, intake, table)
        _ask_how(upload, reading, table)


def propose(upload: Upload, intake: Intake, *, columns: Collection[str] | None = None) -> None:
    """Draws what a column may be, to be said yes or no to; of `columns` of the desk, or of all."""
    likely = [field for field in intake.fields if field.proposed and (columns is None or field.proposed in columns)]
    for field in likely[:_MOST_NAMED]:
        with st.container(horizontal=True, vertical_alignment="center"):
            asked = _("Is your column **{header}** ({examples}) the {column}?").format(
                header=wording.escape(field.source),
                examples=wording.escape(examples(field)),
                column=column_label(field.proposed),
            )
            st.markdown(asked, width="content")
            for label, column in ((_("Yes"), field.proposed), (_("No"), "")):
                key = upload.named(f"{label} {field.source}")
                st.button(label, on_click=upload.say_column, args=(field.source, column), key=key, disabled=upload.disabled)


def _columns(intake: Intake, parts: Mapping[str, str]) -> None:
    """A row for each column: what it is, its part in the score where that is known, and how its cells were read."""
    part = _("Part in the score")
    shown = {
        _("Column"): [field.source for field in intake.fields],
        _("Understood as"): [_is(field) for field in intake.fields],
        _("Type"): [type_label(field.type) for field in intake.fields],
        **({part: [parts.get(field.source, "") for field in intake.fields]} if parts else {}),
        _("How it was read"): [_how(field, intake) for field in intake.fields],
        _("Empty cells"): [wording.number(field.missing) for field in intake.fields],
        _("Examples"): [examples(field) for field in intake.fields],
    }
    narrow = {part: st.column_config.TextColumn(width="medium")}
    alt = _("The columns of the file as understood")
    st.dataframe(pd.DataFrame(shown), hide_index=True, height="auto", column_config=narrow, alt=alt)


def _how(field: Field, intake: Intake) -> str:
    if any(field.source in question.columns and question.examples for question in intake.questions):
        return _("your answer decides")
    return "; ".join(field.notes) or _("as written")


def examples(field: Field) -> str:
    """Some cells as written (plain text)."""
    return wording.listing([wording.isolated(example) for example in field.examples])


def _is(field: Field) -> str:
    """What a column is to the desk."""
    if field.column:
        return column_label(field.column)
    return _("perhaps the {column}").format(column=column_label(field.proposed)) if field.proposed else _("own column")


def _before_and_after(intake: Intake) -> None:
    """The first rows as the file has them and as they were understood."""
    first = intake.written
    after = intake.frame[np.isin(intake.rows, first.index)]
    st.caption(_("The first rows in the file"))
    st.dataframe(first, height="content", alt=_("The first rows as the file has them"))
    st.caption(_("The same as understood"))
    days = {str(name): st.column_config.DateColumn(format="D MMM YYYY") for name in after.select_dtypes("datetime")}
    rows = after.set_axis(intake.rows[after.index])
    st.dataframe(rows, column_config=days, height="content", placeholder="", alt=_("The first rows as understood"))


def _ask_which(upload: Upload, intake: Intake, table: Table) -> None:
    """Which of the desk's columns a header is, for any of them."""
    headers = [field.source for field in intake.fields]
    with st.container(horizontal=True):
        key = upload.named("which header")
        header = st.selectbox(
            _("Change what a column is"), headers, index=None, placeholder=_("choose a column"), key=key, disabled=upload.disabled
        )
        field = next((field for field in intake.fields if field.source == header), None)
        if field is not None:
            choices = [column.name for column in table.columns] + [""]
            kind = upload.named(f"{header} is")
            st.selectbox(
                _("It is"),
                choices,
                index=choices.index(field.column or ""),
                format_func=column_label,
                key=kind,
                on_change=_say_which,
                args=(upload, field.source, kind),
                disabled=upload.disabled,
            )


def _say_which(upload: Upload, header: str, key: str) -> None:
    upload.say_column(header, st.session_state[key])


def ask_id(upload: Upload, intake: Intake) -> None:
    """Draws the choice of the id."""
    headers = [field.source for field in intake.fields]
    key = upload.named("the id")
    st.selectbox(
        _("Which column is the customer's id?"),
        [*headers, ""],
        index=headers.index(intake.id_column) if intake.id_column else len(headers),
        format_func=lambda name: name or _("none of them"),
        key=key,
        on_change=_say_id,
        args=(upload, intake.id_column, key),
        disabled=upload.disabled,
    )


def _say_id(upload: Upload, former: str | None, key: str) -> None:
    chosen = st.session_state[key]
    if chosen:
        upload.say_column(chosen, "customer_id")
    elif former:
        upload.say_column(former, "")


def _ask_how(upload: Upload, reading: Reading, table: Table) -> None:
    """How the bytes are read: what only the file's owner can know better."""
    intake, ways = reading.intake, reading.ways
    with st.container(horizontal=True):
        if "encoding" in ways:
            _choice(upload, _("Encoding"), ENCODINGS, "encoding", found=intake.encoding if intake else None)
        if "delimiter" in ways:
            _choice(upload, _("Separator"), DELIMITERS, "delimiter", found=intake.delimiter if intake else None)
        if "sheet" in ways and upload.said("sheets"):
            _choice(upload, _("Sheet"), upload.said("sheets"), "sheet", found=intake.sheet if intake else None)
        if "header_row" in ways:
            _header_row(upload, intake)
        if intake is not None and intake.id_column and table.key:
            _choice(upload, _("Rows with the same id"), ("first", "last"), "duplicates", unsaid=_("ask"))


def _header_row(upload: Upload, intake: Intake | None) -> None:
    key = upload.named("choice of header_row")
    st.session_state[key] = upload.said("header_row")
    found = wording.number(intake.header_row) if intake and intake.fields else ""
    st.number_input(
        _("Row of the headers"),
        min_value=0,
        value=None,
        placeholder=_found(found),
        key=key,
        on_change=_say,
        args=(upload, "header_row", key),
        disabled=upload.disabled,
    )


def _choice(upload: Upload, label: str, options: Sequence[str], name: str, *, found: str | None = None, unsaid: str | None = None) -> None:
    key = upload.named(f"choice of {name}")
    said = upload.said(name)
    st.session_state[key] = said
    st.selectbox(
        label,
        list(dict.fromkeys([*options, *(value for value in (found, said) if value)])),
        index=None,
        format_func=choice_label,
        placeholder=unsaid or _found(choice_label(found) if found else ""),
        key=key,
        on_change=_say,
        args=(upload, name, key),
        disabled=upload.disabled,
    )


def _found(what: str) -> str:
    """What stands in a choice that nobody has made."""
    return _("{what} (found)").format(what=what) if what else _("found by itself")


def _say(upload: Upload, name: str, key: str) -> None:
    upload.say(name, st.session_state[key])
