"""What a load prepares for pages: in step with the tables through loads, undos and failures, for whatever tables there are."""

from datetime import date
from functools import partial

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from churn.dials import Dials
from churn.errors import StoreError
from churn.features import features
from churn.histories import together
from churn.intake import Intake, read
from churn.prepared import Prepared, Wishes, dials_of, has_events, is_prepared, past_days, prepared, wishes_of
from churn.risk.desk_history import bring_up, has_history, preparing
from churn.signs import Thresholds
from churn.store import Desk, open_desk
from churn.stored import PREPARED
from churn.tables import TABLES
from tests.firms import AS_OF, ago, made_firm

ALWAYS = {"customer_now", "dials"}
OF_HISTORY = ALWAYS | {"customer_months", "customer_features", "customer_signs"}
OF_HISTORY |= {"customer_quarters", "customer_leaving", "customer_standing"}  # made of these
OF_SURVEYS = {"customer_answers", "customer_comments", "customer_reasons"}
OF_ORDERS = OF_HISTORY | {"silences", "gaps", "customer_bought", "customer_loyal", "customer_spend", "customer_rhythm"}
OF_ORDERS |= {"customer_people"}

PEOPLE = "customer_id,name,started_on,ended_on\nA,Ash,2024-01-01,\nB,Birch,2024-01-01,2024-11-01\nC,Cedar,2024-01-01,2025-06-30\nD,Dill,,\n"
PROMISES = "customer_id,promised_on,kept_on\nA,2025-06-01,\nB,2025-05-02,2025-05-05\n"
MORE_PROMISES = PROMISES + "A,2025-07-05,\nD,2025-06-02,2025-06-03\n"
CALLS = "customer_id,contacted_on,kind\nA,2025-06-29,complaint\nB,2025-06-02,enquiry\n"


def table(text: str, name: str = "customers") -> Intake:
    return read(text.encode(), file=f"{name}.csv", table=TABLES[name])


def load(desk: Desk, **texts: str) -> None:
    desk.load({name: table(text, name) for name, text in texts.items()}, prepare=preparing(wishes_of(desk)))


def held(desk: Desk) -> dict[str, list[str]]:
    """All prepared tables of a desk, row by row as text, in no order."""
    with desk.reading() as frames:
        found = {name: frame.collect("pandas").to_native() for name, frame in frames.items() if name in PREPARED}
    return {name: [list(frame), *sorted(map(str, frame.itertuples(index=False)))] for name, frame in found.items()}


def small(frame: nw.LazyFrame) -> pd.DataFrame:
    return frame.collect("pandas").to_native().set_index("customer_id").sort_index()


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        yield desk


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        yield connection


# In step with the tables


def test_what_is_prepared_comes_goes_and_comes_back_with_the_tables_that_it_was_made_of(desk):
    load(desk, customers=PEOPLE, promises=PROMISES)
    first, version = held(desk), desk.version()
    assert set(first) >= OF_HISTORY
    load(desk, promises=MORE_PROMISES)
    second = held(desk)
    assert all(first[name] != second[name] for name in ("customer_features", "dials"))
    assert desk.version() == version + 1  # no version has tables without what is prepared of them
    assert desk.tables() == {"customers": 4, "promises": 4}  # no prepared table passes for one of the firm's
    desk.undo()
    assert held(desk) == first
    with desk.reading() as frames:
        assert small(frames["customer_features"])["promises_open"].to_dict() == {"A": 1, "D": 0}
    desk.undo()
    assert held(desk) == second
    load(desk, customers="customer_id,plan\nA,Pro\n")
    desk.undo()
    assert held(desk) == second


def test_the_first_load_undone_leaves_nothing_prepared(desk):
    load(desk, customers="customer_id,plan\nA,Pro\n")
    first = held(desk)
    desk.undo()
    assert held(desk) == {}
    desk.undo()
    assert held(desk) == first
    assert set(first) == ALWAYS


def test_where_preparing_fails_the_desk_is_as_before(desk):
    """At once, and when the last of the tables is written, the others being there already."""
    load(desk, customers=PEOPLE, promises=PROMISES)
    before, version, tables, loads = held(desk), desk.version(), desk.tables(), desk.loads()
    kept = desk.frame("promises").to_csv()

    def at_once(tables):
        return {"customer_now": tables["no such table"]}

    def in_the_end(tables):
        assert tables["promises"].collect().shape[0] in (2, 4)
        return {"customer_now": tables["customers"], "dials": tables["customers"].select(nw.col("name").cast(nw.Float64))}

    for fails, error in ((at_once, KeyError), (in_the_end, StoreError)):
        with pytest.raises(error):
            desk.load({"promises": table(MORE_PROMISES, "promises")}, prepare=fails)
        with pytest.raises(error):
            desk.prepare(fails, settings={"wishes": Wishes(look_ahead=5).as_setting()})
        assert (held(desk), desk.version(), desk.tables(), desk.loads()) == (before, version, tables, loads)
        assert desk.frame("promises").to_csv() == kept
        assert wishes_of(desk) == Wishes()
    desk.undo()
    assert desk.tables() == {}


