"""Whom to contact today, why now, and what to do first?"""

from collections.abc import Collection

import streamlit as st

from churn import wording
from churn.actions.candidates import Work
from churn.actions.today import Today
from churn.wording import _, plural
from ui import today, today_aside
from ui.desk import firm, model
from ui.show import heading, lacking, no_customers
from ui.working import say_the_day


def show() -> None:
    loaded = firm()
    heading(_("Today"), loaded, about=_("Whom to contact today, why now, and what to do first."))
    if loaded is None:
        no_customers()
        return
    say_the_day()
    found = today.the_list(today.ask_work())
    today.said_before()
    st.markdown(_head(found))
    today.take(found)
    today.cards(found)
    today_aside.left_out(found)
    if needs := _needs(found, loaded.known):
        lacking("\n\n".join(needs))


def _head(found: Today) -> str:
    """What the list holds and what it goes by."""
    if found.rows.empty:
        return _("**Nobody is left to contact today.**")
    n = plural("**{n} customer to contact**", "**{n} customers to contact**", len(found.calls))
    if len(found.promised):
        n += plural(", and **{n} promise** that falls due (below)", ", and **{n} promises** that fall due (below)", len(found.promised))
    done = plural("; {n} done today", "; {n} done today", found.done) if found.done else ""
    gain = wording.money(found.calls["expected_gain"].clip(lower=0).sum())
    by_gain = _("Those from whom most money is expected come first: {money} in all, on average.")
    by = {
        "gain": by_gain.format(money=gain),
        "signs": _("There are no risks to reckon with, so the gravest warning signs come first, then those who pay most."),
        "value": _("Neither risks nor warning signs are known, so those who pay most come first."),
    }[found.order]
    return f"{n}{done}. {by}"


def _needs(found: Today, tables: Collection[str]) -> list[str]:
    """What more data would add."""
    more = {
        "contacts": _("Contacts tell who was spoken to lately, who waits too long and who complains."),
        "orders": _("Orders tell who went quiet or pays late."),
        "promises": _("Promises are listed before they break."),
    }
    lacks = [sentence for name, sentence in more.items() if name not in tables]
    if model() is None:
        lacks.insert(0, _("Train a score, and the list goes by the money that each contact is expected to bring."))
    if not found.paid:
        assumed = _("A column of monthly values tells who is worth most; without it each counts as worth {money}, which is assumed.")
        alike = _("A column of monthly values tells who is worth most; without it all count alike.")
        lacks.append(assumed.format(money=wording.money(Work().value)) if found.order == "gain" else alike)
    return lacks
