"""Who the loyal customers are: those whom at least two things mark, of what the firm's tables can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.reachable import called_as, reachable
from churn.measures.dialect import Frame, count_if, has, is_true, one_row, real, small
from churn.store import Desk
from churn.wording import _

TOP = 0.8
MOST_EVEN = 0.3  # of the customers: with more at the border and above it, it tells no fifth from the others
MOST = 200
NEEDED = 2
MARKS = ("habitual", "rich", "promoter", "buys", "long_here", "pays_most")


@dataclass(frozen=True, eq=False)
class Loyal:
    """The loyal among the `customers` who may be reached: `found` of them in all, whom at least `needed` of the `marks` that can be told
    mark; the first of these in `rows`.

    `rows`: customer_id, name, owner, marked (how many marks), each of `marks` (1 or 0), value (revenue of the last 365 days, else what they
    pay a month; NaN: unknown), tenure_days (NaN: unknown), score (latest NPS; NaN: none). Most marks first, then most value.
    `by_mark` counts whom each mark holds for; `of_year` says that value is revenue of a year.
    """

    customers: int
    found: int
    needed: int
    marks: tuple[str, ...]
    by_mark: Mapping[str, int]
    of_year: bool
    rows: pd.DataFrame


def mark_name(mark: str) -> str:
    """What marks a customer as loyal, in words."""
    return {
        "habitual": _("a year ago among the fifth longest here and buying most often"),
        "rich": _("a year ago among the fifth who brought most"),
        "promoter": _("gave 9 or 10 when last asked whether they would recommend us"),
        "buys": _("buys lately and often"),
        "long_here": _("among the fifth longest with us"),
        "pays_most": _("among the fifth who pay most"),
    }[mark]


def loyal(desk: Desk, day: date, *, most: int = MOST) -> Loyal:
    """The loyal customers on `day`; detractors (0 to 6 when last asked) are none.

    Where there are orders, the marks are those of the loyal fifths as they stood a year before the data are read, and of the buying habits;
    else tenure and monthly value of those still here. Where the firm's tables can tell one mark only, that one is enough; none: nobody.
    """
    with desk.reading() as frames:
        people = reachable(desk, frames, day)
        known, marks, value = _known(people, frames)
        base = frames.at_hand(known.with_columns(marked=nw.sum_horizontal(*marks) if marks else nw.lit(0)))
        needed = min(NEEDED, len(marks))
        chosen = base.filter((nw.col("marked") >= needed) & ~is_true(nw.col("score") <= 6)) if marks else base.head(0)
        counts = one_row(base, [nw.len().alias("customers"), *(count_if(nw.col(mark) == 1).alias(mark) for mark in marks)])
        found = one_row(chosen, [nw.len().alias("n")])["n"]
        first = chosen.sort("marked", "value", "customer_id", descending=[True, True, False], nulls_last=True).head(most)
        names = called_as(people, frames).select("customer_id", "name", "owner")
        rows = small(first.join(names, on="customer_id", how="left"))
    rows = rows.sort_values(["marked", "value", "customer_id"], ascending=[False, False, True], ignore_index=True)
    return Loyal(
        customers=int(counts["customers"]),
        found=int(found),
        needed=needed,
        marks=tuple(marks),
        by_mark={mark: int(counts[mark]) for mark in marks},
        of_year=value == "revenue_year",
        rows=rows[["customer_id", "name", "owner", "marked", *marks, "value", "tenure_days", "score"]],
    )


def _known(people: Frame, frames: Mapping[str, Frame]) -> tuple[Frame, list[str], str]:
    """The people with what is known of them and their marks, which marks these are, and the column that value comes from."""
    tenure = real("tenure_days") if has(people, "tenure_days") else nw.lit(None, nw.Float64)
    worth = real("monthly_value") if has(people, "monthly_value") else nw.lit(None, nw.Float64)
    known = people.select("customer_id", tenure_days=tenure, monthly_value=worth)
    marks: dict[str, nw.Expr] = {}
    value = "monthly_value"
    if "customer_answers" in frames:
        answers = frames["customer_answers"].filter(nw.col("last") == 1).select("customer_id", "score")
        known = known.join(answers, on="customer_id", how="left")
        marks["promoter"] = nw.col("score") >= 9
    else:
        known = known.with_columns(score=nw.lit(None, nw.Float64))
    if "customer_loyal" in frames:
        known = known.join(frames["customer_loyal"].select("customer_id", "rich", "habitual"), on="customer_id", how="left")
        marks |= {"habitual": nw.col("habitual") == 1, "rich": nw.col("rich") == 1}
    if "customer_bought" in frames:
        known = known.join(frames["customer_bought"].select("customer_id", "revenue_year", "rfm"), on="customer_id", how="left")
        marks["buys"], value = nw.col("rfm").is_in(["champions", "loyal"]), "revenue_year"
    else:
        marks |= _upper_fifths(known)
    flags = [_flag(condition).alias(mark) for mark, condition in marks.items()]
    return known.with_columns(*flags, value=nw.col(value)), [mark for mark in MARKS if mark in marks], value


def _upper_fifths(known: Frame) -> dict[str, nw.Expr]:
    """The marks of tenure and monthly value, where these tell about a fifth of the customers from the others: where many are even at the
    border, those above it."""
    columns = {"long_here": nw.col("tenure_days"), "pays_most": nw.col("monthly_value")}
    borders = one_row(known, [column.quantile(TOP, "linear").alias(mark) for mark, column in columns.items()])
    reached = [count_if(column >= borders[mark]).alias(f"{mark}_reached") for mark, column in columns.items()]
    passed = [count_if(column > borders[mark]).alias(f"{mark}_passed") for mark, column in columns.items()]
    counts = one_row(known, [nw.len().alias("all"), *reached, *passed])
    marks = {}
    for mark, column in columns.items():
        reach = counts[f"{mark}_reached"]
        if 0 < reach < counts["all"] and reach <= max(MOST_EVEN * counts["all"], 2):
            marks[mark] = column >= borders[mark]
        elif counts[f"{mark}_passed"]:
            marks[mark] = column > borders[mark]
    return marks


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(is_true(condition)).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)
