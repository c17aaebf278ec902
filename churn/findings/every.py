"""All findings of a view, in the order in which a manager asks: what a report holds."""

from collections.abc import Iterable
from datetime import date

from churn.findings import stating
from churn.findings.blocks import Findings
from churn.findings.loyalty import loyalty
from churn.findings.nps import nps
from churn.findings.overview import overview
from churn.findings.reasons import Asked, reasons
from churn.findings.segments import comparable, segments
from churn.risk.scorecard import Scorecard
from churn.view import DIMENSIONS, View


def findings_of(
    view: View, levels: Iterable[str], card: Scorecard | None = None, *, deeper: bool = False, day: date | None = None
) -> list[Findings]:
    """The findings of each page as it opens; with a `card` that finds a signal also what the score adds. `levels` has the columns to
    compare by (`levels_of`); customers held out on `day` are not named."""
    sources = stating.sources(view)
    first, second, *_others = [*comparable(view, levels), "", ""]
    second = second if second in DIMENSIONS else ""
    return [
        overview(view, card, deeper=deeper),
        reasons(view, Asked(next(iter(sources)), by=first) if sources else None, card, day=day),
        segments(view, first, second),
        loyalty(view, by=first),
        nps(view, by=first, day=day),
    ]
