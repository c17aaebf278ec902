"""What customers said, on DuckDB: reasons grouped and over time, NPS over time and what came after it."""

import datetime
import math

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from churn import measures
from churn.dials import Dials
from churn.measures.reason_aliases import KNOWN, Aliases, folded
from tests import referees_said as referees
from tests.histories import lazily, sample_frames, written

AS_OF = datetime.date(2026, 1, 1)
DIALS = Dials(AS_OF)
NOW = pd.Timestamp(AS_OF)
CUSTOMERS = "customer_id VARCHAR, started_on DATE, ended_on DATE, monthly_value DOUBLE, plan VARCHAR, why VARCHAR"
SURVEYS = "customer_id VARCHAR, answered_on DATE, question VARCHAR, score DOUBLE, reason VARCHAR, comment VARCHAR"


def day(text):
    return datetime.date.fromisoformat(text)


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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It was TOO expensive!", "price"),
        ("Viel zu teuer", "price"),
        ("Trop chère", "price"),
        ("es demasiado caro", "price"),
        ("Слишком  дорого.", "price"),
        ("Çok PAHALI", "price"),
        ("خيلي گران", "price"),
        ("pricing", "price"),
        ("budget", "price"),
        ("features", "dissatisfied (low quality)"),
        ("support", "dissatisfied (low quality)"),
        ("competitor", "competitor"),
        ("unknown", "not stated"),
        ("Die Qualität war schlecht", "dissatisfied (low quality)"),
        ("Emekli oldum", "moved or stopped of own accord"),
        ("Конкуренты предложили больше", "competitor"),
        ("Dissatisfied (low-quality)", "dissatisfied (low quality)"),
        ("freundlich, aber teurer", None),
        ("Moved", "moved or stopped of own accord"),
        ("moved to a rival", "competitor"),
        ("removed", None),
        ("pricey", None),
        ("other", None),
        ("...", None),
    ],
)
def test_a_text_names_a_reason_by_whole_words_in_any_case_and_the_longest_alias_counts(text, reason):
    assert Aliases().reason_of(text) == reason


def test_a_firms_own_alias_comes_before_the_known_one_and_a_star_stands_for_the_rest_of_the_word():
    own = Aliases({"Other": "other", "Price": "value for money", "pricey*": "price"})
    assert own.reason_of("other") == "other"
    assert own.reason_of("the price") == "value for money"
    assert own.reason_of("PRICEYNESS") == "price"
    assert own.reason_of("too expensive") == "price"


def test_every_known_alias_names_its_own_reason_and_no_other():
    aliases = Aliases()
    written_down = [(alias, reason) for reason, lines in KNOWN.items() for line in lines.splitlines() for alias in line.split(";")]
    strays = {alias.strip(): found for alias, reason in written_down if folded(alias) and (found := aliases.reason_of(alias)) != reason}
    assert strays == {}
    assert all(aliases.reason_of(reason) == reason for reason in KNOWN)


REASONS = [
    ("a", "2025-01-10", "Too expensive", "Big"),
    ("b", "2025-02-10", "zu teuer", "Big"),
    ("c", "2025-02-20", "too expensive", "Small"),
    ("d", "2025-05-01", "moon phase", "Small"),
    ("e", "2025-05-02", "Moon phase", None),
    ("f", "2025-06-30", "don't know", "Small"),
    ("g", "2025-07-01", None, "Small"),
    ("h", None, "rival", "Big"),
    ("i", "2026-01-01", "rival", "Big"),
]


@pytest.fixture
def leavers(engine):
    values = {"a": 10.0, "b": 20.0, "g": 100.0}
    rows = [(name, day("2024-01-10"), end and day(end), values.get(name), plan, why) for name, end, why, plan in REASONS]
    exits = [(name, day(end or "2025-01-01"), "exit", None, why, None) for name, end, why, _plan in REASONS]
    return written(engine, customers=(CUSTOMERS, rows), surveys=(SURVEYS, exits))


