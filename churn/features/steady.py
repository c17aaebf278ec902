"""What the customers table tells, put back to how it was on a day where the table of changes says so."""

from collections.abc import Sequence
from typing import Literal

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.errors import ChurnError
from churn.features.others import as_number, turns
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, days_between, has, is_known, real, words
from churn.wording import _


def customer_features(tables: Tables, dials: Dials, who: Frame, steady: Sequence[str] = ()) -> Frame:
    """One row for each of the customers `who` (customer_id, started_on): customer_id, the features of the customers table, and the further
    columns `steady` of it, numbers as floats, other things as words. Raises ChurnError for one that is not there or holds days.

    `plan` and `monthly_value` are those of the day: `before` of the first later change of plan; the value times the first price before
    over the last price after the later changes of price. The rest is as in the customers table.
    """
    found = declared(tables)
    day = nw.lit(dials.as_of)
    own = found["customers"].select("customer_id", "segment", "region", "plan", "renewal_on", real("monthly_value").alias("monthly_value"))
    extra = tables["customers"].select(nw.col("customer_id").cast(nw.String), *(_steady(tables["customers"], name) for name in steady))
    later = found["changes"].filter(nw.col("changed_on") >= day)
    joined = who.select("customer_id", "started_on")
    for more in (own, extra, _plan_then(later), _prices_since(later)):
        joined = joined.join(more, on="customer_id", how="left")
    ahead = nw.when(nw.col("renewal_on") >= day).then(days_between(day, nw.col("renewal_on")))
    return joined.select(
        "customer_id",
        ahead.alias("days_to_renewal"),
        days_between(nw.col("started_on"), day).alias("tenure_days"),
        words("segment").alias("segment"),
        words("region").alias("region"),
        nw.coalesce(words("_plan"), words("plan")).alias("plan"),
        _value_then().alias("monthly_value"),
        *steady,
    )


def _plan_then(later: Frame) -> Frame:
    """customer_id, _plan: what the first of the later changes of plan says that it was."""
    return _end(turns(later, "plan"), "first").select("customer_id", nw.col("before").alias("_plan"))


def _prices_since(later: Frame) -> Frame:
    """customer_id, _old, _new: the price before the first and after the last of the later changes from one number to another."""
    prices = turns(later, "price").with_columns(_old=as_number("before"), _new=as_number("after"))
    numbers = prices.filter((nw.col("_old") > nw.lit(0.0)) & (nw.col("_new") > nw.lit(0.0)))
    first = _end(numbers, "first").select("customer_id", "_old")
    return first.join(_end(numbers, "last").select("customer_id", "_new"), on="customer_id", how="left")


def _end(changes: Frame, which: Literal["first", "last"]) -> Frame:
    return changes.unique(["customer_id"], keep=which, order_by=["changed_on", "before", "after"])


def _value_then() -> nw.Expr:
    value, old, new = nw.col("monthly_value"), nw.col("_old"), nw.col("_new")
    undone = nw.when(value == new).then(old).otherwise(value * old / new)
    return nw.when(is_known(old)).then(undone).otherwise(value)


def _steady(customers: Frame, name: str) -> nw.Expr:
    if not has(customers, name):
        raise ChurnError(_("The customers have no column '{column}'.").format(column=name))
    kind = customers.collect_schema()[name]
    if kind.is_temporal():
        raise ChurnError(_("The column '{column}' holds days, and a day by itself is nothing to learn from.").format(column=name))
    return (real(name) if kind.is_numeric() else words(name)).alias(name)
