"""Measures that read what a load has prepared of customers give what they give from all orders, for any choice of customers."""

import dataclasses
from datetime import date, timedelta

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from churn import measures
from churn.dials import Dials
from churn.measures import said
from churn.measures.dialect import small
from churn.measures.lives import lives, lives_of
from churn.measures.months import customer_months, months_of
from churn.measures.survival import survival
from churn.measures.told import reason_mix_told, reason_trend_told, reasons_by_told, told_reasons
from churn.prepared import Wishes, prepared
from tests.firms import AS_OF, ago, made_firm
from tests.histories import lazily, sample_frames

DIALS = Dials(date(2026, 1, 1), gone_after=120)
FIRST = date(2022, 1, 1)
READ = (
    *("customer_now", "customer_months", "customer_bought", "customer_loyal", "customer_spend"),
    *("customer_answers", "customer_comments", "customer_reasons"),
)
CHOICES = {
    "everybody": nw.col("customer_id") == nw.col("customer_id"),
    "one region and dear plans": (nw.col("region") == "North") & (nw.col("monthly_value") > 50),
    "with us for a year": nw.col("tenure_days") >= 365,
}


@pytest.fixture(scope="module")
def firm():
    """The sample firm's tables and what is prepared of them, and the dials that both are read by: who has ended, or is silent, is lost."""
    wishes = Wishes(as_of=DIALS.as_of, gone_after=DIALS.gone_after)
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'compressed_materialization'")
        tables = lazily(connection, sample_frames(), "sample")
        found = prepared(tables, wishes)
        for name in READ:
            found[name].to_native().create(name)
        yield tables, {name: nw.from_native(connection.table(name)) for name in READ}, DIALS


@pytest.fixture(params=CHOICES.values(), ids=CHOICES)
def chosen(request, firm):
    """Both, of some customers alone."""
    tables, made, dials = firm
    ids = made["customer_now"].filter(request.param).select("customer_id")
    return *({name: frame.join(ids, on="customer_id", how="semi") for name, frame in some.items()} for some in (tables, made)), dials


def same(ours, theirs):
    if isinstance(theirs, pd.DataFrame):
        assert len(theirs) > 0
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9)
    elif dataclasses.is_dataclass(theirs):
        for field in dataclasses.fields(theirs):
            same(getattr(ours, field.name), getattr(theirs, field.name))
    else:
        assert ours == pytest.approx(theirs, nan_ok=True)


def test_lives_and_what_is_bought_are_those_of_the_tables(chosen):
    tables, made, dials = chosen
    ours, theirs = (small(frame.sort("customer_id")) for frame in (lives_of(made["customer_now"]), lives(tables, dials)))
    same(ours, theirs)
    same(measures.loyal_fifths_of(made["customer_loyal"], dials), measures.loyal_fifths(tables, dials))
    same(measures.existing_against_new_of(made["customer_spend"], dials), measures.existing_against_new(tables, dials))


@pytest.mark.parametrize("every", ["month", "quarter", "year"])
def test_what_days_alone_tell_is_what_the_months_tell(chosen, every):
    _tables, made, dials = chosen
    now, months = made["customer_now"], made["customer_months"]
    ours = measures.churn_by_month_of(lives_of(now), dials.as_of, FIRST, every=every)
    same(ours, measures.churn_by_month(months, dials.as_of, every=every))
    ours = measures.churn_by_month_of(lives_of(now, "segment"), dials.as_of, FIRST, every=every)
    same(ours, measures.churn_by_month(months, dials.as_of, groups=measures.grouped(now, "segment"), every=every))
    paid = months.filter(nw.col("revenue") != 0)
    same(measures.cohorts_of(lives_of(now), paid, dials.as_of, FIRST, every=every), measures.cohorts(months, dials.as_of, every=every))
    ours, theirs = survival(lives_of(now, "segment"), dials.as_of), survival(lives_of(now), dials.as_of, measures.grouped(now, "segment"))
    same(ours, theirs)


DAY = st.one_of(st.none(), st.integers(-150 * 30, 40))


