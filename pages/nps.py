"""Would customers recommend the firm?"""

import streamlit as st

from churn import charts, wording
from churn.findings import Figure
from churn.wording import _, plural
from ui import figures
from ui.desk import firm, the_desk
from ui.show import cards, chart, days, few, heading, lacking, no_customers


def show() -> None:
    loaded = firm()
    heading(
        _("NPS"), loaded, about=_("The net promoter score: the share of 9 and 10 less the share of 0 to 6, each customer's latest answer.")
    )
    if loaded is None:
        no_customers()
        return
    version = the_desk().version()
    asked = figures.recommendation(version)
    if asked is None or not asked.found.answers:
        lacking(_("There are no NPS answers: load a surveys table with the question nps and scores from 0 to 10."))
        return
    cards(_scores(asked))
    few(asked.found.answers, plural("{n} answer", "{n} answers", asked.found.answers))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Answers"), anchor=False)
        chart(charts.nps(asked.found), key="nps")
    with right:
        _by_group(version, asked)


def _scores(asked: figures.Recommendation) -> list[Figure]:
    found = asked.found
    error = _("Give or take {margin} (95% interval; standard error {error})").format(
        margin=wording.number(found.margin, 1), error=wording.number(found.standard_error, 1)
    )
    shown = [
        Figure(_("NPS"), wording.signed(found.score, 1), error),
        Figure(_("Answers"), wording.number(found.answers), _("One for each customer, {days}").format(days=days(asked.period))),
    ]
    if found.ignored:
        shown.append(Figure(_("Left out"), wording.number(found.ignored), _("Answers without a score from 0 to 10")))
    return shown


def _by_group(version: int, asked: figures.Recommendation) -> None:
    names = {"segment": _("Segment"), "region": _("Region"), "plan": _("Plan")}
    st.subheader(_("By group"), anchor=False)
    if not asked.groups:
        st.caption(_("The customers table has no segment, region or plan to compare."))
        return
    chosen = st.segmented_control(
        _("Compare by"), asked.groups, default=asked.groups[0], format_func=names.__getitem__, key="nps_by", required=True
    )
    st.caption(_("The lines are 95% intervals: where two overlap widely, the difference may be chance."))
    by = figures.recommendation_by(version, chosen or asked.groups[0])
    chart(charts.nps_by(by, overall=asked.found.score), key="nps_by_chart")
    fewest = int(by["answers"].min())
    few(fewest, plural("{n} answer in the smallest group", "{n} answers in the smallest group", fewest))
