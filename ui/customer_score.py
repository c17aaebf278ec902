"""A customer's risk on their page: what it is, what moves it, what moved it since the last load, and the way to it step by step."""

import streamlit as st

from churn import charts, risk, wording
from churn.findings import Figure
from churn.findings.risks import ahead
from churn.risk import Scorecard, Scores
from churn.risk.since import Since, since
from churn.wording import _, plural
from ui import second
from ui.customer import Profile, log_odds_steps, missing, steps, wide_range
from ui.desk import the_desk
from ui.show import cards, chart

LEAST_POINTS = 0.0005


def of_customer(found: Profile, card: Scorecard, scores: Scores) -> None:
    """The risk and what moves it most, or what is missing for one."""
    likely = scores.risk[0]
    if wording.risk_band(likely) == "unknown":
        lacks = wording.escape(wording.listing(missing(scores)))
        st.info(_("There is not enough information for a risk. Missing: {columns}.").format(columns=lacks), icon=":material/help:")
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        label = _("Risk of leaving {ahead}").format(ahead=ahead(card)) if ahead(card) else _("Risk")
        cards([Figure(label, f"{wording.percent(likely)} ({wording.band_label(wording.risk_band(likely))})", _average(card))], in_a_row=1)
        if uncertain := wide_range(scores):
            st.caption(uncertain)
    with right:
        st.subheader(_("What moves it most"), anchor=False)
        st.markdown("\n".join(f"- {wording.escape(sentence)}" for sentence in risk.drivers(scores, found.read)[0]))
        st.caption(_("Points of risk, one after the other from a typical customer. Associations, not causes."))
        if moved := since(the_desk(), card, found.customer_id):
            st.markdown(wording.escape(since_words(moved)))


def _average(card: Scorecard) -> str:
    if ahead(card):
        return _("Of all cases the score was learned from, {share} left {ahead} ({cases})").format(
            share=wording.percent(card.churn_rate), ahead=ahead(card), cases=plural("{n} case", "{n} cases", card.provenance.rows)
        )
    return _("All customers the score was learned from: {share} have left ({customers})").format(
        share=wording.percent(card.churn_rate), customers=plural("{n} customer", "{n} customers", card.provenance.rows)
    )


def since_words(moved: Since) -> str:
    """What moved the risk since the last load, in sentences."""
    was = _("Before the last load the risk was {before}.").format(before=wording.percent(moved.before))
    parts = [
        (moved.customer, _("because the customer changed: {points}")),
        (moved.model, _("because the score was learned anew: {points}")),
        (moved.missing, _("because something is no longer known: {points}")),
    ]
    told = [text.format(points=wording.points(difference)) for difference, text in parts if abs(difference) >= LEAST_POINTS]
    if not told:
        return " ".join([was, _("Nothing has moved it since.")])
    sentences = [was, _("Since then it moved {parts}.").format(parts=wording.listing(told))]
    sentences += [
        _("{column} was {before} and is {now}.").format(
            column=changed.column, before=changed.before or _("missing"), now=changed.now or _("missing")
        )
        for changed in moved.changes
    ]
    if moved.gone:
        sentences.append(_("No longer known: {columns}.").format(columns=wording.listing(list(moved.gone))))
    return " ".join(sentences)


def way(found: Profile, card: Scorecard, scores: Scores) -> None:
    """The way from a typical customer to this one, and the second opinion."""
    st.subheader(_("From a typical customer to this one"), anchor=False)
    stages = steps(scores, found.read)
    if st.toggle(_("Exact log-odds"), key="log_odds", help=_("What the score adds up. Risk = 1 / (1 + e to the power of minus log-odds).")):
        chart(
            charts.waterfall_log_odds(log_odds_steps(scores, found.read), base=float(scores.base[0]), final=float(scores.log_odds[0])),
            key="way_log_odds",
        )
    else:
        base = stages[0].start if stages else float(scores.risk[0])
        chart(charts.waterfall(stages, base=base, final=float(scores.risk[0]), average=card.churn_rate), key="way")
    if scores.known[0]:
        st.caption(
            _("The score was learned from a table with this customer in it; the risk shown is from the part that had not seen them.")
        )
    second.opinion(found, card, scores)
