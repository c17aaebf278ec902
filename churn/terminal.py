"""What all commands share: a file read, what is told on standard error, results on standard output."""

import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from churn import wording
from churn.intake import Intake, ReadOptions, read
from churn.intake.said import bytes_of
from churn.tables import TABLES
from churn.wording import _

if TYPE_CHECKING:
    from churn.risk import Scorecard

LabelColumn = Annotated[str | None, typer.Option("--label", help=_("the column that marks the lost customers"))]
Lost = Annotated[str | None, typer.Option(help=_("the value in it that means lost"))]


def refuse(sentence: str, code: int = 2) -> int:
    """Says on one line of standard error why nothing was done."""
    tell(sentence)
    return code


def tell(sentence: str) -> None:
    """Says a sentence on one line of standard error, without the signs by which a cell might play with the terminal."""
    print(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", sentence).split()), file=sys.stderr)


def intake_of(file: Path, options: ReadOptions, table: str = "customers") -> Intake:
    """Reads a file as a table of the desk."""
    return read(bytes_of(file), file=file.name, table=TABLES[table], options=options)


def tell_rejected(*intakes: Intake) -> None:
    """Tells on standard error which rows were set aside."""
    from churn.report.understood import set_aside

    for intake in intakes:
        if told := set_aside(intake):
            tell(told)


def progress(share: float, text: str) -> None:
    """Shows how far a training is, on standard error."""
    words = {"line": _("a straight line"), "trees": _("trees"), "pairs": _("pairs of columns"), "second opinion": _("a second opinion")}
    print(f"{wording.percent(share, 0)} {words.get(text, text)}", file=sys.stderr)


def trained(intake: Intake, **said: Any) -> "Scorecard":
    """A scorecard of the file's rows; `said` is what the command was told of label and columns."""
    from churn.risk import train

    return train(
        intake.frame,
        id_column=intake.id_column,
        source=intake.file,
        digest=intake.digest,
        trained_on=date.today().isoformat(),
        progress=progress,
        **said,
    )


def show(found: dict[str, Any]) -> None:
    """Prints a result as JSON."""
    from churn.report.outlet import json_text

    print(json_text(found, encoding=sys.stdout.encoding), flush=True)
