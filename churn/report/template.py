"""A sheet to fill in: the columns that a score reads, with examples of what they hold."""

import math

import numpy as np
import pandas as pd

from churn.report.spreadsheets import xlsx_bytes
from churn.risk import Scorecard
from churn.risk.bins import Bins
from churn.wording import _, number

EXAMPLES = 3
CUSTOMER_ID = "customer_id"


def template(card: Scorecard) -> pd.DataFrame:
    """A row for each of three made-up customers: their id, then the score's columns with values that it met in training."""
    ids = [_("example {n}").format(n=number(place)) for place in range(1, EXAMPLES + 1)]
    return pd.DataFrame({card.provenance.id_column or CUSTOMER_ID: ids} | {cut.column: examples(cut) for cut in card.bins})


def template_xlsx(card: Scorecard) -> bytes:
    """The template as an XLSX workbook."""
    return xlsx_bytes(template(card), sheet=_("Customers"))


def examples(cut: Bins) -> list[str] | list[float]:
    """Three values of a column: its most frequent levels, or numbers low, middle and high among the training rows."""
    if cut.kind == "text":
        levels = cut.levels or cut.pooled
        return [levels[place % len(levels)] for place in range(EXAMPLES)]
    reached = np.cumsum(cut.counts[1:]) / cut.counts[1:].sum()
    places = np.searchsorted(reached, [(2 * place + 1) / (2 * EXAMPLES) for place in range(EXAMPLES)])
    return [plain(float(cut.centres[1 + place])) for place in places]


def plain(value: float) -> float:
    """A number as one would type it for an example: whole from 10 upwards, below that to three figures.

    >>> plain(17.43), plain(2.0), plain(0.04374)
    (17.0, 2.0, 0.0437)
    """
    return round(value, 0 if abs(value) >= 10 or value == 0 else 2 - math.floor(math.log10(abs(value))))
