"""The firm's books: what really happened, cut where each customer left, as the seven tables of the desk with the snapshot columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn.tables import TABLES
from sample_data.firm import CONTRACT_MONTHS, CONTRACTS, LAST_DAY, MONTH_STARTS, OPENED, PLANS, REGIONS, SEGMENTS, Bools, Firm
from sample_data.phrases import COMPANIES
from sample_data.record import Ints, record

NOTICE_DAYS = 30
GIVES_NOTICE_SHARE = 0.35
OWNERS = np.array(["Ruth Adeyemi", "Tom Becker", "Ilse de Vries", "Marta Nowak", "Sean Doyle", "Ken Mori", "Lucia Ferri"])


@dataclass(frozen=True)
class Leaving:
    """The day each customer decided to leave and the last day as a customer (both beyond LAST_DAY: not yet), and the campaign rows."""

    decided: Ints
    ended: Ints
    actions: pd.DataFrame

    @property
    def lost(self) -> Bools:
        """Who left by LAST_DAY."""
        return self.ended <= LAST_DAY

    @property
    def end(self) -> Ints:
        """The last day of which the books can tell."""
        return np.minimum(self.ended, LAST_DAY)

    @property
    def snapshot(self) -> Ints:
        """Day of the snapshot columns: NOTICE_DAYS before the end for the lost, the last day for the others."""
        return np.where(self.lost, self.ended - NOTICE_DAYS, LAST_DAY)

    @property
    def last_month(self) -> Ints:
        """The month after which plan and price stand still: that of the decision to leave."""
        return np.searchsorted(MONTH_STARTS, np.minimum(self.decided, LAST_DAY), side="right") - 1


def keep_books(rng: np.random.Generator, firm: Firm, leaving: Leaving, exits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All seven tables: would-be events cut, and what leaving itself adds. A column `customer` counts from 0, dates are days."""
    would_be = firm.events
    changes = _cut(would_be["changes"], "changed_on", leaving.decided)
    end = leaving.end
    books = {
        "orders": _cut(_billed(firm, leaving, would_be["orders"]), "ordered_on", end, "paid_on"),
        "contacts": _cut(pd.concat([would_be["contacts"], _notices(rng, leaving)], ignore_index=True), "contacted_on", end, "resolved_on"),
        "surveys": _cut(pd.concat([would_be["surveys"], exits], ignore_index=True), "answered_on", end),
        "changes": _cut(pd.concat([changes, _closures(leaving, changes)], ignore_index=True), "changed_on", end),
        "promises": _cut(would_be["promises"], "promised_on", end, "kept_on"),
    }
    customers = _customers(rng, firm, leaving, books)
    actions = leaving.actions.assign(noted_by=customers["owner"].to_numpy()[leaving.actions["customer"]])
    return {"customers": customers, **books, "actions": _cut(actions, "taken_on", end)}


def as_tables(books: dict[str, pd.DataFrame], ids: Ints) -> dict[str, pd.DataFrame]:
    """The tables with customer ids (C00001), ISO dates and the columns of the schema in its order; customers keep their extra columns."""
    return {name: _as_table(name, book, ids) for name, book in books.items()}


def _as_table(name: str, book: pd.DataFrame, ids: Ints) -> pd.DataFrame:
    table = book.assign(customer_id=[f"C{number:05d}" for number in ids[book["customer"]]])
    for column in table.columns[table.columns.str.endswith("_on")]:
        dates = pd.Timestamp(OPENED) + pd.to_timedelta(table[column].astype("Float64"), unit="D")
        table[column] = dates.dt.strftime("%Y-%m-%d")
    if "score" in table:
        table["score"] = table["score"].astype("Int64")
    known = [column.name for column in TABLES[name].columns]
    extra = [column for column in table.columns if column not in (*known, "customer")] if TABLES[name].keeps_extra else []
    return table[known + extra]


def _cut(events: pd.DataFrame, when: str, end: Ints, later: str = "") -> pd.DataFrame:
    """The events up to each customer's `end`, in order of customer and day; a date in the column `later` beyond it is not known."""
    kept = events[events[when].to_numpy() <= end[events["customer"]]].sort_values(["customer", when], kind="stable", ignore_index=True)
    return kept.assign(**{later: kept[later].where(kept[later].to_numpy() <= end[kept["customer"]])}) if later else kept


