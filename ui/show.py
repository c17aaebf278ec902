"""What all pages draw alike: headings, figures with what they were computed on, charts, and what to do where data is lacking."""

from collections.abc import Sequence

import streamlit as st

from churn import wording
from churn.charts import Chart
from churn.findings import Figure
from churn.measures import Period
from churn.risk import Scorecard
from churn.wording import _
from ui.desk import Firm
from ui.links import link

FEW = 30
_CHART = {"displayModeBar": False, "responsive": True}


def heading(title: str, firm: Firm | None, *, about: str = "") -> None:
    """The page's title, one line on what it answers, and a mark where the data is invented."""
    st.title(title, anchor=False)
    if about:
        st.caption(about)
    if firm is not None and firm.is_sample:
        st.badge(_("Sample firm: invented data"), icon=":material/science:", color="orange")


def cards(figures: Sequence[Figure], *, in_a_row: int = 3) -> None:
    """Figures in cards, so many in a row."""
    for start in range(0, len(figures), in_a_row):
        for place, figure in zip(st.columns(in_a_row), figures[start : start + in_a_row], strict=False):
            with place.container(border=True, height="stretch", gap="xsmall"):
                st.metric(wording.escape(figure.label), figure.value)
                st.caption(wording.escape(figure.on))


def chart(drawn: Chart, *, key: str) -> None:
    """A chart, with its sentence for those who cannot see it."""
    st.plotly_chart(drawn.figure, width="stretch", config=_CHART, alt=drawn.alt, key=key)


def lacking(sentence: str) -> None:
    """The empty state: what the page lacks, and the way to the page where that is mended."""
    st.info(sentence, icon=":material/info:")
    link("data", label=_("Go to Data"), icon=":material/upload_file:")


def no_customers() -> None:
    """The empty state of a desk without customers."""
    lacking(_("No customers are loaded yet. Load a spreadsheet of customers, or the sample firm."))


def few(n: int, counted: str) -> None:
    """A caution where a figure rests on fewer than 30; `counted` is `n` in words, such as "12 answers"."""
    if n < FEW:
        st.warning(_("Only {counted}: chance alone can move these figures a lot.").format(counted=counted), icon=":material/warning:")


def days(period: Period | None) -> str:
    """The days that figures were computed on; "" where no day is known."""
    if period is None:
        return ""
    return _("{first} to {last}").format(first=wording.date(period.first), last=wording.date(period.last))


def no_signal(card: Scorecard, *, onward: bool = True) -> None:
    """What is said in place of risks where the score is no better than guessing, and the way to a deeper model that is, or to those who
    pay most."""
    st.warning(
        _("The score finds no signal: it does no better than giving every customer the same risk. So no risks are shown."),
        icon=":material/signal_cellular_off:",
    )
    if card.deeper is not None:
        link("trust", label=_("A deeper model does better: see whether to use it"), icon=":material/verified_user:")
    if onward:
        link("calls", label=_("See who pays most instead"), icon=":material/call:")
