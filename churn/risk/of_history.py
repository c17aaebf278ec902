"""Foresight: learned from how customers stood on earlier days and whether they then left, it scores them as they stand now."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.dials import Dials
from churn.errors import TrainingError
from churn.features import every, features, labels
from churn.measures.declared import Tables
from churn.measures.dialect import count_if, one_row, small
from churn.prepared import EVENTS, Wishes, past_days
from churn.risk.fitting import Progress
from churn.risk.labelled import Labelled
from churn.risk.lookup import VOID_ROWS, typed
from churn.risk.scorecard import Scorecard
from churn.risk.screening import needed
from churn.risk.training import learn
from churn.wording import _, number, plural

READ_AT, LEFT = "_read_at", "_left"
MOST_ROWS = 100_000
MOST_DAYS = 4
MOST_COLUMNS = 30


@dataclass(frozen=True, eq=False)
class Foresight:
    """A score learned from histories. `looked_back` has the rows by which it was judged: customer_id, read_at, risk (0..1, by a score that
    knew nothing after that day) and lost (1, 0); empty where the customers of one day judged each other."""

    card: Scorecard
    looked_back: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Past:
    """Rows as `panel` has them, the days looked ahead, and the days on which the customers were looked at, the earliest first."""

    rows: pd.DataFrame
    look_ahead: int
    days: tuple[date, ...]


def panel(tables: Tables, dials: Dials, days: Sequence[date], *, steady: Sequence[str] = ()) -> pd.DataFrame:
    """How customers stood on each of these days, in memory: customer_id, _read_at, their features, _left ("Yes" within the days looked
    ahead, "No"). One row an active customer and day; where that may be more than 100,000, those of one in so many customers."""
    customers = int(small(tables["customers"].select(nw.len().alias("n")))["n"].iloc[0])
    some = one_in(tables, -(-customers * len(days) // MOST_ROWS))
    each = (_read_at(some, dials.at(day), steady) for day in days)
    # An engine gives rows in any order, and of another order another score would be learned.
    return pd.concat([rows.sort_values("customer_id") for rows in each], ignore_index=True)


def one_in(tables: Tables, step: int) -> Tables:
    """The tables with one in `step` customers, in the order of their ids, and what these did."""
    if step <= 1:
        return tables
    numbered = tables["customers"].with_columns(_one=nw.lit(1)).with_columns(_place=nw.col("_one").cum_sum().over(order_by="customer_id"))
    some = numbered.filter(nw.col("_place") % step == 0).drop("_one", "_place")
    theirs = {
        name: frame.join(some.select("customer_id"), on="customer_id", how="semi") for name, frame in tables.items() if name in EVENTS
    }
    return {**tables, **theirs, "customers": some}


def past_of(tables: Tables, wishes: Wishes) -> Past:
    """How customers stood on the last days whose future is known. Raises TrainingError where days do not say who left, or the history is
    too short."""
    dials = wishes.dials(tables)
    days = past_days(tables, dials)[:MOST_DAYS] if dials else []
    if dials is None or not days:
        raise TrainingError(
            _("The history is too short to learn from, or does not say on which days customers left: see the page Who counts as gone.")
        )
    return Past(panel(tables, dials, days, steady=wishes.steady), dials.look_ahead, tuple(sorted(days)))


def learn_past(
    past: Past, *, source: str = "", digest: str = "", trained_on: str | None = None, progress: Progress | None = None
) -> Foresight:
    """Learns from how customers stood and whether they then left. Raises TrainingError where too few did."""
    left, everybody = int((past.rows[LEFT] == "Yes").sum()), len(past.rows)
    if left in (0, everybody):
        text = _("Of {cases} on the days looked at {left} then left: a score can be learned where some leave and some stay.")
        raise TrainingError(text.format(left=number(left), cases=plural("{n} case", "{n} cases", everybody)))
    several = len(past.days) > 1
    columns = [str(name) for name in past.rows if name not in ("customer_id", READ_AT, LEFT)]
    earlier = past.rows[past.rows[READ_AT] < past.rows[READ_AT].max()] if several else past.rows
    used = needed(earlier, columns, (earlier[LEFT] == "Yes").to_numpy(), earlier["customer_id"], most=MOST_COLUMNS)
    frame = past.rows[["customer_id", *([READ_AT] if several else []), *used, LEFT]]
    table = Labelled(frame, id_column="customer_id", label=LEFT, lost="Yes", as_of=READ_AT if several else None)
    card, judged = learn(table, source=source, digest=digest, trained_on=trained_on, progress=progress)
    weak = [(column, _("it adds little to the others")) for column in columns if column not in used]
    read = replace(
        card.provenance,
        look_ahead=past.look_ahead,
        read_at=tuple(day.isoformat() for day in past.days),
        left_out=(*card.provenance.left_out, *weak),
    )
    back = pd.DataFrame({"customer_id": [], "read_at": [], "risk": [], "lost": []})
    if judged is not None and several:
        rows = table.frame.assign(risk=judged.risk, lost=table.lost.astype("int64"))[~np.isnan(judged.risk)]
        back = rows[["customer_id", READ_AT, "risk", "lost"]].rename(columns={READ_AT: "read_at"})
    return Foresight(replace(card, provenance=read), back)


def in_memory(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Features as the score reads them."""
    return typed(frame.collect("pyarrow").to_native().to_pandas())


