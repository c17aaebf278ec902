"""What a sign says: when it fires, and what a customer shows, in one sentence each with days and numbers."""

from collections.abc import Callable, Mapping
from typing import Any

from churn.signs.sign import Shown
from churn.signs.thresholds import Thresholds
from churn.wording import _, date, money, number, plural


def evidence(row: Mapping[Any, Any]) -> str:
    """What a customer shows, from a row of the frame of `signs`; names in it are as in the data, to be escaped by who draws it.

    >>> evidence({"sign": "quiet", "severity": 2, "since": "2025-10-29", "days": 63, "usual": 12.0})
    'No contact for 63 days, since 29 Oct 2025; usually every 12.'
    """
    shown = Shown.of(row)
    return _SENTENCES[shown.sign](shown)


def definition(key: str, thresholds: Thresholds) -> str:
    """When a sign fires, by these thresholds.

    >>> definition("payments_late", Thresholds())
    '1 or more invoices of the last 180 days were not paid by the day they were due.'
    """
    return _DEFINITIONS[key](thresholds)


def severity_label(severity: int) -> str:
    """How grave a sign is: watch, warn or act."""
    return {1: _("watch"), 2: _("warn"), 3: _("act")}[severity]


def _ago(shown: Shown) -> str:
    return plural("{n} day ago", "{n} days ago", shown.days or 0)


def _silent(shown: Shown) -> str:
    return plural(
        "No contact for {n} day, since {day}; usually every {usual}.",
        "No contact for {n} days, since {day}; usually every {usual}.",
        shown.days or 0,
    ).format(day=date(shown.since), usual=_plain(shown.usual))


def _no_order(shown: Shown) -> str:
    begin = plural("No order for {n} day, since {day}", "No order for {n} days, since {day}", shown.days or 0).format(day=date(shown.since))
    return (
        _("{begin}.").format(begin=begin)
        if shown.usual is None
        else _("{begin}; usually every {usual}.").format(begin=begin, usual=_plain(shown.usual))
    )


def _contact_changed(shown: Shown) -> str:
    when = {"day": date(shown.since), "ago": _ago(shown), "before": shown.before, "after": shown.after}
    if shown.before and shown.after:
        return _("Contact person changed from {before} to {after} on {day}, {ago}.").format(**when)
    return _("Contact person changed on {day}, {ago}.").format(**when)


def _downgraded(shown: Shown) -> str:
    return _("Went down from {before} to {after} on {day}, {ago}.").format(
        before=shown.before, after=shown.after, day=date(shown.since), ago=_ago(shown)
    )


def _paused(shown: Shown) -> str:
    return _("Account is {status} since {day}, {ago}.").format(status=shown.after, day=date(shown.since), ago=_ago(shown))


def _late(shown: Shown) -> str:
    late = plural(
        "{n} invoice of the last {days} days was not paid in time, due on {day}",
        "{n} invoices of the last {days} days were not paid in time, the latest due on {day}",
        shown.count or 0,
    )
    said = late.format(days=number(shown.days), day=date(shown.since))
    return (
        _("{late}; {money} is still unpaid.").format(late=said, money=money(shown.amount))
        if shown.amount
        else _("{late}.").format(late=said)
    )


def _smaller(shown: Shown) -> str:
    return _("Orders of the last {days} days were of {now} each; in the {days} days before of {before}.").format(
        days=number(shown.days), now=money(shown.amount), before=money(shown.usual)
    )


def _fewer_orders(shown: Shown) -> str:
    return plural(
        "{n} order in the last {days} days; {before} in the {days} days before.",
        "{n} orders in the last {days} days; {before} in the {days} days before.",
        shown.count or 0,
    ).format(days=number(shown.days), before=number(shown.usual))


def _fewer_contacts(shown: Shown) -> str:
    return plural(
        "{n} contact in the last {days} days; {before} in the {days} days before.",
        "{n} contacts in the last {days} days; {before} in the {days} days before.",
        shown.count or 0,
    ).format(days=number(shown.days), before=number(shown.usual))


def _fewer_web(shown: Shown) -> str:
    return plural(
        "{n} contact by web or social media in the last {days} days; {before} in the {days} days before.",
        "{n} contacts by web or social media in the last {days} days; {before} in the {days} days before.",
        shown.count or 0,
    ).format(days=number(shown.days), before=number(shown.usual))


def _open(shown: Shown) -> str:
    return plural(
        "{n} complaint is open, since {day}, {ago}.", "{n} complaints are open, the oldest since {day}, {ago}.", shown.count or 0
    ).format(day=date(shown.since), ago=_ago(shown))


def _complaints(shown: Shown) -> str:
    return plural(
        "{n} complaint in the last {days} days, on {day}.", "{n} complaints in the last {days} days, the latest on {day}.", shown.count or 0
    ).format(days=number(shown.days), day=date(shown.since))


def _renewal(shown: Shown) -> str:
    return plural("Contract renews on {day}, in {n} day.", "Contract renews on {day}, in {n} days.", shown.days or 0).format(
        day=date(shown.since)
    )


