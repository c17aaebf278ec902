"""What a scorecard says of one column: the points of each bin as a curve, with how sure they are and on how many customers they rest."""

import numpy as np
import pandas as pd

from churn import wording
from churn.risk.bins import Bins, Floats, rare_below
from churn.risk.points import probability
from churn.risk.ranges import jackknife_factor
from churn.risk.scorecard import Scorecard
from churn.wording import _, plural

OUTER_SHARE = 0.1


def typical_risk(card: Scorecard) -> float:
    """The risk of a typical customer, 0..1: every column at its mean contribution."""
    return float(probability(np.array([_typical(card)]))[0])


def curve_of(card: Scorecard, column: str) -> pd.DataFrame:
    """One row a bin that held training rows, missing first, then numbers upwards or levels by frequency.

    `level` says the bin in words; `start`, `end` and `value` are a number bin's ends and mean training value (nan else);
    `customers` its training rows; `points`, `low` and `high` log-odds with their 95% interval; `risk`, `risk_low` and `risk_high`
    (0..1) the risk of a customer who is typical in all other columns. `neutral`: too few rows to tell, so points are 0.
    """
    place = card.columns.index(column)
    cut = card.bins[place]
    points = card.whole.tables.singles[place]
    half = jackknife_half(np.array([bag.tables.singles[place] for bag in card.bags]))
    start, end = ends(cut)
    frame = pd.DataFrame(
        {
            "level": pd.Series(levels(cut), dtype="str"),
            "start": start,
            "end": end,
            "value": cut.centres if cut.kind == "number" else np.nan,
            "customers": cut.counts,
            "points": points,
            "low": points - half,
            "high": points + half,
            "neutral": cut.counts < rare_below(card.provenance.rows),
        }
    )
    for risk, log_odds in (("risk", "points"), ("risk_low", "low"), ("risk_high", "high")):
        frame[risk] = probability(_typical(card) + frame[log_odds].to_numpy(dtype=float))
    return frame[frame["customers"] > 0].reset_index(drop=True)


def jackknife_half(bags: Floats) -> Floats:
    """Half the 95% interval of each column of `bags`, whose rows are estimates that each left out another group of the training rows.

    Delete-a-group jackknife with t of one degree of freedom fewer than groups (Kott 2001); nan with a single group. It is the play of
    chance alone: that a score draws small effects towards nought on purpose is not in it.
    """
    return np.asarray(jackknife_factor(len(bags)) * np.sqrt(np.sum((bags - bags.mean(axis=0)) ** 2, axis=0)), dtype=np.float64)


def ends(cut: Bins) -> tuple[Floats, Floats]:
    """Where each number bin begins and ends; nan for other bins.

    The outermost reach as far from their mean as their inner ends do, though hardly further than other bins are wide, since a few
    huge values would leave no room to see the rest; and not below 0 in a column without negative values.
    """
    start, end = np.full(cut.size, np.nan), np.full(cut.size, np.nan)
    if cut.kind == "text" or cut.size < 2:
        return start, end
    lowest, highest = cut.centres[1], cut.centres[-1]
    if len(cut.cuts):
        inner = np.diff(cut.cuts)
        most = max(OUTER_SHARE * inner.sum(), np.median(inner)) if len(inner) else np.inf
        lowest = cut.cuts[0] - min(2 * (cut.cuts[0] - lowest), most)
        highest = cut.cuts[-1] + min(2 * (highest - cut.cuts[-1]), most)
    if cut.centres[1] >= 0:
        lowest = max(lowest, 0.0)
    start[1:], end[1:] = [lowest, *cut.cuts], [*cut.cuts, highest]
    return start, end


def levels(cut: Bins) -> list[str]:
    """Each bin in words."""
    if cut.kind == "text":
        rare = [plural("{n} rare value", "{n} rare values", len(cut.pooled))] if cut.pooled else []
        return [_("missing"), *cut.levels, *rare]
    return [_("missing"), *(_("about {value}").format(value=wording.value(_short(centre), "number")) for centre in cut.centres[1:])]


def _short(number: float) -> float:
    """To three significant figures, whole numbers in full."""
    return number if float(number).is_integer() else float(f"{number:.3g}")


def _typical(card: Scorecard) -> float:
    return card.whole.tables.intercept + sum(card.whole.joint.values())
