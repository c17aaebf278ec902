"""Tables in Parquet files, read and written without a desk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw

from churn.errors import StoreError
from churn.opening import first_line
from churn.stored import Frames
from churn.tables import TABLES
from churn.wording import _, listing

_CONFIGURATION = ("SET memory_limit = '2GB'", "SET disabled_optimizers = 'compressed_materialization'", "SET TimeZone = 'UTC'")


@contextmanager
def parquet_tables(folder: Path) -> Iterator[Frames]:
    """The tables of the schema that lie in `folder` as NAME.parquet, as lazy frames that end with the context.

    Raises StoreError where there are no customers, a customer is there twice, a table lacks a column that it needs, or a file or a column
    cannot be read.
    """
    found = {name: folder / f"{name}.parquet" for name in TABLES if (folder / f"{name}.parquet").is_file()}
    if "customers" not in found:
        wanted = listing([f"{name}.parquet" for name in TABLES])
        raise StoreError(_("{folder} has no customers.parquet: a snapshot is made of {files}.").format(folder=folder, files=wanted))
    with tempfile.TemporaryDirectory() as passing, duckdb.connect(Path(passing) / "passing.duckdb") as root:
        try:
            for statement in _CONFIGURATION:
                root.execute(statement)
            frames = {name: nw.from_native(root.read_parquet(str(path))) for name, path in found.items()}
            for name, frame in frames.items():
                checked(name, frame, found[name])
            yield frames
        except duckdb.Error as error:
            raise StoreError(
                _("The tables in {folder} cannot be read: {why}.").format(folder=folder, why=first_line(str(error)))
            ) from error


def checked(name: str, frame: nw.LazyFrame[Any], file: object) -> None:
    """Raises StoreError where a table lacks a column that it needs, or holds a customer twice."""
    there = frame.collect_schema().names()
    lacking = next((column.name for column in TABLES[name].columns if column.required and column.name not in there), None)
    if lacking:
        raise StoreError(_("{file} has no column {column}: name the columns as the desk does.").format(file=file, column=lacking))
    if name == "customers":
        ids = frame.select(rows=nw.len(), ids=nw.col("customer_id").n_unique()).collect("pandas").to_native().iloc[0]
        if ids["rows"] != ids["ids"]:
            raise StoreError(_("{file} holds a customer twice: each customer_id must stand in one row.").format(file=file))


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
