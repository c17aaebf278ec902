"""The warning signs and their record once more, in plain pandas, sharing no code with the desk's."""

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]

WINDOW = 180


def active_at(customers: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Whose customers they are on the day, by started_on and ended_on."""
    return (customers["started_on"] < day) & ~(customers["ended_on"] < day)


def referee_signs(tables: Tables, day: pd.Timestamp) -> pd.DataFrame:
    """One row a customer active at `day` and sign, by the thresholds as they come: customer_id, sign, severity, since, days, usual, count,
    amount; the last five only for some signs."""
    customers = tables["customers"]
    here = set(customers.loc[active_at(customers, day), "customer_id"])
    known = {
        name: table[table["customer_id"].isin(here) & (table[when] < day)]
        for name, when in (("orders", "ordered_on"), ("contacts", "contacted_on"), ("surveys", "answered_on"), ("changes", "changed_on"))
        for table in (tables[name],)
    }
    begin = day - pd.Timedelta(days=WINDOW)
    found = [
        *_rhythms(known["contacts"], "contacted_on", day, "quiet"),
        *_rhythms(known["orders"], "ordered_on", day, "orders_quiet"),
        *_payments(known["orders"], day, begin),
        *_contacts(known["contacts"], day, begin),
        *_changes(known["changes"], customers, day),
        _detractors(known["surveys"], day),
    ]
    return pd.concat([frame[frame["severity"] > 0] for frame in found], ignore_index=True)


def _steps(size: pd.Series, *steps: float) -> pd.Series:
    falls = steps[0] > steps[-1]
    return sum(((size <= step) if falls else (size >= step)).astype(int) for step in steps)


def _sign(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename_axis("customer_id").reset_index().assign(sign=name)


def _rhythms(events: pd.DataFrame, when: str, day: pd.Timestamp, name: str) -> list[pd.DataFrame]:
    days = events[["customer_id", when]].drop_duplicates().sort_values(["customer_id", when])
    days["gap"] = days.groupby("customer_id")[when].diff().dt.days
    each = days.groupby("customer_id").agg(since=(when, "max"), usual=("gap", "median"), count=(when, "size"))
    each["days"] = (day - each["since"]).dt.days
    ratio = each["days"] / each["usual"]
    each["severity"] = np.where((each["count"] >= 3) & (each["days"] >= 30), _steps(ratio, 2, 3, 4), 0)
    signs = [_sign(name, each)]
    if name == "orders_quiet":
        signs.append(_sign("no_order", each.assign(severity=np.where(ratio < 2, 0, _steps(each["days"], 180, 270, 365)))))
    return signs


def _payments(orders: pd.DataFrame, day: pd.Timestamp, begin: pd.Timestamp) -> list[pd.DataFrame]:
    due = orders[(orders["due_on"] >= begin) & (orders["due_on"] < day)]
    late = due[~(due["paid_on"] <= due["due_on"])]
    owed = late["amount"].where(~(late["paid_on"] < day), 0.0)
    each = late.assign(owed=owed).groupby("customer_id").agg(since=("due_on", "max"), count=("due_on", "size"), amount=("owed", "sum"))
    former = orders[(orders["ordered_on"] < begin) & (orders["ordered_on"] >= begin - pd.Timedelta(days=WINDOW)) & (orders["amount"] > 0)]
    lately = orders[(orders["ordered_on"] >= begin) & (orders["amount"] > 0)]
    sizes = pd.DataFrame(
        {"usual": former.groupby("customer_id")["amount"].mean(), "amount": lately.groupby("customer_id")["amount"].mean()}
    )
    smaller = _steps((sizes["usual"] - sizes["amount"]) / sizes["usual"], 0.2, 0.35, 0.5)
    return [
        _sign("payments_late", each.assign(severity=_steps(each["count"], 1, 2, 3))),
        _sign("orders_smaller", sizes.assign(severity=smaller)),
        _fewer("orders_fewer", orders, "ordered_on", begin),
    ]


def _contacts(contacts: pd.DataFrame, day: pd.Timestamp, begin: pd.Timestamp) -> list[pd.DataFrame]:
    complaints = contacts[contacts["kind"] == "complaint"]
    still_open = (
        complaints[~(complaints["resolved_on"] < day)].groupby("customer_id").agg(since=("contacted_on", "min"), count=("kind", "size"))
    )
    still_open["days"] = (day - still_open["since"]).dt.days
    recent = complaints[complaints["contacted_on"] >= begin]
    many = recent.groupby("customer_id").agg(since=("contacted_on", "max"), count=("kind", "size"))
    notices = contacts[contacts["kind"] == "cancellation_notice"].groupby("customer_id").agg(since=("contacted_on", "max"))
    return [
        _sign("complaint_open", still_open.assign(severity=_steps(still_open["days"], 14, 30, 60))),
        _sign("complaints", many.assign(severity=_steps(many["count"], 2, 3, 4))),
        _sign("notice", notices.assign(severity=3 * ((day - notices["since"]).dt.days <= 180))),
        _fewer("contacts_fewer", contacts, "contacted_on", begin),
        _fewer("web_fewer", contacts[contacts["channel"].isin(["web", "social"])], "contacted_on", begin),
    ]


def _fewer(name: str, events: pd.DataFrame, when: str, begin: pd.Timestamp) -> pd.DataFrame:
    before = events[(events[when] < begin) & (events[when] >= begin - pd.Timedelta(days=WINDOW))].groupby("customer_id").size()
    now = events[events[when] >= begin].groupby("customer_id").size().reindex(before.index).fillna(0)
    dropped = (before - now) / before
    return _sign(name, pd.DataFrame({"usual": before, "count": now, "severity": _steps(dropped, 0.5, 0.7, 1.0) * (before >= 4)}))


def _changes(changes: pd.DataFrame, customers: pd.DataFrame, day: pd.Timestamp) -> list[pd.DataFrame]:
    worth = customers.groupby("plan")["monthly_value"].mean()
    of_plan = changes["what"] == "plan"
    price = changes[["before", "after"]].where(changes["what"] == "price").apply(pd.to_numeric, errors="coerce")
    cheaper = of_plan & (changes["after"].map(worth) < changes["before"].map(worth)) | (price["after"] < price["before"])
    status = changes[changes["what"] == "status"]
    stopped = _last(status).query("after != 'active'")
    ages = {
        "contact_changed": (_last(changes[changes["what"] == "point_of_contact"]), (180, 90, 30)),
        "downgraded": (_last(changes[cheaper]), (180, 90, 30)),
        "paused": (stopped, (1, 30, 60)),
    }
    found = []
    for name, (frame, steps) in ages.items():
        days = (day - frame["since"]).dt.days
        found.append(_sign(name, frame.assign(days=days, severity=_steps(days, *steps))))
    return found


def _last(changes: pd.DataFrame) -> pd.DataFrame:
    ordered = changes.sort_values(["changed_on", "before", "after"])
    return ordered.groupby("customer_id").agg(since=("changed_on", "last"), before=("before", "last"), after=("after", "last"))


def _detractors(surveys: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    answers = surveys[surveys["question"] == "nps"].sort_values(["answered_on", "score"])
    last = answers.groupby("customer_id").agg(since=("answered_on", "last"), amount=("score", "last"))
    days = (day - last["since"]).dt.days
    return _sign("detractor", last.assign(days=days, severity=_steps(last["amount"], 6, 4, 2) * (days <= 365)))
