"""Measures on DuckDB: hand-worked cases, published formulas, and referees that share no code with them."""

import datetime
import math
from collections.abc import Iterator

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from churn import measures
from churn.errors import ChurnError
from churn.measures import dialect

LOST = measures.lost_expression("churn", "Yes")
DAY = datetime.date(2025, 1, 1)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def table(engine):
    return lambda columns, rows: _table(engine, columns, rows)


def _table(engine, columns, rows):
    """A lazy frame of literal rows; `columns` is the declaration, as "customer_id VARCHAR, risk DOUBLE"."""
    name = f"t{engine.execute('select count(*) from duckdb_tables()').fetchall()[0][0]}"
    engine.execute(f"create table {name} ({columns})")
    if rows:
        engine.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", rows)
    return nw.from_native(engine.table(name))


def _values(engine, values):
    return nw.from_native(
        engine.from_df(pd.DataFrame({"customer_id": [f"c{place}" for place in range(len(values))], "value": np.array(values, dtype=float)}))
    )


def test_wilsons_interval_of_one_in_ten_worked_by_hand():
    # z^2 = 3.8415; middle (0.1 + 0.19207) / 1.38415 = 0.21102; half 1.95996 / 1.38415 * sqrt(0.009 + 0.0096036) = 0.19314
    share = measures.share_of(1, 10)
    assert (share.count, share.total, share.share) == (1, 10, 0.1)
    assert share.low == pytest.approx(0.01788, abs=1e-5)
    assert share.high == pytest.approx(0.40415, abs=1e-5)


