"""The features worked out again in plain pandas: for tests, and as the peer of the benchmark. Shares no code with the library."""

import numpy as np
import pandas as pd

CHANNELS = ("phone", "email", "chat", "visit", "web", "social")
COUNTED = (
    "notices_",
    "exit_answers_",
    "orders_",
    "contacts_",
    "complaints_",
    "web_",
    "social_",
    "promises_",
    "contact_changes_",
    "plan_changes_",
    "late_",
    "amount_",
)
COUNTED_TOO = ("order_days", "invoices_overdue")


def features_in_pandas(tables: dict[str, pd.DataFrame], as_of: pd.Timestamp, gone_after: int | None = None) -> pd.DataFrame:
    """All features but those of customers (plan, segment ...), one row a customer active at `as_of`, by customer_id in order.

    Tables hold dates as datetimes, and none lacks; `gone_after` is that of the dials.
    """
    customers = tables["customers"].set_index("customer_id")
    seen = {
        name: tables[name][tables[name][day] < as_of].assign(age=lambda rows, day=day: (as_of - rows[day]).dt.days)
        for name, day in (
            ("orders", "ordered_on"),
            ("contacts", "contacted_on"),
            ("surveys", "answered_on"),
            ("changes", "changed_on"),
            ("promises", "promised_on"),
        )
    }
    ended = customers["ended_on"].where(customers["ended_on"] < as_of)
    if gone_after is not None:
        silent = seen["orders"].groupby("customer_id")["ordered_on"].max() + pd.Timedelta(days=gone_after)
        ended = ended.fillna(silent.reindex(customers.index))
    there = customers.index[(customers["started_on"] < as_of) & ~(ended < as_of)].sort_values()
    seen = {name: rows[rows["customer_id"].isin(there)] for name, rows in seen.items()}
    parts = [
        _orders(seen["orders"], as_of),
        _invoices(seen["orders"], as_of),
        _contacts(seen["contacts"], as_of),
        _surveys(seen["surveys"]),
        _changes(seen["changes"]),
        _promises(seen["promises"], as_of),
    ]
    found = pd.concat([part.reindex(there) for part in parts], axis=1)
    counted = [name for name in found if name.startswith(COUNTED) or name in COUNTED_TOO or name.endswith("_trend")]
    counted = [name for name in counted if name != "order_size_trend"]
    found[counted] = found[counted].fillna(0)
    found["said_leaving_180"] = found["notices_180"] + found["exit_answers_180"]
    found["tenure_days"] = (as_of - customers.loc[there, "started_on"]).dt.days
    found["order_silence_share"] = found["days_since_order"] / found["tenure_days"]
    return found.rename_axis("customer_id")


def _count(rows: pd.DataFrame, where: pd.Series) -> pd.Series:
    return rows[where].groupby("customer_id").size()


def _trend(late: pd.Series, early: pd.Series) -> pd.Series:
    late, early = late.align(early, fill_value=0)
    return (late - early) / (late.abs() + early.abs()).replace(0, np.nan)


def _usual_gap(rows: pd.DataFrame, day: str) -> pd.Series:
    days = rows[["customer_id", day]].drop_duplicates().sort_values(["customer_id", day])
    return days.groupby("customer_id")[day].diff().dt.days.groupby(days["customer_id"]).median()


