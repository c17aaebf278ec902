"""The command line: python -m churn COMMAND. Bad input ends with exit code 2 and one line on standard error."""

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from churn import wording
from churn.errors import ChurnError, IntakeError, ModelError
from churn.intake import Intake, ReadOptions, read
from churn.tables import TABLES
from churn.wording import _

app = typer.Typer(
    name="churn",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=_("Why customers leave, and who may be next."),
)

UsageError: Any = typer.BadParameter.__base__
File = Annotated[Path, typer.Argument(help=_("the spreadsheet: CSV, XLSX, XLS or ODS"))]
LabelColumn = Annotated[str | None, typer.Option("--label", help=_("the column that marks the lost customers"))]
Lost = Annotated[str | None, typer.Option(help=_("the value in it that means lost"))]
Ignore = Annotated[list[str] | None, typer.Option(help=_("a column to leave out; may be given several times"))]
Keep = Annotated[list[str] | None, typer.Option(help=_("a column to learn from although it would be left out"))]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    try:
        return app(args=arguments, prog_name="python -m churn", standalone_mode=False) or 0
    except UsageError as error:
        return refuse(_("{why} See python -m churn --help.").format(why=error.format_message()))
    except ChurnError as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(_("{file}: {why}.").format(file=error.filename, why=error.strerror))
    except (KeyboardInterrupt, typer.Abort):
        return refuse(_("stopped"), 130)


def refuse(sentence: str, code: int = 2) -> int:
    """Says on one line of standard error why nothing was done."""
    print(" ".join(sentence.split()), file=sys.stderr)
    return code


