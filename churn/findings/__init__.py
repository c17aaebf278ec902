"""FINDINGS: measures of a view of the desk -> what its page and its report say."""

from churn.findings.blocks import Figure, Findings, Part, Table

__all__ = ["Figure", "Findings", "Part", "Table"]
