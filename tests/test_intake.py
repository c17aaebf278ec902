"""From a file's bytes to accepted rows, rejected rows and questions."""

import csv
import io
import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.errors import IntakeError, QuestionError
from churn.intake import Intake, Question, ReadOptions, Rejected, read
from churn.tables import CONTACTS, CUSTOMERS, ORDERS, SURVEYS, Table


def customers(text: str, **options: object) -> Intake:
    return read(text.encode(), file="customers.csv", options=ReadOptions(**options))


def rows_of(table: Table, text: str, **options: object) -> Intake:
    return read(text.encode(), file=f"{table.name}.csv", table=table, options=ReadOptions(**options))


def sentence(text: str, **options: object) -> str:
    with pytest.raises(IntakeError) as error:
        customers(text, **options)
    return str(error.value)


def types(intake: Intake) -> dict[str, str]:
    return {field.source: field.type for field in intake.fields}


def matched(intake: Intake) -> dict[str, str | None]:
    return {field.source: field.column for field in intake.fields}


def distinct_rejected(intake: Intake) -> int:
    return len({reject.row for reject in intake.rejected})


# The straight path


def test_a_plain_sheet_of_customers_is_read_whole():
    intake = customers("Customer ID,Plan,Monthly Charges,Start Date,Notes\n007,Basic,19.9,2024-01-31,x\n008,,20,,y\n")
    assert (intake.file, intake.sheet, intake.encoding, intake.delimiter, intake.header_row) == ("customers.csv", None, "utf-8", ",", 1)
    assert (intake.rows_read, intake.rows_accepted, intake.rejected, intake.questions) == (2, 2, (), ())
    assert intake.id_column == "Customer ID"
    expected = pd.DataFrame(
        {
            "Customer ID": pd.Series(["007", "008"], dtype="str"),
            "Plan": pd.Series(["Basic", None], dtype="str"),
            "Monthly Charges": [19.9, 20.0],
            "Start Date": pd.Series(["2024-01-31", None], dtype="datetime64[s]"),
            "Notes": pd.Series(["x", "y"], dtype="str"),
        }
    )
    pd.testing.assert_frame_equal(intake.frame, expected)
    assert intake.rows.tolist() == [2, 3]


def test_what_was_understood_of_a_column_is_told():
    plan, note = customers("Tariff plan,Note\nBasic,1\nPro,\nBasic,2\n").fields
    assert (plan.source, plan.column, plan.type, plan.missing, plan.examples, plan.confidence) == (
        "Tariff plan",
        "plan",
        "text",
        0,
        ("Basic", "Pro"),
        0.9,
    )
    assert (note.column, note.type, note.missing, note.examples, note.confidence) == (None, "number", 1, ("1", "2"), 1.0)


def test_the_digest_is_of_the_bytes():
    assert customers("a,b\n1,2\n").digest == customers("a,b\n1,2\n", delimiter=",").digest != customers("a,b\n1,3\n").digest


def test_a_sheet_without_an_id_is_read_all_the_same():
    intake = customers("tenure,churn\n1,0\n2,1\n")
    assert intake.id_column is None
    assert intake.rows_accepted == 2


def test_a_reading_without_questions_is_settled():
    intake = customers("id,plan\n1,a\n")
    assert intake.settled() is intake


# Types


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        (["1", "-2.5", "+3", "1e3", ".5", "7."], "number"),
        (["1", "", "NA", "n/a", "#N/A", "NaN", "null"], "number"),
        (["1,5", "2"], "number"),
        (["1", "x"], "text"),
        (["0", "0.5", "-0.25", "10"], "number"),
        (["007", "12"], "text"),
        (["-007", "12"], "text"),
        (["1234567890123456", "1"], "text"),
        (["123456789012345", "1"], "number"),
        (["2024-02-29", "2023-12-31 23:59:59", "2023-07-28 3:00", "2023-07-28T03:00:00.5Z"], "date"),
        (["2024-02-29", "01/02/2024"], "text"),
        (["TRUE", "FALSE"], "flag"),
        (["", " "], "text"),
        (["١", "٢"], "number"),
        (["inf", "1"], "text"),
        (["1_000", "1"], "text"),
    ],
)
def test_the_type_of_a_column_is_decided_from_all_its_cells(cells, type_):
    body = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    assert types(customers(f"id,value\n{body}"))["value"] == type_


