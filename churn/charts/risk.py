"""Charts of risk: how it is spread, what moves it, and how one customer's came about."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from churn import wording
from churn.charts import look
from churn.charts.look import DOWN, OURS, QUOTED, UP, Chart
from churn.wording import _

_BANDS: tuple[tuple[wording.Band, float, str], ...] = (("low", 0.1, DOWN), ("medium", 0.35, OURS), ("high", 0.75, UP))


@dataclass(frozen=True)
class Step:
    """One move of a waterfall: what moves it, from where, to where (probabilities, or log-odds)."""

    label: str
    start: float
    end: float


def risk_spread(spread: pd.DataFrame) -> Chart:
    """Customers by risk, coloured by band. Columns in: band_low, band_high (0..1), customers, monthly_value (may be absent)."""
    bands = [wording.risk_band(low) for low in spread["band_low"]]
    colours = {band: colour for band, _middle, colour in _BANDS}
    counts = {band: int(spread["customers"][[found == band for found in bands]].sum()) for band in colours}
    figure = look.blank(280)
    figure.add_bar(
        x=(spread["band_low"] + spread["band_high"]) / 2,
        y=spread["customers"],
        width=0.92 * (spread["band_high"] - spread["band_low"]),
        marker_color=[colours[band] for band in bands],
        marker_line_width=0,
        **look.told([_band_hover(row) for _place, row in spread.iterrows()]),
    )
    for band, middle, _colour in _BANDS:
        text = f"{wording.band_label(band)}<br>{wording.number(counts[band])}"
        figure.add_annotation(x=middle, y=1, yref="paper", yanchor="bottom", text=text, showarrow=False)
    figure.update_xaxes(range=[0, 1], title_text=_("risk"), **look.share_ticks([0, wording.MEDIUM_RISK, wording.HIGH_RISK, 0.75, 1]))
    figure.update_yaxes(title_text=_("customers"), rangemode="tozero", nticks=5, tickformat=",")
    figure.update_layout(margin_t=48)
    alt = _("Customers by risk: {low} low, {medium} medium, {high} high.")
    names = {
        "band_low": _("Risk from"),
        "band_high": _("Risk to"),
        "customers": _("Customers"),
        "monthly_value": _("Monthly value"),
    }
    data = spread[[name for name in names if name in spread]].rename(columns=names)
    return Chart(figure, alt.format(**{band: wording.number(count) for band, count in counts.items()}), data)


def drivers(importance: Mapping[str, float], *, most: int = 10) -> Chart:
    """How much each column moves the scores: its mean absolute contribution (log-odds) as a share of all columns' together."""
    total = sum(importance.values()) or 1.0
    ordered = sorted(importance.items(), key=lambda item: (-item[1], item[0]))
    shares = [(column, size / total) for column, size in ordered[:most]]
    if ordered[most:]:
        shares.append((look.others(len(ordered) - most), sum(size for _column, size in ordered[most:]) / total))
    shown = [wording.percent(share, 0) for _column, share in shares]
    colours = [OURS] * min(most, len(ordered)) + [QUOTED] * (len(shares) - min(most, len(ordered)))
    figure = look.rows([column for column, _share in shares], height=36)
    ends = [share for _column, share in shares]
    hover = [f"{look.name(column)}<br>{text}" for (column, _share), text in zip(shares, shown, strict=True)]
    look.bars(figure, ends, look.places(shares), colours, hover)
    look.texts(figure, ends, look.places(shares), shown)
    figure.update_xaxes(visible=False, range=[0, 1.25 * max(ends, default=1.0)])
    figure.update_layout(margin_t=8)
    told = [f"{column} {text}" for (column, _share), text in zip(shares, shown, strict=True)]
    data = pd.DataFrame({_("Column"): [column for column, _size in ordered], _("Share"): [size / total for _column, size in ordered]})
    return Chart(figure, _("What moves the scores, by column: {drivers}.").format(drivers=wording.listing(told)), data)


def waterfall(steps: Sequence[Step], *, base: float, final: float, average: float, most: int = 8) -> Chart:
    """From a typical customer's risk `base` to this customer's `final`, step by step in the order given, all between 0 and 1.

    `average` is the firm's churn rate, a marked line; steps after the first `most` are drawn as one.
    """
    moves = _shortened(steps, final, most)
    figure = _cascade(moves, base, final, middle=0.5, level=wording.percent, change=wording.points)
    look.line_at(figure, average, _("average {share}").format(share=wording.percent(average)))
    figure.update_xaxes(range=[0, 1], **look.share_ticks([0, 0.25, 0.5, 0.75, 1]))
    path = _told(moves, base, final, wording.percent, wording.points)
    alt = _("{path} The average is {share}.").format(path=path, share=wording.percent(average))
    return Chart(figure, alt, _data(steps, base, final))


