"""A play on one real customer: the words as they would be said, and whether it pays."""

import streamlit as st

from churn import wording
from churn.actions.person import person
from churn.actions.play import Play, filled
from churn.actions.script import follow_up, held_until, pays
from churn.filters import Filters
from churn.wording import _
from ui import figures, signs
from ui.customer import matches
from ui.customer_call import Call
from ui.desk import has_signal, model, the_desk
from ui.working import the_day


def preview(play: Play) -> None:
    """The play filled in for a customer who can be chosen; one who is held out gets no words."""
    desk, day = the_desk(), the_day()
    asked = st.text_input(_("Preview on a customer (id or name)"), type="search", key="preview on", max_chars=200).strip()
    chosen = _asked(asked) if asked else _first()
    if chosen is None:
        st.caption(_("Nobody fits."))
        return
    if held := held_until(desk, chosen, day):
        st.warning(wording.escape(held), icon=":material/front_hand:")
        return
    told = signs.signs_of(desk.version(), chosen)
    call = Call(person(desk, chosen, day), day, tuple(told or ()), None)
    st.caption(wording.escape(_("As it would be for {name}.").format(name=call.person.name or chosen)))
    with st.container(border=True, gap="small"):
        for line in filled(play.script, call.words(play)).split("\n"):
            st.markdown(wording.escape(line))
    with st.container(border=True, gap="small"):
        for line in filter(None, filled(play.message, call.words(play)).split("\n")):
            st.markdown(wording.escape(line))
    st.caption(wording.escape(" ".join(filter(None, [pays(play, call.person.value), follow_up(play)]))))


def _asked(text: str) -> str | None:
    found = matches(the_desk(), text)
    return None if found.empty else str(found["customer_id"].iloc[0])


def _first() -> str | None:
    """The first of those with most at risk whom nobody holds out, else the first customer of the file."""
    desk, card, day = the_desk(), model(), the_day()
    riskiest = figures.riskiest(desk.version(), Filters()) if card is not None and has_signal(card) else None
    ids = riskiest["customer_id"].tolist() if riskiest is not None else desk.search("", 5)["customer_id"].tolist()
    return next((str(customer) for customer in ids if not held_until(desk, str(customer), day)), None)
