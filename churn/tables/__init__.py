"""The schema, declared once: tables, columns, types, units, meanings, header aliases and row rules."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal

from churn.tables.headers import foreign
from churn.tables.labels import LABEL_ALIASES

Type = Literal["id", "text", "number", "date", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of a table. `choices`, `low` and `high` are the row rules; an empty value is allowed unless `required`."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @cached_property
    def keys(self) -> dict[str, int]:
        """The headers by which files call the column, as `header_key` gives them, in the order in which they are tried: its own name (0),
        what else it is called (1 and on), then what other languages call it."""
        found: dict[str, int] = {}
        for place, name in enumerate((self.name, *self.aliases, *foreign(self.name))):
            found.setdefault(header_key(name), place)
        return found


@dataclass(frozen=True)
class Table:
    """One table of the desk. `key` names the columns that tell two rows apart; empty where a row has no key of its own."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    keeps_extra: bool = False

    def column(self, name: str) -> Column | None:
        """The column called `name`, or None."""
        return next((column for column in self.columns if column.name == name), None)


_ID_ALIASES = ("customer id", "customerid", "customer no", "customer number", "client id", "account id", "user id", "member id")
_ID_MEANING = "the firm's own number or code of the customer"

# "id" is the row's own: the customer's in a sheet of customers, but an order's in a sheet of orders.
_OWN_ID = Column("customer_id", "id", _ID_MEANING, required=True, aliases=(*_ID_ALIASES, "id", "customer"))
_CUSTOMER = Column("customer_id", "id", _ID_MEANING, required=True, aliases=(*_ID_ALIASES, "customer", "account"))

CUSTOMERS = Table(
    "customers",
    "a customer",
    (
        _OWN_ID,
        Column(
            "name",
            "text",
            "name of the customer",
            aliases=("customer name", "customer", "account name", "company", "company name", "client name", "full name"),
        ),
        Column("segment", "text", "group that the firm sorts the customer into", aliases=("customer segment", "industry", "category")),
        Column("region", "text", "where the customer is", aliases=("country", "state", "geography", "city")),
        Column(
            "plan",
            "text",
            "what the customer has bought or subscribed to",
            aliases=("plan tier", "subscription", "subscription type", "tariff plan", "product plan"),
        ),
        Column(
            "started_on",
            "date",
            "first day as a customer",
            aliases=("start date", "signup date", "customer since", "joined on", "join date"),
        ),
        Column(
            "ended_on",
            "date",
            "last day as a customer; empty: still with us",
            aliases=("end date", "churn date", "cancelled on", "left on", "cancellation date"),
        ),
        Column(
            "monthly_value",
            "number",
            "what the customer pays in a month",
            unit="money",
            low=0,
            aliases=("monthly charges", "monthly charge", "mrr", "monthly fee", "monthly revenue", "monthly amount"),
        ),
        Column(
            "renewal_on", "date", "day on which the contract renews or ends", aliases=("renewal date", "contract end", "contract end date")
        ),
        Column("contact_name", "text", "the person we speak to there", aliases=("contact", "contact person", "point of contact")),
        Column("owner", "text", "who looks after the customer here", aliases=("account manager", "account owner", "sales rep", "rep")),
    ),
    key=("customer_id",),
    keeps_extra=True,
)

ORDERS = Table(
    "orders",
    "a purchase or invoice",
    (
        _CUSTOMER,
        Column(
            "ordered_on",
            "date",
            "day of the purchase or invoice",
            required=True,
            aliases=(
                *("order date", "invoice date", "purchase date", "purchased on", "bought on", "transaction date", "sale date"),
                *("billing date", "close date", "date", "start date"),
            ),
        ),
        Column(
            "amount",
            "number",
            "what was bought or billed; negative for a refund",
            unit="money",
            required=True,
            aliases=(
                *("order amount", "order total", "order value", "total", "total price", "total amount", "invoice amount", "sales amount"),
                *("transaction amount", "net amount", "dollar value", "close value", "value", "sales", "revenue", "price", "mrr amount"),
            ),
        ),
        Column("product", "text", "what was bought", aliases=("item", "product name")),
        Column("due_on", "date", "day on which payment is due", aliases=("due date",)),
        Column("paid_on", "date", "day of payment; empty: not yet paid", aliases=("payment date", "paid date")),
    ),
)

