"""Charts: what they draw, in what words, and that no user's text is read as anything but text."""

import html
import inspect
import itertools
import json
import math
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import charts
from churn.charts import look
from churn.measures import QUOTED, Cohorts, Concentration, Nps, ReasonMix
from churn.money import call_list
from churn.risk.scorecard import CalibrationGroup, Range, Top

LINK = '<a href="javascript:alert(1)">x</a>'
STEPS = [charts.Step("Contract is Month-to-month", 0.2, 0.5), charts.Step("Tenure is 70", 0.5, 0.4), charts.Step("Age is 40", 0.4, 0.45)]


def _spread(money: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame({"band_low": np.arange(20) / 20, "band_high": (np.arange(20) + 1) / 20, "customers": range(20, 0, -1)})
    return frame.assign(monthly_value=1000.0) if money else frame


def _mix(reasons: list[str], customers: list[int]) -> ReasonMix:
    stated = sum(customers)
    shares = [count / stated for count in customers]
    mix = pd.DataFrame(
        {
            "reason": reasons,
            "customers": customers,
            "share": shares,
            "low": [0.9 * share for share in shares],
            "high": [1.1 * share for share in shares],
            "quoted": [QUOTED.get(reason, math.nan) for reason in reasons],
        }
    )
    return ReasonMix(mix, stated, 0, 0, 0)


def _curve(top_share: float) -> Concentration:
    percents = np.arange(101) / 100
    curve = pd.DataFrame({"share_of_customers": percents, "share_of_revenue": np.interp(percents, [0, 0.2, 1], [0, top_share, 1])})
    return Concentration(10, 100.0, top_share, 0.5, curve, 0, 0)


def _groups(names: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"group": names, "answers": 10, "score": np.linspace(-90, 90, len(names)), "standard_error": 20.0})


GROUPS = [CalibrationGroup(50, 0.1, 0.08, 0.03, 0.19), CalibrationGroup(50, 0.6, 0.66, 0.52, 0.78)]
TOPS = [Top(share, int(1000 * share), 0.5, Range(0.4, 0.6), 2.5, Range(2.0, 3.0), 2.5 * share) for share in (0.05, 0.1, 0.2)]


def _curve_of(levels: list[str], values: list[float]) -> pd.DataFrame:
    """Two bins of customers and one that too few were in."""
    numbers = pd.Series(values)
    return pd.DataFrame(
        {
            "level": pd.Series(levels, dtype="str"),
            "start": numbers - 1,
            "end": numbers + 1,
            "value": numbers,
            "customers": [2, 60, 40],
            "neutral": [True, False, False],
            "risk": [0.2, 0.1, 0.4],
            "risk_low": [0.2, 0.05, 0.3],
            "risk_high": [0.2, 0.15, 0.5],
        }
    )


SILENCES = pd.DataFrame(
    {
        "days": [30, 60],
        "look_ahead": [30, 60],
        "silences": [50, 40],
        "returned": [25, 10],
        "share": [0.5, 0.25],
        "low": [0.4, 0.15],
        "high": [0.6, 0.4],
    }
)


