"""The words that cells are made of, by language: yes and no, nothing known, currencies, months, what a header says of days."""

import unicodedata
from functools import cache
from typing import Literal, NamedTuple

from babel import dates

Calendar = Literal["gregorian", "persian", "islamic"]

_YES = """
    en: yes true; de: ja wahr; fr: oui vrai; es: sí verdadero; it: sì vero; pt: sim verdadeiro; nl: ja waar;
    pl: tak prawda; ru: да истина;
    uk: так; bg: да; cs: ano pravda; tr: evet doğru; sv: ja sant; da: ja sand; hu: igen igaz; ro: da adevărat;
    fi: kyllä tosi; el: ναι;
    ka: კი დიახ ჭეშმარიტი; fa: بله بلی آری درست; ar: نعم صحيح; zh: 是; ja: はい; he: כן; hy: այո; az: bəli
"""
_NO = """
    en: no false; de: nein falsch; fr: non faux; es: no falso; it: no falso; pt: não falso; nl: nee onwaar;
    pl: nie fałsz; ru: нет ложь;
    uk: ні; bg: не; cs: ne nepravda; tr: hayır yanlış; sv: nej falskt; da: nej falsk; hu: nem hamis;
    ro: nu fals; fi: ei epätosi; el: όχι;
    ka: არა მცდარი; fa: خیر نه نخیر نادرست; ar: لا خطأ; zh: 否; ja: いいえ; he: לא; hy: ոչ; az: xeyr
"""
LETTERS = (("y", "n"), ("t", "f"), ("j", "n"))

_NOTHING = """
    signs: - -- --- — – ― . .. ... ? ?? * / _; errors: #nv, #n/d, #n/b, #н/д, #yok;
    days: 0000-00-00, 0000-00-00 00:00:00, 0000/00/00, 00.00.0000, 00/00/0000, 00-00-0000, 1900-01-00, 1/0/1900, 00.01.1900, 00/01/1900;
    en: na, n/a, #n/a, nan, null, none, nil, n.a., not available,
    not applicable, unknown, no data, missing, tbd;
    de: k.a., k. a., keine angabe, keine angaben, unbekannt, nicht bekannt, entfällt;
    fr: inconnu, inconnue, n.d., n.c., non renseigné, non disponible;
    es: sin datos, s/d, desconocido, no disponible; pt: sem dados, desconhecido, não informado, n/d;
    it: sconosciuto, non disponibile, nd;
    nl: onbekend, niet bekend, n.v.t.; pl: brak, brak danych, nieznany, nieznana, b.d.;
    ru: нет данных, н/д, неизвестно, не указано, нет сведений;
    tr: yok, bilinmiyor, belirtilmemiş, veri yok; ka: არ არის, უცნობია, უცნობი, არ არის ცნობილი, მონაცემები არ
    არის;
    fa: ندارد, نامشخص, نامعلوم, موجود نیست, ناموجود, اطلاعات ندارد; ar: غير متوفر, غير معروف, لا يوجد, غير محدد
"""
NOTHING_IN_TEXT = ("", "NaN", "nan", "NULL", "null", "#N/A", "-", "--", "—", "–", "−")
WORKBOOK_ERRORS = tuple(
    "#DIV/0! #REF! #VALUE! #NAME? #NUM! #NULL! #ERROR! #BEZUG! #WERT! #ZAHL! #VALEUR! #NOM? #NOMBRE! #NUL! #¡DIV/0! #¡REF! #¡VALOR! "
    "#¿NOMBRE? #¡NUM! #¡NULO! #VALOR! #NOME? #NÚM! #NULO! #RIF! #VALORE! #VERW! #WAARDE! #NAAM? #GETAL! #DEEL/0! #ADR! #ARG! #NAZWA? "
    "#LICZBA! #ССЫЛКА! #ЗНАЧ! #ИМЯ? #ЧИСЛО! #ПУСТО! #ДЕЛ/0! #BAŞV! #DEĞER! #AD? #SAYI! #BOŞ! #SAYI/0!".split()
)

