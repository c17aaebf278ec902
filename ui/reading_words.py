"""How a page speaks of the ways to read a file."""

import re

from churn.wording import _


def choice_label(choice: str) -> str:
    """The words for a choice of how to read a file."""
    return {
        "": _("none of them"),
        ",": _("comma"),
        ";": _("semicolon"),
        "\t": _("tab"),
        "|": _("pipe"),
        "first": _("keep the first"),
        "last": _("keep the last"),
        "cp1252": _("cp1252 (Western Europe)"),
        "cp1250": _("cp1250 (Central Europe)"),
        "cp1251": _("cp1251 (Cyrillic)"),
        "cp1253": _("cp1253 (Greek)"),
        "cp1254": _("cp1254 (Turkish)"),
        "cp1255": _("cp1255 (Hebrew)"),
        "cp1256": _("cp1256 (Arabic, Persian)"),
    }.get(choice, choice)


def on_page(text: str) -> str:
    """A message of the library as a page says it: what the command line calls options are the choices below.

    >>> on_page("a.csv is not UTF-8 (row 2): say --encoding, for example cp1252.")
    'a.csv is not UTF-8 (row 2): choose Encoding below, for example cp1252.'
    >>> on_page("is this the right sheet? say --sheet or --header-row.")
    'is this the right sheet? choose Sheet below or Row of the headers.'
    """
    fields = {
        "--sheet with the name of one": _("Sheet below"),
        "--duplicates first or last to keep one row of each": _("below which of them to keep"),
        "--header-row with the row of the headers": _("Row of the headers below"),
        "--sheet": _("Sheet"),
        "--header-row": _("Row of the headers"),
        "--encoding": _("Encoding"),
        "--delimiter": _("Separator"),
        "--label": _("the column"),
        "--lost": _("the value"),
    }
    text = re.sub(r"(--label|--lost) [A-Z]+", r"\1", text)
    whole = [option for option in fields if " " in option]
    for option in whole:
        text = text.replace(f"say {option}", f"choose {fields[option]}")
    text = re.sub(r"\bsay (--[a-z-]+)", lambda said: f"choose {fields.get(said[1], said[1])} below", text)
    text = re.sub(r"\bSay (--[a-z-]+)", lambda said: f"Choose {fields.get(said[1], said[1])} below", text)
    return re.sub(r"--[a-z-]+", lambda named: fields.get(named[0], named[0]), text)
