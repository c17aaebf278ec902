"""Which files hold a table in typed columns and are so large that they are not read as spreadsheets are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from churn.errors import IntakeError
from churn.intake.workbook import is_parquet
from churn.tables import Table
from churn.typed.files import Typed, digest_of, typed
from churn.wording import _, listing


def apart(files: Mapping[Table, Sequence[Path]], large: int) -> list[Typed]:
    """Of the files of each table those that are Parquet, typed as it wants, and have so many rows together."""
    found = []
    for table, paths in files.items():
        every = [part for path in paths for part in parts(path)]
        if twice := next((path for place, path in enumerate(every) if path.resolve() in {one.resolve() for one in every[:place]}), None):
            raise IntakeError(_("{file} is named twice: name it once.").format(file=twice.name))
        _refuse_copies(every, table)
        if all(map(_is_parquet_file, every)):
            whole = typed(every, table, file=listing([path.name for path in paths]))
            found += [whole] if whole is not None and whole.rows >= large else []
    return found


def _refuse_copies(paths: Sequence[Path], table: Table) -> None:
    """Raises IntakeError where the same bytes are there twice; only files of one size are looked into."""
    found: dict[str, Path] = {}
    sizes = {path: path.stat().st_size for path in paths if _is_parquet_file(path)}
    for size, files in Counter(sizes.values()).items():
        for path in (path for path in sizes if files > 1 and sizes[path] == size):
            one = found.setdefault(digest_of(path), path)
            if one is not path:
                raise named_twice(one.name, path.name, table.name)


def named_twice(one: str, other: str, table: str) -> IntakeError:
    """What is said of two files of a table that are the same."""
    text = _("{one} and {other} are the same file, named twice for {table}: name it once.")
    return IntakeError(text.format(one=one, other=other, table=table))


def parts(path: Path) -> list[Path]:
    """The files of a folder that holds one table in parts; any other path itself."""
    return part_files(path) if path.is_dir() else [path]


def part_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder that holds one table in parts, as warehouses write it; none where it holds anything else."""
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith(("_", ".")))
    return inside if all(path.suffix.lower() == ".parquet" and path.is_file() for path in inside) else []


def is_in_parts(folder: Path, table: str | None) -> bool:
    """Whether a folder named after a table holds nothing but the Parquet files of that one."""
    if table is None or not folder.is_dir():
        return False
    return any(not part.name.lower().startswith(f"{table}.") for part in part_files(folder))


def _is_parquet_file(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return is_parquet(file.read(4))
