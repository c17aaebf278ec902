"""How a page speaks of the ways to read a file."""

import re

from churn.tables import Type
from churn.wording import _


def type_label(type_: Type) -> str:
    """The words for the type of a column."""
    return {"id": _("id"), "text": _("text"), "number": _("number"), "date": _("date"), "flag": _("yes or no")}[type_]


def column_label(column: str | None) -> str:
    """What pages call a column of the desk; "" and None are a column of the file's own."""
    names = {
        "customer_id": _("customer's id"),
        "name": _("customer's name"),
        "segment": _("segment"),
        "region": _("region"),
        "plan": _("plan"),
        "started_on": _("first day as a customer"),
        "ended_on": _("last day as a customer"),
        "monthly_value": _("monthly value"),
        "renewal_on": _("day of renewal"),
        "contact_name": _("contact person"),
        "owner": _("person who looks after them here"),
        "ordered_on": _("day of the order"),
        "amount": _("amount"),
        "product": _("product"),
        "due_on": _("day by which it is due"),
        "paid_on": _("day of payment"),
        "contacted_on": _("day of the contact"),
        "direction": _("direction, in or out"),
        "channel": _("channel"),
        "kind": _("kind of contact"),
        "sentiment": _("sentiment"),
        "resolved_on": _("day on which it was settled"),
        "answered_on": _("day of the answer"),
        "question": _("question that was asked"),
        "score": _("score given"),
        "reason": _("reason for leaving"),
        "comment": _("comment"),
        "changed_on": _("day of the change"),
        "what": _("what it was about"),
        "before": _("how it was before"),
        "after": _("how it was after"),
        "promised_on": _("day of the promise"),
        "kept_on": _("day on which it was kept"),
    }
    return names.get(column, column) if column else _("own column")


def choice_label(choice: str) -> str:
    """The words for a choice of how to read a file."""
    if family := _family(choice):
        return _("{encoding} ({family})").format(encoding=choice, family=family)
    return {
        "": _("none of them"),
        ",": _("comma"),
        ";": _("semicolon"),
        "\t": _("tab"),
        "|": _("pipe"),
        "first": _("keep the first"),
        "last": _("keep the last"),
        "dmy": _("day first"),
        "mdy": _("month first"),
        "ymd": _("year first"),
        "gregorian": _("Gregorian calendar"),
        "persian": _("Persian solar calendar"),
        "islamic": _("Islamic lunar calendar"),
    }.get(choice, choice)


def _family(encoding: str) -> str | None:
    """Where the files come from that are in an encoding, or None for what is no encoding, or one for all."""
    alike = {
        "cp1252 iso8859-1 iso8859-15": _("Western Europe"),
        "cp1250 iso8859-2": _("Central Europe"),
        "cp1257 iso8859-13": _("Baltic"),
        "cp1251 iso8859-5 koi8-r koi8-u": _("Cyrillic"),
        "cp1253 iso8859-7": _("Greek"),
        "cp1254 iso8859-9": _("Turkish"),
        "cp1255 iso8859-8": _("Hebrew"),
        "cp1256 iso8859-6": _("Arabic, Persian"),
        "cp850 cp437": _("Western Europe, from DOS"),
        "cp852": _("Central Europe, from DOS"),
        "cp857": _("Turkish, from DOS"),
        "cp866": _("Cyrillic, from DOS"),
        "cp720": _("Arabic, from DOS"),
        "mac_roman": _("Western Europe, from an old Mac"),
        "mac_latin2": _("Central Europe, from an old Mac"),
        "mac_cyrillic": _("Cyrillic, from an old Mac"),
        "georgian-academy georgian-ps": _("Georgian"),
    }
    return next((family for names, family in alike.items() if encoding in names.split()), None)


def on_page(text: str) -> str:
    """A message of the library as a page says it: what the command line calls options are the choices below.

    >>> on_page("a.csv is not UTF-8 (row 2): say --encoding, for example cp1252.")
    'a.csv is not UTF-8 (row 2): choose Encoding below, for example cp1252.'
    >>> on_page("is this the right sheet? say --sheet or --header-row.")
    'is this the right sheet? choose Sheet below or Row of the headers.'
    >>> on_page("a.csv has 9 rows, and the limit is 5: split it, or say --most-rows.")
    'a.csv has 9 rows, and the limit is 5: split it, or ask whoever runs this desk to raise the limit.'
    """
    whole = {
        "--sheet with the name of one": _("choose Sheet below"),
        "--duplicates first or last to keep one row of each": _("choose below which of them to keep"),
        "--header-row with the row of the headers": _("choose Row of the headers below"),
        "--map SOURCE=COLUMN": _("say below which is which"),
    }
    for option, words in whole.items():
        text = text.replace(f"say {option}", words)
    text = re.sub(r"say --most-[a-z]+", _("ask whoever runs this desk to raise the limit"), text)
    text = re.sub(r"--set \S+=.*?: ", "", text)
    text = re.sub(r"Say --map \S.*?[.]SOURCE=customer_id with the right header", _("Choose another column below"), text)
    text = re.sub(r"say --map '.*'", _("say Yes below"), text)
    text = re.sub(r"say --header-row ([1-9]\d*)", lambda said: _("choose row {row} below").format(row=said[1]), text)
    text = re.sub(r"--header-row 0\b", _("none"), text)
    text = re.sub(r"(--label|--lost) [A-Z]+", r"\1", text)
    text = re.sub(r"\b([sS])ay (--[a-z-]+)", _chosen, text)
    return re.sub(r"(?<![\w-])--[a-z-]+", lambda named: _fields().get(named[0], named[0]), text)


def _chosen(said: re.Match[str]) -> str:
    field = _fields().get(said[2])
    if field is None:
        return said[0]
    return (_("choose {field} below") if said[1] == "s" else _("Choose {field} below")).format(field=field)


def _fields() -> dict[str, str]:
    """What the options of the command line are called on a page."""
    return {
        "--sheet": _("Sheet"),
        "--header-row": _("Row of the headers"),
        "--encoding": _("Encoding"),
        "--delimiter": _("Separator"),
        "--duplicates": _("Rows with the same id"),
        "--decimal": _("the decimal sign"),
        "--date-order": _("the order of day, month and year"),
        "--calendar": _("the calendar"),
        "--epoch": _("the year from which days are counted"),
        "--century": _("the century"),
        "--map": _("the column"),
        "--id": _("the customer's id"),
        "--set": _("a value for all rows"),
        "--label": _("the column"),
        "--lost": _("the value"),
    }
