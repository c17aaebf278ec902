"""Numbers of the loaded firm from which scenes can begin."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.findings.workshop.bucket import LeakyBucket
from churn.findings.workshop.calls import WhomToCall
from churn.findings.workshop.loyal import LoyalFifth
from churn.findings.workshop.nps import FewAnswers
from churn.findings.workshop.points import FivePoints
from churn.findings.workshop.quiz import ReasonQuiz
from churn.findings.workshop.scene import Dial, Stage
from churn.findings.workshop.worth import CustomerWorth
from churn.measures import Concentration, Nps, ReasonMix, Share, average_churn, churn_by_month_of
from churn.measures.dialect import has, is_true, one_row, real
from churn.money import kept_after
from churn.view import View
from churn.wording import _, money, number, percent, plural, share_range

LAST = 12


@dataclass(frozen=True)
class Flow:
    """How many `customers` are active; how many of them (`valued`) have a known monthly value, and its mean (None: nobody's). With days
    that say who left: the average `churn` a month over the last `months` complete months, the last of them beginning on `until`, and the
    mean number of customers who came in each; None and 0 without."""

    customers: int
    valued: int
    monthly_value: float | None
    churn: Share | None = None
    months: int = 0
    until: date | None = None
    new_a_month: float | None = None

    @property
    def over(self) -> str:
        """The months in words."""
        return plural("the last complete month", "the last {n} complete months", self.months)


def flow(view: View) -> Flow:
    """The flow of the customers of a view."""
    here = view.people if view.lost is None else view.people.filter(~is_true(view.lost))
    counts = [nw.len().alias("n")]
    priced = has(here, "monthly_value")
    if priced:
        value = real("monthly_value")
        counts += [value.count().alias("valued"), value.sum().alias("sum")]
    found = one_row(here, counts)
    valued = int(found["valued"]) if priced else 0
    known = Flow(int(found["n"]), valued, float(found["sum"]) / valued if valued else None)
    if view.dials is None or view.lost is None or view.first_month is None:
        return known
    rates = churn_by_month_of(view.lived, view.dials.as_of, view.first_month)
    last = rates[rates["complete"]].tail(LAST)
    if last.empty or not last["at_start"].sum():
        return known
    until = pd.Timestamp(last["month"].iloc[-1]).date()
    return replace(known, churn=average_churn(rates, last=LAST), months=len(last), until=until, new_a_month=float(last["started"].mean()))


@dataclass(frozen=True, eq=False)
class Started:
    """A stage that begins at a firm's numbers, and what each of them was computed on."""

    stage: Stage
    said: tuple[str, ...]


def worth_of(found: Flow) -> Started | None:
    """The value of a customer from the firm's monthly value and churn; None where it knows neither."""
    stage, said = CustomerWorth(), []
    if found.monthly_value is not None and found.monthly_value > 0:
        stage = stage.turned(value=found.monthly_value, highest=found.monthly_value)
        said.append(_value_of(found))
    if found.churn is not None:
        stage = stage.turned(churn=found.churn.share)
        said.append(_churn_of(found, found.churn))
    return _started(stage, said, lacking=_("Margin and discount rate are in no table: textbook numbers."))


def points_of(found: Flow) -> Started | None:
    """Retention a year from the firm's churn a month."""
    if found.churn is None:
        return None
    kept = kept_after(found.churn.share, 12)
    told = _("Retention a year {kept}: what is left after twelve months at the churn of a month. {churn}")
    said = told.format(kept=percent(kept), churn=_churn_of(found, found.churn))
    return _started(FivePoints(retention=kept), [said])


def loyal_of(found: Concentration | None, *, from_orders: bool) -> Started | None:
    """The skew of the firm's revenue; None where it knows no revenue."""
    if found is None or not found.revenue > 0:
        return None
    mean = found.revenue / found.customers
    source = _("all orders") if from_orders else _("monthly values, those who have left too")
    told = plural(
        "The top 20% of {n} customer bring {top}; a customer brings {mean} on average (from {source}).",
        "The top 20% of {n} customers bring {top}; a customer brings {mean} on average (from {source}).",
        found.customers,
    ).format(top=percent(found.top_share), mean=money(mean), source=source)
    return _started(LoyalFifth(top=found.top_share, mean=mean, highest=mean, own=found), [told])


def calls_of(found: Flow, risks: np.ndarray[Any, np.dtype[np.float64]] | None) -> Started | None:
    """Whom to call among the firm's own risks; None where it has no risks to trust."""
    if risks is None or not len(risks):
        return None
    stage = WhomToCall(own=risks)
    said = [plural("The risks of {n} active customer.", "The risks of {n} active customers.", len(risks))]
    if found.monthly_value is not None and found.monthly_value > 0:
        year = 12 * found.monthly_value
        stage = stage.turned(value=year, highest=year)
        said.append(_("A kept customer is worth a year of the mean monthly value, {year}.").format(year=money(year)))
    return _started(stage, said, lacking=_("What offers and calls cost and bring is in no table: textbook numbers."))


def bucket_of(found: Flow) -> Started | None:
    """The firm as a bucket; None where no day says who came and left."""
    if found.churn is None or found.new_a_month is None or found.churn.share <= 0:
        return None
    stage = LeakyBucket(
        start=found.customers,
        new=found.new_a_month,
        churn=found.churn.share,
        other=0.8 * found.churn.share,
        largest=max(found.customers, found.new_a_month / found.churn.share),
        most_new=found.new_a_month,
    )
    told = _("{customers} active customers, {new} new a month in {over}.")
    said = told.format(customers=number(found.customers), new=number(found.new_a_month, 1), over=found.over)
    return _started(stage, [said, _churn_of(found, found.churn)])


def nps_of(found: Nps | None) -> Started | None:
    """The crowd from the firm's answers; None where nobody answered."""
    if found is None or not found.answers:
        return None
    stage = FewAnswers(found.promoters / found.answers, found.detractors / found.answers)
    told = plural("The latest answer of {n} customer: NPS {score}.", "The latest answer of {n} customers each: NPS {score}.", found.answers)
    return _started(stage, [told.format(score=number(found.score, 1))])


def quiz_of(found: ReasonMix | None) -> Started | None:
    """The quiz with the firm's own mix to reveal; None where nobody stated a reason."""
    if found is None or not found.stated:
        return None
    told = plural("{n} stated reason of customers who left.", "{n} stated reasons of customers who left.", found.stated)
    return Started(ReasonQuiz(own=found), (told,))


def _started(stage: Stage, said: list[str], *, lacking: str = "") -> Started | None:
    """The stage with each dial at the nearest place to the firm's number."""
    if not said:
        return None
    places: dict[str, float] = {dial.field: _held(dial, getattr(stage, dial.field)) for dial in stage.dials()}
    return Started(stage.turned(**places), (*said, *([lacking] if lacking else [])))


def _held(dial: Dial, value: float) -> float:
    return dial.held(value)


def _value_of(found: Flow) -> str:
    told = plural(
        "A customer pays {value} a month: the mean of {n} active customer.",
        "A customer pays {value} a month: the mean of {n} active customers.",
        found.valued,
    )
    return told.format(value=money(found.monthly_value, digits=2))


def _churn_of(found: Flow, churn: Share) -> str:
    told = _("Churn a month {churn} (95% interval {range}), average of {over}.")
    return told.format(churn=percent(churn.share, 2), range=share_range(churn.low, churn.high, 2), over=found.over)
