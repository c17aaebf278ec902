"""Findings: their figures against plain pandas on the same rows, whatever the firm's file looks like; what each part rests on; and which
parts a desk that holds only some tables shows, in which words it says what is lacking."""

import random
from datetime import date, timedelta

import pandas as pd
import pytest

from churn.errors import FilterError
from churn.filters import Filters
from churn.findings import Asked, loyalty, nps, overview, reasons, segments
from churn.findings.segments import BY_VALUE, telling
from churn.findings.stating import sources
from churn.intake import read
from churn.prepared import Wishes, prepared
from churn.report.of_desk import desk_report
from churn.store import open_desk
from churn.tables import TABLES
from churn.view import levels_of, viewed
from churn.wording import money, number, percent

AS_OF = date(2025, 7, 16)
HOSTILE = ("rfm", "customers", "group", "is_lost", "نام", "known")


def ago(days: int) -> str:
    return (AS_OF - timedelta(days=days)).isoformat()


def messy(seed: int) -> dict[str, pd.DataFrame]:
    """A firm of 60 whose columns are called what the library calls its own, with holes, days to come, and orders of strangers."""
    dice = random.Random(seed)
    ids = [f"c{place}" for place in range(60)]
    gone = [dice.random() < 0.5 for _id in ids]
    customers = {
        "customer_id": ids,
        "started_on": [ago(dice.randint(400, 2000)) for _id in ids],
        "ended_on": [ago(dice.randint(0, 390)) if left else dice.choice(["", ago(-20)]) for left in gone],
        "monthly_value": [dice.choice(["", 10, 10, 10, 25.5, 1000]) for _id in ids],
        "region": [dice.choice(["North", "South", "(missing)", "x, y", 'q"&z=1', ""]) for _id in ids],
        "score": [dice.choice([1, 2.5, 20250101, ""]) for _id in ids],
        "Churn reason": [dice.choice(["price", "moved", ""]) if left else "" for left in gone],
        **{name: [dice.choice(["a", "b", ""]) for _id in ids] for name in HOSTILE},
    }
    several = [dice.choice([*ids, "stranger"]) for _row in range(150)]
    days = [ago(dice.randint(-40, 500)) for _row in several]
    orders = {"customer_id": several, "ordered_on": days, "amount": [dice.choice([5, "", -3, 100.5]) for _row in several]}
    answers = {
        "customer_id": several,
        "answered_on": days,
        "question": [dice.choice(["nps", "nps", "exit"]) for _row in several],
        "score": [dice.choice([0, 6, 7, 9, 10]) for _row in several],
        "reason": [dice.choice(["price", "competitor", "not stated", ""]) for _row in several],
        "comment": [dice.choice(["", "<i>well</i>"]) for _row in several],
    }
    return {"customers": pd.DataFrame(customers), "orders": pd.DataFrame(orders), "surveys": pd.DataFrame(answers)}


def load(desk, tables, *, gone_after=0, settings=None, as_of=AS_OF):
    files = {name: read(frame.to_csv(index=False).encode(), file=f"{name}.csv", table=TABLES[name]) for name, frame in tables.items()}
    desk.load(files, settings=settings, prepare=lambda frames: prepared(frames, Wishes(as_of=as_of, gone_after=gone_after)))


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    tables = messy(1)
    with open_desk(tmp_path_factory.mktemp("messy") / "desk") as desk:
        load(desk, tables)
        yield desk, tables


def figure(found, label):
    return next(one for one in found.figures if one.label == label)


def part(found, key):
    return next(one for one in found.parts if one.key == key)


FILTERS = [
    Filters(),
    Filters({"region": ("", "x, y"), "score": ("20250101", "1")}),
    Filters({"score": ("2.5", "")}, value_from=10, value_to=30),
    Filters(period="2025"),
    Filters({"region": ('q"&z=1', "North", "South")}, period="2024-09..2025-02"),
    Filters(period="1990"),
]


def rows_of(tables, filters):
    rows = tables["customers"].replace("", float("nan"))
    for column, values in filters.picked.items():
        wanted = [float(value) if column == "score" else value for value in values if value]
        rows = rows[rows[column].isin(wanted) | (("" in values) & rows[column].isna())]
    if filters.value_from is not None:
        rows = rows[rows["monthly_value"].astype(float).between(filters.value_from, filters.value_to)]
    ended = pd.to_datetime(rows["ended_on"])
    return rows.assign(
        started=pd.to_datetime(rows["started_on"]), lost=ended.where(ended < pd.Timestamp(AS_OF)), value=rows["monthly_value"].astype(float)
    )


