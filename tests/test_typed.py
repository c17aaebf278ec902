"""Typed Parquet files: the road past the spreadsheet reader gives what the reader gives, row for row and reason for reason."""

import hashlib
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import IntakeError
from churn.gathering import gather
from churn.histories import History, has_customers, history_of
from churn.intake import ReadOptions, shape
from churn.putting import Poured
from churn.store import Desk, open_desk
from churn.tables import TABLES
from churn.typed import Typed

CUSTOMERS = "customer_id,name\nC1,Ann\nC2,Bob\n۳,Cem\n4,Dee\n007,Eva\n"
IDS = ["C1", " C2", "3", "4\u200f", None, "", "C9", "007", "7", "nan", "C1", "C2 ", "C1", "C2", "4", "C1", "C2", "4", "C1", "C2"]
DAYS = [date(2024, 1, day) for day in range(1, 21)]
ORDERS = {
    "customer_id": IDS,
    "ordered_on": [*DAYS[:10], None, *DAYS[11:]],
    "amount": [1.5, -2.0, float("nan"), 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, float("inf"), None, *map(float, range(14, 21))],
    "product": ["Pen", " Ink ", "NULL", "", None, "a\u00a0", "\u200eb", *["Pen"] * 13],
    "due_on": [None] * 20,
    "paid_on": [datetime(2024, 2, 1, 23, 59, 59, 600_000), datetime(1969, 12, 31, 1), *[None] * 17, datetime(9999, 12, 31)],
}
CONTACTS = {
    "customer_id": pa.array([1, 2, 3, 4, 5, 6] * 5, pa.int32()),
    "contacted_on": pa.array([datetime(2024, 3, 1, 9, 30)] * 30, pa.timestamp("ns", "Europe/Berlin")),
    "direction": pa.array(["IN", "out ", None, "sideways", *["in"] * 26]).dictionary_encode(),
    "channel": ["fax"] * 6 + ["Phone"] * 24,
    "kind": pa.array(["Cancellation Notice", "COMPLAINT", *["-"] * 28], pa.large_string()),
    "sentiment": pa.array([Decimal("0.10"), Decimal("-1.01"), None, *[Decimal("0.33")] * 27], pa.decimal128(5, 2)),
    "resolved_on": pa.array([None] * 30),
}
SURVEYS = {
    "Customer ID": ["1", "2", "3", "4", None] * 4,
    "answered_on": pa.array([date(2024, 5, 5)] * 20, pa.date64()),
    "question": ["NPS", "csat", "exit", None, "nps"] * 4,
    "score": pa.array([10, 5, None, 3, 0] * 4, pa.int8()),
    "verbatim": ["Grüße", " fine ", "—", "n/a", "x"] * 4,
    "unknown": range(20),
}
FOUR = "customer_id,name\n1,Ann\n2,Bob\n3,Cem\n4,Dee\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def write(folder: Path, name: str, columns: dict[str, Any], **more: Any) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), path, **more)
    return path


def loaded(desk: Desk, *files: Path, large: int | None) -> tuple[History, dict[str, Poured]]:
    gathered = gather(list(files), ReadOptions(), large=large, customers_known=has_customers(desk))
    found = history_of(desk, gathered.pieces, typed=gathered.typed)
    return found, desk.load(found.tables)


def both(tmp_path: Path, customers: str, *files: Path) -> list[Any]:
    """What both roads make of the files: the tables, their columns and sources, counts, reasons and sentences."""
    seen = []
    (tmp_path / "customers.csv").write_text(customers, "utf-8")
    for large in (None, 0):
        with open_desk(tmp_path / f"desk {large}") as desk:
            loaded(desk, tmp_path / "customers.csv", large=None)
            history, poured = loaded(desk, *files, large=large)
            names = [name for name in desk.tables() if name != "customers"]
            assert [isinstance(history.tables[name], Typed) for name in names] == [large == 0] * len(names)
            tables = {name: (desk.frame(name).to_dict("list"), desk.columns(name), desk.source(name)) for name in names}
            read = {name: poured.get(name) or history.tables[name] for name in names}
            rejected = {name: [(one.row, one.column, one.value, one.why) for one in read[name].rejected] for name in names}
            counts = [(table.table, table.rows_read, table.rows_accepted, table.rows_rejected) for table in desk.loads()[0].tables]
            told = history.told if large is None else [f"{done.file}: {note}" for done in poured.values() for note in done.notes]
            seen.append((tables, rejected, counts, [sentence for sentence in told if not sentence.endswith("so it was left out.")]))
            left_out = [sentence for sentence in told if sentence.endswith("so it was left out.")]
    return [*seen, left_out]


