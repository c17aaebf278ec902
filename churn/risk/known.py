"""Who was in the training rows: known again by a digest of the id, or of the whole row."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.risk.bins import as_numbers, told_apart

Digests = npt.NDArray[np.uint64]
Folds = npt.NDArray[np.int8]

MIXER = np.uint64(0x9E3779B97F4A7C15)
STRANGER, UNSEEN = -2, -1


@dataclass(frozen=True)
class Known:
    """The training rows' sorted 64-bit digests, and for each the bag that did not see it (-1: none did).

    `by` is "id", "row", or "" where rows cannot be told apart and nobody is known.
    """

    salt: str
    digests: Digests
    bags: Folds
    by: str

    def bags_of(self, digests: Digests) -> Folds:
        """For each digest the bag that did not see it: -1 where none did, -2 for a stranger."""
        if not len(self.digests):
            return np.full(len(digests), STRANGER, dtype=np.int8)
        place = np.minimum(np.searchsorted(self.digests, digests), len(self.digests) - 1)
        return np.where(self.digests[place] == digests, self.bags[place], np.int8(STRANGER))


def remember(salt: str, digests: Digests, folds: Folds, by: str) -> Known:
    """The training rows as a scorecard keeps them; rows of equal digest are of one fold."""
    distinct, first = np.unique(digests, return_index=True)
    return Known(salt, distinct, folds[first], by) if by else Known(salt, distinct[:0], folds[:0], by)


def digests_of(words: Iterable[object], salt: str) -> Digests:
    """A 64-bit digest of each text, not to be turned back without trying every text."""
    key = salt.encode()
    found = [hashlib.blake2b(str(word).encode(), digest_size=8, key=key).digest() for word in words]
    return np.frombuffer(b"".join(found), dtype="<u8")


def row_digests(frame: pd.DataFrame, salt: str) -> Digests:
    """A 64-bit digest of each row's values, in the order of the columns."""
    mixed = digests_of(["row"], salt).repeat(len(frame))
    for column in frame:
        mixed = (mixed ^ _cells(frame[column], salt)) * MIXER
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _cells(values: "pd.Series[str] | pd.Series[float]", salt: str) -> Digests:
    """A number's own bits, a digest of anything else; the same for all missing cells."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return (as_numbers(values) + 0.0).view(np.uint64)
    index, distinct = told_apart(values)
    return np.append(digests_of(distinct, salt), np.uint64(0))[index]