def months_of(filters):
    span = filters.span(AS_OF) if filters.period != "all" else Filters(period="12").span(AS_OF)
    last = min(pd.Period(span.until, "M"), pd.Period(AS_OF, "M")) - 1
    return span, [month.start_time for month in pd.period_range(pd.Period(span.first, "M"), last, freq="M")]


@pytest.mark.parametrize("filters", FILTERS)
def test_the_overview_counts_what_plain_pandas_counts(firm, filters):
    desk, tables = firm
    rows = rows_of(tables, filters)
    with viewed(desk, filters) as view:
        found = overview(view)
    assert figure(found, "Active customers").value == number(rows["lost"].isna().sum())
    span, months = months_of(filters)
    there = left = 0
    for month in months:
        inside = (rows["started"] < month) & ~(rows["lost"] < month)
        there += inside.sum()
        left += (inside & (rows["lost"] < month + pd.DateOffset(months=1))).sum()
    rates = [one for one in found.figures if one.label == "Churn a month"]
    assert [one.value for one in rates] == ([percent(left / there) if len(rows) >= 10 else f"{left} of {there}"] if there else [])
    gone = rows[(rows["lost"] >= pd.Timestamp(span.first)) & (rows["lost"] < pd.Timestamp(span.until))]
    lost = figure(found, "Monthly value lost")
    assert lost.value == money(gone["value"].sum())
    assert f"those who are here pay {money(rows.loc[rows['lost'].isna(), 'value'].sum())}" in lost.on
    assert ("is not known" in lost.on) == bool(gone["value"].isna().any())


@pytest.mark.parametrize("filters", FILTERS)
def test_stated_reasons_are_of_those_who_left_in_the_period(firm, filters):
    desk, tables = firm
    rows = rows_of(tables, filters)
    gone = rows[rows["lost"].notna()]
    if filters.period != "all":
        span = filters.span(AS_OF)
        gone = gone[(gone["lost"] >= pd.Timestamp(span.first)) & (gone["lost"] < pd.Timestamp(span.until))]
    said = gone["Churn reason"].dropna()
    with viewed(desk, filters) as view:
        source = next(name for name, label in sources(view).items() if label == "Churn reason")
        found = reasons(view, Asked(source, grouped=False, by="score"))
    if said.empty:
        assert found.lacking == "Nobody who left has stated a reason yet."
        return
    mix = part(found, "mix").chart.data.set_index("Reason")
    assert mix.loc[mix["Customers"] > 0, "Customers"].to_dict() == said.value_counts().to_dict()
    assert mix.at[said.iloc[0], "Share"] == pytest.approx((said == said.iloc[0]).mean())
    assert figure(found, "Gave no reason").value == number(len(gone) - len(said))
    grid = part(found, "by_group").chart.data
    assert set(grid["Score"]) <= {"1", "2.5", "20250101", "missing"}


@pytest.mark.parametrize("filters", FILTERS)
def test_nps_is_of_the_latest_answer_of_each_customer_in_the_period(firm, filters):
    desk, tables = firm
    rows, asked = rows_of(tables, filters), tables["surveys"]
    asked = asked[(asked["question"] == "nps") & (asked["answered_on"] < AS_OF.isoformat())]
    if filters.narrows:
        asked = asked[asked["customer_id"].isin(rows["customer_id"])]
    if filters.period != "all":
        span = filters.span(AS_OF)
        asked = asked[asked["answered_on"].between(span.first.isoformat(), (span.until - timedelta(days=1)).isoformat())]
    last = asked.sort_values(["answered_on", "score"]).groupby("customer_id")["score"].last().astype(int)
    with viewed(desk, filters) as view:
        found = nps(view, by="score")
    if last.empty:
        assert "no answer from 0 to 10" in found.lacking
        return
    counts = part(found, "answers").chart.data["Answers"]
    assert list(counts) == [(last >= 9).sum(), last.isin([7, 8]).sum(), (last <= 6).sum()]
    assert round(100 * ((last >= 9).mean() - (last <= 6).mean())) == pytest.approx(float(figure(found, "NPS").value), abs=1)


