"""Who is this customer, how likely are they to leave, and why does the score say so?"""

import streamlit as st

from churn import charts, risk, wording
from churn.filters import Filters
from churn.findings import Figure
from churn.findings.risks import ahead
from churn.risk import Scorecard, Scores
from churn.risk.desk_models import shows_deeper
from churn.signs import SIGNS, severity_label
from churn.wording import _, plural
from ui import figures, second, signs, tables
from ui.customer import MOST_MATCHES, Profile, log_odds_steps, matches, missing, profile, scored, steps, wide_range
from ui.desk import firm, has_signal, model, the_desk
from ui.links import customer_search
from ui.show import cards, chart, heading, lacking, no_customers, no_signal


def show() -> None:
    loaded = firm()
    heading(_("Customer"), loaded)
    if loaded is None:
        no_customers()
        return
    desk = the_desk()
    text = customer_search(_("Find a customer by id or name"))
    if not text:
        _begin()
        return
    found = matches(desk, text)
    if found.empty:
        st.info(_("No customer has {text} in their id or name.").format(text=wording.escape(text)), icon=":material/search_off:")
    elif len(found) > 1:
        st.caption(
            _("Several customers fit; click the one you mean.")
            if len(found) < MOST_MATCHES
            else _("Many customers fit; here are the first {n}.").format(n=wording.number(len(found)))
        )
        tables.customers(found, key="matches", alt=_("Customers that fit the search"))
    else:
        _one(profile(desk, str(found["customer_id"].iloc[0])))


def _begin() -> None:
    card = model()
    found = figures.riskiest(the_desk().version(), Filters()) if card is not None and has_signal(card) else None
    if found is not None and len(found):
        st.caption(_("Or begin with those who have most at risk."))
        tables.customers(found, key="begin", alt=_("The active customers with most at risk"))


def _one(found: Profile) -> None:
    st.header(wording.escape(found.name), anchor=False)
    if found.lost:
        when = (
            _("This customer left on {day}.").format(day=wording.date(found.left_on))
            if found.left_on is not None
            else _("This customer has left.")
        )
        st.info(when, icon=":material/logout:")
    card = model()
    if card is None:
        lacking(_("There are no risk scores yet. Train on your customers to see how likely each is to leave."))
    elif not has_signal(card):
        no_signal(card)
    elif len(found.read):
        _risk(found, card, scored(the_desk(), card, found, deeper=shows_deeper(the_desk())))
    _signs(found)
    _facts(found)


def _risk(found: Profile, card: Scorecard, scores: Scores) -> None:
    likely = scores.risk[0]
    if wording.risk_band(likely) == "unknown":
        lacks = wording.escape(wording.listing(missing(scores)))
        st.info(_("There is not enough information for a risk. Missing: {columns}.").format(columns=lacks), icon=":material/help:")
        return
    average = (
        _("Of all cases the score was learned from, {share} left {ahead} ({cases})").format(
            share=wording.percent(card.churn_rate), ahead=ahead(card), cases=plural("{n} case", "{n} cases", card.provenance.rows)
        )
        if ahead(card)
        else _("All customers the score was learned from: {share} have left ({customers})").format(
            share=wording.percent(card.churn_rate), customers=plural("{n} customer", "{n} customers", card.provenance.rows)
        )
    )
    left, right = st.columns([1, 2], gap="large")
    with left:
        label = _("Risk of leaving {ahead}").format(ahead=ahead(card)) if ahead(card) else _("Risk")
        cards([Figure(label, f"{wording.percent(likely)} ({wording.band_label(wording.risk_band(likely))})", average)], in_a_row=1)
        if uncertain := wide_range(scores):
            st.caption(uncertain)
    with right:
        st.subheader(_("What moves it most"), anchor=False)
        st.markdown("\n".join(f"- {wording.escape(sentence)}" for sentence in risk.drivers(scores, found.read)[0]))
        st.caption(_("Points of risk, one after the other from a typical customer. Associations, not causes."))
    _way(found, card, scores)
    second.opinion(found, card, scores)


def _way(found: Profile, card: Scorecard, scores: Scores) -> None:
    st.subheader(_("From a typical customer to this one"), anchor=False)
    way = steps(scores, found.read)
    if st.toggle(_("Exact log-odds"), key="log_odds", help=_("What the score adds up. Risk = 1 / (1 + e to the power of minus log-odds).")):
        chart(
            charts.waterfall_log_odds(log_odds_steps(scores, found.read), base=float(scores.base[0]), final=float(scores.log_odds[0])),
            key="way_log_odds",
        )
    else:
        base = way[0].start if way else float(scores.risk[0])
        chart(charts.waterfall(way, base=base, final=float(scores.risk[0]), average=card.churn_rate), key="way")
    if scores.known[0]:
        st.caption(
            _("The score was learned from a table with this customer in it; the risk shown is from the part that had not seen them.")
        )


def _signs(found: Profile) -> None:
    shown = signs.signs_of(the_desk().version(), found.customer_id)
    if shown is None or found.lost:
        return
    st.subheader(_("Warning signs"), anchor=False)
    if not shown:
        st.caption(_("None."))
    colors = {1: "gray", 2: "orange", 3: "red"}
    for severity, key, sentence in shown:
        badge = f":{colors[severity]}-badge[{severity_label(severity)}]"
        st.markdown(f"{badge} **{wording.escape(SIGNS[key].title)}.** {wording.escape(sentence)}")


def _facts(found: Profile) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader(_("Facts"), anchor=False)
        tables.facts(found.row, found.types)
    if not found.others:
        return
    with right:
        st.subheader(_("What happened"), anchor=False)
        for table, rows in found.others.items():
            if rows.total:
                st.caption(
                    _("{table}: the latest {shown} of {total}").format(
                        table=table, shown=wording.number(len(rows.frame)), total=wording.number(rows.total)
                    )
                )
                tables.small(rows.frame, rows.types, alt=table)
        none = [table for table, rows in found.others.items() if not rows.total]
        if none:
            st.caption(_("No {tables}.").format(tables=wording.listing(none)))
