"""From which day to which a table speaks."""

import datetime

import duckdb
import narwhals.stable.v2 as nw
import pytest

from churn.measures import Period, period


@pytest.fixture
def customers():
    with duckdb.connect() as store:
        yield nw.from_native(
            store.sql(
                "FROM (VALUES ('a', DATE '2024-03-01', NULL), ('b', DATE '2023-07-01', DATE '2025-12-31'), ('c', NULL, DATE '2023-05-09')) "
                "AS t(customer_id, started_on, ended_on)"
            )
        )


def test_the_period_reaches_from_the_first_to_the_last_day_of_all_the_columns(customers):
    assert period(customers, "started_on", "ended_on") == Period(datetime.date(2023, 5, 9), datetime.date(2025, 12, 31))


def test_a_column_that_is_not_there_does_not_count(customers):
    assert period(customers, "started_on", "renewal_on") == Period(datetime.date(2023, 7, 1), datetime.date(2024, 3, 1))


def test_there_is_no_period_without_a_day(customers):
    assert period(customers, "renewal_on") is None
    assert period(customers.filter(nw.col("customer_id") == "c"), "started_on") is None
