"""How much the words of a file look like words in each one-byte encoding."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from churn.intake.alphabets import FOREIGN, script, weights
from churn.intake.codepages import UNREADABLE, CodePage, code_pages

_WORD = re.compile(rb"[0-9]?[ '.,]?[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*[0-9]?")
_LOOKED_AT, _MOST_WORDS, _FREQUENT_COUNTS = 4_000_000, 3_000, 0.75
_TWO_CAPITALS = re.compile(r"[^\W\d_]{3,}")
_SEPARATES = re.compile("[\u00a0\u00ad\u200b-\u200f\u202f'’‘“”„«»…–—/-]+")
_SIGNS_OF_TEXT = frozenset("€£¥₽₴₾₺§°«»“”„‘’‚‹›–—…•™®©½¼¾²³¹µ×±·¿¡№‰ªº\u00a0\u00ad\u200c\u200d\u200e\u200f´،؛؟۔٪٫٬")
_OF_NUMBERS = frozenset("€£¥₽₴₾₺°%‰½¼¾²³№ªº٪\u00a0")
_UNREADABLE_COSTS, _DRAWN_COSTS, _SIGN_COSTS, _CASE_COSTS, _MIX_COSTS, _STRAY_COSTS = 6.0, 4.0, 3.0, 3.0, 4.0, 1.5
_AT_NUMBER = 2.5  # for a sign of money or measure beside digits, against a letter there


@dataclass(frozen=True)
class Guess:
    """Encodings that read the file alike, how plausible that reading is, and words that make no sense in it."""

    names: tuple[str, ...]
    page: CodePage
    score: float
    odd: tuple[bytes, ...]


def guesses(data: bytes) -> tuple[list[Guess], list[bytes]]:
    """Every way to read the bytes, most plausible first, and the words by which it was judged, common ones first."""
    present = sorted(set(data) & set(range(0x80, 0x100)))
    alike: dict[str, list[CodePage]] = {}
    for page in code_pages():
        alike.setdefault("".join(page.signs[byte] for byte in present), []).append(page)
    words = Counter(_WORD.findall(data[:_LOOKED_AT])).most_common(_MOST_WORDS)
    found = [_guess(pages, words) for pages in alike.values()]
    return sorted(found, key=lambda guess: -guess.score), [word for word, _count in words]


def _guess(pages: list[CodePage], words: Iterable[tuple[bytes, int]]) -> Guess:
    page = pages[0]
    letters: Counter[str] = Counter()
    faults, odd = 0.0, []
    for word, count in words:
        weight = count**_FREQUENT_COUNTS
        text = "".join(page.signs[byte] for byte in word)
        fault = _fault(text)
        if fault >= _SIGN_COSTS:
            odd.append(word)
            faults += weight * _SIGN_COSTS
            continue
        faults += weight * fault
        for letter in text.lower():
            if letter > "\x7f" and letter.isalpha():
                letters[letter] += weight
    names = tuple(page.name for page in pages)
    return Guess(names, page, page.prior + _language(letters) - faults, tuple(odd))


def _language(letters: Counter[str]) -> float:
    """How well the letters fit the one language that they fit best."""
    return (
        max(sum(count * table.get(letter, FOREIGN) for letter, count in letters.items()) for table in weights().values())
        if letters
        else 0.0
    )


@cache
def _fault(text: str) -> float:
    """What speaks against a word with the signs beside it: signs and case where no language has them, scripts that are mixed."""
    before, after = text[0].isdigit(), text[-1].isdigit()
    cost = 0.0
    for sign in text:
        if sign == UNREADABLE or "\x7f" <= sign < "\xa0":
            cost += _UNREADABLE_COSTS
        elif "\u2500" <= sign <= "\u259f":
            cost += _DRAWN_COSTS
        elif sign > "\x7f" and not sign.isalpha() and sign not in _SIGNS_OF_TEXT and not unicodedata.combining(sign):
            cost += _STRAY_COSTS
    core = text.strip("0123456789 '.,")
    if len(core) == 1:
        return cost + _alone(core, before or after)
    parts = [part for part in _SEPARATES.split(core) if part]
    if len(parts) > 1 and re.search(r"[^\W\d_][‘’“”„«»…]+[^\W\d_]", core) and not re.search(r"\w[’‘]\w", core):
        cost += _SIGN_COSTS
    return cost + sum(map(_inside, parts))


def _alone(sign: str, at_number: bool) -> float:
    if sign in _OF_NUMBERS:
        return -_AT_NUMBER if at_number else 0.0
    return _AT_NUMBER if at_number and sign.isalpha() and sign > "\x7f" else 0.0


def _inside(word: str) -> float:
    cost = 0.0
    for one, other in pairwise(word):
        if one.islower() and other.isupper() and max(one, other) > "\x7f":
            cost += _CASE_COSTS
        joined = one.isalpha() and other.isalpha()
        if not joined and max(one, other) > "\x7f" and (one.isalpha() or other.isalpha()) and not _may_touch(one, other):
            cost += _SIGN_COSTS
    if _TWO_CAPITALS.match(word) and max(word[:2]) > "\x7f" and word[:2].isupper() and word[2:].islower():
        cost += _STRAY_COSTS
    scripts = {script(letter) for letter in word if letter.isalpha()} - {""}
    return cost + _MIX_COSTS * (len(scripts) > 1)


def _may_touch(one: str, other: str) -> bool:
    sign = other if one.isalpha() else one
    return sign in "·°€£¥" or sign.isdigit() or bool(unicodedata.combining(sign)) or (sign is other and sign in "ªº®©²³")
