"""FINDINGS: measures of a view of the desk -> what its page and its report say."""

from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.loyalty import loyalty
from churn.findings.nps import nps
from churn.findings.overview import overview
from churn.findings.reasons import Asked, reasons
from churn.findings.risks import listed, riskiest
from churn.findings.segments import segments

__all__ = [
    "Asked",
    "Figure",
    "Findings",
    "Part",
    "Table",
    "listed",
    "loyalty",
    "nps",
    "overview",
    "reasons",
    "riskiest",
    "segments",
]
