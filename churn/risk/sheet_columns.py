"""Which of a sheet's columns is which column of the score: as its owner says, by name in any language; what is likely is proposed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from rapidfuzz import fuzz

from churn.errors import ModelError
from churn.intake import ReadOptions
from churn.intake.nearest import did_you_mean
from churn.risk.bins import Bins
from churn.risk.scorecard import Scorecard
from churn.tables import CUSTOMERS, bare_key, find_column, header_key
from churn.wording import _, listing

Trust = Callable[[Bins, "pd.Series[str] | pd.Series[float]", str], float]

_ALMOST, _SHORTEST = 88, 5
_TRUST_IN_NAME, _TRUST_IN_BARE, _TRUST_IN_SCHEMA, _TRUST_IN_ALMOST, _TRUST_IN_LEVELS = 1.0, 0.95, 0.9, 0.8, 0.6
_SURE = 0.85
_SHARE_OF_LEVELS, _FEWEST_LEVELS, _CELLS_LOOKED_AT = 0.9, 3, 10_000


@dataclass(frozen=True)
class Source:
    """A column of the score and the sheet's header that holds it, how sure that is (0 to 1), and whether it is used: what is only likely
    waits for its owner. `header` is None where nothing is even likely."""

    column: str
    header: str | None
    confidence: float

    @property
    def is_used(self) -> bool:
        """Whether the score reads it."""
        return self.header is not None and self.confidence >= _SURE


def match_columns(card: Scorecard, frame: pd.DataFrame, *, said: Mapping[str, str] | None = None) -> list[Source]:
    """Each column of the score with its source in the sheet. `said` goes from a column of the score to a header, "" for none.

    Raises ModelError for names that are not there.
    """
    said, headers = said or {}, list(map(str, frame))
    for column, header in said.items():
        if column not in card.columns:
            raise ModelError(_("The score reads no column '{name}'{near}.").format(name=column, near=did_you_mean(column, card.columns)))
        if header and header not in headers:
            raise ModelError(_("There is no column '{name}'{near}.").format(name=header, near=did_you_mean(header, headers)))
    found = {column: Source(column, header or None, 1.0 if header else 0.0) for column, header in said.items()}
    for trust in (_trust_in_name, _trust_in_levels):
        _add_likeliest(found, card, frame, [header for header in headers if header not in said.values()], trust)
    return [found.get(column, Source(column, None, 0.0)) for column in card.columns]


def _add_likeliest(found: dict[str, Source], card: Scorecard, frame: pd.DataFrame, headers: list[str], trust: Trust) -> None:
    """Adds to `found` what is likeliest of the columns and headers that are still free, each for one other at most."""
    taken = {source.header for source in found.values()}
    free = [header for header in headers if header not in taken]
    likely = [
        (certainty, cut.column, header)
        for cut in card.bins
        if cut.column not in found
        for header in free
        if (certainty := trust(cut, frame[header], header))
    ]
    for certainty, column, header in sorted(likely, key=lambda one: -one[0]):
        if column not in found and header not in taken:
            found[column] = Source(column, header, certainty)
            taken.add(header)


def sources_of(card: Scorecard, frame: pd.DataFrame, *, said: Mapping[str, str] | None = None) -> dict[str, str]:
    """For each column of the score that the sheet holds for sure, its header."""
    return {source.column: source.header for source in match_columns(card, frame, said=said) if source.header and source.is_used}


def apart(options: ReadOptions, card: Scorecard) -> tuple[ReadOptions, dict[str, str]]:
    """The options without what they say of the score's own columns alone, and what they say of the score: its columns and the headers that
    hold them, those among them that are columns of the desk under another name."""
    desks = {column: found.name for column in card.columns if (found := find_column(CUSTOMERS, column))}
    said = {column: header for header, named in options.mapping.items() for column in card.columns if named in (column, desks.get(column))}
    mapping = {header: named for header, named in options.mapping.items() if not named or CUSTOMERS.column(named) or named not in said}
    return replace(options, mapping=mapping), said


def renamed(found: Sequence[Source]) -> list[str]:
    """Sentences on the columns that were found under another name, and on those that may be there and were not taken."""
    taken = [
        f"{source.header} = {source.column}"
        for source in found
        if source.is_used and header_key(source.header or "") != header_key(source.column)
    ]
    perhaps = [f"--map '{source.header}={source.column}'" for source in found if source.header and not source.is_used]
    told = [_("read under another name: {columns}.").format(columns=listing(taken))] if taken else []
    return told + ([_("perhaps also {maps}: say so if it is.").format(maps=listing(perhaps))] if perhaps else [])


def _trust_in_name(cut: Bins, cells: "pd.Series[str] | pd.Series[float]", header: str) -> float:
    """How likely (0 to 1) a column of the sheet is by its header the one that the score knows by these bins."""
    column = cut.column
    if header == column:
        return _TRUST_IN_NAME
    key, known = header_key(header), header_key(column)
    if key == known:
        return _TRUST_IN_NAME - 0.01
    if not _is_kind(cut, cells):
        return 0.0
    if bare_key(header) == bare_key(column):
        return _TRUST_IN_BARE
    if any(key in other.keys and (known in other.keys or bare_key(column) in other.keys) for other in CUSTOMERS.columns):
        # a city is a region as much as a country is: what is in words has to be what the score knows, too
        return _TRUST_IN_SCHEMA if cut.kind == "number" or _knows(cut, cells) else _TRUST_IN_ALMOST
    return _TRUST_IN_ALMOST if min(len(key), len(known)) >= _SHORTEST and fuzz.ratio(key, known) >= _ALMOST else 0.0


def _is_kind(cut: Bins, cells: "pd.Series[str] | pd.Series[float]") -> bool:
    return (cut.kind == "number") == bool(pd.api.types.is_numeric_dtype(cells))


def _trust_in_levels(cut: Bins, cells: "pd.Series[str] | pd.Series[float]", header: str) -> float:
    """The same by its cells: nearly all are levels that the score knows, more of them than any column of yes and no has."""
    if cut.kind != "text" or len(cut.levels) < _FEWEST_LEVELS or not _is_kind(cut, cells):
        return 0.0
    return _TRUST_IN_LEVELS if _knows(cut, cells, at_least=_FEWEST_LEVELS) else 0.0


def _knows(cut: Bins, cells: "pd.Series[str] | pd.Series[float]", *, at_least: int = 1) -> bool:
    """Whether nearly all cells are levels of the score's column, `at_least` so many different ones."""
    codes = cut.code(cells.iloc[:_CELLS_LOOKED_AT])[cells.iloc[:_CELLS_LOOKED_AT].notna().to_numpy()]
    met = set(codes[codes > 0].tolist())
    return len(met) >= at_least and int((codes > 0).sum()) >= _SHARE_OF_LEVELS * len(codes)
