"""Charts of groups: a share of each with its interval, and how large each is and how much of it has left."""

import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.look import OURS, QUOTED, UP, Chart
from churn.wording import _, plural


def ranked(found: pd.DataFrame, *, title: str, overall: float | None = None, picks: str | None = None) -> Chart:
    """The share of each group with its 95% interval, in the order given, beside that of all; of fewer than ten customers the counts alone.

    Columns in: group (missing: none), part, whole (customers), share, low, high. `title` names the share; a click picks a group of the
    column `picks`.
    """
    names = [look.label(group) for group in found["group"]]
    few = [look.is_few(whole) for whole in found["whole"]]
    shown = [look.share_said(*row) for row in zip(found["share"], found["part"], found["whole"], strict=True)]
    figure = look.rows(names)
    if overall is not None:
        look.line_at(figure, overall, _("all {share}").format(share=wording.percent(overall)))
    hover = [
        "<br>".join([look.name(name), _too_few() if scarce else f"{text} ({wording.share_range(low, high)})", look.of_all(part, whole)])
        for name, scarce, text, low, high, part, whole in zip(
            names, few, shown, found["low"], found["high"], found["part"], found["whole"], strict=True
        )
    ]
    shares, high = found["share"].fillna(0.0), found["high"].fillna(0.0)
    look.bars(figure, shares, look.places(names), [QUOTED if scarce else OURS for scarce in few], hover)
    figure.data[-1].marker.opacity = [0.35 if scarce else 1.0 for scarce in few]
    figure.data[-1].error_x = look.intervals(shares, found["low"].fillna(0.0), high)
    look.texts(figure, high, look.places(names), shown)
    figure.update_xaxes(visible=False, range=[0, 1.3 * max([0.01, overall or 0.0, *high])])
    if overall is None:
        figure.update_layout(margin_t=8)
    columns = {"part": _("Of these"), "whole": _("Customers"), "share": title}
    data = found[list(columns)].rename(columns=columns).assign(**look.limits(found["low"], found["high"]))
    data.insert(0, _("Group"), names)
    alt = f"{title}: {wording.listing([f'{name} {text}' for name, text in zip(names, shown, strict=True)])}."
    return Chart(figure, alt, data, look.picked(found, picks, curve=0))


def sizes(found: pd.DataFrame, *, picks: str | None = None) -> Chart:
    """How many customers each group has and, in another colour, how many of them have left.

    Columns in: group (missing: none), customers, lost (absent: nothing says who left). A click picks a group of the column `picks`.
    """
    names, told = [look.label(group) for group in found["group"]], "lost" in found
    lost = found["lost"] if told else found["customers"] * 0
    left = [plural("{n} left", "{n} left", int(n)) for n in lost] if told else [""] * len(found)
    shown = ["; ".join(filter(None, [wording.number(n), text])) for n, text in zip(found["customers"], left, strict=True)]
    lines = [[look.name(name), look.customers(int(n)), text] for name, n, text in zip(names, found["customers"], left, strict=True)]
    hover = ["<br>".join(filter(None, line)) for line in lines]
    figure, at = look.rows(names), look.places(names)
    look.bars(figure, found["customers"] - lost, at, OURS, hover)
    if told:
        figure.data[0].base = list(lost)
        look.bars(figure, lost, at, UP, hover)
        said = _("orange: have left, blue: still here")
        figure.add_annotation(x=0, xref="paper", y=1, yref="paper", xanchor="left", yanchor="bottom", text=said, showarrow=False)
    look.texts(figure, found["customers"], at, shown)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(visible=False, range=[0, 1.6 * max([1, *found["customers"]])])
    data = pd.DataFrame({_("Group"): names, _("Customers"): found["customers"]} | ({_("Lost"): lost} if told else {}))
    alt = _("Customers by group: {told}.")
    words = wording.listing([f"{name} {text}" for name, text in zip(names, shown, strict=True)])
    return Chart(figure, alt.replace("{told}", words), data, look.picked(found, picks, curve=None))


def _too_few() -> str:
    return _("too few for a share")
