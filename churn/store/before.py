"""One customer as the desk held them before the last load: what a load moved aside, or left where it is."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from churn.stored import BEFORE, Cursor, labelled, quoted, stored_columns


@dataclass(frozen=True, eq=False)
class Before:
    """`customer` and `features` are the one row of the table customers (as `Desk.rows`) and of what was prepared for the score (as the
    database has it; no row: there was none). `model` and `history` are the files of the models, "" for none, `deeper` whether the deeper
    second opinion was shown, `as_of` the day that the data were read at (None: none was known)."""

    customer: pd.DataFrame
    features: pd.DataFrame
    model: str
    history: str
    deeper: bool
    as_of: date | None


def before(cursor: Cursor, customer_id: str) -> Before | None:
    """The customer before the last load; None where nothing was loaded in the place of anything, where that was undone, where nobody had a
    score then, or where this customer was not there."""
    last = cursor.execute("SELECT scope, kind FROM _undo JOIN _loads USING (number)").fetchone()
    if last is None or last[1] == "undo":
        return None
    scope = set(last[0])
    there = {name for (name,) in cursor.execute("SELECT name FROM _tables").fetchall()}
    customers, features, scores, dials = (
        (BEFORE if name in scope else "") + name for name in ("customers", "customer_features", "scores", "dials")
    )
    labels = {column.name: column.label for column in stored_columns(cursor, customers)}
    if not {customers, scores} <= there or "customer_id" not in labels:
        return None
    row = labelled(cursor, customers, "WHERE customer_id = ?", customer_id)
    if row.empty:
        return None
    ahead = BEFORE if "settings" in scope else ""
    kept = {name: _setting(cursor, ahead + name) for name in ("model", "history", "deeper")}
    return Before(
        customer=row,
        features=_rows(cursor, features, customer_id) if features in there else pd.DataFrame(),
        model=str(kept["model"] or ""),
        history=str(kept["history"] or ""),
        deeper=bool(kept["deeper"]),
        as_of=cursor.execute(f"SELECT as_of::DATE FROM {quoted(dials)}").fetchone()[0] if dials in there else None,
    )


def _rows(cursor: Cursor, table: str, customer_id: str) -> pd.DataFrame:
    found: pd.DataFrame = cursor.execute(f"SELECT * FROM {quoted(table)} WHERE customer_id = ?", [customer_id]).to_arrow_table().to_pandas()
    return found


def _setting(cursor: Cursor, name: str) -> Any:
    found = cursor.execute("SELECT value FROM _settings WHERE name = ?", [name]).fetchone()
    return json.loads(found[0]) if found else None
