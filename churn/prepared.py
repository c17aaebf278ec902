"""What a load prepares for pages: one row a customer, one row a customer and month, features, signs, and the dials that they were read by.

Pages read these and never raw orders. They are made in the transaction of the load (`Desk.load`), so that they are never out of step with
the tables; where a setting changes, or an older program made them, they are made anew.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.features import features, panel_dates
from churn.measures.declared import Tables, declared, holds
from churn.measures.dialect import days_between, has, is_known, small
from churn.measures.in_touch import last_spoke
from churn.measures.lives import lives
from churn.measures.loyal import loyal_customers
from churn.measures.months import customer_months, months_of
from churn.measures.newcomers import buyers
from churn.measures.own_rhythm import own_rhythms
from churn.measures.period import period
from churn.measures.products import products_bought
from churn.measures.rfm import bought
from churn.measures.rhythm import LOOK_AHEAD, return_curve, suggest_gone_after, suggested, usual_gaps, what_it_means
from churn.measures.said import customer_answers, customer_comments, customer_reasons
from churn.shortcuts import shortcuts
from churn.signs import Thresholds, record_of, signs
from churn.store import Desk
from churn.stored import Json, Made
from churn.tables import TABLES

Maker = Callable[[], Made]

EDITION = 7
RECORD_DAYS = 6
NOW = {"first_on": nw.Date(), "lost_on": nw.Date(), "is_lost": nw.Int64(), "tenure_days": nw.Int64()}
EVENTS = ("orders", "contacts", "surveys", "changes", "promises")
DAYS = {name: next(column.name for column in TABLES[name].columns if column.type == "date") for name in EVENTS}


@dataclass(frozen=True)
class Wishes:
    """What somebody said of the dials (None: as the data suggest; `gone_after` 0: only `ended_on` says who left), of the thresholds of
    signs, and which further columns of customers never change and may be learned from."""

    as_of: date | None = None
    gone_after: int | None = None
    look_ahead: int | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    steady: tuple[str, ...] = ()

    def dials(self, tables: Tables) -> Dials | None:
        """The dials to read these tables by; None where they hold no day and none was said."""
        if self.as_of is None:
            return self.turned(suggested(tables))
        gone_after = suggest_gone_after(tables, self.as_of)
        return self.turned(Dials(self.as_of, gone_after, gone_after or LOOK_AHEAD))

    def turned(self, found: Dials | None) -> Dials | None:
        """The dials that the data suggest with what was said of them."""
        if found is None:
            return None
        if self.gone_after is not None:
            found = replace(found, gone_after=self.gone_after or None)
        return found if self.look_ahead is None else replace(found, look_ahead=self.look_ahead)

    def as_setting(self) -> dict[str, Json]:
        """In plain types, to be kept by a desk."""
        day = self.as_of.isoformat() if self.as_of else None
        said: dict[str, Json] = {"as_of": day, "gone_after": self.gone_after, "look_ahead": self.look_ahead}
        return said | {"thresholds": self.thresholds.as_settings(), "steady": list(self.steady)}


def wishes_of(desk: Desk) -> Wishes:
    """What was said of this desk."""
    kept: Any = desk.setting("wishes") or {}
    day = kept.get("as_of")
    return Wishes(
        as_of=date.fromisoformat(day) if day else None,
        gone_after=kept.get("gone_after"),
        look_ahead=kept.get("look_ahead"),
        thresholds=Thresholds.from_settings(kept.get("thresholds") or {}),
        steady=tuple(kept.get("steady") or ()),
    )


class Prepared(Mapping[str, Made]):
    """Prepared tables by name, each made when it is first asked for: what is small in memory, the rest lazily, `shortcuts` as what makes
    them of the tables so far. So who writes them one after the other can say how far that is, and stop."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers = makers
        self._made: dict[str, Made] = {}

    def __getitem__(self, name: str) -> Made:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def prepared(tables: Tables, wishes: Wishes) -> Prepared:
    """The prepared tables of these tables, by name; none where there are no customers.

    customer_now: all columns of customers, first_on, lost_on (as `lives`), is_lost (1, 0; null: no day says, or not come yet),
    tenure_days (from first_on to lost_on or as_of; null where the start is unknown or after the end; the firm's own numbers of this name
    where no table says when anybody started); columns of these names that the firm's own table has are left out. customer_months as
    `customer_months`, customer_bought as `bought` (scored among all customers of the firm), customer_loyal as `loyal_customers`,
    customer_spend as `buyers`, customer_rhythm as `own_rhythms` (where there are contacts or orders), customer_answers, customer_comments
    and customer_reasons as the functions of these names, customer_promises as `not_kept`, customer_features as `features`, customer_signs
    as `signs`, customer_products as `products_bought` (where orders name products), customer_spoke as `last_spoke`, sign_record as
    `record_of`, silences as `return_curve` beside `what_it_means`, gaps as `usual_gaps`. dials: one row of as_of, gone_after, look_ahead,
    the same as suggested_..., is_dated (days say who left), stamp, first_month (the first of customer_months; null where there are none).
    Those of `shortcuts` are what makes them of the others.
    """
    if "customers" not in tables:
        return Prepared({})
    found = suggested(tables)
    dials = wishes.turned(found) if wishes.as_of in (None, found and found.as_of) else wishes.dials(tables)
    dated = dials is not None and is_dated(tables, dials)
    makers: dict[str, Maker] = {"customer_now": partial(_now, tables, dials, dated=dated)}
    if dials is None or not (dated or has_events(tables)):
        return Prepared(makers | {"dials": partial(_noted, dials, found, wishes, dated=dated)})
    makers |= _of_customers(tables, dials, wishes)
    if "orders" in tables:
        makers |= _of_orders(tables, dials, dated=dated)
    if "surveys" in tables:
        makers |= _of_surveys(tables, dials, dated=dated)
    if "promises" in tables:
        makers["customer_promises"] = partial(not_kept, tables, dials.as_of)
    if days := past_days(tables, dials)[:RECORD_DAYS]:
        makers["sign_record"] = partial(record_of, tables, dials, wishes.thresholds, days)
    makers |= {name: partial(lambda made: made, made) for name, made in shortcuts(makers).items()}
    return Prepared(makers | {"dials": lambda: _noted(dials, found, wishes, dated=dated, first_month=months_of(tables, dials)[0])})