def test_a_day_is_kept_as_the_file_has_it_without_its_time():
    intake = customers("id,seen\n1,2023-12-31 23:59:59+02:00\n2,2024-01-01\n")
    assert intake.frame["seen"].tolist() == [pd.Timestamp("2023-12-31"), pd.Timestamp("2024-01-01")]
    assert intake.frame["seen"].dtype == "datetime64[s]"


def test_words_for_missing_are_empty_in_numbers_but_none_and_na_are_values_in_text():
    intake = customers("id,spent,level\n1,NA,None\n2,5,NA\n3,n/a,NULL\n4,6,#N/A\n5,7,NaN\n6,8,Null\n")
    assert intake.frame["spent"].isna().tolist() == [True, False, True, False, False, False]
    assert intake.frame["level"].fillna("-").tolist() == ["None", "NA", "-", "-", "-", "Null"]
    assert [field.missing for field in intake.fields] == [0, 2, 3]


def test_one_bad_cell_in_twenty_is_rejected_and_the_column_stays_a_number():
    body = "".join(f"{row},{row}.5\n" for row in range(19))
    intake = customers(f"id,spent\n{body}19,lots\n")
    assert types(intake)["spent"] == "number"
    assert intake.rejected == (Rejected(21, "spent", "lots", "is not a number such as 1234.5"),)
    assert (intake.rows_read, intake.rows_accepted, len(intake.rows)) == (20, 19, 19)
    assert intake.fields[1].confidence == 0.95


def test_one_bad_cell_in_nineteen_leaves_the_column_text():
    body = "".join(f"{row},{row}.5\n" for row in range(18))
    intake = customers(f"id,spent\n{body}18,lots\n")
    assert types(intake)["spent"] == "text"
    assert intake.rejected == ()


def test_a_day_that_no_calendar_has_is_rejected():
    body = "".join(f"{row},2024-01-{row + 1:02}\n" for row in range(25))
    intake = customers(f"id,seen\n{body}25,2023-02-29\n")
    assert intake.rejected == (Rejected(27, "seen", "2023-02-29", "is not a date such as 2026-01-31"),)


def test_a_number_too_large_to_hold_is_rejected():
    body = "".join(f"{row},{row}\n" for row in range(25))
    assert customers(f"id,spent\n{body}25,1e999\n").rejected[0].value == "1e999"


def test_ids_stay_text_whatever_they_look_like():
    intake = customers("customer_id,x\n1,a\n2.50,b\n1e5,c\n")
    assert intake.frame["customer_id"].tolist() == ["1", "2.50", "1e5"]


# Headers and rows


def test_blank_rows_are_no_data_and_rows_are_counted_as_the_sheet_counts_them():
    intake = customers("\n,,\nid,plan,spent\n\n1,a,5\n , ,\n2,b,6\n\n")
    assert (intake.header_row, intake.rows_read, intake.rows.tolist()) == (3, 2, [5, 7])


def test_a_row_is_counted_once_however_many_lines_it_takes():
    intake = customers('id,note\n1,"two\nlines"\n2,b\n')
    assert intake.rows.tolist() == [2, 3]
    assert intake.frame["note"][0] == "two\nlines"


def test_blank_and_repeated_headers_get_names_of_their_own():
    assert list(customers("id,,Plan,Plan,Plan (2)\n1,x,a,b,c\n").frame) == ["id", "column 2", "Plan", "Plan (2)", "Plan (2) (2)"]


def test_a_column_that_is_blank_header_and_all_is_no_column():
    assert list(customers("id,,plan,\n1,,a,\n").frame) == ["id", "plan"]


def test_a_column_with_a_header_and_no_value_is_kept_as_missing():
    intake = customers("id,ended_on,notes\n1,,\n2,,\n")
    assert types(intake) == {"id": "id", "ended_on": "date", "notes": "text"}
    assert [field.missing for field in intake.fields] == [0, 2, 2]


def test_a_row_with_too_many_cells_is_rejected():
    intake = customers("id,plan\n1,a\n2,b,c,d\n3,c,,\n")
    assert intake.rejected == (Rejected(3, "", "c", "has 4 cells where the header has 2"),)
    assert (intake.rows_read, intake.rows.tolist()) == (3, [2, 4])


def test_a_short_row_is_filled_with_missing_cells():
    intake = customers("id,plan,spent\n1\n2,b\n3,c,5\n")
    assert intake.rows_accepted == 3
    assert [field.missing for field in intake.fields] == [0, 1, 2]


