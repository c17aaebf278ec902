"""Customers by one or two of their columns: how many, how many left, and what they are worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, count_if, has, is_known, real, small, sum_if, words
from churn.measures.rates import with_shares

MOST_CELLS = 200


@dataclass(frozen=True, eq=False)
class Segments:
    """Customers by their groups.

    `cells` has one row a cell, those with most customers first, at most 200: the columns `by` under their own names (None: missing),
    customers, known (of whom it is known whether they are lost), lost, share (lost / known) with its 95% interval low and high (Wilson,
    1927; all three NaN where known is 0), valued (customers with a monthly value), mean_value, sum_value (their monthly values; money, NaN
    for nobody), revenue_year (of the last 365 days; NaN where it is not known). `cells_left` cells with `customers_left` customers are not
    among them.
    """

    by: tuple[str, ...]
    cells: pd.DataFrame
    cells_left: int
    customers_left: int


def segments(customers: Frame, by: Sequence[str], lost: nw.Expr, *, bought: Frame | None = None) -> Segments:
    """The customers in the cells of the columns `by`.

    Columns in: customers.customer_id, those of `by` and of `lost` (null: not known), monthly_value (may be absent), one row a customer;
    bought.customer_id, revenue_year (who is not in it bought nothing).
    """
    value = real("monthly_value") if has(customers, "monthly_value") else nw.lit(None, nw.Float64)
    marks = {"_known": is_known(lost), "_lost": lost, "_value": value}
    keys = [f"_by_{place}" for place in range(len(by))]
    groups = [words(column).alias(key) for column, key in zip(by, keys, strict=True)]
    named = customers.select("customer_id", *groups, **marks)
    if bought is None:
        named = named.with_columns(revenue_year=nw.lit(None, nw.Float64))
    else:
        year = bought.select("customer_id", real("revenue_year").fill_null(nw.lit(0.0)))
        named = named.join(year, on="customer_id", how="left").with_columns(nw.col("revenue_year").fill_null(nw.lit(0.0)))
    counted = named.group_by(*keys).agg(
        nw.len().cast(nw.Int64).alias("customers"),
        count_if(nw.col("_known")).cast(nw.Int64).alias("known"),
        count_if(nw.col("_lost")).cast(nw.Int64).alias("lost"),
        nw.col("_value").count().cast(nw.Int64).alias("valued"),
        sum_if(is_known(nw.col("_value")), nw.col("_value")).alias("sum_value"),
        nw.col("revenue_year").sum(),
    )
    return _cut(counted, tuple(by), keys, bought is not None)


def _cut(counted: Frame, by: tuple[str, ...], keys: list[str], told: bool) -> Segments:
    """The largest cells, and what is left of the others."""
    every = counted.select(nw.len().alias("cells"), nw.col("customers").sum())
    order = ["customers", *keys]
    top = small(counted.sort(*order, descending=[True, *(False for _key in keys)], nulls_last=True).head(MOST_CELLS))
    cells, customers = (int(number) for number in small(every).fillna(0).iloc[0]) if len(top) == MOST_CELLS else (len(top), 0)
    some = top["valued"] > 0
    found = with_shares(top, "lost", "known").assign(
        mean_value=(top["sum_value"] / top["valued"].where(some)).astype(float),
        sum_value=top["sum_value"].where(some),
        revenue_year=top["revenue_year"].astype(float) if told else float("nan"),
    )
    for column, key in zip(by, keys, strict=True):
        found[column] = found[key].astype(object).where(found[key].notna(), None)
    columns = [*by, "customers", "known", "lost", "share", "low", "high", "valued", "mean_value", "sum_value", "revenue_year"]
    left = customers - int(top["customers"].sum()) if len(top) == MOST_CELLS else 0
    return Segments(by, found[columns], cells - len(top), left)
