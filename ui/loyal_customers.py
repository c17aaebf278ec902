"""Loyal customers: who they are, and for one of them what to ask, to keep, to give and to offer."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from churn import wording
from churn.actions.loyal import (
    INTERVIEW,
    Budget,
    Loyal,
    NextProducts,
    Quote,
    give_thanks,
    keep_testimonial,
    loyal,
    mark_name,
    next_products,
    note_interview,
    quotes,
    set_budget,
    thanked,
    usable,
    withdraw,
)
from churn.actions.script import held_until
from churn.findings import Figure
from churn.findings.words import SMALL
from churn.measures.rates import share_of
from churn.wording import _, plural
from ui import downloads, tables
from ui.desk import the_desk, who
from ui.noting import noted
from ui.outward import take_along
from ui.working import now

MOST_SAID = 50


@st.cache_data(max_entries=4, show_spinner=False)
def found_now(version: int, journal: int, day: date) -> Loyal:
    """`loyal`."""
    return loyal(the_desk(), day)


@st.cache_data(max_entries=64, show_spinner=False)
def _next_for(version: int, customer_id: str, day: date) -> NextProducts | None:
    return next_products(the_desk(), customer_id, day)


def next_for(version: int, customer_id: str, day: date) -> NextProducts | None:
    """`next_products`, of which the journal says only who is held out."""
    return None if held_until(the_desk(), customer_id, day) else _next_for(version, customer_id, day)


def figures(found: Loyal, budget: Budget) -> list[Figure]:
    """How many are loyal, and what is left for thanks."""
    of = plural("Of {n} customer who is here", "Of {n} customers who are here", found.customers)
    left = wording.money(budget.left) if budget.whole is not None else _("not set")
    whole = _("Of {whole} for this year").format(whole=wording.money(budget.whole)) if budget.whole is not None else _("Set it below")
    return [Figure(_("Loyal customers"), wording.number(found.found), of), Figure(_("Left for thanks"), left, whole)]


def what_marks(found: Loyal) -> str:
    """What makes a customer loyal here, in a sentence."""
    marks = [_("{mark} ({n})").format(mark=mark_name(mark), n=wording.number(found.by_mark[mark])) for mark in found.marks]
    if found.needed < 2:
        return _("Loyal here: {marks}. The tables tell no more.").format(marks=wording.listing(marks))
    return _("Loyal here: at least {needed} of these hold: {marks}. Nobody who gave 0 to 6 when last asked.").format(
        needed=wording.number(found.needed), marks="; ".join(marks)
    )


def listed(found: Loyal) -> None:
    """Draws the first of them, with a way to each one's page, and to take the list along."""
    rows = found.rows
    worth_in = "revenue_year" if found.of_year else "monthly_value"
    shown = (
        rows[["customer_id", "name", "value"]]
        .rename(columns={"value": worth_in})
        .assign(sign=[_why(row, found.marks) for row in rows.to_dict("records")])
    )
    if (rows["name"] == rows["customer_id"]).all():
        shown = shown.drop(columns="name")
    tables.customers(shown, key="loyal", alt=_("Loyal customers, those with most marks first"), height="auto")
    with st.container(horizontal=True, vertical_alignment="center"):
        take_along(
            lambda: shown.rename(columns={"sign": "why", worth_in: "value"}).assign(owner=rows["owner"]),
            rows=len(rows),
            file="loyal",
            key="loyal",
        )
        st.caption(_("{shown} of {all} shown.").format(shown=wording.number(len(rows)), all=wording.number(found.found)), width="content")


def choose(found: Loyal) -> str:
    """Draws the choice of one of them."""
    names = dict(zip(found.rows["customer_id"], found.rows["name"], strict=True))
    label = {customer: name if name == customer else f"{name} ({customer})" for customer, name in names.items()}
    chosen: str = st.selectbox(_("Work with"), list(label), format_func=label.__getitem__, key="loyal customer", width=400)
    return chosen


def next_try(found: NextProducts | None) -> None:
    """Draws what the customer might try next."""
    if found is None:
        st.caption(_("What they might try next is told from orders that name a product; there is none of this customer."))
        return
    has = wording.escape(wording.listing(found.has))
    if found.products.empty or not found.others:
        st.markdown(_("They have {has}. Nobody else who has the same has anything besides.").format(has=has))
        return
    others = plural("{n} other customer has the same", "{n} other customers have the same", found.others)
    st.markdown(_("They have {has}; {others}. Of these also have:").format(has=has, others=others))
    shares = [share_of(int(row["customers"]), found.others) for row in found.products.to_dict("records")]
    told = [wording.percent(share.share) if found.others >= SMALL else "" for share in shares]
    rows = zip(found.products["product"].astype(str), map(wording.number, found.products["customers"]), told, strict=True)
    tables.said([_("Product"), _("Customers"), _("Share")], rows, alt=_("What others have who have the same"))
    st.caption(_("An association: it does not say that this customer would like it. Ask."))


def interview(customer: str, day: date) -> None:
    """Draws the questions with room for answers."""
    with st.form(f"interview {customer}", border=False, clear_on_submit=True):
        st.caption(_("Listen more than you speak. Leave empty what you did not ask."))
        answers = {key: st.text_area(question, key=f"{customer} {key}", height=68, max_chars=5000) for key, question in INTERVIEW.items()}
        if st.form_submit_button(_("Keep the interview"), type="primary"):
            noted(
                lambda: note_interview(the_desk(), customer, answers, day=day, by=who(), at=now()),
                told=_("Interview kept."),
            )
    for line in reversed(the_desk().journal.lines("interview", customer_id=customer).to_dict("records")):
        with st.expander(_("Interview of {day}").format(day=wording.date(line["day"]))):
            for key, words in line["more"].get("answers", {}).items():
                st.markdown(f"**{wording.escape(INTERVIEW.get(key, key))}** {wording.escape(str(words))}")


