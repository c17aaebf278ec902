"""The scored sheet: the file's own columns, then the risk and why."""

import pandas as pd

from churn import wording
from churn.risk import Scores, drivers

DRIVERS = ("driver_1", "driver_2", "driver_3")
ADDED = ("risk", "risk_band", "information", *DRIVERS, "known")


def scored_sheet(frame: pd.DataFrame, scores: Scores, *, contributions: bool = False) -> pd.DataFrame:
    """`frame` in its order, with risk (0..1, empty where too little is known), risk_band, information (0..1), driver_1 .. driver_3 in
    words, known; with `contributions` also because:base and because:<column> in log-odds. Columns of the same names are replaced."""
    sentences = drivers(scores, frame)
    added: dict[str, object] = {
        "risk": scores.risk,
        "risk_band": [wording.risk_band(risk) for risk in scores.risk],
        "information": scores.information,
        **{name: [row[place] if place < len(row) else "" for row in sentences] for place, name in enumerate(DRIVERS)},
        "known": scores.known,
    }
    if contributions:
        added["because:base"] = scores.base
        added |= {f"because:{column}": scores.contributions[:, place] for place, column in enumerate(scores.columns)}
    own = frame[[column for column in frame if column not in added]].reset_index(drop=True)
    return pd.concat([own, pd.DataFrame(added)], axis=1)


def replaced(frame: pd.DataFrame) -> list[str]:
    """Columns of `frame` whose names the scored sheet takes for itself: an earlier scoring's, as a rule."""
    return [name for name in map(str, frame) if name in ADDED or name.startswith("because:")]
