"""Numbers as people write them, read from the whole column, with babel's own formats as the referee."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.intake.parsing import Cells, Conventions, infer, parse_as
from churn.tables import CUSTOMERS, ORDERS


def column(*cells: str) -> pd.Series:
    return pd.Series(cells, dtype="str")


def read(*cells: str, **options: object) -> Cells:
    return infer(column(*cells), **options)


NUMBERS = [
    (["1.234,5", "2"], [1234.5, 2]),
    (["1,234", "0,125"], [1.234, 0.125]),
    (["1,234", "12.5"], [1234, 12.5]),
    (["1.234.567", "1.234"], [1234567, 1234]),
    (["12,34,567.5", "1,00,000"], [1234567.5, 100000]),
    (["1'234.50", "9’876.10"], [1234.5, 9876.1]),
    (["2\u00a0822,18 ₾", "1\u202f000 ₾", "5\u2009000,5"], [2822.18, 1000, 5000.5]),
    (["۳۴٬۹۲۰٬۰۰۰", "١٢٫٥"], [34920000, 12.5]),
    (["１２．５", "-３"], [12.5, -3]),
    (["$1,045.25", "-$58.2", "$-3", "$.50"], [1045.25, -58.2, -3, 0.5]),
    (["(5.00)", "3.5-", "−4", "+2", "($7)"], [-5, -3.5, -4, 2, -7]),
    (["Rs.500", "Rs. 1,200.50"], [500, 1200.5]),
    (["100 руб.", "1 234,5 ₽"], [100, 1234.5]),
    (["12,5 %", "7%", "0.5%"][:2], [0.125, 0.07]),
    (["1e3", "2.5E-2"], [1000, 0.025]),
    (["12.270.000 تومان"], [12270000]),
]


@pytest.mark.parametrize(("cells", "expected"), NUMBERS)
def test_numbers_are_read_as_their_writer_meant_them(cells, expected):
    found = read(*cells)
    assert (found.type, found.values.tolist(), found.problems) == ("number", expected, ())


@pytest.mark.parametrize("cells", [["1.234", "5.678"], ["1,234 €", "12,345 €"], ["999.999"]])
def test_one_mark_with_three_digits_behind_it_is_asked(cells):
    found = read(*cells)
    assert (found.type, found.values.tolist()) == ("text", cells)
    assert (found.doubt.about, found.doubt.examples[0], [choice for choice, _shown in found.doubt.choices]) == (
        "decimal",
        cells[0],
        [".", ","],
    )
    point, comma = (read(*cells, given=Conventions(decimal=mark)).values[0] for mark in (".", ","))
    assert [f"{point:.15g}", f"{comma:.15g}"] == [shown for _choice, shown in found.doubt.choices]
    assert max(point, comma) == pytest.approx(1000 * min(point, comma))


def test_a_proof_in_the_column_wins_over_what_is_given():
    assert read("1.234", "0.5", given=Conventions(decimal=",")).values.tolist() == [1.234, 0.5]


def test_cells_that_the_file_types_prove_no_decimal_sign():
    found = infer(column("0.5", "1.234"), native=np.array([True, False]))
    assert found.doubt is not None
    assert found.doubt.examples == ("1.234",)
    assert infer(column("0.5", "1.234"), native=np.array([True, True])).values.tolist() == [0.5, 1.234]
    assert infer(column("0.5", "1,25"), native=np.array([True, False])).values.tolist() == [0.5, 1.25]


def test_two_decimal_signs_are_a_problem_of_the_few_or_leave_text():
    few = read(*["1.234,5"] * 25, "1,234.5")
    assert (few.type, [problem.cells.nonzero()[0].tolist() for problem in few.problems]) == ("number", [[25]])
    half = read("1.234,5", "1,234.5")
    assert half.type == "text"
    assert half.notes == ("Left as text: the decimal sign is a point in some cells and a comma in others",)


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["5 €", "5 $"], "Left as text: amounts in several units (€ and $)"),
        (["5 ریال", "5 تومان"], "Left as text: amounts in several units (ریال and تومان)"),
        (["12%", "5"], "Left as text: some cells have a percent sign and others have none"),
    ],
)
def test_several_units_stay_text_and_it_is_said(cells, note):
    found = read(*cells)
    assert (found.type, found.values.tolist(), found.notes) == ("text", cells, (note,))


@pytest.mark.parametrize(
    "cells",
    [
        ["007", "12"], ["٠٠٧", "12"], ["1234567890123456"], ["+49 171 123 456", "+49 160 987 654"], ["TOP 10", "TOP 20"],
        ["192.168.1.1", "10.0.0.1"], ["EUR .50"], ["5-10", "11-20"], ["65+", "30+"], ["5 kg", "6 kg"], ["1,2,3", "4,5,6"], ["12,3456,7"],
        ["1234 5678 9012 3456"], ["1_000"], ["5k", "6k"], ["--5"], ["-(5)"], ["5)"],
    ],
)  # fmt: skip
def test_what_only_looks_like_a_number_stays_text(cells):
    found = read(*cells)
    assert (found.type, found.values.tolist(), found.doubt) == ("text", cells, None)


def test_words_for_nothing_are_missing_and_named():
    found = read("157,14 ₾", "არ არის", "–", "#DIV/0!")
    assert found.missing.tolist() == [False, True, True, True]
    assert found.notes == (
        "Comma as decimal sign",
        "₾ left out in 1 cell",
        "'არ არის' and '–' taken as empty in 2 cells",
        "#DIV/0! of the workbook taken as empty in 1 cell",
    )


def test_the_firms_own_word_for_nothing_is_missing_where_it_is_the_only_misfit_and_comes_twice():
    twice = read(*["5"] * 20, "free", "Free")
    assert (twice.type, int(twice.missing.sum()), twice.problems) == ("number", 2, ())
    assert twice.notes == ("'free' and 'Free' taken as empty in 2 cells",)
    once = read(*["5"] * 20, "free")
    assert (once.type, int(once.missing.sum()), len(once.problems)) == ("number", 0, 1)
    assert read(*["5"] * 20, "free", "dear").type == "text"


def test_none_and_na_are_missing_beside_numbers_and_a_lone_dash_everywhere():
    assert read("None", "NA", "5", "-").missing.tolist() == [True, True, False, True]
    found = read("None", "NA", "x", "-")
    assert (found.missing.tolist(), found.notes) == ([False, False, False, True], ("'-' taken as empty in 1 cell",))


def test_an_unreadably_large_number_is_a_problem():
    found = read("1e999", "5")
    assert (found.type, found.problems[0].cells.tolist()) == ("number", [True, False])


def test_the_decimal_sign_is_shown_to_other_columns_only_where_proven():
    assert read("1,5").shown == Conventions(decimal=",")
    assert read("1", "2").shown == Conventions()
    assert read("1.234", given=Conventions(decimal=".")).shown == Conventions()


def test_ids_keep_their_letters_and_have_one_kind_of_digit():
    found = parse_as(column("\ufeff۱۲۳ ", "123", "a\u200cb"), CUSTOMERS.columns[0])
    assert (found.values.tolist(), found.notes) == (["123", "123", "a\u200cb"], ("Digits written as 0 to 9 in 1 id",))


def test_a_described_number_is_asked_about_too_and_its_rules_hold_for_what_is_read():
    amount = ORDERS.column("amount")
    fee = CUSTOMERS.column("monthly_value")
    assert parse_as(column("1.234"), amount).doubt.about == "decimal"
    assert [problem.why for problem in parse_as(column("5 €", "(5) €"), fee).problems] == ["is below 0"]


@pytest.mark.parametrize("cells", [[], [""], ["", " "]])
def test_nothing_is_text(cells):
    assert (read(*cells).type, read(*cells).missing.all()) == ("text", True)


LOCALES = (
    "en",
    "de",
    "de_CH",
    "de_AT",
    "fr",
    "fr_CH",
    "es",
    "pt",
    "pt_BR",
    "it",
    "ru",
    "tr",
    "ka",
    "fa",
    "ar_EG",
    "hi_IN",
    "sv",
    "pl",
    "cs",
)
CURRENCIES = ("EUR", "USD", "GEL", "RUB", "TRY", "CHF", "PLN", "GBP")
amounts = st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=30)


def equal_or_asked(texts: list[str], expected: list[Decimal]) -> None:
    """A column that is a number has these values, but for minority proofs that are problems; anything else is a doubt."""
    found = infer(column(*texts))
    assert found.type == "number" or found.doubt, (found, texts)
    if found.doubt:
        assert found.doubt.about == "decimal"
        return
    assert not found.problems
    assert [math.isclose(cell, float(value), rel_tol=1e-12) for cell, value in zip(found.values, expected, strict=True)] == [True] * len(
        texts
    ), texts


@settings(max_examples=150)
@given(st.sampled_from(LOCALES), amounts)
def test_what_a_locale_writes_is_read_back_or_asked(locale, values):
    equal_or_asked([format_decimal(value, locale=locale) for value in values], values)


@settings(max_examples=150)
@given(st.sampled_from(LOCALES), st.sampled_from(CURRENCIES), amounts)
def test_what_a_locale_writes_of_money_is_read_back_or_asked(locale, currency, values):
    equal_or_asked([format_currency(value, currency, locale=locale) for value in values], values)


@settings(max_examples=50)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_the_quick_way_and_the_careful_way_agree(values):
    texts = [repr(value) for value in values]
    quick, careful = infer(column(*texts)), infer(column(*texts, "+1"))
    assert quick.type == careful.type or quick.type == "text"
    if quick.type == careful.type == "number":
        assert quick.values.tolist() == careful.values.tolist()[:-1]


def test_a_column_of_whole_numbers_with_bare_powers_is_one_of_codes_and_a_single_one_is_told():
    assert infer(pd.Series(["1E5", "2E3", "3E0"], dtype="str")).type == "text"
    mixed = infer(pd.Series(["12", "1E5"], dtype="str"))
    assert (mixed.type, mixed.notes) == ("number", ("1E5 read as a power of ten in 1 cell",))
    assert infer(pd.Series(["1e-07", "1e+22"], dtype="str")).type == "number"
