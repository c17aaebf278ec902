"""How all customers stand as of a day: features, signs and scores, from Parquet files to Parquet files."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from churn.errors import ChurnError, ModelError
from churn.features import features
from churn.opening import Room
from churn.prepared import Wishes
from churn.risk.of_history import scores_now, typed
from churn.risk.scorecard import Scorecard
from churn.signs import signs
from churn.store.parquet import batches, parquet_tables, write_parquet
from churn.wording import _

BATCH = 100_000
_SCORES = pa.schema([("customer_id", pa.string()), ("risk", pa.float64()), ("information", pa.float64()), ("known", pa.bool_())])


def snapshot(folder: Path, out: Path, wishes: Wishes, card: Scorecard | None, *, room: Room | None = None) -> dict[str, int]:
    """Writes features.parquet, signs.parquet and, where there is a score learned from histories, scores.parquet to the folder `out`; gives
    the rows of each.

    `folder` holds the tables as NAME.parquet with the schema's columns. Raises StoreError where they cannot be read, ModelError where the
    score was not learned from histories.
    """
    if card is not None and card.provenance.look_ahead is None:
        raise ModelError(
            _("That model was not learned from histories: name the one that load gives as history, in the desk's folder models.")
        )
    out.mkdir(parents=True, exist_ok=True)
    with parquet_tables(folder, room) as tables:
        dials = wishes.dials(tables)
        if dials is None:
            raise ChurnError(_("A snapshot needs its day: say --as-of."))
        found = features(tables, dials, steady=wishes.steady)
        write_parquet(found, out / "features.parquet")
        write_parquet(signs(tables, dials, wishes.thresholds), out / "signs.parquet")
    rows = {name: pq.ParquetFile(out / f"{name}.parquet").metadata.num_rows for name in ("features", "signs")}
    return rows | ({"scores": _write_scores(card, out)} if card is not None else {})


def _write_scores(card: Scorecard, out: Path) -> int:
    passing = out / "scores.parquet.new"
    rows = 0
    with pq.ParquetWriter(passing, _SCORES) as writer:
        for scores in _scored(card, out / "features.parquet"):
            writer.write_table(pa.Table.from_pandas(scores, schema=_SCORES, preserve_index=False))
            rows += len(scores)
    passing.replace(out / "scores.parquet")
    return rows


def _scored(card: Scorecard, file: Path) -> Iterator[pd.DataFrame]:
    for batch in batches(file, BATCH):
        yield scores_now(card, typed(batch))
