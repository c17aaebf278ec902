"""Which customers leave, by one or two of their columns."""

from churn.wording import _
from ui import figures
from ui.asking import question
from ui.compare import compare_by


def show() -> None:
    question(_("Segments"), _ask, lambda version, chosen, asked: figures.segments(version, chosen, *asked))


def _ask(version: int) -> tuple[str, str]:
    """By what to compare, and by what else."""
    besides = figures.besides(version)
    return compare_by(_("Compare by"), besides=besides), compare_by(_("And by"), key="and_by", besides=besides, none=_("nothing else"))
