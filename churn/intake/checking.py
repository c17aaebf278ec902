"""Matched columns -> accepted rows, rejected rows with reasons, and the question of what to do with repeated keys."""

from typing import Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.grid import Mask
from churn.intake.heading import Sheet
from churn.intake.matching import Match
from churn.intake.results import Duplicates, Question, Rejected
from churn.tables import Table
from churn.wording import _, listing, number


def broken_rows(sheet: Sheet, kept: list[Match]) -> tuple[Mask, list[Rejected]]:
    """Which rows break a rule of some kept column, and each cell that does, in the order of rows."""
    broken = np.zeros(len(sheet.rows), dtype=bool)
    rejected: list[Rejected] = []
    for match in kept:
        for problem in match.cells.problems:
            broken |= problem.cells
            cells = sheet.columns[match.at][problem.cells]
            for row, text in zip(sheet.rows[problem.cells].tolist(), cells, strict=True):
                rejected.append(Rejected(row, match.source, text, problem.why))
    return broken, sorted(rejected, key=lambda reject: reject.row)


def repeated_keys(sheet: Sheet, kept: list[Match], table: Table, usable: Mask) -> pd.DataFrame | None:
    """The usable rows whose key of the table is there more than once, indexed by sheet row; None where all keys differ or there is none."""
    by_column = {match.column.name: match for match in kept if match.column}
    if not table.key or not set(table.key) <= set(by_column):
        return None
    if len(table.key) == 1 and _are_distinct(by_column[table.key[0]].cells.values):
        return None
    keys = pd.DataFrame({by_column[name].source: by_column[name].cells.values for name in table.key}).set_axis(sheet.rows)
    repeated = keys[usable & keys.duplicated(keep=False).to_numpy()]
    repeated = repeated[repeated.duplicated(keep=False)]
    return None if repeated.empty else repeated


def _are_distinct(values: pd.Series) -> bool:
    """Whether no value comes twice, as in nearly every file: quick where they stand in order."""
    cells = pa.array(values)
    in_order = len(cells) > 1 and pc.all(pc.less(cells[:-1], cells[1:]), skip_nulls=False).as_py()
    return bool(in_order) or int(pc.count_distinct(cells, mode="all").as_py()) == len(cells)


def superfluous_rows(repeated: pd.DataFrame, keep: Literal["first", "last"]) -> list[Rejected]:
    """The rows to be left out so that each key is there once."""
    groups = repeated.groupby(list(repeated.columns), sort=False).ngroup()
    kept = repeated.index.to_series().groupby(groups).transform(keep)
    column, why = str(repeated.columns[0]), _("is also in row {row}, which is kept")
    each = zip(repeated.index.tolist(), kept.tolist(), repeated.iloc[:, 0].to_list(), strict=True)
    return [Rejected(row, column, str(value), why.format(row=other)) for row, other, value in each if row != other]


def repetition(repeated: pd.DataFrame, *, file: str) -> Question:
    """The question of which row of each repeated key to keep; its text names the first such key and its rows."""
    first = repeated.iloc[0]
    rows = [str(row) for row in repeated.index[(repeated == first).all(axis=1)]]
    named = listing([f"{name} {value}" for name, value in first.items()])
    where = _("{file} has {named} in rows {rows}").format(file=file, named=named, rows=listing([*rows[:-1][:5], rows[-1]]))
    if others := len(repeated.drop_duplicates()) - 1:
        where = _("{where} (and repeats {n} more)").format(where=where, n=number(others))
    text = _("{where}: say --duplicates first or last to keep one row of each.").format(where=where)
    return Question(text, "--duplicates", get_args(Duplicates), tuple(map(str, repeated.columns)))
