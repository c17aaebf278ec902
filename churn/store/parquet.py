"""Tables in Parquet files, read and written without a desk."""

import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw

from churn.errors import StoppedError, StoreError
from churn.gathering import table_named
from churn.opening import Room, beyond_limits, configure, first_line, interrupted
from churn.tables import TABLES
from churn.typed import parts
from churn.wording import _, listing


class Found(dict[str, nw.LazyFrame[Any]]):
    """Tables by name; `read` gives what else lies in a Parquet file, to be used with them."""

    def __init__(self, root: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[Path]]) -> None:
        self._root = root
        super().__init__({name: self.read(*parts) for name, parts in files.items()})

    def read(self, *parts: Path) -> nw.LazyFrame[Any]:
        """The files as one lazy frame."""
        return nw.from_native(self._root.read_parquet([str(part) for part in parts], union_by_name=True))


@contextmanager
def parquet_tables(folder: Path, room: Room | None = None) -> Iterator[Found]:
    """The tables of the schema that lie in `folder` as NAME.parquet, each a file or a folder of parts, as lazy frames that end with the
    context.

    Raises StoreError where there are no customers, a table lacks a column that it needs or has another name, or a file or a column cannot
    be read.
    """
    found = {name: folder / f"{name}.parquet" for name in TABLES if (folder / f"{name}.parquet").exists()}
    files = {name: parts(path) for name, path in found.items()}
    if whole := next((found[name] for name, inside in files.items() if not inside), None):
        raise StoreError(_("{folder} must hold nothing but Parquet files, the parts of one table.").format(folder=whole))
    refuse_without_customers(found, folder)
    refuse_misnamed([path.name for path in folder.iterdir()], folder)
    with tempfile.TemporaryDirectory() as passing, duckdb.connect(Path(passing) / "passing.duckdb") as root:
        try:
            configure(root, room or Room())
            frames = Found(root, files)
            for name, frame in frames.items():
                checked(name, frame, found[name])
            yield frames
        except RuntimeError as error:
            if interrupted(error):
                raise StoppedError(_("Stopped.")) from error
            raise
        except duckdb.Error as error:
            told = _("The tables in {folder} cannot be read: {why}.").format(folder=folder, why=first_line(str(error)))
            raise StoreError(beyond_limits(folder, str(error)) or told) from error


def refuse_without_customers(found: Container[str], folder: object) -> None:
    """Raises StoreError where the tables that were found in a folder are not those of a firm."""
    if "customers" not in found:
        wanted = listing([f"{name}.parquet" for name in TABLES])
        raise StoreError(_("{folder} has no customers.parquet: a snapshot is made of {files}.").format(folder=folder, files=wanted))


def refuse_misnamed(names: Iterable[str], folder: object) -> None:
    """Raises StoreError where a folder holds what seems to be a table, or a part of one, under another name than a snapshot reads."""
    for name in sorted(names):
        table = table_named(name)
        if table in TABLES and name != f"{table}.parquet":
            text = _("{folder} holds {name}: a snapshot reads {table}.parquet, a file or a folder of parts. Put it there, or elsewhere.")
            raise StoreError(text.format(folder=folder, name=name, table=table))


def checked(name: str, frame: nw.LazyFrame[Any], file: object) -> None:
    """Raises StoreError where a table lacks a column that it needs."""
    there = frame.collect_schema().names()
    lacking = next((column.name for column in TABLES[name].columns if column.required and column.name not in there), None)
    if lacking:
        raise StoreError(_("{file} has no column {column}: name the columns as the desk does.").format(file=file, column=lacking))


def write_parquet(frame: nw.LazyFrame[Any], file: Path) -> None:
    """Writes a lazy frame of `parquet_tables` to a file, whole or not at all."""
    passing = file.with_name(f"{file.name}.new")
    frame.to_native().write_parquet(str(passing))
    passing.replace(file)


def batches(file: Path, rows: int) -> Iterator[Any]:
    """A Parquet file's rows as pandas frames of at most so many."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(file).iter_batches(rows):
        yield batch.to_pandas()
