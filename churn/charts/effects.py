"""Charts of what campaigns did: differences with their intervals, and what a campaign to come could see."""

import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.look import DOWN, OURS, QUOTED, UP, Chart
from churn.wording import _, listing


def effects(found: pd.DataFrame, *, fewer_is_better: bool = True) -> Chart:
    """Differences of shares, contacted less held out, each with its 95% interval; nought is marked. Green helped, orange did harm.

    Columns in: name, difference, low, high (shares), on (what it was counted on).
    """
    names = list(found["name"])
    figure, at = look.rows(names), look.places(names)
    shown = [wording.points(one) for one in found["difference"]]
    good, bad = (found["high"] < 0, found["low"] > 0) if fewer_is_better else (found["low"] > 0, found["high"] < 0)
    colours = [DOWN if well else UP if ill else QUOTED for well, ill in zip(good, bad, strict=True)]
    spans = [_("{low} to {high}").format(low=wording.points(low), high=wording.points(high)) for low, high in _ends(found)]
    hover = ["<br>".join([look.name(name), f"{text} ({span})", look.plain(on, 60)]) for name, text, span, on in _told(found, shown, spans)]
    figure.add_vline(x=0, line_color=QUOTED, line_width=1)
    figure.add_scatter(
        x=found["difference"],
        y=at,
        mode="markers",
        marker={"color": colours, "size": 12},
        error_x=look.intervals(found["difference"], found["low"], found["high"]),
        **look.told(hover),
    )
    low, high = min(0.0, found["low"].min()), max(0.0, found["high"].max())
    look.texts(figure, [high] * len(names), at, shown)
    figure.update_xaxes(range=[low - 0.05 * (high - low), high + 0.35 * (high - low)], visible=False)
    words = (_("fewer left"), _("more left")) if fewer_is_better else (_("fewer"), _("more"))
    for text, side in zip((f"← {words[0]}", f"{words[1]} →"), ("right", "left"), strict=True):
        figure.add_annotation(x=0, y=1, yref="paper", yanchor="bottom", xanchor=side, text=f" {text} ", showarrow=False)
    data = pd.DataFrame({_("What"): names, _("Difference"): found["difference"], **look.limits(found["low"], found["high"])})
    data[_("Counted on")] = list(found["on"])
    told = [f"{name}: {text}, {span}" for name, text, span in zip(names, shown, spans, strict=True)]
    return Chart(figure, _("Difference of contacted and held out, with 95% intervals. {told}.").replace("{told}", listing(told)), data)


def smallest_differences(found: pd.DataFrame, *, churn: float, chosen: float) -> Chart:
    """The smallest difference that a campaign would see, by the share held out; the churn itself is marked: above it nothing can be seen.

    Columns in: share, held_out, smallest, given_up, as `powers` gives them. `chosen` is the share that is marked.
    """
    figure = look.blank(260)
    hover = [
        _("{share} held out: above {difference}").format(share=wording.percent(share, 0), difference=wording.points(least))
        for share, least in zip(found["share"], found["smallest"], strict=True)
    ]
    colours = [OURS if abs(share - chosen) < 1e-9 else QUOTED for share in found["share"]]
    figure.add_scatter(
        x=found["share"],
        y=found["smallest"],
        mode="lines+markers",
        line={"color": OURS, "width": 2},
        marker={"color": colours, "size": 11},
        **look.told([look.plain(text, 60) for text in hover]),
    )
    figure.add_hline(y=churn, line_color=QUOTED, line_dash="dash", line_width=1.5)
    text = _("keeping everybody")
    figure.add_annotation(x=1, xref="paper", y=churn, yanchor="bottom", xanchor="right", text=text, showarrow=False)
    top = max(churn, *found["smallest"].replace(float("inf"), 0))
    figure.update_xaxes(title_text=_("held out"), **look.share_ticks(list(found["share"])))
    figure.update_yaxes(title_text=_("smallest difference seen"), range=[0, 1.1 * top], **look.share_ticks(look.share_marks(top)))
    columns = {"share": _("Held out"), "held_out": _("Customers held out"), "smallest": _("Smallest difference seen")}
    data = found[list(columns)].rename(columns=columns)
    return Chart(figure, _("Smallest difference seen, by share held out: {told}.").replace("{told}", listing(hover)), data)


def _ends(found: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(found["low"], found["high"], strict=True))


def _told(found: pd.DataFrame, shown: list[str], spans: list[str]) -> list[tuple[str, str, str, str]]:
    return list(zip(found["name"], shown, spans, found["on"], strict=True))
