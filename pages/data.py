"""What does the desk hold, and how is it replaced?"""

import pandas as pd
import streamlit as st

from churn import wording
from churn.errors import ModelError
from churn.intake import Intake
from churn.report.trust import learned_from
from churn.risk import Scorecard
from churn.tables import TABLES
from churn.wording import _
from ui import adding, answers, events, own, preview, training
from ui.desk import firm, model, the_desk
from ui.history import history, same_file
from ui.own import Said
from ui.questions import problem
from ui.show import heading
from ui.trust import trust_link
from ui.upload import Reading, Upload

OWN, ADD, SAMPLE = "own", "add", "sample"


def show() -> None:
    ordered = training.ordered()
    loaded = firm()
    heading(_("Data"), loaded)
    training.show_news()
    st.subheader(_("In the desk now"), anchor=False)
    whole = _held()
    st.subheader(_("Load your own customers"), anchor=False)
    upload = Upload("own", disabled=ordered is not None)
    dropped = upload.ask(
        _("A spreadsheet with a row for each customer, those who left and those who stayed: CSV, XLSX, XLS, ODS or Parquet")
    )
    if dropped is not None:
        _dropped(upload, upload.read(dropped), ordered)
    st.subheader(_("Load what happened"), anchor=False)
    st.caption(_("What customers bought, said and were promised goes beside them. What you do not have costs only the pages that need it."))
    events.ask(ordered)
    st.subheader(_("Go back to the sample firm") if loaded else _("Try the sample firm"), anchor=False)
    already = loaded is not None and loaded.is_sample and whole
    st.markdown(_("An invented subscription business with all tables, to try everything on.") + (" " + _replaces() if loaded else ""))
    st.button(_("Load the sample firm"), on_click=training.order, args=(SAMPLE,), disabled=already or upload.disabled, key="load sample")
    progress = st.container()
    history(disabled=upload.disabled)
    if ordered == SAMPLE:
        with progress:
            training.load_sample()


def _held() -> bool:
    """What the desk holds now, and how good its score is; False where its model file is damaged."""
    desk = the_desk()
    tables = desk.tables()
    if not tables:
        st.info(_("The desk is empty. Load a table of customers, or the sample firm."), icon=":material/info:")
        return True
    rows = [(name, TABLES[name].row, wording.number(count), desk.source(name).file) for name, count in tables.items()]
    headers = [_("Table"), _("One row is"), _("Rows"), _("From the file")]
    st.dataframe(pd.DataFrame(rows, columns=headers), hide_index=True, height="content", alt=_("Tables of the desk"))
    try:
        card = model()
    except ModelError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")
        return False
    if card is None:
        st.markdown(_("There is no score: no column is known that says who has left."))
        return True
    st.markdown(wording.escape(_model_line(card)))
    trust_link()
    return True


def _model_line(card: Scorecard) -> str:
    """Where the score comes from and how good it is."""
    found, learned = card.evaluation, learned_from(card)
    if not found.has_signal:
        return learned + " " + _("It does no better than guessing, so do not rank customers by it.")
    good = _("Given one customer who left and one who stayed, it puts the one who left higher {share} of the time ({how}).")
    grade = _("Grade {grade}, where A is best and F is no better than guessing.").format(grade=found.grade)
    return " ".join([learned, good.format(share=wording.percent(found.roc_auc, 0), how=found.method), grade])


def _dropped(upload: Upload, reading: Reading, ordered: str | None) -> None:
    """A visitor's table: what it leaves open, how it is understood, what it is to be learned from, and the load."""
    problem(upload, reading)
    answers.said(upload, reading)
    customers = reading.intake
    if customers is None or not reading.is_settled:
        preview.understood(upload, reading, unfolded=True)
        return
    st.markdown(wording.escape(preview.rows_line(customers)))
    same_file(customers.file, customers.digest)
    preview.left_out(customers)
    preview.propose(upload, customers)
    if adding.wanted(upload):
        _add(upload, reading, customers, ordered)
    else:
        _replace(upload, reading, customers, ordered)


def _add(upload: Upload, reading: Reading, customers: Intake, ordered: str | None) -> None:
    """The customers beside those of the desk."""
    can_be = adding.ask(upload, customers)
    preview.understood(upload, reading, unfolded=True)
    disabled = upload.disabled or not can_be
    st.button(_("Add to the desk"), type="primary", on_click=training.order, args=(ADD,), disabled=disabled, key="add own")
    if ordered == ADD:
        upload.remember(reading)
        training.add_own(upload, customers)


def _replace(upload: Upload, reading: Reading, customers: Intake, ordered: str | None) -> None:
    """The customers in place of all that the desk holds, to be learned from."""
    said = own.ask(upload, customers)
    preview.understood(upload, reading, unfolded=True, parts=own.parts(customers, said) if said.label else None)
    _load_button(upload, said)
    if ordered == OWN:
        upload.remember(reading)
        training.load_own(upload, customers, said)


def _load_button(upload: Upload, said: Said) -> None:
    if said.label:
        st.caption(_replaces() + " " + _("Training takes a minute or two; whatever you click meanwhile stops it."))
    else:
        st.caption(_replaces() + " " + _("Without a column that says who has left there is no score."))
    st.button(
        _("Load and train") if said.label or not said.complete else _("Load without a score"),
        type="primary",
        on_click=training.order,
        args=(OWN,),
        disabled=upload.disabled or not said.complete,
        key="load own",
    )


def _replaces() -> str:
    return _("It takes the place of all tables that the desk holds now.")
