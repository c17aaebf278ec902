"""The dials of the desk: what they are, what the data suggest, and turning them."""

from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from churn import wording
from churn.dials import Dials
from churn.measures.dialect import small
from churn.prepared import Wishes, suggested_dials, wishes_of
from churn.wording import _
from ui.desk import the_desk

BY_END, BY_SILENCE = "end", "silence"


@dataclass(frozen=True, eq=False)
class Rhythm:
    """How customers order: `silences` has days, look_ahead, silences, returned, share, low, high, gone, active; `gaps` quantile, days,
    customers. Both None where there are no orders. `suggested` is what the data say of the dials, None where they hold no day."""

    silences: pd.DataFrame | None
    gaps: pd.DataFrame | None
    suggested: Dials | None
    has_ends: bool


@st.cache_data(max_entries=4, show_spinner=False)
def rhythm(version: int) -> Rhythm:
    """What the desk holds prepared of its customers' rhythm."""
    with the_desk().reading() as frames:
        found = {name: small(frames[name]) if name in frames else None for name in ("silences", "gaps")}
        suggested = suggested_dials(small(frames["dials"]).iloc[0]) if "dials" in frames else None
        ends = "customer_now" in frames and "ended_on" in frames["customer_now"].collect_schema().names()
    return Rhythm(found["silences"], found["gaps"], suggested, has_ends=ends)


def ask(found: Rhythm, now: Dials | None, *, disabled: bool) -> Wishes | None:
    """The dials in a form; what somebody asks for, or None while nobody did."""
    wishes, start = wishes_of(the_desk()), now or found.suggested
    if start is None:
        return None
    labels = {BY_SILENCE: _("who has not ordered for so many days"), BY_END: _("only who has an end date")}
    ways = [*([BY_SILENCE] if found.silences is not None else []), BY_END]
    with st.form("dials", border=True):
        way = st.radio(
            _("Who counts as gone?"),
            ways,
            index=ways.index(BY_SILENCE) if start.gone_after and BY_SILENCE in ways else len(ways) - 1,
            format_func=labels.__getitem__,
            disabled=disabled,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            silent = _days(_("Gone after days without an order"), start.gone_after or start.look_ahead, disabled=disabled)
            ahead = _days(_("Look ahead so many days"), start.look_ahead, disabled=disabled)
            read_at = st.date_input(
                _("Read the data on"), start.as_of, help=_("What happened before this day is known; the rest is not."), disabled=disabled
            )
        turn = st.form_submit_button(_("Read the history so"), type="primary", disabled=disabled)
        back = st.form_submit_button(_("As the data suggest"), disabled=disabled or (now == found.suggested))
    if back:
        return replace(wishes, as_of=None, gone_after=None, look_ahead=None)
    if not turn:
        return None
    own = None if found.suggested and read_at == found.suggested.as_of else read_at
    gone_after = int(silent) if way == BY_SILENCE else None
    as_suggested = own is None and found.suggested is not None and gone_after == found.suggested.gone_after
    return replace(wishes, as_of=own, gone_after=None if as_suggested else gone_after or 0, look_ahead=int(ahead))


def in_words(dials: Dials, *, has_ends: bool = True) -> str:
    """How the history is read, in a sentence or two; `has_ends`: the customers table has a column of end dates."""
    ahead = wording.plural("the next {n} day", "the next {n} days", dials.look_ahead)
    gone = (
        wording.plural(
            "A customer counts as gone {n} day after the last order.",
            "A customer counts as gone {n} days after the last order.",
            dials.gone_after,
        )
        if dials.gone_after
        else _("A customer is gone after the end date that your table gives.")
        if has_ends
        else _("Your tables have neither orders nor end dates, so nobody counts as gone.")
    )
    read_at = _("The desk knows what happened before {day} and says who may leave in {ahead}.")
    return " ".join([gone, read_at.format(day=wording.date(dials.as_of), ahead=ahead)])


def _days(label: str, value: int, *, disabled: bool) -> float:
    return st.number_input(label, min_value=1, max_value=3650, value=value, step=1, width=230, disabled=disabled)
