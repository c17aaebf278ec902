"""VIEW: the tables of a desk as a page or a report looks at them: narrowed by filters, with the dials, and with who counts as lost."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn import measures
from churn.dials import Dials
from churn.filters import ALL_TIME, TENURE, Filters, Span, period_name
from churn.measures import Share
from churn.measures.dialect import Frame, count_if, has, is_known, is_true, one_row, small
from churn.measures.rfm import RFM
from churn.narrowed import Narrowed
from churn.prepared import DAYS, dials_of
from churn.risk.columns import label_columns
from churn.risk.desk_models import label_of
from churn.snapshot.left import made_of
from churn.store import Desk
from churn.stored import RESERVED, StoredColumn
from churn.tables import Type
from churn.wording import _

MOST_LEVELS, MOST_NUMBERS, MOST_OWNERS = 40, 10, 1000
LATELY = "12"
DIMENSIONS = ("segment", "region", "plan", "owner")


@dataclass(frozen=True, eq=False)
class View:
    """The desk's tables by name (`frames`), those of events from before the day that the data are read at, all narrowed by the filters.

    `people` are the customers that count: columns of customers, first_on, lost_on, is_lost, tenure_days, and where there are orders RFM,
    one of `measures.SEGMENTS`; where days say who left without those who have not come yet (`to_come`). `everybody` are the same before
    any filter. `lost` is true for the lost among them, None where nothing says who is lost. `customers` counts the people, `of`
    everybody, `to_come` who fits the filters and has not come. `made_of` are the columns of the tables that a snapshot left behind.
    `columns` are those of `columns_of`. `first_month` is the first of customer_months, None where no day is known.
    `at_hand` computes a frame once that several queries read.
    """

    frames: Mapping[str, Frame]
    people: Frame
    everybody: Frame
    lost: nw.Expr | None
    dials: Dials | None
    filters: Filters
    columns: tuple[StoredColumn, ...]
    first_month: date | None
    made_of: Mapping[str, Collection[str]]
    customers: int
    of: int
    to_come: int
    at_hand: Callable[[Frame], Frame] = lambda frame: frame

    @property
    def dated(self) -> bool:
        """Whether days say who left, and when."""
        return self.dials is not None

    @property
    def labels(self) -> dict[str, str]:
        """The headings of the customers' columns, by safe name."""
        return labels_of(self.columns)

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """What to call the values of columns whose values are no words of the firm's."""
        return names_of(self.columns)

    @property
    def lived(self) -> Frame:
        """When the people came and left: customer_id, started_on, lost_on."""
        return measures.lives_of(self.people)

    @property
    def span(self) -> Span | None:
        """The days of the period that was asked for; None where no day is known."""
        return None if self.dials is None else self.filters.span(self.dials.as_of)

    def known_as(self, column: str, groups: "pd.Series[Any]") -> "pd.Series[Any]":
        """The groups of a column, as measures name them, as filters know them; missing ones stay so."""
        kind = types_of(self.columns).get(column, "text")
        return groups.astype(object).map(lambda cell: level(cell, kind) or None)

    def named(self, column: str, groups: "pd.Series[Any]") -> "pd.Series[Any]":
        """The same in words."""
        return self.known_as(column, groups).replace(self.names.get(column, {}))

    def holds(self, table: str, *columns: str) -> bool:
        """Whether there is a table with these columns, in the desk or where its snapshot was made."""
        return self.reads(table, *columns) or (table in self.made_of and set(columns) <= set(self.made_of[table]))

    def reads(self, table: str, *columns: str) -> bool:
        """Whether the rows of a table with these columns are in the desk."""
        return table in self.frames and all(has(self.frames[table], column) for column in columns)

    @property
    def recent(self) -> Span | None:
        """The days that what happened is counted over: the period that was asked for, else the last twelve months that are over; None where
        no day is known."""
        asked = replace(self.filters, period=LATELY) if self.filters.period == ALL_TIME else self.filters
        return None if self.dials is None else asked.span(self.dials.as_of)

    @property
    def recently(self) -> str:
        """`recent` in words: "in the last 12 months"."""
        return period_name(LATELY if self.filters.period == ALL_TIME else self.filters.period)

    def within(self, table: str) -> Frame:
        """The rows of a table of events whose day lies in the period; all where no day says who left."""
        return self._inside(self.frames[table], DAYS[table])

    def comments(self) -> Frame:
        """customer_comments of the answers in the period."""
        return self._inside(self.frames["customer_comments"], "answered_on")

    def _inside(self, frame: Frame, day: str) -> Frame:
        if (span := self.span) is not None:
            frame = frame.filter((nw.col(day) < nw.lit(span.until)) & (nw.col(day) >= nw.lit(span.first or date.min)))
        return frame

    def months(self) -> Frame | None:
        """customer_months of the months in the period; None where there are none."""
        if (span := self.span) is None or "customer_months" not in self.frames:
            return None
        kept = self.frames["customer_months"].filter(nw.col("month") < nw.lit(span.until))
        return kept if span.first is None else kept.filter(nw.col("month") >= nw.lit(span.first))

    def years(self) -> list[str]:
        """The years in which somebody was a customer, the latest first."""
        if "customer_months" not in self.frames:
            return []
        ends = small(self.frames["customer_months"].select(first=nw.col("month").min(), last=nw.col("month").max())).iloc[0]
        return [] if pd.isna(ends["first"]) else [str(year) for year in range(ends["last"].year, ends["first"].year - 1, -1)]

    def churn(self) -> Share | None:
        """The share of the customers who are lost; None where nothing says who is."""
        return None if self.lost is None else measures.churn(self.people, self.lost)

    def left(self, span: Span | None = None) -> Frame:
        """The lost customers; where days say so, those who left in the span, or in the period that was asked for."""
        gone = self.people.filter(is_true(self.lost)) if self.lost is not None else self.people.head(0)
        span = span or self.span
        if span is None:
            return gone
        gone = gone.filter(nw.col("lost_on") < nw.lit(span.until))
        return gone if span.first is None else gone.filter(nw.col("lost_on") >= nw.lit(span.first))