def not_kept(tables: Tables, day: date) -> nw.LazyFrame[Any]:
    """The promises that were not kept before a day, those made after it among them: all columns of promises."""
    return declared(tables)["promises"].filter(nw.col("kept_on").is_null() | (nw.col("kept_on") >= nw.lit(day)))


def has_events(tables: Collection[str]) -> bool:
    """Whether there is anything that customers did."""
    return any(name in tables for name in EVENTS)


def past_days(tables: Tables, dials: Dials) -> list[date]:
    """The days, newest first, on which customers can be looked at to learn from what they then did; none where days do not say who left."""
    spans = [period(tables[name], DAYS[name]) for name in EVENTS if name in tables]
    first = min((span.first for span in spans if span), default=None)
    return panel_dates(first, dials.as_of, dials) if first and is_dated(tables, dials) else []


def is_dated(tables: Tables, dials: Dials) -> bool:
    """Whether days say who left: the end of some customer, or the last order of all."""
    if dials.gone_after is not None and "orders" in tables:
        return True
    if not holds(tables, "customers", "ended_on"):
        return False
    return bool(small(tables["customers"].select(nw.col("ended_on").count().alias("n")))["n"].iloc[0])


def is_prepared(desk: Desk) -> bool:
    """Whether the desk holds what is prepared by what was said of it."""
    with desk.reading() as frames:
        found = small(frames["dials"]) if "dials" in frames else None
    return found is not None and found["stamp"].iloc[0] == stamp(wishes_of(desk))


def dials_of(desk: Desk) -> Dials | None:
    """The dials that the desk's prepared tables were made by; None where there are none, or no day says who left."""
    with desk.reading() as frames:
        found = small(frames["dials"]).iloc[0] if "dials" in frames else None
    return None if found is None or not found["is_dated"] else _dials(found)


def suggested_dials(noted: "pd.Series[Any]") -> Dials | None:
    """What the data suggest, from the row of the prepared table dials; None where they hold no day."""
    return _dials(noted, "suggested_")


def stamp(wishes: Wishes) -> str:
    """What the prepared tables depend on besides the tables themselves."""
    return json.dumps([EDITION, wishes.as_setting()])


