"""How much of the revenue comes from the best customers, and how long customers stay."""

from churn.wording import _
from ui import figures
from ui.asking import question
from ui.compare import compare_by
from ui.desk import dials


def show() -> None:
    question(_("Loyalty"), _ask, figures.loyalty)


def _ask(_version: int) -> str:
    """By what to compare how long customers stay, where that is known."""
    return compare_by(_("How long they stay, by")) if dials() is not None else ""
