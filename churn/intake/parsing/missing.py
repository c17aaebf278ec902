"""Which cells hold nothing: blank, a word or sign for "not known", an error of the workbook, the firm's own word."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.parsing.cells import BLANK, Distinct, Mask, Strings, as_mask
from churn.intake.parsing.words import NOTHING_IN_TEXT, WORKBOOK_ERRORS, nothing
from churn.wording import listing, plural

_ENOUGH_ROWS, _LEAST_CELLS, _MOST_WORDS = 20, 2, 5
_LONGEST_NOTHING = max(len(word.encode()) for word in NOTHING_IN_TEXT)
_ERRORS = frozenset(error.lower() for error in WORKBOOK_ERRORS)


def missing_text(texts: Strings) -> Mask:
    """Cells of ids and text that hold nothing; None, NA and N/A are values there."""
    if (pc.min(pc.binary_length(texts)).as_py() or 0) > _LONGEST_NOTHING:
        return np.zeros(len(texts), dtype=bool)
    return as_mask(pc.is_in(texts, value_set=pa.array(NOTHING_IN_TEXT, pa.large_string())))


def missing_value(cells: Distinct) -> Mask:
    """Distinct cells that hold no number, day or flag."""
    return cells.is_in(nothing() | _ERRORS)


def own_word(cells: Distinct, misfits: Mask) -> Mask:
    """The firm's own word for nothing: the only misfit among 20 cells or more, without digits, there at least twice and in no majority."""
    none = np.zeros(len(misfits), dtype=bool)
    filled = cells.count(~missing_value(cells))
    if filled < _ENOUGH_ROWS or not _LEAST_CELLS <= cells.count(misfits) <= filled / 2:
        return none
    words = pc.unique(pc.utf8_lower(cells.folded.filter(pa.array(misfits))))
    return misfits if len(words) == 1 and not any(sign.isdigit() for sign in words[0].as_py()) else none


def missing_notes(cells: Distinct, missing: Mask) -> tuple[str, ...]:
    """What was taken as empty although something is written there."""
    errors = missing & cells.is_in(_ERRORS)
    written = missing & ~errors & as_mask(pc.not_equal(cells.texts, BLANK))
    notes = []
    if written.any():
        n = cells.count(written)
        words = [f"'{word}'" for word in cells.examples(written, _MOST_WORDS)]
        text = plural("{words} taken as empty in {n} cell", "{words} taken as empty in {n} cells", n)
        notes.append(text.replace("{words}", listing(words)))
    if errors.any():
        n = cells.count(errors)
        text = plural("{words} of the workbook taken as empty in {n} cell", "{words} of the workbook taken as empty in {n} cells", n)
        notes.append(text.replace("{words}", listing(list(cells.examples(errors, _MOST_WORDS)))))
    return tuple(notes)


def missing_text_notes(texts: Strings, missing: Mask) -> tuple[str, ...]:
    """The same for a column of text."""
    if not missing.any():
        return ()
    counts = pc.value_counts(texts.filter(pa.array(missing))).to_pylist()
    words = [f"'{count['values']}'" for count in counts if count["values"]]
    n = sum(count["counts"] for count in counts if count["values"])
    if not n:
        return ()
    text = plural("{words} taken as empty in {n} cell", "{words} taken as empty in {n} cells", n)
    return (text.replace("{words}", listing(words[:_MOST_WORDS])),)
