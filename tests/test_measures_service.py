"""How customers were served, on DuckDB: complaints, times to an answer, changes and what followed them, contacts."""

import datetime
import math

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, chi2, contingency, ecdf

from churn import measures
from churn.dials import Dials
from churn.measures.changes import ChangeRisk
from churn.measures.complaints import product_limit
from churn.measures.months import customer_months
from tests import referees_said as referees
from tests.histories import lazily, sample_frames, written

AS_OF = datetime.date(2026, 1, 1)
DIALS = Dials(AS_OF)
NOW = pd.Timestamp(AS_OF)
CUSTOMERS = "customer_id VARCHAR, started_on DATE, ended_on DATE"
CONTACTS = "customer_id VARCHAR, contacted_on DATE, direction VARCHAR, channel VARCHAR, kind VARCHAR, resolved_on DATE"
CHANGES = "customer_id VARCHAR, changed_on DATE, what VARCHAR"


def day(text):
    return datetime.date.fromisoformat(text)


def complaint(name, on, until=None, *, kind="complaint", channel="email", direction="in"):
    return (name, day(on), direction, channel, kind, until and day(until))


@pytest.fixture
def engine():
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def frames():
    return sample_frames()


@pytest.fixture(scope="module")
def sample(frames):
    with duckdb.connect() as connection:
        yield lazily(connection, frames, "sample")


def test_complaints_for_each_hundred_customers_of_a_month(engine):
    rows = [(month, number) for month, numbers in ((1, (0,) * 96 + (1,) * 4), (2, (0,) * 50), (3, (0,) * 49 + (4,))) for number in numbers]
    months = written(engine, months=("month DATE, complaints BIGINT", [(datetime.date(2025, month, 1), number) for month, number in rows]))
    found = measures.complaint_rate(months["months"])
    assert found[["customers", "complaints", "per_100"]].to_numpy().tolist() == [[100, 4, 4], [50, 0, 0], [50, 4, 8]]
    # Garwood's exact interval of a Poisson count of 4 in 100 customers, and of 0 in 50.
    assert found["low"][0] == pytest.approx(chi2.ppf(0.025, 8) / 2, rel=0.02)
    assert found["high"][0] == pytest.approx(chi2.ppf(0.975, 10) / 2, rel=0.02)
    assert (found["low"][1], found["high"][1]) == (0, pytest.approx(chi2.ppf(0.975, 2), rel=0.02))
    # One customer with four complaints: the variance 16 / 50 - 0.08^2 is 3.92 times the mean, so that the four count as 1.02.
    assert found["low"][2] < 0.25
    assert found["high"][2] > 40 - 2


WAITS = [
    complaint("a", "2025-12-01", "2025-12-01"),
    complaint("a", "2025-12-01", "2025-12-03", channel="phone"),
    complaint("b", "2025-12-20"),
    complaint("b", "2025-12-30", "2025-12-31"),
    complaint("c", "2025-12-31", "2026-01-01"),
    complaint("c", "2025-12-10", "2025-12-09"),
    complaint("c", "2026-01-02", "2026-01-02"),
    complaint("c", "2025-12-01", kind="feedback"),
]


@pytest.fixture
def waiting(engine):
    return written(engine, customers=(CUSTOMERS, [(name, day("2024-01-01"), None) for name in "abc"]), contacts=(CONTACTS, WAITS))


def test_waiting_times_count_those_still_open_and_leave_the_impossible_apart(waiting):
    # Settled after 0, 1 and 2 days; open for 0 and 11. Five at risk on day 0, three on day 1, two on day 2: 4/5, 4/5 2/3, 4/5 2/3 1/2.
    found = measures.settling(waiting, DIALS)
    assert found.loc[0, ["group", "contacts", "settled", "open", "impossible", "median_days"]].tolist() == ["all", 5, 3, 2, 1, 2]
    assert math.isnan(found["ninetieth_days"][0])
    by = measures.settling(waiting, DIALS, by="channel")
    assert by[["group", "contacts", "open", "impossible"]].to_numpy().tolist() == [["email", 4, 2, 1], ["phone", 1, 0, 0]]
    # By email 3/4 and, of the two still at risk on day 1, half of that.
    assert by["median_days"].tolist() == [1, 2]
    assert measures.settling(waiting, DIALS, kinds=("feedback",))["open"].tolist() == [1]
    assert measures.settling(waiting, DIALS, kinds=("enquiry",)).empty
    assert measures.settling(waiting, DIALS, every="month")["contacts"].tolist() == [5]


