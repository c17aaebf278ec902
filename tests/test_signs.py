"""The warning signs: each by hand, all against pandas, from the past alone, and telling in the sample firm what was planted there."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.dials import Dials
from churn.errors import ChurnError
from churn.features import panel_dates
from churn.signs import SIGNS, Thresholds, definition, evidence, lacking, record_of, signs
from churn.tables import TABLES
from sample_data.record import record
from tests.referees_signs import active_at, referee_signs

FOLDER = Path(__file__).parents[1] / "sample_data"
DAY = date(2026, 1, 1)
DIALS = Dials(DAY)
OPENED = pd.Timestamp(2023, 7, 1)
EVENTS = {"orders": "ordered_on", "contacts": "contacted_on", "surveys": "answered_on", "changes": "changed_on", "promises": "promised_on"}
INSIDE = {"orders": "paid_on", "contacts": "resolved_on", "promises": "kept_on"}


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET disabled_optimizers = 'compressed_materialization'")
        yield connection


@pytest.fixture(scope="module")
def sample() -> dict[str, pd.DataFrame]:
    return {name: _read(name) for name in TABLES}


@pytest.fixture(scope="module")
def sample_tables(engine, sample):
    return _tables(engine, sample)


def _read(name):
    table = pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""])
    return table.assign(**{column: pd.to_datetime(table[column]) for column in table.columns if column.endswith("_on")})


def _tables(engine, frames):
    """Lazy frames of the declared types; a column that is not in a frame is not in its table."""
    types = {"id": "VARCHAR", "text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "flag": "VARCHAR"}
    found = {}
    for name, frame in frames.items():
        columns = [column for column in TABLES[name].columns if column.name in frame]
        engine.register("incoming", frame[[column.name for column in columns]])
        place = engine.execute("select count(*) from duckdb_tables()").fetchall()[0][0]
        casts = ", ".join(f'cast("{column.name}" as {types[column.type]}) as "{column.name}"' for column in columns)
        engine.execute(f"create table t{place} as select {casts} from incoming")
        found[name] = nw.from_native(engine.table(f"t{place}"))
    return found


def _of(engine, **rows):
    """Tables of a few customers from rows that name their cells."""
    return _tables(engine, {name: pd.DataFrame(cells) for name, cells in rows.items()})


def _shown(tables, dials=DIALS, thresholds=None):
    frame = signs(tables, dials) if thresholds is None else signs(tables, dials, thresholds)
    found = frame.collect("pandas").to_native()
    return found.sort_values(["customer_id", "sign"], ignore_index=True)


def _ago(*days):
    return [DAY - timedelta(days=number) for number in days]


def _sentences(found):
    return {row["sign"]: (row["severity"], evidence(row)) for row in found.to_dict("records")}


ANN = [
    {
        "customer_id": "a",
        "started_on": date(2023, 1, 1),
        "ended_on": None,
        "renewal_on": date(2026, 2, 20),
        "plan": "Pro",
        "monthly_value": 100.0,
    }
]


def _like_ann(*ids):
    return [{**ANN[0], "customer_id": who} for who in ids]


def test_silence_is_measured_against_the_customers_own_rhythm(engine):
    days = {"a": (63, 75, 87, 99, 99), "b": (63, 75), "c": (29, 31, 33, 35, 37)}
    rows = [{"customer_id": who, "contacted_on": day} for who, ago in days.items() for day in _ago(*ago)]
    found = _shown(_of(engine, customers=_like_ann(*days), contacts=rows))
    # Of a the last contact was 63 days ago and the gaps are 12 days: 5.25 of them, past the third step. Of b there are too few to tell; for
    # c the silence is long against a gap of 2 days, but shorter than 30 days.
    silent = found[found["sign"] == "quiet"]
    assert silent["customer_id"].tolist() == ["a"]
    assert _sentences(silent)["quiet"] == (3, "No contact for 63 days, since 30 Oct 2025; usually every 12.")


def test_a_changed_person_a_lower_plan_and_a_pause_name_what_was_and_what_is(engine):
    others = [{**ANN[0], "customer_id": "b", "plan": "Basic", "monthly_value": 10.0, "started_on": DAY}]
    changes = [
        {"changed_on": date(2025, 9, 5), "what": "point_of_contact", "before": "Zoe Carter", "after": "Elena Meyer"},
        {"changed_on": date(2025, 3, 5), "what": "point_of_contact", "before": "Ann", "after": "Zoe Carter"},
        {"changed_on": date(2025, 12, 20), "what": "plan", "before": "Pro", "after": "Basic"},
        {"changed_on": date(2025, 12, 21), "what": "plan", "before": "Basic", "after": "Pro"},
        {"changed_on": date(2025, 11, 1), "what": "price", "before": "100.5", "after": "99"},
        {"changed_on": date(2025, 12, 1), "what": "status", "before": "active", "after": "Paused"},
    ]
    found = _sentences(_shown(_of(engine, customers=ANN + others, changes=[{"customer_id": "a", **change} for change in changes])))
    assert found["contact_changed"] == (1, "Contact person changed from Zoe Carter to Elena Meyer on 5 Sep 2025, 118 days ago.")
    assert found["downgraded"] == (3, "Went down from Pro to Basic on 20 Dec 2025, 12 days ago.")
    assert found["paused"] == (2, "Account is Paused since 1 Dec 2025, 31 days ago.")


def test_payments_that_are_late_smaller_and_fewer(engine):
    days = [*range(5, 25, 10), *range(185, 235, 10)]
    rows = [
        {"customer_id": "a", "ordered_on": day, "amount": 100.0 if ago > 180 else 40.0, "due_on": day + timedelta(days=2), "paid_on": day}
        for ago, day in zip(days, _ago(*days), strict=True)
    ]
    rows[1]["paid_on"] = DAY
    rows[2]["paid_on"] = rows[2]["due_on"] + timedelta(days=1)
    found = _sentences(_shown(_of(engine, customers=ANN, orders=rows)))
    assert found["payments_late"] == (1, "1 invoice of the last 180 days was not paid in time, due on 19 Dec 2025; 40 is still unpaid.")
    assert found["orders_smaller"] == (3, "Orders of the last 180 days were of 40 each; in the 180 days before of 100.")
    assert found["orders_fewer"] == (1, "2 orders in the last 180 days; 5 in the 180 days before.")


def test_orders_that_stop_are_told_by_rhythm_and_by_days(engine):
    days = {"a": (190, 200, 210), "b": (190,), "c": (190, 370, 550)}
    rows = [{"customer_id": who, "ordered_on": day, "amount": 1.0} for who, ago in days.items() for day in _ago(*ago)]
    found = _shown(_of(engine, customers=_like_ann(*days), orders=rows))
    said = {(row["customer_id"], row["sign"]): (row["severity"], evidence(row)) for row in found.to_dict("records")}
    assert said[("a", "orders_quiet")] == (3, "No order for 190 days, since 25 Jun 2025; usually every 10.")
    assert said[("a", "no_order")] == (1, "No order for 190 days, since 25 Jun 2025; usually every 10.")
    assert said[("b", "no_order")] == (1, "No order for 190 days, since 25 Jun 2025.")
    # The rhythm of c is of 180 days, so that 190 are nothing unusual.
    assert not {("b", "orders_quiet"), ("c", "orders_quiet"), ("c", "no_order")} & said.keys()


def test_complaints_notices_answers_promises_and_the_renewal(engine):
    cells = {"customer_id": "a", "channel": "phone"}
    contacts = [
        {**cells, "contacted_on": _ago(40)[0], "kind": "complaint", "resolved_on": None},
        {**cells, "contacted_on": _ago(20)[0], "kind": "complaint", "resolved_on": DAY},
        {**cells, "contacted_on": _ago(10)[0], "kind": "complaint", "resolved_on": _ago(5)[0]},
        {**cells, "contacted_on": _ago(8)[0], "kind": "cancellation_notice", "resolved_on": _ago(5)[0]},
    ]
    surveys = [
        {"customer_id": "a", "answered_on": day, "question": "nps", "score": score} for day, score in zip(_ago(9, 30), (4, 10), strict=True)
    ]
    surveys.append({"customer_id": "a", "answered_on": _ago(3)[0], "question": "exit", "score": None})
    promises = [
        {"customer_id": "a", "promised_on": _ago(50)[0], "due_on": due, "kept_on": kept}
        for due, kept in zip(_ago(40, 30, 20, -5), [*_ago(40), DAY, None, None], strict=True)
    ]
    found = _sentences(_shown(_of(engine, customers=ANN, contacts=contacts, surveys=surveys, promises=promises)))
    assert found["complaint_open"] == (2, "2 complaints are open, the oldest since 22 Nov 2025, 40 days ago.")
    assert found["complaints"] == (2, "3 complaints in the last 180 days, the latest on 22 Dec 2025.")
    assert found["notice"] == (3, "Gave notice on 24 Dec 2025, 8 days ago.")
    assert found["exit_answer"] == (3, "Told us on 29 Dec 2025, 3 days ago, why they leave.")
    assert found["detractor"] == (2, "Gave 4 of 10 when asked whether they would recommend us, on 23 Dec 2025, 9 days ago.")
    assert found["promise_broken"] == (2, "2 promises of the last 180 days were not kept in time, the latest due on 12 Dec 2025.")
    assert found["renewal"] == (2, "Contract renews on 20 Feb 2026, in 50 days.")


def test_fewer_contacts_and_fewer_of_them_by_web(engine):
    rows = [{"customer_id": "a", "contacted_on": day, "channel": "web"} for day in _ago(10, 200, 210, 220, 230)]
    found = _sentences(_shown(_of(engine, customers=ANN, contacts=rows)))
    assert found["contacts_fewer"] == (2, "1 contact in the last 180 days; 4 in the 180 days before.")
    assert found["web_fewer"] == (2, "1 contact by web or social media in the last 180 days; 4 in the 180 days before.")


def test_who_has_left_shows_nothing_and_what_lacks_is_named(engine):
    gone = [{"customer_id": "a", "started_on": date(2023, 1, 1), "ended_on": _ago(1)[0]}]
    changes = [{"customer_id": "a", "changed_on": _ago(5)[0], "what": "point_of_contact", "before": "A", "after": "B"}]
    tables = _of(
        engine,
        customers=gone,
        changes=changes,
        orders=[{"customer_id": "a", "ordered_on": _ago(9)[0], "amount": 5.0, "due_on": _ago(5)[0]}],
    )
    assert _shown(tables).empty
    assert lacking(tables)["payments_late"] == {"orders": ("paid_on",)}
    assert lacking(tables)["quiet"] == {"contacts": ("contacted_on",)}
    assert lacking(tables)["renewal"] == {"customers": ("renewal_on",)}
    assert lacking(tables).keys().isdisjoint({"contact_changed", "orders_quiet"})
    # Without paid_on nobody is said to be late, though nothing is paid.
    assert "payments_late" not in _sentences(_shown({**tables, **_of(engine, customers=ANN)}))
    alone = _of(engine, customers=[{"customer_id": "a"}])
    assert _shown(alone).empty
    assert lacking(alone).keys() == SIGNS.keys()
    assert record_of(alone, DIALS, Thresholds(), [date(2025, 7, 1)]).empty


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2025, 2, 11)])
def test_all_signs_of_the_sample_firm_are_those_of_pandas(sample, sample_tables, day):
    ours = _shown(sample_tables, Dials(day))
    ours = ours[~ours["sign"].isin(["renewal", "exit_answer", "promise_broken"])].reset_index(drop=True)
    theirs = referee_signs(sample, pd.Timestamp(day)).sort_values(["customer_id", "sign"], ignore_index=True)
    assert ours[["customer_id", "sign", "severity"]].to_numpy().tolist() == theirs[["customer_id", "sign", "severity"]].to_numpy().tolist()
    assert len(ours) > 1000
    for column in ("usual", "count", "amount"):
        there = theirs[column].notna()
        assert np.allclose(ours.loc[there, column], theirs.loc[there, column])
    since = theirs["since"].notna()
    assert (pd.to_datetime(ours.loc[since, "since"]) == theirs.loc[since, "since"]).all()


def test_filters_commute_and_the_order_of_rows_never_matters(engine, sample, sample_tables):
    north = sample["customers"]["region"] == "North"
    few = {name: frame.sample(frac=1, random_state=1) for name, frame in {**sample, "customers": sample["customers"][north]}.items()}
    ours, whole = _shown(_tables(engine, few)), _shown(sample_tables)
    kept = whole[whole["customer_id"].isin(sample["customers"].loc[north, "customer_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, kept)


@settings(max_examples=2)
@given(st.integers(0, 10**6), st.integers(100, 800))
def test_what_happens_on_the_day_and_later_moves_no_sign(engine, sample, seed, place):
    rng = np.random.default_rng(seed)
    day = OPENED + pd.Timedelta(days=place)
    chosen = rng.choice(sample["customers"]["customer_id"], 200, replace=False)
    known = {name: frame[frame["customer_id"].isin(chosen)].copy() for name, frame in sample.items() if name != "actions"}
    moved = {name: _moved(rng, frame, day, EVENTS.get(name), INSIDE.get(name)) for name, frame in known.items()}
    ended = known["customers"]["ended_on"]
    later = day + pd.to_timedelta(rng.integers(0, 400, len(ended)), "D")
    moved["customers"]["ended_on"] = ended.where(ended < day, pd.Series(later, ended.index).where(rng.random(len(ended)) < 0.5))
    dials = Dials(day.date())
    before, after = _shown(_tables(engine, known), dials), _shown(_tables(engine, moved), dials)
    assert len(before)
    pd.testing.assert_frame_equal(before, after)


def _moved(rng, frame, day, when, inside):
    """The rows before the day with what they hold of later days changed, and other rows from the day on."""
    if when is None:
        return frame.copy()
    changed = frame.copy()
    if inside:
        later = ~(changed[inside] < day)
        days = pd.Series(day + pd.to_timedelta(rng.integers(0, 90, len(changed)), "D"), changed.index)
        changed[inside] = changed[inside].mask(later, days.where(rng.random(len(changed)) < 0.5))
    new = changed.sample(frac=0.5, random_state=int(rng.integers(1000)))
    new[when] = day + pd.to_timedelta(rng.integers(0, 200, len(new)), "D")
    return pd.concat([changed[changed[when] < day], new], ignore_index=True)


PLANTED = ("contact_changed", "complaints", "payments_late", "detractor", "quiet")


def test_the_record_of_planted_causes_is_that_of_the_generators_own_books(sample, sample_tables):
    thresholds = Thresholds(complaints=(1, 2, 3), nps_days=10_000)
    days = panel_dates(date(2024, 1, 1), DIALS.as_of, DIALS, most=4)
    found = record_of(sample_tables, DIALS, thresholds, days).set_index("sign")
    truth = _planted(sample, days)
    for sign in PLANTED:
        counts = found.loc[sign, ["fired", "left", "without", "without_left"]].astype(int).tolist()
        assert counts == truth[sign], sign
        assert found.loc[sign, "low"] > found.loc[sign, "without_high"]
        assert found.loc[sign, "beyond_chance"]
    assert {"renewal"} & set(found.index) == set()
    assert found["days"].unique().tolist() == [4]


def _planted(sample, days):
    """fired, left, without, without_left by cause, from `sample_data.record`; of silence the customer's own median gap, in pandas."""
    customers = sample["customers"]
    number = pd.Series(np.arange(len(customers)), customers["customer_id"])
    numbered = {
        name: sample[name].assign(customer=sample[name]["customer_id"].map(number)) for name in ("orders", "contacts", "surveys", "changes")
    }
    for frame in numbered.values():
        for column in frame.columns[frame.columns.str.endswith("_on")]:
            frame[column] = (frame[column] - OPENED).dt.days
    books = record(numbered, customers=len(customers), days=1200)
    total = {sign: np.zeros(4, int) for sign in PLANTED}
    for day in days:
        at = (pd.Timestamp(day) - OPENED).days
        seen = books.on(np.full(len(customers), at))
        here = active_at(customers, pd.Timestamp(day)).to_numpy()
        left = here & (customers["ended_on"] < pd.Timestamp(day) + pd.Timedelta(days=90)).to_numpy()
        fired = {
            "contact_changed": seen.contact_changed,
            "complaints": seen.complaints > 0,
            "payments_late": seen.late_payments > 0,
            "detractor": seen.last_nps <= 6,
            "quiet": _silent(numbered["contacts"], seen.days_since_contact, at),
        }
        for sign, shows in fired.items():
            total[sign] += [(group & here).sum() for group in (shows, shows & left, ~shows, ~shows & left)]
    return {sign: counts.tolist() for sign, counts in total.items()}