@pytest.mark.parametrize("column", ["region", "score", *HOSTILE])
def test_segments_count_each_group_under_its_own_name_and_a_click_finds_it_again(firm, column):
    desk, tables = firm
    rows = rows_of(tables, Filters())
    name = {"نام": None, "is_lost": "x_is_lost"}.get(column, column)
    with viewed(desk) as view:
        name = name or next(one.name for one in view.columns if one.label == column)
        found = segments(view, name, BY_VALUE)
        assert telling(view, [name]) == name
    groups = rows.groupby(column, dropna=False)["lost"].agg(["size", "count"])
    drawn = part(found, "churn").chart
    assert sorted(zip(drawn.data["Of these"], drawn.data["Customers"], strict=True)) == sorted(
        zip(groups["count"], groups["size"], strict=True)
    )
    for (value,), whole in zip(drawn.picks.values, drawn.data["Customers"], strict=True):
        with viewed(desk, Filters({name: (value,)})) as view:
            assert view.customers == whole
        assert value in levels_of(desk)[name]
    table = part(found, "worth").table.cells
    assert set(table.iloc[:, 0]) == {
        "(missing)" if group != group else f"{group:.15g}" if column == "score" else group for group in groups.index
    }
    assert "of" in part(found, "crossed").chart.figure.to_json()


def test_fifths_of_value_have_a_name_each_where_many_pay_the_same(firm):
    desk, tables = firm
    with viewed(desk) as view:
        found = segments(view, BY_VALUE)
    value = rows_of(tables, Filters())["value"]
    drawn = part(found, "churn").chart.data.set_index("Group")["Customers"]
    assert set(drawn.index) <= {"up to 10", "10 to 26", "26 to 1,000", "above 26", "above 1,000", "missing"}
    assert (drawn["up to 10"], drawn["missing"]) == ((value == 10).sum(), value.isna().sum())


