"""How much more money a list by expected gain brings than a list by risk alone, by the sample firm's own truth.

    python -m benchmarks.ranking DESK

DESK is a trained desk of the sample firm. The truth is the generator's: the log-odds with which each customer decides to leave, with and
without an action (-0.9), over the three months of the look-ahead. Who has decided already, or was acted on lately, gains nothing by a call.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.measures.dialect import small
from churn.money import Offer, expected_gain
from churn.store import open_desk
from sample_data import generate
from sample_data.books import keep_books
from sample_data.firm import LAST_DAY, MONTHS, Firm, found
from sample_data.record import record

Floats = npt.NDArray[np.float64]
CALL = Offer(value=0.0, cost=0.0, contact=12.0, acceptance=0.3)
LENGTHS = (15, 50, 150)
MONTHS_AHEAD, MONTHS_WORTH = 3, 12


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of each customer on the last day: `here` (not gone), the chance to leave in the months ahead `without` a call and
    `called`, and the `value` of a kept customer (money)."""

    here: npt.NDArray[np.bool_]
    without: Floats
    called: Floats
    value: Floats

    @property
    def gain(self) -> Floats:
        """Money that calling each customer truly brings."""
        return np.asarray((self.without - self.called) * self.value - CALL.contact)


def truth_of(firm: Firm, leaving: generate.Leaving) -> Truth:
    """The truth of a firm that the generator made."""
    signs = record(firm.events, customers=len(firm), days=LAST_DAY + 1).on(np.full(len(firm), LAST_DAY))
    acts = leaving.actions[(leaving.actions["arm"] == "acted") & (leaving.actions["taken_on"] > LAST_DAY - generate.EFFECT_DAYS)]
    lately = np.isin(np.arange(len(firm)), acts["customer"])
    decided = leaving.decided <= LAST_DAY
    chances = []
    for acted in (lately, np.ones(len(firm), bool)):
        odds = generate.log_odds(firm, MONTHS - 1, signs, acted)
        chances.append(np.where(decided, 1.0, 1 - (1 - 1 / (1 + np.exp(-odds))) ** MONTHS_AHEAD))
    return Truth(~leaving.lost, chances[0], chances[1], firm.value[:, MONTHS - 1] * MONTHS_WORTH)


def compared(truth: Truth, risk: Floats) -> pd.DataFrame:
    """What lists of LENGTHS truly bring, ranked by these risks: calls, by_gain, by_risk (money), ratio."""
    gain = np.where(truth.here, expected_gain(risk, CALL, values=truth.value), np.nan)
    by_gain = np.argsort(-np.nan_to_num(gain, nan=-np.inf), kind="stable")
    by_risk = np.argsort(-np.nan_to_num(np.where(truth.here, risk, np.nan), nan=-np.inf), kind="stable")
    rows = [(calls, truth.gain[by_gain[:calls]].sum(), truth.gain[by_risk[:calls]].sum()) for calls in LENGTHS]
    lists = pd.DataFrame(rows, columns=["calls", "by_gain", "by_risk"])
    return lists.assign(ratio=lists["by_gain"] / lists["by_risk"])


def sample_firm() -> tuple[Truth, list[str]]:
    """The truth of the sample firm as it is on disk, and the ids of its customers."""
    rng = np.random.default_rng(generate.SEED)
    firm = found(rng, generate.CUSTOMERS + generate.NEW_CUSTOMERS)
    leaving = generate.leave(rng, firm)
    keep_books(rng, firm, leaving, generate.state_reasons(rng, firm, leaving))
    new = rng.choice(np.flatnonzero(~leaving.lost), generate.NEW_CUSTOMERS, replace=False)
    is_new = np.isin(np.arange(len(firm)), new)
    numbers = np.where(is_new, generate.CUSTOMERS + np.cumsum(is_new), np.cumsum(~is_new))
    truth = truth_of(firm, leaving)
    return Truth(truth.here & ~is_new, truth.without, truth.called, truth.value), [f"C{number:05d}" for number in numbers]


def main(desk: Path) -> None:
    """Prints what both lists bring, by the risks of the desk and by the true ones."""
    truth, ids = sample_firm()
    with open_desk(desk) as opened, opened.reading() as frames:
        scores = small(frames["scores"].select("customer_id", "risk")).set_index("customer_id")["risk"]
        ended = small(frames["customers"].select("customer_id", gone=nw.col("ended_on"))).set_index("customer_id")
    here = ended.reindex(ids)["gone"].isna().to_numpy() & np.isin(ids, ended.index)
    assert (here == truth.here).all()
    for name, risk in (("the desk's risks", scores.reindex(ids).to_numpy(np.float64)), ("the true risks", truth.without)):
        print(f"by {name}: money that the list truly brings")
        print(compared(truth, risk).to_string(index=False, float_format=lambda cell: f"{cell:,.2f}"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
