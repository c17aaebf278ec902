"""What the contacts with a customer, either way, tell before a day."""

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.features.windows import AGE, TREND_DAYS, WINDOWS, before, counts, just_before, known_day, trend, with_gaps, within
from churn.measures.dialect import Frame, count_if, days_between, ratio, real

CHANNELS = ("phone", "email", "chat", "visit", "web", "social")
COMPLAINT_DAYS = (30, 90, 180, 365)


def contact_features(contacts: Frame, dials: Dials, who: Frame) -> Frame:
    """One row for each of the customers `who` with a contact before `dials.as_of`: customer_id and the features of contacts in `known`.

    Columns in: the contacts as declared. A contact settled on or after the day read at is still open.
    """
    spoke = before(contacts, "contacted_on", dials, who).with_columns(
        sentiment=real("sentiment"), resolved_on=known_day("resolved_on", dials)
    )
    felt = nw.when(~nw.col("sentiment").is_null()).then(AGE).min().over("customer_id")
    rows = with_gaps(spoke, "contacted_on").with_columns(_last_felt=felt)
    return _combined(rows.group_by("customer_id").agg(*_spoke(), *_complained(), *_felt(), *_channels()))


def _spoke() -> list[nw.Expr]:
    inward, outward = nw.col("direction") == nw.lit("in"), nw.col("direction") == nw.lit("out")
    return [
        AGE.min().alias("days_since_contact"),
        nw.when(inward).then(AGE).min().alias("days_since_contact_in"),
        nw.when(outward).then(AGE).min().alias("days_since_contact_out"),
        nw.col("_gap").cast(nw.Float64).median().alias("usual_contact_gap"),
        *counts("contacts"),
        *counts("contacts_in", inward),
        *counts("contacts_out", outward),
        count_if(just_before(TREND_DAYS)).alias("_contacts_before"),
    ]


def _complained() -> list[nw.Expr]:
    complaint = nw.col("kind") == nw.lit("complaint")
    return [
        *counts("complaints", complaint, COMPLAINT_DAYS),
        count_if(complaint & just_before(TREND_DAYS)).alias("_complaints_before"),
        nw.when(complaint).then(AGE).min().alias("days_since_complaint"),
        count_if(complaint & nw.col("resolved_on").is_null()).alias("complaints_open"),
        *counts("notices", nw.col("kind") == nw.lit("cancellation_notice"), (180,)),
        days_between(nw.col("contacted_on"), nw.col("resolved_on")).cast(nw.Float64).mean().alias("days_to_resolution"),
    ]


def _felt() -> list[nw.Expr]:
    return [
        nw.when(within(365)).then(nw.col("sentiment")).mean().alias("sentiment_365"),
        nw.when(nw.col("_last_felt") == AGE).then(nw.col("sentiment")).mean().alias("last_sentiment"),
    ]


def _channels() -> list[nw.Expr]:
    online = [(name, nw.col("channel") == nw.lit(name)) for name in ("web", "social")]
    return [
        count_if(within(365) & ~nw.col("channel").is_null()).alias("_channels"),
        *(count_if(within(365) & (nw.col("channel") == nw.lit(name))).alias(f"_{name}") for name in CHANNELS),
        *(aggregate for name, condition in online for aggregate in counts(name, condition, WINDOWS[:2])),
    ]


def _combined(grouped: Frame) -> Frame:
    return grouped.with_columns(
        contact_silence=ratio(nw.col("days_since_contact"), nw.col("usual_contact_gap")),
        contacts_trend=trend("contacts_90", "_contacts_before"),
        complaints_trend=trend("complaints_90", "_complaints_before"),
        **{f"share_{name}": ratio(nw.col(f"_{name}"), nw.col("_channels")) for name in CHANNELS},
    )
