"""What a person says of files on the command line: where they are, which tables they hold, which columns their headers are."""

from collections.abc import Iterable
from pathlib import Path

from churn.errors import IntakeError
from churn.tables import TABLES
from churn.wording import _, listing

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")


def bytes_of(file: Path) -> bytes:
    """What the file holds. Raises IntakeError where there is none."""
    if not file.exists():
        raise IntakeError(_("There is no file {file}: is its name right, and its folder?").format(file=file))
    if file.is_dir():
        raise IntakeError(_("{file} is a folder: name one file in it.").format(file=file))
    return file.read_bytes()


def mapping_of(pairs: Iterable[str]) -> dict[str, str]:
    """Headers and the columns that they are, each said as SOURCE=COLUMN; a header may hold the sign itself. Raises IntakeError.

    >>> mapping_of(["Ref=customer_id", "a=b=plan", "Region="])
    {'Ref': 'customer_id', 'a=b': 'plan', 'Region': ''}
    """
    mapping = {}
    for pair in pairs:
        source, equals, column = pair.rpartition("=")
        if not equals:
            raise IntakeError(_("--map wants SOURCE=COLUMN and was given '{pair}'.").format(pair=pair))
        mapping[source] = column
    return mapping


def tables_in(paths: Iterable[Path]) -> dict[str, Path]:
    """The file of each table, by its name, in files and folders; a single file of another name holds customers.

    Raises IntakeError where there is none, or two for one table.
    """
    every = [inside for path in paths for inside in (readable(path) if path.is_dir() else [path])]
    if len(every) == 1 and every[0].is_file():
        return {every[0].stem.lower() if every[0].stem.lower() in TABLES else "customers": every[0]}
    found: dict[str, Path] = {}
    for path in every:
        table = path.stem.lower()
        if table not in TABLES:
            continue
        if table in found:
            raise IntakeError(_("Both {one} and {other} hold {table}: name one of them.").format(one=found[table], other=path, table=table))
        found[table] = path
    if not found:
        named = listing([f"{table}.csv" for table in TABLES])
        raise IntakeError(
            _("No table was found in {files}: name the files after the tables ({named}).").format(
                files=listing([str(path) for path in paths]), named=named
            )
        )
    return found


def readable(folder: Path) -> list[Path]:
    """The files of a folder whose endings are those of tables."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
