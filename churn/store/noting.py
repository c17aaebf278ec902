"""The journal of an open desk: read by anybody, written line after line."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import duckdb
import pandas as pd

from churn import journal
from churn.journal import Kind, Line
from churn.stored import value


class Noted(Protocol):
    """Reads the journal as it stands in the middle of a write, as `Journal.lines` does."""

    def __call__(self, *kinds: Kind, customer_id: str | None = None) -> pd.DataFrame:
        """The lines of these kinds."""


Check = Callable[[Noted], None]


class Journal:
    """What people did with a desk. Safe to use from several threads; `Desk.journal`."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
        writing: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
    ) -> None:
        self._reading, self._writing = reading, writing

    def note(
        self, *lines: Line, at: datetime | None = None, check: Check | None = None, members: pd.DataFrame | None = None
    ) -> tuple[int, ...]:
        """Adds the lines, all or none; gives their numbers. When it returns, they are kept whatever happens.

        `at` is the moment (UTC). `check` reads the journal just before the lines are written, when nobody else can write, and raises where
        they may not be. `members` are those of the campaign that the first line begins, as `churn.journal.enlist` takes them.
        """
        with self._writing() as cursor:

            def noted(*kinds: Kind, customer_id: str | None = None) -> pd.DataFrame:
                return journal.read(cursor, kinds, customer_id)

            if check is not None:
                check(noted)
            numbers = journal.append(cursor, lines, at)
            if members is not None:
                journal.enlist(cursor, numbers[0], members)
        return tuple(numbers)

    def lines(self, *kinds: Kind, customer_id: str | None = None) -> pd.DataFrame:
        """The lines of these kinds (none named: all), of one customer where one is named, as `churn.journal.read` gives them."""
        with self._reading() as cursor:
            return journal.read(cursor, kinds, customer_id)

    def version(self) -> int:
        """A number that grows by one with every write to the journal; tables and scores have that of the desk."""
        with self._reading() as cursor:
            return int(value(cursor, "SELECT noted FROM _desk"))
