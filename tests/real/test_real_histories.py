"""The tables of firms that nobody in this project made, loaded as their files are, against an independent reading by pandas."""

from pathlib import Path

import pandas as pd
import pytest

from churn.measures.nps import nps
from churn.store import open_desk
from tests.test_main import Ran, churn

DATA = Path(__file__).parents[3] / "shared" / "data"
CONTOSO, RAVEN, CRM = DATA / "ms_contoso", DATA / "ravenstack", DATA / "crm_b2b"


def loaded(folder: Path, *arguments: object) -> tuple[Ran, dict[str, pd.DataFrame]]:
    """What the command said, and the desk's tables under the names of the schema."""
    ran = churn("load", *arguments, "--no-train", "--desk", folder / "desk")
    assert ran.found["tables"]
    with open_desk(folder / "desk") as desk:
        names = {table: {column.label: column.name for column in desk.columns(table)} for table in desk.tables()}
        for line in desk.loads()[0].tables:
            assert line.rows_accepted + (line.rows_rejected or 0) == line.rows_read
        return ran, {table: desk.frame(table).rename(columns=names[table]) for table in names}


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Whether two frames hold the same rows, in any order."""
    columns = list(expected)
    plain = [frame[columns].astype(dict.fromkeys(columns, "str")) for frame in (found, expected)]
    one, other = (frame.sort_values(columns).reset_index(drop=True) for frame in plain)
    pd.testing.assert_frame_equal(one, other)


def test_cdnow_makes_its_customers_of_their_purchases(tmp_path):
    _ran, tables = loaded(tmp_path, f"orders={DATA / 'cdnow' / 'CDNOW_master.txt'}")
    file = pd.read_csv(DATA / "cdnow" / "CDNOW_master.txt", sep=r"\s+", dtype={0: str}, header=0, names=["id", "day", "n", "worth"])
    assert (len(tables["orders"]), len(tables["customers"])) == (len(file), file["id"].nunique()) == (69_659, 23_570)
    assert tables["orders"]["amount"].sum() == pytest.approx(file["worth"].sum(), abs=0.01)
    first = pd.to_datetime(file["day"].astype("str"), format="%Y%m%d").groupby(file["id"]).min()
    expected = pd.DataFrame({"customer_id": first.index, "started_on": first.to_numpy()}).astype({"started_on": "datetime64[s]"})
    same(tables["customers"], expected)


def test_contosos_two_purchase_files_are_one_table(tmp_path):
    said = ["--map", "customers.LoyaltyId=customer_id"]
    files = ["orders=" + str(CONTOSO / name) for name in ("OnlinePurchases.txt", "POSPurchases.txt")]
    ran, tables = loaded(tmp_path, f"customers={CONTOSO / 'Customer-Loyalty.txt'}", *files, *said)
    people = pd.read_csv(CONTOSO / "Customer-Loyalty.txt")
    online, shop = pd.read_csv(CONTOSO / "OnlinePurchases.txt"), pd.read_csv(CONTOSO / "POSPurchases.txt")
    joined = online.merge(people[["ContactId", "LoyaltyId"]], on="ContactId")
    joined["PurchasedOn"] = pd.to_datetime(joined["PurchasedOn"], format="%m/%d/%Y")
    shop["PurchasedOn"] = pd.to_datetime(shop["PurchasedOn"], format="%Y-%m-%d")
    both = pd.concat([joined, shop])[["LoyaltyId", "PurchasedOn", "TotalPrice"]]
    expected = both.set_axis(["customer_id", "ordered_on", "amount"], axis="columns").astype({"amount": "float64"})
    assert len(expected) == 12_369 + 20_024 - 1
    same(tables["orders"], expected.astype({"ordered_on": "datetime64[s]"}))
    assert "OnlinePurchases.txt: Customers are found by ContactId." in ran.err
    assert "OnlinePurchases.txt: 1 row points to no customer and was set aside" in ran.err


def test_ravenstacks_five_tables_are_loaded_and_its_usage_found_through_subscriptions(tmp_path):
    named = [
        *("customers=accounts", "orders=subscriptions", "contacts=support_tickets", "contacts=feature_usage", "surveys=churn_events"),
    ]
    files = [f"{table}={RAVEN / f'ravenstack_{name}.csv'}" for table, name in (pair.split("=") for pair in named)]
    ran, tables = loaded(tmp_path, *files, "--map", "orders.plan_tier=product", "--set", "ravenstack_feature_usage.channel=web")
    read = {name: pd.read_csv(RAVEN / f"ravenstack_{name}.csv") for name in ("subscriptions", "feature_usage", "churn_events")}
    assert {name: len(table) for name, table in tables.items()} == {"customers": 500, "orders": 5000, "contacts": 27_000, "surveys": 600}
    assert tables["orders"]["amount"].sum() == read["subscriptions"]["mrr_amount"].sum()
    assert tables["orders"]["product"].value_counts().to_dict() == read["subscriptions"]["plan_tier"].value_counts().to_dict()
    usage = read["feature_usage"].merge(read["subscriptions"][["subscription_id", "account_id"]], on="subscription_id")
    web = tables["contacts"][tables["contacts"]["channel"] == "web"]
    days = pd.to_datetime(usage["usage_date"]).astype("datetime64[s]")
    same(web, pd.DataFrame({"customer_id": usage["account_id"], "contacted_on": days}))
    assert tables["surveys"]["question"].unique().tolist() == ["exit"]
    assert tables["surveys"]["reason"].value_counts().to_dict() == read["churn_events"]["reason_code"].value_counts().to_dict()
    assert "ravenstack_feature_usage.csv: Customers are found by subscription_id through ravenstack_subscriptions.csv." in ran.err


def test_a_crms_deals_are_loaded_and_what_is_no_product_or_customer_is_named(tmp_path):
    files = [f"customers={CRM / 'accounts.csv'}", f"orders={CRM / 'sales_pipeline.csv'}", f"products={CRM / 'products.csv'}"]
    ran, tables = loaded(tmp_path, *files, "--map", "customers.account=customer_id")
    deals = pd.read_csv(CRM / "sales_pipeline.csv")
    usable = deals[deals["account"].notna() & deals["close_date"].notna() & deals["close_value"].notna()]
    assert (len(deals), len(tables["orders"]), len(tables["customers"])) == (8800, len(usable), 85)
    assert tables["orders"]["amount"].sum() == usable["close_value"].sum()
    assert "sales_pipeline.csv: GTXPro (1,480 orders) is not in products.csv: is it GTX Pro?\n" in ran.err
    assert ran.err.count("is not in products.csv") == 1
    assert "sales_pipeline.csv: 1,425 rows name no customer and were set aside: 'account' is empty there.\n" in ran.err
    assert f"{len(deals) - len(usable):,} rows were set aside" in ran.err


def test_a_survey_alone_gives_the_score_that_is_published(tmp_path):
    said = ["--map", "id=customer_id", "--set", "surveys.answered_on=2014-06-30"]
    _ran, tables = loaded(tmp_path, f"surveys={DATA / 'nps_supermarket_fr' / 'nps.csv'}", *said)
    assert len(tables["surveys"]) == 13_954
    answers = pd.read_csv(DATA / "nps_supermarket_fr" / "nps.csv", encoding="latin-1")["nps"].dropna()
    with open_desk(tmp_path / "desk") as desk, desk.reading() as frames:
        found = nps(frames["surveys"])
    assert (found.answers, round(found.score)) == (len(answers), 53)
    assert found.score == pytest.approx(100 * ((answers >= 9).mean() - (answers <= 6).mean()), abs=1e-9)


@pytest.mark.parametrize("files", [("ms_contoso/OnlinePurchases.txt",), ("ravenstack/ravenstack_feature_usage.csv",)])
def test_events_of_customers_whom_nothing_tells_are_refused(tmp_path, files):
    refusal = churn("load", *(f"orders={DATA / file}" for file in files), "--desk", tmp_path / "desk").refusal
    assert "has no column for customer_id" in refusal
