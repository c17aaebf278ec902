"""Everything that happened with one customer, in one list that can be searched."""

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions.timeline import found, last_contacts, timeline
from churn.prepared import EVENTS
from churn.snapshot.left import left_behind
from churn.wording import _, plural
from ui import tables
from ui.customer import Profile
from ui.desk import the_desk

MOST_LINES = 100


def last_spoken(customer_id: str) -> None:
    """The last contacts, and who had them."""
    lines = last_contacts(timeline(the_desk(), customer_id))
    st.subheader(_("Last contacts"), anchor=False)
    if told := left_behind(the_desk(), "contacts"):
        st.caption(told)
    elif lines.empty:
        st.caption(_("None is known."))
    for line in lines.to_dict("records"):
        by = _("({who})").format(who=line["by"]) if line["by"] else ""
        st.markdown(wording.escape(" ".join(filter(None, [f"{wording.date(line['day'])}:", line["text"], by]))))


def story(customer_id: str) -> None:
    """The timeline, newest first, and a search in it."""
    lines = timeline(the_desk(), customer_id)
    if told := left_behind(the_desk(), *EVENTS):
        st.caption(told)
    if lines.empty and not told:
        st.caption(_("Nothing is known of what happened: load orders, contacts, surveys, changes or promises."))
        return
    if lines.empty:
        return
    text = st.text_input(_("Search in what happened"), type="search", key=f"search the story of {customer_id}", max_chars=200)
    fitting = found(lines, text or "")
    count = plural("{n} thing happened", "{n} things happened", len(lines))
    shown = _("{count}; the latest {shown} of {fitting} are shown.").format(
        count=count, shown=wording.number(min(len(fitting), MOST_LINES)), fitting=wording.number(len(fitting))
    )
    st.caption(wording.escape(shown))
    if fitting.empty:
        st.caption(_("Nothing fits the search."))
        return
    latest = fitting.head(MOST_LINES)
    cells = {
        _("Day"): [wording.date(day) for day in latest["day"]],
        _("What"): latest["what"].tolist(),
        _("In words"): latest["text"].tolist(),
        _("By"): latest["by"].tolist(),
    }
    st.dataframe(pd.DataFrame(cells, dtype="str"), hide_index=True, alt=_("What happened, the newest first"))


def facts(found: Profile) -> None:
    """The customer's row of the table, and the last rows of the others."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        tables.facts(found.row, found.types)
    if not found.others:
        return
    with right:
        for table, rows in found.others.items():
            if rows.total:
                st.caption(
                    _("{table}: the latest {shown} of {total}").format(
                        table=table, shown=wording.number(len(rows.frame)), total=wording.number(rows.total)
                    )
                )
                tables.small(rows.frame, rows.types, alt=table)
        none = [table for table, rows in found.others.items() if not rows.total]
        if none:
            st.caption(_("No {tables}.").format(tables=wording.listing(none)))
