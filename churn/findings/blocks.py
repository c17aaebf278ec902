"""What a page or a report shows, in the order that it is read: figures, charts, tables and sentences, none of them tied to a screen."""

from dataclasses import dataclass

import pandas as pd

from churn.charts.look import Chart


@dataclass(frozen=True)
class Figure:
    """One figure for a card; `on` says what it was computed on, `change` how it differs from before ("" where that is not known)."""

    label: str
    value: str
    on: str
    change: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """A small table in words, its headings too; `alt` says what it lists."""

    cells: pd.DataFrame
    alt: str


@dataclass(frozen=True, eq=False)
class Part:
    """One thing to look at: a heading, what it was computed on (`about`), and a chart, a table, or both; `notes` say what was left out.

    `caution` stands where few customers make it unsure. Where there is nothing to show, `lacking` says in one sentence what the desk would
    need. `half` parts that follow each other stand side by side where there is room. `key` names the part in addresses and files.
    """

    key: str
    title: str
    about: str = ""
    chart: Chart | None = None
    table: Table | None = None
    caution: str = ""
    notes: tuple[str, ...] = ()
    lacking: str = ""
    half: bool = False


@dataclass(frozen=True, eq=False)
class Findings:
    """All that answers one question: `title`, the `question`, figures first, then parts. `said` is the answer in a sentence or two, where
    there is one; `lacking` stands in place of everything where the desk holds nothing to answer from."""

    title: str
    question: str
    figures: tuple[Figure, ...] = ()
    said: str = ""
    caution: str = ""
    parts: tuple[Part, ...] = ()
    lacking: str = ""
