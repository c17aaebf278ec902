"""What is retention worth? Its arithmetic, to play with before a room."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from churn import wording
from churn.findings.workshop import Claims, FewAnswers, ReasonQuiz, Stage
from churn.wording import _
from ui.desk import firm
from ui.workshop import showing, starting, taking, turning


def show() -> None:
    top = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom")
    top.title(_("Workshop"), anchor=False, width="content")
    chosen = turning.chosen_scene()
    if chosen is Claims:
        _claims()
    else:
        _played(chosen, top)
    st.caption(
        _("For a room: close the menu, F11 fills the screen (on a Mac Control, Command and F), Ctrl or Command with + makes all larger.")
    )


def _played(chosen: type[Stage], top: DeltaGenerator) -> None:
    begun = starting.begun(chosen, turning.numbers())
    if begun.has_own and chosen is not ReasonQuiz:
        with top:
            turning.choose_numbers()
    stage = turning.turned(begun.stage, begun.source)
    if isinstance(stage, FewAnswers):
        stage = turning.draw_again(stage)
    if isinstance(stage, ReasonQuiz):
        stage = turning.reveal(stage)
    scene = stage.scene()
    showing.answer(scene, key=stage.key)
    showing.origin(begun.said, firm() if begun.has_own and begun.said else None)
    showing.derivation(scene)
    taking.handout(stage)


def _claims() -> None:
    stage = starting.claims()
    scene = stage.scene()
    st.header(wording.escape(scene.title), anchor=False)
    st.markdown(f"#### {wording.escape(scene.said)}", anchors=False)
    showing.small(scene.figures, in_a_row=2)
    showing.origin((), firm())
    taking.handout(stage)
