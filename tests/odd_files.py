"""Spreadsheets as firms have them, made from a known truth by seeded generators: each with its language, encoding, delimiter, quoting,
line ends, numbers and days, and one damage that happens to real files."""

import csv
import datetime
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

import jdatetime
from babel.dates import format_date

from tests.odd_words import SPEECHES, Speech

ROWS = 24
ID, NAME, PLAN, START, MONTHLY, BALANCE, VISITS, SHARE, FLAG, LAST, POSTCODE, NOTE, OWNER = range(13)
NUMBERS, DAYS = (MONTHLY, BALANCE, VISITS, SHARE), (START, LAST)

Cell = str | float | datetime.date | None
Write = Callable[[Decimal], str]


@dataclass(frozen=True)
class Style:
    """How a file is written, and what happened to it."""

    language: str
    encoding: str
    delimiter: str = ","
    quoting: str = "minimal"
    newline: str = "\n"
    number: str = "plain"
    day: str = "iso"
    damage: str = "none"
    packed: str = ""


@dataclass(frozen=True)
class OddFile:
    """A file, and what it holds: `headers` and typed `cells` (a flag is Yes or No, nothing is None), the sheet row of each record, and
    each record as written. `answers` settles the questions that its owner may be asked, `open` are those that must be asked, `spoilt` the
    records that the damage has made unreadable, `loose` records of the file that are no customers but may be taken for some."""

    name: str
    style: Style
    data: bytes
    headers: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    rows: tuple[int, ...]
    written: tuple[tuple[str, ...], ...]
    answers: dict[str, str]
    open: frozenset[str] = frozenset()
    spoilt: frozenset[int] = frozenset()


def grouped(mark: str, decimal: str) -> Write:
    return lambda amount: f"{amount:,}".replace(".", "\0").replace(",", mark).replace("\0", decimal)


def signed(write: Write, positive: str, negative: str) -> Write:
    return lambda amount: (negative if amount < 0 else positive).format(write(abs(amount)))


def of_persian_digits(amount: Decimal) -> str:
    return grouped("٬", "٫")(amount).translate({ord(str(digit)): chr(0x6F0 + digit) for digit in range(10)})


NUMBER_STYLES: dict[str, tuple[Write, Write, str]] = {  # amounts, whole numbers, decimal sign
    "plain": (str, str, "."),
    "comma": (lambda amount: str(amount).replace(".", ","), str, ","),
    "us": (grouped(",", "."), grouped(",", "."), "."),
    "german": (grouped(".", ","), grouped(".", ","), ","),
    "spaced": (grouped("\u00a0", ","), grouped("\u00a0", ","), ","),
    "narrow": (grouped("\u202f", ","), grouped("\u202f", ","), ","),
    "swiss": (grouped("'", "."), grouped("'", "."), "."),
    "euro before": (signed(grouped(",", "."), "€{}", "-€{}"), grouped(",", "."), "."),
    "euro after": (signed(grouped(".", ","), "{} €", "-{} €"), grouped(".", ","), ","),
    "code": (signed(grouped(" ", ","), "{} EUR", "-{} EUR"), grouped(" ", ","), ","),
    "brackets": (signed(grouped(",", "."), "{}", "({})"), grouped(",", "."), "."),
    "minus behind": (signed(grouped(".", ","), "{}", "{}-"), grouped(".", ","), ","),
    "persian": (of_persian_digits, of_persian_digits, "."),
    "open": (grouped(".", ","), grouped(".", ","), ","),
}
EPOCH = datetime.date(1899, 12, 30)
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_STYLES: dict[str, Callable[[datetime.date, Speech], str]] = {
    "iso": lambda day, _speech: day.isoformat(),
    "iso with time": lambda day, _speech: f"{day.isoformat()} 00:00:00",
    "d.m.Y": lambda day, _speech: f"{day.day:02}.{day.month:02}.{day.year}",
    "d.m.y": lambda day, _speech: f"{day.day}.{day.month}.{day.year % 100:02}",
    "d/m/Y": lambda day, _speech: f"{day.day:02}/{day.month:02}/{day.year}",
    "m/d/Y": lambda day, _speech: f"{day.month}/{day.day}/{day.year}",
    "d-m-Y": lambda day, _speech: f"{day.day:02}-{day.month:02}-{day.year}",
    "d-Mon-y": lambda day, _speech: f"{day.day}-{ENGLISH[day.month - 1]}-{day.year % 100:02}",
    "Y/m/d": lambda day, _speech: f"{day.year}/{day.month:02}/{day.day:02}",
    "words": lambda day, speech: format_date(day, "d MMMM y", locale=speech.locale if speech.has_month_names else "en"),
    "jalali": lambda day, _speech: jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d"),
    "serial": lambda day, _speech: str((day - EPOCH).days),
    "open d/m/Y": lambda day, _speech: f"{day.day:02}/{day.month:02}/{day.year}",
    "open lunar": lambda day, _speech: jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d"),
    "open century": lambda day, _speech: f"{day.day:02}/{day.month:02}/{day.year % 100:02}",
}  # fmt: skip
_QUOTING: dict[str, dict[str, object]] = {
    "minimal": {"quoting": csv.QUOTE_MINIMAL},
    "all": {"quoting": csv.QUOTE_ALL},
    "single": {"quoting": csv.QUOTE_ALL, "quotechar": "'"},
    "backslash": {"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"},
}


