"""The lookups of a scorecard: coded rows, their points, what they hold. NumPy and pandas are all that they need, so that a worker of a
cluster can do them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from churn.risk.bins import Codes, Floats, as_text, rare_below
from churn.risk.calibration import fit_slope
from churn.risk.known import STRANGER, UNSEEN, Folds, digests_of, row_digests
from churn.risk.points import Explained, probability
from churn.risk.scorecard import Scorecard

LEAST_INFORMATION = 0.5
BLOCK = 100_000
VOID_ROWS = 20
BASE, PART_OF = "because:base", "because:"


def codes_of(card: Scorecard, frame: pd.DataFrame, sources: Mapping[str, str]) -> Codes:
    """The rows as bin numbers, rows x columns of the score; 0 throughout for a column that is not in `sources`."""
    codes = np.zeros((len(frame), len(card.columns)), dtype=np.int16)
    for number, cut in enumerate(card.bins):
        if cut.column in sources:
            codes[:, number] = cut.code(frame[sources[cut.column]])
    return codes


def is_void(values: "pd.Series[str] | pd.Series[float]") -> bool:
    """Whether a sheet has the column in name only: enough rows, and nothing in any of them. It then counts as absent."""
    return len(values) >= VOID_ROWS and not values.notna().any()


def present_cells(card: Scorecard, codes: Codes, frame: pd.DataFrame, sources: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """Which cells hold something that the score knows: a value, or a gap where enough training rows had one to learn from.

    A gap tells nothing in a row that is mostly gaps.
    """
    present = codes > 0
    mostly = present.mean(axis=1) >= LEAST_INFORMATION
    for number, cut in enumerate(card.bins):
        if cut.column in sources and cut.counts[0] >= rare_below(card.provenance.rows):
            present[:, number] |= mostly & frame[sources[cut.column]].isna().to_numpy()
    return present


def explain_codes(card: Scorecard, codes: Codes, bags: Folds, absent: frozenset[int] = frozenset()) -> Explained:
    """Scores coded rows, known ones by the bag that did not see them (`bags`: its number; -1 or -2: the whole model)."""
    slope, offset = refit(card, absent)
    base, total, contributions = np.empty(len(codes)), np.empty(len(codes)), np.empty(codes.shape)
    for bag in np.unique(np.maximum(bags, UNSEEN)):
        member = card.whole if bag < 0 else card.bags[bag]
        for rows in blocks(np.flatnonzero(np.maximum(bags, UNSEEN) == bag)):
            part = member.explain(codes[rows], absent)
            base[rows], total[rows], contributions[rows] = part.base, part.log_odds, part.contributions
    if absent:
        base, total, contributions = slope * base + offset, slope * total + offset, slope * contributions
    return Explained(base, contributions, total)


def blocks(rows: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    """The rows in blocks that fit the processor's cache."""
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


def refit(card: Scorecard, absent: frozenset[int]) -> tuple[float, float]:
    """Slope and offset for a sheet without the `absent` columns: they bring its score nearest to the full model's own probabilities
    on the scorecard's sample of training rows."""
    if not absent:
        return 1.0, 0.0
    full = probability(card.whole.explain(card.sample).log_odds)
    return fit_slope(card.whole.explain(card.sample, absent).log_odds, full, spread=None)


def bags_of(card: Scorecard, frame: pd.DataFrame, sources: Mapping[str, str], id_column: str | None) -> Folds:
    """For each row the bag that did not see it: -2 for a stranger, -1 for one that no bag saw."""
    if card.known.by == "id" and id_column is not None:
        return card.known.bags_of(digests_of(as_text(frame[id_column]), card.known.salt))
    if card.known.by == "row" and len(sources) == len(card.columns):
        return card.known.bags_of(row_digests(frame[[sources[column] for column in card.columns]], card.known.salt))
    return np.full(len(frame), STRANGER, dtype=np.int8)


def information_of(card: Scorecard, present: npt.NDArray[np.bool_]) -> Floats:
    """For each row, the share (0..1) of the variance of all contributions in training that comes from the columns it holds."""
    total = card.spread.sum()
    weights = card.spread / total if total > 0 else np.full(len(card.columns), 1 / len(card.columns))
    found = np.ones(len(present))
    lacking = np.flatnonzero(~present.all(axis=1))  # the few that are worth a product of matrices
    found[lacking] = np.clip(1 - (~present[lacking]) @ weights, 0, 1).round(12)
    return found


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Words as "str", numbers as float64."""
    numbers = [name for name in rows if pd.api.types.is_numeric_dtype(rows[name])]
    return rows.astype(dict.fromkeys(numbers, "float64") | {name: "str" for name in rows if name not in numbers})


def scores_schema(card: Scorecard) -> pa.Schema:
    """customer_id, risk (0..1; null: too little is known), information, known, because:base and because:COLUMN (log-odds)."""
    scores = [("customer_id", pa.string()), ("risk", pa.float64()), ("information", pa.float64()), ("known", pa.bool_())]
    return pa.schema([*scores, *((name, pa.float64()) for name in (BASE, *(f"{PART_OF}{column}" for column in card.columns)))])


def explained(card: Scorecard, features: pd.DataFrame, sources: Mapping[str, str]) -> pa.RecordBatch:
    """The scores of some customers, as `scores_schema` has them, from their features; `sources` names the feature for each column of the
    score that is there, and not void among all customers."""
    rows = typed(features)
    codes = codes_of(card, rows, sources)
    bags = bags_of(card, rows, sources, "customer_id")
    found = explain_codes(card, codes, bags, frozenset(place for place, column in enumerate(card.columns) if column not in sources))
    information = information_of(card, present_cells(card, codes, rows, sources))
    risk = np.where(information >= LEAST_INFORMATION, probability(found.log_odds), np.nan)
    cells = {"customer_id": rows["customer_id"], "risk": risk, "information": information, "known": bags >= UNSEEN, BASE: found.base}
    parts = {f"{PART_OF}{column}": found.contributions[:, place] for place, column in enumerate(card.columns)}
    return pa.RecordBatch.from_pandas(pd.DataFrame({**cells, **parts}), schema=scores_schema(card), preserve_index=False)


def explained_in_turn(card: Any, sources: Mapping[str, str], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batch by batch, in a worker; `card` is what the cluster carries the score in."""
    for batch in batches:
        if batch.num_rows:
            yield explained(card.value, batch.to_pandas(), sources)
