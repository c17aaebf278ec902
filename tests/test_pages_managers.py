"""The managers' pages with the sample firm: each figure and each chart holds what pandas, by itself, finds in the firm's files."""

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from scipy.stats import CensoredData, ecdf

from churn.risk.of_history import in_words
from tests import referees_said as said
from tests import referees_value as value
from tests.browser import ROOT
from tests.models import history_model
from tests.seen import cells, charts, click_row, seen, visit

DAY = pd.Timestamp(2026, 1, 1)
YEAR = pd.Timestamp(2025, 1, 1)
TABLES = ("customers", "orders", "contacts", "surveys")


@pytest.fixture(scope="module")
def firm():
    """The sample firm's tables as pandas reads them."""
    tables = {name: pd.read_csv(ROOT / "sample_data" / f"{name}.csv", keep_default_na=False, na_values=[""]) for name in TABLES}
    for table in tables.values():
        for column in table.columns[table.columns.str.endswith("_on")]:
            table[column] = pd.to_datetime(table[column])
    return tables


@pytest.fixture(scope="module")
def customers(firm, sample_desk, tmp_path_factory):
    """The sample firm's customers with the risks that the desk holds."""
    copy = tmp_path_factory.mktemp("looked_at") / "desk.duckdb"
    shutil.copy(sample_desk / "desk.duckdb", copy)
    with duckdb.connect(copy) as store:
        risks = dict(store.execute("SELECT customer_id, risk FROM scores").fetchall())
    frame = firm["customers"]
    return frame.assign(risk=frame["customer_id"].map(risks), lost=frame["ended_on"].notna())


@pytest.fixture(scope="module")
def months(firm):
    """What each customer did in each month."""
    return value.customer_months(firm["customers"], firm["orders"], firm["contacts"], DAY)


@pytest.fixture(scope="module")
def answers(firm):
    """The latest NPS answer of each customer, with what it counts."""
    asked = firm["surveys"][firm["surveys"]["question"] == "nps"].sort_values(["answered_on", "score"])
    last = asked.drop_duplicates("customer_id", keep="last")
    return last.assign(vote=100 * ((last["score"] >= 9).astype(int) - (last["score"] <= 6).astype(int)))


@pytest.fixture(scope="module")
def reasons(firm):
    """Who left, with the reason that they gave."""
    return said.reasons(firm, DAY)


@pytest.fixture(scope="module")
def overview(chromium, desk_url):
    with visit(chromium, f"{desk_url}/overview") as page:
        return seen(page, figures=7, charts_drawn=3)


@pytest.fixture(scope="module")
def told_reasons(chromium, desk_url):
    with visit(chromium, f"{desk_url}/reasons") as page:
        return seen(page, figures=3, charts_drawn=3), cells(page)


@pytest.fixture(scope="module")
def segments(chromium, desk_url):
    with visit(chromium, f"{desk_url}/segments?by=Region&and_by=Plan") as page:
        return seen(page, figures=2, charts_drawn=4)


@pytest.fixture(scope="module")
def loyalty(chromium, desk_url):
    with visit(chromium, f"{desk_url}/loyalty?by=Plan") as page:
        return seen(page, figures=3, charts_drawn=4)


@pytest.fixture(scope="module")
def nps(chromium, desk_url):
    with visit(chromium, f"{desk_url}/nps?by=Plan&comments_of=detractors+%280+to+6%29") as page:
        return seen(page, figures=3, charts_drawn=4), cells(page)


def wilson(count, total):
    """The two ends of Wilson's interval."""
    low, high = value.wilson(pd.Series([count]), pd.Series([total]))
    return low.iloc[0], high.iloc[0]


def margin(votes):
    """Half the width of a mean's 95% interval."""
    return value.Z * votes.std(ddof=0) / len(votes) ** 0.5


def churn_in(months, first, last):
    """Who left of those who were there as a month began, and these, over the months."""
    rows = months[(months["month"] >= first) & (months["month"] <= last) & (months["at_start"] == 1)]
    return rows["lost"].sum(), len(rows)


