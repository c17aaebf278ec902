"""A visitor's sheet with its scores: made once for a file, kept in the visit, shown riskiest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
import streamlit as st

from churn import wording
from churn.intake import Intake
from churn.report.fitness import column_table, verdict_words
from churn.report.scored import ADDED, DRIVERS, Unread, earlier, scored_sheet, unread
from churn.risk import Scorecard, score, score_deeper
from churn.risk.drift import Drift, drift
from churn.risk.ranges import is_wide
from churn.wording import Band, _

MOST_SHOWN = 10_000
MOST_EXPLAINED = 100  # rows whose reasons by the deeper model are looked for: each takes up to half a second
_KEPT = "scored sheet"


@dataclass(frozen=True, eq=False)
class Scored:
    """A scored sheet as the command line writes it, and what is said about it.

    `bands` counts its rows by risk band, `known` those that the score was trained on; `absent` are the score's columns that the file
    lacks, `replaced` the columns of an earlier scoring, `unread` those with cells that the score knows nothing of; `drift`: whether the
    file fits the score; `deeper`: whether the risks are the deeper model's, with reasons for the riskiest alone.
    """

    sheet: pd.DataFrame
    bands: dict[Band, int]
    known: int
    columns: int
    absent: tuple[str, ...]
    replaced: list[str]
    unread: list[Unread]
    drift: Drift
    deeper: bool


def scored(intake: Intake, card: Scorecard, said: Mapping[str, str], *, deeper: bool) -> Scored:
    """The file scored, by the deeper model where that is wanted and the file has all its columns; from this visit's memory where it was
    before. `said`: columns of the score and the headers that hold them. Raises ModelError where no row holds enough for a risk."""
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] is not intake or kept[1] is not card or kept[2:4] != (said, deeper):
        with st.spinner(_("Scoring every row"), show_time=True):
            kept = (intake, card, said, deeper, _score(intake, card, said, deeper=deeper))
        st.session_state[_KEPT] = kept
    found: Scored = kept[4]
    return found


def forget() -> None:
    """Lets go of the scored sheet."""
    st.session_state.pop(_KEPT, None)


def _score(intake: Intake, card: Scorecard, said: Mapping[str, str], *, deeper: bool) -> Scored:
    learned_id = card.provenance.id_column if card.provenance.id_column in intake.frame else None
    id_column = intake.id_column or learned_id
    scores = score(card, intake.frame, id_column=id_column, said=said).enough(intake.file)
    whole = not scores.absent
    if deeper and whole:
        scores = score_deeper(card, intake.frame, id_column=id_column, said=said, explained=MOST_EXPLAINED)
    replaced, missed = earlier(intake, scores), unread(intake.frame, scores)
    sheet = scored_sheet(intake.as_spelled, scores)
    counts = sheet["risk_band"].value_counts()
    bands: dict[Band, int] = {band: int(counts.get(band, 0)) for band in reversed(get_args(Band)) if band in counts}
    found = drift(card, intake.frame, codes=scores.codes, said=said)
    return Scored(sheet, bands, int(scores.known.sum()), len(card.columns), scores.absent, replaced, missed, found, deeper and whole)


def chosen(sheet: pd.DataFrame, *, bands: list[Band], text: str) -> pd.DataFrame:
    """The rows of some bands (all where none is named) that hold `text` in any case in one of the file's own columns, riskiest first."""
    rows = sheet[sheet["risk_band"].isin(bands)] if bands else sheet
    if wanted := text.strip().casefold():
        own = rows.drop(columns=list(ADDED)).select_dtypes(include=["str"])
        found = pd.DataFrame({column: own[column].str.casefold().str.contains(wanted, regex=False, na=False) for column in own})
        rows = rows[found.any(axis=1)]
    return rows.sort_values("risk", ascending=False, na_position="last", kind="stable")


