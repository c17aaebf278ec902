"""The workshop's handout: every scene with its formula, numbers and derivation, as one HTML file that loads nothing and runs nothing."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from churn import wording
from churn.findings.blocks import Figure, Table
from churn.findings.workshop import Formula, Scene, Stage, Step
from churn.wording import _

_STYLE = Path(__file__).with_name("card.css")
_OWN_STYLE = (
    "math { font-size: 1.15em; } .formula { margin: 0.6rem 0; overflow-x: auto; } @media print { section { break-inside: avoid; } }"
)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A scene of the handout: the stage with its dials, and what its numbers were computed on."""

    stage: Stage
    said: Sequence[str]


def handout_html(sheets: Iterable[Sheet], *, invented: bool = False) -> str:
    """The whole page; the same stages always give the same text. `invented`: the loaded firm is the sample."""
    title = _("The arithmetic of keeping customers")
    about = _(
        "What was played with in the workshop: each formula in words and in symbols, the numbers that were put in, and how it is derived."
    )
    warning = _("Figures of the loaded firm are those of the sample firm: invented data.") if invented else ""
    lines = "\n".join([f"<h1>{_safe(title)}</h1>", _said(about, "soft"), _said(warning, "warning"), *map(_sheet, sheets)])
    return (
        f'<!doctype html>\n<html lang="{wording.LOCALE}"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(title)}</title><style>{_STYLE.read_text('utf-8')}{_OWN_STYLE}</style></head>\n<body><main>\n{lines}\n</main></body></html>\n"
    )


def _sheet(sheet: Sheet) -> str:
    scene: Scene = sheet.stage.scene()
    settings = sheet.stage.settings()
    put_in = _("The dials: {settings}.").format(settings=settings) if settings else ""
    parts = [
        f"<h2>{_safe(scene.title)}</h2>",
        _said(scene.said),
        _said(put_in, "soft"),
        *(_said(sentence, "soft") for sentence in sheet.said),
        f'<div class="row">{"".join(map(_figure, scene.figures))}</div>',
        _said(scene.words),
        *map(_formula, scene.formulas),
        _table(scene.table) if scene.table else "",
        *map(_said, scene.notes),
        _derived(scene.derived),
    ]
    return f"<section>{''.join(parts)}</section>"


def _figure(figure: Figure) -> str:
    return f'<div class="fact">{_safe(figure.label)}<b>{_safe(figure.value)}</b><span class="soft">{_safe(figure.on)}</span></div>'


def _formula(formula: Formula) -> str:
    return f'<div class="formula"><math display="block">{formula.mathml}</math></div>'


def _derived(steps: Sequence[Step]) -> str:
    if not steps:
        return ""
    told = "".join(f"<li>{_safe(step.said)}{_formula(step.formula) if step.formula else ''}</li>" for step in steps)
    return f"<h3>{_safe(_('How it is derived'))}</h3><ol>{told}</ol>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{_safe(str(text))}</th>" for text in table.cells.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_safe(str(cell))}</td>' for cell in row)}</tr>" for row in table.cells.itertuples(index=False, name=None)
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _said(sentence: str, kind: str = "") -> str:
    """A paragraph; "" for none."""
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{_safe(sentence)}</p>" if sentence else ""


def _safe(text: str) -> str:
    return html.escape(text)