_CURRENCIES = """
    USD: $ us$ $us usd dollar dollars доллар долл; EUR: € eur euro euros евро ევრო یورو يورو;
    GBP: £ £gb uk£ gbp pound pounds; JPY: ¥ jpy yen 円; CNY: cny rmb 元;
    CHF: chf fr sfr franken; AUD: a$ au$ $au aud; CAD: c$ ca$ $ca cad; NZD: nz$ nzd; HKD: hk$ hkd; SGD: s$ sgd;
    TWD: nt$ twd; MXN: mx$ mxn; BRL: r$ brl reais;
    GEL: ₾ gel ლარი ლ lari лари; TRY: ₺ tl try lira; RUB: ₽ rub rur руб р рублей рубль рубля; UAH: ₴ uah грн;
    KZT: ₸ kzt тенге тг;
    AMD: ֏ amd դրամ; AZN: ₼ azn manat; PLN: zł pln zl; CZK: kč czk kc; HUF: ft huf; RON: lei leu ron;
    BGN: лв bgn; RSD: din rsd дин;
    kr: kr; SEK: sek; NOK: nok; DKK: dkk; ISK: isk; INR: ₹ inr; rs: rs; ILS: ₪ ils nis; KRW: ₩ krw 원;
    VND: ₫ vnd đ; THB: ฿ thb; PHP: ₱ php;
    IRR: ﷼ irr ریال rial rials; toman: تومان تومن toman tomans irt; AFN: ؋ afn افغانی afghani;
    IQD: iqd د.ع دینار; AED: aed درهم د.إ dirham;
    SAR: sar ر.س sr; QAR: qar; KWD: kwd د.ك; EGP: egp ج.م; MAD: mad; TND: tnd; DZD: dzd; NGN: ₦ ngn; ZAR: zar;
    KES: kes ksh; GHS: ₵ ghs; PKR: pkr;
    BDT: ৳ bdt; LKR: lkr; IDR: idr rp; MYR: myr rm; CLP: clp; COP: cop; ARS: ars; PEN: s/; UYU: uyu;
    HRK: hrk kn; MDL: mdl; BYN: byn; UZS: uzs;
    ALL: lekë; LBP: lbp; JOD: jod; BHD: bhd; OMR: omr; SYP: syp; LTL: ltl; LVL: lvl; EEK: eek; ATS: ats;
    DEM: dem; FRF: frf; ITL: itl
"""

_CLDR_MONTHS = ("en", "de", "fr", "es", "pt", "it", "ru", "tr", "ka", "fa", "ar", "nl", "uk", "sv")
_OTHER_MONTHS = """
    sept=9 mär=3 mrz=3 märz=3 jän=1 jänner=1 févr=2 fév=2 déc=12 set=9 juin=6 juil=7 сент=9 нояб=11 мая=5 май=5
    jan=1 ek=10 ağu=8 haz=6
    كانون_الثاني=1 شباط=2 آذار=3 نيسان=4 أيار=5 حزيران=6 تموز=7 آب=8 أيلول=9 تشرين_الأول=10 تشرين_الثاني=11
    كانون_الأول=12 ژانویه=1 فوریه=2 مه=5 ژوئن=6
    ژوئیه=7 جولای=7 اوت=8 آگوست=8
"""
_PERSIAN_MONTHS = """
    فروردین=1 اردیبهشت=2 خرداد=3 تیر=4 مرداد=5 امرداد=5 شهریور=6 مهر=7 آبان=8 آذر=9 دی=10 بهمن=11 اسفند=12
    حمل=1 ثور=2 جوزا=3 سرطان=4 اسد=5 سنبله=6 میزان=7 عقرب=8 قوس=9 جدی=10 دلو=11 حوت=12
    farvardin=1 ordibehesht=2 khordad=3 tir=4 mordad=5 shahrivar=6 mehr=7 aban=8 azar=9 dey=10 bahman=11
    esfand=12
"""
_ISLAMIC_MONTHS = """
    محرم=1 المحرم=1 صفر=2 ربيع_الأول=3 ربيع_الآخر=4 ربيع_الثاني=4 جمادى_الأولى=5 جمادى_الآخرة=6 جمادى_الثانية=6
    رجب=7 شعبان=8 رمضان=9 شوال=10 ذو_القعدة=11 ذو_الحجة=12
    muharram=1 safar=2 rajab=7 shaban=8 ramadan=9 ramadhan=9 shawwal=10
"""
_AROUND_DAYS = "de del den of the am le el th st nd rd er ng ý г года год р року წ წელი წლის الموافق m d y ی سال ه ش م"

