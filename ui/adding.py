"""A visitor's customers beside those of the desk: whether that can be, and what would come of it."""

import pandas as pd
import streamlit as st

from churn import wording
from churn.intake import Intake
from churn.wording import _, plural
from ui.desk import firm, model, the_desk
from ui.preview import ask_id
from ui.upload import Upload


def wanted(upload: Upload) -> bool:
    """Draws the choice between adding to the desk's customers and taking their place, where they have ids and are no sample; gives whether
    to add."""
    loaded = firm()
    if loaded is None or loaded.is_sample or _id_label() is None:
        return False
    labels = {False: _("Take the place of all tables in the desk"), True: _("Add to the customers already there")}
    chosen = st.radio(
        _("What should be done with these customers?"),
        list(labels),
        format_func=labels.__getitem__,
        key=upload.named("adds"),
        horizontal=True,
        disabled=upload.disabled,
    )
    return bool(chosen)


def ask(upload: Upload, customers: Intake) -> bool:
    """Draws which column is the id and what adding would do; gives whether it can be done."""
    ask_id(upload, customers)
    if customers.id_column is None:
        st.markdown(_("Customers can only be added by their ids: choose the column that holds them."))
        return False
    known = int(customers.frame[customers.id_column].isin(_ids(the_desk().version())).sum())
    old = plural(
        "{n} customer is in the desk already and takes this file's cells",
        "{n} customers are in the desk already and take this file's cells",
        known,
    )
    new = plural("{n} is new.", "{n} are new.", customers.rows_accepted - known)
    rest = _("All others stay as they are.")
    scored = _("The score is not learned anew: everybody is scored by the one that is there.") if model() else ""
    st.markdown(wording.escape(" ".join([f"{old}; {new}", rest, scored])))
    return True


def _id_label() -> str | None:
    """The header under which the desk keeps its customers' ids, or None."""
    return next((column.label for column in the_desk().columns("customers") if column.name == "customer_id"), None)


@st.cache_data(max_entries=1, show_spinner=False)
def _ids(version: int) -> "pd.Series[str]":
    """The ids of the desk's customers."""
    return the_desk().frame("customers")[_id_label()]
