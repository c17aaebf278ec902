"""What a load prepares of surveys, and the measures that read it: NPS, what followed an answer, comments and reasons of any choice of
customers, without looking for the latest answers again."""

from collections.abc import Sequence
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.answers import GROUPS, score_group, written_in_one_line
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Every, Frame, count_if, is_known, latest, one_row, period_of, real, small, words
from churn.measures.followed import first_events
from churn.measures.nps import MOST_GROUPS, Nps, nps_from_counts, scored
from churn.measures.rates import with_shares

FOLLOWED = (90, 180, 365)
SPANS: tuple[Every, ...] = ("month", "quarter", "year")


def customer_answers(tables: Tables, dials: Dials, lived: Frame | None) -> Frame:
    """NPS answers before `dials.as_of`, one row a customer and day.

    Columns out: customer_id, day (Date), score (0..10, the highest usable one of the day; null: none), ignored (Int64: answers of the day
    that are not usable), last, last_of_month, last_of_quarter, last_of_year (Int64, 1 for the customer's last usable answer of all, or of
    that month, quarter or year, else 0), left_90, left_180, left_365 (Int64: 1 where the customer left within so many days from this
    answer on, else 0; null where it is not the first that can be followed, see `first_events`, and throughout where `lived` is None).
    `lived` are the `lives` at `dials`.
    """
    surveys = declared(tables)["surveys"].filter((nw.col("question") == nw.lit("nps")) & (nw.col("answered_on") < nw.lit(dials.as_of)))
    marked = surveys.select("customer_id", nw.col("answered_on").alias("day"), real("score").alias("score"))
    usable = (nw.col("score") >= 0) & (nw.col("score") <= 10)
    counted = marked.with_columns(_usable=nw.when(usable).then(nw.col("score")))
    daily = counted.group_by("customer_id", "day").agg(
        nw.col("_usable").max().alias("score"), (nw.len() - nw.col("_usable").count()).cast(nw.Int64).alias("ignored")
    )
    spans = {f"_{every}": period_of(nw.col("day"), every) for every in SPANS}
    known = daily.with_columns(_day=nw.when(is_known(nw.col("score"))).then(nw.col("day")), **spans)
    lasts = {"last": ("customer_id",), **{f"last_of_{every}": ("customer_id", f"_{every}") for every in SPANS}}
    flags = [_flag(nw.col("_day") == nw.col("_day").max().over(*keys)).alias(name) for name, keys in lasts.items()]
    found = known.with_columns(*flags).select("customer_id", "day", "score", "ignored", *lasts)
    return _with_followed(found, dials, lived)


def customer_comments(tables: Tables, dials: Dials) -> Frame:
    """The comments of all answers before `dials.as_of`: customer_id, answered_on, question, score, reason (null: none), comment."""
    surveys = declared(tables)["surveys"].filter(nw.col("answered_on") < nw.lit(dials.as_of))
    cells = [real("score").alias("score"), words("reason").alias("reason"), words("comment").alias("comment")]
    said = surveys.select("customer_id", "answered_on", "question", *cells)
    return said.filter(is_known(nw.col("comment")))


def customer_reasons(tables: Tables, dials: Dials, lived: Frame) -> Frame:
    """One row a customer who is lost or said in an exit survey why they leave: customer_id, started_on, lost_on (null: still here), reason
    (as written, of the latest exit answer before `dials.as_of`, of one day's the last in the alphabet; null: none). `lived` are the `lives`
    at `dials`."""
    surveys = declared(tables)["surveys"]
    exits = surveys.filter((nw.col("question") == nw.lit("exit")) & (nw.col("answered_on") < nw.lit(dials.as_of)))
    said = latest(exits.select("customer_id", "answered_on", words("reason").alias("reason")), "answered_on", "reason")
    everybody = declared(tables)["customers"].select("customer_id").join(lived, on="customer_id", how="left")
    joined = everybody.join(said.select("customer_id", "reason"), on="customer_id", how="left")
    return joined.filter(is_known(nw.col("lost_on")) | is_known(nw.col("reason"))).select("customer_id", "started_on", "lost_on", "reason")


