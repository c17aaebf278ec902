"""The deeper second opinion on a sheet: its scores, taken apart by shap, and where it names other reasons than the scorecard."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from churn.errors import ModelError
from churn.risk.bins import Codes, Floats
from churn.risk.forest import Forest, Second, blocks
from churn.risk.known import UNSEEN, Folds
from churn.risk.lookup import bags_of
from churn.risk.points import LIMIT, probability
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import Scores, score
from churn.wording import _, listing

BACKGROUND = 100  # customers of the training table with whom each is compared
REASONS = 3
QUIET = 20  # rows at a time: shap draws a bar of its own on the terminal where it takes longer than ten seconds


@dataclass(frozen=True)
class Disagreement:
    """The main reasons of the scorecard and of the deeper model for one customer, largest first, and those that only the other names."""

    scorecard: tuple[str, ...]
    deeper: tuple[str, ...]

    @property
    def only_deeper(self) -> tuple[str, ...]:
        """Columns among the deeper model's main reasons alone."""
        return tuple(column for column in self.deeper if column not in self.scorecard)


def score_deeper(
    card: Scorecard,
    frame: pd.DataFrame,
    *,
    id_column: str | None = None,
    said: Mapping[str, str] | None = None,
    filled: Collection[str] | None = None,
    explained: int = 0,
) -> Scores:
    """Scores each row by the deeper model, in the form of `score`, a known customer by the bag that did not see them.

    Contributions are interventional SHAP values (Lundberg et al. 2020) against a hundred customers of the training table. They take about
    a tenth of a second a row, so only the `explained` riskiest rows have them; of the others the base holds all. No row has a range.
    Raises ModelError where the scorecard holds no deeper model, or the sheet lacks a column: trees have no tables to fall back on.
    """
    if card.deeper is None:
        raise ModelError(_("This model holds no deeper model: it was not surely better than the scorecard."))
    plain = score(card, frame, id_column=id_column, said=said, filled=filled)
    if plain.absent:
        lacks = listing(list(plain.absent))
        raise ModelError(_("The deeper model needs all its columns, and the sheet lacks {columns}.").format(columns=lacks))
    codes = plain.codes
    bags = np.maximum(bags_of(card, frame, plain.sources, id_column), UNSEEN)
    log_odds = np.clip(log_odds_of(card.deeper, codes, bags), -LIMIT, LIMIT)
    risk = np.where(np.isnan(plain.risk), np.nan, probability(log_odds))
    contributions = np.zeros(codes.shape)
    if rows := np.argsort(-np.nan_to_num(risk, nan=-1.0), kind="stable")[:explained].tolist():
        contributions[rows] = explain_deeper(card.deeper, codes[rows], bags[rows], background(card))
    base, unknown = log_odds - contributions.sum(axis=1), np.full(len(risk), np.nan)
    return replace(plain, risk=risk, base=base, contributions=contributions, log_odds=log_odds, low=unknown, high=unknown)


def log_odds_of(model: Second, codes: Codes, bags: Folds) -> Floats:
    """Log-odds by the bag that `bags` names for each row (-1: the mean of all)."""
    found = np.empty(len(codes))
    for number in np.unique(bags):
        found[bags == number] = model.log_odds(codes[bags == number], None if number < 0 else int(number))
    return found


def background(card: Scorecard) -> Codes:
    """Training customers to compare with, spread evenly over the scorecard's sample."""
    places = np.linspace(0, len(card.sample) - 1, min(BACKGROUND, len(card.sample))).round().astype(int)
    found: Codes = card.sample[places]
    return found


def explain_deeper(model: Second, codes: Codes, bags: Folds, typical: Codes) -> Floats:
    """Contributions (rows x columns) in log-odds, by the bag that `bags` names (-1: the mean of all)."""
    contributions = np.empty(codes.shape)
    for number in np.unique(bags):
        used = range(len(model.forests)) if number < 0 else [int(number)]
        contributions[bags == number] = np.mean([explain_part(model, bag, codes[bags == number], typical) for bag in used], axis=0)
    return model.slope * contributions


def explain_part(model: Second, bag: int, codes: Codes, typical: Codes) -> Floats:
    """One bag's contributions, not calibrated: those of its trees by `shap.TreeExplainer`, those of its line by lookup."""
    import shap

    forest, line, weight = model.forests[bag], model.lines[bag], model.weight
    masker = shap.maskers.Independent(values_of(forest, typical), max_samples=len(typical))
    explainer = shap.TreeExplainer(ensemble(forest), data=masker)
    values = values_of(forest, codes)
    trees = np.concatenate([explainer.shap_values(values[rows]) for rows in blocks(len(values), QUIET)])
    straight = np.column_stack([points[codes[:, k]] - points[typical[:, k]].mean() for k, points in enumerate(line.singles)])
    return np.asarray((1 - weight) * trees + weight * straight, dtype=np.float64)


def values_of(forest: Forest, codes: Codes) -> Floats:
    """The rows as shap reads them: ranks, and nan for missing."""
    ranks = forest.ranked(codes).astype(np.float64)
    return np.where(ranks == 0, np.nan, ranks)


def ensemble(forest: Forest) -> dict[str, Any]:
    """The trees in shap's own form."""
    ends = [*forest.starts[1:].tolist(), len(forest.value)]
    return {
        "internal_dtype": np.float64,
        "input_dtype": np.float64,
        "objective": "binary_crossentropy",
        "tree_output": "log_odds",
        "base_offset": forest.start,
        "trees": [one_tree(forest, start, end) for start, end in zip(forest.starts.tolist(), ends, strict=True)],
    }


def one_tree(forest: Forest, start: int, end: int) -> dict[str, Any]:
    """The nodes from `start` to `end` as a tree of their own; shap marks a leaf by -1."""
    nodes, here = slice(start, end), np.arange(start, end)
    leaf = forest.left[nodes] == here
    left, right = (np.where(leaf, -1, onward[nodes] - start) for onward in (forest.left, forest.right))
    return {
        "children_left": left,
        "children_right": right,
        "children_default": np.where(forest.missing_left[nodes], left, right),
        "features": np.where(leaf, -2, forest.column[nodes]),
        "thresholds": forest.cut[nodes].astype(np.float64),
        "values": forest.value[nodes][:, None],
        "node_sample_weight": np.ones(end - start),
    }


def disagreements(scorecard: Scores, deeper: Scores) -> list[Disagreement]:
    """For each row, the main reasons by either."""
    a, b = (reasons(scores) for scores in (scorecard, deeper))
    return [Disagreement(one, other) for one, other in zip(a, b, strict=True)]


def reasons(scores: Scores) -> list[tuple[str, ...]]:
    """For each row the columns that move its score most, largest first; those that do not move it are left out."""
    order = np.argsort(-np.abs(scores.contributions), axis=1, kind="stable")[:, :REASONS]
    return [
        tuple(scores.columns[column] for column in row if scores.contributions[place, column] != 0)
        for place, row in enumerate(order.tolist())
    ]