def test_what_is_prepared_of_other_tables_is_not_written(desk):
    load(desk, customers="customer_id,plan\nA,Pro\n")
    contents = desk.contents()
    load(desk, customers="customer_id,plan\nA,Basic\n")
    before = held(desk)
    with pytest.raises(StoreError, match="Other tables were loaded meanwhile"):
        desk.prepare(lambda tables: {}, of=contents)
    assert held(desk) == before


# In step with what was said


def test_other_wishes_make_it_anew_once(desk):
    load(desk, customers=PEOPLE, promises=PROMISES)
    for wishes in (Wishes(as_of=date(2025, 1, 1)), Wishes(look_ahead=7), Wishes(steady=("name",))):
        before = held(desk)
        assert is_prepared(desk)
        desk.set_settings({"wishes": wishes.as_setting()})
        assert wishes_of(desk) == wishes
        assert not is_prepared(desk)
        bring_up(desk)
        assert is_prepared(desk)
        assert held(desk) != before
        with desk.reading() as frames:
            tables = {name: frame for name, frame in frames.items() if name in TABLES}
            expected = features(tables, wishes.dials(tables), steady=wishes.steady)
            assert small(frames["customer_features"]).equals(small(expected))
        version = desk.version()
        bring_up(desk)
        assert desk.version() == version


def test_a_lower_threshold_finds_more(desk):
    load(desk, customers=PEOPLE, contacts=CALLS)
    assert complaining(desk) == []
    desk.set_settings({"wishes": Wishes(thresholds=Thresholds(complaints=(1, 2, 3))).as_setting()})
    assert not is_prepared(desk)
    bring_up(desk)
    assert complaining(desk) == ["A"]


def complaining(desk: Desk) -> list[str]:
    with desk.reading() as frames:
        return frames["customer_signs"].filter(nw.col("sign") == nw.lit("complaints")).collect("pandas").to_native()["customer_id"].tolist()


def test_tables_of_an_older_program_are_prepared_once(desk):
    desk.load({"customers": table(PEOPLE), "promises": table(PROMISES, "promises")})
    assert not is_prepared(desk)
    assert dials_of(desk) is None
    bring_up(desk)
    assert is_prepared(desk)
    assert dials_of(desk) == Dials(date(2025, 7, 1), None, 90)


def test_an_empty_desk_needs_nothing(desk):
    bring_up(desk)
    assert (held(desk), desk.version(), has_history(desk)) == ({}, 0, False)


# Whatever tables there are


def test_customers_alone_with_days_say_who_left_and_nothing_of_what_they_did(desk):
    load(desk, customers=PEOPLE)
    assert set(held(desk)) == OF_HISTORY
    assert dials_of(desk) == Dials(date(2025, 7, 1), None, 90)  # the day after C left
    with desk.reading() as frames:
        assert small(frames["customer_now"])["is_lost"].to_dict() == {"A": 0, "B": 1, "C": 1, "D": 0}
        assert list(small(frames["customer_features"])) == ["tenure_days"]
    assert not has_history(desk)


def test_a_table_without_any_day_is_prepared_as_far_as_it_goes(desk):
    load(desk, customers="customer_id,plan,churned\nA,Pro,yes\nB,Basic,no\n")
    assert set(held(desk)) == ALWAYS
    assert is_prepared(desk)
    assert dials_of(desk) is None
    with desk.reading() as frames:
        now = small(frames["customer_now"])
    assert now[["first_on", "lost_on", "is_lost"]].isna().all().all()
    assert now["plan"].to_dict() == {"A": "Pro", "B": "Basic"}


def test_where_no_day_says_who_left_nobody_is_lost_or_kept(desk):
    load(desk, customers="customer_id,plan\nA,Pro\nB,Basic\n", contacts=CALLS)
    assert set(held(desk)) == OF_HISTORY | {"customer_rhythm", "customer_spoke"}
    with desk.reading() as frames:
        assert small(frames["customer_now"])["is_lost"].isna().all()
        assert small(frames["customer_features"])["days_since_contact"].to_dict() == {"A": 1, "B": 28}
    assert dials_of(desk) is None
    assert not has_history(desk)


def test_a_table_of_events_without_rows_is_as_good_as_none(engine):
    tables = made_firm(engine, customers=[("a", None, None, None, None, ago(400), ago(-10)), ("b",)], orders=[], contacts=[], surveys=[])
    assert set(prepared(tables, Wishes())) == ALWAYS  # no day, so nothing to read it at
    made = prepared(tables, Wishes(as_of=AS_OF))
    assert set(made) == OF_ORDERS | OF_SURVEYS | {"customer_products", "customer_spoke"}
    assert small(made["customer_features"])["orders_ever"].to_dict() == {"a": 0, "b": 0}
    assert small(made["customer_features"])["days_since_contact"].isna().all()
    assert len(made["customer_signs"].collect("pandas").to_native()) == 0
    assert made["silences"]["silences"].sum() == 0
    assert past_days(tables, Dials(AS_OF)) == []


