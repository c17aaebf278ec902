"""Charts along time: a rate or a score with its interval, and shares of a whole."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from churn import wording
from churn.charts import look
from churn.charts.look import QUOTED, Chart
from churn.measures.dialect import Every
from churn.wording import _, plural

MOST_BANDS = 3
_MOST_TICKS = 6


def churn_trend(rates: pd.DataFrame, *, every: Every = "month") -> Chart:
    """The churn rate of each span that is over, of all or of up to six groups. Columns in: those of `churn_by_month`."""
    names = {"month": "period", "rate": "value", "lost": "part", "at_start": "whole"}
    over = rates[rates["complete"]].rename(columns=names)
    headings = {"part": _("Lost"), "whole": _("Customers at the start")}
    return trend(over, title=_("Churn rate"), every=every, counted=look.customers, headings=headings)


def nps_trend(scores: pd.DataFrame, *, every: Every = "quarter") -> Chart:
    """The score of each span with its interval. Columns in: those of the measure `nps_trend`."""
    points = scores.rename(columns={"score": "value", "answers": "whole"}).assign(
        low=(scores["score"] - scores["margin"]).clip(lower=-100), high=(scores["score"] + scores["margin"]).clip(upper=100)
    )
    counted = {"whole": _("Answers")}
    return trend(points, title=_("NPS"), every=every, counted=_answers, headings=counted, words=wording.signed, share=False)


def trend(
    points: pd.DataFrame,
    *,
    title: str,
    every: Every,
    counted: Callable[[int], str],
    headings: dict[str, str],
    words: Callable[[float], str] = wording.percent,
    share: bool = True,
) -> Chart:
    """A value over time with its 95% interval; of the groups, if any, the six that rest on most, each named at the end of its line.

    Columns in: period (a span's first day), value, low, high, whole (how many it rests on), part (how many of these; absent for what is no
    share), group (absent for one line). `headings` names `part` and `whole` in the numbers, `counted` says so many in words.
    """
    known = points[points["value"].notna()]
    lines = lines_of(known)
    figure = look.blank(340)
    hover = {name: [_said(row, name, every, counted, words) for row in line.to_dict("records")] for name, line in lines.items()}
    for place, (name, line) in enumerate(lines.items()):
        if len(lines) <= MOST_BANDS:
            band(figure, line["period"], line, look.GROUPS[place])
        _line(figure, line, place, hover[name])
    top, bottom = _reach(known if len(lines) <= MOST_BANDS else known[["value"]], share)
    _name_ends(figure, lines, [words(line["value"].iloc[-1]) for line in lines.values()], (top - bottom) / 14)
    periods = sorted(known["period"].unique())
    _time_axis(figure, periods, every, named=len(lines) > 1)
    ticks = look.share_ticks(look.share_marks(top)) if share else {"nticks": 6, "tickformat": "+d" if bottom < 0 else "d"}
    figure.update_yaxes(range=[bottom, top], title_text=look.plain(title, 40, 1), **ticks)
    if bottom < 0:
        figure.add_hline(y=0, line_color=QUOTED, line_width=1)
    figure.update_layout(margin_t=8)
    numbers = {"period": _("From"), "group": _("Group"), "value": title, **headings}
    data = known[[name for name in numbers if name in known]].rename(columns=numbers).assign(**look.limits(known["low"], known["high"]))
    return Chart(figure, _trend_words(lines, title, every, words), data.reset_index(drop=True))


def shares_over_time(found: pd.DataFrame, *, every: Every = "quarter") -> Chart:
    """How the shares of the stated reasons move, as bars that add up to all; pale where under ten stated one.

    Columns in: those of `reason_trend`.
    """
    names = list(dict.fromkeys(found["reason"]))[: len(look.GROUPS) - 1]
    wholes = found.drop_duplicates("period").set_index("period")["stated"]
    periods = list(wholes.index)
    at = look.places(periods)
    strong = [0.35 if look.is_few(whole) else 1.0 for whole in wholes]
    counts = {name: found[found["reason"] == name].set_index("period")["customers"].reindex(periods).fillna(0) for name in names}
    counts[_("all others")] = wholes - sum(counts.values(), start=pd.Series(0, index=wholes.index))
    figure = look.blank(360)
    middles, base = [], 0.0
    for (name, parts), colour in zip(counts.items(), [*look.GROUPS[: len(names)], QUOTED], strict=True):
        shares = parts / wholes
        hover = [
            "<br>".join([look.name(name), wording.span(period, every), look.share_said(share, part, whole), look.of_all(part, whole)])
            for period, share, part, whole in zip(periods, shares, parts, wholes, strict=True)
        ]
        figure.add_bar(x=at, y=shares, width=0.86, marker={"color": colour, "opacity": strong, "line": {"width": 0}}, **look.told(hover))
        last = float(shares.iloc[-1]) if len(shares) else 0.0
        middles.append(base + last / 2)
        base += last
    figure.update_layout(barmode="stack", margin_t=8)
    room = max(1.0, 0.45 * len(periods))
    ends = [(name, place) for name, place in zip(counts, look.apart(middles, 0.07), strict=True)]
    look.texts(figure, [len(at) - 0.5] * len(ends), [place for _name, place in ends], [look.plain(name, 18, 1) for name, _place in ends])
    chosen = range(0, len(periods), -(-len(periods) // _MOST_TICKS) or 1)
    figure.update_xaxes(
        range=[-0.6, len(periods) - 0.5 + room], tickvals=[at[place] for place in chosen], ticktext=_spans(periods, chosen, every)
    )
    top = max([1.02, *(0.04 + place for _name, place in ends)])
    figure.update_yaxes(range=[0, top], title_text=_("of those who gave a reason"), **look.share_ticks([0, 0.25, 0.5, 0.75, 1]))
    columns = {"period": _("From"), "reason": _("Reason"), "customers": _("Customers"), "stated": _("Gave a reason"), "share": _("Share")}
    data = found[list(columns)].rename(columns=columns).assign(**look.limits(found["low"], found["high"]))
    return Chart(figure, _mix_words(counts, wholes, every), data)


def lines_of(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The line of each group, those that rest on most first, at most as many as there are colours; one without a name where there are no
    groups."""
    if "group" not in points:
        return {"": points} if len(points) else {}
    named = points.assign(group=[look.label(group) for group in points["group"]])
    sizes = named.groupby("group")["whole"].max().sort_values(ascending=False, kind="stable")
    return {str(name): named[named["group"] == name] for name in sizes.index[: len(look.GROUPS)]}