def test_the_header_row_can_be_named():
    intake = customers("Our customers\n\nid,plan\n1,a\n", header_row=3)
    assert (intake.header_row, list(intake.frame), intake.rows.tolist()) == (3, ["id", "plan"], [4])


@pytest.mark.parametrize("row", [-1, 2, 9])
def test_a_header_row_that_is_blank_or_not_there_is_refused(row):
    assert sentence("id,plan\n\n1,a\n", header_row=row) == (
        f"customers.csv has no header in row {row}, which is blank: say --header-row with the row of the headers."
    )


# Matching


def test_the_first_alias_of_the_schema_wins_over_the_first_column_of_the_file():
    assert customers("id,Customer ID,plan\n1,A1,x\n").id_column == "Customer ID"


def test_the_name_itself_wins_over_its_aliases():
    assert matched(customers("state,region,city\na,b,c\n")) == {"state": None, "region": "region", "city": None}


def test_a_customer_beside_an_id_is_a_name_and_alone_it_is_the_id():
    assert matched(customers("Customer,ID\nAnn,1\n")) == {"Customer": "name", "ID": "customer_id"}
    assert matched(customers("Customer,Spent\nAnn,1\n")) == {"Customer": "customer_id", "Spent": None}


def test_headers_are_compared_without_case_spaces_and_signs():
    assert matched(customers("CUSTOMER-ID,MonthlyCharges\n1,2\n")) == {"CUSTOMER-ID": "customer_id", "MonthlyCharges": "monthly_value"}


def test_a_header_whose_cells_do_not_fit_stays_an_extra_column():
    intake = customers("id,start date,mrr\n1,early,high\n2,2024-01-01,low\n")
    assert matched(intake) == {"id": "customer_id", "start date": None, "mrr": None}
    assert types(intake) == {"id": "id", "start date": "text", "mrr": "text"}
    assert intake.rejected == ()


def test_the_next_alias_is_taken_where_the_first_does_not_fit():
    assert matched(customers("id,signup date,start date\n1,2024-01-01,spring\n")) == {
        "id": "customer_id",
        "signup date": "started_on",
        "start date": None,
    }


def test_one_misfit_in_ten_still_fits_and_its_row_is_rejected():
    body = "".join(f"{row},{row}\n" for row in range(9))
    intake = customers(f"id,mrr\n{body}9,-5\n")
    assert matched(intake)["mrr"] == "monthly_value"
    assert intake.rejected == (Rejected(11, "mrr", "-5", "is below 0"),)
    assert intake.fields[1].confidence == pytest.approx(0.9 * 0.9)


def test_the_owner_says_which_column_is_which():
    intake = customers("Kunde,Tarif,plan\n7,Gold,x\n", mapping={"Kunde": "customer_id", "tarif": "plan"})
    assert matched(intake) == {"Kunde": "customer_id", "Tarif": "plan", "plan": None}
    assert [field.confidence for field in intake.fields] == [1.0, 1.0, 1.0]


def test_the_owner_can_leave_a_header_unmatched():
    assert matched(customers("id,plan\n1,5\n", mapping={"plan": ""})) == {"id": "customer_id", "plan": None}


def test_what_the_owner_says_counts_even_where_cells_do_not_fit():
    intake = customers("id,fee\n1,5\n2,many\n", mapping={"fee": "monthly_value"})
    assert intake.rejected == (Rejected(3, "fee", "many", "is not a number such as 1234.5"),)


def test_the_id_column_can_be_named():
    intake = customers("id,Account\n1,A\n2,B\n", id_column="account", mapping={"id": "customer_id"})
    assert matched(intake) == {"id": None, "Account": "customer_id"}


def test_a_wrong_name_is_answered_with_the_nearest():
    assert sentence("Kunde,Tarif\n7,Gold\n", id_column="Kunden") == (
        "customers.csv has no column 'Kunden' (did you mean 'Kunde'?); its columns are 'Kunde', 'Tarif'."
    )
    assert "the table customers has no column 'plans' (did you mean 'plan'?); it has customer_id, name" in sentence(
        "Kunde,Tarif\n7,Gold\n", mapping={"Tarif": "plans"}
    )


def test_two_headers_for_one_column_are_refused():
    assert "two columns are said to be plan" in sentence("a,b\n1,2\n", mapping={"a": "plan", "b": "plan"})


