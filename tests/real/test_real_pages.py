"""The managers' pages on public data that lacks most of what they can show: no error, a sentence where a table is missing, and the figures
that pandas finds in the files."""

import contextlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from churn.intake import read
from churn.risk import train
from churn.risk.of_desk import adopt
from churn.store import open_desk
from tests import referees_value as value
from tests.browser import serving
from tests.seen import charts, seen, visit
from tests.test_main import churn
from tests.test_pages_workshop import figure

DATA = Path(__file__).parents[3] / "shared" / "data"
TELCO = DATA / "telco_ibm" / "Telco-Customer-Churn.csv"
NO_DAY = "No day says when customers left: load customers with a column of the day they ended, or their orders."
NO_REASONS = "There are no stated reasons: load a surveys table with exit answers, or customers with a column such as Churn reason."
NO_NPS = "Nobody was asked: load a surveys table with answers to the question nps, or customers with a column called NPS."
NO_REVENUE = "There is no revenue to count: load an orders table, or customers with what each pays a month."


@contextlib.contextmanager
def customers_alone(folder, data, *, file, label):
    """A server on a desk that holds this one table whole, scored by what 600 of its rows taught."""
    intake = read(data, file=file)
    some = intake.frame.sample(600, random_state=1).reset_index(drop=True)
    with open_desk(folder / "desk") as desk:
        adopt(desk, {"customers": intake}, train(some, id_column=intake.id_column, label=label))
    with serving(folder / "desk", folder / "log") as server:
        yield server.url


@pytest.fixture(scope="module")
def telco():
    return pd.read_csv(TELCO).assign(lost=lambda frame: frame["Churn"] == "Yes")


@pytest.fixture(scope="module")
def telco_url(tmp_path_factory):
    with customers_alone(tmp_path_factory.mktemp("telco"), TELCO.read_bytes(), file=TELCO.name, label="Churn") as url:
        yield url


@pytest.fixture(scope="module")
def with_reasons():
    """The longer file of the same firm: reasons, and how satisfied customers were."""
    folder, engine = DATA / "telco_ibm_ext", "openpyxl"
    main = pd.read_excel(folder / "Telco_customer_churn.xlsx", engine=engine)
    status = pd.read_excel(folder / "Telco_customer_churn_status.xlsx", engine=engine).set_index("Customer ID")
    return main.assign(**{"Satisfaction Score": main["CustomerID"].map(status["Satisfaction Score"]), "lost": main["Churn Value"] == 1})


@pytest.fixture(scope="module")
def with_reasons_url(with_reasons, tmp_path_factory):
    data = with_reasons.drop(columns="lost").to_csv(index=False).encode()
    with customers_alone(tmp_path_factory.mktemp("reasons"), data, file="telco_reasons.csv", label="Churn Value") as url:
        yield url


@pytest.fixture(scope="module")
def supermarket():
    frame = pd.read_csv(DATA / "nps_supermarket_fr" / "nps.csv", encoding="latin-1")
    baskets = pd.cut(frame["CaTicket"], [0, 20, 50, np.inf], labels=["small", "middle", "large"])
    return frame.assign(basket=baskets, vote=np.select([frame["nps"] >= 9, frame["nps"] <= 6], [100, -100], 0))


@pytest.fixture(scope="module")
def supermarket_url(supermarket, tmp_path_factory):
    """The supermarket's answers beside a table of its customers, joined by their key."""
    folder = tmp_path_factory.mktemp("supermarket")
    supermarket[["id", "NbPassageKS", "basket"]].to_csv(folder / "people.csv", index=False)
    files = (f"customers={folder / 'people.csv'}", f"surveys={DATA / 'nps_supermarket_fr' / 'nps.csv'}")
    keys = ("--map", "customers.id=customer_id", "--map", "surveys.id=customer_id")
    ran = churn("load", *files, *keys, "--set", "surveys.answered_on=2014-06-30", "--no-train", "--desk", folder / "desk")
    assert ran.found["tables"] == {"customers": len(supermarket), "surveys": len(supermarket)}
    with serving(folder / "desk", folder / "log") as server:
        yield server.url


def lacks(browser, address, *sentences):
    """The page draws no chart and says this alone, with the way to the data."""
    with visit(browser, address) as page:
        expect(page.get_by_test_id("stAlert")).to_contain_text(list(sentences))
        charts(page, 0)
        expect(page.get_by_test_id("stMain").get_by_role("link", name="Go to Data").first).to_be_visible()


