"""The report: findings as one HTML file that opens without a network, its charts live, and that can be printed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from churn import wording
from churn.findings import Findings, Part, Table
from churn.report.html_page import document, fact, safe, said, table
from churn.tables import Type
from churn.wording import _, plural

MOST_NUMBERS = 200

_HERE = Path(__file__)
_OWN = "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


@dataclass(frozen=True)
class About:
    """What a report is of: the firm's name, the filters in a sentence ("" for none), the day that the data are read at (None: unknown), a
    digest of the data, and whether they are invented."""

    firm: str
    filters: str = ""
    as_of: date | None = None
    digest: str = ""
    is_sample: bool = False


def report_html(findings: Sequence[Findings], about: About) -> str:
    """The whole report, some five megabytes, most of them what draws the charts. The same input always gives the same text."""
    title = _("Retention report: {firm}").format(firm=about.firm)
    parts = [part for found in findings for part in found.parts if part.chart is not None and not part.lacking]
    numbers = {id(part): number for number, part in enumerate(parts, 1)}
    pieces = [f"<h1>{safe(title)}</h1>", *_head(about), _contents(findings)]
    pieces += [_findings(found, place, numbers) for place, found in enumerate(findings, 1)]
    return document(title, pieces, content=_OWN, style=_HERE.with_suffix(".css").read_text("utf-8"), script=_script(parts))


def _head(about: About) -> Iterable[str]:
    """What the report is of, in sentences."""
    yield said(_("Sample firm: invented data"), "warning") if about.is_sample else ""
    yield (
        said(_("Only customers of whom this is true: {filters}.").format(filters=about.filters))
        if about.filters
        else said(_("All customers, no filter."))
    )
    read = _("The data are read as of {day}.").format(day=wording.date(about.as_of)) if about.as_of else ""
    digest = _("Digest of the data: {digest}.").format(digest=about.digest) if about.digest else ""
    yield said(" ".join(filter(None, [read, digest])), "soft")
    yield f"<noscript>{said(_('Without scripts the charts are not drawn; their numbers stand below each.'), 'warning')}</noscript>"


def _contents(findings: Sequence[Findings]) -> str:
    links = "".join(f'<a href="#part-{place}">{safe(found.title)}</a>' for place, found in enumerate(findings, 1))
    return f'<nav aria-label="{safe(_("Contents"))}">{links}</nav>' if len(findings) > 1 else ""


def _findings(found: Findings, place: int, numbers: dict[int, int]) -> str:
    """Everything that answers one question."""
    head = f'<section id="part-{place}"><h2>{safe(found.title)}</h2>{said(found.question, "question")}'
    if found.lacking:
        return f"{head}{said(found.lacking, 'warning')}</section>"
    cards = "".join(fact(figure.label, figure.value, figure.on, figure.change) for figure in found.figures)
    parts = "".join(_part(part, numbers) for part in found.parts)
    row = f'<div class="row">{cards}</div>' if cards else ""
    return f'{head}{said(found.said, "answer")}{row}{said(found.caution, "warning")}<div class="parts">{parts}</div></section>'


def _part(part: Part, numbers: dict[int, int]) -> str:
    """One thing to look at."""
    pieces = [f"<h3>{safe(part.title)}</h3>", said(part.about, "soft")]
    if part.lacking:
        pieces.append(said(part.lacking, "warning"))
    else:
        pieces += [
            said(part.caution, "warning"),
            _chart(part, numbers[id(part)]) if part.chart is not None else "",
            _table(part.table) if part.table is not None else "",
            *(said(note, "soft") for note in part.notes),
        ]
    half = " half" if part.half else ""
    return f'<div class="part{half}">{"".join(pieces)}</div>'


def _chart(part: Part, number: int) -> str:
    """The place of a chart, what it shows in a sentence, and its numbers."""
    if part.chart is None:
        return ""
    named = re.sub(r"\W+", "_", part.key).strip("_")
    place = (
        f'<div class="chart" id="chart-{number}" data-name="{safe(named)}" role="figure" aria-label="{safe(part.chart.alt)}" '
        f'style="min-height:{int(part.chart.figure.layout.height or 300)}px"></div>'
    )
    return f"<figure>{place}{_numbers(part.chart.data, part.title)}</figure>"


def _numbers(data: pd.DataFrame | None, title: str) -> str:
    """The numbers of a chart as a table to unfold, at most the first 200 rows."""
    if data is None or data.empty:
        return ""
    rows = zip(*(_cells(data[column].head(MOST_NUMBERS)) for column in data), strict=True)
    rest = len(data) - MOST_NUMBERS
    left = said(plural("{n} row more is not shown.", "{n} rows more are not shown.", rest) if rest > 0 else "", "soft")
    name = _("Numbers: {title}").format(title=title)
    return f"<details><summary>{safe(name)}</summary>{table(map(str, data.columns), rows)}{left}</details>"


def _cells(cells: "pd.Series[Any]") -> list[str]:
    """A column in words."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        return [wording.value(cell, "date") for cell in cells]
    kind: Type = "number" if pd.api.types.is_numeric_dtype(cells) else "text"
    return [wording.value(cell, kind) for cell in cells]


def _table(found: Table) -> str:
    rows = (map(str, row) for row in found.cells.itertuples(index=False))
    return table(map(str, found.cells.columns), rows, name=found.alt)


def _script(parts: Sequence[Part]) -> str:
    """What draws the charts: Plotly's library, the charts, and the page's own few lines; "" where there are none."""
    if not parts:
        return ""
    from plotly.offline import get_plotlyjs

    charts = ",".join(part.chart.figure.to_json(validate=False) for part in parts if part.chart is not None)
    return (
        f"<script>{get_plotlyjs()}</script>\n"
        f'<script type="application/json" id="charts">[{_inert(charts)}]</script>\n'
        f"<script>{_HERE.with_suffix('.js').read_text('utf-8')}</script>"
    )


def _inert(json: str) -> str:
    """JSON that ends no script and begins none, whatever it holds."""
    for sign in "<>&\u2028\u2029":
        json = json.replace(sign, f"\\u{ord(sign):04x}")
    return json
