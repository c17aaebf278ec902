"""The contacts of a plan as a calendar file (RFC 5545, RFC 7986) that calendars import or subscribe to.

An event's UID says customer and kind and not the day, and its SEQUENCE grows with the desk, so that a calendar that takes the file again
moves the event instead of adding one. What stood in a former file and is no longer due is cancelled.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event
from icalendar.enums import STATUS, TRANSP

from churn import wording
from churn.actions.calendar import Plan
from churn.actions.calendar_words import kind_label, person, why
from churn.errors import StoreError
from churn.wording import _

REFRESH = timedelta(hours=6)
_MADE_BY = "-//Retention Desk//EN"


def calendar_text(plan: Plan, *, at: datetime, sequence: int, owner: str | None = None, before: bytes = b"") -> bytes:
    """The file. `at` is the moment (UTC) that it is made, `sequence` a number that grows with every change of the desk, `owner` whose
    contacts alone it holds (None: everybody's), `before` the former file: those of its events from the plan's day on that are in the plan
    no more are in this one once more, as cancelled and without a name. Raises StoreError where `before` is no calendar."""
    stamp = at.replace(tzinfo=UTC)
    name = _("Contacts") if owner is None else _("Contacts of {owner}").format(owner=owner)
    found = Calendar.new(prodid=_MADE_BY, method="PUBLISH", name=name, refresh_interval=REFRESH, uid=_uid("calendar", owner or ""))
    # RFC 7986 asks for the type, which has no default.
    found["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"
    held = {str(event["UID"]): event for event in _events(before)}
    sequence = max([sequence, *(int(event.get("SEQUENCE", 0)) for event in held.values())])
    now: set[str] = set()
    for row in plan.planned.to_dict("records"):
        if owner is None or row["owner"] == owner:
            uid = _uid(_series(row), row["customer_id"])
            now.add(uid)
            found.add_component(_event(row, uid, stamp, sequence))
    for uid, event in held.items():
        if uid not in now and event.start >= plan.day:
            found.add_component(_cancelled(event, stamp, sequence))
    return bytes(found.to_ical())


def _series(row: Mapping[Any, Any]) -> str:
    """What tells an event from the customer's others: all contacts by rhythm are one, so that it stays when it comes to be overdue."""
    rhythm = row["kind"] in ("silent", "overdue", "contact", "first")
    return "contact" if rhythm else f"{row['kind']} {row['key']}"


def _uid(what: str, customer_id: str) -> str:
    digest = hashlib.sha256(repr((what, customer_id)).encode()).hexdigest()
    return f"{digest[:32]}@retention-desk"


def _event(row: Mapping[Any, Any], uid: str, stamp: datetime, sequence: int) -> Event:
    day: date = row["planned_on"].date()
    also = [_("Also: {what}.").format(what=wording.listing([kind_label(kind) for kind in row["also"]]))] if row["also"] else []
    owner = [_("Owner: {owner}").format(owner=row["owner"])] if row["owner"] else []
    return Event.new(
        uid=uid,
        start=day,
        end=day + timedelta(days=1),
        stamp=stamp,
        sequence=sequence,
        summary=_("{what}: {customer}").format(what=kind_label(row["kind"]), customer=person(row)),
        description="\n".join([why(row), *also, _("Customer: {id}").format(id=row["customer_id"]), *owner]),
        categories=[kind_label(row["kind"])],
        status=STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT,
    )


def _cancelled(event: Event, stamp: datetime, sequence: int) -> Event:
    return Event.new(
        uid=str(event["UID"]),
        start=event.start,
        end=event.end,
        stamp=stamp,
        sequence=sequence,
        summary=_("No longer due"),
        status=STATUS.CANCELLED,
        transparency=TRANSP.TRANSPARENT,
    )


def _events(before: bytes) -> Iterator[Event]:
    if not before:
        return
    try:
        found = Calendar.from_ical(before)
        events = [event for event in found.walk("VEVENT") if isinstance(event, Event) and event.get("UID")]
        yield from (event for event in events if type(event.start) is date)
    except (ValueError, KeyError) as error:
        raise StoreError(_("The file that is there already is no calendar file: choose another name, or delete it.")) from error
