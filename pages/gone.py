"""Who counts as gone, on which day is the history read, and how far ahead does the desk look?"""

import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.wording import _, plural
from ui import dials, tables, training
from ui.desk import dials as dials_now
from ui.desk import firm, the_desk
from ui.show import chart, heading, lacking, no_customers


def show() -> None:
    wanted = training.wanted()
    loaded = firm()
    heading(_("Who counts as gone"), loaded, about=_("The rules by which the desk reads what happened. They hold for all pages."))
    training.show_news()
    if loaded is None:
        no_customers()
        return
    found, now = dials.rhythm(the_desk().version()), dials_now()
    if found.suggested is None:
        lacking(_("There is no history to read: load orders, contacts, surveys, changes or promises beside the customers."))
        return
    if now is None:
        st.info(_("Nothing says yet on which day anybody left, so the desk looks at what happened, and foretells nothing."))
    else:
        st.markdown(f"**{wording.escape(dials.in_words(now))}**")
    st.caption(_("What your data suggest: {what}").format(what=wording.escape(dials.in_words(found.suggested, has_ends=found.has_ends))))
    if asked := dials.ask(found, now, disabled=wanted is not None):
        training.want(asked)
    if wanted is not None:
        training.turn(wanted)
    _rhythm(found, None if now is None else now.gone_after)


def _rhythm(found: dials.Rhythm, gone_after: int | None) -> None:
    if found.silences is None or found.gaps is None:
        st.caption(_("There are no orders, so nothing can be said of how long customers stay silent."))
        return
    st.subheader(_("How many of the silent come back?"), anchor=False)
    point = _("A point is the share of silences so long after which the customer ordered again within as many more days.")
    st.caption(" ".join([*_usual(found.gaps), point]))
    if found.silences["silences"].any():
        chart(charts.returning(found.silences, gone_after=gone_after), key="returning")
    st.subheader(_("What each choice means"), anchor=False)
    heads = [_("Gone after"), _("Would count as gone"), _("Still there"), _("Ordered again all the same")]
    rows = [
        (
            plural("{n} day", "{n} days", int(row["days"])),
            wording.number(row["gone"]),
            wording.number(row["active"]),
            wording.percent(row["share"], 0) if row["silences"] else "",
        )
        for row in found.silences.to_dict("records")
    ]
    tables.said(heads, rows, alt=_("What each choice means in customers"))


def _usual(gaps: pd.DataFrame) -> list[str]:
    """How long customers usually wait, in a sentence; none where nobody ordered twice."""
    customers, usual = int(gaps["customers"].iloc[0]), gaps.set_index("quantile")["days"]
    if not customers:
        return [_("Nobody has ordered on two days yet.")]
    text = _("Half of {customers} who ordered more than once usually wait {middle} or less; nine in ten, {most}.")
    return [
        text.format(
            customers=plural("{n} customer", "{n} customers", customers),
            middle=plural("{n} day", "{n} days", round(usual[0.5])),
            most=plural("{n} day", "{n} days", round(usual[0.9])),
        )
    ]
