"""What becomes of the revenue of those who are already customers."""

from datetime import date

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.measures.dialect import Frame, count_if, small, sum_if
from churn.measures.spans import MONTHS, Every, over_until, with_times

_PARTS = ["customers", "start", "lost", "contraction", "expansion", "kept"]


def revenue_retention(months: Frame, as_of: date, *, window: int = 12, every: Every = "month") -> pd.DataFrame:
    """How the revenue of the customers of a window of months compares with what the same customers brought in the window after it.

    The customers are all who were there at the start of the earlier window; who left in it is among them, so nobody's first, partial
    months count as growth and no leaving is overlooked: where all pay the same and a share c of them leaves in each month, `nrr`
    is (1 - c) ** window. A window of 12 holds all invoices of a year, however many months each is for, and is right for any firm. A window
    of 1 or 3 is right only where everyone is invoiced that often, or where the months hold monthly values; in those nobody grows
    or shrinks, as only today's value is known.

    Columns in: those of `customer_months`; a missing revenue counts as 0. Columns out, one row for each month, or for each last month of a
    quarter or year, whose two windows are over by `as_of`, in money: month (the last of the later window), customers, start (revenue of
    the earlier window), lost (what those gone by the end brought less), contraction (what others brought less), expansion (what any
    brought more), new (revenue of customers who came after the earlier window began), end (all revenue of the later window);
    nrr = (start - lost - contraction + expansion) / start, grr = (start - lost - contraction) / start and lost_share = lost / start, NaN
    where there was no revenue at the start. start - lost - contraction + expansion + new = end.
    """
    found = with_times(small(_followed(months, window)), "month").set_index("month").sort_index()
    until = over_until(as_of)
    found = found.reindex(pd.date_range(found.index.min(), until, freq="MS", inclusive="left") if len(found) else found.index, fill_value=0)
    through = found["revenue"].cumsum()
    later = through.shift(1 - 2 * window) - through.shift(1 - window)
    dated = found[_PARTS].assign(month=found.index, end=later).reset_index(drop=True)
    dated["month"] += pd.DateOffset(months=2 * window - 1)
    kept = (dated["month"] < until) & (dated["month"].dt.month % MONTHS[every] == 0)
    return _with_ratios(dated[kept].reset_index(drop=True))


def _followed(months: Frame, window: int) -> Frame:
    """Sums by month: all revenue of it, and of the customers at its start what they brought in the two windows that begin with it.

    A customer has a row for every month from start to leaving, so that so many rows further on is so many months later; the rows are
    ordered backwards, as engines sum over the rows before.
    """
    revenue = nw.col("revenue").fill_null(nw.lit(0.0)).alias("revenue")
    backwards = -12 * nw.col("month").dt.year() - nw.col("month").dt.month()
    paid = months.select("customer_id", "month", "at_start", "lost", revenue, backwards.alias("_backwards"))

    def ahead(name: str, rows: int) -> nw.Expr:
        return nw.col(name).rolling_sum(rows, min_samples=1).over("customer_id", order_by="_backwards")

    brought = paid.with_columns(before=ahead("revenue", window), _both=ahead("revenue", 2 * window), _lost=ahead("lost", 2 * window))
    gone = nw.col("_lost") > 0
    after = nw.col("_both") - nw.col("before")
    change = after - nw.col("before")
    there = nw.col("at_start") == 1
    return brought.group_by("month").agg(
        nw.col("revenue").sum(),
        count_if(there).alias("customers"),
        sum_if(there, nw.col("before")).alias("start"),
        sum_if(there & gone & (change < 0), -change).alias("lost"),
        sum_if(there & ~gone & (change < 0), -change).alias("contraction"),
        sum_if(there & (change > 0), change).alias("expansion"),
        sum_if(there, after).alias("kept"),
    )


def _with_ratios(parts: pd.DataFrame) -> pd.DataFrame:
    start = parts["start"].where(parts["start"] > 0)
    kept = parts["start"] - parts["lost"] - parts["contraction"]
    new = parts["end"] - parts["kept"]
    told = parts.assign(
        customers=parts["customers"].astype("int64"),
        new=new.where(new.abs() > 1e-9 * parts["end"].abs(), 0.0),
        nrr=(kept + parts["expansion"]) / start,
        grr=kept / start,
        lost_share=parts["lost"] / start,
    )
    columns = ["month", "customers", "start", "lost", "contraction", "expansion", "new", "end", "nrr", "grr", "lost_share"]
    return told[columns].astype(dict.fromkeys(columns[2:], np.float64))
