"""Measures: lazy tables in, small frames and frozen results out; written once for DuckDB and Spark."""

from churn.measures.answers import comments, stayed_after_answer
from churn.measures.around_changes import around_change
from churn.measures.at_risk import AtRisk, at_risk, risk_spread, riskiest
from churn.measures.changes import ChangeRisk, change_risk, changes_by_month, leaving_by_change, lost_after_change
from churn.measures.complaints import complaint_rate, lost_after_complaint, settled_within, settling
from churn.measures.in_touch import ContactGaps, contact_gaps, without_contact
from churn.measures.loyalty import Concentration, concentration, values_from_customers, values_from_orders
from churn.measures.nps import Nps, nps, nps_by, nps_from, nps_trend
from churn.measures.period import Period, period
from churn.measures.rates import Share, churn, lost_expression, share_of
from churn.measures.reason_aliases import Aliases
from churn.measures.reasons import QUOTED, ReasonMix, quoted_standing, reason_mix, reason_mix_from
from churn.measures.standing import standing, stood
from churn.measures.stated import reason_trend, reasons_by, stated_against_unstated, stated_reasons, stated_share

__all__ = [
    "QUOTED",
    "Aliases",
    "AtRisk",
    "ChangeRisk",
    "Concentration",
    "ContactGaps",
    "Nps",
    "Period",
    "ReasonMix",
    "Share",
    "around_change",
    "at_risk",
    "change_risk",
    "changes_by_month",
    "churn",
    "comments",
    "complaint_rate",
    "concentration",
    "contact_gaps",
    "leaving_by_change",
    "lost_after_change",
    "lost_after_complaint",
    "lost_expression",
    "nps",
    "nps_by",
    "nps_from",
    "nps_trend",
    "period",
    "quoted_standing",
    "reason_mix",
    "reason_mix_from",
    "reason_trend",
    "reasons_by",
    "risk_spread",
    "riskiest",
    "settled_within",
    "settling",
    "share_of",
    "standing",
    "stated_against_unstated",
    "stated_reasons",
    "stated_share",
    "stayed_after_answer",
    "stood",
    "values_from_customers",
    "values_from_orders",
    "without_contact",
]
