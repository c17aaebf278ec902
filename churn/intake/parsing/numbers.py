"""Cells -> numbers: which mark is the decimal sign, what to leave out, and what only looks like a number."""

import re
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.parsing.around import Frame, frames
from churn.intake.parsing.cells import BLANK, Conventions, Distinct, Doubt, Mask, Reading, Strings, as_mask, cast_all
from churn.intake.parsing.words import currency
from churn.wording import _, listing, plural

_WRITTEN = r"^(?P<before>[^0-9]{0,16})(?P<body>[0-9](?:[0-9.,' ٬٫]*[0-9])?)(?P<power>[eE][+-]?[0-9]{1,5})?(?P<after>[^0-9]{0,16})$"
_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_OPEN = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_CODE = r"^(0[0-9].*|[0-9]{16,})$"
_DASH, _DASHES = r"^(?:[-–—] *[^0-9 –—-]{1,5}|[^0-9 –—-]{1,5} *[-–—])$", "-–— "
_LONG_CODE, _POWER_CODE = r"^[0-9]{16,}$", r"^[+-]?[0-9]+[eE][0-9]+$"
_LEAST_DIGITS_OF_A_PHONE, _LARGEST_PLAIN = 8, 1e15
_ENOUGH_ROWS, _FEW = 20, 0.05

Decimal = Literal[".", ","]


def _shape(decimal: str, group: str) -> str:
    """What digits with this decimal sign are: groups of three behind one kind of mark (of two in India), or no groups."""
    groups = "|".join(f"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+" for mark in (group, " ", "'", "٬"))
    indian = "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if group == "," else ""
    return rf"^(?:[0-9]*|{groups}{indian})(?:[{decimal}٫][0-9]*)?$"


_SHAPES: dict[Decimal, str] = {".": _shape(".", ","), ",": _shape(",", ".")}


class _Parts(NamedTuple):
    """The distinct cells taken apart: digits with their marks, the power of ten, and what stands around (`frames[codes]`)."""

    body: Strings
    power: Strings
    frames: list[Frame]
    codes: npt.NDArray[np.int64]
    sound: Mask

    def are(self, name: str) -> Mask:
        """Which cells have something around their digits, by its name in `Frame`."""
        return np.array([bool(getattr(frame, name)) for frame in self.frames], dtype=bool)[self.codes]

    def like(self, pattern: str) -> Mask:
        """Which digits match a pattern."""
        return as_mask(pc.match_substring_regex(self.body, pattern))


def plain_numbers(texts: Strings, native: Mask | None) -> npt.NDArray[np.float64] | None:
    """The numbers of a column in which every cell is blank or a plain number such as 1234.5, and nothing is open; else None."""
    numbers = cast_all(texts, pa.float64())
    if numbers is None:
        return None
    filled = as_mask(pc.is_valid(numbers))
    values: npt.NDArray[np.float64] = numbers.to_numpy(zero_copy_only=False)
    sizes = np.abs(values[filled])
    if not sizes.size or not np.isfinite(sizes).all():
        return None
    if sizes.max() >= _LARGEST_PLAIN and pc.any(pc.match_substring_regex(texts, _LONG_CODE)).as_py():
        return None
    if native is not None and native[filled].all():
        return values
    written = texts if native is None else texts.filter(pa.array(~native))
    if sizes.max() >= _LARGEST_PLAIN or _may_be_codes(written):
        return None
    return values if _decimal_is_proven(written) else None


def _may_be_codes(texts: Strings) -> bool:
    """Whether a plain number has a plus or a leading zero, or is whole with a bare power such as 1E5."""
    signed = pc.or_(pc.starts_with(texts, "+"), pc.starts_with(texts, "-0"))
    odd = texts.filter(pc.or_(pc.starts_with(texts, "0"), signed))
    if pc.any(pc.match_substring_regex(odd, r"^(?:[+]|-?0[0-9])")).as_py():
        return True
    return bool(pc.any(pc.match_substring_regex(texts, _POWER_CODE)).as_py())


def _decimal_is_proven(texts: Strings) -> bool:
    """Whether plain numbers have no point, or one has it where it cannot part thousands."""
    for some in (texts.slice(0, 1000), texts):
        marked = some.filter(pc.match_substring(some, "."))
        if len(marked) and not pc.all(pc.match_substring_regex(marked, _OPEN)).as_py():
            return True
    return not len(marked)


