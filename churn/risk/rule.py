"""The best simple rule that a person could say: one or two conditions, and what it is worth out of fold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from churn import wording
from churn.risk.bins import Bins, Codes, Floats
from churn.wording import _

Flags = npt.NDArray[np.bool_]
MOST_CUTS = 12
MOST_LEVELS = 12
BEST_ALONE = 24
PRIOR_ROWS = 5
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one column: its bin is among `bins`."""

    column: int
    bins: tuple[int, ...]
    words: str

    def met(self, codes: Codes) -> Flags:
        """Which rows meet it."""
        return np.isin(codes[:, self.column], self.bins)


@dataclass(frozen=True)
class Rule:
    """One or two conditions; `rates` are the shares lost where all are met, and elsewhere."""

    conditions: tuple[Condition, ...]
    rates: tuple[float, float]

    @property
    def name(self) -> str:
        """The rule in words."""
        conditions = wording.listing([condition.words for condition in self.conditions])
        if not conditions:
            return _("everybody alike")
        return (_("leaves if {conditions}") if self.rates[0] > self.rates[1] else _("stays if {conditions}")).format(conditions=conditions)

    def risk(self, codes: Codes) -> Floats:
        """The risk that the rule gives to each row."""
        return np.where(met(self.conditions, codes), *self.rates)


def met(conditions: Sequence[Condition], codes: Codes) -> Flags:
    """Which rows meet all conditions."""
    return np.all([condition.met(codes) for condition in conditions], axis=0) if conditions else np.ones(len(codes), dtype=bool)


def conditions_of(bins: tuple[Bins, ...]) -> Iterator[Condition]:
    """Every condition that is considered: a number at most or above a cut, a category one of the frequent levels or not."""
    for column, cut in enumerate(bins):
        name = cut.column
        if cut.kind == "number":
            places = np.unique(np.linspace(0, len(cut.cuts) - 1, MOST_CUTS).round().astype(int)).tolist() if len(cut.cuts) else []
            for place in places:
                at = wording.value(float(cut.cuts[place]), "number")
                yield Condition(column, tuple(range(1, place + 2)), _("{column} is at most {value}").format(column=name, value=at))
                yield Condition(column, tuple(range(place + 2, cut.size)), _("{column} is above {value}").format(column=name, value=at))
        else:
            for place, level in enumerate(cut.levels[:MOST_LEVELS], 1):
                yield Condition(column, (place,), _("{column} is {value}").format(column=name, value=level))
                others = tuple(other for other in range(1, cut.size) if other != place)
                if len(others) > 1:
                    yield Condition(column, others, _("{column} is not {value}").format(column=name, value=level))


def best_rule(bins: tuple[Bins, ...], codes: Codes, lost: Flags) -> Rule:
    """The rule with the least log-loss on these rows (at most 100,000 of them), among all single conditions and the pairs of the best
    two dozen."""
    if len(codes) > MOST_ROWS:
        some = np.random.default_rng(0).choice(len(codes), MOST_ROWS, replace=False)
        codes, lost = codes[some], lost[some]
    alone = list(conditions_of(bins))
    if not alone:
        rate = float(lost.mean())
        return Rule((), (rate, rate))
    flags = {condition: condition.met(codes) for condition in alone}
    loss = {condition: split_loss(flags[condition], lost) for condition in alone}
    ranked = sorted(alone, key=lambda condition: loss[condition])
    best: tuple[float, tuple[Condition, ...]] = (loss[ranked[0]], (ranked[0],))
    for a, b in combinations(ranked[:BEST_ALONE], 2):
        if a.column != b.column:
            best = min(best, (split_loss(flags[a] & flags[b], lost), (a, b)), key=lambda candidate: candidate[0])
    inside = met(best[1], codes)
    return Rule(best[1], (smooth_rate(inside, lost), smooth_rate(~inside, lost)))


def smooth_rate(rows: Flags, lost: Flags) -> float:
    """Share lost among some rows, drawn a little towards that of all."""
    return float((lost[rows].sum() + PRIOR_ROWS * lost.mean()) / (rows.sum() + PRIOR_ROWS))


def split_loss(inside: Flags, lost: Flags) -> float:
    """Mean log-loss of giving each side of a split its own share lost."""
    total = 0.0
    for rows in (inside, ~inside):
        count, gone = int(rows.sum()), int(lost[rows].sum())
        if 0 < gone < count:
            total -= gone * np.log(gone / count) + (count - gone) * np.log(1 - gone / count)
    return total / len(lost)
