"""From values to bins."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from churn.risk.bins import MOST_LEVELS, as_text, fit_bins, number_bins, rare_below


def text(*words: str | None) -> "pd.Series[str]":
    return pd.Series(list(words), dtype="str")


def test_few_distinct_numbers_get_a_bin_each_cut_halfway():
    cut = number_bins("n", [0.0, 1.0, 1.0, 4.0, float("nan")] * 8)
    np.testing.assert_array_equal(cut.cuts, [0.5, 2.5])
    np.testing.assert_array_equal(cut.counts, [8, 8, 16, 8])
    np.testing.assert_array_equal(cut.code(pd.Series([0.5, 0.6, -9, 99, np.nan])), [1, 2, 1, 3, 0])


def test_the_lowest_and_highest_number_are_noted():
    cut = number_bins("n", [3.0, -1.0, float("nan"), 7.0] * 8)
    assert (cut.low, cut.high) == (-1, 7)
    assert np.isnan(number_bins("n", [float("nan")] * 8).low)


def test_a_number_with_few_rows_joins_its_neighbour():
    cut = number_bins("complaints", [0.0] * 60 + [1.0] * 30 + [2.0] * 8 + [8.0, 9.0])
    np.testing.assert_array_equal(cut.counts, [0, 60, 30, 10])
    np.testing.assert_array_equal(cut.code(pd.Series([2.0, 9.0])), [3, 3])
    assert number_bins("one", [0.0] * 99 + [1.0]).size == 2


def test_many_numbers_get_as_many_quantile_bins_as_the_square_root_of_rows_up_to_64():
    assert number_bins("n", np.arange(400.0)).size == 1 + 20
    assert number_bins("n", np.arange(10_000.0)).size == 1 + 64
    assert number_bins("n", np.arange(16.0)).size == 1 + 4


@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), min_size=1, max_size=200))
def test_bins_keep_the_order_of_numbers_and_count_every_row(numbers):
    cut = number_bins("n", numbers)
    codes = cut.code(pd.Series(numbers, dtype=float))
    np.testing.assert_array_equal(np.bincount(codes, minlength=cut.size), cut.counts)
    known = sorted((number, code) for number, code in zip(numbers, codes, strict=True) if not np.isnan(number))
    assert [code for _, code in known] == sorted(code for _, code in known)


def test_text_that_is_no_number_is_missing_where_numbers_are_wanted():
    cut = number_bins("n", [1.0, 2.0, 3.0] * 5)
    np.testing.assert_array_equal(cut.code(text("2", "two", None, "inf")), [2, 0, 0, 0])


def test_rare_levels_share_a_bin_and_unseen_ones_are_missing():
    cut = fit_bins("plan", text(*["Basic"] * 60, *["Pro"] * 38, "Gold", "Silver", None))
    assert cut.levels == ("Basic", "Pro")
    assert cut.pooled == ("gold", "silver") or cut.pooled == ("Gold", "Silver")
    np.testing.assert_array_equal(cut.counts, [1, 60, 38, 2])
    np.testing.assert_array_equal(cut.code(text("Pro", " basic ", "SILVER", "Platinum", None)), [2, 1, 3, 0, 0])


def test_levels_past_the_250th_share_a_bin():
    cut = fit_bins("place", text(*[f"place {number}" for number in range(300)] * 20))
    assert len(cut.levels) == MOST_LEVELS
    assert len(cut.pooled) == 50


def test_a_number_column_scores_the_levels_it_was_trained_as():
    cut = fit_bins("code", text(*["1"] * 30, *["2"] * 30))
    np.testing.assert_array_equal(cut.code(pd.Series([1.0, 2.0, 2.5])), [1, 2, 0])


def test_numbers_and_days_as_text_are_plain():
    assert as_text(pd.Series([1.0, 2.5, np.nan])).tolist() == ["1", "2.5", None]
    assert as_text(pd.Series(pd.to_datetime(["2025-12-31", None]))).tolist() == ["2025-12-31", None]


def test_rare_is_a_fiftieth_of_the_rows_from_3_to_20():
    assert [rare_below(rows) for rows in (10, 150, 500, 1_000_000)] == [3, 3, 10, 20]