def test_the_share_settled_within_days_is_of_those_that_had_so_long(waiting):
    found = measures.settled_within(waiting, DIALS, days=(0, 1, 30))
    assert found[["days", "contacts", "settled"]].to_numpy().tolist() == [[0, 5, 1], [1, 4, 2], [30, 2, 2]]
    assert found["share"].tolist() == [0.2, 0.5, 1]
    assert measures.settled_within(waiting, DIALS, days=(1,), every="month")[["contacts", "settled"]].to_numpy().tolist() == [[4, 2]]


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
def test_the_product_limit_is_scipys(waits):
    ended, left = (np.bincount([day for day, over in waits if over is kind], minlength=32).astype(float) for kind in (True, False))
    data = CensoredData(uncensored=[day for day, over in waits if over], right=[day for day, over in waits if not over])
    expected = ecdf(data).sf.evaluate(np.arange(32)) if any(over for _day, over in waits) else np.ones(32)
    assert product_limit(ended, left) == pytest.approx(expected)


def test_the_sample_firms_waits_are_as_planted_and_as_scipy_and_pandas_have_them(sample, frames):
    waits = referees.waits(frames, NOW, "complaint")
    found = measures.settling(sample, DIALS, by="channel").set_index("group")
    for channel, own in waits.groupby("channel"):
        left = ecdf(CensoredData(uncensored=own["days"][~own["open"]], right=own["days"][own["open"]])).sf
        assert found.loc[channel, ["contacts", "open"]].tolist() == [len(own), own["open"].sum()]
        assert found.loc[channel, "median_days"] == left.quantiles[np.flatnonzero(left.probabilities <= 0.5)[0]]
    # 82 of 100 are ever settled, each further day 12% of them: 1 - 0.88^7 of these within a week, half of all by day 8, nine tenths never.
    overall = measures.settling(sample, DIALS).iloc[0]
    assert overall["median_days"] == 8
    assert math.isnan(overall["ninetieth_days"])
    week = measures.settled_within(sample, DIALS, days=(7,)).iloc[0]
    assert week["low"] <= 0.82 * (1 - 0.88**7) <= week["high"]
    early = waits[waits["seen"] >= 7]
    assert (week["contacts"], week["settled"]) == (len(early), (~early["open"] & (early["days"] <= 7)).sum())


def test_the_sample_firms_complaint_rate_is_pandas(sample, frames):
    found = measures.complaint_rate(customer_months(sample, DIALS))
    expected = referees.complaint_rate(frames, NOW)
    assert found[["customers", "complaints"]].to_numpy().tolist() == expected[["customers", "complaints"]].to_numpy().tolist()
    assert (found["low"] <= found["per_100"]).all()
    assert (found["per_100"] <= found["high"]).all()


def test_those_who_complained_are_followed_from_the_day_when_it_is_known_whether_it_was_settled(engine):
    rows = [
        complaint("in a week", "2025-06-01", "2025-06-08"),
        complaint("later", "2025-06-01", "2025-06-09"),
        complaint("one of two", "2025-06-01", "2025-06-02"),
        complaint("one of two", "2025-06-01"),
        complaint("left at once", "2025-06-01"),
        complaint("left on the last day", "2025-06-01", "2025-06-01"),
        complaint("left too late", "2025-06-01", "2025-06-01"),
        complaint("too new", "2025-09-26"),
        complaint("just old enough", "2025-09-25"),
    ]
    # Nine days from 1 June on are the ninth; the 90 days begin on the ninth and end before 7 September.
    ends = {"left at once": "2025-06-08", "left on the last day": "2025-09-06", "left too late": "2025-09-07", "later": "2025-06-09"}
    names = {row[0] for row in rows}
    customers = [(name, day("2024-01-01"), ends.get(name) and day(ends[name])) for name in names]
    found = measures.lost_after_complaint(written(engine, customers=(CUSTOMERS, customers), contacts=(CONTACTS, rows)), DIALS)
    assert found[["settled", "customers", "lost"]].to_numpy().tolist() == [[True, 3, 1], [False, 3, 1]]


