"""Why customers say they leave, beside what is often quoted."""

import streamlit as st

from churn import charts, wording
from churn.findings import Figure
from churn.measures import ReasonMix, quoted_standing
from churn.wording import _, plural
from ui import figures
from ui.desk import firm, the_desk
from ui.show import cards, chart, few, heading, lacking, no_customers


def show() -> None:
    loaded = firm()
    heading(_("Reasons"), loaded, about=_("What customers said when they left. A stated reason is no proof of a cause."))
    if loaded is None:
        no_customers()
        return
    version = the_desk().version()
    sources = figures.reason_sources(version)
    if not sources:
        lacking(_("There are no stated reasons: load a surveys table with exit answers, or customers with a column such as Churn reason."))
        return
    source = next(iter(sources))
    if len(sources) > 1:
        source = st.selectbox(
            _("Reasons from"), list(sources), format_func=lambda name: sources[name] or _("Exit surveys"), key="reasons_from"
        )
    found = figures.reasons(version, source)
    if not found.stated:
        lacking(_("Nobody who left has stated a reason yet."))
        return
    cards([*_compared(found), _silent(found)])
    few(found.stated, plural("{n} stated reason", "{n} stated reasons", found.stated))
    st.subheader(_("All reasons"), anchor=False)
    st.caption(_("Blue: your customers, with 95% intervals. Grey: the often-quoted mix. {standing}").format(standing=quoted_standing()))
    chart(charts.reasons(found), key="reasons")
    _left_out(found)


def _compared(found: ReasonMix) -> list[Figure]:
    """The reason that is quoted most, here and as quoted; where it is not among the firm's reasons, the firm's first."""
    unvalued = found.mix[(found.mix["quoted"] == found.mix["quoted"].max()) & (found.mix["customers"] > 0)]
    row = (found.mix if unvalued.empty else unvalued).iloc[0]
    here = _("{range} (95% interval), of {stated}").format(
        range=wording.share_range(row["low"], row["high"]),
        stated=plural("{n} customer who gave a reason", "{n} customers who gave a reason", found.stated),
    )
    reason = str(row["reason"])
    shown = [Figure(_("{reason}: here").format(reason=reason[:1].upper() + reason[1:]), wording.percent(row["share"], 0), here)]
    if not unvalued.empty:
        shown.append(Figure(_("Often quoted"), wording.percent(row["quoted"], 0), _("A claim: widely repeated, no primary study found")))
    return shown


def _silent(found: ReasonMix) -> Figure:
    on = plural("Of {n} customer who left", "Of {n} customers who left", found.stated + found.not_stated)
    return Figure(_("Gave no reason"), wording.number(found.not_stated), on)


def _left_out(found: ReasonMix) -> None:
    if found.rest:
        st.caption(plural("{n} customer gave a rarer reason.", "{n} customers gave rarer reasons.", found.rest))
    if found.still_here:
        st.caption(
            plural(
                "{n} reason of a customer who is still here is left out.",
                "{n} reasons of customers who are still here are left out.",
                found.still_here,
            )
        )
