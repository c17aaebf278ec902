"""A scorecard from training to keeping to scoring."""

import dataclasses
import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import risk
from churn.errors import ModelError, TrainingError
from churn.risk.bagging import deal, fold_of
from churn.risk.fitting import fit
from churn.risk.keeping import to_text
from churn.risk.labelled import Labelled
from churn.risk.lookup import refit
from churn.risk.points import probability
from churn.risk.scorecard import Scorecard
from tests.made_up import labelled

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def sheet() -> pd.DataFrame:
    return labelled(400)


@pytest.fixture(scope="module")
def card(sheet: pd.DataFrame) -> Scorecard:
    return risk.train(sheet, id_column="customer_id", source="sheet.csv", digest="abc", trained_on="2025-12-31")


@pytest.fixture
def kept(card: Scorecard, tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    risk.save(card, path)
    return path


def test_the_explanation_sums_to_the_very_risk_that_is_shown(card, sheet):
    for rows in (sheet, labelled(50, seed=9).assign(customer_id=[f"new {row}" for row in range(50)])):
        scores = risk.score(card, rows, id_column="customer_id")
        shown = np.log(scores.risk / (1 - scores.risk))
        np.testing.assert_allclose(scores.base + scores.contributions.sum(axis=1), shown, atol=1e-9)


def test_the_planted_causes_move_the_score_and_what_plays_no_part_does_not(card):
    importance = dict(zip(card.columns, card.importance, strict=True))
    assert importance["colour"] < 0.2 * min(importance[cause] for cause in ("visits", "plan", "months"))
    assert card.evaluation.has_signal
    assert card.evaluation.roc_auc > 0.65


def test_a_known_customer_gets_the_score_of_the_bag_that_did_not_see_it(card, sheet):
    scores = risk.score(card, sheet, id_column="customer_id")
    assert scores.known.all()
    strangers = risk.score(card, sheet.drop(columns="customer_id"))
    assert not strangers.known.any()
    lost = (sheet["churned"] == "yes").to_numpy()

    def loss(found: np.ndarray) -> float:
        return float(-np.log(np.where(lost, found, 1 - found)).mean())

    assert loss(scores.risk) == pytest.approx(card.evaluation.log_loss)
    assert loss(strangers.risk) < loss(scores.risk)


@pytest.mark.long
def test_rows_without_ids_are_known_by_their_values(sheet):
    bare = sheet.drop(columns="customer_id").head(80)
    card = risk.train(bare)
    assert card.known.by == "row"
    assert risk.score(card, bare.sample(frac=1, random_state=0)).known.all()
    assert not risk.score(card, labelled(30, seed=5)).known.any()


def test_order_of_rows_and_of_columns_never_matters(card, sheet):
    mixed = sheet.sample(frac=1, random_state=1)
    there = risk.score(card, sheet, id_column="customer_id")
    again = risk.score(card, mixed[mixed.columns[::-1]], id_column="customer_id")
    np.testing.assert_allclose(again.risk, there.risk[mixed.index])


def test_headers_match_whatever_their_case_and_signs(card, sheet):
    renamed = sheet.rename(columns={"visits": " Visits ", "plan": "PLAN"})
    np.testing.assert_array_equal(risk.score(card, renamed).risk, risk.score(card, sheet).risk)


def test_a_sheet_without_a_column_is_scored_near_the_full_model(card, sheet):
    full = risk.score(card, sheet, id_column="customer_id").risk.mean()
    for column in card.columns:
        scores = risk.score(card, sheet.drop(columns=column), id_column="customer_id")
        assert scores.absent == (column,)
        assert not scores.contributions[:, card.columns.index(column)].any()
        found = probability(scores.log_odds)
        assert abs(found.mean() - full) < card.churn_rate / 5


def test_the_refit_gives_back_the_mean_risk_of_the_sample(card):
    absent = frozenset({card.columns.index("months")})
    slope, offset = refit(card, absent)
    part = probability(slope * card.whole.explain(card.sample, absent).log_odds + offset)
    assert part.mean() == pytest.approx(probability(card.whole.explain(card.sample).log_odds).mean(), abs=1e-6)


def test_too_little_information_shows_no_risk_and_says_what_is_missing(card, sheet):
    scores = risk.score(card, sheet[["customer_id", "colour"]], id_column="customer_id")
    assert np.isnan(scores.risk).all()
    assert (scores.information < 0.5).all()
    with pytest.raises(ModelError, match=r"list\.csv holds too little .* lacks visits, plan and months"):
        scores.enough("list.csv")


def test_information_is_the_share_of_variance_from_what_a_row_holds(card, sheet):
    row = sheet.head(1).assign(months=np.nan)
    spread = dict(zip(card.columns, card.spread / card.spread.sum(), strict=True))
    held = [column for column in card.columns if pd.notna(row[column].iloc[0])]
    assert risk.score(card, row).information[0] == pytest.approx(sum(spread[column] for column in held))


def test_the_path_ends_at_the_risk_and_takes_the_largest_first(card, sheet):
    scores = risk.score(card, sheet)
    steps = risk.path(scores.columns, scores.base[3], scores.contributions[3])
    assert steps[0].start == pytest.approx(probability(scores.base[3:4])[0])
    assert steps[-1].end == pytest.approx(scores.risk[3])
    assert all(a.end == b.start for a, b in pairwise(steps))
    sizes = [abs(step.log_odds) for step in steps]
    assert sizes == sorted(sizes, reverse=True)


def test_drivers_say_the_value_and_the_points_of_the_path(card, sheet):
    scores = risk.score(card, sheet)
    for row in (0, 5):
        first = risk.path(scores.columns, scores.base[row], scores.contributions[row])[0]
        sentence = risk.drivers(scores, sheet)[row][0]
        assert sentence.startswith(f"{first.column} is ")
        assert f"{100 * (first.end - first.start):+.1f} points" in sentence


def test_a_kept_scorecard_comes_back_the_same(card, sheet, kept):
    again = risk.load(kept)
    assert to_text(again) == to_text(card)
    np.testing.assert_array_equal(
        risk.score(again, sheet, id_column="customer_id").risk, risk.score(card, sheet, id_column="customer_id").risk
    )


def test_a_model_file_changed_in_any_byte_is_refused(kept):
    data = kept.read_bytes()
    places = {*range(120), *np.random.default_rng(0).integers(0, len(data), 80).tolist(), len(data) - 1}
    for place in places:
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(ModelError, match=r"model\.json"):
            risk.from_bytes(changed, file="model.json")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"checksum":1}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_model_file_is_refused_in_a_sentence(data):
    with pytest.raises(ModelError, match=r"m\.json is not a model file of this program, or was cut short"):
        risk.from_bytes(data, file="m.json")


