"""Which signs every active customer shows."""

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.measures.declared import Tables, at_hand
from churn.measures.dialect import Frame
from churn.signs.declared import SIGNS
from churn.signs.facts import facts
from churn.signs.sign import EVIDENCE, Sign
from churn.signs.thresholds import Thresholds

AS_IT_COMES = Thresholds()


def signs(tables: Tables, dials: Dials, thresholds: Thresholds = AS_IT_COMES) -> Frame:
    """One row a customer active at `dials.as_of` and sign that fired, in no order, from what was known before that day.

    Columns out: customer_id, sign (a key of `SIGNS`), severity (1 watch, 2 warn, 3 act), and the evidence: since (Date), days (Int64),
    usual (Float64), count (Int64), amount (Float64), before, after (String), as `Shown` explains them; null where there is none.
    A sign that lacks a table or column is not among them: see `lacking`.
    """
    there = told(tables)
    if not there:
        nobody = tables["customers"].head(0).select("customer_id", sign=nw.lit(""), severity=nw.lit(0).cast(nw.Int64))
        return nobody.with_columns(*(nw.lit(None).cast(type_).alias(name) for name, type_ in EVIDENCE.items()))
    worrying = nw.max_horizontal(*(nw.col(severity_of(key)) for key in there)) > 0
    severity = _of_its_sign({key: nw.col(severity_of(key)) for key in there}, nw.Int64)
    each = _with_each(at_hand(tables, graded_facts(tables, dials, thresholds).filter(worrying)), there)
    fired = each.with_columns(severity=severity).filter(nw.col("severity") > 0)
    cells = [_of_its_sign(_evidence(there, name), type_).alias(name) for name, type_ in EVIDENCE.items()]
    return fired.select("customer_id", "sign", "severity", *cells)


def graded_facts(tables: Tables, dials: Dials, thresholds: Thresholds) -> Frame:
    """`facts`, with one column for each sign that can be computed, named by `severity_of`: 0 does not fire, 1 watch, 2 warn, 3 act."""
    known, there = facts(tables, dials, thresholds), told(tables)
    if not there:
        return known
    return known.with_columns(*(sign.severity(thresholds).alias(severity_of(key)) for key, sign in there.items()))


def told(tables: Tables) -> dict[str, Sign]:
    """The signs for which the tables hold what they need."""
    missing = lacking(tables)
    return {key: sign for key, sign in SIGNS.items() if key not in missing}


def lacking(tables: Tables) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the other signs would need: by sign, the columns that are not there by table."""
    there = {name: set(table.collect_schema().names()) for name, table in tables.items()}
    found = {key: _not_there(there, sign.needs) for key, sign in SIGNS.items()}
    return {key: missing for key, missing in found.items() if missing}


def severity_of(key: str) -> str:
    """The name of the column of a sign's severity."""
    return f"severity_{key}"


def _not_there(there: Mapping[str, set[str]], needs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    missing = {table: tuple(column for column in columns if column not in there.get(table, ())) for table, columns in needs.items()}
    return {table: columns for table, columns in missing.items() if columns}


def _with_each(frame: Frame, keys: Iterable[str]) -> Frame:
    """Every row of the frame with each of the keys as `sign`: a list of them that is unrolled, a shorter plan than a cross join."""
    listed = frame.with_columns(sign=nw.lit(" ".join(keys)).str.split(" "))
    return listed.explode("sign", empty_as_null=False, keep_nulls=False)


def _evidence(there: Mapping[str, Sign], name: str) -> dict[str, nw.Expr]:
    """One column of evidence by sign, of the signs that have it."""
    return {key: sign.evidence[name] for key, sign in there.items() if name in sign.evidence}


def _of_its_sign(cells: Mapping[str, nw.Expr], type_: Any) -> nw.Expr:
    """Of the expressions by sign, that of the row's own sign; null where it has none."""
    own = [nw.when(nw.col("sign") == nw.lit(key)).then(cell.cast(type_)) for key, cell in cells.items()]
    return nw.coalesce(*own, nw.lit(None).cast(type_))
