"""Charts of how long customers stay."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.look import Chart
from churn.charts.over_time import MOST_BANDS, band, lines_of
from churn.wording import _, plural

MOST_STEPS = 120
_MOST_TICKS = 6


def survival(curves: pd.DataFrame, *, all_named: str | None = None) -> Chart:
    """How many are still customers so long after their start, with 95% intervals; of the groups the six largest. Long curves
    are drawn in part, and are whole in the numbers.

    Columns in: those of `Survival.curves`. `all_named` is the name of the group "", that of all.
    """
    named = curves.assign(group=curves["group"].replace("", all_named or _("all customers")), months=curves["days"] / 30.4375)
    lines = lines_of(named.rename(columns={"still_here": "value", "customers": "whole"}))
    figure = look.blank(360)
    for place, (name, every) in enumerate(lines.items()):
        line = _thinned(every)
        if len(lines) <= MOST_BANDS:
            band(figure, line["months"], line, look.GROUPS[place], shape="hv")
        hover = [_stays(row, name) for row in line.to_dict("records")]
        stroke = {"color": look.GROUPS[place], "dash": look.STROKES[place], "width": 2.5, "shape": "hv"}
        figure.add_scatter(x=line["months"], y=line["value"], mode="lines", line=stroke, **look.told(hover))
    ends = [float(line["value"].iloc[-1]) for line in lines.values()]
    last = max([float(line["months"].iloc[-1]) for line in lines.values()], default=1.0)
    look.texts(figure, [last] * len(ends), look.apart(ends, 0.08), [look.plain(name, 14) for name in lines])
    step = next((step for step in (1, 3, 6, 12, 24) if last / step <= _MOST_TICKS), 60)
    marks = list(range(0, int(last) + 1, step))
    figure.update_xaxes(range=[0, 1.3 * last], title_text=_("months since the start"), tickvals=marks)
    figure.update_yaxes(range=[0, 1.03], title_text=_("still a customer"), **look.share_ticks([0, 0.25, 0.5, 0.75, 1]))
    figure.update_layout(margin_t=8)
    names = {"group": _("Group"), "days": _("Days since the start"), "at_risk": _("Seen for so long"), "lost": _("Lost on that day")}
    data = named[[*names, "still_here"]].rename(columns={**names, "still_here": _("Still a customer")})
    told = [_half_life(name, line) for name, line in lines.items()]
    return Chart(figure, " ".join(told), data.assign(**look.limits(curves["low"], curves["high"])))


def _thinned(line: pd.DataFrame) -> pd.DataFrame:
    """The curve with at most MOST_STEPS of its steps: the last day of each of as many spans of equal length, so that no point that is drawn
    is off."""
    if len(line) <= MOST_STEPS:
        return line
    span = (line["days"] * MOST_STEPS // (line["days"].iloc[-1] + 1)).to_numpy()
    kept = np.append(span[1:] != span[:-1], True)
    kept[0] = True
    return line[kept]


def _stays(row: Mapping[Any, Any], name: str) -> str:
    reach = wording.share_range(row["low"], row["high"])
    said = _("{share} still here ({range})") if row["low"] == row["low"] else _("{share} still here")
    return "<br>".join(
        [
            look.name(name),
            plural("after {n} day", "after {n} days", int(row["days"])),
            said.format(share=wording.percent(row["value"]), range=reach),
            plural("{n} customer was seen for so long", "{n} customers were seen for so long", int(row["at_risk"])),
        ]
    )


def _half_life(name: str, line: pd.DataFrame) -> str:
    """When half had left, or how many are left where that is not seen."""
    halved = line.loc[line["value"] <= 0.5, "days"]
    if len(halved):
        days = plural("{n} day", "{n} days", int(halved.iloc[0]))
        return _("{name}: half had left after {days}.").replace("{days}", days).replace("{name}", name)
    days = plural("{n} day", "{n} days", int(line["days"].iloc[-1]))
    text = _("{name}: {share} are still here after {days}.").replace("{share}", wording.percent(line["value"].iloc[-1]))
    return text.replace("{days}", days).replace("{name}", name)
