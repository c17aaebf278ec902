"""The desk's own model: trained on its customers, kept beside its tables, every customer scored."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn.adding import added
from churn.errors import ModelError, StoreError
from churn.intake import Intake
from churn.measures.dialect import small
from churn.prepared import Wishes, is_prepared, prepared, wishes_of
from churn.risk.columns import Label, choose, find_label
from churn.risk.fitting import Progress
from churn.risk.keeping import load, save, to_text
from churn.risk.of_history import Foresight, in_memory, in_words, learn_past, past_of, scores_now, words_of
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import drivers, score
from churn.risk.second import score_deeper
from churn.risk.training import train
from churn.store import Desk
from churn.stored import Frames, Json, Prepare
from churn.tables import TABLES
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


def adopt(desk: Desk, intakes: Mapping[str, Intake], card: Scorecard | None, *, loaded_at: datetime | None = None, by: str = "") -> None:
    """Puts these tables, customers among them, in the place of all that the desk holds, scored by `card` (None: no scores); `by` is who.

    One transaction: whatever fails, the former tables, scores and model stay. The former model files stay in any case.
    """
    customers = intakes["customers"].settled()
    if card is None:
        desk.load(intakes, loaded_at=loaded_at, alone=True, by=by, prepare=preparing(Wishes()))
        return
    named = customers.id_column
    ids = customers.rows.astype("str") if named is None else customers.frame[named]
    scores = scores_of(card, customers.frame, ids, named)
    desk.load(intakes, scores=scores, settings=kept(desk, card), loaded_at=loaded_at, alone=True, by=by, prepare=preparing(Wishes()))


def add(desk: Desk, intake: Intake, *, loaded_at: datetime | None = None, by: str = "") -> None:
    """Puts a file's customers beside those of the desk (see `churn.adding.added`), everybody scored by the model that the desk has.

    One transaction, as `adopt`; the other tables and all settings stay. Raises StoreError where the desk holds no customers.
    """
    former, source = desk.frame("customers"), desk.source("customers")
    whole = added(former, desk.columns("customers"), intake, file=source.file)
    card = sheet_model_of(desk)
    scores = None
    if card is not None:
        deeper = shows_deeper(desk) and not is_foretold(desk)
        scores = scores_of(card, whole.frame, whole.frame[whole.id_column], whole.id_column, deeper=deeper)
    desk.load({"customers": whole}, scores=scores, loaded_at=loaded_at, by=by, prepare=preparing_again(desk))


def scores_of(card: Scorecard, frame: pd.DataFrame, ids: Collection[str], id_column: str | None, *, deeper: bool = False) -> pd.DataFrame:
    """Everybody's score as the store keeps it, by the scorecard or by its deeper second opinion."""
    scores = score_deeper(card, frame, id_column=id_column) if deeper else score(card, frame, id_column=id_column)
    return pd.DataFrame({"customer_id": list(ids), "risk": scores.risk, "information": scores.information, "known": scores.known})


def kept(desk: Desk, card: Scorecard) -> dict[str, Json]:
    """Writes the model to a file of the desk that is named after what it was trained on and what it holds; gives the settings that
    point to it."""
    return {"model": _saved(desk, card), "label": card.provenance.label, "lost": card.provenance.lost, "deeper": None, "history": None}


def _saved(desk: Desk, card: Scorecard) -> str:
    name = f"{card.provenance.digest[:12] or 'model'}-{hashlib.sha256(to_text(card).encode()).hexdigest()[:12]}.json"
    save(card, desk.models / name)
    return name


def foretell(desk: Desk, *, trained_on: str | None = None, progress: Progress | None = None) -> Scorecard:
    """Learns from the desk's histories, keeps that model, and has the desk show the risks that it foretells. The desk is as before if it
    fails or is stopped. Raises TrainingError where the histories do not suffice, StoreError where something was loaded meanwhile."""
    contents, source, wishes = desk.contents(), desk.source("customers"), wishes_of(desk)
    with desk.reading() as frames:
        past = past_of({name: frame for name, frame in frames.items() if name in TABLES}, wishes)
    found = learn_past(past, source=source.file, digest=source.digest, trained_on=trained_on, progress=progress)
    settings: dict[str, Json] = {"history": _saved(desk, found.card), "deeper": None}
    desk.prepare(preparing(wishes, found), settings=settings, of=contents)
    return found.card


def preparing(wishes: Wishes, foresight: Foresight | None = None) -> Prepare:
    """What makes the prepared tables, and with a foresight everybody's score, from the tables of a desk."""

    def prepare(tables: Frames) -> dict[str, Any]:
        made: dict[str, Any] = prepared(tables, wishes)
        if foresight is None or "customer_features" not in made:
            return made
        scores = scores_now(foresight.card, in_memory(made["customer_features"]))
        return made | {"scores": scores} | ({} if foresight.looked_back.empty else {"looked_back": foresight.looked_back})

    return prepare


