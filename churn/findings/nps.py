"""Would customers recommend the firm, who would not, and what became of them?"""

from dataclasses import replace
from datetime import date

import pandas as pd

from churn import charts, measures, wording
from churn.filters import ALL_TIME, MISSING
from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.listing import without
from churn.findings.words import SMALL, customers, few, said_share
from churn.measures import Nps
from churn.measures.dialect import Frame
from churn.measures.rates import share_of
from churn.tables import header_key
from churn.view import View
from churn.wording import _, plural

COMMENTS = 30
FOLLOWED = 180
GROUPS = ("promoter", "passive", "detractor")
_COLUMNS = ("nps", "npsscore", "lastnps", "recommend", "likelihoodtorecommend", "wouldrecommend")


def nps(view: View, *, by: str = "", group: str = "", day: date | None = None) -> Findings:
    """The score with its error, over time, by a column of customers (`by`), what became of who answered, and the comments (of one `group`
    of answers, or of all) but for those of customers held out on `day`."""
    title = _("NPS")
    question = _("Would customers recommend the firm? The score is the share of 9 and 10 less the share of 0 to 6.")
    column = column_of(view)
    if not view.holds("surveys", "question", "score") and column is None:
        lacking = _("Nobody was asked: load a surveys table with answers to the question nps, or customers with a column called NPS.")
        return Findings(title, question, lacking=lacking)
    asked = view.holds("surveys", "question", "score")
    found = score_of(view) if asked else measures.nps_from(view.people, str(column))
    if not found.answers:
        return Findings(title, question, lacking=_("There is no answer from 0 to 10 here: ask another period, or load surveys with them."))
    parts = [Part("answers", _("Who answers what"), _answered(found), charts.nps(found), notes=_ignored(found))]
    if asked:
        parts += _of_surveys(view, found, by, group, day)
    return Findings(title, question, figures=_figures(found), caution=few(found.answers, _answers(found.answers)), parts=tuple(parts))


def score_of(view: View) -> Nps:
    """The score over the latest answer of each customer, or over their latest in the period that was asked for."""
    answers = _answers_of(view)
    return measures.nps(view.within("surveys")) if answers is None else measures.nps_of(answers)


def _answers_of(view: View) -> Frame | None:
    """What is prepared of the answers in the period; None where the answers themselves must be read."""
    if "customer_answers" not in view.frames:
        return None
    answers, span = view.frames["customer_answers"], view.span
    if view.filters.period == ALL_TIME or span is None:
        return answers
    return measures.answered_within(answers, span.first or date.min, span.until)


def column_of(view: View) -> str | None:
    """The column of customers that holds an answer from 0 to 10; None where there is none."""
    return next((column.name for column in view.columns if header_key(column.label) in _COLUMNS and column.type == "number"), None)


def groups_of_answers() -> dict[str, str]:
    """What a page calls those who answered."""
    return {"promoter": _("promoters (9 or 10)"), "passive": _("passives (7 or 8)"), "detractor": _("detractors (0 to 6)")}


def _figures(found: Nps) -> tuple[Figure, ...]:
    low, high = max(-100.0, found.score - found.margin), min(100.0, found.score + found.margin)
    on = _("{answers}; 95% interval {range}").format(answers=_answered(found), range=wording.number_range(low, high))
    counts = [(_("Promoters"), found.promoters), (_("Detractors"), found.detractors)]
    of = [Figure(name, said_share(share_of(n, found.answers), 0), f"{wording.number(n)} / {_answers(found.answers)}") for name, n in counts]
    return (Figure(_("NPS"), wording.signed(found.score), on), *of)


def _answers(n: int) -> str:
    return plural("{n} answer", "{n} answers", n)


def _answered(found: Nps) -> str:
    return _("{answers}, the latest of each customer").format(answers=_answers(found.answers))


def _ignored(found: Nps) -> tuple[str, ...]:
    if not found.ignored:
        return ()
    return (
        plural(
            "{n} answer without a number from 0 to 10 is left out.",
            "{n} answers without a number from 0 to 10 are left out.",
            found.ignored,
        ),
    )


