"""What the scenes of the workshop say, apart from any page, and the handout that they make."""

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from churn.findings.workshop import STAGES, Claims, CustomerWorth, FewAnswers, FivePoints, Flow, ReasonQuiz, start
from churn.findings.workshop.formula import figure, fraction, in_latex, symbol
from churn.measures import QUOTED, Nps, ReasonMix, share_of
from churn.report.handout import Sheet, handout_html

FLOW = Flow(2000, 1990, 47.3, share_of(480, 24_000), 12, date(2025, 11, 1), 61.5)


def shown(stage, label: str) -> str:
    return next(figure.value for figure in stage.scene().figures if figure.label == label)


@pytest.mark.parametrize("kind", STAGES)
def test_every_scene_says_something_wherever_its_dials_stand(kind):
    stage = kind()
    ends = [{}, *({dial.field: end} for dial in stage.dials() for end in (dial.low, dial.high))]
    ends += [{dial.field: getattr(dial, end) for dial in stage.dials()} for end in ("low", "high")]
    for dials in ends:
        scene = stage.turned(**dials).scene()
        assert scene.said
        assert scene.figures
        assert not [one.value for one in scene.figures if re.search("unknown|nan|inf", one.value)], dials
        assert scene.chart is None or scene.chart.data is not None
        for formula in (*scene.formulas, *(step.formula for step in scene.derived if step.formula)):
            ElementTree.fromstring(formula.mathml)
            assert formula.latex.count("{") == formula.latex.count("}")


def test_dials_stand_at_the_nearest_place_to_a_firms_numbers_and_say_what_those_are():
    worth = start.worth_of(FLOW)
    assert worth is not None
    assert (worth.stage.value, worth.stage.churn, worth.stage.margin) == (47, 0.02, CustomerWorth().margin)
    assert worth.said[:2] == (
        "A customer pays 47.30 a month: the mean of 1,990 active customers.",
        "Churn a month 2.00% (95% interval 1.83% to 2.18%), average of the last 12 complete months.",
    )
    points = start.points_of(FLOW)
    assert points is not None
    assert points.stage.retention == pytest.approx(round(0.98**12, 2))
    bucket = start.bucket_of(FLOW)
    assert bucket is not None
    assert (bucket.stage.start, bucket.stage.churn) == (2000, 0.02)
    assert bucket.stage.new == pytest.approx(61.5, abs=0.5)


def test_a_firm_without_days_begins_with_what_it_has():
    undated = replace(FLOW, churn=None, months=0, until=None, new_a_month=None)
    worth = start.worth_of(undated)
    assert worth is not None
    assert (worth.stage.value, worth.stage.churn) == (47, CustomerWorth().churn)
    assert worth.said[1].startswith("Churn a month, margin and discount rate are not in these tables")
    assert (start.points_of(undated), start.bucket_of(undated), start.calls_of(undated, None)) == (None, None, None)
    assert start.worth_of(replace(undated, monthly_value=None)) is None
    assert (start.loyal_of(None, from_orders=True), start.nps_of(None), start.quiz_of(None)) == (None, None, None)


def test_a_firms_risks_and_answers_are_what_the_scene_plays_with():
    calls = start.calls_of(FLOW, np.array([0.9, 0.2, 0.6]))
    assert calls is not None
    assert next(one.on for one in calls.stage.scene().figures if one.label == "The riskiest first bring") == "2 calls: all above 50%"
    crowd = start.nps_of(Nps(200, 90, 60, 50, 20.0, 5.7))
    assert crowd is not None
    assert (crowd.stage.promoters, crowd.stage.detractors) == (0.45, 0.25)


def test_more_promoters_and_detractors_than_customers_are_cut_and_it_is_said():
    scene = FewAnswers(0.7, 0.6).scene()
    assert "so 30% are taken as detractors" in scene.notes[0]
    assert shown(FewAnswers(0.7, 0.6), "The score of all") == "+40"


def test_points_that_do_not_fit_below_99_percent_are_cut_and_it_is_said():
    scene = FivePoints(retention=0.95, more=0.1).scene()
    assert "so +4 points are added" in scene.notes[0]
    assert scene.said.startswith("From 95% to 99%")


def test_the_quiz_says_nothing_of_the_answer_before_it_is_told_and_how_far_off_the_guess_was_after():
    quiz = ReasonQuiz(unvalued=0.5, competitor=0.5)
    assert "67" not in handed(quiz)
    exact = dict(zip(("unvalued", "dissatisfied", "competitor", "friend", "moved", "died"), QUOTED.values(), strict=True))
    assert shown(ReasonQuiz(**exact).told(), "You were away by") == "0%"
    assert shown(quiz.told(), "You were away by") == "41%"  # half of 67/99 - 50/100 + 50/100 - 9/99 + (14 + 5 + 3 + 1)/99


def test_a_claim_has_the_firms_figure_with_its_interval_or_says_what_is_lacking():
    mix = pd.DataFrame({"reason": ["Price", "felt unvalued"], "customers": [60, 40]})
    claims = Claims(True, FLOW, ReasonMix(mix, 100, 5, 0, 0)).claims()
    assert (claims[0].here, claims[0].on) == ("40%", "Of 100 stated reasons; 95% interval 31% to 50%.")
    kept = 0.98**12
    gain = (kept + 0.05) / (1.1 - kept - 0.05) / (kept / (1.1 - kept)) - 1
    assert claims[4].here == f"+{100 * gain:.0f}%" == "+26%"
    assert [claim.here for claim in claims[1:4]] == [""] * 3
    assert all(claim.standing and claim.on for claim in (*claims, *Claims().claims()))


def handed(*stages) -> str:
    return handout_html([Sheet(stage, ()) for stage in stages])


def test_the_handout_has_every_scene_runs_nothing_and_shows_texts_letter_for_letter():
    mix = pd.DataFrame({"reason": ["<b>R&D</b>"], "customers": [9], "share": [1.0], "low": [0.7], "high": [1.0], "quoted": [float("nan")]})
    made = handed(*(kind() for kind in STAGES), ReasonQuiz(own=ReasonMix(mix, 9, 0, 0, 0)).told())
    assert made.count("<h2>") == len(STAGES) + 1
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in made
    assert not re.search("<b>R|<script|<link|<img|https?:", made)
    assert "default-src 'none'" in made
    assert "+41%" in made


def test_a_formula_is_the_same_in_both_scripts_and_holds_any_text():
    half = fraction(symbol("n"), figure("5%"))
    assert half.latex == r"\dfrac{n}{\text{5\%}}"
    assert [element.text for element in ElementTree.fromstring(half.mathml).iter() if element.text] == ["n", "5%"]
    assert in_latex(r"a\b_{c}") == r"a\textbackslash{}b\_\{c\}"