def by_value(intake: Intake) -> tuple[pd.DataFrame, str | None]:
    """The file's rows, those who pay most first, and the column that says what they pay; in the file's order where none does."""
    known = {field.column: field.source for field in intake.fields if field.column and field.source in intake.frame}
    paid = known.get("monthly_value")
    first = [known[column] for column in ("customer_id", "name", "monthly_value") if column in known]
    rows = intake.frame[[*first, *(column for column in intake.frame if column not in first)]]
    return (rows.sort_values(paid, ascending=False, na_position="last", kind="stable") if paid else rows), paid


def plain_table(rows: pd.DataFrame) -> None:
    """Draws the first rows of a sheet without its scores."""
    days = {str(column): st.column_config.DateColumn(format="D MMM YYYY") for column in rows.select_dtypes("datetime")}
    st.dataframe(rows.head(MOST_SHOWN), column_config=days, hide_index=True, placeholder="", height=520, alt=_("Customers of the file"))


def table(rows: pd.DataFrame, intake: Intake) -> None:
    """Draws the first rows of a scored sheet: the customer, the risk and what moves it, then the file's own columns."""
    first = [field.source for field in intake.fields if field.column in ("customer_id", "name") and field.source in rows]
    own = [column for column in rows if column not in (*ADDED, *first)]
    top = rows.head(MOST_SHOWN)
    shown = top[[*first, "risk", "risk_low", "risk_band", *DRIVERS, *own]].assign(
        risk=top["risk"] * 100, risk_low=_wide_ranges(top), risk_band=[wording.band_label(band) for band in top["risk_band"]]
    )
    alt = _("Customers with their risk and what moves it")
    st.dataframe(shown, column_config=_columns(shown, first), hide_index=True, placeholder="", height=520, alt=alt)


def _wide_ranges(rows: pd.DataFrame) -> list[str]:
    """The range of each risk in words where it is wide, else ""."""
    low, high = (np.floor(rows[end].to_numpy() * 100 + 0.5) / 100 for end in ("risk_low", "risk_high"))
    ends = list(zip(low.tolist(), high.tolist(), strict=True))
    wide = is_wide(rows["risk_low"].to_numpy(), rows["risk_high"].to_numpy()).tolist()
    words = {pair: wording.share_range(*pair, 0) for pair in {pair for pair, shown in zip(ends, wide, strict=True) if shown}}
    return [words[pair] if shown else "" for pair, shown in zip(ends, wide, strict=True)]


def fit(found: Drift) -> None:
    """Draws whether the file fits the score, in a colour, and behind it how each column compares."""
    draw, icon = {
        "fits": (st.success, ":material/check_circle:"),
        "take care": (st.warning, ":material/warning:"),
        "do not use": (st.error, ":material/block:"),
    }[found.verdict]
    draw(wording.escape(verdict_words(found)), icon=icon)
    with st.expander(_("How each column compares with what the score was learned from")):
        st.dataframe(column_table(found), hide_index=True, alt=_("The columns of the file beside those of the training table"))
        st.caption(
            _("Weight: the column's share in what sets risks apart. Moved: the share of its values that lie elsewhere than in training.")
        )


def _columns(shown: pd.DataFrame, first: list[str]) -> dict[str, Any]:
    """How each column looks."""
    days: dict[str, Any] = {str(column): st.column_config.DateColumn(format="D MMM YYYY") for column in shown.select_dtypes("datetime")}
    labels = (_("First driver"), _("Second driver"), _("Third driver"))
    drivers = {name: st.column_config.TextColumn(label) for name, label in zip(DRIVERS, labels, strict=True)}
    return (
        days
        | drivers
        | {column: st.column_config.TextColumn(pinned=True) for column in first[:1]}
        | {
            "risk": st.column_config.ProgressColumn(_("Risk"), format="%.1f%%", min_value=0, max_value=100, width=130),
            "risk_low": st.column_config.TextColumn(_("Range"), width=110, help=_("Shown where it is wide: few customers like this one.")),
            "risk_band": st.column_config.TextColumn(_("Band")),
        }
    )
