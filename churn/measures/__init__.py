"""Measures: lazy tables in, small frames and frozen results out; written once for DuckDB and Spark."""

from churn.measures.at_risk import AtRisk, at_risk, risk_spread, riskiest
from churn.measures.loyalty import Concentration, concentration, values_from_customers, values_from_orders
from churn.measures.nps import Nps, nps, nps_by
from churn.measures.period import Period, period
from churn.measures.rates import Share, churn, lost_expression, share_of
from churn.measures.reasons import QUOTED, ReasonMix, quoted_standing, reason_mix, reason_mix_from
from churn.measures.standing import standing, stood

__all__ = [
    "QUOTED",
    "AtRisk",
    "Concentration",
    "Nps",
    "Period",
    "ReasonMix",
    "Share",
    "at_risk",
    "churn",
    "concentration",
    "lost_expression",
    "nps",
    "nps_by",
    "period",
    "quoted_standing",
    "reason_mix",
    "reason_mix_from",
    "risk_spread",
    "riskiest",
    "share_of",
    "standing",
    "stood",
    "values_from_customers",
    "values_from_orders",
]