def test_one_table_without_days_counts_who_left_and_what_is_at_stake(telco, telco_url, chromium):
    with visit(chromium, f"{telco_url}/overview") as page:
        found = seen(page, figures=6, charts_drawn=2)
    lost, here = telco[telco["lost"]], telco[~telco["lost"]]
    low, high = (end.iloc[0] for end in value.wilson(pd.Series([len(lost)]), pd.Series([len(telco)])))
    active, share, gone = (found.cards[name] for name in ("Active customers", "Share who have left", "Monthly value lost"))
    assert active == (f"{len(here):,}", f"Of {len(telco):,} customers; {len(lost):,} have left")
    assert share.value == f"{len(lost) / len(telco):.1%}"
    assert share.on.endswith(f"whenever that was; 95% interval {low:.1%} to {high:.1%}")
    assert gone.value == f"{lost['MonthlyCharges'].sum():,.0f}"
    assert gone.on.endswith(f"those who are here pay {here['MonthlyCharges'].sum():,.0f}")
    assert len(found.alerts) == 1
    assert NO_DAY in found.alerts[0]
    spread = found.numbers["spread"]
    assert spread["Customers"].sum() == len(here)
    assert spread["Monthly value"].sum() == pytest.approx(here["MonthlyCharges"].sum())
    assert found.numbers["drivers"]["Share"].sum() == pytest.approx(1)
    losses = float(found.cards["Expected losses"].value.replace(",", ""))
    assert (spread["Customers"] * spread["Risk from"]).sum() <= losses <= (spread["Customers"] * spread["Risk to"]).sum()


def test_one_table_without_days_is_split_by_its_own_columns(telco, telco_url, chromium):
    with visit(chromium, f"{telco_url}/segments?by=Contract&and_by=InternetService") as page:
        found = seen(page, figures=2, charts_drawn=3)
    by = telco.groupby("Contract")["lost"].agg(["sum", "size"])
    assert found.numbers["churn"].set_index("Group").loc[by.index, ["Of these", "Customers"]].to_numpy().tolist() == by.to_numpy().tolist()
    assert found.numbers["sizes"].set_index("Group").loc[by.index, ["Lost", "Customers"]].to_numpy().tolist() == by.to_numpy().tolist()
    both = telco.groupby(["Contract", "InternetService"])["lost"].agg(["sum", "size"])
    crossed = found.numbers["crossed"].set_index(["Contract", "InternetService"]).loc[both.index, ["Of these", "Customers"]]
    assert crossed.to_numpy().tolist() == both.to_numpy().tolist()
    worth = telco.groupby("Contract")["MonthlyCharges"].sum()
    assert found.tables["Groups with their worth"]["Monthly value"].to_dict() == {name: f"{sum_:,.0f}" for name, sum_ in worth.items()}
    assert len(found.alerts) == 1
    assert "Buying habits need an orders table." in found.alerts[0]


def test_one_table_without_days_shows_how_value_gathers_and_names_what_the_rest_needs(telco, telco_url, chromium):
    with visit(chromium, f"{telco_url}/loyalty") as page:
        found = seen(page, figures=3, charts_drawn=1)
    paid = np.concatenate([[0], telco["MonthlyCharges"].sort_values(ascending=False).cumsum()]) / telco["MonthlyCharges"].sum()
    curve = found.numbers["curve"]
    expected = np.interp(curve["Share of customers"] * len(telco), np.arange(len(telco) + 1), paid)
    np.testing.assert_allclose(curve["Share of revenue"], expected, atol=1e-9)
    assert found.cards["Top fifth's share, here"] == (f"{expected[20]:.1%}", f"Of {len(telco):,} customers")
    needs = ("Who is loyal is told from orders", "Cohorts need the day that customers began", "How long customers stay needs days")
    assert all(any(need in alert for alert in found.alerts) for need in needs)
    lacks(chromium, f"{telco_url}/reasons", NO_REASONS)
    lacks(chromium, f"{telco_url}/nps", NO_NPS)


def test_a_filter_of_a_firms_own_column_narrows_a_table_without_days(telco, telco_url, chromium):
    kept = telco[(telco["Contract"] == "Two year") & (telco["MonthlyCharges"] >= 50)]
    with visit(chromium, f"{telco_url}/overview?is.contract=Two+year&value_from=50") as page:
        expect(page.get_by_text(f"{len(kept):,} of {len(telco):,} customers: Contract is Two year, monthly value from 50")).to_be_visible()
        found = seen(page, figures=6, charts_drawn=2)
    assert found.cards["Active customers"].value == f"{(~kept['lost']).sum():,}"


