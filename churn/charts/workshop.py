"""Charts for a room: few lines, thick, named where they end, in type that can be read from afar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.look import OURS, QUOTED, UP, Chart
from churn.wording import _

_TYPE = 18
_MOST_HEADINGS = 7


@dataclass(frozen=True)
class Axis:
    """What an axis shows: shares (0..1), money or plain numbers, with digits after the point."""

    title: str
    unit: Literal["share", "money", "number"] = "number"
    digits: int = 0

    def said(self, value: float) -> str:
        """A value in words."""
        if self.unit == "share":
            return wording.percent(value, self.digits)
        return wording.money(value, digits=self.digits) if self.unit == "money" else wording.number(value, self.digits)


@dataclass(frozen=True, eq=False)
class Line:
    """A line with its name; `second` is drawn in another colour, dashed."""

    name: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    second: bool = False


def lines(
    drawn: Sequence[Line],
    *,
    x: Axis,
    y: Axis,
    alt: str,
    mark: tuple[float, float] | None = None,
    level: tuple[float, str] | None = None,
    named_at: float = 1.0,
    above: bool = True,
) -> Chart:
    """Lines over a common axis, a `mark` where the dials stand, and a `level` line with its name. The names of two lines stand so far along
    them (0..1), that of the second `above` it and that of the first below, or the other way round."""
    figure = look.blank(400)
    for line in drawn:
        style = {"color": UP if line.second else OURS, "width": 4, "dash": "dash" if line.second else "solid"}
        hover = [look.plain(f"{line.name}: {x.said(a)}, {y.said(b)}", 60) for a, b in zip(line.x, line.y, strict=True)]
        figure.add_scatter(x=line.x, y=line.y, mode="lines", line=style, **look.told(hover))
    if level is not None:
        figure.add_hline(y=level[0], line_color=QUOTED, line_dash="dot", line_width=2)
        name = look.plain(level[1], 40)
        figure.add_annotation(x=0, xref="paper", xanchor="left", y=level[0], yanchor="bottom", text=name, showarrow=False)
    for line in drawn if len(drawn) > 1 else ():
        _name(figure, line, at=round((len(line.x) - 1) * named_at), above=above == line.second)
    if mark is not None:
        hover = [look.plain(f"{x.said(mark[0])}, {y.said(mark[1])}", 60)]
        figure.add_scatter(x=[mark[0]], y=[mark[1]], mode="markers", marker={"color": UP, "size": 18}, **look.told(hover))
    _axes(figure, drawn, x=x, y=y)
    return Chart(figure, alt, _numbers(drawn, x=x, y=y))


def surveys(scores: npt.NDArray[np.float64], *, truth: float, drawn: float, alt: str) -> Chart:
    """How often surveys gave each score, the true score and the survey that was drawn marked."""
    figure = look.blank(400)
    width = next((step for step in (1, 2, 5, 10) if np.ptp(scores) / step <= 40), 20)
    places, counts = np.unique(np.round(scores / width) * width, return_counts=True)
    hover = [
        look.plain(_("{score}: {n} surveys").format(score=wording.signed(at), n=wording.number(n)))
        for at, n in zip(places, counts, strict=True)
    ]
    figure.add_bar(x=places, y=counts, width=width * 0.9, marker_color=OURS, marker_line_width=0, **look.told(hover))
    look.line_at(figure, truth, look.plain(_("all customers {score}").format(score=wording.signed(truth)), 40))
    told = [look.plain(_("this survey {score}").format(score=wording.signed(drawn)), 40)]
    figure.add_scatter(
        x=[drawn], y=[0], mode="markers", marker={"color": UP, "size": 20, "symbol": "diamond"}, cliponaxis=False, **look.told(told)
    )
    figure.update_layout(font_size=_TYPE, margin_t=44)
    _large(figure)
    figure.update_xaxes(title_text=_("score that a survey gives"), nticks=_MOST_HEADINGS)
    figure.update_yaxes(title_text=_("surveys"), nticks=5, rangemode="tozero")
    return Chart(figure, alt, pd.DataFrame({_("Score"): places, _("Surveys"): counts}))


def guessed(reasons: Sequence[str], mixes: Sequence[tuple[str, Sequence[float]]], *, colours: Sequence[str], alt: str) -> Chart:
    """For each reason a bar of each mix (its name and shares) in its colour, the first mix on top."""
    figure = look.rows(reasons, height=26 + 30 * len(mixes))
    depth = 0.8 / len(mixes)
    for place, (name, shares) in enumerate(mixes):
        at = [row - 0.4 + depth * (place + 0.5) for row in look.places(reasons)]
        hover = [look.plain(f"{name}: {wording.percent(share, 0)}", 60) for share in shares]
        look.bars(figure, shares, at, colours[place], hover, width=depth * 0.92)
        words = [f"{wording.percent(share, 0)} {name}" if not row else wording.percent(share, 0) for row, share in enumerate(shares)]
        look.texts(figure, shares, at, [look.plain(word, 40) for word in words])
    top = max((share for _name, shares in mixes for share in shares), default=0.0)
    figure.update_layout(font_size=_TYPE)
    _large(figure)
    figure.update_xaxes(range=[0, max(0.1, 1.9 * top)], showticklabels=False)
    data = {_("Reason"): list(reasons)} | {name: list(shares) for name, shares in mixes}
    return Chart(figure, alt, pd.DataFrame(data))


def _name(figure: Any, line: Line, *, at: int, above: bool) -> None:
    figure.add_annotation(
        x=float(line.x[at]),
        y=float(line.y[at]),
        text=look.plain(line.name, 30),
        showarrow=False,
        xanchor="right" if at > 0.8 * len(line.x) else "left",
        yanchor="bottom" if above else "top",
        yshift=8 if above else -8,
    )


def _large(figure: Any) -> None:
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(tickfont_size=_TYPE - 2, title_font_size=_TYPE)


def _axes(figure: Any, drawn: Sequence[Line], *, x: Axis, y: Axis) -> None:
    figure.update_layout(font_size=_TYPE, margin_r=36)
    _large(figure)
    formats = {"share": ".0%", "money": ",", "number": ","}
    figure.update_xaxes(
        title_text=x.title,
        tickformat=formats[x.unit],
        nticks=_MOST_HEADINGS,
        range=[min(line.x.min() for line in drawn), max(line.x.max() for line in drawn)],
    )
    figure.update_yaxes(title_text=y.title, tickformat=formats[y.unit], nticks=6, showgrid=True, gridcolor="rgba(128,128,128,0.25)")


def _numbers(drawn: Sequence[Line], *, x: Axis, y: Axis) -> pd.DataFrame:
    parts = [pd.DataFrame({_("Line"): line.name, x.title: line.x, y.title: line.y}) for line in drawn]
    return pd.concat(parts, ignore_index=True)