@contextmanager
def viewed(desk: Desk, filters: Filters | None = None) -> Iterator[View]:
    """The view of a desk that holds customers and what is prepared of them, for as long as the block lasts. Raises FilterError where the
    customers lack a column that is filtered by."""
    filters = filters or Filters()
    columns = columns_of(desk)
    dials = dials_of(desk)
    condition = filters.expression(types_of(columns))
    with desk.reading() as frames:
        here = people_of(frames)
        counted = everybody(frames, dials, here)
        people = counted if condition is None else counted.filter(condition)
        kept = people.select("customer_id") if condition is not None else None
        yield View(
            frames=Narrowed(frames, dials, kept),
            people=people,
            everybody=counted,
            lost=lost_of(desk, dials),
            dials=dials,
            filters=filters,
            columns=columns,
            first_month=_first_month(frames),
            at_hand=frames.at_hand,
            made_of=made_of(desk),
            **_counts(here, condition, dials),
        )


def people_of(frames: Mapping[str, Frame]) -> Frame:
    """Every customer with what is prepared of them, RFM among it where there are orders."""
    return frames["customer_people" if "customer_people" in frames else "customer_now"]


def everybody(frames: Mapping[str, Frame], dials: Dials | None, people: Frame | None = None) -> Frame:
    """Of customer_now, or of such people, those whom `lost_of` tells apart: where days say who left, who has come; else all."""
    people = frames["customer_now"] if people is None else people
    return people if dials is None else people.filter(is_known(nw.col("is_lost")))


def lost_of(desk: Desk, dials: Dials | None) -> nw.Expr | None:
    """True for the lost among the people of a view: by the days that say who left, else by the desk's label; None where nothing says it."""
    if dials is not None:
        return nw.col("is_lost") == nw.lit(1)
    columns = desk.columns("customers")
    label = label_of(desk)
    name = next((column.name for column in columns if label and column.label == label.column), None)
    if label is not None and name is not None:
        return measures.lost_expression(name, label.lost)
    return measures.lost_expression("ended_on") if any(column.name == "ended_on" for column in columns) else None


