"""Which column of a table a header may be that no name tells for sure: by a name almost the same, by words within it, by its cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from churn.intake.parsing import Cells
from churn.tables import Column, bare_key, header_key

_ALMOST, _ALMOST_FOR_WORDS, _TRUST_IN_ALMOST = 86, 94, 0.8  # any words can fill a column of words: "contract" is no slip of "contact"
_SHORTEST, _SHORTEST_WITHIN, _TRUST_IN_WITHIN = 5, 8, 0.6
_TRUST_IN_CELLS = 0.5
_ROWS_TO_BE_CODES = 5


@dataclass(frozen=True)
class Proposal:
    """A column of the table that a header may be, and how likely that is (0 to 1)."""

    column: Column
    confidence: float


def propose(headers: Sequence[tuple[str, Cells]], columns: Sequence[Column]) -> dict[str, Proposal]:
    """For each header at most one of the columns that nothing fills yet, and each column for one header at most; the likeliest first."""
    likely = [
        (confidence, header, column)
        for header, cells in headers
        for column in columns
        if _may_be(cells, column) and (confidence := _likeness(header, cells, column))
    ]
    found: dict[str, Proposal] = {}
    taken: set[str] = set()
    for confidence, header, column in sorted(likely, key=lambda one: -one[0]):
        if header not in found and column.name not in taken:
            found[header] = Proposal(column, round(confidence, 2))
            taken.add(column.name)
    return found


def _may_be(cells: Cells, column: Column) -> bool:
    """Whether cells of such a type can fill the column."""
    if cells.missing.all():
        return False
    if column.type in ("number", "date"):
        return cells.type == column.type
    if column.type == "id":
        return cells.type in ("id", "text", "number")
    return cells.type == "text"


def _likeness(header: str, cells: Cells, column: Column) -> float:
    key = bare_key(header)
    names = list(column.keys)
    if len(key) >= _SHORTEST:
        cutoff = _ALMOST_FOR_WORDS if column.type == "text" else _ALMOST
        almost = process.extractOne(key, names, scorer=fuzz.ratio, score_cutoff=cutoff)
        if almost and len(almost[0]) >= _SHORTEST:
            return _TRUST_IN_ALMOST * almost[1] / 100
    if column.type != "text" and any(len(name) >= _SHORTEST_WITHIN and name in key for name in names):
        return _TRUST_IN_WITHIN
    if column.name == "customer_id" and "id" in column.keys and _are_codes(header, cells):  # elsewhere such codes are those of the rows
        return _TRUST_IN_CELLS
    return 0.0


def _are_codes(header: str, cells: Cells) -> bool:
    """Whether the cells could tell customers apart: all there, all different, short, with digits in each; or whole numbers so named."""
    rows = len(cells.values)
    if rows < _ROWS_TO_BE_CODES or cells.missing.any() or cells.values.nunique() < rows:
        return False
    if cells.type == "number":
        whole = bool((cells.values % 1 == 0).all())
        return whole and header_key(header).endswith(("id", "no", "nr", "number", "code", "key"))
    words = cells.values.astype("str")
    return bool(words.str.contains(r"[0-9]").all()) and int(words.str.len().max()) <= 40 and not words.str.contains(" ", regex=False).any()
