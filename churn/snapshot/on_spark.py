"""A snapshot made on a Spark cluster: tables are read, prepared, scored and written by its workers, and none of their rows come here."""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from churn.measures.declared import Tables
from churn.measures.dialect import Frame, one_row
from churn.prepared import EDITION, Wishes
from churn.risk.keeping import to_text
from churn.risk.lookup import explained_in_turn, scores_schema
from churn.risk.scorecard import Scorecard
from churn.snapshot import NAMES, at_its_day, in_turn, made_of, told
from churn.snapshot.far import Far, place
from churn.snapshot.folder import MAKING, refuse_others
from churn.snapshot.kept import MODEL, SAYS, Kept, Part, file_of
from churn.snapshot.parcel import parcel
from churn.snapshot.people import as_kept
from churn.snapshot.scoring import Note, note_unread, of_histories, read_by, refuse_nobody
from churn.snapshot.usable import usable
from churn.store.cluster import open_cluster, said_by_spark
from churn.store.parquet import checked, refuse_misnamed, refuse_without_customers
from churn.tables import TABLES

Tell = Callable[[float, str], None]


def snapshot_on_spark(
    source: str, out: str, wishes: Wishes, card: Scorecard | None, *, master: str, tell: Tell | None = None, note: Note | None = None
) -> dict[str, int]:
    """The same snapshot as on one machine, on the cluster at `master` (spark://HOST:PORT, local[*], or what else Spark knows).

    `source` and `out` are paths that all its machines see, or addresses that Spark knows (hdfs://..., s3a://...). Raises StoreError where
    Spark is missing or cannot be reached, and as `churn.snapshot.snapshot`.
    """
    of_histories(card)
    with tempfile.TemporaryDirectory() as parcels, open_cluster(master) as session, said_by_spark():
        far, source, out = Far(session), place(source), place(out)
        with _fresh(far, out, source) as passing:
            tables = usable(_tables(session, far, source), note)
            kept_tables, columns = as_kept(tables)
            wishes = at_its_day(wishes, tables)
            held = Held(session, passing, kept_tables)
            about = made_of(tables)
            for name, frame in in_turn(held, wishes, partial(_read, session, passing), tell):
                _write(far, frame, f"{passing}/{file_of(name)}")
            if card is not None:
                told(tell, "scores")
                _score(session, far, card, passing, Path(parcels), note)
            day = wishes.as_of.isoformat() if wishes.as_of else ""
            rows = {name: _rows(session, f"{passing}/{file_of(name)}") for name in NAMES if far.exists(f"{passing}/{file_of(name)}")}
            held.let_go(far)
            parts = _parts(session, passing)
            kept = Kept(EDITION, "spark", day, wishes.as_setting(), columns, about, rows, parts, scored=card is not None)
            far.write(f"{passing}/{SAYS}", kept.to_text().encode())
    return {file_of(name).removesuffix(".parquet"): n for name, n in rows.items()}


class Held(dict[str, Frame]):
    """Tables with a place for what is computed of them on the way: files, which outlast a worker that is lost."""

    def __init__(self, session: Any, folder: str, tables: Tables) -> None:
        super().__init__(tables)
        self._session, self._place, self._held = session, f"{folder}/_held", 0

    def at_hand(self, frame: Frame) -> Frame:
        """The frame, computed once."""
        self._held += 1
        file = f"{self._place}/{self._held}"
        frame.to_native().write.parquet(file)
        held: Frame = nw.from_native(self._session.read.parquet(file))
        return held

    def let_go(self, far: Far) -> None:
        """Deletes what was held."""
        far.remove(self._place)


@contextmanager
def _fresh(far: Far, out: str, source: str) -> Iterator[str]:
    """As `churn.snapshot.folder.fresh`, on Spark's file systems."""
    passing, old = f"{out}.new", f"{out}.old"
    for there in (out, passing, old):
        refuse_others(far.names(there), there, same=there == source)
    if far.exists(old) and not far.exists(out):
        far.rename(old, out)
    for left in (passing, old):
        far.remove(left)
    far.make(passing)
    far.write(f"{passing}/{MAKING}", b"")
    try:
        yield passing
        far.remove(f"{passing}/{MAKING}")
        if far.exists(out):
            far.rename(out, old)
        far.rename(passing, out)
    except BaseException:
        far.remove(passing)
        if far.exists(old) and not far.exists(out):
            far.rename(old, out)
        raise
    far.remove(old)


def _tables(session: Any, far: Far, source: str) -> dict[str, Frame]:
    files = {name: f"{source}/{name}.parquet" for name in TABLES}
    found: dict[str, Frame] = {
        name: nw.from_native(session.read.option("mergeSchema", "true").parquet(file)) for name, file in files.items() if far.exists(file)
    }
    refuse_without_customers(found, source)
    refuse_misnamed(far.names(source), source)
    for name, frame in found.items():
        checked(name, frame, files[name])
    return found


def _read(session: Any, folder: str, name: str) -> Frame:
    found: Frame = nw.from_native(session.read.parquet(f"{folder}/{file_of(name)}"))
    return found


def _write(far: Far, frame: nw.LazyFrame[Any] | pd.DataFrame, file: str) -> None:
    """Writes a table: from the workers, or where it is a small frame from here."""
    if isinstance(frame, pd.DataFrame):
        data = io.BytesIO()
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), data)
        far.write(file, data.getvalue())
    else:
        frame.to_native().write.parquet(file)


def _score(session: Any, far: Far, card: Scorecard, folder: str, parcels: Path, note: Note | None) -> None:
    """Everybody's score with its explanation, by the workers, which get the part of this program that they need."""
    file = f"{folder}/{file_of('customer_features')}"
    refuse_nobody(there=far.exists(file))
    far.write(f"{folder}/{MODEL}", to_text(card).encode())
    features = session.read.parquet(file)
    names = list(features.columns)
    counts = one_row(nw.from_native(features), [nw.len().alias(" rows"), *(nw.col(name).count().alias(name) for name in names)])
    sources = read_by(card, names, {name: int(counts[name]) for name in names}, int(counts[" rows"]))
    note_unread(note, card, sources)
    # Every worker fetches the archive before its next task, whatever that is: it stays for as long as the session.
    session.sparkContext.addPyFile(str(parcel(parcels / "churn_scoring.zip")))
    carried = session.sparkContext.broadcast(card)
    scored = features.mapInArrow(partial(explained_in_turn, carried, sources), _as_spark(scores_schema(card)))
    scored.write.parquet(f"{folder}/{file_of('scores')}")


def _as_spark(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _rows(session: Any, file: str) -> int:
    return int(session.read.parquet(file).count())


def _parts(session: Any, folder: str) -> tuple[Part, ...]:
    """All files of the snapshot with their sums, which the workers take."""
    files = session.read.format("binaryFile").option("recursiveFileLookup", "true").load(folder)
    found = files.selectExpr("path", "length", "sha2(content, 256) AS sha256").collect()
    within = f"{folder.rpartition('/')[2]}/"
    return tuple(sorted((Part(row["path"].split(within, 1)[1], row["length"], row["sha256"]) for row in found), key=lambda part: part.path))