def _orders(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    by, age = orders.groupby("customer_id"), orders["age"]
    out = {
        "days_since_order": by["age"].min(),
        "usual_order_gap": _usual_gap(orders, "ordered_on"),
        "orders_ever": by.size(),
        "order_days": by["ordered_on"].nunique(),
        "amount_ever": by["amount"].sum(),
        "average_order": by["amount"].mean(),
    }
    for days in (30, 90, 365):
        out[f"orders_{days}"] = _count(orders, age <= days)
        out[f"amount_{days}"] = orders[age <= days].groupby("customer_id")["amount"].sum()
    out["order_silence"] = out["days_since_order"] / out["usual_order_gap"]
    out["orders_trend"] = _trend(out["orders_90"], _count(orders, age.between(91, 180)))
    for days in (90, 365):
        earlier = orders[age.between(days + 1, 2 * days)].groupby("customer_id")["amount"].sum()
        out[f"amount_trend_{days}"] = _trend(out[f"amount_{days}"], earlier)
    size = [orders[age <= 180].groupby("customer_id")["amount"].mean(), orders[age > 180].groupby("customer_id")["amount"].mean()]
    out["order_size_trend"] = (size[0] - size[1]) / (size[0].abs() + size[1].abs())
    return pd.DataFrame(out)


def _invoices(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    due = orders[orders["due_on"] < as_of]
    paid = due["paid_on"].where(due["paid_on"] < as_of)
    days = (paid.fillna(as_of) - due["due_on"]).dt.days.clip(lower=0)
    ago, late = (as_of - due["due_on"]).dt.days, days > 0
    out = {
        "days_paid_late": days.groupby(due["customer_id"]).mean(),
        "share_paid_late": late.groupby(due["customer_id"]).mean(),
        "late_180": _count(due, late & (ago <= 180)),
        "invoices_overdue": _count(due, paid.isna()),
        "amount_overdue": due[paid.isna()].groupby("customer_id")["amount"].sum(),
    }
    out["late_trend"] = out["late_180"].sub(_count(due, late & ago.between(181, 360)), fill_value=0)
    return pd.DataFrame(out)


def _contacts(contacts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    by, age, way = contacts.groupby("customer_id"), contacts["age"], contacts["direction"]
    complaint = contacts["kind"] == "complaint"
    out = {
        "days_since_contact": by["age"].min(),
        "days_since_contact_in": contacts[way == "in"].groupby("customer_id")["age"].min(),
        "days_since_contact_out": contacts[way == "out"].groupby("customer_id")["age"].min(),
        "usual_contact_gap": _usual_gap(contacts, "contacted_on"),
        "days_since_complaint": contacts[complaint].groupby("customer_id")["age"].min(),
    }
    out["contact_silence"] = out["days_since_contact"] / out["usual_contact_gap"]
    for days in (30, 90, 365):
        out[f"contacts_{days}"] = _count(contacts, age <= days)
        out[f"contacts_in_{days}"] = _count(contacts, (age <= days) & (way == "in"))
        out[f"contacts_out_{days}"] = _count(contacts, (age <= days) & (way == "out"))
    for days in (30, 90, 180, 365):
        out[f"complaints_{days}"] = _count(contacts, (age <= days) & complaint)
    out["contacts_trend"] = _trend(out["contacts_90"], _count(contacts, age.between(91, 180)))
    out["complaints_trend"] = _trend(out["complaints_90"], _count(contacts, age.between(91, 180) & complaint))
    resolved = contacts["resolved_on"].where(contacts["resolved_on"] < as_of)
    out["notices_180"] = _count(contacts, (contacts["kind"] == "cancellation_notice") & (age <= 180))
    out["complaints_open"] = _count(contacts, complaint & resolved.isna())
    out["days_to_resolution"] = (resolved - contacts["contacted_on"]).dt.days.groupby(contacts["customer_id"]).mean()
    felt = contacts.dropna(subset=["sentiment"])
    out["sentiment_365"] = felt[felt["age"] <= 365].groupby("customer_id")["sentiment"].mean()
    last = felt[felt["age"] == felt.groupby("customer_id")["age"].transform("min")]
    out["last_sentiment"] = last.groupby("customer_id")["sentiment"].mean()
    year = contacts[age <= 365]
    for channel in CHANNELS:
        out[f"share_{channel}"] = (year["channel"] == channel).groupby(year["customer_id"]).mean()
    for channel in ("web", "social"):
        for days in (30, 90):
            out[f"{channel}_{days}"] = _count(contacts, (age <= days) & (contacts["channel"] == channel))
    return pd.DataFrame(out)


def _surveys(surveys: pd.DataFrame) -> pd.DataFrame:
    nps = surveys[surveys["question"] == "nps"].groupby(["customer_id", "answered_on"], as_index=False)[["score", "age"]].mean()
    by = nps.sort_values("answered_on").groupby("customer_id")
    last = by.tail(1).set_index("customer_id")
    earlier = by.nth(-2).set_index("customer_id")["score"]
    found = pd.DataFrame({"last_nps": last["score"], "nps_change": last["score"] - earlier, "days_since_nps": last["age"]})
    exits = _count(surveys, (surveys["question"] == "exit") & (surveys["age"] <= 180))
    return found.join(exits.rename("exit_answers_180"), how="outer")


def _changes(changes: pd.DataFrame) -> pd.DataFrame:
    kind, age = changes["what"], changes["age"]
    prices = changes[kind == "price"].sort_values("changed_on").groupby("customer_id").tail(1).set_index("customer_id")
    states = changes[kind == "status"].sort_values("changed_on").groupby("customer_id").tail(1).set_index("customer_id")
    return pd.DataFrame(
        {
            "contact_changes_180": _count(changes, (kind == "point_of_contact") & (age <= 180)),
            "days_since_contact_change": changes[kind == "point_of_contact"].groupby("customer_id")["age"].min(),
            "plan_changes_365": _count(changes, (kind == "plan") & (age <= 365)),
            "price_change": (prices["after"].astype(float) / prices["before"].astype(float) - 1) * 100,
            "days_since_price_change": prices["age"],
            "last_status": states["after"],
        }
    )


def _promises(promises: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    kept = promises["kept_on"].where(promises["kept_on"] < as_of)
    due, is_open = promises["due_on"], kept.isna()
    recent = (due < as_of) & (due >= as_of - pd.Timedelta(days=365))
    return pd.DataFrame(
        {
            "promises_open": _count(promises, is_open),
            "promises_overdue": _count(promises, is_open & (due < as_of)),
            "promises_broken_365": _count(promises, recent & (is_open | (kept > due))),
        }
    )
