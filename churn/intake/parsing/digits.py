"""Text as people type it -> text that can be compared: trimmed, and with one kind of digit, sign and space."""

import sys
import unicodedata
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.parsing.cells import Distinct, Mask, Strings, as_mask

_UNSEEN = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_ENDS = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x85])) + "\u2028\u2029" + _SPACES + _UNSEEN
_ASCII_ENDS = "".join(sign for sign in _ENDS if sign.isascii())
_ALIKE = {
    "−": "-", "－": "-", "﹣": "-", "＋": "+", "．": ".", "，": ",", "％": "%", "٪": "%", "﹪": "%", "（": "(", "）": ")", "／": "/",
    "：": ":", "’": "'", "ʼ": "'", "‘": "'", "＇": "'", "ي": "ی", "ى": "ی", "ك": "ک",
}  # fmt: skip
_PERSIAN_OR_ARABIC = {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}


def trimmed(texts: pd.Series) -> Strings:
    """The cells without the spaces and unseen marks around them, those between two letters of a word left in; missing ones are ""."""
    cells = pa.array(texts, type=pa.large_string())
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    return trim(pc.fill_null(cells, "") if cells.null_count else cells)


def trim(texts: Strings) -> Strings:
    """The same of an Arrow array; missing cells stay missing."""
    if is_ascii(texts):
        return pc.ascii_trim(texts, characters=_ASCII_ENDS)
    return pc.utf8_trim(texts, characters=_ENDS)


def is_ascii(texts: Strings) -> bool:
    """Whether no cell has anything but signs of ASCII."""
    return pc.all(pc.string_is_ascii(texts)).as_py() is not False


def fold(texts: Strings) -> Strings:
    """Numbers, days and words in one form: digits of any script as 0-9, one kind of minus and space, Persian letters, no unseen marks."""
    plain = as_mask(pc.string_is_ascii(texts))
    if plain.all():
        return texts
    table = _folding()
    folded = texts.to_numpy(zero_copy_only=False).astype(object)
    other = np.flatnonzero(~plain)
    folded[other] = [text.translate(table) for text in folded[other]]
    return pa.array(folded, pa.large_string())


def fold_ids(texts: Strings) -> tuple[Strings, Mask]:
    """Ids with Persian and Arabic digits as 0-9, so that one customer stays one, and which ids had them."""
    if is_ascii(texts):
        return texts, np.zeros(len(texts), dtype=bool)
    foreign = as_mask(pc.match_substring_regex(texts, "[٠-٩۰-۹]"))
    if not foreign.any():
        return texts, foreign
    table = str.maketrans(_PERSIAN_OR_ARABIC)
    cells = texts.to_numpy(zero_copy_only=False).astype(object)
    cells[foreign] = [text.translate(table) for text in cells[foreign]]
    return pa.array(cells, pa.large_string()), foreign


def distinct(texts: Strings, native: Mask | None) -> Distinct:
    """The different cells of a column; a cell that the file types itself differs from the same text typed by hand."""
    encoded = pc.dictionary_encode(texts)
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    cells, typed = encoded.dictionary, np.zeros(len(encoded.dictionary), dtype=bool)
    if native is not None and native.all():
        typed = ~typed
    elif native is not None and native.any():
        pairs, first, codes = np.unique(codes * 2 + native, return_index=True, return_inverse=True)
        order = np.argsort(first)
        codes = np.argsort(order)[codes]
        cells, typed = cells.take(pa.array(pairs[order] // 2)), (pairs[order] % 2).astype(bool)
    return Distinct(cells, fold(cells), typed, np.bincount(codes, minlength=len(cells)), codes)


@cache
def _folding() -> dict[int, str | None]:
    digits = {
        code: str(unicodedata.decimal(chr(code))) for code in range(128, sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"
    }
    signs = {ord(sign): plain for sign, plain in _ALIKE.items()}
    return digits | signs | dict.fromkeys(map(ord, _SPACES), " ") | dict.fromkeys(map(ord, _UNSEEN), None)