def test_what_became_of_the_sample_firms_complaints(sample, frames):
    found = measures.lost_after_complaint(sample, DIALS)
    assert found[["settled", "customers", "lost"]].to_numpy().tolist() == referees.lost_after_complaint(frames, NOW).to_numpy().tolist()
    # Whether it was settled was given no effect.
    assert found["low"].max() < found["high"].min()


def change(name, on, what="point_of_contact"):
    return (name, day(on), what)


@pytest.fixture
def changed(engine):
    changes = [
        change("a", "2025-01-31"),
        change("a", "2025-01-31"),
        change("b", "2025-02-01"),
        change("c", "2025-02-10", "price"),
        change("d", "2025-01-01"),
        change("a", "2026-01-01"),
    ]
    ends = {"a": "2025-02-28", "c": "2025-03-01", "d": "2025-01-31", "e": "2025-08-01"}
    customers = [(name, day("2024-01-01"), ends.get(name) and day(ends[name])) for name in "abcde"]
    return written(engine, customers=(CUSTOMERS, [*customers, ("f", day("2025-03-15"), None)]), changes=(CHANGES, changes))


def test_changes_are_counted_by_month(changed):
    found = measures.changes_by_month(changed, DIALS)
    assert found[["changes", "customers"]].to_numpy().tolist() == [[3, 2], [1, 1]]
    assert measures.changes_by_month(changed, DIALS, "price")["changes"].tolist() == [1]
    assert measures.changes_by_month(changed, DIALS, "plan").empty


def test_each_months_losses_with_and_without_a_recent_change(changed):
    # 1 February: a has changed and leaves on the 28th; b changes on that day, not before it; c and e have not. March: b against c, who
    # leaves, and e. April to July: b against e and f. 1 August: 181 days after b's change, which is too long ago.
    found = measures.leaving_by_change(changed, DIALS)
    assert found["month"].astype("datetime64[us]").dt.month.tolist() == [2, 3, 4, 5, 6, 7]
    assert found.drop(columns="month").to_numpy().tolist() == [[1, 1, 3, 0], [1, 0, 2, 1], *[[1, 0, 2, 0]] * 4]
    assert measures.leaving_by_change(changed, Dials(day("2025-03-31"))).drop(columns="month").to_numpy().tolist() == [[1, 1, 3, 0]]
    # a n0 / n: 1 * 3 / 4; c n1 / n: 1 * 1 / 3.
    assert measures.change_risk(found).ratio == pytest.approx((3 / 4) / (1 / 3))
    assert math.isnan(measures.change_risk(found.head(1)).ratio)
    assert measures.leaving_by_change(changed, DIALS, "plan").empty


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_one_months_ratio_and_interval_are_scipys(lost, kept, others_lost, others_kept):
    row = {"changed": lost + kept, "changed_lost": lost, "others": others_lost + others_kept, "others_lost": others_lost}
    found = measures.change_risk(pd.DataFrame([row]))
    expected = contingency.relative_risk(lost, lost + kept, others_lost, others_lost + others_kept)
    assert found.ratio == pytest.approx(expected.relative_risk)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_the_shares_lost_after_a_change_beside_others_on_the_same_days(changed):
    # From 1 February on a, who leaves on day 27; from 1 March on b, who stays. Others from 1 February on: b, c and e, of whom c leaves on
    # day 28; from 1 March on: c and e. Over 28 days none of b, c, e, then c of c, e; over 29 days c of b, c, e, too.
    found = measures.lost_after_change(changed, DIALS, days=(28, 29))
    assert found[["customers", "lost"]].to_numpy().tolist() == [[2, 1], [2, 1]]
    assert found["others_share"].tolist() == pytest.approx([(0 + 1 / 2) / 2, (1 / 3 + 1 / 2) / 2])
    assert found["difference"].tolist() == pytest.approx([1 / 4, 1 / 2 - 5 / 12])
    none = measures.lost_after_change(changed, DIALS, "plan").iloc[0]
    assert (none["customers"], none["lost"]) == (0, 0)
    assert math.isnan(none["share"])
    assert math.isnan(none["others_share"])


