"""Small made-up tables for tests: their causes are known."""

import numpy as np
import numpy.typing as npt
import pandas as pd


def firm(rows: int, seed: int = 0) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """The customers of `firm_with_risk`, and who was lost."""
    frame, lost, _risk = firm_with_risk(rows, seed)
    return frame, lost


def firm_with_risk(rows: int, seed: int = 0) -> tuple[pd.DataFrame, npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Customers with `visits` and `plan` that matter together, `months` that matters alone, some cells missing, and `colour` that
    does not matter; who was lost; and each one's true probability of that, which a row without gaps tells in full."""
    random = np.random.default_rng(seed)
    visits, months = random.poisson(6, rows).astype(float), random.gamma(2, 12, rows).round(1)
    plan = random.choice(["Basic", "Pro", "Enterprise"], rows, p=[0.5, 0.4, 0.1])
    log_odds = 0.5 - months / 20 - (plan == "Pro") * (visits - 3) / 3
    frame = pd.DataFrame({"visits": visits, "plan": pd.Series(plan, dtype="str"), "months": months})
    frame["colour"] = pd.Series(random.choice(["red", "green", "blue"], rows), dtype="str")
    frame.loc[random.random(rows) < 0.1, "visits"] = np.nan
    frame.loc[random.random(rows) < 0.1, "plan"] = np.nan
    risk = 1 / (1 + np.exp(-log_odds))
    return frame, random.random(rows) < risk, risk


def labelled(rows: int, seed: int = 0) -> pd.DataFrame:
    """The same with an id and a label."""
    frame, lost = firm(rows, seed)
    frame.insert(0, "customer_id", pd.Series([f"C{number:05d}" for number in range(rows)], dtype="str"))
    return frame.assign(churned=pd.Series(np.where(lost, "yes", "no"), dtype="str"))
