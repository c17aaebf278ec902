"""The measures over time and of value in plain pandas, sharing no code with the desk: referees in tests, peers in benchmarks.

Frames are as `pd.read_csv` with parsed days gives them; `as_of` is a pd.Timestamp, `months` what `customer_months` gives.
"""

import numpy as np
import pandas as pd

Z = 1.959963984540054
LETTERS = {"month": "M", "quarter": "Q", "year": "Y"}


def month_of(days):
    """The first day of each one's month, the fast way."""
    return pd.Series(days.to_numpy().astype("datetime64[M]").astype("datetime64[us]"), index=days.index, name="month")


def wilson(count, total):
    """The two ends of Wilson's interval, as columns."""
    n = total.where(total > 0).astype(float)
    middle, half = 2 * count + Z**2, Z * np.sqrt(Z**2 + 4 * count * (1 - count / n))
    return (middle - half) / (2 * (n + Z**2)), (middle + half) / (2 * (n + Z**2))


def lives(customers, orders, as_of, gone_after=None):
    bought = orders[orders["ordered_on"] < as_of].groupby("customer_id")["ordered_on"].agg(["min", "max"])
    found = customers[["customer_id", "started_on", "ended_on"]].merge(bought, left_on="customer_id", right_index=True, how="left")
    found["started_on"] = found["started_on"].fillna(found["min"])
    lost = found["ended_on"].where(found["ended_on"] < as_of)
    if gone_after is not None:
        lost = lost.fillna(found["max"] + pd.Timedelta(days=gone_after))
    found["lost_on"] = lost.where(lost < as_of)
    return found.loc[~(found["started_on"] >= as_of), ["customer_id", "started_on", "lost_on"]]


def customer_months(customers, orders, contacts, as_of):
    """For firms whose every customer has a start."""
    who = lives(customers, orders, as_of)
    first = who["started_on"].dt.to_period("M")
    last = who["lost_on"].fillna(as_of - pd.Timedelta(days=1)).dt.to_period("M")
    first_number, lengths = first.astype("int64"), (last.astype("int64") - first.astype("int64") + 1).clip(lower=0)
    rows = who.loc[who.index.repeat(lengths)].reset_index(drop=True)
    steps = rows.groupby("customer_id", sort=False).cumcount().to_numpy()
    number = first_number.loc[who.index.repeat(lengths)].to_numpy() + steps
    rows["month"] = pd.PeriodIndex.from_ordinals(number, freq="M").to_timestamp()
    rows["cohort"] = month_of(rows["started_on"])
    rows["at_start"] = (rows["started_on"] < rows["month"]).astype(int)
    rows["started"] = (rows["cohort"] == rows["month"]).astype(int)
    rows["lost"] = (month_of(rows["lost_on"]) == rows["month"]).astype(int)
    bought = orders[orders["ordered_on"] < as_of]
    spoke = contacts[contacts["contacted_on"] < as_of]
    keys = ["customer_id", month_of(bought["ordered_on"])]
    paid = bought.groupby(keys)["amount"].agg(revenue="sum", orders="size")
    keys = ["customer_id", month_of(spoke["contacted_on"])]
    heard = spoke.assign(complaint=spoke["kind"] == "complaint").groupby(keys)["complaint"].agg(contacts="size", complaints="sum")
    found = rows.merge(paid, on=["customer_id", "month"], how="left").merge(heard, on=["customer_id", "month"], how="left")
    counts = dict.fromkeys(("orders", "contacts", "complaints"), "int64")
    found = found.fillna(dict.fromkeys(("revenue", *counts), 0)).astype(counts)
    return found[["customer_id", "month", "cohort", "at_start", "started", "lost", "revenue", *counts]]


def churn_by_month(months, as_of, groups=None, every="month"):
    """For months of which none was cut off, with at most 20 groups."""
    rows = months[["customer_id", "month", "at_start", "started", "lost"]]
    if groups is not None:
        rows = rows.merge(groups.fillna({"group": "-"}), on="customer_id")
    keys = ["span"] if groups is None else ["span", "group"]
    begin = rows["month"].min()
    span = rows["month"] if every == "month" else rows["month"].dt.to_period(LETTERS[every]).dt.start_time
    first = span.clip(lower=begin)
    rows = rows.assign(span=span, at_start=rows["at_start"].where(rows["month"] == first, 0))
    if every == "month":
        rows["old"] = rows["lost"] * rows["at_start"]
    else:
        there = rows.loc[rows["at_start"] == 1, ["customer_id", "span"]].assign(old=1)
        rows = rows.merge(there, on=["customer_id", "span"], how="left")
        rows["old"] = rows["lost"] * rows["old"].fillna(0).astype(int)
    found = rows.groupby(keys)[["at_start", "started", "lost", "old"]].sum().reset_index()
    found["lost_new"], found["lost"] = found["lost"] - found["old"], found["old"]
    found["rate"] = found["lost"] / found["at_start"].where(found["at_start"] > 0)
    found["low"], found["high"] = wilson(found["lost"], found["at_start"])
    found["retention"] = 1 - found["rate"]
    ends = found["span"].dt.to_period(LETTERS[every]).dt.end_time
    found["complete"] = (ends < as_of) & (found["span"] >= begin)
    return found.drop(columns="old").rename(columns={"span": "month"})


