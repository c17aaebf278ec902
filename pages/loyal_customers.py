"""Who are our loyal customers, and what do we ask them, give them and offer them next?"""

import streamlit as st

from churn import wording
from churn.actions.loyal import budget_of
from churn.wording import _
from ui import loyal_customers as loyal
from ui.desk import firm, the_desk
from ui.show import cards, heading, lacking, no_customers
from ui.working import say_the_day, the_day


def show() -> None:
    loaded = firm()
    heading(_("Loyal customers"), loaded, about=_("Who they are, what they say, how to thank them, and what they might try next."))
    if loaded is None:
        no_customers()
        return
    desk, day = the_desk(), the_day()
    say_the_day()
    version, journal = desk.version(), desk.journal.version()
    found, budget = loyal.found_now(version, journal, day), budget_of(desk, day)
    if found.rows.empty:
        lacking(_("Nothing tells who is loyal: load orders, NPS answers, or customers with their first day and what they pay."))
        return
    cards(loyal.figures(found, budget))
    st.caption(wording.escape(loyal.what_marks(found)))
    loyal.listed(found)
    customer = loyal.choose(found)
    following, asking, saying, giving = st.tabs([_("What next"), _("Interview"), _("Testimonial"), _("Thanks")])
    with following:
        loyal.next_try(loyal.next_for(version, customer, day))
    with asking:
        loyal.interview(customer, day)
    with saying:
        loyal.testimonial(customer, day)
    with giving:
        loyal.thanks(customer, budget, day)
    loyal.ask_budget(budget, day)
    loyal.what_they_said(day)
    if "orders" not in loaded.known or "surveys" not in loaded.known:
        lacking(
            _("With orders (and their products) and NPS answers the loyal are told by what they do and say, and what they might try next.")
        )
