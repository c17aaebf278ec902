"""Who of the lost said why, what they said over time and by segment, and how they differ from those who said nothing."""

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Every, Frame, count_if, days_between, is_known, latest, period_of, real, small, words
from churn.measures.lives import given
from churn.measures.rates import with_shares
from churn.measures.reason_aliases import Aliases
from churn.measures.reasons import NOT_STATED, put_in_groups, texts_of

TOP_REASONS = 5
MOST_GROUPS = 20


def stated_reasons(
    tables: Tables, dials: Dials, *, column: str | None = None, aliases: Aliases | None = None, lived: Frame | None = None
) -> Frame:
    """One row a customer lost before `dials.as_of`: customer_id, started_on, lost_on (Date), reason (text; null: none stated).

    The reason is that of the latest exit answer before `as_of` (of one day's answers, the last in the alphabet), or of `column` of the
    customers table; grouped by `aliases` if there are any. `lived`: the `lives` at `dials`, where they are at hand.
    """
    gone = given(lived, tables, dials).filter(is_known(nw.col("lost_on")))
    if column is not None:
        said = tables["customers"].select("customer_id", words(column).alias("reason"))
    else:
        surveys = declared(tables)["surveys"]
        exits = surveys.filter((nw.col("question") == nw.lit("exit")) & (nw.col("answered_on") < nw.lit(dials.as_of)))
        said = latest(exits.select("customer_id", "answered_on", words("reason").alias("reason")), "answered_on", "reason")
    reasons = gone.join(said.select("customer_id", "reason"), on="customer_id", how="left")
    return grouped_reasons(reasons, aliases)


def grouped_reasons(reasons: Frame, aliases: Aliases | None) -> Frame:
    """The frame with its column reason grouped by `aliases` if there are any, and null where that says that none is stated."""
    if aliases is not None:
        reasons = reasons.with_columns(put_in_groups(texts_of(reasons.with_columns(lost=nw.lit(True)), aliases)))
    unsaid = nw.col("reason").str.to_lowercase() == nw.lit(NOT_STATED)
    return reasons.with_columns(reason=nw.when(~unsaid).then(nw.col("reason")))


def reason_trend(reasons: Frame, every: Every = "quarter", *, top: int = TOP_REASONS) -> pd.DataFrame:
    """The share of each of the `top` most frequent reasons in each period of leaving, of those who left in it and stated one.

    Columns in: those of `stated_reasons`. Columns out: period (its first day), reason, customers, stated, share with its 95% interval low
    and high (Wilson, 1927); one row a reason for every period in which somebody stated a reason.
    """
    dated = reasons.with_columns(period=period_of(nw.col("lost_on"), every))
    return _shares(dated, "period", top, ["period"])


def reasons_by(reasons: Frame, customers: Frame, column: str, *, top: int = TOP_REASONS) -> pd.DataFrame:
    """The share of each of the `top` most frequent reasons in each group of customers, of those in it who stated one.

    Columns in: those of `stated_reasons`; customers.customer_id and `column`. Columns out: as `reason_trend` with group (missing: none)
    for period; the 20 groups with most stated reasons, these first.
    """
    grouped = reasons.join(customers.select("customer_id", words(column).alias("group")), on="customer_id", how="left")
    return _shares(grouped, "group", top, ["stated", "group"])


def stated_share(reasons: Frame, *, every: Every | None = None, customers: Frame | None = None, by: str | None = None) -> pd.DataFrame:
    """The share of the lost who stated a reason: of all, of those who left in each period, or of each group of customers.

    Columns in: those of `stated_reasons`; customers.customer_id and the column `by`. Columns out: period (its first day) or group (missing:
    none; the 20 with most lost, these first) where asked for, lost, stated, share with its 95% interval low and high (Wilson, 1927).
    """
    counts = [nw.len().cast(nw.Int64).alias("lost"), nw.col("reason").count().cast(nw.Int64).alias("stated")]
    if every is not None:
        dated = reasons.with_columns(period=period_of(nw.col("lost_on"), every))
        found = small(dated.group_by("period").agg(*counts).sort("period"))
    elif customers is not None and by is not None:
        grouped = reasons.join(customers.select("customer_id", words(by).alias("group")), on="customer_id", how="left")
        counted = grouped.group_by("group").agg(*counts).sort("lost", "group", descending=[True, False], nulls_last=True)
        found = small(counted.head(MOST_GROUPS))
    else:
        found = small(reasons.select(*counts))
    return with_shares(found, "stated", "lost")