def test_a_grouped_mix_says_which_texts_are_in_which_group_and_an_unknown_text_stays_itself(leavers):
    lost = nw.col("ended_on") < AS_OF
    found = measures.reason_mix_from(leavers["customers"], "why", lost, aliases=Aliases())
    assert found.mix.loc[:1, ["reason", "customers"]].to_numpy().tolist() == [["price", 3], ["Moon phase", 2]]
    assert (found.stated, found.not_stated, found.still_here) == (5, 2, 2)
    assert found.groups.to_numpy().tolist() == [
        ["competitor", "rival", 0],
        ["not stated", "don't know", 1],
        ["price", "too expensive", 2],
        ["price", "zu teuer", 1],
    ]


def test_the_mix_stays_as_it_is_where_grouping_is_not_asked_for(leavers):
    found = measures.reason_mix_from(leavers["customers"], "why", nw.col("ended_on") < AS_OF)
    assert found.groups is None
    assert set(found.mix["reason"]) - set(measures.QUOTED) == {"Too expensive", "zu teuer", "Moon phase", "don't know"}
    assert measures.reason_mix(leavers["surveys"]).groups is None


def test_the_trend_counts_reasons_by_the_quarter_of_leaving(leavers):
    found = measures.reason_trend(measures.stated_reasons(leavers, DIALS, aliases=Aliases()), top=2)
    found["period"] = found["period"].astype("datetime64[us]").dt.strftime("%Y-%m")
    assert found[["period", "reason", "customers", "stated"]].to_numpy().tolist() == [
        ["2025-01", "price", 3, 3],
        ["2025-01", "Moon phase", 0, 3],
        ["2025-04", "price", 0, 2],
        ["2025-04", "Moon phase", 2, 2],
    ]
    # Three of three: z^2 / (3 + z^2) = 0.5615 of not stating it at most.
    assert found["low"][0] == pytest.approx(3 / (3 + 1.959964**2))
    by_column = measures.reason_trend(measures.stated_reasons(leavers, DIALS, column="why", aliases=Aliases()), top=2)
    assert by_column["customers"].tolist() == found["customers"].tolist()


def test_reasons_by_segment_and_nobody_to_ask(leavers):
    reasons = measures.stated_reasons(leavers, DIALS, aliases=Aliases())
    found = measures.reasons_by(reasons, leavers["customers"], "plan", top=1)
    assert found[["group", "customers", "stated"]].fillna("none").to_numpy().tolist() == [["Big", 2, 2], ["Small", 1, 2], ["none", 0, 1]]
    nobody = reasons.filter(nw.col("customer_id") == "g")
    assert measures.reason_trend(nobody).empty
    assert measures.reasons_by(nobody, leavers["customers"], "plan").empty


def test_the_stated_share_of_all_by_quarter_and_by_segment(leavers):
    reasons = measures.stated_reasons(leavers, DIALS, aliases=Aliases())
    share = measures.stated_share(reasons).iloc[0]
    assert (share["lost"], share["stated"], share["share"]) == (7, 5, 5 / 7)
    assert measures.stated_share(reasons, every="quarter")[["lost", "stated"]].to_numpy().tolist() == [[3, 3], [3, 2], [1, 0]]
    by = measures.stated_share(reasons, customers=leavers["customers"], by="plan")
    assert by[["lost", "stated"]].to_numpy().tolist() == [[4, 2], [2, 2], [1, 1]]


def test_those_who_stated_a_reason_beside_those_who_did_not(leavers):
    found = measures.stated_against_unstated(measures.stated_reasons(leavers, DIALS, aliases=Aliases()), leavers["customers"])
    assert found[["stated", "what", "customers"]].to_numpy().tolist() == [
        [True, "tenure_days", 5],
        [False, "tenure_days", 2],
        [True, "monthly_value", 2],
        [False, "monthly_value", 1],
    ]
    # Days from 10 January 2024: 366, 397, 407, 477, 478, and 537, 538 for those who stated nothing; 10 and 20 of money.
    assert found["mean"].tolist() == pytest.approx([425, 537.5, 15, 100])
    assert found["standard_error"].tolist()[1:3] == pytest.approx([0.5, 5])
    assert math.isnan(found["standard_error"][3])


