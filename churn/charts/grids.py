"""Charts with two dimensions: cohorts by how long they have been there, and customers by two of their columns."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from churn import wording
from churn.charts import look
from churn.charts.look import OURS, QUOTED, SCALE, Chart, Picks
from churn.measures import Cohorts
from churn.measures.dialect import Every
from churn.wording import _, plural

MOST_COHORTS = 24
_MOST_WORDS = 13  # columns whose cells have room for words
_SHARE = {"customers": "share", "revenue": "revenue_share"}


def cohort_heat(found: Cohorts, *, by: Literal["customers", "revenue"] = "customers", every: Every = "month") -> Chart:
    """Of those who came together, how many are still there (or what they still bring) so many months, quarters or years on, and above them
    the mean of all cohorts; grey where fewer than ten came. The last 24 cohorts are drawn, and all are in the numbers."""
    kept = sorted(found.cells["cohort"].unique())[-MOST_COHORTS:]
    cells = found.cells[found.cells["cohort"].isin(kept)]
    last = int(cells["period"].max()) if len(cells) else 0
    names = [wording.span(cohort, every) for cohort in kept]
    share = _SHARE[by]
    rows = {cohort: place for place, cohort in enumerate(kept)}
    placed = [
        _Cell(rows[row["cohort"]], int(row["period"]), row[share], look.is_few(row["customers"]), _few_of(row, by), _lived(row, every, by))
        for row in cells.to_dict("records")
    ]
    figure = look.blank(150 + 26 * max(1, len(kept)))
    highest = max([1.0, *(cell.share for cell in placed if not cell.few and not math.isnan(cell.share))]) if by == "revenue" else 1.0
    _draw(figure, placed, len(kept), last + 1, top=min(highest, 1.5))
    mean = found.mean[(found.mean["period"] <= last) & found.mean[share].notna()]
    hover = [
        _("All cohorts, {period}: {share} ({cohorts})").format(
            period=_after(int(period), every), share=wording.percent(value), cohorts=plural("{n} cohort", "{n} cohorts", int(cohorts))
        )
        for period, value, cohorts in zip(mean["period"], mean[share], mean["cohorts"], strict=True)
    ]
    figure.add_scatter(
        x=mean["period"], y=mean[share], yaxis="y2", mode="lines+markers", line={"color": OURS, "width": 2.5}, **look.told(hover)
    )
    below = 1 - 90 / (90 + 26 * max(1, len(kept)))
    figure.update_xaxes(title_text=_spans_on(every), tick0=0, dtick=-(-(last + 1) // 13), range=[-0.5, last + 0.5])
    figure.update_yaxes(tickvals=look.places(names), ticktext=names)
    top = 1.1 * max([0.01, *mean[share]])
    figure.update_layout(
        yaxis={"domain": [0, below - 0.03]},
        yaxis2={"domain": [below, 1], "range": [0, top], "fixedrange": True, "showgrid": False, "zeroline": False, "automargin": True}
        | look.share_ticks([0, 0.5, 1]),
        margin_t=8,
    )
    figure.add_annotation(
        x=0.02, xref="paper", y=below + 0.01, yref="paper", text=_("mean of all"), showarrow=False, xanchor="left", yanchor="bottom"
    )
    headings = {"cohort": _("Cohort"), "period": _spans_on(every).capitalize(), "customers": _("Customers"), "there": _("Still there")}
    headings |= {"share": _("Share of customers"), "revenue": _("Revenue"), "revenue_share": _("Share of revenue")}
    data = found.cells[list(headings)].rename(columns=headings)
    return Chart(figure, _mean_words(mean, share, every, by), data)


def heat(cells: pd.DataFrame, *, title: str, down: str, across: str, picks: tuple[str, str] | None = None) -> Chart:
    """A share of the customers by two of their columns, darker for more; fewer than ten are grey with their counts alone.

    Columns in: row, column (missing: none), part, whole, share. `title` names the share, `down` and `across` the two columns; a click
    picks a row and a column of the columns `picks`.
    """
    named = cells.assign(row=[look.label(row) for row in cells["row"]], column=[look.label(column) for column in cells["column"]])
    rows, columns = (list(dict.fromkeys(named[name])) for name in ("row", "column"))
    placed = [
        _Cell(
            rows.index(cell["row"]),
            columns.index(cell["column"]),
            cell["share"],
            look.is_few(cell["whole"]),
            look.of_all(cell["part"], cell["whole"]),
            _hover(cell, title),
        )
        for cell in named.to_dict("records")
    ]
    figure = look.blank(110 + 40 * max(1, len(rows)))
    top = max([0.01, *(cell.share for cell in placed if not cell.few and not math.isnan(cell.share))])
    _draw(figure, placed, len(rows), len(columns), top=top)
    figure.update_xaxes(
        range=[-0.5, len(columns) - 0.5], tickvals=look.places(columns), ticktext=[look.plain(name, 12) for name in columns], side="top"
    )
    figure.update_yaxes(tickvals=look.places(rows), ticktext=[look.plain(name, 14) for name in rows])
    headings = {"row": down, "column": across, "part": _("Of these"), "whole": _("Customers"), "share": title}
    data = named[list(headings)].set_axis(_distinct(list(headings.values())), axis=1)
    order = named.assign(few=[cell.few for cell in placed]).sort_values("share", ascending=False, kind="stable")
    told = [f"{cell['row']}, {cell['column']}: {wording.percent(cell['share'])}" for cell in order[~order["few"]].to_dict("records")]
    alt = f"{title}. {'; '.join([*told[:3], *told[-1:]] if len(told) > 4 else told) or _('All groups are too few for a share')}."
    return Chart(figure, alt, data, _picks(cells, picks))


@dataclass(frozen=True)
class _Cell:
    """A place of a grid: its share, whether it rests on too few, what stands in it then, and its hover text."""

    row: int
    column: int
    share: float
    few: bool
    counted: str
    hover: str


def _draw(figure: go.Figure, cells: Sequence[_Cell], rows: int, columns: int, *, top: float) -> None:
    """Add the cells: coloured by share, grey where few, with their words where there is room, and points to hover over and to click."""
    frame = {"x": list(range(columns)), "y": list(range(rows)), "xgap": 1, "ygap": 1, "showscale": False, "hoverinfo": "skip"}
    for few, colours in ((False, SCALE), (True, (QUOTED, QUOTED))):
        filled = [[math.nan] * columns for _row in range(rows)]
        words = [[""] * columns for _row in range(rows)]
        for cell in cells:
            if cell.few == few:
                filled[cell.row][cell.column] = 0.0 if few else cell.share
                words[cell.row][cell.column] = cell.counted if few else "" if math.isnan(cell.share) else wording.percent(cell.share, 0)
        text = {"text": words, "texttemplate": "%{text}"} if columns <= _MOST_WORDS else {}
        figure.add_heatmap(z=filled, zmin=0, zmax=top, colorscale=list(colours), **frame, **text)
    figure.add_scatter(
        x=[cell.column for cell in cells],
        y=[cell.row for cell in cells],
        mode="markers",
        marker={"symbol": "square", "size": 22, "opacity": 0},
        **look.told([cell.hover for cell in cells]),
    )
    figure.update_yaxes(range=[rows - 0.5, -0.5])
    figure.update_layout(hovermode="closest", hoverdistance=60)


def _picks(cells: pd.DataFrame, columns: tuple[str, str] | None) -> Picks | None:
    if columns is None:
        return None
    named = cells[["row", "column"]].astype(object).where(cells[["row", "column"]].notna(), "")
    return Picks(columns, tuple((str(row), str(column)) for row, column in named.itertuples(index=False)), curve=2)


def _distinct(headings: Sequence[str]) -> list[str]:
    """Headings of which no two are the same."""
    return [heading if heading not in headings[:place] else f"{heading} ({place + 1})" for place, heading in enumerate(headings)]


def _hover(cell: Mapping[Any, Any], title: str) -> str:
    share = _("too few for a share") if look.is_few(cell["whole"]) else f"{look.name(title)} {wording.percent(cell['share'])}"
    return "<br>".join([look.name(str(cell["row"])), look.name(str(cell["column"])), share, look.of_all(cell["part"], cell["whole"])])


def _few_of(row: Mapping[Any, Any], by: str) -> str:
    return look.of_all(row["there"], row["customers"]) if by == "customers" else ""


def _lived(row: Mapping[Any, Any], every: Every, by: str) -> str:
    """The hover text of a cohort's cell."""
    share = wording.percent(row[_SHARE[by]])
    said = _("{share} still there") if by == "customers" else _("{share} of the first revenue")
    few = look.is_few(row["customers"])
    return "<br>".join(
        [
            _("came in {span}").format(span=wording.span(row["cohort"], every)),
            _after(int(row["period"]), every),
            _("too few for a share") if few else said.format(share=share),
            look.of_all(row["there"], row["customers"]),
            _("revenue {money}").format(money=wording.money(row["revenue"])),
        ]
    )


def _after(period: int, every: Every) -> str:
    texts = {
        "month": plural("after {n} month", "after {n} months", period),
        "quarter": plural("after {n} quarter", "after {n} quarters", period),
        "year": plural("after {n} year", "after {n} years", period),
    }
    return texts[every]


def _spans_on(every: Every) -> str:
    return {"month": _("months since the start"), "quarter": _("quarters since the start"), "year": _("years since the start")}[every]


def _mean_words(mean: pd.DataFrame, share: str, every: Every, by: str) -> str:
    """The mean of all cohorts at its begin, its middle and its end."""
    if mean.empty:
        return _("No cohort has lived a whole period yet.")
    places = list(dict.fromkeys([0, len(mean) // 2, len(mean) - 1]))
    told = [f"{_after(int(mean['period'].iloc[place]), every)} {wording.percent(mean[share].iloc[place])}" for place in places]
    what = (
        _("Of all cohorts together there are still {told}.")
        if by == "customers"
        else _("All cohorts together still bring {told} of their first revenue.")
    )
    return what.replace("{told}", wording.listing(told))