def a_day(random: Random, style: str) -> datetime.date:
    if style == "open d/m/Y":
        return datetime.date(random.randint(2015, 2025), random.randint(1, 12), random.randint(1, 12))
    if style == "open century":
        return datetime.date(random.randint(1931, 1968), random.randint(1, 12), random.randint(13, 28))
    if style == "open lunar":
        return jdatetime.date(random.randint(1413, 1440), random.randint(1, 12), random.randint(1, 29)).togregorian()
    if style == "jalali":
        return jdatetime.date(random.randint(1388, 1404), random.randint(1, 12), random.randint(1, 29)).togregorian()
    return datetime.date(2015, 1, 1) + datetime.timedelta(days=random.randrange(3900))


def an_amount(random: Random, style: str) -> Decimal:
    if style == "open":
        return Decimal(random.randint(1_000, 999_999))
    return Decimal(random.choice((random.randint(300, 9_999), random.randint(10_000, 999_999), random.randint(10**6, 10**9 - 1)))) / 100


def as_written_in(text: str, encoding: str) -> str:
    """The text, with what the encoding lacks as people then write it."""
    for sign, instead in (("€", "EUR"), ("\u202f", "\u00a0"), ("\u00a0", " "), ("\u200c", ""), ("،", ","), ("ی", "ي")):
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.replace(sign, instead)
    return text


def _in_encoding(speech: Speech, encoding: str) -> Speech:
    def spelled(words: Any) -> Any:
        return as_written_in(words, encoding) if isinstance(words, str) else tuple(map(spelled, words))

    return replace(speech, **{name: spelled(words) for name, words in vars(speech).items() if name not in ("locale", "encodings")})


@dataclass
class Making:
    """A file under way: typed cells and what is written for each; `records` has what stands in each line and whose it is (-1: nobody's)."""

    random: Random
    style: Style
    speech: Speech
    headers: list[str]
    cells: list[list[Cell]] = field(default_factory=list)
    records: list[tuple[list[str], int]] = field(default_factory=list)
    spoilt: set[int] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def line(self, *cells: str) -> list[str]:
        return [*cells, *[""] * (len(self.headers) - len(cells))]

    @property
    def data_at(self) -> list[int]:
        """Where the customers' records stand."""
        return [at for at, (_cells, whose) in enumerate(self.records) if whose >= 0]


def started(style: Style, random: Random) -> Making:
    """The truth and its records in the style, with no damage yet."""
    speech = _in_encoding(SPEECHES[style.language], style.encoding)
    making = Making(random, style, speech, list(speech.headers))
    making.records = [(list(making.headers), -1)]
    amount_of, whole_of, decimal = NUMBER_STYLES[style.number]
    percent = style.number in ("german", "euro after", "us", "open", "brackets")
    for number, code in enumerate(random.sample(range(1, 99_999), ROWS)):
        day = a_day(random, style.day)
        monthly, balance = an_amount(random, style.number), random.choice((-1, 1, 1)) * an_amount(random, style.number)
        visits, share = Decimal(random.choice((random.randint(0, 99), random.randint(100, 9_999)))), Decimal(random.randint(1, 99))
        flag, note = random.random() < 0.4, random.choice((*speech.notes, ""))
        last = a_day(random, style.day) if random.random() < 0.8 else None
        id_, name, plan = f"{code:05}" if code % 2 else f"K-{code:05}", random.choice(speech.names), random.choice(speech.plans)
        postcode, owner = f"{random.randint(1000, 99_999 if number else 9_999):05}", speech.names[number % 3].split()[0]
        shared = (
            f"{whole_of(share)} %" if percent else whole_of(Decimal(0)) + amount_of(share / 1000)[1:] if style.number == "persian" else ""
        )
        shared = shared or str(share / 1000).replace(".", decimal)
        making.cells.append(
            [id_, name, plan, day, float(monthly), float(balance), float(visits), float(share / (100 if percent else 1000)),
             "Yes" if flag else "No", last, postcode, note or None, owner]
        )  # fmt: skip
        write_day = DAY_STYLES[style.day]
        written = [id_, name, plan, write_day(day, speech), amount_of(monthly), amount_of(balance), whole_of(visits), shared,
                   speech.yes if flag else speech.no, write_day(last, speech) if last else "", postcode, note, owner]  # fmt: skip
        making.records.append(([as_written_in(cell, style.encoding) for cell in written], number))
    _expect(making, decimal)
    return making


