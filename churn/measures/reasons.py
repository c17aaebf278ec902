"""Why customers say they leave, beside the mix that is often quoted."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, is_known, is_true, latest, one_row, small, words
from churn.measures.rates import share_of
from churn.wording import _

QUOTED = {
    "felt unvalued": 0.67,
    "dissatisfied (low quality)": 0.14,
    "competitor": 0.09,
    "friend or relative elsewhere": 0.05,
    "moved or stopped of own accord": 0.03,
    "died": 0.01,
}
NOT_STATED = "not stated"
MOST_REASONS = 20


@dataclass(frozen=True, eq=False)
class ReasonMix:
    """The stated reasons of lost customers.

    `mix` has one row a reason, most frequent first: reason, customers, share of `stated` with its 95% interval low and high (Wilson,
    1927; NaN where nobody stated a reason), and quoted, the share in the often-quoted mix (NaN where that does not name the reason).
    Quoted reasons are always in it, with 0 customers if need be. `rest` counts customers whose reasons are too rare to be in `mix`.
    `not_stated` counts the lost without a stated reason, `still_here` the stated reasons of customers not known to be lost: these
    are in no other figure.
    """

    mix: pd.DataFrame
    stated: int
    not_stated: int
    rest: int
    still_here: int


def quoted_standing() -> str:
    """What is known of the often-quoted mix."""
    return _("Widely repeated, no primary study found; its shares sum to 99%. In 2020 survey data price came first.")


def reason_mix(surveys: Frame, customers: Frame | None = None, lost: nw.Expr | None = None) -> ReasonMix:
    """The mix of reasons in exit surveys: the latest answer of each customer; of one day's answers, the last in the alphabet.

    Columns in: surveys.customer_id, answered_on, question, reason; customers.customer_id and those of `lost`. With `customers` and
    `lost` only lost customers are in the mix; without them everybody who answered is.
    """
    exits = surveys.filter(nw.col("question") == nw.lit("exit")).select("customer_id", "answered_on", words("reason").alias("reason"))
    answers = latest(exits, "answered_on", "reason").select("customer_id", "reason")
    if customers is None or lost is None:
        return _mixed(answers.select("reason", nw.lit(True).alias("lost")))
    marked = customers.select("customer_id", is_true(lost).alias("lost"))
    return _mixed(marked.join(answers, on="customer_id", how="left").select("reason", "lost"))


def reason_mix_from(customers: Frame, column: str, lost: nw.Expr) -> ReasonMix:
    """The mix of reasons in a column of the customers table.

    Columns in: `column` and those of `lost`, one row a customer.
    """
    return _mixed(customers.select(words(column).alias("reason"), is_true(lost).alias("lost")))


def _mixed(reasons: Frame) -> ReasonMix:
    """The mix from one row a customer: reason (null: blank), lost."""
    keyed = reasons.with_columns(key=nw.col("reason").str.to_lowercase())
    said = is_known(nw.col("key")) & (nw.col("key") != nw.lit(NOT_STATED))
    groups = keyed.with_columns(key=nw.when(said).then(nw.col("key")))
    stated = (
        groups.filter(nw.col("lost") & is_known(nw.col("key"))).group_by("key").agg(nw.len().alias("customers"), nw.col("reason").min())
    )
    top = _most_frequent(stated)
    totals = one_row(
        groups,
        [
            nw.when(nw.col("lost")).then(nw.col("key")).count().alias("stated"),
            nw.when(nw.col("lost")).then(nw.lit(1)).count().alias("lost"),
            nw.col("key").count().alias("said"),
        ],
    )
    total = int(totals["stated"])
    return ReasonMix(
        mix=_with_shares(top, total),
        stated=total,
        not_stated=int(totals["lost"]) - total,
        rest=total - int(top["customers"].sum()),
        still_here=int(totals["said"]) - total,
    )


def _most_frequent(stated: Frame) -> pd.DataFrame:
    """The most frequent reasons and all quoted ones, most frequent first."""
    top = small(stated.sort("customers", "key", descending=[True, False]).head(MOST_REASONS))
    quoted = small(stated.filter(nw.col("key").is_in(list(QUOTED))))
    return pd.concat([top, quoted]).drop_duplicates("key").sort_values(["customers", "key"], ascending=[False, True])


def _with_shares(top: pd.DataFrame, stated: int) -> pd.DataFrame:
    unsaid = [reason for reason in QUOTED if reason not in set(top["key"])]
    rows = [*top[["reason", "customers"]].itertuples(index=False, name=None), *((reason, 0) for reason in unsaid)]
    shares = [share_of(int(count), stated) for _reason, count in rows]
    return pd.DataFrame(
        {
            "reason": pd.Series([reason for reason, _count in rows], dtype="str"),
            "customers": [int(count) for _reason, count in rows],
            "share": [share.share for share in shares],
            "low": [share.low for share in shares],
            "high": [share.high for share in shares],
            "quoted": [QUOTED.get(str(reason).lower(), float("nan")) for reason, _count in rows],
        }
    )
