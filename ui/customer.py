"""All that the desk knows of one customer."""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn import charts, risk, wording
from churn.measures.dialect import small
from churn.risk import Scorecard, Scores
from churn.risk.columns import lost_rows
from churn.risk.desk_models import is_foretold, label_of, scored_by
from churn.risk.of_desk import rows_of
from churn.risk.ranges import is_wide
from churn.risk.scoring import shown
from churn.risk.second import score_deeper
from churn.store import Desk
from churn.tables import TABLES, Type
from churn.wording import _

LATEST = 5
MOST_MATCHES = 20


@dataclass(frozen=True, eq=False)
class Rows:
    """A customer's last rows of a table, newest first, the types of its columns, and how many rows there are in all."""

    frame: pd.DataFrame
    types: Mapping[str, Type]
    total: int


@dataclass(frozen=True, eq=False)
class Profile:
    """One customer: `row` of the customers table, its columns' types, the last rows of the other tables by name, and `read`, what the
    score reads of them (no row: it reads nothing of who has left).

    `lost` is None where nothing says who is lost; `left_on` is None where no day says so.
    """

    customer_id: str
    name: str
    row: pd.DataFrame
    types: Mapping[str, Type]
    lost: bool | None
    left_on: pd.Timestamp | None
    others: Mapping[str, Rows]
    read: pd.DataFrame


def matches(desk: Desk, text: str) -> pd.DataFrame:
    """The customers meant by `text`: the one whose id it is, else those whose id or name holds it (customer_id, name)."""
    found = desk.search(text, MOST_MATCHES)
    exact = found[found["customer_id"].str.casefold() == text.strip().casefold()]
    return found if exact.empty else exact.head(1)


def profile(desk: Desk, customer_id: str) -> Profile:
    """What the desk holds of a customer."""
    row = desk.rows("customers", customer_id)
    columns = desk.columns("customers")
    labels = {column.name: column.label for column in columns}
    lost, ended = _left(desk, customer_id, row)
    name = row[labels["name"]].iloc[0] if "name" in labels else None
    return Profile(
        customer_id=customer_id,
        name=customer_id if name is None or pd.isna(name) else str(name),
        row=row,
        types={column.label: column.type for column in columns},
        lost=lost,
        left_on=ended,
        others={table: _latest(desk, table, customer_id) for table in desk.tables() if table != "customers"},
        read=rows_of(desk, customer_id) if is_foretold(desk) else row,
    )


def scored(desk: Desk, card: Scorecard, found: Profile, *, deeper: bool) -> Scores:
    """The customer's score, by the scorecard or by its deeper second opinion."""
    if deeper:
        return score_deeper(card, found.read, id_column=scored_by(desk), explained=1)
    return risk.score(card, found.read, id_column=scored_by(desk))


def missing(scores: Scores) -> list[str]:
    """The columns of the score that nothing is known about for the one customer of `scores`."""
    return [column for column, there in zip(scores.columns, scores.present[0], strict=True) if not there]


def wide_range(scores: Scores) -> str:
    """The range of the risk of the one customer of `scores` in a sentence; "" where it is narrow or unknown."""
    if not is_wide(scores.low, scores.high)[0]:
        return ""
    return _("Anywhere between {low} and {high}: few customers like this one.").format(
        low=wording.percent(scores.low[0], 0), high=wording.percent(scores.high[0], 0)
    )


def steps(scores: Scores, row: pd.DataFrame) -> list[charts.Step]:
    """The way from a typical customer's risk to that of the one customer of `scores`, largest steps first; those of nought left out."""
    way = risk.path(scores.columns, float(scores.base[0]), scores.contributions[0])
    return [charts.Step(_fact(scores, row, step.column), step.start, step.end) for step in way if step.log_odds]


def log_odds_steps(scores: Scores, row: pd.DataFrame) -> list[charts.Step]:
    """The same way in log-odds: the exact contributions."""
    way = [step for step in risk.path(scores.columns, float(scores.base[0]), scores.contributions[0]) if step.log_odds]
    levels = float(scores.base[0]) + np.cumsum([0.0, *(step.log_odds for step in way)])
    return [charts.Step(_fact(scores, row, step.column), start, end) for step, start, end in zip(way, levels, levels[1:], strict=False)]


def _fact(scores: Scores, row: pd.DataFrame, column: str) -> str:
    header = scores.sources.get(column)
    return wording.fact(column, shown(row[header])[0] if header else "")


def _left(desk: Desk, customer_id: str, row: pd.DataFrame) -> tuple[bool | None, pd.Timestamp | None]:
    """Whether a customer has left, None where nothing says so, and on which day if a day says it."""
    with desk.reading() as frames:
        mine = small(frames["customer_now"].filter(nw.col("customer_id") == nw.lit(customer_id)).select("is_lost", "lost_on")).iloc[0]
    if not pd.isna(mine["is_lost"]):
        return bool(mine["is_lost"]), None if pd.isna(mine["lost_on"]) else pd.Timestamp(mine["lost_on"])
    label = label_of(desk)
    return (bool(lost_rows(row, label)[0][0]) if label and label.column in row else None), None


def _latest(desk: Desk, table: str, customer_id: str) -> Rows:
    rows = desk.rows(table, customer_id)
    columns = [column for column in desk.columns(table) if column.name != "customer_id"]
    labels = {column.name: column.label for column in columns}
    day = next((labels[column.name] for column in TABLES[table].columns if column.type == "date" and column.name in labels), None)
    newest = rows.sort_values(day, ascending=False, kind="stable") if day else rows
    return Rows(newest[list(labels.values())].head(LATEST), {column.label: column.type for column in columns}, len(rows))
