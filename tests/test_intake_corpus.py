"""A corpus of odd and damaged files, made from a known truth: each comes out as the truth has it, or is asked about, or its rows are
rejected, or it is refused in a sentence. Nothing is ever changed in silence."""

from collections import Counter, defaultdict
from itertools import chain

import pytest

from tests.odd_books import odd_books
from tests.odd_check import Verdict, judged
from tests.odd_files import odd_files

LEAST_FILES, MOST_BOOKS, LEAST_PLAIN = 300, 40, 0.9


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    """All files of the corpus, read and compared."""
    return [judged(file) for file in chain(odd_files(), odd_books())]


def counts(verdicts: list[Verdict]) -> str:
    """How many files met which fate, by what had happened to them."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        kind = "workbook" if verdict.file.name.endswith(".xlsx") else "text"
        found[f"{kind}, {verdict.file.style.damage}"][verdict.fate] += 1
        found["all"][verdict.fate] += 1
    return "\n".join(f"{damage}: {dict(fates)}" for damage, fates in sorted(found.items()))


def test_no_cell_of_the_corpus_is_bent_in_silence(verdicts: list[Verdict]):
    books = sum(verdict.file.name.endswith(".xlsx") for verdict in verdicts)
    assert len(verdicts) >= LEAST_FILES
    assert 0 < books <= MOST_BOOKS
    wrong = [f"{verdict.file.name} {verdict.file.style}\n    {verdict.faults[0]}" for verdict in verdicts if verdict.faults]
    assert not wrong, "\n".join([*wrong[:20], counts(verdicts)])


def test_every_damage_and_every_encoding_is_there(verdicts: list[Verdict]):
    styles = [verdict.file.style for verdict in verdicts]
    assert len({style.damage for style in styles}) >= 30, counts(verdicts)
    assert len({(style.language, style.encoding) for style in styles if style.damage == "none"}) >= 40
    assert {style.delimiter for style in styles} == {",", ";", "\t", "|"}


def test_sound_files_are_read_without_a_word_unless_they_are_ambiguous(verdicts: list[Verdict]):
    sound = [verdict for verdict in verdicts if verdict.file.style.damage == "none"]
    plain = [verdict for verdict in sound if not verdict.file.open]
    as_hoped = [verdict for verdict in plain if verdict.fate == "read"]
    others = [f"{verdict.file.name} {verdict.file.style} {verdict.asked} {verdict.said}" for verdict in plain if verdict.fate != "read"]
    assert len(plain) >= 100
    assert len(as_hoped) >= LEAST_PLAIN * len(plain), "\n".join([*others, counts(verdicts)])


def test_what_is_truly_open_is_asked(verdicts: list[Verdict]):
    sound = [verdict for verdict in verdicts if verdict.file.style.damage == "none" and verdict.file.open]
    unasked = [f"{verdict.file.name} {verdict.file.style}" for verdict in sound if not verdict.file.open <= set(verdict.asked)]
    assert len({option for verdict in sound for option in verdict.file.open}) >= 4, counts(verdicts)
    assert not unasked, "\n".join(unasked)


def test_damage_that_takes_content_away_is_told(verdicts: list[Verdict]):
    spoilt = [verdict for verdict in verdicts if verdict.file.spoilt]
    silent = [f"{verdict.file.name} {verdict.file.style}" for verdict in spoilt if verdict.fate == "read" and not verdict.notes]
    assert len(spoilt) >= 40, counts(verdicts)
    assert not silent, "\n".join(silent)
