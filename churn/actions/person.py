"""What is at hand for a call to one customer: who they are, what they have and would lose, what was promised and not yet kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.calling import MONTHS
from churn.actions.promises import open_promises, standing
from churn.measures.dialect import small
from churn.measures.reason_aliases import Aliases
from churn.store import Desk
from churn.wording import _, listing, money, number, plural
from churn.wording import date as day_words

MOST_PRODUCTS = 4
YEAR_DAYS = 365.25
PROMOTER, PASSIVE = 9, 7


@dataclass(frozen=True)
class Promise:
    """Something promised and not yet kept: `due_on` is None where no day was named."""

    what: str
    due_on: date | None
    overdue: bool


@dataclass(frozen=True)
class Person:
    """One customer; "" and None where the desk does not know. `value` is money that a kept customer is worth: what they pay in a year.
    `who`, `worth`, `loses` and `last_words` are lines in words, none where nothing is known; `reason` is why they said they leave."""

    customer_id: str
    name: str
    contact_name: str
    owner: str
    value: float | None
    who: str
    worth: tuple[str, ...]
    loses: tuple[str, ...]
    promises: tuple[Promise, ...]
    reason: str
    noted: pd.DataFrame

    def words(self, *, by: str, evidence: str = "") -> dict[str, str]:
        """What fills the blanks of a play's words; `by` is who calls, where the customer has no owner."""
        name = self.name or _("our customer")
        return {
            "name": name,
            "contact_name": self.contact_name or name,
            "owner": self.owner or by or _("your contact here"),
            "evidence": evidence,
        }


def person(desk: Desk, customer_id: str, day: date) -> Person:
    """What the desk knows of this customer on a day of work."""
    row = rows_by_name(desk, "customers", customer_id)
    own: dict[Any, Any] = row.iloc[0].to_dict() if len(row) else {}
    tables: dict[str, pd.DataFrame] = {
        name: rows_by_name(desk, name, customer_id) for name in ("orders", "surveys") if name in desk.tables()
    }
    if "surveys" not in tables:
        tables["surveys"] = _answers(desk, customer_id)
    prepared = _prepared(desk, customer_id)
    noted = desk.journal.lines(customer_id=customer_id)
    monthly = own.get("monthly_value")
    return Person(
        customer_id=customer_id,
        name=_text(own, "name"),
        contact_name=_text(own, "contact_name"),
        owner=_owner(own, noted),
        value=float(monthly) * MONTHS if is_given(monthly) and monthly >= 0 else None,
        who=_who(own, _owner(own, noted), prepared),
        worth=tuple(_worth(own, tables, day)),
        loses=tuple(_loses(own, tables, prepared)),
        promises=tuple(_promises(desk, customer_id, day)),
        reason=_reason(tables.get("surveys"), noted),
        noted=noted,
    )


def rows_by_name(desk: Desk, table: str, customer_id: str) -> pd.DataFrame:
    """A customer's rows of a table, its columns called as the schema (or the store) calls them."""
    return desk.rows(table, customer_id).rename(columns={column.label: column.name for column in desk.columns(table)})


def is_given(value: Any) -> TypeGuard[Any]:
    """Whether a cell holds anything."""
    return value is not None and bool(pd.notna(value))


def _prepared(desk: Desk, customer_id: str) -> dict[str, Any]:
    """What is prepared of the customer: tenure_days, of the loyal fifths rich and habitual, of all orders how many (orders) and the day of
    the last (last_on), where there are any."""
    found: dict[Any, Any] = {}
    with desk.reading() as frames:
        wanted = {"customer_now": ("tenure_days",), "customer_loyal": ("rich", "habitual"), "customer_bought": ("orders", "last_on")}
        for table, columns in wanted.items():
            if table in frames:
                mine = small(frames[table].filter(nw.col("customer_id") == nw.lit(customer_id)).select(*columns))
                found |= mine.iloc[0].to_dict() if len(mine) else {}
    return {name: value for name, value in found.items() if pd.notna(value)}


def _answers(desk: Desk, customer_id: str) -> pd.DataFrame:
    """What is prepared of the customer's answers, as rows of surveys: of each day the highest to nps, and the last reason for leaving."""
    mine, parts = nw.col("customer_id") == nw.lit(customer_id), [pd.DataFrame(columns=["question", "answered_on", "score", "reason"])]
    with desk.reading() as frames:
        if "customer_answers" in frames:
            answers = small(frames["customer_answers"].filter(mine).select("score", answered_on="day"))
            parts.append(answers.assign(question="nps"))
        if "customer_reasons" in frames:
            reasons = small(frames["customer_reasons"].filter(mine).select("reason"))
            parts.append(reasons.assign(question="exit"))
    return pd.concat([part.astype("object") for part in parts], ignore_index=True).astype({"score": "float64"})


def _text(own: Mapping[str, Any], name: str) -> str:
    return _plain(own.get(name))


def _owner(own: Mapping[str, Any], noted: pd.DataFrame) -> str:
    """Whom the customer was last handed over to, else who owns them by the table."""
    handed = noted.loc[noted["kind"] == "hand_over", "what"]
    return str(handed.iloc[-1]) if len(handed) else _text(own, "owner")


