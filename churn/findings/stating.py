"""Where customers state why they left: in exit surveys, or in a column of the customers table."""

import narwhals.stable.v2 as nw

from churn.filters import ALL_TIME, Span
from churn.measures import Aliases, ReasonMix, reason_mix, reason_mix_from, reason_mix_of, stated_reasons, stated_reasons_of
from churn.measures.dialect import Frame, is_known
from churn.tables import header_key
from churn.view import View
from churn.wording import _

EXIT_SURVEYS = ""
_COLUMNS = ("churnreason", "reasonforleaving", "churncategory", "leavingreason", "exitreason")


def sources(view: View) -> dict[str, str]:
    """Where reasons are stated, the best first: safe names of columns of customers, EXIT_SURVEYS for the exit surveys, and what to call
    each."""
    own = {header_key(column.label): column for column in view.columns if column.type in ("text", "flag")}
    surveys = {EXIT_SURVEYS: _("Exit surveys")} if view.holds("surveys", "question", "reason") else {}
    return surveys | {own[key].name: own[key].label for key in _COLUMNS if key in own}


def mix(view: View, source: str, aliases: Aliases | None = None) -> ReasonMix:
    """The mix of stated reasons of those who left, where days say so in the period; like texts count as one reason where there are
    `aliases`."""
    lost = ~nw.col("customer_id").is_null() if view.lost is None else view.lost
    gone = view.left() if view.dated and view.filters.period != ALL_TIME else view.people
    if source == EXIT_SURVEYS and view.dated and view.span is not None:
        said = view.frames["customer_reasons"]
        return reason_mix_of(said if view.span.first is None else _left_in(said, view.span), aliases=aliases)
    if source == EXIT_SURVEYS:
        return reason_mix(view.frames["surveys"], gone, view.lost, aliases=aliases)
    return reason_mix_from(gone, source, lost, aliases=aliases)


def stated(view: View, source: str, span: Span | None = None, *, aliases: Aliases | None = None) -> Frame | None:
    """customer_id, started_on, lost_on and reason of those who left in the span, or in the period that was asked for; None where no day
    says when they left."""
    span = span or view.span
    if view.dials is None or span is None:
        return None
    if source == EXIT_SURVEYS:
        found = stated_reasons_of(view.frames["customer_reasons"], aliases=aliases)
    else:
        found = stated_reasons(view.frames, view.dials, column=source, lived=view.lived, aliases=aliases)
    return _left_in(found, span)


def _left_in(reasons: Frame, span: Span) -> Frame:
    kept = reasons.filter(is_known(nw.col("lost_on")) & (nw.col("lost_on") < nw.lit(span.until)))
    return kept if span.first is None else kept.filter(nw.col("lost_on") >= nw.lit(span.first))
