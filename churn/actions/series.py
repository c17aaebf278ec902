"""SERIES: what follows a contact that was noted, and promises that fall due; few enough to be counted in memory."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from churn.actions import noted
from churn.actions.due import URGENCY, Span
from churn.actions.play import Play
from churn.actions.promises import promises_due
from churn.actions.spread import FRIDAY
from churn.measures.dialect import Frame, small
from churn.wording import date as date_in_words

COLUMNS = ["customer_id", "kind", "step", "due_on", "urgency", "about", "key"]
MOST_PROMISES = 5000


def follow_ups(frames: Mapping[str, Frame], plays: Sequence[Play], span: Span) -> pd.DataFrame:
    """The days to look again that are open before the span ends: columns COLUMNS, `about` the play."""
    titles = {play.key: play.title for play in plays}
    found = noted.looks(frames["journal"], plays, span.day, span.until)
    rows = [(x.customer_id, "follow_up", x.step, x.due_on, URGENCY["follow_up"], titles.get(x.play, ""), str(x.step)) for x in found]
    return _framed(rows)


def promised(frames: Mapping[str, Frame], span: Span) -> pd.DataFrame:
    """The promises that are not kept and fall due before the span ends: columns COLUMNS, `about` what was promised. One that falls due on a
    weekend is due on the Friday before."""
    due = promises_due(frames, span.day, span.until + timedelta(days=1))
    found = small(due.sort("due_on", "customer_id", "promised_on", "what").head(MOST_PROMISES))
    rows = []
    for row in found.to_dict("records"):
        day, what = pd.Timestamp(row["due_on"]).date(), row["what"]
        key = "-".join([_iso(row["promised_on"]), what, day.isoformat()]) if pd.isna(row["line"]) else f"n{int(row['line'])}"
        about = f"{what}, {date_in_words(day)}" if what else date_in_words(day)
        rows.append((row["customer_id"], "promise", 0, _work_day(day), URGENCY["promise"], about, key))
    return _framed([row for row in rows if row[3] < span.until])


def _iso(day: Any) -> str:
    return "" if pd.isna(day) else str(day)[:10]


def _work_day(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))


def _framed(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"customer_id": "str", "kind": "str", "step": "int64", "urgency": "int64"})