def _expect(making: Making, decimal: str) -> None:
    style = making.style
    order = "mdy" if style.day == "m/d/Y" else "dmy"
    making.answers = {"--decimal": decimal, "--date-order": order, "--epoch": "1900", "--century": "1900", "--duplicates": "first"}
    making.answers |= {"--calendar": "persian", "--header-row": "1", "--encoding": style.encoding, "--delimiter": style.delimiter}
    asks = {"open": "--decimal", "serial": "--epoch", "open d/m/Y": "--date-order", "open lunar": "--calendar", "open century": "--century"}
    making.open = {asks[name] for name in (style.number, style.day) if name in asks}


def written(making: Making) -> str:
    """The records as text."""
    buffer = io.StringIO()
    options = {"delimiter": making.style.delimiter, "lineterminator": making.style.newline} | _QUOTING[making.style.quoting]
    writer = csv.writer(buffer, **options)  # type: ignore[arg-type]
    for cells, _whose in making.records:
        if making.style.quoting in ("minimal", "all") or cells:
            writer.writerow(cells)
        else:
            buffer.write(making.style.newline)
    return buffer.getvalue()


def made(name: str, style: Style) -> OddFile:
    """The file of a style; the same each time."""
    from tests.odd_damage import BYTES, RECORDS, TEXT

    random = Random(f"{name} {style}")
    making = started(style, random)
    RECORDS.get(style.damage, lambda _making: None)(making)
    text = TEXT.get(style.damage, lambda _making, text: text)(making, written(making))
    data = BYTES.get(style.damage, lambda _making, data: data)(making, text.encode(style.encoding))
    name = f"{name} {style.language}.csv"
    if style.packed == "gz":
        data, name = gzip.compress(data, mtime=0), f"{name}.gz"
    if style.packed == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as pack:
            pack.writestr(name, data)
        data, name = buffer.getvalue(), f"{name}.zip"
    return finished(making, name, data)


def finished(making: Making, name: str, data: bytes, first_row: int = 1) -> OddFile:
    """What has become of it."""
    at = sorted((whose, row) for row, (_cells, whose) in enumerate(making.records, first_row) if whose >= 0)
    as_written = [tuple(making.records[row - first_row][0]) for _whose, row in at]
    cells = [making.cells[whose] for whose, _row in at]
    spoilt = frozenset(place for place, (whose, _row) in enumerate(at) if whose in making.spoilt)
    style = replace(making.style)
    return OddFile(
        name, style, data, tuple(making.headers), tuple(map(tuple, cells)), tuple(row for _whose, row in at), tuple(as_written),
        making.answers, frozenset(making.open), spoilt,
    )  # fmt: skip


def styles(seed: int = 4) -> Iterator[Style]:
    """Every language in each of its encodings without damage, then every damage in many styles; another seed gives other styles."""
    from tests.odd_damage import DAMAGES

    random = Random(seed)
    for language, speech in SPEECHES.items():
        for encoding in speech.encodings:
            for _time in range(3):
                yield _drawn(random, language, encoding, "none")
    for damage in DAMAGES:
        for _time in range(6):
            language = random.choice(list(SPEECHES))
            yield _drawn(random, language, random.choice(SPEECHES[language].encodings), damage)


def _drawn(random: Random, language: str, encoding: str, damage: str) -> Style:
    wide = encoding.startswith("utf")
    can_be_open = random.random() < 0.2
    numbers = [name for name in NUMBER_STYLES if name != "persian" or (wide and language == "fa")]
    days = [name for name in DAY_STYLES if language == "fa" or name not in ("jalali", "open lunar")]
    numbers, days = ([name for name in names if can_be_open or not name.startswith(("open", "serial"))] for names in (numbers, days))
    newline = random.choice(("\n", "\r\n", "\r\n", "\r"))
    return Style(
        language,
        encoding,
        random.choice((",", ";", "\t", "|")),
        random.choice(("all" if newline == "\r" else "minimal", "minimal" if newline != "\r" else "all", "all", "single", "backslash")),
        newline,
        random.choice(numbers),
        random.choice(days),
        damage,
        random.choice(("", "", "", "", "gz", "zip")),
    )


def odd_files() -> Iterator[OddFile]:
    """All text files of the corpus."""
    for number, style in enumerate(styles()):
        yield made(f"odd {number}", style)
