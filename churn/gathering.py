"""Which file, or sheet of a workbook, holds which table of the desk: as its owner says, by its name, by its headers."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from churn.errors import IntakeError
from churn.intake import Intake, Opened, Progress, ReadOptions, opened, shape
from churn.intake.nearest import did_you_mean
from churn.intake.said import bytes_of, readable
from churn.intake.supplying import header_of
from churn.tables import TABLES, header_key
from churn.typed import Typed, apart, is_in_parts, named_twice, part_files, parts
from churn.wording import _, listing

PRODUCTS = "products"
NAMES = (*TABLES, PRODUCTS)
Constants = Iterable[tuple[str, str, str]]

_PACKED = (".gz", ".zip")
_BEGINS_WITH = re.compile(rf"({'|'.join(NAMES)})(?![^\W\d_])", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Piece:
    """A file, or one sheet of a workbook, and the table that it holds (or `products`); `options` are what was said of it alone."""

    table: str
    opened: Opened
    options: ReadOptions

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.opened.file


@dataclass(frozen=True)
class Gathered:
    """The pieces in the order in which they were named, sentences on what was passed over, and large files of events that need no
    understanding."""

    pieces: tuple[Piece, ...]
    told: tuple[str, ...]
    typed: tuple[Typed, ...] = ()


def gather(
    arguments: Sequence[Path],
    options: ReadOptions,
    constants: Constants = (),
    *,
    large: int | None = None,
    customers_known: bool = False,
    remembered: Callable[[str], object] = lambda _shape: None,
    progress: Progress | None = None,
) -> Gathered:
    """What files and folders hold. TABLE=FILE says which table a file is; else its name or those of its sheets begin with the table's, and
    a single file of another name holds customers. Several files may hold one table, and a folder may hold the Parquet files of one.

    Where a table of events is said to be `large` from so many rows on, Parquet files of it that are typed as it wants stay unread
    (`typed`), as long as nothing is said of their columns or `remembered` of their shape, and there are customers: a table of them, or
    those that are `customers_known`.
    Raises IntakeError where a file can be no table, where one is named twice, and where a question is open.
    """
    files, told = _files(arguments)
    says_nothing = replace(options, duplicates=None, limits=ReadOptions().limits) == ReadOptions()
    typed = _set_apart(files, constants, large, customers_known=customers_known) if large is not None and says_nothing else []
    typed = [found for found in typed if not remembered(shape(found.headers, found.table))]
    taken = {path for found in typed for path in found.paths}
    files = [(part, table or table_named(path.name)) for path, table in files for part in parts(path) if part not in taken]
    pieces: list[Piece] = []
    for path, said in files:
        alone = "customers" if len(files) == 1 and not typed else None
        found = pieces_of(path.name, bytes_of(path), said=said, options=options, otherwise=alone, progress=progress)
        pieces += found.pieces
        told += found.told
    if not typed and not any(piece.table in TABLES for piece in pieces):
        raise _none_found(arguments)
    refuse_twice(pieces)
    return Gathered(tuple(each_its_own(pieces, options, constants)), tuple(told), tuple(typed))


def _set_apart(files: Sequence[tuple[Path, str | None]], constants: Constants, large: int, *, customers_known: bool) -> list[Typed]:
    """The tables of events that are large and typed, none where nobody knows yet whose they are."""
    by_table: dict[str, list[Path]] = {}
    for path, said in files:
        by_table.setdefault(said or table_named(path.name) or "", []).append(path)
    if not customers_known and "customers" not in by_table:
        return []
    owners = {owner.casefold() for owner, _column, _value in constants}
    silent = {name: paths for name, paths in by_table.items() if not owners & _names_of(name, paths)}
    if PRODUCTS in by_table:
        silent.pop("orders", None)
    return apart({TABLES[name]: paths for name, paths in silent.items() if name in TABLES and name != "customers"}, large)


def _names_of(table: str, paths: Iterable[Path]) -> set[str]:
    return {table, *(word.casefold() for path in paths for word in (path.name, path.stem))}


def pieces_of(
    file: str,
    data: bytes,
    *,
    said: str | None = None,
    options: ReadOptions = ReadOptions(),
    otherwise: str | None = None,
    progress: Progress | None = None,
) -> Gathered:
    """The tables in one file: the one that is `said`, else by its name, else by those of its sheets, else `otherwise`."""
    wanted = said or table_named(file)
    found = opened(data, file=file, options=options, progress=named_progress(progress, file))
    if isinstance(found, Opened):
        table = wanted or table_named(found.grid.sheet or "") or otherwise
        if table is None:
            text = _("{file} is named after no table: say which it is, as in orders={file}; the tables are {tables}.")
            raise IntakeError(text.format(file=file, tables=listing(list(TABLES))))
        return Gathered((Piece(table, found, options),), ())
    sheets = found.questions[0].choices if found.questions[0].option == "--sheet" else ()
    named = {sheet: table for sheet in sheets if (table := table_named(sheet)) and said in (None, table)}
    if not named or (wanted and wanted not in named.values()):
        found.settled()
    pieces = tuple(_sheet(file, data, sheet, table, options) for sheet, table in named.items())
    others = [f"'{sheet}'" for sheet in sheets if sheet not in named]
    text = _("{file}: {sheets} are no tables that were asked for, and were left out: sheets are named after the desk's tables.")
    return Gathered(pieces, (text.format(file=file, sheets=listing(others)),) if others and not said else ())


def named_progress(progress: Progress | None, file: str) -> Progress | None:
    """Tells the progress of one file with its name."""
    return None if progress is None else lambda share, words: progress(share, _("{file}: {what}").format(file=file, what=words))


def _sheet(file: str, data: bytes, sheet: str, table: str, options: ReadOptions) -> Piece:
    here = replace(options, sheet=sheet)
    found = opened(data, file=_("{file}, sheet {sheet}").format(file=file, sheet=sheet), options=here)
    if isinstance(found, Intake):
        found.settled()
        raise IntakeError(_("{file}: the sheet '{sheet}' cannot be read.").format(file=file, sheet=sheet))
    return Piece(table, found, here)


def table_named(name: str) -> str | None:
    """The table, or `products`, that the name of a file or sheet begins with; None where it begins with none.

    >>> [table_named(name) for name in ("Orders.csv.gz", "orders_2024.csv", "orders-old", "ordersheet.csv", "new_customers.xlsx")]
    ['orders', 'orders', 'orders', None, None]
    """
    found = _BEGINS_WITH.match(name)
    return found[1].lower() if found else None


def likely_table(found: Opened, tables: Collection[str]) -> str:
    """Of these tables the one most of whose columns the file's headers name; the first of those that are even."""
    names = {table: [column.name for column in TABLES[table].columns if column.name != "customer_id"] for table in tables}
    filled = {
        table: sum(header_of(found.headers, TABLES[table], name, found.options) is not None for name in names[table]) for table in tables
    }
    return max(tables, key=lambda table: filled[table])


