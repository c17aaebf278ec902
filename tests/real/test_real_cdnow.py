"""Orders alone, of a shop that sold CDs: features as of a day foretell who never buys again, measured out of fold.

CDNOW (Fader and Hardie, 2001): 23,570 customers who first bought in the first three months of 1997, and all they bought until July 1998.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from churn.dials import Dials
from churn.features import features, labels
from churn.measures.declared import Tables
from churn.measures.rhythm import suggested
from churn.risk import evaluate_out_of_fold

FILE = Path(__file__).parents[3] / "shared" / "data" / "cdnow" / "CDNOW_master.txt"
DIALS = Dials(date(1997, 10, 1), gone_after=273, look_ahead=273)
pytestmark = pytest.mark.timeout(2400)


@pytest.fixture(scope="module")
def bought() -> pd.DataFrame:
    frame = pd.read_fwf(
        FILE, skiprows=1, names=["customer_id", "ordered_on", "items", "amount"], dtype={"customer_id": str, "ordered_on": str}
    )
    return frame.assign(ordered_on=pd.to_datetime(frame["ordered_on"], format="%Y%m%d"))


@pytest.fixture(scope="module")
def tables(bought) -> Iterator[Tables]:
    with duckdb.connect() as engine:
        engine.execute("set disabled_optimizers = 'compressed_materialization'")
        engine.execute("create table orders as select customer_id, cast(ordered_on as date) as ordered_on, amount from bought")
        engine.execute("create table customers as select distinct customer_id from orders")
        yield {name: nw.from_native(engine.table(name)) for name in ("customers", "orders")}


@pytest.fixture(scope="module")
def panel(tables) -> pd.DataFrame:
    found, after = (lazy.collect("pandas").to_native() for lazy in (features(tables, DIALS), labels(tables, DIALS)))
    return found.merge(after, on="customer_id", validate="one_to_one").sort_values("customer_id", ignore_index=True)


def test_lost_are_those_who_buy_nothing_from_october_on(bought, panel):
    later = bought.loc[bought["ordered_on"] >= "1997-10-01", "customer_id"]
    assert len(panel) == bought["customer_id"].nunique() == 23_570
    assert set(panel.loc[panel["lost"] == 0, "customer_id"]) == set(later)


def test_who_never_buys_again_is_foretold_out_of_fold(record_property, panel):
    found = evaluate_out_of_fold(panel, id_column="customer_id", label="lost", lost="1").evaluation
    for measure in ("roc_auc", "roc_auc_se", "log_loss", "calibration_error", "rule", "deeper"):
        record_property(measure, getattr(found, measure))
    assert found.log_loss <= 0.491
    assert found.roc_auc >= 0.771
    assert found.calibrated


def test_the_orders_suggest_the_dials(tables):
    assert suggested(tables) == Dials(date(1998, 7, 1), gone_after=270, look_ahead=270)
