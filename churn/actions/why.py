"""Why a customer is on today's list, in one sentence: the gravest of what speaks for it."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn import wording
from churn.actions import noted
from churn.actions.noted import FollowUp
from churn.actions.outcomes import outcome_label
from churn.actions.playbook import Play
from churn.actions.promises import promises_due
from churn.measures.dialect import Frame, small
from churn.signs import SIGNS, evidence
from churn.signs.sign import ACT
from churn.wording import _, plural


@dataclass(frozen=True)
class Told:
    """The sentence of a row, the evidence by sign that the customer shows, the gravest first, whether the sentence is that a promise is due
    (`promised`), or that or a look again (`owed`); `by_risk`: it tells of nothing graver than the risk."""

    sentence: str
    evidence: Mapping[str, str]
    promised: bool
    owed: bool
    by_risk: bool = False

    def because(self, driver: str) -> "Told":
        """The same with what raises the risk most, in words ("": nothing)."""
        return replace(self, sentence=_("{why} Main driver: {driver}.").format(why=self.sentence, driver=driver)) if driver else self

    def why(self, answered: Collection[str]) -> str:
        """The sentence, with the gravest of the signs that are `answered` before it where it tells of none of them."""
        known = [text for sign, text in self.evidence.items() if sign in answered and sign != "renewal"]
        if self.owed or not known or any(text in self.sentence for text in known):
            return self.sentence
        return f"{known[0]} {self.sentence}"


@dataclass(frozen=True, eq=False)
class Now:
    """What sentences are made of besides the row: the day, the plays by key, the looks that are due by customer, the days looked ahead."""

    day: date
    plays: Mapping[str, Play]
    follow_ups: Mapping[str, FollowUp]
    look_ahead: int | None


def why_now(frames: Mapping[str, Frame], rows: pd.DataFrame, now: Now) -> list[Told]:
    """Why each row is on the list."""
    ids = rows["customer_id"].tolist()
    if not ids:
        return []
    fired = _fired(frames, ids)
    promised = _promised(frames, ids, now.day)
    campaigns = {number: title for number, (title, _play, _on) in noted.running_campaigns(frames["journal"], now.day).items()}
    told = []
    for row in rows.to_dict("records"):
        signs = shown = fired.get(row["customer_id"], [])
        if shown and shown[0]["sign"] == "renewal":
            shown = []  # told of the day of work below, not of the day that the data are read at
        promise = _promise(promised.get(row["customer_id"]), now)
        owed = (promise or _follow_up(row, now)) if row["owed"] else ""
        at_work = owed or _at_work(row, shown, campaigns, promise)
        found = at_work or _standing(row, now, looked="customer_signs" in frames)
        by_risk = not at_work and not row["is_gone"] and not _renews(row) and not pd.isna(row["risk"])
        known = {str(sign["sign"]): evidence(sign) for sign in signs}
        told.append(Told(found, known, promised=bool(promise and row["owed"]), owed=bool(owed), by_risk=by_risk))
    return told


def _promise(promise: Mapping[Any, Any] | None, now: Now) -> str:
    """The sentence of an open promise; "" where there is none."""
    if promise is None:
        return ""
    what = promise["what"] if isinstance(promise["what"], str) and promise["what"] else _("something")
    return _("Promised: {what}, {due}.").format(what=what, due=_due(pd.Timestamp(promise["due_on"]).date(), now.day))


def _follow_up(row: Mapping[Any, Any], now: Now) -> str:
    """The sentence of a look that is due at what came of a play; "" where none is."""
    due = now.follow_ups.get(row["customer_id"])
    if due is None:
        return ""
    title, said = (now.plays[due.play].title if due.play in now.plays else due.play), outcome_label(due.outcome).lower()
    return _("Look again after “{play}” of {day}: {outcome}.").format(play=title, day=wording.date(due.told_on), outcome=said)


def _due(due: date, day: date) -> str:
    days = (due - day).days
    if days < 0:
        return plural("due on {day}, {n} day late", "due on {day}, {n} days late", -days).format(day=wording.date(due))
    if not days:
        return _("due today")
    return plural("due on {day}, in {n} day", "due on {day}, in {n} days", days).format(day=wording.date(due))


def _at_work(row: Mapping[Any, Any], shown: list[dict[Any, Any]], campaigns: Mapping[int, str], promise: str) -> str:
    """The sentence of a sign that asks to act, else of the campaign, of a promise broken long ago, of any sign; "" where there is none."""
    if shown and shown[0]["severity"] == ACT:
        return evidence(shown[0])
    if not pd.isna(row["campaign"]):
        return _("In the campaign “{title}”, and not contacted yet.").format(title=campaigns[int(row["campaign"])])
    return promise or (evidence(shown[0]) if shown else "")


def _standing(row: Mapping[Any, Any], now: Now, *, looked: bool) -> str:
    """The sentence where no sign shows: a renewal, a contact that is due, a lost customer, the risk, or what they pay. `looked`: the desk
    has what signs are seen in."""
    if row["is_gone"]:
        return _gone(row)
    if _renews(row):
        days = int(row["renewal_in"])
        return plural("Contract renews on {day}, in {n} day.", "Contract renews on {day}, in {n} days.", days).format(
            day=wording.date(now.day + timedelta(days=days))
        )
    late = row["late_days"]
    waits = "" if pd.isna(late) or math.ceil(late) < 1 else _late(math.ceil(late))
    risk = "" if pd.isna(row["risk"]) else _risk(row["risk"], now.look_ahead, looked=looked)
    if waits or risk:
        return " ".join(filter(None, [risk, waits]))
    if pd.isna(row["paid"]):
        return _("Nothing is known yet that tells this customer from others.")
    return _("Pays {money} a month; nothing else is known that asks for a contact.").format(money=wording.money(row["paid"]))


def _gone(row: Mapping[Any, Any]) -> str:
    left = _("Has left") if pd.isna(row["lost_on"]) else _("Left on {day}").format(day=wording.date(row["lost_on"]))
    paid = "" if pd.isna(row["paid"]) else _("; paid {money} a month").format(money=wording.money(row["paid"]))
    return f"{left}{paid}."


def _renews(row: Mapping[Any, Any]) -> bool:
    return bool(row["worst"] and not pd.isna(row["renewal_in"]) and row["renewal_in"] >= 0)


def _late(days: int) -> str:
    return plural("A contact is {n} day overdue by the usual rhythm.", "A contact is {n} days overdue by the usual rhythm.", days)


def _risk(risk: float, look_ahead: int | None, *, looked: bool) -> str:
    share = wording.percent(risk, 0)
    if look_ahead is None:
        told = _("Risk of leaving is {risk}").format(risk=share)
    else:
        days = plural("within {n} day", "within {n} days", look_ahead)
        told = _("Risk of leaving {days} is {risk}").format(days=days, risk=share)
    return (_("{risk}; no sign shows.") if looked else _("{risk}; signs are not known.")).format(risk=told)


def _fired(frames: Mapping[str, Frame], ids: list[str]) -> dict[str, list[dict[Any, Any]]]:
    """The signs of each of these customers, the gravest first."""
    if "customer_signs" not in frames:
        return {}
    rows = small(frames["customer_signs"].filter(nw.col("customer_id").is_in(ids)))
    ordered = rows.assign(place=rows["sign"].map(list(SIGNS).index)).sort_values(["severity", "place"], ascending=[False, True])
    found: dict[str, list[dict[Any, Any]]] = {}
    for row in ordered.to_dict("records"):
        found.setdefault(row["customer_id"], []).append(row)
    return found


def _promised(frames: Mapping[str, Frame], ids: list[str], day: date) -> dict[str, dict[Any, Any]]:
    """The first open promise to each of these customers, of those that belong to the work of the day where there are any."""
    due = promises_due(frames, day).filter(nw.col("customer_id").is_in(ids))
    rows = small(due).sort_values(["fresh", "due_on", "what"], ascending=[False, True, True])
    return {row["customer_id"]: row for row in rows.drop_duplicates("customer_id").to_dict("records")}
