"""What became of those who showed a sign, and what its thresholds are called, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from churn.wording import _, number, percent, plural, share_range

USES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quiet": ("quiet_gaps", "quiet_days", "quiet_times"),
        "orders_quiet": ("quiet_gaps", "quiet_days", "quiet_times"),
        "contact_changed": ("contact_changed_days",),
        "payments_late": ("late_invoices", "window_days"),
        "orders_smaller": ("smaller_orders", "window_days"),
        "orders_fewer": ("fewer_orders", "fewer_of", "window_days"),
        "downgraded": ("downgraded_days",),
        "complaint_open": ("complaint_open_days",),
        "complaints": ("complaints", "window_days"),
        "notice": ("notice_days",),
        "exit_answer": ("notice_days",),
        "paused": ("paused_days",),
        "no_order": ("no_order_days", "quiet_gaps"),
        "contacts_fewer": ("fewer_contacts", "fewer_of", "window_days"),
        "web_fewer": ("fewer_contacts", "fewer_of", "window_days"),
        "renewal": ("renewal_days",),
        "detractor": ("detractor_scores", "nps_days"),
        "promise_broken": ("promises_broken", "window_days"),
    }
)


def threshold_label(name: str) -> str:
    """What a threshold is called, by the name of its field in `Thresholds`.

    >>> threshold_label("quiet_days")
    'Days of silence at least'
    """
    return {
        "window_days": _("Days that count, for all signs that count"),
        "quiet_gaps": _("Times their own usual gap"),
        "quiet_days": _("Days of silence at least"),
        "quiet_times": _("Contacts or orders that tell a usual gap"),
        "no_order_days": _("Days without an order"),
        "contact_changed_days": _("Days since the change, at most"),
        "late_invoices": _("Invoices paid late"),
        "smaller_orders": _("Smaller by, as a share from 0 to 1"),
        "fewer_orders": _("Fewer by, as a share from 0 to 1"),
        "fewer_contacts": _("Fewer by, as a share from 0 to 1"),
        "fewer_of": _("Out of how many at least"),
        "downgraded_days": _("Days since the change, at most"),
        "complaint_open_days": _("Days that a complaint is open"),
        "complaints": _("Complaints"),
        "notice_days": _("Days since they said so, at most"),
        "paused_days": _("Days that the account is paused"),
        "promises_broken": _("Promises not kept in time"),
        "renewal_days": _("Days to the renewal, at most"),
        "detractor_scores": _("Score, at most"),
        "nps_days": _("Days since the answer, at most"),
    }[name]


def told_sentence(row: Mapping[Any, Any], look_ahead: int) -> str:
    """How well a sign told, from a row of the frame of `record_of`.

    >>> row = {"fired": 412, "share": 0.21, "low": 0.17, "high": 0.25, "without": 5000, "without_share": 0.06}
    >>> told_sentence(row | {"lift": 3.5, "beyond_chance": True, "difference": 0.15}, 90)
    'Of 412 who showed it, 21% left within 90 days (17% to 25%); of those without it, 6%. That is 3.5 times as often.'
    """
    fired = int(row["fired"])
    if not fired:
        return _("Nobody showed it on the days looked at, so nothing is known of how well it tells.")
    left = plural(
        "Of {n} who showed it, {share} left within {days} days ({range}); of those without it, {without}.",
        "Of {n} who showed it, {share} left within {days} days ({range}); of those without it, {without}.",
        fired,
    ).format(
        share=percent(row["share"], 0),
        days=number(look_ahead),
        range=share_range(row["low"], row["high"], 0),
        without=percent(row["without_share"], 0),
    )
    return f"{left} {_verdict(row)}"


def tells(row: Mapping[Any, Any]) -> bool:
    """Whether those who showed a sign left more often than chance allows."""
    return bool(row["beyond_chance"]) and row["difference"] > 0


def _verdict(row: Mapping[Any, Any]) -> str:
    if not row["beyond_chance"]:
        return _("The difference may be chance.")
    if row["difference"] < 0:
        return _("Those who showed it left less often.")
    if row["without_share"] == 0:
        return _("Of those without it nobody left.")
    return _("That is {times} times as often.").format(times=number(row["lift"], 1))
