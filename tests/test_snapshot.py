"""A snapshot: Parquet in, Parquet out, the same as a desk holds; refused in one line, and written whole or not at all."""

import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from churn.errors import ChurnError, StoreError
from churn.prepared import Wishes
from churn.risk.lookup import explained
from churn.risk.of_history import past_of
from churn.snapshot import snapshot
from churn.snapshot.kept import file_of, kept_in
from churn.store.parquet import parquet_tables
from churn.wording import listing
from tests.histories import SAMPLE, TABLES, sample_frames
from tests.models import collected, history_model, model_files

AS_OF = date(2026, 1, 1)
SMALL = {
    "customers": [("a", date(2025, 1, 1), None), ("b", date(2025, 1, 1), date(2025, 6, 1)), ("c", date(2025, 9, 1), None)],
    "orders": [("a", date(2025, 6, 29), 5.0), ("a", date(2025, 6, 1), 7.0), ("b", date(2025, 5, 1), 9.0)],
}


def parquet(folder: Path, **frames: pd.DataFrame) -> Path:
    """Tables as Parquet files, days as days."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as store:
        for name, frame in frames.items():
            days = ", ".join(f"{column}::DATE AS {column}" for column in frame if column.endswith("_on"))
            store.register("passing", frame)
            read = f"SELECT * REPLACE ({days})" if days else "SELECT *"
            store.execute(f"COPY ({read} FROM passing) TO '{folder / name}.parquet' (FORMAT parquet)")
            store.unregister("passing")
    return folder


@pytest.fixture
def small(tmp_path) -> Path:
    """Three customers and three orders."""
    customers = pd.DataFrame(SMALL["customers"], columns=["customer_id", "started_on", "ended_on"])
    orders = pd.DataFrame(SMALL["orders"], columns=["customer_id", "ordered_on", "amount"])
    return parquet(tmp_path / "in", customers=customers, orders=orders)


def command(*arguments: object) -> tuple[int, str, list[str]]:
    """What the command line answers: its exit code, standard output, and lines of standard error."""
    run = subprocess.run(
        [sys.executable, "-m", "churn", "snapshot", *map(str, arguments)], cwd=SAMPLE.parent, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout, run.stderr.splitlines()


def alike(found: pd.DataFrame, expected: pd.DataFrame, *by: str) -> None:
    """The same rows in any order, whatever the kind of numbers and words, and whether "yes" is written so or "Yes"."""
    flags = {name: {"yes": "Yes", "no": "No"} for name in found if found[name].isin(["yes", "no"]).all()}
    found, expected = found.replace(flags), expected.replace(flags)
    both = [frame[list(expected)].sort_values(list(by)).reset_index(drop=True) for frame in (found, expected)]
    numbers = expected.select_dtypes("number").columns
    kinds = {name: "float64" if name in numbers else "str" for name in expected}
    pd.testing.assert_frame_equal(*(frame.astype(kinds) for frame in both), rtol=1e-9, atol=1e-9)


def test_a_snapshot_of_the_sample_firm_is_what_its_desk_holds(sample_desk, tmp_path):
    """The desk read CSV files, with its own intake, and prepared its tables when they were loaded. What a score was judged by stays where
    it was learned, and the dials are noted with what was said of them: here the day, there nothing."""
    folder, out = parquet(tmp_path / "in", **sample_frames()), tmp_path / "out"
    assert sorted(path.stem for path in folder.iterdir()) == sorted(TABLES)
    card = history_model(sample_desk)
    rows = snapshot(folder, out, Wishes(as_of=AS_OF), card)
    assert set(rows) == {file_of(name).removesuffix(".parquet") for name in (*ROW_OF, "gaps", "silences", "sign_record", "dials")}
    assert {path.name for path in out.iterdir()} == {"snapshot.json", "model.json", *(f"{name}.parquet" for name in rows)}
    for name, by in ROW_OF.items():
        desk = collected(sample_desk, name, tmp_path)
        found = pq.read_table(out / file_of(name)).to_pandas()
        assert rows[file_of(name).removesuffix(".parquet")] == len(found) == len(desk) > 0
        alike(found, desk.drop(columns="_row", errors="ignore"), *by)
    for name in ("gaps", "silences", "sign_record", "dials"):
        desk = collected(sample_desk, name, tmp_path).drop(columns="stamp", errors="ignore")
        alike(pq.read_table(out / file_of(name)).to_pandas(), desk, *desk.columns)
    assert rows["scores"] == rows["features"] == 2981
    scores = pq.read_table(out / "scores.parquet").to_pandas()
    because = scores.filter(like="because:")
    assert list(because) == ["because:base", *(f"because:{column}" for column in card.columns)]
    risk = scores["risk"]
    np.testing.assert_allclose(because.sum(axis=1)[risk.notna()], np.log(risk / (1 - risk))[risk.notna()], rtol=0, atol=1e-9)


ROW_OF = {
    "customers": ("customer_id",),
    "actions": ("customer_id", "taken_on", "action"),
    "customer_now": ("customer_id",),
    "customer_months": ("customer_id", "month"),
    "customer_bought": ("customer_id",),
    "customer_loyal": ("customer_id",),
    "customer_spend": ("customer_id",),
    "customer_rhythm": ("customer_id",),
    "customer_answers": ("customer_id", "day"),
    "customer_comments": ("customer_id", "answered_on", "question", "comment"),
    "customer_reasons": ("customer_id",),
    "customer_promises": ("customer_id", "promised_on", "due_on", "what"),
    "customer_features": ("customer_id",),
    "customer_signs": ("customer_id", "sign"),
    "customer_people": ("customer_id",),
    "customer_quarters": ("customer_id", "month"),
    "customer_leaving": ("customer_id",),
    "customer_standing": ("customer_id",),
    "customer_spoke": ("customer_id",),
    "customer_products": ("customer_id", "product"),
    "scores": ("customer_id",),
}


def test_the_same_rows_in_another_order_teach_the_same_score(tmp_path):
    """What is learned from hangs on the order of its rows, as customers go to the parts that judge each other in it."""
    frames = sample_frames()
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in frames.items()}
    rows = []
    for name, tables in {"one": frames, "other": shuffled}.items():
        with parquet_tables(parquet(tmp_path / name, **tables)) as found:
            rows.append(past_of(found, Wishes(as_of=AS_OF)).rows)
    assert len(rows[0]) > 1000
    pd.testing.assert_frame_equal(*rows, rtol=1e-12)


def test_the_command_computes_as_of_the_day_that_it_is_told(small, tmp_path):
    """On 1 July a's last order is 2 days ago, b has left and c has not come; on 2 June b is still known as here only where ends say so."""
    code, said, told = command("--in", small, "--out", tmp_path / "out", "--as-of", "2025-07-01")
    assert (code, [line for line in told if "%" not in line]) == (0, [])
    assert '"features": 1' in said
    found = pq.read_table(tmp_path / "out" / "features.parquet").to_pandas().set_index("customer_id")
    assert (found.index.tolist(), found["days_since_order"].tolist(), found["orders_ever"].tolist()) == (["a"], [2], [2])
    code, said, told = command("--in", small, "--out", tmp_path / "silent", "--as-of", "2025-07-30", "--gone-after", 30)
    assert '"features": 0' in said  # a's 30 days of silence ended on 29 July