def _files(arguments: Sequence[Path]) -> tuple[list[tuple[Path, str | None]], list[str]]:
    """Each file with the table that is said of it, and what was passed over in folders."""
    files: list[tuple[Path, str | None]] = []
    told = []
    for argument in arguments:
        path, table = _said(argument)
        if not path.is_dir() or table or is_in_parts(path, table_named(path.name)):
            files.append((path, table))
            continue
        inside = sorted([*readable(path), *(folder for folder in path.iterdir() if is_in_parts(folder, table_named(folder.name)))])
        known = [file for file in inside if table_named(file.name)]
        if not known and len(inside) == len(arguments) == 1:
            known = inside
        _refuse_alike(known)
        files += [(file, table) for file in known]
        astray = sorted(one for one in path.iterdir() if one.is_dir() and table_named(one.name) and one not in inside)
        text = _("{folder} is named after a table and holds more than Parquet files of its parts: it was passed over.")
        told += [text.format(folder=one) for one in astray]
        if known and (others := [file.name for file in inside if file not in known]):
            told.append(_("{folder}: {files} are named after no table and were passed over.").format(folder=path, files=listing(others)))
    if not files:
        raise _none_found(arguments)
    return files, told


def _said(argument: Path) -> tuple[Path, str | None]:
    table, equals, path = str(argument).partition("=")
    if argument.exists() or not equals:
        return argument, None
    if table.lower() not in NAMES:
        text = _("'{said}' names no table of the desk{near}: say TABLE=FILE with one of {tables}.")
        raise IntakeError(text.format(said=table, near=did_you_mean(table, NAMES), tables=listing(list(NAMES))))
    if Path(path).is_dir() and not part_files(Path(path)):
        raise IntakeError(_("{file} is a folder: name one file in it.").format(file=path))
    return Path(path), table.lower()


