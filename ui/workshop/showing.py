"""A scene on the page, in type that a room can read: words and figures large, one chart, the derivation a click away."""

from collections.abc import Sequence

import streamlit as st

from churn import wording
from churn.findings import Figure
from churn.findings.workshop import Scene
from churn.findings.workshop.formula import in_latex
from churn.wording import _
from ui.show import chart


def answer(scene: Scene, *, key: str) -> None:
    """The answer in a sentence, the great figure, the formula and the chart."""
    st.header(wording.escape(scene.said), anchor=False)
    great(scene.figures[0])
    small(scene.figures[1:])
    formula(scene)
    if scene.chart is not None:
        chart(scene.chart, key=f"workshop {key}")


def great(figure: Figure) -> None:
    """One figure as large as a heading can be."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"### {wording.escape(figure.label)}", anchors=False)
        st.markdown(rf"## $\Huge\textsf{{{in_latex(figure.value)}}}$", anchors=False)
        st.markdown(wording.escape(figure.on))


def small(figures: Sequence[Figure], *, in_a_row: int = 3) -> None:
    """The other figures, in rows."""
    for first in range(0, len(figures), in_a_row):
        for place, figure in zip(st.columns(in_a_row), figures[first : first + in_a_row], strict=False):
            with place.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(wording.escape(figure.label))
                st.markdown(f"## {wording.escape(figure.value)}", anchors=False)
                st.markdown(wording.escape(figure.on))


def formula(scene: Scene) -> None:
    """The formula in words, in symbols, and with the numbers that the dials put in."""
    if not scene.formulas:
        return
    st.markdown(f"#### {wording.escape(scene.words)}", anchors=False)
    for place, made in zip(st.columns(len(scene.formulas)), scene.formulas, strict=True):
        place.latex(rf"\Large {made.latex}")


def derivation(scene: Scene) -> None:
    """How the formula comes about, and what it takes for granted."""
    for note in scene.notes:
        st.markdown(wording.escape(note))
    if not scene.derived:
        return
    with st.expander(_("How is this derived?"), icon=":material/function:"):
        for step in scene.derived:
            st.markdown(wording.escape(step.said))
            if step.formula is not None:
                st.latex(rf"\large {step.formula.latex}")
