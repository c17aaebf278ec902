"""Customers put beside those that a desk holds already."""

import pandas as pd
import pytest

from churn.adding import added
from churn.errors import StoreError
from churn.intake import Intake, read
from churn.risk.of_desk import add
from churn.store import open_desk
from tests.test_main import churn

OLD = "customer_id,plan,monthly_value,visits\nA,Pro,5,1\nB,Basic,6,2\nC,Pro,7,3\n"


def intake_of(text: str, file: str = "mended.csv") -> Intake:
    return read(text.encode(), file=file).settled()


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path) as opened:
        opened.load({"customers": intake_of(OLD, "old.csv")}, by="Anna")
        yield opened


def test_known_customers_are_replaced_and_new_ones_come_after_them(desk):
    add(desk, intake_of("Kundennummer,plan,monthly_value,region\nC,Basic,,North\nD,Pro,9,South\n"), by="Ben")
    expected = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "D"],
            "plan": ["Pro", "Basic", "Basic", "Pro"],
            "monthly_value": [5.0, 6.0, None, 9.0],
            "visits": [1.0, 2.0, 3.0, None],
            "region": [None, None, "North", "South"],
        }
    ).astype({"customer_id": "str", "plan": "str", "region": "str"})
    pd.testing.assert_frame_equal(desk.frame("customers"), expected)
    assert (desk.loads()[0].by, desk.source("customers").file) == ("Ben", "old.csv and mended.csv")


def test_adding_is_undone_as_any_load_is(desk):
    add(desk, intake_of("customer_id,plan\nD,Pro\nE,Pro\n"))
    assert desk.tables() == {"customers": 5}
    desk.undo()
    assert desk.frame("customers")["customer_id"].tolist() == ["A", "B", "C"]


def test_a_column_does_not_change_its_type(desk):
    with pytest.raises(StoreError, match=r"visits holds text in mended\.csv and number in the desk"):
        add(desk, intake_of("customer_id,visits\nD,many\nE,few\n"))
    assert desk.tables() == {"customers": 3}


def test_yes_and_no_come_in_the_words_that_the_desk_has(tmp_path):
    with open_desk(tmp_path / "flags") as desk:
        desk.load({"customers": intake_of("customer_id,left,auto\nA,ja,kann sein\nB,nein,ja\n", "old.csv")})
        add(desk, intake_of("customer_id,left,auto\nC,N,nein\nD,N,ja\n"))
        frame = desk.frame("customers")
        assert (frame["left"].tolist(), frame["auto"].tolist()) == (["Yes", "No", "No", "No"], ["kann sein", "ja", "nein", "ja"])
        with pytest.raises(StoreError, match="left holds text"):
            add(desk, intake_of("customer_id,left\nE,perhaps\nF,ja\n"))


def test_without_ids_nothing_can_be_added(desk):
    with pytest.raises(StoreError, match="have ids"):
        added(desk.frame("customers"), desk.columns("customers"), intake_of("plan,visits\nPro,1\nPro,2\n"), file="old.csv")


def test_the_command_line_adds_and_says_what_was_remembered(tmp_path):
    (tmp_path / "customers.csv").write_text("customer_id,fee\nA,1.234\nB,2.500\n")
    (tmp_path / "more.csv").write_text("customer_id,fee\nB,3.250\nC,4.125\n")
    desk = tmp_path / "desk"
    churn("load", tmp_path / "customers.csv", "--desk", desk, "--decimal", ",")
    run = churn("load", tmp_path / "more.csv", "--desk", desk, "--add")
    assert run.found["tables"] == {"customers": 3}
    assert "more.csv is read as the last file with these headers was." in run.err
    with open_desk(desk) as opened:
        assert opened.frame("customers")["fee"].tolist() == [1234.0, 3250.0, 4125.0]


def test_a_column_that_the_file_leaves_empty_is_empty_for_its_customers(desk):
    add(desk, intake_of("customer_id,visits,plan\nC,,Pro\nD,,Pro\n"))
    assert desk.frame("customers")["visits"].fillna(-1).tolist() == [1.0, 2.0, -1.0, -1.0]
