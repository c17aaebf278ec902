"""FILTERS: which customers and which months are looked at, as one object that gives the condition and the sentence."""

import datetime
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn import wording
from churn.errors import FilterError
from churn.measures.dialect import is_true, real
from churn.tables import Type
from churn.wording import _, listing, plural

MISSING = ""
VALUE, TENURE = "monthly_value", "tenure_days"
YEAR = 365
TENURES: Mapping[str, tuple[int | None, int | None]] = {
    "under_1": (None, YEAR),
    "1_to_2": (YEAR, 2 * YEAR),
    "2_to_5": (2 * YEAR, 5 * YEAR),
    "over_5": (5 * YEAR, None),
}
ALL_TIME = "all"
# Years from 1000 on and before 9000: the calendar of the machine ends soon after.
_MONTHS = re.compile(r"([1-8]\d{3})-(\d\d)\.\.([1-8]\d{3})-(\d\d)", re.ASCII)
_LENGTHS = re.compile(r"[1-9]\d{0,2}|[1-8]\d{3}", re.ASCII)
OWN = "is."
WORDS = ("period", "tenure", "value_from", "value_to")


@dataclass(frozen=True)
class Span:
    """The days from `first` (None: from the beginning) to the one before `until`."""

    first: datetime.date | None
    until: datetime.date


