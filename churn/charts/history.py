"""Charts of a history: how many of the silent order again."""

import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.look import OURS, Chart
from churn.wording import _, plural


def returning(silences: pd.DataFrame, *, gone_after: int | None) -> Chart:
    """The share of the silent who ordered again, by how long they had been silent, with 95% intervals and the days after which a customer
    counts as gone. Columns in: days, look_ahead, silences, returned, share, low, high."""
    seen = silences[silences["silences"] > 0]
    figure = look.blank(320)
    hover = [
        _("Silent for {days}: {share} ordered again within as many more ({counted})").format(
            days=plural("{n} day", "{n} days", int(row["days"])),
            share=wording.percent(row["share"]),
            counted=_("{returned} of {silences}").format(
                returned=wording.number(row["returned"]), silences=wording.number(row["silences"])
            ),
        )
        for row in seen.to_dict("records")
    ]
    figure.add_scatter(
        x=seen["days"],
        y=seen["share"],
        mode="lines+markers",
        line={"color": OURS, "width": 3},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": seen["high"] - seen["share"],
            "arrayminus": seen["share"] - seen["low"],
            "color": OURS,
        },
        **look.told(hover),
    )
    if gone_after is not None:
        look.line_at(figure, gone_after, plural("gone after {n} day", "gone after {n} days", gone_after))
    top = max([0.01, *seen["high"]])
    figure.update_xaxes(title_text=_("days of silence"), rangemode="tozero")
    figure.update_yaxes(range=[0, 1.1 * top], title_text=_("ordered again"), **look.share_ticks(look.share_marks(top)))
    data = pd.DataFrame(
        {
            _("Days of silence"): seen["days"],
            _("Days watched after"): seen["look_ahead"],
            _("Silences"): seen["silences"],
            _("Ordered again"): seen["returned"],
            _("Share"): seen["share"],
            **look.limits(seen["low"], seen["high"]),
        }
    )
    return Chart(figure, " ".join(f"{text}." for text in hover), data)
