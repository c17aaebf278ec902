"""Every measure, feature and sign, and all prepared tables, are on a real Spark cluster what they are on DuckDB, to rounding."""

import dataclasses
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

import churn.features
import churn.measures
import churn.signs
from churn.measures.dialect import in_memory
from churn.prepared import Wishes, prepared
from churn.store.parquet import parquet_tables
from tests.histories import TABLES, sample_frames
from tests.spark_cases import AS_OF, FEATURES, MEASURES, SIGNS, Firm
from tests.test_snapshot import parquet

CASES = MEASURES | FEATURES | SIGNS


def takes_lazy_tables(function: Any) -> bool:
    """Whether something that a function is given is a lazy frame, or holds some."""
    hints = typing.get_type_hints(function)
    return any("LazyFrame" in str(hint) for name, hint in hints.items() if name != "return")


def lazy_functions(package: ModuleType) -> Iterator[str]:
    """The public functions of a package that take lazy tables, as module.function."""
    inner = [importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    for module in (package, *inner):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_") and takes_lazy_tables(function):
                yield f"{module.__name__.split('.')[-1]}.{name}"


@pytest.mark.parametrize(("package", "cases"), [(churn.measures, MEASURES), (churn.features, FEATURES), (churn.signs, SIGNS)])
def test_no_function_on_lazy_tables_is_forgotten(package, cases):
    assert sorted(lazy_functions(package)) == sorted(cases)


@pytest.mark.parametrize("other", [[1.0, 2.1], [2.0, 1.0], [1.0, None], [1.0]])
def test_the_comparison_sees_a_difference(other):
    frame = pd.DataFrame({"value": [1.0, 2.0]})
    same({"made": [frame]}, {"made": [frame * (1 + 1e-12)]}, "rounding")
    with pytest.raises(AssertionError):
        same({"made": [frame]}, {"made": [pd.DataFrame({"value": other})]}, "another")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The sample firm's tables as Parquet files."""
    return parquet(tmp_path_factory.mktemp("sample"), **sample_frames())


@pytest.fixture(scope="module")
def on_duckdb(files):
    with parquet_tables(files) as tables:
        yield Firm(tables, all_of(tables))


@pytest.fixture(scope="module")
def on_spark(spark, files):
    tables = {name: nw.from_native(spark.read.parquet(f"{files / name}.parquet").cache()) for name in TABLES}
    return Firm(tables, all_of(tables, lambda frame: nw.from_native(frame.to_native().cache())))


def all_of(tables: Any, held: Callable[[Any], Any] = lambda frame: frame) -> dict[str, Any]:
    """The prepared tables, those that are made of others as well."""
    made: dict[str, Any] = {}
    for name, frame in prepared(tables, Wishes(as_of=AS_OF)).items():
        frame = frame(made) if callable(frame) else frame
        made[name] = held(frame) if isinstance(frame, nw.LazyFrame) else frame
    return made


@pytest.mark.spark
def test_the_prepared_tables_are_the_same(on_duckdb, on_spark):
    assert list(on_spark.made) == list(on_duckdb.made)
    rows = [len(in_memory(on_spark.made[name])) for name in ("customer_now", "customer_months", "customer_features", "customer_signs")]
    assert rows == [4000, 59660, 2981, 3869]
    for name, expected in on_duckdb.made.items():
        same(on_spark.made[name], expected, name)


@pytest.mark.spark
@pytest.mark.parametrize("case", CASES)
def test_it_is_the_same_on_both_engines(on_duckdb, on_spark, case):
    expected = CASES[case](on_duckdb)
    same(CASES[case](on_spark), expected, case)


def same(found: Any, expected: Any, where: str) -> None:
    """Compares frames cell by cell, lazy ones in any order of rows, and looks into whatever holds frames."""
    assert type(found) is type(expected), where
    if isinstance(expected, nw.LazyFrame):
        assert found.collect_schema().names() == expected.collect_schema().names(), where
        same(ordered(in_memory(found)), ordered(in_memory(expected)), where)
    elif isinstance(expected, pd.DataFrame):
        assert (list(found), len(found)) == (list(expected), len(expected)), where
        for name in expected:
            same_cells(cells(found[name]), cells(expected[name]), f"{where}: {name}")
    elif dataclasses.is_dataclass(expected):
        same(vars(found), vars(expected), where)
    elif isinstance(expected, dict):
        assert list(found) == list(expected), where
        for name, part in expected.items():
            same(found[name], part, f"{where}: {name}")
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for one, other in zip(found, expected, strict=True):
            same(one, other, where)
    elif isinstance(expected, float):
        np.testing.assert_allclose(found, expected, 1e-9, 1e-9, err_msg=where)
    else:
        assert found == expected, where


def same_cells(found: "pd.Series[Any]", expected: "pd.Series[Any]", where: str) -> None:
    """Numbers to rounding, anything else exactly."""
    np.testing.assert_array_equal(found.isna(), expected.isna(), err_msg=where)
    if expected.dtype == float:
        np.testing.assert_allclose(found, expected, 1e-9, 1e-9, err_msg=where)
    else:
        assert found.dropna().tolist() == expected.dropna().tolist(), where


def cells(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Numbers as floats, days as times, other things as they are; engines type them each in its own way."""
    some = column.dropna()
    if len(some) == 0 or all(isinstance(cell, str) for cell in some):
        return column.astype(object)
    if pd.api.types.is_numeric_dtype(some) or all(isinstance(cell, int | float) for cell in some):
        return pd.to_numeric(column).astype(float)
    return pd.to_datetime(column).astype("datetime64[us]")


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """By what is no fraction, so that rounding moves no row."""
    plain = pd.DataFrame({name: cells(frame[name]) for name in frame})
    whole = [name for name in plain if plain[name].dtype != float or (plain[name].dropna() % 1 == 0).all()]
    return plain.sort_values(whole, ignore_index=True) if whole else plain
