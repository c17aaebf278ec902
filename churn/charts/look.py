"""What all charts share: one palette, no colours of ground and text (the theme's then also stand in a picture that is taken), safe text.

A user's text reaches a figure through `plain` alone: Plotly reads tags, entities and formulas in whatever it is given.
"""

import html
import textwrap
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from churn import wording
from churn.wording import _, plural

OURS = "#0072B2"
QUOTED = "#8A8F98"
UP = "#D55E00"
DOWN = "#009E73"

# Groups side by side: those of Okabe and Ito (2008) that stand out on white and on dark, and two more that every eye tells from them; each
# has a stroke of its own, too. Amounts: one hue, pale to dark, as legible on white as on dark.
GROUPS = (OURS, UP, DOWN, "#A64CFF", "#E5004C", QUOTED)
STROKES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SCALE = ("#E3EFF7", "#A9CDE4", "#66A5CC", "#2E7DB0", "#0B5688", "#06365A")

ROW_HEIGHT = 44
FEW = 10


@dataclass(frozen=True)
class Picks:
    """What a click on a point of a chart's trace number `curve` (None: of any) chooses: for each of its points the values of these
    `columns` (safe names of the customers table)."""

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    curve: int | None = 0


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure, what it shows in a sentence or two for those who cannot see it (plain text, users' words unescaped), the numbers that it
    was drawn from (headings in words; None: nothing to take along) and what a click chooses."""

    figure: go.Figure
    alt: str
    data: pd.DataFrame | None = None
    picks: Picks | None = None


def plain(text: str, width: int = 20, lines: int = 2) -> str:
    """`text` as Plotly shows it letter for letter: no tags, entities or formulas; wrapped at `width`, cut after so many `lines`.

    >>> plain('<a href="x">R&D</a> costs $5')
    '&lt;a href="x"&gt;R&amp;D&lt;/a&gt;<br>costs &#36;5'
    """
    rows = textwrap.wrap(" ".join(text.split()), width, max_lines=lines, placeholder="…", break_on_hyphens=False)
    return "<br>".join(html.escape(row, quote=False).replace("$", "&#36;") for row in rows)


def blank(height: int) -> go.Figure:
    """An empty figure of `height` pixels that leaves colours of text and ground to the page and cannot be zoomed by a stray finger."""
    figure = go.Figure()
    figure.update_layout(
        template=go.layout.Template(),
        height=height,
        margin={"l": 8, "r": 24, "t": 28, "b": 8},
        showlegend=False,
        dragmode=False,
        bargap=0.1,
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": QUOTED, "activecolor": OURS, "orientation": "v"},
    )
    figure.update_xaxes(fixedrange=True, automargin=True, showgrid=False, zeroline=False)
    figure.update_yaxes(fixedrange=True, automargin=True, showgrid=False, zeroline=False)
    return figure


def rows(labels: Sequence[str], *, height: int = ROW_HEIGHT) -> go.Figure:
    """An empty figure with one row for each of users' `labels`, the first on top, at `places`."""
    figure = blank(60 + height * max(1, len(labels)))
    figure.update_yaxes(
        range=[len(labels) - 0.4, -0.6], tickvals=places(labels), ticktext=[plain(label) for label in labels], ticks="", showline=False
    )
    return figure


def places(labels: Sized) -> list[float]:
    """Where the rows of a figure stand; numbers, as two labels may look the same once they are cut."""
    return [float(place) for place in range(len(labels))]


def bars(
    figure: go.Figure, ends: Iterable[float], at: Sequence[float], colours: str | Sequence[str], hover: Sequence[str], *, width: float = 0.6
) -> None:
    """Add level bars from 0 to `ends`."""
    figure.add_bar(x=list(ends), y=list(at), orientation="h", width=width, marker_color=colours, marker_line_width=0, **told(hover))


def texts(figure: go.Figure, x: Iterable[float], y: Iterable[float], shown: Iterable[str], right: Iterable[bool] | None = None) -> None:
    """Add words beside points of the figure: to the right of each, or to its left where `right` says no."""
    xs = list(x)
    sides = [True] * len(xs) if right is None else list(right)
    figure.add_scatter(
        x=xs,
        y=list(y),
        mode="text",
        text=[f"\u00a0{text}" if side else f"{text}\u00a0" for text, side in zip(shown, sides, strict=True)],
        textposition=["middle right" if side else "middle left" for side in sides],
        cliponaxis=False,
        hoverinfo="skip",
    )


def line_at(figure: go.Figure, x: float, text: str) -> None:
    """Add an upright line with its name on top."""
    figure.add_vline(x=x, line_color=QUOTED, line_dash="dash", line_width=1.5)
    figure.add_annotation(x=x, y=1, yref="paper", yanchor="bottom", text=text, showarrow=False)


def told(hover: Sequence[str]) -> dict[str, Any]:
    """What a trace needs to show these texts, which `plain` has made, and nothing else on hover."""
    return {"customdata": list(hover), "hovertemplate": "%{customdata}<extra></extra>"}


def intervals(middle: Iterable[float], low: Iterable[float], high: Iterable[float]) -> dict[str, Any]:
    """Error bars that reach from `low` to `high`."""
    reach = [(top - at, at - bottom) for at, bottom, top in zip(middle, low, high, strict=True)]
    return {
        "array": [up for up, _down in reach],
        "arrayminus": [down for _up, down in reach],
        "symmetric": False,
        "color": QUOTED,
        "thickness": 1.5,
        "width": 4,
    }


def limits(low: "pd.Series[float]", high: "pd.Series[float]") -> dict[str, "pd.Series[float]"]:
    """The columns of an interval in a chart's numbers."""
    return {_("95% interval from"): low, _("95% interval to"): high}


def share_ticks(shares: Sequence[float]) -> dict[str, Any]:
    """What an axis needs to be marked at these shares."""
    return {"tickvals": list(shares), "ticktext": [wording.percent(share, 0) for share in shares]}


def share_marks(top: float) -> list[float]:
    """At most seven round shares from 0 up to `top`, to mark an axis with.

    >>> share_marks(0.05), share_marks(0.9)
    ([0.0, 0.01, 0.02, 0.03, 0.04, 0.05], [0.0, 0.2, 0.4, 0.6, 0.8])
    """
    step = next((step for step in (1, 2, 5, 10, 20) if 100 * top / step <= 6), 20)
    return [mark / 100 for mark in range(0, round(100 * top) + 1, step)]


def customers(n: int) -> str:
    """So many customers, in words."""
    return plural("{n} customer", "{n} customers", n)


def name(label: str) -> str:
    """A user's label as the heading of a hover text."""
    return plain(label, 40, 4)


def others(n: int) -> str:
    """The label of the row that stands for `n` columns without one of their own."""
    return _("all other columns ({n})").format(n=wording.number(n))


def label(group: object) -> str:
    """The name of a group; what is missing is called so."""
    return _("missing") if pd.isna(group) else str(group)  # type: ignore[call-overload]


def is_few(n: float) -> bool:
    """Whether so many customers are too few for a bare percentage."""
    return n < FEW


def of_all(part: float, whole: float) -> str:
    """A part and its whole, counted."""
    return _("{part} of {whole}").format(part=wording.number(part), whole=wording.number(whole))


def share_said(share: float, part: float, whole: float) -> str:
    """A share as a percentage; of few customers the counts alone.

    >>> share_said(0.25, 25, 100), share_said(0.5, 2, 4)
    ('25.0%', '2 of 4')
    """
    return of_all(part, whole) if is_few(whole) else wording.percent(share)


def apart(wanted: Sequence[float], least: float) -> list[float]:
    """Places near the wanted ones, in the same order, no two closer than `least`; the middle of a heap stays where it was.

    >>> apart([0.0, 0.1, 5.0], 1.0)
    [-0.45, 0.55, 5.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    heaps: list[list[int]] = []
    for place in order:
        heaps.append([place])
        while len(heaps) > 1 and _start(heaps[-1], wanted, least) < _start(heaps[-2], wanted, least) + least * len(heaps[-2]):
            last = heaps.pop()
            heaps[-1] = heaps[-1] + last
    found = {place: _start(heap, wanted, least) + least * rank for heap in heaps for rank, place in enumerate(heap)}
    return [round(found[place], 12) for place in range(len(wanted))]


def _start(heap: Sequence[int], wanted: Sequence[float], least: float) -> float:
    return sum(wanted[place] for place in heap) / len(heap) - least * (len(heap) - 1) / 2


def picked(found: pd.DataFrame, column: str | None, *, curve: int | None) -> Picks | None:
    """What a click on a group's bar or point chooses; "" (MISSING of the filters) for those without a group."""
    if column is None:
        return None
    return Picks((column,), tuple(("" if pd.isna(group) else str(group),) for group in found["group"]), curve)