def test_the_overview_counts_customers_and_those_who_leave_in_a_month_as_pandas_does(overview, customers, months):
    here, (lost, there) = (~customers["lost"]).sum(), churn_in(months, YEAR, DAY)
    before = churn_in(months, pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 12, 31))
    low, high = wilson(lost, there)
    active, churn = overview.cards["Active customers"], overview.cards["Churn a month"]
    assert (active.value, active.on) == (f"{here:,}", f"On 1 Jan 2026, of {len(customers):,} that ever came")
    assert churn.value == f"{lost / there:.1%}"
    assert f"in the last 12 months (on average of 12 whole months); 95% interval {low:.1%} to {high:.1%}" in churn.on
    points = 100 * (lost / there - before[0] / before[1])
    assert f"{points:.1f} points more than in as many months before" in overview.text


def test_the_overview_adds_up_what_was_lost_and_what_is_at_stake_as_pandas_does(overview, customers):
    active, gone = customers[~customers["lost"]], customers[customers["ended_on"] >= YEAR]
    lost, at_risk, losses = (overview.cards[name] for name in ("Monthly value lost", "Monthly value at risk", "Expected losses"))
    assert lost.value == f"{gone['monthly_value'].sum():,.0f}"
    assert f"{len(gone)} customers who left in the last 12 months" in lost.on
    assert f"those who are here pay {active['monthly_value'].sum():,.0f}" in lost.on
    assert at_risk.value == f"{(active['monthly_value'] * active['risk']).sum():,.0f}"
    assert losses.value == f"{active['risk'].sum():,.0f}"
    assert f"{len(active):,} active customers" in losses.on


def test_the_overview_says_how_likely_customers_are_to_recommend_and_what_the_top_fifth_brings(overview, answers, firm):
    assert overview.cards["NPS"].value == f"{answers['vote'].mean():+.0f}"
    assert f"{len(answers):,} answers, the latest of each customer; give or take {margin(answers['vote']):.0f}" in overview.cards["NPS"].on
    top, _gini = value.concentration(firm["orders"])
    assert overview.cards["Revenue from the top 20%"].value == f"{top:.0%}"
    assert f"{firm['orders']['customer_id'].nunique():,} customers brings" in overview.cards["Revenue from the top 20%"].on


def test_churn_by_month_is_that_of_pandas_and_what_changed_is_said_in_a_sentence(overview, months, reasons):
    expected = value.churn_by_month(months, DAY).tail(24).reset_index(drop=True)
    found = overview.numbers["churn_by_month"]
    assert found["From"].tolist() == expected["month"].dt.strftime("%Y-%m-%d").tolist()
    assert found["Lost"].tolist() == expected["lost"].tolist()
    drawn, counted = found[["Churn rate", "95% interval from", "95% interval to"]], expected[["rate", "low", "high"]]
    np.testing.assert_allclose(drawn, counted, atol=1e-9)
    last, before = expected.iloc[-1], expected.iloc[-2]
    assert f"{last['rate']:.1%} in Dec 2025" in overview.charts[0]
    told = f"In December 2025 {last['rate']:.1%} of the customers left ({last['lost']} of {last['at_start']:,})"
    assert told.replace("December", "Dec") in overview.text.replace("December", "Dec")
    assert f"{100 * abs(last['rate'] - before['rate']):.1f} points " in overview.text
    of_month = reasons.loc[reasons["lost_on"].dt.to_period("M") == "2025-12", "reason"].dropna()
    assert (
        f"Of the {len(of_month)} who left then and said why, {(of_month == 'felt unvalued').sum()} named 'felt unvalued'" in overview.text
    )


def test_the_overview_shows_how_risk_is_spread_and_what_moves_it(overview, customers, sample_desk):
    active = customers[~customers["lost"]]
    low, high = (active["risk"] < 0.2).sum(), (active["risk"] >= 0.5).sum()
    assert overview.charts[1] == f"Customers by risk: {low:,} low, {len(active) - low - high:,} medium, {high:,} high."
    banded = active.groupby((active["risk"] * 20).astype(int).clip(upper=19))["monthly_value"].agg(["size", "sum"]).reindex(range(20))
    np.testing.assert_allclose(overview.numbers["spread"][["Customers", "Monthly value"]], banded.fillna(0), atol=0.01)
    model = in_words(history_model(sample_desk))
    parts = pd.Series(model.importance / model.importance.sum(), model.columns).sort_values(ascending=False)
    moves = overview.numbers["drivers"].set_index("Column")["Share"]
    np.testing.assert_allclose(moves[parts.index], parts)
    assert overview.charts[2].startswith(f"What moves the scores, by column: {parts.index[0]} {parts.iloc[0]:.0%}, ")
    assert "An association, not a cause." in overview.text
    assert "times in 100" in overview.text


