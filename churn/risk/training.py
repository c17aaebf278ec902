"""From a labelled table to a scorecard, and its honest evaluation."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn.errors import TrainingError
from churn.risk.bagging import BIG_ROWS, deal, fold_of
from churn.risk.bins import Bins, Codes, Floats, as_text, fit_bins
from churn.risk.columns import LeftOut, choose, find_label, lost_rows, put_back
from churn.risk.deeper import MOST_NAMED, deeper_worth
from churn.risk.evaluation import evaluate
from churn.risk.fitting import Fitted, Progress, fit
from churn.risk.known import Digests, digests_of, remember, row_digests
from churn.risk.points import probability
from churn.risk.rule import best_rule
from churn.risk.scorecard import SAMPLE_ROWS, Evaluation, Member, Provenance, Scorecard
from churn.wording import _, number, plural

FEWEST_ROWS = 30
FEWEST_OF_EACH = 5
DISTINCT_ROWS = 0.8
OUTER_FOLDS = 5


class Labelled:
    """A labelled table made ready: the rows with a label, the columns to learn from, and what makes two rows the same customer."""

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        id_column: str | None,
        label: str | None,
        lost: str | None,
        ignore: Collection[str] = (),
        keep: Collection[str] = (),
    ):
        self.label = find_label(frame, label, lost)
        is_lost, labelled = lost_rows(frame, self.label)
        self.frame = frame[labelled].reset_index(drop=True)
        self.lost = is_lost[labelled]
        self.unlabelled = int((~labelled).sum())
        self.id_column = id_column
        self.columns: list[str]
        self.left_out: list[LeftOut]
        enough(self.lost)
        self.columns, self.left_out = choose(self.frame, id_column=id_column, label=self.label, ignore=ignore, keep=keep)
        self.put_back = put_back(self.frame, label=self.label, keep=keep)
        self.salt = hashlib.sha256(f"{len(frame)} {list(frame)}".encode()).hexdigest()[:16]
        self.digests, self.by = self.told_apart()

    def told_apart(self) -> tuple[Digests, str]:
        """A digest for each row by which it is known again: of its id, else of its values where most rows differ, else its place."""
        if self.id_column is not None:
            return digests_of(as_text(self.frame[self.id_column]), self.salt), "id"
        rows = row_digests(self.frame[self.columns], self.salt)
        if len(np.unique(rows)) >= DISTINCT_ROWS * len(rows):
            return rows, "row"
        return np.arange(len(rows), dtype=np.uint64), ""

    def bins(self, rows: npt.NDArray[np.intp] | slice = slice(None)) -> tuple[Bins, ...]:
        """The bins of the columns, from some of the rows."""
        return tuple(fit_bins(column, self.frame[column].iloc[rows]) for column in self.columns)

    def codes(self, bins: tuple[Bins, ...], rows: npt.NDArray[np.intp] | slice = slice(None)) -> Codes:
        """Rows x columns of bin numbers."""
        return np.column_stack([cut.code(self.frame[cut.column].iloc[rows]) for cut in bins])


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """An evaluation, with the risk (0..1) of each labelled row as given by a score, and by its deeper second opinion, that did
    not see it (nan: not judged)."""

    evaluation: Evaluation
    risk: Floats
    deeper_risk: Floats
    columns: list[str]
    left_out: list[LeftOut]


def enough(lost: npt.NDArray[np.bool_]) -> None:
    """Raises TrainingError where there are too few rows, or too few of either kind, to say anything true."""
    if len(lost) < FEWEST_ROWS:
        rows = plural("{n} labelled row", "{n} labelled rows", len(lost))
        raise TrainingError(
            _("There is too little to learn from: {rows}, and a score needs at least {least}.").format(rows=rows, least=number(FEWEST_ROWS))
        )
    gone, stayed = int(lost.sum()), int((~lost).sum())
    if min(gone, stayed) < FEWEST_OF_EACH:
        raise TrainingError(
            _(
                "There is too little to learn from: {lost} lost and {kept} kept customers, and a score needs at least {least} of each."
            ).format(lost=number(gone), kept=number(stayed), least=number(FEWEST_OF_EACH))
        )


def train(
    frame: pd.DataFrame,
    *,
    id_column: str | None = None,
    label: str | None = None,
    lost: str | None = None,
    ignore: Collection[str] = (),
    keep: Collection[str] = (),
    source: str = "",
    digest: str = "",
    trained_on: str | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Scorecard:
    """Learns a scorecard from a table with one row a customer, columns typed as `churn.intake` types them.

    `label` and `lost` say which column and value mark the lost (found where the headers show it); `ignore` leaves columns
    out, `keep` puts back those that would be left out. `progress` hears the share done and may raise to stop.
    Raises TrainingError or QuestionError, in a sentence.
    """
    table = Labelled(frame, id_column=id_column, label=label, lost=lost, ignore=ignore, keep=keep)
    bins = table.bins()
    codes = table.codes(bins)
    fitted = fit(bins, codes, table.lost, deal(table.digests, table.lost, seed), seed=seed, progress=progress)
    evaluation = unseen_evaluation(table, fitted, seed)
    members = [Member(tables, joint) for tables, joint in zip((fitted.tables, *fitted.bags), fitted.joints, strict=True)]
    contributions = members[0].explain(codes).contributions
    some = np.random.default_rng(seed).permutation(len(codes))[:SAMPLE_ROWS]
    return Scorecard(
        bins=bins,
        whole=members[0],
        bags=tuple(members[1:]),
        shares=fitted.shares,
        spread=contributions.var(axis=0),
        importance=np.abs(contributions).mean(axis=0),
        sample=codes[np.sort(some)],
        known=remember(table.salt, table.digests, fitted.folds, table.by),
        provenance=provenance_of(table, fitted, seed=seed, source=source, digest=digest, trained_on=trained_on),
        evaluation=evaluation,
        deeper=fitted.deeper.model if evaluation.deeper and evaluation.deeper.better else None,
    )


def provenance_of(table: Labelled, fitted: Fitted, *, seed: int, source: str, digest: str, trained_on: str | None) -> Provenance:
    """What a scorecard says of where it comes from."""
    return Provenance(
        source=source,
        digest=digest,
        id_column=table.id_column,
        label=table.label.column,
        lost=table.label.lost,
        rows=len(table.lost),
        rows_lost=int(table.lost.sum()),
        rows_unlabelled=table.unlabelled,
        left_out=tuple((column.column, column.why) for column in table.left_out),
        put_back=tuple((column.column, column.why) for column in table.put_back),
        seed=seed,
        trees=fitted.trees,
        pairs=len(fitted.pairs),
        line_weight=fitted.line_weight,
        trained_on=trained_on,
    )


def unseen_evaluation(table: Labelled, fitted: Fitted, seed: int) -> Evaluation:
    """Evaluation on the rows as scored by a bag that did not see them."""
    apart = fitted.folds == -1
    judged = apart if apart.any() else ~apart
    method = _("on a fifth of the rows, kept aside") if apart.any() else _("each row scored by the part of the model that did not see it")
    rule, rule_risk = rule_out_of_fold(table, seed)
    risk, second = probability(fitted.unseen[judged]), probability(fitted.deeper.unseen[judged])
    found = evaluate(risk, table.lost[judged], method=method, rule=rule, rule_risk=rule_risk[judged], seed=seed)
    return replace(found, deeper=deeper_worth(second, risk, table.lost[judged], fitted.deeper.interplay))


def rule_out_of_fold(table: Labelled, seed: int) -> tuple[str, Floats]:
    """The best simple rule on all rows, in words; and for each row the risk by the best rule of the other rows."""
    bins = table.bins()
    codes = table.codes(bins)
    parts = outer_parts(table.lost)
    outer = fold_of(table.digests, table.lost, parts, seed)
    risk = np.empty(len(codes))
    for part in range(parts):
        risk[outer == part] = best_rule(bins, codes[outer != part], table.lost[outer != part]).risk(codes[outer == part])
    return best_rule(bins, codes, table.lost).name, risk


def outer_parts(lost: npt.NDArray[np.bool_]) -> int:
    """Into how many parts the rows are cut to judge them: five, or as many as there are rows of the rarer kind."""
    return int(min(OUTER_FOLDS, lost.sum(), (~lost).sum()))


def evaluate_out_of_fold(
    frame: pd.DataFrame,
    *,
    id_column: str | None = None,
    label: str | None = None,
    lost: str | None = None,
    ignore: Collection[str] = (),
    keep: Collection[str] = (),
    folds: npt.NDArray[np.int8] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> OutOfFold:
    """The whole recipe, every choice in it made anew, on four fifths of the rows and judged on the fifth, five times.

    Above 200,000 rows only once. `folds`, one number a labelled row from 0 up, judges by these parts instead. The other arguments are
    those of `train`.
    """
    table = Labelled(frame, id_column=id_column, label=label, lost=lost, ignore=ignore, keep=keep)
    parts = outer_parts(table.lost) if folds is None else int(folds.max()) + 1
    outer = fold_of(table.digests, table.lost, parts, seed) if folds is None else folds
    risk, second = np.full(len(table.lost), np.nan), np.full(len(table.lost), np.nan)
    interplay: Counter[str] = Counter()
    rounds = range(parts) if len(outer) <= BIG_ROWS else range(1)
    for part in rounds:
        inside, outside = np.flatnonzero(outer != part), np.flatnonzero(outer == part)
        bins = table.bins(inside)
        folds = deal(table.digests[inside], table.lost[inside], seed)
        tell = (lambda share, text, part=part: progress((part + share) / len(rounds), text)) if progress else None
        fitted = fit(bins, table.codes(bins, inside), table.lost[inside], folds, seed=seed, progress=tell)
        unseen = table.codes(bins, outside)
        risk[outside] = probability(fitted.tables.log_odds(unseen))
        second[outside] = probability(fitted.deeper.model.log_odds(unseen))
        interplay.update(fitted.deeper.interplay)
    judged = ~np.isnan(risk)
    method = _("{parts} times: learned on the other rows, judged on a part of {share}").format(parts=len(rounds), share=f"1/{parts}")
    rule, rule_risk = rule_out_of_fold(table, seed)
    found = evaluate(risk[judged], table.lost[judged], method=method, rule=rule, rule_risk=rule_risk[judged], seed=seed)
    names = tuple(column for column, _times in interplay.most_common(MOST_NAMED))
    found = replace(found, deeper=deeper_worth(second[judged], risk[judged], table.lost[judged], names))
    return OutOfFold(found, risk, second, table.columns, table.left_out)