def waterfall_log_odds(steps: Sequence[Step], *, base: float, final: float, most: int = 8) -> Chart:
    """From the model's base to this customer's log-odds: the exact contributions, in the order given."""
    moves = _shortened(steps, final, most)
    ends = [0.0, base, final, *(move.end for move in moves)]
    room = 0.2 * (max(ends) - min(ends) or 1.0)
    level, change = partial(wording.number, digits=2), partial(wording.signed, digits=2)
    figure = _cascade(moves, base, final, middle=(max(ends) + min(ends)) / 2, level=level, change=change)
    ticks = range(math.ceil(min(ends)), math.floor(max(ends)) + 1, math.ceil((max(ends) - min(ends)) / 6) or 1)
    figure.update_xaxes(range=[min(ends) - room, max(ends) + room], title_text=_("log-odds"))
    figure.update_xaxes(tickvals=list(ticks), ticktext=[wording.number(tick) for tick in ticks])
    figure.add_vline(x=0, line_color=QUOTED, line_width=1)
    return Chart(figure, _told(moves, base, final, level, change), _data(steps, base, final))


def _data(steps: Sequence[Step], base: float, final: float) -> pd.DataFrame:
    """Every step, those that are drawn as one too."""
    return pd.DataFrame(
        {
            _("What"): [_("a typical customer"), *(step.label for step in steps), _("this customer")],
            _("From"): [math.nan, *(step.start for step in steps), math.nan],
            _("To"): [base, *(step.end for step in steps), final],
        }
    )


def _shortened(steps: Sequence[Step], final: float, most: int) -> list[Step]:
    """The first `most` steps, and the rest as one that ends at `final`."""
    if len(steps) <= most:
        return list(steps)
    rest = steps[most:]
    return [*steps[:most], Step(look.others(len(rest)), rest[0].start, final)]


def _cascade(
    moves: Sequence[Step], base: float, final: float, *, middle: float, level: Callable[[float], str], change: Callable[[float], str]
) -> go.Figure:
    """The bars of a waterfall; text stands to the right of a bar that ends left of `middle`, else to its left."""
    labels = [_("a typical customer"), *(move.label for move in moves), _("this customer")]
    spans = [(0.0, base), *((move.start, move.end) for move in moves), (0.0, final)]
    shown = [level(base), *(change(move.end - move.start) for move in moves), level(final)]
    colours = [QUOTED, *(UP if move.end > move.start else DOWN for move in moves), OURS]
    hover = [f"{look.name(label)}<br>{text}" for label, text in zip(labels, shown, strict=True)]
    hover[1:-1] = [f"{text}<br>{_from_to(level(move.start), level(move.end))}" for text, move in zip(hover[1:-1], moves, strict=True)]
    figure = look.rows(labels)
    figure.add_bar(
        base=[start for start, _end in spans],
        x=[end - start for start, end in spans],
        y=look.places(spans),
        orientation="h",
        width=0.55,
        marker_color=colours,
        marker_line_width=0,
        **look.told(hover),
    )
    for place, at in enumerate([base, *(move.end for move in moves)]):
        figure.add_shape(type="line", x0=at, x1=at, y0=place + 0.28, y1=place + 0.72, line={"color": QUOTED, "width": 1})
    right = [(start + end) / 2 <= middle for start, end in spans]
    ends = [max(span) if on_right else min(span) for span, on_right in zip(spans, right, strict=True)]
    look.texts(figure, ends, look.places(spans), shown, right)
    return figure


def _told(moves: Sequence[Step], base: float, final: float, level: Callable[[float], str], change: Callable[[float], str]) -> str:
    told = wording.listing([f"{move.label} {change(move.end - move.start)}" for move in moves])
    return _("From {base} for a typical customer to {final} for this one: {steps}.").format(
        base=level(base), final=level(final), steps=told
    )


def _from_to(start: str, end: str) -> str:
    return _("from {start} to {end}").format(start=start, end=end)


def _band_hover(row: "pd.Series[float]") -> str:
    lines = [_("risk {band}").format(band=wording.share_range(row["band_low"], row["band_high"], 0)), look.customers(int(row["customers"]))]
    if "monthly_value" in row:
        lines.append(_("{money} a month").format(money=wording.money(row["monthly_value"])))
    return "<br>".join(lines)