def revenue_retention(months, as_of, window=12):
    """Customers down, months across, and sums over slices of columns."""
    ids, customers = pd.factorize(months["customer_id"])
    numbers = (months["month"].dt.year * 12 + months["month"].dt.month).to_numpy()
    begin = numbers.min()
    until = as_of.year * 12 + as_of.month
    width = max(until, numbers.max() + 1) - begin
    paid = np.zeros((len(customers), width))
    paid[ids, numbers - begin] = months["revenue"].fillna(0)
    there = np.zeros(paid.shape, dtype=bool)
    there[ids, numbers - begin] = months["at_start"] == 1
    left = np.full(len(customers), width + 1)
    gone = (months["lost"] == 1).to_numpy()
    left[ids[gone]] = numbers[gone] - begin
    through = np.concatenate([np.zeros((len(customers), 1)), paid.cumsum(axis=1)], axis=1)
    found = []
    for start in range(until - begin - 2 * window + 1):
        end = start + 2 * window
        base = there[:, start]
        before = (through[:, start + window] - through[:, start])[base]
        after = through[:, end] - through[:, start + window]
        change, lost = after[base] - before, left[base] < end
        total, opening = after.sum(), before.sum()
        down = np.where(change < 0, -change, 0)
        parts = (down[lost].sum(), down[~lost].sum(), change[change > 0].sum())
        month = pd.Timestamp(year=(begin + end - 2) // 12, month=(begin + end - 2) % 12 + 1, day=1)
        found.append((month, base.sum(), opening, *parts, after[~base].sum(), total))
    frame = pd.DataFrame(found, columns=["month", "customers", "start", "lost", "contraction", "expansion", "new", "end"])
    opening = frame["start"].where(frame["start"] > 0)
    kept = frame["start"] - frame["lost"] - frame["contraction"]
    return frame.assign(nrr=(kept + frame["expansion"]) / opening, grr=kept / opening, lost_share=frame["lost"] / opening)


def cohorts(months, as_of, every="month"):
    """The cells that somebody lives in, of months of which none was cut off."""
    letter = LETTERS[every]
    rows = months.dropna(subset=["cohort"])
    born, span = rows["cohort"].dt.to_period(letter), rows["month"].dt.to_period(letter)
    rows = rows.assign(cohort=born.dt.start_time, period=span.astype("int64") - born.astype("int64"))
    rows = rows[(span.dt.end_time < as_of) & (born.dt.end_time < as_of)]
    first = rows["month"] == rows["month"].dt.to_period(letter).dt.start_time
    here = np.where(rows["period"] == 0, rows["started"], rows["at_start"] * first)
    cells = rows.assign(there=here).groupby(["cohort", "period"], as_index=False)[["there", "revenue"]].sum()
    opening = cells[cells["period"] == 0].set_index("cohort")
    cells["customers"] = cells["cohort"].map(opening["there"])
    cells["share"] = cells["there"] / cells["customers"]
    cells["revenue_share"] = cells["revenue"] / cells["cohort"].map(opening["revenue"])
    return cells


def concentration(orders):
    """Share of the top fifth where that is a whole number of customers, and the Gini coefficient from all differences' sorted form."""
    paid = np.sort(orders.groupby("customer_id")["amount"].sum().clip(lower=0).to_numpy())
    n, place = len(paid), np.arange(1, len(paid) + 1)
    return paid[n - n // 5 :].sum() / paid.sum(), ((2 * place - n - 1) * paid).sum() / (n * paid.sum())


def loyal_fifths(customers, orders, as_of, followed=365, gone_after=None):
    """A frame by fifth, and how many are in both."""
    day = as_of - pd.Timedelta(days=followed)
    then, now = lives(customers, orders, day, gone_after), lives(customers, orders, as_of, gone_after)
    there = then[then["lost_on"].isna()].set_index("customer_id")
    early = orders[orders["ordered_on"] < day]
    year = early[early["ordered_on"] >= day - pd.Timedelta(days=365)].groupby("customer_id")["amount"].sum()
    there["revenue"] = year.reindex(there.index).fillna(0)
    tenure = (day - there["started_on"]).dt.days.fillna(0)
    often = early.groupby("customer_id").size().reindex(there.index).fillna(0) * 365 / tenure.clip(lower=365)
    there["habit"] = -(tenure.rank(method="min", ascending=False) + often.rank(method="min", ascending=False))
    there["lost"] = now.set_index("customer_id")["lost_on"].notna().reindex(there.index)
    size = -(-len(there) // 5)
    chosen = {
        name: there.reset_index().sort_values([key, "customer_id"], ascending=[False, True])["customer_id"].head(size)
        for name, key in (("by_revenue", "revenue"), ("by_habit", "habit"))
    }
    rows = []
    for name, ids in chosen.items():
        own, others = there.loc[ids], there.drop(ids)
        rows.append(
            (name, size, own["revenue"].sum(), own["revenue"].sum() / there["revenue"].sum(), own["lost"].mean(), others["lost"].mean())
        )
    columns = ["fifth", "customers", "revenue", "revenue_share", "lost_share", "others_lost_share"]
    return pd.DataFrame(rows, columns=columns), len(set(chosen["by_revenue"]) & set(chosen["by_habit"]))


def existing_against_new(customers, orders, as_of, months=12, gone_after=None):
    """By kind: customers, months, tried, spend and its interval."""
    first = as_of - pd.DateOffset(months=months)
    people = lives(customers, orders, as_of, gone_after).set_index("customer_id")
    people = people[~(people["lost_on"] < first)]
    people["kind"] = np.where(people["started_on"] >= first, "new", "existing")
    ends = (people["lost_on"] + pd.Timedelta(days=1)).fillna(as_of)
    people["months"] = (ends - people["started_on"].fillna(first).clip(lower=first)).dt.days / (365.25 / 12)
    people = people[people["months"] > 0]
    known = orders[orders["ordered_on"] < as_of]
    people["spent"] = known[known["ordered_on"] >= first].groupby("customer_id")["amount"].sum().reindex(people.index).fillna(0)
    since = known.groupby(["customer_id", "product"])["ordered_on"].min().reset_index()
    since["very_first"] = since["customer_id"].map(known.groupby("customer_id")["ordered_on"].min())
    triers = since.loc[(since["ordered_on"] >= first) & (since["ordered_on"] > since["very_first"]), "customer_id"]
    people["tried"] = people.index.isin(triers)
    rows = {}
    for kind, group in people.groupby("kind"):
        n, spend = len(group), group["spent"].sum() / group["months"].sum()
        spread = (group["spent"] - spend * group["months"]).std(ddof=1) if n > 1 else np.nan
        half = Z * spread * np.sqrt(n) / group["months"].sum()
        rows[kind] = (n, group["months"].sum(), group["tried"].sum(), spend, spend - half, spend + half)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["customers", "months", "tried", "spend", "low", "high"])


def rfm(orders, as_of):
    known = orders[orders["ordered_on"] < as_of]
    found = known.groupby("customer_id").agg(last=("ordered_on", "max"), frequency=("ordered_on", "size"), monetary=("amount", "sum"))
    found["recency_days"] = (as_of - found.pop("last")).dt.days
    scored = {"r": -found["recency_days"], "f": found["frequency"], "m": found["monetary"]}
    for name, cells in scored.items():
        found[name] = ((cells.rank(method="min") - 1) * 5 // len(found) + 1).astype(int)
    r, worth = found["r"], found["f"] + found["m"]
    high, low = worth >= 8, worth < 5
    middle = ~high & ~low
    found["segment"] = np.select(
        [(r == 5) & high, (r >= 3) & high, high, (r >= 4) & middle, (r == 3) & middle, middle, r >= 4, r == 3, r == 2],
        ["champions", "loyal", "cannot_lose", "promising", "needs_attention", "at_risk", "new", "about_to_leave", "hibernating"],
        "long_gone",
    )
    return found.reset_index()


def rfm_segments(scored, lives):
    """The segments that have customers."""
    lost = scored["customer_id"].map(lives.set_index("customer_id")["lost_on"].notna())
    by = (
        scored.assign(lost=lost)
        .groupby("segment")
        .agg(customers=("customer_id", "size"), revenue=("monetary", "sum"), lost=("lost", "sum"), lost_share=("lost", "mean"))
    )
    by["revenue_share"] = by["revenue"] / by["revenue"].sum()
    by["low"], by["high"] = wilson(by["lost"], by["customers"])
    return by
