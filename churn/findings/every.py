"""All findings of a view, in the order in which a manager asks: what a report holds."""

from churn.findings import stating
from churn.findings.blocks import Findings
from churn.findings.loyalty import loyalty
from churn.findings.nps import nps
from churn.findings.overview import overview
from churn.findings.reasons import Asked, reasons
from churn.findings.segments import dimensions, segments
from churn.risk.scorecard import Scorecard
from churn.view import DIMENSIONS, View


def findings_of(view: View, card: Scorecard | None = None, *, deeper: bool = False) -> list[Findings]:
    """The findings of each page as it opens; with a `card` that finds a signal also what the score adds."""
    sources = stating.sources(view)
    known = [column for column in DIMENSIONS if column in dimensions(view)]
    first = next(iter(known or dimensions(view)), "")
    return [
        overview(view, card, deeper=deeper),
        reasons(view, Asked(next(iter(sources)), by=first) if sources else None, card),
        segments(view, first, next(iter(known[1:]), "")),
        loyalty(view, by=first),
        nps(view, by=first),
    ]
