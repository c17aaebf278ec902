"""The warning signs that the desk holds prepared: who shows which, how well each told, and the thresholds that were set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import streamlit as st

from churn.actions.held_out import without_held_out
from churn.dials import Dials
from churn.measures.dialect import is_true, small
from churn.prepared import dials_of, wishes_of
from churn.signs import SIGNS, Thresholds, evidence, lacking, tells
from churn.stored import Frames
from churn.tables import TABLES
from churn.view import everybody, lost_of
from ui.desk import dials, the_desk
from ui.working import the_day

MOST_SHOWN = 50


@dataclass(frozen=True, eq=False)
class SignsNow:
    """What the active customers show. `shown` has one row a sign: sign, customers, acute (how many of them grave enough to act), and of its
    record fired, left, share, low, high, without_share, lift, difference, beyond_chance, first_day, last_day (NaN where nothing is known);
    those that tell come first. `showing` and `showing_more` count customers with one sign or more and with two or more, among the signs
    that have a past. `lacking` names the columns by table that a sign lacks. `dials` is None where no day says who left.
    """

    dials: Dials | None
    active: int
    showing: int
    showing_more: int
    shown: pd.DataFrame
    lacking: dict[str, dict[str, tuple[str, ...]]]


@st.cache_data(max_entries=4, show_spinner=False)
def signs_now(version: int) -> SignsNow | None:
    """The signs of the desk, or None where nothing that customers did is loaded, so that only the renewal could be told."""
    desk = the_desk()
    lost = lost_of(desk, dials())
    with desk.reading() as frames:
        if "customer_signs" not in frames:
            return None
        missing = lacking({name: frames[name] for name in frames if name in TABLES})
        if not any(sign.has_past for key, sign in SIGNS.items() if key not in missing):
            return None
        here, fired = _here(frames, lost), _fired(frames, lost)
        grave = nw.when(nw.col("severity") == 3).then(nw.lit(1)).count()
        counts = small(fired.group_by("sign").agg(nw.len().alias("customers"), grave.alias("acute"))).set_index("sign")
        each = small(_told(fired).group_by("customer_id").agg(nw.len().alias("n")).group_by("n").agg(nw.len().alias("customers")))
        record = small(frames["sign_record"]).set_index("sign") if "sign_record" in frames else pd.DataFrame(columns=["fired"])
        active = small(here.select(n=nw.len()))["n"].iloc[0]
    there = pd.DataFrame(index=pd.Index([key for key in SIGNS if key not in missing], name="sign"))
    shown = there.join(counts).fillna(0).astype("int64").join(record)
    return SignsNow(
        dials=dials_of(desk),
        active=int(active),
        showing=int(each["customers"].sum()),
        showing_more=int(each.loc[each["n"] > 1, "customers"].sum()),
        shown=_in_order(shown.reset_index()),
        lacking=missing,
    )


def showing_most(version: int) -> pd.DataFrame:
    """The active customers who show most signs, the gravest first, without signs that have no past and without customers who are held out:
    customer_id, name, signs, sign (what the gravest is), risk and monthly_value where the desk has them."""
    return _showing_most(version, the_desk().journal.version(), the_day())


def showing(version: int, sign: str) -> pd.DataFrame:
    """The active customers who show one sign, the gravest first: as `showing_most`, without signs."""
    return _showing(version, the_desk().journal.version(), the_day(), sign)


@st.cache_data(max_entries=16, show_spinner=False)
def _showing_most(version: int, noted: int, day: date) -> pd.DataFrame:
    lost = lost_of(the_desk(), dials())
    with the_desk().reading() as frames:
        fired = without_held_out(_told(_fired(frames, lost)), frames, day)
        each = fired.group_by("customer_id").agg(nw.len().alias("signs"), nw.col("severity").sum().alias("grade"))
        top = small(each.sort("grade", "signs", "customer_id", descending=[True, True, False]).head(MOST_SHOWN))
        rows = small(fired.filter(nw.col("customer_id").is_in(top["customer_id"].tolist())))
        return _named(frames, top.drop(columns="grade").merge(_gravest(rows), on="customer_id"))


@st.cache_data(max_entries=32, show_spinner=False)
def _showing(version: int, noted: int, day: date, sign: str) -> pd.DataFrame:
    lost = lost_of(the_desk(), dials())
    with the_desk().reading() as frames:
        mine = without_held_out(_fired(frames, lost), frames, day).filter(nw.col("sign") == nw.lit(sign))
        rows = small(mine.sort("severity", "customer_id", descending=[True, False]).head(MOST_SHOWN))
        return _named(frames, pd.DataFrame({"customer_id": rows["customer_id"], "sign": _sentences(rows)}))


def signs_of(version: int, customer_id: str) -> list[tuple[int, str, str]] | None:
    """The signs of one customer, the gravest first: severity, the sign's key and its sentence; None where the desk has no signs."""
    if signs_now(version) is None:
        return None
    with the_desk().reading() as frames:
        rows = small(frames["customer_signs"].filter(nw.col("customer_id") == nw.lit(customer_id)))
    ordered = rows.assign(place=rows["sign"].map(list(SIGNS).index)).sort_values(["severity", "place"], ascending=[False, True])
    return [(int(row["severity"]), str(row["sign"]), evidence(row)) for row in ordered.to_dict("records")]


