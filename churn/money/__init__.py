"""ARITHMETIC of retention: what a customer is worth, what keeping one may cost, and whom to contact. All amounts are in one currency."""

from churn.money.asking import Crowd
from churn.money.bucket import Bucket
from churn.money.calling import (
    ANSWERS,
    MOST_POINTS,
    TYPICAL,
    CallList,
    Calls,
    Offer,
    Worth,
    break_even_risk,
    call_list,
    expected_gain,
    expected_maximum_profit,
    maximum_profit,
)
from churn.money.keeping import KeepOrWin
from churn.money.persuading import acceptance_by_risk, riskiest_first, typical_risks, values_where_harder
from churn.money.skew import FIFTH, Skew
from churn.money.worth import customer_value, discount_within, gain_of_points, kept_after, lifetime

__all__ = [
    "ANSWERS",
    "FIFTH",
    "MOST_POINTS",
    "TYPICAL",
    "Bucket",
    "CallList",
    "Calls",
    "Crowd",
    "KeepOrWin",
    "Offer",
    "Skew",
    "Worth",
    "acceptance_by_risk",
    "break_even_risk",
    "call_list",
    "customer_value",
    "discount_within",
    "expected_gain",
    "expected_maximum_profit",
    "gain_of_points",
    "kept_after",
    "lifetime",
    "maximum_profit",
    "riskiest_first",
    "typical_risks",
    "values_where_harder",
]
