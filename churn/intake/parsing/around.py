"""What stands before and after the digits of a number: signs, brackets, a currency or a percent sign."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from churn.intake.parsing.cells import Strings
from churn.intake.parsing.words import currency

_BEFORE = re.compile(r" *(?P<sign>[-+]?) *(?P<open>\(?) *(?P<unit>[^-+()]*?) *(?P<sign2>[-+]?) *(?P<mark>[.,٫]?)")
_BRACKET_LAST = re.compile(r" *(?P<unit>[^-+()]+?) *\( *")
_AFTER = re.compile(r" *(?P<close>\)?) *(?P<minus>-?) *(?P<unit>[^-+()]*?) *(?P<minus2>-?) *(?P<close2>\)?) *")
_NO_CENTS = re.compile(r"(?P<mark>[.,/]) ?(?:--?|[–—])")  # 5,- € and Rs. 500/-
_MARKS = (".", ",", "٫")


class Frame(NamedTuple):
    """What stands around the digits of a cell; `first` and `last` are decimal marks at the very ends of the digits ("" mostly)."""

    sound: bool
    negative: bool = False
    plus: bool = False
    unit: str = ""
    spelled: str = ""
    unusual: bool = False
    first: str = ""
    last: str = ""


class _Side(NamedTuple):
    minus: bool = False
    plus: bool = False
    bracket: bool = False
    unit: str = ""
    spelled: str = ""
    mark: str = ""


def frames(before: Strings, after: Strings) -> tuple[list[Frame], npt.NDArray[np.int64]]:
    """The different surroundings of the digits, read once each, and which one every cell has."""
    firsts, first_codes = _sides(before, _before)
    lasts, last_codes = _sides(after, _after)
    pairs, codes = np.unique(first_codes * len(lasts) + last_codes, return_inverse=True)
    found = [_frame(firsts[pair // len(lasts)], lasts[pair % len(lasts)]) for pair in pairs.tolist()]
    return found, codes


def _sides(texts: Strings, read: Callable[[str], _Side | None]) -> tuple[list[_Side | None], npt.NDArray[np.int64]]:
    encoded: Any = pc.dictionary_encode(texts)
    sides = [read(text) for text in encoded.dictionary.to_pylist()]
    return sides or [None], encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _before(text: str) -> _Side | None:
    if last := _BRACKET_LAST.fullmatch(text):
        unit = _unit(last["unit"])
        return _Side(bracket=True, unit=unit, spelled=last["unit"]) if unit else None
    parts = _BEFORE.fullmatch(text)
    if not parts or (parts["sign"] and parts["sign2"]):
        return None
    spelled, mark = parts["unit"], parts["mark"]
    if mark and any(sign.isalpha() for sign in spelled):
        # The point of "Rs.500" belongs to the word: as a decimal sign it would make 0.5 of it.
        if mark != "." or not text.endswith(f"{spelled}."):
            return None
        mark = ""
    unit = _unit(spelled)
    signs = parts["sign"] + parts["sign2"]
    return None if unit is None else _Side(signs == "-", signs == "+", bool(parts["open"]), unit, spelled, mark)


def _after(text: str) -> _Side | None:
    if text in _MARKS:
        return _Side(mark=text)
    if whole := _NO_CENTS.match(text):
        rest = _after(text[whole.end() :])
        return None if rest is None or rest.minus or rest.mark else rest._replace(mark=whole["mark"].replace("/", ""))
    parts = _AFTER.fullmatch(text)
    if not parts or (parts["minus"] and parts["minus2"]) or (parts["close"] and parts["close2"]):
        return None
    unit = _unit(parts["unit"])
    minus, bracket = bool(parts["minus"] or parts["minus2"]), bool(parts["close"] or parts["close2"])
    return None if unit is None else _Side(minus, False, bracket, unit, parts["unit"])


def _unit(spelled: str) -> str | None:
    """The currency or "%" that a text is; "" for none, None where it is something else."""
    return spelled if spelled in ("", "%") else currency(spelled)


def _frame(before: _Side | None, after: _Side | None) -> Frame:
    if before is None or after is None or before.bracket != after.bracket or (before.mark and after.mark):
        return Frame(sound=False)
    signs = before.minus + before.plus + after.minus + before.bracket
    one_unit = not before.unit or not after.unit or before.unit == after.unit
    unit, spelled = (before.unit, before.spelled) if before.unit else (after.unit, after.spelled)
    unusual = before.bracket or after.minus
    return Frame(signs <= 1 and one_unit, before.minus or unusual, before.plus, unit, spelled, unusual, first=before.mark, last=after.mark)