def same(seen: list[Any]) -> Any:
    """The one that both roads gave."""
    (one, rejected, counts, told), other, _left_out = seen
    assert {name: parts[1:] for name, parts in one.items()} == {name: parts[1:] for name, parts in other[0].items()}
    for name, parts in one.items():
        pd.testing.assert_frame_equal(pd.DataFrame(parts[0]), pd.DataFrame(other[0][name][0]))
    assert (rejected, counts, told) == tuple(other[1:])
    return rejected, counts, told


def test_orders_with_every_kind_of_broken_row_come_out_alike(tmp_path, folder):
    rejected, counts, told = same(both(tmp_path, CUSTOMERS, write(folder, "orders.parquet", ORDERS)))
    assert counts == [("orders", 20, 11, 9)]
    assert Counter(why for _row, _column, _value, why in rejected["orders"]) == {
        "has no customer_id": 3,
        "has no ordered_on": 1,
        "has no amount": 2,
        "is not a number such as 1234.5": 1,
        "no such customer": 2,
    }
    assert any("2 rows point to no customer and were set aside: C9 and 7. 1 of them would have" in sentence for sentence in told)


def test_choices_bounds_whole_ids_decimals_and_times_with_a_zone_come_out_alike(tmp_path, folder):
    seen = both(tmp_path, FOUR, write(folder, "contacts.parquet", CONTACTS))
    rejected, counts, told = same(seen)
    assert counts == [("contacts", 30, 18, 12)]
    assert {why for _row, _column, _value, why in rejected["contacts"]} == {"is not one of in, out", "is below -1", "no such customer"}
    assert "contacts.parquet: Times with a time zone are given in UTC: 'contacted_on'." in told
    why = "is not one of phone, email, chat, visit, web, social"
    assert seen[-1] == [f"contacts.parquet: 'channel' could be channel, but more than a tenth of it {why}, so it was left out."]


def test_columns_by_other_names_and_such_as_the_schema_does_not_know_come_out_alike(tmp_path, folder):
    _rejected, counts, _told = same(both(tmp_path, FOUR, write(folder, "surveys.parquet", SURVEYS)))
    assert counts == [("surveys", 20, 12, 8)]


def test_rows_in_which_nothing_stands_are_no_rows(tmp_path, folder):
    orders = {"customer_id": ["C1", None, "C2"], "ordered_on": [DAYS[0], None, DAYS[1]], "amount": [1.0, None, 2.0]}
    _rejected, counts, _told = same(both(tmp_path, CUSTOMERS, write(folder, "orders.parquet", orders)))
    assert counts == [("orders", 2, 2, 0)]


def test_a_folder_of_parts_is_one_table_whatever_types_its_parts_have(tmp_path, folder):
    days = {"ordered_on": [DAYS[0], DAYS[1]]}
    write(folder, "orders.parquet/part-0.parquet", {"customer_id": ["C1", "C2"], **days, "amount": pa.array([1, 2], pa.int32())})
    write(folder, "orders.parquet/part-1.parquet", {"amount": [3.5, 4.0], "customer_id": ["C1", "C9"], **days})
    (folder / "orders.parquet" / "_SUCCESS").touch()
    (folder / "customers.csv").write_text(CUSTOMERS, "utf-8")
    with open_desk(tmp_path / "desk") as desk:
        _history, poured = loaded(desk, folder, large=0)
        assert [(one.row, one.value) for one in poured["orders"].rejected] == [(5, "C9")]
        assert desk.frame("orders")["amount"].to_list() == [1.0, 2.0, 3.5]
        assert desk.source("orders").file == "orders.parquet"
    with open_desk(tmp_path / "read whole") as desk:
        loaded(desk, folder, large=None)
        assert desk.frame("orders")["amount"].to_list() == [1.0, 2.0, 3.5]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("ordered_on", [date(1403, 1, 1), date(1403, 1, 31)]),
        ("ordered_on", ["2024-01-01", "2024-01-02"]),
        ("amount", ["1", "2"]),
        ("amount", pa.array([1234567890123456, 1], pa.int64())),
        ("amount", [True, False]),
        ("customer_id", [1.0, 2.0]),
    ],
)
def test_what_leaves_something_open_is_left_to_the_reader_of_spreadsheets(tmp_path, folder, column, cells):
    plain = {"customer_id": ["1", "2"], "ordered_on": DAYS[:2], "amount": [1.0, 2.0]}
    path = write(folder, "orders.parquet", plain | {column: cells})
    gathered = gather([path], ReadOptions(), large=0, customers_known=True)
    assert (gathered.typed, [piece.table for piece in gathered.pieces]) == ((), ["orders"])
    for statistics in (True, False):
        path = write(folder, "orders.parquet", plain, write_statistics=statistics)
        assert [found.rows for found in gather([path], ReadOptions(), large=0, customers_known=True).typed] == [2]


