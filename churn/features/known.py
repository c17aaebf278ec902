"""The features, one by one: what each is called and means, in which unit, and which columns of which table it needs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from churn.features.windows import WINDOWS
from churn.measures.declared import Tables, holds
from churn.tables import Type
from churn.wording import _, plural

Empty = Literal["nought", "null"]


@dataclass(frozen=True)
class Feature:
    """`table` and `columns` are what it needs, or else the table `otherwise`. `empty` is what a customer without a row of the table has:
    0 or nothing. `unit` is in words, "" for none. `learn`: whether the score may learn from it. It may not where its value on earlier days
    is not known (a renewal that lies far ahead of an earlier day says that the customer has renewed since), or where another feature
    holds it.
    """

    name: str
    meaning: str
    unit: str
    table: str
    columns: tuple[str, ...] = ()
    type: Type = "number"
    empty: Empty = "null"
    otherwise: str = ""
    learn: bool = True

    def is_held(self, tables: Tables) -> bool:
        """Whether the firm has what the feature needs."""
        return holds(tables, self.table, *self.columns) or (self.otherwise in tables)

    @property
    def label(self) -> str:
        """What it is called where room is short, as in a chart."""
        return _labels().get(self.name, self.meaning)


@cache
def every() -> dict[str, Feature]:
    """All features by name, in the order in which `features` gives them."""
    rooms = (_orders, _payments, _contacts, _kinds, _online, _answers, _changes, _promises, _customers)
    return {feature.name: feature for room in rooms for feature in room()}


def held(tables: Tables) -> list[Feature]:
    """The features that the firm's tables allow."""
    return [feature for feature in every().values() if feature.is_held(tables)]


def _days(days: int) -> str:
    return plural("{n} day", "{n} days", days)


def _orders() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, empty: Empty = "null") -> Feature:
        return Feature(name, meaning, unit, "orders", ("ordered_on", "amount"), empty=empty)

    yield own("days_since_order", _("Days since the last order"), _("days"))
    yield own("usual_order_gap", _("The customer's own usual days between orders"), _("days"))
    yield own("order_silence", _("Days since the last order, in the customer's own usual gaps"), _("usual gaps"))
    yield own("order_silence_share", _("Days since the last order, as a share of the time as a customer"), "")
    for days in WINDOWS:
        yield own(f"orders_{days}", _("Orders in the last {days}").format(days=_days(days)), _("orders"), "nought")
        yield own(f"amount_{days}", _("Amount ordered in the last {days}").format(days=_days(days)), _("money"), "nought")
    yield own("orders_ever", _("Orders ever"), _("orders"), "nought")
    yield own("order_days", _("Days with an order, ever"), _("days"), "nought")
    yield own("amount_ever", _("Amount ordered ever"), _("money"), "nought")
    yield own("average_order", _("Amount of an order, on average"), _("money"))
    yield own("orders_trend", _("Orders of the last 90 days against the 90 before (-1: none any more, 1: none before)"), "", "nought")
    yield own("amount_trend_90", _("Amount of the last 90 days against the 90 before (-1: none any more, 1: none before)"), "", "nought")
    yield own("amount_trend_365", _("Amount of the last 365 days against the 365 before (-1: none any more, 1: none before)"), "", "nought")
    yield own("order_size_trend", _("Size of an order in the last 180 days against earlier ones (below 0: smaller, above 0: larger)"), "")


def _payments() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, empty: Empty = "null") -> Feature:
        return Feature(name, meaning, unit, "orders", ("ordered_on", "amount", "due_on", "paid_on"), empty=empty)

    yield own("days_paid_late", _("Days that invoices were paid after they fell due, on average (0 for those paid in time)"), _("days"))
    yield own("share_paid_late", _("Share of invoices not paid by the day they were due"), "")
    yield own("late_180", _("Invoices of the last 180 days not paid by the day they were due"), _("invoices"), "nought")
    yield own("late_trend", _("Late invoices of the last 180 days, less those of the 180 before"), _("invoices"), "nought")
    yield own("invoices_overdue", _("Invoices past the day due and not paid"), _("invoices"), "nought")
    yield own("amount_overdue", _("Amount past the day due and not paid"), _("money"), "nought")


