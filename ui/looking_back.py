"""What the same rule of calling would have brought, drawn for those who want to know whether it can be believed."""

import streamlit as st

from churn import wording
from churn.actions import LookBack, Terms
from churn.wording import _, plural
from ui.show import few


def show(looked: LookBack | None, terms: Terms) -> None:
    """Draws the look back; None where there is nobody to look back at."""
    st.subheader(_("Would it have worked?"), anchor=False)
    if looked is None:
        st.caption(_("There is nobody whose outcome is known and whose risk comes from a score that had not seen it, so nobody can say."))
        return
    few(looked.customers, plural("{n} customer", "{n} customers", looked.customers))
    st.markdown(_counted(looked))
    accept = wording.percent(terms.offer.acceptance, 0)
    st.caption(
        _(
            "Who left is counted, and the risks are from the part of the score that had not seen them. That {accept} of the leavers would "
            "have stayed is assumed, and a risk is an association: only a group left uncalled at random can tell what calls change "
            "(Ascarza 2018)."
        ).format(accept=accept)
    )
    st.caption(
        _(
            "To compare scores: at its best this one is worth {profit} a customer, calling {share} of them (expected maximum profit, "
            "Verbraken et al. 2013; everybody worth {value}, the share who accept uncertain around {accept})."
        ).format(
            profit=wording.money(looked.worth.profit, digits=2),
            share=wording.percent(looked.worth.share, 0),
            value=wording.money(looked.value),
            accept=accept,
        )
    )


def _counted(looked: LookBack) -> str:
    called = looked.called
    if not called.calls:
        return _("Of {customers} customers whose outcome is known, it would have paid to call nobody.").format(
            customers=wording.number(looked.customers)
        )
    return _(
        "Of {customers} customers whose outcome is known, {calls} would have been called by the same rule: wherever it pays. "
        "{caught} of them did leave, {wasted} stayed. At the costs above that brings **{money}**; their risks had promised {expected}. "
        "As many calls at random bring {chance}."
    ).format(
        customers=wording.number(looked.customers),
        calls=wording.number(called.calls),
        caught=wording.number(called.caught),
        wasted=wording.number(called.wasted),
        money=wording.money(called.money),
        expected=wording.money(looked.expected),
        chance=wording.money(looked.at_random),
    )
