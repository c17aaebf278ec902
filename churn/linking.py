"""The customers that the rows of a file point to: by their own id, by another column that both have, or through another file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from churn.errors import IntakeError
from churn.gathering import Piece
from churn.intake import Intake, Rejected, understood
from churn.intake.parsing import Mask, infer, parse_as
from churn.intake.supplying import header_of
from churn.tables import ORDERS, TABLES, header_key, known_headers
from churn.wording import _, listing, number, plural

_ID = ORDERS.columns[0]
_FIRST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Known:
    """The customers that events may point to: the file that they came from, the header of their ids, and all their columns by header."""

    file: str
    id_column: str
    frame: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Way:
    """How the customers of a file are found: by the ids under `header`, which `ids` turns into the customers' own; `through` names another
    file that tells which."""

    header: str
    ids: "pd.Series[str]"
    through: str | None = None


def linked(piece: Piece, pieces: Sequence[Piece], known: Known | None) -> Intake:
    """A file of events as rows of its table, each with its customer's own id under the file's header; `pieces` are all files of the load.

    Rows that point to none of the `known` customers are set aside with that reason; None: every id is one. What was done is told in
    `notes`. With an open question the intake is as read. Raises IntakeError where no row has a customer, and as `understood`.
    """
    way = _way(piece, pieces, known, ())
    return _linked(piece, way, known)


def _linked(piece: Piece, way: _Way | None, known: Known | None) -> Intake:
    options = piece.options
    if way is not None:
        options = replace(options, mapping={**options.mapping, way.header: "customer_id"}, id_column=None)
    intake = understood(piece.opened, TABLES[piece.table], options)
    if intake.questions:
        return intake
    notes = []
    if way is not None:
        text = _("Customers are found by {header} through {file}.") if way.through else _("Customers are found by {header}.")
        notes.append(text.format(header=way.header, file=way.through))
    if n := sum(reject.column == intake.id_column for reject in intake.rejected):
        notes.append(unnamed_told(n, str(intake.id_column)))
    intake = replace(intake, notes=(*intake.notes, *notes))
    return intake if known is None and way is None else _with_own_ids(piece, intake, way, known)


def _with_own_ids(piece: Piece, intake: Intake, way: _Way | None, known: Known | None) -> Intake:
    """The intake with the customers' own ids, and without the rows of nobody."""
    header = intake.id_column
    assert header is not None  # the table requires it
    written = intake.frame[header]
    own = written if way is None else written.map(way.ids)
    found = own.notna() if known is None else own.isin(known.frame[known.id_column])
    if not found.any():
        raise IntakeError(_nobody(intake, written, way, known))
    spelled = {name: cells for name, cells in intake.spelled.items() if name != header}
    intake = replace(intake, frame=intake.frame.assign(**{header: own.astype("str")}), spelled=spelled)
    return intake if found.all() else _without(piece, intake, ~found.to_numpy(dtype=bool), header, written, known)


def _without(piece: Piece, intake: Intake, nobody: Mask, header: str, written: "pd.Series[str]", known: Known | None) -> Intake:
    """The intake without some rows, which are set aside as those of no customer."""
    rows, ids = intake.rows[nobody], written[nobody]
    why = _("no such customer")
    rejected = [Rejected(int(row), header, str(value), why) for row, value in zip(rows, ids, strict=True)]
    sheet = piece.opened.sheet
    texts = sheet.texts(np.flatnonzero(np.isin(sheet.rows, rows)))
    note = strays_told(len(rows), ids, _zeros(ids, known))
    return replace(
        intake,
        frame=intake.frame[~nobody].reset_index(drop=True),
        rows=intake.rows[~nobody],
        spelled={name: cells[~nobody].reset_index(drop=True) for name, cells in intake.spelled.items()},
        rejected=tuple(sorted([*intake.rejected, *rejected], key=lambda reject: reject.row)),
        notes=(*intake.notes, note),
        unused=pd.concat([intake.unused, texts]).sort_index().fillna(""),
    )


def unnamed_told(n: int, header: str) -> str:
    """What is said of rows without an id."""
    text = plural(
        "{n} row names no customer and was set aside: '{header}' is empty there.",
        "{n} rows name no customer and were set aside: '{header}' is empty there.",
        n,
    )
    return text.format(header=header)


def strays_told(n: int, ids: "pd.Series[str]", zeros: str) -> str:
    """What is said of rows that point to no customer, by their `ids`; `zeros` as `zeros_told`."""
    text = plural("{n} row points to no customer and was set aside: {ids}.", "{n} rows point to no customer and were set aside: {ids}.", n)
    return text.format(ids=_first(ids)) + zeros


def _first(ids: "pd.Series[str]") -> str:
    named = ids.drop_duplicates()
    more = len(named) - _FIRST_NAMED
    first = named.iloc[:_FIRST_NAMED].tolist()
    return listing(first) if more <= 0 else ", ".join(first) + _(" and {n} more").format(n=number(more))


def _zeros(ids: "pd.Series[str]", known: Known | None) -> str:
    if known is None:
        return ""
    own = set(known.frame[known.id_column].dropna().str.lstrip("0"))
    return zeros_told(int(ids.str.lstrip("0").isin(own).sum()))


