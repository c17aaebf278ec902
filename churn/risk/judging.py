"""The whole recipe judged on rows that it did not learn from, beside the best simple rule and the deeper second opinion."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import TrainingError
from churn.risk.bagging import BIG_ROWS, deal, fold_of
from churn.risk.bins import Floats
from churn.risk.columns import LeftOut
from churn.risk.deeper import MOST_NAMED, deeper_worth
from churn.risk.evaluation import evaluate
from churn.risk.fitting import Fitted, Progress, fit
from churn.risk.labelled import FEWEST_OF_EACH, Labelled
from churn.risk.points import probability
from churn.risk.rule import best_rule
from churn.risk.scorecard import Evaluation
from churn.wording import _, number

OUTER_FOLDS = 5


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """An evaluation, with the risk (0..1) of each labelled row as given by a score, and by its deeper second opinion, that did
    not see it (nan: not judged)."""

    evaluation: Evaluation
    risk: Floats
    deeper_risk: Floats
    columns: list[str]
    left_out: list[LeftOut]


def unseen_evaluation(table: Labelled, fitted: Fitted, seed: int) -> Evaluation:
    """Evaluation on the rows as scored by a bag that did not see them."""
    apart = fitted.folds == -1
    judged = apart if apart.any() else ~apart
    method = _("on a fifth of the rows, kept aside") if apart.any() else _("each row scored by the part of the model that did not see it")
    rule, rule_risk = rule_out_of_fold(table, outer_folds(table, seed))
    risk, second = probability(fitted.unseen[judged]), probability(fitted.deeper.unseen[judged])
    found = evaluate(risk, table.lost[judged], method=method, rule=rule, rule_risk=rule_risk[judged], seed=seed)
    return replace(found, deeper=deeper_worth(second, risk, table.lost[judged], fitted.deeper.interplay))


def rule_out_of_fold(table: Labelled, outer: npt.NDArray[np.int8]) -> tuple[str, Floats]:
    """The best simple rule on all rows, in words; and for each row of a part the risk by the best rule of what a score may learn from."""
    bins = table.bins()
    codes = table.codes(bins)
    risk = np.full(len(codes), np.nan)
    for part in range(outer.max() + 1):
        seen = learned_from(table, outer, part)
        risk[outer == part] = best_rule(bins, codes[seen], table.lost[seen]).risk(codes[outer == part])
    return best_rule(bins, codes, table.lost).name, risk


def outer_folds(table: Labelled, seed: int) -> npt.NDArray[np.int8]:
    """The part in which each row is judged, by a score learned from the others: five by chance, fewer where there are fewer rows of the
    rarer kind. With histories there is one part, the last day with enough of each kind on it and before it; later rows are -1 too."""
    if table.read_at is None:
        return fold_of(table.digests, table.lost, int(min(OUTER_FOLDS, table.lost.sum(), (~table.lost).sum())), seed)
    for day in sorted(set(table.read_at), reverse=True):
        before, on = table.read_at < day, table.read_at == day
        if all((table.lost[rows] == kind).sum() >= FEWEST_OF_EACH for rows in (before, on) for kind in (True, False)):
            return np.where(on, 0, -1).astype(np.int8)
    few = _("There are too few days to judge by: at least {least} customers must have left, and stayed, after each of two of them.")
    raise TrainingError(few.format(least=number(FEWEST_OF_EACH)))


def evaluate_out_of_fold(
    frame: pd.DataFrame,
    *,
    id_column: str | None = None,
    label: str | None = None,
    lost: str | None = None,
    as_of: str | None = None,
    ignore: Collection[str] = (),
    keep: Collection[str] = (),
    folds: npt.NDArray[np.int8] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> OutOfFold:
    """The whole recipe, every choice in it made anew, on four fifths of the rows and judged on the fifth, five times.

    Above 200,000 rows only once; with `as_of` on the last day, learned from the days before. `folds`, one number a labelled row from 0
    up, judges by these parts instead. The other arguments are those of `train`.
    """
    table = Labelled(frame, id_column=id_column, label=label, lost=lost, as_of=as_of, ignore=ignore, keep=keep)
    return out_of_fold(table, folds=folds, seed=seed, progress=progress)


def out_of_fold(
    table: Labelled, *, folds: npt.NDArray[np.int8] | None = None, seed: int = 0, progress: Progress | None = None
) -> OutOfFold:
    """The same, for a table made ready."""
    outer = outer_folds(table, seed) if folds is None else folds
    risk, second = np.full(len(table.lost), np.nan), np.full(len(table.lost), np.nan)
    interplay: Counter[str] = Counter()
    rounds = range(outer.max() + 1) if len(outer) <= BIG_ROWS else range(1)
    for part in rounds:
        inside, outside = learned_from(table, outer, part), np.flatnonzero(outer == part)
        bins = table.bins(inside)
        folds = deal(table.digests[inside], table.lost[inside], seed)
        tell = (lambda share, text, part=part: progress((part + share) / len(rounds), text)) if progress else None
        fitted = fit(bins, table.codes(bins, inside), table.lost[inside], folds, seed=seed, progress=tell)
        unseen = table.codes(bins, outside)
        risk[outside] = probability(fitted.tables.log_odds(unseen))
        second[outside] = probability(fitted.deeper.model.log_odds(unseen))
        interplay.update(fitted.deeper.interplay)
    judged = ~np.isnan(risk)
    rule, rule_risk = rule_out_of_fold(table, outer)
    found = evaluate(
        risk[judged],
        table.lost[judged],
        method=how_judged(table, len(rounds), outer.max() + 1),
        rule=rule,
        rule_risk=rule_risk[judged],
        seed=seed,
    )
    names = tuple(column for column, _times in interplay.most_common(MOST_NAMED))
    found = replace(found, deeper=deeper_worth(second[judged], risk[judged], table.lost[judged], names))
    return OutOfFold(found, risk, second, table.columns, table.left_out)


def learned_from(table: Labelled, outer: npt.NDArray[np.int8], part: int) -> npt.NDArray[np.intp]:
    """The rows that a score judged on a part learns from: all others, with histories those of earlier days alone."""
    if table.read_at is None:
        return np.flatnonzero(outer != part)
    return np.flatnonzero(table.read_at < table.read_at[outer == part].min())


def how_judged(table: Labelled, rounds: int, parts: int) -> str:
    """How the rows were kept apart, in words."""
    if table.read_at is not None:
        return _("learned from earlier days, judged on the last")
    if rounds == 1:
        return _("learned on the other rows, judged once on a part of {share}").format(share=f"1/{parts}")
    return _("{rounds} times: learned on the other rows, judged on a part of {share}").format(rounds=number(rounds), share=f"1/{parts}")
