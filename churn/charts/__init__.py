"""Charts: small frames and results in, Plotly figures with a sentence for those who cannot see them out."""

from churn.charts.customers import concentration, nps, nps_by, reasons
from churn.charts.effects import effects, smallest_differences
from churn.charts.grids import cohort_heat, heat
from churn.charts.history import returning
from churn.charts.look import DOWN, OURS, QUOTED, UP, Chart, Picks, plain
from churn.charts.money import money_by_calls
from churn.charts.over_time import churn_trend, nps_trend, shares_over_time, trend
from churn.charts.ranked import ranked, sizes
from churn.charts.risk import Step, drivers, risk_spread, waterfall, waterfall_log_odds
from churn.charts.staying import survival
from churn.charts.trust import calibration, curve, lift

__all__ = [
    "DOWN",
    "OURS",
    "QUOTED",
    "UP",
    "Chart",
    "Picks",
    "Step",
    "calibration",
    "churn_trend",
    "cohort_heat",
    "concentration",
    "curve",
    "drivers",
    "effects",
    "heat",
    "lift",
    "money_by_calls",
    "nps",
    "nps_by",
    "nps_trend",
    "plain",
    "ranked",
    "reasons",
    "returning",
    "risk_spread",
    "shares_over_time",
    "sizes",
    "smallest_differences",
    "survival",
    "trend",
    "waterfall",
    "waterfall_log_odds",
]
