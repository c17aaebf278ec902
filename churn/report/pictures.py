"""The pictures of the model card: the charts of the trust page, drawn as SVG."""

import html
import math
from collections.abc import Sequence

import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.trust import MOST_LEVELS, calibration_words, curve_words, lift_words, list_words, rest_words
from churn.report.svg import Area, picture
from churn.risk.scorecard import CalibrationGroup, Top
from churn.wording import _

FOOT = 56


def calibration(groups: Sequence[CalibrationGroup]) -> str:
    """The share that left against the risk that was shown, by groups of customers."""
    top = min(1.0, 1.08 * max([0.02, *(group.risk for group in groups), *(group.high for group in groups)]))
    area = Area(0, top, top)
    shares = [(mark, wording.percent(mark, 0)) for mark in look.share_marks(top)]
    return picture(
        [
            *area.share_axis(_("share that left")),
            *area.marks(shares, _("risk that was shown")),
            area.line([(0, 0), (top, top)], "chance"),
            area.words(0.66 * top, 0.52 * top, _("exactly right")),
            *(area.dot(group.risk, group.lost, "ours", low=group.low, high=group.high) for group in groups),
        ],
        calibration_words(groups),
    )


def lift(gains: Sequence[tuple[float, float]], tops: Sequence[Top]) -> str:
    """The share of all lost customers among the riskiest, by how many are contacted."""
    area = Area(0, 1, 1)
    shares = [(mark, wording.percent(mark, 0)) for mark in look.share_marks(1)]
    marked = [(top.share, top.caught) for top in tops]
    return picture(
        [
            *area.share_axis(_("of all who left")),
            *area.marks(shares, _("customers contacted, riskiest first")),
            area.line([(0, 0), (1, 1)], "chance"),
            area.words(0.62, 0.57, _("in random order")),
            area.line(sorted({(0.0, 0.0), *gains, *marked}), "line"),
            *(area.dot(share, caught, "ours") for share, caught in marked),
            *(area.words(share, caught, wording.percent(share, 0), shift=(9, 5)) for share, caught in marked),
            *(area.words(1, 0, text, anchor="end", shift=(0, -6 - 17 * place)) for place, text in enumerate(reversed(list_words(tops)))),
        ],
        lift_words(tops),
    )


def curve(found: pd.DataFrame, column: str, *, typical: float) -> str:
    """What a column does to an otherwise typical customer: a line for numbers, rows of a table for levels."""
    if found["value"].isna().all():
        return _levels(found, typical)
    steps, missing = found[found["value"].notna()], found[found["value"].isna()]
    start, end = float(steps["start"].min()), float(steps["end"].max())
    width = end - start or 1.0
    area = Area(start - (0.14 if len(missing) else 0.02) * width, start + 1.02 * width, _top(found, typical), FOOT)
    edges = {name: _steps(steps, name) for name in ("risk", "risk_low", "risk_high")}
    empty = [
        part
        for _place, row in missing.iterrows()
        for part in (
            area.dot(start - 0.07 * width, row["risk"], "rest", low=row["risk_low"], high=row["risk_high"]),
            area.words(start - 0.07 * width, row["risk_high"], _("missing"), anchor="middle", shift=(0, -6)),
        )
    ]
    return picture(
        [
            *area.share_axis(_("risk")),
            *area.marks([(mark, wording.value(mark, "number")) for mark in round_marks(start, end)], column[:60]),
            area.fill([*edges["risk_high"], *reversed(edges["risk_low"])], "band"),
            area.line([(area.low, typical), (area.high, typical)], "chance"),
            area.words(area.high, typical, _typical(typical), anchor="end", shift=(0, -5)),
            area.line(edges["risk"], "line"),
            *empty,
            *_customers(area, steps),
        ],
        curve_words(found, column, typical=typical),
    )


def round_marks(low: float, high: float) -> list[float]:
    """At most seven round numbers from `low` to `high`.

    >>> round_marks(0, 72), round_marks(0.02, 0.11)
    ([0.0, 20.0, 40.0, 60.0], [0.02, 0.04, 0.06, 0.08, 0.1])
    """
    if not high > low:
        return [low]
    rough = (high - low) / 6
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in (size, 2 * size, 5 * size, 10 * size) if step >= rough * (1 - 1e-9))
    return [float(f"{place * step:.6g}") for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _customers(area: Area, steps: pd.DataFrame) -> list[str]:
    """Below the line, how thick the customers stand."""
    wide = (steps["end"] - steps["start"]).clip(lower=(area.high - area.low) / 200)
    thick = steps["customers"] / wide
    tall = (FOOT - 16) * thick / thick.max()
    below = area.base + FOOT - 4
    return [
        f'<rect class="many" x="{area.x(start):.1f}" y="{below - height:.1f}" width="{max(area.x(end) - area.x(start) - 0.5, 0.5):.1f}" '
        f'height="{height:.1f}"/>'
        for start, end, height in zip(steps["start"], steps["end"], tall, strict=True)
    ]


def _levels(found: pd.DataFrame, typical: float) -> str:
    """Levels as rows, the riskiest on top and a typical customer among them, each with its risk as a bar."""
    commonest = found.nlargest(MOST_LEVELS, "customers")
    top = max(typical, float(commonest["risk"].max()))
    rows = [(float(row["risk"]), _level(row, top)) for _place, row in commonest.iterrows()]
    rows.append((typical, _row(_("a typical customer"), typical, top, wording.percent(typical), "", "typical")))
    body = "".join(row for _risk, row in sorted(rows, key=lambda row: -row[0]))
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in ("", rest_words(found) or _("risk"), _("95% range"), _("customers")))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _level(row: "pd.Series[float]", top: float) -> str:
    shown = _("{risk} ({range})").format(risk=wording.percent(row["risk"]), range=wording.share_range(row["risk_low"], row["risk_high"]))
    text = _("too few to tell") if row["neutral"] else shown
    return _row(str(row["level"]), row["risk"], top, text, wording.number(row["customers"]), "typical" if row["neutral"] else "")


def _row(level: str, risk: float, top: float, shown: str, customers: str, kind: str) -> str:
    return (
        f'<tr><td>{html.escape(level)}</td><td class="bar"><div class="{kind}" style="width:{100 * risk / top:.1f}%"></div></td>'
        f'<td class="number">{html.escape(shown)}</td><td class="number">{customers}</td></tr>'
    )


def _steps(steps: pd.DataFrame, name: str) -> list[tuple[float, float]]:
    return [
        point
        for start, end, share in zip(steps["start"], steps["end"], steps[name], strict=True)
        for point in ((start, share), (end, share))
    ]


def _top(found: pd.DataFrame, typical: float) -> float:
    return min(1.0, 1.1 * max(typical, float(found["risk_high"].max())))


def _typical(risk: float) -> str:
    return _("typical {risk}").format(risk=wording.percent(risk))
