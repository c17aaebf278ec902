"""How a day is written: its digits and what stands between them -> which of the numbers is the year, the month and the day."""

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.parsing.cells import BLANK, Mask, Strings, as_mask
from churn.intake.parsing.words import Month, around_days, key, months

Ints = npt.NDArray[np.int64]

# Runs of one or two digits, of four, and of any other length, as they stand in a skeleton.
_FEW, _FOUR, _OTHER = "\ue002", "\ue004", "\ue009"
_TIME = (
    r"(?:T|[ ,،]+(?:(?:at|um|à|в) )?)(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?:[AaPp]\.?[Mm]\.?|[ÖöOo][ÖöSs]|[صم]|[قب]\.ظ|Uhr))?(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?$"
)
_MIDNIGHT = r"[T ]0?0:00(?::00(?:\.0+)?)?$"
_RUNS = r"^[^0-9]*(?P<a>[0-9]{1,4})(?:[^0-9]+(?P<b>[0-9]{1,4}))?(?:[^0-9]+(?P<c>[0-9]{1,4}))?[^0-9]*$"
_NUMERIC = re.compile(f"([{_FEW}{_FOUR}]) ?([-/.]) ?({_FEW}) ?\\2 ?([{_FEW}{_FOUR}])(\\.?)(?: ?(?:г|года|წ)\\.?)?")
_MONTH_ONLY = re.compile(f"({_FEW}|{_FOUR})[-/]({_FEW}|{_FOUR})")
_EAST_ASIAN = re.compile(f"{_FOUR}[年년] ?{_FEW}[月월] ?{_FEW}[日일]")
_TOKEN = re.compile(f"[{_FEW}{_FOUR}{_OTHER}]|[^\\W\\d_]+")
_BETWEEN = frozenset(" .,-/'،")


class Form(NamedTuple):
    """One way of writing a day. `slots` names the numbers in turn: y, m, d; p, q, r where their order is open.

    `month` is the month that a word names, `separator` what parts three numbers; `spaced`: spaces and a last point do too
    (Korean and Hungarian days); `short`: a year of two digits.
    """

    slots: str
    month: Month | None = None
    separator: str = ""
    spaced: bool = False
    short: bool = False


class Written(NamedTuple):
    """Cells as days are written: the `forms` (None: no day), which one each cell has, its numbers (-1: none), and who has a time of day."""

    forms: list[Form | None]
    codes: Ints
    numbers: tuple[Ints, Ints, Ints]
    timed: Mask

    def where(self, keep: str) -> Mask:
        """The cells whose form has these slots."""
        return np.array([form is not None and form.slots == keep for form in self.forms], dtype=bool)[self.codes]

    def short(self) -> Mask:
        """The cells with a year of two digits."""
        return np.array([form is not None and form.short for form in self.forms], dtype=bool)[self.codes]

    def known(self) -> Mask:
        """The cells that have the form of a day."""
        return np.array([form is not None for form in self.forms], dtype=bool)[self.codes]


