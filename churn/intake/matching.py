"""Headers -> the columns of a table: as the owner says, then by name in any language, where the cells fit; what is likely is proposed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from churn.errors import IntakeError
from churn.intake.conventions import settled_together
from churn.intake.heading import Sheet
from churn.intake.nearest import did_you_mean
from churn.intake.parsing import Cells, Conventions, infer, parse_as
from churn.intake.proposing import Proposal, propose
from churn.intake.results import Question, ReadOptions
from churn.intake.side_by_side import side_by_side
from churn.tables import Column, Table, bare_key, header_key
from churn.wording import _, listing, number

LEAST_FIT = 0.9
_TRUST_IN_ALIAS = 0.9
_TRUST_IN_BARE = 0.85


@dataclass(frozen=True, eq=False)
class Match:
    """A column of the file, the table's column that it fills (or None), its cells, how sure that is (0 to 1), and where it fills none the
    column that it may be."""

    at: int
    source: str
    column: Column | None
    cells: Cells
    confidence: float
    proposed: Proposal | None = None


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a sheet, parsed on demand as the owner's conventions say; what was parsed `ahead` is not parsed again."""

    sheet: Sheet
    conventions: Conventions
    ahead: Mapping[tuple[int, str], Cells]

    def cells(self, at: int, column: Column | None) -> Cells:
        """The cells of the column in this place, as the table's column or as they look."""
        known = self.ahead.get((at, column.name if column else ""))
        return known if known is not None else self.parsed(at, column)

    def parsed(self, at: int, column: Column | None) -> Cells:
        """The same, parsed now."""
        texts, native = self.sheet.columns[at], self.sheet.native[at]
        if column is None:
            return infer(texts, native=native, given=self.conventions, header=self.sheet.headers[at])
        return parse_as(texts, column, native=native, given=self.conventions)

    def match(self, at: int, column: Column | None, trust: float = 1.0) -> Match:
        """The column in this place as the table's column (None: as one of its own)."""
        cells = self.cells(at, column)
        return Match(at, self.sheet.headers[at], column, cells, trust * cells.fit)


def match(sheet: Sheet, table: Table, *, file: str, options: ReadOptions) -> tuple[list[Match], list[Question]]:
    """Each column of the sheet as understood, and which required column to map where one is only likely.

    Raises IntakeError for names that are not there and for required columns not found.
    """
    said = _said(sheet, table, file, options)
    columns = _parsed_ahead(sheet, table, said, options.conventions)
    found = {at: columns.match(at, column) for at, column in said.items() if column}
    misfits: list[str] = []
    for column in table.columns:
        if all(match.column is not column for match in found.values()):
            free = [at for at in range(len(sheet.headers)) if at not in found and at not in said]
            _match_by_name(columns, column, free, found, misfits)
    matches = [found.get(at) or columns.match(at, None) for at in range(len(sheet.headers))]
    kept = {match.at for match in matches if match.column or table.keeps_extra}
    cells = settled_together(
        [match.cells for match in matches],
        options.conventions,
        kept,
        lambda at, given: replace(columns, conventions=given).parsed(at, matches[at].column),
    )
    matches = [replace(match, cells=settled) for match, settled in zip(matches, cells, strict=True)]
    open_columns = [column for column in table.columns if all(match.column is not column for match in matches)]
    proposals = propose([(match.source, match.cells) for match in matches if match.column is None and match.at not in said], open_columns)
    matches = [replace(match, proposed=proposals[match.source]) if match.source in proposals else match for match in matches]
    return matches, _lacking(sheet, table, file, matches, misfits)


def _parsed_ahead(sheet: Sheet, table: Table, said: Mapping[int, Column | None], conventions: Conventions) -> Columns:
    """The columns, each parsed as what it will most likely be, side by side."""
    columns = Columns(sheet, conventions, {})
    keys = [header_key(header) for header in sheet.headers]
    wanted = dict(said)
    for column in table.columns:
        named = sorted((column.keys[key], at) for at, key in enumerate(keys) if at not in wanted and key in column.keys)
        if named and column not in wanted.values():
            wanted[named[0][1]] = column
    places = range(len(keys))
    parsed = side_by_side(lambda at: columns.parsed(at, wanted.get(at)), places, cells=len(sheet.rows) * len(keys))
    ahead = {(at, known.name if (known := wanted.get(at)) else ""): cells for at, cells in zip(places, parsed, strict=True)}
    return replace(columns, ahead=ahead)


