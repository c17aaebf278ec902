"""Bytes -> text: by the mark at their start, strict utf-8, the pattern of utf-16, then by which encoding makes words of them."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from charset_normalizer import from_bytes

from churn.errors import IntakeError
from churn.intake.codepages import UNREADABLE, decoded, is_georgian
from churn.intake.plausible import Guess, guesses
from churn.intake.results import Question
from churn.wording import _, listing, plural

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL_SIGNS = re.compile(r"[\x00-\x08\x0e-\x1b]")
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_LOOKED_AT, _FOR_THE_VOICE = 4096, 20_000
_CLEARLY, _VOICE, _MOST_CHOICES = 2.5, 0.5, 4
_WELL_TO_BROKEN = 5


@dataclass(frozen=True)
class Decoded:
    """The text of a file and the encoding it was in.

    `utf_8` are the bytes where they are the text in utf-8 already; `odd` are words that make no sense in the encoding, some or none.
    """

    text: str
    encoding: str
    odd: tuple[str, ...] = ()
    utf_8: bytes | None = None


def decode(data: bytes, *, file: str, encoding: str | None = None) -> Decoded | Question:
    """The text of a file in the `encoding` that its owner names, else in the one that fits; a Question where several do."""
    if encoding is not None:
        return Decoded(_as_named(data, file, encoding).removeprefix("\ufeff"), encoding)
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    told = marked or _wide(data)
    if told == "utf-8-sig":  # the mark leaves no doubt, so bytes that do not fit are damage
        return Decoded(data.decode(told, "replace"), told)
    if told:
        return Decoded(_as_named(data, file, told).removeprefix("\ufeff"), told)
    with suppress(UnicodeDecodeError):
        return Decoded(data.decode("utf-8"), "utf-8", utf_8=data)
    refuse_junk(data[:_LOOKED_AT].decode("latin-1"), file)
    if _is_broken_utf_8(data):
        return Decoded(data.decode("utf-8", "replace"), "utf-8")
    return _guessed(data, file)


def refuse_junk(start: str, file: str) -> None:
    """Raises IntakeError where the start of a text is full of control signs."""
    if len(_CONTROL_SIGNS.findall(start)) > len(start) / 100:
        raise IntakeError(_("{file} holds neither readable text nor a workbook: save it as CSV (UTF-8) or XLSX.").format(file=file))


def _as_named(data: bytes, file: str, encoding: str) -> str:
    try:
        text = decoded(data, encoding)
        text.encode("utf-8")
        return text
    except LookupError:
        raise IntakeError(
            _("{file}: there is no encoding called {encoding}; say --encoding utf-8, utf-16, cp1252 or another.").format(
                file=file, encoding=repr(encoding)
            )
        ) from None
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        name = encoding.removesuffix("-sig").upper()
        raise IntakeError(
            _("{file} is not {encoding} (row {row}): say --encoding, for example cp1252, or save it as CSV UTF-8.").format(
                file=file, encoding=name, row=row
            )
        ) from None
    except UnicodeError as error:
        raise IntakeError(
            _("{file} is not {encoding} ({why}): say --encoding, for example utf-8.").format(
                file=file, encoding=encoding.upper(), why=error
            )
        ) from None


def _wide(data: bytes) -> str | None:
    """utf-16 or utf-32 without a mark, told by where the zero bytes stand."""
    start = data[: _LOOKED_AT * 4]
    zeros = [start[place::4].count(0) / max(1, len(start[place::4])) for place in range(4)]
    if max(zeros) == 0 or len(data) % 2:
        return None
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    likely = [("utf-32-le", min(zeros[2:]) > 0.9 and len(data) % 4 == 0), ("utf-32-be", min(zeros[:2]) > 0.9 and len(data) % 4 == 0)]
    likely += [("utf-16-le", odd > 0.05 and even < odd / 20), ("utf-16-be", even > 0.05 and odd < even / 20)]
    for name, fits in likely:
        with suppress(UnicodeDecodeError):
            if fits and not _CONTROL_SIGNS.search(data.decode(name)):
                return name
    return None


def _is_broken_utf_8(data: bytes) -> bool:
    """Whether most bytes beyond ASCII are well-formed utf-8, so that the rest is damage and no other encoding."""
    well = _WELL_FORMED.findall(data)
    stray = len(_HIGH.findall(_WELL_FORMED.sub(b"", data)))
    return len(well) >= _WELL_TO_BROKEN * stray and len(well) > 1


def _guessed(data: bytes, file: str) -> Decoded | Question:
    found, words = guesses(data)
    found = _with_a_voice(found, data)
    best = found[0]
    rivals = [guess for guess in found[1:] if best.score - guess.score < _CLEARLY]
    if rivals:
        return _question([best, *rivals][:_MOST_CHOICES], words, file)
    name = best.page.name
    odd = tuple("".join(best.page.signs[byte] for byte in word) for word in best.odd)
    return Decoded(decoded(data, name, "replace"), name, odd)


def _with_a_voice(found: list[Guess], data: bytes) -> list[Guess]:
    """The guesses in order, once the one that charset-normalizer names has got a little more weight."""
    start = max(0, next(_HIGH.finditer(data)).start() - _FOR_THE_VOICE // 10)
    match = from_bytes(data[start : start + _FOR_THE_VOICE]).best()
    named = codecs.lookup(match.encoding).name if match else ""

    def score(guess: Guess) -> float:
        return guess.score + _VOICE * any(named == codecs.lookup(name).name for name in guess.names if not is_georgian(name))

    return sorted(found, key=lambda guess: -score(guess))


def _question(likely: list[Guess], words: list[bytes], file: str) -> Question:
    readings = {word: ["".join(guess.page.signs[byte] for byte in word).strip(" 0123456789.,'") for guess in likely] for word in words}
    example = max(words, key=lambda word: len(set(readings[word])))
    shown = listing([f"'{text}' ({guess.page.name})" for text, guess in zip(readings[example], likely, strict=True)])
    text = _("{file} can be read in more than one encoding, for example {shown}: say --encoding with the right one.")
    names = tuple(guess.page.name for guess in likely)
    seen = tuple(reading.replace(UNREADABLE, "?") for reading in readings[example])
    return Question(text.format(file=file, shown=shown.replace(UNREADABLE, "?")), "--encoding", names, readings=seen)


def odd_note(cells: int, example: str, encoding: str) -> str:
    """What is said of cells whose bytes make no sense in the encoding of the rest."""
    return plural(
        "{n} cell holds signs that make no sense in {encoding}, as in '{example}': part of the file may be in another encoding.",
        "{n} cells hold signs that make no sense in {encoding}, as in '{example}': part of the file may be in another encoding.",
        cells,
    ).format(encoding=encoding, example=example)


def unreadable_note(cells: int, row: int, encoding: str) -> str:
    """What is said of cells with bytes that the encoding has no sign for."""
    return plural(
        "{n} cell (row {row}) holds bytes that are not {encoding}; each is shown as \ufffd.",
        "{n} cells (the first in row {row}) hold bytes that are not {encoding}; each is shown as \ufffd.",
        cells,
    ).format(encoding=encoding, row=row)
