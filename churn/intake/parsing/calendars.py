"""Years, months and days of three calendars, and the day numbers of workbooks, as days of the Gregorian calendar."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from hijridate import Hijri

from churn.intake.parsing.words import Calendar

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]

_EPOCHS = {1900: np.datetime64("1899-12-30", "D"), 1904: np.datetime64("1904-01-01", "D")}


def days_of(calendar: Calendar, year: Ints, month: Ints, day: Ints) -> Days:
    """The days that a calendar has under these years, months and days; NaT where it has none."""
    sound = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    found = np.full(len(year), np.datetime64("NaT"), dtype="datetime64[D]")
    found[sound] = _CALENDARS[calendar](year[sound], month[sound], day[sound])
    return found


def serial_days(serials: Ints, epoch: Literal[1900, 1904]) -> Days:
    """The days that a workbook counts, from 60 on: 61 is 1 March 1900 (day 60 is one that never was), or 0 is 1 January 1904."""
    found: Days = _EPOCHS[epoch] + serials.astype("timedelta64[D]")
    return found


def _gregorian(year: Ints, month: Ints, day: Ints) -> Days:
    first: Days = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    found: Days = first.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    found[found.astype("datetime64[M]") != first] = np.datetime64("NaT")
    return found


def _persian_start(year: Ints) -> Ints:
    """Days from 1600-01-01 to the first day of a Persian year, by the 33-year cycle (Pournader and Toossi, jalali.c, 2000)."""
    passed = year - 979
    return 365 * passed + passed // 33 * 8 + (passed % 33 + 3) // 4 + 79


def _persian(year: Ints, month: Ints, day: Ints) -> Days:
    start, length = _persian_start(year), _persian_start(year + 1) - _persian_start(year)
    before = np.where(month <= 7, (month - 1) * 31, 186 + (month - 7) * 30)
    last = np.where(month <= 6, 31, np.where(month <= 11, 30, length - 336))
    found: Days = np.datetime64("1600-01-01", "D") + (start + before + day - 1).astype("timedelta64[D]")
    found[day > last] = np.datetime64("NaT")
    return found


def _islamic(year: Ints, month: Ints, day: Ints) -> Days:
    """By the calendar of Umm al-Qura, 1343 to 1500, as the package hijridate has it."""
    known = {parts: _islamic_day(*parts) for parts in set(zip(year.tolist(), month.tolist(), day.tolist(), strict=True))}
    parts = zip(year.tolist(), month.tolist(), day.tolist(), strict=True)
    return np.array([known[part] for part in parts], dtype="datetime64[D]")


def _islamic_day(year: int, month: int, day: int) -> Any:
    try:
        return np.datetime64(Hijri(year, month, day).to_gregorian().isoformat(), "D")
    except (ValueError, OverflowError):
        return np.datetime64("NaT")


_CALENDARS = {"gregorian": _gregorian, "persian": _persian, "islamic": _islamic}
