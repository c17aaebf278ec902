"""Parts of the trust page, and the warning that other pages repeat."""

import streamlit as st

from churn import charts, wording
from churn.report.trust import Trust, put_back_warning
from churn.risk import Scorecard
from churn.risk.curves import curve_of, typical_risk
from churn.risk.scorecard import Grade
from churn.wording import _
from ui.links import link
from ui.show import chart

MOST_DRIVERS = 8
COLOURS: dict[Grade, str] = {"A": "green", "B": "green", "C": "blue", "D": "orange", "F": "red"}


def warn_put_back(card: Scorecard) -> None:
    """The warning that stays for as long as the score learns from columns that look like leaks; nothing where it does not."""
    if told := put_back_warning(card):
        st.warning(wording.escape(told), icon=":material/warning:")


def trust_link() -> None:
    """The way to the trust page."""
    link("trust", label=_("Can the score be trusted?"), icon=":material/verified_user:")


def grade(told: Trust) -> None:
    """The grade, large, and what it means."""
    with st.container(border=True, gap="xsmall"):
        letter = _("Grade {grade}").format(grade=told.grade)
        st.header(f":{'orange' if told.put_back else COLOURS[told.grade]}[{letter}]", anchor=False)
        st.subheader(wording.escape(told.verdict), anchor=False)
        words(told.advice)
        st.caption(wording.escape(told.measured_on))


def words(sentence: str, *, bullet: bool = False) -> None:
    """A plain sentence, letter for letter."""
    st.markdown(("- " if bullet else "") + wording.escape(sentence))


def drivers(card: Scorecard) -> None:
    """What moves the scores over all customers, and the curve of one column that the visitor chooses."""
    parts = dict(zip(card.columns, card.importance.tolist(), strict=True))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("What drives it"), anchor=False)
        st.caption(_("Each column's part in all scores. An association, not a cause."))
        chart(charts.drivers(parts, most=MOST_DRIVERS), key="drivers")
    with right:
        st.subheader(_("What one column does"), anchor=False)
        column = st.selectbox(_("Column"), sorted(parts, key=lambda name: -parts[name]), key="curve of")
        st.caption(_("The risk of a customer who is typical in all else. Shaded, or as a line: how far chance may move it (95%)."))
        chart(charts.curve(curve_of(card, column), column, typical=typical_risk(card)), key="curve")