def test_an_unknown_column_of_another_table_is_listed_but_not_kept():
    intake = rows_of(ORDERS, "order no,customer id,order date,amount\n1,A,2024-01-01,5\n2,A,2024-01-02,-5\n")
    assert list(intake.frame) == ["customer id", "order date", "amount"]
    assert matched(intake)["order no"] is None


def test_an_orders_own_id_is_not_the_customers():
    intake = rows_of(ORDERS, "id,customer,date,amount\n1,A,2024-01-01,5\n2,A,2024-01-02,7\n")
    assert intake.id_column == "customer"
    assert intake.questions == ()


def test_a_table_without_a_required_column_is_refused_with_the_headers_found():
    with pytest.raises(IntakeError) as error:
        rows_of(ORDERS, "customer id,total\n1,5\n")
    assert str(error.value) == (
        "orders.csv has no column for ordered_on, which orders needs; its columns are 'customer id', 'total': "
        "rename them, or say --map SOURCE=COLUMN."
    )


def test_a_required_column_whose_cells_do_not_fit_is_named_as_the_reason():
    with pytest.raises(IntakeError, match="'date' could be ordered_on but more than a tenth of it is not a date such as 2026-01-31"):
        rows_of(ORDERS, "customer id,date,total\n1,late in January,5\n")


# Row rules


def test_a_row_without_an_id_is_rejected():
    intake = customers("customer_id,plan\n1,a\n,b\nNULL,c\n")
    assert intake.rejected == (
        Rejected(3, "customer_id", "", "has no customer_id"),
        Rejected(4, "customer_id", "NULL", "has no customer_id"),
    )
    assert intake.rows.tolist() == [2]


def test_choices_are_met_in_any_spelling_and_given_in_the_tables():
    intake = rows_of(CONTACTS, "customer_id,contacted_on,channel,kind\n1,2024-01-01,E-Mail,Cancellation notice\n1,2024-01-02,PHONE,\n")
    assert intake.frame["channel"].tolist() == ["email", "phone"]
    assert intake.frame["kind"].fillna("").tolist() == ["cancellation_notice", ""]


def test_a_choice_that_is_none_is_rejected():
    body = "".join(f"1,2024-01-{day:02},nps,9\n" for day in range(1, 20))
    intake = rows_of(SURVEYS, f"customer_id,answered_on,question,score\n{body}1,2024-02-01,mood,9\n1,2024-02-01,csat,11\n")
    assert intake.rejected == (
        Rejected(21, "question", "mood", "is not one of nps, csat, exit"),
        Rejected(22, "score", "11", "is above 10"),
    )


def test_a_row_with_two_faults_is_listed_twice_and_counted_once():
    body = "".join(f"{row},{row}\n" for row in range(20))
    intake = customers(f"id,mrr\n{body},-1\n")
    assert [reject.row for reject in intake.rejected] == [22, 22]
    assert (intake.rows_read, intake.rows_accepted) == (21, 20)


def test_a_file_of_which_no_row_can_be_used_is_refused_with_the_first_reason():
    assert sentence("customer_id,plan\n,a\n,b\n") == "customers.csv: no row can be used; row 2, column 'customer_id' has no customer_id."
    assert sentence("a,b\n1,2,3\n") == "customers.csv: no row can be used; row 2: '3' has 3 cells where the header has 2."


# An id twice

TWICE = "id,plan\nA,1\nB,2\nA,3\nC,4\nB,5\nA,6\n"


def test_an_id_twice_is_a_question_with_its_rows():
    intake = customers(TWICE)
    assert intake.questions == (
        Question(
            "customers.csv has id A in rows 2, 4 and 7 (and repeats 1 more): say --duplicates first or last to keep one row of each.",
            "--duplicates",
            ("first", "last", "refuse"),
            ("id",),
        ),
    )
    with pytest.raises(QuestionError, match="--duplicates"):
        intake.settled()


@pytest.mark.parametrize(("keep", "kept", "rejected"), [("first", [2, 3, 5], [4, 6, 7]), ("last", [5, 6, 7], [2, 3, 4])])
def test_one_row_of_each_id_is_kept_as_said(keep, kept, rejected):
    intake = customers(TWICE, duplicates=keep).settled()
    assert intake.rows.tolist() == kept
    assert [reject.row for reject in intake.rejected] == rejected
    assert intake.rows_read == 6


def test_the_row_that_was_kept_is_named():
    assert customers("id,x\nA,1\nA,2\n", duplicates="last").rejected == (Rejected(2, "id", "A", "is also in row 3, which is kept"),)


