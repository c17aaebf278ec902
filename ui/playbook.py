"""The playbook as a table that can be edited, its words, and the reps' funds."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions.calling import MONTHS
from churn.actions.fund import Funds, funds_of, keep_funds, spenders
from churn.actions.play import CHANNELS, FOLLOW_UP, WORDS, Play
from churn.actions.playbook import REASONS, keep_playbook, last_kept, playbook_of
from churn.errors import ChurnError
from churn.measures.dialect import has, real, small
from churn.signs import SIGNS
from churn.wording import _
from ui import tables
from ui.desk import the_desk, who
from ui.working import now, the_day

_DRAWN = "playbook as it was drawn"
_SAID = "said of the playbook"


def drawn() -> tuple[int, tuple[Play, ...]]:
    """The playbook that the page shows, and the number of its line in the journal: as it is now, unless edits are under way."""
    desk, state = the_desk(), st.session_state
    number = last_kept(desk)
    if _DRAWN not in state or (state[_DRAWN][0] != number and not _edited(state[_DRAWN][0])):
        state[_DRAWN] = (number, playbook_of(desk))
    shown: tuple[int, tuple[Play, ...]] = state[_DRAWN]
    return shown


def table(number: int, plays: Sequence[Play]) -> None:
    """All plays with what they answer, cost and bring; rows can be changed, added and taken out."""
    said = st.session_state.pop(_SAID, "")
    if said:
        st.success(wording.escape(said), icon=":material/check:")
    edited = st.data_editor(
        _rows(plays), column_config=_config(), hide_index=True, num_rows="dynamic", key=_key(number), alt=_("The plays")
    )
    with st.container(horizontal=True):
        if st.button(_("Keep the table"), type="primary"):
            _keep(_plays(edited, plays), number, _("Kept. It holds for everybody who uses this desk."))
        if st.button(_("Back to the plays that the desk begins with")):
            _keep(None, number, _("These are the plays that the desk begins with."))
        if last_kept(the_desk()) != number and st.button(_("Look at the playbook as it is now")):
            _forget()
            st.rerun()


def words(number: int, plays: Sequence[Play], play: Play) -> None:
    """The words of one play in a form."""
    with st.form(f"words of {play.key} {number}"):
        script = st.text_area(_("What to say"), play.script, height=180)
        message = st.text_area(_("What to write"), play.message, height=180)
        blanks = wording.listing([f"{{{word}}}" for word in WORDS])
        st.caption(wording.escape(_("The desk fills in {blanks}; a line whose blank is not known is left out.").format(blanks=blanks)))
        if st.form_submit_button(_("Keep the words"), type="primary"):
            changed = [replace(each, script=script or "", message=message or "") if each.key == play.key else each for each in plays]
            _keep(changed, number, _("Kept. It holds for everybody who uses this desk."))


def funds() -> None:
    """What each rep may give away in a day."""
    now_ = funds_of(the_desk())
    with st.form("funds"):
        each = st.number_input(_("Each rep may give away in a day"), min_value=0.0, value=float(now_.each), step=5.0, width=240)
        named = pd.DataFrame(
            {"rep": pd.Series(list(now_.reps), dtype="str"), "amount": pd.Series(list(now_.reps.values()), dtype="float64")}
        )
        config: Any = {
            "rep": st.column_config.TextColumn(_("Rep"), max_chars=200),
            "amount": st.column_config.NumberColumn(_("Another amount in a day"), min_value=0.0),
        }
        others = st.data_editor(named, column_config=config, num_rows="dynamic", hide_index=True, key="funds by rep", alt=_("Funds by rep"))
        if st.form_submit_button(_("Keep the funds"), type="primary"):
            _keep_funds(each, others)

    left = spenders(the_desk(), the_day())
    if left:
        rows = [(rep or _("no name"), _amount(rest), _amount(whole)) for rep, rest, whole in left]
        tables.said([_("Rep"), _("Left today"), _("Of")], rows, alt=_("What is left in the funds of today"))
    st.caption(wording.escape(_("You are {rep}.").format(rep=who() or _("without a name"))))


def typical_value() -> float | None:
    """Money that the middle customer brings in a year; None where nobody's monthly value is known."""
    return _typical_value(the_desk().version())


@st.cache_data(max_entries=4, show_spinner=False)
def _typical_value(version: int) -> float | None:
    with the_desk().reading() as frames:
        if not has(frames["customers"], "monthly_value"):
            return None
        middle = small(frames["customers"].select(real("monthly_value").median()))["monthly_value"].iloc[0]
    return None if pd.isna(middle) or middle < 0 else float(middle) * MONTHS


def _amount(amount: float) -> str:
    return wording.money(amount, digits=2 if amount % 1 else 0)


def _keep_funds(each: float, others: pd.DataFrame) -> None:
    given = others.dropna(subset=["rep"])
    reps = {str(rep).strip(): float(amount) for rep, amount in zip(given["rep"], given["amount"], strict=True) if str(rep).strip()}
    try:
        keep_funds(the_desk(), Funds(each, reps), day=the_day(), by=who(), at=now())
    except ChurnError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")
        return
    st.success(_("Kept. It holds from now on, for today too."), icon=":material/check:")


