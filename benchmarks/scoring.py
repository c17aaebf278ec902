"""Scoring with exact explanation of 1,000,000 rows against two peers, in one run, on one thread each.

The peers explain 2,000 rows and are extrapolated: `shap.TreeExplainer` on the bag's own trees, against the whole training population,
and LightGBM's `pred_contrib` (path-dependent, so not the same question) on a model of as many trees. Figures are printed as ratios.

    python -m benchmarks.scoring [ROWS]
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from churn import risk
from churn.risk.bins import Codes
from churn.risk.drift import drift
from churn.risk.scoring import explain_codes
from churn.risk.trees import grow, ranked

TRAIN_ROWS, PEER_ROWS, COLUMNS = 7_000, 2_000, 19


def made_up(rows: int, seed: int) -> pd.DataFrame:
    """A labelled table of 19 columns, ten of numbers and nine of levels, with effects, one of a pair, and noise."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({f"number {place}": random.gamma(2, 30, rows).round(2) for place in range(10)})
    for place in range(COLUMNS - 10):
        frame[f"level {place}"] = pd.Series(random.choice([f"kind {kind}" for kind in range(2 + place)], rows), dtype="str")
    signal = frame["number 0"] / 40 - frame["number 1"] / 60 + (frame["level 0"] == "kind 1") * (frame["number 2"] / 50 - 1) - 1.5
    frame["churn"] = pd.Series(np.where(random.random(rows) < 1 / (1 + np.exp(-signal)), "yes", "no"), dtype="str")
    return frame


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def coded(card: risk.Scorecard, frame: pd.DataFrame) -> Codes:
    """The rows as bin numbers."""
    return np.column_stack([cut.code(frame[cut.column]) for cut in card.bins])


def main(rows: int = 1_000_000) -> None:
    """Prints the times and the ratios."""
    import lightgbm
    import shap

    training, sheet = made_up(TRAIN_ROWS, 0), made_up(rows, 1)
    card = risk.train(training)
    codes, lost = coded(card, training), (training["churn"] == "yes").to_numpy()
    few = coded(card, sheet.head(PEER_ROWS))
    strangers = np.full(rows, -2, dtype=np.int8)
    with threadpool_limits(1):
        reading = seconds(lambda: coded(card, sheet))
        every = coded(card, sheet)
        ours = seconds(lambda: explain_codes(card, every, strangers))
        whole = seconds(lambda: risk.score(card, sheet))
        fitting = seconds(lambda: drift(card, sheet, codes=every))
        bag = None
        while bag is None or len(bag.losses) < card.provenance.trees:
            bag = grow(bag, card.bins, codes, lost, codes[:10], lost[:10], tuple(card.whole.tables.pairs), 0)
        background = shap.maskers.Independent(ranked(codes, bag.ranks), max_samples=len(codes))
        explainer = shap.TreeExplainer(bag.model, data=background)
        tree = seconds(lambda: explainer.shap_values(ranked(few, bag.ranks))) * rows / PEER_ROWS
        peer = lightgbm.LGBMClassifier(n_estimators=card.provenance.trees, num_leaves=8, learning_rate=0.05, n_jobs=1, verbose=-1).fit(
            codes, lost
        )
        light = seconds(lambda: peer.predict(few, pred_contrib=True, num_threads=1)) * rows / PEER_ROWS
    print(f"{rows:,} rows x {COLUMNS} columns, {len(card.whole.tables.pairs)} pairs, {card.provenance.trees} trees; one thread")
    print(f"values to bins            {reading:10.1f} s")
    print(f"score and explain, coded  {ours:10.1f} s")
    print(f"score(), all of it        {whole:10.1f} s")
    print(f"does it fit, coded        {fitting:10.1f} s   {fitting / whole:8.2f} times score()")
    print(f"TreeExplainer, one bag    {tree:10.1f} s   {tree / whole:8.0f} times score(), {tree / ours:8.0f} times the lookups")
    print(f"LightGBM pred_contrib     {light:10.1f} s   {light / whole:8.1f} times score(), {light / ours:8.1f} times the lookups")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
