"""Who is not on today's list, and why."""

from typing import Any

import streamlit as st

from churn import wording
from churn.actions.today import Today
from churn.wording import _, plural
from ui import tables


def left_out(found: Today) -> None:
    """Who is not on the list, and why."""
    total = sum(found.left_out.values())
    if not total and not found.held_out:
        return
    st.subheader(_("Not on today's list"), anchor=False)
    for reason, n in found.left_out.items():
        st.markdown(f"- {_counted(reason, n)}")
    if found.held_out:
        st.markdown(
            "- "
            + plural(
                "{n} customer is held out of a campaign, so that its effect can be told. No list names them.",
                "{n} customers are held out of a campaign, so that its effect can be told. No list names them.",
                found.held_out,
            )
        )
    if len(found.aside):
        with st.expander(_("Who they are"), icon=":material/visibility_off:"):
            rows = [_why_not(row) for row in found.aside.to_dict("records")]
            shown = found.aside.assign(sign=rows)[["customer_id", "name", "sign"]]
            tables.customers(shown, key="today aside", alt=_("Customers left out of today's list, with why"), height="auto")
            if len(shown) < total:
                st.caption(
                    _("The first of each kind: {shown} of {all}.").format(shown=wording.number(len(shown)), all=wording.number(total))
                )


def _counted(reason: str, n: int) -> str:
    return {
        "done": plural("{n} is done today.", "{n} are done today.", n),
        "left": plural("{n} has left, as somebody noted.", "{n} have left, as somebody noted.", n),
        "snoozed": plural("{n} is put off until later.", "{n} are put off until later.", n),
        "contacted": plural("{n} was contacted lately.", "{n} were contacted lately.", n),
        "promised": plural("{n} more promise falls due: see Promises.", "{n} more promises fall due: see Promises.", n),
        "capacity": plural("{n} more than the calls you can make.", "{n} more than the calls you can make.", n),
    }[reason]


def _why_not(row: dict[Any, Any]) -> str:
    if row["why_not"] == "snoozed":
        return _("Put off until {day}").format(day=wording.date(row["snoozed_until"]))
    if row["why_not"] == "contacted":
        return _("Contacted on {day}").format(day=wording.date(row["contacted_on"]))
    return {
        "done": _("Done today"),
        "left": _("Has left, as somebody noted"),
        "capacity": _("Over the calls you can make"),
    }[row["why_not"]]
