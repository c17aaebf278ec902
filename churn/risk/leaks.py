"""Columns that know too much: what is only known once a customer has left, or because of it."""

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.risk.bins import Floats, fit_bins
from churn.risk.evaluation import roc_auc
from churn.wording import _, number

TOO_GOOD = 0.92
TELLING_AND_GOOD = 0.6
FOLDS = 5
PRIOR_ROWS = 5
FEW_FILLED = 5
MOST_ROWS = 50_000
TELLING = re.compile(r"churn|attrit|cancel|exit|leaving|terminat|win.?back", re.IGNORECASE)


def why_leak(values: "pd.Series[str] | pd.Series[float]", lost: npt.NDArray[np.bool_], seed: int = 0) -> str:
    """Why a column gives away who was lost, or an empty text. Judged on at most 50,000 rows.

    It does if it is filled for the lost alone; if by itself, out of fold, it tells the lost with a ROC-AUC of .92 or more (honest columns
    reach .88); or with .6 or more where its header speaks of leaving.
    """
    some = np.random.default_rng(seed).permutation(len(lost))[:MOST_ROWS]
    values, lost = values.iloc[some], lost[some]
    if lost.all() or not lost.any():
        return ""
    filled = values.notna().to_numpy()
    if filled.sum() >= FEW_FILLED and not filled.all() and lost[filled].all():
        return _("filled only for customers who were lost")
    alone = alone_auc(values, lost)
    if alone >= TOO_GOOD:
        return _("by itself it tells who was lost almost surely (ROC-AUC {auc}): it is probably known only afterwards").format(
            auc=number(alone, 2)
        )
    if alone >= TELLING_AND_GOOD and TELLING.search(str(values.name)):
        return _("its name speaks of leaving, and by itself it tells who was lost (ROC-AUC {auc})").format(auc=number(alone, 2))
    return ""


def alone_auc(values: "pd.Series[str] | pd.Series[float]", lost: npt.NDArray[np.bool_]) -> float:
    """ROC-AUC of one column's own churn rates by bin, each row judged by the rates of the other four fifths; missing is a bin too.

    The rows must be in no particular order.
    """
    folds = np.arange(len(lost)) % FOLDS
    cut = fit_bins(str(values.name), values)
    codes = cut.code(values)
    rates: Floats = np.empty(len(lost))
    for fold in range(FOLDS):
        outside = folds != fold
        rows = np.bincount(codes[outside], minlength=cut.size)
        gone = np.bincount(codes[outside & lost], minlength=cut.size)
        overall = lost[outside].mean()
        rates[~outside] = ((gone + PRIOR_ROWS * overall) / (rows + PRIOR_ROWS))[codes[~outside]]
    return roc_auc(rates, lost)