def reads_a_file(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that say how to read a file; it gets them as one `options: ReadOptions`."""

    def run(
        *,
        sheet: Annotated[str | None, typer.Option(help=_("which sheet of a workbook"))] = None,
        header_row: Annotated[int | None, typer.Option(help=_("the row that holds the headers, counted from 1"))] = None,
        encoding: Annotated[str | None, typer.Option(help=_("how a text file is encoded, for example cp1252"))] = None,
        delimiter: Annotated[str | None, typer.Option(help=_("what stands between cells; say tab for a tab"))] = None,
        duplicates: Annotated[
            Literal["first", "last", "refuse"] | None, typer.Option(help=_("which row to keep where an id comes twice"))
        ] = None,
        mapping: Annotated[
            list[str] | None, typer.Option("--map", help=_("SOURCE=COLUMN: a header, and the desk's column that it is"))
        ] = None,
        id_column: Annotated[str | None, typer.Option("--id", help=_("the column that holds the customer's id"))] = None,
        **own: Any,
    ) -> None:
        between = "\t" if delimiter in ("tab", "\\t") else delimiter
        command(options=ReadOptions(sheet, header_row, encoding, between, duplicates, mapping_of(mapping or []), id_column), **own)

    asked = inspect.signature(run).parameters
    own = [argument for argument in inspect.signature(command).parameters.values() if argument.name != "options"]
    reading = [argument for argument in asked.values() if argument.kind is inspect.Parameter.KEYWORD_ONLY]
    named = [argument.replace(kind=inspect.Parameter.KEYWORD_ONLY) for argument in own]
    run.__signature__ = inspect.Signature([*named, *reading])  # type: ignore[attr-defined]
    run.__annotations__ = {argument.name: argument.annotation for argument in [*own, *reading]}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


def mapping_of(pairs: list[str]) -> dict[str, str]:
    """What --map said: headers and the columns that they are."""
    mapping = {}
    for pair in pairs:
        source, equals, column = pair.rpartition("=")
        if not equals:
            raise IntakeError(_("--map wants SOURCE=COLUMN and was given '{pair}'.").format(pair=pair))
        mapping[source] = column
    return mapping


def intake_of(file: Path, options: ReadOptions, table: str = "customers") -> Intake:
    """Reads a file as a table of the desk."""
    if not file.exists():
        raise IntakeError(_("There is no file {file}.").format(file=file))
    return read(file.read_bytes(), file=file.name, table=TABLES[table], options=options)


def usable(intake: Intake) -> Intake:
    """The intake if no question is open; what was set aside is told on standard error."""
    intake.settled()
    if intake.rejected:
        first = intake.rejected[0]
        set_aside = intake.rows_read - intake.rows_accepted
        told = wording.plural("{n} row was set aside", "{n} rows were set aside", set_aside)
        where = _("row {row}, column '{column}': '{value}' {why}").format(
            row=first.row, column=first.column, value=first.value, why=first.why
        )
        print(
            _("{file}: {told}, the first at {where}. See python -m churn check.").format(file=intake.file, told=told, where=where),
            file=sys.stderr,
        )
    return intake


def progress(share: float, text: str) -> None:
    """Shows how far a training is, on standard error."""
    words = {"line": _("a straight line"), "trees": _("trees"), "pairs": _("pairs of columns")}
    print(f"{wording.percent(share, 0)} {words[text]}", file=sys.stderr)


def show(found: dict[str, Any]) -> None:
    """Prints a result as JSON."""
    print(json.dumps(found, ensure_ascii=False, indent=2, default=str))


@app.command()
@reads_a_file
def check(
    file: File,
    options: ReadOptions,
    table: Annotated[str, typer.Option("--as", help=_("the desk's table that the file holds"))] = "customers",
    out: Annotated[Path | None, typer.Option("--table", help=_("writes the cells as understood to this CSV file"))] = None,
) -> None:
    """Tells what a file holds, as JSON on standard output."""
    from churn.report.understood import understood, understood_csv

    if table not in TABLES:
        raise IntakeError(
            _("There is no table '{table}': the desk has {tables}.").format(table=table, tables=wording.listing(list(TABLES)))
        )
    intake = intake_of(file, options, table)
    if out is not None:
        out.write_bytes(understood_csv(intake))
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

    if not out.parent.is_dir():
        raise ModelError(_("There is no folder {folder} to write the model to.").format(folder=out.parent))
    intake = usable(intake_of(file, options))
    card = risk.train(
        intake.frame,
        id_column=intake.id_column,
        label=label,
        lost=lost,
        ignore=ignore or (),
        keep=keep or (),
        source=intake.file,
        digest=intake.digest,
        trained_on=date.today().isoformat(),
        progress=progress,
    )
    risk.save(card, out)
    show({"model": str(out), **asdict(card.provenance), "columns_used": card.columns, "evaluation": asdict(card.evaluation)})


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

    intake = usable(intake_of(file, options))
    found = risk.evaluate_out_of_fold(
        intake.frame, id_column=intake.id_column, label=label, lost=lost, ignore=ignore or (), keep=keep or (), progress=progress
    )
    show(
        asdict(found.evaluation)
        | {"signal": found.evaluation.has_signal, "columns_used": found.columns, "left_out": [asdict(column) for column in found.left_out]}
    )


@app.command()
@reads_a_file
def score(
    file: File,
    options: ReadOptions,
    model: Annotated[Path, typer.Option(help=_("the model file"))],
    out: Annotated[Path, typer.Option(help=_("where to write the scored sheet: .xlsx, .csv or .parquet"))],
    contributions: Annotated[bool, typer.Option("--contributions", help=_("adds each column's part of the score, in log-odds"))] = False,
) -> None:
    """Scores and explains every row of a spreadsheet."""
    from churn import risk
    from churn.report.scored import replaced, scored_sheet
    from churn.report.spreadsheets import WRITERS

    if out.suffix.lower() not in WRITERS:
        raise IntakeError(_("{out} must end in {endings}.").format(out=out.name, endings=wording.listing(sorted(WRITERS))))
    card = risk.load(model)
    intake = usable(intake_of(file, options))
    scores = risk.score(card, intake.frame, id_column=intake.id_column).enough(intake.file)
    if old := replaced(intake.frame):
        print(_("{file} already had {columns}: replaced.").format(file=intake.file, columns=wording.listing(old)), file=sys.stderr)
    out.write_bytes(WRITERS[out.suffix.lower()](scored_sheet(intake.frame, scores, contributions=contributions)))
    show({"rows": len(scores.risk), "known": int(scores.known.sum()), "absent": scores.absent, "out": str(out)})


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
    from churn.risk.columns import label_columns
    from churn.risk.of_desk import train_desk
    from churn.store import open_desk

    with open_desk(desk) as opened:
        if not (if_empty and "customers" in opened.tables()):
            intakes = {}
            for table, file in tables_in(files).items():
                intakes[table] = usable(intake_of(file, options, table))
            opened.load(intakes, loaded_at=datetime.now(UTC).replace(tzinfo=None))
        if train_too and opened.setting("model") is None and (label or label_columns(opened.frame("customers"))):
            train_desk(opened, label=label, lost=lost, trained_on=date.today().isoformat(), progress=progress)
        show({"desk": str(desk), "tables": opened.tables(), "model": opened.setting("model")})


def tables_in(files: list[Path]) -> dict[str, Path]:
    """Which table each file holds, by its name; a single file of another name holds customers."""
    found: dict[str, Path] = {}
    every = [inside for file in files for inside in (sorted(file.iterdir()) if file.is_dir() else [file])]
    endings = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
    for file in every:
        if file.stem.lower() in TABLES and file.suffix.lower() in endings:
            found[file.stem.lower()] = file
    if not found and len(every) == 1 and every[0].is_file():
        return {"customers": every[0]}
    if not found:
        named = wording.listing([f"{table}.csv" for table in TABLES])
        raise IntakeError(
            _("No table was found in {files}: name the files after the tables ({named}).").format(
                files=wording.listing([str(file) for file in files]), named=named
            )
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
