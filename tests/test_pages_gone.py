"""The page of the dials: what it shows is what pandas counts, and turning them turns the whole desk."""

import re

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from churn.intake import read
from churn.prepared import Wishes, wishes_of
from churn.risk import score
from churn.risk.desk_history import preparing
from churn.risk.desk_models import history_model_of, is_foretold, model_of
from churn.risk.of_desk import rows_of
from churn.store import open_desk
from churn.tables import TABLES
from churn.wording import percent
from tests.browser import ROOT, finished, serving
from tests.foreseen import history

DAY = pd.Timestamp(2026, 1, 1)
SHORT = "The history is too short to learn from"


def choices() -> dict[str, list[str]]:
    """For each choice of days: would count as gone, still there, ordered again all the same, by pandas from the sample firm's files."""
    customers = pd.read_csv(ROOT / "sample_data" / "customers.csv", parse_dates=["ended_on"]).set_index("customer_id")
    days = pd.read_csv(ROOT / "sample_data" / "orders.csv", parse_dates=["ordered_on"])[["customer_id", "ordered_on"]].drop_duplicates()
    days = days.sort_values(["customer_id", "ordered_on"])
    gap = (days.groupby("customer_id")["ordered_on"].shift(-1) - days["ordered_on"]).dt.days
    room = (DAY - days["ordered_on"]).dt.days
    last = days.groupby("customer_id")["ordered_on"].max().reindex(customers.index)
    found = {}
    for n in (7, 14, 30, 45, 60, 90, 120, 180, 270, 365, 540, 730):
        left = customers["ended_on"].fillna(last + pd.Timedelta(days=n))
        gone = int((left < DAY).sum())
        silent = (room > 2 * n) & ~(gap <= n)
        share = f"{(gap[silent] <= 2 * n).mean():.0%}" if silent.any() else ""
        found[f"{n} days"] = [f"{gone:,}", f"{len(customers) - gone:,}", share]
    return found


def usual() -> tuple[int, int, int]:
    """How many customers ordered on several days, and within how many days half of them and nine in ten usually order again."""
    days = pd.read_csv(ROOT / "sample_data" / "orders.csv", parse_dates=["ordered_on"])[["customer_id", "ordered_on"]].drop_duplicates()
    gaps = days.sort_values(["customer_id", "ordered_on"]).groupby("customer_id")["ordered_on"].diff().dt.days
    own = gaps.groupby(days["customer_id"]).median().dropna()
    return len(own), round(own.quantile(0.5)), round(own.quantile(0.9))


def table(page: Page) -> dict[str, list[str]]:
    rows = page.get_by_test_id("stTable").first.locator("tbody tr")
    expect(rows.first).to_be_visible()
    cells = [[cell.strip() for cell in row.locator("td").all_inner_texts()] for row in rows.all()]
    return {row[0]: row[1:] for row in cells}


def read_so(page: Page, *, look_ahead: int) -> None:
    box = page.get_by_label("Look ahead so many days")
    box.fill(str(look_ahead))
    box.press("Tab")
    page.get_by_role("button", name="Read the history so").click()


@pytest.fixture
def own(tmp_path):
    """A server on a small firm with a history that nothing was learned from yet, and the day that its data suggest."""
    tables = history()
    with open_desk(tmp_path / "desk") as desk:
        intakes = {name: read(frame.to_csv(index=False).encode(), file=f"{name}.csv", table=TABLES[name]) for name, frame in tables.items()}
        desk.load(intakes, prepare=preparing(Wishes()))
    days = [tables["customers"][day] for day in ("started_on", "ended_on")] + [
        tables["promises"][day] for day in ("promised_on", "kept_on")
    ]
    with serving(tmp_path / "desk", tmp_path / "log") as server:
        yield server, pd.to_datetime(pd.concat(days)).max() + pd.Timedelta(days=1)


def test_the_page_shows_what_pandas_counts_of_the_sample_firm(page_at):
    page = page_at("gone")
    told = "The desk knows what happened before 1 Jan 2026 and says who may leave in the next 90 days."
    expect(page.get_by_text(f"A customer is gone after the end date that your table gives. {told}")).to_have_count(2)  # as is suggested
    expect(page.get_by_role("button", name="As the data suggest")).to_be_disabled()
    customers, middle, most = usual()
    usually = f"Half of {customers:,} customers who ordered more than once usually wait {middle} days or less; nine in ten, {most} days."
    expect(page.get_by_text(usually)).to_be_visible()
    expected = choices()
    assert table(page) == expected
    curve = str(page.get_by_test_id("stPlotlyChart").get_attribute("aria-label"))
    seen = re.findall(r"Silent for (\d+ days): ([\d.]+)% ordered again", curve)
    assert [days for days, _share in seen] == [days for days, row in expected.items() if row[2]]
    assert all(abs(float(share) - float(expected[days][2].rstrip("%"))) <= 0.51 for days, share in seen)


def test_a_desk_without_a_history_says_so(page_at, tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(b"customer_id,plan\nA,Pro\n", file="one.csv")}, prepare=preparing(Wishes()))
    with serving(tmp_path / "desk", tmp_path / "log") as server:
        page = page_at("gone", at=server.url)
        expect(page.get_by_text("There is no history to read: load orders, contacts,")).to_be_visible()
        expect(page.get_by_role("button", name="Read the history so")).to_have_count(0)
        page.close()


@pytest.mark.long
def test_turning_the_dials_learns_anew_and_says_so_where_nothing_can_be_learned(own, page_at):
    server, day = own
    page = page_at("gone", at=server.url)
    known = f"The desk knows what happened before {day.day} {day:%b %Y} and says who may leave in the next"
    expect(page.get_by_text(f"{known} 90 days.")).to_have_count(2)
    expect(page.get_by_text("There are no orders, so nothing can be said of how long customers stay silent.")).to_be_visible()
    read_so(page, look_ahead=30)
    expect(page.get_by_text("The history is read so from now on. All pages show it.")).to_be_visible()
    finished(page)
    expect(page.get_by_text(f"{known} 30 days.")).to_be_visible()
    assert SHORT not in page.get_by_test_id("stMain").inner_text()
    customer = page_at("customer?customer=c0002", at=server.url)
    expect(customer.get_by_test_id("stMetricLabel")).to_contain_text("Risk of leaving within 30 days")
    shown = customer.get_by_test_id("stMetricValue").inner_text()
    customer.close()
    page.close()
    server.stop()
    with open_desk(server.desk) as desk:
        assert wishes_of(desk) == Wishes(look_ahead=30)
        card, row = model_of(desk), rows_of(desk, "c0002")
        assert shown.startswith(percent(score(card, row, id_column="customer_id").risk[0]))
    with serving(server.desk, server.desk.with_name("log again")) as again:
        page = page_at("gone", at=again.url)
        read_so(page, look_ahead=200)
        expect(page.get_by_text(f"All pages show it. There is no score of who leaves next: {SHORT}")).to_be_visible()
        page.close()
        again.stop()
        with open_desk(server.desk) as desk:
            assert wishes_of(desk) == Wishes(look_ahead=200)
            assert not is_foretold(desk)
            assert history_model_of(desk) is None