def test_an_id_twice_is_refused_with_both_rows_where_the_owner_says_so():
    assert "customers.csv has id A in rows 2 and 3:" in sentence("id,x\nA,1\nA,2\n", duplicates="refuse")


def test_a_row_that_is_rejected_anyway_is_no_duplicate():
    body = "".join(f"{row},{row}\n" for row in range(20))
    intake = customers(f"id,mrr\n{body}3,-1\n")
    assert intake.questions == ()
    assert intake.rows_accepted == 20


def test_a_customer_may_order_twice():
    assert rows_of(ORDERS, "customer_id,ordered_on,amount\n1,2024-01-01,5\n1,2024-01-01,5\n").questions == ()


# What cannot be a table


@pytest.mark.parametrize("text", ["", " \n\n", ",,\n,,\n"])
def test_an_empty_file_is_refused(text):
    assert sentence(text) == "customers.csv is empty: it needs a header row and at least one row below it."


def test_a_header_without_rows_is_refused():
    assert sentence("id,plan\n\n,\n") == "customers.csv has a header in row 1 but no rows below it: add at least one."


def test_one_column_only_asks_for_the_delimiter():
    assert sentence("id\n1\n2\n") == "customers.csv has one column only ('id'): is the delimiter right? say --delimiter."
    assert "one column only ('id;plan')" in sentence("id;plan\n1;a\n", delimiter=",")


# Properties

cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5) | st.sampled_from(
    ["", "1", "007", "2.5", "NA", "2024-01-01", "x", '"', "a,b", ";"]
)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(cell, min_size=1, max_size=width + 1), min_size=1, max_size=30).map(lambda r: (width, r))
    )
)
def test_rows_accepted_and_rows_rejected_make_up_the_rows_read(drawn):
    width, body = drawn
    header = ["customer_id", "monthly_value", "started_on", "notes"][:width]
    try:
        intake = read(written([header, *body]), file="f.csv", options=ReadOptions(delimiter=",", duplicates="first", header_row=1))
    except IntakeError:
        return
    assert intake.rows_accepted + distinct_rejected(intake) == intake.rows_read
    assert len(intake.rows) == intake.rows_accepted
    assert not set(intake.rows.tolist()) & {reject.row for reject in intake.rejected}
    assert intake.rows_read + len(intake.set_aside) == sum(any(cell.strip() for cell in row) for row in body)
    assert not intake.frame["customer_id"].duplicated().any()


# Years from 1300 to 1500 are Persian or Islamic, those about 2500 Buddhist; 1.234 alone is a question.
gregorian = st.dates(date(1600, 1, 1), date(2399, 12, 31))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), gregorian, st.text("abcz.,;'\" ")), min_size=1, max_size=20))
def test_what_is_written_is_read_back_exactly(rows):
    header = ["number", "day", "word"]
    rows = [(0.5, date(2024, 1, 1), "x"), *rows]
    intake = read(written([header, *([repr(number), day.isoformat(), f"w{word}w"] for number, day, word in rows)]), file="f.csv")
    assert types(intake) == {"number": "number", "day": "date", "word": "text"}
    assert intake.frame["number"].tolist() == [number for number, *_ in rows]
    assert intake.frame["day"].dt.date.tolist() == [day for _, day, _ in rows]
    assert intake.frame["word"].tolist() == [f"w{word}w" for *_, word in rows]


@settings(max_examples=20)
@given(st.permutations(range(12)))
def test_the_order_of_rows_changes_no_cell_and_no_type(order):
    lines = [f"{row},{'' if row % 5 == 0 else row / 7!r},2024-01-{row + 1:02},{'ab'[row % 2]}" for row in range(12)]
    straight = customers("\n".join(["id,x,day,plan", *lines]))
    shuffled = customers("\n".join(["id,x,day,plan", *(lines[at] for at in order)]))
    assert types(straight) == types(shuffled)
    pd.testing.assert_frame_equal(straight.frame.iloc[list(order)].reset_index(drop=True), shuffled.frame)


def test_the_table_asked_for_is_customers_unless_said():
    assert read(b"id,plan\n1,a\n", file="f.csv").frame.equals(read(b"id,plan\n1,a\n", file="f.csv", table=CUSTOMERS).frame)


def test_no_cell_of_a_missing_number_is_filled():
    assert math.isnan(customers("id,x\n1,\n2,5\n").frame["x"][0])