def _silent(contacts, since, at):
    days = (
        contacts.loc[contacts["contacted_on"] < at, ["customer", "contacted_on"]]
        .drop_duplicates()
        .sort_values(["customer", "contacted_on"])
    )
    gaps = days.groupby("customer")["contacted_on"].agg(lambda day: np.median(np.diff(day)) if len(day) > 2 else np.nan)
    usual = gaps.reindex(range(len(since))).to_numpy()
    return (since >= 2 * usual) & (since >= 30)


def test_where_customers_leave_by_chance_no_sign_tells(engine, sample):
    rng = np.random.default_rng(3)
    stayed = sample["customers"][sample["customers"]["ended_on"].isna()].copy()
    at_random = stayed["started_on"] + pd.to_timedelta(rng.exponential(900, len(stayed)).astype(int), "D")
    stayed["ended_on"] = at_random.where(at_random < pd.Timestamp(DAY))
    days = panel_dates(date(2024, 6, 1), DIALS.as_of, DIALS, most=3)
    found = record_of(_tables(engine, {**sample, "customers": stayed}), DIALS, Thresholds(), days)
    told = found[found["fired"] > 0]
    assert len(told) >= 10
    # Each sign is called beyond chance by chance once in 20 times: of some 13 signs two at most, and none that fired often by much.
    assert told["beyond_chance"].sum() <= 2
    often = told[told["fired"] > 500]
    assert len(often)
    assert (often["difference"].abs() < 0.03).all()