@pytest.mark.long
@settings(max_examples=60)
@given(st.lists(st.tuples(DAY, DAY, st.sampled_from(["x", "y", None])), min_size=1, max_size=12), st.sampled_from([1, 15]), st.data())
def test_the_days_of_any_firm_tell_what_its_months_tell(engine, people, day, data):
    """Whoever came before the 120 months that are kept, on an unknown day, after leaving, or not yet."""
    as_of = date(2025, 7, day)
    dated = [tuple(None if days is None else as_of + timedelta(days=days) for days in ends) for *ends, _group in people]
    rows = [(f"c{place}", None, group, None, None, *ends) for place, (ends, (*_ends, group)) in enumerate(zip(dated, people, strict=True))]
    tables, dials = made_firm(engine, customers=rows), Dials(as_of)
    months, lived = small(customer_months(tables, dials)), lives(tables, dials)
    assume(len(months) > 0)
    engine.register("months", months)
    kept = nw.from_native(engine.sql("from months"))
    every, first = data.draw(st.sampled_from(["month", "quarter", "year"])), months_of(tables, dials)[0]
    same(measures.churn_by_month_of(lived, as_of, first, every=every), measures.churn_by_month(kept, as_of, every=every))
    groups = tables["customers"].select("customer_id", nw.col("segment").alias("group"))
    ours = measures.churn_by_month_of(lived.join(groups, on="customer_id", how="left"), as_of, first, every=every)
    same(ours, measures.churn_by_month(kept, as_of, groups=groups, every=every))
    ours, theirs = measures.cohorts_of(lived, kept, as_of, first, every=every), measures.cohorts(kept, as_of, every=every)
    pd.testing.assert_frame_equal(ours.cells, theirs.cells)


def test_what_customers_said_is_what_the_surveys_hold(chosen):
    tables, made, dials = chosen
    now, answers, reasons = made["customer_now"], made["customer_answers"], made["customer_reasons"]
    surveys = tables["surveys"].filter(nw.col("answered_on") < nw.lit(dials.as_of))
    same(said.nps_of(answers), measures.nps(surveys))
    same(said.nps_by_of(answers, now, "segment"), measures.nps_by(surveys, now, "segment"))
    for every in ("month", "quarter", "year"):
        same(said.nps_trend_of(answers, every), measures.nps_trend(tables, dials, every))
    same(said.stayed_after_answer_of(answers), measures.stayed_after_answer(tables, dials))
    same(said.comments_of(made["customer_comments"], 30), measures.comments(tables, dials, 30))
    lost = nw.col("is_lost") == 1
    for aliases in (None, measures.Aliases()):
        theirs = measures.stated_reasons(tables, dials, aliases=aliases)
        told = told_reasons(reasons, now, "segment", aliases=aliases)
        same(reason_mix_told(told), measures.reason_mix(surveys, now, lost, aliases=aliases))
        same(reason_trend_told(told), measures.reason_trend(theirs))
        same(reasons_by_told(told), measures.reasons_by(theirs, now, "segment"))


ANSWER = st.tuples(st.sampled_from("ab"), st.integers(1, 800), st.one_of(st.none(), st.integers(-1, 11)))


@pytest.mark.long
@settings(max_examples=25)
@given(st.lists(ANSWER, min_size=1, max_size=12), st.one_of(st.none(), st.integers(1, 300)))
def test_any_answers_are_prepared_as_they_were_given(engine, given_answers, left):
    """Several on one day, unusable ones, blanks, and answers of who has left."""
    people = [("a", None, None, None, None, ago(700), None if left is None else ago(left)), ("b", None, None, None, None, ago(900))]
    rows = [(name, ago(days), "nps", score) for name, days, score in given_answers]
    tables, dials = made_firm(engine, customers=people, surveys=rows), Dials(AS_OF)
    engine.register("given_answers", small(said.customer_answers(tables, dials, lives(tables, dials))))
    answers = nw.from_native(engine.sql("from given_answers"))
    same(said.nps_of(answers), measures.nps(tables["surveys"]))
    pd.testing.assert_frame_equal(said.nps_trend_of(answers, "year"), measures.nps_trend(tables, dials, "year"), check_dtype=False)
    same(said.stayed_after_answer_of(answers), measures.stayed_after_answer(tables, dials))


def test_revenue_gathers_alike_in_memory(chosen):
    _tables, made, _dials = chosen
    year = made["customer_months"].filter(nw.col("month") >= nw.lit(date(2025, 1, 1)))
    values = year.group_by("customer_id").agg(nw.col("revenue").sum().alias("value"))
    same(measures.concentration_of(values), measures.concentration(values))


