"""What do we do about each sign and each reason, what may it cost, and in which words?"""

import streamlit as st

from churn import wording
from churn.wording import _
from ui import playbook, playbook_preview
from ui.desk import firm
from ui.show import heading, no_customers


def show() -> None:
    loaded = firm()
    heading(_("Playbook"), loaded, about=_("What to do about each sign and each reason, with its words, what it costs and when it pays."))
    if loaded is None:
        no_customers()
        return
    number, plays = playbook.drawn()
    st.caption(
        _(
            "Costs, and how many of those who would leave stay, are assumptions until a campaign has measured them: put in your own. "
            "What pays best and gives nothing away is suggested first, then the others from the cheapest on; a discount last, and only "
            "where it pays."
        )
    )
    if (value := playbook.typical_value()) is not None:
        st.caption(
            wording.escape(
                _("When each pays is said for the middle customer, who pays {value} in a year.").format(value=wording.money(value))
            )
        )
    playbook.table(number, plays)
    titles = {play.key: play for play in plays}
    st.subheader(_("Its words"), anchor=False)
    chosen = st.selectbox(_("Play"), list(titles), format_func=lambda key: titles[key].title, key="play whose words")
    if chosen is not None:
        left, right = st.columns(2, gap="large")
        with left:
            playbook.words(number, plays, titles[chosen])
        with right:
            playbook_preview.preview(titles[chosen])
    st.subheader(_("The daily fund"), anchor=False)
    st.caption(wording.escape(_("What a rep may give away in a day. It is never overspent, and what is left does not carry over.")))
    playbook.funds()