def _of_surveys(view: View, found: Nps, by: str, group: str, day: date | None) -> list[Part]:
    """What only dated answers tell."""
    return [part for part in (_trend(view), _by(view, found, by), _became(view), _comments(view, group, day)) if part is not None]


def _trend(view: View) -> Part | None:
    if view.dials is None:
        return None
    found = measures.nps_trend_of(view.frames["customer_answers"])
    span = view.span
    if span is not None and span.first is not None:
        last = span.until if span.until == view.dials.as_of else (pd.Timestamp(span.until) - pd.DateOffset(months=2)).date()
        found = found[(found["period"] >= pd.Timestamp(span.first)) & (found["period"] < pd.Timestamp(last))]
    found = found[found["answers"] >= SMALL]
    if len(found) < 2:
        return None
    about = _("Quarters with ten answers and more, the latest of each customer in it; shaded: the 95% interval.")
    return Part("trend", _("Over time"), about, charts.nps_trend(found))


def _by(view: View, found: Nps, by: str) -> Part | None:
    if not by:
        return None
    label = view.labels.get(by, by)
    answers = _answers_of(view)
    one = measures.nps_by
    groups = one(view.within("surveys"), view.people, by) if answers is None else measures.nps_by_of(answers, view.people, by)
    title, known = _("By {column}").format(column=label), groups[groups["answers"] >= SMALL]
    if known.empty:
        return Part("by_group", title, lacking=_("NPS by group: no group has ten answers."))
    about = _("The score of each group of ten answers and more with its 95% interval, beside that of all.")
    drawn = charts.nps_by(known.assign(group=view.named(by, known["group"])), overall=found.score, picks=by)
    if drawn.picks is not None:
        codes = view.known_as(by, known["group"]).fillna(MISSING)
        drawn = replace(drawn, picks=replace(drawn.picks, values=tuple((code,) for code in codes)))
    return Part("by_group", title, about, drawn)


def _became(view: View) -> Part | None:
    """Who of them left within half a year."""
    title = _("What became of them")
    if view.dials is None or view.lost is None:
        return Part("became", title, lacking=_("No day says who left: load customers with the day they ended, or their orders."))
    found = measures.stayed_after_answer_of(view.frames["customer_answers"], (FOLLOWED,))
    if not found["customers"].sum():
        return None
    names = groups_of_answers()
    rows = found.rename(columns={"lost": "part", "customers": "whole"}).assign(group=[names[name] for name in found["group"]])
    about = plural(
        "Of those who answered and could be followed for {n} day since, who had left by then; an association, not a cause.",
        "Of those who answered and could be followed for {n} days since, who had left by then; an association, not a cause.",
        FOLLOWED,
    )
    always = _("The period is not applied here: the answers are of the last two years and more, whenever they can be followed.")
    notes = () if view.filters.period == ALL_TIME else (always,)
    return Part("became", title, about, charts.ranked(rows, title=_("had left")), notes=notes)


def _comments(view: View, group: str, day: date | None) -> Part | None:
    if view.dials is None or not view.holds("surveys", "comment"):
        return None
    found = measures.comments_of(without(view, view.comments(), day), COMMENTS * (1 if not group else 10))
    shown = found[found["group"] == group].head(COMMENTS) if group else found
    if shown.empty:
        return None
    cells = {
        _("Day"): [wording.date(day) for day in shown["answered_on"]],
        _("Customer"): [str(customer) for customer in shown["customer_id"]],
        _("Answer"): [wording.number(score) if pd.notna(score) else "" for score in shown["score"]],
        _("In their words"): list(shown["comment"]),
    }
    about = _("The latest comments of {customers}, the newest first.").format(customers=customers(shown["customer_id"].nunique()))
    return Part("comments", _("In their own words"), about, table=Table(pd.DataFrame(cells), _("What customers wrote with their answers")))
