"""The firm's customers, and all that would happen to them if nobody ever left.

Days are counted from OPENED (day 0), months are calendar months (month 0 is July 2023). Arrays have one entry a customer,
grids one row a customer and one column a month. What happens in a customer's month falls between their day of the month
(the day on which they started) and 27 days later.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from sample_data.phrases import PEOPLE, nps_comments
from sample_data.record import Floats, Ints

Bools = npt.NDArray[np.bool_]

OPENED = date(2023, 7, 1)
AS_OF = date(2025, 12, 31)
LAST_DAY = (AS_OF - OPENED).days
MONTHS = 30
MONTH_STARTS = np.array([(date(2023 + (6 + month) // 12, (6 + month) % 12 + 1, 1) - OPENED).days for month in range(MONTHS)])

PLANS = np.array(["Basic", "Plus", "Pro"])
CONTRACTS = np.array(["Monthly", "Yearly", "Two-year"])
CONTRACT_MONTHS = np.array([1, 12, 24])
SEGMENTS = np.array(["Self-employed", "Small", "Mid-size", "Large"])
REGIONS = np.array(["North", "East", "South", "West", "Abroad"])
PROMISES = ("call back", "credit note", "visit", "fix a fault", "send an offer", "training session")
KINDS = (
    ("enquiry", "in", 0.3),
    ("service", "in", 0.2),
    ("feedback", "in", 0.08),
    ("service", "out", 0.17),
    ("renewal", "out", 0.15),
    ("thanks", "out", 0.1),
)
CHANNELS = (("phone", 0.34), ("email", 0.34), ("chat", 0.1), ("web", 0.12), ("visit", 0.06), ("social", 0.04))


@dataclass(frozen=True)
class Firm:
    """Who the customers are, their hidden state month by month, and the tables of what would happen to them."""

    started: Ints
    start_month: Ints
    month_day: Ints
    contract: Ints
    plan: Ints
    value: Floats
    segment: Ints
    region: Ints
    usual_gap: Floats
    first_contact_name: npt.NDArray[np.str_]
    events: dict[str, pd.DataFrame]

    def __len__(self) -> int:
        return len(self.started)


def found(rng: np.random.Generator, customers: int) -> Firm:
    """A firm of so many `customers`, in no order, with everything that would happen to them up to AS_OF."""
    start_month, month_day = _starts(rng, customers)
    begun = np.arange(MONTHS) >= start_month[:, None]
    quiet = _spells(rng, begun, begins=0.03, lasts=0.9)
    troubled = _spells(rng, begun, begins=0.026, lasts=0.74)
    short_of_cash = _spells(rng, begun, begins=0.022, lasts=0.84)
    wealth = rng.normal(size=customers)
    contract = rng.choice(3, customers, p=(0.5, 0.34, 0.16))
    usual_gap = np.clip(92 * np.exp(rng.normal(0, 0.25, customers) - 0.12 * wealth), 30, 150)
    plan, value, tariff_changes = _tariffs(rng, month_day, start_month, wealth)
    first_name, people_changes, new_person = _contact_people(rng, month_day, begun)
    started = month_day[np.arange(customers), start_month]
    events = {
        "orders": _invoices(rng, month_day, start_month, value, contract, short_of_cash),
        "contacts": _contacts(rng, month_day, started, usual_gap, quiet, troubled, begun),
        "surveys": _surveys(rng, month_day, start_month, begun, quiet, troubled, new_person),
        "changes": pd.concat([tariff_changes, people_changes, _pauses(rng, month_day, quiet)], ignore_index=True),
        "promises": _promises(rng, month_day, begun, troubled),
    }
    return Firm(
        started=started,
        start_month=start_month,
        month_day=month_day,
        contract=contract,
        plan=plan,
        value=value,
        segment=np.clip(np.searchsorted([-0.3, 0.8, 1.7], wealth + rng.normal(0, 0.35, customers)), 0, 3),
        region=rng.choice(5, customers, p=(0.3, 0.22, 0.22, 0.18, 0.08)),
        usual_gap=usual_gap,
        first_contact_name=first_name,
        events=events,
    )


def _starts(rng: np.random.Generator, customers: int) -> tuple[Ints, Ints]:
    """Month of the start (a little more at the beginning, none in the last month) and the grid of each customer's days of the month."""
    start_month = (rng.random(customers) ** 1.2 * (MONTHS - 1)).astype(np.int64)
    day_of_month = rng.integers(0, np.where(start_month == MONTHS - 2, 15, 28))
    return start_month, MONTH_STARTS + day_of_month[:, None]


