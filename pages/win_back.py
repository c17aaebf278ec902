"""Who left and is worth asking back, why did they leave, and how many came back?"""

import streamlit as st

from churn import wording
from churn.actions.asking_back import odds_of, this_week, waiting
from churn.actions.win_back import Lost
from churn.findings import Figure
from churn.wording import _, plural
from ui import win_back
from ui.desk import Firm, dials, firm, the_desk
from ui.show import cards, heading, lacking, no_customers
from ui.working import the_day


def show() -> None:
    loaded = firm()
    heading(_("Win-back"), loaded, about=_("Whom to ask back this week, and with what. The lost are never deleted."))
    if loaded is None:
        no_customers()
        return
    found = win_back.the_lost()
    if found is None:
        lacking(
            _("Nothing says who left: load a column that marks the lost or the day on which they ended, or note it on a customer's page.")
        )
        return
    if not found.customers:
        st.info(_("Nobody who left can be asked back."), icon=":material/check:")
        return
    lines, odds, day = win_back.noted(), odds_of(the_desk()), the_day()
    chosen = this_week(found, lines, day, odds)
    cards(_figures(found, len(chosen)), in_a_row=4)
    st.subheader(_("This week"), anchor=False)
    st.caption(
        _("Those of most value times chance who were not asked before, in the week of {day}. The chance is assumed, not measured.").format(
            day=wording.date(day)
        )
    )
    if len(chosen):
        win_back.ranked(chosen, lines, key="win back week", alt=_("Whom to ask back this week"), with_steps=True)
        win_back.take(chosen, file="win_back_week", title=_("Ask back"))
        win_back.steps(chosen, lines)
    asked = waiting(found, lines, chosen)
    if len(asked):
        st.subheader(_("Asked, no answer yet"), anchor=False)
        win_back.ranked(asked, lines, key="win back asked", alt=_("Customers who were asked and have not answered"), with_steps=True)
    with st.expander(plural("The first {n} of the list", "The first {n} of the list", len(found.listed)), icon=":material/list:"):
        win_back.ranked(found.listed, lines, key="win back all", alt=_("The lost by value times chance"), with_steps=False)
        win_back.take(found.listed, file="win_back")
    win_back.keep_warm(found, odds)
    win_back.outcomes(found, lines, odds)
    _lacks(loaded, found)


def _figures(found: Lost, week: int) -> list[Figure]:
    of = plural("Of {n} customer who left", "Of {n} customers who left", found.customers)
    return [
        Figure(_("To ask this week"), wording.number(week), of),
        Figure(_("Signs of return"), wording.number(found.signs), _("In contact or ordered again since they left")),
        Figure(_("Strong first life"), wording.number(found.strong), _("Two years with us or more, or among the loyal fifth")),
        Figure(_("Due a message"), wording.number(found.warm), of),
    ]


def _lacks(loaded: Firm, found: Lost) -> None:
    more = []
    if dials() is None:
        more.append(_("the day on which each left, for how long ago it is"))
    if "contacts" not in loaded.known and "orders" not in loaded.known:
        more.append(_("contacts and orders, for signs of return"))
    if "surveys" not in loaded.known:
        more.append(_("exit surveys, for the reasons"))
    if not found.valued:
        more.append(_("monthly values, for whom it is worth most"))
    if more:
        lacking(_("This list would know more with {what}.").format(what=wording.listing(more)))