def thresholds() -> Thresholds:
    """The thresholds of this desk."""
    return wishes_of(the_desk()).thresholds


def keep_thresholds(given: Thresholds) -> None:
    """Keeps the thresholds for everybody who uses the desk; its signs are made anew before the next page is drawn."""
    desk = the_desk()
    desk.set_settings({"wishes": replace(wishes_of(desk), thresholds=given).as_setting()})


def _here(frames: Frames, lost: nw.Expr | None) -> nw.LazyFrame[Any]:
    """The customers who are still here: those of whom nothing says that they left, be it a day or the mark that the desk was taught."""
    return everybody(frames, dials()) if lost is None else everybody(frames, dials()).filter(~is_true(lost))


def _fired(frames: Frames, lost: nw.Expr | None) -> nw.LazyFrame[Any]:
    """The signs that customers who are still here show."""
    return frames["customer_signs"].join(_here(frames, lost).select("customer_id"), on="customer_id", how="semi")


def _told(fired: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    return fired.filter(~nw.col("sign").is_in([key for key, sign in SIGNS.items() if not sign.has_past]))


def _in_order(shown: pd.DataFrame) -> pd.DataFrame:
    """Signs that tell first, by how much; then the others in the order in which they are declared."""
    columns = ["fired", "left", "share", "low", "high", "without_share", "lift", "difference", "beyond_chance", "first_day", "last_day"]
    whole = shown.reindex(columns=["sign", "customers", "acute", *columns])
    whole["fired"] = whole["fired"].fillna(0)
    whole["beyond_chance"] = whole["beyond_chance"].fillna(value=False).astype(bool)
    ranks = [row["difference"] if tells(row) else -1.0 for row in whole.to_dict("records")]
    ordered: pd.DataFrame = whole.assign(rank=ranks).sort_values("rank", ascending=False, kind="stable").drop(columns="rank")
    return ordered.reset_index(drop=True)


def _gravest(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a customer: customer_id, sign (the sentence of the gravest sign; of several, that which is declared first)."""
    ordered = rows.assign(place=rows["sign"].map(list(SIGNS).index)).sort_values(
        ["customer_id", "severity", "place"], ascending=[True, False, True]
    )
    first = ordered.drop_duplicates("customer_id")
    return pd.DataFrame({"customer_id": first["customer_id"].to_numpy(), "sign": _sentences(first)})


def _sentences(rows: pd.DataFrame) -> Sequence[str]:
    return [evidence(row) for row in rows.to_dict("records")]


def _named(frames: Frames, found: pd.DataFrame) -> pd.DataFrame:
    """The rows with name, risk and monthly_value, where the desk has them."""
    wanted = found["customer_id"].tolist()
    customers = frames["customers"].filter(nw.col("customer_id").is_in(wanted))
    there = [name for name in ("name", "monthly_value") if name in customers.collect_schema().names()]
    named = found.merge(small(customers.select("customer_id", *there)), on="customer_id", how="left")
    if "scores" not in frames:
        return named
    scores = small(frames["scores"].filter(nw.col("customer_id").is_in(wanted)).select("customer_id", "risk"))
    return named.merge(scores, on="customer_id", how="left")
