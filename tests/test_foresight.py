"""Foresight: a planted cause is found in histories, noise is not, and a desk goes from one way of reading them to another whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from churn.dials import Dials
from churn.errors import StoppedError, StoreError, TrainingError
from churn.features import every, features
from churn.intake import Intake, read
from churn.prepared import Wishes, is_prepared, wishes_of
from churn.risk import load, score
from churn.risk.bagging import deal
from churn.risk.desk_history import foretell, preparing, preparing_again, turned
from churn.risk.desk_models import history_model_of, is_foretold, model_of, saved
from churn.risk.evaluation import RuleWorth
from churn.risk.fitting import fit
from churn.risk.of_desk import add, rows_of, show_deeper, train_desk
from churn.risk.of_history import Foresight, in_memory, in_words, learn_past, past_of
from churn.risk.scorecard import Scorecard
from churn.risk.screening import needed
from churn.store import Desk, open_desk
from churn.tables import TABLES
from tests.foreseen import AS_OF, MONTH, history

BY_MONTH = Wishes(as_of=AS_OF, look_ahead=MONTH)
LAST = AS_OF - timedelta(days=MONTH)


@dataclass(frozen=True, eq=False)
class Told:
    """A desk of the planted history that foretells, and its tables in memory."""

    desk: Desk
    tables: Mapping[str, pd.DataFrame]
    sheet: pd.DataFrame
    card: Scorecard


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        yield connection


def lazy(engine: duckdb.DuckDBPyConnection, tables: Mapping[str, pd.DataFrame]) -> dict[str, nw.LazyFrame]:
    return {name: nw.from_native(engine.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))) for name, frame in tables.items()}


def intake(frame: pd.DataFrame, name: str) -> Intake:
    return read(frame.to_csv(index=False).encode(), file=f"{name}.csv", table=TABLES[name])


def scores(desk: Desk) -> pd.Series:
    with desk.reading() as frames:
        return frames["scores"].collect("pandas").to_native().set_index("customer_id")["risk"].sort_index()


def there(customers: pd.DataFrame, day: date) -> set[str]:
    """Who is a customer on a day, all of them having come before it."""
    return {who for who, ended in zip(customers["customer_id"], customers["ended_on"], strict=True) if ended is None or ended >= day}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Iterator[Told]:
    """Customers scored by their table, then the promises beside them, then foretold: as a firm does it."""
    tables = history()
    with open_desk(tmp_path_factory.mktemp("foresight") / "desk") as desk:
        desk.load({"customers": intake(tables["customers"], "customers")}, prepare=preparing(Wishes()))
        train_desk(desk, label="ended_on")
        desk.set_settings({"wishes": BY_MONTH.as_setting()})
        sheet = scores(desk)
        desk.load({"promises": intake(tables["promises"], "promises")}, prepare=preparing_again(desk))
        card = foretell(desk, trained_on="2025-07-02")
        assert card
        yield Told(desk, tables, sheet, card)


# What is learned


def test_a_planted_cause_is_found_and_the_risk_of_who_bears_it_is_near_the_true_one(made):
    found = made.card.evaluation
    assert found.has_signal
    first = made.card.columns[int(np.argmax(made.card.importance))]
    assert first in ("promises_open", "promises_overdue", "promises_broken_365")
    promises = made.tables["promises"]
    broken = set(promises.loc[promises["kept_on"].isna(), "customer_id"])
    now = scores(made.desk)
    bears = now.index.isin(broken)
    assert 0.2 < now[bears].mean() < 0.5  # one in three, as planted
    assert now[~bears].mean() < 0.06  # one in fifty
    assert (made.card.provenance.look_ahead, made.card.provenance.trained_on) == (30, "2025-07-02")
    assert made.card.provenance.read_at == ("2025-04-02", "2025-05-02", "2025-06-01")


def test_only_those_who_are_still_there_have_a_risk_and_it_is_that_of_their_features_now(made, engine):
    now = scores(made.desk)
    assert set(now.index) == there(made.tables["customers"], AS_OF)
    rows = in_memory(features(lazy(engine, made.tables), Dials(AS_OF, None, MONTH)))
    expected = pd.Series(score(made.card, rows, id_column="customer_id").risk, rows["customer_id"]).sort_index()
    np.testing.assert_allclose(now.to_numpy(), expected.to_numpy(), atol=1e-12)


def test_looking_back_holds_who_was_there_on_the_last_day_and_who_then_left(made):
    with made.desk.reading() as frames:
        back = frames["looked_back"].collect("pandas").to_native()
    customers = made.tables["customers"]
    on_the_day, since = there(customers, LAST), there(customers, AS_OF)
    assert set(back["customer_id"]) == on_the_day
    assert set(back.loc[back["lost"] == 1, "customer_id"]) == on_the_day - since
    assert set(pd.to_datetime(back["read_at"])) == {pd.Timestamp(LAST)}
    assert back["risk"].between(0, 1).all()


def test_what_came_after_the_last_day_moves_no_risk_of_that_day(made, engine):
    """Everybody who left since is said to have stayed, others to have left, and promises of the last month to be broken: the very score by
    which the last day was judged is the same."""
    tables = history()
    customers, promises = tables["customers"], tables["promises"]
    later = np.array([ended is not None and ended >= LAST for ended in customers["ended_on"]])
    still = customers.index[[ended is None for ended in customers["ended_on"]]]
    customers.loc[later, "ended_on"] = None
    customers.loc[still[::5], "ended_on"] = LAST + timedelta(days=3)
    promises.loc[promises["promised_on"] >= LAST, "kept_on"] = None
    found = learn_past(past_of(lazy(engine, tables), BY_MONTH)).looked_back.set_index("customer_id").sort_index()
    with made.desk.reading() as frames:
        before = frames["looked_back"].collect("pandas").to_native().set_index("customer_id").sort_index()
    assert found["lost"].sum() > 0
    assert (found["lost"] != before["lost"]).any()
    np.testing.assert_allclose(found["risk"], before["risk"], atol=1e-12)


def test_nothing_is_found_in_noise(engine):
    found = learn_past(past_of(lazy(engine, history(cause=False)), BY_MONTH)).card.evaluation
    assert not found.has_signal
    assert found.grade == "F"


@pytest.mark.parametrize("lacking", ["days", "past", "end"])
def test_a_history_that_does_not_suffice_is_told_in_a_sentence(lacking, engine):
    tables = history(40)
    if lacking == "days":
        del tables["promises"]
    elif lacking == "past":
        tables["promises"] = tables["promises"][[day >= AS_OF - timedelta(days=110) for day in tables["promises"]["promised_on"]]]
    else:
        tables["customers"] = tables["customers"].drop(columns="ended_on")
    with pytest.raises(TrainingError, match=r"^The history is too short to learn from, or does not say on which days customers left"):
        past_of(lazy(engine, tables), BY_MONTH)


def test_where_too_few_left_that_is_told_and_nothing_is_written(made, engine):
    tables = history(60, cause=False)
    tables["customers"]["ended_on"] = [AS_OF - timedelta(days=40), *[None] * 59]
    with pytest.raises(TrainingError):
        learn_past(past_of(lazy(engine, tables), BY_MONTH))


def test_a_column_that_tells_is_kept_among_many_that_do_not():
    chance = np.random.default_rng(1)
    rows = 1200
    frame = pd.DataFrame({f"noise_{place}": chance.normal(size=rows) for place in range(40)})
    frame.insert(17, "cause", pd.Series(chance.choice(["calm", "angry"], rows), dtype="str"))
    lost = chance.random(rows) < np.where(frame["cause"] == "angry", 0.3, 0.05)
    who = pd.Series([f"c{row // 3}" for row in range(rows)], dtype="str")
    found = needed(frame, list(frame), lost, who, most=5)
    assert len(found) == 5
    assert "cause" in found
    assert found == [name for name in frame if name in found]
    assert needed(frame, list(frame), lost, who, most=41) == list(frame)
    assert needed(frame, list(frame), lost & (np.arange(rows) < 60), who, most=5) == list(frame)  # too few of the lost to tell


# In words


def test_columns_the_rule_and_the_interplay_are_called_as_people_call_them(made):
    labels = [feature.label for feature in every().values()]
    assert len(set(labels)) == len(labels)
    worth = RuleWorth("leaves if promises_open is above 0.5 and tenure_days is at most 9", 0.5, 0.5, 0.0, 0.0)
    provenance = replace(made.card.provenance, left_out=(("orders_30", "why"), ("plan of mine", "why")))
    evaluation = replace(made.card.evaluation, rule=worth, deeper=replace(made.card.evaluation.deeper, interplay=("plan", "promises_open")))
    told = in_words(replace(made.card, evaluation=evaluation, provenance=provenance))
    assert set(told.columns) == {"Promises not yet kept", "Promises overdue", "Promises broken, a year", "Days as a customer"}
    assert told.evaluation.rule.name == "leaves if Promises not yet kept is above 0.5 and Days as a customer is at most 9"
    assert told.evaluation.deeper.interplay == ("Plan", "Promises not yet kept")
    assert told.provenance.left_out == (("Orders in the last 30 days", "why"), ("plan of mine", "why"))
    rows = rows_of(made.desk)
    again = pd.Series(score(told, rows, id_column="customer_id").risk, rows["customer_id"]).sort_index()
    np.testing.assert_allclose(again.to_numpy(), scores(made.desk).to_numpy(), atol=1e-12)


# In the desk (these write, and each leaves the desk as it found it)


def test_undoing_the_load_of_what_happened_brings_the_former_scores_and_redoing_it_those_foretold(made):
    desk, foretold = made.desk, scores(made.desk)
    desk.undo()
    try:
        assert not is_foretold(desk)
        pd.testing.assert_series_equal(scores(desk), made.sheet)
        assert model_of(desk).provenance.look_ahead is None
        assert len(rows_of(desk)) == len(made.tables["customers"])
    finally:
        desk.undo()
    assert is_foretold(desk)
    pd.testing.assert_series_equal(scores(desk), foretold)
    assert len(rows_of(desk)) == len(foretold)


@pytest.mark.long
def test_other_events_and_more_customers_are_scored_anew_by_the_same_model(made):
    desk, foretold, name = made.desk, scores(made.desk), made.desk.setting("history")
    one = foretold.idxmin()
    more = pd.DataFrame({"customer_id": [one], "promised_on": ["2025-06-01"], "due_on": ["2025-06-11"], "kept_on": [None]})
    desk.load({"promises": intake(pd.concat([made.tables["promises"], more]), "promises")}, prepare=preparing_again(desk))
    now = scores(desk)
    assert now[one] > foretold[one] + 0.1
    pd.testing.assert_series_equal(now.drop(one), foretold.drop(one))
    desk.undo()
    pd.testing.assert_series_equal(scores(desk), foretold)
    desk.load({"customers": read(b"customer_id,plan\nA,Pro\n", file="other.csv")}, settings={"model": None, "history": None})
    file = desk.models / str(name)
    aside = file.rename(file.with_suffix(".aside"))
    with pytest.raises(StoreError, match=f"The former scores need the model file {name}"):
        desk.undo()
    aside.rename(file)
    desk.undo()
    pd.testing.assert_series_equal(scores(desk), foretold)
    text = "customer_id,started_on,size,ended_on\nnew,2025-06-01,5,\n" + f"{one},2024-06-01,5,2025-06-20\n"
    add(desk, read(text.encode(), file="more.csv"))
    now = scores(desk)
    assert set(now.index) == (set(foretold.index) - {one}) | {"new"}
    pd.testing.assert_series_equal(now.drop("new"), foretold.drop(one))
    assert desk.setting("history") == name
    with desk.reading() as frames:
        assert len(frames["looked_back"].collect()) == len(there(made.tables["customers"], LAST))
    desk.undo()
    pd.testing.assert_series_equal(scores(desk), foretold)


def test_where_all_is_prepared_learning_again_makes_nothing_anew_but_the_scores(made, monkeypatch):
    desk, foretold = made.desk, scores(made.desk)
    with desk.reading() as frames:
        before, back = {name: len(frame.collect()) for name, frame in frames.items()}, in_memory(frames["looked_back"])
    monkeypatch.setattr("churn.risk.desk_history._learned", lambda *_asked, **_named: Foresight(made.card, back))
    monkeypatch.setattr("churn.risk.desk_history.prepared", None)
    monkeypatch.setattr("churn.risk.desk_history.BATCH", len(foretold) // 3)
    heard: list[float] = []
    desk.write_scores(pd.DataFrame({"customer_id": foretold.index, "risk": 0.5, "information": 1.0, "known": False}))
    foretell(desk, trained_on="2025-07-02", writing=lambda share, words: heard.extend([share] * (words == "scoring everybody")))
    pd.testing.assert_series_equal(scores(desk), foretold)
    assert len(heard) >= 4  # as it begins, and with each piece
    assert heard == sorted(heard)
    with desk.reading() as frames:
        assert {name: len(frame.collect()) for name, frame in frames.items()} == before


def stopped_at_the_last(share: float, words: str) -> None:
    """Somebody who stops it when all but the last is done."""
    if share == 1:
        raise StoppedError(words)


@pytest.mark.long
def test_other_wishes_that_leave_nothing_to_learn_from_take_all_back_to_the_table_of_customers_at_once(made):
    desk, foretold, settings = made.desk, scores(made.desk), made.desk.setting("history")
    version = desk.version()
    far = Wishes(as_of=AS_OF, look_ahead=200)
    with pytest.raises(StoppedError):
        turned(desk, far, writing=stopped_at_the_last)
    assert (desk.version(), wishes_of(desk)) == (version, BY_MONTH)
    assert turned(desk, far).startswith("The history is too short to learn from")
    assert desk.version() == version + 1
    assert (wishes_of(desk), is_prepared(desk), is_foretold(desk)) == (far, True, False)
    pd.testing.assert_series_equal(scores(desk), made.sheet)
    with desk.reading() as frames:
        assert "looked_back" not in frames
    assert turned(desk, BY_MONTH, trained_on="2025-07-02") == ""
    assert desk.version() == version + 2
    assert (wishes_of(desk), is_prepared(desk)) == (BY_MONTH, True)
    pd.testing.assert_series_equal(scores(desk), foretold)
    assert desk.setting("history") == settings  # the very same model
    assert load(desk.models / str(settings)).provenance == history_model_of(desk).provenance


def test_the_deeper_opinion_stays_where_it_is_shown_when_events_are_loaded(made, engine):
    """It is said to be better here, which it is not; what is shown must be what was asked for all the same."""
    desk, foretold, name = made.desk, scores(made.desk), made.desk.setting("history")
    rows = past_of(lazy(engine, made.tables), BY_MONTH).rows
    codes = np.column_stack([cut.code(rows[cut.column]) for cut in made.card.bins])
    lost = (rows["_left"] == "Yes").to_numpy()
    second = fit(made.card.bins, codes, lost, deal(np.arange(len(rows), dtype=np.uint64), lost, 0)).deeper.model
    desk.set_settings({"history": saved(desk, replace(made.card, deeper=second))})
    show_deeper(desk, wanted=True)
    deeper = scores(desk)
    assert (deeper - foretold).abs().max() > 0.001
    desk.load({"promises": intake(made.tables["promises"], "promises")}, prepare=preparing_again(desk))
    assert desk.setting("deeper")
    pd.testing.assert_series_equal(scores(desk), deeper)
    show_deeper(desk, wanted=False)
    desk.set_settings({"history": name})
    pd.testing.assert_series_equal(scores(desk), foretold)


def test_a_model_that_may_not_be_written_or_whose_tables_went_leaves_the_desk_as_it_is(made):
    desk, version = made.desk, made.desk.version()
    with pytest.raises(RuntimeError, match="stop"):
        foretell(desk, progress=stop)
    assert desk.version() == version
    other = desk.contents()
    with pytest.raises(StoreError, match="Other tables were loaded meanwhile"):
        desk.prepare(preparing(BY_MONTH), of=other + "x")
    assert desk.version() == version


def stop(share: float, text: str) -> None:
    raise RuntimeError("stop")
