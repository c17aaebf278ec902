"""Who is this customer, how likely are they to leave, and what shall be said to them?"""

import streamlit as st

from churn import wording
from churn.filters import Filters
from churn.wording import _
from ui import customer_page, figures, tables
from ui.customer import MOST_MATCHES, matches, profile
from ui.desk import firm, has_signal, model, the_desk
from ui.links import customer_search
from ui.show import heading, no_customers


def show() -> None:
    loaded = firm()
    heading(_("Customer"), loaded)
    if loaded is None:
        no_customers()
        return
    desk = the_desk()
    text = customer_search(_("Find a customer by id or name"))
    if not text:
        _begin()
        return
    found = matches(desk, text)
    if found.empty:
        st.info(_("No customer has {text} in their id or name.").format(text=wording.escape(text)), icon=":material/search_off:")
    elif len(found) > 1:
        st.caption(
            _("Several customers fit; click the one you mean.")
            if len(found) < MOST_MATCHES
            else _("Many customers fit; here are the first {n}.").format(n=wording.number(len(found)))
        )
        tables.customers(found, key="matches", alt=_("Customers that fit the search"))
    else:
        customer_page.draw(profile(desk, str(found["customer_id"].iloc[0])))


def _begin() -> None:
    card = model()
    found = figures.riskiest(the_desk().version(), Filters()) if card is not None and has_signal(card) else None
    if found is not None and len(found):
        st.caption(_("Or begin with those who have most at risk."))
        tables.customers(found, key="begin", alt=_("The active customers with most at risk"))
