"""Where customers state why they left: in exit surveys, or in a column of the customers table."""

from datetime import date

import narwhals.stable.v2 as nw

from churn.filters import Span
from churn.measures.dialect import Frame, is_known, latest, one_row, words
from churn.tables import header_key
from churn.view import View
from churn.wording import _

NO_DAY = date(1, 1, 1)
EXIT_SURVEYS = ""
_COLUMNS = ("churnreason", "reasonforleaving", "churncategory", "leavingreason", "exitreason")


def sources(view: View) -> dict[str, str]:
    """Where reasons are stated, the best first: safe names of columns of customers, EXIT_SURVEYS for the exit surveys, and what to call
    each."""
    own = {header_key(column.label): column for column in view.columns if column.type in ("text", "flag")}
    surveys = {EXIT_SURVEYS: _("Exit surveys")} if _is_asked(view) else {}
    return surveys | {own[key].name: own[key].label for key in _COLUMNS if key in own}


def _is_asked(view: View) -> bool:
    """Whether some exit answer gives a reason."""
    if not view.reads("surveys", "question", "reason"):
        return view.dated and "customer_reasons" in view.frames and _has_some(view.frames["customer_reasons"], "reason")
    exits = view.frames["surveys"].filter(nw.col("question") == nw.lit("exit"))
    return _has_some(exits, "reason")


def _has_some(rows: Frame, column: str) -> bool:
    return one_row(rows, [words(column).count().alias("n")])["n"] > 0


def said(view: View, source: str, span: Span | None = None) -> Frame:
    """One row a customer who is lost or states a reason: customer_id, started_on, lost_on (null: still here), reason as written (null:
    none). Of a `span`, or of the period where one was asked for, only who left in it. Where nothing says who left, it is who states a
    reason; where no day says when they left, lost_on is a day that stands for none."""
    span = span or (view.span if view.span is not None and view.span.first is not None else None)
    if view.dated:
        found = view.frames["customer_reasons"] if source == EXIT_SURVEYS else _of_column(source, view.people, nw.col("lost_on"))
    else:
        people = view.people if source != EXIT_SURVEYS else _with_answers(view)
        lost = is_known(words(source or "_reason")) if view.lost is None else view.lost
        found = _of_column(source or "_reason", people, nw.when(lost).then(nw.lit(NO_DAY)))
    if span is None:
        return found
    kept = found.filter(is_known(nw.col("lost_on")) & (nw.col("lost_on") < nw.lit(span.until)))
    return kept if span.first is None else kept.filter(nw.col("lost_on") >= nw.lit(span.first))


def _of_column(column: str, people: Frame, left: nw.Expr) -> Frame:
    days = [nw.col("first_on").alias("started_on"), left.cast(nw.Date).alias("lost_on")]
    rows = people.select("customer_id", *days, words(column).alias("reason"))
    return rows.filter(is_known(nw.col("lost_on")) | is_known(nw.col("reason")))


def _with_answers(view: View) -> Frame:
    """The people with the reason of their latest exit answer."""
    exits = view.frames["surveys"].filter(nw.col("question") == nw.lit("exit"))
    answers = latest(exits.select("customer_id", "answered_on", words("reason").alias("_reason")), "answered_on", "_reason")
    return view.people.join(answers.select("customer_id", "_reason"), on="customer_id", how="left")
