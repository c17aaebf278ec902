"""How many customers leave, what is at stake, and what moves the risk."""

import streamlit as st

from churn import wording
from churn.findings.risks import ahead
from churn.risk import Scorecard
from churn.wording import _
from ui import figures, filters, tables
from ui.desk import firm, has_signal, model, the_desk
from ui.links import link
from ui.show import findings, heading, lacking, no_customers, no_signal
from ui.trust import trust_link, warn_put_back


def show() -> None:
    loaded = firm()
    if loaded is None:
        heading(_("Overview"), loaded)
        no_customers()
        return
    version, chosen, card = the_desk().version(), filters.filters(), model()
    found = figures.overview(version, chosen)
    findings(found, firm=loaded, on_pick=filters.pick)
    if card is None:
        lacking(_("There are no risk scores yet. Train on your customers to see who may leave next, and why."))
        return
    warn_put_back(card)
    if not has_signal(card):
        no_signal(card)
    elif not any(part.key == "spread" for part in found.parts):
        lacking(_("Too little is known of every active customer for a risk: fill in more of the columns that the score reads."))
    else:
        _riskiest(card)
    trust_link()


def _riskiest(card: Scorecard) -> None:
    found = figures.riskiest(the_desk().version(), filters.filters())
    st.subheader(_("Most value at risk") if "value_at_risk" in found else _("Highest risk"), anchor=False)
    st.caption(_("Click a customer to see what is behind the risk."))
    tables.customers(found, key="riskiest", alt=_("The active customers with most at risk"))
    link("calls", label=_("Whom it pays to call, and what that brings"), icon=":material/call:")
    _worth(card)


def _worth(card: Scorecard) -> None:
    st.subheader(_("How good is the score?"), anchor=False)
    told = _(
        "Of a customer who left and one who stayed, the score gives the one who left the higher risk {hits} times in 100; "
        "a coin would be right 50 times. This was counted on {rows} customers, {how}."
    )
    how = _("on a later day than any that it knew of") if ahead(card) else _("none of whom the score had seen")
    st.markdown(told.format(hits=wording.number(100 * card.evaluation.roc_auc), rows=wording.number(card.evaluation.rows), how=how))
