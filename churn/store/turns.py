"""Who may use the database when: a cursor for each operation, one writer at a time, and a way to end what is under way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb

from churn.errors import StoppedError, StoreError
from churn.opening import interrupted, went_wrong, write_witness, writes
from churn.wording import _


class Turns:
    """The cursors of an open desk in `folder`, whose root connection is `root`."""

    def __init__(self, folder: Path, root: duckdb.DuckDBPyConnection) -> None:
        self._folder, self._root = folder, root
        self._writing = threading.Lock()
        self._under_way: set[duckdb.DuckDBPyConnection] = set()
        self._writer: tuple[int, duckdb.DuckDBPyConnection] | None = None  # the thread, and its cursor

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one operation, in a transaction so that all it reads is of one moment; closed after it, and undone if not committed.

        What goes wrong in the database becomes a StoreError, an interruption a StoppedError.
        """
        try:
            cursor = self._root.cursor()
        except duckdb.Error:
            raise StoreError(_("The desk in {folder} is closed: open it again.").format(folder=self._folder)) from None
        self._under_way.add(cursor)
        try:
            cursor.begin()
            yield cursor
        except duckdb.InterruptException as error:
            raise StoppedError(_("Stopped.")) from error
        except RuntimeError as error:
            if interrupted(error):
                raise StoppedError(_("Stopped.")) from error
            raise
        except duckdb.Error as error:
            raise StoreError(went_wrong(self._folder, str(error))) from error
        finally:
            self._under_way.discard(cursor)
            cursor.close()

    @contextmanager
    def write(self, counted: Literal["version", "noted"] = "version") -> Iterator[duckdb.DuckDBPyConnection]:
        """The one cursor that may write now; its transaction is counted, and kept whole or not at all."""
        with self._writing, self.cursor() as cursor:
            self._writer = (threading.get_ident(), cursor)
            try:
                yield cursor
                cursor.execute(f"UPDATE _desk SET {counted} = {counted} + 1")
                made = writes(cursor)
            finally:
                self._writer = None
            self._under_way.discard(cursor)
            cursor.commit()
            write_witness(self._folder, made)

    def interrupt(self, *, thread: int | None = None) -> None:
        """Ends with a StoppedError what the database does for the desk: everything, or the one write of a thread, if it is writing. What is
        being committed is no longer ended."""
        writer = self._writer
        for cursor in [*self._under_way] if thread is None else [writer[1]] if writer is not None and writer[0] == thread else []:
            cursor.interrupt()
