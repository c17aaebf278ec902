"""Which of many columns are worth learning from: a quick model is asked which of them it needs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.risk.bins import fit_bins

FEWEST_LOST = 50
JUDGED = 3


def needed(
    frame: pd.DataFrame, columns: Sequence[str], lost: npt.NDArray[np.bool_], who: "pd.Series[str]", *, most: int, seed: int = 0
) -> list[str]:
    """At most so many of the `columns`, in their order: those whose shuffling costs a quick model most log-loss, on the third of the
    customers (`who`) that it did not learn from (permutation importance: Breiman, 2001). All of them where there are no more, or too few
    of the lost to tell. Give it rows that judge nothing later.
    """
    if len(columns) <= most or lost.sum() < FEWEST_LOST:
        return list(columns)
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.inspection import permutation_importance
    from threadpoolctl import threadpool_limits

    codes = np.column_stack([fit_bins(column, frame[column]).code(frame[column]) for column in columns])
    customer, _names = pd.factorize(who)
    aside = np.random.default_rng(seed).permutation(customer.max() + 1)[customer] % JUDGED == 0
    quick = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=8, l2_regularization=1.0, max_features=0.5, random_state=seed)
    with threadpool_limits(1):
        quick.fit(codes[~aside], lost[~aside])
        found = permutation_importance(quick, codes[aside], lost[aside], scoring="neg_log_loss", n_repeats=JUDGED, random_state=seed)
    best = set(np.argsort(-found.importances_mean, kind="stable")[:most].tolist())
    return [column for place, column in enumerate(columns) if place in best]
