"""The two models of the sample firm's desk, and what the one that foretells reads, worked out without the desk's own code for it."""

import shutil
from pathlib import Path

import duckdb
import pandas as pd

from churn.features import every
from churn.risk import Scorecard, load


def model_files(desk: Path) -> tuple[Path, Path]:
    """The file of the model that was learned from the customers table, and of the one that was learned from histories."""
    (sheet,) = (path for path in (desk / "models").glob("*.json") if load(path).provenance.look_ahead is None)
    (history,) = (path for path in (desk / "models").glob("*.json") if load(path).provenance.look_ahead is not None)
    return sheet, history


def sheet_model(desk: Path) -> Scorecard:
    """The model that was learned from the customers table."""
    return load(model_files(desk)[0])


def history_model(desk: Path) -> Scorecard:
    """The model that was learned from histories, its columns called as in the tables."""
    return load(model_files(desk)[1])


def collected(desk: Path, table: str, passing: Path) -> pd.DataFrame:
    """A table of a desk that stays closed, in memory: numbers as floats, the rest as words."""
    copy = Path(shutil.copy(desk / "desk.duckdb", passing / "copy.duckdb"))
    with duckdb.connect(copy) as store:
        frame = store.execute(f"FROM {table}").df()
    numbers = frame.select_dtypes("number").columns
    return frame.astype({name: "float64" if name in numbers else "str" for name in frame})


def called(frame: pd.DataFrame) -> pd.DataFrame:
    """Features called as pages call them."""
    return frame.rename(columns={name: feature.label for name, feature in every().items()})
