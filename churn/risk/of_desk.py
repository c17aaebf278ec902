"""The desk's own model: trained on its customers, kept beside its tables, every customer scored."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn.adding import added
from churn.errors import ModelError, StoreError
from churn.intake import Intake
from churn.loads import SNAPSHOT
from churn.prepared import Wishes
from churn.risk.desk_history import preparing, preparing_again
from churn.risk.desk_models import id_column_of, is_foretold, kept, model_of, scored_by, scores_of, sheet_model_of, shows_deeper
from churn.risk.fitting import Progress
from churn.risk.of_history import in_memory, words_of
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import drivers, score
from churn.risk.training import train
from churn.store import Desk
from churn.wording import _


def train_desk(
    desk: Desk,
    *,
    label: str | None = None,
    lost: str | None = None,
    ignore: Collection[str] = (),
    keep: Collection[str] = (),
    trained_on: str | None = None,
    progress: Progress | None = None,
) -> Scorecard:
    """Trains on the desk's customers, keeps the model in the desk's folder and scores every customer. The tables are as before
    if it fails or is stopped; `label` and the others are as in `risk.train`."""
    if "customers" not in desk.tables():
        raise StoreError(_("The desk holds no customers yet: load a customers table first."))
    source = desk.source("customers")
    frame, ids, id_column = desk.frame("customers"), desk.ids(), id_column_of(desk)
    card = train(
        frame,
        id_column=id_column,
        label=label,
        lost=lost,
        ignore=ignore,
        keep=keep,
        source=source.file,
        digest=source.digest,
        trained_on=trained_on,
        progress=progress,
    )
    rows = scores_of(card, frame, ids, id_column)
    desk.write_scores(rows, settings=kept(desk, card), of=source)
    return card


def adopt(
    desk: Desk,
    intakes: Mapping[str, Intake],
    card: Scorecard | None,
    *,
    loaded_at: datetime | None = None,
    by: str = "",
    progress: Progress | None = None,
) -> None:
    """Puts these tables, customers among them, in the place of all that the desk holds, scored by `card` (None: no scores); `by` is who.

    One transaction: whatever fails, the former tables, scores and model stay. The former model files stay in any case.
    """
    customers = intakes["customers"].settled()
    said: dict[str, Any] = {"loaded_at": loaded_at, "by": by, "alone": True, "prepare": preparing(Wishes()), "progress": progress}
    if card is None:
        desk.load(intakes, **said)
        return
    named = customers.id_column
    ids = customers.rows.astype("str") if named is None else customers.frame[named]
    scores = scores_of(card, customers.frame, ids, named)
    desk.load(intakes, scores=scores, settings=kept(desk, card), **said)


def add(desk: Desk, intake: Intake, *, loaded_at: datetime | None = None, by: str = "") -> None:
    """Puts a file's customers beside those of the desk (see `churn.adding.added`), everybody scored by the model that the desk has.

    One transaction, as `adopt`; the other tables and all settings stay. Raises StoreError where the desk holds no customers.
    """
    if desk.setting(SNAPSHOT):
        raise StoreError(_("This desk holds a snapshot: nobody can be added to it. Make it anew with these customers, and load it."))
    former, source = desk.frame("customers"), desk.source("customers")
    whole = added(former, desk.columns("customers"), intake, file=source.file)
    card = sheet_model_of(desk)
    scores = None
    if card is not None:
        deeper = shows_deeper(desk) and not is_foretold(desk)
        scores = scores_of(card, whole.frame, whole.frame[whole.id_column], whole.id_column, deeper=deeper)
    desk.load({"customers": whole}, scores=scores, loaded_at=loaded_at, by=by, prepare=preparing_again(desk))


def rows_of(desk: Desk, *customer_ids: str) -> pd.DataFrame:
    """What the score that the desk shows reads of some customers, all where none is named: rows of the customers table, or the features of
    those still there, called as people call them."""
    if not is_foretold(desk):
        return desk.rows("customers", *customer_ids) if customer_ids else desk.frame("customers")
    with desk.reading() as frames:
        wanted = frames["customer_features"]
        return words_of(in_memory(wanted.filter(nw.col("customer_id").is_in(customer_ids)) if customer_ids else wanted))


def first_drivers(desk: Desk, card: Scorecard, customer_ids: Collection[str], *, raising: bool = False) -> list[str]:
    """For each of these customers of the desk what moves their score most, in words; "" where nothing does or there is no risk, and with
    `raising` where it lowers the risk. Empty where the desk shows the deeper model's risks, whose reasons take too long for a list."""
    if shows_deeper(desk):
        return []
    own, rows = scored_by(desk), rows_of(desk, *customer_ids)
    names = sorted(customer_ids, key=int) if own is None else rows[own]  # without ids they go by their rows, in the order of the file
    scores = score(card, rows, id_column=own)
    up = scores.contributions.max(axis=1, initial=0.0) > -scores.contributions.min(axis=1, initial=0.0)
    sentences = drivers(scores, rows, most=1)
    found = {name: "".join(first) if rises or not raising else "" for name, first, rises in zip(names, sentences, up, strict=True)}
    return [found.get(name, "") for name in customer_ids]


def show_deeper(desk: Desk, *, wanted: bool) -> None:
    """Has the desk show everybody's risk by the deeper second opinion, or by the scorecard again. Raises ModelError where there is none."""
    card = model_of(desk)
    if card is None:
        raise ModelError(_("The desk has no model yet."))
    source, own, rows = desk.source("customers"), scored_by(desk), rows_of(desk)
    ids = desk.ids() if own is None else rows[own]
    desk.write_scores(scores_of(card, rows, ids, own, deeper=wanted), settings={"deeper": wanted or None}, of=source)