def test_the_ten_with_most_value_at_risk_lead_to_their_pages(page_at, customers):
    active = customers[~customers["lost"]]
    worst = active.assign(at_risk=active["monthly_value"] * active["risk"]).nlargest(10, "at_risk")
    page = page_at("overview")
    charts(page, 3)
    assert [row[1] for row in cells(page)] == list(worst["customer_id"])
    click_row(page, 3)
    assert page.url.endswith(f"/customer?customer={worst['customer_id'].iloc[3]}")
    expect(page.locator("h2").first).to_have_text(worst["name"].iloc[3])


def test_the_reasons_are_those_of_the_exit_surveys(told_reasons, reasons):
    page, _comments = told_reasons
    stated = reasons["reason"].dropna()
    low, high = wilson((stated == "felt unvalued").sum(), len(stated))
    unvalued = page.cards["Felt unvalued: here"]
    assert unvalued.value == f"{(stated == 'felt unvalued').mean():.0%}"
    assert unvalued.on == f"{low:.1%} to {high:.1%} (95% interval), of {len(stated):,} customers who gave a reason"
    assert page.cards["Often quoted"].value == "67%"
    assert page.cards["Gave no reason"] == (f"{reasons['reason'].isna().sum():,}", f"Of {len(reasons):,} customers who left")
    assert f"competitor {(stated == 'competitor').mean():.1%}" in page.charts[0]
    mix = page.numbers["mix"].set_index("Reason")
    assert mix["Customers"].to_dict() == stated.value_counts().to_dict()
    quoted = mix["Often quoted"].dropna().tolist()
    assert quoted == [0.67, 0.14, 0.09, 0.05, 0.03, 0.01]
    assert "no primary study found; its shares sum to 99%" in page.text


def test_reasons_over_time_and_by_segment_are_those_of_pandas(told_reasons, firm, reasons):
    page, _comments = told_reasons
    over = page.numbers["over_time"].set_index(["From", "Reason"])
    expected = said.reason_trend(firm, DAY)
    for row in expected[expected["period"] == "2025-10-01"].to_dict("records"):
        told = over.loc[("2025-10-01", row["reason"])]
        assert (told["Customers"], told["Gave a reason"]) == (row["customers"], row["stated"])
        assert told["Share"] == pytest.approx(row["customers"] / row["stated"])
    joined = reasons.dropna(subset="reason").merge(firm["customers"][["customer_id", "segment"]])
    by = page.numbers["by_group"].set_index(["Segment", "reason"])
    for segment, group in joined.groupby("segment")["reason"]:
        told = by.loc[(segment, "competitor")]
        assert (told["Of these"], told["Customers"]) == ((group == "competitor").sum(), len(group))


def test_what_leavers_were_like_and_wrote_is_what_the_files_say(told_reasons, firm, reasons, months):
    page, comments = told_reasons
    ends = months[months["lost"] == 1].set_index("customer_id")["month"]
    ago = (months["customer_id"].map(ends).dt.to_period("M").astype("int64") - months["month"].dt.to_period("M").astype("int64"))[
        months["customer_id"].isin(ends.index)
    ]
    last = months.loc[ago[ago.between(0, 2)].index].groupby("customer_id")[["contacts", "complaints", "orders"]].sum()
    known = reasons.merge(last, on="customer_id").merge(firm["customers"][["customer_id", "monthly_value"]])
    own = known[known["reason"] == "dissatisfied (low quality)"]
    row = page.tables["Those who left, by the reason they gave"].loc["dissatisfied (low quality)"]
    days = (own["lost_on"] - own["started_on"]).dt.days.mean()
    numbers = [f"{len(own)}", f"{days:.0f}", f"{own['monthly_value'].mean():.0f}", f"{own['contacts'].mean():.1f}"]
    assert row.tolist() == [*numbers, f"{own['complaints'].mean():.2f}", f"{own['orders'].mean():.1f}"]
    exits = firm["surveys"][(firm["surveys"]["question"] == "exit") & firm["surveys"]["comment"].notna()]
    newest = exits.sort_values(["answered_on", "customer_id"], ascending=[False, True]).iloc[0]
    day = newest["answered_on"]
    assert comments[0] == [f"{day.day} {day:%b %Y}", newest["customer_id"], newest["reason"], newest["comment"]]