def _now(tables: Tables, dials: Dials | None, *, dated: bool) -> nw.LazyFrame[Any]:
    if dials is None:
        kept = tables["customers"].select(_own(tables))
        return kept.with_columns(*(nw.lit(None, kind).alias(name) for name, kind in NOW.items() if not has(kept, name)))
    tenure = days_between(nw.col("first_on"), nw.coalesce(nw.col("lost_on"), nw.lit(dials.as_of)))
    gone = nw.when(is_known(nw.col("lost_on"))).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
    spans = (
        lives(tables, dials).rename({"started_on": "first_on"}).with_columns(is_lost=gone, tenure_days=nw.when(tenure >= 0).then(tenure))
    )
    own = _own(tables)
    joined = tables["customers"].select(own).join(spans.drop(*(set(own) & set(NOW))), on="customer_id", how="left")
    return joined if dated else joined.with_columns(is_lost=nw.lit(None, nw.Int64))


def _own(tables: Tables) -> list[str]:
    """The firm's columns of customers that nothing prepared takes the place of."""
    columns = tables["customers"].collect_schema()
    undated = "started_on" not in columns and "orders" not in tables
    kept = {"tenure_days"} if undated and "tenure_days" in columns and columns["tenure_days"].is_numeric() else set()
    return [name for name in columns.names() if name not in NOW or name in kept]


def _of_customers(tables: Tables, dials: Dials, wishes: Wishes) -> dict[str, Maker]:
    """What each customer did, stands for and shows."""
    makers: dict[str, Maker] = {
        "customer_months": partial(customer_months, tables, dials),
        "customer_features": partial(features, tables, dials, steady=wishes.steady),
        "customer_signs": partial(signs, tables, dials, wishes.thresholds),
    }
    if "contacts" in tables or "orders" in tables:
        makers["customer_rhythm"] = lambda: own_rhythms(tables, dials, lives(tables, dials))
    if holds(tables, "contacts", "contacted_on"):
        makers["customer_spoke"] = lambda: last_spoke(tables["contacts"], dials.as_of)
    return makers


def _of_orders(tables: Tables, dials: Dials, *, dated: bool) -> dict[str, Maker]:
    """What each customer bought; how loyal they are and what the new try only where days say who left."""
    makers: dict[str, Maker] = {
        "silences": lambda: return_curve(tables, dials.as_of).merge(what_it_means(tables, dials.as_of), on="days"),
        "gaps": partial(usual_gaps, tables, dials.as_of),
        "customer_bought": lambda: bought(declared(tables)["orders"], dials.as_of),
    }
    if dated:
        makers["customer_loyal"] = partial(loyal_customers, tables, dials)
    if holds(tables, "orders", "product"):
        makers["customer_products"] = lambda: products_bought(declared(tables)["orders"], dials.as_of)
    if dated and holds(tables, "orders", "amount"):
        makers["customer_spend"] = partial(buyers, tables, dials)
    return makers


def _of_surveys(tables: Tables, dials: Dials, *, dated: bool) -> dict[str, Maker]:
    """What customers said; why they left, and who left after an answer, only where days say who left."""
    makers: dict[str, Maker] = {
        "customer_answers": lambda: customer_answers(tables, dials, lives(tables, dials) if dated else None),
        "customer_comments": partial(customer_comments, tables, dials),
    }
    return makers | ({"customer_reasons": lambda: customer_reasons(tables, dials, lives(tables, dials))} if dated else {})


def _noted(dials: Dials | None, found: Dials | None, wishes: Wishes, *, dated: bool, first_month: date | None = None) -> pd.DataFrame:
    first = pd.Series([pd.NaT if first_month is None else pd.Timestamp(first_month)], dtype="datetime64[s]")
    noted = {**_row(dials), **_row(found, "suggested_"), "is_dated": [dated], "stamp": [stamp(wishes)], "first_month": first}
    return pd.DataFrame(noted)


def _row(dials: Dials | None, prefix: str = "") -> dict[str, "pd.Series[Any]"]:
    return {
        f"{prefix}as_of": pd.Series([pd.NaT if dials is None else pd.Timestamp(dials.as_of)], dtype="datetime64[s]"),
        f"{prefix}gone_after": pd.Series([None if dials is None else dials.gone_after], dtype="Int64"),
        f"{prefix}look_ahead": pd.Series([None if dials is None else dials.look_ahead], dtype="Int64"),
    }


def _dials(noted: "pd.Series[Any]", prefix: str = "") -> Dials | None:
    if pd.isna(noted[f"{prefix}as_of"]):
        return None
    gone_after = noted[f"{prefix}gone_after"]
    return Dials(
        pd.Timestamp(noted[f"{prefix}as_of"]).date(), None if pd.isna(gone_after) else int(gone_after), int(noted[f"{prefix}look_ahead"])
    )
