"""Which columns a score learns from and which marks the lost."""

import pandas as pd
import pytest

from churn.errors import QuestionError, TrainingError
from churn.risk.columns import Label, choose, find_label, lost_rows, one_form


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(values, dtype="str" if any(isinstance(v, str) for v in values) else None) for name, values in columns.items()}
    )


def left_out(table: pd.DataFrame, **options: object) -> dict[str, str]:
    _used, out = choose(table, **({"id_column": None, "label": Label("churn", "yes")} | options))  # type: ignore[arg-type]
    return {column.column: column.why for column in out}


@pytest.mark.parametrize(
    ("values", "lost"),
    [(["Yes", "No"], "Yes"), ([1.0, 0.0], "1"), (["TRUE", "FALSE"], "TRUE"), (["Y", "N"], "Y"), (["kept", "lost"], "lost")],
)
def test_the_label_and_its_value_are_found_where_the_words_are_plain(values, lost):
    assert find_label(frame(age=[1, 2], churn=values), None, None) == Label("churn", lost)


def test_lost_is_compared_as_a_typed_value_without_case():
    assert len({one_form(value) for value in (1, 1.0, "1", True, "TRUE", "1.0")}) == 1
    assert find_label(frame(churn=[1.0, 0.0]), "churn", "True") == Label("churn", "1")
    with pytest.raises(TrainingError, match="No row has 'gone' in the label column 'churn': it holds no and yes"):
        find_label(frame(churn=["yes", "no"]), "churn", "gone")


def test_what_is_unclear_is_asked_by_naming_the_option():
    with pytest.raises(QuestionError, match=r"Which value of the column 'churn' means lost: a and b\? Say --lost"):
        find_label(frame(churn=["a", "b"]), None, None)
    with pytest.raises(QuestionError, match=r"Churn Label and Churn Value\? Say --label"):
        find_label(frame(**{"Churn Label": ["yes", "no"], "Churn Value": [1, 0]}), None, None)
    with pytest.raises(QuestionError, match="--label"):
        find_label(frame(age=[1, 2]), None, None)


def test_a_label_with_one_value_or_a_wrong_name_is_refused_in_a_sentence():
    with pytest.raises(TrainingError, match=r"has one value only \(no\)"):
        find_label(frame(churn=["no", "no"]), None, None)
    with pytest.raises(TrainingError, match=r"There is no column 'Chrun' \(did you mean 'churn'\?\)"):
        find_label(frame(churn=["no", "yes"]), "Chrun", None)


def test_a_day_of_leaving_marks_the_lost_where_there_is_no_label():
    table = frame(age=[1, 2, 3]).assign(ended_on=pd.to_datetime(["2025-01-31", None, None]))
    label = find_label(table, None, None)
    assert label == Label("ended_on", None)
    lost, labelled = lost_rows(table, label)
    assert lost.tolist() == [True, False, False]
    assert labelled.all()


def test_rows_without_a_label_are_not_labelled():
    lost, labelled = lost_rows(frame(churn=["yes", None, "no", "YES"]), Label("churn", "yes"))
    assert lost.tolist() == [True, False, False, True]
    assert labelled.tolist() == [True, False, True, True]


def test_columns_that_say_nothing_are_left_out_with_the_reason():
    rows = 60
    table = frame(
        churn=["yes", "no"] * 30,
        row=list(range(1, rows + 1)),
        customer_code=[1000 + 7 * row for row in range(rows)],
        surname=[f"name {row}" for row in range(rows)],
        country=["Georgia"] * rows,
        nothing=[None] * rows,
        income=[900.0 + 13.5 * row for row in range(rows)],
        plan=["Basic", "Pro", "Pro"] * 20,
    ).assign(since=pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"] * 20))
    assert left_out(table) == {
        "row": "a row number or a code",
        "customer_code": "a row number or a code",
        "surname": "too many different values: a name, a code or free text",
        "country": "the same in every row",
        "nothing": "empty",
        "since": "a date, which says little without the day on which the sheet was made",
    }
    assert "row" not in left_out(table, keep=["row"])
    assert left_out(table, ignore=["plan"])["plan"] == "left out as asked"
    with pytest.raises(TrainingError, match="did you mean 'plan'"):
        left_out(table, ignore=["Plann"])
    with pytest.raises(TrainingError, match="No column is left to learn from"):
        left_out(table[["churn", "country"]])