def test_what_they_say_stands_beside_what_the_score_reads(told_reasons, reasons, sample_desk):
    page, _comments = told_reasons
    beside, model = page.tables["What they say and what they do"], in_words(history_model(sample_desk))
    stated = reasons["reason"].dropna()
    assert beside["Named by"].to_dict() == {reason: f"{n / len(stated):.0%}" for reason, n in stated.value_counts().head(6).items()}
    parts = pd.Series(model.importance / model.importance.sum(), model.columns)
    of_contacts = parts[["contact" in name.lower() or "complaint" in name.lower() for name in parts.index]]
    share = beside.loc["felt unvalued", "Part in all scores"]
    assert float(share.rstrip("%")) / 100 >= of_contacts.max()
    assert of_contacts.idxmax() in beside.loc["felt unvalued", "What the score reads that bears on it"]


def test_who_leaves_by_region_and_how_many_they_are_is_what_pandas_counts(segments, customers):
    by = customers.groupby("region")["lost"].agg(["sum", "size"])
    told = segments.numbers["churn"].set_index("Group").loc[by.index]
    low, high = value.wilson(by["sum"], by["size"])
    expected = pd.DataFrame({"of": by["sum"], "all": by["size"], "share": by["sum"] / by["size"], "low": low, "high": high})
    np.testing.assert_allclose(told, expected, atol=1e-9)
    assert segments.numbers["sizes"].set_index("Group").loc[by.index, ["Lost", "Customers"]].to_numpy().tolist() == by.to_numpy().tolist()
    assert f"South {by.at['South', 'size']}; {by.at['South', 'sum']} left" in segments.charts[1]
    surest = low.idxmax()
    assert segments.cards["Leaves most surely"].value == f"{expected.at[surest, 'share']:.1%}"
    assert segments.cards["Leaves most surely"].on.startswith(f"{surest}: {by.at[surest, 'sum']} of {by.at[surest, 'size']:,} have left")
    assert f"all: {customers['lost'].mean():.1%}" in segments.cards["Leaves most surely"].on


def test_two_columns_cross_and_what_groups_are_worth_is_added_up(segments, customers, firm):
    both = customers.groupby(["region", "plan"])["lost"].agg(["sum", "size"])
    crossed = segments.numbers["crossed"].set_index(["Region", "Plan"])
    assert crossed.loc[both.index, ["Of these", "Customers"]].to_numpy().tolist() == both.to_numpy().tolist()
    paid = firm["orders"][firm["orders"]["ordered_on"] >= DAY - pd.Timedelta(days=365)].groupby("customer_id")["amount"].sum()
    year = customers["customer_id"].map(paid).groupby(customers["region"]).sum()
    worth, by = segments.tables["Groups with their worth"], customers.groupby("region")["monthly_value"]
    for region, row in worth.iterrows():
        amounts = row[["Mean monthly value", "Monthly value", "Revenue of the last 365 days"]].tolist()
        assert amounts == [f"{by.mean()[region]:,.0f}", f"{by.sum()[region]:,.0f}", f"{year[region]:,.0f}"]
    top = by.sum().idxmax()
    assert segments.cards["Largest by value"].value == f"{by.sum()[top]:,.0f}"
    assert segments.cards["Largest by value"].on.startswith(f"{top}: ")


