"""What was loaded into the desk before, when and by whom, and the way back."""

import pandas as pd
import streamlit as st

from churn import wording
from churn.loads import Former, Load
from churn.report import history as words
from churn.wording import _
from ui import training
from ui.desk import the_desk


def history(*, disabled: bool = False) -> None:
    """Draws the section: every load with its rows, and a button that undoes the last one; `disabled` draws the button at rest."""
    loads = the_desk().loads()
    if not loads:
        return
    st.subheader(_("History"), anchor=False)
    _table(loads)
    former = the_desk().undoable()
    if former is None:
        st.caption(_("There is nothing to undo."))
        return
    label = _("Undo the last load") if former.kind == "undo" else _("Bring the last load back")
    icon = ":material/undo:" if former.kind == "undo" else ":material/redo:"
    st.caption(wording.escape(words.comes_back(former)))
    if st.button(label, icon=icon, disabled=disabled, key="undo"):
        _ask_twice(former, label)


def same_file(file: str, digest: str) -> None:
    """Draws one line where this very file was loaded before; nothing where it was not."""
    if told := words.same_file(file, the_desk().earlier_loads(digest), digest):
        st.info(wording.escape(told), icon=":material/content_copy:")


def _table(loads: list[Load]) -> None:
    heads = [_("No."), _("When"), _("By"), _("What"), _("Rows loaded"), _("Set aside"), _("In the desk")]
    lines = []
    for load in loads:
        when = (wording.number(load.number), wording.moment(load.at), load.by)
        lines.append((*when, words.what(load), *words.rows(load), words.now(load)))
    st.dataframe(pd.DataFrame(lines, columns=heads, dtype="str"), hide_index=True, alt=_("Loads of the desk, the newest first"))


def _ask_twice(former: Former, label: str) -> None:
    """Opens a dialog that says what comes back and what goes, and does it only then."""

    @st.dialog(label)
    def dialog() -> None:
        st.markdown(wording.escape(words.comes_back(former)))
        st.markdown(wording.escape(_("What it holds now is kept and can be brought back, until something else is loaded.")))
        with st.container(horizontal=True):
            if st.button(_("Yes, do it"), type="primary", key="undo for sure"):
                training.undo(former)
            if st.button(_("Leave it as it is"), key="undo not"):
                st.rerun()

    dialog()
