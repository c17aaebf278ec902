"""The contacts of a plan in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from churn import wording
from churn.actions.due import AFTER_SALE
from churn.wording import _, plural

_LABELS: dict[str, str] = {
    "promise": _("Promise due"),
    "follow_up": _("Follow-up"),
    "after_sale": _("After the sale"),
    "snooze": _("Put off until now"),
    "renewal": _("Renewal coming up"),
    "silent": _("Silent"),
    "overdue": _("Overdue"),
    "contact": _("Contact due"),
    "first": _("First contact"),
}


def kind_label(kind: str) -> str:
    """What a kind of contact is called.

    >>> kind_label("after_sale")
    'After the sale'
    """
    return _LABELS[kind]


def person(row: Mapping[Any, Any]) -> str:
    """The customer's name, else the id."""
    return str(row["customer_id"]) if pd.isna(row["name"]) else str(row["name"])


def why(row: Mapping[Any, Any]) -> str:
    """Why a contact of `Plan.planned`, or an alert, is due: one sentence."""
    match row["kind"]:
        case "promise":
            return _("Promised: {what}.").format(what=row["about"]) if row["about"] else _("A promise falls due.")
        case "follow_up":
            after = plural("{n} day after the contact", "{n} days after the contact", int(row["step"]))
            return _("{after}: {play}.").format(after=after, play=row["about"]) if row["about"] else f"{after}."
        case "after_sale":
            days = plural("{n} day after they bought something new", "{n} days after they bought something new", int(row["step"]))
            last = int(row["step"]) == AFTER_SALE[-1]
            return _("{days}: what do they use it for?").format(days=days) if last else _("{days}: does it work?").format(days=days)
        case "snooze":
            return _("It was put off until now.")
        case "renewal":
            return _("Renews on {day}.").format(day=wording.date(row["renewal_on"]))
        case "first":
            return _("No contact and no order is known.")
        case _:
            every = plural("every {n} day", "every {n} days", int(row["every"]))
            text = _("Last contact {day}, usually {every}.") if row["is_own"] else _("Last contact {day}; {every} is taken as usual.")
            return text.format(day=wording.date(row["last_on"]), every=every)
