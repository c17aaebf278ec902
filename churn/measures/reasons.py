"""Why customers say they leave, beside the mix that is often quoted."""

from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Frame, count_if, is_known, is_true, latest, one_row, small, words
from churn.measures.rates import share_of
from churn.measures.reason_aliases import Aliases
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
MOST_TEXTS = 20_000


@dataclass(frozen=True, eq=False)
class ReasonMix:
    """The stated reasons of lost customers.

    `mix` has one row a reason, most frequent first: reason, customers, share of `stated` with its 95% interval low and high (Wilson,
    1927; NaN where nobody stated a reason), and quoted, the share in the often-quoted mix (NaN where that does not name the reason).
    Quoted reasons are always in it, with 0 customers if need be. `rest` counts customers whose reasons are too rare to be in `mix`.
    `not_stated` counts the lost without a stated reason, `still_here` the stated reasons of customers not known to be lost: these
    are in no other figure. `groups` says, where texts were grouped, what was put where: one row a group and text (in lower case), with the
    customers who said it: reason, text, customers; None where each text stands for itself.
    """

    mix: pd.DataFrame
    stated: int
    not_stated: int
    rest: int
    still_here: int
    groups: pd.DataFrame | None = None


def quoted_standing() -> str:
    """What is known of the often-quoted mix."""
    return _("Widely repeated, no primary study found; its shares sum to 99%. In 2020 survey data price came first.")


def reason_mix(surveys: Frame, customers: Frame | None = None, lost: nw.Expr | None = None, *, aliases: Aliases | None = None) -> ReasonMix:
    """The mix of reasons in exit surveys: the latest answer of each customer; of one day's answers, the last in the alphabet.

    Columns in: surveys.customer_id, answered_on, question, reason; customers.customer_id and those of `lost`. With `customers` and
    `lost` only lost customers are in the mix; without them everybody who answered is. With `aliases` a text that names a reason counts
    as that reason; one that names none still stands for itself.
    """
    exits = surveys.filter(nw.col("question") == nw.lit("exit")).select("customer_id", "answered_on", words("reason").alias("reason"))
    answers = latest(exits, "answered_on", "reason").select("customer_id", "reason")
    if customers is None or lost is None:
        return grouped_mix(answers.select("reason", nw.lit(True).alias("lost")), aliases)
    marked = customers.select("customer_id", is_true(lost).alias("lost"))
    return grouped_mix(marked.join(answers, on="customer_id", how="left").select("reason", "lost"), aliases)


def reason_mix_from(customers: Frame, column: str, lost: nw.Expr, *, aliases: Aliases | None = None) -> ReasonMix:
    """The mix of reasons in a column of the customers table, grouped by `aliases` if there are any.

    Columns in: `column` and those of `lost`, one row a customer.
    """
    return grouped_mix(customers.select(words(column).alias("reason"), is_true(lost).alias("lost")), aliases)


def texts_of(reasons: Frame, aliases: Aliases) -> pd.DataFrame:
    """The texts that name a known reason, and which: reason, text (in lower case), customers (the lost who said it), by reason, the most
    frequent first. The 20,000 most frequent texts are read; rarer ones stand for themselves.

    Columns in: reason, lost, one row a customer.
    """
    said = reasons.with_columns(text=nw.col("reason").str.to_lowercase()).filter(is_known(nw.col("text"))).group_by("text")
    counted = said.agg(nw.len().alias("rows"), count_if(nw.col("lost")).cast(nw.Int64).alias("customers"))
    read = small(counted.sort("rows", "text", descending=[True, False]).head(MOST_TEXTS))
    named = read.assign(reason=pd.Series([aliases.reason_of(text) for text in read["text"]], index=read.index, dtype="object"))
    found = named[named["reason"].notna()].sort_values(["reason", "customers", "text"], ascending=[True, False, True])
    return found[["reason", "text", "customers"]].reset_index(drop=True)


def put_in_groups(texts: pd.DataFrame) -> nw.Expr:
    """The column `reason` with the texts of `texts_of` read as the reasons that they name."""
    text, grouped = nw.col("reason").str.to_lowercase(), nw.col("reason")
    for reason, said in texts.groupby("reason")["text"]:
        grouped = nw.when(text.is_in(said.tolist())).then(nw.lit(str(reason))).otherwise(grouped)
    return grouped.alias("reason")


def grouped_mix(reasons: Frame, aliases: Aliases | None) -> ReasonMix:
    """The mix from one row a customer: reason (null: blank), lost; grouped where there are aliases."""
    if aliases is None:
        return _mixed(reasons)
    texts = texts_of(reasons, aliases)
    return replace(_mixed(reasons.with_columns(put_in_groups(texts))), groups=texts)


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
        mix=mix_with_shares(top, total),
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


def mix_with_shares(top: pd.DataFrame, stated: int) -> pd.DataFrame:
    """The column `mix` of a ReasonMix from key, reason, customers, in their order."""
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