def test_files_are_set_apart_only_where_nothing_is_said_of_them_and_their_customers_are_known(folder):
    path = write(folder, "orders.parquet", {"customer_id": ["1"], "ordered_on": DAYS[:1], "amount": [1.0]})

    def apart(options: ReadOptions = ReadOptions(), constants: Any = (), **more: Any) -> int:
        return len(gather([path], options, constants, **{"large": 1, "customers_known": True} | more).typed)

    assert (apart(), apart(large=2), apart(large=None), apart(customers_known=False)) == (1, 0, 0, 0)
    assert apart(ReadOptions(mapping={"amount": ""})) == 0
    assert apart(constants=[("orders", "product", "Pen")]) == 0
    of_before = {shape(["Amount", "ordered_on", "customer_id"], TABLES["orders"]): {"mapping": {"amount": ""}}}
    assert apart(remembered=of_before.get) == 0
    assert apart(remembered={"another": {}}.get) == 1


def test_a_file_that_is_named_twice_is_refused_and_a_folder_that_holds_more_than_parts_is_told_of(folder):
    path = write(folder, "orders.parquet", {"customer_id": ["1"], "ordered_on": DAYS[:1], "amount": [1.0]})
    with pytest.raises(IntakeError, match=r"orders\.parquet is named twice: name it once"):
        gather([path, folder], ReadOptions(), (), large=1, customers_known=True)
    (folder / "contacts").mkdir()
    (folder / "contacts" / "README.md").write_text("what these are")
    (told,) = gather([folder], ReadOptions(), (), large=1, customers_known=True).told
    assert told == f"{folder / 'contacts'} is named after a table and holds more than Parquet files of its parts: it was passed over."


def test_a_load_of_typed_files_stands_in_the_history_and_is_undone_like_any_other(tmp_path, folder):
    path = write(folder, "orders.parquet", {"customer_id": ["C1", "C9"], "ordered_on": DAYS[:2], "amount": [1.0, 2.0]})
    (folder / "customers.csv").write_text(CUSTOMERS, "utf-8")
    with open_desk(tmp_path / "desk") as desk:
        loaded(desk, folder / "customers.csv", large=None)
        loaded(desk, path, large=0)
        first = desk.frame("orders")
        (orders,) = desk.loads()[0].tables
        assert (orders.rows_read, orders.rows_accepted, orders.rows_rejected, orders.in_force) == (2, 1, 1, True)
        assert [load.number for load in desk.earlier_loads(hashlib.sha256(path.read_bytes()).hexdigest())] == [2]
        loaded(desk, write(folder, "orders.parquet", {"customer_id": ["C2"], "ordered_on": DAYS[:1], "amount": [5.0]}), large=0)
        desk.undo()
        pd.testing.assert_frame_equal(desk.frame("orders"), first)


def test_files_of_nobody_and_damaged_ones_are_refused_and_the_desk_is_as_before(tmp_path, folder):
    (folder / "customers.csv").write_text(CUSTOMERS, "utf-8")
    strange = write(folder, "orders.parquet", {"customer_id": ["007x", "8x"], "ordered_on": DAYS[:2], "amount": [1.0, 2.0]})
    with open_desk(tmp_path / "desk") as desk:
        loaded(desk, folder / "customers.csv", large=None)
        before = (desk.version(), desk.tables(), desk.loads())
        with pytest.raises(IntakeError, match=r"none of the ids in 'customer_id' \(007x and 8x\) is that of a customer in customers.csv"):
            loaded(desk, strange, large=0)
        rows = 400_000
        cells = {"customer_id": ["C1"] * rows, "ordered_on": [DAYS[0]] * rows, "amount": [float(row) for row in range(rows)]}
        whole = write(folder, "orders.parquet", cells, row_group_size=100_000, compression="none", use_dictionary=False)
        data = bytearray(whole.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 4000] = b"\xff" * 4000
        whole.write_bytes(data)
        with pytest.raises(IntakeError, match=r"orders.parquet is a damaged Parquet file"):
            loaded(desk, whole, large=0)
        assert (desk.version(), desk.tables(), desk.loads()) == before
