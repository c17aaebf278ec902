"""How often customers and the firm are in contact, and who has not been for long."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, count_if, days_between, has, one_row
from churn.measures.lives import active, given
from churn.measures.rates import with_shares


@dataclass(frozen=True)
class ContactGaps:
    """Days between one contact and the next: of `customers` with at least two days of contact, in all `gaps` gaps.

    `mean_days` is the mean of all gaps, `mean_own_days` that of customers' own mean gaps, where who is often in contact weighs no more than
    others; both NaN without a gap.
    """

    customers: int
    gaps: int
    mean_days: float
    mean_own_days: float


def last_spoke(contacts: Frame, as_of: date) -> Frame:
    """When each customer last got in touch before `as_of`, and the firm with them: customer_id, last_in_on, last_out_on (null: never); a
    load prepares it as customer_spoke.

    Columns in: customer_id, contacted_on, direction (absent: every contact counts for both).
    """
    told = has(contacts, "direction")
    days = {"last_in_on": "in", "last_out_on": "out"}
    made = contacts.select("customer_id", *(["direction"] if told else []), day=nw.col("contacted_on").cast(nw.Date))
    day = {name: nw.when(nw.col("direction") == nw.lit(way)).then(nw.col("day")) if told else nw.col("day") for name, way in days.items()}
    known = made.filter(nw.col("day") < nw.lit(as_of))
    return known.group_by("customer_id").agg(*(expression.max().alias(name) for name, expression in day.items()))


def contact_gaps(tables: Tables, dials: Dials, *, direction: Literal["in", "out"] | None = None) -> ContactGaps:
    """The gaps between customers' days of contact before `dials.as_of`; only contacts of that direction if one is given."""
    days = _contacts(tables, dials, direction).group_by("customer_id").agg(
        nw.col("contacted_on").min().alias("first"),
        nw.col("contacted_on").max().alias("last"),
        (nw.col("contacted_on").n_unique() - 1).cast(nw.Int64).alias("gaps"),
    )  # fmt: skip
    spans = days.filter(nw.col("gaps") > 0).with_columns(span=days_between(nw.col("first"), nw.col("last")).cast(nw.Float64))
    own = (nw.col("span") / nw.col("gaps").cast(nw.Float64)).mean().alias("own")
    found = one_row(spans, [nw.len().alias("customers"), nw.col("gaps").sum(), nw.col("span").sum(), own])
    if found["customers"] == 0:
        return ContactGaps(0, 0, math.nan, math.nan)
    return ContactGaps(int(found["customers"]), int(found["gaps"]), found["span"] / found["gaps"], found["own"])


def without_contact(
    tables: Tables,
    dials: Dials,
    *,
    days: Sequence[int] = (30, 60, 90, 180),
    direction: Literal["in", "out"] | None = None,
    lived: Frame | None = None,
) -> pd.DataFrame:
    """The share of customers without a contact in the last so many days before `dials.as_of`, of the active who came before them.

    `lived`: the `lives` at `dials`, where they are at hand. Columns out: days, customers, silent, share with its 95% interval low and high
    (Wilson, 1927).
    """
    last = _contacts(tables, dials, direction).group_by("customer_id").agg(nw.col("contacted_on").max().alias("last"))
    joined = active(given(lived, tables, dials)).join(last, on="customer_id", how="left")
    counts = []
    for length in days:
        since = nw.lit(dials.as_of - timedelta(days=length))
        old = nw.col("started_on").is_null() | (nw.col("started_on") < since)
        silent = nw.col("last").is_null() | (nw.col("last") < since)
        counts += [count_if(old).alias(f"customers_{length}"), count_if(old & silent).alias(f"silent_{length}")]
    found = one_row(joined, counts) if counts else {}
    rows = [(length, int(found[f"customers_{length}"]), int(found[f"silent_{length}"])) for length in days]
    return with_shares(pd.DataFrame(rows, columns=["days", "customers", "silent"]), "silent", "customers")


def _contacts(tables: Tables, dials: Dials, direction: str | None) -> Frame:
    contacts = declared(tables)["contacts"].filter(nw.col("contacted_on") < nw.lit(dials.as_of))
    return contacts if direction is None else contacts.filter(nw.col("direction") == nw.lit(direction))