def _broken(shown: Shown) -> str:
    return plural(
        "{n} promise of the last {days} days was not kept in time, due on {day}.",
        "{n} promises of the last {days} days were not kept in time, the latest due on {day}.",
        shown.count or 0,
    ).format(days=number(shown.days), day=date(shown.since))


def _detractor(shown: Shown) -> str:
    return _("Gave {score} of 10 when asked whether they would recommend us, on {day}, {ago}.").format(
        score=_plain(shown.amount), day=date(shown.since), ago=_ago(shown)
    )


_SENTENCES: dict[str, Callable[[Shown], str]] = {
    "quiet": _silent,
    "orders_quiet": _no_order,
    "contact_changed": _contact_changed,
    "payments_late": _late,
    "orders_smaller": _smaller,
    "orders_fewer": _fewer_orders,
    "downgraded": _downgraded,
    "complaint_open": _open,
    "complaints": _complaints,
    "notice": lambda shown: _("Gave notice on {day}, {ago}.").format(day=date(shown.since), ago=_ago(shown)),
    "exit_answer": lambda shown: _("Told us on {day}, {ago}, why they leave.").format(day=date(shown.since), ago=_ago(shown)),
    "paused": _paused,
    "no_order": _no_order,
    "contacts_fewer": _fewer_contacts,
    "web_fewer": _fewer_web,
    "renewal": _renewal,
    "detractor": _detractor,
    "promise_broken": _broken,
}

_DEFINITIONS: dict[str, Callable[[Thresholds], str]] = {
    "quiet": lambda to: _(
        "No contact for {gaps} times their own usual gap or longer, and for {days} days at least; {times} contacts tell the usual gap."
    ).format(gaps=_plain(to.quiet_gaps[0]), days=number(to.quiet_days), times=number(to.quiet_times)),
    "orders_quiet": lambda to: _(
        "No order for {gaps} times their own usual gap or longer, and for {days} days at least; {times} orders tell the usual gap."
    ).format(gaps=_plain(to.quiet_gaps[0]), days=number(to.quiet_days), times=number(to.quiet_times)),
    "contact_changed": lambda to: _("The person we speak to changed in the last {days} days.").format(
        days=number(to.contact_changed_days[0])
    ),
    "payments_late": lambda to: _("{n} or more invoices of the last {days} days were not paid by the day they were due.").format(
        n=number(to.late_invoices[0]), days=number(to.window_days)
    ),
    "orders_smaller": lambda to: _(
        "Orders of the last {days} days were smaller by {share}% or more than in the {days} days before."
    ).format(days=number(to.window_days), share=number(100 * to.smaller_orders[0])),
    "orders_fewer": lambda to: _(
        "Orders of the last {days} days were fewer by {share}% or more than in the {days} days before, when there were {n} or more."
    ).format(days=number(to.window_days), share=number(100 * to.fewer_orders[0]), n=number(to.fewer_of)),
    "downgraded": lambda to: _("They went to a cheaper plan or a lower price in the last {days} days.").format(
        days=number(to.downgraded_days[0])
    ),
    "complaint_open": lambda to: _("A complaint has been open for {days} days or longer.").format(days=number(to.complaint_open_days[0])),
    "complaints": lambda to: _("{n} or more complaints in the last {days} days.").format(
        n=number(to.complaints[0]), days=number(to.window_days)
    ),
    "notice": lambda to: _("They gave notice in the last {days} days and are still here.").format(days=number(to.notice_days)),
    "exit_answer": lambda to: _("They answered in the last {days} days why they leave, and are still here.").format(
        days=number(to.notice_days)
    ),
    "paused": lambda to: _("Their account has been paused or switched off for {days} days or longer.").format(
        days=number(to.paused_days[0])
    ),
    "no_order": lambda to: _("No order for {days} days or longer, unless their own rhythm is that slow.").format(
        days=number(to.no_order_days[0])
    ),
    "contacts_fewer": lambda to: _(
        "Contacts of the last {days} days were fewer by {share}% or more than in the {days} days before, when there were {n} or more."
    ).format(days=number(to.window_days), share=number(100 * to.fewer_contacts[0]), n=number(to.fewer_of)),
    "web_fewer": lambda to: _(
        "Contacts by web and social media fell by {share}% or more from one {days} days to the next, from {n} or more."
    ).format(days=number(to.window_days), share=number(100 * to.fewer_contacts[0]), n=number(to.fewer_of)),
    "renewal": lambda to: _("The contract renews or ends within {days} days.").format(days=number(to.renewal_days[0])),
    "detractor": lambda to: _(
        "Their last answer of the last {days} days, whether they would recommend us, was {score} of 10 or less."
    ).format(days=number(to.nps_days), score=number(to.detractor_scores[0])),
    "promise_broken": lambda to: _("{n} or more promises that fell due in the last {days} days were not kept in time.").format(
        n=number(to.promises_broken[0]), days=number(to.window_days)
    ),
}


def _plain(x: float | None) -> str:
    return number(x, 0 if x is None or float(x).is_integer() else 1)
