"""Firms whose files are odd: too little happened, days contradict each other, columns are called as the desk calls its own."""

from datetime import date

import duckdb
import pytest
from playwright.sync_api import expect

from churn.dials import Dials
from churn.intake import ReadOptions, read
from churn.measures.dialect import small
from churn.measures.lives import lives
from churn.prepared import Wishes, prepared
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import TABLES
from tests.browser import finished, serving
from tests.histories import written

CUSTOMERS = "customer_id VARCHAR, started_on DATE, ended_on DATE"
ORDERS = "customer_id VARCHAR, ordered_on DATE, amount DOUBLE"


@pytest.fixture
def engine():
    with duckdb.connect() as engine:
        yield engine


def loaded(folder, *, settings=None, **files):
    """A desk with these files as a load prepares it."""
    tables = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name], options=ReadOptions()) for name, text in files.items()}
    with open_desk(folder) as desk:
        desk.load(tables, settings=settings, prepare=preparing(Wishes()))
    return folder


def test_who_ended_is_lost_where_silence_decides_though_no_start_and_no_order_is_known(engine):
    tables = written(
        engine,
        customers=(CUSTOMERS, [("ended", None, date(2024, 2, 20)), ("ends later", None, date(2024, 9, 1)), ("never came", None, None)]),
        orders=(ORDERS, []),
    )
    found = small(lives(tables, Dials(date(2024, 6, 1), gone_after=60)))
    assert found["customer_id"].tolist() == ["ended"]
    assert found["lost_on"].astype(str).tolist() == ["2024-02-20"]


def test_who_has_not_come_yet_is_neither_lost_nor_here(engine):
    tables = written(
        engine,
        customers=(CUSTOMERS, [("a", date(2024, 1, 1), None), ("later", date(2030, 1, 1), None), ("no start", None, None)]),
        orders=(ORDERS, [("a", date(2024, 5, 1), 10.0)]),
    )
    silence = small(prepared(tables, Wishes(gone_after=60))["customer_now"]).set_index("customer_id")["is_lost"]
    assert silence["a"] == 0
    assert silence[["later", "no start"]].isna().all()


def test_the_firms_own_column_is_lost_tells_who_left_and_they_show_no_signs(page_at, tmp_path):
    customers = "customer_id,is_lost\n" + "".join(f"c{place},{'yes' if place < 10 else 'no'}\n" for place in range(40))
    complaints = "customer_id,contacted_on,kind\n" + "".join(
        f"c{place},2024-05-0{day},complaint\n" for place in range(20) for day in (1, 2)
    )
    label = {"label": "is_lost", "lost": "yes"}
    with serving(loaded(tmp_path / "desk", settings=label, customers=customers, contacts=complaints), tmp_path / "log") as served:
        page = page_at("overview", at=served.url)
        expect(page.get_by_text("(10 of 40)")).to_be_visible()
        page = page_at("signs", at=served.url)
        expect(page.get_by_text("Of 30 customers who are still here").first).to_be_visible()
        again = page.get_by_test_id("stTable").first.locator("tbody tr", has_text="They complain again and again")
        expect(again.locator("td").nth(1)).to_have_text("10")


def test_a_firm_where_nobody_ordered_twice_and_some_have_not_come(page_at, tmp_path):
    customers, orders = "customer_id,plan\na,x\nb,x\nc,x\n", "customer_id,ordered_on,amount\na,2024-03-01,10\n"
    with serving(loaded(tmp_path / "desk", customers=customers, orders=orders), tmp_path / "log") as served:
        page = page_at("gone", at=served.url)
        expect(page.get_by_text("Nobody has ordered on two days yet.")).to_be_visible()
        finished(page)
        expect(page.get_by_text("What each choice means")).to_be_visible()
        page = page_at("overview", at=served.url)
        expect(page.get_by_text("2 have neither a start nor an order yet")).to_be_visible()
        expect(page.get_by_text("(0 of 1)")).to_be_visible()
