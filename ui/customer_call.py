"""The call to one customer: what to do and say, what it may cost, and a message to send."""

import math
from dataclasses import dataclass
from datetime import date

import streamlit as st

from churn import wording
from churn.actions.calling import MONTHS
from churn.actions.doing import work_of
from churn.actions.fund import left_of
from churn.actions.noted import campaign_play
from churn.actions.person import Person, Promise
from churn.actions.play import Channel, Play, filled
from churn.actions.playbook import playbook_of
from churn.actions.promises import belongs_to
from churn.actions.script import Offered, follow_up, leaving_well, offered, pays
from churn.wording import _, money
from ui.desk import the_desk, who

CHANNELS: tuple[Channel, ...] = ("email", "phone", "chat")


@dataclass(frozen=True)
class Call:
    """What is known when a call begins: `signs` as `ui.signs.signs_of` gives them, `risk` 0..1, None where there is none."""

    person: Person
    day: date
    signs: tuple[tuple[int, str, str], ...]
    risk: float | None

    def evidence(self, play: Play) -> str:
        """The sentence of the gravest sign that the play answers, else of the gravest of all; "" where there is none."""
        told = [sentence for _severity, key, sentence in self.signs if key in play.signs]
        return (told or [sentence for _severity, _key, sentence in self.signs] or [""])[0]

    def words(self, play: Play) -> dict[str, str]:
        """What fills the play's blanks."""
        return self.person.words(by=who(), evidence=self.evidence(play))


def at_hand(call: Call) -> None:
    """What to know in a call: what they are worth and what they would lose."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("What they are to us"), anchor=False)
        _lines(call.person.worth, none=_("Neither their value nor an answer of theirs nor a renewal is known."))
    with right:
        st.subheader(_("What they would lose by leaving"), anchor=False)
        _lines(call.person.loses, none=_("The desk knows of nothing: load what they have bought, or their plan."))


def promises(to: Person) -> None:
    """What was promised to them and is not kept, each in a box."""
    for promise in to.promises:
        text, icon = _promised(promise), ":material/handshake:"
        st.warning(text, icon=icon) if promise.overdue else st.info(text, icon=icon)


def _lines(lines: tuple[str, ...], *, none: str) -> None:
    if not lines:
        st.caption(wording.escape(none))
    for line in lines:
        st.markdown(wording.escape(line))


def _promised(promise: Promise) -> str:
    what = promise.what or _("something")
    if promise.due_on is None:
        return wording.escape(_("We promised {what}, and have not kept it yet.").format(what=what))
    text = _("We promised {what} by {day}, and have not kept it.") if promise.overdue else _("We promised {what} by {day}.")
    return wording.escape(text.format(what=what, day=wording.date(promise.due_on)))


def suggested(call: Call) -> Play | None:
    """What to do: first what Today names, the others to choose from, its words; gives the one that is chosen."""
    st.subheader(_("What to do"), anchor=False)
    found = _offered(call)
    if not found.plays:
        st.caption(_("The playbook has nothing for this customer."))
        return None
    titles = {play.key: play for play in found.plays}
    key = st.selectbox(
        _("Begin with what pays best and gives nothing away"),
        list(titles),
        format_func=lambda key: titles[key].title,
        key=f"play for {call.person.customer_id}",
        persist_state="session",
    )
    play = titles[key]
    with st.container(border=True, gap="small"):
        for line in filled(play.script, call.words(play)).split("\n"):
            st.markdown(wording.escape(line))
    st.caption(wording.escape(" ".join(filter(None, [pays(play, _value(call)), follow_up(play)]))))
    for held_back in found.held_back:
        st.caption(wording.escape(held_back))
    _message(call, play)
    return play


def _offered(call: Call) -> Offered:
    """As Today has it: a promise first, then what a campaign does, then what pays best."""
    desk = the_desk()
    promised = any(belongs_to(promise.due_on, call.day) for promise in call.person.promises)
    return offered(
        playbook_of(desk),
        signs=["promise_broken"] if promised else [key for _severity, key, _sentence in call.signs],
        reason=call.person.reason,
        risk=call.risk,
        value=_value(call),
        left=left_of(desk, who(), call.day),
        running="" if promised else campaign_play(desk, call.person.customer_id, call.day),
    )


def _value(call: Call) -> float | None:
    """What a kept customer is worth over the months that Today reckons with."""
    value = call.person.value
    return None if value is None else value * work_of(the_desk(), who()).months / MONTHS


def leaving() -> None:
    """What to do when somebody wants to leave."""
    with st.expander(_("If they want to leave"), icon=":material/logout:"):
        for place, line in enumerate(leaving_well(), 1):
            st.markdown(wording.escape(f"{wording.number(place)}. {line}"))


def _message(call: Call, play: Play) -> None:
    """A message by channel, filled in and to be edited."""
    part = st.expander(_("Draft a message"), icon=":material/edit_note:", key="draft", on_change="rerun")
    if not part.open:
        return
    with part:
        labels = {"email": _("E-mail"), "phone": _("Phone"), "chat": _("Chat")}
        channel = st.segmented_control(
            _("Channel"), CHANNELS, default=play.channel if play.channel in CHANNELS else "phone", format_func=labels.__getitem__,
            key=f"channel of {play.key} {call.person.customer_id}",
        )  # fmt: skip
        text = _draft(call, play, channel or "email")
        st.text_area(_("Message"), text, height="content", key=f"draft of {play.key} {channel} {call.person.customer_id}")
        st.caption(_("Put your own words where brackets stand. Nothing is sent from here: copy it into your own mail or chat."))


def _draft(call: Call, play: Play, channel: Channel) -> str:
    words = call.words(play)
    if channel == "phone":
        return filled(play.script, words)
    message = filled(play.message, words)
    return message if channel == "email" else " ".join(message.split())


def fund_line(call: Call) -> str:
    """What is left of the rep's fund of the day, in words."""
    left = left_of(the_desk(), who(), call.day)
    return _("In your fund of today: {left}.").format(left=money(left, digits=2 if left % 1 else 0))


def risk_of(risk: float) -> float | None:
    """The risk, None where there is none."""
    return None if math.isnan(risk) else float(risk)
