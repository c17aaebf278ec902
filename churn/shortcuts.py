"""SHORTCUTS: what is prepared of prepared tables, so that a page joins and adds up less after each change of filters."""

from collections.abc import Callable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from churn.measures.before_leaving import at_last
from churn.measures.dialect import Frame, has
from churn.measures.rfm import RFM
from churn.measures.spans import span_of
from churn.signs import SIGNS

Shortcut = Callable[[Mapping[str, Frame]], Frame]


def shortcuts(names: Mapping[str, Any]) -> dict[str, Shortcut]:
    """What can be made of the prepared tables of these names, by name; each is given all tables that the desk then has.

    customer_people: customer_now and rfm (that of customer_bought, where it is no column of the firm's own). customer_quarters: the revenue
    of customer_months by customer and quarter, without those that had none: customer_id, cohort (month), month (first day of the
    quarter), revenue. customer_leaving: as `at_last`, of those who left. customer_standing: what lists go by, one row a customer:
    customer_id, worst and grade (severity of the gravest sign, and of all added up; null: none shows), shown (the signs, each as its bit in
    the order of SIGNS), due_on (that of customer_rhythm), reason (that of customer_reasons), null where there is no such table.
    """
    found: dict[str, tuple[str, Shortcut]] = {
        "customer_people": ("customer_bought", _people),
        "customer_quarters": ("customer_months", _quarters),
        "customer_leaving": ("customer_months", lambda frames: at_last(frames["customer_months"])),
        "customer_standing": ("customer_signs", _standing),
    }
    return {name: make for name, (of, make) in found.items() if of in names}


def shown(signs: Frame) -> Frame:
    """The signs of each customer who shows any: customer_id, worst, grade, shown."""
    bits = [nw.when(nw.col("sign") == nw.lit(key)).then(nw.lit(1 << place)) for place, key in enumerate(SIGNS)]
    rows = signs.with_columns(bit=nw.coalesce(*bits, nw.lit(0)))
    totals = {"worst": nw.col("severity").max(), "grade": nw.col("severity").sum(), "shown": nw.col("bit").sum()}
    return rows.group_by("customer_id").agg(*(total.cast(nw.Int64).alias(name) for name, total in totals.items()))


def _standing(frames: Mapping[str, Frame]) -> Frame:
    here = frames["customer_now"].select("customer_id").join(shown(frames["customer_signs"]), on="customer_id", how="left")
    for name, column, kind in (("customer_rhythm", "due_on", nw.Date), ("customer_reasons", "reason", nw.String)):
        if name in frames:
            here = here.join(frames[name].select("customer_id", column), on="customer_id", how="left")
        else:
            here = here.with_columns(nw.lit(None, kind).alias(column))
    return here


def _people(frames: Mapping[str, Frame]) -> Frame:
    people = frames["customer_now"]
    if has(people, RFM):
        return people
    return people.join(frames["customer_bought"].select("customer_id", RFM), on="customer_id", how="left")


def _quarters(frames: Mapping[str, Frame]) -> Frame:
    months = frames["customer_months"].with_columns(month=span_of(nw.col("month"), "quarter"))
    paid = months.group_by("customer_id", "cohort", "month").agg(nw.col("revenue").sum())
    return paid.filter(nw.col("revenue") != 0)
