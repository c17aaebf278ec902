"""Columns of pure noise never come forward in the sample firm's score, whatever they hold; the planted causes do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn.intake import read
from churn.risk import train

FILE = Path(__file__).resolve().parent.parent / "sample_data" / "customers.csv"
CAUSES = {
    "tenure_months",
    "contract",
    "days_since_contact",
    "complaints",
    "plan",
    "late_payments",
    "last_nps",
    "contact_changed",
    "monthly_value",
}


def noise(rows: int, seed: int) -> pd.DataFrame:
    """Numbers, few levels, many levels, and sparse large numbers, all by chance."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "noise_number": random.normal(size=rows),
            "noise_levels": pd.Series(random.choice(["a", "b", "c"], rows), dtype="str"),
            "noise_many": pd.Series(random.integers(0, 60, rows).astype(str), dtype="str") + "x",
            "noise_sparse": np.where(random.random(rows) < 0.9, 0.0, random.lognormal(3, 2, rows)),
        }
    )


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(20))
def test_noise_does_not_enter_the_first_five_drivers_and_planted_causes_do(seed):
    intake = read(FILE.read_bytes(), file=FILE.name)
    sheet = pd.concat([intake.frame, noise(len(intake.frame), seed)], axis=1)
    card = train(sheet, id_column=intake.id_column, seed=seed)
    ranked = [card.columns[place] for place in np.argsort(-card.importance)]
    assert {"noise_number", "noise_levels", "noise_many", "noise_sparse"} <= set(ranked)
    assert set(ranked[:5]) <= CAUSES
