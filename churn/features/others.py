"""What surveys, changes and promises tell of a customer before a day."""

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.features.windows import AGE, before, counts, known_day
from churn.measures.dialect import Frame, count_if, days_after, latest, ratio, real, words

# A number as a program writes it: engines differ in what else they take for one, and one of them fails on the rest.
_PLAIN_NUMBER = r"^-?[0-9]+([.][0-9]+)?$"


def survey_features(surveys: Frame, dials: Dials, who: Frame) -> Frame:
    """One row for each of the customers `who` with an answer before `dials.as_of`: customer_id, last_nps, nps_change, days_since_nps,
    exit_answers_180.

    Several NPS answers of one day count as their mean. `nps_change` is the last less the one before; null where there is one alone.
    """
    asked = before(surveys, "answered_on", dials, who).with_columns(score=real("score"))
    nps = asked.filter((nw.col("question") == nw.lit("nps")) & ~nw.col("score").is_null())
    days = nps.group_by("customer_id", "answered_on").agg(nw.col("score").mean(), AGE.min().alias("_age"))
    ordered = days.with_columns(
        _before=nw.col("score").shift(1).over("customer_id", order_by="answered_on"), _last=AGE.min().over("customer_id")
    )
    last = ordered.filter(nw.col("_last") == AGE).select(
        "customer_id",
        nw.col("score").alias("last_nps"),
        (nw.col("score") - nw.col("_before")).alias("nps_change"),
        AGE.alias("days_since_nps"),
    )
    exits = asked.group_by("customer_id").agg(*counts("exit_answers", nw.col("question") == nw.lit("exit"), (180,)))
    return exits.join(last, on="customer_id", how="left")


def change_features(changes: Frame, dials: Dials, who: Frame) -> Frame:
    """One row for each of the customers `who` of whom something changed before `dials.as_of`: customer_id and the features of changes.

    `price_change` is the last change of price between two numbers, in percent of the one before; null where that was not above 0.
    `last_status` is in small letters.
    """
    changed = before(changes, "changed_on", dials, who)
    contact, plan, price = (nw.col("what") == nw.lit(what) for what in ("point_of_contact", "plan", "price"))
    grouped = changed.group_by("customer_id").agg(
        *counts("contact_changes", contact, (180,)),
        nw.when(contact).then(AGE).min().alias("days_since_contact_change"),
        *counts("plan_changes", plan, (365,)),
        nw.when(price).then(AGE).min().alias("days_since_price_change"),
    )
    old, new = as_number("before"), as_number("after")
    risen = ratio((new - old) * nw.lit(100.0), nw.when(old > nw.lit(0.0)).then(old))
    prices = latest(turns(changed, "price").filter(~(old + new).is_null()), "changed_on", "after", "before")
    states = latest(turns(changed, "status"), "changed_on", "after", "before")
    status = nw.col("after").str.strip_chars().str.to_lowercase()
    return grouped.join(prices.select("customer_id", risen.alias("price_change")), on="customer_id", how="left").join(
        states.select("customer_id", status.alias("last_status")), on="customer_id", how="left"
    )


def turns(changes: Frame, what: str) -> Frame:
    """The changes of one kind: customer_id, changed_on, before, after ("" where empty, so that engines sort them alike)."""
    kind = changes.filter(nw.col("what") == nw.lit(what))
    return kind.select("customer_id", "changed_on", *(words(name).fill_null(nw.lit("")).alias(name) for name in ("before", "after")))


def as_number(column: str) -> nw.Expr:
    """A text column as a float, null where it is no plain number."""
    text = words(column)
    return nw.when(text.str.contains(_PLAIN_NUMBER)).then(text).cast(nw.Float64)


def promise_features(promises: Frame, dials: Dials, who: Frame) -> Frame:
    """One row for each of the customers `who` who were promised something before `dials.as_of`: customer_id, promises_open (not kept),
    promises_overdue (of these, past the day due), promises_broken_365 (of those due within the last 365 days, kept late or overdue)."""
    promised = before(promises, "promised_on", dials, who).with_columns(kept_on=known_day("kept_on", dials))
    is_open, due = nw.col("kept_on").is_null(), nw.col("due_on") < nw.lit(dials.as_of)
    of_late = due & (nw.col("due_on") >= days_after(nw.lit(dials.as_of), -365))
    return promised.group_by("customer_id").agg(
        count_if(is_open).alias("promises_open"),
        count_if(is_open & due).alias("promises_overdue"),
        count_if(of_late & (is_open | (nw.col("kept_on") > nw.col("due_on")))).alias("promises_broken_365"),
    )