@pytest.mark.parametrize("what", ["point_of_contact", "price", "plan", "status"])
def test_what_followed_the_sample_firms_changes_is_pandas(sample, frames, what):
    found, expected = measures.leaving_by_change(sample, DIALS, what), referees.leaving_by_change(frames, NOW, what)
    assert found.drop(columns="month").to_numpy().tolist() == expected.drop(columns="month").to_numpy().tolist()
    for length, row in zip((90, 180), measures.lost_after_change(sample, DIALS, what).to_dict("records"), strict=True):
        own = referees.lost_after_change(frames, NOW, what, length)
        assert {name: row[name] for name in own} == pytest.approx(own)


def test_a_new_contact_person_goes_with_twice_the_losses_and_a_new_price_or_plan_does_not(sample):
    # Planted: log-odds +1.4 of deciding for 180 days, less in losses, which follow a month or more later; price and plan have no part.
    risks = {what: measures.change_risk(measures.leaving_by_change(sample, DIALS, what)) for what in ("point_of_contact", "price", "plan")}
    assert isinstance(risks["point_of_contact"], ChangeRisk)
    assert risks["point_of_contact"].low <= math.e**1.4 * 0.6 <= risks["point_of_contact"].high
    assert risks["point_of_contact"].low > 1.5
    for what in ("price", "plan"):
        assert risks[what].low <= 1 <= risks[what].high
    after = measures.lost_after_change(sample, DIALS).set_index("days")
    assert (after["difference_low"] > 0).all()
    assert ((measures.lost_after_change(sample, DIALS, "price")[["difference_low", "difference_high"]] > 0).sum(axis=1) == 1).all()


def test_before_and_after_a_change_worked_by_hand(engine):
    customers = [("a", day("2024-01-01"), None), ("b", day("2025-05-01"), None), ("c", day("2024-01-01"), day("2025-06-20"))]
    votes = [("a", "2025-01-01", 10), ("a", "2025-05-31", 9), ("a", "2025-06-01", 0), ("a", "2025-07-01", 10), ("b", "2025-06-02", 7)]
    votes += [("b", "2025-05-02", 3), ("c", "2025-05-01", 10), ("c", "2025-06-02", 0)]
    surveys = [(name, day(on), "nps", float(score)) for name, on, score in votes]
    days = ["2025-03-02", "2025-03-03", "2025-05-31", "2025-06-01", "2025-08-29", "2025-08-30"]
    tables = written(
        engine,
        customers=(CUSTOMERS, customers),
        changes=(CHANGES, [change(name, "2025-06-01") for name in "abc"]),
        surveys=("customer_id VARCHAR, answered_on DATE, question VARCHAR, score DOUBLE", surveys),
        contacts=(CONTACTS, [complaint("a", on) for on in days]),
    )
    found = measures.around_change(tables, DIALS).set_index("what")
    # a: from 100 to -100, b: from -100 to 0; c has left. Differences -200 and 100: mean -50, deviation 212.1, error 150.
    assert found.loc["nps", ["customers", "before", "after", "difference"]].tolist() == [2, 0, -50, -50]
    assert found.loc["nps", "high"] == pytest.approx(-50 + 1.959964 * 150)
    # b had not been there for 90 days. 3 March is 90 days before 1 June and 29 August 89 days after it.
    assert found.loc["contacts", ["customers", "before", "after"]].tolist() == [1, 2, 2]
    assert math.isnan(found.loc["contacts", "low"])


def test_before_and_after_the_sample_firms_changes_is_pandas_and_nps_falls_as_planted(sample, frames):
    found = measures.around_change(sample, DIALS).set_index("what")
    for what, own in referees.around_change(frames, NOW, "point_of_contact").items():
        assert found.loc[what, ["customers", "before", "after"]].tolist() == pytest.approx(own)
    assert found.loc["nps", "high"] < 0
    assert found.loc["contacts", "low"] < 0 < found.loc["contacts", "high"]


