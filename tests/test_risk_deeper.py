"""The second opinion sees what pairs of columns cannot, and only that."""

import numpy as np
import pandas as pd

from churn.risk.bagging import deal
from churn.risk.bins import fit_bins
from churn.risk.deeper import deeper_worth
from churn.risk.fitting import Fitted, fit
from churn.risk.points import probability


def second_opinion(frame: pd.DataFrame, lost: np.ndarray) -> Fitted:
    bins = tuple(fit_bins(column, frame[column]) for column in frame)
    codes = np.column_stack([cut.code(frame[cut.column]) for cut in bins])
    return fit(bins, codes, lost, deal(np.arange(len(lost), dtype=np.uint64), lost, 0), deeper=True)


def coins(seed: int, rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({name: pd.Series(random.choice(["a", "b"], rows), dtype="str") for name in ("one", "two", "three", "noise")})


def test_three_columns_that_only_matter_together_are_seen_and_named():
    frame = coins(0)
    odd = ((frame[["one", "two", "three"]] == "a").sum(axis=1) % 2 == 1).to_numpy()
    lost = np.random.default_rng(1).random(len(frame)) < np.where(odd, 0.9, 0.1)
    fitted = second_opinion(frame, lost)
    assert fitted.deeper
    worth = deeper_worth(probability(fitted.deeper.unseen), probability(fitted.unseen), lost, fitted.deeper.interplay)
    assert worth.better
    assert worth.roc_auc > 0.85
    assert set(worth.interplay) == {"one", "two", "three"}
