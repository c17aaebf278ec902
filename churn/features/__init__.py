"""FEATURES: tables -> one row a customer as of a date, from what came before it alone, and the label of what came after."""

from collections.abc import Callable, Sequence

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.features.contacts import contact_features
from churn.features.known import Feature, every, held
from churn.features.labels import labels, panel_dates
from churn.features.orders import order_features
from churn.features.others import change_features, promise_features, survey_features
from churn.features.steady import customer_features
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, ratio
from churn.measures.lives import active, lives

__all__ = ["Feature", "every", "features", "held", "labels", "panel_dates"]

_ROOMS: dict[str, Callable[[Frame, Dials, Frame], Frame]] = {
    "orders": order_features,
    "contacts": contact_features,
    "surveys": survey_features,
    "changes": change_features,
    "promises": promise_features,
}


def features(tables: Tables, dials: Dials, *, steady: Sequence[str] = ()) -> Frame:
    """One row for each customer active at `dials.as_of`: customer_id, then what `held` lists for these tables, then the `steady` columns.

    Everything is as known before that day. Counts (Int64), sums and trends (Float64) of who has no row in a table are 0; other numbers
    (Float64) and words (String) are null. `steady` names further columns of customers (one that a feature is called by is left out): only
    the firm can say whether they stay the same with time. Raises ChurnError where one is not there or holds days.
    """
    found, who = declared(tables), active(lives(tables, dials))
    offered = held(tables)
    further = [name for name in dict.fromkeys(steady) if name != "customer_id" and name not in every()]
    joined = customer_features(tables, dials, who, further)
    for table in dict.fromkeys(feature.table for feature in offered if feature.table in _ROOMS):
        joined = joined.join(_ROOMS[table](found[table], dials, who), on="customer_id", how="left")
    if "orders" in tables:
        joined = joined.with_columns(order_silence_share=ratio(nw.col("days_since_order"), nw.col("tenure_days")))
    schema = joined.collect_schema()
    said = [nw.col(name).fill_null(nw.lit(0)).cast(nw.Int64) for name in ("notices_180", "exit_answers_180") if name in schema]
    joined = joined.with_columns(said_leaving_180=nw.sum_horizontal(*said) if said else nw.lit(0, nw.Int64))
    schema = joined.collect_schema()
    return joined.select("customer_id", *(_typed(feature, schema[feature.name]) for feature in offered), *further)


def _typed(feature: Feature, dtype: nw.dtypes.DType) -> nw.Expr:
    cells = nw.col(feature.name)
    if feature.type == "text":
        return cells
    if feature.empty == "null":
        return cells.cast(nw.Float64)
    return cells.fill_null(nw.lit(0)).cast(nw.Int64 if dtype.is_integer() else nw.Float64)
