"""What a customer's orders and payments tell before a day."""

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.features.windows import AGE, TREND_DAYS, WINDOWS, before, counts, just_before, known_day, trend, with_gaps, within
from churn.measures.dialect import Frame, count_if, days_between, is_known, ratio, real, sum_if

LATE_DAYS = 180


def order_features(orders: Frame, dials: Dials, who: Frame) -> Frame:
    """One row for each of the customers `who` with an order before `dials.as_of`: customer_id and the features of orders in `known`.

    Columns in: the orders as declared. An invoice is late from the day after it fell due unpaid; a payment made on or after the day
    read at is not known.
    """
    bought = before(orders, "ordered_on", dials, who).with_columns(amount=real("amount"), paid_on=known_day("paid_on", dials))
    late = nw.min_horizontal(nw.coalesce(nw.col("paid_on"), nw.lit(dials.as_of)), nw.lit(dials.as_of))
    fallen_due = bought.with_columns(
        _due=nw.when(nw.col("due_on") < nw.lit(dials.as_of)).then(days_between(nw.col("due_on"), nw.lit(dials.as_of))),
        _late=days_between(nw.col("due_on"), late),
    ).with_columns(_late=nw.when(is_known(nw.col("_due"))).then(nw.max_horizontal(nw.col("_late"), nw.lit(0))))
    grouped = with_gaps(fallen_due, "ordered_on").group_by("customer_id").agg(*_bought(), *_paid())
    return _combined(grouped)


def _bought() -> list[nw.Expr]:
    amount = nw.col("amount").fill_null(nw.lit(0.0))
    return [
        AGE.min().alias("days_since_order"),
        nw.col("_gap").cast(nw.Float64).median().alias("usual_order_gap"),
        nw.len().alias("orders_ever"),
        (nw.col("_gap").count() + nw.lit(1)).alias("order_days"),
        nw.col("amount").sum().alias("amount_ever"),
        nw.col("amount").mean().alias("average_order"),
        *counts("orders"),
        count_if(just_before(TREND_DAYS)).alias("_orders_before"),
        *(sum_if(within(days), amount).alias(f"amount_{days}") for days in WINDOWS),
        *(sum_if(just_before(days), amount).alias(f"_amount_before_{days}") for days in (TREND_DAYS, 365)),
        nw.when(within(LATE_DAYS)).then(nw.col("amount")).mean().alias("_size"),
        nw.when(~within(LATE_DAYS)).then(nw.col("amount")).mean().alias("_size_before"),
    ]


def _paid() -> list[nw.Expr]:
    """`_due` is how many days ago an invoice fell due, `_late` how many days late it was paid or still is; null where not yet due."""
    due, late = nw.col("_due"), nw.col("_late") > nw.lit(0)
    overdue = is_known(due) & nw.col("paid_on").is_null()
    return [
        nw.col("_late").cast(nw.Float64).mean().alias("days_paid_late"),
        due.count().alias("_due_ever"),
        count_if(late).alias("_late_ever"),
        count_if(late & (due <= nw.lit(LATE_DAYS))).alias("late_180"),
        count_if(late & (due > nw.lit(LATE_DAYS)) & (due <= nw.lit(2 * LATE_DAYS))).alias("_late_before"),
        count_if(overdue).alias("invoices_overdue"),
        sum_if(overdue, nw.col("amount").fill_null(nw.lit(0.0))).alias("amount_overdue"),
    ]


def _combined(grouped: Frame) -> Frame:
    return grouped.with_columns(
        order_silence=ratio(nw.col("days_since_order"), nw.col("usual_order_gap")),
        orders_trend=trend("orders_90", "_orders_before"),
        amount_trend_90=trend("amount_90", "_amount_before_90"),
        amount_trend_365=trend("amount_365", "_amount_before_365"),
        order_size_trend=ratio(nw.col("_size") - nw.col("_size_before"), nw.col("_size").abs() + nw.col("_size_before").abs()),
        share_paid_late=ratio(nw.col("_late_ever"), nw.col("_due_ever")),
        late_trend=nw.col("late_180") - nw.col("_late_before"),
    )
