"""What is retention worth? Its arithmetic, to play with before a room."""

from collections.abc import Sequence

import streamlit as st

from churn import wording
from churn.findings.workshop import Claims, FewAnswers, ReasonQuiz, Stage
from churn.wording import _
from ui.workshop import showing, starting, taking, turning


def show() -> None:
    st.title(_("Workshop"), anchor=False)
    chosen = turning.chosen_scene()
    if chosen is Claims:
        _claims()
    else:
        _played(chosen)
    st.caption(_("For a room: F11 fills the screen (on a Mac Control, Command and F), Ctrl or Command with + makes all larger."))


def _played(chosen: type[Stage]) -> None:
    title, (left, right) = st.empty(), st.columns([2, 5], gap="large")
    with left:
        stage, said = _begun(chosen)
        stage = turning.turned(stage, turning.numbers())
        if isinstance(stage, FewAnswers):
            stage = turning.draw_again(stage)
        if isinstance(stage, ReasonQuiz):
            stage = turning.reveal(stage)
        for sentence in said:
            st.caption(wording.escape(sentence))
    scene = stage.scene()
    title.header(wording.escape(scene.title), anchor=False)
    with right:
        showing.answer(scene, key=stage.key)
    showing.derivation(scene)
    taking.handout(stage)


def _begun(chosen: type[Stage]) -> tuple[Stage, Sequence[str]]:
    """The scene with the numbers that it begins with, and what they were computed on."""
    own = starting.started(chosen)
    if own is None:
        return chosen(), (starting.lacking(chosen),)
    if chosen is ReasonQuiz or turning.chosen_numbers() == turning.FIRM:
        return own.stage, own.said
    return chosen(), ()


def _claims() -> None:
    stage = starting.claims()
    scene = stage.scene()
    st.header(wording.escape(scene.title), anchor=False)
    st.markdown(f"#### {wording.escape(scene.said)}", anchors=False)
    showing.small(scene.figures, in_a_row=2)
    taking.handout(stage)