def take_apart(texts: Strings) -> Written:
    """Folded cells -> their forms and numbers."""
    days = pc.replace_substring_regex(texts, _TIME, "")
    timed = as_mask(pc.not_equal(days, texts)) & ~as_mask(pc.match_substring_regex(texts, _MIDNIGHT))
    found = pc.extract_regex(days, _RUNS)
    skeletons = pc.if_else(pc.is_null(found), BLANK, days)
    for run, sign in (("[0-9]{5,}", _OTHER), ("[0-9]{4}", _FOUR), ("[0-9]{3}", _OTHER), ("[0-9]{1,2}", _FEW)):
        skeletons = pc.replace_substring_regex(skeletons, run, sign)
    encoded = pc.dictionary_encode(skeletons)
    forms = [_form(skeleton) if len(skeleton) <= 40 else None for skeleton in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    codes = np.where(_is_version(days, forms, codes), len(forms), codes)
    a, b, c = (_whole(pc.struct_field(found, name)) for name in ("a", "b", "c"))
    return Written([*forms, None], codes, (a, b, c), timed)


def _is_version(days: Strings, forms: list[Form | None], codes: Ints) -> Mask:
    """Whether three short numbers have no year of two digits where it belongs: 1.2.3 is no day."""
    last = as_mask(pc.match_substring_regex(days, "[0-9]{2}[^0-9]*$"))
    first = as_mask(pc.match_substring_regex(days, "^[^0-9]*[0-9]{2}[^0-9]"))
    short = np.array([bool(form and form.short) for form in forms], dtype=bool)[codes]
    spaced = np.array([bool(form and form.spaced) for form in forms], dtype=bool)[codes]
    found: Mask = short & ~last & ~(spaced & first)
    return found


def _whole(runs: Strings) -> Ints:
    present = pc.if_else(pc.equal(runs, BLANK), None, runs)
    whole: Ints = pc.fill_null(pc.cast(present, pa.int64()), -1).to_numpy(zero_copy_only=False)
    return whole


@lru_cache(maxsize=4096)
def _form(skeleton: str) -> Form | None:
    """The form of a skeleton: a text whose runs of digits are one sign each.

    >>> _form(f"{_FEW}/{_FEW}/{_FOUR}").slots, _form(f"{_FEW}-Jul-{_FEW}").slots, _form(f"{_FOUR}-{_FEW}-{_FEW}").slots
    ('pqy', 'dy', 'ymd')
    """
    if not any(sign in skeleton for sign in (_FEW, _FOUR)) or _OTHER in skeleton:
        return None
    if numeric := _NUMERIC.fullmatch(skeleton):
        return _numeric(numeric[1], numeric[4], numeric[2], spaced=" " in skeleton and bool(numeric[5]))
    if _EAST_ASIAN.fullmatch(skeleton):
        return Form("ymd", separator="年")
    if (two := _MONTH_ONLY.fullmatch(skeleton)) and two[1] != two[2]:
        return Form("ym" if two[1] == _FOUR else "my")
    return _worded(key(skeleton))


def _numeric(first: str, last: str, separator: str, *, spaced: bool) -> Form | None:
    if first == _FOUR:
        return Form("ymd", None, separator, spaced) if last == _FEW else None
    return Form("pqy" if last == _FOUR else "pqr", None, separator, spaced, short=last == _FEW)


def _worded(skeleton: str) -> Form | None:
    tokens = _TOKEN.findall(skeleton)
    if set(_TOKEN.sub("", skeleton)) - _BETWEEN:
        return None
    roles = _roles(tokens)
    if roles is None:
        return None
    order, month = roles
    slots = {
        (_FEW, "m", _FOUR): "dy", (_FEW, "m", _FEW): "dy", ("m", _FEW, _FOUR): "dy", ("m", _FEW, _FEW): "dy", (_FOUR, "m", _FEW): "yd",
        ("m", _FOUR): "y", (_FOUR, "m"): "y",
    }.get(order)  # fmt: skip
    return Form(slots, month, short=_FOUR not in order) if slots else None


def _roles(tokens: list[str]) -> tuple[tuple[str, ...], Month] | None:
    """The tokens that count, the month among them as "m", and which month it is; None where a word is neither month nor filler."""
    known, fillers = months(), around_days()
    roles: list[tuple[str, Month | None, bool]] = []
    place = 0
    while place < len(tokens):
        token, pair = tokens[place], " ".join(tokens[place : place + 2])
        if token in (_FEW, _FOUR):
            roles.append((token, None, False))
        elif pair in known:
            roles.append(("m", known[pair], False))
            place += 1
        elif token in known:
            roles.append(("m", known[token], token in fillers))
        elif token not in fillers:
            return None
        place += 1
    named = [role for role in roles if role[1]]
    if len(named) == 2 and named[0][2]:
        roles.remove(named[0])
        named = named[1:]
    if len(named) != 1 or named[0][1] is None:
        return None
    return tuple(role for role, *_rest in roles), named[0][1]