def _line(figure: go.Figure, line: pd.DataFrame, place: int, hover: Sequence[str]) -> None:
    """One line, hollow where it rests on few."""
    colour = look.GROUPS[place]
    symbols = ["circle-open" if look.is_few(whole) else "circle" for whole in line["whole"]]
    figure.add_scatter(
        x=line["period"],
        y=line["value"],
        mode="lines+markers",
        line={"color": colour, "dash": look.STROKES[place], "width": 2.5},
        marker={"color": colour, "size": 6, "symbol": symbols},
        **look.told(hover),
    )


def band(figure: go.Figure, x: "pd.Series[float]", line: pd.DataFrame, colour: str, *, shape: str = "linear") -> None:
    """Add the interval of a line as a pale ground."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    fill = f"rgba({red}, {green}, {blue}, 0.18)"
    for edge, filled in (("low", None), ("high", "tonexty")):
        figure.add_scatter(
            x=x, y=line[edge], mode="lines", line={"width": 0, "shape": shape}, fill=filled, fillcolor=fill, hoverinfo="skip"
        )


def _name_ends(figure: go.Figure, lines: dict[str, pd.DataFrame], values: Sequence[str], least: float) -> None:
    """Each line's name, or of the only one its last value, at its end."""
    at = look.apart([float(line["value"].iloc[-1]) for line in lines.values()], least)
    last = [line["period"].iloc[-1] for line in lines.values()]
    named = [look.plain(name, 14) or value for name, value in zip(lines, values, strict=True)]
    look.texts(figure, [max(last)] * len(last) if last else [], at, named)