@pytest.mark.parametrize("filters", [FILTERS[0], FILTERS[3], FILTERS[4]])
def test_revenue_is_that_of_the_orders_in_the_period(firm, filters):
    desk, tables = firm
    rows, orders = rows_of(tables, filters), tables["orders"]
    bought = orders.merge(rows, on="customer_id")
    day, span = pd.to_datetime(bought["ordered_on"]), filters.span(AS_OF)
    month, begun, over = (days.dt.to_period("M") for days in (day, bought["started"], bought["lost"]))
    lived = ((month >= begun) & ~(month > over)) | (filters.period == "all")
    inside = (day < pd.Timestamp(span.until)) & (day >= pd.Timestamp(span.first or "1900-01-01")) & lived
    paid = pd.to_numeric(bought.loc[inside, "amount"]).groupby(bought["customer_id"]).sum().clip(lower=0).sort_values(ascending=False)
    with viewed(desk, filters) as view:
        found = loyalty(view)
    assert figure(found, "Revenue").value == money(paid.sum())
    top = part(found, "curve").chart.data.set_index("Share of customers")["Share of revenue"]
    customers = int(figure(found, "Top fifth's share, here").on.split()[1])
    if customers % 5 == 0:
        assert top[0.2] == pytest.approx(paid.head(customers // 5).sum() / paid.sum())
    assert figure(found, "Top fifth's share, here").value == percent(top[0.2])


def small_firm(n=40, **more):
    """Customers, every fourth of whom left, with a label; no days but those in `more`."""
    ids = [f"c{place}" for place in range(n)]
    left = [place % 4 == 0 for place in range(n)]
    columns = {"customer_id": ids, "region": ["North" if place % 2 else "South" for place in range(n)]}
    return pd.DataFrame(columns | {"Churn": ["Yes" if gone else "No" for gone in left]} | more)


def dated_firm():
    """The same with days; four left in each of the ten months before AS_OF."""
    left = [ago(15 + 30 * (place // 4)) if place % 4 == 0 else "" for place in range(40)]
    return small_firm(started_on=[ago(800 + place) for place in range(40)], ended_on=left)


BUYERS = [f"c{place % 40}" for place in range(200)]
PAID = pd.DataFrame({"customer_id": BUYERS, "ordered_on": [ago(20 + 2 * place) for place in range(200)], "amount": 10})
ANSWERS = pd.DataFrame({"customer_id": [f"c{place}" for place in range(40)], "answered_on": ago(300), "question": "nps", "score": 9})
NO_DAY = "No day says when customers left: load customers with a column of the day they ended, or their orders."
NO_REVENUE = "There is no revenue to count: load an orders table, or customers with what each pays a month."
PARTIAL = {
    "label": ({"customers": small_firm()}, "spread", [NO_DAY, NO_REVENUE, "Buying habits need an orders table."]),
    "days": ({"customers": dated_firm()}, "churn_by_month staying cohorts", [NO_REVENUE]),
    "orders": ({"customers": dated_firm(), "orders": PAID}, "churn_by_month staying curve fifths rfm", ["Nobody was asked"]),
    "answers": ({"customers": dated_firm(), "surveys": ANSWERS}, "answers became", ["There are no stated reasons"]),
    "answers alone": ({"customers": small_firm(), "surveys": ANSWERS}, "answers", [NO_DAY]),
}


@pytest.mark.parametrize("name", PARTIAL)
def test_a_partial_desk_shows_what_it_can_and_says_what_it_lacks(tmp_path, name):
    tables, shown, lacking = PARTIAL[name]
    with open_desk(tmp_path / "desk") as desk:
        load(desk, tables, settings={"label": "Churn", "lost": "Yes"})
        with viewed(desk) as view:
            found = [overview(view), reasons(view, None), segments(view, "region"), loyalty(view), nps(view, by="region")]
        parts = [one for page in found for one in page.parts]
        drawn = {one.key for one in parts if one.chart is not None or one.table is not None}
        said = [one.lacking for one in (*found, *parts)]
        assert {"sizes", "churn", "worth", *(key for key in shown.split() if key != "spread")} <= drawn
        for sentence in lacking:
            assert any(text.startswith(sentence) for text in said), said
        assert all(bool(one.lacking) != bool(one.chart or one.table) for one in parts)
        assert figure(found[0], "Active customers").value == "30"
        assert "Segments" in desk_report(desk)


def test_fewer_than_ten_are_counted_and_never_a_bare_percentage(tmp_path):
    customers = dated_firm().head(8).assign(**{"monthly_value": 10, "Churn reason": ["price", *[""] * 7]})
    with open_desk(tmp_path / "desk") as desk:
        load(desk, {"customers": customers, "orders": PAID.head(8), "surveys": ANSWERS.head(8)})
        with viewed(desk) as view:
            asked = Asked(next(iter(sources(view))))
            found = [
                overview(view),
                reasons(view, asked),
                segments(view, "region", BY_VALUE),
                loyalty(view, by="region"),
                nps(view, by="region"),
            ]
    for page in found:
        values = {one.label: one.value for one in page.figures if one.label != "Often quoted"}
        texts = [page.said, *values.values(), *(one.chart.alt for one in page.parts if one.chart and one.key != "mix")]
        texts += [str(cell) for one in page.parts if one.table for cell in one.table.cells.to_numpy().ravel()]
        assert not [text for text in texts if "%" in text and "100%" not in text], (page.title, texts)


def test_what_is_compared_is_said_as_far_as_it_is_known(tmp_path):
    customers = dated_firm().assign(started_on=ago(430))
    with open_desk(tmp_path / "desk") as desk:
        load(desk, {"customers": customers})
        for period, told in (("all", "in the 1 month known before"), ("3", "in as many months before")):
            with viewed(desk, Filters(period=period)) as view:
                assert told in figure(overview(view), "Churn a month").change
        with viewed(desk, Filters(period="2025-01..2025-03")) as view:
            assert overview(view).said.startswith("In Mar 2025 ")


@pytest.mark.parametrize("period", ["0", "0000", "9999", "0999", "1999-13..2000-01", "9000-01..9999-12", "٣"])
def test_a_period_that_no_calendar_holds_is_refused(period):
    with pytest.raises(FilterError, match="There is no period"):
        Filters(period=period)


def test_a_page_begins_with_the_column_that_tells_most_but_for_what_gives_leavers_away(tmp_path):
    left = [1] * 30 + [0] * 30
    columns = {
        "customer_id": [f"c{place}" for place in range(60)],
        "coin": ["head", "tail"] * 30,
        "plan kind": ["dear"] * 25 + ["cheap"] * 35,
        "farewell": ["said"] * 30 + ["not said"] * 30,
        "churn": left,
    }
    columns["plan kind"][59] = "dear"
    with open_desk(tmp_path / "desk") as desk:
        load(desk, {"customers": pd.DataFrame(columns)}, settings={"label": "churn", "lost": "1"})
        with viewed(desk) as view:
            assert telling(view, ["coin", "farewell", "plan_kind"]) == "plan_kind"
            assert telling(view, ["coin", "farewell"]) == "coin"