def _spells(rng: np.random.Generator, begun: Bools, *, begins: float, lasts: float) -> Bools:
    """A grid of spells: each month one may begin (probability `begins`) or go on (`lasts`); nobody starts within one."""
    draws = rng.random(begun.shape)
    spells = np.zeros(begun.shape, np.bool_)
    for month in range(1, MONTHS):
        chance = np.where(spells[:, month - 1], lasts, begins)
        spells[:, month] = begun[:, month - 1] & (draws[:, month] < chance)
    return spells


def _previous(grid: Bools) -> Bools:
    """The grid as it was a month before; False in the first month."""
    return np.hstack([np.zeros((len(grid), 1), np.bool_), grid[:, :-1]])


def _scatter(rng: np.random.Generator, month_day: Ints, happens: Ints | Bools) -> pd.DataFrame:
    """So many events a month as the grid `happens` says, each on a day of that month: customer, month, day."""
    customer, month = np.nonzero(happens)
    times = np.asarray(happens, np.int64)[customer, month]
    customer, month = np.repeat(customer, times), np.repeat(month, times)
    return pd.DataFrame({"customer": customer, "month": month, "day": month_day[customer, month] + rng.integers(0, 28, len(month))})


def _tariffs(rng: np.random.Generator, month_day: Ints, start_month: Ints, wealth: Floats) -> tuple[Ints, Floats, pd.DataFrame]:
    """Plan and monthly value by month, and the table of their changes: yearly price rises and moves between plans."""
    customers = len(wealth)
    plan = np.repeat(np.searchsorted([-0.2, 0.9], wealth + rng.normal(0, 0.8, customers))[:, None], MONTHS, axis=1)
    value = np.repeat(np.maximum(np.round(90 * np.exp(1.6 * wealth), 2), 5)[:, None], MONTHS, axis=1)
    changes = []
    for month in range(1, MONTHS):
        age = month - start_month
        step = np.where((age > 1) & (rng.random(customers) < 0.005), rng.choice([-1, 1], customers, p=(0.45, 0.55)), 0)
        moved = np.clip(plan[:, month - 1] + step, 0, 2)
        rise = np.where((age > 0) & (age % 12 == 0) & (rng.random(customers) < 0.5), rng.uniform(1.03, 1.09, customers), 1.0)
        worth = np.round(value[:, month - 1] * rise * 1.35 ** (moved - plan[:, month - 1]), 2)
        day, mover, riser = month_day[:, month], np.flatnonzero(moved != plan[:, month - 1]), np.flatnonzero(rise > 1)
        changes.append(_changed("plan", mover, day, PLANS[plan[:, month - 1]], PLANS[moved]))
        changes.append(_changed("price", riser, day, _priced(value[:, month - 1]), _priced(worth)))
        plan[:, month:], value[:, month:] = moved[:, None], worth[:, None]
    return plan, value, pd.concat(changes, ignore_index=True)


def _priced(values: Floats) -> npt.NDArray[np.str_]:
    return np.array([f"{value:.2f}" for value in values])


