"""Which features a score reads of all customers, whatever piece of them is scored at a time."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from churn.errors import ChurnError, ModelError
from churn.risk.lookup import VOID_ROWS
from churn.risk.scorecard import Scorecard
from churn.risk.sheet_columns import sources_of
from churn.wording import _, listing

Note = Callable[[str], None]


def read_by(card: Scorecard, features: list[str], filled: dict[str, int], rows: int) -> dict[str, str]:
    """For each column of the score the feature that holds it, where it is not void: `filled` says how many of the `rows` hold something."""
    found = sources_of(card, pd.DataFrame(columns=features))
    return {column: name for column, name in found.items() if rows < VOID_ROWS or filled[name]}


def note_unread(note: Note | None, card: Scorecard, sources: Mapping[str, str]) -> None:
    """Says what the score reads and these tables do not hold, so that it does without."""
    lacking = [column for column in card.columns if column not in sources]
    if note is not None and lacking:
        note(_("The score does without columns that these tables do not hold: {columns}.").format(columns=listing(lacking)))


def refuse_nobody(*, there: bool) -> None:
    """Raises ChurnError where no features are there to be scored."""
    if not there:
        raise ChurnError(_("There is nobody to score: these tables hold nothing that customers did, and no day on which any left."))


def of_histories(card: Scorecard | None) -> None:
    """Raises ModelError where a score was not learned from histories."""
    if card is not None and card.provenance.look_ahead is None:
        raise ModelError(
            _("That model was not learned from histories: name the one that load gives as history, in the desk's folder models.")
        )


def read_by_of_file(card: Scorecard, features: Path) -> dict[str, str]:
    """The same of a Parquet file, by its own statistics."""
    about = pq.ParquetFile(features).metadata
    names = [about.schema.column(place).name for place in range(about.num_columns)]
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    filled = {name: sum(_filled(group.column(place)) for group in groups) for place, name in enumerate(names)}
    return read_by(card, names, filled, about.num_rows)


def _filled(chunk: pq.ColumnChunkMetaData) -> int:
    known = chunk.statistics
    return int(chunk.num_values - (known.null_count if known is not None and known.has_null_count else 0))