def _time_axis(figure: go.Figure, periods: Sequence[pd.Timestamp], every: Every, *, named: bool) -> None:
    if not periods:
        figure.update_xaxes(visible=False)
        return
    chosen = range(0, len(periods), -(-len(periods) // _MOST_TICKS))
    whole = max(periods[-1] - periods[0], pd.Timedelta(days=28))
    figure.update_xaxes(
        range=[periods[0] - 0.03 * whole, periods[-1] + (0.34 if named else 0.14) * whole],
        tickvals=[periods[place] for place in chosen],
        ticktext=_spans(periods, chosen, every),
    )


def _spans(periods: Sequence[pd.Timestamp], chosen: range, every: Every) -> list[str]:
    return [wording.span(periods[place], every).replace(" ", "<br>") for place in chosen]


def _reach(known: pd.DataFrame, share: bool) -> tuple[float, float]:
    """The top and the bottom of the axis."""
    values = known[[name for name in ("value", "low", "high") if name in known]].to_numpy(float)
    top, bottom = (float(values[values == values].max()), float(values[values == values].min())) if len(known) else (1.0, 0.0)
    if share:
        return min(1.03, 1.1 * max(0.01, top)), 0.0
    pad = 0.08 * (top - bottom or 1.0)
    return top + pad, bottom - pad


def _said(row: Mapping[Any, Any], name: str, every: Every, counted: Callable[[int], str], words: Callable[[float], str]) -> str:
    """The hover text of a point."""
    reach = _("{low} to {high}").format(low=words(row["low"]), high=words(row["high"]))
    few = "part" in row and look.is_few(row["whole"])
    value = _("too few for a share") if few else _("{value} ({range})").format(value=words(row["value"]), range=reach)
    on = _("{part} of {whole}").format(part=wording.number(row["part"]), whole=counted(int(row["whole"]))) if "part" in row else ""
    lines = [look.name(name), wording.span(row["period"], every), value, on or counted(int(row["whole"]))]
    return "<br>".join(filter(None, lines))


def _trend_words(lines: dict[str, pd.DataFrame], title: str, every: Every, words: Callable[[float], str]) -> str:
    """The line or lines in a sentence each."""
    if not lines:
        return _("{title}: nothing is known.").replace("{title}", title)
    told = []
    for name, line in lines.items():
        first, last = line.iloc[0], line.iloc[-1]
        high, low = line.iloc[int(line["value"].argmax())], line.iloc[int(line["value"].argmin())]
        text = _("{first} in {start}, {last} in {end}; highest {high} in {peak}, lowest {low} in {dip}").format(
            first=words(first["value"]),
            start=wording.span(first["period"], every),
            last=words(last["value"]),
            end=wording.span(last["period"], every),
            high=words(high["value"]),
            peak=wording.span(high["period"], every),
            low=words(low["value"]),
            dip=wording.span(low["period"], every),
        )
        told.append(f"{name}: {text}" if name else text)
    return f"{title}: {'. '.join(told)}."


def _mix_words(counts: dict[str, "pd.Series[float]"], wholes: "pd.Series[float]", every: Every) -> str:
    """The shares of the first and of the last span."""
    if wholes.empty:
        return _("Nobody has stated a reason.")
    told = []
    for place in dict.fromkeys([0, len(wholes) - 1]):
        shares = [
            f"{name} {look.share_said(parts.iloc[place] / wholes.iloc[place], parts.iloc[place], wholes.iloc[place])}"
            for name, parts in counts.items()
        ]
        told.append(f"{wording.span(wholes.index[place], every)}: {wording.listing(shares)}.")
    return " ".join(told)


def _answers(n: int) -> str:
    return plural("{n} answer", "{n} answers", n)
