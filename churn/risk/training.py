"""From a labelled table to a scorecard."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from churn.risk.bagging import deal
from churn.risk.fitting import Fitted, Progress, fit, part_of
from churn.risk.judging import OutOfFold, out_of_fold, unseen_evaluation
from churn.risk.known import remember
from churn.risk.labelled import Labelled
from churn.risk.scorecard import SAMPLE_ROWS, Evaluation, Member, Provenance, Scorecard
from churn.wording import _

FEW_ROWS = 100


def train(
    frame: pd.DataFrame,
    *,
    id_column: str | None = None,
    label: str | None = None,
    lost: str | None = None,
    as_of: str | None = None,
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
    With histories `as_of` names the column with the day that each row is read at (a customer may have several): the evaluation then learns
    from earlier days and judges the last, and columns that hold later days are refused.
    Raises TrainingError or QuestionError, in a sentence.
    """
    table = Labelled(frame, id_column=id_column, label=label, lost=lost, as_of=as_of, ignore=ignore, keep=keep)
    return learn(table, source=source, digest=digest, trained_on=trained_on, seed=seed, progress=progress)[0]


def learn(
    table: Labelled,
    *,
    source: str = "",
    digest: str = "",
    trained_on: str | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Scorecard, OutOfFold | None]:
    """The same for a table made ready, with the rows by which it was judged: None where each was judged by the bags that did not see it."""
    tell = progress or (lambda share, text: None)
    tell(0.01, _("values as bins"))
    bins = table.bins()
    codes = table.codes(bins)
    learned = 0.97 if table.read_at is None and len(table.lost) >= FEW_ROWS else 0.3
    fitted = fit(bins, codes, table.lost, deal(table.digests, table.lost, seed), seed=seed, progress=part_of(tell, 0.02, learned))
    tell(learned, _("how good it is"))
    evaluation, apart = judged(table, fitted, seed, part_of(tell, learned, 0.97))
    members = [Member(tables, joint) for tables, joint in zip((fitted.tables, *fitted.bags), fitted.joints, strict=True)]
    contributions = members[0].explain(codes).contributions
    some = np.random.default_rng(seed).permutation(len(codes))[:SAMPLE_ROWS]
    card = Scorecard(
        bins=bins,
        whole=members[0],
        bags=tuple(members[1:]),
        shares=fitted.shares,
        stayed=tuple(np.bincount(codes[~table.lost, place], minlength=cut.size) for place, cut in enumerate(bins)),
        spread=contributions.var(axis=0),
        importance=np.abs(contributions).mean(axis=0),
        sample=codes[np.sort(some)],
        known=remember(table.salt, table.digests, fitted.folds, table.by),
        provenance=provenance_of(table, fitted, seed=seed, source=source, digest=digest, trained_on=trained_on),
        evaluation=evaluation,
        deeper=fitted.deeper.model if evaluation.deeper and evaluation.deeper.better else None,
    )
    return card, apart


def judged(table: Labelled, fitted: Fitted, seed: int, progress: Progress) -> tuple[Evaluation, OutOfFold | None]:
    """How good the fit is: by the bags that did not see each row; with histories, and where the choices made on so few rows would flatter,
    by fitting anew without the rows that judge."""
    if table.read_at is None and len(table.lost) >= FEW_ROWS:
        return unseen_evaluation(table, fitted, seed), None
    apart = out_of_fold(table, seed=seed, progress=progress)
    return apart.evaluation, apart


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
