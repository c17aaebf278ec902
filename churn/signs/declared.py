"""The warning signs, each declared once, in the order in which they are shown."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import narwhals.stable.v2 as nw

from churn.measures.dialect import is_true, ratio
from churn.signs.facts import ACTIVE_WORDS
from churn.signs.sign import ACT, Sign, from_step, only_if
from churn.signs.thresholds import Steps, Thresholds
from churn.wording import _

_CONTACTS = ("contacted_on",)
_INVOICES = ("ordered_on", "due_on", "paid_on")
_CHANGED = ("changed_on", "what", "before", "after")

Severity = Callable[[Thresholds], nw.Expr]


def _quiet(thresholds: Thresholds) -> nw.Expr:
    return _silent("contact", thresholds)


def _no_order(thresholds: Thresholds) -> nw.Expr:
    """No order for long, unless the customer's own rhythm is that slow."""
    slow = is_true(ratio(nw.col("order_ago"), nw.col("order_usual")) < thresholds.quiet_gaps[0])
    return only_if(~slow, from_step(nw.col("order_ago"), thresholds.no_order_days))


def _silent(of: str, thresholds: Thresholds) -> nw.Expr:
    """How far the days since the last contact or order exceed the customer's own usual gap, where there were enough to tell it."""
    enough = (nw.col(f"{of}_times") >= thresholds.quiet_times) & (nw.col(f"{of}_ago") >= thresholds.quiet_days)
    return only_if(enough, from_step(ratio(nw.col(f"{of}_ago"), nw.col(f"{of}_usual")), thresholds.quiet_gaps))


def _fewer(of: str, steps: Callable[[Thresholds], Steps]) -> Severity:
    """The share by which there are fewer in the window than in the one before it, where there were enough."""

    def severity(thresholds: Thresholds) -> nw.Expr:
        now, before = nw.col(f"{of}_now"), nw.col(f"{of}_before")
        return only_if(before >= thresholds.fewer_of, from_step(ratio(before - now, before), steps(thresholds)))

    return severity


def _smaller(thresholds: Thresholds) -> nw.Expr:
    return from_step(ratio(nw.col("each_before") - nw.col("each_now"), nw.col("each_before")), thresholds.smaller_orders)


def _said(ago: str) -> Severity:
    return lambda thresholds: only_if(nw.col(ago) <= thresholds.notice_days, nw.lit(ACT))


def _paused(thresholds: Thresholds) -> nw.Expr:
    stopped = ~nw.col("status_after").str.to_lowercase().is_in(ACTIVE_WORDS)
    return only_if(is_true(stopped), from_step(nw.col("status_ago"), thresholds.paused_days))


def _renewal(thresholds: Thresholds) -> nw.Expr:
    return only_if(nw.col("renewal_in") >= 0, from_step(nw.col("renewal_in"), thresholds.renewal_days))


def _detractor(thresholds: Thresholds) -> nw.Expr:
    return only_if(nw.col("nps_ago") <= thresholds.nps_days, from_step(nw.col("nps_score"), thresholds.detractor_scores))


def _on(column: str, steps: Callable[[Thresholds], Steps]) -> Severity:
    return lambda thresholds: from_step(nw.col(column), steps(thresholds))


def _evidence(**columns: str | nw.Expr) -> Mapping[str, nw.Expr]:
    return MappingProxyType({name: nw.col(column) if isinstance(column, str) else column for name, column in columns.items()})


def _changed(of: str) -> Mapping[str, nw.Expr]:
    return _evidence(since=f"{of}_on", days=f"{of}_ago", before=f"{of}_before", after=f"{of}_after")


