"""The page of one customer, in the order of a call."""

import streamlit as st

from churn import wording
from churn.actions.person import person
from churn.actions.play import Play
from churn.actions.script import held_until
from churn.risk import Scorecard, Scores
from churn.risk.desk_models import shows_deeper
from churn.signs import SIGNS, severity_label
from churn.wording import _
from ui import customer_call, customer_outcome, customer_score, customer_story, signs
from ui.customer import Profile, scored
from ui.customer_call import Call
from ui.desk import dials, has_signal, model, the_desk
from ui.show import lacking, no_signal
from ui.working import the_day

_COLORS = {1: "gray", 2: "orange", 3: "red"}


def draw(found: Profile) -> None:
    """Who they are, the risk, the signs, what to do and say, what came of it, and below it all that is known."""
    day = the_day()
    who = person(the_desk(), found.customer_id, day)
    held = held_until(the_desk(), found.customer_id, day)
    st.header(wording.escape(found.name), anchor=False)
    if who.who:
        st.caption(wording.escape(who.who))
    if found.lost:
        _left(found)
    if held:
        st.warning(
            wording.escape(
                _("{why} Please leave them alone: no call, no message, no offer, so that it can be told what the others gained.").format(
                    why=held
                )
            ),
            icon=":material/front_hand:",
        )
    card, scores = _score(found)
    told = signs.signs_of(the_desk().version(), found.customer_id)
    _signs(told, found)
    risk = customer_call.risk_of(float(scores.risk[0])) if scores is not None else None
    call = Call(who, day, tuple(told or ()), risk)
    play = None if held or found.lost else customer_call.suggested(call)
    customer_call.at_hand(call)
    if not found.lost:
        customer_call.promises(who)
    customer_story.last_spoken(found.customer_id)
    if not held:
        _outcome(call, found, play)
    _further(found, card, scores)


def _left(found: Profile) -> None:
    when = (
        _("This customer left on {day}.").format(day=wording.date(found.left_on))
        if found.left_on is not None
        else _("This customer has left.")
    )
    st.info(when, icon=":material/logout:")


def _score(found: Profile) -> tuple[Scorecard | None, Scores | None]:
    """The risk and what moves it, drawn; with the score, where there is one."""
    card = model()
    if card is None:
        lacking(_("There are no risk scores yet. Train on your customers to see how likely each is to leave."))
    elif not has_signal(card):
        no_signal(card)
    elif len(found.read):
        scores = scored(the_desk(), card, found, deeper=shows_deeper(the_desk()))
        customer_score.of_customer(found, card, scores)
        return card, None if customer_call.risk_of(float(scores.risk[0])) is None else scores
    return card, None


def _signs(told: list[tuple[int, str, str]] | None, found: Profile) -> None:
    if told is None or found.lost:
        return
    st.subheader(_("Warning signs"), anchor=False)
    if not told:
        st.caption(_("None."))
    for severity, key, sentence in told:
        badge = f":{_COLORS[severity]}-badge[{severity_label(severity)}]"
        st.markdown(f"{badge} **{wording.escape(SIGNS[key].title)}.** {wording.escape(sentence)}")


def _outcome(call: Call, found: Profile, play: Play | None) -> None:
    """How to part well and what came of the call; of who has left, only why."""
    if found.lost:
        customer_outcome.said()
        customer_outcome.exit_questions(call)
        return
    customer_call.leaving()
    customer_outcome.outcome(call, play)
    customer_outcome.exit_questions(call)
    if dials() is not None:
        st.caption(wording.escape(_("Noted for {day}, the day of work.").format(day=wording.date(call.day))))


def _further(found: Profile, card: Scorecard | None, scores: Scores | None) -> None:
    """Behind tabs, drawn when opened: the way to the score, all that happened, the facts."""
    labels = [_("What happened"), _("Facts")]
    if card is not None and scores is not None:
        labels.insert(0, _("The score, step by step"))
    parts = dict(zip(labels, st.tabs(labels, on_change="rerun", key="further"), strict=True))
    if card is not None and scores is not None and (part := parts[_("The score, step by step")]).open:
        with part:
            customer_score.way(found, card, scores)
    if (part := parts[_("What happened")]).open:
        with part:
            customer_story.story(found.customer_id)
    if (part := parts[_("Facts")]).open:
        with part:
            customer_story.facts(found)
