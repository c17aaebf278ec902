"""Cells -> days: in which order, century, calendar and count they are written, decided from the whole column."""

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.parsing.calendars import Days, Ints, days_of, serial_days
from churn.intake.parsing.cells import Conventions, Distinct, Doubt, Mask, Reading, Strings, as_mask, cast_all
from churn.intake.parsing.forms import Written, take_apart
from churn.intake.parsing.orders import Order, orders_of
from churn.intake.parsing.words import Calendar
from churn.wording import _, plural

_NOT_GREGORIAN, _FIRST_MAYBE_ISLAMIC, _LAST_PERSIAN = 1300, 1412, 1500
_BUDDHIST = (2400, 2700)
_SERIALS, _SERIAL = (20_000, 60_000), r"^[2-6][0-9]{4}$"
_OPEN_YEARS = (30, 69)
_NEAR = (1850, 2150)
_ENOUGH_TO_WARN = 3

Epoch = Literal[1900, 1904]


def plain_days(texts: Strings) -> Days | None:
    """The days of a column in which every cell is blank or an ISO day of the Gregorian calendar, a time aside; else None."""
    days = cast_all(texts, pa.date32())
    if days is None:
        return None
    found: Days = days.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    years = found[~np.isnat(found)].astype("datetime64[Y]").astype(np.int64) + 1970
    odd = ((years >= _NOT_GREGORIAN) & (years <= _LAST_PERSIAN)) | ((years >= _BUDDHIST[0]) & (years <= _BUDDHIST[1]))
    return None if not years.size or odd.any() else found


class _Column:
    """The distinct cells on their way to days: year, month, day and calendar so far, and what was found on the way."""

    def __init__(self, cells: Distinct, missing: Mask, given: Conventions) -> None:
        self.cells, self.given = cells, given
        self.written: Written = take_apart(cells.folded)
        self.fits: Mask = self.written.known() & ~missing
        self.filled = ~missing
        size = len(missing)
        self.year, self.month, self.day = (np.full(size, -1, dtype=np.int64) for _part in range(3))
        self.calendar = np.full(size, "gregorian", dtype=object)
        self.days: Days = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
        self.doubts: list[Doubt] = []
        self.notes: list[str] = []
        self.shown: dict[str, Any] = {}


def read_days(cells: Distinct, missing: Mask, given: Conventions = Conventions(), *, wanted: bool = False) -> Reading:
    """The distinct cells taken as days; `wanted`: the header or the table says that they are, so that plain day numbers may be some."""
    column = _Column(cells, missing, given)
    _place_numbers(column)
    _place_open(column)
    _set_centuries(column)
    _set_calendars(column)
    for calendar in ("gregorian", "persian", "islamic"):
        here = column.fits & (column.calendar == calendar)
        column.days[here] = days_of(calendar, column.year[here], column.month[here], column.day[here])
    _count_serials(column, wanted)
    _read_compact(column, wanted)
    _warn_of_swapped(column)
    _say(column)
    doubt = column.doubts[0] if column.doubts else None
    return Reading(column.fits, column.days, doubt, "", () if doubt else tuple(column.notes), Conventions(**column.shown))


def _place_numbers(column: _Column) -> None:
    """Years, months and days of the cells whose form leaves nothing open."""
    written = column.written
    for at, form in enumerate(written.forms):
        if form is None or form.slots in ("pqy", "pqr"):
            continue
        here = written.codes == at
        for slot, numbers in zip(form.slots, written.numbers, strict=False):
            {"y": column.year, "m": column.month, "d": column.day}[slot][here] = numbers[here]
        if form.month:
            column.month[here], column.calendar[here] = form.month.number, form.month.calendar
        if "d" not in form.slots:
            column.day[here] = 1
        if not (form.slots == "ymd" and form.separator == "-"):
            column.year[here & (column.year < 1000) & ~written.short()] = -1


def _place_open(column: _Column) -> None:
    """Years, months and days of 01/02/2026 and its like."""
    written, cells = column.written, column.cells
    p, q, r = written.numbers
    longer, shorter = written.where("pqy") & column.fits, written.where("pqr") & column.fits
    foreign = as_mask(pc.match_substring_regex(cells.texts, "[٠-٩۰-۹]"))
    unread = shorter & (foreign | (column.given.calendar in ("persian", "islamic")) | bool(_other_years(written, column.fits).any()))
    column.fits &= ~unread
    persian = longer & (r >= _NOT_GREGORIAN) & (r <= _LAST_PERSIAN)
    found = orders_of(cells, written, (longer & ~persian) | (shorter & ~unread), column.given)
    if found.doubt:
        column.doubts.append(found.doubt)
    if found.proven:
        column.shown["date_order"] = found.proven
    orders = np.where(persian, "dmy", found.orders)
    for order in ("dmy", "mdy", "ymd"):
        here = (longer | shorter) & (orders == order)
        for slot, numbers in zip(order, (p, q, r), strict=True):
            {"y": column.year, "m": column.month, "d": column.day}[slot][here] = numbers[here]
    column.year[longer & (r < 1000)] = -1
    _note_order(column, found.used)


