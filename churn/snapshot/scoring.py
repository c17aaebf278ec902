"""Everybody's score and its explanation, piece by piece, as a snapshot keeps them."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from churn.risk.of_history import typed
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import VOID_ROWS, score

_SCORES = (("customer_id", pa.string()), ("risk", pa.float64()), ("information", pa.float64()), ("known", pa.bool_()))
BASE = "because:base"


def scores_schema(card: Scorecard) -> pa.Schema:
    """customer_id, risk (0..1; null: too little is known), information, known, because:base and because:COLUMN (log-odds)."""
    return pa.schema([*_SCORES, *((name, pa.float64()) for name in (BASE, *(f"because:{column}" for column in card.columns)))])


def explained(card: Scorecard, rows: pd.DataFrame, filled: Collection[str]) -> pd.DataFrame:
    """The scores of some customers with the columns of `scores_schema`, from their features; `filled` are the columns that are not void in
    the features of all."""
    found = score(card, typed(rows), id_column="customer_id", filled=filled)
    cells = {"customer_id": rows["customer_id"].astype("str"), "risk": found.risk, "information": found.information, "known": found.known}
    parts = {f"because:{column}": found.contributions[:, place] for place, column in enumerate(found.columns)}
    return pd.DataFrame({**cells, BASE: found.base, **parts})


def filled_in(features: Path) -> list[str]:
    """The columns of a Parquet file that are not void, by its own statistics."""
    about = pq.ParquetFile(features).metadata
    names = [about.schema.column(place).name for place in range(about.num_columns)]
    if about.num_rows < VOID_ROWS:
        return names
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    return [name for place, name in enumerate(names) if any(_has_some(group.column(place)) for group in groups)]


def _has_some(chunk: pq.ColumnChunkMetaData) -> bool:
    counts = chunk.statistics
    return counts is None or not counts.has_null_count or counts.null_count < chunk.num_values
