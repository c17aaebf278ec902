"""The last few answers of a desk, by what was asked and the version that it was asked of."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import pandas as pd

MOST = 24  # a customer's page reads six tables


class Kept:
    """The frames that were asked for last. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, threading.Lock()
        self._frames: OrderedDict[Hashable, pd.DataFrame] = OrderedDict()

    def of(self, key: Hashable, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A copy of the frame of this key, made where it is not kept, in the place of the one that nobody asked for the longest."""
        with self._lock:
            found = self._frames.get(key)
        found = make() if found is None else found
        with self._lock:
            self._frames[key] = found
            self._frames.move_to_end(key)
            while len(self._frames) > self._most:
                self._frames.popitem(last=False)
        return found.copy()
