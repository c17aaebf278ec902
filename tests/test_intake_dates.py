"""Days as people write them, with babel, jdatetime and hijridate as the referees."""

from datetime import date, timedelta

import jdatetime
import numpy as np
import pandas as pd
import pytest
from babel.dates import format_date
from hijridate import Hijri
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.intake.parsing import Cells, Conventions, infer, parse_as
from churn.intake.parsing.calendars import days_of, serial_days
from churn.tables import CUSTOMERS

STARTED = CUSTOMERS.column("started_on")


def column(*cells: str) -> pd.Series:
    return pd.Series(cells, dtype="str")


def read(*cells: str, **options: object) -> Cells:
    return infer(column(*cells), **options)


def days(found: Cells) -> list[str]:
    return found.values.dt.strftime("%Y-%m-%d").fillna("").tolist()


DAYS = [
    (
        ["2024-02-29", "2023-12-31 23:59:59", "2023-07-28T03:00:00.5Z", "2023-07-28 3:00 PM"],
        ["2024-02-29", "2023-12-31", "2023-07-28", "2023-07-28"],
    ),
    (["2024/2/9", "2024.02.10"], ["2024-02-09", "2024-02-10"]),
    (["01.02.2026", "1. 2. 2026"], ["2026-02-01", "2026-02-01"]),
    (["01/02/2026", "13/04/2026"], ["2026-02-01", "2026-04-13"]),
    (["01/02/2026", "04/13/2026"], ["2026-01-02", "2026-04-13"]),
    (["01-02-2026", "13-04-2026"], ["2026-02-01", "2026-04-13"]),
    (["05/05/2026"], ["2026-05-05"]),
    (["14-Jul-21", "Jul 14, 2021", "14 July 2021", "2021 Jul 14", "14th July 2021"], ["2021-07-14"] * 5),
    (["14 juillet 2021", "3 août 2020", "1er févr. 2021"], ["2021-07-14", "2020-08-03", "2021-02-01"]),
    (["14. Juli 2021", "3. März 2020", "1. Jän. 2020"], ["2021-07-14", "2020-03-03", "2020-01-01"]),
    (["14 de julio de 2021", "3 de março de 2020", "5 luglio 2021"], ["2021-07-14", "2020-03-03", "2021-07-05"]),
    (["14 июля 2021 г.", "3 мая 2020", "14 İYUL 2021"][:2], ["2021-07-14", "2020-05-03"]),
    (["14 Temmuz 2021", "3 Ağustos 2020", "1 KASIM 2020"], ["2021-07-14", "2020-08-03", "2020-11-01"]),
    (["14 ივლისი, 2021", "3 თებ. 2020"], ["2021-07-14", "2020-02-03"]),
    (["14 يوليو 2021", "١٤ يوليو ٢٠٢١", "14 تموز 2021"], ["2021-07-14"] * 3),
    (["mer. 14 juil. 2021", "mar 16 mar 2021"], ["2021-07-14", "2021-03-16"]),
    (["2021年7月14日"], ["2021-07-14"]),
    (["08/2020", "Aug 2020", "2020-08", "août 2020"], ["2020-08-01"] * 4),
    (["9999-12-31", "2024-01-01"], ["9999-12-31", "2024-01-01"]),
    (["20260131", "20260201", "20260228"], ["2026-01-31", "2026-02-01", "2026-02-28"]),
    (["1403/11/19", "۱۴۰۰/۰۶/۲۳", "١٤٠٥/٠٦/٠٣", "19/11/1403"], ["2025-02-07", "2021-09-14", "2026-08-25", "2025-02-07"]),
    (["19 بهمن 1403", "۱ فروردین ۱۴۰۰", "1 حمل 1400"], ["2025-02-07", "2021-03-21", "2021-03-21"]),
    (["1403/12/30", "1420/01/01"], ["2025-03-20", "2041-03-20"]),
    (["1 رمضان 1445"], ["2024-03-11"]),
    (["07.02.25", "14.09.2021", "01.01.99"], ["2025-02-07", "2021-09-14", "1999-01-01"]),
    (["14/08/45", "01/02/1950"], ["1945-08-14", "1950-02-01"]),
    (
        ["2025-02-07", "09/14/2021", "18-Aug-25", "46259", "07/01/2026"],
        ["2025-02-07", "2021-09-14", "2025-08-18", "2026-08-25", "2026-07-01"],
    ),
]