def test_the_sample_firms_reasons_come_as_they_were_aimed_and_as_pandas_counts_them(sample, frames):
    reasons = measures.stated_reasons(sample, DIALS, aliases=Aliases())
    found = measures.reason_trend(reasons)
    expected = referees.reason_trend(frames, NOW)
    both = found.assign(period=found["period"].astype("datetime64[us]")).merge(
        expected, on=["period", "reason"], how="outer", indicator=True
    )
    assert (both["_merge"] == "both").all()
    assert both["customers_x"].tolist() == both["customers_y"].tolist()
    assert both["stated_x"].tolist() == both["stated_y"].tolist()
    lost = nw.col("ended_on") < AS_OF
    mix = measures.reason_mix(sample["surveys"], sample["customers"], lost, aliases=Aliases()).mix.set_index("reason")
    aimed = {"felt unvalued": 0.67, "dissatisfied (low quality)": 0.14, "competitor": 0.09, "friend or relative elsewhere": 0.05}
    assert all(mix.loc[reason, "low"] <= share <= mix.loc[reason, "high"] for reason, share in aimed.items())
    # 12% answer nothing and 5% state nothing.
    stated = measures.stated_share(reasons).iloc[0]
    assert stated["low"] <= 0.88 * 0.95 <= stated["high"]
    own = referees.reasons(frames, NOW)
    assert (stated["lost"], stated["stated"]) == (len(own), own["reason"].notna().sum())


def test_nps_from_a_column_of_customers(engine):
    # 10, 9, 8, 6, 0: score 0, error 100 sqrt(0.8 / 5) = 40; 11 is ignored, an empty cell is no answer.
    rows = [(str(place), score) for place, score in enumerate((10, 9, 8, 6, 0, 11, None))]
    tables = written(engine, customers=("customer_id VARCHAR, nps DOUBLE", rows))
    found = measures.nps_from(tables["customers"], "nps")
    assert (found.answers, found.promoters, found.passives, found.detractors, found.ignored) == (5, 2, 1, 2, 1)
    assert (found.score, found.standard_error) == (0, pytest.approx(40))
    assert measures.nps_from(tables["customers"].head(0), "nps").answers == 0


ANSWERS = [
    ("a", "2025-01-10", 2.0, "Far too\n slow\u202e"),
    ("a", "2025-02-10", 10.0, None),
    ("a", "2025-02-10", 9.0, "Better, <b>thanks</b>"),
    ("b", "2025-03-31", 0.0, "No"),
    ("b", "2025-04-01", 8.0, " "),
    ("b", "2025-05-01", 11.0, "Eleven"),
    ("c", "2026-01-01", 0.0, "Too late"),
    ("d", "2025-06-20", 7.0, "Hm"),
]


@pytest.fixture
def answered(engine):
    lives = {"a": None, "b": "2025-04-20", "c": None, "d": "2025-09-18"}
    customers = [(name, day("2024-01-01"), end and day(end), None, None, None) for name, end in lives.items()]
    surveys = [(name, day(on), "nps", score, None, comment) for name, on, score, comment in ANSWERS]
    return written(engine, customers=(CUSTOMERS, customers), surveys=(SURVEYS, surveys))


def test_the_nps_of_a_quarter_is_that_of_each_customers_latest_answer_in_it(answered):
    found = measures.nps_trend(answered, DIALS)
    assert found["period"].astype("datetime64[us]").dt.month.tolist() == [1, 4]
    assert found[["answers", "promoters", "passives", "detractors", "score"]].to_numpy().tolist() == [[2, 1, 0, 1, 0], [2, 0, 2, 0, 0]]
    assert found["standard_error"].tolist() == pytest.approx([100 / math.sqrt(2), 0])
    assert found["margin"][0] == pytest.approx(1.959964 * 100 / math.sqrt(2))
    assert measures.nps_trend(answered, DIALS, "month")["answers"].tolist() == [1, 1, 1, 1, 1]


def test_whoever_answered_is_followed_from_the_first_answer_on_and_from_before_leaving(answered):
    # a: detractor on 10 January, stayed. b: detractor on 31 March, gone after 20 days. d: passive on 20 June, gone 90 days later: not
    # within the 90 days from the answer on, but within 91.
    found = measures.stayed_after_answer(answered, DIALS, (90, 91))
    assert found[["days", "group", "customers", "lost"]].to_numpy().tolist() == [
        [90, "promoter", 0, 0],
        [90, "passive", 1, 0],
        [90, "detractor", 2, 1],
        [91, "promoter", 0, 0],
        [91, "passive", 1, 1],
        [91, "detractor", 2, 1],
    ]
    assert found["share"].tolist()[1:3] == [0, 0.5]
    assert math.isnan(found["share"][0])