def test_reasons_in_a_column_are_put_together_and_split_by_satisfaction(with_reasons, with_reasons_url, chromium):
    with visit(chromium, f"{with_reasons_url}/reasons?by=Satisfaction+Score") as page:
        found = seen(page, figures=3, charts_drawn=2)
    lost = with_reasons[with_reasons["lost"]]
    stated = lost[lost["Churn Reason"] != "Don't know"]
    competitor, moved = stated["Churn Reason"].str.startswith("Competitor"), stated["Churn Reason"] == "Moved"
    mix = found.numbers["mix"].set_index("Reason")["Customers"]
    assert (mix["competitor"], mix["moved or stopped of own accord"]) == (competitor.sum(), moved.sum())
    assert f"competitor {competitor.mean():.1%}" in found.charts[0]
    assert found.cards["Gave no reason"] == (f"{len(lost) - len(stated):,}", f"Of {len(lost):,} customers who left")
    by = found.numbers["by_group"].set_index(["Satisfaction Score", "reason"])
    for score, rows in stated.groupby("Satisfaction Score"):
        told = by.loc[(score, "competitor")]
        assert (told["Of these"], told["Customers"]) == (rows["Churn Reason"].str.startswith("Competitor").sum(), len(rows))
    assert "1, competitor: " in found.charts[1]
    assert "1.0" not in found.charts[1]
    assert found.alerts == []


def test_groups_by_satisfaction_are_called_as_they_were_written(with_reasons, with_reasons_url, chromium):
    with visit(chromium, f"{with_reasons_url}/segments?by=Satisfaction+Score") as page:
        found = seen(page, figures=2, charts_drawn=2)
    by = with_reasons.groupby("Satisfaction Score")["lost"].agg(["sum", "size"])
    told = found.numbers["churn"].set_index("Group").loc[by.index, ["Of these", "Customers"]]
    assert told.to_numpy().tolist() == by.to_numpy().tolist()
    assert f"3 {by.at[3, 'sum'] / by.at[3, 'size']:.1%}" in found.charts[0]
    lacks(chromium, f"{with_reasons_url}/nps", NO_NPS)


def test_answers_joined_by_key_give_the_published_score_by_a_column_of_the_customers(supermarket, supermarket_url, chromium):
    with visit(chromium, f"{supermarket_url}/nps?by=Basket") as page:
        found = seen(page, figures=3, charts_drawn=2)
    answered = supermarket[supermarket["nps"].notna()]
    votes = answered["vote"]
    half = value.Z * votes.std(ddof=0) / len(votes) ** 0.5
    assert found.cards["NPS"].value == f"{votes.mean():+.0f}" == "+53"
    interval = f"95% interval {votes.mean() - half:.0f} to {votes.mean() + half:.0f}"
    assert found.cards["NPS"].on == f"{len(votes):,} answers, the latest of each customer; {interval}"
    counts = [(votes > 0).sum(), (votes == 0).sum(), (votes < 0).sum()]
    assert found.numbers["answers"]["Answers"].tolist() == counts
    by = answered.groupby("basket", observed=True)["vote"].agg(["size", "mean"])
    np.testing.assert_allclose(found.numbers["by_group"].set_index("Group").loc[by.index, ["Answers", "NPS"]], by)
    assert f"{supermarket['nps'].isna().sum()} answers without a number from 0 to 10 are left out." in found.text
    assert len(found.alerts) == 1
    assert "No day says who left" in found.alerts[0]


def test_answers_alone_tell_neither_who_left_nor_what_they_bring(supermarket, supermarket_url, chromium):
    with visit(chromium, f"{supermarket_url}/overview") as page:
        found = seen(page, figures=2, charts_drawn=0)
    assert found.cards["Customers"] == (
        f"{len(supermarket):,}",
        "Rows in the customers table; nothing says who of them has left",
    )
    assert NO_DAY in " ".join(found.alerts)
    with visit(chromium, f"{supermarket_url}/segments?by=Basket") as page:
        sizes = seen(page, figures=0, charts_drawn=1).numbers["sizes"].set_index("Group")["Customers"]
    by = supermarket["basket"].value_counts()
    assert sizes[by.index].tolist() == by.tolist()
    assert sizes["missing"] == supermarket["basket"].isna().sum()
    lacks(chromium, f"{supermarket_url}/reasons", NO_REASONS)
    lacks(chromium, f"{supermarket_url}/loyalty", NO_REVENUE)


def test_the_workshop_begins_with_what_the_firm_has(telco, telco_url, supermarket, supermarket_url, chromium):
    paid = telco["MonthlyCharges"].sort_values(ascending=False)
    top = np.interp(0.2 * len(paid), np.arange(len(paid) + 1), np.concatenate([[0], paid.cumsum()])) / paid.sum()
    with visit(chromium, f"{telco_url}/workshop?scene=claims&numbers=firm") as page:
        assert figure(page, "The loyal 20% bring 80% of the business") == f"{top:.0%}"
    votes = supermarket.loc[supermarket["nps"].notna(), "vote"]
    with visit(chromium, f"{supermarket_url}/workshop?scene=nps&numbers=firm") as page:
        assert figure(page, "The score of all") == f"{votes.mean():+.0f}"