def test_buying_habits_are_those_that_pandas_finds(segments, firm):
    scored = value.rfm(firm["orders"], DAY)
    expected = value.rfm_segments(scored, value.lives(firm["customers"], firm["orders"], DAY))
    named = {"cannot_lose": "cannot lose them"} | {name: name.replace("_", " ") for name in expected.index if name != "cannot_lose"}
    expected.index = expected.index.map(named)
    told = segments.numbers["rfm"].set_index("Group")
    assert told.loc[expected.index, ["Customers", "Lost"]].to_numpy().tolist() == expected[["customers", "lost"]].to_numpy().tolist()
    table = segments.tables["Buying habits with their revenue"]
    assert table["Revenue, all orders"].to_dict() == {name: f"{revenue:,.0f}" for name, revenue in expected["revenue"].items()}


def test_the_top_fifths_share_is_that_of_the_orders(loyalty, firm):
    by_customer = firm["orders"].groupby("customer_id")["amount"].sum()
    top, _gini = value.concentration(firm["orders"])
    assert loyalty.cards["Top fifth's share, here"] == (f"{top:.1%}", f"Of {len(by_customer):,} customers")
    assert loyalty.cards["Often quoted"].value == "80%"
    assert float(loyalty.cards["Revenue"].value.replace(",", "")) == pytest.approx(by_customer.sum(), abs=0.51)
    assert f"{top:.1%} of the revenue" in loyalty.charts[0]
    curve = loyalty.numbers["curve"]
    tenth = by_customer.nlargest(len(by_customer) // 10).sum() / by_customer.sum()
    assert curve.loc[10, "Share of revenue"] == pytest.approx(tenth)


def test_whether_the_loyal_stay_and_what_the_new_try_is_what_pandas_finds(loyalty, firm):
    fifths, both = value.loyal_fifths(firm["customers"], firm["orders"], DAY)
    told = loyalty.tables["The loyal fifths and who of them left"]
    columns = ["Customers", "Share of revenue", "Have left since", "Of the others"]
    for (_name, row), (_fifth, shown) in zip(fifths.iterrows(), told[columns].iterrows(), strict=True):
        shares = [f"{row['revenue_share']:.0%}", f"{row['lost_share']:.1%}", f"{row['others_lost_share']:.1%}"]
        assert shown.tolist() == [f"{row['customers']}", *shares]
    assert f"{both} customers are in both" in loyalty.text
    kinds = value.existing_against_new(firm["customers"], firm["orders"], DAY)
    table = loyalty.tables["Existing customers against new ones"]
    for kind, row in kinds.iterrows():
        low, high = wilson(row["tried"], row["customers"])
        tried = f"{row['tried'] / row['customers']:.1%} (95% interval {low:.1%} to {high:.1%})"
        spend = f"{row['spend']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
        assert table.loc[kind].tolist() == [f"{row['customers']:,.0f}", tried, spend]
    times = kinds.at["existing", "spend"] / kinds.at["new", "spend"]
    assert f"{times:.1f} times the spending" in loyalty.text


def test_cohorts_and_what_they_bring_are_those_of_pandas(loyalty, months):
    cells = value.cohorts(months, DAY, "quarter")
    told = loyalty.numbers["cohorts"].set_index(["Cohort", "Quarters since the start"])
    for row in cells.to_dict("records"):
        shown = told.loc[(f"{row['cohort']:%Y-%m-%d}", row["period"])]
        assert (shown["Customers"], shown["Still there"]) == (row["customers"], row["there"])
        assert shown["Share of revenue"] == pytest.approx(row["revenue_share"])
    first = cells[cells["period"] == 0].set_index("cohort")["revenue"]
    lived = cells[cells["period"] == 5]
    stay, bring = lived["there"].sum() / lived["customers"].sum(), lived["revenue"].sum() / lived["cohort"].map(first).sum()
    assert f"after 5 quarters {stay:.1%}" in loyalty.charts[1]
    assert f"after 5 quarters {bring:.1%}" in loyalty.charts[2]


def test_how_long_customers_stay_is_scipys_product_limit(loyalty, customers):
    staying = loyalty.numbers["staying"]
    seen_to = customers["ended_on"].fillna(DAY - pd.Timedelta(days=1))
    for plan, group in customers.assign(days=(seen_to - customers["started_on"]).dt.days).groupby("plan"):
        censored = CensoredData(uncensored=group.loc[group["lost"], "days"], right=group.loc[~group["lost"], "days"])
        curve = staying[staying["Group"] == plan]
        expected = ecdf(censored).sf.evaluate(curve["Days since the start"])
        np.testing.assert_allclose(curve["Still a customer"], expected, atol=1e-9)
        assert f"{plan}: " in loyalty.charts[3]


def test_who_the_loyal_are_is_counted_among_those_of_a_year_ago(loyalty, firm):
    then = value.lives(firm["customers"], firm["orders"], YEAR)
    there = then[then["lost_on"].isna()].merge(firm["customers"][["customer_id", "segment", "plan"]])
    who = loyalty.tables["Groups in which the loyal are frequent"].reset_index()
    top = who.iloc[0]
    assert (top["Column"], top["Group"]) == ("Segment", "Large")
    assert top["Customers"] == f"{(there['segment'] == 'Large').sum()}"
    times = who["Times the share among all"].astype(float)
    assert times.is_monotonic_decreasing
    like = loyalty.tables["The loyal beside the others"]
    left = firm["customers"].set_index("customer_id")["ended_on"].notna()
    numbers = [int(re.sub(r"\D", "", head)) for head in like.columns]
    assert sum(numbers) == (~there["customer_id"].map(left)).sum()


def test_the_nps_is_that_of_each_customers_latest_answer(nps, answers, customers):
    page, _comments = nps
    votes = answers["vote"]
    mean, half = votes.mean(), margin(votes)
    assert page.cards["NPS"].value == f"{mean:+.0f}"
    assert page.cards["NPS"].on == (
        f"{len(votes):,} answers, the latest of each customer; 95% interval {mean - half:.0f} to {mean + half:.0f}"
    )
    assert page.cards["Promoters"].value == f"{(votes > 0).mean():.0%}"
    assert page.cards["Detractors"] == (f"{(votes < 0).mean():.0%}", f"{(votes < 0).sum():,} / {len(votes):,} answers")
    counts = page.numbers["answers"]["Answers"].tolist()
    assert counts == [(votes > 0).sum(), (votes == 0).sum(), (votes < 0).sum()]
    by = answers.merge(customers, on="customer_id").groupby("plan")["vote"].agg(["size", "mean"])
    told = page.numbers["by_group"].set_index("Group").loc[by.index, ["Answers", "NPS"]]
    np.testing.assert_allclose(told, by)
    assert all(f"{plan} {score:+.0f}" in page.charts[2] for plan, score in by["mean"].items())


def test_the_nps_over_time_and_what_became_of_who_answered_is_what_pandas_finds(nps, firm):
    page, comments = nps
    expected = said.nps_trend(firm, DAY)
    told = page.numbers["trend"]
    assert told["From"].tolist() == expected["period"].dt.strftime("%Y-%m-%d").tolist()
    np.testing.assert_allclose(told[["NPS", "Answers"]], expected[["score", "answers"]])
    assert f"{expected['score'].iloc[-1]:+.0f} in Q4 2025" in page.charts[1]
    became = said.stayed_after_answer(firm, DAY, (180,)).set_index("group").loc[["promoter", "passive", "detractor"]]
    assert page.numbers["became"][["Of these", "Customers"]].to_numpy().tolist() == became[["lost", "customers"]].to_numpy().tolist()
    detractors = firm["surveys"][(firm["surveys"]["question"] == "nps") & (firm["surveys"]["score"] <= 6)].dropna(subset="comment")
    newest = detractors.sort_values(["answered_on", "customer_id"], ascending=[False, True]).iloc[0]
    day = newest["answered_on"]
    assert comments[0] == [f"{day.day} {day:%b %Y}", newest["customer_id"], f"{newest['score']:.0f}", newest["comment"]]


def test_a_chart_hands_out_its_picture(page_at):
    page = page_at("nps")
    charts(page, 4)
    drawn = page.get_by_test_id("stPlotlyChart").first
    drawn.hover()
    with page.expect_download() as download:
        drawn.locator(".modebar-btn").first.click()
    assert download.value.suggested_filename == "answers.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