def test_a_record_worked_by_hand(engine):
    customers = [
        {"customer_id": f"c{place}", "started_on": date(2024, 1, 1), "ended_on": date(2025, 8, 1) if place in (0, 1, 7) else None}
        for place in range(10)
    ]
    changes = [
        {"customer_id": f"c{place}", "changed_on": date(2025, 6, 1), "what": "point_of_contact", "before": "A", "after": "B"}
        for place in range(4)
    ]
    found = record_of(_of(engine, customers=customers, changes=changes), DIALS, Thresholds(), [date(2025, 7, 1)]).set_index("sign")
    row = found.loc["contact_changed"]
    # Of the four who showed it two left before 29 September, of the six others one.
    assert row[["fired", "left", "without", "without_left"]].tolist() == [4, 2, 6, 1]
    assert (row["share"], row["without_share"], row["lift"]) == (0.5, pytest.approx(1 / 6), pytest.approx(3.0))
    assert (row["low"], row["high"]) == pytest.approx((0.1500, 0.8500), abs=1e-4)
    # The others: 1 of 6, Wilson 0.0301 to 0.5635. Below: the root of 0.35^2 + 0.3969^2; above: that of 0.35^2 + 0.1366^2.
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((-0.1958, 0.7090), abs=1e-4)
    assert not row["beyond_chance"]
    assert math.isnan(found.loc["paused", "share"])
    with pytest.raises(ChurnError, match="What came after 4 Oct 2025 is not known yet"):
        record_of(_of(engine, customers=customers), DIALS, Thresholds(), [date(2025, 10, 4)])


