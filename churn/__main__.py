"""The command line: python -m churn COMMAND. Bad input ends with exit code 2 and one line on standard error."""

import re
import sys
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from churn import desk_commands, wording
from churn.errors import ChurnError, IntakeError, QuestionError, TrainingError
from churn.intake import Intake, ReadOptions, read
from churn.intake.options import reads_a_file
from churn.intake.said import bytes_of, tables_in
from churn.tables import TABLES
from churn.wording import _

if TYPE_CHECKING:
    from churn.risk import Scorecard

app = typer.Typer(
    name="churn",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=_("Why customers leave, and who may be next."),
)

UsageError: Any = typer.BadParameter.__base__
LEARNED = ("model", "label", "lost", "deeper")
File = Annotated[Path, typer.Argument(help=_("the spreadsheet: CSV, XLSX, XLS or ODS"))]
LabelColumn = Annotated[str | None, typer.Option("--label", help=_("the column that marks the lost customers"))]
Lost = Annotated[str | None, typer.Option(help=_("the value in it that means lost"))]
Ignore = Annotated[list[str] | None, typer.Option(help=_("a column to leave out; may be given several times"))]
Model = Annotated[Path, typer.Option(help=_("the model file"))]
Keep = Annotated[list[str] | None, typer.Option(help=_("a column to learn from although it would be left out"))]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    wanted = sys.argv[1:] if arguments is None else arguments
    try:
        return app(args=wanted or ["--help"], prog_name="python -m churn", standalone_mode=False) or 0
    except UsageError as error:
        return refuse(_("{why}. See python -m churn --help.").format(why=error.format_message().rstrip(".")))
    except ChurnError as error:
        return refuse(str(error))
    except OSError as error:
        what, why = error.filename or _("A file"), error.strerror or str(error)
        return refuse(_("{file} cannot be read or written: {why}. Name another place, with room and rights.").format(file=what, why=why))
    except (KeyboardInterrupt, typer.Abort):
        return refuse(_("stopped"), 130)


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
        intake.frame, id_column=intake.id_column, label=label, lost=lost, ignore=ignore or (), keep=keep or (), progress=progress
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

    if out.suffix.lower() not in WRITERS:
        raise IntakeError(_("{out} must end in one of {endings}.").format(out=out.name, endings=", ".join(WRITERS)))
    outlet(out, file, model)
    card = risk.load(model)
    intake = intake_of(file, options).settled()
    learned_id = card.provenance.id_column if card.provenance.id_column in intake.frame else None
    by = partial(risk.score_deeper, explained=len(intake.frame)) if deeper else risk.score
    scores = by(card, intake.frame, id_column=intake.id_column or learned_id).enough(intake.file)
    old = earlier(intake, scores)
    missed = unread(intake.frame, scores)
    tell_rejected(intake)
    if old:
        tell(_("{file} already had {columns}: replaced.").format(file=intake.file, columns=wording.listing(old)))
    if missed:
        tell(_("{file}: {told}").format(file=intake.file, told=not_known(missed)))
    found = drift(card, intake.frame, codes=scores.codes)
    if found.verdict != "fits":
        tell(_("{file}: {told}").format(file=intake.file, told=verdict_words(found)))
    if not card.evaluation.has_signal:
        tell(_("The score finds no signal: it does no better than guessing, so do not rank customers by it."))
    out.write_bytes(WRITERS[out.suffix.lower()](scored_sheet(intake.frame, scores, contributions=contributions)))
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


@app.command()
@reads_a_file
def load(
    files: Annotated[list[Path], typer.Argument(help=_("a folder, or files named after the desk's tables"))],
    options: ReadOptions,
    desk: Annotated[Path, typer.Option(help=_("the folder of the desk"))],
    train_too: Annotated[
        bool, typer.Option("--train/--no-train", help=_("whether to learn a score where customers are marked as lost"))
    ] = True,
    if_empty: Annotated[bool, typer.Option("--if-empty", help=_("does nothing where the desk already holds customers"))] = False,
    label: LabelColumn = None,
    lost: Lost = None,
) -> None:
    """Loads tables into a desk, all of them or none, and learns a score where the customers table marks the lost."""
    from churn.report.history import same_file
    from churn.store import open_desk

    with open_desk(desk) as opened:
        if not (if_empty and "customers" in opened.tables()):
            intakes = {table: intake_of(path, options, table).settled() for table, path in tables_in(files).items()}
            for intake in intakes.values():
                if told := same_file(intake.file, opened.earlier_loads(intake.digest), intake.digest):
                    tell(told)
            learned = learn(opened, intakes["customers"], label, lost, train_too) if "customers" in intakes else {}
            opened.load(intakes, **learned, loaded_at=desk_commands.this_moment(), by=desk_commands.user())
            tell_rejected(*intakes.values())
        show({"desk": str(desk), "tables": opened.tables(), "model": opened.setting("model")})


def learn(desk: Any, customers: Intake, label: str | None, lost: str | None, train_too: bool) -> dict[str, Any]:
    """The scores and settings that go into the desk with new customers; settings without a model where nobody is marked as lost."""
    from churn.risk.columns import label_columns
    from churn.risk.of_desk import kept, scores_of

    if not (train_too and (label or label_columns(customers.frame))):
        return {"settings": dict.fromkeys(LEARNED)}
    try:
        card = trained(customers, label=label, lost=lost)
    except (TrainingError, QuestionError) as error:
        raise TrainingError(_("{why} Or load without a score: --no-train.").format(why=error)) from error
    ids = customers.rows.astype("str") if customers.id_column is None else customers.frame[customers.id_column]
    return {"scores": scores_of(card, customers.frame, ids, customers.id_column), "settings": kept(desk, card)}


app.command()(desk_commands.undo)
app.command()(desk_commands.loads)


if __name__ == "__main__":
    sys.exit(main())
