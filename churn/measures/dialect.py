"""What DuckDB and Spark must be told differently from what one would write first; one name for each such thing."""

from collections.abc import Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw
import pandas as pd

Frame = nw.LazyFrame[Any]
Every = Literal["month", "quarter", "year"]


def count_if(condition: nw.Expr) -> nw.Expr:
    """How many rows meet the condition; neither engine sums booleans alike."""
    return nw.when(condition).then(nw.lit(1)).count()


def real(column: str) -> nw.Expr:
    """The column as a float in which a missing number is null: pandas hands NaN to one engine as null and to the other as NaN."""
    number = nw.col(column).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number)


def words(column: str) -> nw.Expr:
    """The column as text without spaces around it, null where nothing is left."""
    text = nw.col(column).cast(nw.String).str.strip_chars()
    return nw.when(text != nw.lit("")).then(text)


def sum_if(condition: nw.Expr, amount: nw.Expr) -> nw.Expr:
    """The sum of `amount` (Float64) over the rows that meet the condition; 0 where none does."""
    return nw.when(condition).then(amount).otherwise(nw.lit(0.0)).sum()


def ratio(above: nw.Expr, below: nw.Expr) -> nw.Expr:
    """`above` / `below` as a float, null where `below` is 0: engines give inf, NaN or an error there."""
    return above.cast(nw.Float64) / nw.when(below != 0).then(below.cast(nw.Float64))


def days_between(earlier: nw.Expr, later: nw.Expr) -> nw.Expr:
    """Whole days from one Date to another (Int64)."""
    return (later - earlier).cast(nw.Int64)


def days_after(day: nw.Expr, days: int) -> nw.Expr:
    """The Date so many days later, or earlier where `days` is negative."""
    return day.dt.offset_by(f"{days}d").cast(nw.Date)


def days_later(day: nw.Expr, days: nw.Expr) -> nw.Expr:
    """The Date as many days later as each row's whole number of `days` says."""
    return (day + days.cast(nw.Int32)).cast(nw.Date)


def month_of(day: nw.Expr) -> nw.Expr:
    """The first day of a Date's month."""
    return day.dt.truncate("1mo").cast(nw.Date)


def period_of(day: nw.Expr, every: Every) -> nw.Expr:
    """The first day of a Date's month, quarter or year."""
    return day.dt.truncate({"month": "1mo", "quarter": "1q", "year": "1y"}[every]).cast(nw.Date)


def is_known(expression: nw.Expr) -> nw.Expr:
    """True where the expression has a value."""
    return ~expression.is_null()


def is_true(condition: nw.Expr) -> nw.Expr:
    """The condition with null read as false, so that its negation keeps the rows that it knows nothing about."""
    return condition.fill_null(nw.lit(False))


def latest(frame: Frame, day: str, *ties: str) -> Frame:
    """Each customer's last row by the column `day`; rows of one day are told apart by `ties`, the greatest wins.

    `ties` must be all other columns of the frame, or engines may choose different rows.
    """
    return frame.unique(["customer_id"], keep="last", order_by=[day, *ties])


def ranked(frame: Frame, amount: str, *, by: str = "customer_id") -> Frame:
    """`frame` with `rank` (1 for the greatest `amount`) and `running` (sum of `amount` down to this row); ties go by `by`.

    One partition holds the whole frame: only for frames with one row a customer.
    """
    order = ["_descending", by]
    return frame.with_columns(_descending=-nw.col(amount), _one=nw.lit(1)).with_columns(
        rank=nw.col("_one").cum_sum().over(order_by=order).cast(nw.Int64), running=nw.col(amount).cum_sum().over(order_by=order)
    )


def has(frame: Frame, column: str) -> bool:
    """Whether the frame has the column."""
    return column in frame.collect_schema().names()


def small(frame: Frame) -> pd.DataFrame:
    """The frame in memory: for results of some hundred rows, never for whole tables."""
    return in_memory(frame)


def in_memory(frame: Frame) -> pd.DataFrame:
    """The frame in memory, days as times, however many rows it has; Spark's own way to pandas gives days as objects, and warns."""
    if frame.implementation.is_spark_like():
        table: pd.DataFrame = frame.collect("pyarrow").to_native().to_pandas(date_as_object=False)
        return table
    result: pd.DataFrame = frame.collect("pandas").to_native()
    return result


def one_row(frame: Frame, columns: Sequence[nw.Expr]) -> dict[str, float]:
    """The aggregates `columns` of the frame by name, NaN where an aggregate is null."""
    return {str(name): float(cell) for name, cell in small(frame.select(*columns)).iloc[0].items()}
