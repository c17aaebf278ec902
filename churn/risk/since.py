"""What moved a customer's risk since the last load: the customer, the model, or that something is no longer known. An exact split."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn.errors import ModelError
from churn.risk.desk_models import id_column_of, is_foretold, scored_by, shows_deeper
from churn.risk.keeping import load
from churn.risk.lookup import typed
from churn.risk.of_desk import rows_of
from churn.risk.of_history import in_words, words_of
from churn.risk.scorecard import Scorecard
from churn.risk.scoring import Scores, score, shown
from churn.risk.second import score_deeper
from churn.store import Desk
from churn.store.before import Before

MOST_CHANGES = 3


@dataclass(frozen=True)
class Changed:
    """One column that differs from what it was, in words ("": missing)."""

    column: str
    before: str
    now: str


@dataclass(frozen=True)
class Since:
    """A risk `before` (read at `as_of` then, None: no day known) and `now`, both 0..1, and what lies between, as differences of risk that
    sum to `now` - `before`: by `model` (the new one on the old row, less the old one on it), by `missing` (what is no longer known, named
    in `gone`), and by `customer` (the rest: the new row less the old one under the new model; what moved it most in `changes`)."""

    before: float
    now: float
    model: float
    customer: float
    missing: float
    gone: tuple[str, ...]
    changes: tuple[Changed, ...]


def since(desk: Desk, card: Scorecard, customer_id: str) -> Since | None:
    """What moved this customer's risk since the last load; None where there is nothing to compare: no former load, another customer of the
    same id, no former or present risk, a model whose file is gone, or one of another kind (of histories, of the customers table)."""
    former, own = desk.before(customer_id), id_column_of(desk)
    if former is None or own is None or bool(former.history) != is_foretold(desk) or _another(desk, former, customer_id):
        return None
    old, row, now = _old_card(desk, former), _old_row(former), rows_of(desk, customer_id)
    column = scored_by(desk)
    if old is None or row.empty or now.empty or column not in row:
        return None
    deeper = shows_deeper(desk)
    kept = now.copy()
    gone = [name for name in now if name in row and row[name].notna().all() and now[name].isna().all()]
    for name in gone:
        kept[name] = row[name].to_numpy()
    first = _scored(old, row, column, deeper=former.deeper)
    turned, whole, last = (_scored(card, rows, column, deeper=deeper) for rows in (row, kept, now))
    risks = [float(found.risk[0]) for found in (first, turned, whole, last)]
    if np.isnan(risks).any():
        return None
    headers = set(last.sources.values())
    return Since(
        before=risks[0],
        now=risks[3],
        model=risks[1] - risks[0],
        customer=risks[2] - risks[1],
        missing=risks[3] - risks[2],
        gone=tuple(name for name in gone if name in headers),
        changes=_changes(turned, whole, row, kept),
    )


def _scored(card: Scorecard, rows: pd.DataFrame, column: str | None, *, deeper: bool) -> Scores:
    return score_deeper(card, rows, id_column=column, explained=1) if deeper else score(card, rows, id_column=column)


def _old_card(desk: Desk, former: Before) -> Scorecard | None:
    name = former.history or former.model
    if not name:
        return None
    try:
        card = load(desk.models / name)
    except ModelError:
        return None
    return in_words(card) if former.history else card


def _old_row(former: Before) -> pd.DataFrame:
    return words_of(typed(former.features)) if former.history else former.customer


def _another(desk: Desk, former: Before, customer_id: str) -> bool:
    """Whether the names say that it is somebody else's id by now."""
    name = next((column.label for column in desk.columns("customers") if column.name == "name"), None)
    row = desk.rows("customers", customer_id)
    if name is None or name not in former.customer or row.empty:
        return False
    then, now = former.customer[name].iloc[0], row[name].iloc[0]
    return bool(pd.notna(then) and pd.notna(now) and then != now)


def _changes(then: Scores, now: Scores, row: pd.DataFrame, kept: pd.DataFrame) -> tuple[Changed, ...]:
    """The columns that moved the score most, of those whose value is another."""
    moved = np.abs(now.contributions[0] - then.contributions[0])
    found = []
    for place in np.argsort(-moved, kind="stable"):
        column = now.columns[place]
        header, former = now.sources.get(column), then.sources.get(column)
        if header and former and moved[place] > 0:
            words = shown(row[former])[0], shown(kept[header])[0]
            if words[0] != words[1]:
                found.append(Changed(column, *words))
    return tuple(found[:MOST_CHANGES])
