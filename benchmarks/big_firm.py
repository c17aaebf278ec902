"""A large firm as Parquet, as its warehouse would write it: 20 orders, 10 contacts, a change and a promise a customer, and surveys.

    python -m benchmarks.big_firm FOLDER [CUSTOMERS]     1,000,000 customers where no number is said

The tables of benchmarks/history.py, with an owner for each customer and the surveys of benchmarks/firm_of.py: the same bytes for the same
number, written in parts, with less than 2 GB of memory for a million customers. `python -m churn load FOLDER --desk DESK` loads them.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import firm_of, history

CUSTOMERS = 1_000_000


def make(folder: Path, customers: int) -> None:
    """Writes NAME.parquet of each table into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    history.make(folder, customers)
    file = folder / "customers.parquet"
    own = pq.read_table(file)
    owners = pa.array([f"Owner {number:02}" for number in range(12)])
    pq.write_table(own.append_column("owner", owners.take(pa.array(np.arange(customers) % 12))), file)
    lost = pq.read_table(file, columns=["customer_id", "ended_on"]).to_pandas(date_as_object=False)
    asked = pq.read_table(folder / "surveys.parquet", columns=["customer_id", "answered_on", "score"])
    write_days(firm_of.surveys(lost, asked.to_pandas(date_as_object=False)), folder / "surveys.parquet")


def write_days(frame: pd.DataFrame, file: Path) -> None:
    """Writes a frame whose moments are days."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    days = [pa.field(kind.name, pa.date32() if pa.types.is_timestamp(kind.type) else kind.type) for kind in table.schema]
    pq.write_table(table.cast(pa.schema(days)), file)


if __name__ == "__main__":
    folder, *said = sys.argv[1:]
    start = time.perf_counter()
    make(Path(folder), int(said[0]) if said else CUSTOMERS)
    print(f"made in {time.perf_counter() - start:.0f} s with {history.peak():.1f} GB of memory at most")
