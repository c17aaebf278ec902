"""A desk that a snapshot filled shows what the desk shows that loaded the tables themselves, and says plainly what it cannot tell."""

import base64
import json
import math
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from churn.actions.calendar import contact_plan
from churn.actions.due import Span
from churn.actions.person import person
from churn.actions.playbook import playbook_of
from churn.actions.today import Today, todays_list
from churn.actions.win_back import lost_customers
from churn.errors import StoreError
from churn.filters import filters_from
from churn.findings import Findings
from churn.findings.every import findings_of
from churn.intake import Progress, read
from churn.prepared import Wishes, dials_of, wishes_of
from churn.risk.desk_history import bring_up, preparing, turned
from churn.risk.desk_models import model_of
from churn.risk.of_desk import add
from churn.snapshot import snapshot
from churn.snapshot.kept import Kept, Part, kept_in, part_of
from churn.snapshot.left import left_behind
from churn.snapshot.parcel import parcel
from churn.snapshot.taking import take
from churn.store import Desk, open_desk
from churn.stored import StoredColumn
from churn.tables import TABLES
from churn.view import levels_of, viewed
from tests.browser import Visitor, serving
from tests.histories import sample_frames
from tests.models import history_model
from tests.test_front import PAGES
from tests.test_snapshot import AS_OF, parquet

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, 9)


@pytest.fixture(scope="module")
def made(sample_desk, tmp_path_factory) -> Path:
    """A snapshot of the sample firm."""
    folder = tmp_path_factory.mktemp("made")
    snapshot(parquet(folder / "in", **sample_frames()), folder / "out", Wishes(as_of=AS_OF), history_model(sample_desk))
    return folder / "out"


@pytest.fixture(scope="module")
def both(sample_desk, made, tmp_path_factory):
    """The desk that loaded the files, and one that a snapshot of them filled."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(sample_desk, folder / "files")
    with open_desk(folder / "files") as files, open_desk(folder / "taken") as taken:
        take(taken, made, at=NOW, by="me")
        bring_up(files)
        yield files, taken


def plain(drawn: Any) -> Any:
    """A drawing with its numbers as such, which plotly packs."""
    if isinstance(drawn, dict) and set(drawn) >= {"dtype", "bdata"}:
        return np.frombuffer(base64.b64decode(drawn["bdata"]), dtype=drawn["dtype"]).tolist()
    if isinstance(drawn, dict):
        return {name: plain(value) for name, value in drawn.items()}
    return [plain(value) for value in drawn] if isinstance(drawn, list) else drawn


def differing(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two drawings say different things, but for the last digits, which are those of sums in another order."""
    if isinstance(one, dict) and isinstance(other, dict) and set(one) == set(other):
        return [found for key in one for found in differing(one[key], other[key], f"{at}/{key}")]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        return [found for place, pair in enumerate(zip(one, other, strict=True)) for found in differing(*pair, f"{at}/{place}")]
    if isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12):
        return []
    return [] if one == other or (one != one and other != other) else [f"{at}: {one!r}, {other!r}"]


def told(found: Findings) -> list[object]:
    """All that findings say, charts and tables in plain types."""
    charts = [part.chart and plain(json.loads(part.chart.figure.to_json())) for part in found.parts]
    tables = [part.table and part.table.cells.astype("str").to_dict("list") for part in found.parts]
    parts = [
        (part.key, part.title, part.about, part.caution, part.notes, part.lacking, chart, table)
        for part, chart, table in zip(found.parts, charts, tables, strict=True)
    ]
    return [found.title, found.figures, found.said, found.caution, found.lacking, *parts]


@pytest.mark.parametrize("asked", [{}, {"period": ["12"]}, {"region": ["North"], "period": ["2024"]}])
def test_findings_are_those_of_the_desk_that_loaded_the_files(both, asked):
    says = []
    for desk in both:
        with viewed(desk, filters_from(asked)) as view:
            says.append([told(found) for found in findings_of(view, levels_of(desk), model_of(desk), day=DAY)])
    for files, taken in zip(*says, strict=True):
        assert differing(files, taken, str(files[0])) == []
    assert sum(len(found) for found in says[0]) > 30


def listed(desk: Desk, day: date) -> Today:
    """The day's list of a desk with risks."""
    return todays_list(desk, dials_of(desk), day=day, plays=playbook_of(desk), scored=True)


