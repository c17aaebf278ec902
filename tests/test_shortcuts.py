"""What is prepared of prepared tables says what the tables say, and what is kept of a desk's rows goes with them."""

from datetime import date

import pandas as pd
import pytest

from churn import measures
from churn.intake import read
from churn.measures.dialect import small
from churn.measures.stated import stated_reasons
from churn.prepared import Wishes
from churn.risk.desk_history import preparing
from churn.signs import SIGNS
from churn.store import Desk, open_desk
from churn.tables import TABLES

AS_OF = date(2025, 7, 1)
TEXTS = {
    "customers": "customer_id,plan,monthly_value,started_on,ended_on\n"
    "A,Pro,10,2024-01-01,\nB,Pro,20,2024-01-01,2025-05-20\nC,Basic,30,2025-02-01,\nD,Basic,,2024-03-01,2025-04-02\n",
    "orders": "customer_id,ordered_on,amount,product\nA,2025-01-05,5,One\nA,2025-02-06,7,One\nA,2025-06-30,1,Two\nA,2025-07-02,1,Two\n"
    "B,2025-03-01,9,One\nB,2025-05-20,0,\nC,2025-07-03,4,Three\nD,2025-04-01,2,Two\n",
    "contacts": "customer_id,contacted_on,direction,kind\nA,2025-06-01,in,complaint\nA,2025-06-20,out,enquiry\n"
    "A,2025-06-25,in,cancellation_notice\nC,2025-06-28,in,cancellation_notice\n"
    "A,2025-07-01,in,enquiry\n"
    "B,2025-05-02,in,complaint\nB,2025-06-02,in,complaint\nD,2025-01-02,in,complaint\n",
    "surveys": "customer_id,answered_on,question,score,reason\nB,2025-05-20,exit,,price\nD,2025-04-02,exit,,moved\n",
}


def load(desk: Desk, **changed: str) -> None:
    texts = TEXTS | changed
    intakes = {name: read(text.encode(), file=f"{name}.csv", table=TABLES[name]) for name, text in texts.items()}
    wishes = Wishes(as_of=AS_OF, gone_after=0)
    desk.load(intakes, settings={"wishes": wishes.as_setting()}, prepare=preparing(wishes))


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        load(desk)
        yield desk


def rows(frame, *by: str) -> pd.DataFrame:
    return small(frame).sort_values(list(by), ignore_index=True)


def test_people_quarters_and_standing_are_the_prepared_tables_put_together(desk):
    with desk.reading() as frames:
        people, now, bought = (rows(frames[name], "customer_id") for name in ("customer_people", "customer_now", "customer_bought"))
        assert people.drop(columns="rfm").equals(now)
        assert people.set_index("customer_id")["rfm"].dropna().to_dict() == bought.set_index("customer_id")["rfm"].to_dict()
        months, quarters = rows(frames["customer_months"], "month"), rows(frames["customer_quarters"], "customer_id", "month")
        began = pd.to_datetime(months["month"]).dt.to_period("Q").dt.start_time
        summed = months.assign(month=began).groupby(["customer_id", "month"])["revenue"].sum()
        assert quarters.set_index(["customer_id", "month"])["revenue"].to_dict() == summed[summed != 0].to_dict()
        signs, standing = rows(frames["customer_signs"], "sign"), rows(frames["customer_standing"], "customer_id").set_index("customer_id")
        rhythm = rows(frames["customer_rhythm"], "customer_id").set_index("customer_id")
    bits = signs["sign"].map({key: 1 << place for place, key in enumerate(SIGNS)}).groupby(signs["customer_id"]).sum()
    grave = signs.groupby("customer_id")["severity"].agg(["max", "sum"])
    assert set(signs["customer_id"]) == {"A", "C"}
    assert standing["shown"].dropna().to_dict() == bits.to_dict()
    assert standing[["worst", "grade"]].dropna().to_numpy().tolist() == grave.to_numpy().tolist()
    assert standing["due_on"].dropna().to_dict() == rhythm["due_on"].dropna().to_dict()
    assert standing["reason"].dropna().to_dict() == {"B": "price", "D": "moved"}


def test_what_leavers_did_at_last_is_what_their_months_say(desk):
    with desk.reading() as frames:
        reasons = stated_reasons({name: frames[name] for name in TEXTS}, Wishes(as_of=AS_OF, gone_after=0).dials(frames))
        ours = measures.before_leaving_of(reasons, frames["customer_now"], frames["customer_leaving"])
        theirs = measures.before_leaving(reasons, frames["customer_now"], frames["customer_months"])
    pd.testing.assert_frame_equal(ours, theirs)
    assert ours.set_index("reason").loc["price", ["contacts", "complaints", "orders"]].tolist() == [1, 1, 2]


def test_products_and_last_contacts_are_of_the_days_before_the_reading(desk):
    with desk.reading() as frames:
        bought = rows(frames["customer_products"], "customer_id", "product").astype("str").fillna("NaT")
        spoke = rows(frames["customer_spoke"], "customer_id").astype("str").fillna("NaT")
    assert bought.to_numpy().tolist() == [
        ["A", "One", "2025-01-05", "2025-02-06"],
        ["A", "Two", "2025-06-30", "2025-06-30"],
        ["B", "One", "2025-03-01", "2025-03-01"],
        ["C", "Three", "2025-07-03", "NaT"],
        ["D", "Two", "2025-04-01", "2025-04-01"],
    ]
    assert spoke.to_numpy().tolist() == [
        ["A", "2025-06-25", "2025-06-20"],
        ["B", "2025-06-02", "NaT"],
        ["C", "2025-06-28", "NaT"],
        ["D", "2025-01-02", "NaT"],
    ]


def test_rows_that_are_kept_go_with_the_next_write_and_cannot_be_changed_by_who_got_them(desk):
    first = desk.rows("customers", "A")
    first["plan"] = "spoilt"
    assert desk.rows("customers", "A")["plan"].tolist() == ["Pro"]
    load(desk, customers=TEXTS["customers"].replace("A,Pro", "A,Basic"))
    assert desk.rows("customers", "A")["plan"].tolist() == ["Basic"]
    assert desk.rows("customers", "B")["plan"].tolist() == ["Pro"]
    for number in range(40):  # more than are kept
        desk.rows("customers", f"N{number}")
    assert desk.rows("customers", "A")["plan"].tolist() == ["Basic"]