def test_a_model_file_cut_short_is_refused(kept):
    data = kept.read_bytes()
    for length in (1, len(data) // 2, len(data) - 1):
        with pytest.raises(ModelError, match="cut short"):
            risk.from_bytes(data[:length], file="model.json")


def test_a_model_of_another_format_is_refused_by_name(card, monkeypatch):
    monkeypatch.setattr("churn.risk.keeping.SCHEMA", 99)
    newer = to_text(card).encode()
    monkeypatch.undo()
    with pytest.raises(ModelError, match="has model format 99 and this program reads 2"):
        risk.from_bytes(newer, file="model.json")


def test_a_model_file_from_before_the_ends_of_numbers_were_kept_is_read(card, sheet):
    months = card.bins[card.columns.index("months")]
    assert (months.low, months.high) == (sheet["months"].min(), sheet["months"].max())
    body = json.loads(to_text(card))
    for column in body["columns"]:
        assert column.pop("low", 0) <= column.pop("high", 1)
    text = json.dumps(body | {"checksum": "0" * 64}, ensure_ascii=False, separators=(",", ":"))
    former = risk.from_bytes(text.replace("0" * 64, hashlib.sha256(text.encode()).hexdigest(), 1).encode(), file="model.json")
    assert all(np.isnan([cut.low, cut.high]).all() for cut in former.bins)
    np.testing.assert_array_equal(risk.score(former, sheet).low, risk.score(card, sheet).low)


def test_a_model_file_is_plain_json_that_anyone_can_take_apart(card, kept, sheet):
    body = json.loads(kept.read_text("utf-8"))
    place = [column["column"] for column in body["columns"]].index("plan")
    assert len(body["whole"]["points"][place]) == 1 + len(body["columns"][place]["levels"])
    assert body["provenance"]["rows"] == len(sheet)


@pytest.mark.long
def test_training_again_gives_the_very_same_model():
    small = labelled(60, seed=2)
    assert to_text(risk.train(small, id_column="customer_id")) == to_text(risk.train(small, id_column="customer_id"))


def test_noise_gets_no_signal():
    random = np.random.default_rng(4)
    noise = labelled(300, seed=3).assign(churned=pd.Series(random.choice(["yes", "no"], 300), dtype="str"))
    assert not risk.train(noise, id_column="customer_id").evaluation.has_signal


def test_too_little_to_learn_from_is_said():
    with pytest.raises(TrainingError, match="20 labelled rows, and a score needs at least 30"):
        risk.train(labelled(20), id_column="customer_id")
    with pytest.raises(TrainingError, match="3 lost and 57 kept customers, and a score needs at least 5 of each"):
        risk.train(labelled(60).assign(churned=pd.Series(["yes"] * 3 + ["no"] * 57, dtype="str")), id_column="customer_id")


def test_a_training_can_be_stopped_between_its_steps():
    def stop(share: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        risk.train(labelled(60), id_column="customer_id", progress=stop)


def test_folds_keep_a_customer_together_and_the_lost_evenly_spread():
    random = np.random.default_rng(0)
    groups = random.integers(0, 120, 300).astype(np.uint64)
    lost = random.random(300) < 0.3
    folds = fold_of(groups, lost, 5, 0)
    assert all(len(set(folds[groups == group])) == 1 for group in np.unique(groups))
    alone = fold_of(np.arange(300, dtype=np.uint64), lost, 5, 0)
    assert max(np.bincount(alone[lost])) - min(np.bincount(alone[lost])) <= 1


def test_above_200_000_rows_a_fifth_is_seen_by_no_bag():
    lost = np.arange(200_005) % 4 == 0
    folds = deal(np.arange(200_005, dtype=np.uint64), lost, 0)
    assert sorted(set(folds.tolist())) == [-1, 0, 1, 2, 3]
    assert (folds == -1).mean() == pytest.approx(0.2, abs=0.001)


def test_rows_that_no_bag_saw_judge_the_fit_and_are_scored_by_the_whole_model():
    table = Labelled(labelled(240), id_column="customer_id", label="churned", lost="yes")
    bins = table.bins()
    folds = np.where(fold := fold_of(table.digests, table.lost, 3, 0), fold - 1, -1).astype(np.int8)
    codes = table.codes(bins)
    fitted = fit(bins, codes, table.lost, folds)
    assert len(fitted.bags) == 2
    outside = folds == -1
    np.testing.assert_allclose(fitted.unseen[outside], fitted.tables.log_odds(codes[outside]))


@pytest.mark.long
def test_the_out_of_fold_evaluation_judges_every_row_and_asks_a_deeper_model(sheet):
    found = risk.evaluate_out_of_fold(sheet.head(100), id_column="customer_id")
    assert found.evaluation.rows == 100
    assert not np.isnan(found.risk).any()
    assert 0.5 < found.evaluation.roc_auc < 1
    assert found.columns == ["visits", "plan", "months", "colour"]
    assert found.evaluation.deeper
    assert not found.evaluation.deeper.better


def test_scoring_and_explaining_import_neither_scikit_learn_nor_shap(kept):
    code = f"""
import sys
from itertools import pairwise
from pathlib import Path
import pandas as pd
from churn import risk
card = risk.load(Path({str(kept)!r}))
frame = pd.DataFrame({{"visits": [1.0, 2.0], "plan": ["Pro", "Basic"], "months": [3.0, 30.0], "colour": ["red", "red"]}})
scores = risk.score(card, frame)
assert len(risk.drivers(scores, frame)) == 2
print(sorted(name for name in sys.modules if name.split(".")[0] in ("sklearn", "shap", "scipy", "numba", "streamlit")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_results_cannot_be_changed_by_accident(card):
    with pytest.raises(dataclasses.FrozenInstanceError):
        card.spread = np.zeros(4)


def test_a_gap_that_training_knew_is_information_and_a_row_of_gaps_is_none(card, sheet):
    gap = sheet[sheet["plan"].isna()].head(1)
    assert risk.score(card, gap.assign(visits=3.0)).information[0] == 1
    blank = sheet.head(1).assign(visits=np.nan, months=np.nan).astype({"plan": "str"}).assign(plan=pd.Series([None], dtype="str"))
    assert risk.score(card, blank).information[0] < 0.5
    assert np.isnan(risk.score(card, blank).risk[0])


def test_a_column_that_is_there_in_name_only_counts_as_absent(card, sheet):
    assert risk.score(card, sheet.assign(months=np.nan)).absent == ("months",)


def test_a_scored_sheet_is_not_learned_from_its_score(sheet):
    names = ("risk", "risk_band", "information", "driver_1", "driver_2", "driver_3", "known", "because:plan")
    table = Labelled(sheet.assign(**dict.fromkeys(names, sheet["visits"])), id_column="customer_id", label="churned", lost="yes")
    assert table.columns == ["visits", "plan", "months", "colour"]
    ranged = sheet.assign(**dict.fromkeys((*names, "risk_low", "risk_high"), sheet["visits"]))
    assert Labelled(ranged, id_column="customer_id", label="churned", lost="yes").columns == table.columns
