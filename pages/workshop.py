"""What is retention worth? Its arithmetic, to play with before a room."""

from collections.abc import Sequence

import streamlit as st

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
        with top:
            stage, said = _begun(chosen)
        _played(stage, said)
    st.caption(
        _("For a room: close the menu, F11 fills the screen (on a Mac Control, Command and F), Ctrl or Command with + makes all larger.")
    )


def _begun(chosen: type[Stage]) -> tuple[Stage, Sequence[str]]:
    """The scene with the numbers that it begins with, and what they were computed on."""
    own = starting.started(chosen)
    if own is None:
        return chosen(), (starting.lacking(chosen),)
    if chosen is ReasonQuiz or turning.chosen_numbers() == turning.FIRM:
        return own.stage, own.said
    return chosen(), ()


def _played(begun: Stage, said: Sequence[str]) -> None:
    stage = turning.turned(begun, turning.numbers())
    if isinstance(stage, FewAnswers):
        stage = turning.draw_again(stage)
    if isinstance(stage, ReasonQuiz):
        stage = turning.reveal(stage)
    scene = stage.scene()
    showing.answer(scene, key=stage.key)
    showing.origin(said, firm() if said else None)
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
