"""The command line: python -m churn COMMAND. Bad input ends with exit code 2 and one line on standard error."""

import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from churn import desk_commands, export_command, load_command, snapshot_commands, wording
from churn.errors import ChurnError, IntakeError, QuestionError, StoppedError
from churn.intake import ReadOptions
from churn.intake.options import reads_a_file
from churn.tables import TABLES
from churn.terminal import LabelColumn, Lost, in_lines, intake_of, refuse, show, tell, tell_rejected, trained
from churn.wording import _

app = typer.Typer(
    name="churn",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=_("Why customers leave, and who may be next."),
)

_STOPPED = 130
UsageError: Any = typer.BadParameter.__base__
File = Annotated[Path, typer.Argument(help=_("the spreadsheet: CSV, XLSX, XLS, ODS, Parquet and others"))]
Ignore = Annotated[list[str] | None, typer.Option(help=_("a column to leave out; may be given several times"))]
Model = Annotated[Path, typer.Option(help=_("the model file"))]
Keep = Annotated[list[str] | None, typer.Option(help=_("a column to learn from although it would be left out"))]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    wanted = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(args=wanted or ["--help"], prog_name="python -m churn", standalone_mode=False) or 0
        return refuse(_("stopped"), _STOPPED) if code == _STOPPED else code
    except UsageError as error:
        return refuse(_("{why}. See python -m churn --help.").format(why=error.format_message().rstrip(".")))
    except (StoppedError, KeyboardInterrupt, typer.Abort):
        return refuse(_("stopped"), _STOPPED)
    except ChurnError as error:
        return refuse(str(error))
    except OSError as error:
        what, why = error.filename or _("A file"), error.strerror or str(error)
        return refuse(_("{file} cannot be read or written: {why}. Name another place, with room and rights.").format(file=what, why=why))


@app.command()
@reads_a_file
def check(
    file: File,
    options: ReadOptions,
    table: Annotated[str, typer.Option("--as", help=_("the desk's table that the file holds"))] = "customers",
    out: Annotated[Path | None, typer.Option("--table", help=_("writes the cells as understood to this CSV file"))] = None,
) -> None:
    """Tells what a file holds, as JSON on standard output."""
    from churn.report.outlet import outlet
    from churn.report.understood import understood, understood_csv

    if table not in TABLES:
        raise IntakeError(
            _("There is no table '{table}': the desk has {tables}.").format(table=table, tables=wording.listing(list(TABLES)))
        )
    written = outlet(out, file) if out else None
    intake = intake_of(file, options, table)
    if written:
        if not intake.fields:
            raise QuestionError(_("{question} Until then there are no cells to write.").format(question=intake.questions[0].text))
        written.write_bytes(understood_csv(intake))
    show(understood(intake))


@app.command()
@reads_a_file
def train(
    file: File,
    options: ReadOptions,
    out: Annotated[Path, typer.Option(help=_("where to write the model"))],
    label: LabelColumn = None,
    lost: Lost = None,
    ignore: Ignore = None,
    keep: Keep = None,
) -> None:
    """Learns a risk score from a spreadsheet that marks the lost customers, and writes it to one JSON file."""
    from churn import risk
    from churn.report.outlet import outlet

    outlet(out, file)
    intake = intake_of(file, options).settled()
    card = trained(intake, label=label, lost=lost, ignore=ignore or (), keep=keep or ())
    risk.save(card, out)
    tell_rejected(intake)
    left_out = [{"column": column, "why": why} for column, why in card.provenance.left_out]
    about = asdict(card.provenance) | {"left_out": left_out, "columns_used": card.columns}
    show({"model": str(out), **about, "evaluation": asdict(card.evaluation) | {"grade": card.evaluation.grade}})


