"""Scores a sheet with a scorecard and takes every score apart. NumPy and pandas are all that it needs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn import wording
from churn.errors import ModelError
from churn.risk.bins import Codes, Floats, as_text
from churn.risk.known import UNSEEN
from churn.risk.lookup import LEAST_INFORMATION, bags_of, codes_of, explain_codes, information_of, is_void, present_cells, refit
from churn.risk.points import probability
from churn.risk.ranges import half_width, risk_range
from churn.risk.scorecard import Scorecard
from churn.risk.sheet_columns import sources_of
from churn.wording import _


@dataclass(frozen=True, eq=False)
class Scores:
    """A scored sheet, row for row. `risk` (0..1) is nan where `information` is below a half: too little is known for a score.

    `base` + the row's `contributions` (rows x columns) = `log_odds`, the log-odds of the risk. `present` says which cells held
    something that the score knows. `absent` names the score's columns that the sheet lacks; `sources` the sheet's header for the others.
    `known`: was in the training rows, and is scored by the part of the model that did not see it. `low`, `high` (0..1): the range of the
    risk by the spread of the bags, nan where there is no risk or one bag alone. `codes`: the rows as bin numbers.
    """

    columns: tuple[str, ...]
    sources: dict[str, str]
    absent: tuple[str, ...]
    risk: Floats
    information: Floats
    known: npt.NDArray[np.bool_]
    base: Floats
    contributions: Floats
    log_odds: Floats
    present: npt.NDArray[np.bool_]
    low: Floats
    high: Floats
    codes: Codes

    def enough(self, file: str) -> Self:
        """These very scores, unless no row holds enough of what the score reads: then raises ModelError with what is missing."""
        if len(self.risk) and np.isnan(self.risk).all():
            missing = self.absent or tuple(
                column for column, there in zip(self.columns, np.any(self.present, axis=0).tolist(), strict=True) if not there
            )
            raise ModelError(
                _(
                    "{file} holds too little of what the model reads to give a risk: it lacks {columns}. Add them, or train on this file."
                ).format(file=file, columns=wording.listing(list(missing) or list(self.columns)))
            )
        return self


@dataclass(frozen=True)
class Step:
    """One step of the path from a typical customer to this one: the probability before and after a column is taken into account."""

    column: str
    start: float
    end: float
    log_odds: float


def score(
    card: Scorecard,
    frame: pd.DataFrame,
    *,
    id_column: str | None = None,
    said: Mapping[str, str] | None = None,
    filled: Collection[str] | None = None,
) -> Scores:
    """Scores each row of `frame` (columns typed as `churn.intake` types them) and explains it, in the frame's order. `said`: columns of
    the score and the headers that hold them, where names do not tell. `filled`: where the frame is a piece of a larger one, the headers
    that are not void in the whole."""
    named = sources_of(card, frame, said=said).items()
    sources = {column: header for column, header in named if (not is_void(frame[header]) if filled is None else header in filled)}
    absent = frozenset(number for number, column in enumerate(card.columns) if column not in sources)
    codes = codes_of(card, frame, sources)
    bags = bags_of(card, frame, sources, id_column)
    explained = explain_codes(card, codes, bags, absent)
    low, high = risk_range(explained.log_odds, refit(card, absent)[0] * half_width(card.bags, codes, absent))
    present = present_cells(card, codes, frame, sources)
    information = information_of(card, present)
    risk = np.where(information >= LEAST_INFORMATION, probability(explained.log_odds), np.nan)
    names = tuple(column for column in card.columns if column not in sources)
    return Scores(
        card.columns,
        sources,
        names,
        risk,
        information,
        bags >= UNSEEN,
        explained.base,
        explained.contributions,
        explained.log_odds,
        present,
        np.where(np.isnan(risk), np.nan, low),
        np.where(np.isnan(risk), np.nan, high),
        codes,
    )


def path(columns: tuple[str, ...], base: float, contributions: Floats) -> list[Step]:
    """The way of the probability from the base to one row's risk, columns by size of log-odds, largest first.

    Ends at the row's risk exactly and stays within 0..1.
    """
    order = np.argsort(-np.abs(contributions), kind="stable")
    stages = probability(base + np.concatenate([[0.0], np.cumsum(contributions[order])]))
    return [
        Step(columns[column], float(a), float(b), float(contributions[column]))
        for column, a, b in zip(order, stages, stages[1:], strict=False)
    ]


def drivers(scores: Scores, frame: pd.DataFrame, most: int = 3) -> list[list[str]]:
    """For each row, its `most` largest drivers in words and percentage points, largest first; fewer where fewer move the score."""
    order = np.argsort(-np.abs(scores.contributions), axis=1, kind="stable")[:, :most]
    sizes = np.take_along_axis(scores.contributions, order, axis=1)
    stages = probability(scores.base[:, None] + np.hstack([np.zeros((len(sizes), 1)), np.cumsum(sizes, axis=1)]))
    moves = np.diff(stages, axis=1).round(3)
    known = ~np.isnan(scores.risk)
    found: list[list[str]] = [[] for _row in range(len(scores.risk))]
    for rank in range(order.shape[1]):
        for place, column in enumerate(scores.columns):
            rows = np.flatnonzero(known & (order[:, rank] == place) & (sizes[:, rank] != 0))
            if column in scores.sources and len(rows):
                words = shown(frame[scores.sources[column]].iloc[rows])
                for row, word, move in zip(rows.tolist(), words, moves[rows, rank].tolist(), strict=True):
                    found[row].append(wording.driver_sentence(column, word, move))
    return found


def shown(values: "pd.Series[str] | pd.Series[float]") -> list[str]:
    """Each cell as a person would write it; "" where it is missing."""
    if not pd.api.types.is_numeric_dtype(values):
        return ["" if word is None else word for word in as_text(values)]
    index, distinct = pd.factorize(values, use_na_sentinel=True)
    words = [*(wording.value(cell, "number") for cell in distinct), ""]
    return [words[place] for place in index]
