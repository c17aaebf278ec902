"""What doing a play with a customer brings on average, and what the best-paying play brings with each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.actions.playbook import Play

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


def gain_of(play: Play, risk: Any, value: Any) -> Any:
    """Money that the play brings on average with a customer of this risk (0..1) and value (money), both numbers or both arrays, nan
    where one is unknown; as `churn.money.expected_gain` has it (Verbraken et al. 2013): p (g (V - d) + d) - (d + f)."""
    return risk * (play.acceptance * (value - play.offer) + play.offer) - (play.offer + play.contact)


def best_gains(
    plays: Sequence[Play], risk: Floats, value: Floats, *, answers: Mapping[str, Bools], reason: Texts, running: Mapping[str, Bools]
) -> Floats:
    """What the best-paying play that fits brings with each customer, money; a discount only where nothing else pays; nan where no play fits
    or nothing is known.

    A play fits as `plays_for` chooses; only their campaign's own where one is running. `answers` says by play whether it answers a sign
    that the customer shows, `reason` why they left ("": unknown), `running` by key of a play whether a campaign does it with them.
    """
    code, reasons = pd.factorize(reason)
    fits = {play.key: answers[play.key] | np.isin(reasons, [why for why in play.reasons if why])[code] for play in plays}
    answered = np.logical_or.reduce([*fits.values(), np.zeros(len(risk), bool)])
    in_campaign = np.logical_or.reduce([*(running[play.key] for play in plays if play.key in running), np.zeros(len(risk), bool)])
    plain, every = np.full(len(risk), np.nan), np.full(len(risk), np.nan)
    for play in plays:
        fit = (fits[play.key] | ~answered if "" in play.signs else fits[play.key]) & ~in_campaign
        gain = np.where(fit | running.get(play.key, False), gain_of(play, risk, value), np.nan)
        every = np.fmax(every, gain)
        plain = plain if play.offer else np.fmax(plain, gain)
    return np.where(plain > 0, plain, every)
