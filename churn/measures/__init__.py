"""Measures: lazy tables in, small frames and frozen results out; written once for DuckDB and Spark."""

from churn.measures.at_risk import AtRisk, at_risk, risk_spread, riskiest
from churn.measures.churning import average_churn, churn_by_month, grouped
from churn.measures.cohorts import Cohorts, cohorts
from churn.measures.loyal import Fifth, LoyalFifths, loyal_fifths
from churn.measures.loyalty import Concentration, concentration, largest, values_from_customers, values_from_orders
from churn.measures.newcomers import (
    QUOTED_SPEND,
    QUOTED_TRY,
    Buyers,
    ExistingAgainstNew,
    existing_against_new,
    quoted_existing_standing,
)
from churn.measures.nps import Nps, nps, nps_by
from churn.measures.period import Period, period
from churn.measures.rates import Share, churn, lost_expression, share_of
from churn.measures.reasons import QUOTED, ReasonMix, quoted_standing, reason_mix, reason_mix_from
from churn.measures.revenue import revenue_retention
from churn.measures.rfm import SEGMENTS, rfm, rfm_segments, segment_name
from churn.measures.standing import standing, stood

__all__ = [
    "QUOTED",
    "QUOTED_SPEND",
    "QUOTED_TRY",
    "SEGMENTS",
    "AtRisk",
    "Buyers",
    "Cohorts",
    "Concentration",
    "ExistingAgainstNew",
    "Fifth",
    "LoyalFifths",
    "Nps",
    "Period",
    "ReasonMix",
    "Share",
    "at_risk",
    "average_churn",
    "churn",
    "churn_by_month",
    "cohorts",
    "concentration",
    "existing_against_new",
    "grouped",
    "largest",
    "lost_expression",
    "loyal_fifths",
    "nps",
    "nps_by",
    "period",
    "quoted_existing_standing",
    "quoted_standing",
    "reason_mix",
    "reason_mix_from",
    "revenue_retention",
    "rfm",
    "rfm_segments",
    "risk_spread",
    "riskiest",
    "segment_name",
    "share_of",
    "standing",
    "stood",
    "values_from_customers",
    "values_from_orders",
]