_DAY_HEADERS = """
    en: date day dob; de: datum tag stichtag; fr: date jour; es: fecha día; pt: data dia; it: data giorno;
    nl: datum dag; pl: data dzień; ru: дата день;
    uk: дата; tr: tarih tarihi gün; ka: თარიღი დღე; fa: تاریخ روز; ar: تاريخ التاريخ يوم; sv: datum dag;
    cs: datum den; hu: dátum nap
"""


class Month(NamedTuple):
    """A month by its number (1 to 12) and calendar."""

    number: int
    calendar: Calendar


def key(word: str) -> str:
    """The form in which two words are compared: no case, accents or unseen marks; Persian letters for Arabic ones.

    >>> key("FÉVR"), key("HAYIR") == key("hayır"), key("بلي") == key("بلی")
    ('fevr', True, True)
    """
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark) and mark not in "\u200c\u200d")
    return bare.casefold().replace("ı", "i").replace("ي", "ی").replace("ى", "ی").replace("ك", "ک").strip()


@cache
def flags() -> dict[str, str]:
    """Each word for yes and no, as compared -> "Yes" or "No"."""
    sides = (("Yes", _YES), ("No", _NO))
    return {key(word): side for side, text in sides for line in text.split(";") for word in line.split(":")[1].split()}


@cache
def nothing() -> frozenset[str]:
    """The tokens that stand for a missing number, day or flag, in lower case."""
    groups = {line.split(":", 1)[0].strip(): line.split(":", 1)[1] for line in _NOTHING.split(";")}
    words = {word.strip() for name, text in groups.items() if name != "signs" for word in text.split(",")}
    return frozenset({"", *groups["signs"].split(), *words, *(word.replace("ي", "ی").replace("ك", "ک") for word in words)})


@cache
def _currencies() -> dict[str, str]:
    lines = [line.strip().split(": ", 1) for line in _CURRENCIES.split(";")]
    return {key(word).rstrip("."): code for code, text in lines for word in text.split()}


def currency(word: str) -> str | None:
    """The currency that a sign, code or word names; a sign that no list has names itself, and None is no currency.

    >>> currency("руб."), currency("€"), currency("₡"), currency("kg")
    ('RUB', 'EUR', '₡', None)
    """
    known = _currencies().get(key(word).rstrip("."))
    if known is None and len(word) == 1 and unicodedata.category(word) == "Sc":
        return word
    return known


@cache
def months() -> dict[str, Month]:
    """Each name and abbreviation of a month, as compared; one that means two months in two languages is left out."""
    found: dict[str, set[Month]] = {}
    for language in _CLDR_MONTHS:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in dates.get_month_names(width, context, language).items():
                    found.setdefault(key(name).rstrip("."), set()).add(Month(number, "gregorian"))
    found = {name: named for name, named in found.items() if name and not any(sign.isdigit() for sign in name)}
    own: dict[str, Month] = {}
    others: tuple[tuple[str, Calendar], ...] = ((_OTHER_MONTHS, "gregorian"), (_PERSIAN_MONTHS, "persian"), (_ISLAMIC_MONTHS, "islamic"))
    for text, calendar in others:
        for pair in text.split():
            name, number = pair.split("=")
            own[key(name.replace("_", " "))] = Month(int(number), calendar)
    return {name: next(iter(named)) for name, named in found.items() if len(named) == 1} | own


@cache
def around_days() -> frozenset[str]:
    """Words that stand beside a day and say nothing more: "de", "of", "г.", names of weekdays."""
    weekdays = {
        key(name).rstrip(".")
        for language in _CLDR_MONTHS
        for width in ("wide", "abbreviated")
        for name in dates.get_day_names(width, "format", language).values()
    }
    return frozenset({key(word) for word in _AROUND_DAYS.split()} | weekdays)


@cache
def _day_headers() -> frozenset[str]:
    return frozenset(key(word) for line in _DAY_HEADERS.split(";") for word in line.split(":")[1].split())


def speaks_of_days(header: str) -> bool:
    """Whether a header says that its column holds days.

    >>> speaks_of_days("Start Date"), speaks_of_days("Enddatum"), speaks_of_days("updates")
    (True, True, False)
    """
    split = "".join(f" {sign}" if sign.isupper() and before.islower() else sign for before, sign in zip(" " + header, header, strict=False))
    tokens = "".join(sign if sign.isalpha() else " " for sign in key(split)).split()
    return any(token in _day_headers() or token.endswith("datum") for token in tokens)
