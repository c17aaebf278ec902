"""How many customers leave, is it better than before, what does it cost, and what is at stake?"""

import narwhals.stable.v2 as nw
import pandas as pd

from churn import charts, measures, wording
from churn.filters import ALL_TIME, Span
from churn.findings.blocks import Figure, Findings, Part
from churn.findings.changed import changed
from churn.findings.nps import score_of
from churn.findings.risks import bands, spread, stake
from churn.findings.words import SMALL, against, customers, few, interval, of, said_share
from churn.measures import Concentration, Share
from churn.measures.dialect import Frame, has, one_row, real
from churn.measures.loyalty import concentration_of
from churn.measures.rates import share_of
from churn.risk.scorecard import Scorecard
from churn.view import View
from churn.wording import _, plural

MONTHS_SHOWN = 24


def overview(view: View, card: Scorecard | None = None, *, deeper: bool = False) -> Findings:
    """The firm at a glance; with a `card` that finds a signal also what is at stake by the risks that the desk keeps, which are
    the deeper model's where `deeper` says so."""
    rates = _rates(view)
    banded = bands(view) if card is not None else None
    at_risk = stake(banded, card) if card is not None and banded is not None else None
    return Findings(
        title=_("Overview"),
        question=_("How many customers leave, is it better than before, and what does it cost?"),
        figures=tuple(filter(None, [_active(view), _churn(view, rates), _lost_value(view), *(at_risk or ()), _nps(view), _top(view)])),
        said=changed(view, rates) if rates is not None else "",
        caution=few(view.customers, customers(view.customers)),
        parts=(_trend(view, rates), *(spread(banded, card, deeper=deeper) if card is not None and banded is not None and at_risk else ())),
    )


def _rates(view: View) -> pd.DataFrame | None:
    """Churn by month over all months that are known; None where no day says when customers left."""
    if view.dials is None or view.first_month is None:
        return None
    return measures.churn_by_month_of(view.lived, view.dials.as_of, view.first_month)


def _active(view: View) -> Figure:
    share = view.churn()
    if share is None or view.lost is None:
        return Figure(_("Customers"), wording.number(view.customers), _("Rows in the customers table; nothing says who of them has left"))
    here = share.total - share.count
    on = _("Of {customers}; {lost} have left").format(customers=customers(share.total), lost=wording.number(share.count))
    if view.dials is not None:
        on = _("On {day}, of {customers} that ever came").format(day=wording.date(view.dials.as_of), customers=wording.number(share.total))
    if view.to_come:
        to_come = plural("{n} more has no start or order before it", "{n} more have no start or order before it", view.to_come)
        on = _("{on}; {to_come}").format(on=on, to_come=to_come)
    return Figure(_("Active customers"), wording.number(here), on)


def _churn(view: View, rates: pd.DataFrame | None) -> Figure | None:
    share = view.churn()
    if share is None:
        return None
    if rates is None or view.recent is None:
        on = _("{of} in the table have left, whenever that was; {interval}").format(of=of(share), interval=interval(share))
        return Figure(_("Share who have left"), said_share(share), on)
    (now, months), (then, earlier) = _average(rates, view.recent), _average(rates, _earlier(view.recent))
    if not now.total:
        return None
    on = plural(
        "Of those here at the start of a month, {recently} (on average of {n} whole month); {interval}",
        "Of those here at the start of a month, {recently} (on average of {n} whole months); {interval}",
        months,
    ).format(recently=view.recently, interval=interval(now))
    when = _("in as many months before")
    if earlier != months:
        when = plural("in the {n} month known before", "in the {n} months known before", earlier)
    told = wording.percent(now.share) if view.customers >= SMALL else of(now)
    return Figure(_("Churn a month"), told, on, against(now, then, when) if view.customers >= SMALL else "")


def _average(rates: pd.DataFrame, span: Span) -> tuple[Share, int]:
    """The average rate over the whole months of a span, and over how many that is."""
    inside = rates["complete"] & (rates["at_start"] > 0) & (rates["month"] < pd.Timestamp(span.until))
    if span.first is not None:
        inside &= rates["month"] >= pd.Timestamp(span.first)
    return share_of(int(rates.loc[inside, "lost"].sum()), int(rates.loc[inside, "at_start"].sum())), int(inside.sum())


