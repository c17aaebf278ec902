"""Campaigns from the draw to the verdict, through a real desk, its journal, and later data."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.actions import campaign
from churn.actions.allotting import allot
from churn.actions.campaign import Plan
from churn.actions.comparing import Arm, difference
from churn.actions.elsewhere import Asked, compared
from churn.actions.following import trials
from churn.actions.held_out import held_out
from churn.actions.verdict import verdict
from churn.errors import ChurnError
from churn.filters import Filters
from churn.journal import Line
from churn.store import open_desk
from sample_data.firm import MONTH_STARTS, OPENED
from tests.campaigns import DAY, load
from tests.planted import DAYS, PlantedFirm

PLAN = Plan("Spring calls", "call", 5.0, 90, 0.5, seed=7)


def crowd_of(n: int, rng: np.random.Generator) -> pd.DataFrame:
    risk, value = rng.random(n), rng.exponential(100, n).round(0)
    risk[rng.random(n) < 0.1] = np.nan
    value[rng.random(n) < 0.1] = np.nan
    return pd.DataFrame({"customer_id": [f"K{row}" for row in range(n)], "risk": risk, "value": value})


@given(st.integers(20, 500), st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5]), st.integers(0, 2**31), st.randoms(use_true_random=False))
def test_the_draw_is_fair_in_every_stratum_and_the_seed_alone_settles_it(n, share, seed, order):
    customers = crowd_of(n, np.random.default_rng(n))
    drawn = allot(customers, share=share, seed=seed)
    held = (drawn["arm"] == "held_out").groupby(drawn["stratum"]).agg(["sum", "size"])
    assert (abs(held["sum"] - share * held["size"]) < 1).all()
    assert abs(held["sum"].sum() - share * n) < 1
    rows = list(range(n))
    order.shuffle(rows)
    again = allot(customers.iloc[rows].reset_index(drop=True), share=share, seed=seed)
    pd.testing.assert_frame_equal(again.sort_values("customer_id", ignore_index=True), drawn.sort_values("customer_id", ignore_index=True))


def test_each_customer_is_held_out_as_often_as_the_share_says_and_no_two_seeds_are_alike():
    customers = crowd_of(60, np.random.default_rng(1))
    held = np.array([(allot(customers, share=0.1, seed=seed)["arm"] == "held_out").to_numpy() for seed in range(400)])
    often = held.mean(axis=0)
    assert abs(often.mean() - 0.1) < 1e-9
    assert often.min() > 0.04
    assert often.max() < 0.17
    assert len({tuple(row) for row in held}) > 380


def test_unknown_risk_and_value_are_strata_of_their_own():
    customers = pd.DataFrame({"customer_id": list("abcdefghijkl"), "risk": [np.nan] * 6 + [0.1] * 6, "value": [np.nan, 1.0] * 6})
    strata = allot(customers, share=0.5, seed=1).set_index("customer_id")["stratum"]
    assert strata["a"] == 15
    assert (strata["a"], strata["b"] // 4, strata["g"] % 4) == (15, 3, 3)


@pytest.mark.parametrize(
    ("ids", "share", "said"),
    [(9, 0.5, "needs 10 customers"), (20, 0.0, "between 0% and 100%"), (20, 0.0002, "nobody would be held out"), (0, 0.5, "needs 10")],
)
def test_a_draw_that_could_show_nothing_is_refused(ids, share, said):
    with pytest.raises(ChurnError, match=said):
        allot(crowd_of(ids, np.random.default_rng(1)), share=share, seed=1)


def test_a_customer_who_stands_twice_is_refused():
    with pytest.raises(ChurnError, match="twice"):
        allot(pd.concat([crowd_of(20, np.random.default_rng(1))] * 2), share=0.5, seed=1)


def people(n: int, **columns: object) -> pd.DataFrame:
    ids = [f"K{row:03}" for row in range(n)]
    base = {"customer_id": ids, "name": [f"Firm {row}" for row in range(n)], "started_on": "2024-01-01", "ended_on": ""}
    base |= {"monthly_value": 100.0, "region": ["North", "South"] * (n // 2)}
    return pd.DataFrame(base | columns)


@pytest.fixture
def desk(tmp_path):
    """Sixty customers, one of whom left long ago, read on DAY."""
    with open_desk(tmp_path / "desk") as desk:
        load(desk, read_on=DAY, customers=people(60, ended_on=["2025-06-01"] + [""] * 59))
        yield desk


def members_of(desk) -> pd.DataFrame:
    with desk.reading() as frames:
        return frames["members"].collect("pandas").to_native()


def test_a_campaign_takes_the_active_who_fit_and_nobody_twice(desk):
    north = Filters({"region": ("North",)})
    assert (campaign.crowd(desk, north, DAY).fit, campaign.crowd(desk, north, DAY).free) == (29, 29)
    number = campaign.begin(desk, PLAN, north, day=DAY, by="Ruth")
    members = members_of(desk)
    assert len(members) == 29
    assert members["arm"].value_counts().to_dict() in ({"acted": 15, "held_out": 14}, {"acted": 14, "held_out": 15})
    line = desk.journal.lines("campaign").iloc[0]
    assert (line["what"], line["until"].date(), line["noted_by"]) == ("Spring calls", DAY + timedelta(days=90), "Ruth")
    assert {key: line["more"][key] for key in ("play", "share", "seed", "horizon_days", "filters")} == {
        "play": "call", "share": 0.5, "seed": 7, "horizon_days": 90, "filters": "Region is North",
    }  # fmt: skip
    everybody = campaign.crowd(desk, Filters(), DAY)
    assert (everybody.fit, everybody.busy, everybody.free) == (59, 29, 30)
    campaign.begin(desk, PLAN, Filters(), day=DAY)
    assert members_of(desk)["customer_id"].is_unique
    assert number == 1
    campaign.stop(desk, number, reason="budget", day=DAY)
    assert campaign.crowd(desk, Filters(), DAY).free == 29


def test_the_list_of_a_campaign_holds_nobody_held_out(desk):
    number = campaign.begin(desk, PLAN, Filters(), day=DAY)
    listed = campaign.acted_list(desk, number, DAY)
    arms = members_of(desk).groupby("arm")["customer_id"].agg(set)
    assert set(listed["customer_id"]) == arms["acted"]
    with desk.reading() as frames:
        held = set(held_out(frames, DAY).collect("pandas").to_native()["customer_id"])
    assert held == arms["held_out"]
    assert not held & set(listed["customer_id"])


def test_two_who_begin_at_once_do_not_take_the_same_customers(desk, monkeypatch):
    whole = campaign.allot

    def slow(*given, **options):
        monkeypatch.setattr(campaign, "allot", whole)
        campaign.begin(desk, PLAN, Filters(), day=DAY)
        return whole(*given, **options)

    monkeypatch.setattr(campaign, "allot", slow)
    with pytest.raises(ChurnError, match="began or stopped meanwhile"):
        campaign.begin(desk, PLAN, Filters(), day=DAY)
    assert members_of(desk)["customer_id"].is_unique


def test_a_campaign_is_stopped_once_with_a_reason_and_not_after_its_end(desk):
    number = campaign.begin(desk, PLAN, Filters(), day=DAY)
    for reason, day, said in (("", DAY, "Say why"), ("late", DAY + timedelta(days=90), "is over since 1 Apr 2026")):
        with pytest.raises(ChurnError, match=said):
            campaign.stop(desk, number, reason=reason, day=day)
    with pytest.raises(ChurnError, match="no such campaign"):
        campaign.stop(desk, 99, reason="why not", day=DAY)
    campaign.stop(desk, number, reason="budget", day=DAY)
    with pytest.raises(ChurnError, match="stopped already"):
        campaign.stop(desk, number, reason="again", day=DAY)
    [stopped] = trials(desk, months=12).every
    assert (stopped.state, stopped.more["why"]) == ("stopped", "budget")


def test_outcomes_come_from_later_data_and_not_from_what_was_noted(desk):
    number = campaign.begin(desk, PLAN, Filters(), day=DAY)
    arms = members_of(desk).groupby("arm")["customer_id"].agg(sorted)
    acted, held = arms["acted"], arms["held_out"]
    said = [Line("outcome", DAY + timedelta(days=3), customer, more={"outcome": "leaving"}) for customer in acted[:4]]
    later = Line("outcome", DAY + timedelta(days=5), acted[0], more={"outcome": "agreed"})
    desk.journal.note(*said, later, Line("outcome", DAY, held[0], more={"outcome": "told"}))
    [running] = trials(desk, months=12).every
    assert (running.state, running.pair.acted.left) == ("running", 0)
    noted = campaign.said_of(desk, number).set_index(["arm", "outcome"])["customers"].to_dict()
    assert noted == {("acted", "agreed"): 1, ("acted", "leaving"): 3, ("held_out", "told"): 1}
    ends = {acted[5]: "2026-01-20", acted[6]: "2026-03-31", held[1]: "2026-04-01", held[2]: "2026-02-01", held[3]: "2026-01-01"}
    table = people(60, ended_on=[ends.get(name, "") for name in people(60)["customer_id"]])
    table = table[table["customer_id"] != acted[7]]
    load(desk, read_on=DAY + timedelta(days=89), customers=table)
    [early] = trials(desk, months=12).every
    assert (early.state, early.pair.held_out.left, verdict(early).sentence[:27]) == ("running", 2, "Not over until 1 Apr 2026. ")
    load(desk, read_on=DAY + timedelta(days=90), customers=table)
    [over] = trials(desk, months=12).every
    n1, n0 = len(acted) - 1, len(held)
    assert (over.state, over.unknown) == ("over", 1)
    assert over.pair.acted == Arm(n1, 2, n1, 2400 / n1, pytest.approx(np.var([1200, 1200] + [0] * (n1 - 2), ddof=1)))
    assert over.pair.held_out == Arm(n0, 2, n0, 2400 / n0, pytest.approx(np.var([1200, 1200] + [0] * (n0 - 2), ddof=1)))
    assert over.cost == 5 * len(acted)
    north = trials(desk, months=12, column="region").groups[over.key]
    assert set(north) == {"North", "South"}
    assert sum(pair.acted.followed for pair in north.values()) == n1


def test_a_table_that_marks_the_lost_judges_a_campaign_by_a_later_load(tmp_path):
    plain = people(40).drop(columns=["started_on", "ended_on"])
    with open_desk(tmp_path / "desk") as desk:
        load(desk, loaded_at=datetime(2026, 1, 1), customers=plain)
        campaign.begin(desk, PLAN, Filters(), day=DAY)
        found = trials(desk, months=12)
        assert (found.read_on, found.every[0].pair.acted.followed, found.every[0].unknown) == (None, 0, 40)
        held = members_of(desk).query("arm == 'held_out'")["customer_id"]
        marked = plain.assign(churn=np.where(plain["customer_id"].isin(held[:12]), "yes", "no"))
        desk.set_settings({"label": "churn", "lost": "yes"})
        load(desk, loaded_at=datetime(2026, 4, 1), customers=marked)
        found = trials(desk, months=12)
        assert found.every[0].state == "over"
        assert (found.every[0].pair.acted.left, found.every[0].pair.held_out.left) == (0, 12)
        assert verdict(found.every[0]).kind == "helped"


def test_a_loaded_table_of_actions_is_judged_by_its_arms_and_says_which_it_cannot(tmp_path):
    ids = people(60)["customer_id"]
    ended = ["2025-02-01" if row in (3, 4, 35) else "2025-09-01" if row == 36 else "" for row in range(60)]
    actions = pd.DataFrame({"customer_id": ids, "taken_on": "2025-01-01", "action": "letter", "cost": 2.0})
    actions["arm"] = ["acted" if row < 30 else "held_out" for row in range(60)]
    actions["outcome_on"] = ["2025-02-01" if row in (3, 4, 35) else "2025-05-01" for row in range(60)]
    alone = actions.head(5).assign(taken_on="2025-03-01", action="visit", arm="acted")
    with open_desk(tmp_path / "desk") as desk:
        load(desk, read_on=DAY, customers=people(60, ended_on=ended), actions=pd.concat([actions, alone]))
        found = trials(desk, months=12)
    [one] = found.every
    assert (one.number, one.title, one.state, found.untested) == (None, "letter", "over", 1)
    assert (one.until - one.day).days == 121
    assert (one.pair.acted.left, one.pair.held_out.left, one.cost) == (2, 1, 120.0)


def test_the_planted_effect_is_found_through_desk_journal_and_later_data(tmp_path):
    firm, rng, month = PlantedFirm(), np.random.default_rng(6), 13
    chosen = firm.worrying(rng, month)
    start = OPENED + timedelta(days=int(MONTH_STARTS[month]))
    table = pd.DataFrame({"customer_id": [f"C{row}" for row in chosen], "started_on": OPENED.isoformat(), "ended_on": ""})
    table["monthly_value"] = firm.firm.value[chosen, month]
    with open_desk(tmp_path / "desk") as desk:
        load(desk, read_on=start, customers=table)
        campaign.begin(desk, Plan("Calls", "call", 12.0, DAYS, 0.5, seed=3), Filters(), day=start)
        members = members_of(desk).set_index("customer_id").loc[table["customer_id"]].reset_index()
        lived = firm.lived(rng, month, chosen, members)
        ends = [(OPENED + timedelta(days=int(day))).isoformat() if day < 900 else "" for day in lived.left_on]
        load(desk, read_on=start + timedelta(days=DAYS), customers=table.assign(ended_on=ends))
        [found] = trials(desk, months=1).every
    assert found.state == "over"
    told, planted = found.pair, lived.pair
    for one, other in ((told.acted, planted.acted), (told.held_out, planted.held_out)):
        assert (one.followed, one.left) == (other.followed, other.left)
        assert one.mean == pytest.approx(other.mean)
        assert one.variance == pytest.approx(other.variance)
    spread = difference([told])
    assert spread.low <= lived.truth <= spread.high


def test_a_test_run_elsewhere_is_counted_from_its_columns(tmp_path):
    rng = np.random.default_rng(2)
    table = people(600).assign(mailing=rng.choice(["A", "B", "none"], 600), spent=rng.exponential(10, 600).round(2))
    table["bought"] = rng.choice(["yes", "no"], 600)
    with open_desk(tmp_path / "desk") as desk:
        load(desk, customers=table)
        found = compared(desk, Asked("mailing", "none", "bought", "Yes", "spent"))
        with pytest.raises(ChurnError, match="choose two columns"):
            compared(desk, Asked("mailing", "none", "mailing", "A"))
        with pytest.raises(ChurnError, match="does not tell them apart"):
            compared(desk, Asked("mailing", "nobody", "bought", "Yes"))
    assert [one.name for one in found] == ["A", "B"]
    for one in found:
        mine, none = table[table["mailing"] == one.name], table[table["mailing"] == "none"]
        assert one.difference.difference == pytest.approx((mine["bought"] == "yes").mean() - (none["bought"] == "yes").mean())
        assert one.gain.money == pytest.approx(len(mine) * (mine["spent"].mean() - none["spent"].mean()))
