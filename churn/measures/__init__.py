"""Measures: lazy tables in, small frames and frozen results out; written once for DuckDB and Spark."""

from churn.measures.answers import comments, stayed_after_answer
from churn.measures.around_changes import around_change
from churn.measures.at_risk import AtRisk, at_risk, at_risk_of, risk_bands, risk_spread, risk_spread_of, riskiest
from churn.measures.before_leaving import before_leaving, before_leaving_of
from churn.measures.changes import ChangeRisk, change_risk, changes_by_month, leaving_by_change, lost_after_change
from churn.measures.churning import average_churn, churn_by_month, churn_by_month_of, grouped
from churn.measures.cohorts import Cohorts, cohorts, cohorts_of
from churn.measures.complaints import complaint_rate, lost_after_complaint, settled_within, settling
from churn.measures.in_touch import ContactGaps, contact_gaps, without_contact
from churn.measures.lives import lives_of
from churn.measures.loyal import Fifth, LoyalFifths, loyal_customers, loyal_fifths, loyal_fifths_of
from churn.measures.loyalty import Concentration, concentration, concentration_of, largest, values_from_customers, values_from_orders
from churn.measures.newcomers import (
    QUOTED_SPEND,
    QUOTED_TRY,
    Buyers,
    ExistingAgainstNew,
    buyers,
    existing_against_new,
    existing_against_new_of,
    quoted_existing_standing,
)
from churn.measures.nps import Nps, nps, nps_by, nps_from, nps_trend
from churn.measures.period import Period, period
from churn.measures.rates import Share, churn, lost_expression, share_of
from churn.measures.reason_aliases import Aliases
from churn.measures.reasons import QUOTED, ReasonMix, quoted_standing, reason_mix, reason_mix_from
from churn.measures.revenue import revenue_retention
from churn.measures.rfm import SEGMENTS, bought, rfm, rfm_segments, rfm_segments_of, segment_name
from churn.measures.said import (
    answered_within,
    comments_of,
    nps_by_of,
    nps_of,
    nps_trend_of,
    stayed_after_answer_of,
)
from churn.measures.segments import Segments, segments
from churn.measures.standing import standing, stood
from churn.measures.stated import reason_trend, reasons_by, stated_against_unstated, stated_reasons, stated_share
from churn.measures.survival import Survival, survival

__all__ = [
    "QUOTED",
    "QUOTED_SPEND",
    "QUOTED_TRY",
    "SEGMENTS",
    "Aliases",
    "AtRisk",
    "Buyers",
    "ChangeRisk",
    "Cohorts",
    "Concentration",
    "ContactGaps",
    "ExistingAgainstNew",
    "Fifth",
    "LoyalFifths",
    "Nps",
    "Period",
    "ReasonMix",
    "Segments",
    "Share",
    "Survival",
    "answered_within",
    "around_change",
    "at_risk",
    "at_risk_of",
    "average_churn",
    "before_leaving",
    "before_leaving_of",
    "bought",
    "buyers",
    "change_risk",
    "changes_by_month",
    "churn",
    "churn_by_month",
    "churn_by_month_of",
    "cohorts",
    "cohorts_of",
    "comments",
    "comments_of",
    "complaint_rate",
    "concentration",
    "concentration_of",
    "contact_gaps",
    "existing_against_new",
    "existing_against_new_of",
    "grouped",
    "largest",
    "leaving_by_change",
    "lives_of",
    "lost_after_change",
    "lost_after_complaint",
    "lost_expression",
    "loyal_customers",
    "loyal_fifths",
    "loyal_fifths_of",
    "nps",
    "nps_by",
    "nps_by_of",
    "nps_from",
    "nps_of",
    "nps_trend",
    "nps_trend_of",
    "period",
    "quoted_existing_standing",
    "quoted_standing",
    "reason_mix",
    "reason_mix_from",
    "reason_trend",
    "reasons_by",
    "revenue_retention",
    "rfm",
    "rfm_segments",
    "rfm_segments_of",
    "risk_bands",
    "risk_spread",
    "risk_spread_of",
    "riskiest",
    "segment_name",
    "segments",
    "settled_within",
    "settling",
    "share_of",
    "standing",
    "stated_against_unstated",
    "stated_reasons",
    "stated_share",
    "stayed_after_answer",
    "stayed_after_answer_of",
    "stood",
    "survival",
    "values_from_customers",
    "values_from_orders",
    "without_contact",
]