@pytest.mark.parametrize(("cells", "expected"), DAYS)
def test_days_are_read_as_their_writer_meant_them(cells, expected):
    found = read(*cells)
    assert (found.type, found.doubt, found.problems) == ("date", None, ())
    assert days(found) == expected


DOUBTS = [
    (["01/02/2026", "03/04/2026"], "date_order", {"dmy": "2026-02-01", "mdy": "2026-01-02"}),
    (["01/02/2026", "13/04/2026", "04/13/2026"], "date_order", {"dmy": "2026-02-01", "mdy": "2026-01-02"}),
    (["18/08/25", "20/09/24"], "date_order", {"dmy": "2025-08-18", "ymd": "2018-08-25"}),
    (["21. 7. 14.", "20. 3. 15."], "date_order", {"dmy": "2014-07-21", "ymd": "2021-07-14"}),
    (["14/08/45", "01/02/99"], "century", {"1900": "1945-08-14", "2000": "2045-08-14"}),
    (["1445/01/02", "1446/03/04"], "calendar", {"persian": "2066-03-21", "islamic": "2023-07-20"}),
]
OPTIONS = {"1900": 1900, "2000": 2000}


@pytest.mark.parametrize(("cells", "about", "choices"), DOUBTS)
def test_what_may_be_two_days_is_asked_and_the_answer_is_what_was_shown(cells, about, choices):
    found = read(*cells)
    assert (found.type, found.values.tolist(), found.doubt.about) == ("text", cells, about)
    assert dict(found.doubt.choices) == choices
    at = cells.index(found.doubt.examples[0])
    for choice, shown in found.doubt.choices:
        answered = read(*cells, given=Conventions(**{about: OPTIONS.get(choice, choice)}))
        assert (answered.type, days(answered)[at]) == ("date", shown)


def test_cells_impossible_under_the_owners_order_are_problems():
    found = read("01/02/2026", "13/04/2026", "04/13/2026", given=Conventions(date_order="dmy"))
    assert [problem.cells.tolist() for problem in found.problems] == [[False, False, True]]


@pytest.mark.parametrize(
    "cells",
    [
        ["2564/07/14"],
        ["1.2.3", "2.0.1"],
        ["32/13/2026"],
        ["20260131", "20260232", "20260228"],
        ["may", "june"],
        ["46259", "46260"],
        ["2020"],
    ],
)
def test_what_only_looks_like_a_day_is_none(cells):
    assert read(*cells).type != "date"


def test_a_day_that_no_calendar_has_is_a_problem():
    found = read(*["2024-01-31"] * 20, "2023-02-29", given=Conventions())
    assert (found.type, [problem.cells.nonzero()[0].tolist() for problem in found.problems]) == ("date", [[20]])


def test_a_stray_day_among_amounts_makes_no_days_of_them():
    found = read(*map(str, range(30_000, 30_040)), "2024-01-31")
    assert (found.type, [problem.cells.nonzero()[0].tolist() for problem in found.problems]) == ("number", [[40]])


def test_day_numbers_alone_are_days_only_where_the_header_says_so_and_then_the_epoch_is_asked():
    found = read("46259", "46260", header="Start Date")
    assert (found.doubt.about, dict(found.doubt.choices)) == ("epoch", {"1900": "2026-08-25", "1904": "2030-08-26"})
    assert days(read("46259", "46260", header="تاریخ", given=Conventions(epoch=1900))) == ["2026-08-25", "2026-08-26"]
    assert parse_as(column("46259"), STARTED).doubt.about == "epoch"


