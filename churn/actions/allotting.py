"""Who is acted on and who is held out: drawn at random within each third of risk and of value, the same from the same seed."""

import hashlib

import numpy as np
import pandas as pd

from churn.errors import ChurnError
from churn.wording import _

DEFAULT_SHARE = 0.1
LEAST = 10
_PARTS = 10_000
_UNKNOWN = 3


def allot(customers: pd.DataFrame, *, share: float, seed: int) -> pd.DataFrame:
    """Every customer's arm, in the order given.

    Columns in: customer_id, risk (0..1), value; nan where unknown. Columns out: customer_id, arm (acted, held_out), stratum, risk, value.
    The stratum is 4 times the third of the risk plus that of the value (0, 1, 2; unknown: 3). Each customer is held out with a chance of
    just `share` (rounded to hundredths of a percent), each stratum has its share of them to rounding, and so have all together: strata
    stand one after another, each in the order of a hash of seed and id, and every so many-th is taken from a random start (Madow, 1949).
    Raises ChurnError where there are fewer than ten customers, an id stands twice, or nobody would be held out or acted on.
    """
    parts = round(share * _PARTS)
    if not 0 < parts < _PARTS:
        raise ChurnError(_("The share to hold out must lie between 0% and 100%."))
    if customers["customer_id"].duplicated().any():
        raise ChurnError(_("A customer stands in the list twice: nobody can be acted on and held out at once."))
    if len(customers) < LEAST:
        raise ChurnError(_("A campaign needs {least} customers or more: among fewer nothing can be told.").format(least=LEAST))
    ids = customers["customer_id"].astype(str)
    stratum = 4 * _third(customers["risk"]) + _third(customers["value"])
    drawn = pd.Series([_drawn(seed, name) for name in ids], index=customers.index)
    order = np.lexsort((drawn.to_numpy(), stratum))
    start = _drawn(seed, "") % _PARTS
    marks = (start + parts * np.arange(len(customers) + 1, dtype=np.int64)) // _PARTS
    held = np.zeros(len(customers), np.bool_)
    held[order] = np.diff(marks) > 0
    if not 0 < held.sum() < len(held):
        raise ChurnError(_("With so few customers and that share nobody would be held out, or nobody acted on. Choose another share."))
    return pd.DataFrame(
        {
            "customer_id": ids.to_numpy(),
            "arm": np.where(held, "held_out", "acted"),
            "stratum": stratum,
            "risk": customers["risk"].to_numpy(np.float64),
            "value": customers["value"].to_numpy(np.float64),
        }
    )


def _third(amounts: pd.Series) -> np.ndarray:
    """Which third of the known amounts each is in, whatever their order; 3 where unknown."""
    known = amounts.to_numpy(np.float64)
    found = np.full(len(known), _UNKNOWN)
    there = ~np.isnan(known)
    if there.any():
        found[there] = np.searchsorted(np.quantile(known[there], [1 / 3, 2 / 3]), known[there], side="left")
    return found


def _drawn(seed: int, name: str) -> int:
    """A number below 2^63 that seed and name settle, and nothing else tells."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8, key=str(seed).encode()).digest(), "big") >> 1
