"""Yes and no in many languages: one flag where every filled cell is such a word, else the text as written."""

import pandas as pd
import pytest

from churn.intake.parsing import Cells, infer, parse


def read(*cells: str) -> Cells:
    return infer(pd.Series(cells, dtype="str"))


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Yes", "no"), ("TRUE", "false"), ("ja", "Nein"), ("WAHR", "FALSCH"), ("oui", "non"), ("VRAI", "FAUX"), ("sí", "no"),
        ("sim", "não"),
        ("да", "нет"), ("evet", "HAYIR"), ("بله", "خیر"), ("بلي", "خير"), ("نعم", "لا"), ("კი", "არა"), ("nee", "ja")[::-1], ("tak", "nie"),
        ("y", "n"), ("T", "F"), ("J", "N"),
    ],
)  # fmt: skip
def test_words_for_yes_and_no_are_a_flag(yes, no):
    found = read(yes, no, "", yes)
    assert (found.type, found.values[[0, 1, 3]].tolist(), found.missing.tolist()) == (
        "flag",
        ["Yes", "No", "Yes"],
        [False, False, True, False],
    )


def test_mixed_spellings_are_one_flag_and_named():
    found = read("N", "no", "0", "FALSE", "yes", "1")
    assert (found.type, found.values.tolist()) == ("flag", ["No", "No", "No", "No", "Yes", "Yes"])
    assert found.notes == ("Read as Yes and No: '0', '1', 'FALSE', 'N', 'no' and 'yes'",)


def test_plain_yes_and_no_need_no_note():
    assert read("Yes", "No").notes == ()


def test_words_for_nothing_are_missing_in_a_flag():
    found = read("ja", "k.A.", "nein")
    assert (found.type, found.missing.tolist(), found.notes[-1]) == ("flag", [False, True, False], "'k.A.' taken as empty in 1 cell")


@pytest.mark.parametrize(
    "cells",
    [["Yes", "No", "No phone service"], ["Y", "Y"], ["n", "0"], ["M", "F"], ["yes", "2"], ["y", "f"], ["yes", "maybe"], ["T", "N"]],
)
def test_any_other_value_leaves_the_text_as_written(cells):
    found = read(*cells)
    assert (found.type, found.values.tolist()) == ("text", cells)


def test_one_side_alone_is_a_flag_as_a_word_and_a_number_as_a_digit():
    assert read("no", "no").type == "flag"
    assert read("0", "1").type == "number"


def test_a_column_asked_for_as_a_flag_names_what_is_none():
    found = parse(pd.Series(["yes", "no", "maybe"], dtype="str"), "flag")
    assert (found.values[:2].tolist(), [problem.why for problem in found.problems]) == (["Yes", "No"], ["is neither yes nor no"])
    assert found.problems[0].cells.tolist() == [False, False, True]
