"""Whom does it pay to call with an offer, and what does that bring?"""

import math

import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.actions import CallPlan, Terms
from churn.findings import Figure
from churn.money import Calls
from churn.risk import Scorecard
from churn.wording import _, plural
from ui import calls, downloads, looking_back, tables
from ui.desk import Firm, firm, has_signal, model, the_desk
from ui.figures import standing
from ui.outward import take_along
from ui.show import cards, chart, heading, lacking, no_customers, no_signal

MOST_SHOWN = 500


def show() -> None:
    loaded = firm()
    heading(_("What calling pays"), loaded, about=_("Whom to call with an offer to stay, and what that brings on average."))
    if loaded is None:
        no_customers()
        return
    card, version = model(), the_desk().version()
    if card is None:
        lacking(_("There are no risk scores yet, so nothing says whom to call. Train on your customers first."))
        return
    own_values = "monthly_value" in standing(version)
    if not has_signal(card):
        _by_value(card, version, loaded, own_values=own_values)
        return
    terms = calls.ask_terms(own_values=own_values)
    _origin(terms)
    plan = calls.plan(version, terms)
    if plan.found.customers:
        _what_it_brings(version, loaded, terms, plan)
    elif plan.active.empty:
        _nobody()
    else:
        lacking(_("Of no active customer both a risk and a value are known: fill in monthly values, and what the score reads."))


def _origin(terms: Terms) -> None:
    """Where the figures come from that the visitor has not set."""
    if terms.months is None:
        text = _("To begin with: a value of 200, an offer of 10, calls at 1 each and 30% who accept, as in Verbraken et al. (2013).")
    else:
        text = _(
            "To begin with: an offer of 10, calls at 1 each and 30% who accept, as in Verbraken et al. (2013), and a guess of 12 months."
        )
    st.caption(f"{text} {_('None of it is known of your firm: put in your own figures.')}")


def _what_it_brings(version: int, loaded: Firm, terms: Terms, plan: CallPlan) -> None:
    st.markdown(_cut_off(terms, plan))
    length = calls.ask_length(version, plan.found)
    chosen = plan.found.at(length)
    cards(_four(chosen, terms, plan), in_a_row=4)
    chart(charts.money_by_calls(plan.found, calls=length), key="money by calls")
    if length:
        _whom(version, loaded, terms, length)
    looking_back.show(calls.look_back(version, terms), terms)


def _cut_off(terms: Terms, plan: CallPlan) -> str:
    """Above which risk calling pays, in words."""
    best, value = plan.found.best, wording.money(plan.value)
    if not best.calls:
        return _("**At these costs calling pays for nobody**: no customer's risk is high enough. Each call would lose money on average.")
    if terms.months is None:
        pays = _("**Calling pays above a risk of {risk}.**").format(risk=wording.percent(plan.break_even))
    elif math.isinf(plan.break_even):
        pays = _(
            "**Calling pays for few**: half of the customers are worth {value} or less, and of those not even a sure leaver is worth it."
        )
        pays = pays.format(value=value)
    else:
        pays = _("**Calling pays above a risk that differs with each customer's value**: {risk} for one worth {value}, the middle of them.")
        pays = pays.format(risk=wording.percent(plan.break_even), value=value)
    never = plural("{n} is worth too little to be called at any risk.", "{n} are worth too little to be called at any risk.", plan.never)
    so = plural("That makes {n} customer to call.", "That makes {n} customers to call.", best.calls)
    return " ".join([pays, *([never] if plan.never else []), so])


def _four(chosen: Calls, terms: Terms, plan: CallPlan) -> list[Figure]:
    """The four figures that the length of the list moves."""
    of = plural(
        "Of {n} active customer, those first who bring most", "Of {n} active customers, those first who bring most", plan.found.customers
    )
    if plan.found.unknown:
        of = plural(
            "{of}; of {n} more the risk or the value is not known",
            "{of}; of {n} more the risk or the value is not known",
            plan.found.unknown,
        ).format(of=of)
    stay = _("Would leave if nobody called; about {kept} of them stay for the offer").format(
        kept=wording.number(terms.offer.acceptance * chosen.caught)
    )
    best = _("What it brings less what it costs; the best is {money}").format(money=wording.money(plan.found.best.money))
    return [
        Figure(_("Calls"), wording.number(chosen.calls), of),
        Figure(_("Caught"), wording.number(chosen.caught), stay),
        Figure(_("Wasted"), wording.number(chosen.wasted), _("Would have stayed anyway, and take the offer")),
        Figure(_("Money"), wording.money(chosen.money), best),
    ]


def _whom(version: int, loaded: Firm, terms: Terms, length: int) -> None:
    st.subheader(_("Whom to call"), anchor=False)
    rows = calls.the_list(version, terms, length)
    tables.customers(rows.head(MOST_SHOWN), key="to call", alt=_("The customers to call, most expected gain first"), height="auto")
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.both(lambda: rows, rows=len(rows), file=loaded.file, key="calls", ending="calls")
        take_along(lambda: rows.rename(columns={"driver_1": "why"}), rows=len(rows), file="calls", key="take calls")
        shown = _("{shown} of {all} shown.").format(shown=wording.number(min(len(rows), MOST_SHOWN)), all=wording.number(len(rows)))
        st.caption(f"{shown} {_why(rows)}", width="content")


def _why(rows: pd.DataFrame) -> str:
    """Where the reasons for the risks stand."""
    if "driver_1" not in rows:
        return _("What moves a risk stands on each customer's own page.")
    told = wording.number(min(len(rows), calls.MOST_DRIVERS))
    return _("Main drivers are given for the first {drivers}: associations, not causes.").format(drivers=told)


def _nobody() -> None:
    st.info(_("There is no active customer of whom enough is known, so there is nobody to call."), icon=":material/info:")


def _by_value(card: Scorecard, version: int, loaded: Firm, *, own_values: bool) -> None:
    """Where no risk can be trusted, those who pay most come first."""
    no_signal(card, onward=False)
    if not own_values:
        lacking(_("Nor are there monthly values, so nothing says whom to call first."))
        return
    st.markdown(
        _("So this list goes by monthly value: those who pay most come first. It says nothing of who may leave, and no gain can be named.")
    )
    most = int(st.number_input(_("How many customers?"), 1, 100_000, 50, key="calls by value", persist_state="session", width=150))
    rows = calls.most_valuable(version, most)
    if rows.empty:
        _nobody()
        return
    tables.customers(rows.head(MOST_SHOWN), key="by value", alt=_("The active customers who pay most"), height="auto")
    with st.container(horizontal=True):
        downloads.both(lambda: rows, rows=len(rows), file=loaded.file, key="valuable", ending="by_value")