def preparing_again(desk: Desk) -> Prepare:
    """The same with what the desk's settings say and the model that it has."""
    card = history_model_of(desk)
    if card is None:
        return preparing(wishes_of(desk))
    with desk.reading() as frames:
        back = in_memory(frames["looked_back"]) if "looked_back" in frames else pd.DataFrame()
    return preparing(wishes_of(desk), Foresight(card, back))


def bring_up(desk: Desk) -> None:
    """Makes the prepared tables anew where there are none, as after an older program, or where they were made by other wishes."""
    tables = desk.tables()
    if "customers" in tables and not is_prepared(desk):
        desk.prepare(preparing_again(desk))


def rows_of(desk: Desk, *customer_ids: str) -> pd.DataFrame:
    """What the score that the desk shows reads of some customers, all where none is named: rows of the customers table, or the features of
    those still there, called as people call them."""
    if not is_foretold(desk):
        return desk.rows("customers", *customer_ids) if customer_ids else desk.frame("customers")
    with desk.reading() as frames:
        wanted = frames["customer_features"]
        return words_of(in_memory(wanted.filter(nw.col("customer_id").is_in(customer_ids)) if customer_ids else wanted))


def first_drivers(desk: Desk, card: Scorecard, customer_ids: Collection[str]) -> list[str]:
    """For each of these customers of the desk what moves their score most, in words; "" where nothing does or there is no risk. Empty
    where the desk shows the deeper model's risks, whose reasons take too long for a list."""
    if shows_deeper(desk):
        return []
    own, rows = scored_by(desk), rows_of(desk, *customer_ids)
    names = sorted(customer_ids, key=int) if own is None else rows[own]  # without ids they go by their rows, in the order of the file
    sentences = drivers(score(card, rows, id_column=own), rows, most=1)
    found = {name: "".join(first) for name, first in zip(names, sentences, strict=True)}
    return [found.get(name, "") for name in customer_ids]


def earlier_model(desk: Desk, customers: Intake) -> Scorecard | None:
    """A model that the desk has kept of this very file, trained as it would be without any wishes; or None."""
    label = find_label(customers.frame, None, None)
    columns, _left_out = choose(customers.frame, id_column=customers.id_column, label=label)
    for path in sorted(desk.models.glob(f"{customers.digest[:12]}-*.json")):
        try:
            card = load(path)
        except ModelError:
            continue
        found = card.provenance
        alike = Label(found.label, found.lost) == label and found.id_column == customers.id_column and card.columns == tuple(columns)
        if alike and found.digest == customers.digest:
            return card
    return None


def model_of(desk: Desk) -> Scorecard | None:
    """The model that the risks come from which the desk shows, its columns called as people call them; or None."""
    foretold = history_model_of(desk)
    return sheet_model_of(desk) if foretold is None else in_words(foretold)


def sheet_model_of(desk: Desk) -> Scorecard | None:
    """The model that was learned from the customers table, by which sheets of the same columns are scored; or None."""
    name = desk.setting("model")
    return load(desk.models / str(name)) if name else None


def history_model_of(desk: Desk) -> Scorecard | None:
    """The model that was learned from histories, or None."""
    name = desk.setting("history")
    return load(desk.models / str(name)) if name else None


def has_history(desk: Desk) -> bool:
    """Whether the desk holds anything that customers did, and days that say who left."""
    with desk.reading() as frames:
        return "customer_features" in frames and bool(small(frames["dials"])["is_dated"].iloc[0])


def is_foretold(desk: Desk) -> bool:
    """Whether the risks that the desk shows were learned from histories."""
    return bool(desk.setting("history"))


def show_deeper(desk: Desk, *, wanted: bool) -> None:
    """Has the desk show everybody's risk by the deeper second opinion, or by the scorecard again. Raises ModelError where there is none."""
    card = model_of(desk)
    if card is None:
        raise ModelError(_("The desk has no model yet."))
    source, own, rows = desk.source("customers"), scored_by(desk), rows_of(desk)
    ids = desk.ids() if own is None else rows[own]
    desk.write_scores(scores_of(card, rows, ids, own, deeper=wanted), settings={"deeper": wanted or None}, of=source)


def shows_deeper(desk: Desk) -> bool:
    """Whether the risks that the desk shows are those of the deeper second opinion."""
    return bool(desk.setting("deeper"))


def label_of(desk: Desk) -> Label | None:
    """Which of the desk's customers are lost, or None where nothing says so."""
    column = desk.setting("label")
    if column is None:
        return None
    lost = desk.setting("lost")
    return Label(str(column), None if lost is None else str(lost))


def id_column_of(desk: Desk) -> str | None:
    """The header of the customers' id column, or None."""
    return next((column.label for column in desk.columns("customers") if column.name == "customer_id"), None)


def scored_by(desk: Desk) -> str | None:
    """The header of the ids in `rows_of`, or None."""
    return "customer_id" if is_foretold(desk) else id_column_of(desk)
