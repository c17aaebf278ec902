"""How much of the revenue comes from the best customers."""

import streamlit as st

from churn import charts, wording
from churn.findings import Figure
from churn.measures import Concentration
from churn.wording import _, plural
from ui import figures
from ui.desk import firm, the_desk
from ui.show import cards, chart, days, few, heading, lacking, no_customers


def show() -> None:
    loaded = firm()
    heading(_("Loyalty"), loaded, about=_("How much of the revenue the largest fifth of the customers brings."))
    if loaded is None:
        no_customers()
        return
    counted = figures.loyalty(the_desk().version())
    if counted is None or counted.found.revenue <= 0:
        lacking(_("There is no revenue to count: load an orders table, or customers with what each pays a month."))
        return
    found = counted.found
    revenue = Figure(_("Revenue"), wording.money(found.revenue), _on(counted))
    top = Figure(
        _("Top fifth's share, here"), wording.percent(found.top_share), plural("Of {n} customer", "Of {n} customers", found.customers)
    )
    quoted = Figure(
        _("Often quoted"), wording.percent(0.8, 0), _("A claim without a primary source: concentration differs from firm to firm")
    )
    cards([top, quoted, revenue])
    few(found.customers, plural("{n} customer", "{n} customers", found.customers))
    st.subheader(_("The whole curve"), anchor=False)
    st.caption(_("Customers from the largest to the smallest, and the share of the revenue that they bring together."))
    chart(charts.concentration(found), key="curve")
    _left_out(found)


def _on(counted: figures.Loyalty) -> str:
    if not counted.from_orders:
        return _("What customers pay a month, those who have left too")
    return _("All orders, {days}").format(days=days(counted.period))


def _left_out(found: Concentration) -> None:
    if found.negative:
        st.caption(
            plural(
                "{n} customer got more back than they paid and counts as 0.",
                "{n} customers got more back than they paid and count as 0.",
                found.negative,
            )
        )
    if found.unknown:
        st.caption(plural("{n} customer without a value is left out.", "{n} customers without a value are left out.", found.unknown))