def answered_within(answers: Frame, first: date, until: date) -> Frame:
    """`customer_answers` of the days from `first` to before `until`: last is then 1 for the customer's last usable answer of these."""
    kept = answers.filter((nw.col("day") >= nw.lit(first)) & (nw.col("day") < nw.lit(until)))
    known = kept.with_columns(_day=nw.when(is_known(nw.col("score"))).then(nw.col("day")))
    return known.with_columns(last=_flag(nw.col("_day") == nw.col("_day").max().over("customer_id"))).drop("_day")


def nps_of(answers: Frame) -> Nps:
    """`nps` of some customers of `customer_answers`."""
    found = one_row(answers, [*_counted(nw.col("last") == 1), nw.col("ignored").sum().fill_null(nw.lit(0))])
    return nps_from_counts(found["promoters"], found["detractors"], found["answers"], ignored=int(found["ignored"]))


def nps_by_of(answers: Frame, customers: Frame, column: str) -> pd.DataFrame:
    """`nps_by` of some customers of `customer_answers`. Columns in: those; customers.customer_id and `column`."""
    groups = customers.select("customer_id", words(column).alias("group"))
    joined = answers.filter(nw.col("last") == 1).select("customer_id", "score").join(groups, on="customer_id", how="left")
    counted = joined.group_by("group").agg(*_counted()).sort("answers", "group", descending=[True, False], nulls_last=True)
    return scored(small(counted.head(MOST_GROUPS)), "group").drop(columns="margin")


def nps_trend_of(answers: Frame, every: Every = "quarter") -> pd.DataFrame:
    """`nps_trend` of some customers of `customer_answers`."""
    last = answers.filter(nw.col(f"last_of_{every}") == 1).select("score", period=period_of(nw.col("day"), every))
    return scored(small(last.group_by("period").agg(*_counted()).sort("period")), "period")


def stayed_after_answer_of(answers: Frame, days: Sequence[int] = FOLLOWED) -> pd.DataFrame:
    """`stayed_after_answer` of some customers of `customer_answers`, for any of 90, 180 and 365 days."""
    lefts = {length: nw.col(f"left_{length}") for length in days}
    counts = [left.count().cast(nw.Int64).alias(f"customers_{length}") for length, left in lefts.items()]
    counts += [count_if(left == 1).cast(nw.Int64).alias(f"lost_{length}") for length, left in lefts.items()]
    usable = answers.filter(is_known(nw.col("score"))).with_columns(group=score_group())
    wide = small(usable.group_by("group").agg(*counts)).set_index("group").reindex(list(GROUPS)).fillna(0).astype("int64")
    rows = [(length, group, wide.at[group, f"customers_{length}"], wide.at[group, f"lost_{length}"]) for length in days for group in GROUPS]
    return with_shares(pd.DataFrame(rows, columns=["days", "group", "customers", "lost"]), "lost", "customers")


def comments_of(comments: Frame, n: int = 50, *, question: str = "nps") -> pd.DataFrame:
    """`comments` of some customers of `customer_comments`."""
    asked = comments.filter(nw.col("question") == nw.lit(question)).drop("question")
    group = score_group() if question == "nps" else nw.lit(None, nw.String)
    return written_in_one_line(asked.with_columns(group=group), n)


def _with_followed(answers: Frame, dials: Dials, lived: Frame | None) -> Frame:
    if lived is None:
        return answers.with_columns(*(nw.lit(None, nw.Int64).alias(f"left_{days}") for days in FOLLOWED))
    usable = answers.filter(is_known(nw.col("score"))).select("customer_id", "day")
    for days in FOLLOWED:
        followed = first_events(usable, lived, dials, days).rename({"gone": f"left_{days}"})
        answers = answers.join(followed, on=["customer_id", "day"], how="left")
    return answers


def _counted(which: nw.Expr | None = None) -> list[nw.Expr]:
    score = nw.col("score") if which is None else nw.when(which).then(nw.col("score"))
    return [score.count().alias("answers"), count_if(score >= 9).alias("promoters"), count_if(score <= 6).alias("detractors")]


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
