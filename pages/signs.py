"""Which warning signs do customers show, how well did each tell in the past, and who shows most?"""

from typing import Any

import streamlit as st

from churn import wording
from churn.findings import Figure
from churn.signs import SIGNS, definition, tells, told_sentence
from churn.wording import _, plural
from ui import signs, tables
from ui.desk import firm, the_desk
from ui.set_thresholds import ask_thresholds
from ui.show import cards, few, heading, lacking, no_customers
from ui.signs import SignsNow

SAID_SO = ("notice", "exit_answer")


def show() -> None:
    loaded = firm()
    heading(_("Warning signs"), loaded, about=_("What your customers show now, and what became of those who showed it before."))
    if loaded is None:
        no_customers()
        return
    version = the_desk().version()
    found = signs.signs_now(version)
    if found is None:
        lacking(_("There is no history to see signs in: load orders, contacts, surveys, changes or promises beside the customers."))
        return
    cards(_figures(found))
    _all_signs(found)
    _not_looked_for(found)
    most = signs.showing_most(version)
    if len(most):
        st.subheader(_("Who shows most"), anchor=False)
        tables.customers(most, key="most signs", alt=_("The customers who show most signs, the gravest first"), height="auto")
    _one_sign(version, found)


def _figures(found: SignsNow) -> list[Figure]:
    of = plural("Of {n} customer who is still here", "Of {n} customers who are still here", found.active)
    read_at = (
        _("{of}, as known before {day}; that a contract renews soon does not count").format(of=of, day=wording.date(found.dials.as_of))
        if found.dials
        else of
    )
    shown = [
        Figure(_("Show a sign"), wording.number(found.showing), read_at),
        Figure(_("Show two or more"), wording.number(found.showing_more), of),
    ]
    silent = [row for row in found.shown.to_dict("records") if row["sign"] not in SAID_SO and tells(row)]
    if found.dials and silent:
        title, times = SIGNS[silent[0]["sign"]].title, wording.number(silent[0]["lift"], 1)
        told = told_sentence(silent[0], found.dials.look_ahead)
        on = _("{sign}. {told}").format(sign=title, told=told)
        shown.append(Figure(_("What told most"), _("{times} times as often").format(times=times), on))
    return shown


def _all_signs(found: SignsNow) -> None:
    st.subheader(_("All signs"), anchor=False)
    rows = found.shown.to_dict("records")
    heads, alt = [_("Sign"), _("Show it now")], _("All signs, those that told most in the past first")
    if found.dials is None:
        tables.said(heads, [[SIGNS[row["sign"]].title, wording.number(row["customers"])] for row in rows], alt=alt)
        st.caption(_("No day says who left, so nothing is known of how well these signs tell."))
        return
    days = wording.number(found.dials.look_ahead)
    heads += [_("Left within {days} days").format(days=days), _("Without it"), _("Did it tell?")]
    tables.said(heads, [_row(row) for row in rows], alt=alt)
    looked = found.shown[found.shown["fired"] > 0]
    if len(looked):
        st.caption(
            _(
                "How often it told: all customers of {first} to {last}, looked at on several days {days} days apart; a customer counts on "
                "each. Associations, not causes."
            ).format(first=wording.date(looked["first_day"].iloc[0]), last=wording.date(looked["last_day"].iloc[0]), days=days)
        )


def _not_looked_for(found: SignsNow) -> None:
    """The signs that the desk lacks a table or column for."""
    if not found.lacking:
        return
    n = len(found.lacking)
    with st.expander(plural("{n} sign is not looked for", "{n} signs are not looked for", n), icon=":material/visibility_off:"):
        for key, missing in found.lacking.items():
            needs = wording.listing([f"{table}.{column}" for table, columns in missing.items() for column in columns])
            st.markdown(_("{sign}: needs {columns}.").format(sign=SIGNS[key].title, columns=wording.escape(needs)))


def _row(row: dict[Any, Any]) -> list[str]:
    """One sign in words: its name, how many show it, its record."""
    sign = SIGNS[row["sign"]]
    now = wording.number(row["customers"])
    if not sign.has_past:
        return [sign.title, now, "", "", _("not known: the data say only how it is today")]
    if not row["fired"]:
        return [sign.title, now, "", "", _("nobody showed it before")]
    share = _("{share} ({range})").format(share=wording.percent(row["share"], 0), range=wording.share_range(row["low"], row["high"], 0))
    return [sign.title, now, share, wording.percent(row["without_share"], 0), _verdict(row)]


def _verdict(row: dict[Any, Any]) -> str:
    if tells(row):
        return _("yes, {times} times as often").format(times=wording.number(row["lift"], 1)) if row["without_share"] else _("yes")
    return _("no, they left less often") if row["beyond_chance"] else _("may be chance")


def _one_sign(version: int, found: SignsNow) -> None:
    st.subheader(_("One sign"), anchor=False)
    keys = found.shown["sign"].tolist()
    shown = found.shown["customers"] > 0
    chosen = st.selectbox(_("Sign"), keys, index=int(shown.argmax()), format_func=lambda key: SIGNS[key].title, key="sign", width=400)
    own = signs.thresholds()
    st.markdown(f"**{wording.escape(definition(chosen, own))}**")
    row = found.shown.set_index("sign").loc[chosen].to_dict()
    if found.dials and SIGNS[chosen].has_past:
        st.markdown(wording.escape(told_sentence(row, found.dials.look_ahead)))
        if row["fired"]:
            few(int(row["fired"]), plural("{n} who showed it", "{n} who showed it", int(row["fired"])))
    ask_thresholds(chosen, own)
    rows = signs.showing(version, chosen)
    if rows.empty:
        st.caption(_("Nobody shows it now."))
        return
    if len(rows) < row["customers"]:
        st.caption(_("The gravest {n} of {all}.").format(n=wording.number(len(rows)), all=wording.number(row["customers"])))
    tables.customers(rows, key=f"show {chosen}", alt=_("The customers who show this sign, the gravest first"), height="auto")
