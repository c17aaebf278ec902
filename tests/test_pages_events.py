"""What happened, dropped onto the page Data beside the customers: proposed, asked about, linked, loaded."""

import pandas as pd
import pytest
from playwright.sync_api import expect

from churn.intake import ReadOptions, read
from churn.store import open_desk
from tests.browser import choose, finished, serving

CALLS = "customer_id,date,channel\nC00001,2025-01-02,phone\nC00002,2025-01-03,email\nnobody,2025-01-04,chat\n"
ANSWERS = "Member,NPS,Day said\n" + "".join(f"C{place:05},{place % 11},2025-06-{place:02}\n" for place in range(1, 31))
BILLS = {"orders 2024": ["2024-03-01", "2024-04-01"], "orders 2025": ["2025-03-01", "2025-04-01"], "Notes": ["x", "y"]}


def book(folder):
    file = folder / "bills.xlsx"
    with pd.ExcelWriter(file, engine="xlsxwriter") as out:
        for sheet, days in BILLS.items():
            table = pd.DataFrame({"customer_id": ["C00001", "C00002"], "order date": days, "total": [5.5, 7]})
            table.to_excel(out, sheet_name=sheet, index=False)
    return file


@pytest.mark.long
def test_files_of_what_happened_go_beside_the_customers(page_at, tmp_path):
    members = "Code,name,plan\n" + "".join(f"C{place:05},Firm {place},Pro\n" for place in range(1, 31))
    with open_desk(tmp_path / "desk") as desk:
        customers = read(members.encode(), file="members.csv", options=ReadOptions(mapping={"Code": "customer_id"}))
        desk.load({"customers": customers}, settings={"label": "plan"})
    (tmp_path / "calls.csv").write_text(CALLS, "utf-8")
    (tmp_path / "answers.csv").write_text(ANSWERS, "utf-8")
    with serving(tmp_path / "desk", tmp_path / "log") as served:
        page = page_at("data", at=served.url)
        files = [tmp_path / "calls.csv", tmp_path / "answers.csv", book(tmp_path)]
        page.locator("input[type=file]").nth(1).set_input_files(files)
        expect(page.get_by_text("calls.csv: 2 of 3 rows and 3 columns read. customer_id is the customer's id")).to_be_visible()
        expect(page.get_by_text("1 row points to no customer and was set aside: nobody.")).to_be_visible()
        expect(page.get_by_text("bills.xlsx, sheet orders 2025", exact=True)).to_be_visible()
        expect(page.get_by_text("bills.xlsx: 'Notes' are no tables that were asked for, and were left out")).to_be_visible()
        expect(page.get_by_text("Surveys need the customer's id and day of the answer")).to_be_visible()
        load = page.get_by_role("button", name="Load these files")
        expect(load).to_be_disabled()
        choose(page, "Which column is the customer's id?", "Member")
        expect(page.get_by_role("button", name="Member: customer's id")).to_be_visible()
        choose(page, "Which column is the day of the answer?", "Day said")
        expect(page.get_by_text("answers.csv: 30 rows")).to_be_visible()
        expect(load).to_be_enabled()
        load.click()
        expect(page.get_by_text("4 rows of orders, 2 rows of contacts and 30 rows of surveys loaded.")).to_be_visible()
        finished(page)
        page.close()
        served.stop()
    with open_desk(tmp_path / "desk") as desk:
        assert desk.tables() == {"customers": 30, "orders": 4, "contacts": 2, "surveys": 30}
        assert desk.setting("label") == "plan"
        assert desk.frame("surveys")["question"].unique().tolist() == ["nps"]
        assert desk.frame("orders")["Code"].tolist() == ["C00001", "C00002"] * 2
        assert desk.undo().tables == {"customers": (30, "members.csv")}