def testimonial(customer: str, day: date) -> None:
    """Draws what a testimonial needs."""
    with st.form(f"testimonial {customer}", border=False, clear_on_submit=True):
        words = st.text_area(_("Their words, letter for letter"), max_chars=5000)
        consent = st.checkbox(_("They agreed that we show these words with their name"))
        until = st.date_input(_("Agreed until (empty: without end)"), None, min_value=day)
        if st.form_submit_button(_("Keep the testimonial"), type="primary"):
            said = Quote(customer, words, consent, until)
            if noted(lambda: keep_testimonial(the_desk(), said, day=day, by=who(), at=now()), told=_("Quote kept.")):
                st.rerun()


def thanks(customer: str, budget: Budget, day: date) -> None:
    """Draws what giving thanks needs, and what was given before."""
    with st.form(f"thanks {customer}", border=False, clear_on_submit=True):
        what = st.text_input(_("What do you give?"), placeholder=_("a handwritten card, points, a small gift"), max_chars=300)
        with st.container(horizontal=True):
            amount = st.number_input(_("What it costs"), 0.0, 1e9, 0.0, width=150)
            points = st.number_input(_("Points"), 0, 1_000_000, 0, width=150)
        st.caption(_("Left this year: {left}").format(left=wording.money(budget.left, digits=2)))
        if st.form_submit_button(_("Give it"), type="primary") and noted(
            lambda: give_thanks(the_desk(), customer, what, amount, day=day, points=int(points), by=who(), at=now()),
            told=_("Noted."),
        ):
            st.rerun()
    given = thanked(the_desk(), customer)
    if len(given):
        rows = [
            (wording.date(row["day"]), str(row["what"]), wording.money(row["amount"], digits=2), wording.number(row["points"]))
            for row in given.to_dict("records")
        ]
        tables.said([_("Day"), _("Given"), _("Cost"), _("Points")], rows, alt=_("What this customer was given"))
        st.caption(plural("{n} point in all.", "{n} points in all.", int(given["points"].sum())))


def ask_budget(budget: Budget, day: date) -> None:
    """Draws the setting of the yearly budget."""
    with st.expander(_("Budget for thanks"), icon=":material/redeem:"), st.form("thanks budget", border=False):
        whole = st.number_input(_("Money for thanks in a calendar year"), 0.0, 1e12, float(budget.whole or 0.0), width=250)
        st.caption(_("Given this year: {spent}. What is left is never overspent.").format(spent=wording.money(budget.spent, digits=2)))
        if st.form_submit_button(_("Set")) and noted(
            lambda: set_budget(the_desk(), whole, day=day, by=who(), at=now()), told=_("Budget set.")
        ):
            st.rerun()


def what_they_said(day: date) -> None:
    """Draws the testimonials: those that may be shown first; each can be withdrawn."""
    found = quotes(the_desk(), day)
    if found.empty:
        return
    st.subheader(_("What customers said of us"), anchor=False)
    may = usable(found)
    n = plural("{n} testimonial may be shown to others.", "{n} testimonials may be shown to others.", len(may))
    st.markdown(n)
    for row in found[found["standing"] == "usable"].head(MOST_SAID).to_dict("records"):
        _usable(row, day)
    if len(may):
        downloads.both(lambda: _sheet(may), rows=len(may), file="testimonials", key="testimonials", ending="agreed")
    rest = found[found["standing"] != "usable"]
    if len(rest):
        words = {"no consent": _("no consent"), "withdrawn": _("consent withdrawn"), "over": _("consent over")}
        counts = [f"{words[str(key)]}: {wording.number(n)}" for key, n in rest["standing"].value_counts().items()]
        st.caption(_("Not shown and in no file: {counts}.").format(counts=wording.listing(counts)))


def _usable(row: dict[Any, Any], day: date) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        until = _(", until {day}").format(day=wording.date(row["until"])) if pd.notna(row["until"]) else ""
        name = wording.escape(str(row["name"]))
        st.markdown(f"{wording.escape(str(row['words']))}  \n*{name}*{until}", width="stretch")
        line = int(row["line"])
        if st.button(
            _("Withdraw"), key=f"withdraw {line}", help=_("They no longer agree: the words are shown nowhere any more.")
        ) and noted(lambda: withdraw(the_desk(), line, day=day, by=who(), at=now()), told=_("Withdrawn.")):
            st.rerun()


def _sheet(may: pd.DataFrame) -> pd.DataFrame:
    heads = {"name": _("Customer"), "said_on": _("Said on"), "words": _("Words"), "until": _("Agreed until")}
    return may.rename(columns=heads)


def _why(row: dict[Any, Any], marks: tuple[str, ...]) -> str:
    told = {
        "habitual": _("long here, buys often"),
        "rich": _("brought most"),
        "promoter": _("recommends us"),
        "buys": _("buys lately and often"),
        "long_here": _("longest with us"),
        "pays_most": _("pays most"),
    }
    return "; ".join(told[mark] for mark in marks if row[mark] == 1)
