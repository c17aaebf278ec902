"""01/02/2026 and its like: day or month first, decided by the cells that can be read one way only."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from churn.intake.parsing.calendars import days_of
from churn.intake.parsing.cells import Conventions, Distinct, Doubt, Mask
from churn.intake.parsing.forms import Form, Written
from churn.wording import _

Order = Literal["dmy", "mdy", "ymd"]
_Kind = tuple[str, bool]  # what parts the numbers, and whether the year has two digits


class Orders(NamedTuple):
    """The order of each cell ("" where there is none), those in use, the one that slashes or dashes prove, and what stays open."""

    orders: npt.NDArray[np.str_]
    used: set[Order]
    proven: Order | None
    doubt: Doubt | None


def orders_of(cells: Distinct, written: Written, here: Mask, given: Conventions) -> Orders:
    """The order in which the cells `here` are written, for each kind of mark between the numbers."""
    kinds = {kind: here & _of_kind(written, kind) for kind in _kinds(written)}
    kinds = {kind: mask for kind, mask in kinds.items() if mask.any()}
    decided: dict[_Kind, tuple[Order, ...]] = {kind: _possible(written, kind, mask) for kind, mask in kinds.items()}
    proofs = {found[0] for kind, found in decided.items() if len(found) == 1 and kind[0] != "." and _proves(written, kinds[kind])}
    orders = np.full(len(here), "", dtype="U3")
    doubt, used = None, set[Order]()
    for kind, possible in decided.items():
        order = possible[0] if len(possible) == 1 else _helped(possible, kind, kinds, decided, proofs, written, given)
        if order is None and doubt is None:
            doubt = _doubt(cells, written, kinds[kind], possible)
        orders[kinds[kind]] = order or possible[0]
        used |= {order} if order else set()
    return Orders(orders, used, proofs.pop() if len(proofs) == 1 else None, doubt)


def _kinds(written: Written) -> set[_Kind]:
    return {(form.separator, form.short) for form in written.forms if form and form.slots in ("pqy", "pqr")}


def _of_kind(written: Written, kind: _Kind) -> Mask:
    def fits(form: Form | None) -> bool:
        return form is not None and form.slots in ("pqy", "pqr") and (form.separator, form.short) == kind

    return np.array([fits(form) for form in written.forms], dtype=bool)[written.codes]


def _possible(written: Written, kind: _Kind, here: Mask) -> tuple[Order, ...]:
    """The orders that the cells of a kind leave open; two where they prove none, or prove both."""
    p, q, r = (numbers[here] for numbers in written.numbers)
    day_first, month_first = bool(((p > 12) & (q <= 12)).any()), bool(((q > 12) & (p <= 12)).any())
    separator, short = kind
    if short:
        year_first, year_last = bool(((p > 31) | (p == 0)).any()), bool(((r > 31) | (r == 0)).any())
        spaced = any(form is not None and form.spaced and form.short for form in written.forms)
        if year_first:
            return ("dmy", "ymd") if year_last or ((p <= 31).any() and (r > 31).any()) else ("ymd",)
        if not year_last and (((p > 12).all() and separator != ".") or (spaced and separator == ".")):
            return ("dmy", "ymd")
    if separator == ".":
        return ("mdy",) if month_first and not day_first else ("dmy",)
    if day_first == month_first:
        return ("dmy",) if not day_first and (p == q).all() else ("dmy", "mdy")
    return ("dmy",) if day_first else ("mdy",)


def _proves(written: Written, here: Mask) -> bool:
    p, q = (numbers[here] for numbers in written.numbers[:2])
    return bool(((p > 12) | (q > 12)).any())


def _contradicts(written: Written, here: Mask) -> bool:
    p, q = (numbers[here] for numbers in written.numbers[:2])
    return bool(((p > 12) & (q <= 12)).any() and ((q > 12) & (p <= 12)).any())


def _helped(
    possible: tuple[Order, ...],
    kind: _Kind,
    kinds: dict[_Kind, Mask],
    decided: dict[_Kind, tuple[Order, ...]],
    proofs: set[Order],
    written: Written,
    given: Conventions,
) -> Order | None:
    """The order that the column's other cells or the owner give to a kind that leaves it open; contradictory cells ask the owner alone."""
    same = {found[0] for other, found in decided.items() if other[0] == kind[0] and len(found) == 1 and _proves(written, kinds[other])}
    if not _contradicts(written, kinds[kind]):
        for known in (same, proofs):
            if len(known) == 1 and next(iter(known)) in possible:
                return next(iter(known))
    return given.date_order if given.date_order in possible else None


def _doubt(cells: Distinct, written: Written, here: Mask, possible: tuple[Order, ...]) -> Doubt:
    p, q, r = written.numbers
    differ = here & (p != q) & (p <= 12) & (q <= 12) if "mdy" in possible else here
    shown = differ if differ.any() else here
    at = int(np.flatnonzero(shown)[0])
    return Doubt(
        "date_order", cells.examples(shown), tuple((order, _iso(order, [int(part[at]) for part in (p, q, r)])) for order in possible)
    )


def _iso(order: Order, numbers: list[int]) -> str:
    """A day as ISO writes it, or that there is none; years of two digits as the next nearest."""
    part = dict(zip(order, numbers, strict=True))
    year = part["y"] if part["y"] > 99 else part["y"] + (2000 if part["y"] < 70 else 1900)
    day = days_of("gregorian", *(np.array([value]) for value in (year, part["m"], part["d"])))[0]
    return _("no day") if np.isnat(day) else str(day)
