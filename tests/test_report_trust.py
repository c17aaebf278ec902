"""What is said of a score's worth: in plain words that hold, on one page that runs nothing, whatever a user's columns are called."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from churn.report.card import card_html
from churn.report.pictures import round_marks
from churn.report.trust import rules, trust_of
from churn.risk import Scorecard, train
from churn.risk.scorecard import DeeperWorth, Range

SCRIPT, IMAGE, STYLE = "<script>alert(1)</script>", '<img src="http://elsewhere.example/x" onerror=alert(1)>', "}</style><b>&amp;"


class Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data + " "


@pytest.fixture(scope="module")
def card() -> Scorecard:
    """A score of columns and values with hostile names, one of which gives away who was lost and was put back."""
    chance = np.random.default_rng(2)
    fee, plan = chance.normal(50, 20, 240).round(1), chance.choice([IMAGE, "Pro"], 240)
    lost = chance.random(240) < np.where(plan == "Pro", 0.7, 0.15)
    columns = {SCRIPT: fee, "plan": plan, STYLE: chance.integers(0, 4, 240).astype(float), "exit call": lost * 1.0}
    frame = pd.DataFrame({"id": range(240), **columns, "note": "same", "churn": np.where(lost, "yes", "no")})
    frame = frame.astype({"plan": "str", "note": "str", "churn": "str"})
    return train(frame, id_column="id", keep=["exit call"], source=f"{SCRIPT}.csv", trained_on="2026-08-31")


@pytest.fixture(scope="module")
def honest(card) -> Scorecard:
    """The same, as if nothing had been put back, with figures to check the words against."""
    found = card.evaluation
    ranges = replace(found.ranges, roc_auc=Range(0.841, 0.859))
    top = tuple(replace(top, precision=0.71, precision_range=Range(0.68, 0.74), lift=2.68, caught=0.268) for top in found.top)
    evaluation = replace(found, roc_auc=0.85, ranges=ranges, top=top, calibration_error=0.012, calibration_by_chance=0.019)
    return replace(card, provenance=replace(card.provenance, put_back=()), evaluation=evaluation)


def test_the_page_holds_users_words_letter_for_letter_and_runs_and_loads_nothing(card):
    text = card_html(card)
    page = Page(text)
    assert set(page.tags) <= {
        "html", "head", "meta", "title", "style", "body", "main", "section", "div", "h1", "h2", "h3", "p", "b", "strong", "span", "ul",
        "li", "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td",
        "svg", "line", "polyline", "polygon", "circle", "rect", "text",
    }  # fmt: skip
    assert page.tags.count("style") == 1
    assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "href", "srcset", "action")]
    style = text[text.index("<style>") : text.index("</style>")]
    assert not [word for word in ("url(", "@import", "http") if word in style]
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert all(hostile in page.words for hostile in (SCRIPT, IMAGE, STYLE, f"{SCRIPT}.csv"))


def test_the_page_is_the_same_each_time_and_draws_every_column(card):
    assert card_html(card) == card_html(card)
    page = Page(card_html(card))
    assert page.tags.count("h3") == len(card.columns) == 4
    assert page.tags.count("svg") == 2 + 3
    assert page.tags.count("circle") >= 10 + 3


def test_a_leak_that_was_put_back_is_warned_of_and_its_grade_not_believed(card):
    told = trust_of(card)
    assert told.put_back.startswith("The score will look better than it is")
    assert "exit call (" in told.put_back
    assert told.advice.startswith("This grade and the figures below cannot be believed")
    assert told.put_back in " ".join(Page(card_html(card)).words.split())
    assert trust_of(replace(card, provenance=replace(card.provenance, put_back=()))).put_back == ""


def test_the_main_figures_are_told_in_plain_words_with_their_ranges(honest):
    ranks, riskiest, off = trust_of(honest).facts
    assert ranks.value == "85%"
    assert "gives the one who left the higher risk so often (84% to 86%). A coin: 50%." in ranks.on
    assert (riskiest.label, riskiest.value) == ("Of the riskiest 10%", "71% left")
    assert "(68% to 74%), 2.7 times as many as by chance" in riskiest.on
    assert "They are 27% of all who left." in riskiest.on
    assert off.value == "1.2 points"
    assert "No more than chance: a perfect score is off by up to 1.9 points in 95 of 100 such tables." in off.on
    worse = replace(honest, evaluation=replace(honest.evaluation, calibration_error=0.03))
    assert "More than chance" in trust_of(worse).facts[2].on


def test_the_score_stands_beside_the_rule_the_bare_rate_and_the_deeper_model(honest):
    found = replace(honest.evaluation, deeper=DeeperWorth(0.9, 0.3, True, 0.1, 0.01, ("plan", "fee")))
    told = trust_of(replace(honest, evaluation=found))
    score, rule, bare, deeper = told.peers
    assert (score.ranks_right, score.log_loss) == ("85.0%", f"{found.log_loss:.3f}")
    assert rule.name.endswith(found.rule.name)
    assert (bare.ranks_right, bare.log_loss) == ("50%", f"{found.log_loss + found.gain:.3f}")
    assert deeper.ranks_right == "90.0%"
    assert told.deeper.endswith("What interplays most: plan and fee.")
    assert len(trust_of(replace(honest, evaluation=replace(found, deeper=None))).peers) == 3


def test_what_was_left_out_and_when_to_train_again_are_said(honest):
    told = trust_of(honest)
    assert ("note", "the same in every row") in told.left_out
    assert told.retrain.startswith("Trained on 31 Aug 2026. Train again when")
    assert told.retrain.endswith("at the latest on 28 Feb 2027.")
    assert "not noted" in trust_of(replace(honest, provenance=replace(honest.provenance, trained_on=None))).retrain


def test_without_signal_nothing_is_drawn_as_if_it_meant_something(honest):
    noise = replace(honest, evaluation=replace(honest.evaluation, gain=0.0))
    page = Page(card_html(noise))
    assert "The score finds no signal" in page.words
    assert "What drives it" not in page.words
    assert {"svg", "h3"}.isdisjoint(page.tags)


def test_every_grade_has_its_rule():
    assert [grade for grade, _rule in rules()] == ["A", "B", "C", "D", "F"]


@pytest.mark.parametrize("ends", [(0, 1e-9), (-3, 4), (1e6, 9e6), (0.99, 1.0), (5, 5)])
def test_marks_are_few_and_within(ends):
    marks = round_marks(*ends)
    assert 1 <= len(marks) <= 8
    assert all(ends[0] - 1e-12 <= mark <= ends[1] + 1e-12 for mark in marks)