@given(st.integers(1, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilsons_interval_is_scipys(counts):
    ours = measures.share_of(*counts)
    theirs = binomtest(*counts).proportion_ci(method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert 0 <= ours.low <= ours.share <= ours.high <= 1


def test_a_share_of_nobody_is_not_a_number():
    nobody = measures.share_of(0, 0)
    assert nobody.total == 0
    assert all(math.isnan(x) for x in (nobody.share, nobody.low, nobody.high))


def test_churn_counts_customers_whose_label_is_known(table):
    customers = table(
        "customer_id VARCHAR, churn VARCHAR", [("a", "Yes"), ("b", " yes "), ("c", "No"), ("d", None), ("e", "no"), ("f", "maybe")]
    )
    share = measures.churn(customers, LOST)
    assert (share.count, share.total) == (2, 5)
    assert share.share == 0.4


def test_churn_of_an_empty_table_is_a_share_of_nobody(table):
    assert measures.churn(table("customer_id VARCHAR, churn VARCHAR", []), LOST).total == 0


def test_a_filled_end_date_means_lost_and_an_empty_one_means_kept(table):
    customers = table("customer_id VARCHAR, ended_on DATE", [("a", DAY), ("b", None), ("c", None)])
    share = measures.churn(customers, measures.lost_expression("ended_on"))
    assert (share.count, share.total) == (1, 3)


@pytest.mark.parametrize("lost_value", [1, 1.0, "1", "1.0", True, "True", " true "])
@pytest.mark.parametrize(
    ("type", "cells"), [("DOUBLE", [1, 0, None]), ("BIGINT", [1, 0, None]), ("BOOLEAN", [True, False, None]), ("VARCHAR", ["1", "0", None])]
)
def test_one_is_one_however_it_is_written(table, lost_value, type, cells):
    customers = table(f"customer_id VARCHAR, exited {type}", [(str(place), cell) for place, cell in enumerate(cells)])
    share = measures.churn(customers, measures.lost_expression("exited", lost_value))
    assert (share.count, share.total) == (1, 2)


@pytest.mark.parametrize(
    ("lost_value", "cells", "lost"),
    [(0, ["0", "0.0", "FALSE", "no"], 3), ("LEFT", ["left", " Left", "l e f t", ""], 2), (2.5, ["2.5", "2", "2.50"], 1)],
)
def test_text_is_compared_without_case_or_spaces_around_it(table, lost_value, cells, lost):
    customers = table("customer_id VARCHAR, state VARCHAR", [(str(place), cell) for place, cell in enumerate(cells)])
    assert measures.churn(customers, measures.lost_expression("state", lost_value)).count == lost


@pytest.fixture
def customers(table):
    rows = [("a", "Ann", 100.0, "No"), ("b", "Bob", 50.0, "No"), ("c", "Cy", None, "No"), ("d", "Di", 80.0, "Yes"), ("e", "Ed", 10.0, None)]
    return table("customer_id VARCHAR, name VARCHAR, monthly_value DOUBLE, churn VARCHAR", rows)


@pytest.fixture
def scores(table):
    return table("customer_id VARCHAR, risk DOUBLE", [("a", 0.2), ("b", 0.9), ("c", 0.5), ("d", 0.99), ("e", math.nan), ("gone", 0.7)])


def test_value_at_risk_worked_by_hand(customers, scores):
    # Active: a, b, c and e (whose label is blank). 100 * 0.2 + 50 * 0.9 = 65; 0.2 + 0.9 + 0.5 = 1.6; 100 + 50 + 10 = 160.
    found = measures.at_risk(customers, scores, LOST)
    assert (found.active, found.scored, found.valued, found.monthly_value) == (4, 3, 2, 160)
    assert found.value_at_risk == pytest.approx(65)
    assert found.expected_losses == pytest.approx(1.6)


def test_without_monthly_values_only_losses_are_expected(customers, scores):
    found = measures.at_risk(customers.drop("monthly_value"), scores, LOST)
    assert (found.active, found.scored, found.valued, found.monthly_value, found.value_at_risk) == (4, 3, 0, None, None)
    assert found.expected_losses == pytest.approx(1.6)


def test_nobody_active_risks_nothing(customers, scores):
    nobody = customers.filter(nw.col("customer_id") == "d")
    assert measures.at_risk(nobody, scores, LOST) == measures.AtRisk(0, 0, 0, 0.0, 0.0, 0.0)


def test_an_extra_column_called_risk_is_no_score(customers, scores):
    assert measures.at_risk(customers.with_columns(risk=nw.lit(1.0)), scores, LOST).expected_losses == pytest.approx(1.6)


def test_risk_spreads_over_twenty_bands(table):
    risks = [0.0, 0.049, 0.05, 0.15, 0.35, 0.55, 0.999, 1.0, None]
    ids = [f"c{place}" for place in range(len(risks))]
    customers = table("customer_id VARCHAR, monthly_value DOUBLE, churn VARCHAR", [(name, 10.0, "no") for name in ids])
    spread = measures.risk_spread(customers, table("customer_id VARCHAR, risk DOUBLE", list(zip(ids, risks, strict=True))), LOST)
    assert list(spread.columns) == ["band_low", "band_high", "customers", "monthly_value"]
    assert spread["band_low"].tolist() == pytest.approx([place / 20 for place in range(20)])
    assert spread["band_high"].tolist() == pytest.approx([(place + 1) / 20 for place in range(20)])
    assert spread["customers"].to_dict() == {place: {0: 2, 1: 1, 3: 1, 7: 1, 11: 1, 19: 2}.get(place, 0) for place in range(20)}
    assert spread["monthly_value"].sum() == 80


def test_the_spread_leaves_money_out_where_there_is_none(customers, scores):
    spread = measures.risk_spread(customers.drop("monthly_value"), scores, LOST)
    assert list(spread.columns) == ["band_low", "band_high", "customers"]
    assert spread["customers"].sum() == 3


def test_the_riskiest_come_first_by_risk_or_by_value(customers, scores):
    by_risk = measures.riskiest(customers, scores, LOST, 2)
    assert list(by_risk.columns) == ["customer_id", "name", "risk", "monthly_value", "value_at_risk"]
    assert by_risk["customer_id"].tolist() == ["b", "c"]
    by_value = measures.riskiest(customers, scores, LOST, 9, by="value")
    assert by_value["customer_id"].tolist() == ["b", "a"]
    assert by_value["value_at_risk"].tolist() == pytest.approx([45, 20])


def test_equal_risks_are_ordered_by_id(table):
    ids = ["d", "b", "a", "c"]
    customers = table("customer_id VARCHAR, churn VARCHAR", [(name, "no") for name in ids])
    scores = table("customer_id VARCHAR, risk DOUBLE", [(name, 0.5) for name in ids])
    found = measures.riskiest(customers, scores, LOST, 3)
    assert list(found.columns) == ["customer_id", "risk"]
    assert found["customer_id"].tolist() == ["a", "b", "c"]


def test_ranking_by_value_without_values_is_refused(customers, scores):
    with pytest.raises(ChurnError, match="has no monthly_value column"):
        measures.riskiest(customers.drop("monthly_value"), scores, LOST, 3, by="value")


@pytest.fixture
def surveys(table):
    answers = [
        ("a", DAY, "exit", None, "Price"),
        ("a", DAY.replace(month=2), "exit", None, "competitor"),
        ("b", DAY, "exit", None, "price"),
        ("c", DAY, "exit", None, " Price "),
        ("d", DAY, "exit", None, "  "),
        ("e", DAY, "exit", None, "Not stated"),
        ("f", DAY, "nps", 9.0, "died"),
        ("g", DAY, "exit", None, "died"),
    ]
    return table("customer_id VARCHAR, answered_on DATE, question VARCHAR, score DOUBLE, reason VARCHAR", answers)


def test_reasons_are_the_latest_answers_of_those_who_stated_one(surveys):
    found = measures.reason_mix(surveys)
    assert (found.stated, found.not_stated, found.rest, found.still_here) == (4, 2, 0, 0)
    assert found.mix.loc[:2, ["reason", "customers"]].values.tolist() == [["Price", 2], ["competitor", 1], ["died", 1]]
    assert found.mix["share"].tolist()[:3] == [0.5, 0.25, 0.25]
    assert found.mix["quoted"].tolist()[1:3] == [0.09, 0.01]
    assert math.isnan(found.mix["quoted"][0])


def test_quoted_reasons_that_nobody_states_are_there_with_nought(surveys):
    mix = measures.reason_mix(surveys).mix.set_index("reason")
    assert mix.loc["felt unvalued", ["customers", "share", "low", "quoted"]].tolist() == [0, 0, 0, 0.67]
    assert mix.loc["felt unvalued", "high"] == pytest.approx(binomtest(0, 4).proportion_ci(method="wilson").high)
    assert mix["quoted"].sum() == pytest.approx(0.99)


def test_with_customers_only_the_lost_are_counted_and_the_rest_is_said(surveys, table):
    labels = [("a", "yes"), ("b", "no"), ("c", "yes"), ("d", "yes"), ("h", "yes"), ("g", None)]
    found = measures.reason_mix(surveys, table("customer_id VARCHAR, churn VARCHAR", labels), LOST)
    assert (found.stated, found.not_stated, found.still_here) == (2, 2, 2)
    assert dict(zip(found.mix["reason"][:2], found.mix["customers"][:2], strict=True)) == {"Price": 1, "competitor": 1}


def test_reasons_may_stand_in_the_customers_table(table):
    rows = [("a", "yes", "Moved"), ("b", "yes", None), ("c", "no", "price"), ("d", "yes", "moved")]
    found = measures.reason_mix_from(table("customer_id VARCHAR, churn VARCHAR, why VARCHAR", rows), "why", LOST)
    assert (found.stated, found.not_stated, found.still_here) == (2, 1, 1)
    assert found.mix.iloc[0][["reason", "customers", "share"]].tolist() == ["Moved", 2, 1.0]


def test_rare_reasons_are_counted_together_and_quoted_ones_are_never_rare(table):
    rows = [(f"{reason}-{copy}", "yes", f"reason {reason}") for reason in range(30) for copy in range(2)] + [("x", "yes", "felt unvalued")]
    found = measures.reason_mix_from(table("customer_id VARCHAR, churn VARCHAR, why VARCHAR", rows), "why", LOST)
    assert found.stated == 61
    assert found.rest == 20
    assert found.mix["customers"].sum() + found.rest == found.stated
    assert found.mix.set_index("reason").loc["felt unvalued", "customers"] == 1


def test_nobody_stating_a_reason_leaves_shares_open(table):
    found = measures.reason_mix_from(table("customer_id VARCHAR, churn VARCHAR, why VARCHAR", [("a", "yes", None)]), "why", LOST)
    assert (found.stated, found.not_stated) == (0, 1)
    assert found.mix["share"].isna().all()
    assert found.mix["reason"].tolist() == list(measures.QUOTED)


def test_two_answers_of_one_day_are_settled_the_same_way_in_any_order(table):
    rows = [("a", DAY, "exit", "price"), ("a", DAY, "exit", "competitor"), ("a", DAY, "exit", None)]
    columns = "customer_id VARCHAR, answered_on DATE, question VARCHAR, reason VARCHAR"
    assert {measures.reason_mix(table(columns, order)).mix["reason"][0] for order in (rows, rows[::-1])} == {"price"}


def test_concentration_worked_by_hand(engine):
    # 60, 20, 10, 10, 0: the top fifth is one customer with 60 of 100. Gini 6/5 - 2 (60 + 40 + 30 + 40) / 500 = 0.52.
    found = measures.concentration(_values(engine, [10, 60, 0, 20, 10]))
    assert (found.customers, found.revenue, found.negative, found.unknown) == (5, 100, 0, 0)
    assert found.top_share == pytest.approx(0.6)
    assert found.gini == pytest.approx(0.52)
    assert found.curve.loc[[0, 20, 30, 40, 60, 80, 100], "share_of_revenue"].tolist() == pytest.approx([0, 0.6, 0.7, 0.8, 0.9, 1, 1])


def test_a_fifth_that_is_no_whole_customer_counts_in_part(engine):
    # A fifth of three customers is 0.6 of the first: 0.6 * 70 of 100.
    assert measures.concentration(_values(engine, [70, 20, 10])).top_share == pytest.approx(0.42)


def test_sums_below_nought_count_as_nought_and_missing_ones_are_left_out(engine):
    found = measures.concentration(_values(engine, [50, -20, 50, math.nan]))
    assert (found.customers, found.revenue, found.negative, found.unknown) == (3, 100, 1, 1)
    assert found.top_share == pytest.approx(0.3)


@pytest.mark.parametrize("values", [[], [0, 0], [-1], [math.nan]])
def test_without_revenue_there_is_no_concentration(engine, values):
    found = measures.concentration(_values(engine, values))
    assert found.revenue == 0
    assert math.isnan(found.top_share)
    assert math.isnan(found.gini)
    assert len(found.curve) == 101
    assert found.curve["share_of_revenue"].isna().all()


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=300).filter(any))
def test_concentration_is_numpys(values):
    with duckdb.connect() as engine:
        found = measures.concentration(_values(engine, values))
    line = np.concatenate([[0], np.cumsum(np.sort(values)[::-1])]) / sum(values)
    shares = np.interp(np.arange(101) / 100, np.arange(len(values) + 1) / len(values), line)
    assert found.curve["share_of_revenue"].to_numpy() == pytest.approx(shares, abs=1e-12)
    assert found.top_share == pytest.approx(shares[20], abs=1e-12)
    differences = np.abs(np.subtract.outer(np.array(values), np.array(values))).mean()
    assert found.gini == pytest.approx(differences / (2 * np.mean(values)), abs=1e-12)


def test_the_order_of_rows_never_matters(engine):
    values = np.random.default_rng(1).integers(0, 50, 2_000).astype(float)
    table = pd.DataFrame({"customer_id": [f"c{place}" for place in range(2_000)], "value": values})
    results = [measures.concentration(nw.from_native(engine.from_df(rows))) for rows in (table, table.sample(frac=1, random_state=2))]
    assert results[0].gini == pytest.approx(results[1].gini, abs=1e-15)
    assert results[0].curve.equals(results[1].curve)


def test_values_come_from_orders_or_from_monthly_values(table):
    orders = table("customer_id VARCHAR, amount DOUBLE", [("a", 30.0), ("a", 50.0), ("b", 30.0), ("b", -10.0)])
    assert measures.concentration(measures.values_from_orders(orders)).revenue == 100
    assert measures.concentration(measures.values_from_orders(orders)).curve["share_of_revenue"][50] == pytest.approx(0.8)
    customers = table("customer_id VARCHAR, monthly_value DOUBLE", [("a", 5.0), ("b", None)])
    assert measures.concentration(measures.values_from_customers(customers)).unknown == 1


NPS_COLUMNS = "customer_id VARCHAR, answered_on DATE, question VARCHAR, score DOUBLE"


def test_nps_worked_by_hand(table):
    # 10, 9, 8, 6, 0: two promoters, one passive, two detractors; score 0, error 100 sqrt(0.8 / 5) = 40.
    rows = [(name, DAY, "nps", score) for name, score in zip("abcde", (10, 9, 8, 6, 0), strict=True)]
    found = measures.nps(table(NPS_COLUMNS, rows))
    assert (found.answers, found.promoters, found.passives, found.detractors, found.ignored) == (5, 2, 1, 2, 0)
    assert found.score == 0
    assert found.standard_error == pytest.approx(40)


def test_the_latest_usable_answer_of_a_customer_counts(table):
    later = DAY.replace(month=6)
    rows = [
        ("a", DAY, "nps", 2.0),
        ("a", later, "nps", 10.0),
        ("b", DAY, "nps", 9.0),
        ("b", later, "nps", 11.0),
        ("c", DAY, "csat", 5.0),
        ("d", DAY, "nps", None),
        ("e", DAY, "nps", -1.0),
    ]
    found = measures.nps(table(NPS_COLUMNS, rows))
    assert (found.answers, found.promoters, found.ignored) == (2, 2, 3)
    assert found.score == 100
    assert found.standard_error == 0


def test_no_answers_give_no_score(table):
    found = measures.nps(table(NPS_COLUMNS, []))
    assert found.answers == 0
    assert math.isnan(found.score)
    assert math.isnan(found.standard_error)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_the_score_is_the_mean_of_plus_and_minus_a_hundred(scores):
    rows = pd.DataFrame(
        {"customer_id": [str(place) for place in range(len(scores))], "answered_on": pd.Timestamp(DAY), "question": "nps", "score": scores}
    )
    with duckdb.connect() as engine:
        found = measures.nps(nw.from_native(engine.from_df(rows)))
    votes = np.array([100 * ((score >= 9) - (score <= 6)) for score in scores])
    assert found.score == pytest.approx(votes.mean(), abs=1e-9)
    assert found.standard_error == pytest.approx(votes.std() / math.sqrt(len(votes)), abs=1e-9)


def test_nps_by_group_adds_up_and_keeps_those_without_a_group(table):
    rows = [(name, DAY, "nps", score) for name, score in zip("abcdef", (10, 9, 8, 6, 0, 10), strict=True)]
    surveys = table(NPS_COLUMNS, rows)
    customers = table(
        "customer_id VARCHAR, segment VARCHAR", [("a", "big"), ("b", "big"), ("c", "big"), ("d", "small"), ("e", "small"), ("z", "none")]
    )
    found = measures.nps_by(surveys, customers, "segment")
    assert found["group"].tolist()[:2] == ["big", "small"]
    assert found["group"].isna().tolist() == [False, False, True]
    assert found["answers"].tolist() == [3, 2, 1]
    assert found["score"].tolist() == pytest.approx([200 / 3, -100, 100])
    assert found["standard_error"][0] == pytest.approx(100 * math.sqrt((2 / 3 - 4 / 9) / 3))
    assert found["promoters"].sum() == measures.nps(surveys).promoters


def test_only_the_twenty_largest_groups_are_shown(table):
    rows = [(str(place), DAY, "nps", 9.0) for place in range(25)]
    customers = table("customer_id VARCHAR, city VARCHAR", [(str(place), f"city {place:02}") for place in range(25)])
    found = measures.nps_by(table(NPS_COLUMNS, rows), customers, "city")
    assert found["group"].tolist() == [f"city {place:02}" for place in range(20)]


def test_a_measure_on_filtered_rows_is_the_measure_of_the_filtered_file(engine):
    source = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "customer_id": [f"c{place}" for place in range(500)],
            "region": source.choice(["north", "south"], 500),
            "monthly_value": source.lognormal(3, 1, 500),
            "churn": source.choice(["yes", "no"], 500),
        }
    )
    scores = nw.from_native(engine.from_df(pd.DataFrame({"customer_id": table["customer_id"], "risk": source.random(500)})))
    whole, north = nw.from_native(engine.from_df(table)), nw.from_native(engine.from_df(table[table["region"] == "north"]))
    filtered = whole.filter(nw.col("region") == "north")
    assert measures.churn(filtered, LOST) == measures.churn(north, LOST)
    ours, theirs = measures.at_risk(filtered, scores, LOST), measures.at_risk(north, scores, LOST)
    assert (ours.active, ours.value_at_risk) == (theirs.active, pytest.approx(theirs.value_at_risk))
    assert measures.riskiest(filtered, scores, LOST, 10).equals(measures.riskiest(north, scores, LOST, 10))


def test_ranks_and_running_sums_go_from_the_largest_down_with_ties_by_id(table):
    rows = [("b", 5.0), ("a", 5.0), ("c", 9.0), ("d", 0.0)]
    found = dialect.small(dialect.ranked(table("customer_id VARCHAR, value DOUBLE", rows), "value").sort("rank"))
    assert found["customer_id"].tolist() == ["c", "a", "b", "d"]
    assert found["running"].tolist() == [9, 14, 19, 19]


def test_blank_words_and_not_a_number_are_unknown(table):
    frame = table("customer_id VARCHAR, text VARCHAR, number DOUBLE", [("a", "  ", math.nan), ("b", " x ", 1.5), ("c", None, None)])
    found = dialect.small(frame.select("customer_id", dialect.words("text"), dialect.real("number").alias("number")).sort("customer_id"))
    assert found["text"].isna().tolist() == found["number"].isna().tolist() == [True, False, True]
    assert found["text"][1] == "x"
