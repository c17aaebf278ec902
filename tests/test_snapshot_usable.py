"""A snapshot of tables as warehouses have them: what a load would set aside is left out and counted, and nothing else changes."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import IntakeError, StoreError
from churn.gathering import gather
from churn.intake import ReadOptions
from churn.prepared import Wishes
from churn.snapshot import snapshot
from churn.snapshot.kept import file_of, kept_in

WISHES = Wishes(as_of=date(2025, 7, 1), gone_after=60)
CUSTOMERS = {"customer_id": ["1", "2", "3"], "started_on": [date(2025, 1, 1)] * 3, "monthly_value": [5.0, 7.0, None]}
ORDERS = {
    "customer_id": ["1", "1", "2", "3"],
    "ordered_on": [date(2025, 6, 1), date(2025, 6, 29), date(2025, 3, 1), date(2025, 5, 20)],
    "amount": [5.5, 7.0, 9.0, 1.0],
    "product": ["A", "B", "A", None],
}
CONTACTS = {
    "customer_id": ["1", "2"],
    "contacted_on": [date(2025, 6, 1), date(2025, 6, 2)],
    "kind": ["complaint", "enquiry"],
    "direction": ["in", "out"],
}
ACTIONS = {"customer_id": ["3"], "taken_on": [date(2025, 6, 1)], "action": ["call"], "arm": ["held_out"]}
DAY = date(2025, 6, 2)
CLEAN = {"customers": CUSTOMERS, "orders": ORDERS, "contacts": CONTACTS, "actions": ACTIONS}


def written(folder: Path, **tables: dict[str, list[object]]) -> Path:
    """The tables as Parquet."""
    folder.mkdir()
    for name, table in tables.items():
        pq.write_table(pa.table(table), folder / f"{name}.parquet")
    return folder


def ids(table: dict[str, list[object]], change) -> dict[str, list[object]]:
    return table | {"customer_id": [change(name) for name in table["customer_id"]]}


def more(table: dict[str, list[object]], **row: object) -> dict[str, list[object]]:
    return {name: [*cells, row.get(name)] for name, cells in table.items()}


UNTIDY = {
    "ids of another kind": (
        {
            "customers": ids(CUSTOMERS, int),
            "orders": ids(ORDERS, float),
            "contacts": ids(CONTACTS, Decimal),
            "actions": ids(ACTIONS, " {} ".format),
        },
        [],
    ),
    "choices in any case": (
        {
            "contacts": CONTACTS | {"kind": ["Complaint", " ENQUIRY"], "direction": ["IN", "Out"]},
            "actions": ACTIONS | {"arm": ["Held out"]},
        },
        [],
    ),
    "rows that break a rule": (
        {
            "customers": more(CUSTOMERS, customer_id="4", monthly_value=-1.0),
            "orders": more(more(ORDERS, customer_id="1", amount=3.0), ordered_on=DAY, amount=4.0),
            "contacts": more(CONTACTS, customer_id="2", contacted_on=date(2025, 6, 3), kind="gossip"),
        },
        [
            "customers.parquet: 1 row is left out: monthly_value is below 0.",
            "orders.parquet: 1 row is left out: customer_id is missing.",
            "orders.parquet: 1 row is left out: ordered_on is missing.",
            "contacts.parquet: 1 row is left out: kind is not one of",
        ],
    ),
    "events of nobody": (
        {"orders": more(more(ORDERS, customer_id="X", ordered_on=DAY, amount=500.0), customer_id="Y", ordered_on=DAY, amount=1.0)},
        ["orders.parquet: 2 rows point to no customer and are left out."],
    ),
}


@pytest.mark.parametrize("untidy", UNTIDY)
def test_untidy_tables_give_the_snapshot_of_the_tidy_ones_and_what_is_left_out_is_counted(untidy, tmp_path):
    tables, says = UNTIDY[untidy]
    notes: list[str] = []
    snapshot(written(tmp_path / "tidy", **CLEAN), tmp_path / "expected", WISHES, None)
    rows = snapshot(written(tmp_path / "in", **CLEAN | tables), tmp_path / "out", WISHES, None, note=notes.append)
    assert len(notes) == len(says)
    assert [note for note, start in zip(notes, says, strict=True) if not note.startswith(start)] == []
    assert kept_in(tmp_path / "out").rows == kept_in(tmp_path / "expected").rows
    assert kept_in(tmp_path / "out").made_of == kept_in(tmp_path / "expected").made_of
    for name in rows:
        found, expected = (pq.read_table(tmp_path / place / f"{name}.parquet").to_pandas() for place in ("out", "expected"))
        order = [column for column in expected if column in ("customer_id", "month", "sign", "ordered_on")]
        both = (frame.sort_values(order, ignore_index=True) if order else frame for frame in (found, expected))
        pd.testing.assert_frame_equal(*both)
    assert len(pq.read_table(tmp_path / "out" / file_of("actions"))) == 1


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"orders": ids(ORDERS, "C{}".format)}, "No row of orders.parquet points to a customer of customers.parquet"),
        ({"customers": ids(CUSTOMERS, lambda name: "1" if name == "1" else " 1")}, "customers.parquet holds a customer twice"),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(tables, says, tmp_path):
    with pytest.raises(StoreError, match=says):
        snapshot(written(tmp_path / "in", **CLEAN | tables), tmp_path / "out", WISHES, None)


def test_parts_with_other_columns_and_types_are_one_table(tmp_path):
    whole = written(tmp_path / "whole", customers=CUSTOMERS, orders=ORDERS)
    parted = written(tmp_path / "parted", customers=CUSTOMERS)
    (parted / "orders.parquet").mkdir()
    one = {name: cells[1:] for name, cells in ORDERS.items() if name != "product"}
    first = {name: cells[:1] for name, cells in ORDERS.items()}
    pq.write_table(pa.table(one | {"amount": [int(amount) for amount in one["amount"]]}), parted / "orders.parquet" / "part-0.parquet")
    pq.write_table(pa.table(first), parted / "orders.parquet" / "part-1.parquet")
    for folder in (whole, parted):
        snapshot(folder, tmp_path / f"{folder.name}.out", WISHES, None)
    found, expected = (pq.read_table(tmp_path / f"{name}.out" / "customer_months.parquet").to_pandas() for name in ("parted", "whole"))
    assert found["revenue"].sum() == expected["revenue"].sum() == 22.5
    assert "product" in kept_in(tmp_path / "parted.out").made_of["orders"]["columns"]


@pytest.mark.parametrize("name", ["orders_2024.parquet", "Contacts.parquet", "surveys", "promises.csv"])
def test_a_table_under_another_name_is_no_silent_gap(name, tmp_path):
    folder = written(tmp_path / "in", customers=CUSTOMERS)
    (folder / name).mkdir()
    with pytest.raises(StoreError, match=f"holds {name}: a snapshot reads "):
        snapshot(folder, tmp_path / "out", WISHES, None)
    (folder / name).rename(folder / "ordersheet")
    assert snapshot(folder, tmp_path / "out", WISHES, None)["customers"] == 3


@pytest.mark.parametrize("place", ["out", "out.old", "out.new"])
def test_a_firms_own_tables_are_never_taken_for_a_former_snapshot(place, tmp_path):
    own = written(tmp_path / place, customers=CUSTOMERS)
    before = (own / "customers.parquet").read_bytes()
    with pytest.raises(StoreError, match=r"holds other files \(customers\.parquet\): name a new folder"):
        snapshot(written(tmp_path / "in", **CLEAN), tmp_path / "out", WISHES, None)
    assert (own / "customers.parquet").read_bytes() == before
    (own / "customers.parquet").unlink()
    snapshot(tmp_path / "in", tmp_path / "out", WISHES, None)
    snapshot(tmp_path / "in", tmp_path / "out", WISHES, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    assert "_making" not in [path.name for path in (tmp_path / "out").iterdir()]


def test_the_same_large_file_under_two_names_is_refused(tmp_path):
    folder = written(tmp_path / "in", customers=CUSTOMERS, orders_2024=ORDERS, orders_2024_copy=ORDERS)
    with pytest.raises(IntakeError, match=r"orders_2024\.parquet and orders_2024_copy\.parquet are the same file, named twice"):
        gather([folder], ReadOptions(), large=1)
