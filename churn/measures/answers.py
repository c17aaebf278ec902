"""What came after the answers to "would you recommend us?", and what was written with them."""

import unicodedata
from collections.abc import Sequence

import narwhals.stable.v2 as nw
import pandas as pd

from churn.dials import Dials
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, is_known, real, small, words
from churn.measures.followed import WITHIN, first_events, lost_shares
from churn.measures.lives import given

GROUPS = ("promoter", "passive", "detractor")


def stayed_after_answer(
    tables: Tables, dials: Dials, days: Sequence[int] = (90, 180, 365), *, within: int | None = WITHIN, lived: Frame | None = None
) -> pd.DataFrame:
    """The share of promoters (9, 10), passives (7, 8) and detractors (0 to 6) lost within so many days from their answer on.

    One answer a customer, the first of those that can be followed for all these days (of one day's answers, the highest), from the last
    `within` days on which that could be (None: all); so each number of days looks at customers of its own. `lived`: the `lives` at
    `dials`, where they are at hand. Columns out: days, group (promoter, passive, detractor), customers, lost, share with its 95% interval
    low and high (Wilson, 1927); three rows for each of `days`.
    """
    answers, lived = scored_days(tables, dials), given(lived, tables, dials)
    every = pd.DataFrame({"group": GROUPS})
    found = [lost_shares(first_events(answers, lived, dials, length, within=within), "group") for length in days]
    full = [every.merge(one, on="group", how="left").assign(days=length) for length, one in zip(days, found, strict=True)]
    rows = pd.concat(full, ignore_index=True) if full else every.head(0).assign(days=[], customers=[], lost=[], share=[], low=[], high=[])
    counts = {name: rows[name].fillna(0).astype("int64") for name in ("customers", "lost")}
    return rows.assign(**counts)[["days", "group", "customers", "lost", "share", "low", "high"]]


def scored_days(tables: Tables, dials: Dials) -> Frame:
    """Usable NPS answers before `dials.as_of`, the highest of a customer and day: customer_id, day (Date), score (0..10), group."""
    surveys = declared(tables)["surveys"].filter((nw.col("question") == nw.lit("nps")) & (nw.col("answered_on") < nw.lit(dials.as_of)))
    scored = surveys.select("customer_id", nw.col("answered_on").alias("day"), real("score").alias("score"))
    usable = scored.filter((nw.col("score") >= 0) & (nw.col("score") <= 10))
    daily = usable.group_by("customer_id", "day").agg(nw.col("score").max())
    return daily.with_columns(group=score_group())


def comments(tables: Tables, dials: Dials, n: int = 50, *, question: str = "nps") -> pd.DataFrame:
    """The latest `n` comments before `dials.as_of`, the newest first; of one day's by customer, then the lowest score.

    Columns out: customer_id, answered_on, score (null: none), group (promoter, passive, detractor; missing for other questions or scores),
    reason (null: none), comment: plain text in one line without signs that cannot be seen. It is still what somebody typed: to be escaped
    where it is shown.
    """
    surveys = declared(tables)["surveys"].filter((nw.col("question") == nw.lit(question)) & (nw.col("answered_on") < nw.lit(dials.as_of)))
    group = score_group() if question == "nps" else nw.lit(None, nw.String)
    cells = [real("score").alias("score"), words("reason").alias("reason"), words("comment").alias("comment")]
    said = surveys.select("customer_id", "answered_on", *cells)
    known = said.filter(is_known(nw.col("comment"))).with_columns(group=group)
    return written_in_one_line(known, n)


def written_in_one_line(known: Frame, n: int) -> pd.DataFrame:
    """The latest `n` of these comments, as `comments` gives them. Columns in: customer_id, answered_on, score, group, reason, comment."""
    order = ["answered_on", "customer_id", "score", "comment", "reason"]
    found = small(known.sort(*order, descending=[True, False, False, False, False], nulls_last=True).head(n))
    columns = ["customer_id", "answered_on", "score", "group", "reason", "comment"]
    return found.assign(comment=[_one_line(text) for text in found["comment"]])[columns]


def score_group() -> nw.Expr:
    """promoter, passive or detractor by the column `score`; null where that is not usable."""
    score = nw.col("score")
    usable = (score >= 0) & (score <= 10)
    rest = nw.when(usable & (score > 6)).then(nw.lit("passive")).otherwise(nw.when(usable).then(nw.lit("detractor")))
    return nw.when(usable & (score >= 9)).then(nw.lit("promoter")).otherwise(rest)


def _one_line(text: str) -> str:
    """The text without control signs and marks that turn the direction of writing.

    >>> _one_line("a\\n\\x00b\\u202e  c")
    'a b c'
    """
    seen = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text if not _turns(sign))
    return " ".join(seen.split())


def _turns(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cf", "Cs") and sign not in "\u200c\u200d"