@pytest.mark.long
def test_the_days_work_is_that_of_the_desk_that_loaded_the_files(both):
    """Who was contacted lately, to whom something is promised, whose contact is due: all of it is known without a single contact."""
    for day in (DAY, DAY + timedelta(days=5)):
        files, taken = (listed(desk, day) for desk in both)
        pd.testing.assert_frame_equal(files.rows, taken.rows)
        pd.testing.assert_frame_equal(files.aside, taken.aside)
        assert (files.left_out, files.held_out, files.order) == (taken.left_out, taken.held_out, taken.order)
        assert files.left_out["contacted"] > 0
        assert files.held_out > 0
        assert len(files.promised) > 0
    plans = [contact_plan(desk, dials_of(desk), Span(DAY, 60), plays=playbook_of(desk)) for desk in both]
    pd.testing.assert_frame_equal(plans[0].planned, plans[1].planned)
    assert len(plans[0].planned) > 100


@pytest.mark.parametrize("day", [DAY, date(2025, 9, 1)])
def test_the_lost_and_their_signs_of_return_are_those_of_the_desk_that_loaded_the_files(both, day):
    files, taken = (lost_customers(desk, dials_of(desk), day) for desk in both)
    assert files is not None
    assert taken is not None
    pd.testing.assert_frame_equal(files.listed, taken.listed)
    pd.testing.assert_frame_equal(files.counts, taken.counts)
    assert (files.customers, files.signs, files.strong, files.warm) == (taken.customers, taken.signs, taken.strong, taken.warm)
    assert files.customers > 0


def test_a_customer_is_who_they_are_without_their_single_orders(both):
    files, taken = both
    for customer in listed(files, DAY).rows["customer_id"].head(5):
        one, other = (person(desk, customer, DAY) for desk in both)
        assert (one.who, one.worth, one.promises, one.reason, one.value) == (
            other.who,
            other.worth,
            other.promises,
            other.reason,
            other.value,
        )
    assert left_behind(files, "orders") == ""
    assert left_behind(taken, "orders").startswith("This desk holds a snapshot as of 1 Jan 2026: what it tells of orders was worked out")


@pytest.fixture
def little(tmp_path) -> Path:
    """A snapshot of three customers."""
    tables = parquet(tmp_path / "tables", **{name: pd.DataFrame(rows) for name, rows in LITTLE.items()})
    snapshot(tables, tmp_path / "snapshot", Wishes(as_of=date(2025, 7, 1), gone_after=60), None)
    return tmp_path / "snapshot"


LITTLE = {
    "customers": {"customer_id": ["a", "b", "c"], "Size (m²)": [1.5, None, 3.0], "vip": [True, False, None]},
    "orders": {
        "customer_id": ["a", "a", "b", "c"],
        "ordered_on": [date(2025, 6, 1), date(2025, 6, 29), date(2025, 3, 1), date(2025, 5, 20)],
        "amount": [5.0, 7.0, 9.0, 1.0],
    },
}


def stopped_at(turn: int) -> Progress:
    """Stops what it is told of when it hears of it for that time."""
    turns = iter(range(1, turn))

    def tell(_share: float, _words: str) -> None:
        if next(turns, None) is None:
            raise KeyboardInterrupt

    return tell