def test_tables_in_parts_are_read_and_folders_beside_that_hold_anything_else_stay(small, tmp_path):
    wishes = Wishes(as_of=date(2025, 7, 1))
    whole = snapshot(small, tmp_path / "whole", wishes, None)
    orders = pq.read_table(small / "orders.parquet")
    (small / "orders.parquet").unlink()
    (small / "orders.parquet").mkdir()
    for place in range(orders.num_rows):
        pq.write_table(orders.slice(place, 1), small / "orders.parquet" / f"part-{place}.parquet")
    assert snapshot(small, tmp_path / "parts", wishes, None) == whole
    alike(*(pq.read_table(tmp_path / name / "features.parquet").to_pandas() for name in ("parts", "whole")), "customer_id")
    (small / "orders.parquet" / "README").write_text("mine")
    with pytest.raises(StoreError, match="must hold nothing but Parquet files"):
        snapshot(small, tmp_path / "parts", wishes, None)
    for beside in ("out.new", "out.old"):
        (tmp_path / beside).mkdir()
        (tmp_path / beside / "letter.txt").write_text("mine")
        with pytest.raises(StoreError, match=f"{beside} holds other files"):
            snapshot(small, tmp_path / "out", wishes, None)
        assert (tmp_path / beside / "letter.txt").read_text() == "mine"
        shutil.rmtree(tmp_path / beside)
    with pytest.raises(StoreError, match="is the folder that the tables come from"):
        snapshot(small.rename(tmp_path / "out.new"), tmp_path / "out", wishes, None)


ONE_DAY = {"ordered_on": [date(2025, 1, 1)]}


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "customers.parquet").unlink(), "has no customers.parquet: a snapshot is made of"),
        (lambda folder: (folder / "orders.parquet").write_bytes(b"PAR1 no more"), "cannot be read"),
        (lambda folder: parquet(folder, orders=pd.DataFrame({"who": ["a"]} | ONE_DAY)), "has no column customer_id"),
        (lambda folder: parquet(folder, orders=pd.DataFrame({"customer_id": ["a"], "amount": ["much"]} | ONE_DAY)), "cannot be read"),
    ],
)
def test_tables_that_cannot_be_read_are_refused_in_one_line_and_what_was_there_stays(small, tmp_path, damage, says):
    out = tmp_path / "out"
    snapshot(small, out, Wishes(as_of=date(2025, 7, 1)), None)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    damage(small)
    with pytest.raises(StoreError, match=says) as error:
        snapshot(small, out, Wishes(as_of=date(2025, 7, 2)), None)
    assert "\n" not in str(error.value)
    assert {name: (out / name).read_bytes() for name in before} == before


