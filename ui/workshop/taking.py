"""The handout that a room takes home, with the dials as this visitor left them."""

import streamlit as st

from churn.findings.workshop import STAGES, Claims, ReasonQuiz, Stage
from churn.report.handout import Sheet, handout_html
from churn.wording import _
from ui.desk import firm
from ui.workshop import starting, turning


def handout(opened: Stage) -> None:
    """A button for all scenes as one file; it is made when the button is pressed."""
    source = turning.numbers()
    st.download_button(
        _("Download the handout"),
        lambda: _made(opened, source).encode(),
        "retention_workshop.html",
        "text/html",
        key="workshop handout",
        on_click="ignore",
        icon=":material/download:",
        help=_("All scenes with their formulas, as the dials stand now: one HTML file that loads nothing and can be printed."),
    )


def _made(opened: Stage, source: str) -> str:
    loaded = firm()
    sample = loaded is not None and loaded.is_sample
    return handout_html([_sheet(kind, opened, source) for kind in STAGES], invented=sample)


def _sheet(kind: type[Stage], opened: Stage, source: str) -> Sheet:
    """A scene as it stands; the quiz is told."""
    if kind is Claims:
        return Sheet(starting.claims(), ())
    own = starting.started(kind)
    theirs = own is not None and (source == turning.FIRM or kind is ReasonQuiz)
    stage = opened if isinstance(opened, kind) else turning.as_left(own.stage if own and theirs else kind(), source)
    return Sheet(stage.told() if isinstance(stage, ReasonQuiz) else stage, own.said if own and theirs else ())
