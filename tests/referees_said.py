"""What customers said and how they were served, in plain pandas: frames with days as datetime64 in, frames out; no code of the library."""

from typing import Any

import numpy as np
import pandas as pd

Frames = dict[str, pd.DataFrame]
VOTES = {"promoter": 100.0, "passive": 0.0, "detractor": -100.0}


def days(number: int) -> pd.Timedelta:
    return pd.Timedelta(days=number)


def month_of(days: pd.Series) -> pd.Series:
    return days.dt.to_period("M").dt.start_time


def lives(frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    """customer_id, started_on, lost_on: of a firm with `started_on` and `ended_on`."""
    known = frames["customers"][["customer_id", "started_on", "ended_on"]].rename(columns={"ended_on": "lost_on"})
    known = known[known["started_on"] < as_of]
    return known.assign(lost_on=known["lost_on"].where(known["lost_on"] < as_of))


def there(lived: pd.DataFrame, day: Any) -> pd.Series:
    return (lived["started_on"] < day) & ~(lived["lost_on"] < day)


def reasons(frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    surveys = frames["surveys"]
    exits = surveys[(surveys["question"] == "exit") & (surveys["answered_on"] < as_of)].sort_values(["answered_on", "reason"])
    lived = lives(frames, as_of).dropna(subset="lost_on")
    found = lived.merge(exits.drop_duplicates("customer_id", keep="last")[["customer_id", "reason"]], how="left", on="customer_id")
    return found.assign(reason=found["reason"].mask(found["reason"] == "not stated"))


def reason_trend(frames: Frames, as_of: pd.Timestamp, top: int = 5) -> pd.DataFrame:
    said = reasons(frames, as_of).dropna(subset="reason")
    said = said.assign(period=said["lost_on"].dt.to_period("Q").dt.start_time)
    most = said["reason"].value_counts().head(top).index
    table = pd.crosstab(said["period"], said["reason"])
    found = table[most].stack().rename("customers").reset_index()
    return found.assign(stated=found["period"].map(table.sum(axis=1)))


def nps_trend(frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    said = nps_days(frames, as_of)
    said = said.assign(period=said["day"].dt.to_period("Q").dt.start_time).sort_values("day")
    votes = said.drop_duplicates(["customer_id", "period"], keep="last").assign(vote=lambda last: last["group"].map(VOTES))
    found = votes.groupby("period")["vote"].agg(["size", "mean", lambda votes: np.std(votes) / np.sqrt(len(votes))]).reset_index()
    return found.set_axis(["period", "answers", "score", "standard_error"], axis=1)


def nps_days(frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    surveys = frames["surveys"]
    asked = surveys[(surveys["question"] == "nps") & (surveys["answered_on"] < as_of) & surveys["score"].between(0, 10)]
    daily = asked.groupby(["customer_id", "answered_on"], as_index=False)["score"].max().rename(columns={"answered_on": "day"})
    group = np.select([daily["score"] >= 9, daily["score"] > 6], ["promoter", "passive"], "detractor")
    return daily.assign(group=group)


def first_followed(events: pd.DataFrame, frames: Frames, as_of: pd.Timestamp, length: int, after: int = 0) -> pd.DataFrame:
    last = as_of - days(length + after)
    near = events[(events["day"] <= last) & (events["day"] > last - days(365))].merge(lives(frames, as_of), on="customer_id")
    near = near[(near["started_on"] <= near["day"]) & ~(near["lost_on"] < near["day"] + days(after))].sort_values("day")
    first = near.drop_duplicates("customer_id")
    return first.assign(gone=first["lost_on"] < first["day"] + days(after + length))


def stayed_after_answer(frames: Frames, as_of: pd.Timestamp, lengths: tuple[int, ...] = (90, 180, 365)) -> pd.DataFrame:
    said = nps_days(frames, as_of)
    parts = [first_followed(said, frames, as_of, length).groupby("group")["gone"].agg(["size", "sum"]) for length in lengths]
    return pd.concat(parts, keys=lengths, names=["days"]).reset_index().rename(columns={"size": "customers", "sum": "lost"})


def complaint_rate(frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    contacts = frames["contacts"]
    made = contacts[(contacts["kind"] == "complaint") & (contacts["contacted_on"] < as_of)]
    number = month_of(made["contacted_on"]).value_counts()
    lived = lives(frames, as_of)
    rows = []
    for month in pd.period_range(lived["started_on"].min(), as_of - days(1), freq="M").start_time:
        after = month + pd.offsets.MonthBegin()
        customers = ((lived["started_on"] < after) & ~(lived["lost_on"] < month)).sum()
        rows.append((month, customers, number.get(month, 0)))
    return pd.DataFrame(rows, columns=["month", "customers", "complaints"])


def waits(frames: Frames, as_of: pd.Timestamp, kind: str) -> pd.DataFrame:
    """Days until settled, or seen so far where `open`; with month and channel."""
    made = frames["contacts"].query("kind == @kind and contacted_on < @as_of")
    is_open = ~(made["resolved_on"] < as_of)
    seen = (as_of - made["contacted_on"]).dt.days - 1
    took = (made["resolved_on"] - made["contacted_on"]).dt.days.where(~is_open, seen)
    return made.assign(open=is_open, days=took.astype(int), seen=seen)


def lost_after_complaint(frames: Frames, as_of: pd.Timestamp) -> pd.DataFrame:
    made = waits(frames, as_of, "complaint")
    late = made.assign(settled=~made["open"] & (made["days"] <= 7)).rename(columns={"contacted_on": "day"})
    daily = late.groupby(["customer_id", "day"], as_index=False)["settled"].min()
    found = first_followed(daily, frames, as_of, 90, after=8).groupby("settled")["gone"].agg(["size", "sum"])
    return found.set_axis(["customers", "lost"], axis=1).sort_index(ascending=False).reset_index()


def changed_on(frames: Frames, as_of: pd.Timestamp, what: str) -> pd.DataFrame:
    changes = frames["changes"]
    return changes.loc[(changes["what"] == what) & (changes["changed_on"] < as_of), ["customer_id", "changed_on"]]


def leaving_by_change(frames: Frames, as_of: pd.Timestamp, what: str, recent: int = 180) -> pd.DataFrame:
    changes, lived, rows = changed_on(frames, as_of, what), lives(frames, as_of), []
    for month in pd.period_range(changes["changed_on"].min(), as_of - days(1), freq="M").start_time[1:]:
        after = month + pd.offsets.MonthBegin()
        new = changes.loc[(changes["changed_on"] < month) & (changes["changed_on"] >= month - days(recent)), "customer_id"]
        here = lived[there(lived, month)]
        is_new, gone = here["customer_id"].isin(new), here["lost_on"] < after
        if after <= as_of and is_new.any():
            rows.append((month, is_new.sum(), (is_new & gone).sum(), (~is_new).sum(), (~is_new & gone).sum()))
    return pd.DataFrame(rows, columns=["month", "changed", "changed_lost", "others", "others_lost"])


def lost_after_change(frames: Frames, as_of: pd.Timestamp, what: str, length: int, recent: int = 180) -> dict[str, float]:
    changes, lived, last = changed_on(frames, as_of, what), lives(frames, as_of), as_of - days(length)
    begun = changes.assign(begin=month_of(changes["changed_on"]) + pd.offsets.MonthBegin()).merge(lived, on="customer_id")
    begun = begun[(begun["begin"] <= last) & (begun["begin"] > last - days(365)) & ~(begun["lost_on"] < begun["begin"])]
    first = begun.sort_values("begin").drop_duplicates("customer_id")
    expected = 0.0
    for begin, number in first["begin"].value_counts().items():
        new = changes.loc[(changes["changed_on"] < begin) & (changes["changed_on"] >= begin - days(recent)), "customer_id"]
        here = lived[there(lived, begin) & ~lived["customer_id"].isin(new)]
        expected += number / len(first) * (here["lost_on"] < begin + days(length)).mean()
    return {"customers": len(first), "lost": (first["lost_on"] < first["begin"] + days(length)).sum(), "others_share": expected}


def around_change(frames: Frames, as_of: pd.Timestamp, what: str) -> dict[str, tuple[int, float, float]]:
    """Customers, mean before, mean after."""
    changes = changed_on(frames, as_of, what).rename(columns={"changed_on": "day"}).drop_duplicates()
    stayed = first_followed(changes, frames, as_of, 180).query("not gone")[["customer_id", "day"]]
    votes = nps_days(frames, as_of).rename(columns={"day": "on"})
    near = stayed.merge(votes.assign(vote=votes["group"].map(VOTES)), on="customer_id").sort_values("on")
    before = near[(near["on"] < near["day"]) & (near["on"] >= near["day"] - days(180))].groupby("customer_id")["vote"].last()
    after = near[(near["on"] >= near["day"]) & (near["on"] < near["day"] + days(180))].groupby("customer_id")["vote"].first()
    both = pd.concat([before, after], axis=1, join="inner").set_axis(["before", "after"], axis=1)
    old = changes.merge(lives(frames, as_of)[["customer_id", "started_on"]], on="customer_id")
    old = old.loc[old["started_on"] <= old["day"] - days(90), ["customer_id", "day"]]
    followed = first_followed(old, frames, as_of, 90).query("not gone")
    apart = followed.merge(frames["contacts"], on="customer_id", how="left").eval("apart = contacted_on - day")["apart"].dt.days
    counts = [((apart < 0) & (apart >= -90)).sum() / len(followed), ((apart >= 0) & (apart < 90)).sum() / len(followed)]
    return {"nps": (len(both), both["before"].mean(), both["after"].mean()), "contacts": (len(followed), *counts)}


def contact_gaps(frames: Frames, as_of: pd.Timestamp) -> pd.Series:
    """Each customer's mean gap in days between two days of contact."""
    contacts = frames["contacts"]
    on = contacts.loc[contacts["contacted_on"] < as_of, ["customer_id", "contacted_on"]].drop_duplicates().sort_values("contacted_on")
    return on["contacted_on"].groupby(on["customer_id"]).diff().dt.days.dropna().groupby(on["customer_id"]).mean()


def without_contact(frames: Frames, as_of: pd.Timestamp, length: int) -> tuple[int, int]:
    lived, contacts = lives(frames, as_of), frames["contacts"]
    since = as_of - days(length)
    old = lived[lived["lost_on"].isna() & (lived["started_on"] < since)]
    spoke = contacts.loc[(contacts["contacted_on"] < as_of) & (contacts["contacted_on"] >= since), "customer_id"]
    return len(old), int((~old["customer_id"].isin(spoke)).sum())