MONTHS = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"])
RATES = pd.DataFrame(
    {
        "month": MONTHS,
        "at_start": [100, 8, 100],
        "lost": [10, 2, 0],
        "rate": [0.1, 0.25, 0.0],
        "low": [0.05, 0.07, 0.0],
        "high": [0.17, 0.6, 0.04],
        "complete": [True, True, False],
    }
)
SCORES = pd.DataFrame({"period": MONTHS[:2], "answers": [50, 5], "score": [-95.0, 20.0], "margin": [10.0, 30.0]})
TREND = pd.DataFrame(
    {
        "period": [MONTHS[0], MONTHS[0], MONTHS[1], MONTHS[1]],
        "reason": ["price", "competitor"] * 2,
        "customers": [10, 5, 3, 0],
        "stated": [20, 20, 4, 4],
        "share": [0.5, 0.25, 0.75, 0.0],
        "low": 0.0,
        "high": 1.0,
    }
)
CURVES = pd.DataFrame(
    {
        "group": ["Basic", "Basic", "Basic", "Pro", "Pro"],
        "days": [0, 30, 365, 0, 400],
        "at_risk": [100, 80, 40, 10, 10],
        "lost": [0, 20, 10, 0, 1],
        "still_here": [1.0, 0.8, 0.45, 1.0, 0.9],
        "low": [math.nan, 0.7, 0.35, math.nan, 0.6],
        "high": [math.nan, 0.9, 0.55, math.nan, 0.98],
        "customers": [100, 100, 100, 10, 10],
        "events": [55, 55, 55, 1, 1],
    }
)
COHORTS = Cohorts(
    cells=pd.DataFrame(
        {
            "cohort": [MONTHS[0], MONTHS[0], MONTHS[1]],
            "period": [0, 1, 0],
            "customers": [40, 40, 4],
            "there": [40, 30, 4],
            "share": [1.0, 0.75, 1.0],
            "revenue": [400.0, 500.0, 0.0],
            "revenue_share": [1.0, 1.25, math.nan],
        }
    ),
    mean=pd.DataFrame({"period": [0, 1], "cohorts": [2, 1], "customers": [44, 40], "share": [1.0, 0.75], "revenue_share": [1.0, 1.25]}),
)
CELLS = pd.DataFrame(
    {
        "row": ["North", "North", None],
        "column": ["Basic", "Pro", "Basic"],
        "part": [10, 4, 2],
        "whole": [40, 20, 7],
        "share": [0.25, 0.2, 2 / 7],
    }
)


def _shares(groups: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {"group": groups, "part": [10, 2], "whole": [40, 7], "share": [0.25, 2 / 7], "low": [0.14, 0.08], "high": [0.4, 0.64]}
    )


def _all(text: str) -> dict[str, charts.Chart]:
    """Every chart, with a user's `text` wherever one may stand."""
    steps = [charts.Step(text, step.start, step.end) for step in STEPS]
    return {
        "spread": charts.risk_spread(_spread()),
        "drivers": charts.drivers({text: 0.5, "Tenure": 0.4}),
        "waterfall": charts.waterfall(steps, base=0.2, final=0.45, average=0.26),
        "log-odds": charts.waterfall_log_odds(steps, base=0.2, final=0.45),
        "reasons": charts.reasons(_mix([text, "competitor"], [3, 1])),
        "concentration": charts.concentration(_curve(0.6)),
        "nps": charts.nps(Nps(10, 5, 3, 2, 30.0, 25.0)),
        "nps by": charts.nps_by(_groups([text, None]), overall=5.0),
        "calibration": charts.calibration(GROUPS),
        "lift": charts.lift([(0.0, 0.0), (0.5, 0.75), (1.0, 1.0)], TOPS),
        "money": charts.money_by_calls(call_list([0.9, 0.5, 0.1]), calls=2),
        "returning": charts.returning(SILENCES, gone_after=90),
        "curve of numbers": charts.curve(_curve_of(["missing", text, "about 3"], [math.nan, 1.0, 3.0]), text, typical=0.2),
        "churn trend": charts.churn_trend(RATES),
        "churn trends": charts.churn_trend(pd.concat([RATES.assign(group=text), RATES.assign(group=None)])),
        "nps trend": charts.nps_trend(SCORES),
        "trend": charts.trend(
            RATES.rename(columns={"month": "period", "rate": "value", "at_start": "whole"}).assign(group=text),
            title=text,
            every="year",
            counted=look.customers,
            headings={"whole": "Customers"},
        ),
        "shares over time": charts.shares_over_time(TREND.replace("price", text)),
        "survival": charts.survival(CURVES.replace("Basic", text)),
        "cohorts": charts.cohort_heat(COHORTS),
        "cohorts by revenue": charts.cohort_heat(COHORTS, by="revenue", every="quarter"),
        "heat": charts.heat(CELLS.replace("North", text), title=text, down=text, across="Plan", picks=("region", "plan")),
        "ranked": charts.ranked(_shares([text, None]), title=text, overall=0.2, picks="region"),
        "sizes": charts.sizes(pd.DataFrame({"group": [text, None], "customers": [40, 7], "lost": [10, 2]}), picks="region"),
        "effects": charts.effects(
            pd.DataFrame(
                {"name": [text, "letter"], "difference": [-0.1, 0.1], "low": [-0.2, 0.05], "high": [-0.05, 0.2], "on": [text, "b"]}
            )
        ),
        "smallest differences": charts.smallest_differences(
            pd.DataFrame({"share": [0.1, 0.5], "held_out": [30, 150], "smallest": [0.16, 0.1], "given_up": [3, 15]}), churn=0.1, chosen=0.1
        ),
        "curve of levels": charts.curve(_curve_of(["missing", text, "Pro"], [math.nan] * 3), text, typical=0.2),
    }


