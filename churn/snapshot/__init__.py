"""How all customers stand as of a day, from Parquet files to Parquet files: all that pages read, and nothing of what customers did."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from churn.errors import ChurnError
from churn.intake import Progress
from churn.measures.declared import Tables
from churn.measures.dialect import Frame, small
from churn.opening import Room
from churn.prepared import EDITION, Wishes, prepared
from churn.risk.keeping import to_text
from churn.risk.lookup import explained, scores_schema
from churn.risk.scorecard import Scorecard
from churn.snapshot.folder import MAKING, fresh
from churn.snapshot.kept import MODEL, SAYS, Kept, file_of, part_of
from churn.snapshot.people import KEPT, Columns, as_kept
from churn.snapshot.scoring import Note, note_unread, of_histories, read_by_of_file, refuse_nobody
from churn.snapshot.usable import usable
from churn.store.parquet import batches, parquet_tables, write_parquet
from churn.stored import PREPARED, Json
from churn.tables import TABLES
from churn.wording import _

BATCH = 100_000
NAMES = (*KEPT, *PREPARED, "scores")


def snapshot(
    folder: Path,
    out: Path,
    wishes: Wishes,
    card: Scorecard | None,
    *,
    room: Room | None = None,
    tell: Progress | None = None,
    note: Note | None = None,
) -> dict[str, int]:
    """Writes a snapshot to the folder `out`, whole or not at all: customers, what is prepared of all tables and, where there is a score
    learned from histories, everybody's score with its explanation, and the model; gives the rows of each file. `note` hears which rows
    are left out, and what the score does without.

    `folder` holds the tables as NAME.parquet with the schema's columns. Raises StoreError where they cannot be read or `out` holds anything
    else, ModelError where the score was not learned from histories.
    """
    of_histories(card)
    with fresh(out, folder) as passing:
        with parquet_tables(folder, room) as found:
            usable_tables = usable(found, note)
            tables, columns = as_kept(usable_tables)
            wishes = at_its_day(wishes, tables)
            about = made_of(usable_tables)
            for name, frame in in_turn(tables, wishes, lambda name: found.read(passing / file_of(name)), tell):
                _write(frame, passing / file_of(name))
        if card is not None:
            told(tell, "scores")
            _write_scores(card, passing, note)
        kept = kept_of(passing, wishes, columns, about, engine="duckdb")
        (passing / SAYS).write_text(kept.to_text(), "utf-8")
    return {file_of(name).removesuffix(".parquet"): n for name, n in kept.rows.items()}


def at_its_day(wishes: Wishes, tables: Tables) -> Wishes:
    """The wishes with the day that the tables are read at. Raises ChurnError where none was said and they hold none."""
    if wishes.as_of is not None:
        return wishes
    found = wishes.dials(tables)
    if found is None:
        raise ChurnError(_("A snapshot needs its day: say --as-of."))
    return replace(wishes, as_of=found.as_of)


def in_turn(
    tables: Tables, wishes: Wishes, read: Callable[[str], Frame], tell: Progress | None = None
) -> Iterator[tuple[str, Frame | pd.DataFrame]]:
    """The tables of a snapshot by their names in a desk, each to be written before the next is asked for; `read` gives what was written
    under a name."""
    found = prepared(tables, wishes)
    done: dict[str, Frame] = {}
    for name in (*(name for name in KEPT if name in tables), *(name for name in PREPARED if name in found)):
        told(tell, name)
        frame = found[name] if name in found else tables[name]
        yield name, frame(done) if callable(frame) else frame
        done[name] = read(name)


def told(tell: Progress | None, name: str) -> None:
    """Tells which table is being made."""
    if tell is not None:
        tell(NAMES.index(name) / len(NAMES), file_of(name))


def made_of(tables: Tables) -> dict[str, dict[str, Json]]:
    """Of what a snapshot is made: the rows and columns of each table of the schema."""
    return {
        name: {"rows": int(small(tables[name].select(n=nw.len()))["n"].iloc[0]), "columns": tables[name].collect_schema().names()}
        for name in TABLES
        if name in tables
    }


def kept_of(folder: Path, wishes: Wishes, columns: Columns, about: Mapping[str, Mapping[str, Json]], *, engine: str) -> Kept:
    """What is to be said of a snapshot whose files lie in a folder."""
    names = sorted(path.name for path in folder.iterdir() if path.name != MAKING)
    parts = tuple(part_of(folder, name) for name in names)
    rows = {name: pq.ParquetFile(folder / file_of(name)).metadata.num_rows for name in NAMES if file_of(name) in names}
    day = wishes.as_of.isoformat() if wishes.as_of else ""
    return Kept(EDITION, engine, day, wishes.as_setting(), columns, about, rows, parts, scored="scores" in rows)


def _write(frame: nw.LazyFrame[Any] | pd.DataFrame, file: Path) -> None:
    if isinstance(frame, pd.DataFrame):
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), file)
    else:
        write_parquet(frame, file)


def _write_scores(card: Scorecard, out: Path, note: Note | None) -> None:
    features = out / file_of("customer_features")
    refuse_nobody(there=features.is_file())
    (out / MODEL).write_text(to_text(card), "utf-8")
    sources = read_by_of_file(card, features)
    note_unread(note, card, sources)
    with pq.ParquetWriter(out / file_of("scores"), scores_schema(card)) as writer:
        for rows in batches(features, BATCH):
            writer.write_batch(explained(card, rows, sources))
