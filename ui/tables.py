"""Tables on pages: customers with a way to each one's page, and small tables of facts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from churn import wording
from churn.tables import Type
from churn.wording import _
from ui.links import open_customer


def customers(found: pd.DataFrame, *, key: str, alt: str, height: Literal["content", "auto"] = "content") -> None:
    """Customers, each opened by a click. Columns in: customer_id, and any of name, signs, sign, play, risk, monthly_value, revenue_year,
    value_at_risk, value, expected_gain, driver_1."""
    words: dict[str, Callable[[Any], str]] = {
        "signs": wording.number,
        "sign": str,
        "play": str,
        "risk": wording.percent,
        "monthly_value": wording.money,
        "revenue_year": wording.money,
        "value_at_risk": wording.money,
        "value": wording.money,
        "expected_gain": wording.money,
        "driver_1": str,
    }
    named, names = called(found)
    columns = ["open", *(["customer_id"] if named else []), *(column for column in words if column in found)]
    config: dict[str, Any] = {
        "open": opening(found, key=key),
        "customer_id": st.column_config.TextColumn(_("Id")),
        "signs": st.column_config.NumberColumn(_("Signs")),
        "sign": st.column_config.TextColumn(_("What they show")),
        "play": st.column_config.TextColumn(_("What to do first")),
        "risk": st.column_config.NumberColumn(_("Risk")),
        "monthly_value": st.column_config.NumberColumn(_("Monthly value")),
        "revenue_year": st.column_config.NumberColumn(_("Revenue, last year")),
        "value_at_risk": st.column_config.NumberColumn(_("Value at risk")),
        "value": st.column_config.NumberColumn(_("Value if kept")),
        "expected_gain": st.column_config.NumberColumn(_("Expected gain")),
        "driver_1": st.column_config.TextColumn(_("Main driver")),
    }
    styled = found.assign(open=names)[columns].style.format({column: words[column] for column in columns if column in words})
    st.dataframe(styled, column_config=config, hide_index=True, key=key, alt=alt, height=height)


def called(found: pd.DataFrame) -> tuple[bool, "pd.Series[str]"]:
    """Whether any of these customers has a name, and what to call each: the name, else the id."""
    named = "name" in found and bool(found["name"].notna().any())
    names = found["name"].fillna(found["customer_id"]) if named else found["customer_id"]
    return named, names.astype("str")


def opening(found: pd.DataFrame, *, key: str) -> Any:
    """The column of a table of customers whose cells open each one's page."""
    return st.column_config.ButtonColumn(
        _("Customer"),
        key=f"{key}_opened",
        on_click=_open,
        args=(f"{key}_opened", tuple(found["customer_id"])),
        type="tertiary",
        alignment="left",
    )


def small(found: pd.DataFrame, types: Mapping[str, Type], *, alt: str) -> None:
    """A few rows with their cells in words; `types` by column, for every column."""
    words = {column: [wording.value(cell, types[column]) for cell in found[column]] for column in types}
    st.dataframe(pd.DataFrame(words, dtype="str"), hide_index=True, alt=alt, height="content")


def facts(row: pd.DataFrame, types: Mapping[str, Type]) -> None:
    """One row as a list of its columns and cells."""
    cells = {column: wording.value(row[column].iloc[0], type_) for column, type_ in types.items()}
    shown = pd.DataFrame({_("Column"): list(cells), _("Value"): list(cells.values())}, dtype="str")
    st.dataframe(shown, hide_index=True, alt=_("The customer's facts"), height="content")


def said(heads: Sequence[str], rows: Iterable[Sequence[str]], *, alt: str) -> None:
    """A few rows of sentences, letter for letter, wrapped to the width of the page."""
    cells = [[wording.escape(cell) for cell in row] for row in rows]
    st.table(pd.DataFrame(cells, columns=list(heads), dtype="str"), border="horizontal", hide_index=True, alt=alt)


def _open(clicked: str, ids: tuple[str, ...]) -> None:
    open_customer(ids[st.session_state[clicked].row])