def _refuse_alike(files: Iterable[Path]) -> None:
    """Raises IntakeError where two files of a folder differ by their endings alone: most likely the same table, written twice."""
    found: dict[str, Path] = {}
    for path in files:
        plain = Path(path.stem if path.suffix.lower() in _PACKED else path.name).stem.lower()
        if plain in found:
            text = _("Both {one} and {other} hold {table}: name one of them.")
            raise IntakeError(text.format(one=found[plain], other=path, table=table_named(path.name) or plain))
        found[plain] = path


def refuse_twice(pieces: Iterable[Piece]) -> None:
    """Raises IntakeError where the same bytes are there twice for one table."""
    found: dict[tuple[str, str, str | None], Piece] = {}
    for piece in pieces:
        key = (piece.table, piece.opened.digest, piece.opened.grid.sheet)
        if key in found:
            raise named_twice(found[key].name, piece.name, piece.table)
        found[key] = piece


def _none_found(arguments: Iterable[Path]) -> IntakeError:
    named = listing([f"{table}.csv" for table in TABLES])
    text = _("No table was found in {files}: name the files after the tables ({named}), or say TABLE=FILE.")
    return IntakeError(text.format(files=listing([str(path) for path in arguments]), named=named))


def each_its_own(pieces: Sequence[Piece], options: ReadOptions, constants: Constants) -> list[Piece]:
    """The pieces with what was said of each: a header goes to the files that have it, TABLE.HEADER and FILE.HEADER to those alone."""
    mappings: list[dict[str, str]] = [{} for _piece in pieces]
    for source, column in options.mapping.items():
        header, places = _meant(pieces, source, column)
        for place in places:
            mappings[place][header] = column
    ids = [_has(piece, options.id_column) for piece in pieces] if options.id_column else []
    fixed: list[dict[str, str]] = [{} for _piece in pieces]
    for owner, column, value in constants:
        for place in _owned(pieces, owner, column):
            fixed[place][column] = value
    return [
        replace(
            piece,
            options=replace(
                piece.options,
                mapping=mappings[place],
                constants=fixed[place],
                id_column=options.id_column if options.id_column and (ids[place] or not any(ids)) else None,
            ),
        )
        for place, piece in enumerate(pieces)
    ]


def _has(piece: Piece, header: str) -> bool:
    return header in piece.opened.headers or header_key(header) in map(header_key, piece.opened.headers)


def _meant(pieces: Sequence[Piece], source: str, column: str) -> tuple[str, list[int]]:
    """The header that `source` names, and the pieces that are meant; the likeliest one where none has it, which then says so."""
    everywhere = range(len(pieces))
    header, meant = source, [place for place in everywhere if source in pieces[place].opened.headers]
    if not meant:
        for owner in sorted({name for piece in pieces for name in _owners(piece)}, key=len, reverse=True):
            if source.casefold().startswith(f"{owner}."):
                header, meant = source[len(owner) + 1 :], [place for place in everywhere if owner in _owners(pieces[place])]
                break
    among = meant or list(everywhere)
    able = [place for place in among if not column or pieces[place].table not in TABLES or TABLES[pieces[place].table].column(column)]
    having = [place for place in able if _has(pieces[place], header)]
    return header, having or (able or among)[:1]


def _owners(piece: Piece) -> set[str]:
    """The names by which something may be said of one piece alone."""
    file = piece.name.partition(", ")[0] if piece.options.sheet else piece.name
    return {piece.table, file.casefold(), Path(file).stem.casefold()}


def _owned(pieces: Sequence[Piece], owner: str, column: str) -> list[int]:
    """The pieces of which a constant is said. Raises IntakeError where there is none, or where its table has no such column."""
    meant = [place for place, piece in enumerate(pieces) if owner.casefold() in _owners(piece) and piece.table in TABLES]
    if not meant:
        names = list(dict.fromkeys(piece.table for piece in pieces if piece.table in TABLES))
        text = _("--set {owner}.{column}: there is no table or file {owner} in this load{near}; it has {tables}.")
        raise IntakeError(text.format(owner=owner, column=column, near=did_you_mean(owner, names), tables=listing(names)))
    for place in meant:
        table = TABLES[pieces[place].table]
        if table.column(column) is None:
            known = [one.name for one in table.columns]
            text = _("--set {owner}.{column}: the table {table} has no column '{column}'{near}; it has {columns}.")
            near = did_you_mean(column, known)
            raise IntakeError(text.format(owner=owner, column=column, table=table.name, near=near, columns=listing(known)))
    return meant
