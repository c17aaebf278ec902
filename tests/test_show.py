"""What pages draw alike: the findings of a question, their parts, charts that choose."""

from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from churn import charts
from churn.findings import Figure, Findings, Part, Table
from ui import show


def _drawn() -> None:
    """Runs inside the app under test."""
    from tests.test_show import FOUND
    from ui import show

    show.findings(FOUND)


CELLS = pd.DataFrame({"Segment": ["*North*", "South"], "Churn": ["10.0%", "3 of 7"]})
FOUND = Findings(
    title="Who leaves?",
    question="In which *groups* most leave.",
    figures=(Figure("Churn rate", "12.5%", "5 of 40 customers", change="+1.0 points since last month"), Figure("Lost", "5", "of 40")),
    said="Most leave in <b>North</b>.",
    caution="Only 40 customers.",
    parts=(
        Part("left", "On the left", about="About it", chart=charts.drivers({"a": 1.0}), half=True, notes=("2 were left out.",)),
        Part("right", "On the right", table=Table(CELLS, "Churn by segment"), half=True),
        Part("long", "A long one", table=Table(pd.concat([CELLS] * 20), "Many"), caution="Few answers."),
    ),
)


@pytest.fixture(scope="module")
def drawn() -> AppTest:
    app = AppTest.from_function(_drawn, default_timeout=60).run()
    assert not app.exception
    return app


def test_findings_are_drawn_from_the_answer_down_to_the_parts(drawn):
    assert [title.value for title in drawn.title] == ["Who leaves\\?"]
    assert [part.value for part in drawn.subheader] == ["On the left", "On the right", "A long one"]
    assert [(metric.label, metric.value) for metric in drawn.metric] == [("Churn rate", "12.5%"), ("Lost", "5")]
    assert any(text.value == "\\+1\\.0 points since last month" for text in drawn.markdown)
    assert [warning.value for warning in drawn.warning] == ["Only 40 customers\\.", "Few answers\\."]
    assert any(caption.value == "2 were left out\\." for caption in drawn.caption)
    assert len(drawn.get("plotly_chart")) == len(drawn.get("download_button")) == 1


def test_a_users_words_in_findings_are_text(drawn):
    assert any("\\*groups\\*" in caption.value for caption in drawn.caption)
    assert any("\\<b\\>North" in text.value for text in drawn.markdown)
    assert "\\*North\\*" in drawn.table[0].value.to_string()


def test_a_short_table_is_shown_whole_and_a_long_one_scrolls(drawn):
    assert [len(table.value) for table in drawn.table] == [2]
    assert [len(table.value) for table in drawn.dataframe] == [40]


def test_halves_stand_side_by_side(drawn):
    sides = [[part.value for part in column.subheader] for column in drawn.columns]
    assert sides[-2:] == [["On the left"], ["On the right"]]


PICKS = charts.Picks(("segment",), (("North",), ("",)))


@pytest.mark.parametrize(
    ("points", "chosen"),
    [
        ([{"curve_number": 0, "point_index": 0}], [{"segment": "North"}]),
        ([], []),
        ([{"curve_number": 0, "point_index": 1}], [{"segment": ""}]),
        ([{"curve_number": 1, "point_index": 0}], []),
    ],
    ids=["a point", "a point let go", "those without a segment", "another trace"],
)
def test_a_click_chooses_what_the_point_stands_for(points, chosen, monkeypatch):
    monkeypatch.setattr(show.st, "session_state", {"chart": SimpleNamespace(selection=SimpleNamespace(points=points))})
    seen: list[dict[str, str]] = []
    show._picked("chart", PICKS, lambda picked: seen.append(dict(picked)))
    assert seen == chosen
