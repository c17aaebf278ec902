"""A firm of any size in a desk, for benchmarks of what pages read: 20 orders, 10 contacts and 1 survey a customer, nothing learned.

    python -m benchmarks.firm_of FOLDER [CUSTOMERS]     makes the desk in FOLDER

Its customers, orders and contacts are those of benchmarks/history.py. Of the lost 7 in 10 say why on the day they leave; all other answers
are NPS, 1 in 4 with a comment.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from benchmarks import history
from benchmarks.history_lines import DIALS
from churn.intake import Field, Intake
from churn.prepared import Wishes
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import TABLES

TABLES_READ = ("customers", "orders", "contacts", "surveys")
REASONS = ("price", "felt unvalued", "competitor", "needs changed", "too expensive", "poor service", "moved", "not stated")
COMMENTS = ("Quick answers, thank you.", "Too long to wait for an answer.", "The price went up twice.", "Nothing to add.")


def make(folder: Path, customers: int) -> None:
    """Makes a desk of so many customers in `folder`, all prepared, the same rows for the same number."""
    with tempfile.TemporaryDirectory() as place:
        history.make(Path(place), customers)
        frames = {name: pq.read_table(Path(place) / f"{name}.parquet").to_pandas(date_as_object=False) for name in TABLES_READ}
    frames["customers"]["owner"] = [f"Owner {number % 12:02}" for number in range(customers)]
    frames["surveys"] = surveys(frames["customers"], frames["surveys"])
    with open_desk(folder) as desk:
        intakes = {name: intake(name, frame) for name, frame in frames.items()}
        frames.clear()
        wishes = Wishes(as_of=DIALS.as_of, gone_after=0)
        desk.load(intakes, settings={"wishes": wishes.as_setting()}, prepare=preparing(wishes))


def surveys(customers: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Answers of the generator as NPS, one for two, and what the lost said on leaving."""
    random = np.random.default_rng(1)
    answers = asked.iloc[::2][["customer_id", "answered_on", "score"]].assign(question="nps", reason=None)
    answers["comment"] = np.where(random.random(len(answers)) < 0.25, random.choice(COMMENTS, len(answers)), None)
    gone = customers.loc[customers["ended_on"].notna(), ["customer_id", "ended_on"]]
    said = gone[random.random(len(gone)) < 0.7].rename(columns={"ended_on": "answered_on"})
    said = said.assign(question="exit", reason=random.choice(REASONS, len(said)))
    return pd.concat([answers, said], ignore_index=True)


def intake(name: str, frame: pd.DataFrame) -> Intake:
    """The frame as a file of that table, read without a fault."""
    kinds = {"date": "datetime64[s]", "number": "float64"}
    columns = [column for column in TABLES[name].columns if column.name in frame]
    typed = frame[[column.name for column in columns]].astype({column.name: kinds.get(column.type, "str") for column in columns})
    fields = tuple(Field(column.name, column.name, column.type, int(typed[column.name].isna().sum()), (), 1.0) for column in columns)
    return Intake(f"{name}.csv", None, "utf-8", ",", 1, len(typed), typed, np.arange(2, len(typed) + 2), fields, (), (), name)


if __name__ == "__main__":
    folder, *customers = sys.argv[1:]
    start = time.perf_counter()
    make(Path(folder), int(customers[0]) if customers else history.CUSTOMERS)
    print(f"made in {time.perf_counter() - start:.0f} s")
