"""TIMELINE: everything that happened with one customer, of all tables and the journal, in one list."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from churn.actions.outcomes import what_of
from churn.actions.person import is_given, rows_by_name
from churn.store import Desk
from churn.tables import TABLES
from churn.wording import _, money, number
from churn.wording import date as day_words

Row = Mapping[Any, Any]


def timeline(desk: Desk, customer_id: str) -> pd.DataFrame:
    """What happened, the newest first: day (datetime64), what (which table, or the journal), text, by (who noted it, "" where nobody is
    named). Rows of one day are in the order of the tables, the journal's first."""
    tables = [table for table in desk.tables() if table in _SENTENCES]
    parts = [_of_table(table, rows_by_name(desk, table, customer_id)) for table in tables]
    whole = pd.concat([_journal(desk.journal.lines(customer_id=customer_id)), *parts], ignore_index=True)
    return whole.sort_values("day", ascending=False, kind="stable").reset_index(drop=True)


def found(lines: pd.DataFrame, text: str) -> pd.DataFrame:
    """The lines of a timeline in which every word of `text` stands, in any case."""
    whole = (lines["what"] + " " + lines["text"] + " " + lines["by"]).str.casefold()
    for word in text.casefold().split():
        lines = lines[whole.loc[lines.index].str.contains(word, regex=False)]
    return lines


def last_contacts(lines: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """The last lines of a timeline in which somebody spoke with the customer."""
    return lines[lines["spoken"]].head(most)


def _of_table(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    day = next(column.name for column in TABLES[table].columns if column.type == "date")
    label, sentence = _SENTENCES[table]
    texts = [sentence(row) for row in rows.to_dict("records")]
    by = rows["noted_by"].fillna("").astype(str) if "noted_by" in rows else ""
    spoken: Any = rows["arm"] != "held_out" if table == "actions" and "arm" in rows else table in ("contacts", "actions")
    made = pd.DataFrame({"day": rows[day], "what": label, "text": texts, "by": by, "spoken": spoken})
    return made[made["day"].notna()].iloc[::-1]


def _journal(lines: pd.DataFrame) -> pd.DataFrame:
    rows = lines.to_dict("records")
    texts = [_joined([what_of(row), _noted(row)]) for row in rows]
    spoken = [row["kind"] == "outcome" and row["more"].get("outcome") != "not_reached" for row in rows]
    made = pd.DataFrame({"day": lines["day"], "what": _("Desk"), "text": texts, "by": lines["noted_by"].astype(str), "spoken": spoken})
    return made.astype({"text": "str", "spoken": "bool"}).iloc[::-1]


def _noted(row: Row) -> str:
    more = row["more"]
    said = [
        _("costs {money}").format(money=money(row["amount"])) if is_given(row["amount"]) and row["amount"] else "",
        _("until {day}").format(day=day_words(row["until"])) if is_given(row["until"]) else "",
        _("to {competitor}").format(competitor=more["competitor"]) if more.get("competitor") else "",
        _("not kept: {promise}").format(promise=more["promise"]) if row["kind"] == "exit" and more.get("promise") else "",
        row["text"],
    ]
    return _joined(said)


def _order(row: Row) -> str:
    paid, due = row.get("paid_on"), row.get("due_on")
    late = is_given(paid) and is_given(due) and paid > due
    return _joined(
        [
            _word(row, "product"),
            money(row["amount"]) if is_given(row.get("amount")) else "",
            _("paid late, on {day}").format(day=day_words(paid)) if late else "",
            _("not paid yet, due on {day}").format(day=day_words(due)) if is_given(due) and "paid_on" in row and not is_given(paid) else "",
        ]
    )


def _contact(row: Row) -> str:
    way = {"in": _("they to us"), "out": _("we to them")}.get(_word(row, "direction"), "")
    feeling = row.get("sentiment")
    open_yet = _word(row, "kind") == "complaint" and "resolved_on" in row and not is_given(row["resolved_on"])
    said = [_word(row, "kind").replace("_", " "), _word(row, "channel"), way, _("still open") if open_yet else ""]
    said.append(_("tone {score} (from -1 to 1)").format(score=number(feeling, 1)) if is_given(feeling) else "")
    return _joined(said)


def _survey(row: Row) -> str:
    score = row.get("score")
    said = [_word(row, "question").upper(), number(score) if is_given(score) else ""]
    return _joined([" ".join(filter(None, said)), _word(row, "reason"), _word(row, "comment")])


def _change(row: Row) -> str:
    what = _word(row, "what").replace("_", " ")
    before, after = _word(row, "before"), _word(row, "after")
    return _("{what}: from {before} to {after}").format(what=what, before=before or _("unknown"), after=after or _("unknown"))


def _promise(row: Row) -> str:
    due, kept = row.get("due_on"), row.get("kept_on")
    return _joined(
        [
            _word(row, "what"),
            _("due on {day}").format(day=day_words(due)) if is_given(due) else "",
            _("kept on {day}").format(day=day_words(kept)) if is_given(kept) else _("not kept yet"),
        ]
    )


def _action(row: Row) -> str:
    cost = row.get("cost")
    costs = _("costs {money}").format(money=money(cost)) if is_given(cost) and cost else ""
    held = _("held out for comparison") if _word(row, "arm") == "held_out" else ""
    return _joined([_word(row, "action"), held, costs, _word(row, "outcome")])


def _word(row: Row, name: str) -> str:
    return str(row[name]) if is_given(row.get(name)) else ""


def _joined(parts: list[str]) -> str:
    return ", ".join(filter(None, parts))


_SENTENCES: Mapping[str, tuple[str, Callable[[Row], str]]] = MappingProxyType(
    {
        "orders": (_("Order"), _order),
        "contacts": (_("Contact"), _contact),
        "surveys": (_("Answer"), _survey),
        "changes": (_("Change"), _change),
        "promises": (_("Promise"), _promise),
        "actions": (_("Action"), _action),
    }
)
