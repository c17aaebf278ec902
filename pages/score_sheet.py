"""How likely is each customer of a spreadsheet to leave, and why?"""

from typing import Any

import streamlit as st

from churn import wording
from churn.errors import ModelError
from churn.intake import Intake
from churn.report.scored import not_known
from churn.risk import Scorecard
from churn.risk.columns import label_columns
from churn.risk.sheet_columns import Source
from churn.wording import _, plural
from ui import answers, downloads, preview, score_columns, scored
from ui.desk import firm, has_signal, sheet_model, sheets_by_deeper
from ui.questions import problem
from ui.reading_words import on_page
from ui.scored import Scored
from ui.show import heading, lacking, no_signal
from ui.trust import warn_put_back
from ui.upload import Upload, hand_over


def show() -> None:
    heading(_("Score a spreadsheet"), firm(), about=_("Drop in a list of customers: each gets a risk of leaving, and what moves it."))
    card = sheet_model()
    if card is None:
        lacking(_("The desk has no score yet. Load a table of customers that says who has left."))
        return
    warn_put_back(card)
    if not has_signal(card):
        no_signal(card)
    upload = Upload("score")
    dropped = upload.ask(_("A spreadsheet of customers: CSV, XLSX, XLS, ODS or Parquet"))
    if dropped is None:
        scored.forget()
        _before(card)
        return
    reading = upload.read(dropped)
    problem(upload, reading)
    answers.said(upload, reading, to_remember=reading.is_settled)
    summary = st.container()
    preview.understood(upload, reading, unfolded=not reading.is_settled)
    if reading.intake is not None and reading.is_settled:
        _scored(upload, reading.intake, card, summary)


def _scored(upload: Upload, intake: Intake, card: Scorecard, summary: Any) -> None:
    """The file's rows with their risks; where the score cannot read enough of it, what else there is to do."""
    sources = score_columns.sources(upload, intake, card)
    try:
        found = scored.scored(intake, card, score_columns.said(upload, intake, card), deeper=sheets_by_deeper())
    except ModelError as error:
        _does_not_fit(upload, intake, sources, error)
        return
    with summary:
        preview.propose(upload, intake, columns=("customer_id", "name"))
        score_columns.ask(upload, intake, sources)
        _understood(intake, found)
    score_columns.change(upload, intake, sources, unfolded=False)
    if has_signal(card):
        _rows(intake, found)
    else:
        _by_value(intake)


def _does_not_fit(upload: Upload, intake: Intake, sources: list[Source], error: ModelError) -> None:
    """A file that the score cannot read: what it lacks, and what can be done with it all the same."""
    st.warning(wording.escape(on_page(str(error))), icon=":material/rule:")
    if labels := label_columns(intake.frame):
        learn = _("Its column {column} says who has left: the desk can learn a score from it.")
        st.markdown(learn.format(column=wording.escape(labels[0])))
    hand_over(upload, "own", label=_("Train on this file") if labels else _("Load this file into the desk"))
    st.markdown(_("Or say which of your columns the score's columns are:"))
    score_columns.ask(upload, intake, sources)
    score_columns.change(upload, intake, sources, unfolded=True)
    preview.propose(upload, intake, columns=("customer_id", "name", "monthly_value"))
    preview.left_out(intake)
    _by_value(intake)


def _before(card: Scorecard) -> None:
    """What to know before a file is dropped in."""
    downloads.blank_sheet(card, key="template")
    st.caption(_("Your file is read in memory, changes nothing in the desk and is gone when you close this page."))


def _understood(intake: Intake, found: Scored) -> None:
    """What was made of the file."""
    lines = [preview.rows_line(intake)]
    if found.absent:
        there, missing = wording.number(found.columns - len(found.absent)), wording.listing(list(found.absent))
        some = _("{there} of the {all} columns that the score reads are in it; missing: {missing}. The risk is less sharp without them.")
        lines.append(some.format(there=there, all=wording.number(found.columns), missing=missing))
    else:
        lines.append(_("All {all} columns that the score reads are in it.").format(all=wording.number(found.columns)))
    if found.replaced:
        lines.append(_("Replaced by the new score: {columns}.").format(columns=wording.listing(found.replaced)))
    if found.unread:
        lines.append(_("Note: {what}").format(what=not_known(found.unread)))
    if found.known:
        known = plural("{n} row is a customer", "{n} rows are customers", found.known)
        lines.append(_("{known} the score was trained on; they are scored by the part of it that had not seen them.").format(known=known))
    st.markdown(wording.escape(" ".join(lines)))
    preview.left_out(intake)
    scored.fit(found.drift)


def _rows(intake: Intake, found: Scored) -> None:
    """The scored rows, to be filtered, read and taken along."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bands = st.pills(
            _("Risk"),
            list(found.bands),
            selection_mode="multi",
            format_func=lambda band: f"{wording.band_label(band)} ({wording.number(found.bands[band])})",
            key="score bands",
        )
        text = st.text_input(_("Search"), type="search", placeholder=_("any text in the file"), live=True, key="score search")
    rows = scored.chosen(found.sheet, bands=bands, text=text or "")
    shown = min(len(rows), scored.MOST_SHOWN)
    scored.table(rows, intake)
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.both(lambda: found.sheet, rows=len(found.sheet), file=intake.file, key="score")
        st.caption(
            _("{shown} of {all} rows shown, riskiest first. Downloads hold all rows in the order of your file.").format(
                shown=wording.number(shown), all=wording.number(len(found.sheet))
            ),
            width="content",
        )
    st.caption(_("Points are percentage points of risk, compared with a typical customer: what goes with leaving, not what causes it."))
    if found.deeper:
        most = wording.number(scored.MOST_EXPLAINED)
        st.caption(
            _("The risks are the deeper model's. Its reasons take long to find: they are given for the {most} riskiest.").format(most=most)
        )


def _by_value(intake: Intake) -> None:
    """The rows where no risk can be trusted: those who pay most first."""
    rows, paid = scored.by_value(intake)
    if paid:
        by_value = _("Without a risk to go by, the rows stand by {column}: those who pay most come first.")
        st.markdown(by_value.format(column=wording.escape(paid)))
    else:
        st.markdown(_("Without a risk to go by, the rows stand as in your file."))
    scored.plain_table(rows)