def test_an_answer_that_cannot_be_followed_to_the_end_does_not_count(answered):
    at = Dials(day("2025-07-01"))
    assert measures.stayed_after_answer(answered, at, (90,))["customers"].tolist() == [0, 0, 2]
    assert measures.stayed_after_answer(answered, at, (180,))["customers"].sum() == 0
    # In the 60 days before 2 April, a first answered on 10 February, as a promoter.
    assert measures.stayed_after_answer(answered, at, (90,), within=60)["customers"].tolist() == [1, 0, 1]


def test_comments_are_the_latest_as_one_line_of_plain_text(answered):
    found = measures.comments(answered, DIALS, 4)
    assert found[["customer_id", "score", "comment"]].fillna("none").to_numpy().tolist() == [
        ["d", 7.0, "Hm"],
        ["b", 11.0, "Eleven"],
        ["b", 0.0, "No"],
        ["a", 9.0, "Better, <b>thanks</b>"],
    ]
    assert found["group"].fillna("none").tolist() == ["passive", "none", "detractor", "promoter"]
    assert measures.comments(answered, DIALS)["comment"].tolist()[-1] == "Far too slow"


def test_nps_over_time_and_what_came_after_are_pandas(sample, frames):
    found, expected = measures.nps_trend(sample, DIALS), referees.nps_trend(frames, NOW)
    assert found["answers"].tolist() == expected["answers"].tolist()
    assert found["score"].to_numpy() == pytest.approx(expected["score"].to_numpy())
    assert found["standard_error"].to_numpy() == pytest.approx(expected["standard_error"].to_numpy())
    keys = ["days", "group"]
    stayed = measures.stayed_after_answer(sample, DIALS).sort_values(keys)[[*keys, "customers", "lost"]]
    assert stayed.to_numpy().tolist() == referees.stayed_after_answer(frames, NOW).sort_values(keys).to_numpy().tolist()


def test_detractors_of_the_sample_firm_leave_more_often_as_planted(sample):
    found = measures.stayed_after_answer(sample, DIALS).set_index(["days", "group"])
    for days in (90, 180, 365):
        assert found.loc[(days, "detractor"), "low"] > found.loc[(days, "promoter"), "high"]


def test_followed_answers_show_the_rate_of_leaving_and_nothing_where_there_is_nothing():
    # Everybody answers every 90 days and leaves at one rate, whatever they say: half-yearly loss 1 - exp(-180/720), 22.1%. The last
    # answers of the lost would all lie just before they left.
    source = np.random.default_rng(7)
    starts = pd.Timestamp("2023-06-01") + pd.to_timedelta(source.integers(0, 90, 4000), "D")
    ends = starts + pd.to_timedelta(source.exponential(720, 4000).astype(int), "D")
    names = [f"c{place}" for place in range(4000)]
    customers = pd.DataFrame({"customer_id": names, "started_on": starts, "ended_on": ends.where(ends < NOW)})
    answers = pd.concat([customers.assign(answered_on=customers["started_on"] + pd.Timedelta(days=90 * step)) for step in range(11)])
    answers = answers[(answers["answered_on"] < NOW) & ~(answers["answered_on"] > answers["ended_on"])]
    surveys = answers[["customer_id", "answered_on"]].assign(question="nps", score=source.integers(0, 11, len(answers)).astype(float))
    with duckdb.connect() as connection:
        tables = lazily(connection, {"customers": customers, "surveys": surveys}, "made")
        found = measures.stayed_after_answer(tables, DIALS, (180,))
    true = 1 - math.exp(-0.25)
    assert found["customers"].min() > 300
    assert ((found["share"] - true).abs() < 4 * np.sqrt(true * (1 - true) / found["customers"])).all()


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
    reasons = measures.stated_reasons(tables, DIALS, aliases=Aliases())
    yield measures.reason_trend(reasons, "month")
    yield measures.reasons_by(reasons, tables["customers"], "segment")
    yield measures.stated_against_unstated(reasons, tables["customers"])
    yield measures.nps_trend(tables, DIALS)
    yield measures.stayed_after_answer(tables, DIALS)
    yield measures.comments(tables, DIALS, 30)
