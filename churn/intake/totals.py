"""Which rows below a header are totals (sums, counts and averages, also those of a group) or only name the group below them."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.grid import Mask
from churn.intake.looks import is_figure
from churn.intake.parsing import parse

_TOTALS = frozenset(
    "total|totals|grand total|sum|sum total|subtotal|sub total|sub-total|overall|"
    "summe|gesamt|gesamtsumme|zwischensumme|insgesamt|endsumme|ergebnis|gesamtergebnis|teilergebnis|"
    "somme|total général|total general|sous-total|sous total|"
    "suma|suma total|totales|subtotales|soma|totale|somma|totaal|razem|ogołem|"
    "итого|всего|сумма|итог|общий итог|разом|усього|"
    "toplam|genel toplam|ara toplam|"
    "جمع|جمع کل|جمع كل|مجموع|جمع کلی|جمع كلي|"
    "المجموع|الإجمالي|الاجمالي|المجموع الكلي|"
    "სულ|ჯამი|სულ ჯამი|ჯამური".split("|")
)
_MEASURES = frozenset(
    "average|avg|mean|median|count|minimum|maximum|min|max|"
    "durchschnitt|mittelwert|mittel|anzahl|moyenne|médiane|nombre|promedio|media|média|recuento|conteo|cantidad|contagem|"
    "среднее|количество|медиана|ortalama|adet|میانگین|تعداد|المتوسط|متوسط|العدد|საშუალო|რაოდენობა".split("|")
)
# Words that make a total of what stands beside them: "North Total", "Summe Nord", "Итого по региону".
_BESIDE = sorted(_TOTALS - {"overall", "media", "sum", "ergebnis"}, key=len, reverse=True)
_BEFORE = "^(?:" + "|".join(map(re.escape, _BESIDE)) + r")(?:[\s:(–—-]+(?:(?:for|of|für|de|pour|по|за)\s+)?)(?P<of>.+?)\)?$"
_BEHIND = r"^(?P<of>.+?)[\s:(–—-]+(?:" + "|".join(map(re.escape, [*_BESIDE, "ergebnis"])) + r")\)?$"
_WORDS = pa.array(sorted(_TOTALS | _MEASURES), pa.large_string())
_PLACES, _MOST_SUMMED, _FEWEST_SUMMED = 4, 3, 2
_AROUND = " :.-–—=*#|"
_OFTEN_FILLED, _SPARSE, _FULL = 0.9, 0.5, 75


def totals(cells: list[pd.Series], filled: list[Mask]) -> Mask:
    """Which rows are totals: their first filled cell says so, and cells that nearly every row fills are blank in them.

    Where a name stands beside the word, as in "North Total", nothing but figures may follow, and one has to. Where nothing is blank, a
    figure has to be the sum of those above it.
    """
    found = np.zeros(len(cells[0]) if cells else 0, dtype=bool)
    if len(found) < 2:
        return found
    counts = np.add.reduce([here.astype(np.int32) for here in filled])
    sparse = (counts > 0) & (counts < np.percentile(counts[counts > 0], _FULL)) if counts.any() else found
    candidates = [*_said(cells, filled, _is_word, counts > 0), *_said(cells, filled, _is_phrase, sparse)]
    if not candidates:
        return found
    rest = counts > 0
    rest[[row for row, _number in candidates]] = False
    if rest.any():
        rest &= counts > _SPARSE * np.median(counts[rest])
    usual = [number for number, here in enumerate(filled) if here[rest].any() and here[rest].mean() >= _OFTEN_FILLED]
    summed = 0
    for row, first in candidates:
        others = [place for place in usual if place != first]
        blank = sum(not filled[place][row] for place in others)
        if 2 * blank >= len(others) and blank > 0:
            found[row] = _bare(cells[first].iloc[row]) in _TOTALS or _only_figures(cells, filled, row, first)
        elif (summed := summed + 1) <= _MOST_SUMMED and _only_figures(cells, filled, row, first):
            found[row] = _is_sum(cells, row, first, rest)
    return found


def groups(cells: list[pd.Series], filled: list[Mask], sums: Mask) -> Mask:
    """Which rows only name a group: a single cell, with what some total further down is said to be the total of."""
    found = np.zeros(len(sums), dtype=bool)
    columns = list(zip(cells, filled, strict=True))
    firsts = ((row, next(column.iloc[row] for column, here in columns if here[row])) for row in np.flatnonzero(sums).tolist())
    last = {of.casefold(): row for row, cell in firsts if (of := _of(cell))}
    if not last:
        return found
    single = np.add.reduce([here.astype(np.int32) for here in filled]) == 1
    for column, here in columns:
        for row in np.flatnonzero(single & here & column.str.casefold().isin(set(last)).to_numpy(dtype=bool)).tolist():
            found[row] = row < last[column.iloc[row].casefold()]
    return found


def _said(cells: list[pd.Series], filled: list[Mask], says: Callable[[Any], Any], among: Mask) -> list[tuple[int, int]]:
    """Rows, and the place of their first filled cell, where that cell says that the row is a total."""
    found = []
    free = np.ones(len(cells[0]), dtype=bool)
    for place, (column, here) in enumerate(zip(cells[:_PLACES], filled, strict=False)):
        rows = np.flatnonzero(among & here & free)
        bare = pc.utf8_trim(pc.utf8_lower(pa.array(column).take(pa.array(rows))), _AROUND)
        found += [(row, place) for row in rows[says(bare).to_numpy(zero_copy_only=False)].tolist()]
        free &= ~here
    return found


def _is_word(bare: Any) -> Any:
    return pc.is_in(bare, value_set=_WORDS)


def _is_phrase(bare: Any) -> Any:
    longer = pc.or_(pc.match_substring_regex(bare, _BEFORE), pc.match_substring_regex(bare, _BEHIND))
    return pc.and_(longer, pc.invert(_is_word(bare)))


def _of(cell: str) -> str | None:
    """What a cell says that it is the total of; None where it says no more than that, or is none.

    >>> _of("North Total"), _of("Summe: Nord"), _of("Итого по Москве"), _of("Total"), _of("Average")
    ('north', 'nord', 'москве', None, None)
    """
    bare = _bare(cell)
    if bare in _TOTALS or bare in _MEASURES:
        return None
    said = re.match(_BEFORE, bare) or re.match(_BEHIND, bare)
    return said["of"].strip() if said else None


def _bare(cell: str) -> str:
    return cell.lower().strip(_AROUND)


def _only_figures(cells: list[pd.Series], filled: list[Mask], row: int, first: int) -> bool:
    """Whether a row has figures and nothing else behind its first cell."""
    others = [column.iloc[row] for place, (column, here) in enumerate(zip(cells, filled, strict=True)) if here[row] and place != first]
    return bool(others) and all(map(is_figure, others))


def _is_sum(cells: list[pd.Series], row: int, first: int, rest: Mask) -> bool:
    """Whether a figure of a row is the sum of two or more above it that are not zero."""
    for place, column in enumerate(cells):
        if place == first or not column.iloc[row]:
            continue
        numbers = parse(pd.concat([column[:row][rest[:row]], column[row : row + 1]]), "number")
        if numbers.doubt:
            continue
        *above, whole = numbers.values.fillna(0.0).to_list()
        if sum(map(bool, above)) >= _FEWEST_SUMMED and whole and math.isclose(sum(above), whole, rel_tol=1e-9):
            return True
    return False
