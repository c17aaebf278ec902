"""FINDINGS: measures of a view of the desk -> what its page and its report say."""

from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.overview import overview
from churn.findings.risks import listed, riskiest

__all__ = ["Figure", "Findings", "Part", "Table", "listed", "overview", "riskiest"]