def zeros_told(n: int) -> str:
    """A clause on ids that only zeros before them tell from those of customers; "" where there are none."""
    text = plural(
        "{n} of them would have a customer without the zeros before the id: write ids alike in both files.",
        "{n} of them would have one without the zeros before the id: write ids alike in both files.",
        n,
    )
    return " " + text if n else ""


def _nobody(intake: Intake, written: "pd.Series[str]", way: _Way | None, known: Known | None) -> str:
    where = way.through if way and way.through else known.file if known else intake.file
    return nobody_told(intake.file, str(intake.id_column), written, where, _zeros(written, known))


def nobody_told(file: str, header: str, ids: "pd.Series[str]", where: str, zeros: str) -> str:
    """What is said of a file none of whose `ids` is that of a customer in the file `where`."""
    text = _("{file}: none of the ids in '{header}' ({ids}) is that of a customer in {where}, so no row can be loaded.")
    told = text.format(file=file, header=header, ids=_first(ids), where=where)
    if zeros:
        return told + zeros
    more = _("Say --map {file}.SOURCE=customer_id with the right header, or load these customers too.")
    return told + " " + more.format(file=file)


def _way(piece: Piece, pieces: Sequence[Piece], known: Known | None, seen: tuple[Piece, ...]) -> _Way | None:
    """How the customers of a file are found where no column holds their ids; None where one does, or where nothing helps."""
    if "customer_id" in piece.options.constants or header_of(piece.opened.headers, TABLES[piece.table], "customer_id", piece.options):
        return None
    ways = [] if known is None else _shared_with(piece, known)
    if not ways:
        others = [other for other in pieces if other is not piece and other not in seen and other.table in TABLES]
        ways = [way for other in others for way in _through(piece, other, pieces, known, (*seen, piece))]
    hits = [int(_ids(piece, way.header).isin(way.ids.index).sum()) for way in ways]
    return ways[int(np.argmax(hits))] if any(hits) else None


def _shared_with(piece: Piece, known: Known) -> list[_Way]:
    """The headers that file and customers share and that tell customers apart; the customers' own id first."""
    ways = []
    for header in sorted(known.frame, key=lambda name: name != known.id_column):
        same = [own for own in piece.opened.headers if header_key(own) == header_key(str(header))]
        if same and (keys := _distinct(known.frame[header])) is not None:
            own = known.frame[known.id_column]
            ways.append(_Way(same[0], pd.Series(own[keys.index].to_numpy(), index=keys, dtype="str")))
    return ways


def tells_customers_apart(customers: pd.DataFrame, piece: Piece) -> list[str]:
    """The headers of customers that a file of events has too and that no two customers share."""
    keys = {header_key(header) for header in piece.opened.headers}
    return [str(name) for name in customers if header_key(str(name)) in keys and _distinct(customers[name]) is not None]


def _through(piece: Piece, other: Piece, pieces: Sequence[Piece], known: Known | None, seen: tuple[Piece, ...]) -> list[_Way]:
    """The headers that a file shares with another one whose rows they tell apart, and whose customers are known."""
    if other.table == "customers":
        return []
    passed_over = known_headers() - set(_ID.keys)
    keys = {header_key(header): header for header in other.opened.headers if header_key(header) not in passed_over}
    shared = {header: keys[header_key(header)] for header in piece.opened.headers if header_key(header) in keys}
    if not shared:
        return []
    way = _way(other, pieces, known, seen)
    if way is None and not header_of(other.opened.headers, TABLES[other.table], "customer_id", other.options):
        return []
    intake = _linked(other, way, known).settled()
    ways = []
    for header, there in shared.items():
        ids = _distinct(_ids(other, there))
        if ids is not None and not _are_days(other, there):
            owners = pd.Series(intake.frame[intake.id_column].to_numpy(), index=intake.rows, dtype="str").reindex(ids.index)
            ways.append(_Way(header, pd.Series(owners.to_numpy(), index=ids.to_numpy(), dtype="str").dropna(), other.name))
    return ways


def _ids(piece: Piece, header: str) -> "pd.Series[str]":
    """A column of a file read as ids, by sheet row."""
    sheet = piece.opened.sheet
    at = sheet.headers.index(header)
    cells = parse_as(sheet.columns[at], _ID, native=sheet.native[at], given=piece.options.conventions)
    return pd.Series(cells.values.to_numpy(), index=sheet.rows, dtype="str")


def _are_days(piece: Piece, header: str) -> bool:
    sheet = piece.opened.sheet
    at = sheet.headers.index(header)
    return infer(sheet.columns[at], native=sheet.native[at], given=piece.options.conventions, header=header).type == "date"


def _distinct(cells: "pd.Series[str] | pd.Series[float]") -> "pd.Series[str] | None":
    """The cells as words where each filled one is there once; None where some repeat, where none is filled, or where they are days or
    broken numbers."""
    filled = cells.dropna()
    if filled.empty or pd.api.types.is_datetime64_any_dtype(filled) or not filled.is_unique:
        return None
    if pd.api.types.is_numeric_dtype(filled):
        return None if (filled % 1 != 0).any() else filled.astype("int64").astype("str")
    return filled.astype("str")
