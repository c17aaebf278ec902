"""The sample firm: a small subscription business whose customers leave for known causes, written as seven CSV files and a spreadsheet.

Run as `python -m sample_data.generate [FOLDER]`. The same SEED gives the same files, byte for byte. README.md tells the story.
"""

import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from xlsxwriter import Workbook

from sample_data.books import NOTICE_DAYS, Leaving, as_tables, keep_books
from sample_data.firm import AS_OF, LAST_DAY, MONTH_STARTS, MONTHS, Bools, Firm, found
from sample_data.phrases import exit_comment
from sample_data.record import Floats, Ints, Record, Signs, record

SEED = 20251231
CUSTOMERS = 4000
NEW_CUSTOMERS = 150
NEW_WITH_GAPS = 9


@dataclass(frozen=True)
class Causes:
    """The planted truth: log-odds that a customer decides, in a given month, to leave (the sum of what applies).

    Counts are over the 180 days before; nobody decides in their first two months; who decides is gone 30 to 44 days later.
    Region, segment, owner, invoice format and newsletter have no effect of their own.
    """

    intercept: float = -5.65
    plan_basic: float = 0.5
    plan_pro: float = -0.8
    contract_monthly: float = 1.0
    contract_two_year: float = -1.0
    tenure_per_year: float = -0.5
    value_per_tenfold: float = -0.5
    late_payment: float = 0.9
    complaint: float = 1.1
    silence: float = 1.5
    contact_changed: float = 1.4
    nps_point_below_8: float = 0.4
    acted_on: float = -0.9


CAUSES = Causes()
MOST_LATE_PAYMENTS = 3
MOST_COMPLAINTS = 4
MOST_SILENCE = 3.0
EFFECT_DAYS = 90
OUTCOME_DAYS = 120

CAMPAIGN_MONTHS = range(4, MONTHS, 3)
CAMPAIGN_SIZE = 170
HELD_OUT_SHARE = 0.1
CAMPAIGNS = (("check-in call", 12.0), ("quality review visit", 90.0), ("loyalty discount", 45.0), ("thank-you letter", 6.0))

REASONS = {
    "felt unvalued": 67.0,
    "dissatisfied (low quality)": 14.0,
    "competitor": 9.0,
    "friend or relative elsewhere": 5.0,
    "moved or stopped of own accord": 3.0,
    "died": 1.0,
    "price": 0.4,
    "promise broken": 0.3,
    "new management or contact person left": 0.3,
}
SILENT_SHARE = 0.12
NOT_STATED_SHARE = 0.05


def log_odds(firm: Firm, month: int, signs: Signs, acted_on: Bools) -> Floats:
    """The planted log-odds that each customer decides to leave in `month`, from CAUSES."""
    plan, contract = firm.plan[:, month], firm.contract
    return np.asarray(
        CAUSES.intercept
        + np.array([CAUSES.plan_basic, 0, CAUSES.plan_pro])[plan]
        + np.array([CAUSES.contract_monthly, 0, CAUSES.contract_two_year])[contract]
        + CAUSES.tenure_per_year * (month - firm.start_month) / 12
        + CAUSES.value_per_tenfold * np.log10(firm.value[:, month] / 100)
        + CAUSES.late_payment * np.minimum(signs.late_payments, MOST_LATE_PAYMENTS)
        + CAUSES.complaint * np.minimum(signs.complaints, MOST_COMPLAINTS)
        + CAUSES.silence * _silence(firm, signs)
        + CAUSES.contact_changed * signs.contact_changed
        + CAUSES.nps_point_below_8 * np.nan_to_num(np.clip(8 - signs.last_nps, 0, None))
        + CAUSES.acted_on * acted_on
    )


def _silence(firm: Firm, signs: Signs) -> Floats:
    """How far the days since the last contact exceed the customer's own usual gap, in such gaps: 0 up to one gap, at most MOST_SILENCE."""
    return np.clip(signs.days_since_contact / firm.usual_gap - 1, 0, MOST_SILENCE)


def leave(rng: np.random.Generator, firm: Firm) -> Leaving:
    """Live through the months: campaigns on the first, and each customer's decision on their day of the month."""
    never = LAST_DAY + 1000
    would_be = record(firm.events, customers=len(firm), days=LAST_DAY + 1)
    decided = np.full(len(firm), never)
    last_acted = np.full(len(firm), -never)
    campaigns = []
    for month in range(MONTHS):
        free = (decided == never) & (month - firm.start_month >= 2)
        if month in CAMPAIGN_MONTHS:
            campaign = _campaign(rng, month, free, would_be)
            last_acted[campaign.loc[campaign["arm"] == "acted", "customer"]] = MONTH_STARTS[month]
            campaigns.append(campaign)
        day = np.where(free, firm.month_day[:, month], LAST_DAY)
        odds = log_odds(firm, month, would_be.on(day), day - last_acted < EFFECT_DAYS)
        decides = free & (rng.random(len(firm)) < 1 / (1 + np.exp(-odds)))
        decided[decides] = day[decides]
    ended = decided + NOTICE_DAYS + rng.integers(0, 15, len(firm))
    return Leaving(decided, ended, _with_outcomes(pd.concat(campaigns, ignore_index=True), ended))


