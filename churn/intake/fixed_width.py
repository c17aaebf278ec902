"""Text whose columns stand at constant places, with blanks between them -> a grid."""

import re
from collections.abc import Iterable
from itertools import groupby, pairwise

import numpy as np
import pyarrow as pa

from churn.intake.grid import Grid, series_of
from churn.intake.limits import Limits, refuse_box
from churn.wording import _, listing

_LEAST_LINES, _ALIKE, _LEAST_FILLED = 20, 0.98, 0.9
_LOOKED_AT = 2_000_000
_MOST_HEAD_LINES = 1

Places = list[tuple[int, int]]


def find_places(text: str) -> Places | None:
    """From where to where each column stands, or None where the lines are not so written.

    All lines but the first are of one length and blank at the same places; each column is filled nearly everywhere.
    """
    lines = [line.rstrip() for line in text[:_LOOKED_AT].splitlines()]
    if len(text) > _LOOKED_AT:
        lines.pop()
    body = [line for line in lines[_MOST_HEAD_LINES:] if line]
    if len(body) < _LEAST_LINES or "\t" in text or not all(line.isascii() for line in body):
        return None
    length = max(map(len, body))
    if sum(len(line) == length for line in body) < _ALIKE * len(body):
        return None
    signs = np.array([line.ljust(length) for line in body], dtype=f"S{length}").view("S1").reshape(len(body), length)
    filled = signs != b" "
    places = [_edges(run) for used, run in groupby(range(length), key=filled.any(axis=0).__getitem__) if used]
    if len(places) < 2 or any(filled[:, start:end].any(axis=1).mean() < _LEAST_FILLED for start, end in places):
        return None
    return places


def _edges(run: Iterable[int]) -> tuple[int, int]:
    places = list(run)
    return places[0], places[-1] + 1


def grid_at_places(text: str, places: Places, *, file: str, limits: Limits) -> Grid:
    """The grid of a text cut at these places; a line with signs between them is split at its blanks where that gives as many cells."""
    lines = text.rstrip().splitlines()
    refuse_box(len(lines), len(places), file=file, limits=limits)
    records = [_cut(line, places) for line in lines]
    width = max(map(len, records))
    widths = None if all(len(record) == width for record in records) else np.array([len(record) for record in records], dtype=np.int32)
    filled = [record + [""] * (width - len(record)) for record in records]
    columns = [series_of(pa.chunked_array([pa.array(cells, pa.large_string())])) for cells in zip(*filled, strict=True)]
    named = listing([f"{start + 1}–{end}" for start, end in places])
    return Grid(
        columns, widths=widths, notes=(_("The columns stand at constant places ({places}) and were cut there.").format(places=named),)
    )


def _cut(line: str, places: Places) -> list[str]:
    if not line.strip():
        return []
    between = line[: places[0][0]] + "".join(line[end:start] for (_a, end), (start, _b) in pairwise(places))
    if between.strip() or line[places[-1][1] :].strip():
        words = re.split(r"\s{2,}", line.strip())
        loose = line.split()
        return words if len(words) == len(places) else loose if len(loose) == len(places) else [line.strip()]
    return [line[start:end] for start, end in places]
