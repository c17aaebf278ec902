"""What came of a call, noted in two clicks, and why somebody left."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from churn import wording
from churn.actions.outcomes import IN_ONE_CLICK, Contact, Exit, last_line, note_exit, note_outcome, outcome_label, told
from churn.actions.play import Play
from churn.actions.playbook import REASONS
from churn.errors import ChurnError
from churn.wording import _, money
from ui.customer_call import Call, fund_line
from ui.desk import the_desk, who
from ui.working import now

_SAID = "said of the last note"
_SEEN = "last line seen of a customer"
_MOST = 2000


def outcome(call: Call, play: Play | None) -> None:
    """One click for what came of it, one to save it; a note is optional."""
    st.subheader(_("What came of it?"), anchor=False)
    said()
    noted = call.person.noted
    for line in noted[noted["kind"] == "outcome"].tail(1).to_dict("records"):
        st.caption(wording.escape(told(line)))
    customer = call.person.customer_id
    keys = {name: f"{name} of {customer}" for name in ("outcome", "note", "given")}
    chosen = st.segmented_control(
        _("Outcome"), IN_ONE_CLICK, format_func=outcome_label, key=keys["outcome"], label_visibility="collapsed", wrap=True
    )
    st.text_input(_("Note (optional)"), key=keys["note"], max_chars=_MOST)
    if play is not None and play.offer and chosen == "agreed":
        st.number_input(_("Discount given"), min_value=0.0, value=float(play.offer), step=1.0, key=keys["given"], width=200)
        st.caption(wording.escape(fund_line(call)))
    contact = Contact(customer, call.day, "told", who())
    if play is not None:
        contact = replace(contact, play=play.key, channel=play.channel, cost=play.contact)
    st.button(_("Save"), type="primary", disabled=chosen is None, on_click=_save, args=(contact, _seen(call), keys), key="save outcome")


def exit_questions(call: Call) -> None:
    """Why somebody leaves, in a few questions."""
    customer = call.person.customer_id
    keys = {name: f"exit {name} of {customer}" for name in ("reason", "competitor", "promise", "words")}
    with st.expander(_("They leave: note why"), icon=":material/assignment:"), st.form(f"exit of {customer}", border=False):
        st.selectbox(_("Main reason"), REASONS, index=None, placeholder=_("Choose one; not stated is one too"), key=keys["reason"])
        st.text_input(_("Which competitor, if they go to one"), max_chars=200, key=keys["competitor"])
        unkept = [promise.what for promise in call.person.promises if promise.what]
        st.selectbox(
            _("What was promised and not kept"), dict.fromkeys(unkept), index=None, accept_new_options=True,
            placeholder=_("Choose it, or type what it was"), key=keys["promise"],
        )  # fmt: skip
        st.text_area(_("What they said"), max_chars=_MOST, key=keys["words"])
        empty = Exit(customer, call.day, "", by=who())
        st.form_submit_button(_("Save: they leave"), type="primary", on_click=_save_exit, args=(empty, _seen(call), keys))


def said() -> None:
    """What became of the last note, once."""
    if (last := st.session_state.pop(_SAID, None)) is None:
        return
    done, text = last
    if done:
        st.success(wording.escape(text), icon=":material/check:")
    else:
        st.error(wording.escape(text), icon=":material/error:")


def _seen(call: Call) -> int:
    """The number of the last line about the customer when their page was opened, or when the desk last told what others noted."""
    shown = int(call.person.noted["number"].max()) if len(call.person.noted) else 0
    if _SEEN not in st.session_state or st.session_state[_SEEN][0] != call.person.customer_id:
        st.session_state[_SEEN] = (call.person.customer_id, shown)
    return int(st.session_state[_SEEN][1])


def _noted(customer_id: str, note: Callable[[], object]) -> bool:
    """Notes something, or has the page say why not; either way what others noted has then been seen."""
    try:
        note()
    except ChurnError as error:
        st.session_state[_SAID] = (False, str(error))
        return False
    finally:
        st.session_state[_SEEN] = (customer_id, last_line(the_desk(), customer_id))
    return True


def _save(contact: Contact, seen: int, keys: dict[str, str]) -> None:
    """Notes the outcome before the page is drawn anew; `seen` is what the page showed when it was drawn."""
    state = st.session_state
    given = round(float(state.get(keys["given"]) or 0), 2) if state[keys["outcome"]] == "agreed" else 0.0
    what = replace(contact, outcome=state[keys["outcome"]], note=state[keys["note"]] or "", discount=given)
    if not _noted(what.customer_id, lambda: note_outcome(the_desk(), what, at=now(), seen=seen)):
        return
    state[keys["outcome"]], state[keys["note"]] = None, ""
    text = _("Noted: {outcome}.").format(outcome=outcome_label(what.outcome))
    if given:
        text = _("{noted} {money} were taken from your fund.").format(noted=text, money=money(given, digits=2 if given % 1 else 0))
    if what.outcome == "leaving":
        text = _("{noted} When they do leave, note why below.").format(noted=text)
    state[_SAID] = (True, text)


def _save_exit(empty: Exit, seen: int, keys: dict[str, str]) -> None:
    """Notes why they leave before the page is drawn anew."""
    given = {name: str(st.session_state.get(key) or "") for name, key in keys.items()}
    why = replace(empty, reason=given["reason"], competitor=given["competitor"], promise=given["promise"], words=given["words"])
    if _noted(why.customer_id, lambda: note_exit(the_desk(), why, at=now(), seen=seen)):
        st.session_state[_SAID] = (True, _("Noted: they leave. Thank you for asking why."))
