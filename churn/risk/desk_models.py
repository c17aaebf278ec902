"""The models that a desk keeps beside its tables, which of them its risks come from, and the scores that the store keeps."""

import hashlib
from collections.abc import Collection, Iterable, Iterator

import pandas as pd

from churn.errors import ModelError
from churn.intake import Intake
from churn.risk.columns import Label, choose, find_label
from churn.risk.fitting import Progress
from churn.risk.keeping import load, save, to_text
from churn.risk.lookup import is_void
from churn.risk.of_history import in_words
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import score
from churn.risk.second import score_deeper
from churn.store import Desk
from churn.stored import Json
from churn.wording import _

BATCH = 50_000


def kept(desk: Desk, card: Scorecard) -> dict[str, Json]:
    """Writes the model to a file of the desk that is named after what it was trained on and what it holds; gives the settings that
    point to it."""
    return {"model": saved(desk, card), "label": card.provenance.label, "lost": card.provenance.lost, "deeper": None, "history": None}


def saved(desk: Desk, card: Scorecard) -> str:
    """Writes a model to a file of the desk; gives its name."""
    name = f"{card.provenance.digest[:12] or 'model'}-{hashlib.sha256(to_text(card).encode()).hexdigest()[:12]}.json"
    save(card, desk.models / name)
    return name


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


def is_foretold(desk: Desk) -> bool:
    """Whether the risks that the desk shows were learned from histories."""
    return bool(desk.setting("history"))


def shows_deeper(desk: Desk) -> bool:
    """Whether the risks that the desk shows are those of the deeper second opinion."""
    return bool(desk.setting("deeper"))


def finds_signal(desk: Desk, card: Scorecard) -> bool:
    """Whether the risks that the desk shows beat guessing: the scorecard's, or those of the deeper model, which is only shown where it is
    surely better than the scorecard."""
    return card.evaluation.has_signal or shows_deeper(desk)


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


def scores_of(
    card: Scorecard,
    frame: pd.DataFrame,
    ids: Collection[str],
    id_column: str | None,
    *,
    deeper: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Everybody's score as the store keeps it, by the scorecard or by its deeper second opinion. `progress` hears the share done and may
    raise to stop."""
    filled = frozenset(str(header) for header in frame if not is_void(frame[header]))
    names = pd.Series(list(ids), dtype="str")
    pieces = ((names.iloc[rows], frame.iloc[rows]) for rows in slices(len(frame)))
    return in_pieces(card, pieces, filled, id_column, rows=len(frame), deeper=deeper, progress=progress)


def slices(rows: int) -> Iterator[slice]:
    """One after the other, so many rows at a time; one empty slice of nothing."""
    for start in range(0, max(rows, 1), BATCH):
        yield slice(start, start + BATCH)


def in_pieces(
    card: Scorecard,
    pieces: Iterable[tuple["pd.Series[str]", pd.DataFrame]],
    filled: Collection[str],
    id_column: str | None,
    *,
    rows: int,
    deeper: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The same of `rows` customers who come in pieces with their ids, so that no more than one piece is taken apart at a time. `filled`:
    the headers that are not void in all of them together."""
    tell, scorer = progress or (lambda _share, _text: None), score_deeper if deeper else score
    nobody = {"customer_id": "str", "risk": "float64", "information": "float64", "known": "bool"}
    found, done = [pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in nobody.items()})], 0
    for ids, piece in pieces:
        tell(done / max(rows, 1), _("everybody's score"))
        scores = scorer(card, piece, id_column=id_column, filled=filled)
        values = {"risk": scores.risk, "information": scores.information, "known": scores.known}
        found.append(pd.DataFrame({"customer_id": ids.to_numpy(), **values}))
        done += len(piece)
    return pd.concat(found if len(found) == 1 else found[1:], ignore_index=True)


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
