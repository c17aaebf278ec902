"""Columns that a file lacks and that hold the same in all its rows: as its owner says, or as its other headers tell."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from churn.errors import IntakeError
from churn.intake.grid import series_of
from churn.intake.heading import Sheet
from churn.intake.parsing import parse_as
from churn.intake.results import ReadOptions
from churn.tables import Table, bare_key, header_key
from churn.wording import _

_ASKED = {"nps": ("nps", "npsscore"), "csat": ("csat", "csatscore")}


def supplied(sheet: Sheet, table: Table, options: ReadOptions) -> tuple[Sheet, list[str]]:
    """The sheet with a column more for each constant that it lacks, and sentences on what was filled and what was not needed."""
    told, wanted = [], dict(options.constants)
    found = None if wanted.get("question") else _question(sheet, table, options)
    if found:
        wanted["question"], why = found
        told.append(why)
    for name, value in wanted.items():
        header = header_of(sheet.headers, table, name, options)
        if header is not None:
            text = _("The column '{header}' is the {column}, so '{value}' was not put in.")
            told.append(text.format(header=header, column=name, value=value))
            continue
        if name in options.constants:
            _refuse_what_breaks_a_rule(table, name, value, options)
            told.append(_("There is no column {column}: it is '{value}' in all rows.").format(column=name, value=value))
        sheet = _with(sheet, name if name not in sheet.headers else _("{column} (said)").format(column=name), value)
    return sheet, told


def header_of(headers: list[str], table: Table, name: str, options: ReadOptions) -> str | None:
    """The header that is the table's column of this name: as its owner says, else by what it is called; None where there is none."""
    column = table.column(name)
    said = {header_key(source): known for source, known in options.mapping.items()}
    if options.id_column:
        said[header_key(options.id_column)] = "customer_id"
    if column is None:
        return None
    by_owner = [header for header in headers if said.get(header_key(header)) == name]
    free = [header for header in headers if header_key(header) not in said]
    by_name = sorted((column.keys[key], at) for at, header in enumerate(free) for key in _keys(header) if key in column.keys)
    return by_owner[0] if by_owner else free[by_name[0][1]] if by_name else None


def _keys(header: str) -> set[str]:
    return {header_key(header), bare_key(header)}


def _question(sheet: Sheet, table: Table, options: ReadOptions) -> tuple[str, str] | None:
    """Which question the answers of a survey answer where no column says so, and the sentence that tells it; None where nothing does."""
    if table.name != "surveys" or header_of(sheet.headers, table, "question", options):
        return None
    score = header_of(sheet.headers, table, "score", options)
    if score is not None:
        asked = next((name for name, keys in _ASKED.items() if _keys(score) & set(keys)), None)
        told = _("No column says which question was asked: the scores are in '{header}', so it is {question}.")
        return (asked, told.format(header=score, question=asked)) if asked else None
    reason = header_of(sheet.headers, table, "reason", options) or header_of(sheet.headers, table, "comment", options)
    told = _("No column says which question was asked: there are no scores and '{header}' holds words, so it is exit.")
    return ("exit", told.format(header=reason)) if reason else None


def _refuse_what_breaks_a_rule(table: Table, name: str, value: str, options: ReadOptions) -> None:
    column = table.column(name)
    if column is None:
        return
    cells = parse_as(pd.Series([value], dtype="str"), column, given=options.conventions)
    why = cells.problems[0].why if cells.problems else _("may mean two things") if cells.doubt else ""
    if why:
        raise IntakeError(_("--set {table}.{column}={value}: '{value}' {why}.").format(table=table.name, column=name, value=value, why=why))


def _with(sheet: Sheet, header: str, value: str) -> Sheet:
    cells = pa.array([value], pa.large_string()).take(pa.array(np.zeros(len(sheet.rows), dtype=np.int64)))
    column = series_of(pa.chunked_array([cells]))
    return replace(sheet, headers=[*sheet.headers, header], columns=[*sheet.columns, column], native=[*sheet.native, None])
