"""The one open desk of this process, what it holds and the model that its scores come from.

Everything is kept by the desk's version, which grows with every write, so that a page never shows figures of a table that is gone.
"""

import getpass
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from churn.dials import Dials
from churn.intake import Limits
from churn.opening import room_of
from churn.prepared import dials_of
from churn.risk.desk_history import bring_up
from churn.risk.desk_models import finds_signal, is_foretold, shows_deeper
from churn.risk.keeping import load
from churn.risk.of_history import in_words
from churn.risk.scorecard import Scorecard
from churn.snapshot.left import made_of
from churn.store import Desk, open_desk
from churn.wording import _

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"


@dataclass(frozen=True)
class Firm:
    """The firm whose customers are loaded: the file they came from, its rows by table, whether it is the invented sample, and the tables
    that its snapshot was made of and left `elsewhere`."""

    file: str
    customers: int
    tables: Mapping[str, int]
    is_sample: bool
    elsewhere: frozenset[str]

    @property
    def known(self) -> set[str]:
        """The tables whose rows are in the desk, or were where its snapshot was made."""
        return {*self.tables, *self.elsewhere}


def the_desk() -> Desk:
    """The desk in the folder that RETENTION_DESK names, "desk" where it names none. Raises StoreError where it cannot be opened."""
    return _opened(os.environ.get("RETENTION_DESK") or "desk")


def brought_up() -> None:
    """Makes the prepared tables where they are missing or were made otherwise, once."""
    desk = the_desk()
    _brought_up(desk.version())


def limits() -> Limits:
    """How large a file may be: as RETENTION_DESK_MOST_ROWS, ..._COLUMNS, ..._CELLS and ..._MEGABYTES say, else as the library has it."""
    said = {name: os.environ.get(f"RETENTION_DESK_MOST_{name.upper()}", "") for name in ("rows", "columns", "cells", "megabytes")}
    return Limits(**{name: int(most) for name, most in said.items() if most.isdecimal()})


def firm() -> Firm | None:
    """The firm that is loaded, or None where the desk holds no customers."""
    return _firm(the_desk().version())


def who() -> str:
    """Who looks at the page: the name that a sign-in gave, else the user of the operating system that serves it; "" where it has none."""
    if st.user.get("is_logged_in"):
        return str(st.user.get("email") or st.user.get("name") or "")
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def model() -> Scorecard | None:
    """The model that the desk's scores come from, its columns called as people call them, or None where customers are not scored. Raises
    ModelError where it is damaged."""
    desk = the_desk()
    foretold, learned = _model_names(desk.version())
    if foretold:
        return _loaded_in_words(str(desk.models / foretold))
    return _loaded(str(desk.models / learned)) if learned else None


def sheet_model() -> Scorecard | None:
    """The model that sheets are scored by: that learned from the customers table, or None. Raises ModelError where it is damaged."""
    desk = the_desk()
    learned = _model_names(desk.version())[1]
    return _loaded(str(desk.models / learned)) if learned else None


def dials() -> Dials | None:
    """The dials that the desk's histories are read by, or None where no day says who left."""
    return _dials(the_desk().version())


def has_signal(card: Scorecard) -> bool:
    """Whether the risks that the desk shows beat guessing."""
    return finds_signal(the_desk(), card)


def sheets_by_deeper() -> bool:
    """Whether sheets are scored by the deeper second opinion on the model that they are scored by."""
    desk = the_desk()
    return shows_deeper(desk) and not is_foretold(desk)


@st.cache_resource(max_entries=1, show_spinner=False, on_release=Desk.close)
def _opened(folder: str) -> Desk:
    return open_desk(Path(folder), room_of(os.environ))


@st.cache_data(max_entries=2, show_spinner=_("Preparing the tables"))
def _brought_up(version: int) -> None:
    bring_up(the_desk())


@st.cache_data(max_entries=4, show_spinner=False)
def _firm(version: int) -> Firm | None:
    desk = the_desk()
    tables = desk.tables()
    if "customers" not in tables:
        return None
    source = desk.source("customers")
    return Firm(source.file, tables["customers"], tables, source.digest == _sample_digest(), frozenset(made_of(desk)))


@st.cache_data(max_entries=4, show_spinner=False)
def _model_names(version: int) -> tuple[str, str]:
    """The files of the models learned from histories and from the customers table, "" where there is none or nobody is scored."""
    desk = the_desk()
    with desk.reading() as frames:
        scored = "scores" in frames
    foretold, learned = desk.setting("history"), desk.setting("model")
    return (str(foretold or ""), str(learned or "")) if scored else ("", "")


@st.cache_data(max_entries=4, show_spinner=False)
def _dials(version: int) -> Dials | None:
    return dials_of(the_desk())


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded_in_words(path: str) -> Scorecard:
    return in_words(load(Path(path)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded(path: str) -> Scorecard:
    return load(Path(path))


@st.cache_data(max_entries=1, show_spinner=False)
def _sample_digest() -> str:
    file = SAMPLE / "customers.csv"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
