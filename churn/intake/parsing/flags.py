"""Cells -> yes and no, in the words of many languages."""

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from churn.intake.parsing.cells import Distinct, Mask, as_mask
from churn.intake.parsing.words import LETTERS, flags, key
from churn.wording import _, listing

_MOST_SPELLINGS, _SHOWN_SPELLINGS = 60, 8
_DIGITS = {"1": "Yes", "0": "No"}


def read_flags(cells: Distinct, missing: Mask) -> npt.NDArray[np.object_] | None:
    """ "Yes", "No" or None for each distinct cell, where every filled one is a word for it; else None.

    Single letters count in pairs (y and n) or beside such words, 1 and 0 only beside words or such a pair.
    """
    filled = np.flatnonzero(~missing)
    if not 1 <= len(filled) <= _MOST_SPELLINGS or as_mask(pc.match_substring_regex(cells.folded, "[2-9]"))[filled].any():
        return None
    words = {int(at): key(cells.folded[int(at)].as_py()) for at in filled}
    known = flags() | _letters(set(words.values()))
    if not any(word in known for word in words.values()):
        return None
    known |= _DIGITS
    if not all(word in known for word in words.values()):
        return None
    return np.array([known[words[at]] if at in words else None for at in range(len(missing))], dtype=object)


def as_flag(word: str) -> str | None:
    """ "Yes" or "No" for a word, a letter or a digit that can mean it, None for any other.

    >>> as_flag("TRUE"), as_flag("nein"), as_flag("1"), as_flag("n"), as_flag("Pro")
    ('Yes', 'No', 'Yes', 'No', None)
    """
    letters = {letter: side for pair in LETTERS for letter, side in zip(pair, ("Yes", "No"), strict=True)}
    return (letters | _DIGITS | flags()).get(key(word))


def partial_flags(cells: Distinct) -> Mask:
    """The distinct cells that are words for yes or no, whatever stands beside them."""
    known = flags() | _DIGITS | {letter: "" for pair in LETTERS for letter in pair}
    found = as_mask(pc.match_substring_regex(cells.folded, "^(?:[01]|[^0-9]{1,16})$"))
    found[found] = [key(cells.folded[int(at)].as_py()) in known for at in np.flatnonzero(found)]
    return found


def _letters(words: set[str]) -> dict[str, str]:
    """The letters of the one pair to which all single letters among the words belong; none where only one of it comes and no word."""
    found = {word for word in words if len(word) == 1 and word not in _DIGITS and word not in flags()}
    worded = bool(words & flags().keys())
    for yes, no in LETTERS:
        if found and found <= {yes, no} and (worded or found == {yes, no}):
            return {yes: "Yes", no: "No"}
    return {}


def flag_notes(cells: Distinct, missing: Mask) -> tuple[str, ...]:
    """The spellings that became Yes and No; none where they were written so."""
    spellings = sorted({cells.texts[int(at)].as_py() for at in np.flatnonzero(~missing)})
    if set(spellings) <= {"Yes", "No"}:
        return ()
    shown = [f"'{spelling}'" for spelling in spellings[:_SHOWN_SPELLINGS]]
    return (_("Read as Yes and No: {spellings}").format(spellings=listing(shown)),)
