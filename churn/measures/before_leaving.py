"""What those who left had been like in the months before, by the reason that they gave."""

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, days_between, has, real, small

MONTHS = 3
TOP = 6
COUNTS = ("contacts", "complaints", "orders")
WHAT = ("tenure_days", "monthly_value", *COUNTS)


def at_last(months: Frame, *, last: int = MONTHS) -> Frame:
    """What each customer who left did in the month of leaving and the `last` - 1 months before it: customer_id, contacts, complaints,
    orders; a load prepares it. Columns in: those of `customer_months`."""
    left = months.filter(nw.col("lost") == 1).select("customer_id", _left=nw.col("month"))
    near = months.join(left, on="customer_id", how="inner").filter(
        (nw.col("month") <= nw.col("_left")) & (nw.col("month") > nw.col("_left").dt.offset_by(f"-{last}mo").cast(nw.Date))
    )
    return near.group_by("customer_id").agg(*(nw.col(name).sum() for name in COUNTS))


def before_leaving(reasons: Frame, customers: Frame, months: Frame, *, last: int = MONTHS, top: int = TOP) -> pd.DataFrame:
    """`before_leaving_of` with what customers did by rows of customers and months."""
    return before_leaving_of(reasons, customers, at_last(months, last=last), top=top)


def before_leaving_of(reasons: Frame, customers: Frame, done: Frame, *, top: int = TOP) -> pd.DataFrame:
    """Those who left by the reason that they gave: how long they had been customers, what they paid, and what they did at last.

    Columns in: those of `stated_reasons`; customers.customer_id, monthly_value (may be absent); those of `at_last`. Columns out:
    reason (missing: none stated; these come last), customers, and means: tenure_days, monthly_value (NaN where it is not known), and
    contacts, complaints, orders, those of `at_last`. The `top` most frequent
    reasons, and those who stated none.
    """
    value = real("monthly_value") if has(customers, "monthly_value") else nw.lit(None, nw.Float64)
    known = reasons.with_columns(_days=days_between(nw.col("started_on"), nw.col("lost_on")).cast(nw.Float64))
    joined = known.join(customers.select("customer_id", _value=value), on="customer_id", how="left").join(
        done, on="customer_id", how="left"
    )
    means = [nw.col(name).fill_null(nw.lit(0)).cast(nw.Float64).mean().alias(name) for name in COUNTS]
    counted = small(
        joined.with_columns(key=nw.col("reason").str.to_lowercase())
        .group_by("key")
        .agg(
            nw.col("reason").min().alias("reason"),
            nw.len().cast(nw.Int64).alias("customers"),
            nw.col("_days").mean().alias("tenure_days"),
            nw.col("_value").mean().alias("monthly_value"),
            *means,
        )
    )
    named = counted[counted["key"].notna()].sort_values(["customers", "key"], ascending=[False, True]).head(top)
    return pd.concat([named, counted[counted["key"].isna()]], ignore_index=True)[["reason", "customers", *WHAT]]