@dataclass(frozen=True)
class Filters:
    """Customers who fit everything that is said here, and a period of months; nothing said: all customers, all time.

    `picked` has for columns of the customers table (safe names) the values of which a customer has one (MISSING: none at all);
    `value_from` and `value_to` bound the monthly value, both ends inside; `tenures` are keys of TENURES. `period` is ALL_TIME, a number of
    whole months before the day that the data are read at ("12"), a year ("2025") or months ("2025-01..2025-06"): it bounds what happened
    and leaves no customer out.
    """

    picked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    value_from: float | None = None
    value_to: float | None = None
    tenures: tuple[str, ...] = ()
    period: str = ALL_TIME

    def __post_init__(self) -> None:
        kept = {column: tuple(sorted(set(values))) for column, values in sorted(self.picked.items()) if values}
        object.__setattr__(self, "picked", kept)
        object.__setattr__(self, "tenures", tuple(band for band in TENURES if band in self.tenures))
        if not (self.period == ALL_TIME or _LENGTHS.fullmatch(self.period) or _months(self.period)):
            raise FilterError(
                _("There is no period '{period}': say all, a number of months (12), a year (2025) or months (2025-01..2025-06).").format(
                    period=self.period
                )
            )

    def __hash__(self) -> int:
        return hash((tuple(self.picked.items()), self.value_from, self.value_to, self.tenures, self.period))

    @property
    def narrows(self) -> bool:
        """Whether some customers may be left out."""
        return bool(self.picked or self.tenures or self.value_from is not None or self.value_to is not None)

    def with_picked(self, column: str, *values: str) -> "Filters":
        """The same with other values of one column; none: any value."""
        return replace(self, picked={**self.picked, column: values})

    def lacking(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The columns that are filtered by and that are not among these."""
        bounds = [VALUE] * (self.value_from is not None or self.value_to is not None)
        return tuple(sorted({*self.picked, *bounds} - set(columns)))

    def expression(self, types: Mapping[str, Type]) -> nw.Expr | None:
        """The condition on columns of customers (`types` by safe name, and tenure_days); None where all are in. Raises FilterError where
        there is no such column, or a value cannot be one of it."""
        if absent := self.lacking(types):
            raise FilterError(_("The customers have no column {columns} to filter by.").format(columns=listing(absent)))
        parts = [_one_of(column, values, types[column]) for column, values in self.picked.items()]
        value = nw.col(VALUE).cast(nw.Float64)
        parts += [value >= nw.lit(self.value_from)] if self.value_from is not None else []
        parts += [value <= nw.lit(self.value_to)] if self.value_to is not None else []
        if self.tenures:
            parts.append(nw.any_horizontal(*[_between(*TENURES[band]) for band in self.tenures], ignore_nulls=True))
        return nw.all_horizontal(*parts, ignore_nulls=False) if parts else None

    def sentence(self, labels: Mapping[str, str], names: Mapping[str, Mapping[str, str]] | None = None) -> str:
        """What a person reads: "region is North or South, with us for under a year"; "" where nothing is said. `labels` are the columns'
        headings, `names` by column what to call values."""
        called = names or {}
        parts = []
        for column, values in self.picked.items():
            words = [called.get(column, {}).get(value) or value_name(value) for value in values]
            parts.append(_("{column} is {values}").format(column=labels.get(column, column), values=_or(words)))
        if self.value_from is not None or self.value_to is not None:
            parts.append(_("monthly value {range}").format(range=_bounds(self.value_from, self.value_to)))
        if self.tenures:
            parts.append(_("with us for {bands}").format(bands=_or([tenure_name(band) for band in self.tenures])))
        if self.period != ALL_TIME:
            parts.append(period_name(self.period))
        return ", ".join(parts)

    def span(self, as_of: datetime.date) -> Span:
        """The days of the period, none of them `as_of` or later."""
        if self.period == ALL_TIME:
            return Span(None, as_of)
        if months := _months(self.period):
            first, last = months
        elif len(self.period) == 4:
            first, last = pd.Period(f"{self.period}-01", "M"), pd.Period(f"{self.period}-12", "M")
        else:
            last = pd.Period(as_of, "M") - 1
            first = last - int(self.period) + 1
        return Span(first.start_time.date(), min((last + 1).start_time.date(), as_of))


def filters_from(said: Mapping[str, Sequence[str]]) -> Filters:
    """The filters that words say: period, tenure, value_from, value_to, and safe names of columns with their values (is.period for a column
    of that name). Raises FilterError for what cannot be.

    >>> filters_from({"region": ["North"], "period": ["12"]}).sentence({"region": "Region"})
    'Region is North, in the last 12 months'
    """
    bounds = {name: _number(said[name][-1]) for name in ("value_from", "value_to") if said.get(name)}
    if unknown := sorted(set(said.get("tenure", ())) - set(TENURES)):
        raise FilterError(
            _("There is no tenure {tenure}: say one of {known}.").format(tenure=listing(unknown), known=listing(list(TENURES)))
        )
    return Filters(
        picked={name.removeprefix(OWN): tuple(values) for name, values in said.items() if name not in WORDS},
        tenures=tuple(said.get("tenure", ())),
        period=(said.get("period") or [ALL_TIME])[-1],
        **bounds,
    )


def value_name(value: str) -> str:
    """What a page calls a value of a column."""
    return value if value != MISSING else _("(missing)")


def tenure_name(band: str) -> str:
    """What a page calls a span of being a customer."""
    return {
        "under_1": _("under a year"),
        "1_to_2": _("1 to 2 years"),
        "2_to_5": _("2 to 5 years"),
        "over_5": _("5 years or more"),
    }[band]


def period_name(period: str) -> str:
    """What a page calls a period.

    >>> period_name("12"), period_name("2025"), period_name("2025-01..2025-06")
    ('in the last 12 months', 'in 2025', 'from 2025-01 to 2025-06')
    """
    if period == ALL_TIME:
        return _("all time")
    if months := _months(period):
        return _("from {first} to {last}").format(first=months[0], last=months[1])
    if len(period) == 4:
        return _("in {year}").format(year=period)
    return plural("in the last {n} month", "in the last {n} months", int(period))


def _months(period: str) -> tuple[pd.Period, pd.Period] | None:
    found = _MONTHS.fullmatch(period)
    if not found:
        return None
    years, months = (found[1], found[3]), (found[2], found[4])
    if not all(1 <= int(month) <= 12 for month in months) or (years[0], months[0]) > (years[1], months[1]):
        return None
    return pd.Period(f"{years[0]}-{months[0]}", "M"), pd.Period(f"{years[1]}-{months[1]}", "M")


def _one_of(column: str, values: Sequence[str], type_: Type) -> nw.Expr:
    cell = real(column) if type_ == "number" else nw.col(column)
    known: list[Any] = [_number(value) if type_ == "number" else value for value in values if value != MISSING]
    fits = is_true(cell.is_in(known))
    return fits | cell.is_null() if MISSING in values else fits


def _between(low: int | None, high: int | None) -> nw.Expr:
    days = nw.col(TENURE)
    if low is None:
        return days < nw.lit(high)
    return days >= nw.lit(low) if high is None else (days >= nw.lit(low)) & (days < nw.lit(high))


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not math.isfinite(found):
        raise FilterError(_("'{text}' is no number to filter by.").format(text=text))
    return found


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return _("up to {high}").format(high=wording.money(high))
    if high is None:
        return _("from {low}").format(low=wording.money(low))
    return _("{low} to {high}").format(low=wording.money(low), high=wording.money(high))


def _or(words: Sequence[str]) -> str:
    return _("{one} or {other}").format(one=", ".join(words[:-1]), other=words[-1]) if len(words) > 1 else words[0]
