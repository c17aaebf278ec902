"""Charts: small frames and results in, Plotly figures with a sentence for those who cannot see them out."""

from churn.charts.customers import concentration, nps, nps_by, reasons
from churn.charts.history import returning
from churn.charts.look import DOWN, OURS, QUOTED, UP, Chart, Picks, plain
from churn.charts.money import money_by_calls
from churn.charts.risk import Step, drivers, risk_spread, waterfall, waterfall_log_odds
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
    "concentration",
    "curve",
    "drivers",
    "lift",
    "money_by_calls",
    "nps",
    "nps_by",
    "plain",
    "reasons",
    "returning",
    "risk_spread",
    "waterfall",
    "waterfall_log_odds",
]
