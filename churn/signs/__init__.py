"""Warning signs: rules that fire on a customer, each with its evidence, and what became of those who showed them."""

from churn.signs.declared import SIGNS
from churn.signs.record import record_of
from churn.signs.showing import lacking, signs
from churn.signs.sign import EVIDENCE, Shown, Sign
from churn.signs.telling import USES, tells, threshold_label, told_sentence
from churn.signs.thresholds import Thresholds
from churn.signs.words import definition, evidence, severity_label

__all__ = [
    "EVIDENCE",
    "SIGNS",
    "USES",
    "Shown",
    "Sign",
    "Thresholds",
    "definition",
    "evidence",
    "lacking",
    "record_of",
    "severity_label",
    "signs",
    "tells",
    "threshold_label",
    "told_sentence",
]