def _keep(plays: Sequence[Play] | None, number: int, said: str) -> None:
    day: date = the_day()
    try:
        keep_playbook(the_desk(), plays, day=day, by=who(), at=now(), after=number)
    except ChurnError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")
        return
    _forget()
    st.session_state[_SAID] = said
    st.rerun()


def _key(number: int) -> str:
    return f"plays {number}"


def _edited(number: int) -> bool:
    """Whether somebody has changed the table that is drawn, and not kept it."""
    changes = st.session_state.get(_key(number)) or {}
    return any(changes.get(part) for part in ("edited_rows", "added_rows", "deleted_rows"))


def _forget() -> None:
    st.session_state.pop(_DRAWN, None)


def _sign_titles() -> dict[str, str]:
    return {**{key: sign.title for key, sign in SIGNS.items()}, "": _("anybody")}


def _rows(plays: Sequence[Play]) -> pd.DataFrame:
    titles, value = _sign_titles(), typical_value()
    return pd.DataFrame(
        {
            "title": [play.title for play in plays],
            "channel": [play.channel for play in plays],
            "contact": [float(play.contact) for play in plays],
            "offer": [float(play.offer) for play in plays],
            "acceptance": [100.0 * play.acceptance for play in plays],
            "pays": [_pays(play, value) for play in plays],
            "signs": [[titles.get(sign, sign) for sign in play.signs] for play in plays],
            "reasons": [list(play.reasons) for play in plays],
            "follow_up": [", ".join(map(str, play.follow_up)) for play in plays],
            "key": [play.key for play in plays],
        }
    )


def _pays(play: Play, value: float | None) -> str:
    """From which risk on a play pays for a customer of this value."""
    if value is None or not play.acceptance:
        return ""
    bar = play.worth(value).break_even
    return wording.percent(bar) if bar <= 1 else _("never")


def _config() -> dict[str, Any]:
    return {
        "title": st.column_config.TextColumn(_("Play"), required=True, max_chars=120, width="medium"),
        "signs": st.column_config.MultiselectColumn(_("Signs it answers"), options=list(_sign_titles().values()), width="medium"),
        "reasons": st.column_config.MultiselectColumn(
            _("Reasons it answers"), options=list(REASONS), accept_new_options=True, width="medium"
        ),
        "channel": st.column_config.SelectboxColumn(_("Channel"), options=list(CHANNELS), required=True),
        "contact": st.column_config.NumberColumn(_("Cost"), min_value=0.0),
        "offer": st.column_config.NumberColumn(_("Discount"), min_value=0.0),
        "acceptance": st.column_config.NumberColumn(_("Stay, % (assumed)"), min_value=0.0, max_value=100.0),
        "pays": st.column_config.TextColumn(_("Pays above a risk of"), disabled=True),
        "follow_up": st.column_config.TextColumn(_("Look again after days")),
        "key": None,
    }


def _plays(edited: pd.DataFrame, plays: Sequence[Play]) -> list[Play]:
    """The rows of the edited table as plays; a new row has no words yet."""
    known, keys = {play.key: play for play in plays}, {title: key for key, title in _sign_titles().items()}
    found: list[Play] = []
    for row in edited.to_dict("records"):
        title = "" if pd.isna(row["title"]) else str(row["title"]).strip()
        old = known.get(str(row["key"]))
        found.append(
            Play(
                key=old.key if old else _fresh_key(title, [*known, *(play.key for play in found)]),
                title=title,
                signs=tuple(keys.get(sign, sign) for sign in _list(row["signs"])),
                reasons=tuple(_list(row["reasons"])),
                channel=row["channel"],
                contact=_number(row["contact"]),
                offer=_number(row["offer"]),
                acceptance=round(_number(row["acceptance"]) / 100, 6),
                script=old.script if old else "{evidence}",
                message=old.message if old else "",
                follow_up=_days(row["follow_up"], old),
            )
        )
    return found


def _fresh_key(title: str, taken: Sequence[str]) -> str:
    key = base = re.sub(r"\W+", "_", title.casefold()).strip("_") or ("play" if title else "")
    count = 1
    while key in taken:
        count += 1
        key = f"{base}_{count}"
    return key


def _list(cell: Any) -> list[str]:
    return [str(item) for item in cell] if isinstance(cell, list | tuple) or hasattr(cell, "__array__") else []


def _number(cell: Any) -> float:
    return 0.0 if cell is None or pd.isna(cell) else float(cell)


def _days(cell: Any, old: Play | None) -> tuple[int, ...]:
    """The days of a cell such as "1, 2, 5"; what is no number counts as day 0, which no play can have."""
    if cell is None or pd.isna(cell):
        return () if old else FOLLOW_UP
    return tuple(int(part) if part.isdecimal() else 0 for part in re.split(r"[\s,;]+", str(cell).strip()) if part)