def filled_in(frame: nw.LazyFrame[Any]) -> tuple[int, frozenset[str]]:
    """How many rows there are, and which columns hold something in any of them: all do where rows are too few to tell (see `is_void`)."""
    held = {name: count_if(~_gap(name, kind)).alias(name) for name, kind in frame.collect_schema().items()}
    counts = one_row(frame, [nw.len().alias("_rows"), *held.values()])
    rows = int(counts.pop("_rows"))
    return rows, frozenset(name for name, cells in counts.items() if cells or rows < VOID_ROWS)


def _gap(name: str, kind: nw.dtypes.DType) -> nw.Expr:
    empty = nw.col(name).is_null()
    return empty | nw.col(name).is_nan() if kind.is_float() else empty


def pieces_of(frame: nw.LazyFrame[Any], rows: int) -> Iterator[pd.DataFrame]:
    """A desk's features as the score reads them, so many at a time; nothing else can be read of that desk's cursor until the last."""
    for batch in frame.to_native().to_arrow_reader(rows):
        yield typed(batch.to_pandas())


def in_words(card: Scorecard) -> Scorecard:
    """The same score with its columns called what people call them."""
    names = {feature.name: feature.label for feature in every().values()}
    bins = tuple(replace(cut, column=names.get(cut.column, cut.column)) for cut in card.bins)
    left_out = tuple((names.get(column, column), why) for column, why in card.provenance.left_out)
    found = card.evaluation
    rule = replace(found.rule, name=re.sub(r"\w+", lambda word: names.get(word[0], word[0]), found.rule.name))
    deeper = found.deeper and replace(found.deeper, interplay=tuple(names.get(column, column) for column in found.deeper.interplay))
    evaluation = replace(found, rule=rule, deeper=deeper)
    return replace(card, bins=bins, provenance=replace(card.provenance, left_out=left_out), evaluation=evaluation)


def words_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of features with columns called as `in_words` calls them."""
    return rows.rename(columns={feature.name: feature.label for feature in every().values()})


def _read_at(tables: Tables, dials: Dials, steady: Sequence[str]) -> pd.DataFrame:
    both = features(tables, dials, steady=steady).join(labels(tables, dials).rename({"lost": LEFT}), on="customer_id", how="inner")
    known_then = [name for name in both.collect_schema().names() if name not in every() or every()[name].learn]
    rows = in_memory(both.select(known_then))
    left = rows[LEFT].map({1.0: "Yes", 0.0: "No"}).astype("str")
    rows[READ_AT], rows[LEFT] = pd.Timestamp(dials.as_of), left
    return rows
