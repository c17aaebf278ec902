"""Campaigns among the sample firm's customers, who leave by its own mechanism, with the effect that was planted."""

import functools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from churn.actions.allotting import allot
from churn.actions.comparing import Arm, Pair
from sample_data import generate
from sample_data.books import NOTICE_DAYS
from sample_data.firm import LAST_DAY, MONTH_STARTS, found
from sample_data.record import record

DAYS = 120
MONTHS_FOLLOWED = 4
NOTICE_DRAWS = 15


@dataclass(frozen=True)
class Planted:
    """One campaign: who is in it, their arm, the day of leaving (days since the firm opened; beyond it: never), what they are worth, and
    by counterfactual chances of these very customers the share by which leaving changes where all are acted on (`truth`, below nought:
    fewer leave) and the monthly value that each keeps by it (`worth`)."""

    members: pd.DataFrame
    day: int
    left_on: np.ndarray
    value: np.ndarray
    truth: float
    worth: float

    @property
    def pair(self) -> Pair:
        """The counts that the desk would read out of later data."""
        left = self.left_on < self.day + DAYS
        acted = self.members["arm"].to_numpy() == "acted"
        return Pair(*[_arm(left[side], (self.value * left)[side]) for side in (acted, ~acted)])


class PlantedFirm:
    """The sample firm as its generator founds it, everybody still there."""

    def __init__(self) -> None:
        self.firm = found(np.random.default_rng(generate.SEED), generate.CUSTOMERS)

    @cached_property
    def would_be(self):
        """What would happen to them if nobody left."""
        return record(self.firm.events, customers=len(self.firm), days=LAST_DAY + 1)

    @functools.cache  # noqa: B019
    def hazards(self, month: int, acted: bool) -> np.ndarray:
        """The chance that each decides to leave in each of the months followed, columns by month."""
        columns = []
        for later in range(month, month + MONTHS_FOLLOWED):
            day = np.where(later >= self.firm.start_month, self.firm.month_day[:, later], LAST_DAY)
            in_time = (day - MONTH_STARTS[month] < generate.EFFECT_DAYS) & acted
            columns.append(1 / (1 + np.exp(-generate.log_odds(self.firm, later, self.would_be.on(day), in_time))))
        return np.column_stack(columns)

    def worrying(self, rng: np.random.Generator, month: int) -> np.ndarray:
        """The customers of a campaign, as the generator chooses them."""
        return generate._campaign(rng, month, month - self.firm.start_month >= 2, self.would_be)["customer"].to_numpy()

    def campaign(self, rng: np.random.Generator, *, share: float, works: bool = True) -> Planted:
        """A campaign among customers who show a sign, in a random month, drawn by the desk; then what the mechanism makes of them."""
        month = int(rng.choice(list(generate.CAMPAIGN_MONTHS)[:-1]))
        chosen = self.worrying(rng, month)
        without = self.hazards(month, acted=False)[chosen]
        risk, value = _gone(without, np.ones_like(without)), self.firm.value[chosen, month]
        customers = pd.DataFrame({"customer_id": [f"C{row}" for row in chosen], "risk": risk, "value": value})
        members = allot(customers, share=share, seed=int(rng.integers(2**31)))
        return self.lived(rng, month, chosen, members, works=works)

    def lived(self, rng: np.random.Generator, month: int, chosen: np.ndarray, members: pd.DataFrame, *, works: bool = True) -> Planted:
        """What the mechanism makes of the customers of a campaign, month by month."""
        value, start = self.firm.value[chosen, month], int(MONTH_STARTS[month])
        without, with_it = self.hazards(month, acted=False)[chosen], self.hazards(month, acted=works)[chosen]
        days = self.firm.month_day[chosen, month : month + MONTHS_FOLLOWED]
        in_time = np.clip(start + DAYS - days - NOTICE_DAYS, 0, NOTICE_DRAWS) / NOTICE_DRAWS
        chance = np.where((members["arm"] == "acted").to_numpy()[:, None], with_it, without)
        decides = rng.random(chance.shape) < chance
        first = decides.argmax(axis=1)
        ended = days[np.arange(len(chosen)), first] + NOTICE_DAYS + rng.integers(0, NOTICE_DRAWS, len(chosen))
        left_on = np.where(decides.any(axis=1), ended, LAST_DAY + 1000)
        fewer = _gone(with_it, in_time) - _gone(without, in_time)
        return Planted(members, start, left_on, value, float(fewer.mean()), float(-(fewer * value).mean()))


def _gone(hazard: np.ndarray, in_time: np.ndarray) -> np.ndarray:
    """The chance to have decided, by month, and to be gone in time."""
    staying = np.cumprod(np.hstack([np.ones((len(hazard), 1)), 1 - hazard[:, :-1]]), axis=1)
    return (staying * hazard * in_time).sum(axis=1)


def _arm(left: np.ndarray, taken: np.ndarray) -> Arm:
    return Arm(len(left), int(left.sum()), len(left), float(taken.mean()), float(taken.var(ddof=1)))
