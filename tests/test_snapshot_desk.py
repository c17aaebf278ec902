"""A desk that a snapshot filled shows what the desk shows that loaded the tables themselves, and says plainly what it cannot tell."""

import base64
import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.actions.calendar import contact_plan
from churn.actions.due import Span
from churn.actions.person import person
from churn.actions.playbook import playbook_of
from churn.actions.today import Today, todays_list
from churn.filters import filters_from
from churn.findings import Findings
from churn.findings.every import findings_of
from churn.prepared import Wishes, dials_of
from churn.risk.desk_history import bring_up
from churn.risk.desk_models import model_of
from churn.snapshot import snapshot
from churn.snapshot.left import left_behind
from churn.snapshot.taking import take
from churn.store import Desk, open_desk
from churn.view import levels_of, viewed
from tests.histories import sample_frames
from tests.models import history_model
from tests.test_snapshot import AS_OF, parquet

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
    """A drawing without the last digits, which are those of sums in another order."""
    if isinstance(drawn, dict) and set(drawn) >= {"dtype", "bdata"}:
        return plain(np.frombuffer(base64.b64decode(drawn["bdata"]), dtype=drawn["dtype"]).tolist())
    if isinstance(drawn, dict):
        return {name: plain(value) for name, value in drawn.items()}
    if isinstance(drawn, list):
        return [plain(value) for value in drawn]
    return f"{drawn:.9g}" if isinstance(drawn, float) else drawn


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
        assert files[0] == taken[0]
        for one, other in zip(files, taken, strict=True):
            assert one == other
    assert sum(len(found) for found in says[0]) > 30


def listed(desk: Desk, day: date) -> Today:
    """The day's list of a desk with risks."""
    return todays_list(desk, dials_of(desk), day=day, plays=playbook_of(desk), scored=True)


def test_the_days_work_is_that_of_the_desk_that_loaded_the_files(both):
    """Who was contacted lately, to whom something is promised, whose contact is due: all of it is known without a single contact."""
    for day in (DAY, DAY + timedelta(days=5)):
        files, taken = (listed(desk, day) for desk in both)
        pd.testing.assert_frame_equal(files.rows, taken.rows)
        pd.testing.assert_frame_equal(files.aside, taken.aside)
        assert (files.left_out, files.held_out, files.order) == (taken.left_out, taken.held_out, taken.order)
        assert {"contacted", "promised"} <= set(files.left_out)
    plans = [contact_plan(desk, dials_of(desk), Span(DAY, 60), plays=playbook_of(desk)) for desk in both]
    pd.testing.assert_frame_equal(plans[0].planned, plans[1].planned)
    assert len(plans[0].planned) > 100


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