CONTACTS = Table(
    "contacts",
    "one contact either way",
    (
        _CUSTOMER,
        Column(
            "contacted_on",
            "date",
            "day of the contact",
            required=True,
            aliases=(
                *("contact date", "submitted at", "interaction date", "call date", "ticket date", "opened at", "opened on"),
                *("created at", "created on", "usage date", "date"),
            ),
        ),
        Column("direction", "text", "in: from the customer; out: from us", choices=("in", "out")),
        Column("channel", "text", "how", choices=("phone", "email", "chat", "visit", "web", "social")),
        Column(
            "kind",
            "text",
            "what about",
            choices=("enquiry", "complaint", "feedback", "service", "renewal", "cancellation_notice", "thanks"),
        ),
        Column("sentiment", "number", "tone, from -1 (angry) to 1 (glad)", low=-1, high=1),
        Column(
            "resolved_on",
            "date",
            "day on which it was settled; empty: still open",
            aliases=("resolved at", "closed on", "closed at", "resolution date", "solved at"),
        ),
    ),
)

SURVEYS = Table(
    "surveys",
    "one answer",
    (
        _CUSTOMER,
        Column(
            "answered_on",
            "date",
            "day of the answer",
            required=True,
            aliases=(
                "answer date",
                "response date",
                "responded at",
                "survey date",
                "submitted at",
                "date",
                "churn date",
                "cancellation date",
            ),
        ),
        Column("question", "text", "which question", required=True, choices=("nps", "csat", "exit")),
        Column(
            "score",
            "number",
            "the number given: nps 0 to 10, csat 1 to 5",
            low=0,
            high=10,
            aliases=("nps", "nps score", "csat", "csat score", "satisfaction score", "rating"),
        ),
        Column(
            "reason",
            "text",
            "stated reason for leaving (exit)",
            aliases=("churn reason", "reason for leaving", "reason code", "cancellation reason", "exit reason"),
        ),
        Column("comment", "text", "what the customer wrote", aliases=("feedback", "verbatim", "feedback text", "comments")),
    ),
)

CHANGES = Table(
    "changes",
    "something changed",
    (
        _CUSTOMER,
        Column("changed_on", "date", "day of the change", required=True, aliases=("change date", "date")),
        Column("what", "text", "what changed", required=True, choices=("point_of_contact", "plan", "price", "status")),
        Column("before", "text", "how it was", aliases=("old value", "from")),
        Column("after", "text", "how it is now", aliases=("new value", "to")),
    ),
)

PROMISES = Table(
    "promises",
    "what was promised",
    (
        _CUSTOMER,
        Column("promised_on", "date", "day of the promise", required=True),
        Column("due_on", "date", "day by which it should be kept", aliases=("due date",)),
        Column("what", "text", "what was promised", aliases=("promise",)),
        Column("kept_on", "date", "day on which it was kept; empty: not yet"),
    ),
)

ACTIONS = Table(
    "actions",
    "what the desk did",
    (
        _CUSTOMER,
        Column("taken_on", "date", "day of the action", required=True),
        Column("action", "text", "what was done"),
        Column("arm", "text", "acted on, or held out for comparison", choices=("acted", "held_out")),
        Column("cost", "number", "what it cost", unit="money", low=0),
        Column("outcome", "text", "what came of it"),
        Column("outcome_on", "date", "day on which the outcome was known"),
        Column("noted_by", "text", "who wrote it down"),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (CUSTOMERS, ORDERS, CONTACTS, SURVEYS, CHANGES, PROMISES, ACTIONS)}

_ONE_LETTER = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ı": "i", "İ": "i", "ё": "е", "Ё": "е"})


@lru_cache(maxsize=65_536)
def header_key(header: str) -> str:
    """The form in which two headers are compared: no case, accents, spaces or signs, Arabic letters as Persian writes them.

    >>> header_key("  Monthly_Charges "), header_key("MonthlyCharges"), header_key("كد مشتري") == header_key("کد مشتری")
    ('monthlycharges', 'monthlycharges', True)
    """
    folded = unicodedata.normalize("NFKD", header.translate(_ONE_LETTER)).casefold()
    key = re.sub(r"[\W_]+", "", "".join(mark for mark in folded if not unicodedata.combining(mark)))
    return key or header.strip().casefold()


def bare_key(header: str) -> str:
    """The same without what stands in brackets, a unit mostly.

    >>> bare_key("Monthly fee (EUR)"), bare_key("Churn ?"), bare_key("(id)")
    ('monthlyfee', 'churn', 'id')
    """
    bare = re.sub(r"[(\[{][^)\]}]*[)\]}]", " ", header).strip()
    return header_key(bare or header)


def find_column(table: Table, header: str) -> Column | None:
    """The column of `table` that a file's `header` names outright or by an alias, or None."""
    return next((column for column in table.columns if header_key(header) in column.keys), None)


@cache
def known_headers() -> frozenset[str]:
    """Every header that the schema knows in some table and language, and those of labels, as `header_key` gives them."""
    columns = frozenset(key for table in TABLES.values() for column in table.columns for key in column.keys)
    return columns | frozenset(map(header_key, LABEL_ALIASES))
