"""The one-byte encodings that are tried: the tables of Python, and two Georgian ones that Python lacks."""

import codecs
from dataclasses import dataclass
from functools import cache

# The first of those that read a file alike gives the name. What is rarer has to be that much likelier by its letters (the second figure).
RANKED = (
    ("cp1252", 1.0), ("cp1251", 0.5), ("cp1256", 0.5), ("cp1250", 0.0), ("cp1254", 0.0), ("cp1257", 0.0), ("cp1253", 0.0), ("cp1255", 0.0),
    ("iso8859-1", -0.3), ("iso8859-15", -0.3), ("iso8859-2", -0.3), ("iso8859-9", -0.5), ("iso8859-13", -0.5), ("iso8859-5", -0.3),
    ("iso8859-6", -0.3), ("iso8859-7", -0.3), ("iso8859-8", -0.3), ("koi8-r", 0.0), ("koi8-u", -0.1), ("cp866", 0.0), ("cp850", -0.8),
    ("cp437", -0.9), ("cp852", -1.0), ("cp857", -1.2), ("cp720", -0.7), ("mac_roman", -0.6), ("mac_cyrillic", -0.5), ("mac_latin2", -2.0),
    ("georgian-academy", 0.0), ("georgian-ps", 0.0),
)  # fmt: skip
_GEORGIAN = {
    "georgian-academy": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶ",
    "georgian-ps": "აბგდევზჱთიკლმნჲოპჟრსტჳუფქღყშჩცძწჭხჴჯჰჵ",
}
_GEORGIAN_FROM = 0xC0
UNREADABLE = "\ufffd"


@dataclass(frozen=True)
class CodePage:
    """An encoding by name, the 256 signs that its bytes stand for (the replacement sign where there is none), and how likely it is."""

    name: str
    signs: str
    prior: float


@cache
def code_pages() -> tuple[CodePage, ...]:
    """Every encoding that is tried, likelier ones first."""
    return tuple(CodePage(name, _signs(name), prior) for name, prior in RANKED)


@cache
def _signs(name: str) -> str:
    if name not in _GEORGIAN:
        return bytes(range(256)).decode(name, "replace")
    letters = _GEORGIAN[name]
    base = bytes(range(256)).decode("latin-1")[:0x80] + bytes(range(0x80, 0xA0)).decode("cp1252", "replace")
    base += bytes(range(0xA0, 256)).decode("latin-1")
    return base[:_GEORGIAN_FROM] + letters + base[_GEORGIAN_FROM + len(letters) :]


def is_georgian(name: str) -> bool:
    """Whether it is one of the two encodings that Python does not know."""
    return _plain(name) in _GEORGIAN


def decoded(data: bytes, name: str, errors: str = "strict") -> str:
    """The text of the bytes in any encoding of Python's, or a Georgian one. Raises what bytes.decode raises."""
    if is_georgian(name):
        return codecs.charmap_decode(data, errors, _signs(_plain(name)))[0]
    return data.decode(name, errors)


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-")
