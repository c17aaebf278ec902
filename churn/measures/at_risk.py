"""What is at stake among the customers who are still there."""

from dataclasses import dataclass
from typing import Literal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.errors import ChurnError
from churn.measures.dialect import Frame, count_if, has, is_known, is_true, real, small
from churn.wording import _

BANDS = 20


@dataclass(frozen=True)
class AtRisk:
    """Active customers and what may go with them; money a month.

    `scored` counts the active with a known risk and `valued` those of them with a monthly value too; `monthly_value` is of all active,
    `value_at_risk` the sum of monthly value times risk over `valued`, `expected_losses` the sum of risk over `scored`, in customers.
    The two sums of money are None where the desk has no monthly values.
    """

    active: int
    scored: int
    valued: int
    monthly_value: float | None
    value_at_risk: float | None
    expected_losses: float


def at_risk(customers: Frame, scores: Frame, lost: nw.Expr) -> AtRisk:
    """Customers not known to be lost, joined to their risk.

    Columns in: customers.customer_id, monthly_value (may be absent) and those of `lost`; scores.customer_id, risk (missing: not scored).
    """
    return at_risk_of(risk_bands(customers, scores, lost))


def risk_bands(customers: Frame, scores: Frame, lost: nw.Expr) -> pd.DataFrame:
    """What both `at_risk` and `risk_spread` add up, in one reading: by band (NaN: not scored) customers, scored, expected_losses, and where
    the desk has monthly values valued, monthly_value, value_at_risk. Columns in: as `at_risk`."""
    active = _active(customers, scores, lost)
    sums = [nw.len().alias("customers"), nw.col("risk").count().alias("scored"), nw.col("risk").sum().alias("expected_losses")]
    if has(active, "monthly_value"):
        valued = count_if(is_known(nw.col("value_at_risk"))).alias("valued")
        sums += [valued, nw.col("monthly_value").sum(), nw.col("value_at_risk").sum()]
    band = (nw.col("risk") * BANDS).floor().cast(nw.Int64)
    banded = active.with_columns(band=band).with_columns(band=nw.when(nw.col("band") < BANDS).then(nw.col("band")).otherwise(BANDS - 1))
    whole = banded.with_columns(band=nw.when(is_known(nw.col("risk"))).then(nw.col("band")))
    # Sums in another order differ in their last digit, and words that round them should not.
    return small(whole.group_by("band").agg(*sums)).astype("float64").round(6)


def at_risk_of(bands: pd.DataFrame) -> AtRisk:
    """`at_risk` from `risk_bands`."""
    totals, paid = bands.sum(), "monthly_value" in bands
    return AtRisk(
        active=int(totals["customers"]),
        scored=int(totals["scored"]),
        valued=int(totals["valued"]) if paid else 0,
        monthly_value=float(totals["monthly_value"]) if paid else None,
        value_at_risk=float(totals["value_at_risk"]) if paid else None,
        expected_losses=float(totals["expected_losses"]),
    )


def risk_spread(customers: Frame, scores: Frame, lost: nw.Expr) -> pd.DataFrame:
    """How the active, scored customers spread over 20 bands of risk, five points wide, the lower end inside.

    Columns in: as `at_risk`. Columns out: band_low, band_high (0..1), customers, and monthly_value where the desk has it; 20 rows.
    """
    return risk_spread_of(risk_bands(customers, scores, lost))


def risk_spread_of(bands: pd.DataFrame) -> pd.DataFrame:
    """`risk_spread` from `risk_bands`."""
    columns = [name for name in ("customers", "monthly_value") if name in bands]
    counted = bands[bands["band"].notna()].astype({"band": "int64"}).set_index("band")[columns]
    spread = counted.reindex(range(BANDS)).fillna(0.0).reset_index(drop=True)
    edges = np.arange(BANDS + 1) / BANDS
    return spread.assign(customers=spread["customers"].astype("int64"), band_low=edges[:-1], band_high=edges[1:])[
        ["band_low", "band_high", *spread.columns]
    ]


def riskiest(customers: Frame, scores: Frame, lost: nw.Expr, n: int, *, by: Literal["risk", "value"] = "risk") -> pd.DataFrame:
    """The `n` active customers with the highest risk, or the highest monthly value at risk; ties go by customer_id.

    Columns in: as `at_risk`, and customers.name (may be absent). Columns out: customer_id, name, risk, monthly_value, value_at_risk,
    without those that the desk does not have. Raises ChurnError where it is to go by value and there are no monthly values.
    """
    active = _active(customers, scores, lost)
    key = "risk" if by == "risk" else "value_at_risk"
    if not has(active, key):
        raise ChurnError(_("Customers cannot be ranked by value at risk: the customers table has no monthly_value column."))
    top = active.filter(is_known(nw.col(key))).sort(key, "customer_id", descending=[True, False]).head(n)
    return small(top)[[name for name in ("customer_id", "name", "risk", "monthly_value", "value_at_risk") if has(active, name)]]


def _active(customers: Frame, scores: Frame, lost: nw.Expr) -> Frame:
    """customer_id, risk, and name, monthly_value, value_at_risk where there are such columns; one row an active customer."""
    kept = customers.filter(~is_true(lost))
    columns = [nw.col("customer_id")]
    if has(customers, "name"):
        columns.append(nw.col("name"))
    if has(customers, "monthly_value"):
        columns.append(real("monthly_value").alias("monthly_value"))
    joined = kept.select(*columns).join(scores.select("customer_id", real("risk").alias("risk")), on="customer_id", how="left")
    if has(customers, "monthly_value"):
        return joined.with_columns(value_at_risk=nw.col("monthly_value") * nw.col("risk"))
    return joined
