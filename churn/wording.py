"""Words for people: the only place where numbers, money, shares, dates and reasons become text.

A figure that is missing or not finite reads as "unknown"; a cell that is missing reads as "".
"""

import datetime
import decimal
import functools
import gettext
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from numbers import Real
from pathlib import Path
from typing import Literal, SupportsFloat

import pandas as pd
from babel import Locale, dates, lists, numbers

from churn.tables import Type

LOCALE = "en"

_locale = Locale.parse(LOCALE)
_translations = gettext.translation("desk", Path(__file__).with_name("locale"), languages=[LOCALE], fallback=True)
_ = _translations.gettext

Band = Literal["low", "medium", "high", "unknown"]
MEDIUM_RISK = 0.2
HIGH_RISK = 0.5

# How far below a half, as a share of the number and at most of a step, what was summed up in another order may end.
_LAST_DIGITS, _OF_A_STEP = decimal.Decimal("1e-12"), decimal.Decimal("1e-3")
_ANY_FLOAT = decimal.Context(prec=400, rounding=decimal.ROUND_HALF_UP)
_MADE_OF_TEXT = re.compile(r":(?=//|streamlit:)|www(?=\.)|<(?=[-=])|-(?=[->])|[>~](?==)", re.IGNORECASE)


def plural(one: str, many: str, n: int) -> str:
    """`one` or `many` in the reader's language, as `n` asks; `{n}` in it becomes the number, other braces stay.

    >>> plural("{n} row", "{n} rows", 1), plural("{n} row", "{n} rows", 1200)
    ('1 row', '1,200 rows')
    """
    return _translations.ngettext(one, many, n).replace("{n}", number(n))


def number(x: SupportsFloat | None, digits: int = 0) -> str:
    """`x` with `digits` decimals, halves rounded away from nought, also where the last digits of a float fell short of a half: the same sum
    in another order is the same figure.

    >>> number(1234.5), number(1234.4999999999998), number(-0.04, 1), number(float("nan"))
    ('1,235', '1,235', '0.0', 'unknown')
    """
    return _shown(_rounded(x, digits), "#,##0" + _decimals(digits))


def signed(x: SupportsFloat | None, digits: int = 0) -> str:
    """`x` with its sign, unless it rounds to nought.

    >>> signed(12), signed(-12.34, 1), signed(0.01)
    ('+12', '-12.3', '0')
    """
    rounded = _rounded(x, digits)
    pattern = "#,##0" + _decimals(digits)
    return _shown(rounded, f"+{pattern};-{pattern}" if rounded else pattern)


def money(x: SupportsFloat | None, currency: str | None = None, digits: int = 0) -> str:
    """An amount; `currency` is an ISO code or a sign, None where the desk knows none.

    >>> money(1234.2), money(1234.2, "EUR"), money(-70.35, "USD", digits=2)
    ('1,234', '€1,234', '-$70.35')
    """
    rounded = _rounded(x, digits)
    if rounded is None or not currency:
        return number(x, digits)
    pattern = re.sub(r"\.0+", _decimals(digits), _locale.currency_formats["standard"].pattern)
    with decimal.localcontext(_ANY_FLOAT):
        return numbers.format_currency(rounded, currency, pattern, locale=LOCALE, currency_digits=False)


def percent(share: SupportsFloat | None, digits: int = 1) -> str:
    """A share between 0 and 1 as a percentage.

    >>> percent(0.2654), percent(0.005, 0), percent(None)
    ('26.5%', '1%', 'unknown')
    """
    return _shown(_rounded(share, digits + 2), f"#,##0{_decimals(digits)}%")


@functools.lru_cache(maxsize=8192)
def points(difference: SupportsFloat | None, digits: int = 1) -> str:
    """A difference of two shares in percentage points.

    >>> points(0.183), points(-0.0004)
    ('+18.3 points', '0.0 points')
    """
    exact = _exact(difference)
    return _("{points} points").format(points=signed(None if exact is None else exact.scaleb(2, _ANY_FLOAT), digits))


def number_range(low: SupportsFloat | None, high: SupportsFloat | None, digits: int = 0) -> str:
    """An interval of numbers, with up to three digits more where its ends would read the same.

    >>> number_range(-3.2, 18), number_range(7.11, 7.19), number_range(7, 7)
    ('-3 to 18', '7.1 to 7.2', '7 to 7')
    """
    return _range(number, low, high, digits)


def share_range(low: SupportsFloat | None, high: SupportsFloat | None, digits: int = 1) -> str:
    """An interval of shares, with up to three digits more where its ends would read the same.

    >>> share_range(0.241, 0.289), share_range(0.02481, 0.02543)
    ('24.1% to 28.9%', '2.48% to 2.54%')
    """
    return _range(percent, low, high, digits)


def _range(shown: Callable[[SupportsFloat | None, int], str], low: SupportsFloat | None, high: SupportsFloat | None, digits: int) -> str:
    ends = ((shown(low, more), shown(high, more)) for more in range(digits, digits + 4))
    one, other = next((pair for pair in ends if pair[0] != pair[1]), (shown(low, digits), shown(high, digits)))
    return _("{low} to {high}").format(low=one, high=other)


def date(day: datetime.date | None) -> str:
    """A day.

    >>> date(datetime.date(2025, 12, 31)), date(None)
    ('31 Dec 2025', 'unknown')
    """
    if _is_missing(day):
        return _("unknown")
    return dates.format_date(day, "d MMM y", locale=LOCALE)