MAKERS = [name for name in charts.__all__ if getattr(getattr(charts, name), "__annotations__", {}).get("return") is charts.Chart]


def test_every_chart_is_among_those_that_are_looked_at_here():
    assert len(MAKERS) > 10
    assert [name for name in MAKERS if f"charts.{name}(" not in inspect.getsource(_all)] == []


def test_every_chart_carries_its_numbers_with_headings_in_words():
    for name, chart in _all(LINK).items():
        assert chart.data is not None, name
        assert 1 <= len(chart.data) <= 5000, name
        assert len(set(chart.data.columns)) == len(chart.data.columns) >= 2, name
        assert all(heading[0].isupper() or heading[0].isdigit() or heading.startswith(LINK) for heading in chart.data.columns), name
        numbers = chart.data.select_dtypes("number")
        assert len(numbers.columns), name
        assert not np.isinf(numbers.to_numpy(float)).any(), name


def test_the_numbers_of_a_chart_are_those_drawn():
    reasons = charts.reasons(_mix(["price", "competitor"], [3, 1]))
    assert reasons.data.to_dict("list") == {
        "Reason": ["price", "competitor"],
        "Customers": [3, 1],
        "Share": [0.75, 0.25],
        "95% interval from": [0.675, 0.225],
        "95% interval to": pytest.approx([0.825, 0.275]),
        "Often quoted": pytest.approx([math.nan, QUOTED["competitor"]], nan_ok=True),
    }
    path = charts.waterfall(STEPS, base=0.2, final=0.45, average=0.3, most=1).data
    assert list(path["To"]) == [0.2, 0.5, 0.4, 0.45, 0.45]


