"""Charts of whether the score can be trusted: shown against true risk, whom a list catches, and what each column does."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from churn import wording
from churn.charts import look
from churn.charts.look import OURS, QUOTED, Chart
from churn.risk.scorecard import CalibrationGroup, Top
from churn.wording import _, plural

MOST_LEVELS = 15
_BAND = "rgba(0, 114, 178, 0.2)"


def calibration(groups: Sequence[CalibrationGroup]) -> Chart:
    """Groups of customers by shown risk: the share that left, with its 95% interval, against the mean risk that was shown."""
    shown, left = [group.risk for group in groups], [group.lost for group in groups]
    top = min(1.03, 1.08 * max([0.02, *shown, *(group.high for group in groups)]))
    figure = look.blank(360)
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": QUOTED, "dash": "dash", "width": 1.5}, hoverinfo="skip")
    figure.add_annotation(x=0.64 * top, y=0.5 * top, text=_("exactly right"), showarrow=False, xanchor="left", yanchor="top")
    hover = [
        "<br>".join(
            [
                _("shown {risk}").format(risk=wording.percent(group.risk)),
                _("left {share} ({range})").format(share=wording.percent(group.lost), range=wording.share_range(group.low, group.high)),
                look.customers(group.rows),
            ]
        )
        for group in groups
    ]
    figure.add_scatter(
        x=shown,
        y=left,
        mode="markers",
        marker={"color": OURS, "size": 10},
        error_y=look.intervals(left, (group.low for group in groups), (group.high for group in groups)),
        **look.told(hover),
    )
    ticks = look.share_ticks(look.share_marks(top))
    figure.update_xaxes(range=[-0.02 * top, top], title_text=_("risk that was shown"), **ticks)
    figure.update_yaxes(range=[-0.02 * top, top], title_text=_("share that left"), **ticks)
    figure.update_layout(margin_t=8)
    data = pd.DataFrame(
        {
            _("Customers"): [group.rows for group in groups],
            _("Risk that was shown"): shown,
            _("Share that left"): left,
            **look.limits(pd.Series([group.low for group in groups]), pd.Series([group.high for group in groups])),
        }
    )
    return Chart(figure, calibration_words(groups), data)


def calibration_words(groups: Sequence[CalibrationGroup]) -> str:
    """The same in a sentence."""
    told = [_("{risk} shown, {share} left").format(risk=wording.percent(group.risk), share=wording.percent(group.lost)) for group in groups]
    return _("Customers in groups by risk: {groups}.").format(groups="; ".join(told))


def lift(gains: Sequence[tuple[float, float]], tops: Sequence[Top]) -> Chart:
    """The share of all lost customers among the riskiest, by how many are contacted, beside a list in random order; `tops` marked."""
    figure = look.blank(360)
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": QUOTED, "dash": "dash", "width": 1.5}, hoverinfo="skip")
    figure.add_annotation(x=0.6, y=0.57, text=_("in random order"), showarrow=False, xanchor="left", yanchor="top")
    points = sorted({(0.0, 0.0), *gains, *((top.share, top.caught) for top in tops)})
    figure.add_scatter(
        x=[share for share, _caught in points],
        y=[caught for _share, caught in points],
        mode="lines",
        line={"color": OURS, "width": 3},
        **look.told([_caught_words(*point) for point in points]),
    )
    figure.add_scatter(
        x=[top.share for top in tops],
        y=[top.caught for top in tops],
        mode="markers",
        marker={"color": OURS, "size": 11},
        **look.told([_caught_words(top.share, top.caught) for top in tops]),
    )
    look.texts(
        figure, [top.share for top in tops], [top.caught for top in tops], [f"\u00a0{wording.percent(top.share, 0)}" for top in tops]
    )
    caught = "<br>".join(list_words(tops))
    figure.add_annotation(x=0.99, y=0.02, text=caught, showarrow=False, xanchor="right", yanchor="bottom", align="right")
    ticks = look.share_ticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    figure.update_xaxes(range=[0, 1], title_text=_("customers contacted, riskiest first"), **ticks)
    figure.update_yaxes(range=[0, 1.03], title_text=_("of all who left"), **ticks)
    figure.update_layout(margin_t=8)
    return Chart(figure, lift_words(tops), pd.DataFrame(points, columns=[_("Share of customers contacted"), _("Share of all who left")]))


def lift_words(tops: Sequence[Top]) -> str:
    """The same in a sentence."""
    return _("Of all customers, {told}.").format(told="; ".join(_caught_words(top.share, top.caught) for top in tops))


def curve(found: pd.DataFrame, column: str, *, typical: float) -> Chart:
    """What a column does: the risk of a customer who is `typical` (0..1) in all else, along the column's values, with its 95% interval.

    `found` is a frame of `churn.risk.curves.curve_of`: numbers become a line above the customers it rests on, levels become rows.
    """
    figure = _along(found, typical) if found["value"].notna().any() else _by_level(found, typical)
    names = {"level": _("Value"), "customers": _("Customers"), "risk": _("Risk")}
    data = found[list(names)].rename(columns=names).assign(**look.limits(found["risk_low"], found["risk_high"]))
    return Chart(figure, curve_words(found, column, typical=typical), data)


def curve_words(found: pd.DataFrame, column: str, *, typical: float) -> str:
    """The same in a sentence."""
    known = found[~found["neutral"]]
    if known.empty:
        return _("Too few customers share a value of {column} to tell.").format(column=column)
    high, low = known.iloc[int(known["risk"].argmax())], known.iloc[int(known["risk"].argmin())]
    text = _("Risk of an otherwise typical customer by {column}: highest {high} ({top}), lowest {low} ({bottom}); typical {typical}.")
    return text.format(
        column=column,
        high=wording.percent(high["risk"]),
        top=high["level"],
        low=wording.percent(low["risk"]),
        bottom=low["level"],
        typical=wording.percent(typical),
    )


def _along(found: pd.DataFrame, typical: float) -> go.Figure:
    """Numbers: a step for each bin, missing to the left of all, and below how many customers there are."""
    figure = look.blank(380)
    steps, missing = found[found["value"].notna()], found[found["value"].isna()]
    start, end = float(steps["start"].min()), float(steps["end"].max())
    width = end - start or 1.0
    x = steps[["start", "end"]].to_numpy().ravel()
    twice = steps.loc[steps.index.repeat(2)]
    for edge, fill in (("risk_low", None), ("risk_high", "tonexty")):
        figure.add_scatter(x=x, y=twice[edge], mode="lines", line={"width": 0}, fill=fill, fillcolor=_BAND, hoverinfo="skip")
    hover = [_hover(row) for _place, row in twice.iterrows()]
    figure.add_scatter(x=x, y=twice["risk"], mode="lines", line={"color": OURS, "width": 2.5}, **look.told(hover))
    for _place, row in missing.iterrows():
        at = [start - 0.06 * width]
        figure.add_scatter(
            x=at,
            y=[row["risk"]],
            mode="markers",
            marker={"color": QUOTED, "size": 9},
            error_y=look.intervals([row["risk"]], [row["risk_low"]], [row["risk_high"]]),
            **look.told([_hover(row)]),
        )
        figure.add_annotation(x=at[0], y=row["risk_high"], text=_("missing"), showarrow=False, yanchor="bottom")
    wide = (steps["end"] - steps["start"]).clip(lower=width / 200)
    figure.add_bar(
        x=(steps["start"] + steps["end"]) / 2,
        y=steps["customers"] / wide,
        width=wide,
        marker_color=QUOTED,
        marker_line_width=0,
        yaxis="y2",
        **look.told([_hover(row) for _place, row in steps.iterrows()]),
    )
    top = 1.1 * max(typical, float(found["risk_high"].max()))
    figure.add_hline(y=typical, line_color=QUOTED, line_dash="dash", line_width=1.5)
    text = _("typical {risk}").format(risk=wording.percent(typical))
    figure.add_annotation(x=1, xref="paper", y=typical, text=text, showarrow=False, xanchor="right", yanchor="bottom")
    figure.update_xaxes(range=[start - (0.14 if len(missing) else 0.02) * width, end + 0.02 * width], nticks=7, anchor="y2")
    figure.update_yaxes(range=[0, min(top, 1.02)], title_text=_("risk"), **look.share_ticks(look.share_marks(top)))
    figure.update_layout(
        margin_t=8,
        yaxis={"domain": [0.24, 1]},
        yaxis2={"domain": [0, 0.14], "visible": False, "fixedrange": True},
    )
    figure.add_annotation(x=0, xref="paper", y=0.15, yref="paper", text=_("customers"), showarrow=False, xanchor="left", yanchor="bottom")
    return figure


def _by_level(found: pd.DataFrame, typical: float) -> go.Figure:
    """Levels: the commonest, the riskiest on top."""
    rows = found.nlargest(MOST_LEVELS, "customers").sort_values("risk", ascending=False, kind="stable")
    at = look.places(rows)
    figure = look.rows(list(rows["level"]), height=48)
    look.line_at(figure, typical, _("typical {risk}").format(risk=wording.percent(typical)))
    figure.add_scatter(
        x=rows["risk"],
        y=at,
        mode="markers",
        marker={"color": [QUOTED if few else OURS for few in rows["neutral"]], "size": 10},
        error_x=look.intervals(rows["risk"], rows["risk_low"], rows["risk_high"]),
        **look.told([_hover(row) for _place, row in rows.iterrows()]),
    )
    few, every = _("too few to tell"), zip(rows["neutral"], rows["risk"], rows["customers"], strict=True)
    shown = [f"{few if neutral else wording.percent(risk)}<br>\u00a0{look.customers(int(count))}" for neutral, risk, count in every]
    top = max(typical, float(rows["risk_high"].max()))
    look.texts(figure, [1.04 * top] * len(rows), at, shown)
    figure.update_xaxes(range=[0, 1.6 * top], title_text=rest_words(found) or _("risk"), **look.share_ticks(look.share_marks(top)))
    return figure


def rest_words(found: pd.DataFrame) -> str:
    """How many levels are not drawn; "" where all are."""
    rest = len(found) - MOST_LEVELS
    return plural("risk; {n} rarer value is not shown", "risk; {n} rarer values are not shown", rest) if rest > 0 else ""


def _hover(row: "pd.Series[float]") -> str:
    risk = _("risk {risk} ({range})").format(
        risk=wording.percent(row["risk"]), range=wording.share_range(row["risk_low"], row["risk_high"])
    )
    lines = [look.name(str(row["level"])), _("too few to tell") if row["neutral"] else risk, look.customers(int(row["customers"]))]
    return "<br>".join(lines)


def list_words(tops: Sequence[Top]) -> list[str]:
    """What lists of these lengths catch."""
    text = _("{share} contacted: {caught} caught")
    return [text.format(share=wording.percent(top.share, 0), caught=wording.percent(top.caught, 0)) for top in tops]


def _caught_words(share: float, caught: float) -> str:
    text = _("the riskiest {share} hold {caught} of those who left")
    return text.format(share=wording.percent(share, 0), caught=wording.percent(caught, 0))
