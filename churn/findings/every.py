"""All findings of a view, in the order in which a manager asks: what a report holds."""

from collections.abc import Mapping

from churn.findings import stating
from churn.findings.blocks import Findings
from churn.findings.loyalty import loyalty
from churn.findings.nps import nps
from churn.findings.overview import overview
from churn.findings.reasons import Asked, reasons
from churn.findings.segments import segments, telling
from churn.risk.scorecard import Scorecard
from churn.view import DIMENSIONS, View


def findings_of(view: View, levels: Mapping[str, object], card: Scorecard | None = None, *, deeper: bool = False) -> list[Findings]:
    """The findings of each page as it opens; with a `card` that finds a signal also what the score adds. `levels` has the columns to
    compare by (`levels_of`)."""
    sources = stating.sources(view)
    known = [column for column in DIMENSIONS if column in levels] or [telling(view, list(levels))]
    first, second = known[0], next(iter(known[1:]), "")
    return [
        overview(view, card, deeper=deeper),
        reasons(view, Asked(next(iter(sources)), by=first) if sources else None, card),
        segments(view, first, second),
        loyalty(view, by=first),
        nps(view, by=first),
    ]
