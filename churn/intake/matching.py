"""Headers -> the columns of a table: as the owner says, then by name, then by alias where the cells fit."""

from collections.abc import Mapping
from dataclasses import dataclass

from churn.errors import IntakeError
from churn.intake.heading import Sheet
from churn.intake.nearest import did_you_mean
from churn.intake.parsing import Cells, infer, parse_as
from churn.intake.results import ReadOptions
from churn.tables import Column, Table, header_key
from churn.wording import _, listing, number

_LEAST_FIT = 0.9
_TRUST_IN_ALIAS = 0.9


@dataclass(frozen=True, eq=False)
class Match:
    """A column of the file, the table's column that it fills (or None), its cells, and how sure that is (0 to 1)."""

    source: str
    column: Column | None
    cells: Cells
    confidence: float


def match(sheet: Sheet, table: Table, *, file: str, options: ReadOptions) -> list[Match]:
    """Each column of the sheet as understood. Raises IntakeError for names that are not there and for required columns not found."""
    said = _said(sheet, table, file, options)
    found = {at: _matched(sheet, at, column, 1.0) for at, column in said.items() if column}
    misfits: list[str] = []
    for column in table.columns:
        if all(match.column is not column for match in found.values()):
            free = [at for at in range(len(sheet.headers)) if at not in found and at not in said]
            _match_by_name(sheet, column, free, found, misfits)
    _refuse_without_required(sheet, table, file, found, misfits)
    return [found.get(at) or _unmatched(sheet, at) for at in range(len(sheet.headers))]


def _matched(sheet: Sheet, at: int, column: Column, trust: float) -> Match:
    cells = parse_as(sheet.columns[at], column)
    return Match(sheet.headers[at], column, cells, trust * cells.fit)


def _unmatched(sheet: Sheet, at: int) -> Match:
    cells = infer(sheet.columns[at])
    return Match(sheet.headers[at], None, cells, cells.fit)


def _match_by_name(sheet: Sheet, column: Column, free: list[int], found: dict[int, Match], misfits: list[str]) -> None:
    """Adds to `found` the first of the free headers, names in the table's order, whose cells fit the column."""
    for name in (column.name, *column.aliases):
        for at in free:
            if header_key(sheet.headers[at]) != header_key(name):
                continue
            match = _matched(sheet, at, column, 1.0 if name == column.name else _TRUST_IN_ALIAS)
            if match.cells.fit >= _LEAST_FIT:
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
            file=file, source=source, near=did_you_mean(source, sheet.headers), columns=_listed(sheet)
        )
    )


def _listed(sheet: Sheet) -> str:
    shown = ", ".join(f"'{header}'" for header in sheet.headers[:30])
    more = len(sheet.headers) - 30
    return _("{columns} and {n} more").format(columns=shown, n=number(more)) if more > 0 else shown


def _refuse_without_required(sheet: Sheet, table: Table, file: str, found: dict[int, Match], misfits: list[str]) -> None:
    """Customers may come without an id, since many sheets have none; the other tables need all that they require."""
    filled = {match.column.name for match in found.values() if match.column}
    lacking = [column.name for column in table.columns if column.required and column.name not in filled]
    if table.keeps_extra or not lacking:
        return
    reasons = "".join(f"; {misfit}" for misfit in misfits)
    raise IntakeError(
        _(
            "{file} has no column for {lacking}, which {table} needs{reasons}; its columns are {columns}: "
            "rename them, or say --map SOURCE=COLUMN."
        ).format(file=file, lacking=listing(lacking), table=table.name, reasons=reasons, columns=_listed(sheet))
    )