def test_where_everybody_ended_there_are_features_of_nobody(desk):
    people = "customer_id,started_on,ended_on\nA,2024-01-01,2025-01-01\nB,2024-01-01,2025-02-01\n"
    load(desk, customers=people, promises="customer_id,promised_on,kept_on\nA,2024-12-31,\nB,2025-02-28,\n")
    with desk.reading() as frames:
        assert small(frames["customer_now"])["is_lost"].to_dict() == {"A": 1, "B": 1}
        assert len(small(frames["customer_features"])) == len(frames["customer_signs"].collect().to_pandas()) == 0
    assert has_history(desk)


def test_orders_alone_make_their_customers_and_say_who_went_silent(desk):
    """Read on 2025-07-01. Usual gaps are A's 30 and B's 31 days: three times 30.5, to even, is 92."""
    orders = "customer_id,ordered_on,amount\nA,2025-05-31,5\nA,2025-06-30,5\nB,2025-01-01,7\nB,2025-02-01,7\n"
    tables, made = together(desk, [("orders", table(orders, "orders"))], None)
    assert made
    desk.load(tables, prepare=preparing(Wishes()))
    assert set(held(desk)) >= OF_ORDERS
    assert dials_of(desk) == Dials(date(2025, 7, 1), 92, 92)
    with desk.reading() as frames:
        now = small(frames["customer_now"])
        assert small(frames["customer_features"])["days_since_order"].to_dict() == {"A": 1}
    assert now["is_lost"].to_dict() == {"A": 0, "B": 1}
    assert now["first_on"].dt.date.to_dict() == {"A": date(2025, 5, 31), "B": date(2025, 1, 1)}
    assert now.loc["B", "lost_on"].date() == date(2025, 5, 4)


SEVEN = [
    ("ended", ago(400), ago(1)),
    ("ends today", ago(400), AS_OF),
    ("ends later", ago(400), ago(-5)),
    ("bought lately", ago(400), None),
    ("silent 91", ago(400), None),
    ("silent 90", ago(400), None),
    ("came back", None, ago(300)),
    ("nothing known", None, None),
]
SILENT = {"ended": 2, "ends today": 3, "bought lately": 1, "silent 91": 91, "silent 90": 90, "came back": 4}


@pytest.mark.parametrize(
    ("gone_after", "lost"), [(0, {"ended", "came back"}), (90, {"ended", "came back", "silent 91"}), (365, {"ended", "came back"})]
)
def test_who_is_lost_worked_by_hand(engine, gone_after, lost):
    """Lost is who left on an earlier day than the one that is read at: an end of that day or later is not known yet, and 90 days of silence
    end on the day itself."""
    people = [(name, None, None, None, None, came, left) for name, came, left in SEVEN]
    tables = made_firm(engine, customers=people, orders=[(name, ago(days), 1.0) for name, days in SILENT.items()])
    made = prepared(tables, Wishes(as_of=AS_OF, gone_after=gone_after))
    now = small(made["customer_now"])
    assert set(now.index[now["is_lost"] == 1]) == lost
    assert set(now.index[now["is_lost"].isna()]) == ({"nothing known"} if gone_after else set())  # where silence decides: not come yet
    assert set(now.index[now["lost_on"].notna()]) == lost
    assert now["name"].isna().all()
    assert len(now) == 8


def test_only_events_count_as_a_history():
    assert has_events(["customers", "promises"])
    assert not has_events(["customers", "actions"])


def test_wishes_come_back_as_they_were_kept(desk):
    wishes = Wishes(date(2025, 1, 2), 0, 30, Thresholds(quiet_days=9), ("plan",))
    desk.set_settings({"wishes": wishes.as_setting()})
    assert wishes_of(desk) == wishes
    found = Dials(AS_OF, 60, 60)
    assert wishes.turned(found) == Dials(AS_OF, None, 30)
    assert Wishes(gone_after=45).turned(found) == Dials(AS_OF, 45, 60)
    assert Wishes(look_ahead=9).turned(None) is None


def test_a_prepared_table_is_made_once_when_it_is_first_asked_for():
    made: list[str] = []

    def maker(name: str) -> pd.DataFrame:
        made.append(name)
        return pd.DataFrame({"name": [name]})

    tables = Prepared({name: partial(maker, name) for name in ("gaps", "dials")})
    assert (list(tables), len(tables), "dials" in tables, "silences" in tables, made) == (["gaps", "dials"], 2, True, False, [])
    assert tables["dials"] is tables["dials"]
    assert made == ["dials"]
