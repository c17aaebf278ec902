"""The second opinion sees what pairs of columns cannot, and only that."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import shap
from threadpoolctl import threadpool_limits

from churn.errors import ModelError
from churn.risk import Scorecard, from_bytes, score, train
from churn.risk.bagging import deal
from churn.risk.bins import Bins, fit_bins
from churn.risk.deeper import deeper_worth, forest_of
from churn.risk.fitting import Fitted, fit
from churn.risk.forest import Second
from churn.risk.keeping import to_text
from churn.risk.known import digests_of
from churn.risk.points import Tables, probability
from churn.risk.second import disagreements, explain_deeper, score_deeper
from churn.risk.trees import grow, ranked


def second_opinion(frame: pd.DataFrame, lost: np.ndarray) -> Fitted:
    bins = tuple(fit_bins(column, frame[column]) for column in frame)
    codes = np.column_stack([cut.code(frame[cut.column]) for cut in bins])
    return fit(bins, codes, lost, deal(np.arange(len(lost), dtype=np.uint64), lost, 0))


def coins(seed: int, rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({name: pd.Series(random.choice(["a", "b"], rows), dtype="str") for name in ("one", "two", "three", "noise")})


@pytest.mark.long
def test_three_columns_that_only_matter_together_are_seen_and_named():
    frame = coins(0)
    odd = ((frame[["one", "two", "three"]] == "a").sum(axis=1) % 2 == 1).to_numpy()
    lost = np.random.default_rng(1).random(len(frame)) < np.where(odd, 0.9, 0.1)
    fitted = second_opinion(frame, lost)
    worth = deeper_worth(probability(fitted.deeper.unseen), probability(fitted.unseen), lost, fitted.deeper.interplay)
    assert worth.better
    assert worth.roc_auc > 0.85
    assert set(worth.interplay) == {"one", "two", "three"}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small trees grow no faster on many threads, and far slower where others use the machine."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def odd_one() -> tuple[pd.DataFrame, Scorecard]:
    """A table in which three columns only matter together, with gaps and a number, and the scorecard learned from it."""
    frame = coins(3, 500).assign(months=np.random.default_rng(4).integers(1, 60, 500).astype(float))
    odd = ((frame[["one", "two", "three"]] == "a").sum(axis=1) % 2 == 1).to_numpy()
    lost = np.random.default_rng(5).random(len(frame)) < np.where(odd, 0.9, 0.1)
    frame.loc[:40, "months"] = np.nan
    frame["customer_id"] = [f"c{row}" for row in range(500)]
    return frame, train(frame.assign(churn=pd.Series(np.where(lost, "yes", "no"), dtype="str")), id_column="customer_id")


def test_a_truly_better_deeper_model_is_kept_and_comes_back_from_its_file(odd_one):
    frame, card = odd_one
    assert card.evaluation.deeper.better
    again = from_bytes(to_text(card).encode(), file="model.json")
    assert again.evaluation == card.evaluation
    codes = np.column_stack([cut.code(frame[cut.column]) for cut in card.bins])
    np.testing.assert_array_equal(again.deeper.log_odds(codes), card.deeper.log_odds(codes))
    assert len(np.unique(card.deeper.log_odds(codes))) > 8


def test_trees_kept_as_arrays_score_as_scikit_learns_do():
    bins, codes, lost = coded(coins(6).assign(months=np.random.default_rng(7).gamma(2, 9, 600)), seed=8)
    codes[:50, 1] = 0
    bag = grow(None, bins, codes, lost, codes[:5], lost[:5], "any", 0)
    np.testing.assert_allclose(forest_of(bag, 100).log_odds(codes), bag.model._raw_predict(ranked(codes, bag.ranks)).ravel(), atol=1e-12)


def test_the_deeper_reasons_are_those_of_tree_explainer_on_the_booster_itself():
    bins, codes, lost = coded(coins(6).assign(months=np.random.default_rng(7).gamma(2, 9, 600)), seed=8)
    bag = grow(None, bins, codes, lost, codes[:5], lost[:5], "any", 0)
    flat = Tables(0.5, tuple(np.zeros(cut.size) for cut in bins), {})
    model = Second((forest_of(bag, 100),), (flat,), weight=0.25, slope=2.0, offset=0.1)
    contributions = explain_deeper(model, codes[:30], np.full(30, -1), codes[100:200])
    values = ranked(codes, bag.ranks)
    referee = shap.TreeExplainer(bag.model, data=shap.maskers.Independent(values[100:200], max_samples=100))(values[:30])
    np.testing.assert_allclose(contributions, 1.5 * referee.values, atol=1e-6)
    gaps = model.log_odds(codes[:30]) - contributions.sum(axis=1)
    np.testing.assert_allclose(gaps, model.log_odds(codes[100:200]).mean(), atol=1e-6)


def test_a_known_customer_is_scored_by_the_bag_that_did_not_see_them_and_reasons_may_differ(odd_one):
    frame, card = odd_one
    found = score_deeper(card, frame.head(60), id_column="customer_id", explained=40)
    unseen = [card.deeper.log_odds(codes_of(card, frame.head(60))[[row]], int(bag))[0] for row, bag in enumerate(bags(card, frame)[:60])]
    np.testing.assert_allclose(found.log_odds, unseen, atol=1e-9)
    np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)
    told = (found.contributions != 0).any(axis=1)
    assert told.sum() == 40
    assert found.risk[told].min() >= found.risk[~told].max()
    plain = score(card, frame.head(60), id_column="customer_id")
    reasons = [each.deeper for each, row in zip(disagreements(plain, found), told, strict=True) if row]
    assert all(set(each) & {"one", "two", "three"} for each in reasons)
    with pytest.raises(ModelError, match="needs all its columns, and the sheet lacks months"):
        score_deeper(card, frame.drop(columns="months"))


def coded(frame: pd.DataFrame, seed: int) -> tuple[tuple[Bins, ...], np.ndarray, np.ndarray]:
    bins = tuple(fit_bins(column, frame[column]) for column in frame)
    codes = np.column_stack([cut.code(frame[cut.column]) for cut in bins])
    return bins, codes, np.random.default_rng(seed).random(len(frame)) < np.where((frame["one"] == "a") & (frame["two"] == "b"), 0.8, 0.2)


def codes_of(card: Scorecard, frame: pd.DataFrame) -> np.ndarray:
    return np.column_stack([cut.code(frame[cut.column]) for cut in card.bins])


def bags(card: Scorecard, frame: pd.DataFrame) -> np.ndarray:
    return card.known.bags_of(digests_of(frame["customer_id"], card.known.salt))