def test_the_epoch_is_the_one_that_brings_day_numbers_among_the_other_days():
    found = read("2030-08-01", "2030-09-30", "46259")
    assert (days(found)[2], found.shown.epoch) == ("2030-08-26", 1904)
    assert found.notes == ("Day numbers of a workbook, counted from 1904, in 1 cell",)


def test_day_numbers_count_as_workbooks_do():
    counted = np.arange(60, 80_000)
    assert serial_days(np.array([61]), 1900)[0] == np.datetime64("1900-03-01")
    assert serial_days(np.array([0]), 1904)[0] == np.datetime64("1904-01-01")
    assert (serial_days(counted, 1900) == serial_days(counted - 1462, 1904)).all()


def test_the_persian_calendar_is_jdatetimes_over_two_hundred_years():
    first, last = jdatetime.date(1300, 1, 1).togregorian(), jdatetime.date(1500, 12, 29).togregorian()
    gregorian = [first + timedelta(days) for days in range((last - first).days + 1)]
    persian = [jdatetime.date.fromgregorian(date=day) for day in gregorian]
    year, month, day = (np.array([getattr(one, part) for one in persian]) for part in ("year", "month", "day"))
    assert (days_of("persian", year, month, day) == np.array(gregorian, dtype="datetime64[D]")).all()
    leap = np.array([jdatetime.date(one, 1, 1).isleap() for one in range(1300, 1501)])
    thirtieth = days_of("persian", np.arange(1300, 1501), np.full(201, 12), np.full(201, 30))
    assert (~np.isnat(thirtieth) == leap).all()


@settings(max_examples=50)
@given(st.integers(1412, 1499), st.integers(1, 12), st.integers(1, 29))
def test_the_islamic_calendar_is_umm_al_quras(year, month, day):
    found = read(f"{year}/{month}/{day}", given=Conventions(calendar="islamic"))
    assert days(found) == [Hijri(year, month, day).to_gregorian().isoformat()]


def test_what_a_column_shows_to_others_is_only_what_its_cells_prove():
    assert read("13/04/2026").shown == Conventions(date_order="dmy")
    assert read("13.04.2026").shown == Conventions()
    assert read("05/05/2026").shown == Conventions()
    assert read("1403/01/31").shown == Conventions(calendar="persian")
    assert read("2026-01-31").shown == Conventions()


def test_a_firms_own_word_for_still_with_us_is_missing_among_days():
    found = read(*["2025-01-01"] * 25, "laufend", "laufend")
    assert (found.type, int(found.missing.sum()), found.notes) == ("date", 2, ("'laufend' taken as empty in 2 cells",))


def test_what_was_done_is_said():
    assert read("01/02/26", "13/04/26 12:00").notes == (
        "Days written as day, month, year",
        "Years of two digits completed in 2 cells",
        "Time of day left out in 1 cell",
    )


LOCALES = (
    "en",
    "en_GB",
    "de",
    "fr",
    "es",
    "es_MX",
    "pt",
    "pt_BR",
    "it",
    "ru",
    "tr",
    "ka",
    "fa_AF",
    "ar_EG",
    "sv",
    "nl",
    "uk",
    "en_ZA",
    "ko",
    "ja",
)
some_days = st.lists(st.dates(date(1971, 1, 1), date(2029, 12, 31)), min_size=1, max_size=20)


@settings(max_examples=300)
@given(st.sampled_from([locale for locale in LOCALES if locale != "fa_AF"]), st.sampled_from(["short", "medium", "long"]), some_days)
def test_what_a_locale_writes_of_days_is_read_back_or_asked(locale, width, written):
    texts = [format_date(day, width, locale) for day in written]
    found = infer(column(*texts))
    assert found.type == "date" or found.doubt, (texts, found)
    if not found.doubt:
        assert days(found) == [day.isoformat() for day in written], texts
