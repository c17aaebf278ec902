"""The deeper second opinion beside the score: what it says of one customer, and the choice to show its risks everywhere."""

import streamlit as st

from churn import wording
from churn.report.trust import worth_line
from churn.risk import Scorecard, Scores
from churn.risk.desk_models import shows_deeper
from churn.risk.of_desk import show_deeper
from churn.risk.second import Disagreement, disagreements
from churn.wording import _
from ui.customer import Profile, scored
from ui.desk import the_desk


def opinion(found: Profile, card: Scorecard, shown: Scores) -> None:
    """What the other model says of this customer, where a deeper one is truly better; `shown` is the score on the page."""
    if card.deeper is None or shown.absent:
        return
    deeper = shows_deeper(the_desk())
    with st.spinner(_("Asking the other model"), show_time=True):
        other = scored(the_desk(), card, found, deeper=not deeper)
    told = disagreements(other, shown)[0] if deeper else disagreements(shown, other)[0]
    st.subheader(_("A second opinion"), anchor=False)
    risk = wording.percent(other.risk[0])
    about = (
        _("The risk above is the deeper model's. The scorecard, in which at most two columns meet, says {risk}.")
        if deeper
        else _("A deeper model, in which any columns may meet, predicts surely better for this firm. It says {risk}.")
    )
    st.markdown(wording.escape(" ".join([about.format(risk=risk), _compared(told)])))


def _compared(told: Disagreement) -> str:
    """Where the two name other main reasons."""
    if not told.only_deeper:
        return _("Both look at the same columns most: {columns}.").format(columns=wording.listing(list(told.deeper)))
    return _("They disagree about the main reasons: the scorecard looks at {scorecard}, the deeper model at {deeper}.").format(
        scorecard=wording.listing(list(told.scorecard)), deeper=wording.listing(list(told.deeper))
    )


def choice(card: Scorecard) -> None:
    """What the deeper model is worth, and a switch to show its risks on all pages."""
    worth = card.evaluation.deeper
    if worth is None:
        return
    st.markdown(wording.escape(worth_line(worth, card.evaluation.log_loss)))
    if card.deeper is None:
        return
    now = shows_deeper(the_desk())
    wanted = st.toggle(
        _("Show the deeper model's risks on all pages"),
        value=now,
        key="show deeper",
        help=_("Its reasons take longer to find: they are given on a customer's page, and for the riskiest rows of a spreadsheet."),
    )
    if now:
        st.caption(_("The figures and pictures on this page are still those of the scorecard."))
    if wanted != now:
        with st.spinner(_("Scoring everybody"), show_time=True):
            show_deeper(the_desk(), wanted=wanted)
        st.rerun()
