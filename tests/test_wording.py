"""Words for people: numbers, money, shares, dates, bands, drivers, and users' text as harmless markdown."""

import datetime
import decimal
import math
import re
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn import wording

HOSTILE = [
    "=cmd()",
    ":red[x]",
    "$x$",
    "<script>alert(1)</script>",
    "[a](javascript:alert(1))",
    "![i](x.png)",
    "# head",
    "1. item",
    "- item",
    "> quote",
    "| a | b |",
    "`code`",
    "~~gone~~",
    "&lt;",
    "back\\slash",
    ":material/home:",
    "^[note]",
]


@pytest.mark.parametrize(
    ("x", "digits", "shown"),
    [
        (0, 0, "0"),
        (1234, 0, "1,234"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (1234567.891, 2, "1,234,567.89"),
        (0.05, 1, "0.1"),
        (1.005, 2, "1.01"),
        (-0.4, 0, "0"),
        (1e30, 0, "1" + ",000" * 10),
        (decimal.Decimal("12.345"), 2, "12.35"),
        (np.int64(7), 0, "7"),
        (np.float32(0.1), 1, "0.1"),
    ],
)
def test_numbers_are_grouped_and_halves_go_away_from_nought(x, digits, shown):
    assert wording.number(x, digits) == shown


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf, -math.inf, np.nan])
def test_a_figure_that_is_not_there_reads_unknown_everywhere(nothing):
    assert wording.number(nothing) == wording.money(nothing, "EUR") == wording.percent(nothing) == wording.signed(nothing) == "unknown"
    assert wording.points(nothing) == "unknown points"
    assert wording.share_range(nothing, 0.5) == "unknown to 50.0%"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_can_be_shown(x):
    shown = (
        wording.number(x),
        wording.signed(x, 2),
        wording.money(x, "EUR", 2),
        wording.percent(x),
        wording.points(x),
        wording.value(x, "number"),
    )
    assert all(any(mark.isdigit() for mark in text) for text in shown)


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_read_back_is_within_half_a_step(x, digits):
    step = 10**-digits
    far = 0.5000001 * step + min(1e-12 * abs(x), 1e-3 * step) + 1e-15 * abs(x)
    assert float(wording.number(x, digits).replace(",", "")) == pytest.approx(x, abs=far)


@given(st.integers(-(10**9), 10**9), st.integers(-8, 8))
def test_a_sum_that_ends_beside_a_half_in_another_order_is_the_same_figure(n, off):
    half = n + 0.5
    assert wording.number(half + off * math.ulp(half)) == wording.number(half)
    cents = n / 100
    assert wording.money(cents + off * math.ulp(cents), "EUR", 1) == wording.money(cents, "EUR", 1)


@given(st.floats(0, 1))
def test_a_percentage_read_back_is_within_half_a_step(share):
    assert float(wording.percent(share).removesuffix("%")) / 100 == pytest.approx(share, abs=0.00050001)


def test_the_ends_of_an_interval_are_told_apart_where_three_more_digits_do():
    assert wording.share_range(0.250000001, 0.250000002) == "25.0% to 25.0%"
    assert wording.share_range(0, 0.000004, 0) == "0% to 0%"
    assert wording.share_range(0, 0.000004) == "0.0000% to 0.0004%"
    assert wording.number_range(-0.004, 0.003) == "-0.004 to 0.003"
    assert wording.number_range(None, 2) == "unknown to 2"


def test_percent_rounds_the_exact_decimal_once():
    assert [wording.percent(share, 0) for share in (0.265, 0.285, 0.0049)] == ["27%", "29%", "0%"]
    assert wording.percent(1 / 3, 2) == "33.33%"
    assert wording.percent(12.5) == "1,250.0%"


def test_signs_are_shown_unless_the_number_rounds_to_nought():
    assert [wording.signed(x, 1) for x in (3, -3, 0.04, -0.04, 1234.5)] == ["+3.0", "-3.0", "0.0", "0.0", "+1,234.5"]
    assert [wording.points(x) for x in (0.183, -0.02, 0)] == ["+18.3 points", "-2.0 points", "0.0 points"]