@app.command()
@reads_a_file
def evaluate(
    file: File,
    options: ReadOptions,
    label: LabelColumn = None,
    lost: Lost = None,
    ignore: Ignore = None,
    keep: Keep = None,
) -> None:
    """Tells how good the score would be on customers that it has not seen, as JSON on standard output."""
    from churn import risk

    intake = intake_of(file, options).settled()
    found = risk.evaluate_out_of_fold(
        intake.frame, id_column=intake.id_column, label=label, lost=lost, ignore=ignore or (), keep=keep or (), progress=in_lines()
    )
    tell_rejected(intake)
    show(
        asdict(found.evaluation)
        | {"grade": found.evaluation.grade, "columns_used": found.columns, "left_out": [asdict(column) for column in found.left_out]}
        | {"leaks": [{"column": column.column, "why": column.why} for column in found.left_out if column.leak]}
    )


@app.command()
@reads_a_file
def score(
    file: File,
    options: ReadOptions,
    model: Model,
    out: Annotated[Path, typer.Option(help=_("where to write the scored sheet: .xlsx, .csv or .parquet"))],
    contributions: Annotated[bool, typer.Option("--contributions", help=_("adds each column's part of the score, in log-odds"))] = False,
    deeper: Annotated[bool, typer.Option("--deeper", help=_("by the deeper model, where the model file holds one"))] = False,
) -> None:
    """Scores and explains every row of a spreadsheet."""
    from churn import risk
    from churn.report.fitness import as_json, verdict_words
    from churn.report.outlet import outlet
    from churn.report.scored import earlier, not_known, scored_sheet, unread
    from churn.report.spreadsheets import WRITERS
    from churn.risk.drift import drift
    from churn.risk.sheet_columns import apart, match_columns, renamed

    if out.suffix.lower() not in WRITERS:
        raise IntakeError(_("{out} must end in one of {endings}.").format(out=out.name, endings=", ".join(WRITERS)))
    outlet(out, file, model)
    card = risk.load(model)
    options, said = apart(options, card)
    intake = intake_of(file, options).settled()
    learned_id = card.provenance.id_column if card.provenance.id_column in intake.frame else None
    by = partial(risk.score_deeper, explained=len(intake.frame)) if deeper else risk.score
    scores = by(card, intake.frame, id_column=intake.id_column or learned_id, said=said).enough(intake.file)
    for told in renamed(match_columns(card, intake.frame, said=said)):
        tell(_("{file}: {told}").format(file=intake.file, told=told))
    old = earlier(intake, scores)
    missed = unread(intake.frame, scores)
    tell_rejected(intake)
    if old:
        tell(_("{file} already had {columns}: replaced.").format(file=intake.file, columns=wording.listing(old)))
    if missed:
        tell(_("{file}: {told}").format(file=intake.file, told=not_known(missed)))
    found = drift(card, intake.frame, codes=scores.codes, said=said)
    if found.verdict != "fits":
        tell(_("{file}: {told}").format(file=intake.file, told=verdict_words(found)))
    if not card.evaluation.has_signal:
        tell(_("The score finds no signal: it does no better than guessing, so do not rank customers by it."))
    out.write_bytes(WRITERS[out.suffix.lower()](scored_sheet(intake.as_spelled, scores, contributions=contributions)))
    counts = {"rows": len(scores.risk), "with_risk": int(np.isfinite(scores.risk).sum()), "known": int(scores.known.sum())}
    show(counts | {"absent": scores.absent, "unread": [asdict(column) for column in missed]} | {"drift": as_json(found), "out": str(out)})


@app.command()
def card(model: Model, out: Annotated[Path, typer.Option(help=_("where to write the page: .html"))]) -> None:
    """Writes how far a model can be trusted as one page that opens in any browser: its grade, what drives it, what it does not know."""
    from churn import risk
    from churn.report.card import card_html
    from churn.report.outlet import outlet

    outlet(out, model)
    found = risk.load(model)
    out.write_bytes(card_html(found).encode())
    show({"model": str(model), "grade": found.evaluation.grade, "out": str(out)})


app.command()(load_command.load)
app.command()(desk_commands.undo)
app.command()(desk_commands.loads)
app.command()(desk_commands.report)
app.command()(export_command.export)
app.command()(desk_commands.calendar)
app.command()(snapshot_commands.snapshot)


if __name__ == "__main__":
    sys.exit(main())