def test_a_snapshot_comes_into_the_desk_and_can_be_taken_back(little, tmp_path):
    """Headers stay, names are safe, cells typed; what was set and noted stays; the second undo brings the snapshot back."""
    with open_desk(tmp_path / "desk") as desk:
        desk.set_settings({"calls": 7, "model": "old.json"})
        with pytest.raises(KeyboardInterrupt):
            take(desk, little, progress=stopped_at(3))
        assert desk.tables() == {}
        heard: list[tuple[float, str]] = []
        take(desk, little, at=NOW, by="me", progress=lambda *told: heard.append(told))
        assert [share for share, _words in heard] == sorted(share for share, _words in heard)
        assert heard[0] == (0.0, f"reading the snapshot, part 1 of {len(heard)}")
        assert len(heard) == len(kept_in(little).rows)
        assert desk.tables() == {"customers": 3}
        assert [(column.name, column.label, column.type) for column in desk.columns("customers")] == [
            ("customer_id", "customer_id", "id"),
            ("size_m2", "Size (m²)", "number"),
            ("vip", "vip", "flag"),
        ]
        frame = desk.frame("customers")
        assert frame["vip"].tolist()[:2] == ["Yes", "No"]
        assert frame["Size (m²)"].tolist()[::2] == [1.5, 3.0]
        assert (desk.setting("calls"), desk.setting("model")) == (7, None)
        assert wishes_of(desk) == Wishes(as_of=date(2025, 7, 1), gone_after=60)
        bring_up(desk)
        with viewed(desk) as view:
            churn = view.churn()
            assert churn is not None
            assert (round(churn.share * 3), churn.total) == (1, 3)
        (load,) = desk.loads()
        assert [(table.table, table.file, table.rows_accepted) for table in load.tables] == [("customers", "snapshot", 3)]
        assert desk.undo().kind == "undo"
        assert (desk.tables(), desk.setting("model"), desk.setting("snapshot")) == ({}, "old.json", None)
        desk.undo()
        assert desk.tables() == {"customers": 3}
        desk.load({"customers": read(b"customer_id,name\nz,Zoe\ny,Yan\n", file="customers.csv")})
        assert (wishes_of(desk), desk.setting("snapshot"), desk.setting("calls")) == (Wishes(), None, 7)


def test_a_table_may_be_a_folder_of_parts(little, tmp_path):
    """As Spark writes it."""
    with open_desk(tmp_path / "one") as desk:
        take(desk, little)
        whole = desk.ids()
    rows = pq.read_table(little / "customers.parquet")
    (little / "customers.parquet").unlink()
    (little / "customers.parquet").mkdir()
    for place in (0, 1):
        pq.write_table(rows.slice(2 * place, 2), little / f"customers.parquet/part-{place}.parquet")
    said = json.loads((little / "snapshot.json").read_text())
    parts = [part for part in said["parts"] if part["path"] != "customers.parquet"]
    parts += [asdict(part_of(little, f"customers.parquet/part-{place}.parquet")) for place in (0, 1)]
    names = {"program", "format", "digest", "parts", "columns"}
    columns = {name: tuple(StoredColumn(**column) for column in own) for name, own in said["columns"].items()}
    kept = Kept(parts=tuple(Part(**part) for part in parts), columns=columns, **{k: v for k, v in said.items() if k not in names})
    (little / "snapshot.json").write_text(kept.to_text())
    with open_desk(tmp_path / "two") as desk:
        take(desk, little)
        assert desk.ids() == whole == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "snapshot.json").unlink(), "holds no whole snapshot: make it anew"),
        (lambda folder: (folder / "gaps.parquet").unlink(), r"damaged or was changed \(gaps.parquet\)"),
        (lambda folder: shutil.copy(folder / "gaps.parquet", folder / "dials.parquet"), r"damaged or was changed \(dials.parquet\)"),
        (lambda folder: (folder / "snapshot.json").write_text("{"), r"damaged or was changed \(snapshot.json\)"),
        (lambda folder: reworded(folder, '"engine": "duckdb"', '"engine": "mine"'), r"damaged or was changed \(snapshot.json\)"),
        (lambda folder: reworded(folder, '"edition": ', '"edition": 9'), "made by another version of this program: make it anew"),
    ],
)
def test_what_is_no_whole_snapshot_is_refused_in_one_line_and_the_desk_stays(little, tmp_path, damage, says):
    with open_desk(tmp_path / "desk") as desk:
        take(desk, little)
        before = (desk.version(), desk.loads())
        damage(little)
        with pytest.raises(StoreError, match=says) as error:
            take(desk, little)
        assert "\n" not in str(error.value)
        assert (desk.version(), desk.loads()) == before


def reworded(folder: Path, words: str, others: str) -> None:
    """Changes what a snapshot says of itself."""
    text = (folder / "snapshot.json").read_text()
    assert words in text
    (folder / "snapshot.json").write_text(text.replace(words, others))


