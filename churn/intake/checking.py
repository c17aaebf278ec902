"""Matched columns -> accepted rows, rejected rows with reasons, and the question of what to do with repeated keys."""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from churn.intake.heading import Sheet
from churn.intake.matching import Match
from churn.intake.parsing import Mask
from churn.intake.results import Duplicates, Question, Rejected
from churn.tables import Table
from churn.wording import _, listing, number


def broken_rows(sheet: Sheet, kept: list[Match]) -> tuple[Mask, list[Rejected]]:
    """Which rows break a rule of some kept column, and each cell that does, in the order of rows."""
    broken = np.zeros(len(sheet.rows), dtype=bool)
    rejected: list[Rejected] = []
    texts = dict(zip(sheet.headers, sheet.columns, strict=True))
    for match in kept:
        for problem in match.cells.problems:
            broken |= problem.cells
            cells = texts[match.source][problem.cells]
            for row, text in zip(sheet.rows[problem.cells].tolist(), cells, strict=True):
                rejected.append(Rejected(row, match.source, text, problem.why))
    return broken, sorted(rejected, key=lambda reject: reject.row)


def repeated_keys(sheet: Sheet, kept: list[Match], table: Table, usable: Mask) -> pd.DataFrame | None:
    """The usable rows whose key of the table is there more than once, indexed by sheet row; None where all keys differ or there is none."""
    by_column = {match.column.name: match for match in kept if match.column}
    if not table.key or not set(table.key) <= set(by_column):
        return None
    keys = pd.DataFrame({by_column[name].source: by_column[name].cells.values for name in table.key}).set_axis(sheet.rows)[usable]
    repeated = keys[keys.duplicated(keep=False)]
    return None if repeated.empty else repeated


def superfluous_rows(repeated: pd.DataFrame, keep: Literal["first", "last"]) -> list[Rejected]:
    """The rows to be left out so that each key is there once."""
    rejected = []
    for _key, group in repeated.groupby(list(repeated.columns), sort=False):
        rows = group.index.tolist()
        kept = rows.pop(0 if keep == "first" else -1)
        why = _("is also in row {row}, which is kept").format(row=kept)
        rejected += [Rejected(row, str(group.columns[0]), str(group.iloc[0, 0]), why) for row in rows]
    return rejected


def repetition(repeated: pd.DataFrame, *, file: str) -> Question:
    """The question of which row of each repeated key to keep; its text names the first such key and its rows."""
    first = repeated.iloc[0]
    rows = [str(row) for row in repeated.index[(repeated == first).all(axis=1)]]
    named = listing([f"{name} {value}" for name, value in first.items()])
    where = _("{file} has {named} in rows {rows}").format(file=file, named=named, rows=listing([*rows[:-1][:5], rows[-1]]))
    if others := len(repeated.drop_duplicates()) - 1:
        where = _("{where} (and repeats {n} more)").format(where=where, n=number(others))
    text = _("{where}: say --duplicates first or last to keep one row of each.").format(where=where)
    return Question(text, "--duplicates", get_args(Duplicates))
