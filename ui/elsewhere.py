"""A test that was run elsewhere, judged out of columns of the customers table."""

import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.actions.elsewhere import Asked, Compared, amounts_of, compared, values_of
from churn.actions.verdict import interval
from churn.errors import ChurnError
from churn.view import columns_of, labels_of
from churn.wording import _, plural
from ui.desk import the_desk
from ui.show import chart, lacking


@st.cache_data(max_entries=4, show_spinner=False)
def _values(version: int) -> dict[str, tuple[str, ...]]:
    return values_of(the_desk())


@st.cache_data(max_entries=16, show_spinner=False)
def _compared(version: int, asked: Asked) -> tuple[Compared, ...]:
    return compared(the_desk(), asked)


def show() -> None:
    """Asks for the columns, and says what the test says."""
    st.caption(_("For a customers table that says whom a test contacted and what came of it. It must have been drawn at random."))
    values, labels = _values(the_desk().version()), labels_of(columns_of(the_desk()))
    if len(values) < 2:
        lacking(_("That takes two columns: one that says who was contacted, one that says what came of it. This table has none such."))
        return
    asked = _ask(values, labels)
    if asked is None:
        st.info(_("Choose the columns above."), icon=":material/arrow_upward:")
        return
    try:
        found = _compared(the_desk().version(), asked)
    except ChurnError as error:
        st.warning(wording.escape(str(error)), icon=":material/warning:")
        return
    _say(found, asked)


def _ask(values: dict[str, tuple[str, ...]], labels: dict[str, str]) -> Asked | None:
    def name(column: str) -> str:
        return labels.get(column, column)

    left, right = st.columns(2, gap="large")
    with left:
        arm = st.selectbox(_("Who was contacted"), list(values), index=None, format_func=name, key="test arm")
        control = st.selectbox(_("Not contacted"), values.get(arm or "", ()), index=None, key=f"test control {arm}", disabled=arm is None)
    with right:
        outcome = st.selectbox(_("What came of it"), list(values), index=None, format_func=name, key="test outcome")
        counts = st.selectbox(
            _("Value that counts"), values.get(outcome or "", ()), index=None, key=f"test counts {outcome}", disabled=outcome is None
        )
    numbers = amounts_of(the_desk())
    amount = st.selectbox(
        _("Money from each customer"), numbers, index=None, format_func=name, key="test amount", placeholder=_("None"), width=300
    )
    if arm is None or control is None or outcome is None or counts is None:
        return None
    return Asked(arm, control, outcome, counts, amount or "")


def _say(found: tuple[Compared, ...], asked: Asked) -> None:
    rows = []
    for one in found:
        st.markdown(f"**{wording.escape(_sentence(one))}**")
        if asked.amount:
            st.markdown(wording.escape(_money(one)))
        on = _("{acted} contacted, {held} not").format(
            acted=wording.number(one.pair.acted.followed), held=wording.number(one.pair.held_out.followed)
        )
        spread = one.difference
        rows.append({"name": one.name, "difference": spread.difference, "low": spread.low, "high": spread.high, "on": on})
    chart(charts.effects(pd.DataFrame(rows), fewer_is_better=False), key="effects elsewhere")
    told = plural("{n} comparison.", "{n} comparisons: of 20 such, one shows a difference by chance.", len(found))
    st.caption(wording.escape(f"{told} {_('An effect only if customers were drawn at random; otherwise an association.')}"))


def _sentence(one: Compared) -> str:
    spread = one.difference
    text = _("{name}: {acted} against {held} of those not contacted, {points} (95% interval {interval}).")
    told = text.format(
        name=one.name,
        acted=wording.percent(spread.acted),
        held=wording.percent(spread.held_out),
        points=wording.points(spread.difference),
        interval=interval(spread),
    )
    return told if spread.is_clear else f"{told} {_('Nothing can be said: the interval holds nought.')}"


def _money(one: Compared) -> str:
    if one.gain is None:
        return _("{name}: too few amounts are known to speak of money.").format(name=one.name)
    text = _("{name}: money from all {n} contacted {money} (95% interval {low} to {high}), costs not taken off.")
    return text.format(
        name=one.name,
        n=wording.number(one.pair.acted.followed),
        money=wording.signed(one.gain.money),
        low=wording.signed(one.gain.low),
        high=wording.signed(one.gain.high),
    )
