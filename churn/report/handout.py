"""The workshop's handout: every scene with its formula, numbers and derivation, as one HTML file that loads nothing and runs nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from churn.findings.workshop import Formula, Stage, Step
from churn.report.html_page import document, fact, safe, said, section, table
from churn.wording import _

_STYLE = "math { font-size: 1.15em; } .formula { margin: 0.6rem 0; overflow-x: auto; }"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A scene of the handout: the stage with its dials, and what its numbers were computed on."""

    stage: Stage
    said: Sequence[str]


def handout_html(sheets: Iterable[Sheet], *, invented: bool = False) -> str:
    """The whole page; the same stages always give the same text. `invented`: the loaded firm is the sample."""
    title = _("The arithmetic of keeping customers")
    about = _(
        "What was played with in the workshop: formulas in words and in symbols, the numbers that were put in, and where they come from."
    )
    warning = _("Figures of the loaded firm are those of the sample firm: invented data.") if invented else ""
    pieces = [f"<h1>{safe(title)}</h1>", said(about, "soft"), said(warning, "warning"), *map(_sheet, sheets)]
    return document(title, pieces, style=_STYLE)


def _sheet(sheet: Sheet) -> str:
    scene, settings = sheet.stage.scene(), sheet.stage.settings()
    figures = "".join(fact(figure.label, figure.value, figure.on) for figure in scene.figures)
    listing = scene.table
    return section(
        scene.title,
        said(scene.said),
        said(_("The dials: {settings}.").format(settings=settings) if settings else "", "soft"),
        *(said(sentence, "soft") for sentence in sheet.said),
        f'<div class="row">{figures}</div>',
        said(scene.words),
        *map(_formula, scene.formulas),
        table(listing.cells.columns, listing.cells.itertuples(index=False, name=None), name=listing.alt) if listing else "",
        *map(said, scene.notes),
        _derived(scene.derived),
    )


def _formula(formula: Formula) -> str:
    return f'<div class="formula"><math display="block">{formula.mathml}</math></div>'


def _derived(steps: Sequence[Step]) -> str:
    if not steps:
        return ""
    told = "".join(f"<li>{safe(step.said)}{_formula(step.formula) if step.formula else ''}</li>" for step in steps)
    return f"<h3>{safe(_('How it is derived'))}</h3><ol>{told}</ol>"
