"""All tables of a firm from files: which file is which, several into one, whose rows are whose, and what is set aside."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.errors import IntakeError, QuestionError
from churn.gathering import gather, likely_table, pieces_of
from churn.histories import History, history_of
from churn.intake import Intake, ReadOptions, opened, read
from churn.intake.said import constants_of, mapping_of
from churn.linking import Known, linked
from churn.report.history import what
from churn.report.rejected import rejected_sheet
from churn.stacking import stacked
from churn.store import Desk, open_desk
from churn.tables import CUSTOMERS, ORDERS, TABLES
from tests.test_main import churn

FIRM = {
    "customers.csv": "LoyaltyId,ContactId,Name\nL1,C1,Ann\nL2,C2,Bob\nL3,,Cem\n",
    "orders_online.csv": "ContactId,PurchasedOn,TotalPrice\nC1,1/20/2019,10\nC2,2/21/2019,20\nC9,3/22/2019,30\n",
    "orders-shop.csv": "LoyaltyId;PurchasedOn;TotalPrice;Product\nL3;20.01.2019;5,50;Pen\nL1;21.01.2019;7,25;Ink\n",
}
OWN_ID = ReadOptions(mapping={"customers.LoyaltyId": "customer_id"})


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        yield desk


@pytest.fixture
def firm(tmp_path):
    return written(tmp_path / "firm", FIRM)


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def history(desk: Desk, *arguments: Path | str, options: ReadOptions = ReadOptions(), fixed: tuple[str, ...] = ()) -> History:
    gathered = gather([Path(argument) for argument in arguments], options, constants_of(fixed))
    return history_of(desk, gathered.pieces, duplicates=options.duplicates)


def refused(desk: Desk, *arguments: Path | str, **more: object) -> str:
    with pytest.raises(IntakeError) as error:
        history(desk, *arguments, **more)
    return str(error.value)


def rows(intake: Intake) -> list[tuple[object, ...]]:
    plain = intake.frame.assign(**{name: intake.frame[name].astype("str") for name in intake.frame.select_dtypes("datetime")})
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in plain.itertuples(index=False)]


def test_two_files_of_a_table_are_read_each_by_itself_and_their_rows_get_the_customers_own_ids(desk, firm):
    found = history(desk, firm, options=OWN_ID)
    orders = found.tables["orders"]
    assert list(orders.frame) == ["LoyaltyId", "PurchasedOn", "TotalPrice", "Product"]
    assert rows(orders) == [
        ("L3", "2019-01-20", 5.5, "Pen"),
        ("L1", "2019-01-21", 7.25, "Ink"),
        ("L1", "2019-01-20", 10.0, None),
        ("L2", "2019-02-21", 20.0, None),
    ]
    assert (orders.file, orders.rows_read, orders.rows_accepted) == ("orders-shop.csv and orders_online.csv", 5, 4)
    assert [(reject.row, reject.column, reject.value, reject.why) for reject in orders.rejected] == [
        (4, "ContactId", "C9", "no such customer")
    ]
    assert found.told == (
        "orders-shop.csv: Customers are found by LoyaltyId.",
        "orders_online.csv: Customers are found by ContactId.",
        "orders_online.csv: 1 row points to no customer and was set aside: C9.",
    )
    sheet = rejected_sheet(next(file for file in found.files if file.file == "orders_online.csv"))
    assert sheet.to_csv(index=False).splitlines()[1] == "4,C9,3/22/2019,30,ContactId: no such customer"


def test_a_load_of_several_tables_can_be_undone_and_stands_in_the_history_with_all_its_files(desk, firm):
    desk.load(history(desk, firm, options=OWN_ID).tables, by="ana")
    assert desk.tables() == {"customers": 3, "orders": 4}
    line = desk.loads()[0]
    assert what(line) == "customers from customers.csv and orders from orders-shop.csv and orders_online.csv"
    assert [(table.rows_read, table.rows_accepted, table.rows_rejected) for table in line.tables] == [(3, 3, 0), (5, 4, 1)]
    desk.undo()
    assert desk.tables() == {}
    desk.undo()
    with desk.reading() as tables:
        assert tables["orders"].collect()["customer_id"].to_list() == ["L3", "L1", "L1", "L2"]


def test_customers_without_ids_are_asked_about_where_events_need_them(desk, firm):
    with pytest.raises(QuestionError, match="Say --map 'customers"):
        history(desk, firm)
    assert history(desk, firm / "customers.csv").tables["customers"].id_column is None
    none = written(firm.parent / "none", {"customers.csv": "Name,plan\nAnn,a\nAnn,b\n", "orders.csv": "Ref,date,total\nX,2019-01-02,5\n"})
    assert "customers.csv has no column of ids, so orders.csv cannot point to its customers: say --map" in refused(desk, none)


def test_a_file_without_customers_is_linked_through_another_file(desk, tmp_path):
    folder = written(
        tmp_path / "in",
        {
            "customers.csv": "customer_id,name\n1,Ann\n2,Bob\n",
            "orders.csv": "subscription_id,account_id,date,total\nS1,1,2024-01-02,5\nS2,2,2024-01-03,6\n"
            "S3,1,2024-01-04,7\nS4,8,2024-01-05,8\n",
            "contacts.csv": "subscription_id,date,channel\nS3,2024-02-01,web\nS2,2024-02-02,web\nS9,2024-02-03,web\nS4,2024-02-04,web\n",
        },
    )
    found = history(desk, folder)
    assert rows(found.tables["contacts"]) == [("1", "2024-02-01", "web"), ("2", "2024-02-02", "web")]
    assert "contacts.csv: Customers are found by subscription_id through orders.csv." in found.told
    assert "contacts.csv: 2 rows point to no customer and were set aside: S9 and S4." in found.told
    mapped = refused(desk, folder, options=ReadOptions(mapping={"contacts.subscription_id": "customer_id"}))
    assert "contacts.csv: none of the ids in 'subscription_id' (S3, S2, S9 and 1 more) is that of a customer in customers.csv" in mapped
    assert "has no column for customer_id" in refused(desk, folder / "customers.csv", folder / "contacts.csv")


def test_days_that_two_files_share_are_no_link(desk, tmp_path):
    folder = written(
        tmp_path / "in",
        {
            "customers.csv": "customer_id,name\n1,Ann\n2,Bob\n",
            "orders.csv": "account_id,date,total,Noted\n1,2024-01-02,5,2024-02-01\n2,2024-01-03,6,2024-02-02\n",
            "contacts.csv": "date,channel,Noted\n2024-01-02,web,2024-02-01\n2024-01-03,web,2024-02-02\n",
        },
    )
    assert "contacts.csv has no column for customer_id" in refused(desk, folder)


@pytest.mark.long
def test_events_without_customers_bring_their_own_and_keep_them_up_to_date(tmp_path):
    folder = written(tmp_path / "in", {"orders.csv": "customer_id,date,total\n007,2024-03-02,5\n8,2024-01-03,6\n007,2024-01-04,7\n"})
    ran = churn("load", "--no-train", folder, "--desk", tmp_path / "desk")
    assert ran.found["tables"] == {"customers": 2, "orders": 3}
    assert ran.err == "No table of customers: they are those of orders.csv, each from the day of the first order on.\n"
    with open_desk(tmp_path / "desk") as desk:
        assert desk.frame("customers").astype("str").to_numpy().tolist() == [["007", "2024-01-04"], ["8", "2024-01-03"]]
    written(folder, {"orders.csv": "customer_id,date,total\n9,2024-04-02,5\n"})
    written(tmp_path / "more", {"surveys.csv": "customer_id,date,nps\n8,2024-05-02,9\n"})
    churn("load", "--no-train", tmp_path / "more", "--desk", tmp_path / "desk")
    churn("load", "--no-train", folder, "--desk", tmp_path / "desk")
    with open_desk(tmp_path / "desk") as desk:
        assert desk.frame("customers")["customer_id"].tolist() == ["9", "8"]
    written(tmp_path / "own", {"customers.csv": "customer_id,name\n9,Ann\n10,Bob\n"})
    churn("load", "--no-train", tmp_path / "own", "--desk", tmp_path / "desk")
    assert (
        "the ids in 'customer_id' (7) is that of a customer in customers.csv"
        in churn(
            "load", written(tmp_path / "last", {"orders.csv": "customer_id,date,total\n7,2024-04-02,5\n"}), "--desk", tmp_path / "desk"
        ).refusal
    )


def test_customers_added_to_those_of_events_stay_when_events_are_loaded_again(tmp_path):
    desk = tmp_path / "desk"
    orders = written(tmp_path / "o", {"orders.csv": "customer_id,date,total\n1,2024-01-02,5\n"})
    churn("load", "--no-train", orders, "--desk", desk)
    churn("load", "--no-train", written(tmp_path / "c", {"customers.csv": "customer_id,name\n2,Bob\n"}), "--desk", desk, "--add")
    assert churn("load", "--no-train", orders, "--desk", desk).found["tables"] == {"customers": 2, "orders": 1}


def test_events_alone_go_to_the_customers_of_the_desk_and_leave_its_scores(desk, firm):
    customers = read((firm / "customers.csv").read_bytes(), file="c.csv", options=ReadOptions(mapping={"LoyaltyId": "customer_id"}))
    desk.load({"customers": customers}, settings={"model": "m.json"})
    found = history(desk, firm / "orders_online.csv")
    assert (found.made, rows(found.tables["orders"])[0][0], list(found.tables)) == (False, "L1", ["orders"])
    desk.load(found.tables)
    assert desk.setting("model") == "m.json"


def test_constants_fill_what_a_file_lacks_and_nothing_else(desk, tmp_path):
    folder = written(
        tmp_path / "in",
        {
            "customers.csv": "customer_id,name\n1,Ann\n2,Bob\n",
            "contacts_calls.csv": "customer_id,date,channel\n1,2024-02-01,phone\n",
            "contacts_usage.csv": "customer_id,date\n2,2024-02-02\n",
            "surveys.csv": "customer_id,score,question\n1,9,csat\n",
        },
    )
    fixed = ("contacts.channel=web", "contacts_usage.direction=in", "surveys.answered_on=2024-06-30")
    found = history(desk, folder, fixed=fixed)
    assert rows(found.tables["contacts"]) == [("1", "2024-02-01", "phone", None), ("2", "2024-02-02", "web", "in")]
    assert rows(found.tables["surveys"]) == [("1", 9.0, "csat", "2024-06-30")]
    assert "contacts_calls.csv: The column 'channel' is the channel, so 'web' was not put in." in found.told
    assert "contacts_usage.csv: There is no column direction: it is 'in' in all rows." in found.told
    for wrong, says in (
        ("survey.score=1", "there is no table or file survey in this load (did you mean 'surveys'?)"),
        ("surveys.scor=1", "the table surveys has no column 'scor' (did you mean 'score'?)"),
        ("contacts.channel=pigeon", "--set contacts.channel=pigeon: 'pigeon' is not one of phone, email"),
    ):
        assert says in refused(desk, folder, fixed=("surveys.answered_on=2024-06-30", wrong))
    for said in ("surveys", "surveys.score", "score=1", "surveys.score="):
        with pytest.raises(IntakeError, match="--set wants TABLE"):
            constants_of([said])


@pytest.mark.parametrize(
    ("headers", "question"),
    [("date,NPS", "nps"), ("date,CSAT score", "csat"), ("date,reason", "exit"), ("date,comment", "exit"), ("date,score", None)],
)
def test_what_a_survey_asked_is_told_by_its_headers(headers, question):
    found = f"customer_id,{headers}\n1,2024-01-02,4\n2,2024-01-03,5\n".encode()
    if "reason" in headers or "comment" in headers:
        found = found.replace(b",4\n", b",too dear\n").replace(b",5\n", b",moved\n")
    if question is None:
        with pytest.raises(IntakeError, match="no column for question"):
            read(found, file="s.csv", table=TABLES["surveys"])
        return
    intake = read(found, file="s.csv", table=TABLES["surveys"]).settled()
    assert intake.frame["question"].tolist() == [question, question]
    assert f"so it is {question}." in intake.notes[-1]


def test_ids_written_with_zeros_are_set_aside_and_counted(desk, tmp_path):
    folder = written(
        tmp_path / "in",
        {
            "customers.csv": "customer_id,name\n123,Ann\n124,Bob\n",
            "orders.csv": "customer_id,date,total\n00123,2024-01-02,5\n124,2024-01-02,5\n00999,2024-01-02,5\n",
        },
    )
    found = history(desk, folder)
    assert found.tables["orders"].rows_accepted == 1
    assert found.told[-1] == (
        "orders.csv: 2 rows point to no customer and were set aside: 00123 and 00999. "
        "1 of them would have a customer without the zeros before the id: write ids alike in both files."
    )


def test_files_that_cannot_be_used_together_are_refused_in_a_sentence(desk, tmp_path, firm):
    one = "customer_id,date,total\n1,2024-01-02,5\n"
    orders = written(tmp_path / "o", {"orders.csv": one, "again.csv": one})
    same = refused(desk, orders / "orders.csv", f"orders={orders / 'again.csv'}")
    assert same == "orders.csv and again.csv are the same file, named twice for orders: name it once."
    assert "'ordrs' names no table of the desk (did you mean 'orders'?)" in refused(desk, f"ordrs={orders / 'orders.csv'}")
    assert "again.csv is named after no table: say which it is" in refused(desk, orders / "orders.csv", orders / "again.csv")
    assert "is a folder: name one file in it" in refused(desk, f"orders={orders}")
    both = written(tmp_path / "b", {"customers_a.csv": "id,plan\n1,a\n2,b\n", "customers_b.csv": "id,plan\n2,c\n3,d\n"})
    with pytest.raises(QuestionError, match="both hold customer_id 2: say --duplicates"):
        history(desk, both)
    last = history(desk, both, options=ReadOptions(duplicates="last")).tables["customers"]
    assert rows(last) == [("1", "a"), ("2", "c"), ("3", "d")]
    assert (last.rows_read, last.rows_accepted, last.rejected[0].why) == (4, 3, "is in another of the files too, which is kept")
    mixed = written(tmp_path / "m", {"customers_a.csv": "id,seats\n1,5\n2,6\n", "customers_b.csv": "id,seats\n3,few\n4,many\n"})
    assert "The column seats holds number in customers_a.csv and text in customers_b.csv" in refused(desk, mixed)


def test_a_mapping_goes_to_the_files_that_have_the_header(desk, tmp_path):
    folder = written(
        tmp_path / "in",
        {
            "customers.csv": "Ref,name\nA,Ann\nB,Bob\n",
            "orders_1.csv": "Ref,Day,Worth\nA,2024-01-02,5\n",
            "orders_2.csv": "Ref,Day,Sum total,Worth\nB,2024-01-02,6,1\n",
        },
    )
    said = mapping_of(["customers.Ref=customer_id", "Day=ordered_on", "orders_1.Worth=amount", "orders.Sum total=amount"])
    found = history(desk, folder, options=ReadOptions(mapping=said))
    assert rows(found.tables["orders"]) == [("A", "2024-01-02", 5.0), ("B", "2024-01-02", 6.0)]
    with pytest.raises(IntakeError, match="has no column 'Dya'"):
        history(desk, folder, options=ReadOptions(mapping={**said, "orders.Dya": "due_on"}))


@pytest.mark.long
def test_a_workbook_is_loaded_by_the_names_of_its_sheets(tmp_path):
    book = tmp_path / "book.xlsx"
    two = ["2024-01-02"] * 2
    with pd.ExcelWriter(book, engine="xlsxwriter") as out:
        for sheet, table in {
            "Customers": {"customer_id": ["A", "B"], "name": ["Ann", "Bob"]},
            "orders 2024": {"customer_id": ["A", "C"], "date": two, "total": [5, 6]},
            "orders 2025": {"customer_id": ["B"], "date": ["2025-01-02"], "total": [7]},
            "Notes": {"x": ["a", "b"], "y": ["c", "d"]},
        }.items():
            pd.DataFrame(table).to_excel(out, sheet_name=sheet, index=False)
    ran = churn("load", "--no-train", book, "--desk", tmp_path / "desk")
    assert ran.found["tables"] == {"customers": 2, "orders": 2}
    assert "book.xlsx: 'Notes' are no tables that were asked for, and were left out" in ran.err
    assert "book.xlsx, sheet orders 2024: 1 row points to no customer and was set aside: C." in ran.err
    one = churn("load", "--no-train", f"orders={book}", "--desk", tmp_path / "desk").found
    assert one["tables"] == {"customers": 2, "orders": 2}


def test_products_that_are_on_no_list_are_named_with_the_nearest(tmp_path):
    folder = written(
        tmp_path / "in",
        {
            "orders.csv": "customer_id,date,total,product\n"
            + "1,2024-01-02,5,GTXPro\n" * 3
            + "1,2024-01-03,5,GTX Basic\n1,2024-01-03,5,Qwz\n",
            "products.csv": "product,price\nGTX Pro,1\nGTX Basic,2\n",
        },
    )
    ran = churn("load", "--no-train", folder, "--desk", tmp_path / "desk")
    assert "orders.csv: GTXPro (3 orders) is not in products.csv: is it GTX Pro?\n" in ran.err
    assert "orders.csv: Qwz (1 order) is not in products.csv.\n" in ran.err
    with open_desk(tmp_path / "desk") as desk:
        assert desk.tables() == {"customers": 1, "orders": 5}
        assert "GTXPro" in set(desk.frame("orders")["product"])


@pytest.mark.parametrize(
    ("headers", "table"),
    [
        ("a,usage_date,x", "contacts"),
        ("id,nps,explication", "surveys"),
        ("account_id,start_date,mrr_amount", "orders"),
        ("client id,change date,old value", "changes"),
    ],
)
def test_the_likeliest_table_is_the_one_whose_columns_are_named(headers, table):
    found = opened(f"{headers}\n1,2,3\n4,5,6\n".encode(), file="x.csv", options=ReadOptions(header_row=1))
    assert likely_table(found, [name for name in TABLES if name != "customers"]) == table


CELLS = st.sampled_from(["A", "B", "C", "", "x"])


LINES = st.tuples(CELLS, st.sampled_from(["2024-01-02", "2024-02-03", "never"]), st.sampled_from(["5", "7.5", "?"]))


@given(st.lists(LINES, min_size=1), st.integers(15, 25))
def test_accepted_and_set_aside_are_what_was_read(lines, good):
    text = "customer_id,ordered_on,amount\n" + "".join(",".join(line) + "\n" for line in [("A", "2024-01-02", "5")] * 10 * good + lines)
    known = Known("customers.csv", "id", pd.DataFrame({"id": ["A", "B"]}))
    piece = pieces_of("orders.csv", text.encode()).pieces[0]
    orders = linked(piece, [piece], known).settled()
    unused = {reject.row for reject in orders.rejected}
    assert orders.rows_read == 10 * good + len(lines) == orders.rows_accepted + len(unused)
    assert set(orders.unused.index) == unused == set(range(2, orders.rows_read + 2)) - set(orders.rows.tolist())
    usable = [line for line in lines if line[0] in ("A", "B") and line[1] != "never" and line[2] != "?"]
    assert orders.rows_accepted == 10 * good + len(usable)


@given(st.permutations(range(3)))
def test_the_order_of_files_changes_the_order_of_rows_alone(order):
    parts = [f"customer_id,ordered_on,amount\n{place},2024-01-0{place + 1},{place}\n" for place in range(3)]
    intakes = [read(part.encode(), file=f"{at}.csv", table=ORDERS) for at, part in enumerate(parts)]
    found = stacked([intakes[place] for place in order], ORDERS)
    assert sorted(rows(found)) == sorted(rows(stacked(intakes, ORDERS)))
    assert found.rows.tolist() == [1, 2, 3]


def test_a_single_file_is_stacked_as_it_is():
    intake = read(b"id,plan\n1,a\n2,b\n", file="c.csv")
    assert stacked([intake], CUSTOMERS) is intake
