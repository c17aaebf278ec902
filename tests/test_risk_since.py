"""What moved a customer's risk since the last load: the customer, the model, or what is no longer known, split without a rest."""

import numpy as np
import pandas as pd
import pytest

from churn.intake import read
from churn.risk.of_desk import train_desk
from churn.risk.scoring import score
from churn.risk.since import Changed, since
from churn.store import open_desk

ROWS = 240


def firm(seed: int) -> pd.DataFrame:
    """Customers who leave the more often the fewer visits they make, and where the plan is Basic."""
    chance = np.random.default_rng(seed)
    visits, plan = chance.normal(size=ROWS).round(3), chance.choice(["Basic", "Pro"], ROWS)
    lost = chance.random(ROWS) < 1 / (1 + np.exp(2 * visits - 2 * (plan == "Basic")))
    ids = [f"K{n}" for n in range(ROWS)]
    return pd.DataFrame(
        {"customer_id": ids, "name": [f"Firm {n}" for n in range(ROWS)], "visits": visits, "plan": plan, "churn": lost.astype(int)}
    )


def load(desk, frame):
    desk.load({"customers": read(frame.to_csv(index=False).encode(), file="firm.csv")})
    return train_desk(desk)


@pytest.fixture(scope="module")
def two_loads(tmp_path_factory):
    """A desk that was loaded and trained twice; meanwhile K7 visits less often, the plan of K8 is unknown, and K9 is somebody else."""
    first, second = firm(3), firm(3)
    second.loc[7, "visits"] = first.loc[7, "visits"] - 1.5
    second.loc[8, "plan"] = None
    second.loc[9, "name"] = "Another firm"
    second.loc[20:60, "churn"] = 1 - second.loc[20:60, "churn"]
    with open_desk(tmp_path_factory.mktemp("since") / "desk") as desk:
        old = load(desk, first)
        assert since(desk, old, "K7") is None
        new = load(desk, second)
        yield desk, old, new, first, second


def risk(card, frame, place):
    return float(score(card, frame.iloc[[place]], id_column="customer_id").risk[0])


def test_the_parts_are_what_each_model_says_of_each_row_and_leave_no_rest(two_loads):
    desk, old, new, first, second = two_loads
    found = since(desk, new, "K7")
    assert found.before == pytest.approx(risk(old, first, 7), abs=1e-12)
    assert found.now == pytest.approx(risk(new, second, 7), abs=1e-12)
    assert found.model == pytest.approx(risk(new, first, 7) - risk(old, first, 7), abs=1e-12)
    assert found.customer == pytest.approx(risk(new, second, 7) - risk(new, first, 7), abs=1e-12)
    assert found.customer > 0.02
    assert abs(found.model) > 0.001
    assert (found.missing, found.gone) == (0, ())
    assert found.before + found.model + found.customer + found.missing == pytest.approx(found.now, abs=1e-12)
    assert found.changes == (Changed("visits", str(first.loc[7, "visits"]), str(second.loc[7, "visits"])),)


def test_what_is_no_longer_known_is_no_change_of_the_customer(two_loads):
    desk, _old, new, first, second = two_loads
    found = since(desk, new, "K8")
    assert (found.customer, found.gone, found.changes) == (0, ("plan",), ())
    assert found.missing == pytest.approx(risk(new, second, 8) - risk(new, first, 8), abs=1e-12)
    assert found.missing != 0


def test_nothing_is_said_of_another_customer_of_the_same_id_of_a_lost_model_or_after_an_undo(two_loads):
    desk, old, new, _first, _second = two_loads
    assert since(desk, new, "K9") is None
    assert since(desk, new, "nobody") is None
    file = desk.models / desk.before("K7").model
    hidden = file.rename(file.with_suffix(".aside"))
    assert since(desk, new, "K7") is None
    hidden.rename(file)
    assert since(desk, new, "K7") is not None
    desk.undo()
    assert since(desk, old, "K7") is None