def read_numbers(cells: Distinct, missing: Mask, given: Conventions = Conventions()) -> Reading:
    """The distinct cells taken as numbers; what they leave open is a doubt, what makes the column no number a refusal."""
    parts = _apart(cells)
    typed, typed_values = _native(cells)
    written = parts.sound & ~missing & ~cells.native
    if not written.any():
        long = as_mask(pc.match_substring_regex(cells.texts, _LONG_CODE)) & typed
        return Reading(typed & ~missing, np.where(np.isfinite(typed_values), typed_values, np.nan), code=bool(long.any()))
    fit: dict[Decimal, Mask] = {mark: written & parts.like(shape) for mark, shape in _SHAPES.items()}
    either = fit["."] | fit[","]
    decimal, proven, refusal = _decimal(cells, fit, cells.count(~missing), given)
    refusal = _units_refusal(parts, either, ~missing & ~either) or refusal
    open_cells = fit["."] & fit[","] & parts.like("[.,]")
    doubt = _doubt(cells, parts, open_cells) if decimal is None and not refusal and open_cells.any() else None
    usable = either if decimal is None else fit[decimal]
    values = np.where(typed, typed_values, _values(parts, decimal or ".", usable if not refusal else np.zeros_like(usable)))
    return Reading(
        usable | (typed & ~missing),
        np.where(np.isfinite(values), values, np.nan),
        doubt,
        refusal,
        () if refusal or doubt else _notes(cells, parts, usable, decimal or "."),
        Conventions(decimal=decimal if proven and not refusal else None),
        code=_has_codes(parts, usable),
    )


def _native(cells: Distinct) -> tuple[Mask, npt.NDArray[np.float64]]:
    fits = cells.native & as_mask(pc.match_substring_regex(cells.texts, _PLAIN))
    values = np.full(len(fits), np.nan)
    values[fits] = _cast(cells.texts.filter(pa.array(fits)))
    return fits, values


def _apart(cells: Distinct) -> _Parts:
    found = pc.extract_regex(_dashes_as_zeros(cells)[0], _WRITTEN)
    before, body, power, after = (
        pc.if_else(pc.is_null(found), BLANK, pc.struct_field(found, name)) for name in ("before", "body", "power", "after")
    )
    around, codes = frames(before, after)
    ends = ([frame.first for frame in around], [frame.last for frame in around])
    firsts, lasts = (pa.array(marks, pa.large_string()).take(pa.array(codes)) for marks in ends)
    body = pc.binary_join_element_wise(firsts, body, lasts, BLANK)
    sound = np.array([frame.sound for frame in around], dtype=bool)[codes] & as_mask(pc.is_valid(found))
    sound &= ~(as_mask(pc.not_equal(power, BLANK)) & as_mask(pc.match_substring_regex(body, "[' ٬]|[.,٫].*[.,٫]")))
    return _Parts(body, power, around, codes, sound)


def _dashes_as_zeros(cells: Distinct) -> tuple[Strings, Mask]:
    """The folded cells with "0" in place of a dash that stands alone beside a currency, as accounts write nought, and which these are."""
    dashes = as_mask(pc.match_substring_regex(cells.folded, _DASH))
    for at in np.flatnonzero(dashes).tolist():
        dashes[at] = currency(cells.folded[at].as_py().strip(_DASHES)) is not None
    if not dashes.any():
        return cells.folded, dashes
    return pc.if_else(pa.array(dashes), pc.replace_substring_regex(cells.folded, "[-–—]+", "0"), cells.folded), dashes


def _decimal(cells: Distinct, fit: dict[Decimal, Mask], filled: int, given: Conventions) -> tuple[Decimal | None, bool, str]:
    """The decimal sign (None: open), whether cells prove it, and why the column cannot be a number ("": it can)."""
    point, comma = cells.count(fit["."] & ~fit[","]), cells.count(fit[","] & ~fit["."])
    if point and comma and (filled < _ENOUGH_ROWS or min(point, comma) >= _FEW * filled):
        return None, False, _("Left as text: the decimal sign is a point in some cells and a comma in others")
    if not point and not comma:
        return given.decimal, False, ""
    return ("." if point > comma else ","), True, ""


def _units_refusal(parts: _Parts, numbers: Mask, others: Mask) -> str:
    """Why the units make the column no number: several of them, or a percent sign in some cells only."""
    here = [parts.frames[code] for code in np.unique(parts.codes[numbers])]
    units = {frame.unit: frame.spelled for frame in here if frame.unit}
    if len(units) > 1:
        return _("Left as text: amounts in several units ({units})").format(units=listing(list(units.values())[:5]))
    if "%" in units and (others.any() or not all(frame.unit for frame in here)):
        return _("Left as text: some cells have a percent sign and others have none")
    return ""


