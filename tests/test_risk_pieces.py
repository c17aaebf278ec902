"""Everybody scored a piece at a time: the same as all at once, in memory that does not grow with them, and to be stopped between."""

import tracemalloc

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from churn import risk
from churn.dials import Dials
from churn.features import features
from churn.measures.dialect import small
from churn.risk import desk_models
from churn.risk.desk_history import everybodys_scores
from churn.risk.desk_models import scores_of
from churn.risk.of_history import filled_in, one_in, typed
from churn.risk.scorecard import Scorecard
from tests.firms import AS_OF, ago, made_firm
from tests.made_up import labelled


@pytest.fixture(scope="module")
def sheet() -> pd.DataFrame:
    return labelled(400)


@pytest.fixture(scope="module")
def card(sheet: pd.DataFrame) -> Scorecard:
    return risk.train(sheet, id_column="customer_id")


@pytest.fixture
def pieces_of_70(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_models, "BATCH", 70)


def with_gaps(sheet: pd.DataFrame) -> pd.DataFrame:
    """Old customers and new ones; a column that is empty in whole pieces but not in all, and one that is empty throughout."""
    new = labelled(300, seed=5).assign(customer_id=[f"new {row}" for row in range(300)])
    rows = pd.concat([sheet, new], ignore_index=True)
    return rows.assign(months=rows["months"].where(rows.index >= 150), visits=np.nan)


def test_scores_in_pieces_are_those_of_all_at_once(card, sheet, pieces_of_70):
    for rows in (sheet, with_gaps(sheet), sheet.head(3), sheet.head(0)):
        whole = risk.score(card, rows, id_column="customer_id")
        found = scores_of(card, rows, rows["customer_id"], "customer_id")
        assert found["customer_id"].tolist() == rows["customer_id"].tolist()
        np.testing.assert_allclose(found["risk"], whole.risk, rtol=1e-12)
        np.testing.assert_allclose(found["information"], whole.information, rtol=1e-12)
        np.testing.assert_array_equal(found["known"], whole.known)
    assert risk.score(card, with_gaps(sheet), id_column="customer_id").absent == ("visits",)


def test_scores_from_the_features_of_a_desk_are_those_of_all_at_once(card, sheet, pieces_of_70, monkeypatch):
    monkeypatch.setattr("churn.risk.desk_history.BATCH", 70)
    rows = typed(with_gaps(sheet).drop(columns="churned").assign(more=1.5))
    whole = risk.score(card, rows, id_column="customer_id")
    with duckdb.connect() as store:
        store.execute("CREATE TABLE features AS FROM rows")
        features = nw.from_native(store.sql("FROM features ORDER BY rowid"))
        found = everybodys_scores(card, {"customer_features": features})
        least = everybodys_scores(card, {"customer_features": features.drop("plan")})
        nobody = everybodys_scores(card, {"customer_features": features.filter(nw.col("customer_id") == nw.lit("nobody"))})
    assert (nobody.columns.tolist(), len(nobody)) == (found.columns.tolist(), 0)
    assert found["customer_id"].tolist() == rows["customer_id"].tolist()
    np.testing.assert_allclose(found["risk"], whole.risk, rtol=1e-12)
    np.testing.assert_array_equal(found["known"], whole.known)
    np.testing.assert_allclose(least["risk"], risk.score(card, rows.drop(columns="plan"), id_column="customer_id").risk, rtol=1e-12)


def test_a_column_without_anything_in_it_is_not_filled_be_it_null_or_nan():
    with duckdb.connect() as store:
        store.execute(
            "CREATE TABLE t AS SELECT 'nan'::DOUBLE AS a, NULL::VARCHAR AS b, if(i = 7, 1.0, NULL) AS c, 'x' AS d FROM range(40) r(i)"
        )
        assert filled_in(nw.from_native(store.table("t"))) == (40, {"c", "d"})
        rows, filled = filled_in(nw.from_native(store.sql("FROM t LIMIT 5")))
    assert (rows, filled) == (5, {"a", "b", "c", "d"})  # of so few nobody can tell


def test_the_memory_of_a_scoring_is_that_of_a_piece(card, monkeypatch):
    many = pd.concat([labelled(400, seed=5)] * 100, ignore_index=True)

    def most(batch: int) -> int:
        monkeypatch.setattr(desk_models, "BATCH", batch)
        tracemalloc.start()
        scores_of(card, many, many["customer_id"], "customer_id")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert most(1000) < 0.5 * most(len(many))


def test_a_scoring_tells_how_far_it_is_and_stops_where_it_is_told_to(card, sheet, pieces_of_70):
    shares: list[float] = []

    def stop_at_half(share: float, text: str) -> None:
        assert text == "everybody's score"
        shares.append(share)
        if share >= 0.5:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        scores_of(card, sheet, sheet["customer_id"], "customer_id", progress=stop_at_half)
    assert shares == [0, 70 / 400, 140 / 400, 210 / 400]


def test_some_customers_are_read_with_what_they_did_and_nobody_else():
    with duckdb.connect() as store:
        tables = made_firm(
            store,
            customers=[(name,) for name in "fedcba"],
            orders=[(name, ago(days), 5.0) for days, name in enumerate("aabbcdef", 1)],
        )
        some, dials = one_in(tables, 2), Dials(AS_OF)
        ids = [small(some[name])["customer_id"].tolist() for name in ("customers", "orders")]
        both = [small(features(frames, dials)).set_index("customer_id").sort_index() for frames in (some, tables)]
    assert [sorted(found) for found in ids] == [["b", "d", "f"], ["b", "b", "d", "f"]]
    pd.testing.assert_frame_equal(both[0], both[1].loc[["b", "d", "f"]])
