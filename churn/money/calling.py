"""ARITHMETIC: whom to contact with an offer, what that brings, and what a ranking of customers is worth.

One model throughout (Verbraken, Verbeke & Baesens 2013). Every contact costs the contact. A customer who would have left takes the offer
with the chance `acceptance` and stays: the desk keeps the customer's value less the offer. A customer who would have stayed takes the offer
and stays: the offer is wasted. All amounts are in one currency.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc

from churn.errors import MoneyError
from churn.money import checks
from churn.wording import _, number

Floats = npt.NDArray[np.float64]

ANSWERS = 20
MOST_POINTS = 200
PASSES = 50


@dataclass(frozen=True)
class Offer:
    """What contacting somebody costs and may bring: the `value` of a kept customer, the `cost` of the offer where it is taken, the
    cost of a `contact`, and the share of would-be leavers who stay for the offer. The defaults are those of Verbraken et al. (2013).

    Raises MoneyError for what cannot be.
    """

    value: float = 200.0
    cost: float = 10.0
    contact: float = 1.0
    acceptance: float = 0.3

    def __post_init__(self) -> None:
        amounts = {
            _("The value of a customer"): self.value,
            _("The cost of the offer"): self.cost,
            _("The cost of a contact"): self.contact,
        }
        for what, amount in amounts.items():
            checks.amount(what, amount)
        checks.some_share(_("The share of leavers who accept the offer"), self.acceptance)

    @property
    def kept(self) -> float:
        """Money that contacting a sure leaver brings on average: g (V - d) - f."""
        return self.acceptance * (self.value - self.cost) - self.contact

    @property
    def wasted(self) -> float:
        """Money that contacting a sure stayer costs: d + f."""
        return self.cost + self.contact

    @property
    def break_even(self) -> float:
        """Risk above which contacting a customer of this value pays, between 0 and 1; inf where not even a sure leaver is worth it."""
        apart = self.kept + self.wasted
        return self.wasted / apart if self.kept >= 0 < apart else math.inf


TYPICAL = Offer()


def break_even_risk(value: float, *, offer: float, contact: float, acceptance: float) -> float:
    """Risk above which contacting a customer pays, between 0 and 1; inf where not even a sure leaver is worth it.

    `value`, `offer` and `contact` are money in one currency; `acceptance` is the share of would-be leavers who stay when offered
    (0 < acceptance <= 1). (d + f) / (g (V - d) + d): Verbraken et al. (2013), solved for the risk at which `expected_gain` is nought.
    Raises MoneyError for what cannot be.

    >>> round(break_even_risk(200, offer=10, contact=1, acceptance=0.3), 3)
    0.164
    >>> break_even_risk(12, offer=10, contact=1, acceptance=0.3)
    inf
    """
    return Offer(value, offer, contact, acceptance).break_even


def expected_gain(risk: npt.ArrayLike, offer: Offer = TYPICAL, *, values: npt.ArrayLike | None = None) -> Floats:
    """Money that contacting each customer brings on average, nan where the risk or the value is.

    `risk` is the probability (0..1) that the customer leaves if left alone; `values` what each is worth if kept (the offer's value where
    None; one number for all, or one each). A would-be leaver brings V - d - f with the chance g, else -f; a would-be stayer -d - f. With
    risk p that is p (g (V - d) - f) + (1 - p) (-d - f) = p (g (V - d) + d) - (d + f), which is nought at the break-even.

    >>> expected_gain([0, 11 / 67, 1]).round(9).tolist()
    [-11.0, 0.0, 56.0]
    """
    p = _risks(risk)
    worth = _values(values, offer, p.shape)
    return np.asarray(p * (offer.acceptance * (worth - offer.cost) + offer.cost) - offer.wasted, dtype=np.float64)


@dataclass(frozen=True)
class Calls:
    """So many customers contacted, those first from whom most is expected: `caught` would have left, `wasted` would have stayed (both
    expected numbers), and the `money` that it brings on average."""

    calls: int
    caught: float
    wasted: float
    money: float


@dataclass(frozen=True, eq=False)
class CallList:
    """What lists of every length bring. `curve`: at most 200 rows with calls (from 0 to all), caught, wasted, money and best, which
    marks the row of `best`: everybody whose expected gain is above nought. `unknown` customers without a risk or a value are on no list.
    `leaving` is the expected number of leavers among the others. `order` has their places in what was given, the first to call first;
    `caught` and `money` belong to the lists of 0, 1, 2 ... of them."""

    curve: pd.DataFrame
    best: Calls
    customers: int
    unknown: int
    leaving: float
    order: npt.NDArray[np.intp]
    caught: Floats
    money: Floats

    def at(self, calls: int) -> Calls:
        """What the list of so many customers brings; of all of them where there are fewer."""
        length = max(0, min(calls, self.customers))
        return Calls(length, float(self.caught[length]), float(length - self.caught[length]), float(self.money[length]))


def call_list(
    risk: npt.ArrayLike, offer: Offer = TYPICAL, *, values: npt.ArrayLike | None = None, lost: npt.ArrayLike | None = None
) -> CallList:
    """Lists of every length, customers sorted by expected gain; the arguments are those of `expected_gain`.

    With `lost` (who did leave, one flag a customer) the list is still made from the risks, and what it brings is counted from who left:
    a look back, for risks given by a score that did not see the outcome. Customers whom nothing tells apart share what they bring.
    """
    gain = expected_gain(risk, offer, values=values)
    if gain.ndim != 1:
        raise MoneyError(_("A list of calls needs a risk for each customer."))
    p, worth = _risks(risk), np.broadcast_to(_values(values, offer, gain.shape), gain.shape)
    left = p if lost is None else _flags(lost, p.shape).astype(np.float64)
    known = ~np.isnan(gain)
    order = np.flatnonzero(known)[np.lexsort((worth[known], -p[known], -gain[known]))]
    left, worth = _shared(left[order], p[order], worth[order]), worth[order]
    brings = expected_gain(left, offer, values=worth)
    best = int((gain[known] > 0).sum())
    lengths = np.unique([*np.linspace(0, len(order), min(len(order) + 1, MOST_POINTS - 1)).round().astype(int), best])
    caught, money = np.concatenate([[0.0], np.cumsum(left)]), np.concatenate([[0.0], np.cumsum(brings)])
    drawn = {"calls": lengths, "caught": caught[lengths], "wasted": lengths - caught[lengths], "money": money[lengths]}
    bests = Calls(best, float(caught[best]), float(best - caught[best]), float(money[best]))
    curve = pd.DataFrame(drawn | {"best": lengths == best})
    return CallList(curve, bests, len(order), int((~known).sum()), float(caught[-1]), order, caught, money)


@dataclass(frozen=True)
class Worth:
    """What a ranking can bring at its best: the `profit` per customer of the whole table, and the `share` of customers to contact."""

    profit: float
    share: float


def maximum_profit(risk: npt.ArrayLike, lost: npt.ArrayLike, offer: Offer = TYPICAL) -> Worth:
    """The maximum profit measure for churn (Verbeke et al. 2012): profit at the best cut-off of `risk`, known in hindsight.

    `lost` says who left. Every customer has the offer's value. Of cut-offs that bring the same, the shortest list counts.
    Raises MoneyError where a risk is missing or cannot be.

    >>> maximum_profit([0.9, 0.8, 0.2, 0.1], [1, 0, 1, 0])
    Worth(profit=25.25, share=0.75)
    """
    caught, wasted = _cut_offs(risk, lost)
    profit = caught * offer.kept - wasted * offer.wasted
    at = int(profit.argmax())
    return Worth(float(profit[at]), float(caught[at] + wasted[at]))


def expected_maximum_profit(risk: npt.ArrayLike, lost: npt.ArrayLike, offer: Offer = TYPICAL, *, answers: float = ANSWERS) -> Worth:
    """The expected maximum profit measure for churn, EMP (Verbraken, Verbeke & Baesens 2013), per customer.

    As `maximum_profit`, but acceptance is not known for sure: Beta(a, b) with the offer's acceptance as its mean and a + b = `answers`,
    as if that many customers had been asked (.3 and 20: the published Beta(6, 14)). For each acceptance the best cut-off is a corner of
    the convex hull of the ROC curve, so the integral is a sum over corners.

    >>> round(expected_maximum_profit([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]).profit, 6)
    28.0
    """
    if not 0 < answers < math.inf or offer.acceptance == 1:
        raise MoneyError(_("The acceptance must be below 100%, and rest on some answers, to be unsure."))
    caught, wasted = _outermost(*_cut_offs(risk, lost))
    slope = caught * (offer.value - offer.cost)
    level = -caught * offer.contact - wasted * offer.wasted
    corners, starts = _envelope(slope, level)
    edges = np.clip(np.array([*starts, math.inf]), 0, 1)
    a, b = offer.acceptance * answers, (1 - offer.acceptance) * answers
    chance = np.diff(betainc(a, b, edges))
    mean = offer.acceptance * np.diff(betainc(a + 1, b, edges))
    profit = slope[corners] @ mean + level[corners] @ chance
    return Worth(float(profit), float((caught + wasted)[corners] @ chance))


def _cut_offs(risk: npt.ArrayLike, lost: npt.ArrayLike) -> tuple[Floats, Floats]:
    """For each cut-off from none to all, equal risks together: the leavers and the stayers above it, as shares of all customers."""
    p = _risks(risk)
    left = _flags(lost, p.shape)
    if p.ndim != 1 or not len(p) or np.isnan(p).any():
        raise MoneyError(_("The worth of a ranking needs a risk for every customer, and at least one customer."))
    order = np.argsort(-p, kind="stable")
    last = np.append(np.diff(p[order]) != 0, True)
    caught = np.concatenate([[0], np.cumsum(left[order])[last]]) / len(p)
    above = np.concatenate([[0], np.flatnonzero(last) + 1]) / len(p)
    return caught, above - caught


def _outermost(caught: Floats, wasted: Floats) -> tuple[Floats, Floats]:
    """The cut-offs without most of those that are no corners of the hull: they lie on or below the line between their neighbours."""
    for _pass in range(PASSES):
        up, along = np.diff(caught), np.diff(wasted)
        inner = up[:-1] * along[1:] <= up[1:] * along[:-1]
        stays = np.concatenate([[True], ~inner, [True]])
        caught, wasted = caught[stays], wasted[stays]
        if not inner.any():
            break
    return caught, wasted


def _envelope(slope: Floats, level: Floats) -> tuple[list[int], list[float]]:
    """Which of the lines level + slope * x is highest as x grows, and from which x on; the first from -inf."""
    steep, high = slope.tolist(), level.tolist()
    lines: list[int] = []
    starts: list[float] = []
    for line in np.lexsort((level, slope)).tolist():
        start = -math.inf
        while lines:
            top = lines[-1]
            rise = steep[line] - steep[top]
            start = (high[top] - high[line]) / rise if rise > 0 else -math.inf
            if start > starts[-1]:
                break
            lines.pop()
            starts.pop()
            start = -math.inf
        lines.append(line)
        starts.append(start)
    return lines, starts


def _shared(left: Floats, risk: Floats, worth: Floats) -> Floats:
    """`left` in sorted order, with the mean of each run of customers of equal risk and worth in place of their own."""
    if not len(left):
        return left
    run = np.cumsum(np.append(False, (np.diff(risk) != 0) | (np.diff(worth) != 0)))
    return np.asarray((np.bincount(run, weights=left) / np.bincount(run))[run], dtype=np.float64)


def _risks(risk: npt.ArrayLike) -> Floats:
    p = np.asarray(risk, dtype=np.float64)
    outside = p[(p < 0) | (p > 1)]
    if len(outside):
        raise MoneyError(_("A risk is a share between 0 and 1, not {risk}.").format(risk=number(outside[0], 3)))
    return p


def _values(values: npt.ArrayLike | None, offer: Offer, shape: tuple[int, ...]) -> Floats:
    worth = np.asarray(offer.value if values is None else values, dtype=np.float64)
    if worth.shape not in ((), shape):
        raise MoneyError(_("There must be one value for all customers, or one for each risk."))
    if np.isinf(worth).any():
        raise MoneyError(_("The value of a customer must be an amount, and it is infinite."))
    return worth


def _flags(lost: npt.ArrayLike, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    left = np.asarray(lost)
    if left.shape != shape or not np.isin(left, (0, 1)).all():
        raise MoneyError(_("It must be known for each customer with a risk, yes or no, whether the customer was lost."))
    return left.astype(bool)