def _note_order(column: _Column, used: set[Order]) -> None:
    for order in sorted(used):
        column.notes.append(
            {
                "dmy": _("Days written as day, month, year"),
                "mdy": _("Days written as month, day, year"),
                "ymd": _("Days written as year, month, day"),
            }[order]
        )


def _other_years(written: Written, fits: Mask) -> Mask:
    """The cells whose year of four digits is none of the Gregorian calendar's."""
    found = np.zeros(len(fits), dtype=bool)
    for slots, at in (("ymd", 0), ("pqy", 2)):
        years = written.numbers[at]
        found |= written.where(slots) & fits & (years >= _NOT_GREGORIAN) & (years <= _LAST_PERSIAN)
    return found


def _set_centuries(column: _Column) -> None:
    """Years of two digits: nearest to the column's years of four; else 00 to 29 are 20.., 70 to 99 are 19.., the rest is open."""
    short = column.written.short() & column.fits
    if not short.any():
        return
    years = column.year[column.fits & ~short & (column.calendar == "gregorian")]
    years = years[(years >= _NEAR[0]) & (years <= _NEAR[1])]
    two = column.year[short]
    open_years = (two >= _OPEN_YEARS[0]) & (two <= _OPEN_YEARS[1])
    pivot = np.where(two > _OPEN_YEARS[1], 1900, 2000)
    undecided = open_years
    if years.size:
        away = [np.maximum(years.min() - (two + century), 0) + np.maximum(two + century - years.max(), 0) for century in (1900, 2000)]
        pivot = np.where(away[0] == away[1], pivot, np.where(away[0] < away[1], 1900, 2000))
        undecided = open_years & (away[0] == away[1])
    if undecided.any():
        if column.given.century:
            pivot = np.where(undecided, column.given.century, pivot)
        else:
            cells = np.zeros(len(short), dtype=bool)
            cells[np.flatnonzero(short)[undecided]] = True
            at = int(np.flatnonzero(cells)[0])
            column.doubts.append(Doubt("century", column.cells.examples(cells), tuple((str(c), _iso(column, at, c)) for c in (1900, 2000))))
    column.year[short] = two + pivot
    n = column.cells.count(short)
    column.notes.append(plural("Years of two digits completed in {n} cell", "Years of two digits completed in {n} cells", n))


def _iso(column: _Column, at: int, century: int) -> str:
    """A cell as an ISO day of a century."""
    one = slice(at, at + 1)
    return str(days_of("gregorian", column.year[one] + century, column.month[one], column.day[one])[0])


def _set_calendars(column: _Column) -> None:
    """Years from 1300 to 1500 are Persian or, from 1412 on, maybe Islamic; those of the Buddhist era are no days here."""
    year, month, day = column.year, column.month, column.day
    column.fits &= ~((year >= _BUDDHIST[0]) & (year <= _BUDDHIST[1]))
    worded = np.array([bool(form and form.month) for form in column.written.forms], dtype=bool)[column.written.codes]
    here = column.fits & ~worded & (year >= _NOT_GREGORIAN) & (year <= _LAST_PERSIAN)
    column.year[column.fits & worded & (column.calendar == "gregorian") & (year < 1501)] = -1
    column.year[column.fits & worded & (column.calendar != "gregorian") & ((year < _NOT_GREGORIAN) | (year > _LAST_PERSIAN))] = -1
    words = set(column.calendar[column.fits & worded].tolist()) - {"gregorian"}
    if here.any():
        long_day = (here & (day == 31) & (month <= 6)).any() or "persian" in words
        plain = (here & (year < _FIRST_MAYBE_ISLAMIC)).any() and "islamic" not in words
        calendar: Calendar | None = "persian" if long_day else "islamic" if "islamic" in words else column.given.calendar
        if calendar is None and plain:
            calendar = "persian"
        if calendar is None:
            _doubt_calendar(column, here)
        column.calendar[here] = calendar or "persian"
        if long_day or plain:
            column.shown["calendar"] = calendar
    if words and "calendar" not in column.shown:
        column.shown["calendar"] = sorted(words)[0]


def _doubt_calendar(column: _Column, here: Mask) -> None:
    at = int(np.flatnonzero(here)[0])
    one = slice(at, at + 1)
    names: tuple[Calendar, ...] = ("persian", "islamic")
    choices = tuple((name, str(days_of(name, column.year[one], column.month[one], column.day[one])[0])) for name in names)
    column.doubts.append(Doubt("calendar", column.cells.examples(here), choices))