def _changed(what: str, customer: Ints, day: Ints, before: npt.NDArray[np.str_], after: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Rows of the table changes for the numbered customers, out of arrays over all customers."""
    columns = {"changed_on": day, "before": before, "after": after}
    return pd.DataFrame({"customer": customer, "what": what, **{name: values[customer] for name, values in columns.items()}})


def _contact_people(rng: np.random.Generator, month_day: Ints, begun: Bools) -> tuple[npt.NDArray[np.str_], pd.DataFrame, Bools]:
    """The first contact person of each customer, the changes of that person, and the grid of months in which the person changed."""
    first = rng.choice(PEOPLE, len(begun))
    new_person = (rng.random(begun.shape) < 0.024) & _previous(begun)
    changes = _scatter(rng, month_day, new_person)
    after = pd.Series(rng.choice(PEOPLE, len(changes)))
    before = after.groupby(changes["customer"]).shift().fillna(pd.Series(first[changes["customer"]]))
    table = changes.rename(columns={"day": "changed_on"}).drop(columns="month")
    return first, table.assign(what="point_of_contact", before=before, after=after), new_person


def _pauses(rng: np.random.Generator, month_day: Ints, quiet: Bools) -> pd.DataFrame:
    """Some of those who go quiet pause their account (use, not billing) until the quiet spell is over."""
    pauses = (rng.random(len(quiet)) < 0.2)[:, None]
    before = _previous(quiet)
    rows = []
    for grid, was, now in ((quiet & ~before, "active", "paused"), (before & ~quiet, "paused", "active")):
        customer, month = np.nonzero(grid & pauses)
        day = month_day[customer, month] + 14
        rows.append(pd.DataFrame({"customer": customer, "changed_on": day, "what": "status", "before": was, "after": now}))
    return pd.concat(rows, ignore_index=True)


def _invoices(
    rng: np.random.Generator, month_day: Ints, start_month: Ints, value: Floats, contract: Ints, short_of_cash: Bools
) -> pd.DataFrame:
    """Invoices in advance for 1, 3 or 6 months, larger customers more often; some customers are late by habit, some are short of cash.

    `month` and `months_billed` are kept so that the amount can follow the value; paid_on is NaN for the few never paid.
    """
    customers = len(start_month)
    size = value[np.arange(customers), start_month]
    months_billed = np.select([size >= 500, (size < 60) & (contract > 0)], [1, 6], 3)
    age = np.arange(MONTHS) - start_month[:, None]
    customer, month = np.nonzero((age >= 0) & (age % months_billed[:, None] == 0))
    ordered = month_day[customer, month]
    terms = rng.choice([14, 30], customers)[customer]
    habit = rng.beta(1, 14, customers)[customer]
    is_late = rng.random(len(customer)) < np.where(short_of_cash[customer, month], 0.85, habit)
    delay = np.where(is_late, 1 + rng.gamma(1.5, 12, len(customer)).astype(np.int64), -rng.integers(0, terms))
    never = is_late & (rng.random(len(customer)) < 0.03)
    return pd.DataFrame(
        {
            "customer": customer,
            "month": month,
            "months_billed": months_billed[customer],
            "ordered_on": ordered,
            "due_on": ordered + terms,
            "paid_on": np.where(never, np.nan, ordered + terms + delay),
        }
    )


def _contacts(
    rng: np.random.Generator, month_day: Ints, started: Ints, usual_gap: Floats, quiet: Bools, troubled: Bools, begun: Bools
) -> pd.DataFrame:
    """Contacts in each customer's own rhythm, nearly none in quiet months, and complaints, most of them in troubled months."""
    rhythm = _rhythm(rng, started, usual_gap)
    month = np.maximum(np.searchsorted(MONTH_STARTS, rhythm["contacted_on"], side="right") - 1, 0)
    is_welcome = ~rhythm.duplicated("customer").to_numpy()
    happens = is_welcome | ~quiet[rhythm["customer"], month] | (rng.random(len(rhythm)) < 0.03)
    rhythm = rhythm[happens].reset_index(drop=True)
    kind = rng.choice(len(KINDS), len(rhythm), p=[share for *_, share in KINDS])
    rhythm["direction"] = np.array([direction for _, direction, _ in KINDS])[kind]
    rhythm["kind"] = np.array([name for name, *_ in KINDS])[kind]
    mood = np.where(troubled[rhythm["customer"], month[happens]], -0.2, 0.3)
    rhythm["sentiment"] = np.clip(rng.normal(mood, 0.3), -1, 1).round(1)
    settled = rhythm["contacted_on"] + rng.geometric(0.4, len(rhythm)) - 1
    rhythm["resolved_on"] = settled.where(rhythm["kind"].isin(["enquiry", "service"]), rhythm["contacted_on"])

    complaints = _scatter(rng, month_day, rng.poisson(np.where(troubled, 0.5, 0.012) * begun)).rename(columns={"day": "contacted_on"})
    complaints["direction"], complaints["kind"] = "in", "complaint"
    complaints["sentiment"] = rng.uniform(-1, -0.2, len(complaints)).round(1)
    solved = complaints["contacted_on"] + rng.geometric(0.12, len(complaints))
    complaints["resolved_on"] = np.where(rng.random(len(complaints)) < 0.18, np.nan, solved)
    contacts = pd.concat([rhythm, complaints.drop(columns="month")], ignore_index=True)
    contacts["channel"] = rng.choice([name for name, _ in CHANNELS], len(contacts), p=[share for _, share in CHANNELS])
    return contacts


def _rhythm(rng: np.random.Generator, started: Ints, usual_gap: Floats) -> pd.DataFrame:
    """Days of contact: a welcome within ten days of the start, then one about every `usual_gap` days."""
    steps = 1 + int(2 * LAST_DAY / usual_gap.min())
    gaps = usual_gap[:, None] * np.exp(rng.normal(-0.03, 0.25, (len(started), steps)))
    gaps[:, 0] = rng.integers(2, 11, len(started))
    days = started[:, None] + np.cumsum(gaps, axis=1).astype(np.int64)
    customer, step = np.nonzero(days <= LAST_DAY)
    return pd.DataFrame({"customer": customer, "contacted_on": days[customer, step]})


def _surveys(
    rng: np.random.Generator, month_day: Ints, start_month: Ints, begun: Bools, quiet: Bools, troubled: Bools, new_person: Bools
) -> pd.DataFrame:
    """NPS is asked twice a year and csat now and then; the mood behind both falls with trouble, silence and a new contact person."""
    recently_new = new_person | _previous(new_person) | _previous(_previous(new_person))
    mood = 8.6 + rng.normal(0, 1.4, (len(begun), 1)) - 2.8 * troubled - 2.2 * quiet - 1.2 * recently_new
    asked = begun & ((np.arange(MONTHS) - start_month[:, None]) % 6 == 3)
    nps = _scatter(rng, month_day, asked & (rng.random(begun.shape) < np.where(quiet, 0.45, 0.66)))
    felt = mood[nps["customer"], nps["month"]] + rng.normal(0, 1, len(nps))
    nps["question"], nps["score"] = "nps", np.clip(np.round(felt), 0, 10).astype(np.int64)
    nps["comment"] = nps_comments(rng, nps["score"].to_numpy())
    csat = _scatter(rng, month_day, begun & (rng.random(begun.shape) < np.where(troubled, 0.08, 0.03)))
    felt = mood[csat["customer"], csat["month"]] / 2 + rng.normal(0, 0.7, len(csat))
    csat["question"], csat["score"], csat["comment"] = "csat", np.clip(np.round(felt), 1, 5).astype(np.int64), ""
    return pd.concat([nps, csat], ignore_index=True).rename(columns={"day": "answered_on"}).drop(columns="month").assign(reason="")


def _promises(rng: np.random.Generator, month_day: Ints, begun: Bools, troubled: Bools) -> pd.DataFrame:
    """Promises, more of them in troubled months, when they are also kept late or broken more often."""
    promises = _scatter(rng, month_day, begun & (rng.random(begun.shape) < np.where(troubled, 0.14, 0.028)))
    in_trouble = troubled[promises["customer"], promises["month"]]
    promised = promises["day"].to_numpy()
    due = promised + rng.integers(5, 31, len(promises))
    fate = rng.random(len(promises)) + 0.2 * in_trouble
    kept = np.select([fate < 0.82, fate < 0.93], [due - rng.integers(0, 5, len(due)), due + rng.integers(1, 20, len(due))], -1)
    return pd.DataFrame(
        {
            "customer": promises["customer"],
            "promised_on": promised,
            "due_on": due,
            "what": rng.choice(PROMISES, len(promises)),
            "kept_on": np.where(kept < 0, np.nan, kept),
        }
    )
