"""How likely customers say they are to recommend the firm."""

import math
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Every, Frame, count_if, is_known, latest, one_row, period_of, real, small, words
from churn.measures.rates import Z_95

MOST_GROUPS = 20


@dataclass(frozen=True)
class Nps:
    """The net promoter score of `answers` customers, from -100 to 100, and its standard error; both NaN without answers.

    `ignored` counts answers without a score from 0 to 10.
    """

    answers: int
    promoters: int
    passives: int
    detractors: int
    score: float
    standard_error: float
    ignored: int = 0

    @property
    def margin(self) -> float:
        """Half the width of the score's 95% interval."""
        return Z_95 * self.standard_error


def nps(surveys: Frame) -> Nps:
    """The score over the latest usable answer of each customer; of one day's answers, the highest.

    Columns in: customer_id, answered_on, question, score. Promoters gave 9 or 10, detractors 0 to 6 (Reichheld, 2003). With p and d their
    shares, the score is 100 (p - d) and its standard error 100 sqrt((p + d - (p - d)^2) / n), the multinomial's.
    """
    asked = _asked(surveys)
    unusable = one_row(asked, [count_if(~_usable()).alias("n"), count_if(nw.col("score").is_null()).alias("blank")])
    counts = one_row(_answers(asked), _counted())
    return nps_from_counts(counts["promoters"], counts["detractors"], counts["answers"], ignored=int(unusable["n"] + unusable["blank"]))


def nps_from(customers: Frame, column: str) -> Nps:
    """The score over a column of the customers table that holds each customer's answer, from 0 to 10.

    Columns in: `column` (numbers), one row a customer; an empty cell is no answer, and `ignored` counts the numbers outside 0 to 10.
    """
    answers = customers.select(real(column).alias("score")).filter(is_known(nw.col("score")))
    counts = one_row(answers.filter(_usable()), _counted())
    ignored = one_row(answers, [count_if(~_usable()).alias("n")])
    return nps_from_counts(counts["promoters"], counts["detractors"], counts["answers"], ignored=int(ignored["n"]))


def nps_trend(tables: Tables, dials: Dials, every: Every = "quarter") -> pd.DataFrame:
    """The score of each period in which somebody answered, over each customer's latest usable answer in it, before `dials.as_of`.

    Of one day's answers the highest counts. Columns out: period (its first day), answers, promoters, passives, detractors, score,
    standard_error, margin (half the width of the 95% interval).
    """
    asked = _asked(declared(tables)["surveys"]).filter(_usable() & (nw.col("answered_on") < nw.lit(dials.as_of)))
    dated = asked.with_columns(period=period_of(nw.col("answered_on"), every))
    last = dated.unique(["customer_id", "period"], keep="last", order_by=["answered_on", "score"])
    return scored(small(last.group_by("period").agg(*_counted()).sort("period")), "period")


def nps_by(surveys: Frame, customers: Frame, column: str) -> pd.DataFrame:
    """The score of each group of customers, the groups with most answers first, at most 20 of them.

    Columns in: as `nps`; customers.customer_id and `column`. Columns out: group (missing: no group, or no such customer), answers,
    promoters, passives, detractors, score, standard_error.
    """
    groups = customers.select("customer_id", words(column).alias("group"))
    joined = _answers(_asked(surveys)).join(groups, on="customer_id", how="left")
    counted = joined.group_by("group").agg(*_counted()).sort("answers", "group", descending=[True, False], nulls_last=True)
    return scored(small(counted.head(MOST_GROUPS)), "group").drop(columns="margin")


def scored(counted: pd.DataFrame, by: str) -> pd.DataFrame:
    """The score of each row of counts: `by`, answers, promoters, passives, detractors, score, standard_error, margin."""
    rows = [nps_from_counts(*counts) for counts in zip(counted["promoters"], counted["detractors"], counted["answers"], strict=True)]
    names = ["answers", "promoters", "passives", "detractors", "score", "standard_error", "margin"]
    return pd.DataFrame({by: counted[by], **{name: [getattr(row, name) for row in rows] for name in names}})


def nps_from_counts(promoters: float, detractors: float, answers: float, *, ignored: int = 0) -> Nps:
    """The score of so many answers."""
    if answers == 0:
        return Nps(0, 0, 0, 0, math.nan, math.nan, ignored)
    p, d = promoters / answers, detractors / answers
    error = math.sqrt(max(p + d - (p - d) ** 2, 0.0) / answers)
    return Nps(
        answers=int(answers),
        promoters=int(promoters),
        passives=int(answers - promoters - detractors),
        detractors=int(detractors),
        score=100 * (p - d),
        standard_error=100 * error,
        ignored=ignored,
    )


def _asked(surveys: Frame) -> Frame:
    return surveys.filter(nw.col("question") == nw.lit("nps")).select("customer_id", "answered_on", real("score").alias("score"))


def _usable() -> nw.Expr:
    return (nw.col("score") >= 0) & (nw.col("score") <= 10)


def _answers(asked: Frame) -> Frame:
    return latest(asked.filter(_usable()), "answered_on", "score")


def _counted() -> list[nw.Expr]:
    score = nw.col("score")
    return [nw.len().alias("answers"), count_if(score >= 9).alias("promoters"), count_if(score <= 6).alias("detractors")]
