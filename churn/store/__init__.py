"""TABLES: one desk is a folder with one DuckDB file and its models. The only part that imports duckdb.

One process holds a desk: one root connection, a cursor for each operation, one lock for writing. Every write is one transaction, so
whoever reads, and whoever opens the desk after a crash, finds the old tables or the new ones whole. The number of rows loaded is kept
beside each table, and the number of writes in a file of its own; both are checked when the desk is opened, since DuckDB opens a file
whose log was cut short without a word, as it was some writes ago.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pandas as pd

from churn import journal, loads
from churn.errors import StoreError
from churn.intake import Intake, Progress
from churn.loads import Former, Load
from churn.opening import Room
from churn.putting import Poured, pour, put_table
from churn.store.before import Before, before
from churn.store.kept import Kept
from churn.store.noting import Journal
from churn.store.root import open_root
from churn.store.taken import Taken, put_taken
from churn.store.turns import Turns
from churn.stored import (
    Json,
    Prepare,
    Source,
    StoredColumn,
    TablesOf,
    known_table,
    labelled,
    prepare_all,
    put_scores,
    put_settings,
    search,
    stored_columns,
    stored_contents,
    stored_rows,
    stored_source,
    value,
)
from churn.tables import TABLES
from churn.typed import Typed
from churn.wording import _


class Desk:
    """An open desk. Safe to use from several threads; made by `open_desk`."""

    def __init__(self, folder: Path, root: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.models = folder / "models"
        self._root = root
        turns = Turns(folder, root)
        self._cursor, self._write, self.interrupt = turns.cursor, turns.write, turns.interrupt
        self._kept = Kept()
        self.journal = Journal(self._cursor, partial(self._write, counted="noted"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file; the desk is of no use afterwards."""
        self._root.close()

    def version(self) -> int:
        """A number that grows by one with every write; what was computed at one version holds until it grows."""
        with self._cursor() as cursor:
            return int(value(cursor, "SELECT version FROM _desk"))

    def load(
        self,
        intakes: Mapping[str, Intake | Typed],
        *,
        scores: pd.DataFrame | None = None,
        settings: Mapping[str, Json] | None = None,
        loaded_at: datetime | None = None,
        alone: bool = False,
        by: str = "",
        prepare: Prepare | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Poured]:
        """Replaces each named table whole, all in one transaction; new customers also drop the scores of the old.

        `scores` (as in `write_scores`) come in with them; `alone` drops every other table and setting. What is replaced or dropped is kept
        for `undo` until the next load. `by` is who loads, for the history; `prepare` makes what pages read (see `prepare`). Typed
        files are read now, those of customers must be intakes; what became of their rows comes back by table. `progress` gets the share
        of each step and words for it. Raises QuestionError where an intake has an open question, StoreError where a table is unknown,
        and whatever `progress` raises; the desk is then as before.
        """
        for name, intake in intakes.items():
            known_table(name)
            if isinstance(intake, Intake):
                intake.settled()
        poured: dict[str, Poured] = {}
        with self._write() as cursor:
            scored = "customers" in intakes or scores is not None or bool(settings) or prepare is not None
            number = loads.begin(cursor, intakes, scored=scored, alone=alone, at=loaded_at, by=by)
            for name in sorted(intakes, key=list(TABLES).index):
                of = intakes[name]
                if isinstance(of, Intake):
                    put_table(cursor, TABLES[name], of, loaded_at, number)
                else:
                    poured[name] = pour(cursor, of, load=number, loaded_at=loaded_at, progress=progress)
                loads.note_table(cursor, number, name, of if isinstance(of, Intake) else poured[name])
            if scores is not None:
                put_scores(cursor, scores)
            put_settings(cursor, settings or {})
            if prepare is not None:
                prepare_all(cursor, prepare, progress)
            journal.settle_book(cursor)
            if progress is not None:
                progress(1.0, _("writing it all down"))
        return poured

    def take(self, taken: Taken, *, at: datetime | None = None, by: str = "", progress: Progress | None = None) -> None:
        """Puts a snapshot in the place of all tables, in one transaction, to be undone as a load; `progress` as in `prepare`."""
        with self._write() as cursor:
            put_taken(cursor, taken, at=at, by=by, progress=progress)

    def prepare(
        self,
        prepare: Prepare,
        *,
        settings: Mapping[str, Json] | None = None,
        of: str | None = None,
        progress: Progress | None = None,
        keep: bool = False,
    ) -> None:
        """Makes anew what pages read of the tables, in one transaction with `settings`.

        `prepare` gets all tables as `reading` gives them and returns some of PREPARED, and "scores" (as in `write_scores`) where these
        change with them; what it does not return is dropped (with `keep` it stays), scores stay. `progress` gets the share done and words
        for it, 1 last. StoreError where the `contents` are no longer those in `of`; whatever `progress` raises leaves the desk as it was.
        """
        with self._write() as cursor:
            if of not in (None, stored_contents(cursor)):
                raise StoreError(_("Other tables were loaded meanwhile, so these scores are not theirs. Begin anew."))
            put_settings(cursor, settings or {})
            prepare_all(cursor, prepare, progress, keep=keep)
            if progress is not None:
                progress(1.0, _("writing it all down"))

    def undo(self, *, by: str = "", at: datetime | None = None, number: int | None = None, scores: bool = True) -> Former:
        """Puts back what the last load took the place of, in one transaction, and gives what the desk holds then; a second undo brings the
        load back.

        New customers, and whatever was loaded with something prepared, go with their scores and all settings, those written since among
        them; another load left those alone, and so does its undo. `number` is the last line of the history as its reader saw it.
        StoreError where there is nothing to undo, where something was loaded since `number`, or where the model of the former scores is
        gone: without `scores` the tables come back alone.
        """
        with self._write() as cursor:
            former = loads.undo(cursor, self.models, at=at, by=by, number=number, scores=scores)
            journal.settle_book(cursor)
            return former

    def undoable(self) -> Former | None:
        """What the desk would hold after `undo`, or None where there is nothing to undo."""
        with self._cursor() as cursor:
            return loads.former(cursor, self.models)

    def loads(self) -> list[Load]:
        """All that was ever loaded, undone or cleared, newest first."""
        with self._cursor() as cursor:
            return loads.history(cursor)

    def earlier_loads(self, digest: str) -> list[Load]:
        """The loads of the file with this SHA-256, newest first, whether the desk still holds it or not."""
        return [load for load in self.loads() if any(table.digest == digest for table in load.tables)]

    def remember(self, shape: str, answers: Mapping[str, Json]) -> None:
        """Keeps what was said of a file for the next one of the same shape; the last 200 shapes, whatever is loaded, undone or cleared."""
        with self._write() as cursor:
            loads.remember(cursor, shape, answers)

    def remembered(self, shape: str) -> Mapping[str, Json] | None:
        """What was said of the last file of this shape, or None."""
        with self._cursor() as cursor:
            return loads.remembered(cursor, shape)

    def clear(self, *, by: str = "", at: datetime | None = None) -> None:
        """Drops every table, the scores, the settings, the journal and what was kept for `undo`, in one transaction; models and history
        stay."""
        with self._write() as cursor:
            loads.clear(cursor, at=at, by=by)
            journal.forget(cursor)

    def tables(self) -> dict[str, int]:
        """The number of rows of each table loaded, in the order of the schema; scores not among them."""
        with self._cursor() as cursor:
            stored = stored_rows(cursor)
        return {name: stored[name] for name in TABLES if name in stored}

    def contents(self) -> str:
        """A text that stays the same for as long as the tables do."""
        with self._cursor() as cursor:
            return stored_contents(cursor)

    def columns(self, table: str) -> list[StoredColumn]:
        """The columns of a table as in its file; none where the table is not loaded."""
        known_table(table)
        with self._cursor() as cursor:
            return stored_columns(cursor, table)

    def frame(self, table: str) -> pd.DataFrame:
        """The whole table in the order of its file, columns by their labels and typed as `Intake.frame`. StoreError if not loaded."""
        known_table(table)
        with self._cursor() as cursor:
            return labelled(cursor, table, "")

    def source(self, table: str) -> Source:
        """Where a table's rows came from. StoreError if not loaded."""
        known_table(table)
        with self._cursor() as cursor:
            return stored_source(cursor, table)

    def ids(self) -> list[str]:
        """The customers' ids in the order of the file: their own, or the numbers of their sheet rows where the file has none."""
        with self._cursor() as cursor:
            return [row[0] for row in cursor.execute("SELECT customer_id FROM customers ORDER BY _row").fetchall()]

    def rows(self, table: str, *customer_ids: str) -> pd.DataFrame:
        """Some customers' rows of a table, as `frame` gives them; none for an unknown customer. StoreError if not loaded.

        The last answers are kept while the desk's version stays: a page asks several times.
        """
        known_table(table)
        with self._cursor() as cursor:
            key = (value(cursor, "SELECT version FROM _desk"), table, customer_ids)
            return self._kept.of(key, lambda: labelled(cursor, table, "WHERE customer_id IN (SELECT unnest(?))", list(customer_ids)))

    def before(self, customer_id: str) -> Before | None:
        """One customer as they were before the last load, as `churn.store.before.before` tells."""
        with self._cursor() as cursor:
            return before(cursor, customer_id)

    def search(self, text: str, limit: int = 20) -> pd.DataFrame:
        """At most `limit` customers whose id or name contains `text` in any case: customer_id, name; best matches first."""
        with self._cursor() as cursor:
            return search(cursor, text, limit)

    @contextmanager
    def reading(self) -> Iterator[TablesOf]:
        """All tables by name, and "scores" when there, as lazy frames with safe column names, all as of one moment; "journal" and "members"
        (of campaigns) by their names, but not listed.

        The frames can be joined with each other and end with the context: collect inside it.
        """
        with self._cursor() as cursor:
            yield TablesOf(cursor)

    def setting(self, name: str, default: Json = None) -> Json:
        """The value kept under `name`, or `default`."""
        with self._cursor() as cursor:
            found = cursor.execute("SELECT value FROM _settings WHERE name = ?", [name]).fetchone()
        kept: Json = json.loads(found[0]) if found else default
        return kept

    def set_settings(self, settings: Mapping[str, Json]) -> None:
        """Keeps each value under its name, all in one transaction."""
        with self._write() as cursor:
            put_settings(cursor, settings)

    def write_scores(self, frame: pd.DataFrame, *, settings: Mapping[str, Json] | None = None, of: Source | None = None) -> None:
        """Replaces the table "scores" by `frame` (customer_id, risk, information, known; NaN: no risk shown), in one transaction.

        `of` is where the scored customers came from; StoreError where the desk holds others by now.
        """
        with self._write() as cursor:
            if of is not None and stored_source(cursor, "customers") != of:
                raise StoreError(_("Other customers were loaded meanwhile, so these scores are not theirs. Begin anew."))
            put_scores(cursor, frame)
            put_settings(cursor, settings or {})


def open_desk(folder: Path, room: Room | None = None) -> Desk:
    """The desk in `folder`, made if missing, with so much `room` for its work. StoreError where it is damaged, newer, or held by another
    process."""
    folder = folder.resolve()
    return Desk(folder, open_root(folder, room or Room()))