def _campaign(rng: np.random.Generator, month: int, free: Bools, would_be: Record) -> pd.DataFrame:
    """One campaign among `free` customers who show a sign; a random tenth of those chosen is held out."""
    signs = would_be.on(np.where(free, MONTH_STARTS[month], LAST_DAY))
    unhappy = (signs.complaints > 0) | (signs.last_nps <= 6)
    worrying = unhappy | signs.contact_changed | (signs.late_payments > 1) | (signs.days_since_contact > 120)
    chosen = np.sort(rng.permutation(np.flatnonzero(free & worrying))[:CAMPAIGN_SIZE])
    action, cost = CAMPAIGNS[(month - CAMPAIGN_MONTHS.start) // 3 % len(CAMPAIGNS)]
    acted = rng.random(len(chosen)) >= HELD_OUT_SHARE
    arm = np.where(acted, "acted", "held_out")
    return pd.DataFrame({"customer": chosen, "taken_on": MONTH_STARTS[month], "action": action, "arm": arm, "cost": cost * acted})


def _with_outcomes(actions: pd.DataFrame, ended: Ints) -> pd.DataFrame:
    """Both arms are followed for OUTCOME_DAYS: left (on the last day) or stayed; empty while that is not known yet."""
    end, followed = ended[actions["customer"]], actions["taken_on"].to_numpy() + OUTCOME_DAYS
    known_on = np.minimum(end, followed)
    known = known_on <= LAST_DAY
    outcome = np.where(known, np.where(end <= followed, "left", "stayed"), "")
    return actions.assign(outcome=outcome, outcome_on=np.where(known, known_on, np.nan))


def state_reasons(rng: np.random.Generator, firm: Firm, leaving: Leaving) -> pd.DataFrame:
    """Exit answers of the lost between the snapshot and the end: reasons that fit what happened, drawn near the shares of REASONS."""
    lost = np.flatnonzero(leaving.lost)
    chances = _raked(_fit(firm, leaving)[lost], np.array(list(REASONS.values())))
    drawn = (np.cumsum(chances, axis=1) < rng.random(len(lost))[:, None]).sum(axis=1)
    reason = np.where(rng.random(len(lost)) < NOT_STATED_SHARE, "not stated", np.array(list(REASONS))[drawn])
    comment = [exit_comment(rng, why) if writes else "" for why, writes in zip(reason, rng.random(len(lost)) < 0.7, strict=True)]
    day = rng.integers(leaving.snapshot[lost] + 1, leaving.ended[lost] + 1)
    answers = pd.DataFrame({"customer": lost, "answered_on": day, "question": "exit", "reason": reason, "comment": comment})
    return answers[rng.random(len(lost)) >= SILENT_SHARE]


def _fit(firm: Firm, leaving: Leaving) -> Floats:
    """How much likelier than usual each reason (columns in the order of REASONS) is for each customer, given what happened to them."""
    signs = record(firm.events, customers=len(firm), days=LAST_DAY + 1).on(np.minimum(leaving.decided, LAST_DAY))
    silence = _silence(firm, signs)
    usual = np.ones(len(firm))
    broken = firm.events["promises"].query("~(kept_on <= due_on)")
    broken = broken[broken["due_on"].to_numpy() < leaving.decided[broken["customer"]]]
    by_reason = {
        "felt unvalued": 1 + silence + 1.5 * signs.contact_changed + 1.0 * (signs.last_nps <= 6),
        "dissatisfied (low quality)": 0.3 + 3.0 * np.minimum(signs.complaints, MOST_COMPLAINTS),
        "competitor": 0.7 + 1.3 * (signs.late_payments > 0),
        "died": usual * (firm.segment == 0),
        "promise broken": usual * np.isin(np.arange(len(firm)), broken["customer"]),
        "new management or contact person left": usual * signs.contact_changed,
    }
    return np.column_stack([by_reason.get(reason, usual) for reason in REASONS])


def _raked(weights: Floats, shares: Floats) -> Floats:
    """Rows scaled to sum to 1 such that the columns' means come to `shares` (iterative proportional fitting)."""
    target = len(weights) * shares / shares.sum()
    for _ in range(50):
        weights = weights * (target / weights.sum(axis=0))
        weights = weights / weights.sum(axis=1, keepdims=True)
    return weights


def write_tables(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """One CSV file a table."""
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def write_new_customers(rng: np.random.Generator, customers: pd.DataFrame, file: Path) -> None:
    """A spreadsheet of customers without a label; NEW_WITH_GAPS of them lack four to nine cells."""
    sheet = customers.drop(columns="ended_on").astype(object)
    facts = np.arange(list(sheet.columns).index("segment"), len(sheet.columns))
    for row in rng.choice(len(sheet), NEW_WITH_GAPS, replace=False):
        sheet.iloc[row, rng.choice(facts, rng.integers(4, 10), replace=False)] = None
    with Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": "New customers of the sample firm", "created": datetime.combine(AS_OF, datetime.min.time())})
        page = book.add_worksheet("New customers")
        page.write_row(0, 0, list(sheet.columns))
        for number, cells in enumerate(sheet.itertuples(index=False), start=1):
            for column, cell in enumerate(cells):
                if pd.notna(cell) and cell != "":
                    page.write(number, column, date.fromisoformat(cell) if sheet.columns[column].endswith("_on") else cell)


def generate(folder: Path) -> None:
    """Write the seven CSV files and new_customers.xlsx into `folder`."""
    rng = np.random.default_rng(SEED)
    firm = found(rng, CUSTOMERS + NEW_CUSTOMERS)
    leaving = leave(rng, firm)
    exits = state_reasons(rng, firm, leaving)
    books = keep_books(rng, firm, leaving, exits)
    new = np.sort(rng.choice(np.flatnonzero(~leaving.lost), NEW_CUSTOMERS, replace=False))
    is_new = np.isin(np.arange(len(firm)), new)
    ids = np.where(is_new, CUSTOMERS + np.cumsum(is_new), np.cumsum(~is_new))
    tables = as_tables(books, ids)
    folder.mkdir(parents=True, exist_ok=True)
    write_tables({name: table[~is_new[books[name]["customer"]]] for name, table in tables.items()}, folder)
    write_new_customers(rng, tables["customers"][is_new], folder / "new_customers.xlsx")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