def test_thresholds_are_plain_settings_and_nonsense_is_told(engine):
    own = Thresholds(quiet_gaps=(1.5, 2, 2.5), window_days=90)
    assert Thresholds.from_settings(own.as_settings()) == own
    assert Thresholds.from_settings(None) == Thresholds()
    for settings_, said in (
        ({"window_days": 0}, "window_days must be a whole number"),
        ({"quiet_gaps": [3, 2, 1]}, "quiet_gaps must not fall"),
        ({"renewal_days": [30, 60, 90]}, "renewal_days must not rise"),
        ({"smaller_orders": [0.2, 0.5, 2]}, "above 0 and at most 1"),
        ({"detractor_scores": [11, 4, 2]}, "between 0 and 10"),
        ({"late_invoices": [1, 2]}, "must be three numbers"),
        ({"late_invoices": ["1", 2, 3]}, "must be three numbers"),
        ({"windows": 3}, "There is no threshold windows"),
    ):
        with pytest.raises(ChurnError, match=said):
            Thresholds.from_settings(settings_)


def test_own_thresholds_move_the_signs_and_every_sign_has_its_words(engine):
    changes = [{"customer_id": "a", "changed_on": _ago(200)[0], "what": "point_of_contact", "before": None, "after": None}]
    tables = _of(engine, customers=ANN, changes=changes)
    assert "contact_changed" not in _sentences(_shown(tables))
    moved = _sentences(_shown(tables, thresholds=Thresholds(contact_changed_days=(300, 250, 30))))
    assert moved["contact_changed"] == (2, "Contact person changed on 15 Jun 2025, 200 days ago.")
    assert all(definition(key, Thresholds()).endswith(".") for key in SIGNS)