def test_nothing_is_made_anew_of_what_a_snapshot_left_behind(little, tmp_path):
    """Other dials, single tables and single customers are refused; whole tables take its place."""
    orders = {"orders": read(b"customer_id,ordered_on,amount\nx,2025-06-01,5\n", file="orders.csv", table=TABLES["orders"])}
    people = {"customers": read(b"customer_id,plan\nx,Pro\ny,Pro\n", file="people.csv", table=TABLES["customers"])}
    with open_desk(tmp_path / "desk") as desk:
        take(desk, little)
        before = desk.version()
        for refused in (
            lambda: turned(desk, Wishes(gone_after=30)),
            lambda: desk.load(orders, prepare=preparing(wishes_of(desk))),
            lambda: add(desk, people["customers"]),
        ):
            with pytest.raises(StoreError, match="This desk holds a snapshot"):
                refused()
        assert desk.version() == before
        desk.load(people, prepare=preparing(wishes_of(desk)))
        assert (desk.setting("snapshot"), desk.tables()) == (None, {"customers": 2})
        desk.load(orders, prepare=preparing(wishes_of(desk)))
        with desk.reading() as frames:
            assert "customer_bought" in frames


def test_a_snapshot_of_another_program_asks_to_be_made_anew(little, tmp_path, monkeypatch):
    with open_desk(tmp_path / "desk") as desk:
        take(desk, little)
        monkeypatch.setattr("churn.prepared.EDITION", 99)
        with pytest.raises(StoreError, match="was made by another version of this program: make it anew with this one and load it"):
            bring_up(desk)


def test_a_run_that_is_killed_leaves_the_former_snapshot_as_it_was(little, tmp_path):
    """The new one is of the sample firm, so that there is time to kill it; the next run clears away what it left."""
    tables = parquet(tmp_path / "sample", **sample_frames())
    before = {path.name: path.read_bytes() for path in little.iterdir()}
    order = [sys.executable, "-m", "churn", "snapshot", "--in", tables, "--out", little, "--as-of", "2026-01-01"]
    with subprocess.Popen(order, cwd=ROOT, stdout=subprocess.DEVNULL) as run:
        while not (tmp_path / "snapshot.new" / "customers.parquet").exists():
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    assert run.returncode == -signal.SIGKILL
    assert {path.name: path.read_bytes() for path in little.iterdir()} == before
    with open_desk(tmp_path / "desk") as desk, pytest.raises(StoreError, match="holds no whole snapshot"):
        take(desk, tmp_path / "snapshot.new")
    little.rename(tmp_path / "snapshot.old")  # as where it is killed between the two steps
    with open_desk(tmp_path / "desk") as desk:
        take(desk, little)
        assert desk.tables() == {"customers": 3}
    snapshot(tmp_path / "tables", little, Wishes(as_of=date(2025, 7, 1)), None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk", "sample", "snapshot", "tables"]


def test_workers_score_with_what_they_are_sent_and_four_packages(tmp_path):
    """A process that has the archive, and of all packages no others than these and what they bring, can do all that a worker does."""
    archive = parcel(tmp_path / "churn_scoring.zip")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import numpy, pandas, pyarrow, babel; before = set(sys.modules)\n"
        "from churn.risk.lookup import explained_in_turn; from churn.risk.scorecard import Scorecard\n"
        "import churn.risk.lookup as lookup; assert lookup.__file__.startswith(sys.argv[1])\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    run = subprocess.run([sys.executable, "-P", "-c", program, archive], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    came = set(run.stdout.split())
    assert "churn" in came
    assert came - sys.stdlib_module_names <= {"churn", "numpy", "pandas", "pyarrow", "babel", "zipimport"}


@pytest.mark.long
def test_every_page_opens_on_a_snapshot_and_says_what_it_cannot_tell(chromium, made, tmp_path):
    """Nothing goes wrong on any page. Where single rows are asked for, a sentence stands."""
    with open_desk(tmp_path / "desk") as desk:
        take(desk, made, at=NOW, by="me")
        own = f"customer?customer={listed(desk, DAY).rows['customer_id'].iloc[0]}"
    behind = "worked out elsewhere, and single rows stayed there"
    says = {"promises": behind, "feedback": "A snapshot keeps no single rows of contacts", own: behind}
    with serving(tmp_path / "desk", tmp_path / "log") as served:
        visitor = Visitor(chromium)
        for path in (*PAGES, own):
            page = visitor.open(f"{served.url}/{path}")
            expect(page.get_by_role("heading").first).to_be_visible()
            expect(page.get_by_test_id("stException")).to_have_count(0)
            expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
            if path in says:
                expect(page.get_by_text(says[path]).first).to_be_visible()
        assert visitor.leave() == []
