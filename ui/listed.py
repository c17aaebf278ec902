"""A list of customers with any columns, each opened by a click."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from churn.wording import _
from ui import tables

MOST_WHOLE = 15
Column = tuple[str, Callable[[Any], str]]


def listed(found: pd.DataFrame, columns: Mapping[str, Column], *, key: str, alt: str) -> None:
    """The customers of `found` (customer_id, name where there are names) and these of its columns, each with its heading and what puts a
    cell in words."""
    named, names = tables.called(found)
    shown = {"open": names, **({"id": found["customer_id"]} if named else {})}
    shown |= {
        name: pd.Series([words(cell) for cell in found[name]], index=found.index, dtype="str") for name, (_head, words) in columns.items()
    }
    config: dict[str, Any] = {
        "open": tables.opening(found, key=key),
        "id": st.column_config.TextColumn(_("Id")),
        **{name: st.column_config.TextColumn(head) for name, (head, _words) in columns.items()},
    }
    height: int | Literal["content"] = "content" if len(found) <= MOST_WHOLE else 400
    st.dataframe(pd.DataFrame(shown), column_config=config, hide_index=True, key=key, alt=alt, height=height)
