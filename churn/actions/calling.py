"""Whom to call with an offer: those first from whom most is expected; and what such a list would have brought.

All functions read the frame of `measures.standing`. All amounts are in one currency.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.money import TYPICAL, CallList, Calls, Offer, Worth, call_list, expected_gain, expected_maximum_profit

Floats = npt.NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True)
class Terms:
    """What a call costs and may bring. A kept customer is worth their own monthly value times `months`, and `offer.value` where that is
    None."""

    offer: Offer = TYPICAL
    months: float | None = None

    def values(self, customers: pd.DataFrame) -> Floats:
        """What each customer is worth if kept; nan where the monthly value is missing."""
        if self.months is None:
            return np.full(len(customers), self.offer.value)
        return customers["monthly_value"].to_numpy(dtype=np.float64) * self.months


@dataclass(frozen=True, eq=False)
class CallPlan:
    """What calling the `active` customers brings, by length of the list: `found`, whose order has rows of `active`.

    `values` and `gain` are of each active customer, nan where unknown. `value` is the middle one of the customers who can be listed (0
    where there are none or it is negative), `break_even` the risk above which calling somebody of that value pays (inf: never), `never`
    how many are worth too little to be called even if they were sure to leave.
    """

    active: pd.DataFrame
    values: Floats
    gain: Floats
    found: CallList
    value: float
    break_even: float
    never: int

    def first(self, calls: int, held_out: Collection[str] = ()) -> pd.DataFrame:
        """The list of so many without those held out, whose places stay empty: customer_id, name (where the desk has names), risk (0..1),
        value, expected_gain."""
        rows = self.found.order[:calls]
        rows = rows[~self.active["customer_id"].iloc[rows].isin(list(held_out)).to_numpy()]
        columns = [column for column in ("customer_id", "name", "risk") if column in self.active]
        chosen = self.active.iloc[rows][columns].reset_index(drop=True)
        return chosen.assign(value=self.values[rows], expected_gain=self.gain[rows])


def call_plan(customers: pd.DataFrame, terms: Terms) -> CallPlan:
    """The lists of the customers not known to be lost."""
    active = customers[customers["lost"] != 1]
    risk, values = active["risk"].to_numpy(), terms.values(active)
    found = call_list(risk, terms.offer, values=values)
    listed = values[found.order]
    value = max(0.0, float(np.median(listed))) if len(listed) else 0.0
    return CallPlan(
        active=active,
        values=values,
        gain=expected_gain(risk, terms.offer, values=values),
        found=found,
        value=value,
        break_even=replace(terms.offer, value=value).break_even,
        never=int((expected_gain(np.ones(len(listed)), terms.offer, values=listed) <= 0).sum()),
    )


@dataclass(frozen=True)
class LookBack:
    """What calling wherever it seemed to pay would have brought among the `customers` whose outcome is known, of whom `left` did leave.

    `called` is counted from who left; `expected` is the money that their risks had promised, `at_random` what as many calls without any
    choice bring. `worth` is the expected maximum profit of the score, with everybody worth the mean `value`.
    """

    customers: int
    left: int
    called: Calls
    expected: float
    at_random: float
    worth: Worth
    value: float


def look_back(customers: pd.DataFrame, terms: Terms) -> LookBack | None:
    """Looks back at the customers known to have left or stayed, with a value, and a risk from a score that had not seen their outcome
    (`known`); None where there are none."""
    values = terms.values(customers)
    usable = customers["lost"].notna() & (customers["known"] == 1) & customers["risk"].notna() & ~np.isnan(values)
    if not usable.any():
        return None
    risk, lost = customers.loc[usable, "risk"].to_numpy(), customers.loc[usable, "lost"].to_numpy()
    values = values[usable.to_numpy()]
    found = call_list(risk, terms.offer, values=values, lost=lost)
    gain = expected_gain(risk, terms.offer, values=values)
    value = max(0.0, float(values.mean()))
    return LookBack(
        customers=found.customers,
        left=int(lost.sum()),
        called=found.best,
        expected=float(gain[gain > 0].sum()),
        at_random=found.best.calls * float(found.money[-1]) / found.customers,
        worth=expected_maximum_profit(risk, lost, replace(terms.offer, value=value)),
        value=value,
    )


def most_valuable(customers: pd.DataFrame, most: int, held_out: Collection[str] = ()) -> pd.DataFrame:
    """The customers not known to be lost who pay most, where no risk can be trusted: customer_id, name (where there are names),
    monthly_value. Ties go by the order of `customers`; whoever has no monthly value, or is held out, is left out."""
    listed = customers["monthly_value"].notna() & ~customers["customer_id"].isin(list(held_out))
    active = customers[(customers["lost"] != 1) & listed]
    columns = [column for column in ("customer_id", "name", "monthly_value") if column in active]
    return active.sort_values("monthly_value", ascending=False, kind="stable").head(most)[columns].reset_index(drop=True)
