"""Whose contact is due when, who is overdue or silent, and how the work spreads over the days?"""

from datetime import timedelta

import streamlit as st

from churn import wording
from churn.actions.calendar import Plan
from churn.findings import Figure
from churn.wording import _, plural
from ui import calendar
from ui.desk import Firm, firm
from ui.show import cards, heading, lacking, no_customers


def show() -> None:
    loaded = firm()
    heading(_("Contact calendar"), loaded, about=_("Whose contact is due on which day, by each customer's own rhythm."))
    if loaded is None:
        no_customers()
        return
    plan = calendar.asked()
    _say(plan)
    cards(_figures(plan), in_a_row=4)
    calendar.alerts(plan)
    st.subheader(_("Calendar"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        views = {"week": _("Week"), "month": _("Month")}
        view = st.segmented_control(
            _("View"), list(views), default="week", format_func=views.__getitem__, required=True, key="calendar view"
        )
        calendar.download(plan)
    if view == "month":
        calendar.month(plan, calendar.monday_of(plan.day))
    else:
        weeks = calendar.weeks_of(plan)
        first = st.selectbox(_("Five work days from"), list(weeks), format_func=wording.date, key="calendar week", width=220)
        calendar.week(plan, weeks[first])
    calendar.one_day(plan)
    calendar.load(plan)
    _lacks(loaded, plan)


def _say(plan: Plan) -> None:
    said = [_("Planned from {day} on.").format(day=wording.date(plan.day))]
    if plan.waiting:
        said.append(
            plural(
                "{n} more is due than the days hold; it waits: the most urgent and most valuable come first.",
                "{n} more are due than the days hold; they wait: the most urgent and most valuable come first.",
                plan.waiting,
            )
        )
    st.caption(" ".join(said))


def _figures(plan: Plan) -> list[Figure]:
    of = plural("Of {n} customer who is still here", "Of {n} customers who are still here", plan.customers)
    week = calendar.due_by(plan, calendar.monday_of(plan.day) + timedelta(days=7))
    return [
        Figure(_("Silent"), wording.number(plan.silent), of),
        Figure(_("Overdue"), wording.number(plan.overdue), of),
        Figure(_("Planned this week"), wording.number(week), _("At most {n} a day and owner").format(n=wording.number(plan.most))),
        Figure(_("Planned in all"), wording.number(len(plan.planned)), _("In the next {n} days").format(n=wording.number(plan.days))),
    ]


def _lacks(loaded: Firm, plan: Plan) -> None:
    if "contacts" not in loaded.known and "orders" not in loaded.known:
        lacking(
            _(
                "No contacts are loaded, so nobody's rhythm is known: those never noted here come first, by value, and then every 90 days. "
                "Load contacts or orders, and each customer's own rhythm names the day. Owners share the load; promises join."
            )
        )
    elif plan.never:
        st.caption(plural("{n} customer has no contact and no order.", "{n} customers have no contact and no order.", plan.never))
