"""Several visitors at once: each sees the figures of its own filters, and nothing goes wrong."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from benchmarks.visitor import Drawn
from benchmarks.visitors import Day, Seen, faults, told, whole_day

ASKED = (("region", ("North",)),)
DRAWN = Drawn("overview", 0.5, {"NPS": "+14"}, ("903 of 4\\,000 customers\\: Region is North",), {}, "")


@pytest.mark.parametrize(
    ("drawn", "says"),
    [
        (DRAWN, None),
        (replace(DRAWN, figures={"NPS": "+15"}), "not what one visitor alone sees"),
        (replace(DRAWN, texts=()), "not what one visitor alone sees"),
        (replace(DRAWN, wrong="ValueError: no"), "ValueError: no"),
    ],
)
def test_figures_of_another_filter_are_found_out(drawn, says):
    seen = Seen(drawn, ASKED)
    found = faults(Day([seen]), {seen.key: DRAWN}, {ASKED: 903})
    assert len(found) == (says is not None)
    assert says is None or says in found[0]


def test_a_count_that_differs_from_pandas_is_found_out():
    seen = Seen(DRAWN, ASKED)
    assert "leaves 904 customers" in faults(Day([seen]), {seen.key: DRAWN}, {ASKED: 904})[0]


@pytest.mark.long
def test_visitors_who_click_at_once_each_see_the_figures_of_their_own_filters(sample_desk, tmp_path):
    with ThreadPoolExecutor(1) as apart:  # the browser of other tests keeps an event loop in this thread
        day, wrong = apart.submit(whole_day, sample_desk, tmp_path, visitors=8, seconds=60, pause=(0.2, 2.0)).result()
    assert wrong == [], told(day, wrong)
    assert {one.asked for one in day.seen} > {()}, "nobody set a filter"
    assert len({one.drawn.page for one in day.seen}) >= 15, told(day, wrong)
