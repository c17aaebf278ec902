"""Where a deeper model is truly better: its opinion beside the score, and its risks on all pages where that is wanted."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from churn.intake import read
from churn.risk.of_desk import train_desk
from churn.risk.scoring import score
from churn.risk.second import score_deeper
from churn.store import open_desk
from churn.wording import percent
from tests.browser import finished, serving
from tests.test_pages_files import drop

ROWS = 500


def three_coins() -> pd.DataFrame:
    """Customers who leave mostly where an odd number of three coins lies heads up, of which no two tell anything; a fourth does."""
    random = np.random.default_rng(3)
    names = ("one", "two", "three", "four")
    sheet = pd.DataFrame({name: pd.Series(random.choice(["heads", "tails"], ROWS), dtype="str") for name in names})
    heads = sheet == "heads"
    log_odds = np.where(heads[["one", "two", "three"]].sum(axis=1) % 2 == 1, 1.8, -1.8) + np.where(heads["four"], 0.8, -0.8)
    sheet.insert(0, "customer_id", [f"c{row}" for row in range(ROWS)])
    return sheet.assign(churn=np.where(random.random(ROWS) < 1 / (1 + np.exp(-log_odds)), "yes", "no"))


@pytest.fixture
def coins(tmp_path):
    """A server on that firm, the file it was loaded from, and its scorecard."""
    file = three_coins().to_csv(index=False).encode()
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(file, file="coins.csv")})
        card = train_desk(desk)
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(serving(tmp_path / "desk", tmp_path / "log")), file, card


@pytest.mark.long
def test_the_deeper_model_speaks_beside_the_score_and_takes_its_place_where_that_is_wanted(page_at, coins):
    server, file, card = coins
    sheet = read(file, file="coins.csv").frame
    plain, deeper = (percent(found(card, sheet, id_column="customer_id").risk[7]) for found in (score, score_deeper))
    page = page_at("customer?customer=c7", at=server.url)
    expect(page.get_by_test_id("stMetricValue")).to_contain_text(plain)
    expect(page.get_by_text("A deeper model, in which any columns may meet, predicts surely better for this firm.")).to_contain_text(deeper)
    page.close()
    page = page_at("trust", at=server.url)
    page.get_by_text("Show the deeper model's risks on all pages").click()
    expect(page.get_by_role("switch").or_(page.get_by_role("checkbox")).first).to_be_checked()
    finished(page)
    page.close()
    page = page_at("customer?customer=c7", at=server.url)
    expect(page.get_by_test_id("stMetricValue")).to_contain_text(deeper)
    expect(page.get_by_text("The risk above is the deeper model's.")).to_contain_text(plain)
    page.close()
    page = page_at("score_sheet", at=server.url)
    drop(page, "coins.csv", file)
    expect(page.get_by_text("The risks are the deeper model's.")).to_be_visible()
    finished(page)
    page.close()
    server.stop()
    with open_desk(server.desk) as desk, desk.reading() as frames:
        kept = frames["scores"].collect("pandas").to_native().set_index("customer_id")["risk"]
    expected = score_deeper(card, sheet, id_column="customer_id").risk
    np.testing.assert_allclose(kept.loc[sheet["customer_id"]].to_numpy(), expected)