def columns_of(desk: Desk) -> tuple[StoredColumn, ...]:
    """The columns of customers that people are told apart by: those of the customers table, and RFM where there are orders."""
    own = tuple(column for column in desk.columns("customers") if column.name not in RESERVED)
    with desk.reading() as frames:
        habits = "customer_bought" in frames and all(column.name != RFM for column in own)
    return (*own, StoredColumn(RFM, _("Buying habit"), "text")) if habits else own


def labels_of(columns: tuple[StoredColumn, ...]) -> dict[str, str]:
    """The headings of columns, by safe name; one that is nothing but the safe name is written as words.

    >>> labels_of((StoredColumn("late_payments", "late_payments", "number"), StoredColumn("seniorcitizen", "SeniorCitizen", "flag")))
    {'late_payments': 'Late payments', 'seniorcitizen': 'SeniorCitizen'}
    """
    return {column.name: column.label.replace("_", " ").capitalize() if column.label == column.name else column.label for column in columns}


def names_of(columns: tuple[StoredColumn, ...]) -> dict[str, dict[str, str]]:
    """What to call the values of RFM, where it is among the columns and is not the firm's own."""
    habits = any(column.name == RFM and column.label == _("Buying habit") for column in columns)
    return {RFM: {segment: measures.segment_name(segment) for segment in measures.SEGMENTS}} if habits else {}


def types_of(columns: tuple[StoredColumn, ...]) -> Mapping[str, Type]:
    """The columns that can be filtered by, by safe name."""
    return {**{column.name: column.type for column in columns if column.type != "date"}, TENURE: "number"}


def levels_of(desk: Desk) -> dict[str, tuple[str, ...]]:
    """The values of each column that customers can be chosen by, "" for missing: columns of words with at most 40 of them (owners: all),
    and numbers with at most 10, but none that marks the lost; by safe name, those of DIMENSIONS first, RFM last."""
    headers, label = [column.label for column in desk.columns("customers")], label_of(desk)
    marks = {*label_columns(pd.DataFrame(columns=headers)), *([label.column] if label else [])}
    told = [column for column in desk.columns("customers") if column.type in ("text", "flag", "number")]
    columns = [column for column in told if column.label not in marks and column.name not in RESERVED]
    found: dict[str, tuple[str, ...]] = {}
    with desk.reading() as frames:
        counts = one_row(frames["customer_now"], [nw.col(column.name).n_unique().alias(column.name) for column in columns] or [nw.len()])
        for column in sorted(columns, key=lambda column: (*DIMENSIONS, column.name).index(column.name)):
            most = MOST_OWNERS if column.name == "owner" else MOST_NUMBERS if column.type == "number" else MOST_LEVELS
            if 2 <= counts[column.name] <= most:
                found[column.name] = _levels(frames["customer_now"], column)
    return found | {column: tuple(names) for column, names in names_of(columns_of(desk)).items()}


def level(cell: Any, type_: Type) -> str:
    """A cell as filters name it.

    >>> level(1.0, "number"), level("20250101.0", "number"), level(None, "text"), level("North", "text")
    ('1', '20250101', '', 'North')
    """
    if cell is None or cell != cell:
        return ""
    return str(float(cell)).removesuffix(".0") if type_ == "number" else str(cell)


def _first_month(frames: Mapping[str, Frame]) -> date | None:
    if "dials" not in frames:
        return None
    first = small(frames["dials"].select("first_month"))["first_month"].iloc[0]
    return None if pd.isna(first) else pd.Timestamp(first).date()


def _levels(frame: Frame, column: StoredColumn) -> tuple[str, ...]:
    ordered = small(frame.select(column.name).unique()).sort_values(column.name, na_position="last")[column.name]
    return tuple(level(cell, column.type) for cell in ordered)


def _counts(everybody: Frame, condition: nw.Expr | None, dials: Dials | None) -> dict[str, int]:
    """How many customers are left, of how many, and how many more would fit that have not come yet."""
    come = is_known(nw.col("customer_id" if dials is None else "is_lost"))
    kept = come if condition is None else come & condition
    counts = one_row(everybody, [nw.len().alias("all"), count_if(come).alias("of"), count_if(kept).alias("customers")])
    of = int(counts["of"])
    return {"customers": int(counts["customers"]), "of": of, "to_come": int(counts["all"]) - of}
