"""What all pages draw alike: headings, figures with what they were computed on, charts, and what to do where data is lacking."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from churn import wording
from churn.charts import Chart, Picks
from churn.findings import Figure, Findings, Part, Table
from churn.findings.words import few as caution_of
from churn.measures import Period
from churn.report.spreadsheets import csv_bytes
from churn.risk import Scorecard
from churn.wording import _
from ui import tables
from ui.desk import Firm
from ui.links import link

MOST_ROWS_WHOLE = 25
_CHART = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]], "responsive": True}

OnPick = Callable[[Mapping[str, str]], None]


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
                if figure.change:
                    st.markdown(wording.escape(figure.change))
                st.caption(wording.escape(figure.on))


def chart(drawn: Chart, *, key: str, on_pick: OnPick | None = None) -> None:
    """A chart with its sentence for those who cannot see it, its picture (the camera in its corner) and its numbers to take along.

    Where a click chooses something and `on_pick` is there, it gets the chosen value by column before the page is drawn anew.
    """
    named = re.sub(r"\W+", "_", key).strip("_")
    config: dict[str, Any] = {**_CHART, "toImageButtonOptions": {"format": "png", "filename": named, "scale": 2}}
    if drawn.picks is None or on_pick is None:
        st.plotly_chart(drawn.figure, width="stretch", config=config, alt=drawn.alt, key=key)
    else:
        chosen = partial(_picked, key, drawn.picks, on_pick)
        st.plotly_chart(drawn.figure, width="stretch", config=config, alt=drawn.alt, key=key, on_select=chosen, selection_mode="points")
    if drawn.data is not None:
        data = drawn.data
        st.download_button(
            _("Numbers"),
            lambda: csv_bytes(data),
            f"{named}.csv",
            "text/csv",
            key=f"{key} numbers",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            help=_("The numbers of this chart as a spreadsheet (CSV). The camera in its corner takes a picture."),
        )


def _picked(key: str, picks: Picks, on_pick: OnPick) -> None:
    """Hands on what was clicked; a click that undoes another chooses nothing."""
    points = st.session_state[key].selection.points
    places = [point["point_index"] for point in points if picks.curve in (None, point["curve_number"])]
    if places:
        on_pick(dict(zip(picks.columns, picks.values[places[-1]], strict=True)))


def findings(found: Findings, *, firm: Firm | None = None, on_pick: OnPick | None = None) -> None:
    """Everything that answers a page's question: the answer, the figures, then part after part."""
    if head(found, firm=firm):
        parts(found.parts, on_pick=on_pick)


def head(found: Findings, *, firm: Firm | None = None) -> bool:
    """The question, the answer and the figures; whether there is more to show."""
    heading(wording.escape(found.title), firm, about=wording.escape(found.question))
    if found.lacking:
        lacking(wording.escape(found.lacking))
        return False
    if found.said:
        st.markdown(wording.escape(found.said))
    cards(found.figures, in_a_row=3 if len(found.figures) <= 6 else 4)
    _warn(found.caution)
    return True


def parts(found: Sequence[Part], *, on_pick: OnPick | None = None) -> None:
    """Parts below each other, two halves that follow each other side by side; last, in one box, what others lack."""
    shown = [part for part in found if not part.lacking]
    place = 0
    while place < len(shown):
        pair = shown[place : place + 2]
        if len(pair) == 2 and pair[0].half and pair[1].half:
            for column, half in zip(st.columns(2, gap="large"), pair, strict=True):
                with column:
                    part(half, on_pick=on_pick)
        else:
            pair = pair[:1]
            part(pair[0], on_pick=on_pick)
        place += len(pair)
    if missing := [part for part in found if part.lacking]:
        lacking("\n\n".join(wording.escape(part.lacking) for part in missing))


def part(found: Part, *, on_pick: OnPick | None = None) -> None:
    """One thing to look at: what it is, on what, and the chart or the table."""
    st.subheader(wording.escape(found.title), anchor=False)
    if found.about:
        st.caption(wording.escape(found.about))
    _warn(found.caution)
    if found.chart is not None:
        if found.chart.picks is not None and on_pick is not None:
            st.caption(_("Click one to look at it alone, on all pages; click again to go back."))
        chart(found.chart, key=found.key, on_pick=on_pick)
    if found.table is not None:
        _table(found.table, key=found.key)
    for note in found.notes:
        st.caption(wording.escape(note))


def _table(found: Table, *, key: str) -> None:
    """A table in words: whole where it is short, else one that scrolls and can be searched."""
    if len(found.cells) <= MOST_ROWS_WHOLE:
        tables.said([wording.escape(str(head)) for head in found.cells], found.cells.itertuples(index=False), alt=found.alt)
    else:
        st.dataframe(found.cells, hide_index=True, alt=found.alt, key=f"{key} table")


def _warn(caution: str) -> None:
    if caution:
        st.warning(wording.escape(caution), icon=":material/warning:")


def lacking(sentence: str) -> None:
    """The empty state: what the page lacks, and the way to the page where that is mended."""
    st.info(sentence, icon=":material/info:")
    link("data", label=_("Go to Data"), icon=":material/upload_file:")


def no_customers() -> None:
    """The empty state of a desk without customers."""
    lacking(_("No customers are loaded yet. Load a spreadsheet of customers, or the sample firm."))


def few(n: int, counted: str) -> None:
    """A caution where a figure rests on few; `counted` is `n` in words, such as "12 answers"."""
    _warn(caution_of(n, counted))


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
