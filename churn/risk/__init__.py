"""RISK: features -> scorecard -> explanation -> evaluation."""

from churn.risk.judging import evaluate_out_of_fold
from churn.risk.keeping import from_bytes, load, save
from churn.risk.scorecard import Evaluation, Scorecard
from churn.risk.scoring import Scores, Step, drivers, path, score
from churn.risk.second import score_deeper
from churn.risk.training import train

__all__ = [
    "Evaluation",
    "Scorecard",
    "Scores",
    "Step",
    "drivers",
    "evaluate_out_of_fold",
    "from_bytes",
    "load",
    "path",
    "save",
    "score",
    "score_deeper",
    "train",
]
