"""The handout that a room takes home, with the dials as this visitor left them."""

import streamlit as st

from churn.findings.workshop import STAGES, Claims, ReasonQuiz, Stage
from churn.report.handout import Sheet, handout_html
from churn.wording import _
from ui.desk import firm
from ui.workshop import starting, turning


def handout(opened: Stage) -> None:
    """A button for all scenes as one file; it is made when the button is pressed."""
    st.download_button(
        _("Download the handout"),
        lambda: _made(opened).encode(),
        "retention_workshop.html",
        "text/html",
        key="workshop handout",
        on_click="ignore",
        icon=":material/download:",
        help=_("All scenes with their formulas, as the dials stand now: one HTML file that loads nothing and can be printed."),
    )


def _made(opened: Stage) -> str:
    loaded = firm()
    return handout_html([_sheet(kind, opened) for kind in STAGES], invented=loaded is not None and loaded.is_sample)


def _sheet(kind: type[Stage], opened: Stage) -> Sheet:
    """A scene as it stands; the quiz is told."""
    if kind is Claims:
        return Sheet(starting.claims(), ())
    begun = starting.begun(kind, turning.numbers())
    stage = opened if isinstance(opened, kind) else turning.as_left(begun.stage, begun.source)
    return Sheet(stage.told() if isinstance(stage, ReasonQuiz) else stage, begun.said if begun.has_own else ())