def _contacts() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, empty: Empty = "null", needs: tuple[str, ...] = ()) -> Feature:
        return Feature(name, meaning, unit, "contacts", ("contacted_on", *needs), empty=empty)

    way = ("direction",)
    yield own("days_since_contact", _("Days since the last contact either way"), _("days"))
    yield own("days_since_contact_in", _("Days since the customer last got in touch"), _("days"), needs=way)
    yield own("days_since_contact_out", _("Days since we last got in touch"), _("days"), needs=way)
    yield own("usual_contact_gap", _("The customer's own usual days between contacts"), _("days"))
    yield own("contact_silence", _("Days since the last contact, in the customer's own usual gaps"), _("usual gaps"))
    for days in WINDOWS:
        said = _days(days)
        yield own(f"contacts_{days}", _("Contacts in the last {days}").format(days=said), _("contacts"), "nought")
        yield own(f"contacts_in_{days}", _("Contacts from the customer in the last {days}").format(days=said), _("contacts"), "nought", way)
        yield own(f"contacts_out_{days}", _("Contacts from us in the last {days}").format(days=said), _("contacts"), "nought", way)
    yield own("contacts_trend", _("Contacts of the last 90 days against the 90 before (-1: none any more, 1: none before)"), "", "nought")
    yield own("sentiment_365", _("Tone of the contacts of the last 365 days (-1 angry, 1 glad), on average"), "", needs=("sentiment",))
    yield own("last_sentiment", _("Tone of the last contact (-1 angry, 1 glad)"), "", needs=("sentiment",))
    yield own("days_to_resolution", _("Days until what a contact was about was settled, on average"), _("days"), needs=("resolved_on",))


def _kinds() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, empty: Empty = "nought", needs: tuple[str, ...] = ()) -> Feature:
        return Feature(name, meaning, unit, "contacts", ("contacted_on", "kind", *needs), empty=empty)

    for days in (30, 90, 180, 365):
        yield own(f"complaints_{days}", _("Complaints in the last {days}").format(days=_days(days)), _("complaints"))
    yield own("complaints_trend", _("Complaints of the last 90 days against the 90 before (-1: none any more, 1: none before)"), "")
    yield replace(own("notices_180", _("Notices of leaving in the last 180 days"), _("notices")), learn=False)
    yield replace(own("said_leaving_180", _("Notices of leaving and answers on why, in the last 180 days"), ""), otherwise="surveys")
    yield own("days_since_complaint", _("Days since the last complaint"), _("days"), "null")
    yield own("complaints_open", _("Complaints not settled"), _("complaints"), needs=("resolved_on",))


def _online() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, empty: Empty) -> Feature:
        return Feature(name, meaning, unit, "contacts", ("contacted_on", "channel"), empty=empty)

    yield own("share_phone", _("Share of the year's contacts by phone"), "", "null")
    yield own("share_email", _("Share of the year's contacts by email"), "", "null")
    yield own("share_chat", _("Share of the year's contacts by chat"), "", "null")
    yield own("share_visit", _("Share of the year's contacts that were visits"), "", "null")
    yield own("share_web", _("Share of the year's contacts on the web"), "", "null")
    yield own("share_social", _("Share of the year's contacts on social media"), "", "null")
    for days in WINDOWS[:2]:
        yield own(f"web_{days}", _("Contacts on the web in the last {days}").format(days=_days(days)), _("contacts"), "nought")
        yield own(f"social_{days}", _("Contacts on social media in the last {days}").format(days=_days(days)), _("contacts"), "nought")


def _answers() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str) -> Feature:
        return Feature(name, meaning, unit, "surveys", ("answered_on", "question", "score"))

    yield own("last_nps", _('Last answer to "would you recommend us?" (0 to 10)'), _("points"))
    yield own("nps_change", _('Last answer to "would you recommend us?" less the one before'), _("points"))
    yield own("days_since_nps", _('Days since the last answer to "would you recommend us?"'), _("days"))
    yield Feature(
        "exit_answers_180",
        _("Answers on why they leave in the last 180 days"),
        _("answers"),
        "surveys",
        ("answered_on", "question"),
        empty="nought",
        learn=False,
    )


