"""How every customer stands: value, risk, and whether they left."""

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, has, real


def standing(customers: Frame, scores: Frame, lost: nw.Expr) -> pd.DataFrame:
    """Every customer in memory, in the order of their ids: some 100 bytes each.

    Columns in: customers.customer_id, name, monthly_value (these two may be absent) and those of `lost`; scores.customer_id, risk, known
    (may be absent). Columns out: customer_id, name, monthly_value (where there), risk (0..1), known, lost: 1 or 0; nan where unknown.
    """
    columns = [nw.col("customer_id")]
    if has(customers, "name"):
        columns.append(nw.col("name"))
    if has(customers, "monthly_value"):
        columns.append(real("monthly_value").alias("monthly_value"))
    flags = nw.when(lost).then(nw.lit(1.0)).otherwise(nw.when(~lost).then(nw.lit(0.0)))
    known = real("known") if has(scores, "known") else nw.lit(None, nw.Float64)
    joined = customers.select(*columns, flags.alias("lost")).join(
        scores.select("customer_id", real("risk").alias("risk"), known.alias("known")), on="customer_id", how="left"
    )
    return _in_order(joined)


def stood(customers: Frame, looked_back: Frame) -> pd.DataFrame:
    """How some customers stood on a former day, and whether they then left: as `standing`, all of them known.

    Columns in: customers.customer_id, monthly_value (may be absent; the value of today); looked_back.customer_id, risk, lost.
    """
    back = looked_back.select("customer_id", real("risk").alias("risk"), known=nw.lit(1.0), lost=real("lost"))
    columns = ["customer_id", *(name for name in ("name", "monthly_value") if has(customers, name))]
    return _in_order(customers.select(*columns).join(back, on="customer_id", how="inner"))


def _in_order(frame: Frame) -> pd.DataFrame:
    found: pd.DataFrame = frame.sort("customer_id").collect("pyarrow").to_native().to_pandas()
    return found