_ALL = (
    Sign(
        "quiet",
        _("They went quiet"),
        {"contacts": _CONTACTS},
        _quiet,
        _evidence(since="contact_on", days="contact_ago", usual="contact_usual", count="contact_times"),
    ),
    Sign(
        "orders_quiet",
        _("Their orders stopped"),
        {"orders": ("ordered_on",)},
        lambda thresholds: _silent("order", thresholds),
        _evidence(since="ordered_on", days="order_ago", usual="order_usual", count="order_times"),
    ),
    Sign(
        "contact_changed",
        _("Their contact person changed"),
        {"changes": _CHANGED},
        _on("person_ago", lambda to: to.contact_changed_days),
        _changed("person"),
    ),
    Sign(
        "payments_late",
        _("They pay late"),
        {"orders": _INVOICES},
        _on("late", lambda to: to.late_invoices),
        _evidence(since="late_on", days="window", count="late", amount="unpaid"),
    ),
    Sign(
        "orders_smaller",
        _("Their orders are smaller"),
        {"orders": ("ordered_on", "amount")},
        _smaller,
        _evidence(days="window", usual="each_before", count="orders_now", amount="each_now"),
    ),
    Sign(
        "orders_fewer",
        _("They order less often"),
        {"orders": ("ordered_on",)},
        _fewer("orders", lambda to: to.fewer_orders),
        _evidence(days="window", usual="orders_before", count="orders_now"),
    ),
    Sign(
        "downgraded",
        _("They pay a lower plan or price"),
        {"changes": _CHANGED},
        _on("lower_ago", lambda to: to.downgraded_days),
        _changed("lower"),
    ),
    Sign(
        "complaint_open",
        _("A complaint is open"),
        {"contacts": ("contacted_on", "kind", "resolved_on")},
        _on("open_for", lambda to: to.complaint_open_days),
        _evidence(since="open_since", days="open_for", count="open_complaints"),
    ),
    Sign(
        "complaints",
        _("They complain again and again"),
        {"contacts": ("contacted_on", "kind")},
        _on("complaints", lambda to: to.complaints),
        _evidence(since="complained_on", days="window", count="complaints"),
    ),
    Sign(
        "notice",
        _("They gave notice"),
        {"contacts": ("contacted_on", "kind")},
        _said("noticed_ago"),
        _evidence(since="noticed_on", days="noticed_ago"),
    ),
    Sign(
        "exit_answer",
        _("They told us why they leave"),
        {"surveys": ("answered_on", "question")},
        _said("exit_ago"),
        _evidence(since="exit_on", days="exit_ago"),
    ),
    Sign("paused", _("Their account is paused"), {"changes": _CHANGED}, _paused, _changed("status")),
    Sign(
        "no_order",
        _("They bought nothing for long"),
        {"orders": ("ordered_on",)},
        _no_order,
        _evidence(since="ordered_on", days="order_ago", usual="order_usual", count="order_times"),
    ),
    Sign(
        "contacts_fewer",
        _("There are fewer contacts"),
        {"contacts": ("contacted_on",)},
        _fewer("contacts", lambda to: to.fewer_contacts),
        _evidence(days="window", usual="contacts_before", count="contacts_now"),
    ),
    Sign(
        "web_fewer",
        _("They come less by web and social media"),
        {"contacts": ("contacted_on", "channel")},
        _fewer("web", lambda to: to.fewer_contacts),
        _evidence(days="window", usual="web_before", count="web_now"),
    ),
    Sign(
        "renewal",
        _("Their contract renews soon"),
        {"customers": ("renewal_on",)},
        _renewal,
        _evidence(since="renewal_on", days="renewal_in"),
        has_past=False,
    ),
    Sign(
        "detractor",
        _("They would not recommend us"),
        {"surveys": ("answered_on", "question", "score")},
        _detractor,
        _evidence(since="nps_on", days="nps_ago", amount="nps_score"),
    ),
    Sign(
        "promise_broken",
        _("We broke a promise"),
        {"promises": ("promised_on", "due_on", "kept_on")},
        _on("broken", lambda to: to.promises_broken),
        _evidence(since="broken_on", days="window", count="broken"),
    ),
)

SIGNS: Mapping[str, Sign] = MappingProxyType({sign.key: sign for sign in _ALL})
