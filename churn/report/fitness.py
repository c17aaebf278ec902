"""Whether a sheet fits the score, in words: for the page, the command line and JSON."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from churn import wording
from churn.report.understood import excerpt
from churn.risk.column_drift import ColumnDrift
from churn.risk.drift import Drift
from churn.wording import _


def verdict_words(found: Drift) -> str:
    """What to think of the scores, and why."""
    texts = {
        "fits": _("The file fits the score. {why}"),
        "take care": _("Take care with these scores. {why}"),
        "do not use": _("Do not use these scores: they may well be wrong. {why}"),
    }
    return texts[found.verdict].format(why=" ".join(found.why))


def as_json(found: Drift) -> dict[str, Any]:
    """The verdict, why, and each column with what there is to say of it, in plain types."""
    columns = [asdict(column) | {"words": column.words} for column in found.columns]
    return {"verdict": found.verdict, "why": list(found.why), "columns": columns}


def column_table(found: Drift) -> pd.DataFrame:
    """A row for each column, in words: those that put the scores most in doubt first, then the weightiest."""
    ranked = sorted(found.columns, key=lambda column: (-_doubt(column), -column.weight))
    return pd.DataFrame(
        {
            _("Column"): [column.column for column in ranked],
            _("Weight in the score"): [wording.percent(column.weight, 0) for column in ranked],
            _("Has it moved?"): [_moved(column) for column in ranked],
            _("Missing now"): [wording.percent(column.missing, 0) for column in ranked],
            _("Missing in training"): [wording.percent(column.missing_trained, 0) for column in ranked],
            _("Never seen in training"): [_never_seen(column) for column in ranked],
        },
        dtype="str",
    )


def _doubt(column: ColumnDrift) -> float:
    """How much of the weight of the score is in doubt with a column (0..1)."""
    if column.band == "absent":
        return column.weight
    return column.weight * max(0.0 if column.band == "steady" else column.displaced, column.beyond, column.new)


def _moved(column: ColumnDrift) -> str:
    texts = {
        "steady": _("as in training"),
        "moved": _("moved: {share} lies elsewhere"),
        "far": _("far off: {share} lies elsewhere"),
        "absent": _("not in the file"),
    }
    return texts[column.band].format(share=wording.percent(column.displaced, 0))


def _never_seen(column: ColumnDrift) -> str:
    """Numbers beyond any in training, and values that the score does not know with examples; "" where there are none."""
    low, high = wording.value(column.low, "number"), wording.value(column.high, "number")
    examples = wording.listing([f"'{excerpt(example)}'" for example in column.examples])
    said = [
        (column.above, _("{share} above {most}").format(share=wording.percent(column.above, 0), most=high)),
        (column.below, _("{share} below {least}").format(share=wording.percent(column.below, 0), least=low)),
        (column.unseen, _("{share} unknown, such as {examples}").format(share=wording.percent(column.unseen), examples=examples)),
    ]
    return "; ".join(text for share, text in said if share)