def test_days_between_contacts_and_who_has_had_none(engine):
    rows = [("a", "2025-01-01"), ("a", "2025-01-11"), ("a", "2025-01-11"), ("a", "2025-01-31"), ("b", "2025-12-01"), ("b", "2025-12-06")]
    rows += [("c", "2025-12-31"), ("c", "2026-01-01")]
    starts = {"a": "2024-01-01", "b": "2025-11-01", "c": "2025-12-02", "d": "2025-12-01", "e": "2024-01-01"}
    customers = [(name, day(on), day("2025-12-24") if name == "e" else None) for name, on in starts.items()]
    tables = written(engine, customers=(CUSTOMERS, customers), contacts=(CONTACTS, [complaint(name, on) for name, on in rows]))
    # a: gaps of 10 and 20 days, b: one of 5; the means are 35 / 3, and that of 15 and 5.
    assert measures.contact_gaps(tables, DIALS) == measures.ContactGaps(2, 3, pytest.approx(35 / 3), 10)
    assert measures.contact_gaps(tables, DIALS, direction="out").customers == 0
    # Before 2 December came a, b and d, of whom b has been in contact since; before 25 November a and b.
    found = measures.without_contact(tables, DIALS, days=(30, 37))
    assert found[["days", "customers", "silent"]].to_numpy().tolist() == [[30, 3, 2], [37, 2, 1]]
    assert measures.without_contact(tables, DIALS, days=(30,), direction="out")["silent"].tolist() == [3]


def test_the_sample_firms_contacts_are_pandas(sample, frames):
    own = referees.contact_gaps(frames, NOW)
    found = measures.contact_gaps(sample, DIALS)
    assert found.customers == len(own)
    assert found.mean_own_days == pytest.approx(own.mean())
    silent = measures.without_contact(sample, DIALS)
    expected = [referees.without_contact(frames, NOW, length) for length in (30, 60, 90, 180)]
    assert list(zip(silent["customers"], silent["silent"], strict=True)) == expected


def test_neither_the_order_of_rows_nor_the_place_of_a_filter_matters(sample, frames):
    some = frames["customers"].query("plan == 'Basic'")["customer_id"]
    shuffled = {name: frame[frame["customer_id"].isin(some)].sample(frac=1, random_state=5) for name, frame in frames.items()}
    chosen = sample["customers"].filter(nw.col("plan") == "Basic").select("customer_id")
    filtered = {name: frame.join(chosen, on="customer_id", how="semi") for name, frame in sample.items()}
    with duckdb.connect() as connection:
        own = lazily(connection, shuffled, "own")
        for one, other in zip(_everything(filtered), _everything(own), strict=True):
            pd.testing.assert_frame_equal(one, other, rtol=1e-12)


def _everything(tables):
    yield measures.complaint_rate(customer_months(tables, DIALS))
    yield measures.settling(tables, DIALS, by="channel")
    yield measures.settled_within(tables, DIALS, every="quarter")
    yield measures.lost_after_complaint(tables, DIALS)
    yield measures.changes_by_month(tables, DIALS)
    yield measures.leaving_by_change(tables, DIALS)
    yield measures.lost_after_change(tables, DIALS)
    yield measures.around_change(tables, DIALS)
    yield measures.without_contact(tables, DIALS)


def test_a_firm_without_contacts_or_changes_has_no_complaints_and_no_changes(engine):
    tables = written(engine, customers=(CUSTOMERS, [("a", day("2024-01-01"), None)]))
    assert measures.settling(tables, DIALS).empty
    assert measures.settled_within(tables, DIALS).empty
    assert measures.lost_after_complaint(tables, DIALS).empty
    assert measures.leaving_by_change(tables, DIALS).empty
    assert measures.around_change(tables, DIALS)["customers"].tolist() == [0, 0]
    assert measures.contact_gaps(tables, DIALS).customers == 0
    assert measures.without_contact(tables, DIALS, days=(30,))["share"].tolist() == [1]
    assert measures.stayed_after_answer(tables, DIALS)["customers"].sum() == 0