def _match_by_name(columns: Columns, column: Column, free: list[int], found: dict[int, Match], misfits: list[str]) -> None:
    """Adds to `found` the first of the free headers, names in the table's order, whose cells fit the column."""
    headers = columns.sheet.headers
    named = [(column.keys[key], at, False) for at in free if (key := header_key(headers[at])) in column.keys]
    bare = [(column.keys[key], at, True) for at in free if (key := bare_key(headers[at])) in column.keys]
    for place, at, is_bare in [*sorted(named), *(rest for rest in sorted(bare) if rest[1] not in {at for _place, at, _bare in named})]:
        match = columns.match(at, column, _TRUST_IN_BARE if is_bare else _TRUST_IN_ALIAS if place else 1.0)
        if match.cells.fit >= LEAST_FIT:
            found[at] = match
            return
        misfits.append(
            _("'{source}' could be {column} but more than a tenth of it {why}").format(
                source=match.source, column=column.name, why=match.cells.problems[0].why
            )
        )


def _said(sheet: Sheet, table: Table, file: str, options: ReadOptions) -> dict[int, Column | None]:
    """What the owner said of each header: its place in the file -> the table's column, None for a header to be left unmatched."""
    said: dict[int, Column | None] = {}
    for source, name in _wishes(options).items():
        column = table.column(name) if name else None
        if name and column is None:
            known = [column.name for column in table.columns]
            raise IntakeError(
                _("{file}: the table {table} has no column '{name}'{near}; it has {columns}.").format(
                    file=file, table=table.name, name=name, near=did_you_mean(name, known), columns=listing(known)
                )
            )
        if column is not None and column in said.values():
            raise IntakeError(_("{file}: two columns are said to be {name}; name one of them.").format(file=file, name=name))
        said[_place(sheet, source, file)] = column
    return said


def _wishes(options: ReadOptions) -> Mapping[str, str]:
    if options.id_column is None:
        return options.mapping
    return {source: name for source, name in options.mapping.items() if name != "customer_id"} | {options.id_column: "customer_id"}


def _place(sheet: Sheet, source: str, file: str) -> int:
    if source in sheet.headers:
        return sheet.headers.index(source)
    alike = [at for at, header in enumerate(sheet.headers) if header_key(header) == header_key(source)]
    if len(alike) == 1:
        return alike[0]
    raise IntakeError(
        _("{file} has no column '{source}'{near}; its columns are {columns}.").format(
            file=file, source=source, near=did_you_mean(source, sheet.headers), columns=_listed(sheet.headers)
        )
    )


def _listed(headers: list[str]) -> str:
    shown = ", ".join(f"'{header}'" for header in headers[:30])
    more = len(headers) - 30
    return _("{columns} and {n} more").format(columns=shown, n=number(more)) if more > 0 else shown


def _lacking(sheet: Sheet, table: Table, file: str, matches: Iterable[Match], misfits: list[str]) -> list[Question]:
    """Which header fills a required column that none fills for sure. Customers may come without an id, since many sheets have none; the
    other tables need all that they require: raises IntakeError where nothing is likely."""
    filled = {match.column.name for match in matches if match.column}
    lacking = [column.name for column in table.columns if column.required and column.name not in filled]
    if table.keeps_extra or not lacking:
        return []
    likely = {match.proposed.column.name: match.source for match in matches if match.proposed}
    if set(lacking) <= set(likely):
        return [_which(file, name, likely[name]) for name in lacking]
    reasons = "".join(f"; {misfit}" for misfit in misfits)
    raise IntakeError(
        _(
            "{file} has no column for {lacking}, which {table} needs{reasons}; its columns are {columns}: "
            "rename them, or say --map SOURCE=COLUMN."
        ).format(file=file, lacking=listing(lacking), table=table.name, reasons=reasons, columns=_listed(sheet.headers))
    )


def _which(file: str, name: str, source: str) -> Question:
    text = _("{file}: is the column '{source}' the {column}? If so, say --map '{source}={column}'.")
    return Question(text.format(file=file, source=source, column=name), "--map", (f"{source}={name}",), columns=(source,))
