"""ARITHMETIC: why the riskiest customers need not be the best to call.

A list of calls that only knows risks takes it that all who would leave are as easily kept. Where those surest to leave listen least, others
are the better ones to call (Ascarza, 2018, found no relation between the risk of leaving and the response to a retention offer).
"""

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from churn.money import checks
from churn.money.calling import Floats, Offer, expected_gain
from churn.wording import _

FIRMNESS = 4.0


def acceptance_by_risk(risk: npt.ArrayLike, offer: Offer, *, harder: float) -> Floats:
    """The share (0..1) who accept among would-be leavers of each risk: g (1 - p) ** harder, from the offer's g at no risk down to nobody
    among those sure to leave. `harder` (0: all listen alike; 1: half as well at a risk of 50%; 2: a quarter) is an assumption, no finding.

    >>> acceptance_by_risk([0, 0.5, 1], Offer(acceptance=0.4), harder=1).round(9).tolist()
    [0.4, 0.2, 0.0]
    """
    power = checks.amount(_("How much harder the riskiest are to keep"), harder)
    return np.asarray(offer.acceptance * (1 - np.asarray(risk, dtype=np.float64)) ** power, dtype=np.float64)


def values_where_harder(risk: npt.ArrayLike, offer: Offer, *, harder: float, values: npt.ArrayLike | None = None) -> Floats:
    """Values that make `expected_gain` and `call_list` reckon with the acceptance of each: d + (V - d) g(p) / g.

    `values` is what each is worth if kept (the offer's value where None). The gain p (g (V' - d) + d) - (d + f) is then that of g(p) and V.
    """
    worth = np.asarray(offer.value if values is None else values, dtype=np.float64)
    easier = acceptance_by_risk(risk, offer, harder=harder) / offer.acceptance
    return np.asarray(offer.cost + (worth - offer.cost) * easier, dtype=np.float64)


def riskiest_first(risk: npt.ArrayLike, offer: Offer, *, values: npt.ArrayLike | None = None) -> Floats:
    """Money that the lists of 0, 1, 2 ... customers bring on average where the riskiest are called first, as `expected_gain` has it.
    Whoever has no known risk or value is on no list.

    >>> riskiest_first([0.1, 0.9], Offer()).round(1).tolist()
    [0.0, 49.3, 45.0]
    """
    gain, p = expected_gain(risk, offer, values=values), np.asarray(risk, dtype=np.float64)
    known = ~np.isnan(gain)
    return np.concatenate([[0.0], np.cumsum(gain[known][np.argsort(-p[known], kind="stable")])])


def typical_risks(customers: int, *, mean: float) -> Floats:
    """Made-up risks of so many customers, smallest first, many low and few high: even quantiles of a Beta distribution with this mean
    (0..1, neither) and a + b = 4.

    >>> typical_risks(4, mean=0.25).round(2).tolist()
    [0.04, 0.15, 0.28, 0.5]
    """
    even = (np.arange(customers) + 0.5) / customers
    share = checks.some_share(_("The share who would leave"), mean)
    return np.asarray(betaincinv(FIRMNESS * share, FIRMNESS * (1 - share), even), dtype=np.float64)
