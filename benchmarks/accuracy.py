"""The score against four peers, on public data sets and the same five folds: ROC-AUC and log-loss, the means over the folds.

The peers are logistic regression, scikit-learn's gradient boosting, LightGBM as it comes, and LightGBM with the best of four settings,
chosen anew inside each fold. The sets are those of `sets.toml` in the folder of the public data; what it names as a leak or as of no use is
left out for all. Repeated rows are judged once. The deeper second opinion is grown on the same folds.

    python -m benchmarks.accuracy [SET ...]
"""

import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn.intake import ReadOptions, read
from churn.risk import evaluate_out_of_fold
from churn.risk.bins import as_text
from churn.risk.columns import Label, lost_rows
from churn.risk.evaluation import log_losses, roc_auc

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDS, INNER_FOLDS, SEED = 5, 3, 0
SETTINGS = [
    {"num_leaves": leaves, "learning_rate": 0.03, "n_estimators": trees, "min_child_samples": least, "colsample_bytree": 0.7}
    for leaves, trees, least in [(4, 300, 20), (8, 300, 20), (16, 300, 20), (31, 600, 10)]
]
Predict = Callable[[pd.DataFrame, np.ndarray, pd.DataFrame], np.ndarray]


def table_of(about: dict[str, Any]) -> tuple[pd.DataFrame, np.ndarray]:
    """The columns to learn from and who was lost, repeated rows once."""
    frame = read_set(about["file"], about.get("sheet"))
    if "join" in about:
        status = read_set(about["join"]).rename(columns={"Customer ID": about["id"]})
        frame = frame.merge(status[[about["id"], *(column for column in status if column not in frame)]], on=about["id"])
    lost, labelled = lost_rows(frame, Label(about["label"], str(about["lost"])))
    out = {about.get("id"), *about.get("leaks", ()), *about.get("ignore", ())}
    frame = frame[[column for column in frame if column not in out]]
    kept = labelled & ~frame.duplicated().to_numpy()
    return frame[kept].reset_index(drop=True).drop(columns=about["label"]), lost[kept]


def read_set(name: str, sheet: str | None = None) -> pd.DataFrame:
    """A file as the desk reads it."""
    path = DATA / name
    return read(path.read_bytes(), file=path.name, options=ReadOptions(sheet=sheet, duplicates="first")).settled().frame


def inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as they are, text as categories, days as day numbers."""
    columns = {}
    for name in frame:
        cells = frame[name]
        if pd.api.types.is_datetime64_any_dtype(cells):
            columns[name] = (cells - pd.Timestamp(0)).dt.days.astype(float)
        elif pd.api.types.is_numeric_dtype(cells):
            columns[name] = cells.astype(float)
        elif cells.nunique() <= 250:
            columns[name] = pd.Series(as_text(cells), dtype="category")
    found = pd.DataFrame(columns)
    return found.set_axis([f"column_{place}" for place in range(found.shape[1])], axis=1)


def regression(seen: pd.DataFrame, lost: np.ndarray, unseen: pd.DataFrame) -> np.ndarray:
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    prepared = make_column_transformer(
        (numbers, make_column_selector(dtype_include=float)),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude=float)),
    )
    return make_pipeline(prepared, LogisticRegression(max_iter=2000)).fit(seen, lost).predict_proba(unseen)[:, 1]


def boosting(seen: pd.DataFrame, lost: np.ndarray, unseen: pd.DataFrame) -> np.ndarray:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=SEED).fit(seen, lost).predict_proba(unseen)[:, 1]


def light(seen: pd.DataFrame, lost: np.ndarray, unseen: pd.DataFrame, **settings: Any) -> np.ndarray:
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(random_state=SEED, n_jobs=1, verbose=-1, **settings)
    return model.fit(seen, lost).predict_proba(unseen)[:, 1]


def light_tuned(seen: pd.DataFrame, lost: np.ndarray, unseen: pd.DataFrame) -> np.ndarray:
    from sklearn.model_selection import StratifiedKFold

    cuts = list(StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=SEED).split(seen, lost))
    losses = []
    for settings in SETTINGS:
        parts = [log_losses(light(seen.iloc[a], lost[a], seen.iloc[b], **settings), lost[b]) for a, b in cuts]
        losses.append(np.concatenate(parts).mean())
    return light(seen, lost, unseen, **SETTINGS[int(np.argmin(losses))])


PEERS: dict[str, Predict] = {"logistic": regression, "boosting": boosting, "LightGBM": light, "tuned": light_tuned}


def means(risk: np.ndarray, lost: np.ndarray, folds: np.ndarray) -> tuple[float, float]:
    """ROC-AUC and log-loss, the means over the folds."""
    rows = [folds == fold for fold in range(FOLDS)]
    return (
        float(np.mean([roc_auc(risk[part], lost[part]) for part in rows])),
        float(np.mean([log_losses(risk[part], lost[part]).mean() for part in rows])),
    )


def measured(about: dict[str, Any]) -> dict[str, Any]:
    """What the score, its second opinion and the peers reach on a set, and the seconds that each took."""
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    frame, lost = table_of(about)
    cuts = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(frame, lost))
    folds = np.empty(len(lost), dtype=np.int8)
    for fold, (_seen, unseen) in enumerate(cuts):
        folds[unseen] = fold
    start = time.perf_counter()
    labelled = frame.assign(**{"label of the set": pd.Series(np.where(lost, "yes", "no"), dtype="str")})
    ours = evaluate_out_of_fold(labelled, label="label of the set", lost="yes", keep=[], folds=folds)
    found: dict[str, Any] = {"rows": len(lost), "lost": int(lost.sum()), "better": ours.evaluation.deeper, "grade": ours.evaluation.grade}
    found |= {"score": means(ours.risk, lost, folds), "deeper": means(ours.deeper_risk, lost, folds)}
    seconds = {"score": time.perf_counter() - start}
    found["calibration"] = ours.evaluation.calibration_error
    found["left_out"] = [column.column for column in ours.left_out]
    plain = inputs(frame)
    with threadpool_limits(1):
        for name, predict in PEERS.items():
            start = time.perf_counter()
            risk = np.empty(len(lost))
            for seen, unseen in cuts:
                risk[unseen] = predict(plain.iloc[seen], lost[seen], plain.iloc[unseen])
            found[name], seconds[name] = means(risk, lost, folds), time.perf_counter() - start
    return found | {"seconds": seconds}


def main(names: list[str]) -> None:
    """Prints a line a set, and how often each came first."""
    sets = tomllib.loads((DATA / "sets.toml").read_text("utf-8"))
    entrants = ["score", *PEERS, "deeper"]
    print(f"{'ROC-AUC / log-loss':22}" + "".join(f"{name:>17}" for name in entrants) + "   seconds of the score / of tuned LightGBM")
    ranks = {name: [] for name in ["score", *PEERS]}
    for name in names or sets:
        found = measured(sets[name])
        better = found["better"]
        line = "".join(f"{found[entrant][0]:9.4f} /{found[entrant][1]:.4f}" for entrant in entrants)
        seconds = found["seconds"]
        print(f"{name:22}{line}   {seconds['score']:.0f} / {seconds['tuned']:.0f}", flush=True)
        print(
            f"    {found['rows']:,} rows, grade {found['grade']}, calibration error {found['calibration']:.4f}; deeper truly better: "
            f"{better.better} (saves {better.saved:.4f}, se {better.saved_se:.4f}); left out: {', '.join(found['left_out']) or 'nothing'}",
            flush=True,
        )
        if not better.better:
            order = sorted(ranks, key=lambda entrant: found[entrant][1])
            for entrant in ranks:
                ranks[entrant].append(order.index(entrant) + 1)
    if ranks["score"]:
        told = ", ".join(f"{name} {np.mean(places):.2f}" for name, places in sorted(ranks.items(), key=lambda item: np.mean(item[1])))
        print(f"mean rank on log-loss over the {len(ranks['score'])} sets where the deeper model is not truly better: {told}")


if __name__ == "__main__":
    main(sys.argv[1:])
