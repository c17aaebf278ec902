"""Charts of what customers say and bring: stated reasons, concentration of revenue, NPS."""

import math

import pandas as pd

from churn import wording
from churn.charts import look
from churn.charts.look import DOWN, OURS, QUOTED, UP, Chart
from churn.measures import Concentration, Nps, ReasonMix
from churn.measures.rates import Z_95
from churn.wording import _, plural


def reasons(found: ReasonMix) -> Chart:
    """The stated reasons with their 95% intervals, and under each, in grey, its share in the often-quoted mix."""
    mix = found.mix
    shares, quoted = mix["share"].fillna(0.0), mix["quoted"].fillna(0.0)
    counted = zip(mix["share"], mix["customers"], strict=True)
    shown = [look.share_said(share, n, found.stated) if found.stated else wording.percent(share) for share, n in counted]
    quoted_shown = [_("{share} quoted").format(share=wording.percent(share, 0)) if share else "" for share in quoted]
    ours, theirs = ([place + shift for place in look.places(mix)] for shift in (-0.18, 0.2))
    figure = look.rows(list(mix["reason"]), height=48)
    hover = [
        f"{look.name(reason)}<br>{text} ({wording.share_range(low, high)})<br>{look.customers(count)}"
        for reason, text, low, high, count in zip(mix["reason"], shown, mix["low"], mix["high"], mix["customers"], strict=True)
    ]
    look.bars(figure, shares, ours, OURS, hover, width=0.36)
    figure.data[0].error_x = look.intervals(shares, mix["low"].fillna(0.0), mix["high"].fillna(0.0))
    look.bars(
        figure,
        quoted,
        theirs,
        QUOTED,
        [f"{look.name(reason)}<br>{text}" for reason, text in zip(mix["reason"], quoted_shown, strict=True)],
        width=0.26,
    )
    look.texts(figure, mix["high"].fillna(0.0), ours, shown)
    look.texts(figure, quoted, theirs, quoted_shown)
    figure.update_xaxes(visible=False, range=[0, 1.5 * max([0.01, *mix["high"].dropna(), *quoted])])
    figure.update_layout(margin_t=8)
    told = wording.listing([f"{reason} {text}" for reason, text in zip(mix["reason"], shown, strict=True)])
    alt = plural("What {n} customer gave as the reason: {told}.", "What {n} customers gave as the reason: {told}.", found.stated)
    data = pd.DataFrame(
        {
            _("Reason"): mix["reason"],
            _("Customers"): mix["customers"],
            _("Share"): mix["share"],
            **look.limits(mix["low"], mix["high"]),
            _("Often quoted"): mix["quoted"],
        }
    )
    return Chart(figure, alt.replace("{told}", told), data)


def concentration(found: Concentration, *, quoted: float | None = 0.8) -> Chart:
    """The share of revenue that the largest customers bring, marked at the top 20%, beside the `quoted` share."""
    curve = found.curve
    figure = look.blank(360)
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": QUOTED, "dash": "dot", "width": 1.5}, hoverinfo="skip")
    figure.add_annotation(x=0.6, y=0.56, text=_("if all brought the same"), showarrow=False, xanchor="left", yanchor="top")
    figure.add_scatter(
        x=curve["share_of_customers"],
        y=curve["share_of_revenue"],
        mode="lines",
        line={"color": OURS, "width": 3},
        **look.told([_top(*row) for row in zip(curve["share_of_customers"], curve["share_of_revenue"], strict=True)]),
    )
    marks = [(found.top_share, OURS, _("top 20%: {share}").format(share=wording.percent(found.top_share)))]
    if quoted is not None:
        marks.append((quoted, QUOTED, _("often quoted: {share}").format(share=wording.percent(quoted, 0))))
    highest = max((share for share, _colour, _text in marks[1:]), default=math.inf)
    for share, colour, text in marks:
        if math.isnan(share):
            continue
        figure.add_scatter(x=[0.2], y=[share], mode="markers", marker={"color": colour, "size": 11}, hoverinfo="skip")
        over = not highest - 0.15 <= share < highest if colour == OURS else not found.top_share >= highest
        corner = {"x": 0.02, "y": share + 0.03, "yanchor": "bottom"} if over else {"x": 0.23, "y": share - 0.02, "yanchor": "top"}
        figure.add_annotation(text=text, showarrow=False, xanchor="left", **corner)
    figure.update_xaxes(range=[0, 1], title_text=_("customers, largest first"), **look.share_ticks([0, 0.2, 0.4, 0.6, 0.8, 1]))
    figure.update_yaxes(range=[0, 1.1], title_text=_("revenue"), **look.share_ticks([0, 0.2, 0.4, 0.6, 0.8, 1]))
    data = pd.DataFrame({_("Share of customers"): curve["share_of_customers"], _("Share of revenue"): curve["share_of_revenue"]})
    return Chart(figure, _top(0.2, found.top_share) + ".", data)


