"""The digest for the product team: counts worked out by hand, and nobody's words who is held out."""

import pytest

from churn.actions.feedback import broken_promises, complaints, verbatims, window
from churn.findings.feedback import feedback, verbatim_sheet
from churn.journal import Line
from churn.report.findings_page import About, report_html
from churn.view import viewed
from tests.retained import DAY, firm


@pytest.fixture
def desk(tmp_path):
    with firm(tmp_path / "desk") as desk:
        yield desk


def test_complaints_are_counted_against_the_days_before_and_by_group(desk):
    with viewed(desk) as view:
        span = window(desk, 60, DAY)
        found = complaints(view, span)
        assert (found.count("complaint"), found.count("complaint", "before")) == (2, 2)  # since 2 November, and since 3 September
        assert (found.now.count, found.now.total) == (2, 5)  # D4 left on 1 November
        assert (found.then.count, found.then.total) == (2, 6)
        assert found.ages == (0, 1, 0, 0)  # A1's of 20 December; D4's is of somebody who left
        assert found.groups["plan"].to_numpy().tolist() == [["Pro", 4, 2], ["Basic", 1, 0]]
        products = found.groups["product"].set_index("group")
        assert products.loc["Desk"].tolist() == [5, 2]
        assert products.loc["Lamp"].tolist() == [1, 1]


def test_promises_that_were_due_are_broken_where_kept_late_or_not_at_all(desk):
    with viewed(desk) as view:
        found = broken_promises(view, window(desk, 90, DAY))
    assert found.to_numpy().tolist() == [["call back", 2, 1], ["credit note", 1, 1], ["fix a fault", 1, 1]]


def test_the_digest_names_reasons_competitors_and_words_but_no_words_of_the_held_out(desk):
    desk.journal.note(
        Line("exit", DAY, "C3", what="price", text="You got <b>dear</b>", more={"competitor": "Globex", "promise": "a discount"}),
        Line("exit", DAY, "H5", what="price", text="Hidden words", more={"competitor": "", "promise": ""}),
    )
    with viewed(desk) as view:
        words = verbatims(desk, view, window(desk, 90, DAY))
        assert words[["source", "words"]].to_numpy().tolist() == [
            ["journal", "You got <b>dear</b>"],
            ["nps", "Too slow for us"],
            ["exit", "Acme was cheaper"],
        ]
        assert "customer_id" not in words
        sheet = verbatim_sheet(desk, view, 90, DAY)
        assert list(sheet.columns)[-1] == "Words"
        found = feedback(desk, view, 90, DAY)
        page = report_html([found], About("Firm", as_of=DAY))
    parts = {part.key: part.table.cells.to_numpy().tolist() for part in found.parts if part.table is not None}
    assert ["price", "2", "0"] in parts["reasons"]
    assert ["Globex", "1"] in parts["competitors"]
    assert "You got &lt;b&gt;dear&lt;/b&gt;" in page
    for words in ("Hidden words", "Words of the hidden"):
        assert words not in page + sheet.to_csv()


def test_of_fewer_than_ten_only_counts_are_said(desk):
    with viewed(desk) as view:
        found = feedback(desk, view, 90, DAY)
    shares = {figure.label: figure.value for figure in found.figures}
    assert shares["Customers who complained"] == "3 of 6"
    groups = next(part for part in found.parts if part.key == "by_plan").table.cells["Complained"].tolist()
    assert groups == ["2 of 4", "1 of 2"]


def test_with_customers_alone_one_box_says_what_more_data_would_add(tmp_path):
    with firm(tmp_path / "alone", "customers") as desk, viewed(desk) as view:
        found = feedback(desk, view, 90, DAY)
        assert {part.key for part in found.parts if part.lacking} == {"contacts", "surveys", "promises"}
        assert found.figures == ()
        desk.journal.note(Line("exit", DAY, "C3", what="price", more={"competitor": "Globex"}))
        told = feedback(desk, view, 90, DAY)
        assert {part.key for part in told.parts if part.table is not None} == {"reasons", "competitors"}
        assert verbatim_sheet(desk, view, 90, DAY).empty