def _who(own: Mapping[str, Any], owner: str, prepared: Mapping[str, Any]) -> str:
    said = [_text(own, name) for name in ("segment", "region", "plan")]
    if "tenure_days" in prepared and prepared["tenure_days"] >= 0:
        said.append(_("{years} years with us").format(years=number(prepared["tenure_days"] / YEAR_DAYS, 1)))
    if person := _text(own, "contact_name"):
        said.append(_("contact person {name}").format(name=person))
    if owner:
        said.append(_("looked after by {owner}").format(owner=owner))
    return " · ".join(filter(None, said))


def _worth(own: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], day: date) -> list[str]:
    lines = []
    monthly = own.get("monthly_value")
    if is_given(monthly):
        lines.append(_("Pays {month} a month, {year} in a year.").format(month=money(monthly), year=money(monthly * MONTHS)))
    lines.extend(_recommends(tables.get("surveys")))
    renewal = own.get("renewal_on")
    if is_given(renewal):
        days = (pd.Timestamp(renewal).date() - day).days
        if days >= 0:
            text = plural("Contract renews on {day}, in {n} day.", "Contract renews on {day}, in {n} days.", days)
            lines.append(text.format(day=day_words(pd.Timestamp(renewal))))
    return lines


def _recommends(surveys: pd.DataFrame | None) -> list[str]:
    if surveys is None or not {"question", "score"} <= set(surveys):
        return []
    usable = surveys[(surveys["question"] == "nps") & surveys["score"].between(0, 10)].sort_values("answered_on", kind="stable")
    if usable.empty:
        return []
    last = usable.iloc[-1]
    group = _("a promoter") if last["score"] >= PROMOTER else _("undecided") if last["score"] >= PASSIVE else _("a detractor")
    said = _("Would recommend us: {score} of 10 on {day}, {group}.")
    return [said.format(score=number(last["score"]), day=day_words(last["answered_on"]), group=group)]


def _loses(own: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], prepared: Mapping[str, Any]) -> list[str]:
    """What somebody who leaves gives up, as far as the desk knows."""
    lines = []
    if plan := _text(own, "plan"):
        lines.append(_("The plan {plan}, as it is set up for them.").format(plan=plan))
    orders = tables.get("orders")
    if orders is not None and len(orders):
        lines.append(_bought(orders))
    elif orders is None and (count := int(prepared.get("orders", 0))):
        told = plural("{n} order, the last on {day}.", "{n} orders, the last on {day}.", count)
        lines.append(told.format(day=day_words(prepared["last_on"])))
    if (days := prepared.get("tenure_days", 0)) >= YEAR_DAYS:
        lines.append(_("A standing of {years} years with us.").format(years=number(days / YEAR_DAYS, 1)))
    if prepared.get("rich") == 1 or prepared.get("habitual") == 1:
        lines.append(_("A year ago they were among the most loyal fifth of our customers."))
    return lines


def _bought(orders: pd.DataFrame) -> str:
    first = day_words(orders["ordered_on"].min())
    count = plural("{n} order since {first}", "{n} orders since {first}", len(orders)).format(first=first)
    if "product" in orders and orders["product"].notna().any():
        # Of equally frequent products those bought last, then by name.
        last = orders.groupby("product")["ordered_on"].agg(["size", "max"]).reset_index()
        most = last.sort_values(["size", "max", "product"], ascending=[False, False, True])["product"].head(MOST_PRODUCTS)
        return _("{orders}; most of all {products}.").format(orders=count, products=listing(most.astype(str).tolist()))
    return _("{orders}.").format(orders=count)


def _reason(surveys: pd.DataFrame | None, noted: pd.DataFrame) -> str:
    """Why they leave: as last noted by the desk, else as last answered in an exit survey, called as the desk calls it."""
    exits = noted.loc[noted["kind"] == "exit", "what"]
    if len(exits):
        return str(exits.iloc[-1])
    if surveys is None or not {"question", "reason"} <= set(surveys):
        return ""
    said = surveys[(surveys["question"] == "exit") & surveys["reason"].notna()].sort_values("answered_on", kind="stable")["reason"]
    if said.empty:
        return ""
    return Aliases().reason_of(str(said.iloc[-1])) or str(said.iloc[-1])


def _promises(desk: Desk, customer_id: str, day: date) -> list[Promise]:
    """What was promised, by the table or here, and is not kept; the earliest due first."""
    with desk.reading() as frames:
        rows = small(open_promises(frames, day).filter(nw.col("customer_id") == nw.lit(customer_id)))
    found = [_promise(_plain(row["what"]), row["due_on"], day) for row in rows.to_dict("records")]
    return sorted(found, key=lambda promise: (promise.due_on or date.max, promise.what))


def _promise(what: str, due: Any, day: date) -> Promise:
    due_on = pd.Timestamp(due).date() if is_given(due) else None
    return Promise(what, due_on, standing(due_on, day) == "broken")


def _plain(text: Any) -> str:
    return str(text) if is_given(text) else ""