def _doubt(cells: Distinct, parts: _Parts, open_cells: Mask) -> Doubt:
    first = np.zeros(len(open_cells), dtype=bool)
    first[np.flatnonzero(open_cells)[0]] = True
    marks: tuple[Decimal, ...] = (".", ",")
    return Doubt("decimal", cells.examples(open_cells), tuple((mark, f"{_values(parts, mark, first)[first][0]:.15g}") for mark in marks))


def _values(parts: _Parts, decimal: Decimal, usable: Mask) -> npt.NDArray[np.float64]:
    """The numbers of the usable cells, NaN elsewhere; 12% is 0.12."""
    values, chosen = np.full(len(usable), np.nan), pa.array(np.flatnonzero(usable))
    digits = pc.replace_substring_regex(parts.body.take(chosen), rf"[^0-9{decimal}٫]", "")
    digits = pc.replace_substring_regex(digits, "[,٫]", ".")
    percent = np.array([frame.unit == "%" for frame in parts.frames], dtype=bool)[parts.codes[usable]]
    power = pc.if_else(pa.array(percent), pa.scalar("e-2", pa.large_string()), parts.power.take(chosen))
    numbers = _cast(pc.binary_join_element_wise(digits, power, BLANK))
    values[usable] = np.where(parts.are("negative")[usable], -numbers, numbers)
    return values


def _cast(texts: Strings) -> npt.NDArray[np.float64]:
    numbers: npt.NDArray[np.float64] = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    return numbers


def _has_codes(parts: _Parts, usable: Mask) -> bool:
    """Whether some cell is a code: a leading zero, 16 digits, a telephone number with its plus where nothing is negative; or whether
    all are like 1E5."""
    if (usable & parts.like(_CODE)).any() or (usable.any() and _bare_powers(parts)[usable].all()):
        return True
    plus = usable & parts.are("plus") & ~parts.are("unit") & ~parts.like("[.,٫]")
    if not plus.any() or (usable & parts.are("negative")).any():
        return False
    digits = pc.utf8_length(pc.replace_substring_regex(parts.body, "[^0-9]", "")).to_numpy(zero_copy_only=False)
    return bool((plus & (digits >= _LEAST_DIGITS_OF_A_PHONE)).any())


def _bare_powers(parts: _Parts) -> Mask:
    """Whole numbers with a power that has no sign, such as 1E5, as people write codes; programs write 1e+05."""
    powers: Mask = as_mask(pc.match_substring_regex(parts.power, "^[eE][0-9]")) & ~parts.like("[.,٫]")
    return powers


def _notes(cells: Distinct, parts: _Parts, usable: Mask, decimal: Decimal) -> tuple[str, ...]:
    """What was done to the usable cells, in words."""
    notes = []
    if decimal == "," and (usable & parts.like(",")).any():
        notes.append(_("Comma as decimal sign"))
    if n := cells.count(usable & parts.like(rf"[{',' if decimal == '.' else '.'} '٬]")):
        notes.append(plural("Marks between thousands left out in {n} cell", "Marks between thousands left out in {n} cells", n))
    here = [parts.frames[code] for code in np.unique(parts.codes[usable])]
    if spelled := sorted({frame.spelled for frame in here if frame.unit not in ("", "%")}):
        n = cells.count(usable & parts.are("unit"))
        notes.append(plural("{unit} left out in {n} cell", "{unit} left out in {n} cells", n).replace("{unit}", listing(spelled[:5])))
    if any(frame.unit == "%" for frame in here):
        notes.append(_("Percentages read as shares: 12% is 0.12"))
    if n := cells.count(usable & parts.are("unusual")):
        notes.append(
            plural("Brackets or a minus behind read as negative in {n} cell", "Brackets or a minus behind read as negative in {n} cells", n)
        )
    if n := cells.count(usable & _dashes_as_zeros(cells)[1]):
        notes.append(plural("A dash beside a currency read as 0 in {n} cell", "A dash beside a currency read as 0 in {n} cells", n))
    if n := cells.count(usable & _bare_powers(parts)):
        notes.append(plural("1E5 read as a power of ten in {n} cell", "Such as 1E5 read as powers of ten in {n} cells", n))
    if n := cells.count(usable & as_mask(pc.match_substring_regex(cells.texts, r"[^\P{Nd}0-9]"))):
        notes.append(plural("Digits of another script read in {n} cell", "Digits of another script read in {n} cells", n))
    return tuple(notes)
