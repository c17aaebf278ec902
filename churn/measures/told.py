"""Why customers left, from one small table of who said what, when they left and in which group: mix, trend and groups in one reading."""

from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import pandas as pd

from churn.measures.dialect import Every, Frame, is_known, month_of, small, words
from churn.measures.reason_aliases import Aliases
from churn.measures.reasons import MOST_REASONS, MOST_TEXTS, NOT_STATED, QUOTED, ReasonMix, mix_with_shares
from churn.measures.spans import spans_of, with_times
from churn.measures.stated import MOST_GROUPS, TOP_REASONS, long_shares


@dataclass(frozen=True, eq=False)
class ToldReasons:
    """`counts` has customers by key (the reason in lower case; None: none stated), reason, lost (true or false), month (in which they left;
    NaT: not) and group (None: none). `texts` as `ReasonMix.groups`."""

    counts: pd.DataFrame
    texts: pd.DataFrame | None

    @property
    def stated(self) -> pd.DataFrame:
        """The counts of the lost who stated a reason."""
        return self.counts[self.counts["lost"] & self.counts["key"].notna()]


def told_reasons(
    reasons: Frame, customers: Frame | None = None, column: str | None = None, *, aliases: Aliases | None = None
) -> ToldReasons:
    """Who said what among some customers of `customer_reasons`, put in the groups of a column of their customers where one is named.

    Texts are grouped by `aliases` if there are any, of which the 20,000 most frequent are read, as in `reason_mix`.
    Columns in: those of `customer_reasons`; customers.customer_id and `column`.
    """
    if customers is not None and column is not None:
        grouped = reasons.join(customers.select("customer_id", words(column).alias("group")), on="customer_id", how="left")
    else:
        grouped = reasons.with_columns(group=nw.lit(None, nw.String))
    lost, text = nw.when(is_known(nw.col("lost_on"))).then(nw.lit(1)).otherwise(nw.lit(0)), nw.col("reason").str.to_lowercase()
    cells = grouped.select("reason", "group", text=text, lost=lost, month=month_of(nw.col("lost_on")))
    found = small(cells.group_by("text", "lost", "month", "group").agg(nw.len().cast(nw.Int64).alias("customers"), nw.col("reason").min()))
    counts = with_times(found.assign(lost=found["lost"] == 1, reason=found["reason"].astype(object)), "month")
    texts = None if aliases is None else _texts(counts, aliases)
    if texts is not None:
        known = dict(zip(texts["text"], texts["reason"], strict=True))
        counts["reason"] = [known.get(text, reason) for text, reason in zip(counts["text"], counts["reason"], strict=True)]
    key = counts["reason"].astype("str").str.lower()
    counts["key"] = key.where(key != NOT_STATED)
    return ToldReasons(counts.drop(columns="text"), texts)


def reason_mix_told(told: ToldReasons) -> ReasonMix:
    """`reason_mix` of the lost."""
    counts, stated = told.counts, told.stated
    most = _most(stated)
    top = pd.concat([most.head(MOST_REASONS), most[most["key"].isin(list(QUOTED))]]).drop_duplicates("key")
    top = top.sort_values(["customers", "key"], ascending=[False, True])
    total = int(stated["customers"].sum())
    mix = ReasonMix(
        mix=mix_with_shares(top, total),
        stated=total,
        not_stated=int(counts.loc[counts["lost"], "customers"].sum()) - total,
        rest=total - int(top["customers"].sum()),
        still_here=int(counts.loc[counts["key"].notna(), "customers"].sum()) - total,
    )
    return replace(mix, groups=told.texts)


def reason_trend_told(told: ToldReasons, every: Every = "quarter", *, top: int = TOP_REASONS) -> pd.DataFrame:
    """`reason_trend` of the lost."""
    stated = told.stated
    return _shares(stated.assign(period=spans_of(stated["month"], every).astype("datetime64[us]")), "period", top)


def reasons_by_told(told: ToldReasons, *, top: int = TOP_REASONS) -> pd.DataFrame:
    """`reasons_by` of the lost, by the groups that they were told in."""
    return _shares(told.stated, "group", top)


def _texts(counts: pd.DataFrame, aliases: Aliases) -> pd.DataFrame:
    """As `texts_of`."""
    said = counts[counts["text"].notna()]
    rows = said.assign(lost=said["customers"].where(said["lost"], 0)).groupby("text")[["customers", "lost"]].sum().reset_index()
    read = rows.sort_values(["customers", "text"], ascending=[False, True]).head(MOST_TEXTS)
    named = pd.DataFrame(
        {
            "reason": pd.Series([aliases.reason_of(text) for text in read["text"]], dtype="object"),
            "text": read["text"].to_numpy(),
            "customers": read["lost"].to_numpy(),
        }
    )
    found = named[named["reason"].notna()].sort_values(["reason", "customers", "text"], ascending=[True, False, True])
    return found.reset_index(drop=True)


def _most(stated: pd.DataFrame) -> pd.DataFrame:
    """key, customers, reason: the most frequent first, equal ones by their names."""
    found = stated.groupby("key").agg(customers=("customers", "sum"), reason=("reason", "min")).reset_index()
    return found.sort_values(["customers", "key"], ascending=[False, True])


def _shares(stated: pd.DataFrame, by: str, top: int) -> pd.DataFrame:
    """As that of `stated`, from counts in memory."""
    most = _most(stated).head(top)
    wide = stated.groupby(by, dropna=False)["customers"].sum().rename("stated").reset_index()
    for rank, key in enumerate(most["key"]):
        own = stated[stated["key"] == key].groupby(by, dropna=False)["customers"].sum()
        wide[f"_{rank}"] = wide[by].map(own).fillna(0).astype("int64")
    order = ["stated", "group"] if by == "group" else [by]
    wide = wide.sort_values(order, ascending=[name != "stated" for name in order], ignore_index=True)
    return long_shares(wide.head(MOST_GROUPS) if by == "group" else wide, by, most["reason"].tolist())