def _count_serials(column: _Column, wanted: bool) -> None:
    """Whole numbers beside days, or where days are wanted, as a workbook counts days."""
    here = column.filled & as_mask(pc.match_substring_regex(column.cells.folded, _SERIAL))
    serials = np.zeros(len(here), dtype=np.int64)
    serials[here] = pc.cast(column.cells.folded.filter(pa.array(here)), pa.int64()).to_numpy(zero_copy_only=False)
    here &= (serials >= _SERIALS[0]) & (serials <= _SERIALS[1])
    others = column.days[column.fits & ~np.isnat(column.days)]
    if not here.any() or (not others.size and not (wanted and here[column.filled].all())):
        return
    epoch: Epoch | None = column.given.epoch
    if epoch is None and others.size:
        within = {count: _all_within(serial_days(serials[here], count), others) for count in (1900, 1904)}
        epoch = 1904 if within[1904] and not within[1900] else 1900
        if within[1900] != within[1904] and not column.doubts:
            column.shown["epoch"] = epoch
    if epoch is None:
        first = serials[here][:1]
        read: tuple[Epoch, ...] = (1900, 1904)
        choices = tuple((str(count), str(serial_days(first, count)[0])) for count in read)
        column.doubts.append(Doubt("epoch", column.cells.examples(here), choices))
    column.days[here] = serial_days(serials[here], epoch or 1900)
    column.fits |= here
    n = column.cells.count(here)
    text = plural(
        "Day numbers of a workbook, counted from {epoch}, in {n} cell", "Day numbers of a workbook, counted from {epoch}, in {n} cells", n
    )
    column.notes.append(text.replace("{epoch}", str(epoch)))


def _all_within(days: Days, others: Days) -> bool:
    return bool(((days >= others.min()) & (days <= others.max())).all())


def _read_compact(column: _Column, wanted: bool) -> None:
    """20260131 and its like, where every filled cell is such a day of 1900 to 2100 and there are three different ones."""
    filled = column.filled
    if filled.sum() < (1 if wanted else 3) or not as_mask(pc.match_substring_regex(column.cells.folded, "^[0-9]{8}$"))[filled].all():
        return
    whole: Ints = pc.cast(column.cells.folded.filter(pa.array(filled)), pa.int64()).to_numpy(zero_copy_only=False)
    days = days_of("gregorian", whole // 10_000, whole // 100 % 100, whole % 100)
    if not np.isnat(days).any() and whole.min() >= 1900_01_01 and whole.max() <= 2100_12_31:
        column.days[filled] = days
        column.fits = column.fits | filled
        column.notes.append(_("Days written without marks: 20260131 is 31 January 2026"))


def _warn_of_swapped(column: _Column) -> None:
    """Says so where a workbook made days of those texts alone that could be days in its own order, and maybe of the wrong ones: its days
    are all the 12th or before, and text has the days after the 12th."""
    p, q, _r = column.written.numbers
    texts = column.written.where("pqy") & column.fits & ~column.cells.native
    typed = column.fits & column.cells.native & ~np.isnat(column.days)
    if not texts.any() or column.cells.count(typed) < _ENOUGH_TO_WARN or not (np.maximum(p, q)[texts] > 12).all():
        return
    of_month = (column.days - column.days.astype("datetime64[M]")).astype(np.int64)[typed] + 1
    if of_month.max() <= 12:
        n = column.cells.count(typed)
        column.notes.append(
            plural(
                "Day and month may have been swapped by the workbook in {n} cell: days after the 12th stand as text",
                "Day and month may have been swapped by the workbook in {n} cells: days after the 12th stand as text",
                n,
            )
        )


def _say(column: _Column) -> None:
    """The notes on calendars, months without a day and times."""
    counts = {name: column.cells.count(column.fits & (column.calendar == name)) for name in ("persian", "islamic")}
    if n := counts["persian"]:
        column.notes.append(plural("Days of the Persian calendar in {n} cell", "Days of the Persian calendar in {n} cells", n))
    if n := counts["islamic"]:
        column.notes.append(plural("Days of the Islamic calendar in {n} cell", "Days of the Islamic calendar in {n} cells", n))
    dayless = np.array([bool(form and "d" not in form.slots and form.slots[:1] != "p") for form in column.written.forms], dtype=bool)
    if n := column.cells.count(column.fits & dayless[column.written.codes]):
        column.notes.append(
            plural(
                "Months without a day taken as their first day in {n} cell", "Months without a day taken as their first day in {n} cells", n
            )
        )
    if n := column.cells.count(column.fits & column.written.timed):
        column.notes.append(plural("Time of day left out in {n} cell", "Time of day left out in {n} cells", n))
