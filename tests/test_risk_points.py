"""Additive tables: their pure form, their exact explanation, and an independent referee for both."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.risk.bins import Codes, Floats, fit_bins
from churn.risk.points import LIMIT, Tables, centred, explain, joint_means, neutral, probability
from churn.risk.trees import grow, ranked, tables_of
from tests.made_up import firm

SIZES = (3, 4, 2)


def model_of(seed: int) -> tuple[Tables, Codes, tuple[Floats, ...]]:
    """A random additive model with every pair, random rows, and their shares."""
    random = np.random.default_rng(seed)
    pairs = {(i, j): random.normal(size=(SIZES[i], SIZES[j])) for i, j in itertools.combinations(range(len(SIZES)), 2)}
    codes = np.column_stack([random.integers(0, size, 40) for size in SIZES]).astype(np.int16)
    shares = tuple(np.bincount(codes[:, column], minlength=size) / len(codes) for column, size in enumerate(SIZES))
    return Tables(float(random.normal()), tuple(random.normal(size=size) for size in SIZES), pairs), codes, shares


def everybody_known() -> tuple[np.ndarray, ...]:
    return tuple(np.ones(size, dtype=bool) for size in SIZES)


def shapley(score: Callable[[Codes], Floats], background: Codes, row: Codes) -> Floats:
    """Interventional Shapley values by their definition, over every coalition of columns."""
    columns = len(row)

    def value(coalition: tuple[int, ...]) -> float:
        mixed = background.copy()
        mixed[:, list(coalition)] = row[list(coalition)]
        return float(score(mixed).mean())

    found = np.zeros(columns)
    for order in itertools.permutations(range(columns)):
        for place, column in enumerate(order):
            found[column] += value((*order[:place], column)) - value(order[:place])
    return found / len(list(itertools.permutations(range(columns))))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_centring_changes_the_form_and_never_a_score(seed):
    model, codes, shares = model_of(seed)
    pure = centred(model, shares)
    np.testing.assert_allclose(pure.log_odds(codes), model.log_odds(codes), atol=1e-12)
    for column, points in enumerate(pure.singles):
        assert abs(shares[column] @ points) < 1e-12
    for (i, j), points in pure.pairs.items():
        np.testing.assert_allclose(points @ shares[j], 0, atol=1e-12)
        np.testing.assert_allclose(shares[i] @ points, 0, atol=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_the_explanation_is_the_shapley_value_by_its_definition(seed):
    model, codes, shares = model_of(seed)
    pure = centred(model, shares)
    explained = explain(pure, joint_means(pure, codes, everybody_known()), codes)
    np.testing.assert_allclose(explained.base, model.log_odds(codes).mean(), atol=1e-12)
    np.testing.assert_allclose(explained.base + explained.contributions.sum(axis=1), model.log_odds(codes), atol=1e-12)
    for row in (0, 7):
        np.testing.assert_allclose(explained.contributions[row], shapley(model.log_odds, codes, codes[row]), atol=1e-12)


def test_a_hand_worked_pair_gives_each_column_half():
    shares = (np.array([0.0, 0.5, 0.5]), np.array([0.0, 0.5, 0.5]))
    pair = np.array([[0, 0, 0], [0, 4.0, 0], [0, 0, 0]])
    codes = np.array([[1, 1], [1, 2], [2, 1], [2, 2]], dtype=np.int16)
    pure = centred(Tables(0.0, (np.zeros(3), np.zeros(3)), {(0, 1): pair}), shares)
    assert pure.intercept == 1.0
    np.testing.assert_allclose(pure.singles[0][1:], [1, -1])
    np.testing.assert_allclose(pure.pairs[0, 1][1:, 1:], [[1, -1], [-1, 1]])
    explained = explain(pure, joint_means(pure, codes, (np.ones(3, bool), np.ones(3, bool))), codes)
    np.testing.assert_allclose(explained.contributions, [[1.5, 1.5], [0.5, -1.5], [-1.5, 0.5], [-0.5, -0.5]])


def test_a_rare_bin_contributes_nothing_and_leaves_its_partner_alone():
    model, codes, shares = model_of(3)
    known = (np.array([False, True, True]), *everybody_known()[1:])
    shares = (np.array([0.0, *(shares[0][1:] / shares[0][1:].sum())]), *shares[1:])
    pure = centred(model, shares)
    joint = joint_means(pure, codes, known)
    explained = explain(neutral(pure, joint, known), joint, codes)
    rare = codes[:, 0] == 0
    assert rare.any()
    np.testing.assert_allclose(explained.contributions[rare, 0], 0, atol=1e-12)
    alone = explain(
        Tables(pure.intercept, pure.singles, {pair: points for pair, points in pure.pairs.items() if 0 not in pair}), joint, codes
    )
    np.testing.assert_allclose(explained.contributions[rare, 1], alone.contributions[rare, 1], atol=1e-12)


def test_an_absent_column_counts_as_its_population_mean():
    model, codes, shares = model_of(5)
    pure = centred(model, shares)
    joint = joint_means(pure, codes, everybody_known())
    without = explain(pure, joint, codes, frozenset({1}))
    assert not without.contributions[:, 1].any()
    again = codes.copy()
    again[:, 1] = (codes[:, 1] + 1) % SIZES[1]
    np.testing.assert_array_equal(explain(pure, joint, again, frozenset({1})).log_odds, without.log_odds)


def test_log_odds_are_held_within_15_and_still_add_up():
    pure = Tables(1.0, (np.array([0.0, 40.0, -40.0]),), {})
    explained = explain(pure, {}, np.array([[1], [2], [0]], dtype=np.int16))
    np.testing.assert_allclose(explained.log_odds, [LIMIT, -LIMIT, 1.0])
    np.testing.assert_allclose(explained.base + explained.contributions.sum(axis=1), explained.log_odds)
    np.testing.assert_array_less(probability(explained.log_odds), 1.0)


@pytest.mark.parametrize("pairs", ["two", ((0, 1), (1, 3))])
def test_the_closed_form_agrees_with_tree_explainer_on_the_whole_population(pairs):
    frame, lost = firm(600)
    bins = tuple(fit_bins(column, frame[column]) for column in frame)
    codes = np.column_stack([cut.code(frame[cut.column]) for cut in bins])
    bag = grow(None, bins, codes, lost, codes[:20], lost[:20], pairs, 0)
    tables = tables_of(bag, bins, trees=100)
    values = ranked(codes, bag.ranks)
    np.testing.assert_allclose(tables.log_odds(codes), bag.model._raw_predict(values).ravel(), atol=1e-12)
    pure = centred(tables, tuple(cut.counts / len(frame) for cut in bins))
    explained = explain(pure, joint_means(pure, codes, tuple(np.ones(cut.size, bool) for cut in bins)), codes[:60])
    referee = shap.TreeExplainer(bag.model, data=shap.maskers.Independent(values, max_samples=len(values)))(values[:60])
    np.testing.assert_allclose(explained.contributions, referee.values, atol=1e-6)
    np.testing.assert_allclose(explained.base, referee.base_values, atol=1e-6)
