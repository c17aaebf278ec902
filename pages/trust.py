"""Can the score be trusted: how good is it, compared with what, what drives it and what does it not know?"""

import streamlit as st

from churn import charts
from churn.findings import Figure
from churn.report.trust import Trust, rules, trust_of
from churn.risk import Scorecard
from churn.wording import _
from ui import second, tables
from ui import trust as parts
from ui.desk import firm, model
from ui.downloads import model_card
from ui.show import cards, chart, heading, lacking, no_customers


def show() -> None:
    loaded = firm()
    heading(
        _("Can the score be trusted?"),
        loaded,
        about=_("Counted on what the score had not seen. Ranges in brackets are 95% intervals."),
    )
    if loaded is None:
        no_customers()
        return
    card = model()
    if card is None:
        lacking(_("The desk has no score yet. Load a table of customers that says who has left."))
        return
    told = trust_of(card)
    parts.warn_put_back(card)
    parts.grade(told)
    cards([Figure(fact.label, fact.value, fact.on) for fact in told.facts])
    _compared(told, card)
    if card.evaluation.has_signal:
        _pictures(card)
        parts.drivers(card)
    _limits(told)
    with st.expander(_("All measures")):
        heads = [_("Measure"), _("Value, 95% interval"), _("What it is")]
        tables.said(heads, [(fact.label, fact.value, fact.on) for fact in told.more], alt=_("All measures"))
    with st.expander(_("How grades are given")):
        tables.said([_("Grade"), _("The score is")], rules(), alt=_("How grades are given"))
    model_card(card)


def _compared(told: Trust, card: Scorecard) -> None:
    st.subheader(_("Compared with what?"), anchor=False)
    heads = [_("What"), _("Ranks right"), _("Error (log-loss; less is better)")]
    tables.said(heads, [(peer.name, peer.ranks_right, peer.log_loss) for peer in told.peers], alt=_("The score and its peers"))
    second.choice(card)


def _pictures(card: Scorecard) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Is the risk right?"), anchor=False)
        st.caption(_("Customers in ten groups by risk. The lines are 95% intervals."))
        chart(charts.calibration(card.evaluation.calibration), key="calibration")
    with right:
        st.subheader(_("Whom does a list catch?"), anchor=False)
        st.caption(_("All customers, riskiest first: how many of those who left are among them."))
        chart(charts.lift(card.evaluation.gains, card.evaluation.top), key="lift")


def _limits(told: Trust) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("What it does not know"), anchor=False)
        for limit in told.limits:
            parts.words(limit, bullet=True)
        st.subheader(_("When to train again"), anchor=False)
        parts.words(told.retrain)
    with right:
        st.subheader(_("What was left out"), anchor=False)
        if told.left_out:
            tables.said([_("Column"), _("Why")], told.left_out, alt=_("Columns that the score does not learn from"))
        else:
            st.markdown(_("No column was left out."))
