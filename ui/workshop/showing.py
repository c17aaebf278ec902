"""A scene on the page, in type that a room can read: words and figures large, one chart, the derivation a click away."""

from collections.abc import Sequence

import streamlit as st

from churn import wording
from churn.findings import Figure
from churn.findings.workshop import Scene
from churn.findings.workshop.formula import in_latex
from churn.wording import _
from ui.desk import Firm
from ui.show import chart

_ROOM_ABOVE = r"\large \rule{0pt}{1.8em} "


def answer(scene: Scene, *, key: str) -> None:
    """The question, its answer in a sentence, the great figure beside the chart, the formula in words, in symbols and with
    the numbers that the dials put in, and the other figures."""
    st.markdown(f"#### {wording.escape(scene.title)}", anchors=False)
    st.header(wording.escape(scene.said), anchor=False)
    if scene.chart is None:
        great(scene.figures[0])
    else:
        left, right = st.columns([2, 3], gap="medium")
        with left:
            great(scene.figures[0])
            if scene.words:
                st.markdown(f"#### {wording.escape(scene.words)}", anchors=False)
        with right:
            chart(scene.chart, key=f"workshop {key}")
    for place, made in zip(st.columns([2, 3]), scene.formulas, strict=False):
        place.latex(_ROOM_ABOVE + made.latex)
    small(scene.figures[1:])


def great(figure: Figure) -> None:
    """One figure as large as a heading can be."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"#### {wording.escape(figure.label)}", anchors=False)
        st.markdown(rf"## $\Huge\textsf{{{in_latex(figure.value)}}}$", anchors=False)
        st.markdown(wording.escape(figure.on))


def small(figures: Sequence[Figure], *, in_a_row: int = 3) -> None:
    """The other figures, in rows."""
    for first in range(0, len(figures), in_a_row):
        for place, figure in zip(st.columns(in_a_row), figures[first : first + in_a_row], strict=False):
            with place.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"#### {wording.escape(figure.label)}", anchors=False)
                st.markdown(rf"## $\large\textsf{{{in_latex(figure.value)}}}$", anchors=False)
                st.markdown(wording.escape(figure.on))


def origin(said: Sequence[str], firm: Firm | None) -> None:
    """What the numbers were computed on, and a mark where the data is invented."""
    if firm is not None and firm.is_sample:
        st.badge(_("Sample firm: invented data"), icon=":material/science:", color="orange")
    for sentence in said:
        st.caption(wording.escape(sentence))


def derivation(scene: Scene) -> None:
    """How the formula comes about, and what it takes for granted."""
    if scene.derived:
        with st.expander(_("How is this derived?"), icon=":material/function:"):
            for step in scene.derived:
                st.markdown(wording.escape(step.said))
                if step.formula is not None:
                    st.latex(_ROOM_ABOVE + step.formula.latex)
    for note in scene.notes:
        st.markdown(wording.escape(note))