def _texts(figure: go.Figure) -> list[str]:
    """All strings of a figure as Plotly gets them."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, str):
            found.append(node)
        elif isinstance(node, dict):
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(json.loads(figure.to_json()))
    return found


def _shown(figure: go.Figure) -> list[str]:
    return [html.unescape(text.replace("<br>", " ")).replace("\u00a0", "") for text in _texts(figure)]


@pytest.mark.parametrize("text", [LINK, "<script>alert(1)</script>", "<b>bold</b>", "&lt;i&gt;", "%{y}", "$x$", "a\n<br>b"])
def test_a_users_text_is_never_read_as_anything_but_text(text):
    for chart in _all(text).values():
        for string in _texts(chart.figure):
            assert "<" not in string.replace("<br>", "").replace("%{customdata}<extra></extra>", "")
            assert not re.search(r"\$[^$]*\$", string)
        templates = {trace.hovertemplate for trace in chart.figure.data if trace.hovertemplate}
        assert templates <= {"%{customdata}<extra></extra>"}


@pytest.mark.parametrize("name", ["drivers", "waterfall", "log-odds", "reasons", "nps by", "curve of numbers", "curve of levels"])
def test_a_hostile_label_is_shown_letter_for_letter(name):
    shown = _shown(_all(LINK)[name].figure)
    assert any(LINK.replace(" ", "") in text.replace(" ", "") for text in shown)


@given(st.text())
def test_plain_text_holds_no_marks_but_its_own_line_breaks(text):
    shown = charts.plain(text)
    assert not re.search(r"[<>$]|&(?!amp;|lt;|gt;|#36;)", shown.replace("<br>", ""))
    assert shown.count("<br>") <= 1


def test_long_labels_are_wrapped_and_cut():
    assert charts.plain("one two three four five six seven eight nine ten", 10, 2) == "one two<br>three…"
    assert charts.plain("Month-to-month", 10, 2) == "Month-to-m<br>onth"
    assert charts.plain("") == ""


def test_two_labels_that_look_alike_keep_their_own_rows():
    chart = charts.drivers({f"{'long ' * 30}{place}": 1.0 for place in range(3)})
    assert chart.figure.data[0].y == (0, 1, 2)
    assert len(set(chart.figure.layout.yaxis.ticktext)) == 1


def test_themes_choose_the_colours_of_text_and_ground():
    for chart in _all("x").values():
        layout = chart.figure.layout
        assert layout.paper_bgcolor is None
        assert layout.plot_bgcolor is None
        assert layout.font.color is None
        assert all(note.font.color is None for note in layout.annotations)
        assert all(trace.textfont.color is None for trace in chart.figure.data)
        assert layout.template.layout.to_plotly_json() == {}


def test_charts_fit_a_phone_and_do_not_zoom_under_a_finger():
    for chart in _all("a label of quite some length, longer than a phone is wide").values():
        layout = chart.figure.layout
        assert layout.width is None
        assert layout.height
        assert layout.xaxis.fixedrange
        assert layout.yaxis.fixedrange
        lines = [line for label in layout.yaxis.ticktext or () for line in label.split("<br>")]
        assert all(len(html.unescape(line)) <= 20 for line in lines)


def test_every_chart_has_a_sentence_for_those_who_cannot_see_it():
    told = {name: chart.alt for name, chart in _all("R&D").items()}
    assert told["spread"] == "Customers by risk: 74 low, 81 medium, 55 high."
    assert told["drivers"] == "What moves the scores, by column: R&D 56% and Tenure 44%."
    assert told["reasons"] == "What 4 customers gave as the reason: R&D 3 of 4 and competitor 1 of 4."
    assert told["concentration"] == "The top 20% of customers bring 60.0% of the revenue."
    assert told["nps"] == "NPS +30: promoters (9 or 10) 50.0%, passives (7 or 8) 30.0% and detractors (0 to 6) 20.0%."
    assert told["nps by"] == "NPS by group: R&D -90 and missing +90; all +5."
    assert told["calibration"] == "Customers in groups by risk: 10.0% shown, 8.0% left; 60.0% shown, 66.0% left."
    assert told["lift"].startswith("Of all customers, the riskiest 5% hold 13% of those who left; the riskiest 10% hold 25% of those")
    assert told["curve of levels"] == told["curve of numbers"].replace("about 3", "Pro")
    assert told["curve of levels"] == (
        "Risk of an otherwise typical customer by R&D: highest 40.0% (Pro), lowest 10.0% (R&D); typical 20.0%."
    )


def test_braces_in_a_users_text_do_not_break_the_sentence():
    assert all(chart.alt for chart in _all("{x} {told} {n} {}").values())


def test_risk_is_coloured_by_band_and_counted():
    figure = charts.risk_spread(_spread()).figure
    assert figure.data[0].marker.color == (charts.DOWN,) * 4 + (charts.OURS,) * 6 + (charts.UP,) * 10
    assert figure.data[0].customdata[1] == "risk 5% to 10%<br>19 customers<br>1,000 a month"
    assert charts.risk_spread(_spread(money=False)).figure.data[0].customdata[19] == "risk 95% to 100%<br>1 customer"


def test_drivers_are_shares_of_all_columns_largest_first_with_the_rest_summed():
    figure = charts.drivers({"a": 1.0, "b": 5.0, "c": 3.0, "d": 1.0}, most=2).figure
    assert figure.data[0].x == pytest.approx([0.5, 0.3, 0.2])
    assert list(figure.layout.yaxis.ticktext) == ["b", "c", "all other columns<br>(2)"]
    assert figure.data[0].marker.color == (charts.OURS, charts.OURS, charts.QUOTED)


def test_no_drivers_make_an_empty_chart():
    assert charts.drivers({}).figure.data[0].x == ()


def test_a_waterfall_runs_from_the_typical_customer_to_this_one():
    figure = charts.waterfall(STEPS, base=0.2, final=0.45, average=0.265).figure
    bars = figure.data[0]
    assert bars.base == (0, 0.2, 0.5, 0.4, 0)
    assert bars.x == pytest.approx([0.2, 0.3, -0.1, 0.05, 0.45])
    assert bars.marker.color == (charts.QUOTED, charts.UP, charts.DOWN, charts.UP, charts.OURS)
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert figure.layout.xaxis.range == (0, 1)
    assert {"+30.0 points", "-10.0 points", "20.0%", "45.0%", "average 26.5%"} <= set(_shown(figure))


def test_steps_after_the_first_few_are_one_that_ends_where_the_customer_stands():
    chart = charts.waterfall(STEPS, base=0.2, final=0.45, average=0.3, most=1)
    assert chart.figure.data[0].x == pytest.approx([0.2, 0.3, -0.05, 0.45])
    assert "all other columns (2) -5.0 points" in chart.alt


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 10))
def test_the_steps_drawn_always_add_up_to_the_risk(path, most):
    steps = [charts.Step(f"column {place}", *ends) for place, ends in enumerate(itertools.pairwise(path))]
    bars = charts.waterfall(steps, base=path[0], final=path[-1], average=0.2, most=most).figure.data[0]
    assert sum(bars.x[:-1]) == pytest.approx(bars.x[-1], abs=1e-9)
    assert len(bars.x) <= most + 3


def test_words_stand_inside_the_picture_beside_bars_at_either_end():
    steps = [charts.Step("up", 0.9, 0.99), charts.Step("down", 0.99, 0.02)]
    words = charts.waterfall(steps, base=0.9, final=0.02, average=0.3).figure.data[1]
    assert words.textposition == ("middle right", "middle left", "middle left", "middle right")
    assert words.x == (0.9, 0.9, 0.02, 0.02)


def test_the_exact_waterfall_is_in_log_odds():
    figure = charts.waterfall_log_odds([charts.Step("a", -1.5, 0.25), charts.Step("b", 0.25, -0.5)], base=-1.5, final=-0.5).figure
    assert {"-1.50", "+1.75", "-0.75", "-0.50", "log-odds"} <= set(_shown(figure))
    assert list(figure.layout.xaxis.tickvals) == [-1, 0]
    low, high = figure.layout.xaxis.range
    assert low < -1.5
    assert high > 0.25


def test_reasons_stand_beside_the_quoted_mix():
    figure = charts.reasons(_mix(["felt unvalued", "price"], [30, 10])).figure
    ours, quoted = figure.data[:2]
    assert ours.x == (0.75, 0.25)
    assert ours.error_x.array == pytest.approx([0.075, 0.025])
    assert ours.error_x.arrayminus == pytest.approx([0.075, 0.025])
    assert quoted.x == (0.67, 0)
    assert quoted.marker.color == charts.QUOTED
    assert ours.customdata[0] == "felt unvalued<br>75.0% (67.5% to 82.5%)<br>30 customers"
    assert {"75.0%", "67% quoted"} <= set(_shown(figure))


def test_reasons_without_a_stated_one_show_the_quoted_mix_alone():
    mix = _mix(list(QUOTED), [1] * len(QUOTED)).mix.assign(customers=0, share=math.nan, low=math.nan, high=math.nan)
    figure = charts.reasons(ReasonMix(mix, 0, 3, 0, 0)).figure
    assert "NaN" not in figure.to_json()
    assert {"unknown", "67% quoted"} <= set(_shown(figure))


@pytest.mark.parametrize(("top_share", "ours_above"), [(0.3, True), (0.6, True), (0.7, False), (0.79, False), (0.95, True)])
def test_the_top_fifth_is_marked_and_named_clear_of_the_quoted_share(top_share, ours_above):
    figure = charts.concentration(_curve(top_share)).figure
    names = {note.text: note for note in figure.layout.annotations}
    ours, quoted = names[f"top 20%: {100 * top_share:.1f}%"], names["often quoted: 80%"]
    assert (ours.y > top_share) == ours_above
    assert (quoted.y > 0.8) == (top_share < 0.8)
    assert ours.x != quoted.x or abs(ours.y - quoted.y) > 0.1
    assert [trace.y for trace in figure.data if trace.mode == "markers"] == [(top_share,), (0.8,)]


def test_without_revenue_nothing_is_marked_as_ours():
    figure = charts.concentration(_curve(math.nan), quoted=None).figure
    assert not [trace for trace in figure.data if trace.mode == "markers"]


def test_scores_of_groups_have_their_intervals_within_the_scale():
    figure = charts.nps_by(_groups(["a", None]), overall=5.0).figure
    points = figure.data[0]
    assert list(points.x) == [-90, 90]
    assert points.error_x.array == pytest.approx([39.2, 10], abs=0.01)
    assert points.error_x.arrayminus == pytest.approx([10, 39.2], abs=0.01)
    assert points.customdata[1] == "missing<br>+90 (51 to 100)<br>10 answers"
    assert "all +5" in _shown(figure)


def test_a_group_of_fewer_than_ten_answers_has_no_score_of_its_own():
    chart = charts.nps_by(_groups(["a", "b"]).assign(answers=[10, 9]), overall=5.0)
    assert chart.alt == "NPS by group: a -90 and b 9 answers; all +5."
    assert chart.figure.data[0].customdata[1] == "b<br>too few for a score<br>9 answers"


def test_no_answers_make_an_empty_bar_for_each_kind():
    assert charts.nps(Nps(0, 0, 0, 0, math.nan, math.nan)).figure.data[0].x == (0, 0, 0)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["#ffffff", "#0e1117"])
@pytest.mark.parametrize("colour", look.GROUPS)
def test_colours_stand_out_on_white_and_on_dark(colour, ground):
    lighter, darker = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3  # WCAG 2.1, 1.4.11: graphics need 3 to 1


def test_the_library_starts_without_plotly():
    code = "import sys, churn, churn.tables, churn.wording; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_share_that_left_is_drawn_against_the_risk_that_was_shown():
    diagonal, groups = charts.calibration(GROUPS).figure.data
    assert diagonal.x == diagonal.y
    assert (list(groups.x), list(groups.y)) == ([0.1, 0.6], [0.08, 0.66])
    assert groups.error_y.array == pytest.approx((0.11, 0.12))
    assert groups.error_y.arrayminus == pytest.approx((0.05, 0.14))
    assert groups.customdata[0] == "shown 10.0%<br>left 8.0% (3.0% to 19.0%)<br>50 customers"


def test_lists_of_three_lengths_are_marked_on_what_they_catch():
    figure = _all("x")["lift"].figure
    line, marks = figure.data[1:3]
    assert (list(line.x), list(line.y)) == ([0, 0.05, 0.1, 0.2, 0.5, 1], [0, 0.125, 0.25, 0.5, 0.75, 1])
    assert (list(marks.x), list(marks.y)) == ([0.05, 0.1, 0.2], [0.125, 0.25, 0.5])
    assert any("10% contacted: 25% caught" in note.text for note in figure.layout.annotations)


def test_a_curve_of_numbers_steps_from_bin_to_bin_above_its_customers():
    figure = _all("x")["curve of numbers"].figure
    low, high, line, missing, customers = figure.data
    assert (list(line.x), list(line.y)) == ([0, 2, 2, 4], [0.1, 0.1, 0.4, 0.4])
    assert (list(low.y), list(high.y), high.fill) == ([0.05, 0.05, 0.3, 0.3], [0.15, 0.15, 0.5, 0.5], "tonexty")
    assert missing.customdata == ("missing<br>too few to tell<br>2 customers",)
    assert [list(customers.x), list(customers.y), list(customers.width)] == [[1, 3], [30, 20], [2, 2]]


def test_a_curve_of_levels_has_the_riskiest_on_top_and_says_where_too_few_are():
    figure = _all("Basic")["curve of levels"].figure
    assert figure.layout.yaxis.ticktext == ("Pro", "missing", "Basic")
    assert list(figure.data[0].x) == [0.4, 0.2, 0.1]
    assert [text.replace("\u00a0", "") for text in figure.data[1].text] == [
        "40.0%<br>40 customers",
        "too few to tell<br>2 customers",
        "10.0%<br>60 customers",
    ]


def test_the_commonest_levels_are_drawn_and_the_others_counted():
    many = pd.concat([_curve_of(["missing", f"A{place}", f"B{place}"], [math.nan] * 3) for place in range(6)], ignore_index=True)
    figure = charts.curve(many, "x", typical=0.2).figure
    assert len(figure.data[0].x) == 15
    assert figure.layout.xaxis.title.text == "risk; 3 rarer values are not shown"


def test_spans_that_are_not_over_are_in_no_trend():
    chart = charts.churn_trend(RATES)
    line = chart.figure.data[2]
    assert list(line.y) == [0.1, 0.25]
    assert line.marker.symbol == ("circle", "circle-open")
    assert line.customdata == (
        "Jan 2025<br>10.0% (5.0% to 17.0%)<br>10 of 100 customers",
        "Feb 2025<br>too few for a share<br>2 of 8 customers",
    )
    assert chart.alt == "Churn rate: 10.0% in Jan 2025, 25.0% in Feb 2025; highest 25.0% in Feb 2025, lowest 10.0% in Jan 2025."
    assert chart.data.iloc[1, 1:].to_list() == [0.25, 2, 8, 0.07, 0.6]


def test_trends_of_groups_are_the_six_largest_and_each_is_named_at_its_end_by_a_stroke_of_its_own():
    many = pd.concat([RATES.assign(group=f"group {size}", at_start=100 * size) for size in range(1, 9)])
    figure = charts.churn_trend(many).figure
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    named = next(trace for trace in figure.data if trace.mode == "text")
    assert [text.strip("\u00a0") for text in named.text] == [f"group {size}" for size in range(8, 2, -1)]
    assert len({line.line.dash for line in lines}) == len({line.line.color for line in lines}) == 6
    places = sorted(named.y)
    assert all(above - below > 0.01 for below, above in itertools.pairwise(places))


def test_an_nps_trend_keeps_its_interval_within_the_scale():
    band = charts.nps_trend(SCORES).figure.data[0]
    assert list(band.y) == [-100, -10]


@pytest.mark.parametrize("empty", [RATES.assign(complete=False), RATES.head(0)])
def test_a_trend_of_nothing_is_empty_and_says_so(empty):
    chart = charts.churn_trend(empty)
    assert chart.alt == "Churn rate: nothing is known."
    assert len(chart.data) == 0


def test_shares_over_time_add_up_to_all_and_pale_where_few_spoke():
    figure = charts.shares_over_time(TREND).figure
    price, competitor, others = (trace for trace in figure.data if trace.type == "bar")
    assert [list(trace.y) for trace in (price, competitor, others)] == [[0.5, 0.75], [0.25, 0.0], [0.25, 0.25]]
    assert price.marker.opacity == (1.0, 0.35)
    assert price.customdata[1] == "price<br>Q1 2025<br>3 of 4<br>3 of 4"


def test_survival_is_drawn_in_steps_and_says_when_half_had_left():
    chart = charts.survival(CURVES)
    lines = [trace for trace in chart.figure.data if trace.hovertemplate]
    assert [line.line.shape for line in lines] == ["hv", "hv"]
    assert list(lines[0].y) == [1.0, 0.8, 0.45]
    assert lines[0].x[2] == pytest.approx(12, abs=0.01)
    assert chart.alt == "Basic: half had left after 365 days. Pro: 90.0% are still here after 400 days."


def test_a_cohort_of_few_is_grey_and_shows_counts_alone():
    figure = charts.cohort_heat(COHORTS).figure
    shares, few, points, mean = figure.data
    assert np.array_equal(shares.z, [[1.0, 0.75], [math.nan, math.nan]], equal_nan=True)
    assert np.array_equal(few.z, [[math.nan, math.nan], [0.0, math.nan]], equal_nan=True)
    assert few.text[1][0] == "4 of 4"
    assert {colour for _place, colour in few.colorscale} == {look.QUOTED}
    assert "too few for a share" in points.customdata[2]
    assert list(mean.y) == [1.0, 0.75]


def test_two_dimensions_are_picked_by_a_click_and_few_customers_have_no_percentage():
    chart = charts.heat(CELLS, title="Share lost", down="Region", across="Plan", picks=("region", "plan"))
    assert chart.picks == charts.Picks(("region", "plan"), (("North", "Basic"), ("North", "Pro"), ("", "Basic")), curve=2)
    assert "%" not in chart.figure.data[2].customdata[2]
    assert chart.figure.data[1].text[1][0] == "2 of 7"
    assert chart.alt == "Share lost. North, Basic: 25.0%; North, Pro: 20.0%."


def test_ranked_groups_of_few_show_counts_alone():
    chart = charts.ranked(_shares(["North", None]), title="Churn", overall=0.2, picks="region")
    assert chart.alt == "Churn: North 25.0% and missing 2 of 7."
    assert {"25.0%", "2 of 7", "all 20.0%"} <= set(_shown(chart.figure))
    assert chart.figure.data[0].customdata[1] == "missing<br>too few for a share<br>2 of 7"
    assert chart.picks.values == (("North",), ("",))


def test_the_size_of_a_group_shows_how_much_of_it_has_left():
    groups = pd.DataFrame({"group": ["North", "South"], "customers": [40, 7], "lost": [10, 2]})
    chart = charts.sizes(groups)
    here, lost = chart.figure.data[:2]
    assert [here.x, here.base, lost.x] == [(30, 5), (10, 2), (10, 2)]
    assert chart.alt == "Customers by group: North 40; 10 left and South 7; 2 left."
    alone = charts.sizes(groups.drop(columns="lost"))
    assert alone.figure.data[0].x == (40, 7)
    assert alone.alt == "Customers by group: North 40 and South 7."


def _seen(colour: str, eye: np.ndarray) -> np.ndarray:
    """A colour as an eye sees it, in CIELAB."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = np.array([part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts])
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(eye @ linear, 0, 1)
    x, y, z = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


EYES = {  # Machado, Oliveira and Fernandes (2009), severity 1
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


@pytest.mark.parametrize("eye", EYES)
def test_the_colour_blind_tell_the_groups_apart(eye):
    seen = [_seen(colour, np.array(EYES[eye])) for colour in look.GROUPS]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > 12
    assert len(set(look.STROKES)) == len(look.GROUPS)