def nps(found: Nps) -> Chart:
    """How many promote, stay passive and detract."""
    groups = [
        (_("promoters (9 or 10)"), found.promoters, DOWN),
        (_("passives (7 or 8)"), found.passives, QUOTED),
        (_("detractors (0 to 6)"), found.detractors, UP),
    ]
    shares = [count / max(1, found.answers) for _name, count, _colour in groups]
    shown = [look.share_said(share, n, found.answers) for share, (_name, n, _colour) in zip(shares, groups, strict=True)]
    figure = look.rows([name for name, _count, _colour in groups])
    hover = [f"{name}<br>{_answers(count)}" for name, count, _colour in groups]
    look.bars(figure, shares, look.places(groups), [colour for _name, _count, colour in groups], hover)
    look.texts(figure, shares, look.places(groups), shown)
    figure.update_xaxes(visible=False, range=[0, 1.3 * max(0.01, *shares)])
    figure.update_layout(margin_t=8)
    told = wording.listing([f"{name} {text}" for (name, _count, _colour), text in zip(groups, shown, strict=True)])
    data = pd.DataFrame(
        {
            _("Group"): [name for name, _count, _colour in groups],
            _("Answers"): [count for _name, count, _colour in groups],
            _("Share"): shares,
        }
    )
    return Chart(figure, _("NPS {score}: {told}.").format(score=wording.signed(found.score), told=told), data)


def nps_by(groups: pd.DataFrame, *, overall: float, picks: str | None = None) -> Chart:
    """The score of each group with its 95% interval, beside that of all, of fewer than ten answers their number alone; a click
    picks a group of the column `picks`.

    Columns in: group, answers, score, standard_error.
    """
    names = [_("missing") if pd.isna(group) else str(group) for group in groups["group"]]
    scores, half = groups["score"], Z_95 * groups["standard_error"]
    low, high = (scores - half).clip(lower=-100), (scores + half).clip(upper=100)
    few = [look.is_few(answers) for answers in groups["answers"]]
    shown = [
        _answers(int(answers)) if scarce else wording.signed(score)
        for score, scarce, answers in zip(scores, few, groups["answers"], strict=True)
    ]
    reach = [
        _("too few for a score") if scarce else f"{text} ({wording.number_range(bottom, top)})"
        for text, scarce, bottom, top in zip(shown, few, low, high, strict=True)
    ]
    hover = [
        f"{look.name(name)}<br>{told}<br>{_answers(int(answers))}"
        for name, told, answers in zip(names, reach, groups["answers"], strict=True)
    ]
    figure = look.rows(names)
    look.line_at(figure, overall, _("all {score}").format(score=wording.signed(overall)))
    figure.add_scatter(
        x=scores,
        y=look.places(names),
        mode="markers",
        marker={
            "color": [QUOTED if scarce else OURS for scarce in few],
            "size": 10,
            "opacity": [0.35 if scarce else 1.0 for scarce in few],
        },
        error_x=look.intervals(scores, low, high),
        **look.told(hover),
    )
    look.texts(figure, high, look.places(names), shown)
    ticks = [-100, -50, 0, 50, 100]
    figure.update_xaxes(range=[-105, 125], tickvals=ticks, ticktext=[wording.signed(tick) for tick in ticks])
    told = wording.listing([f"{name} {score}" for name, score in zip(names, shown, strict=True)])
    data = pd.DataFrame({_("Group"): names, _("Answers"): groups["answers"], _("NPS"): scores, **look.limits(low, high)})
    return Chart(
        figure,
        _("NPS by group: {told}; all {score}.").format(told=told, score=wording.signed(overall)),
        data,
        look.picked(groups, picks, curve=0),
    )


def _top(customers: float, revenue: float) -> str:
    text = _("The top {customers} of customers bring {revenue} of the revenue")
    return text.format(customers=wording.percent(customers, 0), revenue=wording.percent(revenue))


def _answers(n: int) -> str:
    return plural("{n} answer", "{n} answers", n)
