"""A desk's histories: what is prepared of them for pages, and the foresight learned from them."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import pandas as pd

from churn.errors import StoreError, TrainingError
from churn.loads import SNAPSHOT, refuse_snapshot
from churn.prepared import Wishes, dials_of, has_events, is_prepared, prepared, wishes_of
from churn.risk.desk_models import BATCH, history_model_of, id_column_of, in_pieces, saved, scores_of, sheet_model_of, shows_deeper
from churn.risk.fitting import Progress
from churn.risk.of_history import Foresight, filled_in, in_memory, learn_past, past_of, pieces_of
from churn.risk.scorecard import Scorecard
from churn.store import Desk
from churn.stored import Frames, Json, Prepare
from churn.tables import TABLES
from churn.wording import _


def foretell(
    desk: Desk,
    *,
    trained_on: str | None = None,
    progress: Progress | None = None,
    may_write: Callable[[], bool] = lambda: True,
    writing: Progress | None = None,
) -> Scorecard | None:
    """Learns from the desk's histories, keeps that model, and has the desk show the risks that it foretells; `writing` gets the progress
    of that. The desk is as before if it fails or is stopped, and None comes back where it may not write. Raises TrainingError where the
    histories do not suffice, StoreError where something was loaded meanwhile."""
    contents, wishes = desk.contents(), wishes_of(desk)
    found = _learned(desk, wishes, trained_on=trained_on, progress=progress)
    if not may_write():
        return None
    settings: dict[str, Json] = {"history": saved(desk, found.card), "deeper": None}
    whole = not is_prepared(desk)
    desk.prepare(preparing(wishes, found) if whole else _scoring(found), settings=settings, of=contents, progress=writing, keep=not whole)
    return found.card


def _scoring(found: Foresight) -> Prepare:
    """What makes the scores alone, of tables that are prepared."""
    back = None if found.looked_back.empty else found.looked_back
    return lambda _tables: {"looked_back": back, "scores": partial(everybodys_scores, found.card)}


def turned(
    desk: Desk,
    wishes: Wishes,
    *,
    trained_on: str | None = None,
    progress: Progress | None = None,
    writing: Progress | None = None,
) -> str:
    """Has the desk read its histories by other wishes, learned anew by them, all in one write; gives why nothing could be learned, ""
    where it was. Everybody then has the risk of the customers table, if there is a score of that. `progress` gets that of learning,
    `writing` that of what follows; what they raise leaves the desk as it was. Raises StoreError where the desk holds a snapshot."""
    refuse_snapshot(desk.setting(SNAPSHOT))
    contents, found, why = desk.contents(), None, ""
    try:
        found = _learned(desk, wishes, trained_on=trained_on, progress=progress)
    except TrainingError as error:
        why = str(error)
    settings: dict[str, Json] = {"wishes": wishes.as_setting(), "history": saved(desk, found.card) if found else None, "deeper": None}
    instead = None if found else _sheet_scores(desk)
    prepare = preparing(wishes, found)
    desk.prepare(
        (lambda tables: _beside(prepare(tables), {"scores": instead})) if instead is not None else prepare,
        settings=settings,
        of=contents,
        progress=writing,
    )
    return why


def _sheet_scores(desk: Desk) -> pd.DataFrame:
    """Everybody's score by the customers table alone; none where there is no such score."""
    card = sheet_model_of(desk)
    if card is None:
        return pd.DataFrame({"customer_id": [], "risk": [], "information": [], "known": []})
    return scores_of(card, desk.frame("customers"), desk.ids(), id_column_of(desk))


def _learned(desk: Desk, wishes: Wishes, *, trained_on: str | None, progress: Progress | None) -> Foresight:
    source = desk.source("customers")
    with desk.reading() as frames:
        past = past_of({name: frame for name, frame in frames.items() if name in TABLES}, wishes)
    return learn_past(past, source=source.file, digest=source.digest, trained_on=trained_on, progress=progress)


def preparing(wishes: Wishes, foresight: Foresight | None = None, *, deeper: bool = False) -> Prepare:
    """What makes the prepared tables, and with a foresight everybody's score (`deeper`: by its second opinion), from the tables of
    a desk."""

    def prepare(tables: Frames) -> Mapping[str, Any]:
        made = prepared(tables, wishes)
        if foresight is None or "customer_features" not in made:
            return made
        more: dict[str, Any] = {"scores": partial(everybodys_scores, foresight.card, deeper=deeper)}
        return _beside(made, more if foresight.looked_back.empty else more | {"looked_back": foresight.looked_back})

    return prepare


def _beside(made: Mapping[str, Any], more: dict[str, Any]) -> Mapping[str, Any]:
    """Both, without asking for what is made when it is asked for."""
    return ChainMap(more, cast("dict[str, Any]", made))


def everybodys_scores(card: Scorecard, done: Frames, *, deeper: bool = False, progress: Progress | None = None) -> pd.DataFrame:
    """The scores as the store keeps them, from prepared features that never are in memory all at once, and of these only what
    the score reads where all that is there."""
    features = done["customer_features"]
    names = features.collect_schema().names()
    read = features.select("customer_id", *card.columns) if set(card.columns) <= set(names) else features
    rows, filled = filled_in(read)
    pieces = ((piece["customer_id"], piece) for piece in pieces_of(read, BATCH))
    return in_pieces(card, pieces, filled, "customer_id", rows=rows, deeper=deeper, progress=progress)


def preparing_again(desk: Desk) -> Prepare:
    """The same with what the desk's settings say and the model that it has. Raises StoreError where the desk holds a snapshot."""
    refuse_snapshot(desk.setting(SNAPSHOT))
    card = history_model_of(desk)
    if card is None:
        return preparing(wishes_of(desk))
    with desk.reading() as frames:
        back = in_memory(frames["looked_back"]) if "looked_back" in frames else pd.DataFrame()
    return preparing(wishes_of(desk), Foresight(card, back), deeper=shows_deeper(desk))


def bring_up(desk: Desk) -> None:
    """Makes the prepared tables anew where there are none, as after an older program, or where they were made by other wishes.

    Raises StoreError where they came as a snapshot, which must then be made anew where its tables are.
    """
    tables = desk.tables()
    if "customers" in tables and not is_prepared(desk):
        if desk.setting(SNAPSHOT):
            raise StoreError(
                _("The snapshot in this desk was made by another version of this program: make it anew with this one and load it.")
            )
        desk.prepare(preparing_again(desk))


def has_history(desk: Desk) -> bool:
    """Whether the desk holds anything that customers did, and days that say who left."""
    return dials_of(desk) is not None and has_events(desk.tables())