def _changes() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, empty: Empty = "null", needs: tuple[str, ...] = (), type: Type = "number") -> Feature:
        return Feature(name, meaning, unit, "changes", ("changed_on", "what", *needs), type, empty)

    yield own("contact_changes_180", _("Changes of the contact person in the last 180 days"), _("changes"), "nought")
    yield own("days_since_contact_change", _("Days since the contact person changed"), _("days"))
    yield own("plan_changes_365", _("Changes of plan in the last 365 days"), _("changes"), "nought")
    yield own("price_change", _("Last change of price, in percent"), _("%"), needs=("before", "after"))
    yield own("days_since_price_change", _("Days since the price changed"), _("days"))
    yield own("last_status", _("Status of the account after its last change"), "", needs=("after",), type="text")


def _promises() -> Iterator[Feature]:
    def own(name: str, meaning: str, *needs: str) -> Feature:
        return Feature(name, meaning, _("promises"), "promises", ("promised_on", "kept_on", *needs), empty="nought")

    yield own("promises_open", _("Promises not yet kept"))
    yield own("promises_overdue", _("Promises past the day due and not kept"), "due_on")
    yield own("promises_broken_365", _("Promises due in the last 365 days and kept late or not at all"), "due_on")


def _customers() -> Iterator[Feature]:
    def own(name: str, meaning: str, unit: str, column: str, type: Type = "number", *, otherwise: str = "", learn: bool = True) -> Feature:
        return Feature(name, meaning, unit, "customers", (column,), type, otherwise=otherwise, learn=learn)

    yield own("days_to_renewal", _("Days until the contract renews"), _("days"), "renewal_on", learn=False)
    yield own("tenure_days", _("Days as a customer"), _("days"), "started_on", otherwise="orders")
    yield own("segment", _("Segment"), "", "segment", "text")
    yield own("region", _("Region"), "", "region", "text")
    yield own("plan", _("Plan"), "", "plan", "text")
    yield own("monthly_value", _("What the customer pays in a month"), _("money"), "monthly_value")


@cache
def _labels() -> dict[str, str]:
    return {
        "usual_order_gap": _("Usual days between orders"),
        "order_silence": _("Silence in usual order gaps"),
        "order_silence_share": _("Silence as a share of tenure"),
        "average_order": _("Average order"),
        "orders_trend": _("Trend of orders, 90 days"),
        "amount_trend_90": _("Trend of amounts, 90 days"),
        "amount_trend_365": _("Trend of amounts, a year"),
        "order_size_trend": _("Trend of order sizes"),
        "days_paid_late": _("Mean days paid late"),
        "share_paid_late": _("Share of invoices late"),
        "late_180": _("Late invoices, 180 days"),
        "late_trend": _("Late invoices, more or fewer"),
        "invoices_overdue": _("Invoices overdue"),
        "amount_overdue": _("Amount overdue"),
        "days_since_contact": _("Days since last contact"),
        "days_since_contact_in": _("Days since they got in touch"),
        "days_since_contact_out": _("Days since we got in touch"),
        "usual_contact_gap": _("Usual days between contacts"),
        "contact_silence": _("Silence in usual contact gaps"),
        "contacts_trend": _("Trend of contacts, 90 days"),
        "sentiment_365": _("Mean tone, 365 days"),
        "last_sentiment": _("Tone of the last contact"),
        "days_to_resolution": _("Mean days to settle"),
        "complaints_trend": _("Trend of complaints, 90 days"),
        "notices_180": _("Notices of leaving"),
        "said_leaving_180": _("Said that they leave"),
        "last_nps": _("Last NPS answer"),
        "nps_change": _("Change of NPS answer"),
        "days_since_nps": _("Days since NPS answer"),
        "exit_answers_180": _("Exit answers"),
        "contact_changes_180": _("New contact persons, 180 days"),
        "days_since_contact_change": _("Days since new contact person"),
        "promises_overdue": _("Promises overdue"),
        "promises_broken_365": _("Promises broken, a year"),
        "last_status": _("Account status"),
        "monthly_value": _("Monthly value"),
    }