def _billed(firm: Firm, leaving: Leaving, orders: pd.DataFrame) -> pd.DataFrame:
    """Invoices with amount (the month's value times the months billed) and product.

    Who leaves settles on the last day what they would have paid in the 30 days after it.
    """
    customer = orders["customer"].to_numpy()
    month = np.minimum(orders["month"], leaving.last_month[customer])
    over = orders["paid_on"] - leaving.ended[customer]
    return orders.assign(
        amount=np.round(firm.value[customer, month] * orders["months_billed"], 2),
        product=PLANS[firm.plan[customer, month]],
        paid_on=np.where(over.between(1, 30), leaving.ended[customer], orders["paid_on"]),
    )


def _notices(rng: np.random.Generator, leaving: Leaving) -> pd.DataFrame:
    """Some of those who have decided say so, on a day between the snapshot and the end."""
    customer = np.flatnonzero(leaving.decided <= LAST_DAY)
    customer = customer[rng.random(len(customer)) < GIVES_NOTICE_SHARE]
    said = leaving.ended[customer] - rng.integers(0, NOTICE_DAYS - 1, len(customer))
    return pd.DataFrame(
        {
            "customer": customer,
            "contacted_on": said,
            "direction": "in",
            "channel": rng.choice(["phone", "email", "web"], len(customer), p=(0.35, 0.5, 0.15)),
            "kind": "cancellation_notice",
            "sentiment": rng.uniform(-0.8, 0.2, len(customer)).round(1),
            "resolved_on": said + rng.integers(0, 4, len(customer)),
        }
    )


def _closures(leaving: Leaving, changes: pd.DataFrame) -> pd.DataFrame:
    """The account of every lost customer is closed on the last day."""
    customer = np.flatnonzero(leaving.lost)
    latest = changes[changes["what"] == "status"].sort_values("changed_on", kind="stable").groupby("customer")["after"].last()
    before = latest.reindex(customer).fillna("active").to_numpy()
    closed_on = leaving.ended[customer]
    return pd.DataFrame({"customer": customer, "changed_on": closed_on, "what": "status", "before": before, "after": "closed"})


def _customers(rng: np.random.Generator, firm: Firm, leaving: Leaving, books: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a customer with the snapshot columns; the events say what they say on the day of the snapshot."""
    number, snapshot = np.arange(len(firm)), leaving.snapshot
    signs = record(books, customers=len(firm), days=LAST_DAY + 1).on(snapshot)
    people = books["changes"].query("what == 'point_of_contact'").groupby("customer")["after"].last()
    months = _months_between(firm.started, snapshot)
    term = CONTRACT_MONTHS[firm.contract]
    return pd.DataFrame(
        {
            "customer": number,
            "name": rng.permutation(COMPANIES)[: len(firm)],
            "segment": SEGMENTS[firm.segment],
            "region": REGIONS[firm.region],
            "plan": PLANS[firm.plan[number, leaving.last_month]],
            "started_on": firm.started,
            "ended_on": np.where(leaving.lost, leaving.ended, np.nan),
            "monthly_value": firm.value[number, leaving.last_month],
            "renewal_on": _months_later(firm.started, (months // term + 1) * term),
            "contact_name": people.reindex(number).fillna(pd.Series(firm.first_contact_name)).to_numpy(),
            "owner": rng.choice(OWNERS, len(firm)),
            "contract": CONTRACTS[firm.contract],
            "tenure_months": months,
            "late_payments": signs.late_payments,
            "complaints": signs.complaints,
            "days_since_contact": signs.days_since_contact,
            "contact_changed": np.where(signs.contact_changed, "yes", "no"),
            "last_nps": pd.array(signs.last_nps, dtype="Float64").astype("Int64"),
            "invoice_format": rng.choice(["PDF", "Paper", "E-invoice"], len(firm), p=(0.6, 0.15, 0.25)),
            "newsletter": rng.choice(["yes", "no"], len(firm), p=(0.45, 0.55)),
        }
    )


def _calendar(day: Ints) -> tuple[Ints, Ints]:
    """Months since January 1970 and the day of the month, from 0."""
    dates = np.datetime64(OPENED) + day
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months).astype(np.int64)


def _months_between(earlier: Ints, later: Ints) -> Ints:
    """Whole months from one day to another."""
    (month, day), (later_month, later_day) = _calendar(earlier), _calendar(later)
    return later_month - month - (later_day < day)


def _months_later(day: Ints, months: Ints) -> Ints:
    """The same day of the month so many `months` later; nobody starts after the 28th."""
    month, day_of_month = _calendar(day)
    return ((month + months).astype("datetime64[M]").astype("datetime64[D]") - np.datetime64(OPENED)).astype(np.int64) + day_of_month
