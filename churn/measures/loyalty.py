"""How much of the revenue comes from how few customers."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.measures.dialect import Frame, count_if, in_memory, is_known, one_row, ranked, real, small, sum_if

TOP = 0.2


@dataclass(frozen=True, eq=False)
class Concentration:
    """How revenue gathers among customers.

    `top_share` is the share of revenue of the top 20% of customers, `gini` 0 where all bring the same and near 1 where one
    brings all. `curve` has share_of_customers (0, 0.01 .. 1, from the largest customer down) and share_of_revenue; where a
    share of customers is no whole number, the next customer counts in part (linear). All three are NaN without revenue.
    `negative` counts customers whose sum is below 0 and who count as 0; `unknown` those without a value, who are left out of
    `customers`.
    """

    customers: int
    revenue: float
    top_share: float
    gini: float
    curve: pd.DataFrame
    negative: int
    unknown: int

    def top(self, share: float) -> float:
        """The share of revenue of the top `share` of customers (0..1); straight between whole percents. NaN without revenue."""
        return float(np.interp(share, self.curve["share_of_customers"], self.curve["share_of_revenue"]))


def values_from_orders(orders: Frame) -> Frame:
    """The sum of amounts of each customer who bought: customer_id, value. Columns in: customer_id, amount."""
    return orders.select("customer_id", real("amount").alias("value")).group_by("customer_id").agg(nw.col("value").sum())


def values_from_customers(customers: Frame) -> Frame:
    """The monthly value of each customer: customer_id, value. Columns in: customer_id, monthly_value."""
    return customers.select("customer_id", real("monthly_value").alias("value"))


def concentration(values_by_customer: Frame) -> Concentration:
    """The concentration of revenue (Lorenz, 1905, ranked from the largest; Gini, 1912). Columns in: customer_id, value; one row a customer.

    With x_r the r-th largest of n values, gini = (n + 1) / n - 2 * sum(r * x_r) / (n * sum(x)). Equal values are ranked by customer_id.
    """
    negative, value = nw.col("value") < 0, nw.col("value")
    totals = one_row(
        values_by_customer,
        [
            value.count().alias("n"),
            sum_if(value > 0, value).alias("revenue"),
            count_if(negative).alias("negative"),
            count_if(value.is_null()).alias("unknown"),
        ],
    )
    n, revenue = int(totals["n"]), float(np.nan_to_num(totals["revenue"]))
    counted = values_by_customer.with_columns(value=nw.when(negative).then(nw.lit(0.0)).otherwise(value), _all=nw.lit(1))
    line = ranked(counted.filter(is_known(value)), "value").with_columns(ranked=(nw.col("rank") * value).sum().over("_all"))
    curve, weighted = _curve(line, n, revenue)
    return _concentration(n, revenue, curve, weighted, negative=int(totals["negative"]), unknown=int(totals["unknown"]))


def concentration_of(values_by_customer: Frame) -> Concentration:
    """`concentration`, read in one go and worked out in memory: eight bytes a customer. Columns in: value, one row a customer."""
    column = in_memory(values_by_customer.select(real("value").alias("value")))["value"]
    known = column.dropna().to_numpy(np.float64)
    line = -np.sort(-np.maximum(known, 0.0))
    n, running = len(line), np.concatenate([[0.0], line.cumsum()])
    revenue = float(running[-1])
    percents = np.arange(101)
    told = np.minimum(np.interp(percents * n / 100, np.arange(n + 1), running) / revenue, 1.0) if revenue > 0 else np.full(101, np.nan)
    curve = pd.DataFrame({"share_of_customers": percents / 100, "share_of_revenue": told})
    weighted = float((np.arange(1, n + 1) * line).sum())
    return _concentration(n, revenue, curve, weighted, negative=int((known < 0).sum()), unknown=int(column.isna().sum()))


def _concentration(n: int, revenue: float, curve: pd.DataFrame, weighted: float, *, negative: int, unknown: int) -> Concentration:
    """From the curve, and the sum of rank times value (`weighted`)."""
    top = float(np.interp(TOP, curve["share_of_customers"], curve["share_of_revenue"]))
    gini = (n + 1) / n - 2 * weighted / (n * revenue) if revenue > 0 else float("nan")
    return Concentration(n, revenue, top, gini, curve, negative, unknown)


def largest(values_by_customer: Frame, customers: int) -> float:
    """The share of revenue, 0..1, that so many of the largest customers bring; NaN without revenue. Columns in: as `concentration`."""
    value = real("value")
    counted = values_by_customer.with_columns(value=nw.when(value > 0).then(value).otherwise(nw.lit(0.0)))
    sums = one_row(counted, [nw.col("value").sum().alias("all")])
    top = one_row(counted.sort("value", descending=True).head(customers), [nw.col("value").sum().alias("top")])
    return top["top"] / sums["all"] if sums["all"] > 0 else float("nan")


def _curve(line: Frame, n: int, revenue: float) -> tuple[pd.DataFrame, float]:
    """Read the running sum at the whole customers on either side of each percent, and go straight between them; and the sum of rank times
    value, read in the same pass."""
    percents = np.arange(101)
    places = percents * n / 100
    if revenue <= 0:
        return pd.DataFrame({"share_of_customers": percents / 100, "share_of_revenue": np.full(101, np.nan)}), float("nan")
    wanted = sorted({int(rank) for place in places for rank in (np.floor(place), np.ceil(place))})
    steps = small(line.filter(nw.col("rank").is_in(wanted)).select("rank", "running", "ranked").sort("rank"))
    running = np.interp(places, [0, *steps["rank"]], [0.0, *steps["running"]])
    curve = pd.DataFrame({"share_of_customers": percents / 100, "share_of_revenue": np.minimum(running / revenue, 1.0)})
    return curve, float(steps["ranked"].iloc[0])
