"""Large tables: choices by a part of the rows, bags on all of them, a fifth kept aside; and a stop that leaves nothing at work."""

import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import risk
from churn.risk import bagging, fitting, judging
from churn.risk.bagging import deal, grow_on, rows_of
from churn.risk.crew import crew
from churn.risk.evaluation import log_losses
from churn.risk.labelled import Labelled
from churn.risk.scorecard import Scorecard
from churn.risk.trees import grow
from tests.made_up import firm, labelled

ROWS = 1200


class Heard:
    """Every sign of progress of a training."""

    def __init__(self) -> None:
        self.shares: list[float] = []
        self.texts: list[str] = []

    def __call__(self, share: float, text: str) -> None:
        self.shares.append(share)
        self.texts.append(text)


@pytest.fixture(scope="module")
def large() -> tuple[pd.DataFrame, Scorecard, Heard]:
    """A table that counts as large, its scorecard, and the progress of its training."""
    sheet, heard = labelled(ROWS), Heard()
    with pytest.MonkeyPatch.context() as patch:
        for module in (bagging, judging):
            patch.setattr(module, "BIG_ROWS", 1000)
        patch.setattr(fitting, "MOST_CHOOSING", 800)
        return sheet, risk.train(sheet, id_column="customer_id", progress=heard), heard


def test_a_large_table_has_four_bags_and_a_fifth_that_judges_the_whole_model(large):
    sheet, card, _heard = large
    assert len(card.bags) == 4
    assert card.evaluation.rows == pytest.approx(ROWS / 5, abs=2)
    assert card.evaluation.deeper.roc_auc > 0.6
    scores = risk.score(card, sheet, id_column="customer_id")
    bags = card.known.bags_of(Labelled(sheet, id_column="customer_id", label="churned", lost="yes").digests)
    lost = (sheet["churned"] == "yes").to_numpy()
    assert log_losses(scores.risk, lost)[bags == -1].mean() == pytest.approx(card.evaluation.log_loss)
    assert card.evaluation.has_signal


def test_the_contributions_of_a_large_table_add_up(large):
    _sheet, card, _heard = large
    scores = risk.score(card, labelled(200, seed=3).drop(columns="customer_id"))
    np.testing.assert_allclose(scores.base + scores.contributions.sum(axis=1), np.log(scores.risk / (1 - scores.risk)), atol=1e-9)


def test_progress_never_goes_back_and_says_what_is_done_to_all_rows(large):
    _sheet, _card, heard = large
    assert heard.shares == sorted(heard.shares)
    assert heard.shares[0] < 0.02
    assert 0.95 < heard.shares[-1] <= 1
    assert "trees of all rows" in heard.texts


def test_a_large_table_is_judged_once_and_that_is_what_is_said():
    table = Labelled(labelled(60), id_column="customer_id", label="churned", lost="yes")
    assert judging.how_judged(table, 1, 5) == "learned on the other rows, judged once on a part of 1/5"
    assert judging.how_judged(table, 5, 5) == "5 times: learned on the other rows, judged on a part of 1/5"


def test_no_bag_of_a_large_table_learns_from_the_fifth_kept_aside(monkeypatch, tmp_path):
    monkeypatch.setattr(bagging, "BIG_ROWS", 1000)
    table = Labelled(labelled(ROWS), id_column="customer_id", label="churned", lost="yes")
    bins = table.bins()
    codes, folds = table.codes(bins), deal(table.digests, table.lost, 0)
    aside = folds == -1
    paths = [tmp_path / f"{place}.npy" for place in range(3)]
    for path, values in zip(paths, (codes, table.lost, folds), strict=True):
        np.save(path, values)
    for bag in (0, 3):
        seen, judged = rows_of(folds, bag, 0)
        assert not aside[seen].any()
        assert aside[judged].all()
        hand = ~aside & (folds != bag)
        by_hand = grow(None, bins, codes[hand], table.lost[hand], codes[aside], table.lost[aside], "two", bag, 3)
        np.testing.assert_array_equal(grow_on(paths, bag, 0, None, bins, "two", 3).losses, by_hand.losses)


def processes_below() -> list[str]:
    """The commands of the processes that this one has started, those that work side by side among them."""
    children = [child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()]
    return [command for child in children if "LokyProcess" in (command := Path("/proc", child, "cmdline").read_text())]


@pytest.mark.skipif(not Path("/proc/thread-self/children").exists(), reason="only Linux tells of processes in /proc")
def test_a_stop_ends_what_is_at_work_and_the_next_work_is_done_as_ever():
    begun = time.monotonic()

    def stop(share: float) -> None:
        assert processes_below()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), crew(2) as processes:
        processes.each([partial(time.sleep, 600) for _job in range(3)], stop)
    assert time.monotonic() - begun < 120
    assert not processes_below()

    def stop_trees(share: float, text: str) -> None:
        if text == "trees":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        risk.train(labelled(60), id_column="customer_id", progress=stop_trees)
    assert not processes_below()
    with crew(2) as processes:
        assert processes.each([partial(pow, 2, power) for power in range(5)], lambda share: None) == [1, 2, 4, 8, 16]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_above_200_000_rows_the_fifth_kept_aside_tells_what_the_score_is_worth_to_others():
    frame, lost = firm(200_400, seed=1)
    sheet = frame.assign(churned=pd.Series(np.where(lost, "yes", "no"), dtype="str"))
    card = risk.train(sheet)
    assert card.evaluation.rows == pytest.approx(200_400 / 5, abs=2)
    whole, fresh_lost = firm(50_000, seed=2)
    rate = fresh_lost.mean()
    gain = log_losses(np.full(len(whole), rate), fresh_lost).mean() - log_losses(risk.score(card, whole).risk, fresh_lost).mean()
    assert gain == pytest.approx(card.evaluation.gain, rel=0.1)
    assert card.evaluation.has_signal