def _earlier(span: Span) -> Span:
    """As many months just before."""
    if span.first is None:
        return Span(span.until, span.until)
    first, until = pd.Period(span.first, "M"), pd.Period(span.until, "M")
    return Span((first - (until - first).n).start_time.date(), span.first)


def _lost_value(view: View) -> Figure | None:
    """What those who left had paid a month."""
    if view.lost is None or not has(view.people, "monthly_value"):
        return None
    recent = view.recent
    lost, valued, left = _value(view.left(recent))
    active, _valued, _here = _value(view.people.filter(~view.lost))
    if recent is None:
        on = _("What the {customers} who have left paid a month; those who are here pay {active}")
    else:
        on = _("What the {customers} who left {recently} paid a month; those who are here pay {active}")
    told = on.format(customers=customers(valued), recently=view.recently, active=wording.money(active))
    if left > valued:
        more = plural("what {n} more paid is not known", "what {n} more paid is not known", left - valued)
        told = _("{told}; {more}").format(told=told, more=more)
    return Figure(_("Monthly value lost"), wording.money(lost), told)


def _value(people: Frame) -> tuple[float, int, int]:
    """What they pay a month, of how many that is known, and how many they are."""
    value = real("monthly_value")
    sums = one_row(people, [value.sum().alias("value"), value.count().alias("n"), nw.len().alias("all")])
    return (sums["value"] if sums["n"] else 0.0), int(sums["n"]), int(sums["all"])


def _nps(view: View) -> Figure | None:
    if not view.holds("surveys", "question", "score"):
        return None
    found = score_of(view)
    if not found.answers:
        return None
    on = _("{answers}, the latest of each customer; give or take {margin} (95%)").format(
        answers=plural("{n} answer", "{n} answers", found.answers), margin=wording.number(found.margin)
    )
    return Figure(_("NPS"), wording.signed(found.score), on)


def _top(view: View) -> Figure | None:
    found = revenue_of(view)
    if found is None or not found.revenue > 0 or found.customers < SMALL:
        return None
    on = _("Share of the revenue that the largest fifth of {customers} brings; 80% is often quoted, without a source")
    return Figure(_("Revenue from the top 20%"), wording.percent(found.top_share, 0), on.format(customers=customers(found.customers)))


def revenue_of(view: View) -> Concentration | None:
    """How revenue gathers among those who bought: that of all orders, or of those in the period; else what customers pay a month; None
    where the desk holds neither."""
    months = view.months()
    if months is not None and of_orders(view):
        if view.filters.period == ALL_TIME:
            own = view.frames["customer_bought"].join(view.people.select("customer_id"), on="customer_id", how="semi")
            return concentration_of(own.select(value=nw.col("revenue")))
        paid = months.filter(nw.col("orders") > 0).group_by("customer_id").agg(real("revenue").sum().alias("value"))
        return concentration_of(paid)
    if has(view.people, "monthly_value"):
        return concentration_of(measures.values_from_customers(view.people))
    return None


def of_orders(view: View) -> bool:
    """Whether `revenue_of` counts orders."""
    return view.dated and view.holds("orders", "amount") and "customer_months" in view.frames


def _trend(view: View, rates: pd.DataFrame | None) -> Part:
    key, title = "churn_by_month", _("Churn by month")
    if rates is None or view.recent is None:
        lacking = _("No day says when customers left: load customers with a column of the day they ended, or their orders.")
        return Part(key, title, lacking=lacking)
    if not (rates["complete"] & (rates["at_start"] > 0)).any():
        return Part(key, title, lacking=_("No month is over yet in which there were customers."))
    shown = rates[rates["complete"]]
    if view.span is not None and view.span.first is not None:
        shown = shown[(shown["month"] >= pd.Timestamp(view.span.first)) & (shown["month"] < pd.Timestamp(view.span.until))]
    shown = shown.tail(MONTHS_SHOWN)
    if shown.empty:
        return Part(key, title, lacking=_("No whole month lies in this period."))
    shown = shown[shown["at_start"] >= SMALL]
    if shown.empty:
        return Part(key, title, lacking=_("Fewer than ten customers began each of these months: too few for a share."))
    about = _("Of the customers at the start of each month, who left in it; shaded: the 95% interval.")
    return Part(key, title, about, chart=charts.churn_trend(shown))