@pytest.mark.parametrize(
    ("x", "currency", "digits", "shown"),
    [
        (1234.4, None, 0, "1,234"),
        (1234.4, "", 0, "1,234"),
        (1234.4, "EUR", 0, "€1,234"),
        (1234.4, "€", 2, "€1,234.40"),
        (-5, "USD", 0, "-$5"),
        (-0.2, "USD", 0, "$0"),
        (5000, "JPY", 0, "¥5,000"),
    ],
)
def test_money_shows_a_currency_only_where_one_is_known(x, currency, digits, shown):
    assert wording.money(x, currency, digits) == shown


def test_dates_are_written_out():
    assert wording.date(datetime.date(2025, 1, 2)) == "2 Jan 2025"
    assert wording.date(datetime.datetime(2025, 1, 2, 23, 59)) == "2 Jan 2025"
    assert wording.date(pd.Timestamp("2025-01-02")) == "2 Jan 2025"
    assert wording.date(pd.NaT) == "unknown"


def test_ranges_read_from_low_to_high():
    assert wording.share_range(0.241, 0.289) == "24.1% to 28.9%"
    assert wording.number_range(-3.2, 18.4, 1) == "-3.2 to 18.4"


def test_listings_join_the_last_two_with_and():
    assert [wording.listing(words) for words in ([], ["a"], ["a", "b"], ("a", "b", "c"))] == ["", "a", "a and b", "a, b and c"]


def test_plurals_put_the_number_in_and_leave_other_braces():
    assert wording.plural("{n} row of {file}", "{n} rows of {file}", 1) == "1 row of {file}"
    assert wording.plural("{n} row", "{n} rows", 0) == "0 rows"


@pytest.mark.parametrize(
    ("cell", "type", "shown"),
    [
        (29.85, "number", "29.85"),
        (12.0, "number", "12"),
        (np.float64(0.30000000000000004), "number", "0.3"),
        (1889.5, "number", "1,889.5"),
        (12345678.9, "number", "12,345,679"),
        (0.0000123, "number", "0.0000123"),
        (-4.0, "number", "-4"),
        (math.inf, "number", "unknown"),
        ("007", "id", "007"),
        ("Month-to-month", "text", "Month-to-month"),
        (pd.Timestamp("2025-12-31"), "date", "31 Dec 2025"),
        (None, "text", ""),
        (math.nan, "number", ""),
        (np.float64("nan"), "text", ""),
        (pd.NaT, "date", ""),
        (pd.NA, "text", ""),
    ],
)
def test_a_cell_is_written_as_a_person_would(cell, type, shown):
    assert wording.value(cell, type) == shown


def test_bands_start_at_a_fifth_and_at_a_half():
    assert [wording.risk_band(risk) for risk in (0, 0.1999999, 0.2, 0.4999999, 0.5, 1)] == [
        "low",
        "low",
        "medium",
        "medium",
        "high",
        "high",
    ]
    assert wording.risk_band(math.nan) == wording.risk_band(None) == "unknown"
    assert wording.band_label("unknown") == "not enough information"


def test_a_driver_is_one_sentence_with_its_points():
    assert wording.driver_sentence("Contract", "Two year", -0.0512) == "Contract is Two year: -5.1 points"
    assert wording.driver_sentence("Contract", "", 0.012) == "Contract is missing: +1.2 points"


def test_braces_in_a_users_text_are_no_placeholders():
    assert wording.driver_sentence("{value}", "{column}", 0.1) == "{value} is {column}: +10.0 points"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_loses_every_markdown_mark(text):
    shown = wording.escape(text)
    assert re.sub(r"\\([^\w\s])", r"\1", shown).replace("\u2060", "") == text
    assert not re.search(r"(?<!\\)[][*_{}()#+.!|>~$:<&`=^-]", re.sub(r"\\\\", "", shown))


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example",
        "HTTPS://evil.example",
        "www.evil.example",
        ":streamlit:",
        "a -> b",
        "a <- b",
        "a -- b",
        "a >= b",
        "a <= b",
        "a ~= b",
    ],
)
def test_what_streamlit_makes_of_plain_text_is_kept_apart(text):
    assert "\u2060" in wording.escape(text)


@given(st.text())
def test_escaped_text_is_one_line_and_shows_the_same_words(text):
    shown = wording.escape(text)
    assert "\n" not in shown
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown)
    assert unescaped.replace("\u2060", "") == " ".join(text.split()).replace("\u2060", "")


@given(st.text(alphabet=string.ascii_letters + " é\u0641"))
def test_plain_words_stay_as_they_are(text):
    assert wording.escape(text) == " ".join(text.split())
