"""The rows of a firm's tables that a desk would hold: ids and choices as it writes them, by the rules of the schema, of its customers."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw

from churn.errors import StoreError
from churn.measures.declared import Tables
from churn.measures.dialect import Frame, count_if, one_row, real, small, words
from churn.snapshot.scoring import Note
from churn.tables import TABLES, Column, Table, header_key
from churn.wording import _, number, plural

_MOST_WORDS = 1_000


def usable(tables: Tables, note: Note | None = None) -> dict[str, Frame]:
    """The tables without the rows that a load would set aside, each reason told to `note` with its count.

    Ids lose spaces around them, and whole ones their ".0"; choices are read in any case. Rows that lack a needed cell, break a rule of
    their column or point to no customer are left out. Raises StoreError where a customer is there twice, or no row of a table points to
    a customer.
    """
    tell = note or (lambda _words: None)
    found = {name: _by_the_rules(TABLES[name], tables[name], tell) for name in TABLES if name in tables}
    people = found["customers"].select("customer_id")
    ids = one_row(people, [nw.len().alias("rows"), nw.col("customer_id").n_unique().alias("ids")])
    if ids["rows"] != ids["ids"]:
        raise StoreError(_("{file} holds a customer twice: each customer_id must stand in one row.").format(file="customers.parquet"))
    return {name: frame if name == "customers" else _of_customers(name, frame, people, tell) for name, frame in found.items()}


def _of_customers(name: str, frame: Frame, people: Frame, tell: Note) -> Frame:
    counts = small(frame.select(rows=nw.len())), small(frame.join(people, on="customer_id", how="anti").select(rows=nw.len()))
    rows, strays = (int(count["rows"].iloc[0]) for count in counts)
    if rows and strays == rows:
        raise StoreError(_("No row of {file} points to a customer of customers.parquet: are these the same ids?").format(file=_file(name)))
    if not strays:
        return frame
    text = plural("{n} row points to no customer and is left out", "{n} rows point to no customer and are left out", strays)
    tell(f"{_file(name)}: {text}.")
    return frame.join(people, on="customer_id", how="semi")


def _by_the_rules(table: Table, frame: Frame, tell: Note) -> Frame:
    schema = frame.collect_schema()
    columns = [column for column in table.columns if column.name in schema]
    cells = {column.name: _cell(frame, column, schema[column.name]) for column in columns if column.type == "id" or column.choices}
    otherwise = _otherwise(frame, cells, schema)
    kept = frame.with_columns(**{name: cells[name] for name in otherwise}) if otherwise else frame
    rules = {(column.name, why): rule for column in columns for why, rule in _rules(column).items()}
    if not rules:
        return kept
    broken = one_row(kept, [count_if(rule).alias(f"_{place}") for place, rule in enumerate(rules.values())])
    for (column, why), n in zip(rules, broken.values(), strict=True):
        if n:
            rows = plural("{n} row is left out", "{n} rows are left out", int(n))
            tell(f"{_file(table.name)}: {rows}: {column} {why}.")
    hurt = [rule for rule, n in zip(rules.values(), broken.values(), strict=True) if n]
    return kept.filter(*(~rule for rule in hurt)) if hurt else kept


def _otherwise(frame: Frame, cells: Mapping[str, nw.Expr], schema: Mapping[str, Any]) -> list[str]:
    """The columns whose cells are not written as the desk writes them, found in one pass."""
    texts = [name for name in cells if schema[name] == nw.String]
    same = [(nw.col(name) == cells[name]).fill_null(nw.lit(False)) | nw.col(name).is_null() for name in texts]
    counts = one_row(frame, [count_if(~alike).alias(name) for name, alike in zip(texts, same, strict=True)]) if texts else {}
    return [name for name in cells if name not in texts or counts[name]]


def _cell(frame: Frame, column: Column, kind: Any) -> nw.Expr:
    """The cell of an id, or of a choice, as a desk has it; null where nothing is in it."""
    if kind.is_float() or kind.is_decimal():
        amount = real(column.name)
        return nw.when(amount == amount.round(0)).then(amount.cast(nw.Int64).cast(nw.String)).otherwise(amount.cast(nw.String))
    text = words(column.name)
    if not column.choices:
        return text
    said = small(frame.select(text.alias("said")).unique().head(_MOST_WORDS))["said"].dropna()
    meant: Mapping[str, str] = {header_key(choice): choice for choice in column.choices}
    other = {word: meant[header_key(word)] for word in said if word not in column.choices and header_key(word) in meant}
    renamed = ((nw.lit(word), nw.lit(choice)) for word, choice in sorted(other.items()))
    return reduce(lambda cell, pair: nw.when(text == pair[0]).then(pair[1]).otherwise(cell), renamed, text)


def _rules(column: Column) -> dict[str, nw.Expr]:
    """What is true of a row that breaks a rule of the column, by what is said of it."""
    cell, rules = nw.col(column.name), {}
    if column.required:
        rules[_("is missing")] = cell.is_null() if column.type != "number" else real(column.name).is_null()
    if column.choices:
        known = cell.is_in(list(column.choices))
        rules[_("is not one of {choices}").format(choices=", ".join(column.choices))] = ~cell.is_null() & ~known
    if column.low is not None:
        rules[_("is below {bound}").format(bound=number(column.low))] = (real(column.name) < column.low).fill_null(nw.lit(False))
    if column.high is not None:
        rules[_("is above {bound}").format(bound=number(column.high))] = (real(column.name) > column.high).fill_null(nw.lit(False))
    return rules


def _file(name: str) -> str:
    return f"{name}.parquet"