def span(day: datetime.date | None, every: Literal["month", "quarter", "year"]) -> str:
    """The month, quarter or year that begins on a day.

    >>> span(datetime.date(2025, 4, 1), "month"), span(datetime.date(2025, 4, 1), "quarter"), span(None, "year")
    ('Apr 2025', 'Q2 2025', 'unknown')
    """
    if _is_missing(day):
        return _("unknown")
    return dates.format_date(day, {"month": "MMM y", "quarter": "QQQ y", "year": "y"}[every], locale=LOCALE)


def moment(at: datetime.datetime | None) -> str:
    """A moment in UTC, to the minute.

    >>> moment(datetime.datetime(2026, 1, 31, 9, 30, 59)), moment(None)
    ('31 Jan 2026, 09:30 UTC', 'unknown')
    """
    if at is None:
        return _("unknown")
    return _("{day}, {time} UTC").format(day=date(at), time=dates.format_time(at, "HH:mm", locale=LOCALE))


def listing(words: Sequence[str]) -> str:
    """The words in a row, "" for none.

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) < 2:
        return "".join(words)
    last_two = lists.format_list(words[-2:], locale=LOCALE)
    return ", ".join([*words[:-2], last_two])


def isolated(text: str) -> str:
    """A text of any script, so marked (U+2068, U+2069) that one written from right to left keeps to itself within a sentence.

    >>> isolated("Sheet 1"), isolated("مشتریان") == "\u2068مشتریان\u2069"
    ('Sheet 1', True)
    """
    return f"\u2068{text}\u2069" if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text) else text


def value(cell: object, type: Type) -> str:
    """A cell as a person would write it: numbers to six significant figures, whole ones in full; "" where it is missing.

    >>> value(29.850000000000001, "number"), value("00042", "id"), value(None, "text")
    ('29.85', '00042', '')
    """
    if _is_missing(cell):
        return ""
    if type == "date" and isinstance(cell, datetime.date):
        return date(cell)
    if type == "number" and isinstance(cell, SupportsFloat):
        return _plain(float(cell))
    return str(cell)


def risk_band(risk: SupportsFloat | None) -> Band:
    """The band of a risk; "unknown" where there is not enough information for one.

    >>> [risk_band(risk) for risk in (0.19, 0.2, 0.5, float("nan"))]
    ['low', 'medium', 'high', 'unknown']
    """
    exact = _exact(risk)
    if exact is None:
        return "unknown"
    return "low" if exact < decimal.Decimal(str(MEDIUM_RISK)) else "medium" if exact < decimal.Decimal(str(HIGH_RISK)) else "high"


def band_label(key: Band) -> str:
    """The words for a band.

    >>> band_label("high"), band_label("unknown")
    ('high', 'not enough information')
    """
    return {"low": _("low"), "medium": _("medium"), "high": _("high"), "unknown": _("not enough information")}[key]


def fact(column: str, value_text: str) -> str:
    """What a column says of a customer; `value_text` is "" for a missing value.

    >>> fact("Contract", "Month-to-month"), fact("Contract", "")
    ('Contract is Month-to-month', 'Contract is missing')
    """
    return _("{column} is {value}").format(column=column, value=value_text or _("missing"))


def driver_sentence(column: str, value_text: str, difference: float | None) -> str:
    """What one column does to a customer's risk; `value_text` is "" for a missing value, `difference` one of shares.

    >>> driver_sentence("Contract", "Month-to-month", 0.183)
    'Contract is Month-to-month: +18.3 points'
    >>> driver_sentence("Contract", "", 0.012)
    'Contract is missing: +1.2 points'
    """
    return _("{column} is {value}: {points}").format(column=column, value=value_text or _("missing"), points=points(difference))


def escape(text: str) -> str:
    r"""`text`, whatever it holds, as markdown that shows just its characters, on one line.

    Streamlit makes links, arrows and its logo of plain text after parsing; an invisible word joiner (U+2060) keeps those apart.

    >>> print(escape("*a* $x$"))
    \*a\* \$x\$
    """
    apart = re.sub(_MADE_OF_TEXT, "\\g<0>\u2060", " ".join(text.split()))
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", apart)


def _exact(x: SupportsFloat | None) -> decimal.Decimal | None:
    if x is None:
        return None
    exact = x if isinstance(x, decimal.Decimal) else decimal.Decimal(str(float(x)))
    return exact if exact.is_finite() else None


def _rounded(x: SupportsFloat | None, digits: int) -> decimal.Decimal | None:
    exact = _exact(x)
    if exact is None:
        return None
    step = decimal.Decimal(1).scaleb(-digits)
    beyond = min(abs(exact) * _LAST_DIGITS, step * _OF_A_STEP).copy_sign(exact)
    rounded = _ANY_FLOAT.add(exact, beyond).quantize(step, context=_ANY_FLOAT)
    return rounded or abs(rounded)


@functools.lru_cache(maxsize=8192)
def _shown(rounded: decimal.Decimal | None, pattern: str) -> str:
    if rounded is None:
        return _("unknown")
    with decimal.localcontext(_ANY_FLOAT):
        return numbers.format_decimal(rounded, pattern, LOCALE)


def _decimals(digits: int) -> str:
    return "." + "0" * digits if digits else ""


@functools.lru_cache(maxsize=65536)
def _plain(x: float) -> str:
    whole = x.is_integer() or abs(x) >= 1e6
    return number(x) if whole else numbers.format_decimal(decimal.Decimal(f"{x:.6g}"), "#,##0.##########", LOCALE)


def _is_missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, Real) and math.isnan(cell))
