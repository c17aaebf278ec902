"""The lines of the benchmark of histories: what the desk works out, and the same in pandas and scipy."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
from scipy.stats import CensoredData, ecdf

from churn import measures
from churn.dials import Dials
from churn.features import features
from churn.measures.lives import lives
from churn.measures.survival import survival
from churn.signs import signs
from tests import referees_said as said
from tests import referees_value as value
from tests.referees_features import features_in_pandas
from tests.referees_signs import referee_signs

DIALS = Dials(date(2026, 1, 1), gone_after=None, look_ahead=90)


@dataclass(frozen=True)
class Firm:
    """What one side has of the firm: its tables by name and its months, lazy for the desk and in memory for pandas."""

    tables: Mapping[str, Any]
    months: Any

    @property
    def people(self) -> tuple[Any, Any]:
        """Customers and orders."""
        return self.tables["customers"], self.tables["orders"]


@dataclass(frozen=True)
class Line:
    """One line of the table: both functions take a Firm and return a result in memory."""

    name: str
    desk: Callable[[Firm], object]
    pandas: Callable[[Firm], object]


DAY = pd.Timestamp(DIALS.as_of)
_NUMBERS = itertools.count()
LINES = (
    Line(
        "churn by month",
        lambda firm: measures.churn_by_month(firm.months, DIALS.as_of),
        lambda firm: value.churn_by_month(firm.months, DAY),
    ),
    Line(
        "churn by month and segment",
        lambda firm: measures.churn_by_month(firm.months, DIALS.as_of, groups=measures.grouped(firm.tables["customers"], "segment")),
        lambda firm: value.churn_by_month(firm.months, DAY, _segments(firm)),
    ),
    Line(
        "churn by quarter",
        lambda firm: measures.churn_by_month(firm.months, DIALS.as_of, every="quarter"),
        lambda firm: value.churn_by_month(firm.months, DAY, every="quarter"),
    ),
    Line(
        "revenue retention",
        lambda firm: measures.revenue_retention(firm.months, DIALS.as_of),
        lambda firm: value.revenue_retention(firm.months, DAY),
    ),
    Line(
        "cohorts by month",
        lambda firm: measures.cohorts(firm.months, DIALS.as_of),
        lambda firm: value.cohorts(firm.months, DAY),
    ),
    Line(
        "concentration",
        lambda firm: measures.concentration(measures.values_from_orders(firm.tables["orders"])),
        lambda firm: value.concentration(firm.tables["orders"]),
    ),
    Line(
        "loyal fifths",
        lambda firm: measures.loyal_fifths(firm.tables, DIALS),
        lambda firm: value.loyal_fifths(*firm.people, DAY),
    ),
    Line(
        "existing against new",
        lambda firm: measures.existing_against_new(firm.tables, DIALS),
        lambda firm: value.existing_against_new(*firm.people, DAY),
    ),
    Line(
        "RFM segments",
        lambda firm: measures.rfm_segments(measures.rfm(firm.tables["orders"], DIALS.as_of), lives(firm.tables, DIALS)),
        lambda firm: value.rfm_segments(
            value.rfm(firm.tables["orders"], DAY), value.lives(*firm.people, DAY)
        ),
    ),
    Line(
        "survival by segment",
        lambda firm: survival(lives(firm.tables, DIALS), DIALS.as_of, measures.grouped(firm.tables["customers"], "segment")),
        lambda firm: _survival(said.lives(firm.tables, DAY).merge(_segments(firm), on="customer_id")),
    ),
    Line(
        "reason mix",
        lambda firm: measures.reason_mix(firm.tables["surveys"], firm.tables["customers"], nw.col("ended_on") < DIALS.as_of),
        lambda firm: said.reasons(firm.tables, DAY)["reason"].value_counts(),
    ),
    Line(
        "reasons by quarter",
        lambda firm: measures.reason_trend(measures.stated_reasons(firm.tables, DIALS)),
        lambda firm: said.reason_trend(firm.tables, DAY),
    ),
    Line(
        "NPS",
        lambda firm: measures.nps(firm.tables["surveys"]),
        lambda firm: _nps(said.nps_days(firm.tables, DAY)),
    ),
    Line(
        "NPS by quarter",
        lambda firm: measures.nps_trend(firm.tables, DIALS),
        lambda firm: said.nps_trend(firm.tables, DAY),
    ),
    Line(
        "stayed after an answer",
        lambda firm: measures.stayed_after_answer(firm.tables, DIALS),
        lambda firm: said.stayed_after_answer(firm.tables, DAY),
    ),
    Line(
        "complaints by month",
        lambda firm: measures.complaint_rate(firm.months),
        lambda firm: said.complaint_rate(firm.tables, DAY),
    ),
    Line(
        "days to settle by channel",
        lambda firm: measures.settling(firm.tables, DIALS, by="channel"),
        lambda firm: _settling(said.waits(firm.tables, DAY, "complaint")),
    ),
    Line(
        "lost after a complaint",
        lambda firm: measures.lost_after_complaint(firm.tables, DIALS),
        lambda firm: said.lost_after_complaint(firm.tables, DAY),
    ),
    Line(
        "changes by month",
        lambda firm: measures.changes_by_month(firm.tables, DIALS),
        lambda firm: _changes(said.changed_on(firm.tables, DAY, "point_of_contact")),
    ),
    Line(
        "leaving by change",
        lambda firm: measures.change_risk(measures.leaving_by_change(firm.tables, DIALS)),
        lambda firm: said.leaving_by_change(firm.tables, DAY, "point_of_contact"),
    ),
    Line(
        "lost after a change",
        lambda firm: measures.lost_after_change(firm.tables, DIALS, days=(90,)),
        lambda firm: said.lost_after_change(firm.tables, DAY, "point_of_contact", 90),
    ),
    Line(
        "around a change",
        lambda firm: measures.around_change(firm.tables, DIALS),
        lambda firm: said.around_change(firm.tables, DAY, "point_of_contact"),
    ),
    Line(
        "gaps between contacts",
        lambda firm: measures.contact_gaps(firm.tables, DIALS),
        lambda firm: said.contact_gaps(firm.tables, DAY).mean(),
    ),
    Line(
        "without contact",
        lambda firm: measures.without_contact(firm.tables, DIALS),
        lambda firm: [said.without_contact(firm.tables, DAY, length) for length in (30, 60, 90, 180)],
    ),
    Line(
        "features (at load)",
        lambda firm: _written(features(firm.tables, DIALS)),
        lambda firm: features_in_pandas(firm.tables, DAY),
    ),
    Line(
        "signs (at load)",
        lambda firm: _written(signs(firm.tables, DIALS)),
        lambda firm: referee_signs(firm.tables, DAY),
    ),
)  # fmt: skip


def _written(frame: nw.LazyFrame[Any]) -> None:
    """Writes the frame to a table, as a load does; on Spark every row is made and let go."""
    native = frame.to_native()
    if hasattr(native, "create"):
        native.create(f"written_{next(_NUMBERS)}")
    else:
        native.write.format("noop").mode("overwrite").save()


def _segments(firm: Firm) -> pd.DataFrame:
    return firm.tables["customers"][["customer_id", "segment"]].rename(columns={"segment": "group"})


def _survival(lived: pd.DataFrame) -> list[object]:
    """Curves and intervals of scipy by group."""
    spans = (lived["lost_on"].fillna(DAY - pd.Timedelta(days=1)) - lived["started_on"]).dt.days
    gone, found = lived["lost_on"].notna(), []
    for _group, days in spans.groupby(lived["group"]):
        curve = ecdf(CensoredData(uncensored=days[gone[days.index]], right=days[~gone[days.index]])).sf
        found.append((curve.quantiles, curve.probabilities, curve.confidence_interval(method="log-log")))
    return found


def _settling(waits: pd.DataFrame) -> list[object]:
    """The first days by which half and nine tenths are settled, by channel."""
    found = []
    for _channel, own in waits.groupby("channel"):
        left = ecdf(CensoredData(uncensored=own["days"][~own["open"]], right=own["days"][own["open"]])).sf
        found.append([left.quantiles[left.probabilities <= share][:1] for share in (0.5, 0.1)])
    return found


def _nps(answers: pd.DataFrame) -> pd.Series:
    votes = answers.sort_values("day").drop_duplicates("customer_id", keep="last")["group"].map(said.VOTES)
    return votes.agg(["size", "mean", "std"])


def _changes(changes: pd.DataFrame) -> pd.DataFrame:
    return changes.groupby(value.month_of(changes["changed_on"]))["customer_id"].agg(["size", "nunique"])
