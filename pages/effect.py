"""Did what was done about customers help, and what will the next campaign be able to show?"""

import streamlit as st

from churn.wording import _
from ui import campaign_begin, campaign_news, campaigns, elsewhere
from ui.desk import firm
from ui.show import heading, no_customers


def show() -> None:
    loaded = firm()
    heading(
        _("Did it help?"),
        loaded,
        about=_("Customers who were contacted against customers held out at random. Only this comparison is called an effect."),
    )
    if loaded is None:
        no_customers()
        return
    parts = {"did": _("What it did"), "begin": _("Begin a campaign"), "elsewhere": _("A test run elsewhere")}
    chosen = st.segmented_control(
        _("Part"),
        list(parts),
        default="did",
        format_func=lambda key: parts[key],
        key="effect_part",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    campaign_news.show_news()
    if chosen == "begin":
        campaign_begin.show(loaded)
    elif chosen == "elsewhere":
        elsewhere.show()
    else:
        campaigns.show(loaded)
