"""How many customers leave, what is at stake, and what moves the risk."""

import streamlit as st

from churn import charts, wording
from churn.findings import Figure
from churn.report.trust import within
from churn.risk import Scorecard
from churn.risk.desk_models import shows_deeper
from churn.wording import _, plural
from ui import figures, tables
from ui.desk import firm, has_signal, model, the_desk
from ui.links import link
from ui.show import cards, chart, days, few, heading, lacking, no_customers, no_signal
from ui.trust import trust_link, warn_put_back


def show() -> None:
    loaded = firm()
    heading(_("Overview"), loaded)
    if loaded is None:
        no_customers()
        return
    found = figures.overview(the_desk().version())
    card = model()
    if card is not None:
        warn_put_back(card)
    trusted = card is not None and has_signal(card) and found.at_risk.scored > 0
    cards([*_customers(found, loaded.customers), *(_at_stake(found, within(card)) if trusted and card else [])])
    few(loaded.customers, plural("{n} customer", "{n} customers", loaded.customers))
    if found.churn is None:
        lacking(_("Nothing says yet who has left, so there is no churn rate and no risk. Choose the column that marks the lost customers."))
    elif card is None:
        lacking(_("There are no risk scores yet. Train on your customers to see who may leave next, and why."))
    elif not has_signal(card):
        no_signal(card)
    elif not found.at_risk.scored:
        lacking(_("Too little is known of every active customer for a risk: fill in more of the columns that the score reads."))
    else:
        _risks(found, card)
    if card is not None and found.churn is not None:
        trust_link()


def _customers(found: figures.Overview, customers: int) -> list[Figure]:
    dates = _("Dates from {days}").format(days=days(found.period)) if found.period else ""
    rows = dates or _("Rows in the customers table")
    to_come = plural("{n} has neither a start nor an order yet", "{n} have neither a start nor an order yet", found.to_come)
    about = _("{rows}; {to_come}").format(rows=rows, to_come=to_come) if found.to_come else rows
    shown = [Figure(_("Customers"), wording.number(customers), about)]
    if found.churn is not None:
        rate = _("Share of all customers in the table who have left ({lost} of {total}), not a yearly rate; 95% interval {range}").format(
            lost=wording.number(found.churn.count),
            total=wording.number(found.churn.total),
            range=wording.share_range(found.churn.low, found.churn.high),
        )
        shown.append(Figure(_("Churn rate"), wording.percent(found.churn.share), rate))
        shown.append(Figure(_("Active customers"), wording.number(found.at_risk.active), _("Not marked as lost")))
    if found.at_risk.monthly_value is not None:
        on = plural("What {n} active customer pays a month", "What {n} active customers pay a month", found.at_risk.active)
        shown.append(Figure(_("Monthly value"), wording.money(found.at_risk.monthly_value), on))
    return shown


def _at_stake(found: figures.Overview, ahead: str) -> list[Figure]:
    shown = []
    if found.at_risk.value_at_risk is not None:
        on = plural(
            "Monthly value times risk, over {n} active customer",
            "Monthly value times risk, over {n} active customers",
            found.at_risk.valued,
        )
        shown.append(Figure(_("Monthly value at risk"), wording.money(found.at_risk.value_at_risk), on))
    of = plural("The risk of {n} active customer", "The risks of {n} active customers added up", found.at_risk.scored)
    on = _("{of}: to leave {ahead}").format(of=of, ahead=ahead) if ahead else _("{of}; no date is implied").format(of=of)
    return [*shown, Figure(_("Expected losses"), wording.number(found.at_risk.expected_losses), on)]


def _risks(found: figures.Overview, card: Scorecard) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("How risk is spread"), anchor=False)
        st.caption(plural("{n} active customer by risk of leaving", "{n} active customers by risk of leaving", found.at_risk.scored))
        chart(charts.risk_spread(found.spread), key="spread")
        if unknown := found.at_risk.active - found.at_risk.scored:
            st.caption(plural("Too little is known of {n} more for a risk.", "Too little is known of {n} more for a risk.", unknown))
    with right:
        st.subheader(_("What moves the score"), anchor=False)
        of_whom = _("The scorecard's; the risks shown are the deeper model's.") if shows_deeper(the_desk()) else ""
        st.caption(" ".join([_("Each column's part in all scores. An association, not a cause."), of_whom]))
        chart(charts.drivers(dict(zip(card.columns, card.importance.tolist(), strict=True)), most=8), key="drivers")
    by_value = "value_at_risk" in found.riskiest
    st.subheader(_("Most value at risk") if by_value else _("Highest risk"), anchor=False)
    st.caption(_("Click a customer to see what is behind the risk."))
    tables.customers(found.riskiest, key="riskiest", alt=_("The active customers with most at risk"))
    link("calls", label=_("Whom it pays to call, and what that brings"), icon=":material/call:")
    _worth(card)


def _worth(card: Scorecard) -> None:
    st.subheader(_("How good is the score?"), anchor=False)
    told = _(
        "Of a customer who left and one who stayed, the score gives the one who left the higher risk {hits} times in 100; "
        "a coin would be right 50 times. This was counted on {rows} customers, {how}."
    )
    how = _("on a later day than any that it knew of") if within(card) else _("none of whom the score had seen")
    st.markdown(told.format(hits=wording.number(100 * card.evaluation.roc_auc), rows=wording.number(card.evaluation.rows), how=how))
