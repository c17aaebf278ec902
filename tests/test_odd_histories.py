"""Firms whose files are odd: too little happened, days contradict each other, columns are called as the desk calls its own."""

import re
from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest
from playwright.sync_api import expect

from churn.__main__ import main
from churn.dials import Dials
from churn.errors import ChurnError, StoreError
from churn.intake import ReadOptions, read
from churn.measures.dialect import small
from churn.measures.lives import lives
from churn.prepared import Wishes, prepared
from churn.risk.desk_history import preparing, turned
from churn.snapshot import snapshot
from churn.store import open_desk
from churn.tables import TABLES
from tests.browser import finished, serving
from tests.histories import written

CUSTOMERS = "customer_id VARCHAR, started_on DATE, ended_on DATE"
AS_IT_COMES = Wishes()
ORDERS = "customer_id VARCHAR, ordered_on DATE, amount DOUBLE"


@pytest.fixture
def engine():
    with duckdb.connect() as engine:
        yield engine


def loaded(folder, *, settings=None, wishes=AS_IT_COMES, **files):
    """A desk with these files as a load prepares it."""
    tables = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name], options=ReadOptions()) for name, text in files.items()}
    with open_desk(folder) as desk:
        desk.load(tables, settings={**(settings or {}), "wishes": wishes.as_setting()}, prepare=preparing(wishes))
    return folder


def _ids(n):
    return "customer_id,plan\n" + "".join(f"c{place},x\n" for place in range(n))


def test_who_ended_is_lost_where_silence_decides_though_no_start_and_no_order_is_known(engine):
    tables = written(
        engine,
        customers=(CUSTOMERS, [("ended", None, date(2024, 2, 20)), ("ends later", None, date(2024, 9, 1)), ("never came", None, None)]),
        orders=(ORDERS, []),
    )
    found = small(lives(tables, Dials(date(2024, 6, 1), gone_after=60)))
    assert found["customer_id"].tolist() == ["ended"]
    assert found["lost_on"].astype(str).tolist() == ["2024-02-20"]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_that_nobody_can_mean_is_refused(day):
    with pytest.raises(ChurnError, match="year from 1900 to 2199"):
        Dials(day)


def test_who_has_not_come_yet_is_neither_lost_nor_here(engine):
    tables = written(
        engine,
        customers=(CUSTOMERS, [("a", date(2024, 1, 1), None), ("later", date(2030, 1, 1), None), ("no start", None, None)]),
        orders=(ORDERS, [("a", date(2024, 5, 1), 10.0)]),
    )
    silence = small(prepared(tables, Wishes(gone_after=60))["customer_now"]).set_index("customer_id")["is_lost"]
    assert silence["a"] == 0
    assert silence[["later", "no start"]].isna().all()


@pytest.mark.parametrize(
    ("customers", "orders", "why"),
    [
        (["a", "a", "b"], {"ordered_on": ["2024-01-01"], "amount": [1.0]}, "customers.parquet holds a customer twice"),
        (["a", "b"], {"when": ["2024-01-01"], "amount": [1.0]}, "orders.parquet has no column ordered_on"),
    ],
)
def test_a_snapshot_of_tables_that_would_count_wrong_is_refused(tmp_path, customers, orders, why):
    pd.DataFrame({"customer_id": customers}).to_parquet(tmp_path / "customers.parquet")
    pd.DataFrame({"customer_id": ["a"], **orders}).to_parquet(tmp_path / "orders.parquet")
    with pytest.raises(StoreError, match=why):
        snapshot(tmp_path, tmp_path / "out", Wishes(as_of=date(2024, 6, 1)), None)


def test_where_everybody_left_the_desk_says_so_in_words(tmp_path):
    days = [(place, date(2023, 1, 1) + timedelta(days=6 * times + place % 6)) for place in range(40) for times in range(25)]
    orders = "customer_id,ordered_on,amount\n" + "".join(f"c{place},{day},10\n" for place, day in days)
    with open_desk(loaded(tmp_path / "desk", orders=orders, customers=_ids(40))) as desk:
        why = turned(desk, Wishes(gone_after=1, look_ahead=2))
        assert re.fullmatch(
            r"Of (\d+) cases on the days looked at \1 then left: a score can be learned where some leave and some stay.", why
        )


def test_events_of_former_customers_are_counted_when_others_are_loaded(tmp_path, capsys):
    (tmp_path / "customers.csv").write_text("customer_id,plan\na,x\nb,y\n", "utf-8")
    (tmp_path / "orders.csv").write_text("customer_id,ordered_on,amount\na,2024-03-01,5\nb,2024-06-01,7\nb,2024-07-01,7\n", "utf-8")
    load = ["--desk", str(tmp_path / "desk"), "--no-train"]
    assert main(["load", str(tmp_path / "customers.csv"), str(tmp_path / "orders.csv"), *load]) == 0
    assert "points to none" not in capsys.readouterr().err
    (tmp_path / "customers.csv").write_text("customer_id,plan\na,x\nc,y\n", "utf-8")
    assert main(["load", str(tmp_path / "customers.csv"), *load]) == 0
    assert "2 rows of orders that the desk held before point to none of these customers." in capsys.readouterr().err


@pytest.mark.long
def test_the_firms_own_column_is_lost_tells_who_left_and_they_show_no_signs(page_at, tmp_path):
    customers = "customer_id,is_lost\n" + "".join(f"c{place},{'yes' if place < 10 else 'no'}\n" for place in range(40))
    complaints = "customer_id,contacted_on,kind\n" + "".join(
        f"c{place},2024-05-0{day},complaint\n" for place in range(20) for day in (1, 2)
    )
    label = {"label": "is_lost", "lost": "yes"}
    with serving(loaded(tmp_path / "desk", settings=label, customers=customers, contacts=complaints), tmp_path / "log") as served:
        page = page_at("overview", at=served.url)
        expect(page.get_by_text("10 of 40 in the table have left")).to_be_visible()
        page.close()
        page = page_at("signs", at=served.url)
        expect(page.get_by_text("Of 30 customers who are still here").first).to_be_visible()
        again = page.get_by_test_id("stTable").first.locator("tbody tr", has_text="They complain again and again")
        expect(again.locator("td").nth(1)).to_have_text("10")
        page.close()


@pytest.mark.long
def test_nobody_ordered_twice_some_have_not_come_and_an_answer_lies_far_ahead(page_at, tmp_path):
    customers, orders = "customer_id,plan\na,x\nb,x\nc,x\n", "customer_id,ordered_on,amount\na,2024-03-01,10\n"
    answers = "customer_id,answered_on,question,score\na,2024-02-01,nps,10\na,2099-01-01,nps,0\n"
    wishes = Wishes(as_of=date(2024, 3, 2))
    with serving(loaded(tmp_path / "desk", wishes=wishes, customers=customers, orders=orders, surveys=answers), tmp_path / "log") as served:
        page = page_at("nps", at=served.url)
        expect(page.get_by_text("+100", exact=True).first).to_be_visible()
        page.close()
        page = page_at("gone", at=served.url)
        expect(page.get_by_text("Nobody has ordered on two days yet.")).to_be_visible()
        finished(page)
        expect(page.get_by_text("What each choice means")).to_be_visible()
        page.close()
        page = page_at("overview", at=served.url)
        expect(page.get_by_text("of 1 that ever came; 2 more have no start or order before it")).to_be_visible()
        expect(page.get_by_text("No month is over yet in which there were customers.")).to_be_visible()
        page.close()