@given(st.lists(st.one_of(st.none(), st.integers(-3, 20)), min_size=1, max_size=12))
def test_any_values_gather_alike_in_memory(engine, values):
    rows = {"customer_id": [f"c{place}" for place in range(len(values))], "value": pd.array(values, "Float64")}
    engine.register("some_values", pd.DataFrame(rows))
    frame = nw.from_native(engine.sql("from some_values"))
    same(measures.concentration_of(frame), measures.concentration(frame))


def test_what_asks_for_lives_takes_the_prepared_ones(chosen):
    tables, made, dials = chosen
    lived = lives_of(made["customer_now"])
    takers = (measures.stayed_after_answer, measures.lost_after_complaint, measures.without_contact, measures.leaving_by_change)
    for measure in (*takers, measures.around_change):
        same(measure(tables, dials, lived=lived), measure(tables, dials))
    same(measures.lost_after_change(tables, dials, lived=lived), measures.lost_after_change(tables, dials))
    ours, theirs = (measures.reason_trend(measures.stated_reasons(tables, dials, lived=some)) for some in (lived, None))
    same(ours, theirs)
    same(survival(lived, dials.as_of), survival(lives(tables, dials), dials.as_of))


def test_the_prepared_scores_are_those_among_all_customers_whoever_is_chosen(firm, chosen):
    every, _made, dials = firm
    tables, made, dials = chosen
    own = measures.rfm(every["orders"], dials.as_of).join(tables["customers"].select("customer_id"), on="customer_id", how="semi")
    same(
        measures.rfm_segments_of(made["customer_bought"], lives_of(made["customer_now"])), measures.rfm_segments(own, lives(tables, dials))
    )


def test_the_loyal_of_the_firm_are_marked(firm):
    """Who is in a fifth of all customers is told with each customer, so that the loyal can be described."""
    tables, made, dials = firm
    found = measures.loyal_fifths(tables, dials)
    marked = small(
        made["customer_loyal"].select(
            nw.col("rich").sum(), nw.col("habitual").sum(), (nw.col("rich") * nw.col("habitual")).sum().alias("both")
        )
    )
    assert marked.iloc[0].tolist() == [found.by_revenue.customers, found.by_habit.customers, found.both]


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        yield connection


def test_what_was_bought_worked_by_hand(engine):
    orders = [("a", ago(366), 5.0), ("a", ago(365), 7.0), ("a", ago(1), None), ("a", AS_OF, 99.0), ("b", ago(700), 3.0)]
    found = small(measures.bought(made_firm(engine, orders=orders)["orders"], AS_OF).sort("customer_id"))
    assert found["last_on"].dt.date.tolist() == [ago(1), ago(700)]
    columns = ["recency_days", "orders", "revenue", "revenue_year"]
    assert found[columns].to_numpy().tolist() == [[1, 3, 12, 7], [700, 1, 3, 0]]
    assert found["rfm"].tolist() == ["needs_attention", "long_gone"]  # of two, the second scores 3: floor(5 / 2) + 1


def test_days_with_the_firm_worked_by_hand(engine):
    """From the start to the end or the day read at; a start after the end is no length of time."""
    people = [("here", ago(100), None), ("left", ago(100), ago(40)), ("ends later", ago(100), ago(-5)), ("odd", ago(10), ago(20))]
    people += [("unknown", None, None), ("to come", ago(-1), None)]
    tables = made_firm(engine, customers=[(name, None, None, None, None, came, left) for name, came, left in people])
    found = small(prepared(tables, Wishes(as_of=AS_OF))["customer_now"]).set_index("customer_id")["tenure_days"]
    assert found.dropna().to_dict() == {"here": 100, "left": 60, "ends later": 100}
    assert len(found) == 6


def test_a_firms_own_days_stay_where_no_table_says_when_anybody_started(engine):
    plain = {"customers": nw.from_native(engine.sql("select 'a' as customer_id, 30.0 as tenure_days, 'Pro' as plan"))}
    assert small(prepared(plain, Wishes())["customer_now"])["tenure_days"].tolist() == [30]
    dated = {"customers": plain["customers"].with_columns(started_on=nw.lit(ago(3)))}
    assert small(prepared(dated, Wishes(as_of=AS_OF))["customer_now"])["tenure_days"].tolist() == [3]
    text = {"customers": plain["customers"].with_columns(tenure_days=nw.lit("long"))}
    assert small(prepared(text, Wishes())["customer_now"])["tenure_days"].isna().all()