def test_the_command_refuses_in_one_line(small, sample_desk, tmp_path):
    out = tmp_path / "out"
    sheet = model_files(sample_desk)[0]
    asked = {
        "was not learned from histories": ("--in", small, "--out", out, "--as-of", "2025-07-01", "--model", sheet),
        "--master is of Spark": ("--in", small, "--out", out, "--as-of", "2025-07-01", "--master", "local[2]"),
        "has no customers.parquet": ("--in", tmp_path / "nowhere", "--out", out, "--as-of", "2025-07-01"),
        "none.json": ("--in", small, "--out", out, "--as-of", "2025-07-01", "--model", tmp_path / "none.json"),
        "customers.parquet": ("--in", small, "--out", small / "customers.parquet", "--as-of", "2025-07-01"),
    }
    for says, arguments in asked.items():
        code, said, told = command(*arguments)
        assert (code, said, len(told)) == (2, "", 1), told
        assert says in told[0]
    assert [path.name for path in tmp_path.iterdir()] in (["in"], ["in", "out"], ["out", "in"])


def test_a_snapshot_without_a_day_is_refused(tmp_path):
    folder = parquet(tmp_path / "in", customers=pd.DataFrame({"customer_id": ["a"], "plan": ["Pro"]}))
    with pytest.raises(ChurnError, match="A snapshot needs its day: say --as-of"):
        snapshot(folder, tmp_path / "out", Wishes(), None)


def test_without_a_day_a_snapshot_notes_the_one_that_the_tables_are_read_at(small, tmp_path):
    snapshot(small, tmp_path / "out", Wishes(), None)
    day = pq.read_table(tmp_path / "out" / "dials.parquet").column("as_of")[0].as_py()
    noted = kept_in(tmp_path / "out")
    assert noted.as_of == noted.wishes["as_of"] == f"{day:%Y-%m-%d}"


def test_ctrl_c_ends_a_snapshot_with_a_word_and_leaves_nothing(tmp_path):
    folder = parquet(tmp_path / "in", **sample_frames())
    program = (
        "import signal, sys; from churn.__main__ import main; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "sys.argv[0] = 'churn'; sys.exit(main())"
    )
    order = [sys.executable, "-c", program, "snapshot", "--in", folder, "--out", tmp_path / "out", "--as-of", "2026-01-01"]
    with subprocess.Popen(list(map(str, order)), cwd=SAMPLE.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        while not (tmp_path / "out.new" / "customer_months.parquet").exists():
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        printed, errors = run.communicate(timeout=60)
    assert (run.returncode, printed, errors.splitlines()[-1]) == (130, "", "stopped")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


@pytest.mark.long
def test_scores_that_end_halfway_do_not_replace_whole_ones(sample_desk, tmp_path, monkeypatch):
    """Of 2,981 customers the 1,000 of the first batch are scored, then the machine gives up."""
    folder, out = tmp_path / "in", tmp_path / "out"
    card = history_model(sample_desk)
    frames = {name: frame for name, frame in sample_frames().items() if name in ("customers", "promises")}
    notes: list[str] = []
    snapshot(parquet(folder, **frames), out, Wishes(as_of=AS_OF), card, note=notes.append)
    (told,) = notes
    there = pq.read_table(out / "features.parquet").to_pandas()
    lacking = [column for column in card.columns if column not in there or there[column].isna().all()]
    assert 0 < len(lacking) < len(card.columns)
    assert told == f"The score does without columns that these tables do not hold: {listing(lacking)}."
    whole = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr("churn.snapshot.BATCH", 1000)
    scored = []

    def gives_up(*arguments):
        scored.append(arguments)
        if len(scored) > 1:
            raise MemoryError
        return explained(*arguments)

    monkeypatch.setattr("churn.snapshot.explained", gives_up)
    with pytest.raises(MemoryError):
        snapshot(folder, out, Wishes(as_of=AS_OF), card)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    before = pq.read_table(out / "scores.parquet").to_pandas()
    monkeypatch.setattr("churn.snapshot.explained", explained)
    assert snapshot(folder, out, Wishes(as_of=AS_OF), card)["scores"] == 2981
    alike(pq.read_table(out / "scores.parquet").to_pandas(), before, "customer_id")


def test_a_snapshot_takes_the_place_of_nothing_but_a_snapshot(small, tmp_path):
    """Other people's files stay; so does a folder that is asked for as its own source."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"holds other files \(letter.txt\): name a new folder"):
        snapshot(small, out, Wishes(as_of=date(2025, 7, 1)), None)
    with pytest.raises(StoreError, match="the folder that the tables come from"):
        snapshot(small, small, Wishes(as_of=date(2025, 7, 1)), None)
    assert (out / "letter.txt").read_text() == "mine"
    assert sorted(path.name for path in small.iterdir()) == ["customers.parquet", "orders.parquet"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
