"""What every customer did in every month that they were one: the table that all measures over time are read from."""

from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared, holds
from churn.measures.dialect import Frame, month_of, real, small
from churn.measures.lives import lives
from churn.measures.period import period

MOST_MONTHS = 120


def customer_months(tables: Tables, dials: Dials) -> Frame:
    """One row for each customer and each month, from that of their start to that of their leaving or of the last day before `dials.as_of`.

    Columns out: customer_id, month (Date, its first day), cohort (Date, the month of the start; null where unknown: who is there from the
    first month on), at_start, started, lost (Int64, 1 or 0: a customer before the first day of the month and still on it; came in it; left
    in it), revenue (Float64: amounts of the orders before `as_of`; without an orders table monthly_value, null where there is neither),
    orders, contacts, complaints (Int64). At most the last 120 months.
    """
    months = months_of(tables, dials)
    spans = lives(tables, dials).with_columns(cohort=month_of(nw.col("started_on")), _end=month_of(nw.col("lost_on")))
    begin, end = nw.coalesce(nw.col("cohort"), nw.lit(months[0])), nw.coalesce(nw.col("_end"), nw.lit(months[-1]))
    crossed = spans.with_columns(_from=begin, _to=end).join(_calendar(tables["customers"], months), how="cross")
    lived = crossed.filter((nw.col("_from") <= nw.col("month")) & (nw.col("_to") >= nw.col("month"))).select(
        "customer_id",
        "month",
        "cohort",
        _flag(nw.col("cohort").is_null() | (nw.col("started_on") < nw.col("month"))).alias("at_start"),
        _flag(nw.col("cohort") == nw.col("month")).alias("started"),
        _flag(nw.col("_end") == nw.col("month")).alias("lost"),
    )
    return _with_deeds(lived, tables, dials)


def _with_deeds(lived: Frame, tables: Tables, dials: Dials) -> Frame:
    found = declared(tables)
    joined = lived.join(_deeds(found, dials), on=["customer_id", "month"], how="left")
    if holds(tables, "orders"):
        revenue = nw.col("revenue").fill_null(nw.lit(0.0))
    else:
        values = found["customers"].select("customer_id", real("monthly_value").alias("_value"))
        joined, revenue = joined.join(values, on="customer_id", how="left"), nw.col("_value")
    counts = [nw.col(name).fill_null(nw.lit(0)).cast(nw.Int64).alias(name) for name in ("orders", "contacts", "complaints")]
    return joined.select(*lived.collect_schema().names(), revenue.alias("revenue"), *counts)


def _deeds(found: Tables, dials: Dials) -> Frame:
    """One row for each customer and month with an order or a contact: customer_id, month, orders, revenue, contacts, complaints.

    Orders and contacts are counted in one pass: the rows of customers and months are many, and joining them twice is slower.
    """
    before, complaint = nw.lit(dials.as_of), nw.col("kind") == nw.lit("complaint")
    bought = found["orders"].filter(nw.col("ordered_on") < before).with_columns(real("amount").alias("revenue"))
    spoke = found["contacts"].filter(nw.col("contacted_on") < before).with_columns(revenue=nw.lit(0.0))
    rows = [
        _counted(bought, "ordered_on", orders=_whole(1), contacts=_whole(0), complaints=_whole(0)),
        _counted(spoke, "contacted_on", orders=_whole(0), contacts=_whole(1), complaints=_flag(complaint)),
    ]
    sums = [nw.col(name).sum() for name in ("revenue", "orders", "contacts", "complaints")]
    return nw.concat(rows).group_by("customer_id", "month").agg(*sums)


def _counted(frame: Frame, day: str, **counts: nw.Expr) -> Frame:
    return frame.select("customer_id", month_of(nw.col(day)).alias("month"), "revenue", **counts)


def months_of(tables: Tables, dials: Dials) -> list[date]:
    """The first days of the months from the first start or leaving on, at most the last 120 of them; where somebody's start is not known,
    also from the first order or contact on."""
    started = nw.col("started_on")
    ends = [started.min().alias("one"), nw.col("lost_on").min().alias("other"), (nw.len() - started.count()).alias("unknown")]
    row = small(lives(tables, dials).select(*ends)).iloc[0]
    known = [pd.Timestamp(row[name]) for name in ("one", "other") if not pd.isna(row[name])]
    if row["unknown"]:
        spans = [period(tables[table], day) for table, day in (("orders", "ordered_on"), ("contacts", "contacted_on")) if table in tables]
        known += [pd.Timestamp(span.first) for span in spans if span and span.first < dials.as_of]
    last = pd.Period(dials.as_of, "M") if dials.as_of.day > 1 else pd.Period(dials.as_of, "M") - 1
    begin = min([pd.Period(day, "M") for day in known], default=last)
    return [month.start_time.date() for month in pd.period_range(max(begin, last - MOST_MONTHS + 1), last, freq="M")]


def _calendar(frame: Frame, months: list[date]) -> Frame:
    """A lazy frame of the frame's engine with one row a month: twelve months of each year, a shorter plan than a part for each month."""
    row = frame.head(1)
    years = nw.concat([row.select(_year=nw.lit(date(year, 1, 1))) for year in range(months[0].year, months[-1].year + 1)])
    whole = nw.concat([years.select(month=nw.col("_year").dt.offset_by(f"{ahead}mo").cast(nw.Date)) for ahead in range(12)])
    return whole.filter((nw.col("month") >= nw.lit(months[0])) & (nw.col("month") <= nw.lit(months[-1])))


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def _whole(number: int) -> nw.Expr:
    return nw.lit(number).cast(nw.Int64)