def stated_against_unstated(reasons: Frame, customers: Frame) -> pd.DataFrame:
    """How those who stated a reason differ from those who did not: days with the firm and monthly value, each with its mean.

    Columns in: those of `stated_reasons`; customers.customer_id, monthly_value (may be absent). Columns out: stated (True, False), what
    (tenure_days, monthly_value), customers (of whom it is known), mean, standard_error (of the mean; NaN for fewer than two).
    """
    values = customers.select("customer_id", _value(customers).alias("monthly_value"))
    known = reasons.join(values, on="customer_id", how="left").select(
        is_known(nw.col("reason")).alias("stated"),
        days_between(nw.col("started_on"), nw.col("lost_on")).cast(nw.Float64).alias("tenure_days"),
        "monthly_value",
    )
    names = ("tenure_days", "monthly_value")
    parts = [part for name in names for part in _spread(name)]
    wide = small(known.group_by("stated").agg(*parts)).set_index("stated")
    rows = [
        {"stated": stated, "what": name, **{part: wide.loc[stated, f"{name}_{part}"] for part in ("customers", "mean", "deviation")}}
        for name in names
        for stated in (True, False)
        if stated in wide.index
    ]
    found = pd.DataFrame(rows, columns=["stated", "what", "customers", "mean", "deviation"])
    error = found["deviation"].astype(float) / found["customers"].astype(float) ** 0.5
    return found.drop(columns="deviation").assign(customers=found["customers"].astype("int64"), standard_error=error)


def _value(customers: Frame) -> nw.Expr:
    return real("monthly_value") if "monthly_value" in customers.collect_schema().names() else nw.lit(None, nw.Float64)


def _spread(name: str) -> list[nw.Expr]:
    column = nw.col(name)
    return [
        column.count().cast(nw.Int64).alias(f"{name}_customers"),
        column.mean().alias(f"{name}_mean"),
        column.std().alias(f"{name}_deviation"),
    ]


def _shares(reasons: Frame, by: str, top: int, order: list[str]) -> pd.DataFrame:
    """`by`, reason, customers, stated, share, low, high: for each of the first `by` in this order, the `top` reasons."""
    said = reasons.filter(is_known(nw.col("reason"))).with_columns(key=nw.col("reason").str.to_lowercase())
    totals = said.group_by("key").agg(nw.len().alias("n"), nw.col("reason").min().alias("reason"))
    most = small(totals.sort("n", "key", descending=[True, False]).head(top))
    cells = [count_if(nw.col("key") == nw.lit(key)).cast(nw.Int64).alias(f"_{rank}") for rank, key in enumerate(most["key"])]
    counted = said.group_by(by).agg(nw.len().cast(nw.Int64).alias("stated"), *cells)
    counted = counted.sort(*order, descending=[name == "stated" for name in order], nulls_last=True)
    wide = small(counted.head(MOST_GROUPS) if by == "group" else counted)
    return long_shares(wide, by, most["reason"].tolist())


def long_shares(wide: pd.DataFrame, by: str, reasons: list[str]) -> pd.DataFrame:
    """One row for each of `by` and each reason, from `by`, stated and the customers of each reason in columns _0, _1 ...: `by`, reason,
    customers, stated, share, low, high."""
    parts = [wide[[by, "stated"]].assign(reason=reason, customers=wide[f"_{rank}"]) for rank, reason in enumerate(reasons)]
    empty = pd.DataFrame(columns=[by, "stated", "reason", "customers"])
    long = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True) if parts else empty
    return with_shares(long, "customers", "stated")[[by, "reason", "customers", "stated", "share", "low", "high"]]
